// SPDX-License-Identifier: MIT
// What a reader of files may take: every bound of this room by name, and the budget that keeps to them.

import { FileError } from './errors.js';

/** Bytes of a document that is read at all. */
export const MAX_DOCUMENT_BYTES = 100 * 1024 * 1024;
/** Bytes that all parts of a container may unpack to. */
export const MAX_UNPACKED_BYTES = 96 * 1024 * 1024;
/** Bytes of what is read whole: a chapter of a book, a page, a notebook, the words of a mail. */
export const MAX_PART_BYTES = 24 * 1024 * 1024;
/** Files in a container. */
export const MAX_ZIP_ENTRIES = 20000;
/** Bytes of a mail, with what is attached to it. */
export const MAX_MAIL_BYTES = 64 * 1024 * 1024;
/** Characters of text that a reader gives at most. */
export const MAX_TEXT_CHARS = 8 * 1024 * 1024;
/** What a block or a cell counts as beside its words: a million of single letters takes its room, too. */
export const BLOCK_CHARS = 8;
/** Elements inside each other, in XML and HTML; groups in RTF. */
export const MAX_DEPTH = 1024;
/** Attributes of one element. */
export const MAX_ATTRIBUTES = 1024;
/** Messages inside a message, parts inside a part. */
export const MAX_MIME_DEPTH = 16;
/** Parts of one message. */
export const MAX_MIME_PARTS = 1000;
/** Pages of a PDF that are read. */
export const MAX_PDF_PAGES = 5000;
/** Columns of a table that is written as one. */
export const MAX_TABLE_COLUMNS = 256;

/**
 * A whole number of a file, which may say anything, as one that can be meant.
 *
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
export function clamped(value, least, most) {
  return Math.min(most, Math.max(least, Math.trunc(value) || least));
}

/**
 * @typedef {object} Budget  what one file may still take; a reader spends before it takes
 * @property {(bytes: number) => void} unpack  throws FileError 'bomb' when too much would be unpacked
 * @property {(chars: number) => void} write   throws FileError 'large' when the text would be too long
 */

/**
 * @param {{unpacked?: number, chars?: number}} [limits]
 * @returns {Budget}
 */
export function createBudget({ unpacked = MAX_UNPACKED_BYTES, chars = MAX_TEXT_CHARS } = {}) {
  let bytesLeft = unpacked;
  let charsLeft = chars;
  return {
    unpack(bytes) {
      bytesLeft -= bytes;
      if (bytesLeft < 0) throw new FileError('bomb');
    },
    write(count) {
      charsLeft -= count;
      if (charsLeft < 0) throw new FileError('large');
    },
  };
}
