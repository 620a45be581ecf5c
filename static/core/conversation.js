/* SPDX-License-Identifier: MIT */
/**
 * The conversation tree: immutable, with alternatives as siblings.
 *
 * Every function returns a new conversation and shares what did not change.
 * One truth says which branch is shown: `openRootId`, and `openChildId` of each
 * message; so going back to a branch shows it as it was left.
 *
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').MessageStatus} MessageStatus
 * @typedef {import('./types.js').Id} Id
 */

import { NO_PARTS } from './parts.js';

/** Longest title taken from a first message, in characters. */
const TITLE_LENGTH = 60;

/** @type {ReadonlySet<MessageStatus>} */
const UNDER_WAY = new Set(['connecting', 'waiting', 'thinking', 'answering', 'held', 'reconnecting', 'acting']);

/**
 * Whether an answer in this status can still change by itself, and be stopped.
 *
 * @param {MessageStatus} status
 * @returns {boolean}
 */
export function isUnderWay(status) {
  return UNDER_WAY.has(status);
}

/**
 * An empty conversation.
 *
 * @param {object} options
 * @param {Id} options.id
 * @param {number} options.now
 * @param {string} [options.model]  '' follows the default model
 * @returns {Conversation}
 */
export function createConversation({ id, now, model = '' }) {
  return {
    id,
    title: '',
    titleEdited: false,
    createdAt: now,
    updatedAt: now,
    model,
    system: '',
    params: {},
    draft: { text: '', attachments: [] },
    nodes: {},
    roots: [],
    openRootId: null,
    queue: [],
    pinned: false,
    unseen: false,
    tools: [],
    webSearch: false,
    allowed: [],
  };
}

/**
 * A message with nothing in it but what is given.
 *
 * @param {Pick<Message, 'id' | 'parentId' | 'role' | 'createdAt'> & Partial<Message>} fields
 * @returns {Message}
 */
export function createMessage(fields) {
  return {
    children: [],
    openChildId: null,
    parts: NO_PARTS,
    status: 'complete',
    model: '',
    error: null,
    hold: null,
    reconnect: null,
    usage: null,
    timing: null,
    streamKey: '',
    lastEventId: '',
    ...fields,
  };
}

/**
 * The messages of the shown branch, first to last.
 *
 * @param {Conversation} conversation
 * @returns {Message[]}
 */
export function openPath(conversation) {
  const path = [];
  let id = conversation.openRootId;
  while (id !== null) {
    const message = conversation.nodes[id];
    if (message === undefined) break;
    path.push(message);
    id = message.openChildId;
  }
  return path;
}

/**
 * The answer that stands beside the last one of the shown branch, of another
 * model, until one of the two is chosen.
 *
 * @param {Conversation} conversation
 * @param {readonly Message[]} path  openPath()
 * @returns {Message | null}
 */
export function besideLast(conversation, path) {
  const last = path.at(-1);
  const both = path.at(-2)?.both ?? [];
  if (last === undefined || !both.includes(last.id)) return null;
  return conversation.nodes[both.find((id) => id !== last.id) ?? ''] ?? null;
}

/**
 * The messages from the first one down to `id`, whether or not they are shown.
 *
 * @param {Conversation} conversation
 * @param {Id | null} id
 * @returns {Message[]}
 */
export function pathTo(conversation, id) {
  const path = [];
  while (id !== null) {
    const message = conversation.nodes[id];
    if (message === undefined) break;
    path.push(message);
    id = message.parentId;
  }
  return path.reverse();
}

/**
 * The ids of a message and its alternatives, in order of creation.
 *
 * @param {Conversation} conversation
 * @param {Id} id
 * @returns {readonly Id[]}
 */
export function siblingsOf(conversation, id) {
  const message = conversation.nodes[id];
  if (message === undefined) return [];
  return childrenOf(conversation, message.parentId);
}

/**
 * The children of a message, or the first messages for null.
 *
 * @param {Conversation} conversation
 * @param {Id | null} parentId
 * @returns {readonly Id[]}
 */
export function childrenOf(conversation, parentId) {
  if (parentId === null) return conversation.roots;
  return conversation.nodes[parentId]?.children ?? [];
}

/**
 * Sets the children of a message (or the first messages) and which is shown.
 *
 * @param {Conversation} conversation
 * @param {Id | null} parentId
 * @param {readonly Id[]} children
 * @param {Id | null} openId
 * @returns {Conversation}
 */
export function withChildren(conversation, parentId, children, openId) {
  if (parentId === null) return { ...conversation, roots: children, openRootId: openId };
  const parent = conversation.nodes[parentId];
  if (parent === undefined) return conversation;
  return withMessage(conversation, { ...parent, children, openChildId: openId });
}

/**
 * Puts a message in the place of the one with its id.
 *
 * @param {Conversation} conversation
 * @param {Message} message
 * @returns {Conversation}
 */
export function withMessage(conversation, message) {
  return { ...conversation, nodes: { ...conversation.nodes, [message.id]: message } };
}

