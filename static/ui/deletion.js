// SPDX-License-Identifier: MIT
// What goes when a message is deleted, and whether that has to be asked about. Pure.

import { subtreeOf } from '../core/conversation.js';
import { selectIsStreaming } from '../core/selectors.js';

/**
 * @typedef {import('../core/types.js').Conversation} Conversation
 * @typedef {import('../core/types.js').Id} Id
 * @typedef {object} Deletion
 * @property {number} count  messages that go, other versions and what follows them included
 * @property {boolean} ask   more goes than the message, or the question with its answers
 * @property {Id | null} pair  the question that could go with its answers alone
 */

/**
 * @param {Conversation} conversation
 * @param {Id} id
 * @returns {Deletion}
 */
export function deletionOf(conversation, id) {
  const message = conversation.nodes[id];
  if (message === undefined) return { count: 0, ask: false, pair: null };
  const count = subtreeOf(conversation, id).length;
  const own = message.role === 'user' ? 1 + message.children.length : 1;
  const question = message.role === 'user' ? id : message.parentId;
  return { count, ask: count > own, pair: selectIsStreaming(conversation) ? null : question };
}
