// SPDX-License-Identifier: MIT
// Has files with conversations read in a thread: those of other programs are put into this one's form there.

import { carryOut } from './open.js';

/**
 * @typedef {import('../core/taking-in.js').ChatFile} ChatFile
 */

/**
 * One after the other: an export may be in many, and each is large.
 * @param {readonly File[]} files
 * @returns {Promise<ChatFile[]>}
 */
export async function openChats(files) {
  /** @type {ChatFile[]} */
  const opened = [];
  // A file that no thread can make anything of is refused in the same words as any other.
  for (const file of files) opened.push(await openOne(file).catch(() => file));
  return opened;
}

/**
 * @param {File} file
 * @returns {Promise<ChatFile>}  the file itself when it is no other program's
 * @throws {import('./errors.js').FileError}
 */
async function openOne(file) {
  /** @type {{text: string, left: number} | null} */
  let read = null;
  await carryOut({ does: 'import', bytes: await file.arrayBuffer() }, { onImported: (imported) => { read = imported; } });
  if (read === null) return { size: file.size, text: () => file.text() };
  const { text, left } = /** @type {{text: string, left: number}} */ (read);
  return { size: text.length, text: () => Promise.resolve(text), left };
}
