/* SPDX-License-Identifier: MIT */
/** What the reducers of conversations and messages take, and what they leave as it was. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { addExchange, makeCore, said } from './core-helpers.js';

const NOW = 5;
const CALL = { kind: 'tool_call', id: 'x', name: 's__do', arguments: '{}', state: 'running', round: 1, result: null, startedAt: 1, endedAt: null };
const USAGE = { promptTokens: 10, completionTokens: 5, reasoningTokens: 2, cachedTokens: 1, cost: null };

/** A store with one finished exchange, and what is asked of it by hand. */
function begun(status = 'complete') {
  const core = makeCore();
  const ids = addExchange(core, 'question', 'answer', { status });
  const all = () => core.store.getState().conversations;
  return {
    ...core, ids, all,
    answer: (id = ids.answer) => all().byId.c0.nodes[id],
    give: (action) => core.store.dispatch({ conversationId: 'c0', messageId: ids.answer, now: NOW, ...action }),
    progress: (progress) => core.store.dispatch({ type: 'answer/progressed', conversationId: 'c0', messageId: ids.answer, now: NOW, progress }),
  };
}

/** Each kind of action that is about one message. */
const ABOUT_MESSAGES = {
  'answer/restarted': { streamKey: 'k', model: 'm', keepText: true },
  'answer/progressed': { progress: { deltas: [{ kind: 'text', text: 'more' }] } },
  'answer/held': { hold: { reason: 'offline' } },
  'answer/called': { calls: [] },
  'answer/wentOn': { streamKey: 'k' },
  'answer/ended': { status: 'complete' },
  'answer/rewritten': { id: 'new', text: 'mine' },
  'answer/recalled': { id: 'new', at: 0 },
  'answer/chosen': {},
  'branch/opened': {},
  'message/deleted': { token: 't' },
  'pair/deleted': { token: 't' },
};

/** Each kind that is about a conversation. */
const ABOUT_CONVERSATIONS = {
  'conversation/selected': {},
  'conversation/renamed': { title: 'x', now: NOW },
  'conversation/deleted': { token: 't', newId: 'n', now: NOW },
  'conversation/configured': { patch: { model: 'x' } },
  'conversation/queued': { queue: [], draft: { text: '', attachments: [] } },
  'conversation/draftChanged': { patch: { text: 'x' } },
};

test('what is about somebody who is not there changes nothing', () => {
  const { all, give, store } = begun();
  const before = all();
  for (const [type, more] of Object.entries(ABOUT_MESSAGES)) {
    give({ type, ...more, messageId: 'nobody' });
    assert.equal(all(), before, `${type}, no such message`);
    give({ type, ...more, conversationId: 'nowhere' });
    assert.equal(all(), before, `${type}, no such conversation`);
  }
  for (const [type, more] of Object.entries(ABOUT_CONVERSATIONS)) {
    store.dispatch({ type, id: 'nowhere', ...more });
    assert.equal(all(), before, type);
  }
});

test('a question is never taken for an answer', () => {
  const { all, give, ids } = begun();
  const before = all();
  for (const type of Object.keys(ABOUT_MESSAGES).filter((one) => one.startsWith('answer/'))) {
    give({ type, ...ABOUT_MESSAGES[type], messageId: ids.user });
    assert.equal(all(), before, type);
  }
});

test('an answer that ended takes nothing more, in whatever way it ended', () => {
  for (const status of ['complete', 'stopped', 'failed', 'interrupted']) {
    const { all, give } = begun(status);
    const before = all();
    for (const type of ['answer/progressed', 'answer/called', 'answer/wentOn', 'answer/ended']) {
      give({ type, ...ABOUT_MESSAGES[type] });
      assert.equal(all(), before, `${type} after ${status}`);
    }
  }
});

test('an answer under way is not written over, nor called anew', () => {
  const { all, give, progress } = begun(null);
  progress({ deltas: [{ kind: 'text', text: 'x' }] });
  give({ type: 'answer/called', calls: [] });
  const before = all();
  give({ type: 'answer/rewritten', id: 'new', text: 'mine' });
  give({ type: 'answer/recalled', id: 'new', at: 0 });
  assert.equal(all(), before);
});

