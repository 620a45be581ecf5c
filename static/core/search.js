/* SPDX-License-Identifier: MIT */
/**
 * Finding words in conversations: where, and what stands around them.
 *
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Id} Id
 * @typedef {import('./types.js').Message} Message
 */

import { wordsOf } from './parts.js';

/** Shown around what was found, characters. */
const BEFORE_CHARS = 30;
const AFTER_CHARS = 80;

/**
 * @typedef {object} Found
 * @property {Id} messageId
 * @property {string} before  what stands around it, in one line
 * @property {string} match
 * @property {string} after
 */

/**
 * What a person looks for, whatever its case; null when it is nothing.
 *
 * @param {string} search
 * @returns {RegExp | null}
 */
export function patternOf(search) {
  const wanted = search.trim().replace(/\s+/g, ' ').normalize('NFC');
  if (wanted === '') return null;
  const source = wanted.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replaceAll(' ', '\\s+');
  // A letter with its mark is written as one, or as two: by some keyboards, and in names of files.
  return new RegExp(Array.from(source, (one) => {
    const apart = one.normalize('NFD');
    return apart === one ? one : `(?:${one}|${apart})`;
  }).join(''), 'iu');
}

/** @type {WeakMap<Message, {source: string, found: Found | null}>} */
const searched = new WeakMap();

/**
 * The first place in a message. Looked for once for each search, not once a
 * frame while another message is being written.
 *
 * @param {Message} message
 * @param {RegExp} pattern
 * @returns {Found | null}
 */
function findInMessage(message, pattern) {
  const last = searched.get(message);
  if (last?.source === pattern.source) return last.found;
  let found = null;
  for (const part of message.parts) {
    const words = wordsOf(part);
    const hit = pattern.exec(words);
    if (hit === null) continue;
    found = { messageId: message.id, ...around(words, hit.index, hit[0]) };
    break;
  }
  searched.set(message, { source: pattern.source, found });
  return found;
}

/**
 * @param {string} words
 * @param {number} at
 * @param {string} match
 * @returns {{before: string, match: string, after: string}}
 */
function around(words, at, match) {
  const end = at + match.length;
  const from = Math.max(0, at - BEFORE_CHARS);
  // Not in the middle of a character.
  const before = words.slice(from, at).replace(/^[\udc00-\udfff]/, '');
  const after = words.slice(end, end + AFTER_CHARS).replace(/[\ud800-\udbff]$/, '');
  return {
    before: `${from > 0 ? '…' : ''}${inLine(before)}`,
    match: inLine(match),
    after: `${inLine(after)}${end + AFTER_CHARS < words.length ? '…' : ''}`,
  };
}

/**
 * @param {string} text
 * @returns {string}
 */
function inLine(text) {
  return text.replace(/\s+/g, ' ');
}

/**
 * Whether a conversation has what is looked for, in its title or in any of
 * its messages, shown or not; and the first place in a message.
 *
 * @param {Conversation} conversation
 * @param {RegExp} pattern
 * @returns {{found: Found | null} | null}
 */
export function findIn(conversation, pattern) {
  for (const id in conversation.nodes) {
    const found = findInMessage(/** @type {Message} */ (conversation.nodes[id]), pattern);
    if (found !== null) return { found };
  }
  return pattern.test(conversation.title) ? { found: null } : null;
}
