/* SPDX-License-Identifier: MIT */
/** Which way a text runs, by its first strong letter. Pure. */

const STRONG = /([\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]|[\u{10800}-\u{10fff}\u{1e800}-\u{1efff}])|\p{L}/u;

/**
 * @param {string} text
 * @returns {'' | 'ltr' | 'rtl'} empty: the text does not tell
 */
export function direction(text) {
  const found = STRONG.exec(text.slice(0, 2_000));
  if (!found) return '';
  return found[1] ? 'rtl' : 'ltr';
}
