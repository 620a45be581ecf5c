// SPDX-License-Identifier: MIT
// Has a file with conversations read in a thread: those of other programs are put into this one's form there.

import { carryOut } from './open.js';

/**
 * @param {File} file
 * @returns {Promise<{size: number, text: () => Promise<string>, left?: number}>}  the file itself when it is no other
 *   program's
 * @throws {import('./errors.js').FileError}
 */
export async function openChats(file) {
  /** @type {{text: string, left: number} | null} */
  let read = null;
  await carryOut({ does: 'import', bytes: await file.arrayBuffer() }, { onImported: (imported) => { read = imported; } });
  if (read === null) return { size: file.size, text: () => file.text() };
  const { text, left } = /** @type {{text: string, left: number}} */ (read);
  return { size: text.length, text: () => Promise.resolve(text), left };
}
