/* SPDX-License-Identifier: MIT */
/** What views may ask for, as far as it needs no network. */

import assert from 'node:assert/strict';
import test from 'node:test';

import {
  MAX_ATTACHMENTS, MAX_CONVERSATIONS, MAX_FILE_CHARS, MAX_IMAGE_CHARS, MAX_TEXT_FILE_BYTES, MEMORY_CAP_BYTES,
} from '../../static/core/limits.js';
import { MAX_TOASTS } from '../../static/core/reduce-page.js';
import {
  selectActive, selectConversation, selectHasSomethingToLose, selectList, selectMemory, selectModel, selectPath, selectSiblings,
  selectSystem,
} from '../../static/core/selectors.js';
import { IMAGE, MODELS, TEXT_FILE, addExchange, makeCore, said } from './core-helpers.js';

const keys = (store) => store.getState().ui.toasts.map(({ key }) => key);

test('a new conversation is the empty one when there is one', () => {
  const { store, actions } = makeCore();
  assert.equal(actions.newConversation(), 'c0');
  actions.setDraft({ text: 'x' });
  const second = actions.newConversation();
  assert.notEqual(second, 'c0');
  assert.equal(store.getState().conversations.activeId, second);
  actions.selectConversation('c0');
  assert.equal(actions.newConversation(), second);
  assert.deepEqual(store.getState().conversations.order, [second, 'c0']);
});

test('a new conversation keeps the model of the one before', () => {
  const { store, actions } = makeCore();
  actions.setModel('eyes');
  actions.setDraft({ text: 'x' });
  actions.newConversation();
  assert.equal(selectActive(store.getState()).model, 'eyes');
});

test('each conversation has its own draft, model, system prompt and parameters', () => {
  const { store, actions } = makeCore();
  actions.setDraft({ text: 'one' });
  const second = actions.newConversation();
  actions.setDraft({ text: 'two' });
  actions.setModel('any');
  actions.setSystem('Be brief.');
  actions.setParams({ temperature: 0.5, top_p: 7, seed: undefined });
  actions.setDraft({ text: 'one more' }, 'c0');
  const { byId } = store.getState().conversations;
  assert.equal(byId.c0.draft.text, 'one more');
  assert.equal(byId.c0.model, '');
  assert.equal(byId[second].draft.text, 'two');
  assert.equal(byId[second].system, 'Be brief.');
  assert.deepEqual(byId[second].params, { temperature: 0.5 }, 'only what is set and valid');
});

test('the number of conversations is bounded', () => {
  const { store, actions } = makeCore();
  for (let i = 0; i < MAX_CONVERSATIONS + 5; i += 1) {
    actions.setDraft({ text: 'x' });
    actions.newConversation();
  }
  assert.equal(store.getState().conversations.order.length, MAX_CONVERSATIONS);
  assert.ok(keys(store).includes('toast.tooManyConversations'));
});

test('deleting offers the undo, which brings everything back in its place', () => {
  const core = makeCore();
  const { store, actions } = core;
  addExchange(core, 'keep', 'a');
  const second = actions.newConversation();
  addExchange(core, 'gone', 'b', { conversationId: second });
  const before = store.getState().conversations;
  actions.deleteConversation(second);
  assert.deepEqual(store.getState().conversations.order, ['c0']);
  assert.equal(store.getState().conversations.activeId, 'c0');
  assert.deepEqual(keys(store), ['toast.conversationDeleted']);
  actions.undoDelete();
  assert.deepEqual(store.getState().conversations, before);
  assert.deepEqual(keys(store), []);
});

