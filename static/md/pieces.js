/* SPDX-License-Identifier: MIT */
/** Where a long paragraph is cut, for its rest to be a paragraph of its own. Pure. */
import { MAX_PARAGRAPH, MAX_SENTENCE } from './limits.js';

/** Characters looked at for a cut: what stands behind them changes nothing. */
const FRONT = MAX_SENTENCE + 256;

/** Where a sentence ends and where a word does, before a word that begins nothing but text. */
const SENTENCE = /(?:[.!?…؟]["'”’»)\]*_]{0,8}[ \n]|[。！？]["'”’」』）]{0,8})(?=[\p{Lu}\p{Lo}])/gu;
const WORD = /[ \n](?=\p{L}|\d+(?![\d.)]))/gu;

/**
 * @param {string} text
 * @returns {number} where it is cut; 0: nowhere
 */
export function pieceEnd(text) {
  if (text.length < FRONT) return 0;
  const front = text.slice(0, FRONT);
  SENTENCE.lastIndex = MAX_PARAGRAPH;
  for (let found; (found = SENTENCE.exec(front)) && found.index < MAX_SENTENCE;) {
    const end = found.index + found[0].length;
    if (isBalanced(front.slice(0, end))) return end;
  }
  WORD.lastIndex = MAX_SENTENCE;
  const found = WORD.exec(front);
  if (found) return found.index + 1;
  // Not between the halves of a character.
  return /[\ud800-\udbff]/.test(front[MAX_SENTENCE - 1] ?? '') ? MAX_SENTENCE - 1 : MAX_SENTENCE;
}

/**
 * @param {string} text
 * @returns {boolean} whether marks that come in pairs seem to be closed
 */
function isBalanced(text) {
  const count = (/** @type {string} */ mark) => text.split(mark).length - 1;
  return count('`') % 2 === 0 && count('**') % 2 === 0 && count('$') % 2 === 0 && count('[') === count(']');
}
