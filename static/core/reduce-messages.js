/* SPDX-License-Identifier: MIT */
/**
 * Reducer of what happens inside a conversation: questions, answers as they
 * arrive, branches.
 *
 * @typedef {import('./types.js').Action} Action
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Conversations} Conversations
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Progress} Progress
 * @typedef {import('./types.js').Id} Id
 */

import {
  addMessage, childrenOf, createMessage, isUnderWay, openTo, removeMessage, titleFrom, withMessage,
} from './conversation.js';
import { removePair } from './pair.js';
import { finished, withDeltas } from './deltas.js';
import { NO_PARTS, hasBegun, isAttachment, partsOf } from './parts.js';
import { update } from './reduce-conversations.js';

/**
 * @param {Conversations} conversations
 * @param {Action} action
 * @returns {Conversations}
 */
export function reduceMessages(conversations, action) {
  switch (action.type) {
    case 'exchange/started':
      return update(moveToFront(conversations, action.conversationId), action.conversationId,
        (conversation) => startExchange(conversation, action));
    case 'answer/restarted':
      return updateAnswer(conversations, action, (message) => restarted(message, action));
    case 'answer/progressed':
      return updateAnswer(conversations, action, (message) => progressed(message, action.progress, action.now));
    case 'answer/called':
      return updateAnswer(conversations, action, (message) => called(message, action));
    case 'answer/wentOn':
      return updateAnswer(conversations, action, (message) => wentOn(message, action.streamKey));
    case 'answer/held':
      return updateAnswer(conversations, action, (message) => ({
        ...message, status: 'held', hold: action.hold, reconnect: null,
      }));
    case 'answer/ended': {
      const next = updateAnswer(conversations, action, (message) => ended(message, action));
      const away = next !== conversations && action.conversationId !== next.activeId && action.status !== 'stopped';
      return away ? update(next, action.conversationId, (conversation) => ({ ...conversation, unseen: true })) : next;
    }
    case 'answer/rewritten':
      return update(conversations, action.conversationId, (conversation) => rewritten(conversation, action));
    case 'answer/recalled':
      return update(conversations, action.conversationId, (conversation) => recalled(conversation, action));
    case 'branch/opened':
      return update(conversations, action.conversationId, (conversation) =>
        openTo(conversation, action.messageId));
    case 'answer/chosen':
      return update(conversations, action.conversationId, (conversation) => chosen(conversation, action.messageId));
    case 'message/deleted':
      return deleteMessage(conversations, action);
    case 'pair/deleted':
      return deletePair(conversations, action);
    default:
      return conversations;
  }
}

/**
 * @param {Conversations} conversations
 * @param {Id} id
 * @returns {Conversations}
 */
function moveToFront(conversations, id) {
  if (conversations.order[0] === id || conversations.byId[id] === undefined) return conversations;
  return { ...conversations, order: [id, ...conversations.order.filter((other) => other !== id)] };
}

/**
 * @param {Conversation} conversation
 * @param {Extract<Action, {type: 'exchange/started'}>} action
 * @returns {Conversation}
 */
function startExchange(conversation, { user, answer, beside, instead, now, clearDraft }) {
  let next = user === null ? withoutFailed(conversation, answer.parentId, instead) : conversation;
  if (user !== null) {
    next = addMessage(next, createMessage({
      id: user.id,
      parentId: user.parentId,
      role: 'user',
      parts: partsOf(user.text, user.attachments),
      createdAt: now,
    }));
  }
  for (const { id, parentId, model, streamKey } of beside === undefined ? [answer] : [answer, beside]) {
    next = addMessage(next, createMessage({
      id, parentId, role: 'assistant', model, streamKey, createdAt: now, status: 'connecting', timing: newTiming(now),
    }));
  }
  if (next.nodes[answer.id] === undefined) return conversation;
  const question = next.nodes[answer.parentId];
  if (beside !== undefined && question !== undefined) {
    next = openTo(withMessage(next, { ...question, both: [answer.id, beside.id] }), answer.id);
  } else if (instead !== undefined) {
    next = standingIn(next, instead, answer);
  }
  const title = conversation.title === '' && !conversation.titleEdited && user !== null
    ? titleFrom(user.text) || (user.attachments[0]?.name ?? '')
    : conversation.title;
  const draft = clearDraft ? { text: '', attachments: [] } : conversation.draft;
  return { ...next, title, draft, updatedAt: now };
}

/**
 * Of two answers beside each other, another version takes the place of one.
 *
 * @param {Conversation} conversation
 * @param {Id} instead  of the one
 * @param {{id: Id, parentId: Id | null}} version
 * @returns {Conversation}
 */