test('the undo stays until the next action, which lets go of what was deleted', async () => {
  /** @type {[string, (core: any) => void][]} */
  const actions = [
    ['a question', (core) => addExchange(core, 'next', 'a')],
    ['a new chat', ({ actions: does }) => does.newConversation()],
    ['the offer sent away', ({ store, actions: does }) => does.dismissToast(store.getState().ui.toasts[0].id)],
  ];
  for (const [name, act] of actions) {
    const core = makeCore();
    const { store, actions: does, clock } = core;
    addExchange(core, 'kept', 'a');
    const second = does.newConversation();
    addExchange(core, 'gone', 'b'.repeat(100000), { conversationId: second });
    does.deleteConversation(second);
    await clock.advance(3_600_000);
    assert.deepEqual(keys(store), ['toast.conversationDeleted'], 'an hour later');
    assert.ok(selectMemory(store.getState()).bytes < 100000, 'room is made at once');
    act(core);
    assert.equal(store.getState().conversations.undo, null, name);
    assert.deepEqual(keys(store), [], name);
    const after = store.getState();
    does.undoDelete();
    assert.equal(store.getState(), after, name);
  }
});

test('a second deletion is undone, not the first, and offered once', () => {
  const core = makeCore();
  const { store, actions } = core;
  const first = addExchange(core, 'one', 'a');
  const second = addExchange(core, 'two', 'b');
  actions.deleteMessage(first.user);
  actions.deleteMessage(second.user);
  assert.equal(keys(store).length, 1);
  actions.undoDelete();
  assert.deepEqual(Object.keys(selectActive(store.getState()).nodes).sort(), [second.user, second.answer].sort());
});

/** Three exchanges in a row; the first question has a second answer. */
function threeExchanges() {
  const core = makeCore();
  const one = addExchange(core, 'one', 'a');
  const two = addExchange(core, 'two', 'b', { parentId: one.answer });
  const three = addExchange(core, 'three', 'c', { parentId: two.answer });
  return { core, one, two, three };
}
const shown = (/** @type {any} */ core) => selectPath(selectActive(core.store.getState())).map(said);

test('a deletion says how many messages go', () => {
  const { core, two } = threeExchanges();
  core.actions.deleteMessage(two.user);
  assert.deepEqual(core.store.getState().ui.toasts[0].values, { count: 4 });
  assert.deepEqual(shown(core), ['one', 'a']);
});

test('a question goes with its answers alone, and what follows stays', () => {
  for (const which of /** @type {const} */ (['one', 'two', 'three'])) {
    const { core, ...turns } = threeExchanges();
    const before = selectActive(core.store.getState());
    core.actions.deletePair(turns[which].user);
    const texts = { one: ['two', 'b', 'three', 'c'], two: ['one', 'a', 'three', 'c'], three: ['one', 'a', 'two', 'b'] };
    assert.deepEqual(shown(core), texts[which], which);
    assert.deepEqual(core.store.getState().ui.toasts[0].values, { count: 2 });
    core.actions.undoDelete();
    const after = selectActive(core.store.getState());
    assert.deepEqual(after.nodes, before.nodes, which);
    assert.deepEqual([after.roots, after.openRootId], [before.roots, before.openRootId], which);
  }
});

test('a question with other versions around it goes alone, and comes back to its place', () => {
  const { core, two } = threeExchanges();
  const { store, actions } = core;
  const other = addExchange(core, 'two, otherwise', 'b2', { parentId: store.getState().conversations.byId.c0.nodes[two.user].parentId });
  const follow = addExchange(core, 'after it', 'd', { parentId: other.answer });
  const before = selectActive(store.getState());
  actions.deletePair(other.user);
  assert.deepEqual(shown(core), ['one', 'a', 'after it', 'd']);
  assert.equal(selectActive(store.getState()).nodes[follow.user].parentId, before.nodes[other.user].parentId);
  actions.undoDelete();
  assert.deepEqual(selectActive(store.getState()).nodes, before.nodes);
});

test('while an answer is under way no pair is taken out of the middle', () => {
  const { core, one, three } = threeExchanges();
  addExchange(core, 'four', 'd', { parentId: three.answer, status: null });
  const before = core.store.getState();
  core.actions.deletePair(one.user);
  core.actions.deletePair(one.answer);
  core.actions.deletePair('no such message');
  assert.equal(core.store.getState(), before);
});

