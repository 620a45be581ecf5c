/* SPDX-License-Identifier: MIT */
/**
 * Where a formula begins and ends in a line: `\( \)`, `\[ \]`, `$$ $$` and
 * `$ $`, with a rule for the last that leaves prices and shell variables
 * alone. Pure.
 */
import { charAt, charBefore, isUnspaced } from './characters.js';
import { MAX_MATH } from './limits.js';

/**
 * @typedef {object} MathSpan
 * @property {number} end      behind it
 * @property {string} text     the formula
 * @property {boolean} display
 */

/**
 * The index of `close` in `text` from `from` on, not escaped by a backslash and
 * not behind a blank line; -1 when there is none within the limit.
 *
 * @param {string} text
 * @param {string} close
 * @param {number} from
 * @returns {number}
 */
export function findClose(text, close, from) {
  const end = Math.min(text.length, from + MAX_MATH);
  for (let i = from; i < end; i++) {
    if (text.startsWith(close, i)) return i;
    if (text[i] === '\\') i++;
    else if (text[i] === '\n' && /^\n[ \t]*\n/.test(text.slice(i, i + 80))) return -1;
  }
  return -1;
}

/** Names of functions, which are no prose. */
const FUNCTIONS = /\b(?:sin|cos|tan|cot|sec|csc|log|ln|lg|exp|max|min|sup|inf|lim|mod|det|gcd|arg|deg|dim|ker|Pr|sgn|rank|span|arcsin|arccos|arctan|sinh|cosh|tanh)\b/g;

/**
 * Whether what stands between two dollar signs can be a formula, and not the
 * text between two prices or two variables.
 *
 * @param {string} body
 * @returns {boolean}
 */
export function looksLikeMath(body) {
  if (!body || /^\s|\s$/.test(body)) return false;
  // A variable of a shell, a path, a name in capitals; an amount and what it is of.
  if (/^\{\w+\}\S/.test(body) || /^[A-Z][A-Z0-9]+_[A-Z][A-Z0-9_]*\b/.test(body) || /^\w+:?\/\//.test(body)) return false;
  if (/^\d[\d.,]*(?:[kKmMbB%]|bn|mn)?\s*[-–—/~]\s*$/.test(body)) return false;
  if (/[\\^{}]/.test(body) || /(?:^|[^\w])[\p{L}\d]{1,3}_[\p{L}\d]/u.test(body) || /^_\S/.test(body)) return true;
  const words = body.replace(FUNCTIONS, 'f');
  const isProse = /\p{L}{2}(?:['’]\p{L}*)?[,;]?\s+['"(]?\p{L}{2}/u.test(words) || [...words].some((char) => isUnspaced(char));
  if (isProse || /^[\d.,]+[kKmMbB%]?\s+\(?\p{L}/u.test(words)) return false;
  if (/[=<>]/.test(body)) return !/^["'\w-]*=["']/.test(body);
  if (/[/"']/.test(body) && /\p{L}{3,}/u.test(words)) return false;
  if (!/\s/.test(body)) return !/^[\d.,]+[/-]\p{L}{3,}/u.test(words);
  // Words between spaces are prose; single letters and numbers with operators are not.
  return !/\p{L}{2,}/u.test(words);
}

/** What may touch the end of a formula: endings of ordinals, plurals, and cases. */
const ENDING = /^(?:th|st|nd|rd|s|es|e|er|re|ère|ème|ième|ieme|te|ten|ter|tes|ste|sten|mal|fach|ish|fold|й|го|му|м|е|я|ая|ой|ый|ого)(?![\p{L}\p{N}])/u;

/**
 * @param {string} text
 * @param {number} at    of the dollar sign
 * @param {string} body  behind it
 * @returns {boolean} whether a formula may begin there
 */
function mayBegin(text, at, body) {
  const before = charBefore(text, at);
  if (before === '\\' || before === '$') return false;
  if (!/[\p{L}\p{N}]/u.test(before) || isUnspaced(before)) return true;
  // Behind a letter or digit: only what is raised or lowered.
  return /^(?:\{\})?[_^]/.test(body);
}

/**
 * @param {string} text
 * @param {number} end   behind the closing dollar sign
 * @param {string} body
 * @returns {boolean} whether a formula may end there
 */
function mayEnd(text, end, body) {
  const behind = charAt(text, end);
  if (behind === '$' || behind === '{' || behind === '(' || /\p{N}/u.test(behind)) return false;
  if (!/\p{L}/u.test(behind) || isUnspaced(behind)) return true;
  if (/^[_^]/.test(body)) return true;
  return ENDING.test(text.slice(end, end + 12));
}

/**
 * Reads a formula that begins at `at` and ends within the text.
 *
 * @param {string} text
 * @param {number} at
 * @returns {MathSpan | null}
 */
export function mathAt(text, at) {
  const two = text.slice(at, at + 2);
  if (two === '\\(' || two === '\\[') {
    const close = findClose(text, two === '\\(' ? '\\)' : '\\]', at + 2);
    if (close < 0) return null;
    const body = text.slice(at + 2, close);
    // `\[x\]` is a formula; `\[\]` and the like are escaped brackets.
    return /[\p{L}\p{N}]/u.test(body) ? { end: close + 2, text: body.trim(), display: two === '\\[' } : null;
  }
  if (two === '$$') {
    if (/[a-zA-Z0-9]/.test(text[at - 1] ?? '')) return null;
    const close = findClose(text, '$$', at + 2);
    const body = text.slice(at + 2, Math.max(0, close));
    return close >= 0 && body.trim() ? { end: close + 2, text: body.trim(), display: true } : null;
  }
  if (text[at] !== '$') return null;
  const close = findClose(text, '$', at + 1);
  if (close < 0) return null;
  const body = text.slice(at + 1, close);
  if (!mayBegin(text, at, body) || !looksLikeMath(body) || !mayEnd(text, close + 1, body)) return null;
  return { end: close + 1, text: body, display: false };
}

/**
 * Whether a dollar sign in a text that is arriving may begin a formula whose
 * end is still to come.
 *
 * @param {string} text
 * @param {number} at
 * @returns {boolean}
 */
export function mayBecomeMath(text, at) {
  const body = text.slice(at + 1);
  if (body.startsWith('$')) return !/[a-zA-Z0-9]/.test(text[at - 1] ?? '') && !/\n[ \t]*\n/.test(body);
  if (body.length > MAX_MATH || /\n[ \t]*\n/.test(body)) return false;
  // All of it has come: it was looked at.
  const close = findClose(text, '$', at + 1);
  if (close >= 0 && close + 1 < text.length) return false;
  if (body === '') return true;
  if (!mayBegin(text, at, body) || /^[\s{(]/.test(body) || /^[A-Z_]{2,}/.test(body)) return false;
  if (/[\\^_={}<>+]/.test(body)) return !/\p{L}{3}\s+\p{L}{3}/u.test(body.replace(/\\(?:text|mathrm|operatorname)\{[^}]*\}?/g, ''));
  return /^[\p{L}|(-][\p{L}\d(),.'|!-]{0,12}\$?$/u.test(body);
}
