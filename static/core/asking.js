/* SPDX-License-Identifier: MIT */
/**
 * What a wish for an answer comes to, decided from the state alone: whether it
 * can be asked for, where in the tree it goes, and what is sent. Pure.
 *
 * @typedef {import('./types.js').Attachment} Attachment
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Id} Id
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Model} Model
 * @typedef {import('./types.js').NewUserMessage} NewUserMessage
 * @typedef {import('./types.js').State} State
 * @typedef {import('./selectors.js').SendObstacle} SendObstacle
 */

import { isUnderWay, pathTo } from './conversation.js';
import { contextOf, textCost } from './context-window.js';
import { attachmentsOf, endsInCalls, hasBegun, hasText } from './parts.js';
import { requestBody } from './request.js';
import {
  selectAskObstacle, selectConversation, selectMessage, selectModel, selectOffered, selectPath, selectSendObstacle, selectSystem,
} from './selectors.js';

/** Ends of a resume after which only asking the model to go on is left. */
const GONE = new Set(['stream_not_found', 'stream_lost', 'events_evicted', 'not_found']);
/** Ends after which the server may still have the rest of the answer. */
const MAYBE_THERE = new Set(['network', 'offline', 'timeout', 'unavailable', 'cut_off']);

/**
 * @typedef {{conversation: Conversation, model: Model}} Where
 * @typedef {{conversation: Conversation, message: Message, model: Model}} Again
 *
 * @typedef {{do: 'nothing'}
 *   | {do: 'refuse', obstacle: SendObstacle, model: Model | null}
 *   | {do: 'ask', user: Omit<NewUserMessage, 'id'>, clearDraft: boolean, second: Model | null} & Where
 *   | {do: 'askAgain', parentId: Id, instead: Id} & Where
 *   | {do: 'restart'} & Again
 *   | {do: 'resume'} & Again
 *   | {do: 'goOn'} & Again} Plan
 *
 * nothing   there is nothing to do it with
 * refuse    it cannot be now, and the person is told why
 * ask       a new question, and its answer; `second` is asked as well
 * askAgain  another answer to a question that is there; where two stand beside
 *           each other, in the place of the one that it is asked of
 * restart   the same answer from its beginning
 * resume    the rest of an answer that the server may still have
 * goOn      the model is asked to continue its answer
 */

/** @type {Plan} */
const NOTHING = Object.freeze({ do: 'nothing' });

/**
 * @param {SendObstacle | null} obstacle
 * @param {Model | null} model
 * @returns {Plan}
 */
function refusal(obstacle, model) {
  return { do: 'refuse', obstacle: obstacle ?? 'no-model', model };
}

/**
 * The model that is asked besides; or why it cannot be.
 *
 * @param {State} state
 * @param {Conversation} conversation
 * @param {Model} model  the first
 * @param {readonly Attachment[]} attachments
 * @returns {{second: Model | null} | {plan: Plan}}
 */
function secondOf(state, conversation, model, attachments) {
  const second = state.models.list.find(({ id }) => id === conversation.second) ?? null;
  if (second === null || second.id === model.id) return { second: null };
  const obstacle = selectAskObstacle(state, conversation, second, attachments);
  return obstacle === null ? { second } : { plan: refusal(obstacle, second) };
}

/**
 * The draft as a question.
 *
 * @param {State} state
 * @param {Id} conversationId
 * @returns {Plan}
 */
export function planSend(state, conversationId) {
  const conversation = selectConversation(state, conversationId);
  if (conversation === null) return NOTHING;
  const model = selectModel(state, conversation);
  const obstacle = selectSendObstacle(state, conversation);
  if (obstacle !== null || model === null) return refusal(obstacle, model);
  const { text, attachments } = conversation.draft;
  const also = secondOf(state, conversation, model, attachments);
  if ('plan' in also) return also.plan;
  const leaf = selectPath(conversation).at(-1);
  // After a question that has no answer (its answer was deleted), ask that one's place.
  const parentId = leaf === undefined ? null : leaf.role === 'assistant' ? leaf.id : leaf.parentId;
  return { do: 'ask', conversation, model, user: { parentId, text, attachments }, clearDraft: true, ...also };
}

/**
 * A question in other words, beside the one that is there.
 *
 * @param {State} state
 * @param {Id} messageId
 * @param {string} text
 * @param {readonly Attachment[]} [attachments]  those of the question when left out
 * @returns {Plan}
 */
