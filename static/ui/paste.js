// SPDX-License-Identifier: MIT
// What a paste into the composer means. Pure.

import { MAX_ATTACHMENTS, MAX_PASTE_CHARS } from '../core/limits.js';

/**
 * @typedef {object} Paste
 * @property {string} text
 * @property {string} html
 * @property {readonly string[]} types
 * @property {readonly string[]} files  their names
 * @property {number} present           attachments there already
 * @property {boolean} plain            asked for as plain text
 */

/**
 * What a paste brings: a long text comes as a file; a copied table or text
 * comes with a picture of itself, and then the text is meant; but a copied
 * file comes with its name as text, and then the file is.
 * @param {Paste} paste
 * @returns {'text-file' | 'files' | 'table' | 'text'}
 */
export function pasteMeans({ text, html, types, files, present, plain }) {
  if (plain) return 'text';
  if (files.length > 0 && (!types.includes('text/plain') || namesOnly(text, files))) return 'files';
  if (text.length > MAX_PASTE_CHARS && present < MAX_ATTACHMENTS) return 'text-file';
  return /<table[\s>]/i.test(html) && tableOf(text) !== null ? 'table' : 'text';
}

/**
 * Whether a text is but the names of the files, or their paths, or nothing.
 * @param {string} text
 * @param {readonly string[]} files
 */
function namesOnly(text, files) {
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '');
  return lines.every((line) => files.some((name) => line === name || /^(file:\/\/|\/|[A-Za-z]:\\)/.test(line) &&
    line.replace(/^.*[\\/]/, '') === (line.startsWith('file:') ? encodeURIComponent(name) : name)));
}

/**
 * The rows of what a spreadsheet copied: cells apart by tabs, those with line ends in quotes; null when it is no table.
 * @param {string} text
 * @returns {string[][] | null}
 */
export function tableOf(text) {
  /** @type {string[][]} */
  const rows = [[]];
  const cell = /(?:"((?:[^"]|"")*)"(?=\t|\r?\n|$)|([^\t\r\n]*))(\t|\r?\n|$)/gy;
  for (let found = cell.exec(text); found !== null; found = cell.exec(text)) {
    rows.at(-1)?.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === '') break;
    if (found[3] !== '\t' && cell.lastIndex < text.length) rows.push([]);
    else if (found[3] !== '\t') break;
  }
  const width = rows[0]?.length ?? 0;
  return width > 1 && rows.every((row) => row.length === width) ? rows : null;
}
