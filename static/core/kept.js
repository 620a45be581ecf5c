/* SPDX-License-Identifier: MIT */
/**
 * What a provider, or a gateway before it, puts beside a thought or a call under
 * names of its own, and wants back there when the call's result is sent. Pure.
 */

/** @typedef {Record<string, unknown>} Members */

/** Type of an item among a thought's details that is a member of its message. */
const KEPT = 'confab.kept';
/** Members of a message that are sent back. */
const BESIDE = ['reasoning_opaque', 'thinking_blocks', 'provider_specific_fields', 'extra_content', 'thought_signature',
  'thoughtSignature'];
/** What the text of a thought may be called. */
const TEXTS = ['reasoning_content', 'reasoning', 'reasoning_text', 'thinking'];
/** Members of a call, or of its function, that have a form here. */
const OF_CALL = new Set(['index', 'id', 'type', 'function', 'name', 'arguments', 'extra_content']);

/**
 * What stands beside a thought, as items for its details.
 *
 * @param {Members} delta
 * @returns {unknown[]}
 */
export function keptBeside(delta) {
  return [
    ...BESIDE.filter((name) => typeof delta[name] === 'object' ? delta[name] : typeof delta[name] === 'string')
      .map((name) => ({ type: KEPT, name, value: delta[name] })),
    // What the provider calls it, which the worker tells with the first call.
    ...typeof delta['reasoning_name'] === 'string' ? [{ type: KEPT, name: delta['reasoning_name'] }] : [],
  ];
}

/**
 * The same as members of the message that goes back.
 *
 * @param {readonly unknown[]} details
 * @param {string} thought
 * @returns {Members}
 */
export function membersBeside(details, thought) {
  /** @type {Members} */
  const members = {};
  const own = [];
  let text = '';
  for (const one of /** @type {any[]} */ (details)) {
    if (one?.type !== KEPT) own.push(one);
    else if (BESIDE.includes(one.name)) members[one.name] = joined(members[one.name], one.value);
    else if (TEXTS.includes(one.name)) text = one.name;
  }
  // The details have the text, too.
  if (own.length > 0) members['reasoning_details'] = own;
  else if (text !== '' && thought !== '') members[text] = thought;
  return members;
}

/**
 * @param {any} before
 * @param {any} more
 * @returns {unknown}
 */
function joined(before, more) {
  if (Array.isArray(before) && Array.isArray(more)) return more.reduce(withBlock, before);
  return typeof before === 'object' && typeof more === 'object' ? { ...before, ...more } : more;
}

/**
 * A block of a thought comes in pieces, of which the last has its signature.
 *
 * @param {readonly any[]} blocks
 * @param {any} more
 * @returns {unknown[]}
 */
function withBlock(blocks, more) {
  const last = blocks.at(-1);
  const goesOn = typeof last?.thinking === 'string' && typeof more?.thinking === 'string' && !last.signature;
  return goesOn ? [...blocks.slice(0, -1), { ...last, ...more, thinking: last.thinking + more.thinking }] : [...blocks, more];
}

/**
 * What comes with a call: its extra_content, or that and all other members.
 *
 * @param {Members} call
 * @param {Members} named  its function
 * @returns {unknown} undefined: nothing
 */
export function keptOfCall(call, named) {
  const extra = call['extra_content'] ?? undefined;
  const [beside, within] = [unknownOf(call), named === call ? {} : unknownOf(named)];
  if (Object.keys({ ...beside, ...within }).length === 0) return extra;
  return { type: KEPT, call: extra === undefined ? beside : { ...beside, extra_content: extra }, function: within };
}

/**
 * @param {Members} members
 * @returns {Members}
 */
function unknownOf(members) {
  return Object.fromEntries(Object.entries(members).filter(([name, value]) => !OF_CALL.has(name) && (value ?? '') !== ''));
}

/**
 * The same as members of the call, and of its function, that go back.
 *
 * @param {unknown} extra
 * @returns {{call: Members, function: Members}}
 */
export function membersOfCall(extra) {
  const kept = /** @type {any} */ (extra);
  if (kept?.type === KEPT) return { call: { ...kept.call }, function: { ...kept.function } };
  return { call: extra === undefined ? {} : { extra_content: extra }, function: {} };
}
