/* SPDX-License-Identifier: MIT */
/** What comes too late, twice, or damaged changes nothing. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { createConversation, createMessage } from '../../static/core/conversation.js';
import { exportText } from '../../static/core/exporting.js';
import { readExport } from '../../static/core/importing.js';
import { planContinue, planEdit, planRegenerate, planRetry, planSend } from '../../static/core/asking.js';
import { CHOICES, DEFAULT_SETTINGS, SETTINGS_KEY, loadSettings } from '../../static/core/settings.js';
import { MODELS, addExchange, counter, makeCore } from './core-helpers.js';

test('an undo with the word of another deletion brings nothing back', () => {
  const core = makeCore();
  const { store, actions } = core;
  addExchange(core, 'keep', 'a');
  const second = actions.newConversation();
  addExchange(core, 'gone', 'b', { conversationId: second });
  actions.deleteConversation(second);
  const stale = store.getState().conversations.undo.token;
  const { user } = addExchange(core, 'q', 'a', { conversationId: 'c0' });
  actions.deleteMessage(user);
  const before = store.getState().conversations;
  assert.equal(before.undo.kind, 'messages');
  store.dispatch({ type: 'undo/applied', token: stale });
  assert.equal(store.getState().conversations, before);
  store.dispatch({ type: 'undo/expired', token: stale });
  assert.equal(store.getState().conversations, before, 'nor does it end the newer one');
  store.dispatch({ type: 'undo/applied', token: before.undo.token });
  assert.ok(store.getState().conversations.byId.c0.nodes[user]);
});

test('an answer ends once', () => {
  const core = makeCore();
  const { store, clock } = core;
  const { answer } = addExchange(core, 'q', 'half', { status: 'stopped' });
  const before = store.getState();
  const message = before.conversations.byId.c0.nodes[answer];
  clock.now += 5000;
  for (const action of [
    { type: 'answer/ended', status: 'complete' },
    { type: 'answer/ended', status: 'failed', error: { code: 'x', type: '', message: '', status: 0, param: null, retryAt: null } },
    { type: 'answer/progressed', progress: { deltas: [{ kind: 'text', text: ' late' }], status: 'answering', lastEventId: '9' } },
  ]) {
    store.dispatch({ conversationId: 'c0', messageId: answer, now: clock.now, ...action });
    assert.equal(store.getState(), before, action.type);
  }
  assert.equal(message.status, 'stopped');
  assert.equal(message.timing.endedAt, clock.now - 5000);
});

test('an answer that ended before does not mark a conversation as unseen', () => {
  const core = makeCore();
  const { store, actions, clock } = core;
  const { answer } = addExchange(core, 'q', 'a');
  actions.newConversation();
  store.dispatch({ type: 'answer/ended', conversationId: 'c0', messageId: answer, now: clock.now, status: 'complete' });
  assert.equal(store.getState().conversations.byId.c0.unseen, false);
});

test('the neighbour follows a deleted conversation', () => {
  for (const [deleted, active, next] of [
    ['a', 'a', 'b'], ['b', 'b', 'c'], ['c', 'c', 'b'],
    ['a', 'c', 'c'], ['c', 'a', 'a'], ['b', 'a', 'a'],
  ]) {
    const { store, actions } = makeCore();
    store.dispatch({ type: 'conversation/imported', conversations: ['a', 'b', 'c'].map((id) => createConversation({ id, now: 1 })) });
    store.dispatch({ type: 'conversation/selected', id: 'c0' });
    actions.deleteConversation('c0');
    store.dispatch({ type: 'conversation/selected', id: active });
    actions.deleteConversation(deleted);
    assert.equal(store.getState().conversations.activeId, next, `${deleted} goes while ${active} is shown`);
    assert.deepEqual(store.getState().conversations.order, ['a', 'b', 'c'].filter((id) => id !== deleted));
  }
});

test('an imported message has an id of its own', () => {
  const base = { ...createConversation({ id: 'x', now: 0 }), roots: ['m'], openRootId: 'm' };
  const nodes = { m: createMessage({ id: 'm', parentId: null, role: 'user', createdAt: 0, parts: [{ kind: 'text', text: 'q' }] }) };
  const file = JSON.parse(exportText([{ ...base, nodes }], 0));
  const [message] = file.conversations[0].messages;
  for (const [id, where] of [[1, 'id'], ['1', 'id'], [null, 'id'], [{}, 'id']]) {
    file.conversations[0].messages = [message, { ...message, id }];
    assert.throws(() => readExport(JSON.stringify(file), counter()), { name: 'ImportError', where: `conversations[0].messages[1].${where}` });
  }
  file.conversations[0].messages = [message, { ...message, id: 2 }];
  assert.equal(readExport(JSON.stringify(file), counter())[0].roots.length, 2);
});

test('settings that are broken are as by default, each for itself', () => {
  const load = (text) => loadSettings({ getItem: (key) => (key === SETTINGS_KEY ? text : null) });
  for (const text of ['', '{', 'null', '[]', '7', '"dark"', '{"theme":{}}', 'x'.repeat(5000), '{"__proto__":{"theme":"dark"}}']) {
    assert.deepEqual(load(text), { ...DEFAULT_SETTINGS }, text.slice(0, 40));
  }
  assert.deepEqual(loadSettings({ getItem() { throw new Error('denied'); } }), { ...DEFAULT_SETTINGS });
  for (const name of Object.keys(DEFAULT_SETTINGS)) {
    const good = name in CHOICES ? CHOICES[name].at(-1)
      : typeof DEFAULT_SETTINGS[name] === 'boolean' ? !DEFAULT_SETTINGS[name]
        : name === 'prompts' ? [{ name: 'n', text: 't' }] : Array.isArray(DEFAULT_SETTINGS[name]) ? ['a-model'] : 'a-model';
    const large = { defaultModel: 'x'.repeat(300), instructions: 'x'.repeat(20001), recentModels: Array(9).fill('m'),
      starredModels: Array(101).fill('m'), prompts: Array(201).fill({ name: 'n', text: 't' }) };
    for (const bad of [null, 0, {}, [null], [{}], name in CHOICES ? 'toString' : 12, large[name] ?? NaN]) {
      const read = load(JSON.stringify({ ...DEFAULT_SETTINGS, theme: 'dark', sidebarOpen: false, [name]: bad }));
      assert.equal(read[name], DEFAULT_SETTINGS[name], `${name}: ${JSON.stringify(bad)}`);
      if (name !== 'theme') assert.equal(read.theme, 'dark', 'the others stay');
    }
    assert.deepEqual(load(JSON.stringify({ [name]: good }))[name], good, name);
  }
});

/** The state of a page with models and one exchange that ended so. */
function ended(status, { text = 'half', lastEventId = '3', code = 'network', resume } = {}) {
  const core = makeCore();
  core.store.dispatch({ type: 'session/signedIn', user: { name: 'a' }, expiresAt: null, auth: 'password', limits: resume === undefined ? {} : { resume } });
  core.store.dispatch({ type: 'models/ready', list: MODELS });
  const ids = addExchange(core, 'q', '', { status: null });
  const where = { conversationId: 'c0', messageId: ids.answer, now: core.clock.now };
  core.store.dispatch({ type: 'answer/progressed', ...where, progress: { deltas: [{ kind: 'text', text }], lastEventId } });
  core.store.dispatch({ type: 'answer/ended', ...where, status, error: { code, type: '', message: '', status: 0, param: null, retryAt: null } });
  return { state: core.store.getState(), ...ids };
}

