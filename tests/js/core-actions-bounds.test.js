/* SPDX-License-Identifier: MIT */
/** What views may ask for, at its limits: the last that is taken and the first that is not. */

import assert from 'node:assert/strict';
import test from 'node:test';

import {
  MAX_ATTACHMENTS, MAX_CONVERSATIONS, MAX_FILE_CHARS, MAX_IMAGE_CHARS, MAX_MESSAGES, MAX_TEXT_FILE_BYTES, MAX_TITLE_CHARS, MEMORY_CAP_BYTES,
} from '../../static/core/limits.js';
import { selectActive } from '../../static/core/selectors.js';
import { IMAGE, MODELS, TEXT_FILE, addExchange, makeCore, said } from './core-helpers.js';

const toasts = (store) => store.getState().ui.toasts;
/** A text that counts without being there: what measures it asks for its length alone. */
const long = (chars) => 'x'.repeat(chars);

/** A page whose memory is full. */
function full() {
  const core = makeCore();
  const ids = addExchange(core, 'q', 'a');
  core.actions.newConversation();
  core.store.dispatch({ type: 'conversation/draftChanged', id: 'c0', patch: { text: long(MEMORY_CAP_BYTES / 2 + 1) } });
  return { ...core, ids };
}

test('an attachment may have its kind’s limit, and not one character more', () => {
  const takes = (attachment) => {
    const { store, actions } = makeCore();
    const taken = actions.addAttachment(attachment);
    assert.equal(taken, toasts(store).length === 0);
    if (!taken) assert.deepEqual([toasts(store)[0].key, toasts(store)[0].values.name], ['toast.fileTooLarge', attachment.name]);
    return taken;
  };
  assert.equal(takes({ ...TEXT_FILE, text: long(MAX_TEXT_FILE_BYTES) }), true);
  assert.equal(takes({ ...TEXT_FILE, text: long(MAX_TEXT_FILE_BYTES + 1) }), false);
  assert.equal(takes({ ...IMAGE, data: long(MAX_IMAGE_CHARS) }), true);
  assert.equal(takes({ ...IMAGE, data: long(MAX_IMAGE_CHARS + 1) }), false);
  assert.equal(takes({ ...TEXT_FILE, data: long(MAX_FILE_CHARS) }), true, 'a file may be larger than a picture');
  assert.equal(takes({ ...TEXT_FILE, data: long(MAX_FILE_CHARS + 1) }), false);
});

test('so many attachments, one by one; and none where there is no chat or no memory', () => {
  const { store, actions } = makeCore();
  for (let i = 0; i < MAX_ATTACHMENTS; i += 1) assert.equal(actions.addAttachment({ ...TEXT_FILE, id: `f${i}` }), true);
  assert.equal(actions.addAttachment({ ...TEXT_FILE, id: 'more' }), false);
  assert.deepEqual([toasts(store)[0].key, toasts(store)[0].values.max], ['toast.tooManyAttachments', MAX_ATTACHMENTS]);
  actions.removeAttachment('f3');
  assert.equal(selectActive(store.getState()).draft.attachments.length, MAX_ATTACHMENTS - 1);
  assert.equal(actions.addAttachment({ ...TEXT_FILE, id: 'more' }), true);
  assert.equal(actions.addAttachment(TEXT_FILE, 'nowhere'), false);
  const busy = full();
  assert.equal(busy.actions.addAttachment(TEXT_FILE), false);
  assert.equal(toasts(busy.store)[0].key, 'toast.memoryFull');
});

test('a picture is refused for the model that takes none, by its name, and taken where nobody knows', () => {
  const { store, actions } = makeCore();
  assert.equal(actions.addAttachment(IMAGE), true, 'no model is known yet');
  store.dispatch({ type: 'models/ready', list: MODELS });
  actions.setModel('small');
  assert.equal(actions.addAttachment(IMAGE), false);
  assert.deepEqual([toasts(store)[0].key, toasts(store)[0].values.name], ['toast.modelTakesNoImages', 'Small']);
  assert.equal(actions.addAttachment(TEXT_FILE), true);
  actions.setModel('eyes');
  assert.equal(actions.addAttachment(IMAGE), true);
});

