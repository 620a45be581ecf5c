/* SPDX-License-Identifier: MIT */
/**
 * Reducer of the list of conversations and of what each is set to.
 *
 * @typedef {import('./types.js').Action} Action
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Conversations} Conversations
 * @typedef {import('./types.js').Id} Id
 */

import { createConversation, restoreMessages } from './conversation.js';
import { restorePair } from './pair.js';

/** After these nobody wants the last deletion back, or its place has changed. */
const ENDS_UNDO = new Set(['conversation/created', 'conversation/imported', 'exchange/started', 'answer/rewritten', 'answer/recalled']);

/**
 * @param {Conversations} conversations
 * @param {Action} action
 * @returns {Conversations}
 */
export function reduceConversations(conversations, action) {
  const kept = conversations.undo !== null && ENDS_UNDO.has(action.type) ? { ...conversations, undo: null } : conversations;
  const next = step(kept, action);
  const { activeId, byId } = next;
  return byId[activeId]?.unseen ? update(next, activeId, (shown) => ({ ...shown, unseen: false })) : next;
}

/**
 * @param {Conversations} conversations
 * @param {Action} action
 * @returns {Conversations}
 */
function step(conversations, action) {
  switch (action.type) {
    case 'conversation/created':
      return add(conversations, createConversation({ id: action.id, now: action.now, model: action.model }), 0);
    case 'conversation/selected':
      if (conversations.activeId === action.id || !has(conversations, action.id)) return conversations;
      return { ...conversations, activeId: action.id };
    case 'conversation/renamed':
      return update(conversations, action.id, (conversation) => ({
        ...conversation,
        title: action.title,
        titleEdited: true,
        updatedAt: action.now,
      }));
    case 'conversation/configured':
      return update(conversations, action.id, (conversation) => ({ ...conversation, ...action.patch }));
    case 'conversation/queued':
      return update(conversations, action.id, (conversation) => ({ ...conversation, queue: action.queue, draft: action.draft }));
    case 'conversation/draftChanged':
      return update(conversations, action.id, (conversation) => ({
        ...conversation,
        draft: { ...conversation.draft, ...action.patch },
      }));
    case 'conversation/deleted':
      return remove(conversations, action);
    case 'conversation/imported':
      return action.conversations.reduceRight((all, one) => (has(all, one.id)
        ? { ...update(all, one.id, () => one), activeId: one.id } : add(all, one, 0)), conversations);
    case 'undo/applied':
      return undo(conversations, action.token);
    case 'undo/expired':
      return conversations.undo?.token === action.token ? { ...conversations, undo: null } : conversations;
    case 'conversations/cleared':
    case 'session/signedOut':
      return step(
        { byId: {}, order: [], activeId: '', undo: null },
        { type: 'conversation/created', id: action.newId, now: action.now, model: '' },
      );
    default:
      return conversations;
  }
}

/**
 * Changes one conversation; an unknown id changes nothing.
 *
 * @param {Conversations} conversations
 * @param {Id} id
 * @param {(conversation: Conversation) => Conversation} change
 * @returns {Conversations}
 */
export function update(conversations, id, change) {
  const conversation = conversations.byId[id];
  if (conversation === undefined) return conversations;
  const next = change(conversation);
  if (next === conversation) return conversations;
  return { ...conversations, byId: { ...conversations.byId, [id]: next } };
}

/**
 * @param {Conversations} conversations
 * @param {Id} id
 * @returns {boolean}
 */
function has(conversations, id) {
  return conversations.byId[id] !== undefined;
}

/**
 * Adds a conversation at a place in the order and shows it.
 *
 * @param {Conversations} conversations
 * @param {Conversation} conversation
 * @param {number} index
 * @returns {Conversations}
 */
function add(conversations, conversation, index) {
  if (has(conversations, conversation.id)) return conversations;
  const order = [...conversations.order];
  order.splice(index, 0, conversation.id);
  return {
    ...conversations,
    byId: { ...conversations.byId, [conversation.id]: conversation },
    order,
    activeId: conversation.id,
  };
}

/**
 * Takes a conversation out and remembers it for the undo. Its neighbour is
 * shown next, or a new one when it was the last.
 *
 * @param {Conversations} conversations
 * @param {{id: Id, token: Id, newId: Id, now: number}} action
 * @returns {Conversations}
 */
function remove(conversations, { id, token, newId, now }) {
  const conversation = conversations.byId[id];
  if (conversation === undefined) return conversations;
  const index = conversations.order.indexOf(id);
  const order = conversations.order.filter((other) => other !== id);
  const byId = { ...conversations.byId };
  delete byId[id];
  const neighbour = order[Math.min(index, order.length - 1)] ?? '';
  /** @type {Conversations} */
  const next = {
    byId,
    order,
    activeId: conversations.activeId === id ? neighbour : conversations.activeId,
    undo: { kind: 'conversation', token, conversation, index },
  };
  return order.length > 0 ? next : add(next, createConversation({ id: newId, now }), 0);
}

/**
 * @param {Conversations} conversations
 * @param {Id} token
 * @returns {Conversations}
 */
function undo(conversations, token) {
  const what = conversations.undo;
  if (what === null || what.token !== token) return conversations;
  const rest = { ...conversations, undo: null };
  if (what.kind === 'conversation') return add(rest, what.conversation, what.index);
  return update(rest, what.conversationId, (conversation) => (what.kind === 'pair'
    ? restorePair(conversation, what.pair)
    : restoreMessages(conversation, what.nodes, what.topId, what.index)));
}