test('chats that are pinned come first, each in the order of all', () => {
  const core = makeCore();
  const ids = ['first', 'second', 'third'].map((text, i) => {
    const id = i === 0 ? 'c0' : core.actions.newConversation();
    addExchange(core, text, 'a', { conversationId: id });
    return id;
  });
  core.actions.pinConversation(ids[0], true);
  const titles = () => selectList(core.store.getState()).map(({ title, pinned }) => `${title}${pinned ? '!' : ''}`);
  assert.deepEqual(titles(), ['first!', 'third', 'second']);
  core.actions.pinConversation(ids[1], true);
  assert.deepEqual(titles(), ['second!', 'first!', 'third']);
  core.actions.pinConversation(ids[0], false);
  assert.deepEqual(titles(), ['second!', 'third', 'first']);
});

test('a chat that is pinned stays so, whatever is done in it', () => {
  const core = makeCore();
  const { store, actions } = core;
  const one = addExchange(core, 'pinned', 'a');
  actions.pinConversation('c0', true);
  const other = actions.newConversation();
  addExchange(core, 'later', 'b', { conversationId: other });
  const titles = () => selectList(store.getState()).map(({ title, pinned }) => `${title}${pinned ? '!' : ''}`);
  addExchange(core, 'more', 'c', { conversationId: 'c0', parentId: one.answer });
  assert.deepEqual(titles(), ['pinned!', 'later']);
  actions.renameConversation('c0', 'named');
  actions.selectConversation(other);
  assert.deepEqual(titles(), ['named!', 'later']);
  actions.deleteConversation('c0');
  assert.deepEqual(titles(), ['later']);
  actions.undoDelete();
  assert.deepEqual(titles(), ['named!', 'later']);
});

test('the model used last is the one of the next chat, until one is set for all', () => {
  const core = makeCore();
  const { store, actions, kept } = core;
  store.dispatch({ type: 'models/ready', list: MODELS });
  const now = () => selectModel(store.getState(), { ...selectActive(store.getState()), model: '' })?.id;
  assert.equal(now(), 'small');
  actions.setModel('eyes');
  actions.setModel('any');
  actions.setModel('eyes');
  assert.deepEqual(kept.at(-1).recentModels, ['eyes', 'any']);
  assert.equal(now(), 'eyes');
  actions.setSetting('defaultModel', 'any');
  assert.equal(now(), 'any');
  actions.setSetting('defaultModel', 'gone');
  assert.equal(now(), 'small');
});

test('lasting instructions are said before those of the chat', () => {
  const { store, actions } = makeCore();
  const system = () => selectSystem(store.getState(), selectActive(store.getState()));
  assert.equal(system(), '');
  actions.setSystem('Be brief.');
  assert.equal(system(), 'Be brief.');
  actions.setSetting('instructions', 'I am a gardener.');
  assert.equal(system(), 'I am a gardener.\n\nBe brief.');
  actions.setSystem('  ');
  assert.equal(system(), 'I am a gardener.');
});

test('the last conversation is followed by an empty one', () => {
  const core = makeCore();
  addExchange(core, 'q', 'a');
  core.actions.deleteConversation('c0');
  const { order, activeId } = core.store.getState().conversations;
  assert.equal(order.length, 1);
  assert.equal(order[0], activeId);
  assert.equal(selectHasSomethingToLose(core.store.getState()), false);
});

test('an empty conversation goes without a word', () => {
  const { store, actions } = makeCore();
  actions.deleteConversation('c0');
  assert.equal(store.getState().conversations.undo, null);
  assert.deepEqual(keys(store), []);
});

