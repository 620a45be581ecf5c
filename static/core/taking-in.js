/* SPDX-License-Identifier: MIT */
/**
 * What of a file's conversations is taken beside those that are there.
 *
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Conversations} Conversations
 * @typedef {import('./types.js').Id} Id
 */

import { createImport } from './importing.js';
import { isSame, joined } from './joining.js';
import { MAX_CONVERSATIONS, MAX_IMPORT_BYTES, MAX_MESSAGES, MEMORY_CAP_BYTES } from './limits.js';
import { conversationBytes, memoryBytes } from './memory.js';
import { ImportError } from './reading.js';

/**
 * @typedef {{size: number} & ({text: () => Promise<string>} | {pieces: Pieces})} ChatFile
 *
 * The same as several files, which are given one after the other, with how many messages are in all of them. The result
 * is how much was not understood, when it was another program's.
 * @typedef {(take: (text: string, messages: number) => void) => Promise<number | undefined>} Pieces
 *
 * Who waits for it: may give it up, and hears how many messages of how many are read.
 * @typedef {{signal?: {readonly aborted: boolean}, onProgress?: (messages: number, all: number) => void}} Watch
 */

/**
 * The conversations of files, one after the other. One that cannot be read keeps the others from nothing.
 *
 * @param {readonly ChatFile[]} files
 * @param {() => Id} newId
 * @param {(messages: number, all: number) => void} [onProgress]
 * @returns {Promise<{read: Conversation[], left: number | undefined, failed: unknown}>}  left: undefined when all are
 *   confab's own; failed: why one of them was not read
 * @throws {unknown} an ImportError, or what reading failed with, when none could be read
 */
export async function readChats(files, newId, onProgress = () => {}) {
  /** @type {{read: Conversation[], left: number | undefined, failed: unknown}} */
  const all = { read: [], left: undefined, failed: undefined };
  let count = 0;
  for (const file of files) {
    try {
      if (file.size > MAX_IMPORT_BYTES) throw new ImportError('size');
      const importer = createImport(newId);
      const take = (/** @type {string} */ text, messages = 0) => {
        importer.read(text);
        onProgress(importer.messages(), messages);
      };
      const left = 'pieces' in file ? await file.pieces(take) : take(await file.text());
      all.read.push(...importer.end());
      if (left !== undefined) all.left = (all.left ?? 0) + left;
      count += 1;
    } catch (error) {
      all.failed ??= error;
    }
  }
  if (count === 0) throw all.failed;
  return all;
}

/**
 * What comes of them: those that are not here, and those that are here and have
 * more in the file, put together. What is here as it is in the file is left out,
 * as is what the file has twice. A file of confab's own is taken whole or not at
 * all; of one that was made from another program's, as `left` says, the latest
 * are taken where there is no room for all.
 *
 * @param {readonly Conversation[]} read
 * @param {Conversations} there  as they are now: nothing may happen until the result is put into the store
 * @param {number} [left]
 * @returns {{conversations: Conversation[], left: number}}  left: how many were not taken, or not understood
 * @throws {ImportError}
 */
export function takeIn(read, there, left) {
  const { fresh, grown } = besides(read, there);
  const room = MAX_CONVERSATIONS - there.order.length;
  const taken = left === undefined ? fresh : latest(fresh, room);
  const conversations = [...taken, ...grown];
  const bytes = conversations.reduce((sum, one) => sum + conversationBytes(one) - bytesThere(there, one.id), memoryBytes(there));
  if (bytes > MEMORY_CAP_BYTES) throw new ImportError('memory');
  if (taken.length > room || grown.some(({ nodes }) => Object.keys(nodes).length > MAX_MESSAGES)) throw new ImportError('size');
  return { conversations, left: (left ?? 0) + fresh.length - taken.length };
}

/**
 * @param {Conversations} there
 * @param {Id} id
 * @returns {number}
 */
function bytesThere({ byId }, id) {
  const one = byId[id];
  return one === undefined ? 0 : conversationBytes(one);
}

/**
 * @param {readonly Conversation[]} read
 * @param {Conversations} there
 * @returns {{fresh: Conversation[], grown: Conversation[]}}
 */
function besides(read, there) {
  /** @type {Map<number, Conversation[]>} by the time of their beginning */
  const known = new Map();
  for (const one of Object.values(there.byId)) known.set(one.createdAt, [...known.get(one.createdAt) ?? [], one]);
  for (const copy of read) {
    const alike = known.get(copy.createdAt) ?? [];
    const at = alike.findIndex((one) => isSame(one, copy));
    if (at < 0) known.set(copy.createdAt, [...alike, copy]);
    else alike[at] = joined(/** @type {Conversation} */ (alike[at]), copy);
  }
  const all = new Map([...known.values()].flat().map((one) => [one.id, one]));
  return {
    fresh: read.flatMap(({ id }) => all.get(id) ?? []),
    grown: Object.values(there.byId).flatMap((one) => (all.get(one.id) === one ? [] : all.get(one.id) ?? [])),
  };
}

/**
 * The conversations that went on last, in the order they came in: somebody
 * may have had more elsewhere than are kept here.
 *
 * @param {Conversation[]} all
 * @param {number} room
 * @returns {Conversation[]}
 */
function latest(all, room) {
  if (all.length <= room) return all;
  const kept = new Set([...all].sort((a, b) => b.updatedAt - a.updatedAt).slice(0, Math.max(0, room)));
  return all.filter((one) => kept.has(one));
}