test('how an answer goes on follows from how it ended', () => {
  for (const [want, status, more] of [
    ['resume', 'interrupted', {}],
    ['resume', 'interrupted', { code: 'cut_off' }],
    ['goOn', 'interrupted', { code: 'upstream_closed' }],
    ['goOn', 'interrupted', { resume: false }],
    ['goOn', 'interrupted', { lastEventId: '' }],
    ['goOn', 'stopped', {}],
    ['goOn', 'length', {}],
    ['restart', 'failed', { text: '' }],
    ['restart', 'interrupted', { text: '' }],
  ]) {
    const { state, answer } = ended(status, more);
    assert.equal(planContinue(state, answer).do, want, `${status} ${JSON.stringify(more)}`);
    assert.equal(planRetry(state, answer).do, more.text === '' ? 'restart' : 'askAgain');
    assert.equal(planRegenerate(state, answer).do, 'askAgain');
  }
});

test('what makes no sense is not done', () => {
  const { state, user, answer } = ended('complete');
  assert.deepEqual(planContinue(state, user), { do: 'nothing' });
  assert.deepEqual(planRegenerate(state, 'nobody'), { do: 'nothing' });
  assert.deepEqual(planEdit(state, answer, 'x'), { do: 'nothing' });
  assert.deepEqual(planEdit(state, user, ' '), { do: 'nothing' });
  assert.deepEqual(planSend(state, 'nowhere'), { do: 'nothing' });
  assert.equal(planSend(state, 'c0').obstacle, 'empty');
  assert.equal(planRegenerate(state, answer, 'no-such-model').obstacle, 'no-model');
});
