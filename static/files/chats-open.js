// SPDX-License-Identifier: MIT
// Has files with conversations read in a thread: those of other programs are put into this one's form there, and all
// into pieces.

import { ImportError } from '../core/reading.js';
import { carryOut } from './open.js';

/**
 * @typedef {import('../core/taking-in.js').ChatFile} ChatFile
 * @typedef {import('../core/reading.js').ImportReason} ImportReason
 */

/** What is said of a file that cannot be opened. @type {Readonly<Record<string, ImportReason>>} */
const REASONS = { archive: 'format', kind: 'format', bomb: 'size', large: 'size', broken: 'content', password: 'format' };

/**
 * Each is opened when its turn has come: an export may be in many files, and each is large.
 * @param {readonly File[]} files
 * @param {AbortSignal} signal
 * @returns {ChatFile[]}
 */
export function openChats(files, signal) {
  return files.map((file) => ({ size: file.size, pieces: (take) => openOne(file, take, signal) }));
}

/**
 * @param {File} file
 * @param {(text: string, messages: number) => void} take
 * @param {AbortSignal} signal
 * @returns {Promise<number | undefined>}
 * @throws {ImportError}
 */
async function openOne(file, take, signal) {
  /** @type {number | undefined} */
  let all;
  try {
    await carryOut({ does: 'import', file }, {
      signal,
      async onImported({ text, messages, left }) {
        all = left;
        // Room for a frame, and for whoever types.
        await new Promise((resolve) => { setTimeout(resolve); });
        if (!signal.aborted) take(text, messages);
      },
    });
  } catch (error) {
    const reason = error instanceof Error && error.name === 'FileError' ? REASONS[/** @type {any} */ (error).reason] : undefined;
    throw reason === undefined ? error : new ImportError(reason);
  }
  return all;
}
