// SPDX-License-Identifier: MIT
// Has a file read in a thread of its own, which is ended when it is done, when nobody wants it any more, and when it
// does not come to an end.

import { ImportError } from '../core/reading.js';
import { FileError } from './errors.js';

/**
 * @typedef {import('./worker.js').Order} Order
 * @typedef {import('./worker.js').Report} Report
 * @typedef {import('./worker.js').Result} Result
 *
 * @typedef {object} Watch
 * @property {AbortSignal} [signal]  rejects with its reason
 * @property {(page: number, pages: number) => void} [onProgress]
 * @property {(drawn: {page: number, blob: Blob, width: number, height: number}) => void} [onDrawn]
 * @property {(picture: import('./picture.js').Picture) => void} [onPicture]
 * @property {(brought: Brought) => Promise<void>} [onImported]  each piece, in order; the next comes when it is done
 *
 * A piece of what is brought along.
 * @typedef {object} Brought
 * @property {string} text      an exported file, as `piecesOf()` cuts it
 * @property {number} messages  in all pieces
 * @property {number} [left]    of another program's: how much was not understood
 */

/** Without a word from the thread for this long, it is given up, milliseconds. */
const SILENCE_MS = 60000;

/** @type {{createScriptURL: (url: string) => string} | undefined} */
let policy;

/** A thread of this room: the one address that its policy lets through. */
function createThread() {
  const url = new URL('worker.js', import.meta.url).href;
  const { trustedTypes } = /** @type {{trustedTypes?: {createPolicy: (name: string, rules: object) => NonNullable<typeof policy>}}} */ (
    /** @type {unknown} */ (globalThis));
  policy ??= trustedTypes?.createPolicy('confab-files', {
    /** @param {string} wanted */
    createScriptURL(wanted) {
      if (wanted !== url) throw new TypeError('not ours');
      return wanted;
    },
  });
  return new Worker(policy?.createScriptURL(url) ?? url, { type: 'module' });
}

/**
 * @param {Order} order
 * @param {Watch} [watch]
 * @returns {Promise<Result | null>}
 * @throws {FileError | ImportError}
 */
export function carryOut(order, { signal, onProgress, onDrawn, onPicture, onImported } = {}) {
  signal?.throwIfAborted();
  const thread = createThread();
  let timer = 0;
  const done = /** @type {Promise<Result | null>} */ (new Promise((resolve, reject) => {
    const listen = () => {
      clearTimeout(timer);
      timer = setTimeout(() => reject(new FileError('broken', 'no end')), SILENCE_MS);
    };
    listen();
    thread.onmessage = (/** @type {MessageEvent<Report>} */ { data }) => {
      listen();
      if ('progress' in data) onProgress?.(data.progress.page, data.progress.pages);
      else if ('drawn' in data) onDrawn?.(data.drawn);
      else if ('picture' in data) onPicture?.(data.picture);
      else if ('imported' in data) onImported?.(data.imported).then(() => thread.postMessage({ more: true }), reject);
      else if ('refused' in data) reject(new ImportError(data.refused));
      else if ('done' in data) resolve(data.done);
      else if ('failed' in data) reject(new FileError(data.failed));
    };
    thread.onerror = () => reject(new FileError('broken', 'thread'));
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  }));
  thread.postMessage(order);
  return done.finally(() => {
    clearTimeout(timer);
    thread.terminate();
  });
}
