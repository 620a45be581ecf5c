/* SPDX-License-Identifier: MIT */
/**
 * Questions and their answers: turns what a person asks for into requests, and
 * what comes back into actions of the store, at most once a frame.
 *
 * @typedef {import('../core/types.js').Actions} Actions
 * @typedef {import('../core/types.js').ApiErrorInfo} ApiErrorInfo
 * @typedef {import('../core/types.js').Conversation} Conversation
 * @typedef {import('../core/types.js').Id} Id
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('../core/types.js').MessageStatus} MessageStatus
 * @typedef {import('../core/types.js').Model} Model
 * @typedef {import('../core/types.js').Progress} Progress
 * @typedef {import('../core/selectors.js').SendObstacle} SendObstacle
 * @typedef {import('../core/store.js').Store} Store
 * @typedef {import('./api.js').Api} Api
 * @typedef {import('./stream.js').AnswerStream} AnswerStream
 * @typedef {import('./stream.js').Environment} Environment
 */

import { findMessage } from '../core/actions.js';
import { isUnderWay, pathTo, subtreeOf } from '../core/conversation.js';
import { contextOf, textCost } from '../core/limits.js';
import { requestBody } from '../core/request.js';
import {
  selectAskObstacle, selectConversation, selectModel, selectPath, selectSendObstacle, selectUnderWay,
} from '../core/selectors.js';
import { createAnswerStream } from './stream.js';

/** What an obstacle tells the person, as the key of a toast. */
const OBSTACLE_TOASTS = new Map(/** @type {[SendObstacle, string][]} */ ([
  ['no-model', 'toast.noModel'], ['images', 'toast.modelTakesNoImages'], ['too-long', 'toast.tooLong'],
  ['messages', 'toast.tooManyMessages'],
]));

/** Ends of a resume after which only asking the model to go on is left. */
const GONE = new Set(['stream_not_found', 'events_evicted', 'not_found']);
/** Ends after which the server may still have the rest of the answer. */
const MAYBE_THERE = new Set(['network', 'offline', 'timeout', 'unavailable', 'cut_off']);

/**
 * An answer under way.
 *
 * @typedef {object} Running
 * @property {Id} conversationId
 * @property {Id} messageId
 * @property {AnswerStream} stream
 * @property {boolean} started   the request went out
 * @property {unknown} timer     until the time the user agreed to
 * @property {Progress | null} pending   came since the last frame
 */

/**
 * @typedef {'send' | 'editAndResend' | 'regenerate' | 'continueAnswer' | 'retry' | 'stop'
 *   | 'stopMessage'} AnswerActionName
 * @typedef {Pick<Actions, AnswerActionName>
 *   & {wake: () => void, signedIn: () => void, leave: () => void, stopBelow: (messageId: Id) => void}} Answers
 *
 * wake       the network, or the reader, is back: resume at once what waits
 * signedIn   sends what waited for the login
 * leave      the page goes away: everything ends, nothing is shown any more
 * stopBelow  stops a message's answer and those that follow it
 */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {Api} options.api
 * @param {Environment} options.env
 * @param {() => Id} options.newId
 * @param {() => string} options.newKey  a UUID
 * @param {(run: () => void) => void} options.schedule  once, at the next frame
 * @param {() => void} options.onUnauthorized  the session is over
 * @returns {Answers}
 */
