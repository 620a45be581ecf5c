// SPDX-License-Identifier: MIT
// The thread in which files are read. One file, then it is ended: whatever the file did, nothing of it stays.

import { FileError } from './errors.js';
import { createBudget } from './limits.js';
import { readPicture } from './picture.js';
import { drawPage, textOfPdf, withPdf } from './pdf.js';
import { readDocument } from './read.js';

/**
 * @typedef {object} Order
 * @property {'read' | 'draw' | 'import' | 'picture'} does
 * @property {ArrayBuffer} bytes
 * @property {string} [encoding]
 * @property {boolean} [source]
 * @property {number[]} [pages]   to draw
 * @property {string} [type]      of a picture, by its content
 *
 * @typedef {import('./read.js').Document & {pages: number, unread: number[]}} Result
 *
 * @typedef {{drawn: {page: number, blob: Blob, width: number, height: number}}
 *   | {picture: import('./picture.js').Picture}
 *   | {progress: {page: number, pages: number}}
 *   | {imported: {text: string, left?: number}}
 *   | {done: Result | null}
 *   | {failed: import('./errors.js').FileReason}} Report
 */

const port = /** @type {{postMessage: (report: Report) => void, onmessage: ((event: MessageEvent<Order>) => void) | null}} */ (
  /** @type {unknown} */ (self));

/**
 * @param {Order} order
 * @returns {Promise<Result | null>}
 */
async function carryOut({ does, bytes, encoding, source, pages = [], type = '' }) {
  const onPage = (/** @type {number} */ page, /** @type {number} */ all) => port.postMessage({ progress: { page, pages: all } });
  const data = new Uint8Array(bytes);
  if (does === 'draw') {
    await withPdf(data, async (pdf) => {
      for (const [i, page] of pages.entries()) {
        onPage(i + 1, pages.length);
        port.postMessage({ drawn: { page, ...await drawPage(pdf, page) } });
      }
    });
    return null;
  }
  if (does === 'picture') {
    port.postMessage({ picture: await readPicture(data, type) });
    return null;
  }
  if (does === 'import') {
    const { readExported } = await import('./chats-read.js');
    const { texts, ...rest } = readExported(data) ?? { texts: [] };
    for (const text of texts) port.postMessage({ imported: { text, ...rest } });
    return null;
  }
  const budget = createBudget();
  const document = readDocument(data, { budget, ...(encoding === undefined ? {} : { encoding }), ...(source === undefined ? {} : { source }) });
  if (document.kind !== 'pdf' || document.text !== '') return { ...document, pages: 0, unread: [] };
  return { ...document, ...await withPdf(data, (pdf) => textOfPdf(pdf, budget, onPage)) };
}

port.onmessage = (/** @type {MessageEvent<Order>} */ { data }) => {
  // pdf.js's half in this thread greets whoever owns it.
  if (data?.does === undefined) return;
  carryOut(data).then((done) => port.postMessage({ done }), (error) => {
    port.postMessage({ failed: error instanceof FileError ? error.reason : 'broken' });
  });
};