test('attachments have limits, each with its own word', () => {
  const { store, actions } = makeCore();
  store.dispatch({ type: 'models/ready', list: MODELS });
  assert.equal(actions.addAttachment(IMAGE), false);
  assert.deepEqual(keys(store), ['toast.modelTakesNoImages']);
  actions.setModel('eyes');
  assert.equal(actions.addAttachment(IMAGE), true);
  assert.equal(actions.addAttachment({ ...IMAGE, data: 'x'.repeat(MAX_IMAGE_CHARS + 1) }), false);
  assert.equal(actions.addAttachment({ ...TEXT_FILE, text: 'x'.repeat(MAX_TEXT_FILE_BYTES + 1) }), false);
  assert.equal(actions.addAttachment({ ...TEXT_FILE, data: 'x'.repeat(MAX_FILE_CHARS + 1) }), false);
  const sound = { ...TEXT_FILE, kind: 'audio', transcript: '' };
  assert.equal(actions.addAttachment({ ...sound, data: 'x'.repeat(MAX_FILE_CHARS + 1) }), false);
  for (let i = 0; i < MAX_ATTACHMENTS; i += 1) actions.addAttachment({ ...TEXT_FILE, id: `t${i}` });
  assert.equal(selectActive(store.getState()).draft.attachments.length, MAX_ATTACHMENTS);
  assert.ok(keys(store).includes('toast.tooManyAttachments'));
  actions.removeAttachment('t0');
  assert.equal(selectActive(store.getState()).draft.attachments.length, MAX_ATTACHMENTS - 1);
});

test('toasts are bounded', () => {
  const { store, actions } = makeCore();
  for (let i = 0; i < 10; i += 1) actions.addToast({ kind: 'info', key: `k${i}` });
  assert.equal(store.getState().ui.toasts.length, MAX_TOASTS);
  assert.equal(keys(store).at(-1), 'k9');
  actions.dismissToast(store.getState().ui.toasts[0].id);
  assert.equal(store.getState().ui.toasts.length, MAX_TOASTS - 1);
});

test('an answer is rewritten as a branch beside it, within the limits', () => {
  const core = makeCore();
  const { store, actions } = core;
  addExchange(core, 'q', 'a');
  const [, answer] = selectPath(selectActive(store.getState()));
  assert.equal(actions.rewriteAnswer('nobody', 'x'), false);
  assert.equal(actions.rewriteAnswer(answer.parentId, 'x'), false, 'a question is asked anew instead');
  assert.equal(actions.rewriteAnswer(answer.id, '  '), false);
  assert.equal(actions.rewriteAnswer(answer.id, 'a'), true);
  assert.equal(selectSiblings(selectActive(store.getState()), answer.id).count, 1, 'the same words are no version');
  actions.setUi({ editingId: answer.id });
  assert.equal(actions.rewriteAnswer(answer.id, 'b'), true);
  const [, own] = selectPath(selectActive(store.getState()));
  assert.deepEqual([said(own), own.role, own.status, own.model], ['b', 'assistant', 'complete', answer.model]);
  assert.deepEqual(selectSiblings(selectActive(store.getState()), own.id), { index: 1, count: 2 });
  assert.equal(store.getState().ui.editingId, null);
  assert.equal(said(selectConversation(store.getState(), 'c0').nodes[answer.id]), 'a', 'the first stays');
});

test('an answer that ends elsewhere is unseen until its conversation is shown', () => {
  const core = makeCore();
  const { store, actions } = core;
  const unseen = () => selectList(store.getState()).filter((entry) => entry.unseen).map(({ id }) => id);
  addExchange(core, 'q', 'a');
  assert.deepEqual(unseen(), [], 'it was shown');
  const second = actions.newConversation();
  actions.selectConversation('c0');
  addExchange(core, 'q', 'a', { conversationId: second });
  assert.deepEqual(unseen(), [second]);
  actions.selectConversation(second);
  assert.deepEqual(unseen(), []);
  actions.selectConversation('c0');
  addExchange(core, 'q', 'a', { conversationId: second });
  actions.deleteConversation('c0');
  assert.deepEqual(unseen(), [], 'what takes the place of a deleted one is shown');
});

test('settings are validated and kept, nothing else is', () => {
  const { store, actions, kept } = makeCore();
  actions.setSetting('theme', 'dark');
  actions.setSetting('theme', 'pink');
  actions.setDraft({ text: 'secret' });
  assert.equal(store.getState().settings.theme, 'system', 'an invalid value falls back');
  assert.equal(kept[0].theme, 'dark');
  assert.equal(JSON.stringify(kept).includes('secret'), false);
});

