/* SPDX-License-Identifier: MIT */
/**
 * Questions and their answers: what a person asks for is planned by
 * core/asking.js and carried out here.
 *
 * @typedef {import('../core/types.js').Actions} Actions
 * @typedef {import('../core/types.js').Id} Id
 * @typedef {import('../core/types.js').Model} Model
 * @typedef {import('../core/asking.js').Plan} Plan
 * @typedef {import('../core/selectors.js').SendObstacle} SendObstacle
 * @typedef {import('../core/store.js').Store} Store
 * @typedef {import('./api.js').Api} Api
 * @typedef {import('./stream.js').Environment} Environment
 */

import { planContinue, planEdit, planRegenerate, planRetry, planSend } from '../core/asking.js';
import { subtreeOf } from '../core/conversation.js';
import { selectConversation, selectMessage, selectOffered, selectUnderWay } from '../core/selectors.js';
import { createProgressQueue } from './progress-queue.js';
import { answerCall, launch, launchCall, leaveRunning, releaseHeld, stopRunning, wakeRunning } from './running.js';

/** What an obstacle tells the person, as the key of a toast. */
const OBSTACLE_TOASTS = new Map(/** @type {[SendObstacle, string][]} */ ([
  ['no-model', 'toast.noModel'], ['images', 'toast.modelTakesNoImages'], ['too-long', 'toast.tooLong'],
  ['messages', 'toast.tooManyMessages'],
]));

/**
 * @typedef {'send' | 'editAndResend' | 'regenerate' | 'continueAnswer' | 'retry' | 'stop'
 *   | 'stopMessage' | 'chooseAnswer' | 'allowCall' | 'denyCall' | 'answerInquiries' | 'callAgain'} AnswerActionName
 * @typedef {Pick<Actions, AnswerActionName>
 *   & {wake: () => void, signedIn: () => void, leave: () => void, stopBelow: (messageId: Id) => void}} Answers
 *
 * wake       the network, or the reader, is back: resume at once what waits
 * signedIn   sends what waited for the login
 * leave      the page goes away: everything ends, nothing is shown any more
 * stopBelow  stops a message's answer and those that follow it
 *
 * @typedef {import('./running.js').Desk & {newId: () => Id}} Desk
 */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {Api} options.api
 * @param {Environment} options.env
 * @param {() => Id} options.newId
 * @param {() => string} options.newKey  a UUID
 * @param {import('./tool-runner.js').RunTool} options.runTool
 * @param {(run: () => void) => void} options.schedule  once, at the next frame
 * @param {() => void} options.onUnauthorized  the session is over
 * @returns {Answers}
 */
export function createAnswers({ store, api, env, newId, newKey, runTool, schedule, onUnauthorized }) {
  const { getState } = store;
  /** @type {Desk} */
  const desk = {
    store,
    api,
    env,
    newId,
    newKey,
    runTool,
    queue: createProgressQueue({ store, now: env.now, schedule }),
    running: new Map(),
    onUnauthorized,
    onGone: (order) => again(desk, order, { goOn: true }),
  };
  const activeId = () => getState().conversations.activeId;
  return {
    send: (id = activeId()) => carryOut(desk, planSend(getState(), id)),
    editAndResend: (id, text, attachments) => carryOut(desk, planEdit(getState(), id, text, attachments)),
    regenerate: (id, { model } = {}) => carryOut(desk, planRegenerate(getState(), id, model)),
    continueAnswer: (id) => carryOut(desk, planContinue(getState(), id)),
    retry: (id, { at = null } = {}) => carryOut(desk, planRetry(getState(), id), at),
    stop: (id = activeId()) => stopConversation(desk, id),
    stopMessage: (id) => stopRunning(desk, id),
    chooseAnswer: (id) => chooseAnswer(desk, id),
    allowCall: (id, at, how = {}) => answerCall(desk, id, (rounds) => rounds.allow(at, how)),
    denyCall: (id, at, word = '') => answerCall(desk, id, (rounds) => rounds.deny(at, word)),
    callAgain: (id, at) => callAgain(desk, id, at),
    answerInquiries: (id, at, answers) => answerCall(desk, id, (rounds) => rounds.answer(at, answers)),
    stopBelow(messageId) {
      const found = selectMessage(getState(), messageId);
      for (const id of found === null ? [] : subtreeOf(found.conversation, messageId)) stopRunning(desk, id);
    },
    wake: () => wakeRunning(desk),
    signedIn: () => releaseHeld(desk),
    leave: () => leaveRunning(desk),
  };
}

/**
 * @param {Desk} desk
 * @param {Plan} plan
 * @param {number | null} [at]  not before this time
 * @returns {boolean} whether something goes out
 */
function carryOut(desk, plan, at = null) {
  switch (plan.do) {
    case 'nothing':
      return false;
    case 'refuse':
      tellWhyNot(desk, plan.obstacle, plan.model);
      return false;
    case 'ask':
    case 'askAgain':
      exchange(desk, plan, at);
      return true;
    case 'restart':
      again(desk, plan, { at });
      return true;
    case 'resume':
      resume(desk, plan);
      return true;
    default:
      again(desk, plan, { goOn: true });
      return true;
  }
}

/**
 * @param {Desk} desk
 * @param {SendObstacle} obstacle
 * @param {Model | null} model
 */
