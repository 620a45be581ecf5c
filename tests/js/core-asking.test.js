/* SPDX-License-Identifier: MIT */
/** What is asked of whom: the plans behind Send, Edit, Regenerate, Continue and Retry, and their request. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { planContinue, planEdit, planRegenerate, planRetry, planSend, requestFor, isGone } from '../../static/core/asking.js';
import { MAX_MESSAGES } from '../../static/core/limits.js';
import { selectAskObstacle } from '../../static/core/selectors.js';
import { IMAGE, MODELS, addExchange, makeCore } from './core-helpers.js';

const ERROR = { code: 'network', type: '', message: '', status: 0, param: null, retryAt: null };

/** A page that is signed in, and what it would do. */
function page({ limits = {}, models = MODELS } = {}) {
  const core = makeCore();
  const { store, actions } = core;
  store.dispatch({ type: 'session/signedIn', user: { name: 'a' }, expiresAt: null, auth: 'password', limits });
  if (models !== null) store.dispatch({ type: 'models/ready', list: models });
  const state = () => store.getState();
  return {
    ...core, state,
    conversation: () => state().conversations.byId.c0,
    draft: (patch) => actions.setDraft(patch, 'c0'),
    send: () => planSend(state(), 'c0'),
    configure: (patch) => store.dispatch({ type: 'conversation/configured', id: 'c0', patch }),
  };
}

/** An answer of these parts that ended so. */
function ended(status, { deltas = [{ kind: 'text', text: 'half' }], lastEventId = '3', code = 'network', limits = {} } = {}) {
  const p = page({ limits });
  const ids = addExchange(p, 'q', '', { status: null });
  const where = { conversationId: 'c0', messageId: ids.answer, now: 1 };
  p.store.dispatch({ type: 'answer/progressed', ...where, progress: { deltas, lastEventId } });
  p.store.dispatch({ type: 'answer/ended', ...where, status, error: code === null ? null : { ...ERROR, code } });
  return { ...p, ids };
}

test('a question goes behind the last answer; behind a question without one it takes its place', () => {
  const p = page();
  p.draft({ text: 'first' });
  assert.equal(p.send().user.parentId, null);
  const ids = addExchange(p, 'one', 'two');
  p.draft({ text: 'next', attachments: [] });
  const plan = p.send();
  assert.deepEqual([plan.do, plan.user, plan.clearDraft, plan.second], ['ask', { parentId: ids.answer, text: 'next', attachments: [] }, true, null]);
  p.store.dispatch({ type: 'message/deleted', conversationId: 'c0', messageId: ids.answer, token: 't', now: 1 });
  assert.equal(p.send().user.parentId, null, 'where the question stood that nobody answered');
});

test('what keeps a question from being sent is said, the first of all reasons', () => {
  const p = page();
  const obstacle = () => p.send().obstacle;
  assert.equal(obstacle(), 'empty');
  p.draft({ text: ' \n' });
  assert.equal(obstacle(), 'empty', 'blanks are no question');
  p.draft({ text: '', attachments: [IMAGE] });
  p.configure({ model: 'small' });
  assert.equal(obstacle(), 'images');
  p.configure({ model: 'eyes' });
  assert.equal(p.send().do, 'ask', 'a picture alone is a question');
  addExchange(p, 'q', 'a', { status: null });
  p.draft({ text: 'x', attachments: [] });
  assert.equal(obstacle(), 'streaming');
  const none = page({ models: null });
  none.draft({ text: 'x' });
  assert.deepEqual([none.send().do, none.send().obstacle, none.send().model], ['refuse', 'no-model', null]);
});

test('a text that does not fit is refused, but as it is when the person wants that', () => {
  const p = page();
  p.configure({ model: 'small' });
  p.draft({ text: 'word '.repeat(2000) });
  assert.deepEqual([p.send().do, p.send().obstacle, p.send().model.id], ['refuse', 'too-long', 'small']);
  p.draft({ asIs: true });
  assert.equal(p.send().do, 'ask');
});

