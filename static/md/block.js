/* SPDX-License-Identifier: MIT */
/** What a block is when it begins. Pure. */

/** @typedef {import('./types.js').Block} Block */

/** Types whose lines belong to them, whatever is in these. */
export const VERBATIM = new Set(['code', 'html', 'plain']);

/**
 * @param {string} type
 * @param {Block | null} parent
 * @returns {Block}
 */
export function makeBlock(type, parent) {
  const depth = parent ? parent.depth + (parent.type === 'list' ? 0 : 1) : 0;
  return { type, parent, depth, kids: [], open: true, settled: false, blank: false, text: '', pieces: [], sure: 0 };
}
