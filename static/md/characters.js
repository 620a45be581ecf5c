/* SPDX-License-Identifier: MIT */
/** What kinds of characters there are, as Markdown and the scripts of the world see them. Pure. */

/** Letters of scripts that put no spaces between words, and Hangul, which glues particles to them. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々〆]/u;

/** Punctuation and symbols of East Asian writing: they stand like letters do. */
const WIDE = /[\u3000-\u303f\u30fb\ufe30-\ufe4f\uff00-\uff65\uffe0-\uffee]/;

const PUNCTUATION = /[\p{P}\p{S}]/u;

/** @param {string} char @returns {boolean} also for the ends of a text */
export function isSpace(char) {
  return char === '' || /\s/.test(char);
}

/** @param {string} char @returns {boolean} */
export function isPunctuation(char) {
  return PUNCTUATION.test(char);
}

/** @param {string} char @returns {boolean} a letter that may touch a mark without being part of a longer word */
export function isUnspaced(char) {
  return UNSPACED.test(char);
}

/** @param {string} char @returns {boolean} punctuation of East Asian writing */
export function isWide(char) {
  return WIDE.test(char);
}

/** @param {string} char @returns {boolean} of East Asian writing, letter or punctuation */
export function isEastAsian(char) {
  return isWide(char) || isUnspaced(char);
}

/** @param {string} text @param {number} at @returns {string} the whole character that begins there, '' at the end */
export function charAt(text, at) {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

/** @param {string} text @param {number} at @returns {string} the whole character before that place */
export function charBefore(text, at) {
  if (at <= 0) return '';
  const low = text.charCodeAt(at - 1);
  return low >= 0xdc00 && low <= 0xdfff && at > 1 ? text.slice(at - 2, at) : /** @type {string} */ (text[at - 1]);
}

/**
 * How many times `char` stands there.
 *
 * @param {string} text
 * @param {number} at
 * @param {string} char
 * @returns {number}
 */
export function runLength(text, at, char) {
  let end = at;
  while (text[end] === char) end++;
  return end - at;
}

/**
 * Without blanks at its end. Walked, not matched: a pattern would try at each blank.
 *
 * @param {string} text
 * @returns {string}
 */
export function trimBlanks(text) {
  let end = text.length;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\t' || text[end - 1] === '\n')) end--;
  return text.slice(0, end);
}