test('a second model answers, too, unless it is the first one, gone, or cannot', () => {
  const p = page();
  p.draft({ text: 'x' });
  for (const [model, second, want] of [['small', 'eyes', 'eyes'], ['small', 'small', undefined], ['small', 'gone', undefined], ['small', '', undefined]]) {
    p.configure({ model, second });
    assert.equal(p.send().second?.id, want, `${model} ${second}`);
  }
  p.draft({ attachments: [IMAGE] });
  p.configure({ model: 'eyes', second: 'small' });
  assert.deepEqual([p.send().do, p.send().obstacle, p.send().model.id], ['refuse', 'images', 'small']);
});

test('there is room for a question and its answer, up to the last two messages', () => {
  const { state, conversation } = page();
  const nodes = (n) => ({ ...conversation(), nodes: Object.fromEntries(Array.from({ length: n }, (_, i) => [i, {}])) });
  assert.equal(selectAskObstacle(state(), nodes(MAX_MESSAGES - 2), MODELS[0], []), null);
  assert.equal(selectAskObstacle(state(), nodes(MAX_MESSAGES - 1), MODELS[0], []), 'messages');
});

test('an edited question keeps its place and what was attached, or has what the person left', () => {
  const p = page();
  p.configure({ model: 'eyes' });
  const before = addExchange(p, 'q0', 'a0');
  p.store.dispatch({ type: 'exchange/started', conversationId: 'c0', now: 1, clearDraft: true,
    user: { id: 'u', parentId: before.answer, text: 'look', attachments: [IMAGE] }, answer: { id: 'a', parentId: 'u', model: 'eyes', streamKey: 'k' } });
  p.store.dispatch({ type: 'answer/ended', conversationId: 'c0', messageId: 'a', now: 2, status: 'complete' });
  const edit = (...args) => planEdit(p.state(), 'u', ...args);
  assert.deepEqual(edit('see').user, { parentId: before.answer, text: 'see', attachments: [IMAGE] });
  assert.deepEqual(edit('see', []).user.attachments, []);
  assert.equal(edit('see').clearDraft, false, 'what is being written stays');
  assert.equal(edit('').do, 'ask', 'the picture alone');
  assert.equal(edit(' ', []).do, 'nothing');
  p.configure({ model: 'small' });
  assert.equal(edit('see').obstacle, 'images');
  assert.equal(edit('see', []).do, 'ask');
  assert.equal(edit('word '.repeat(2000), []).obstacle, 'too-long');
  p.configure({ model: 'eyes', second: 'small' });
  assert.equal(edit('see').obstacle, 'images', 'of the second one');
  assert.equal(edit('see', []).second.id, 'small');
  p.configure({ model: 'small', second: '' });
  p.store.dispatch({ type: 'models/ready', list: [] });
  assert.deepEqual([edit('see').do, edit('see').obstacle], ['refuse', 'no-model']);
});

test('an answer under way is not asked for again, nor is a question', () => {
  const p = page();
  const ids = addExchange(p, 'q', 'a', { status: null });
  for (const plan of [planRegenerate, planContinue, planRetry]) {
    assert.equal(plan(p.state(), ids.answer).do, 'nothing');
    assert.equal(plan(p.state(), ids.user).do, 'nothing');
    assert.equal(plan(p.state(), 'nobody').do, 'nothing');
  }
});

test('an answer is asked for again of the model that is named, or of that of the chat', () => {
  const { state, ids, configure } = ended('complete');
  configure({ model: 'eyes' });
  assert.deepEqual([planRegenerate(state(), ids.answer).model.id, planRegenerate(state(), ids.answer).parentId], ['eyes', ids.user]);
  assert.equal(planRegenerate(state(), ids.answer, 'any').model.id, 'any');
  assert.equal(planRegenerate(state(), ids.answer, 'gone').obstacle, 'no-model');
});

test('an answer that nobody asked for is not asked for again, and can be gone on with', () => {
  const p = ended('interrupted', { code: null });
  const alone = structuredClone(p.conversation());
  const [user, answer] = [p.ids.user, p.ids.answer];
  delete alone.nodes[user];
  alone.nodes[answer].parentId = null;
  p.store.dispatch({ type: 'conversation/imported', conversations: [{ ...alone, id: 'c9', roots: [answer] }] });
  p.store.dispatch({ type: 'conversation/deleted', id: 'c0', token: 't', newId: 'n', now: 1 });
  assert.equal(planRegenerate(p.state(), answer).do, 'nothing');
  assert.equal(planRetry(p.state(), answer).do, 'nothing');
  assert.equal(planContinue(p.state(), answer).do, 'goOn');
});