test('an id that is taken is not given twice', () => {
  const { all, ids, give, store } = begun();
  let before = all();
  store.dispatch({ type: 'conversation/created', id: 'c0', now: NOW, model: '' });
  assert.equal(all(), before);
  give({ type: 'answer/rewritten', id: ids.user, text: 'mine' });
  assert.equal(all().byId.c0, before.byId.c0);
  before = all();
  store.dispatch({ type: 'exchange/started', conversationId: 'c0', now: NOW, clearDraft: false, user: null,
    answer: { id: ids.answer, parentId: ids.user, model: 'm', streamKey: 'k' } });
  assert.equal(said(all().byId.c0.nodes[ids.answer]), 'answer');
});

test('what comes in for a conversation that is here takes its place, and is shown', () => {
  const { all, store } = begun();
  const { order, byId } = all();
  store.dispatch({ type: 'conversation/created', id: 'c9', now: NOW, model: '' });
  store.dispatch({ type: 'conversation/imported', conversations: [{ ...byId.c0, title: 'again' }] });
  assert.deepEqual(all().order, ['c9', ...order]);
  assert.deepEqual([all().byId.c0.title, all().activeId], ['again', 'c0']);
});

test('what is chosen already is the same state, so that nothing is drawn anew', () => {
  const { all, store } = begun();
  const before = all();
  store.dispatch({ type: 'conversation/selected', id: 'c0' });
  assert.equal(all(), before);
});

test('who writes in a conversation moves it to the front; the others keep their order', () => {
  const core = begun();
  const second = core.actions.newConversation();
  core.actions.setDraft({ text: 'x' }, second);
  const third = core.actions.newConversation();
  addExchange(core, 'again', 'yes', { conversationId: 'c0', parentId: core.ids.answer });
  assert.deepEqual(core.all().order, ['c0', third, second]);
  const { order } = core.all();
  addExchange(core, 'and again', 'yes', { conversationId: 'c0' });
  assert.equal(core.all().order, order, 'who is in front is not moved');
});

test('an answer that ended where nobody looks is unseen until somebody does; one that was stopped is not', () => {
  for (const [status, unseen] of [['complete', true], ['failed', true], ['stopped', false]]) {
    const core = begun(null);
    core.actions.setDraft({ text: 'x' }, 'c0');
    const other = core.actions.newConversation();
    core.give({ type: 'answer/ended', status });
    assert.equal(core.all().byId.c0.unseen, unseen, status);
    assert.equal(core.all().byId[other].unseen, false);
    core.store.dispatch({ type: 'conversation/selected', id: 'c0' });
    assert.ok(!core.all().byId.c0.unseen, status);
  }
  const here = begun(null);
  here.give({ type: 'answer/ended', status: 'complete' });
  assert.ok(!here.all().byId.c0.unseen, 'who looks at it sees it');
});

test('an end: its notice comes last, its error stays, and what was tried is over', () => {
  const { give, answer, progress } = begun(null);
  progress({ status: 'reconnecting', reconnect: { attempt: 2, at: 9 } });
  assert.deepEqual(answer().reconnect, { attempt: 2, at: 9 });
  progress({ status: 'reconnecting' });
  assert.deepEqual(answer().reconnect, { attempt: 2, at: 9 }, 'said once');
  give({ type: 'answer/ended', status: 'interrupted', notice: 'cut', error: { code: 'e', message: 'm' } });
  assert.deepEqual(answer().parts.at(-1), { kind: 'notice', code: 'cut', detail: '' });
  assert.deepEqual([answer().reconnect, answer().hold, answer().error.code, answer().timing.endedAt], [null, null, 'e', NOW]);
  const plain = begun(null);
  plain.give({ type: 'answer/ended', status: 'complete' });
  assert.equal(plain.answer().error, null);
  assert.ok(plain.answer().parts.every(({ kind }) => kind !== 'notice'));
});

