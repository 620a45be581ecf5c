/* SPDX-License-Identifier: MIT */
/**
 * A question and its answers taken out of the middle of a conversation, and put
 * back: what followed the shown answer takes their place. Pure.
 *
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Id} Id
 *
 * What is needed to put it back.
 *
 * @typedef {object} Pair
 * @property {Id} topId  the question
 * @property {number} index  where it stood among its siblings
 * @property {Readonly<Record<Id, Message>>} nodes  what went
 * @property {readonly Id[]} moved  what took its place
 */

import { childrenOf, openTo, subtreeOf, withChildren } from './conversation.js';

/**
 * @param {Conversation} conversation
 * @param {Id} id  of a question
 * @returns {{conversation: Conversation, pair: Pair} | null} null when there is no such question
 */
export function removePair(conversation, id) {
  const question = conversation.nodes[id];
  if (question === undefined || question.role !== 'user') return null;
  const { parentId, openChildId } = question;
  const answer = openChildId === null ? undefined : conversation.nodes[openChildId];
  const moved = answer?.children ?? [];
  const stays = new Set(moved.flatMap((one) => subtreeOf(conversation, one)));
  /** @type {Record<Id, Message>} */
  const gone = {};
  const nodes = { ...conversation.nodes };
  for (const one of subtreeOf(conversation, id)) {
    if (stays.has(one)) continue;
    gone[one] = /** @type {Message} */ (nodes[one]);
    delete nodes[one];
  }
  for (const one of moved) nodes[one] = { .../** @type {Message} */ (nodes[one]), parentId };
  const siblings = childrenOf(conversation, parentId);
  const index = siblings.indexOf(id);
  const rest = siblings.flatMap((one) => (one === id ? moved : [one]));
  const openId = parentId === null ? conversation.openRootId : conversation.nodes[parentId]?.openChildId ?? null;
  const nextOpen = openId === id ? answer?.openChildId ?? rest[Math.max(index - 1, 0)] ?? null : openId;
  return {
    conversation: withChildren({ ...conversation, nodes }, parentId, rest, nextOpen),
    pair: { topId: id, index, nodes: gone, moved },
  };
}

/**
 * Puts back what removePair() took out, and shows it. Changes nothing when the
 * place it hung on, or what took its place, is gone.
 *
 * @param {Conversation} conversation
 * @param {Pair} pair
 * @returns {Conversation}
 */
export function restorePair(conversation, { topId, index, nodes, moved }) {
  const question = nodes[topId];
  if (question === undefined || conversation.nodes[topId] !== undefined) return conversation;
  const { parentId, openChildId } = question;
  if (parentId !== null && conversation.nodes[parentId] === undefined) return conversation;
  const before = childrenOf(conversation, parentId);
  if (!moved.every((one) => before.includes(one))) return conversation;
  const joined = { ...conversation.nodes, ...nodes };
  for (const one of moved) joined[one] = { .../** @type {Message} */ (joined[one]), parentId: openChildId };
  const children = before.filter((one) => !moved.includes(one));
  children.splice(index, 0, topId);
  return openTo(withChildren({ ...conversation, nodes: joined }, parentId, children, topId), topId);
}
