/* SPDX-License-Identifier: MIT */
/**
 * What is added to an answer's parts as it arrives. Pure. It costs what
 * arrives, however long the answer is already.
 *
 * @typedef {import('./types.js').Delta} Delta
 * @typedef {import('./types.js').Part} Part
 * @typedef {import('./types.js').ReasoningPart} ReasoningPart
 * @typedef {import('./types.js').SourcePart} SourcePart
 * @typedef {import('./types.js').ToolCallPart} ToolCallPart
 */

import { MAX_ANSWER_MEDIA_CHARS, MAX_PARTS, MAX_PLACES, MAX_RAW_CHARS } from './limits.js';
import { ASIDE, isAttachment, textOf } from './parts.js';

/** States of a tool call that can still change by itself. */
const OPEN_CALLS = new Set(['writing', 'asking', 'running', 'input']);

/**
 * The parts after pieces have come, in their order.
 *
 * @param {readonly Part[]} parts
 * @param {readonly Delta[]} deltas
 * @param {number} now
 * @returns {readonly Part[]}
 */
export function withDeltas(parts, deltas, now) {
  if (deltas.length === 0) return parts;
  const next = [...parts];
  for (const delta of deltas) add(next, delta, now);
  return next;
}

/**
 * @param {Part[]} parts  is changed
 * @param {Delta} delta
 * @param {number} now
 */
function add(parts, delta, now) {
  switch (delta.kind) {
    case 'text':
      if (delta.text !== '') addText(parts, delta.text, now);
      break;
    case 'reasoning':
      addReasoning(parts, delta, now);
      break;
    case 'tool_call':
      addToolCall(parts, delta, now);
      break;
    case 'audio':
      addAudio(parts, delta, now);
      break;
    case 'source':
      addSource(parts, { ...delta.source, at: placesIn(parts, delta) }, now);
      break;
    default:
      addPart(parts, delta.part, now);
  }
}

/**
 * Where what comes next goes on: the last part that is none of those beside
 * the flow.
 *
 * @param {readonly Part[]} parts
 * @returns {number} -1 when there is none
 */
function openIndex(parts) {
  return parts.findLastIndex(({ kind }) => !ASIDE.has(kind));
}

/**
 * Puts a part at the end. Beyond the limit a notice says that something is missing.
 *
 * @param {Part[]} parts  is changed
 * @param {Part} part
 * @param {number} now
 */
function push(parts, part, now) {
  if (!ASIDE.has(part.kind)) closeReasoning(parts, now);
  if (parts.length < MAX_PARTS) parts.push(part);
  else if (parts.length === MAX_PARTS) parts.push({ kind: 'notice', code: 'too_many_parts', detail: '' });
}

/**
 * @param {Part[]} parts  is changed
 * @param {number} now
 */
function closeReasoning(parts, now) {
  const at = openIndex(parts);
  const open = parts[at];
  if (open?.kind === 'reasoning' && open.endedAt === null) parts[at] = { ...open, endedAt: now };
}

/**
 * @param {Part[]} parts  is changed
 * @param {string} text
 * @param {number} now
 */
function addText(parts, text, now) {
  let at = openIndex(parts);
  // Words are not lost to the number of other things.
  if (parts.length >= MAX_PARTS) at = parts.findLastIndex(({ kind }) => kind === 'text');
  const open = parts[at];
  if (open?.kind === 'text') parts[at] = { kind: 'text', text: open.text + text };
  else push(parts, { kind: 'text', text }, now);
}

/**
 * @param {Part[]} parts  is changed
 * @param {Extract<Delta, {kind: 'reasoning'}>} delta
 * @param {number} now
 */
function addReasoning(parts, { text, details = [] }, now) {
  const at = openIndex(parts);
  const open = parts[at];
  if (open?.kind === 'reasoning' && (open.endedAt === null || text === '')) {
    const all = joinedDetails(open.details ?? [], details);
    parts[at] = { ...open, text: open.text + text, ...(all.length === 0 ? {} : { details: all }) };
  } else if (text !== '' || details.length > 0) {
    push(parts, { kind: 'reasoning', text, startedAt: now, endedAt: null, ...(details.length === 0 ? {} : { details }) }, now);
  }
}

/**
 * A provider's own record of its thoughts: pieces of one text are put together,
 * since it wants back as few as it would have sent at once.
 *
 * @param {readonly unknown[]} before
 * @param {readonly unknown[]} more
 * @returns {readonly unknown[]}
 */
