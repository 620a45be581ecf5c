/* SPDX-License-Identifier: MIT */
/**
 * Where a formula begins and ends in Markdown: `\( \)`, `\[ \]`, `$$ $$` and
 * `$ $`, with a rule for the last that leaves prices and shell variables
 * alone. Pure.
 */
import { MAX_MATH } from './limits.js';

/**
 * Stands before the closing mark that the page adds to a formula whose own has
 * not arrived: such a formula is shown as source until it is whole.
 */
export const PENDING = '\ue0f1';

/**
 * @typedef {object} MathSpan
 * @property {string} raw       with its delimiters
 * @property {string} text      the formula
 * @property {boolean} display
 * @property {boolean} pending
 */

/**
 * @param {string} raw
 * @param {string} text
 * @param {boolean} display
 * @returns {MathSpan}
 */
function span(raw, text, display) {
  const pending = text.endsWith(PENDING);
  return { raw, text: (pending ? text.slice(0, -1) : text).trim(), display, pending };
}

/**
 * The index of `close` in `src` from `from` on, not escaped by a backslash and
 * not behind a blank line; -1 when there is none within the limit.
 *
 * @param {string} src
 * @param {string} close
 * @param {number} from
 * @param {boolean} blankLines  whether the formula may hold blank lines
 * @returns {number}
 */
function findClose(src, close, from, blankLines) {
  const end = Math.min(src.length, from + MAX_MATH);
  for (let i = from; i < end; i++) {
    if (src.startsWith(close, i)) return i;
    if (src[i] === '\\') i++;
    else if (!blankLines && src[i] === '\n' && /^\n[ \t]*\n/.test(src.slice(i, i + 80))) return -1;
  }
  return -1;
}

/**
 * Whether what stands between two dollar signs can be a formula, and not the
 * text between two prices or two variables.
 *
 * @param {string} body
 * @returns {boolean}
 */
export function looksLikeMath(body) {
  if (!body || /^\s|\s$/.test(body)) return false;
  if (/[\\^_={}<>]/.test(body)) return true;
  if (!/\s/.test(body)) return true;
  // Words between spaces are prose; single letters and numbers with operators are not.
  return !/[\p{L}]{2,}/u.test(body) && !/^[\d.,]+\s+\p{L}/u.test(body);
}

/**
 * Reads a formula at the start of `src`.
 *
 * @param {string} src
 * @param {string} [before]  the character before it
 * @returns {MathSpan | null}
 */
export function mathAt(src, before = '') {
  const two = src.slice(0, 2);
  if (two === '\\(' || two === '\\[') {
    const end = findClose(src, two === '\\(' ? '\\)' : '\\]', 2, false);
    if (end < 0) return null;
    const body = src.slice(2, end);
    // `\[x\]` is a formula; `\[\]` and the like are escaped brackets.
    if (!/[\p{L}\p{N}]/u.test(body)) return null;
    return span(src.slice(0, end + 2), body, two === '\\[');
  }
  if (two === '$$') {
    const end = findClose(src, '$$', 2, false);
    if (end < 0 || !src.slice(2, end).trim()) return null;
    return span(src.slice(0, end + 2), src.slice(2, end), true);
  }
  if (src[0] === '$') {
    if (/[\p{L}\p{N}$\\]/u.test(before)) return null;
    const end = findClose(src, '$', 1, false);
    if (end < 0 || /[\p{L}\p{N}$]/u.test(src[end + 1] ?? '')) return null;
    const body = src.slice(1, end);
    if (!looksLikeMath(body.replace(PENDING, ''))) return null;
    return span(src.slice(0, end + 1), body, false);
  }
  return null;
}

/**
 * Reads a formula that is a block of its own: its opening mark begins a line
 * and its closing mark ends one. Blank lines may stand in it.
 *
 * @param {string} src
 * @returns {MathSpan | null}
 */
export function mathBlockAt(src) {
  const open = /^ {0,3}(\$\$|\\\[)/.exec(src);
  if (!open) return null;
  const mark = /** @type {string} */ (open[1]);
  const start = open[0].length;
  const own = /^[ \t]*\n/.test(src.slice(start, start + 80));
  const end = findClose(src, mark === '$$' ? '$$' : '\\]', start, own);
  if (end < 0) return null;
  const rest = /^[ \t]*(?:\n+|$)/.exec(src.slice(end + 2));
  const body = src.slice(start, end);
  if (!rest || !/[\p{L}\p{N}]/u.test(body)) return null;
  return span(src.slice(0, end + 2 + rest[0].length), body, true);
}

/**
 * The index of the next place in `src` where a formula may begin, or -1.
 *
 * @param {string} src
 * @returns {number}
 */
export function nextMath(src) {
  return src.search(/\$|\\[([]/);
}

/**
 * Replaces formulas by letters, so that `_` and `*` in them open no emphasis.
 *
 * @param {string} src
 * @returns {string} a text of the same length
 */
export function maskMath(src) {
  if (nextMath(src) < 0) return src;
  let out = '';
  let i = 0;
  while (i < src.length) {
    const skip = nextMath(src.slice(i));
    if (skip < 0) break;
    const at = i + skip;
    const found = mathAt(src.slice(at), src[at - 1]);
    const length = found ? found.raw.length : src[at] === '\\' ? 2 : 1;
    out += src.slice(i, at) + (found ? 'a'.repeat(length) : src.slice(at, at + length));
    i = at + length;
  }
  return out + src.slice(i);
}
