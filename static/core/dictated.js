/* SPDX-License-Identifier: MIT */
/**
 * Dictated words in a text that is there. Pure.
 */

/** Scripts that are written without blanks between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** After these, and before those, a word needs no blank. */
const OPEN = /[\s([{"'«‹„“‘¿¡「『（《]$/u;
const CLOSING = /^[\s)\]}"'»›”’.,;:!?…。、，！？」』）》،؛؟।]/u;

/**
 * @param {string} before  a text
 * @param {string} after   what follows it
 * @returns {boolean} whether a blank belongs between the two
 */
function needsBlank(before, after) {
  if (before === '' || after === '' || OPEN.test(before) || CLOSING.test(after)) return false;
  const last = [...before.slice(-2)].at(-1) ?? '';
  const first = [...after.slice(0, 2)][0] ?? '';
  return !(UNSPACED.test(last) && UNSPACED.test(first)) && !/[。、，！？」』）》]/u.test(last);
}

/**
 * What is to be put between two texts, so that words are apart as their script has it.
 *
 * @param {string} before
 * @param {string} words
 * @param {string} after
 * @returns {string}
 */
export function dictated(before, words, after) {
  if (words === '') return '';
  return `${needsBlank(before, words) ? ' ' : ''}${words}${needsBlank(words, after) ? ' ' : ''}`;
}