function tellWhyNot({ store: { dispatch }, newId }, obstacle, model) {
  const key = OBSTACLE_TOASTS.get(obstacle);
  if (obstacle === 'memory') dispatch({ type: 'ui/changed', patch: { dialog: 'memory' } });
  else if (key !== undefined) {
    dispatch({ type: 'toast/added', toast: { id: newId(), kind: 'error', key, values: { name: model?.name ?? '' } } });
  }
}

/**
 * @param {Desk} desk
 * @param {Id} conversationId
 */
function stopConversation(desk, conversationId) {
  const conversation = selectConversation(desk.store.getState(), conversationId);
  for (const { id } of conversation === null ? [] : selectUnderWay(conversation)) stopRunning(desk, id);
}

/**
 * Adds an exchange and asks for its answer. What is still being written for
 * the conversation is not what is wanted any more: it stops, and costs no more.
 *
 * @param {Desk} desk
 * @param {Extract<Plan, {do: 'ask' | 'askAgain'}>} plan
 * @param {number | null} at
 */
function exchange(desk, plan, at) {
  const { store, env, newId, newKey } = desk;
  const { conversation: { id: conversationId }, model } = plan;
  stopConversation(desk, conversationId);
  const userId = plan.do === 'ask' ? newId() : plan.parentId;
  const answerOf = (/** @type {Model} */ { id }) => ({ id: newId(), parentId: userId, model: id, streamKey: newKey() });
  const answer = answerOf(model);
  const second = plan.do === 'ask' ? plan.second : null;
  const beside = second === null ? null : answerOf(second);
  store.dispatch({
    type: 'exchange/started',
    conversationId,
    now: env.now(),
    user: plan.do === 'ask' ? { ...plan.user, id: userId } : null,
    answer,
    ...(beside === null ? {} : { beside }),
    ...(plan.do === 'ask' ? {} : { instead: plan.instead }),
    clearDraft: plan.do === 'ask' && plan.clearDraft,
  });
  launchStored(desk, answer.id, { model, at });
  if (second !== null && beside !== null) launchStored(desk, beside.id, { model: second, at });
}

/**
 * What is still being written of the other answer is not wanted any more.
 *
 * @param {Desk} desk
 * @param {Id} messageId
 */
function chooseAnswer(desk, messageId) {
  const found = selectMessage(desk.store.getState(), messageId);
  if (found === null) return;
  const { conversation, message } = found;
  for (const id of conversation.nodes[message.parentId ?? '']?.both ?? []) if (id !== messageId) stopRunning(desk, id);
  desk.store.dispatch({ type: 'answer/chosen', conversationId: conversation.id, messageId });
}

/**
 * @param {Desk} desk
 * @param {Id} messageId
 * @param {number} at
 * @returns {boolean}
 */
function callAgain(desk, messageId, at) {
  const { store: { dispatch, getState }, env, newId } = desk;
  const plan = planRegenerate(getState(), messageId);
  const found = selectMessage(getState(), messageId);
  const call = found?.message.parts[at];
  if (plan.do !== 'askAgain') return carryOut(desk, plan.do === 'refuse' ? plan : { do: 'nothing' });
  const { conversation, model } = plan;
  if (call?.kind !== 'tool_call' || !selectOffered(getState(), conversation).some(({ name }) => name === call.name)) {
    dispatch({ type: 'toast/added', toast: { id: newId(), kind: 'error', key: 'toast.toolOff', values: { name: call?.kind === 'tool_call' ? call.name : '' } } });
    return false;
  }
  const id = newId();
  dispatch({ type: 'answer/recalled', conversationId: conversation.id, messageId, id, at, now: env.now() });
  const next = selectMessage(getState(), id);
  if (next !== null) launchCall(desk, { ...next, model });
  return next !== null;
}

/**
 * Makes a new request for an answer that is there: from its beginning, or for
 * what follows what it says already.
 *
 * @param {Desk} desk
 * @param {import('../core/asking.js').Again} what
 * @param {{goOn?: boolean, at?: number | null}} options
 */
function again(desk, { conversation, message, model }, { goOn = false, at = null }) {
  desk.store.dispatch({
    type: 'answer/restarted', conversationId: conversation.id, messageId: message.id, now: desk.env.now(),
    streamKey: desk.newKey(), model: model.id, keepText: goOn,
  });
  launchStored(desk, message.id, { model, goOn, at });
}

/**
 * Asks the server for the rest of an answer, under the key it was asked for.
 *
 * @param {Desk} desk
 * @param {Extract<Plan, {do: 'resume'}>} plan
 */
function resume(desk, { conversation, message, model }) {
  desk.store.dispatch({
    type: 'answer/restarted', conversationId: conversation.id, messageId: message.id, now: desk.env.now(),
    streamKey: message.streamKey, model: message.model, keepText: true,
  });
  launch(desk, { conversation, message, model, resume: true });
}

/**
 * @param {Desk} desk
 * @param {Id} messageId
 * @param {{model: Model, goOn?: boolean, at?: number | null}} options
 */
function launchStored(desk, messageId, options) {
  const found = selectMessage(desk.store.getState(), messageId);
  if (found !== null) launch(desk, { ...found, ...options });
}
