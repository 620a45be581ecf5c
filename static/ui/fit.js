// SPDX-License-Identifier: MIT
// Which file makes a message too long, and how much of it fits. Pure.

/**
 * @typedef {import('../core/types.js').Attachment} Attachment
 * @typedef {import('../core/types.js').FilePart} FilePart
 */

/** Where a text was cut. */
const CUT_MARK = '\n[…]\n';
/** Halvings after which what fits is known well enough. */
const STEPS = 10;

/**
 * The longest text that is attached; null when there is none.
 * @param {readonly Attachment[]} attachments
 * @returns {FilePart | null}
 */
export function longestFile(attachments) {
  /** @type {FilePart | null} */
  let longest = null;
  for (const one of attachments) {
    if (one.kind === 'file' && one.data === '' && one.text.length > (longest?.text.length ?? 0)) longest = one;
  }
  return longest;
}

/**
 * A text's beginning, as much as fits.
 * @param {string} text
 * @param {(text: string) => boolean} fits
 * @returns {string | null}  null when nothing of it does
 */
export function cutToFit(text, fits) {
  let least = 0;
  let most = text.length;
  for (let i = 0; i < STEPS; i += 1) {
    const middle = (least + most) >> 1;
    if (fits(text.slice(0, middle) + CUT_MARK)) least = middle;
    else most = middle;
  }
  return least === 0 ? null : text.slice(0, least).replace(/[\ud800-\udbff]$/, '') + CUT_MARK;
}
