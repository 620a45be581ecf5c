// SPDX-License-Identifier: MIT
// The thread in which files are read. One file, then it is ended: whatever the file did, nothing of it stays.

import { ImportError } from '../core/reading.js';
import { FileError } from './errors.js';
import { createBudget } from './limits.js';
import { readPicture } from './picture.js';
import { drawPage, textOfPdf, withPdf } from './pdf.js';
import { readDocument } from './read.js';

/**
 * @typedef {object} Order
 * @property {'read' | 'draw' | 'import' | 'picture'} does
 * @property {Blob} file  its bytes come to this thread alone: a hundred megabytes would hold the page up
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
 *   | {imported: import('./open.js').Brought}
 *   | {refused: import('../core/reading.js').ImportReason}
 *   | {done: Result | null}
 *   | {failed: import('./errors.js').FileReason}} Report
 */

const port = /** @type {{postMessage: (report: Report) => void, onmessage: ((event: MessageEvent<Order & {more?: boolean}>) => void) | null}} */ (
  /** @type {unknown} */ (self));

/** Called when the page wants more of what is brought along. */
let goOn = () => {};

/**
 * A file's conversations, the next piece when the one before is read: no more than one is on its way.
 * @param {Uint8Array} data
 */
async function bring(data) {
  const { readExported } = await import('./chats-read.js');
  const read = readExported(data);
  if (read === null) {
    port.postMessage({ refused: await refusalOf(data) });
    return;
  }
  const { texts, ...rest } = read;
  for (const text of texts) {
    port.postMessage({ imported: { text, ...rest } });
    await /** @type {Promise<void>} */ (new Promise((resolve) => { goOn = resolve; }));
  }
}

/**
 * Why a file that is nobody's is not one of ours.
 * @param {Uint8Array} data
 * @returns {Promise<import('../core/reading.js').ImportReason>}
 */
async function refusalOf(data) {
  const { readExport } = await import('../core/importing.js');
  try {
    readExport(new TextDecoder().decode(data), () => '');
    return 'format';
  } catch (error) {
    return error instanceof ImportError ? error.reason : 'format';
  }
}

/**
 * @param {Order} order
 * @returns {Promise<Result | null>}
 */
async function carryOut({ does, file, encoding, source, pages = [], type = '' }) {
  const onPage = (/** @type {number} */ page, /** @type {number} */ all) => port.postMessage({ progress: { page, pages: all } });
  const data = new Uint8Array(await file.arrayBuffer());
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
    await bring(data);
    return null;
  }
  const budget = createBudget();
  const document = readDocument(data, { budget, ...(encoding === undefined ? {} : { encoding }), ...(source === undefined ? {} : { source }) });
  if (document.kind !== 'pdf' || document.text !== '') return { ...document, pages: 0, unread: [] };
  return { ...document, ...await withPdf(data, (pdf) => textOfPdf(pdf, budget, onPage)) };
}

port.onmessage = (/** @type {MessageEvent<Order & {more?: boolean}>} */ { data }) => {
  // pdf.js's half in this thread greets whoever owns it.
  if (data?.more) goOn();
  if (data?.does === undefined) return;
  carryOut(data).then((done) => port.postMessage({ done }), (error) => {
    port.postMessage({ failed: error instanceof FileError ? error.reason : 'broken' });
  });
};