test('what was held begins when it goes out; what had begun keeps its begin', () => {
  const core = makeCore();
  core.store.dispatch({ type: 'exchange/started', conversationId: 'c0', now: 1, clearDraft: true,
    user: { id: 'u', parentId: null, text: 'q', attachments: [] }, answer: { id: 'a', parentId: 'u', model: 'm', streamKey: 'k' } });
  const give = (action) => core.store.dispatch({ conversationId: 'c0', messageId: 'a', ...action });
  const timing = () => core.store.getState().conversations.byId.c0.nodes.a.timing;
  give({ type: 'answer/held', hold: { reason: 'offline' } });
  give({ type: 'answer/progressed', now: 100, progress: { status: 'connecting' } });
  assert.deepEqual(timing(), { startedAt: 100, firstTokenAt: null, endedAt: null });
  give({ type: 'answer/progressed', now: 150, progress: { deltas: [{ kind: 'text', text: 'x' }], status: 'answering' } });
  give({ type: 'answer/held', hold: { reason: 'signedOut' } });
  give({ type: 'answer/progressed', now: 200, progress: { deltas: [{ kind: 'text', text: 'y' }], status: 'answering' } });
  assert.deepEqual(timing(), { startedAt: 100, firstTokenAt: 150, endedAt: null });
});

test('what several rounds took adds up; a cost that nobody knows stays unknown', () => {
  const { answer, give, progress } = begun(null);
  progress({ usage: USAGE });
  assert.deepEqual(answer().usage, USAGE);
  give({ type: 'answer/wentOn', streamKey: 'k2' });
  assert.deepEqual([answer().status, answer().streamKey, answer().lastEventId], ['connecting', 'k2', '']);
  progress({ usage: USAGE });
  assert.deepEqual(answer().usage, { promptTokens: 20, completionTokens: 10, reasoningTokens: 4, cachedTokens: 2, cost: null });
  progress({ usage: { ...USAGE, cost: 0.5 } });
  assert.equal(answer().usage.cost, 0.5, 'the last word of a round counts, not their sum');
  give({ type: 'answer/wentOn', streamKey: 'k3' });
  progress({ usage: { ...USAGE, cost: null } });
  assert.equal(answer().usage.cost, 0.5);
  assert.equal(answer().usage.promptTokens, 30);

  const silent = begun(null);
  silent.give({ type: 'answer/wentOn', streamKey: 'k2' });
  silent.progress({ usage: USAGE });
  assert.deepEqual(silent.answer().usage, USAGE, 'a round that said nothing took nothing');
});

test('another try begins with nothing of the one before, but the text where it goes on', () => {
  for (const [keepText, words] of [[true, 'answer'], [false, '']]) {
    const { answer, give } = begun('failed');
    give({ type: 'answer/restarted', streamKey: 'other', model: 'm2', keepText });
    assert.equal(said(answer()), words);
    const { status, error, usage, timing, lastEventId, streamKey, model } = answer();
    assert.deepEqual({ status, error, usage, timing, lastEventId, streamKey, model }, {
      status: 'connecting', error: null, usage: null, timing: { startedAt: NOW, firstTokenAt: null, endedAt: null },
      lastEventId: '', streamKey: 'other', model: 'm2',
    });
  }
  const same = begun('failed');
  same.give({ type: 'answer/restarted', streamKey: same.answer().streamKey, model: 'm', keepText: true });
  assert.equal(same.answer().lastEventId, '3', 'the same stream goes on behind what has come');
});

test('a call changes where it stands, and nothing else does', () => {
  const { answer, give, progress } = begun(null);
  progress({ deltas: [{ kind: 'tool_call', index: 0, id: 'x', name: 's__do', arguments: '{}' }] });
  const at = answer().parts.findIndex(({ kind }) => kind === 'tool_call');
  assert.notEqual(at, -1);
  const before = answer().parts;
  give({ type: 'answer/called', calls: [{ at, change: { state: 'running' } }, { at: 0, change: { state: 'running' } }, { at: 99, change: { state: 'running' } }] });
  assert.equal(answer().parts.length, before.length);
  assert.equal(answer().parts[at].state, 'running');
  assert.equal(answer().parts[0], before[0], 'a text is no call');
  assert.deepEqual([answer().status, answer().hold], ['acting', null]);
});