function joinedDetails(before, more) {
  if (more.length === 0) return before;
  const all = [...before];
  for (const one of more) {
    const last = all.at(-1);
    const joined = joinedDetail(last, one);
    if (joined === null) all.push(one);
    else all[all.length - 1] = joined;
  }
  return all;
}

/**
 * @param {any} a
 * @param {any} b
 * @returns {unknown} null when they are two
 */
function joinedDetail(a, b) {
  if (typeof a?.text !== 'string' || typeof b?.text !== 'string' || a.type !== b.type || a.index !== b.index) return null;
  return { ...a, ...b, text: a.text + b.text };
}

/**
 * Adds to the call that a piece belongs to. Providers tell by its number, by
 * its id, or not at all.
 *
 * @param {Part[]} parts  is changed
 * @param {Extract<Delta, {kind: 'tool_call'}>} delta
 * @param {number} now
 */
function addToolCall(parts, { index, id, name, arguments: written, extra }, now) {
  const at = parts.findLastIndex((part) => part.kind === 'tool_call' && part.state === 'writing' &&
    (id !== '' && part.id !== '' ? part.id === id : index === null || part.index === null || part.index === index));
  const open = parts[at];
  const begins = open?.kind !== 'tool_call' || (id === '' && index === null && name !== '' && open.arguments !== '');
  if (begins) {
    push(parts, {
      kind: 'tool_call', id, index, name, arguments: written, state: 'writing', result: null, startedAt: now,
      endedAt: null, ...(extra === undefined ? {} : { extra }),
    }, now);
    return;
  }
  parts[at] = {
    ...open,
    id: open.id === '' ? id : open.id,
    // Some repeat it in each piece.
    name: open.name === '' ? name : open.name,
    arguments: open.arguments + written,
    ...(extra === undefined ? {} : { extra }),
  };
}

/**
 * @param {Part[]} parts  is changed
 * @param {Extract<Delta, {kind: 'audio'}>} delta
 * @param {number} now
 */
function addAudio(parts, { type, data, transcript }, now) {
  const at = openIndex(parts);
  const open = parts[at];
  if (data !== '' && mediaChars(parts) + data.length > MAX_ANSWER_MEDIA_CHARS) {
    tell(parts, 'too_large', now);
  } else if (open?.kind === 'audio') {
    const url = open.data === '' ? `data:${open.type};base64,` : `${open.data} `;
    parts[at] = {
      ...open,
      data: data === '' ? open.data : url + data,
      size: open.size + bytesOfBase64(data),
      transcript: open.transcript + transcript,
    };
  } else {
    push(parts, {
      kind: 'audio', id: '', name: '', type, size: bytesOfBase64(data),
      data: data === '' ? '' : `data:${type};base64,${data}`, transcript,
    }, now);
  }
}

/**
 * @param {string} data
 * @returns {number}
 */
function bytesOfBase64(data) {
  return Math.floor((data.length * 3) / 4);
}

/**
 * @param {Part[]} parts  is changed
 * @param {Extract<Delta, {kind: 'part'}>['part']} part
 * @param {number} now
 */
function addPart(parts, part, now) {
  switch (part.kind) {
    case 'raw':
      addRaw(parts, part, now);
      break;
    case 'notice':
      if (!parts.some((one) => one.kind === 'notice' && one.code === part.code)) push(parts, part, now);
      break;
    default:
      // Some say everything once more at the end.
      if (parts.some((one) => one.kind === part.kind && one.data === part.data && addressOf(one) === addressOf(part))) break;
      if (mediaChars(parts) + part.data.length > MAX_ANSWER_MEDIA_CHARS) tell(parts, 'too_large', now);
      else push(parts, part, now);
  }
}

/**
 * @param {import('./types.js').ImagePart | import('./types.js').FilePart} part
 * @returns {string | undefined}
 */
function addressOf(part) {
  return part.kind === 'image' ? part.url : undefined;
}

/**
 * @param {Part[]} parts  is changed
 * @param {string} code
 * @param {number} now
 */
function tell(parts, code, now) {
  addPart(parts, { kind: 'notice', code, detail: '' }, now);
}

/**
 * @param {readonly Part[]} parts
 * @returns {number} characters of pictures, sound and files
 */
function mediaChars(parts) {
  return parts.reduce((sum, part) => sum + (isAttachment(part) ? part.data.length : 0), 0);
}