function standingIn(conversation, instead, { id, parentId }) {
  const question = conversation.nodes[parentId ?? ''];
  if (!question?.both?.includes(instead)) return conversation;
  return withMessage(conversation, { ...question, both: question.both.map((one) => (one === instead ? id : one)) });
}

/**
 * One of two answers is gone on with, by its model alone.
 *
 * @param {Conversation} conversation
 * @param {Id} messageId
 * @returns {Conversation}
 */
function chosen(conversation, messageId) {
  const answer = conversation.nodes[messageId];
  const question = conversation.nodes[answer?.parentId ?? ''];
  if (answer === undefined || question?.both === undefined) return conversation;
  const next = withMessage(conversation, { ...question, both: [] });
  return { ...openTo(next, messageId), model: answer.model, second: '' };
}

/**
 * Whether a try came to nothing that anybody could want back: it broke off
 * before its first word, and nothing follows it.
 *
 * @param {Message} message
 * @returns {boolean}
 */
function failedEmpty({ role, status, parts, children }) {
  if (role === 'user' || children.length > 0) return false;
  if (status === 'stopped') return !hasBegun(parts);
  return (status === 'failed' || status === 'interrupted') &&
    parts.every((part) => part.kind === 'reasoning' || part.kind === 'notice' || (part.kind === 'text' && part.text === ''));
}

/**
 * Several failed tries are one: those that said nothing make way for the next,
 * but for the one that stands beside it.
 *
 * @param {Conversation} conversation
 * @param {Id} parentId  the question
 * @param {Id} [instead]  what the next takes the place of
 * @returns {Conversation}
 */
function withoutFailed(conversation, parentId, instead) {
  const both = conversation.nodes[parentId]?.both ?? [];
  const stays = instead !== undefined && both.includes(instead) ? both.filter((id) => id !== instead) : [];
  return childrenOf(conversation, parentId).reduce((next, id) => (
    !stays.includes(id) && failedEmpty(/** @type {Message} */ (next.nodes[id])) ? removeMessage(next, id).conversation : next), conversation);
}

/**
 * @param {Conversation} conversation
 * @param {Extract<Action, {type: 'answer/rewritten'}>} action
 * @returns {Conversation}
 */
function rewritten(conversation, { messageId, id, now, text }) {
  const before = conversation.nodes[messageId];
  if (before === undefined || before.role !== 'assistant' || isUnderWay(before.status)) return conversation;
  const { parentId, model } = before;
  // The person's words take the place of the model's; what was shown with them stays.
  const parts = [...partsOf(text), ...before.parts.filter(isAttachment)];
  const next = addMessage(conversation, createMessage({ id, parentId, role: 'assistant', parts, model, createdAt: now }));
  return next === conversation ? conversation : { ...standingIn(next, before.id, { id, parentId }), updatedAt: now };
}

/**
 * @param {Conversation} conversation
 * @param {Extract<Action, {type: 'answer/recalled'}>} action
 * @returns {Conversation}
 */
function recalled(conversation, { messageId, id, at, now }) {
  const before = conversation.nodes[messageId];
  const call = before?.parts[at];
  if (before === undefined || isUnderWay(before.status) || call?.kind !== 'tool_call') return conversation;
  const last = before.parts.findLastIndex((part) => part.kind === 'tool_call' && part.round === call.round);
  const parts = before.parts.slice(0, last + 1).map((part) => (part === call
    ? { ...call, state: /** @type {const} */ ('writing'), result: null, startedAt: now, endedAt: null } : part));
  const { parentId, model } = before;
  const next = addMessage(conversation, createMessage({
    id, parentId, role: 'assistant', parts, model, createdAt: now, status: 'acting', timing: newTiming(now),
  }));
  return next === conversation ? conversation : { ...standingIn(next, messageId, { id, parentId }), updatedAt: now };
}

/**
 * @param {number} now
 * @returns {import('./types.js').Timing}
 */
function newTiming(now) {
  return { startedAt: now, firstTokenAt: null, endedAt: null };
}

/**
 * @param {Conversations} conversations
 * @param {{conversationId: Id, messageId: Id}} where
 * @param {(message: Message) => Message} change
 * @returns {Conversations}
 */
function updateAnswer(conversations, { conversationId, messageId }, change) {
  return update(conversations, conversationId, (conversation) => {
    const message = conversation.nodes[messageId];
    if (message === undefined || message.role !== 'assistant') return conversation;
    const next = change(message);
    return next === message ? conversation : withMessage(conversation, next);
  });
}

/**
 * @param {Message} message
 * @param {Extract<Action, {type: 'answer/restarted'}>} action
 * @returns {Message}
 */
