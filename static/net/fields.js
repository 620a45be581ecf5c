/* SPDX-License-Identifier: MIT */
/** Values of JSON that somebody else wrote, taken for what they should be. Pure. */

/** @typedef {Record<string, unknown>} Fields */

/**
 * @param {unknown} value
 * @returns {value is Fields}
 */
export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} value
 * @returns {Fields}
 */
export function fields(value) {
  return isObject(value) ? value : {};
}

/**
 * @param {unknown} value
 * @returns {readonly unknown[]}
 */
export function items(value) {
  return Array.isArray(value) ? value : [];
}

/**
 * @param {unknown} value
 * @returns {string}
 */
export function string(value) {
  return typeof value === 'string' ? value : '';
}

/**
 * A number that some write as a text.
 *
 * @param {unknown} value
 * @returns {number | null}
 */
export function amount(value) {
  const number = typeof value === 'string' && /^\d{1,15}(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && Number.isFinite(number) ? number : null;
}

/**
 * @param {unknown} value
 * @returns {number}
 */
export function count(value) {
  return Math.floor(amount(value) ?? 0);
}