export function planEdit(state, messageId, text, attachments) {
  const found = selectMessage(state, messageId);
  if (found === null || found.message.role !== 'user') return NOTHING;
  const { conversation, message: { parentId, parts } } = found;
  const user = { parentId, text, attachments: attachments ?? attachmentsOf(parts) };
  if (text.trim() === '' && user.attachments.length === 0) return NOTHING;
  const model = selectModel(state, conversation);
  const obstacle = selectAskObstacle(state, conversation, model, user.attachments);
  if (obstacle !== null || model === null) return refusal(obstacle, model);
  const also = secondOf(state, conversation, model, user.attachments);
  if ('plan' in also) return also.plan;
  const { tooLong } = contextOf({
    path: pathTo(conversation, parentId),
    system: selectSystem(state, conversation),
    draft: textCost(text, user.attachments),
    contextLength: model.contextLength,
    maxOutput: model.maxOutputTokens,
    limits: state.session.limits,
  });
  return tooLong ? refusal('too-long', model) : { do: 'ask', conversation, model, user, clearDraft: false, ...also };
}

/**
 * An answer that is not under way, and the model to ask; or why not.
 *
 * @param {State} state
 * @param {Id} messageId
 * @param {string} [modelId]
 * @returns {Again | {plan: Plan}}
 */
function answerToRepeat(state, messageId, modelId) {
  const found = selectMessage(state, messageId);
  if (found === null || found.message.role !== 'assistant' || isUnderWay(found.message.status)) return { plan: NOTHING };
  const { conversation: { nodes }, message } = found;
  // Of two beside each other, each is its own model's.
  const own = nodes[message.parentId ?? '']?.both?.includes(messageId) ? message.model : undefined;
  const wanted = modelId ?? own;
  const model = wanted === undefined
    ? selectModel(state, found.conversation)
    : state.models.list.find(({ id }) => id === wanted) ?? null;
  const obstacle = selectAskObstacle(state, found.conversation, model, []);
  return obstacle !== null || model === null ? { plan: refusal(obstacle, null) } : { ...found, model };
}

/**
 * Another answer beside one.
 *
 * @param {State} state
 * @param {Id} messageId
 * @param {string} [modelId]
 * @returns {Plan}
 */
export function planRegenerate(state, messageId, modelId) {
  const found = answerToRepeat(state, messageId, modelId);
  if ('plan' in found) return found.plan;
  const { conversation, message: { parentId }, model } = found;
  return parentId === null ? NOTHING : { do: 'askAgain', conversation, model, parentId, instead: messageId };
}

/**
 * The rest of an answer that broke off: what the server may still have, else
 * what the model makes of it, else the whole of it.
 *
 * @param {State} state
 * @param {Id} messageId
 * @returns {Plan}
 */
export function planContinue(state, messageId) {
  const found = answerToRepeat(state, messageId);
  if ('plan' in found) return found.plan;
  if (!hasText(found.message.parts) && !endsInCalls(found.message.parts)) return planRetry(state, messageId);
  const { status, streamKey, lastEventId, error } = found.message;
  const kept = status === 'interrupted' && streamKey !== '' && lastEventId !== '' &&
    state.session.limits.resume !== false && MAYBE_THERE.has(error?.code ?? '');
  return kept ? { do: 'resume', ...found } : { do: 'goOn', ...found };
}

/**
 * An answer once more: in its place when nothing had come, else beside it.
 *
 * @param {State} state
 * @param {Id} messageId
 * @returns {Plan}
 */
export function planRetry(state, messageId) {
  const found = answerToRepeat(state, messageId);
  if ('plan' in found) return found.plan;
  const { conversation, message, model } = found;
  if (message.parentId === null) return NOTHING;
  if (!hasBegun(message.parts)) return { do: 'restart', ...found };
  return { do: 'askAgain', conversation, model, parentId: message.parentId, instead: messageId };
}

/**
 * Whether an answer whose rest was asked for is no longer with the server.
 *
 * @param {import('./types.js').ApiErrorInfo | null} error  how the resume ended
 * @returns {boolean}
 */
export function isGone(error) {
  return error !== null && GONE.has(error.code);
}

/**
 * The request for an answer that is in the tree.
 *
 * @param {State} state
 * @param {Again & {goOn: boolean}} what  `goOn`: its text is to be continued
 * @returns {import('./request.js').RequestBody}
 */
export function requestFor(state, { conversation, message, model, goOn }) {
  const { limits } = state.session;
  const { params } = conversation;
  const system = selectSystem(state, conversation);
  const { sent } = contextOf({
    path: pathTo(conversation, goOn ? message.id : message.parentId),
    system,
    contextLength: model.contextLength,
    maxOutput: model.maxOutputTokens,
    ...(params.max_tokens === undefined ? {} : { maxTokens: params.max_tokens }),
    // The wish to go on is one message more.
    limits: goOn && limits.max_messages !== undefined ? { ...limits, max_messages: limits.max_messages - 1 } : limits,
  });
  return requestBody({
    model: model.id, system, params, messages: sent, goOn, input: model.input, tools: selectOffered(state, conversation),
    webSearch: conversation.webSearch && model.webSearch,
  });
}
