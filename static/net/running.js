/* SPDX-License-Identifier: MIT */
/**
 * The answers under way: each from the moment that it is in the store until it
 * has ended, whatever its stream goes through on the way.
 *
 * @typedef {import('../core/types.js').ApiErrorInfo} ApiErrorInfo
 * @typedef {import('../core/types.js').Conversation} Conversation
 * @typedef {import('../core/types.js').Id} Id
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('../core/types.js').MessageStatus} MessageStatus
 * @typedef {import('../core/types.js').Model} Model
 * @typedef {import('../core/types.js').Progress} Progress
 * @typedef {import('../core/store.js').Store} Store
 * @typedef {import('./api.js').Api} Api
 * @typedef {import('./progress-queue.js').ProgressQueue} ProgressQueue
 * @typedef {import('./stream.js').AnswerStream} AnswerStream
 * @typedef {import('./stream.js').Environment} Environment
 */

import { isGone, requestFor } from '../core/asking.js';
import { writtenCalls } from '../core/parts.js';
import { selectConversation, selectMessage, selectOffered } from '../core/selectors.js';
import { createRounds } from './rounds.js';
import { createAnswerStream } from './stream.js';

/**
 * An answer under way.
 *
 * @typedef {object} Running
 * @property {Id} conversationId
 * @property {Id} messageId
 * @property {AnswerStream | null} stream  null until it is made
 * @property {boolean} started   the request went out
 * @property {unknown} timer     until the time the user agreed to
 * @property {import('./rounds.js').Rounds | null} rounds  of calls of tools; null before the first
 */

/**
 * What the answers of a page share.
 *
 * @typedef {object} Desk
 * @property {Store} store
 * @property {Api} api
 * @property {Environment} env
 * @property {ProgressQueue} queue
 * @property {Map<Id, Running>} running  by the answer's id
 * @property {() => void} onUnauthorized  the session is over
 * @property {(order: Order) => void} onGone  the server no longer has the rest of it
 * @property {() => string} newKey  a UUID
 * @property {import('./tool-runner.js').RunTool} runTool
 */

/**
 * An answer to be asked for.
 *
 * @typedef {object} Order
 * @property {Conversation} conversation
 * @property {Message} message    the answer, which is in the store already
 * @property {Model} model
 * @property {boolean} [goOn]     continue its text, or go on with what its tools gave
 * @property {boolean} [resume]   first ask the server for the rest of it
 * @property {number | null} [at] not before this time
 */

/**
 * Makes the request for an answer: now, or when what it waits for has come.
 *
 * @param {Desk} desk
 * @param {Order} order
 */
export function launch(desk, order) {
  const { store: { dispatch, getState }, env } = desk;
  const { conversation, message, at = null } = order;
  /** @type {Running} */
  const one = { conversationId: conversation.id, messageId: message.id, stream: null, started: false, timer: null, rounds: null };
  one.stream = streamOf(desk, order, one);
  desk.running.set(message.id, one);
  const where = { conversationId: conversation.id, messageId: message.id };
  if (at !== null && at > env.now()) {
    dispatch({ type: 'answer/held', ...where, hold: { reason: 'consent', at } });
    one.timer = env.setTimer(() => begin(one), at - env.now());
  } else if (getState().session.status === 'expired') {
    dispatch({ type: 'answer/held', ...where, hold: { reason: 'login' } });
  } else {
    begin(one);
  }
}

/**
 * @param {Desk} desk
 * @param {Order} order
 * @param {Running} one
 * @returns {AnswerStream}
 */
function streamOf(desk, order, one) {
  const { store, api, env } = desk;
  const { conversation, message, model, goOn = false, resume = false } = order;
  const { conversationId, messageId } = one;
  // However the conversation goes on meanwhile: what is asked is of this moment.
  const state = store.getState();
  return createAnswerStream({
    api,
    env,
    key: message.streamKey,
    body: () => requestFor(state, { conversation, message, model, goOn }),
    limits: state.session.limits,
    ...(resume ? { resume: { lastEventId: message.lastEventId } } : {}),
    onProgress: (progress) => desk.queue.add(one, known(progress, store)),
    onHold: () => {
      desk.queue.flush(one);
      store.dispatch({ type: 'answer/held', conversationId, messageId, hold: { reason: 'login' } });
      desk.onUnauthorized();
    },
    onEnd: (status, error) => {
      if (resume && isGone(error)) {
        forget(desk, one);
        desk.onGone(order);
      } else if (status !== 'complete' || !actsOn(desk, one, order)) {
        ended(desk, one, status, error);
      }
    },
  });
}

/**
 * Carries out the calls that the model has written, where it was offered tools.
 *
 * @param {Desk} desk
 * @param {Running} one
 * @param {Order} order
 * @returns {boolean} whether there are any
 */