export function createAnswers({ store, api, env, newId, newKey, schedule, onUnauthorized }) {
  const { dispatch, getState } = store;
  /** @type {Map<Id, Running>} */
  const running = new Map();
  let flushDue = false;

  function flush() {
    flushDue = false;
    for (const one of running.values()) flushOne(one);
    // The same frame shows it.
    store.flush();
  }

  /** @param {Running} one */
  function flushOne(one) {
    const progress = one.pending;
    if (progress === null) return;
    one.pending = null;
    const { conversationId, messageId } = one;
    dispatch({ type: 'answer/progressed', conversationId, messageId, now: env.now(), progress });
  }

  /**
   * @param {Running} one
   * @param {Progress} progress
   */
  function collect(one, progress) {
    // Providers name the snapshot they used; only a model of the list, as a
    // fallback is, is worth telling.
    if (progress.model !== undefined && !getState().models.list.some(({ id }) => id === progress.model)) {
      delete progress.model;
    }
    one.pending = one.pending === null ? progress : merged(one.pending, progress);
    if (flushDue) return;
    flushDue = true;
    schedule(flush);
  }

  /**
   * Makes the request for an answer that is in the store already.
   *
   * @param {Conversation} conversation
   * @param {Message} message  the answer
   * @param {object} options
   * @param {Model} options.model
   * @param {boolean} [options.goOn]    continue its text
   * @param {boolean} [options.resume]  first ask the server for the rest of it
   * @param {number | null} [options.at]  not before this time
   */
  function launch(conversation, message, { model, goOn = false, resume = false, at = null }) {
    const conversationId = conversation.id;
    const messageId = message.id;
    const { limits, status } = getState().session;
    const context = contextOf({
      path: pathTo(conversation, goOn ? messageId : message.parentId),
      system: conversation.system,
      contextLength: model.contextLength,
      maxOutput: model.maxOutputTokens,
      ...(conversation.params.max_tokens === undefined ? {} : { maxTokens: conversation.params.max_tokens }),
      // The wish to go on is one message more.
      limits: goOn && limits.max_messages !== undefined ? { ...limits, max_messages: limits.max_messages - 1 } : limits,
    });
    const body = () => requestBody({
      model: model.id,
      system: conversation.system,
      params: conversation.params,
      messages: context.sent,
      goOn,
      images: model.input.includes('image'),
    });
    /** @type {Running} */
    const one = {
      conversationId,
      messageId,
      started: false,
      timer: null,
      pending: null,
      stream: createAnswerStream({
        api,
        env,
        key: message.streamKey,
        body,
        limits,
        ...(resume ? { resume: { lastEventId: message.lastEventId } } : {}),
        onProgress: (progress) => collect(one, progress),
        onHold: () => {
          flushOne(one);
          dispatch({ type: 'answer/held', conversationId, messageId, hold: { reason: 'login' } });
          onUnauthorized();
        },
        onEnd: (how, error) => {
          flushOne(one);
          running.delete(messageId);
          if (resume && error !== null && GONE.has(error.code)) {
            goOnAnew(conversationId, messageId, model);
            return;
          }
          dispatch({
            type: 'answer/ended', conversationId, messageId, now: env.now(), status: how,
            ...(error === null ? {} : { error }),
          });
        },
      }),
    };
    running.set(messageId, one);
    if (at !== null && at > env.now()) {
      dispatch({ type: 'answer/held', conversationId, messageId, hold: { reason: 'consent', at } });
      one.timer = env.setTimer(() => begin(one), at - env.now());
    } else if (status === 'expired') {
      dispatch({ type: 'answer/held', conversationId, messageId, hold: { reason: 'login' } });
    } else {
      begin(one);
    }
  }

  /** @param {Running} one */
  function begin(one) {
    one.timer = null;
    one.started = true;
    one.stream.start();
  }

  /**
   * Shows why something does not go out.
   *
   * @param {SendObstacle} obstacle
   * @param {Model | null} [model]
   * @returns {false}
   */
  function refuse(obstacle, model = null) {
    const key = OBSTACLE_TOASTS.get(obstacle);
    if (obstacle === 'memory') dispatch({ type: 'ui/changed', patch: { dialog: 'memory' } });
    else if (key !== undefined) {
      dispatch({ type: 'toast/added', toast: { id: newId(), kind: 'error', key, values: { name: model?.name ?? '' } } });
    }
    return false;
  }

  /**
   * Adds an exchange and asks for its answer. What is still being written for
   * the conversation is not what is wanted any more: it stops, and costs no more.
   *
   * @param {Conversation} conversation
   * @param {Model} model
   * @param {object} options
   * @param {Omit<import('../core/types.js').NewUserMessage, 'id'>} [options.user]
   *   a new question; without, `parentId` is one that is there
   * @param {Id} [options.parentId]
   * @param {boolean} [options.clearDraft]
   * @param {number | null} [options.at]
   */
  function exchange(conversation, model, { user, parentId, clearDraft = false, at = null }) {
    answers.stop(conversation.id);
    const userId = parentId ?? newId();
    const answer = { id: newId(), parentId: userId, model: model.id, streamKey: newKey() };
    dispatch({
      type: 'exchange/started',
      conversationId: conversation.id,
      now: env.now(),
      user: user === undefined ? null : { ...user, id: userId },
      answer,
      clearDraft,
    });
    const next = selectConversation(getState(), conversation.id);
    const message = next?.nodes[answer.id];
    if (next !== null && message !== undefined) launch(next, message, { model, at });
  }

  /**
   * Asks the model to go on, after the server no longer had the rest.
   *
   * @param {Id} conversationId
   * @param {Id} messageId
   * @param {Model} model
   */
  function goOnAnew(conversationId, messageId, model) {
    dispatch({
      type: 'answer/restarted', conversationId, messageId, now: env.now(), streamKey: newKey(), model: model.id,
      keepText: true,
    });
    const conversation = selectConversation(getState(), conversationId);
    const message = conversation?.nodes[messageId];
    if (conversation !== null && message !== undefined) launch(conversation, message, { model, goOn: true });
  }

  /**
   * An answer that is not under way, and the model to ask.
   *
   * @param {Id} messageId
   * @param {string} [modelId]
   * @returns {{conversation: Conversation, message: Message, model: Model} | null}
   */
  function answerToRepeat(messageId, modelId) {
    const found = findMessage(store, messageId);
    if (found === null || found.message.role !== 'assistant' || isUnderWay(found.message.status)) return null;
    const state = getState();
    const model = modelId === undefined
      ? selectModel(state, found.conversation)
      : state.models.list.find(({ id }) => id === modelId) ?? null;
    const obstacle = selectAskObstacle(state, found.conversation, model, []);
    if (obstacle !== null || model === null) {
      refuse(obstacle ?? 'no-model');
      return null;
    }
    return { ...found, model };
  }

  /** @param {Running} one */
  function stopOne(one) {
    env.clearTimer(one.timer);
    one.stream.stop();
  }

  /** @type {Answers} */
  const answers = {
    send(conversationId = getState().conversations.activeId) {
      const state = getState();
      const conversation = selectConversation(state, conversationId);
      if (conversation === null) return false;
      const model = selectModel(state, conversation);
      const { text, attachments } = conversation.draft;
      const obstacle = selectSendObstacle(state, conversation);
      if (obstacle !== null || model === null) return refuse(obstacle ?? 'no-model', model);
      const path = selectPath(conversation);
      // After a question that has no answer (its answer was deleted), ask that one's place.
      const leaf = path[path.length - 1];
      const parentId = leaf === undefined ? null : leaf.role === 'assistant' ? leaf.id : leaf.parentId;
      exchange(conversation, model, { user: { parentId, text, attachments }, clearDraft: true });
      return true;
    },

    editAndResend(messageId, text, attachments) {
      const found = findMessage(store, messageId);
      if (found === null || found.message.role !== 'user') return false;
      const { conversation, message } = found;
      const files = attachments ?? message.attachments;
      if (text.trim() === '' && files.length === 0) return false;
      const state = getState();
      const model = selectModel(state, conversation);
      const obstacle = selectAskObstacle(state, conversation, model, files);
      if (obstacle !== null || model === null) return refuse(obstacle ?? 'no-model', model);
      const { tooLong } = contextOf({
        path: pathTo(conversation, message.parentId),
        system: conversation.system,
        draft: textCost(text, files),
        contextLength: model.contextLength,
        maxOutput: model.maxOutputTokens,
        limits: state.session.limits,
      });
      if (tooLong) return refuse('too-long');
      exchange(conversation, model, { user: { parentId: message.parentId, text, attachments: files } });
      return true;
    },

    regenerate(messageId, options = {}) {
      const found = answerToRepeat(messageId, options.model);
      if (found === null || found.message.parentId === null) return false;
      exchange(found.conversation, found.model, { parentId: found.message.parentId });
      return true;
    },

    continueAnswer(messageId) {
      const found = answerToRepeat(messageId);
      if (found === null) return false;
      const { conversation, message, model } = found;
      if (message.text === '') return answers.retry(messageId);
      if (message.status === 'interrupted' && message.streamKey !== '' && message.lastEventId !== '' &&
          getState().session.limits.resume !== false && MAYBE_THERE.has(message.error?.code ?? '')) {
        dispatch({
          type: 'answer/restarted', conversationId: conversation.id, messageId, now: env.now(),
          streamKey: message.streamKey, model: message.model, keepText: true,
        });
        launch(conversation, message, { model, resume: true });
        return true;
      }
      goOnAnew(conversation.id, messageId, model);
      return true;
    },

    retry(messageId, options = {}) {
      const found = answerToRepeat(messageId);
      if (found === null || found.message.parentId === null) return false;
      const { conversation, message, model } = found;
      const at = options.at ?? null;
      if (message.text !== '' || message.reasoning !== '') {
        exchange(conversation, model, { parentId: found.message.parentId, at });
        return true;
      }
      dispatch({
        type: 'answer/restarted', conversationId: conversation.id, messageId, now: env.now(), streamKey: newKey(),
        model: model.id, keepText: false,
      });
      const next = selectConversation(getState(), conversation.id);
      const fresh = next?.nodes[messageId];
      if (next !== null && fresh !== undefined) launch(next, fresh, { model, at });
      return true;
    },

    stop(conversationId = getState().conversations.activeId) {
      const conversation = selectConversation(getState(), conversationId);
      if (conversation === null) return;
      for (const { id } of selectUnderWay(conversation)) answers.stopMessage(id);
    },

    stopMessage(messageId) {
      const one = running.get(messageId);
      if (one !== undefined) stopOne(one);
    },

    stopBelow(messageId) {
      const found = findMessage(store, messageId);
      for (const id of found === null ? [] : subtreeOf(found.conversation, messageId)) answers.stopMessage(id);
    },

    wake() {
      for (const one of [...running.values()]) if (one.started) one.stream.wake();
    },

    signedIn() {
      for (const one of [...running.values()]) {
        if (one.started) one.stream.signedIn();
        else if (one.timer === null) begin(one);
      }
    },

    leave() {
      for (const one of running.values()) {
        env.clearTimer(one.timer);
        one.stream.leave();
      }
      running.clear();
    },
  };
  return answers;
}

/**
 * Two pieces of progress as one.
 *
 * @param {Progress} before
 * @param {Progress} after
 * @returns {Progress}
 */
function merged(before, after) {
  const both = { ...before, ...after };
  if (before.text !== undefined && after.text !== undefined) both.text = before.text + after.text;
  if (before.reasoning !== undefined && after.reasoning !== undefined) {
    both.reasoning = before.reasoning + after.reasoning;
  }
  return both;
}