test('a call made once more keeps its round, and drops what came after', () => {
  const { all, answer, give, store } = begun(null);
  const parts = [{ kind: 'text', text: 'I look.', time: 1 }, CALL, { ...CALL, id: 'y' }, { kind: 'text', text: 'So:' }, { ...CALL, id: 'z', round: 2 }];
  // As an import brings it.
  const conversation = structuredClone(all().byId.c0);
  const [user] = Object.keys(conversation.nodes);
  const id = Object.keys(conversation.nodes)[1];
  Object.assign(conversation.nodes[id], { parts, status: 'complete' });
  store.dispatch({ type: 'conversation/imported', conversations: [{ ...conversation, id: 'c9' }] });
  give({ type: 'answer/recalled', conversationId: 'c9', messageId: id, id: 'new', at: 0 });
  assert.equal(all().byId.c9.nodes.new, undefined, 'a text is not called');
  give({ type: 'answer/recalled', conversationId: 'c9', messageId: id, id: 'new', at: 1 });
  const made = all().byId.c9.nodes.new;
  assert.deepEqual(made.parts.map(({ kind, id: of, state }) => [kind, of, state]),
    [['text', undefined, undefined], ['tool_call', 'x', 'writing'], ['tool_call', 'y', 'running']]);
  assert.deepEqual([made.status, made.parentId, all().byId.c9.updatedAt], ['acting', user, NOW]);
  assert.equal(answer().parts.length, 1, 'the other conversation is another');
});

test('an empty try makes way for the next one; one that said something does not', () => {
  const text = (words) => [{ kind: 'text', text: words }];
  for (const [status, deltas, goes] of [
    ['failed', [], true], ['interrupted', [], true], ['stopped', [], true], ['complete', [], false],
    ['failed', text('x'), false], ['interrupted', text('x'), false], ['stopped', text('x'), false],
    ['failed', [{ kind: 'reasoning', text: 'hm' }], true], ['stopped', [{ kind: 'reasoning', text: 'hm' }], false],
    ['failed', [{ kind: 'tool_call', index: 0, id: 'x', name: 's__do', arguments: '{}' }], false],
  ]) {
    const { store, answer } = makeCoreWith(deltas, status);
    store.dispatch({ type: 'exchange/started', conversationId: 'c0', now: NOW, clearDraft: true, user: null,
      answer: { id: 'b', parentId: 'u', model: 'm', streamKey: 'k2' } });
    assert.equal(answer() === undefined, goes, `${status} ${JSON.stringify(deltas)}`);
    assert.ok(store.getState().conversations.byId.c0.nodes.b);
  }
});

/** One question, and an answer `a` of these deltas that ended so. */
function makeCoreWith(deltas, status) {
  const { store } = makeCore();
  store.dispatch({ type: 'exchange/started', conversationId: 'c0', now: 1, clearDraft: true,
    user: { id: 'u', parentId: null, text: 'q', attachments: [] }, answer: { id: 'a', parentId: 'u', model: 'm', streamKey: 'k' } });
  const where = { conversationId: 'c0', messageId: 'a' };
  store.dispatch({ type: 'answer/progressed', ...where, now: 2, progress: { deltas, status: 'answering' } });
  store.dispatch({ type: 'answer/ended', ...where, now: 3, status });
  return { store, answer: () => store.getState().conversations.byId.c0.nodes.a };
}

test('an empty try with something behind it stays', () => {
  const { store, answer } = makeCoreWith([], 'failed');
  const start = (more) => store.dispatch({ type: 'exchange/started', conversationId: 'c0', now: NOW, clearDraft: true, ...more });
  start({ user: { id: 'u2', parentId: 'a', text: 'and?', attachments: [] }, answer: { id: 'a2', parentId: 'u2', model: 'm', streamKey: 'k2' } });
  start({ user: null, answer: { id: 'b', parentId: 'u', model: 'm', streamKey: 'k3' } });
  assert.ok(answer());
});

test('of two answers side by side one is chosen, once', () => {
  const { store } = makeCore();
  const all = () => store.getState().conversations.byId.c0;
  store.dispatch({ type: 'exchange/started', conversationId: 'c0', now: 1, clearDraft: false,
    user: { id: 'u', parentId: null, text: 'q', attachments: [] }, answer: { id: 'a', parentId: 'u', model: 'm', streamKey: 'k' },
    beside: { id: 'b', parentId: 'u', model: 'n', streamKey: 'l' } });
  assert.deepEqual(all().nodes.u.both, ['a', 'b']);
  store.dispatch({ type: 'answer/chosen', conversationId: 'c0', messageId: 'b' });
  assert.deepEqual([all().nodes.u.both, all().model, all().second], [[], 'n', '']);
  store.dispatch({ type: 'answer/chosen', conversationId: 'c0', messageId: 'u' });
  assert.equal(all().model, 'n', 'a question is no answer');
  const single = begun();
  const before = single.all();
  single.give({ type: 'answer/chosen' });
  assert.equal(single.all(), before, 'one alone is not chosen');
});

