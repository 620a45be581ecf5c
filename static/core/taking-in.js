/* SPDX-License-Identifier: MIT */
/**
 * What of a file's conversations is taken beside those that are there.
 *
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Conversations} Conversations
 * @typedef {import('./types.js').Id} Id
 */

import { readExport } from './importing.js';
import { MAX_CONVERSATIONS, MAX_IMPORT_BYTES, MEMORY_CAP_BYTES } from './limits.js';
import { conversationBytes, memoryBytes } from './memory.js';
import { textOf } from './parts.js';
import { ImportError } from './reading.js';

/**
 * Reads a file. One of confab's own is taken whole or not at all; of one that
 * was made from another program's, as `left` says, what is there already does
 * not come a second time, and the latest are taken where there is no room for
 * all.
 *
 * @param {Parameters<import('./types.js').Actions['importFile']>[0]} file
 * @param {Conversations} there
 * @param {() => Id} newId
 * @returns {Promise<{conversations: Conversation[], left: number}>}  left: how many were not taken, or not understood
 * @throws {ImportError}
 */
export async function takeIn(file, there, newId) {
  if (file.size > MAX_IMPORT_BYTES) throw new ImportError('size');
  const read = readExport(await file.text(), newId);
  const fresh = file.left === undefined ? read : withoutDoubles(read, Object.values(there.byId));
  const room = MAX_CONVERSATIONS - there.order.length;
  const conversations = file.left === undefined ? fresh : latest(fresh, room);
  const bytes = conversations.reduce((sum, one) => sum + conversationBytes(one), memoryBytes(there));
  if (bytes > MEMORY_CAP_BYTES) throw new ImportError('memory');
  if (conversations.length > room) throw new ImportError('size');
  return { conversations, left: (file.left ?? 0) + fresh.length - conversations.length };
}

/**
 * Neither what is there nor what the file has twice.
 *
 * @param {readonly Conversation[]} read
 * @param {readonly Conversation[]} there
 * @returns {Conversation[]}
 */
function withoutDoubles(read, there) {
  const known = new Set(there.map(fingerprint));
  return read.filter((conversation) => {
    const print = fingerprint(conversation);
    if (known.has(print)) return false;
    known.add(print);
    return true;
  });
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

/**
 * What is the same in a conversation and in its copy from a file: when it
 * began and what it began with, how long it is.
 *
 * @param {Conversation} conversation
 * @returns {string}
 */
function fingerprint({ createdAt, roots, nodes }) {
  const first = nodes[roots[0] ?? ''];
  return JSON.stringify([createdAt, first?.createdAt, first === undefined ? '' : textOf(first.parts).slice(0, 1000), Object.keys(nodes).length]);
}
