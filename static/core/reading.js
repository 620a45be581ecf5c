/* SPDX-License-Identifier: MIT */
/**
 * What every reader of files checks: each field by its kind and its size, and
 * where in the file it was wrong.
 *
 * @typedef {Record<string, unknown>} Fields
 */

/** Longest text of one message that is read, characters. */
export const MAX_IMPORT_TEXT_CHARS = 16 * 1024 * 1024;
/** Longest name, model id, code or media type. */
export const MAX_NAME_CHARS = 1024;
/** Longest address. */
export const MAX_URL_CHARS = 8192;
/** Latest time a Date can hold. */
const MAX_TIME = 8.64e15;

/**
 * Why a file was refused: `reason` for the catalogue, `where` for the curious.
 * @typedef {'size' | 'json' | 'format' | 'version' | 'content' | 'memory'} ImportReason
 */

/** An import that was refused; nothing of it was taken. */
export class ImportError extends Error {
  /**
   * @param {ImportReason} reason
   * @param {string} [where]  a path into the file, as `conversations[0].title`
   */
  constructor(reason, where = '') {
    super(where === '' ? reason : `${reason}: ${where}`);
    this.name = 'ImportError';
    this.reason = reason;
    this.where = where;
  }
}

/**
 * @param {unknown} value
 * @returns {value is Fields}
 */
export function isFields(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {Fields}
 */
export function object(value, where) {
  if (!isFields(value)) throw new ImportError('content', where);
  return value;
}

/**
 * @param {unknown} value
 * @param {number} max
 * @param {string} where
 * @returns {unknown[]}
 */
export function list(value, max, where) {
  if (!Array.isArray(value) || value.length > max) throw new ImportError('content', where);
  return value;
}

/**
 * @param {unknown} value
 * @param {number} max
 * @param {string} where
 * @returns {string}
 */
export function string(value, max, where) {
  if (typeof value !== 'string' || value.length > max) throw new ImportError('content', where);
  return value;
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {boolean}
 */
export function boolean(value, where) {
  if (typeof value !== 'boolean') throw new ImportError('content', where);
  return value;
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {number}
 */
export function number(value, where) {
  if (typeof value !== 'number' || value < 0 || value > Number.MAX_SAFE_INTEGER) {
    throw new ImportError('content', where);
  }
  return value;
}

/**
 * @param {unknown} value
 * @param {string} where
 * @returns {number} milliseconds since the epoch
 */
export function time(value, where) {
  const ms = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : NaN;
  if (!(Math.abs(ms) <= MAX_TIME)) throw new ImportError('content', where);
  return ms;
}

/**
 * A time that may be absent.
 *
 * @param {unknown} value
 * @param {string} where
 * @returns {number | null}
 */
export function maybeTime(value, where) {
  return value === null || value === undefined ? null : time(value, where);
}
