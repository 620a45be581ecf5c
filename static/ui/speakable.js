// SPDX-License-Identifier: MIT
// An answer as it is read out. Pure.

/** Longer pieces make some engines stop silently (characters). */
const PIECE = 220;

/**
 * Markdown as it would be read: no fences, marks or addresses.
 * @param {string} text
 * @returns {string}
 */
export function speakable(text) {
  return text
    .replace(/^(```|~~~)[^\n]*\n[\s\S]*?(^\1[^\n]*$|$(?![\s\S]))/gm, ' ')
    .replace(/!?\[([^[\]]*)\]\((?:[^()]|\([^()]*\))*\)/g, '$1')
    .replace(/^[^\S\n]*(#{1,6}|>|[-*+]|\d+[.)])\s+/gm, '')
    .replace(/(\*\*|__|~~|`|\*|\$\$?)/g, '')
    .replace(/^[-:| \t]+$/gm, '')
    .replace(/\|/g, ', ')
    .trim();
}

/**
 * Cut at sentence ends, none longer than the engines bear.
 * @param {string} text
 * @returns {string[]}
 */
export function pieces(text) {
  const found = [];
  for (const sentence of text.match(/[^.!?。！？؟\n]+[.!?。！？؟]*\s*/g) ?? []) {
    for (let at = 0; at < sentence.length; at += PIECE) {
      const piece = sentence.slice(at, at + PIECE).trim();
      if (piece) found.push(piece);
    }
  }
  return found;
}