function restarted(message, { now, streamKey, model, keepText }) {
  return {
    ...message,
    parts: keepText ? message.parts : NO_PARTS,
    model,
    status: 'connecting',
    error: null,
    hold: null,
    reconnect: null,
    usage: null,
    spent: undefined,
    timing: newTiming(now),
    streamKey,
    lastEventId: streamKey === message.streamKey ? message.lastEventId : '',
  };
}

/**
 * @param {Message} message
 * @param {Progress} progress
 * @param {number} now
 * @returns {Message}
 */
function progressed(message, progress, now) {
  if (!isUnderWay(message.status)) return message;
  const { deltas = [], status = message.status } = progress;
  const begun = hasBegun(message.parts);
  // What was held starts when it goes out, not when it was written.
  const timing = message.timing === null || (message.status === 'held' && !begun) ? newTiming(now) : message.timing;
  const parts = withDeltas(message.parts, deltas, now);
  return {
    ...message,
    parts,
    status,
    hold: null,
    reconnect: status === 'reconnecting' ? progress.reconnect ?? message.reconnect : null,
    usage: progress.usage === undefined ? message.usage : sumOf(message.spent, progress.usage),
    model: progress.model ?? message.model,
    lastEventId: progress.lastEventId ?? message.lastEventId,
    timing: timing.firstTokenAt === null && hasBegun(parts) ? { ...timing, firstTokenAt: now } : timing,
  };
}

/**
 * What two requests took together.
 *
 * @param {import('./types.js').Usage | undefined} before
 * @param {import('./types.js').Usage} usage
 * @returns {import('./types.js').Usage}
 */
function sumOf(before, usage) {
  if (before === undefined) return usage;
  return {
    promptTokens: before.promptTokens + usage.promptTokens,
    completionTokens: before.completionTokens + usage.completionTokens,
    reasoningTokens: before.reasoningTokens + usage.reasoningTokens,
    cachedTokens: before.cachedTokens + usage.cachedTokens,
    cost: before.cost === null && usage.cost === null ? null : (before.cost ?? 0) + (usage.cost ?? 0),
  };
}

/**
 * @param {Message} message
 * @param {Extract<Action, {type: 'answer/called'}>} action
 * @returns {Message}
 */
function called(message, { calls }) {
  if (!isUnderWay(message.status)) return message;
  const parts = [...message.parts];
  for (const { at, change } of calls) {
    const part = parts[at];
    if (part?.kind === 'tool_call') parts[at] = { ...part, ...change };
  }
  return { ...message, parts, status: 'acting', hold: null, reconnect: null };
}

/**
 * @param {Message} message
 * @param {string} streamKey
 * @returns {Message}
 */
function wentOn(message, streamKey) {
  if (!isUnderWay(message.status)) return message;
  const { usage } = message;
  return { ...message, status: 'connecting', streamKey, lastEventId: '', ...(usage === null ? {} : { spent: usage }) };
}

/**
 * @param {Message} message
 * @param {Extract<Action, {type: 'answer/ended'}>} action
 * @returns {Message}
 */
function ended(message, { now, status, error, notice }) {
  if (!isUnderWay(message.status)) return message;
  const timing = message.timing ?? newTiming(now);
  const parts = finished(message.parts, now);
  return {
    ...message,
    parts: notice === undefined ? parts : [...parts, { kind: 'notice', code: notice, detail: '' }],
    status,
    error: error ?? null,
    hold: null,
    reconnect: null,
    timing: { ...timing, endedAt: now },
  };
}

/**
 * @param {Conversations} conversations
 * @param {Extract<Action, {type: 'message/deleted'}>} action
 * @returns {Conversations}
 */
function deleteMessage(conversations, { conversationId, messageId, token, now }) {
  const conversation = conversations.byId[conversationId];
  if (conversation === undefined) return conversations;
  const { conversation: rest, removed, index } = removeMessage(conversation, messageId);
  if (index === -1) return conversations;
  const next = update(conversations, conversationId, () => ({ ...rest, updatedAt: now }));
  return {
    ...next,
    undo: { kind: 'messages', token, conversationId, topId: messageId, index, nodes: removed },
  };
}

/**
 * @param {Conversations} conversations
 * @param {Extract<Action, {type: 'pair/deleted'}>} action
 * @returns {Conversations}
 */
function deletePair(conversations, { conversationId, messageId, token, now }) {
  const conversation = conversations.byId[conversationId];
  const done = conversation === undefined ? null : removePair(conversation, messageId);
  if (done === null) return conversations;
  const next = update(conversations, conversationId, () => ({ ...done.conversation, updatedAt: now }));
  return { ...next, undo: { kind: 'pair', token, conversationId, pair: done.pair } };
}