test('only what the server may still have is resumed', () => {
  for (const [want, status, more] of [
    ['resume', 'interrupted', {}], ['resume', 'interrupted', { code: 'offline' }], ['resume', 'interrupted', { code: 'timeout' }],
    ['resume', 'interrupted', { code: 'unavailable' }], ['goOn', 'interrupted', { code: 'events_evicted' }], ['goOn', 'interrupted', { code: null }],
    ['goOn', 'failed', {}], ['goOn', 'stopped', {}], ['goOn', 'interrupted', { limits: { resume: false } }],
    ['resume', 'interrupted', { limits: { resume: true } }], ['goOn', 'interrupted', { lastEventId: '' }],
  ]) {
    const { state, ids } = ended(status, more);
    assert.equal(planContinue(state(), ids.answer).do, want, `${status} ${JSON.stringify(more)}`);
  }
});

test('what ends in calls is gone on with, though it says nothing; what only thought begins anew', () => {
  const call = { kind: 'tool_call', index: 0, id: 'x', name: 's__do', arguments: '{}' };
  const calls = ended('stopped', { deltas: [call], code: null });
  assert.equal(planContinue(calls.state(), calls.ids.answer).do, 'askAgain', 'nothing came of it');
  const came = structuredClone(calls.conversation());
  Object.assign(came.nodes[calls.ids.answer].parts[0], { state: 'done', result: [{ kind: 'text', text: 'r' }] });
  calls.store.dispatch({ type: 'conversation/imported', conversations: [{ ...came, id: 'c9' }] });
  calls.store.dispatch({ type: 'conversation/deleted', id: 'c0', token: 't', newId: 'n', now: 1 });
  assert.equal(planContinue(calls.state(), calls.ids.answer).do, 'goOn');
  const thought = ended('stopped', { deltas: [{ kind: 'reasoning', text: 'hm' }], code: null });
  assert.equal(planContinue(thought.state(), thought.ids.answer).do, 'askAgain');
  const empty = ended('failed', { deltas: [] });
  assert.equal(planContinue(empty.state(), empty.ids.answer).do, 'restart');
});

test('which errors say that nothing is there any more', () => {
  for (const code of ['stream_not_found', 'stream_lost', 'events_evicted', 'not_found']) assert.equal(isGone({ ...ERROR, code }), true, code);
  assert.equal(isGone(ERROR), false);
  assert.equal(isGone(null), false);
});

test('the request has the messages before the answer; to go on, the answer too and a wish', () => {
  const p = page({ limits: { max_messages: 4 } });
  const first = addExchange(p, 'q1', 'a1');
  const second = addExchange(p, 'q2', 'a2', { parentId: first.answer });
  const request = (goOn) => requestFor(p.state(), {
    conversation: p.conversation(), message: p.conversation().nodes[second.answer], model: MODELS[2], goOn,
  });
  assert.deepEqual(request(false).messages.map(({ content }) => content), ['q1', 'a1', 'q2']);
  const on = request(true).messages;
  assert.ok(on.length <= 4, 'the wish counts');
  assert.deepEqual(on.slice(0, -1).at(-1).content, 'a2');
  assert.equal(on.at(-1).role, 'user');
  assert.equal(request(false).model, 'any');
});

test('the web is searched only where the chat and the model both do', () => {
  const p = page();
  const ids = addExchange(p, 'q', 'a');
  const searching = { ...MODELS[2], webSearch: true };
  const asked = (webSearch, model) => {
    p.configure({ webSearch });
    return JSON.stringify(requestFor(p.state(), { conversation: p.conversation(), message: p.conversation().nodes[ids.answer], model, goOn: false }));
  };
  assert.notEqual(asked(true, searching), asked(false, searching));
  assert.equal(asked(true, MODELS[2]), asked(false, MODELS[2]));
});