/**
 * Places in a text as the units of a string count.
 *
 * @param {readonly Part[]} parts
 * @param {Extract<Delta, {kind: 'source'}>} delta
 * @returns {readonly number[]}
 */
function placesIn(parts, { unit, source }) {
  if (unit === 'points' && source.at.length === 0) return source.at;
  const text = textOf(parts);
  if (unit === 'here') return [text.length];
  return source.at.map((at) => (unit === 'bytes' ? unitsBefore(text, at, bytesOf) : unitsBefore(text, at, () => 1)));
}

/**
 * @param {string} text
 * @param {number} at
 * @param {(code: number) => number} size  of a character
 * @returns {number} units of the string before that place
 */
function unitsBefore(text, at, size) {
  let units = 0;
  let seen = 0;
  while (units < text.length && seen < at) {
    const code = /** @type {number} */ (text.codePointAt(units));
    seen += size(code);
    units += code > 0xffff ? 2 : 1;
  }
  return units;
}

/**
 * @param {number} code
 * @returns {number} its bytes as UTF-8
 */
function bytesOf(code) {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/**
 * Adds a source, or what is new of one that is known: by the number that the
 * provider's text calls it, else by its address.
 *
 * @param {Part[]} parts  is changed
 * @param {SourcePart} source  number 0: the next
 * @param {number} now
 */
function addSource(parts, source, now) {
  let most = 0;
  let at = -1;
  parts.forEach((part, i) => {
    if (part.kind !== 'source') return;
    most = Math.max(most, part.number);
    if (source.number > 0 ? part.number === source.number : part.url === source.url) at = i;
  });
  const known = parts[at];
  if (known?.kind !== 'source') {
    push(parts, { ...source, at: source.at.slice(0, MAX_PLACES), number: source.number > 0 ? source.number : most + 1 }, now);
    return;
  }
  const ends = source.at.slice(0, MAX_PLACES).filter((end) => !known.at.includes(end)).slice(0, MAX_PLACES - known.at.length);
  if (ends.length === 0 && (known.title !== '' || source.title === '') &&
      (known.snippet !== '' || source.snippet === '')) return;
  parts[at] = {
    ...known,
    title: known.title || source.title,
    snippet: known.snippet || source.snippet,
    at: ends.length === 0 ? known.at : [...known.at, ...ends],
  };
}

/**
 * What is unknown and comes again and again stands in one part, a value a line.
 *
 * @param {Part[]} parts  is changed
 * @param {import('./types.js').RawPart} raw
 * @param {number} now
 */
function addRaw(parts, raw, now) {
  const at = parts.findLastIndex((part) => part.kind === 'raw' && part.name === raw.name);
  const known = parts[at];
  if (known?.kind !== 'raw') push(parts, raw, now);
  else if (known.json.length + raw.json.length < MAX_RAW_CHARS) parts[at] = { ...known, json: `${known.json}\n${raw.json}` };
  else tell(parts, 'too_large', now);
}

/**
 * The parts of an answer that has ended: nothing goes on by itself any more.
 *
 * @param {readonly Part[]} parts
 * @param {number} now
 * @returns {readonly Part[]}
 */
export function finished(parts, now) {
  if (!parts.some(isOpen)) return parts;
  return parts.map((part) => {
    if (!isOpen(part)) return part;
    return part.kind === 'tool_call' ? { ...part, state: 'stopped', endedAt: now } : { ...part, endedAt: now };
  });
}

/**
 * @param {Part} part
 * @returns {part is ReasoningPart | ToolCallPart}
 */
function isOpen(part) {
  return (part.kind === 'reasoning' && part.endedAt === null) ||
    (part.kind === 'tool_call' && OPEN_CALLS.has(part.state));
}

/**
 * Puts pieces behind others, those of the same text together.
 *
 * @param {Delta[]} list  is changed
 * @param {readonly Delta[]} more
 */
export function pushDeltas(list, more) {
  for (const delta of more) {
    const last = list.at(-1);
    if (delta.kind === 'text' && last?.kind === 'text') {
      list[list.length - 1] = { kind: 'text', text: last.text + delta.text };
    } else if (delta.kind === 'reasoning' && last?.kind === 'reasoning') {
      const details = joinedDetails(last.details ?? [], delta.details ?? []);
      list[list.length - 1] = {
        kind: 'reasoning', text: last.text + delta.text, ...(details.length === 0 ? {} : { details }),
      };
    } else {
      list.push(delta);
    }
  }
}