test('a title comes from the first words, or from what is attached, and a person’s own stays', () => {
  const file = { id: 'f', kind: 'file', name: 'notes.txt', type: 'text/plain', size: 1, text: 'x', data: '' };
  const title = (text, attachments, before) => {
    const { store, actions } = makeCore();
    if (before !== undefined) store.dispatch({ type: 'conversation/renamed', id: 'c0', title: before, now: 1 });
    actions.setDraft({ text: 'half' });
    store.dispatch({ type: 'exchange/started', conversationId: 'c0', now: NOW, clearDraft: false,
      user: { id: 'u', parentId: null, text, attachments }, answer: { id: 'a', parentId: 'u', model: 'm', streamKey: 'k' } });
    assert.equal(store.getState().conversations.byId.c0.draft.text, 'half', 'a draft stays where it was not what was sent');
    return store.getState().conversations.byId.c0.title;
  };
  assert.equal(title('Hello there', []), 'Hello there');
  assert.equal(title('', [file]), 'notes.txt');
  assert.equal(title('', []), '');
  assert.equal(title('Hello', [], 'Mine'), 'Mine');
  assert.equal(title('Hello', [], ''), '', 'emptied on purpose');
});

test('a deletion is undone by its own token, and not after something took its place', () => {
  const { all, give, store, ids } = begun();
  give({ type: 'message/deleted', token: 't1', messageId: ids.user });
  const gone = all();
  store.dispatch({ type: 'undo/applied', token: 'other' });
  store.dispatch({ type: 'undo/expired', token: 'other' });
  assert.equal(all(), gone);
  store.dispatch({ type: 'undo/applied', token: 't1' });
  assert.ok(all().byId.c0.nodes[ids.answer]);
  assert.equal(all().undo, null);

  for (const action of [
    { type: 'conversation/created', id: 'n', now: NOW, model: '' }, { type: 'conversation/imported', conversations: [] },
    { type: 'answer/rewritten', conversationId: 'c0', messageId: 'none', id: 'r', now: NOW, text: 'x' },
    { type: 'answer/recalled', conversationId: 'c0', messageId: 'none', id: 'r', at: 0, now: NOW },
  ]) {
    const other = begun();
    other.give({ type: 'message/deleted', token: 't2' });
    assert.equal(other.all().undo.token, 't2');
    other.store.dispatch(action);
    assert.equal(other.all().undo, null, action.type);
    other.store.dispatch({ type: 'undo/applied', token: 't2' });
    assert.equal(other.answer(), undefined, action.type);
  }
});

test('the neighbour of a deleted conversation is shown: the next, at the end the one before', () => {
  const core = makeCore();
  const ids = ['c0'];
  for (let i = 0; i < 2; i += 1) {
    core.actions.setDraft({ text: 'x' });
    ids.unshift(core.actions.newConversation());
  }
  core.actions.setDraft({ text: 'x' });
  const { store } = core;
  const remove = (id) => store.dispatch({ type: 'conversation/deleted', id, token: `t${id}`, newId: 'fresh', now: NOW });
  const active = () => store.getState().conversations.activeId;
  store.dispatch({ type: 'conversation/selected', id: ids[1] });
  remove(ids[0]);
  assert.equal(active(), ids[1], 'another one was deleted');
  store.dispatch({ type: 'undo/applied', token: `t${ids[0]}` });
  assert.deepEqual(store.getState().conversations.order, ids);
  assert.equal(active(), ids[0], 'what comes back is shown');
  remove(ids[0]);
  assert.equal(active(), ids[1]);
  store.dispatch({ type: 'conversation/selected', id: ids[2] });
  remove(ids[2]);
  assert.equal(active(), ids[1]);
  remove(ids[1]);
  assert.deepEqual([active(), store.getState().conversations.order], ['fresh', ['fresh']]);
});