test('a waiting message may be files alone; what is not there is not had back', () => {
  const { store, actions } = makeCore();
  actions.setDraft({ text: ' ', attachments: [TEXT_FILE] });
  assert.equal(actions.queueDraft(), true);
  assert.deepEqual(selectActive(store.getState()).draft, { text: '', attachments: [] });
  const before = store.getState();
  actions.unqueue(1);
  actions.unqueue(-1);
  assert.equal(store.getState(), before);
});

test('the branch beside, as far as there is one', () => {
  const core = makeCore();
  const { store, actions } = core;
  const first = addExchange(core, 'q', 'one');
  actions.rewriteAnswer(first.answer, 'two');
  const second = Object.values(selectActive(store.getState()).nodes).find((node) => said(node) === 'two').id;
  const shown = () => said(selectActive(store.getState()).nodes[selectActive(store.getState()).nodes[first.user].open ?? ''] ?? { parts: [] });
  const before = store.getState();
  actions.selectBranch(second, 1);
  actions.selectBranch('nobody', 1);
  assert.equal(store.getState(), before, 'the last one is the last');
  actions.selectBranch(second, -1);
  const back = store.getState();
  assert.notEqual(back, before);
  actions.selectBranch(first.answer, -1);
  assert.equal(store.getState(), back, 'the first is the first');
  assert.equal(typeof shown(), 'string');
});

test('an answer is written anew by a person, when that says something else and there is room', () => {
  const core = makeCore();
  const { store, actions } = core;
  const ids = addExchange(core, 'q', 'a');
  const editing = () => store.getState().ui.editingId;
  const nodes = () => Object.keys(selectActive(store.getState()).nodes).length;
  actions.setUi({ editingId: ids.answer });
  assert.equal(actions.rewriteAnswer(ids.user, 'x'), false, 'a question is none');
  assert.equal(actions.rewriteAnswer('nobody', 'x'), false);
  assert.equal(actions.rewriteAnswer(ids.answer, ' '), false);
  assert.deepEqual([editing(), nodes()], [ids.answer, 2]);
  assert.equal(actions.rewriteAnswer(ids.answer, 'a'), true, 'the same words are no other answer');
  assert.deepEqual([editing(), nodes()], [null, 2]);
  actions.setUi({ editingId: ids.answer });
  assert.equal(actions.rewriteAnswer(ids.answer, 'b'), true);
  assert.deepEqual([editing(), nodes()], [null, 3]);

  const busy = full();
  assert.equal(busy.actions.rewriteAnswer(busy.ids.answer, 'b'), false);
  assert.equal(busy.store.getState().ui.dialog, 'memory');
});

test('a chat may have its number of messages, and then no answer of a person’s own', () => {
  for (const [n, taken] of [[MAX_MESSAGES - 1, true], [MAX_MESSAGES, false]]) {
    const core = makeCore();
    const ids = addExchange(core, 'q', 'a');
    const chat = structuredClone(selectActive(core.store.getState()));
    for (let i = 2; i < n; i += 1) chat.nodes[`x${i}`] = { ...chat.nodes[ids.answer], id: `x${i}`, parts: [] };
    core.store.dispatch({ type: 'conversation/imported', conversations: [{ ...chat, id: 'c9' }] });
    core.store.dispatch({ type: 'conversation/deleted', id: 'c0', token: 't', newId: 'n', now: 1 });
    assert.equal(core.actions.rewriteAnswer(ids.answer, 'b'), taken, `${n}`);
    assert.equal(toasts(core.store).some(({ key }) => key === 'toast.tooManyMessages'), !taken);
  }
});

