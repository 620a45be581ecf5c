/* SPDX-License-Identifier: MIT */
/**
 * The parts of a message: made, and looked through; what arrives is added by
 * deltas.js. Pure.
 *
 * @typedef {import('./types.js').Attachment} Attachment
 * @typedef {import('./types.js').Part} Part
 * @typedef {import('./types.js').SourcePart} SourcePart
 * @typedef {import('./types.js').ToolCallPart} ToolCallPart
 */

/** @type {readonly Part[]} */
export const NO_PARTS = Object.freeze([]);
/** Kinds that stand beside the flow of an answer: what follows them goes on before them. */
export const ASIDE = new Set(['source', 'raw']);

/**
 * What a person sends.
 *
 * @param {string} text
 * @param {readonly Attachment[]} [attachments]
 * @returns {readonly Part[]}
 */
export function partsOf(text, attachments = []) {
  return text === '' ? attachments : [...attachments, { kind: 'text', text }];
}

/**
 * The words of a message, without what is thought, cited or attached.
 *
 * @param {readonly Part[]} parts
 * @returns {string}
 */
export function textOf(parts) {
  return joined(parts, 'text');
}

/**
 * @param {readonly Part[]} parts
 * @returns {string}
 */
export function reasoningOf(parts) {
  return joined(parts, 'reasoning');
}

/**
 * @param {readonly Part[]} parts
 * @param {'text' | 'reasoning'} kind
 * @returns {string}
 */
function joined(parts, kind) {
  let all = '';
  for (const part of parts) {
    if (part.kind !== kind || part.text === '') continue;
    all = all === '' ? part.text : `${all}\n\n${part.text}`;
  }
  return all;
}

/**
 * Whether there are words to be read, which costs nothing while they grow.
 *
 * @param {readonly Part[]} parts
 * @returns {boolean}
 */
export function hasText(parts) {
  return parts.some((part) => part.kind === 'text' && part.text !== '');
}

/**
 * Whether an answer has begun to say or show something, thoughts included.
 *
 * @param {readonly Part[]} parts
 * @returns {boolean}
 */
export function hasBegun(parts) {
  return parts.some((part) => part.kind !== 'notice' && (!('text' in part) || part.kind === 'file' || part.text !== ''));
}

/**
 * The calls that a model has written and nobody has carried out, with their
 * places among the parts.
 *
 * @param {readonly Part[]} parts
 * @returns {{at: number, call: ToolCallPart}[]}
 */
export function writtenCalls(parts) {
  return parts.flatMap((part, at) => (part.kind === 'tool_call' && part.state === 'writing' ? [{ at, call: part }] : []));
}

/**
 * What a round of calls waits for: the person's consent or answer, or the way to
 * the server; '' for the tools alone.
 *
 * @param {{parts: readonly Part[]}} message
 * @returns {'asking' | 'inquiring' | 'resuming' | ''}
 */
export function waitOf({ parts }) {
  const has = (/** @type {(call: ToolCallPart) => unknown} */ is) => parts.some((part) => part.kind === 'tool_call' && is(part));
  return has(({ state }) => state === 'asking') ? 'asking' : has(({ state }) => state === 'input') ? 'inquiring' : has(({ lost }) => lost) ? 'resuming' : '';
}

/**
 * Whether the last that an answer has is what came of its calls: the model has
 * not been heard since.
 *
 * @param {readonly Part[]} parts
 * @returns {boolean}
 */
export function endsInCalls(parts) {
  const last = parts.findLast(({ kind }) => !ASIDE.has(kind) && kind !== 'notice');
  return last?.kind === 'tool_call' && last.result !== null;
}

/**
 * @param {Part} part
 * @returns {part is Attachment}
 */
export function isAttachment(part) {
  return part.kind === 'image' || part.kind === 'audio' || part.kind === 'file';
}

/**
 * @param {readonly Part[]} parts
 * @returns {readonly Attachment[]}
 */
export function attachmentsOf(parts) {
  return parts.filter(isAttachment);
}

/**
 * The sources, by their numbers.
 *
 * @param {readonly Part[]} parts
 * @returns {readonly SourcePart[]}
 */
export function sourcesOf(parts) {
  const sources = /** @type {SourcePart[]} */ (parts.filter(({ kind }) => kind === 'source'));
  return sources.sort((a, b) => a.number - b.number);
}

/**
 * How long an answer was thought about; null when it was not, or still is.
 *
 * @param {readonly Part[]} parts
 * @returns {number | null}
 */
export function reasoningMs(parts) {
  let ms = null;
  for (const part of parts) {
    if (part.kind !== 'reasoning') continue;
    if (part.startedAt === null || part.endedAt === null) return null;
    ms = (ms ?? 0) + part.endedAt - part.startedAt;
  }
  return ms;
}

/**
 * What a search looks through: everything of a part that is words.
 *
 * @param {Part} part
 * @returns {string}
 */
export function wordsOf(part) {
  switch (part.kind) {
    case 'text':
    case 'reasoning':
      return part.text;
    case 'tool_call':
      return [part.name, part.arguments, ...(part.result ?? []).map(wordsOf)].join('\n');
    case 'image':
      return part.name;
    case 'audio':
      return `${part.name}\n${part.transcript}`;
    case 'file':
      return `${part.name}\n${part.text}`;
    case 'source':
      return `${part.title}\n${part.url}\n${part.snippet}`;
    case 'notice':
      return part.detail;
    default:
      return `${part.name}\n${part.json}`;
  }
}
