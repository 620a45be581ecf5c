/* SPDX-License-Identifier: MIT */
/** What people type as a code of their second factor. */

/**
 * The digits of a script as 0 to 9: phones show and keyboards write them in many.
 *
 * @param {string} digit  one decimal digit
 * @returns {string}
 */
function plainDigit(digit) {
  let code = /** @type {number} */ (digit.codePointAt(0));
  let value = 0;
  // The ten digits of a script stand together, zero first.
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - 1))) {
    code -= 1;
    value += 1;
  }
  return String(value);
}

/**
 * A code as the server takes it: without what stands between its groups.
 *
 * @param {string} text
 * @returns {string}
 */
export function plainCode(text) {
  return text.normalize('NFKC').replace(/[\s\p{Pd}\p{Cf}]/gu, '').replace(/\p{Nd}/gu, plainDigit);
}