test('what is not there is not deleted, and nothing is offered for it', () => {
  const core = makeCore();
  const ids = addExchange(core, 'q', 'a');
  const before = core.store.getState();
  core.actions.deleteMessage('nobody');
  core.actions.deletePair('nobody');
  core.actions.deletePair(ids.answer);
  core.actions.deleteConversation('nowhere');
  core.actions.undoDelete();
  assert.equal(core.store.getState(), before);
});

test('a deletion says how many go: all that follow, or the pair', () => {
  const core = makeCore();
  const one = addExchange(core, 'q1', 'a1');
  const two = addExchange(core, 'q2', 'a2', { parentId: one.answer });
  core.actions.deletePair(one.user);
  assert.equal(toasts(core.store).at(-1).values.count, 2);
  core.actions.undoDelete();
  core.actions.deleteMessage(two.user);
  assert.equal(toasts(core.store).at(-1).values.count, 2);
  core.actions.undoDelete();
  core.actions.deleteMessage(one.user);
  assert.equal(toasts(core.store).at(-1).values.count, 4);
});

test('who sends the offer of an undo away has no more to undo; another word leaves it', () => {
  const core = makeCore();
  addExchange(core, 'q', 'a');
  core.actions.addToast({ kind: 'info', key: 'toast.copied' });
  core.actions.deleteConversation('c0');
  const [word, offer] = toasts(core.store);
  core.actions.dismissToast(word.id);
  assert.notEqual(core.store.getState().conversations.undo, null);
  core.actions.dismissToast(offer.id);
  assert.equal(core.store.getState().conversations.undo, null);
  assert.deepEqual(toasts(core.store), []);
  const before = core.store.getState();
  core.actions.dismissToast('nobody');
  assert.equal(core.store.getState(), before);
});

test('a title is one line of a bounded length; an empty one is none', () => {
  const core = makeCore();
  const { store, actions } = core;
  const title = () => selectActive(store.getState()).title;
  actions.renameConversation('c0', ' a \n b\t');
  assert.equal(title(), 'a b');
  actions.setUi({ renamingId: 'c0' });
  actions.renameConversation('c0', ' \n');
  assert.deepEqual([title(), store.getState().ui.renamingId], ['a b', null]);
  actions.setUi({ renamingId: 'other' });
  actions.renameConversation('c0', long(MAX_TITLE_CHARS + 5));
  assert.deepEqual([title().length, store.getState().ui.renamingId], [MAX_TITLE_CHARS, 'other']);
});

test('an empty chat is deleted without an offer, and a used one with it', () => {
  const core = makeCore();
  const { store, actions } = core;
  actions.deleteConversation('c0');
  assert.deepEqual([store.getState().conversations.undo, toasts(store)], [null, []]);
  const id = store.getState().conversations.activeId;
  addExchange(core, 'q', 'a');
  actions.deleteConversation(id);
  assert.equal(toasts(store)[0].key, 'toast.conversationDeleted');
});

test('so many chats, and the one that is shown where there is no room for another', () => {
  const { store, actions } = makeCore();
  for (let i = 1; i < MAX_CONVERSATIONS; i += 1) {
    actions.setDraft({ text: 'x' });
    actions.newConversation();
  }
  assert.deepEqual([store.getState().conversations.order.length, toasts(store)], [MAX_CONVERSATIONS, []]);
  actions.setDraft({ text: 'x' });
  assert.equal(actions.newConversation(), store.getState().conversations.activeId);
  assert.equal(toasts(store)[0].key, 'toast.tooManyConversations');
});

test('a model that is used again is kept once, and only when the order is new', () => {
  const { actions, kept } = makeCore();
  actions.setModel('small');
  actions.setModel('small');
  assert.equal(kept.length, 1);
  actions.setModel('');
  assert.equal(kept.length, 1, 'no model is none');
  actions.setTools(['a', 'a', 'b']);
  assert.equal(kept.length, 1);
});