/**
 * Adds a message as the newest alternative under its parent and shows it.
 * An unknown parent, or an id in use, changes nothing.
 *
 * @param {Conversation} conversation
 * @param {Message} message
 * @returns {Conversation}
 */
export function addMessage(conversation, message) {
  const { id, parentId } = message;
  if (conversation.nodes[id] !== undefined) return conversation;
  if (parentId !== null && conversation.nodes[parentId] === undefined) return conversation;
  const added = withMessage(conversation, message);
  const next = withChildren(added, parentId, [...childrenOf(added, parentId), id], id);
  return openTo(next, parentId);
}

/**
 * Shows the branch that leads to a message; what is shown below it stays.
 *
 * @param {Conversation} conversation
 * @param {Id | null} id
 * @returns {Conversation}
 */
export function openTo(conversation, id) {
  let next = conversation;
  while (id !== null) {
    const message = next.nodes[id];
    if (message === undefined) return next;
    const { parentId } = message;
    const openId = parentId === null ? next.openRootId : next.nodes[parentId]?.openChildId;
    if (openId !== id) next = withChildren(next, parentId, childrenOf(next, parentId), id);
    id = parentId;
  }
  return next;
}

/**
 * The ids of a message and of everything below it.
 *
 * @param {Conversation} conversation
 * @param {Id} id
 * @returns {Id[]}
 */
export function subtreeOf(conversation, id) {
  const ids = conversation.nodes[id] === undefined ? [] : [id];
  for (let i = 0; i < ids.length; i += 1) {
    ids.push(...(conversation.nodes[/** @type {Id} */ (ids[i])]?.children ?? []));
  }
  return ids;
}

/**
 * Takes a message out, with everything below it. The alternative before it,
 * or else the one after it, is shown in its place.
 *
 * @param {Conversation} conversation
 * @param {Id} id
 * @returns {{conversation: Conversation, removed: Record<Id, Message>, index: number}}
 *   what went, and where it stood among its siblings, for restoreMessages();
 *   index -1 when there is no such message
 */
export function removeMessage(conversation, id) {
  const message = conversation.nodes[id];
  if (message === undefined) return { conversation, removed: {}, index: -1 };
  /** @type {Record<Id, Message>} */
  const removed = {};
  const nodes = { ...conversation.nodes };
  for (const goneId of subtreeOf(conversation, id)) {
    removed[goneId] = /** @type {Message} */ (nodes[goneId]);
    delete nodes[goneId];
  }
  const { parentId } = message;
  const siblings = childrenOf(conversation, parentId);
  const index = siblings.indexOf(id);
  const rest = siblings.filter((sibling) => sibling !== id);
  const openId = parentId === null ? conversation.openRootId : conversation.nodes[parentId]?.openChildId ?? null;
  const nextOpen = openId === id ? rest[Math.max(index - 1, 0)] ?? null : openId;
  return {
    conversation: withChildren({ ...conversation, nodes }, parentId, rest, nextOpen),
    removed,
    index,
  };
}

/**
 * Puts back what removeMessage() took out, and shows it. Changes nothing when
 * the place it hung on is gone, or when it is back already.
 *
 * @param {Conversation} conversation
 * @param {Readonly<Record<Id, Message>>} nodes
 * @param {Id} topId  the message that was removed
 * @param {number} index  where it stood among its siblings
 * @returns {Conversation}
 */
export function restoreMessages(conversation, nodes, topId, index) {
  const top = nodes[topId];
  if (top === undefined || conversation.nodes[topId] !== undefined) return conversation;
  const { parentId } = top;
  if (parentId !== null && conversation.nodes[parentId] === undefined) return conversation;
  const children = [...childrenOf(conversation, parentId)];
  children.splice(index, 0, topId);
  const joined = { ...conversation, nodes: { ...conversation.nodes, ...nodes } };
  return openTo(withChildren(joined, parentId, children, topId), topId);
}

/**
 * The title a first message gives: its first line that says something, cut at
 * a word where that is possible.
 *
 * @param {string} text
 * @returns {string}
 */
export function titleFrom(text) {
  const head = text.slice(0, 2000);
  const line = head.split(/[\r\n]+/).map((part) => part.replace(/\s+/g, ' ').trim()).find((part) => part !== '') ?? '';
  const plain = line.replace(/^#+ /, '');
  const characters = [...plain];
  if (characters.length <= TITLE_LENGTH) return plain;
  const cut = characters.slice(0, TITLE_LENGTH - 1).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > TITLE_LENGTH / 2 ? cut.slice(0, space) : cut}…`;
}

/**
 * Whether there is nothing in it: no message, no draft, no system prompt.
 *
 * @param {Conversation} conversation
 * @returns {boolean}
 */
export function isEmpty(conversation) {
  return conversation.roots.length === 0 && conversation.draft.text === '' &&
    conversation.draft.attachments.length === 0 && conversation.system === '';
}
