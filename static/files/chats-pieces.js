// SPDX-License-Identifier: MIT
// An exported file as several, none of them long: who reads them can do something else between. Pure.

import { isFields, listOf } from './chats-tree.js';

/**
 * @typedef {import('./chats-tree.js').Fields} Fields
 */

/** Characters of one piece; a part of a message that is longer is one by itself. */
const PIECE_CHARS = 512 * 1024;
/** What is cut: a file between its conversations, these between their messages, and a message between its parts. */
const LISTS = Object.freeze(['conversations', 'messages', 'parts']);

/**
 * Each is a file of its own, but that what has `goes_on` continues what was last in the one before: a conversation has
 * more messages, a message more parts.
 * @param {Fields} file
 * @returns {Generator<string>}
 */
export function piecesOf(file) {
  return slices(file, 0);
}

/**
 * @param {unknown} value
 * @param {number} depth  into LISTS
 * @returns {Generator<string>}
 */
function* slices(value, depth) {
  const member = LISTS[depth];
  const list = isFields(value) && member !== undefined ? value[member] : undefined;
  if (!isFields(value) || member === undefined || !Array.isArray(list)) {
    yield JSON.stringify(value);
    return;
  }
  // Its list comes last, and is filled in.
  let head = Object.fromEntries(Object.entries(value).filter(([name]) => name !== member));
  /** @type {string[]} */
  let group = [];
  let chars = 0;
  const end = () => `${JSON.stringify({ ...head, [member]: [] }).slice(0, -2)}${group.join(',')}]}`;
  for (const one of list) {
    for (const json of slices(one, depth + 1)) {
      if (group.length > 0 && chars + json.length > PIECE_CHARS) {
        yield end();
        if (depth > 0) head = { goes_on: true };
        group = [];
        chars = 0;
      }
      group.push(json);
      chars += json.length;
    }
  }
  yield end();
}

/** Messages of a file, which say how far its pieces have come. @param {Fields} file */
export function messagesIn({ conversations }) {
  return listOf(conversations).reduce((/** @type {number} */ sum, one) => sum + (isFields(one) ? listOf(one['messages']).length : 0), 0);
}
