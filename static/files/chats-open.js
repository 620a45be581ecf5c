// SPDX-License-Identifier: MIT
// Has files with conversations read in a thread: those of other programs are put into this one's form there, and those
// that are long into pieces.

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
 * @returns {Promise<ChatFile>}  the file itself when nothing is known of it
 * @throws {import('./errors.js').FileError}
 */
async function openOne(file) {
  /** @type {string[]} */
  const texts = [];
  /** @type {{left?: number}} */
  let rest = {};
  await carryOut({ does: 'import', bytes: await file.arrayBuffer() }, {
    onImported({ text, ...more }) {
      texts.push(text);
      rest = more;
    },
  });
  if (texts.length === 0) return file;
  return { size: texts.reduce((sum, { length }) => sum + length, 0), pieces: () => spaced(texts), ...rest };
}

/** Texts, with room for a frame and for whoever types before each. @param {readonly string[]} texts */
async function* spaced(texts) {
  for (const text of texts) {
    await new Promise((resolve) => { setTimeout(resolve); });
    yield text;
  }
}