test('signing out leaves nothing behind', () => {
  const core = makeCore();
  const { store } = core;
  store.dispatch({
    type: 'session/signedIn', user: { name: 'ann' }, expiresAt: null, auth: 'password', limits: { max_messages: 3 },
  });
  store.dispatch({ type: 'models/ready', list: MODELS });
  addExchange(core, 'canary', 'canary');
  core.actions.setUi({ search: 'canary', editingId: 'x' });
  core.actions.deleteConversation('c0');
  store.dispatch({ type: 'session/signedOut', now: 1, newId: 'fresh' });
  assert.equal(JSON.stringify(store.getState()).includes('canary'), false);
  assert.equal(store.getState().session.status, 'signed-out');
  assert.deepEqual(store.getState().session.limits, {});
  assert.deepEqual(store.getState().models.list, []);
});

test('an expired session keeps everything', () => {
  const core = makeCore();
  const { store } = core;
  store.dispatch({
    type: 'session/signedIn', user: { name: 'ann' }, expiresAt: null, auth: 'password', limits: {},
  });
  addExchange(core, 'q', 'a');
  const { conversations } = store.getState();
  store.dispatch({ type: 'session/expired' });
  assert.equal(store.getState().session.status, 'expired');
  assert.equal(store.getState().session.user.name, 'ann');
  assert.equal(store.getState().conversations, conversations);
  store.dispatch({ type: 'session/failed', error: { code: 'invalid_credentials' } });
  assert.equal(store.getState().session.status, 'expired');
});

test('the list is searched in titles and messages', () => {
  const core = makeCore();
  const { store, actions } = core;
  addExchange(core, 'About ÄPFEL', 'They are red.');
  const second = actions.newConversation();
  addExchange(core, 'Pears', 'They are green.', { conversationId: second });
  const found = (search) => {
    actions.setUi({ search });
    return selectList(store.getState()).map(({ id }) => id);
  };
  assert.deepEqual(found(''), [second, 'c0']);
  assert.deepEqual(found('äpfel'), ['c0']);
  assert.deepEqual(found(' GREEN '), [second]);
  assert.deepEqual(found('they are'), [second, 'c0']);
  assert.deepEqual(found('nothing'), []);
});

test('an import beyond the memory cap takes nothing', async () => {
  const core = makeCore();
  const { store, actions } = core;
  const other = makeCore();
  addExchange(other, 'q', 'a');
  const file = await other.actions.exportAll('json');
  const big = 'x'.repeat(MEMORY_CAP_BYTES / 2);
  core.store.dispatch({ type: 'conversation/draftChanged', id: 'c0', patch: { text: big } });
  assert.equal(selectMemory(store.getState()).level, 'full');
  const before = store.getState().conversations;
  assert.equal(await actions.importFiles([{ size: file.text.length, text: async () => file.text }]), false);
  assert.equal(store.getState().conversations, before);
  assert.deepEqual(store.getState().ui.toasts.at(-1).values, { reason: 'memory', where: '' });
});

test('a file that cannot be read is refused with its reason', async () => {
  const { store, actions } = makeCore();
  const reasonOf = async (file) => {
    assert.equal(await actions.importFiles([file]), false);
    return store.getState().ui.toasts.at(-1).values.reason;
  };
  const text = (value) => ({ size: 1, text: async () => value });
  assert.equal(await reasonOf({ size: 1e12, text: async () => assert.fail('not read') }), 'size');
  assert.equal(await reasonOf({ size: 1, text: async () => { throw new TypeError('gone'); } }), 'unreadable');
  assert.equal(await reasonOf(text('not json')), 'json');
  assert.equal(await reasonOf(text('{}')), 'format');
  assert.equal(await reasonOf(text('{"format":"confab-conversations","version":99}')), 'version');
});