function actsOn(desk, one, order) {
  desk.queue.flush(one);
  const state = desk.store.getState();
  const found = selectMessage(state, one.messageId);
  const calls = found === null ? [] : writtenCalls(found.message.parts);
  const tools = found === null ? [] : selectOffered(state, found.conversation);
  if (calls.length === 0 || tools.length === 0) return false;
  one.rounds ??= roundsOf(desk, one, order);
  one.rounds.begin(calls, tools);
  return true;
}

/**
 * Goes on with an answer that has a call to be made before the model is asked.
 *
 * @param {Desk} desk
 * @param {Order} order
 */
export function launchCall(desk, order) {
  const { conversation, message } = order;
  /** @type {Running} */
  const one = { conversationId: conversation.id, messageId: message.id, stream: null, started: true, timer: null, rounds: null };
  const [call] = writtenCalls(message.parts);
  one.rounds = roundsOf(desk, one, order, (call?.call.round ?? 1) - 1);
  desk.running.set(message.id, one);
  if (!actsOn(desk, one, order)) ended(desk, one, 'complete', null);
}

/**
 * @param {Desk} desk
 * @param {Running} one
 * @param {Order} order
 * @param {number} [before]  rounds that it has had
 * @returns {import('./rounds.js').Rounds}
 */
function roundsOf(desk, one, order, before = 0) {
  const { store, env, runTool, newKey, onUnauthorized } = desk;
  const { conversationId, messageId } = one;
  return createRounds({
    env,
    runTool,
    newKey,
    onUnauthorized,
    before,
    allowed: () => selectConversation(store.getState(), conversationId)?.allowed ?? [],
    onAllowed: (allowed) => store.dispatch({ type: 'conversation/configured', id: conversationId, patch: { allowed } }),
    onCalls: (calls) => store.dispatch({ type: 'answer/called', conversationId, messageId, now: env.now(), calls }),
    onNext() {
      store.dispatch({ type: 'answer/wentOn', conversationId, messageId, streamKey: newKey() });
      const found = selectMessage(store.getState(), messageId);
      if (found === null) return;
      one.stream = streamOf(desk, { ...found, model: order.model, goOn: true }, one);
      begin(one);
    },
    onEnd: (reason) => ended(desk, one, reason === 'stopped' ? 'stopped' : 'complete', null, reason === 'rounds' ? 'tool_rounds' : undefined),
  });
}

/**
 * @param {Desk} desk
 * @param {Running} one
 */
function forget(desk, one) {
  desk.queue.flush(one);
  desk.running.delete(one.messageId);
}

/**
 * @param {Desk} desk
 * @param {Running} one
 * @param {MessageStatus} status
 * @param {ApiErrorInfo | null} error
 * @param {string} [notice]  the code of one that is put at its end
 */
function ended(desk, one, status, error, notice) {
  forget(desk, one);
  const { conversationId, messageId } = one;
  desk.store.dispatch({
    type: 'answer/ended', conversationId, messageId, now: desk.env.now(), status, ...(error === null ? {} : { error }),
    ...(notice === undefined ? {} : { notice }),
  });
}

/**
 * Providers name the snapshot they used; only a model of the list, as a
 * fallback is, is worth telling.
 *
 * @param {Progress} progress
 * @param {Store} store
 * @returns {Progress}
 */
function known(progress, store) {
  const { model, ...rest } = progress;
  return model === undefined || store.getState().models.list.some(({ id }) => id === model) ? progress : rest;
}

/** @param {Running} one */
function begin(one) {
  one.timer = null;
  one.started = true;
  one.stream?.start();
}

/**
 * Ends an answer, at any moment of its life.
 *
 * @param {Desk} desk
 * @param {Id} messageId
 */
export function stopRunning(desk, messageId) {
  const one = desk.running.get(messageId);
  if (one === undefined) return;
  desk.env.clearTimer(one.timer);
  if (one.rounds?.isActing()) one.rounds.stop();
  else one.stream?.stop();
}

/**
 * What a person says of a call that waits for them.
 *
 * @param {Desk} desk
 * @param {Id} messageId
 * @param {(rounds: import('./rounds.js').Rounds) => void} say
 */
export function answerCall(desk, messageId, say) {
  const rounds = desk.running.get(messageId)?.rounds;
  if (rounds?.isActing()) say(rounds);
}

/**
 * The network, or the reader, is back.
 *
 * @param {Desk} desk
 */
export function wakeRunning(desk) {
  for (const one of [...desk.running.values()]) if (one.started) one.stream?.wake();
}

/**
 * Sends what waited for the login.
 *
 * @param {Desk} desk
 */
export function releaseHeld(desk) {
  for (const one of [...desk.running.values()]) {
    if (one.rounds?.isActing()) one.rounds.signedIn();
    else if (one.started) one.stream?.signedIn();
    else if (one.timer === null) begin(one);
  }
}

/**
 * Ends everything without a word.
 *
 * @param {Desk} desk
 */
export function leaveRunning(desk) {
  for (const one of desk.running.values()) {
    desk.env.clearTimer(one.timer);
    one.stream?.leave();
    one.rounds?.leave();
  }
  desk.running.clear();
}
