// SPDX-License-Identifier: MIT
// The shapes of this room: typedefs only.

/**
 * What a reader made of a document.
 *
 * @typedef {object} Reading
 * @property {string} text      Markdown, in reading order; '' when there is none
 * @property {number} pictures  in it, which the text has not
 */

/**
 * What the bytes of a file are, whatever its name says.
 *
 * 'text' and below are read as text; 'zip' and below as documents; the last are not read.
 *
 * @typedef {'text' | 'html' | 'mail' | 'notebook' | 'rtf' | 'docx' | 'pptx' | 'xlsx' | 'odt' | 'odp' | 'ods' | 'epub'
 *   | 'pdf' | 'image' | 'audio' | 'video' | 'old' | 'encrypted' | 'archive' | 'unknown'} Kind
 */

export {};
