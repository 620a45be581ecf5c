/* SPDX-License-Identifier: MIT */
/**
 * Where an arriving text can be cut: which of its blocks, list items and table
 * rows no further character can change. Pure.
 */

import { MAX_COLUMNS, MAX_PARAGRAPH, MAX_SENTENCE } from './limits.js';

/**
 * @typedef {import('./types.js').Token} Token
 *
 * @typedef {object} OpenFence
 * @property {string} mark     the run of backticks or tildes
 * @property {number} content  where the code begins
 * @property {number} checked  up to where no closing fence was found
 * @property {boolean} follows  what is shown is the code up to some point
 */

/**
 * @param {string} source
 * @param {number} at
 * @returns {boolean} whether the line that begins at `at` has arrived whole
 */
function isLineWhole(source, at) {
  return source.indexOf('\n', at) >= 0;
}

/**
 * The number of tokens at the front that are finished, and their length: all
 * that stand before the last one, once the first line of that has arrived.
 *
 * @param {Token[]} tokens  of `source`, whose end may have been completed
 * @param {string} source   what really has arrived
 * @returns {{count: number, length: number}}
 */
export function finishedTokens(tokens, source) {
  let last = tokens.length - 1;
  while (last > 0 && tokens[last]?.type === 'space') last--;
  let length = 0;
  for (let i = 0; i < last; i++) {
    const { raw } = /** @type {Token} */ (tokens[i]);
    if (!source.startsWith(raw, length)) return { count: 0, length: 0 };
    length += raw.length;
  }
  if (last <= 0 || !(tokens[last]?.follows || isLineWhole(source, length))) return { count: 0, length: 0 };
  return { count: last, length };
}

/** Where a sentence ends and where a word does, before a word that begins nothing but text. */
const SENTENCE = /(?:[.!?…؟]["'”’»)\]*_]*[ \n]|[。！？]["'”’」』）]*)(?=[\p{Lu}\p{Lo}])/gu;
const WORD = /[ \n](?=\p{L}|\d+(?![\d.)]))/gu;

/**
 * Where a long paragraph is cut, for its rest to be a paragraph of its own.
 * Text behind the cut does not change it.
 *
 * @param {string} text
 * @returns {number} 0: nowhere
 */
export function paragraphEnd(text) {
  if (text.length <= MAX_PARAGRAPH) return 0;
  const front = text.slice(0, 2 * MAX_SENTENCE);
  SENTENCE.lastIndex = MAX_PARAGRAPH;
  for (let found; (found = SENTENCE.exec(front)) && found.index < MAX_SENTENCE;) {
    const end = found.index + found[0].length;
    if (isBalanced(front.slice(0, end))) return end;
  }
  WORD.lastIndex = MAX_SENTENCE;
  const found = front.length > MAX_SENTENCE ? WORD.exec(front) : null;
  return found ? found.index + 1 : 0;
}

/**
 * @param {string} text
 * @returns {boolean} whether marks that come in pairs seem to be closed
 */
function isBalanced(text) {
  const count = (/** @type {string} */ mark) => text.split(mark).length - 1;
  return count('`') % 2 === 0 && count('**') % 2 === 0 && count('$') % 2 === 0 && count('[') === count(']');
}

/**
 * The number of items at the front of a list that are finished, and their
 * length: all but the last, once its first line has arrived.
 *
 * @param {Token} list
 * @param {string} source  begins with the list
 * @returns {{count: number, length: number}}
 */
export function finishedItems(list, source) {
  const items = list.items ?? [];
  let length = 0;
  for (let i = 0; i < items.length - 1; i++) {
    const { raw } = /** @type {Token} */ (items[i]);
    if (!source.startsWith(raw, length)) return { count: 0, length: 0 };
    length += raw.length;
  }
  if (items.length < 2 || !isLineWhole(source, length)) return { count: 0, length: 0 };
  return { count: items.length - 1, length };
}

/**
 * The kind of a list's marks: `-`, `*`, `+`, `.` or `)`. A list goes on only
 * with marks of the same kind.
 *
 * @param {string} raw  a list or an item
 * @returns {string}
 */
export function bulletKind(raw) {
  return /^\s*(?:\d{1,9}([.)])|([-+*]))/.exec(raw)?.slice(1).find(Boolean) ?? '';
}

/**
 * The head of a table, its first two lines, when the text behind them can be
 * taken for rows one by one; and the number and length of finished rows.
 *
 * @param {Token} table
 * @param {string} source  begins with the table
 * @returns {{head: string, count: number, length: number} | null}
 */
export function finishedRows(table, source) {
  const rows = table.rows?.length ?? 0;
  const first = source.indexOf('\n') + 1;
  const second = source.indexOf('\n', first) + 1;
  if (!first || !second || rows < 4 || (table.header?.length ?? 0) > MAX_COLUMNS) return null;
  let at = second;
  for (let i = 0; i < rows - 2; i++) {
    const next = source.indexOf('\n', at) + 1;
    if (!next) return null;
    at = next;
  }
  return { head: source.slice(0, second), count: rows - 2, length: at - second };
}

/**
 * The fence that begins `source` and has not been closed in it, when its code
 * can be taken as it is.
 *
 * @param {string} source
 * @returns {OpenFence | null}
 */
export function topFence(source) {
  const found = /^(`{3,20}(?=[^`\n]*\n)|~{3,20}(?!~))[^\n]*\n/.exec(source);
  if (!found) return null;
  const fence = { mark: /** @type {string} */ (found[1]), content: found[0].length, checked: found[0].length, follows: false };
  return closedFence(fence, source) ? null : fence;
}

/**
 * Looks for the line that closes a fence, from where it was looked for last.
 *
 * @param {OpenFence} fence  its `checked` moves on
 * @param {string} source
 * @returns {boolean}
 */
export function closedFence(fence, source) {
  const close = new RegExp(`^ {0,3}${fence.mark}${fence.mark[0]}*[ \\t]*$`);
  for (;;) {
    const end = source.indexOf('\n', fence.checked);
    if (end < 0) return false;
    if (close.test(source.slice(fence.checked, end))) return true;
    fence.checked = end + 1;
  }
}

/**
 * Where the code of an open fence that can be shown ends: before the line's
 * end behind it, and before what may become the closing fence.
 *
 * @param {OpenFence} fence
 * @param {string} source
 * @returns {number}
 */
export function fenceEnd(fence, source) {
  const start = source.lastIndexOf('\n') + 1;
  const line = source.slice(start);
  const held = line.trim() !== '' && new RegExp(`^ {0,3}${fence.mark[0]}*[ \\t]*$`).test(line);
  const end = held || line === '' ? start - 1 : source.length;
  return Math.max(fence.content, end);
}
