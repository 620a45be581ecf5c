/* SPDX-License-Identifier: MIT */
/** Which way a text runs, by its first strong letter that is neither code nor an address. Pure. */

/** @typedef {import('./types.js').Block} Block */

const STRONG = /([\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]|[\u{10800}-\u{10fff}\u{1e800}-\u{1efff}])|\p{L}/u;

/** What tells nothing of the way its sentence is written. */
const ALOOF = /(`+)(?!`)[^`]{0,400}\1|\$[^$\n]{1,200}\$|(?:https?:\/\/|www\.)[^\s<>]{1,400}|[\w.+-]{1,64}@[\w.-]{1,200}|\]\([^()\s]{0,400}\)|<\/?[a-z]{1,10}>/gi;

/** Blocks in a block that are asked. */
const FEW = 24;

/**
 * @param {string} text
 * @returns {'' | 'ltr' | 'rtl'} empty: the text does not tell
 */
export function direction(text) {
  const found = STRONG.exec(text.slice(0, 2_000).replace(ALOOF, ' '));
  if (!found) return '';
  return found[1] ? 'rtl' : 'ltr';
}

/**
 * @param {Block} block
 * @returns {'' | 'ltr' | 'rtl'} by the first of its texts that tells
 */
export function directionOf(block) {
  const queue = [block];
  for (let i = 0; i < FEW; i++) {
    const next = queue.shift();
    if (!next) break;
    const text = next.type === 'table' ? next.head ?? '' : next.type === 'code' ? '' : next.text;
    const found = text ? direction(text) : '';
    if (found) return found;
    queue.unshift(...next.kids.slice(0, FEW));
  }
  return '';
}
