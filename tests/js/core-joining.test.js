/* SPDX-License-Identifier: MIT */
/** A conversation and its copies from files: nothing is there twice, and nothing is lost. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { openPath } from '../../static/core/conversation.js';
import { exportText } from '../../static/core/exporting.js';
import { MAX_MESSAGES } from '../../static/core/limits.js';
import { textOf } from '../../static/core/parts.js';
import { addExchange, makeCore } from './core-helpers.js';

/** Clocks of different visits never say the same. */
let visits = 0;
function visit() {
  const core = makeCore();
  visits += 1;
  core.clock.now += visits * 1e6;
  core.actions.newConversation();
  return core;
}

const chats = ({ store }) => Object.values(store.getState().conversations.byId);
const only = (core) => {
  const filled = chats(core).filter(({ roots }) => roots.length > 0);
  assert.equal(filled.length, 1);
  return filled[0];
};
const fileOf = (core) => exportText([only(core)], 0);
const shown = (core) => openPath(only(core)).map(({ parts }) => textOf(parts));
const take = async (core, text) => {
  assert.ok(await core.actions.importFiles([{ size: text.length, text: async () => text }]), JSON.stringify(core.store.getState().ui.toasts));
  return core.store.getState().ui.toasts.at(-1).values.count;
};
/** Asks on, a second later. */
const ask = (core, question, answer, options = {}) => {
  core.clock.now += 1000;
  const { id, openRootId, nodes } = core.store.getState().conversations.byId[core.store.getState().conversations.activeId];
  let last = openRootId;
  while (last !== null && nodes[last].openChildId !== null) last = nodes[last].openChildId;
  return addExchange(core, question, answer, { conversationId: id, parentId: last, ...options });
};

/** A file of a conversation as it was, one as it became, and who has it. */
function grown() {
  const core = visit();
  ask(core, 'How deep?', 'Ten.');
  const early = fileOf(core);
  ask(core, 'And wide?', 'Three.');
  return { core, early, late: fileOf(core) };
}

test('our own file twice, in one page and in the next, makes no double', async () => {
  const { core, late } = grown();
  assert.equal(await take(core, late), 0, 'where it was made');
  const other = visit();
  assert.equal(await take(other, late), 1);
  const before = other.store.getState().conversations;
  assert.equal(await take(other, late), 0);
  assert.deepEqual(other.store.getState().conversations.byId, before.byId);
  assert.equal(exportText([only(other)], 0), late);
});

test('a file that has gone on since adds what is new, an older one nothing', async () => {
  const { early, late } = grown();
  const other = visit();
  await take(other, early);
  const { id } = only(other);
  assert.equal(await take(other, late), 1);
  assert.equal(only(other).id, id, 'the same, not another');
  assert.deepEqual(shown(other), ['How deep?', 'Ten.', 'And wide?', 'Three.']);
  assert.equal(fileOf(other), late);
  assert.equal(await take(other, early), 0);
  assert.equal(fileOf(other), late);
});

test('several versions that are new stand in the order they were made in', async () => {
  const { core, early } = grown();
  for (const question of ['And high?', 'And old?', 'And far?']) {
    core.clock.now += 1000;
    const { nodes, openRootId, id } = only(core);
    addExchange(core, question, 'So.', { conversationId: id, parentId: nodes[openRootId].openChildId });
  }
  const other = visit();
  await take(other, early);
  await take(other, fileOf(core));
  const { nodes, openRootId } = only(other);
  assert.deepEqual(nodes[nodes[openRootId].openChildId].children.map((child) => textOf(nodes[child].parts)), ['And wide?', 'And high?', 'And old?', 'And far?']);
});

test('what went on in two places is there with both, each in its version', async () => {
  const { early, late } = grown();
  const other = visit();
  await take(other, early);
  other.store.dispatch({ type: 'conversation/selected', id: only(other).id });
  other.clock.now += 1e9;
  ask(other, 'How old?', 'Ninety.');
  assert.equal(await take(other, late), 1);
  assert.deepEqual(shown(other), ['How deep?', 'Ten.', 'How old?', 'Ninety.'], 'what went on last is shown');
  const said = Object.values(only(other).nodes).map(({ parts }) => textOf(parts));
  assert.deepEqual(said.sort(), ['And wide?', 'How deep?', 'How old?', 'Ninety.', 'Ten.', 'Three.']);
  assert.equal(await take(other, late), 0);
  // The other way round it is shown too, as it is the later one.
  const third = visit();
  await take(third, late);
  assert.equal(await take(third, fileOf(other)), 1);
  assert.deepEqual(shown(third), shown(other));
});

test('an answer that was cut when the file was written becomes the whole one, and never the other way', async () => {
  const core = visit();
  const { answer } = ask(core, 'Tell', 'Once upon', { status: null });
  const cut = fileOf(core);
  core.store.dispatch({ type: 'answer/progressed', conversationId: only(core).id, messageId: answer, now: core.clock.now,
    progress: { deltas: [{ kind: 'text', text: ' a time.' }] } });
  assert.equal(await take(core, cut), 0, 'while it is written');
  core.store.dispatch({ type: 'answer/ended', conversationId: only(core).id, messageId: answer, now: core.clock.now, status: 'complete' });
  const whole = fileOf(core);
  for (const [first, second, count] of [[cut, whole, 1], [whole, cut, 0]]) {
    const other = visit();
    await take(other, first);
    assert.equal(await take(other, second), count);
    assert.deepEqual(shown(other), ['Tell', 'Once upon a time.']);
    assert.equal(openPath(only(other)).at(-1).status, 'complete');
  }
});

test('a file of version 1 twice makes no double either', async () => {
  const file = JSON.stringify({ format: 'confab-conversations', version: 1, conversations: [{
    title: 'Old', created_at: '2024-05-01T10:00:00.000Z', updated_at: '2024-05-01T10:00:02.000Z',
    messages: [
      { id: 1, parent: null, role: 'user', created_at: '2024-05-01T10:00:00.000Z', status: 'complete', text: 'Q', reasoning: '', attachments: [] },
      { id: 2, parent: 1, role: 'assistant', created_at: '2024-05-01T10:00:01.000Z', status: 'complete', text: 'A', reasoning: 'hm', attachments: [] },
    ] }] });
  const other = visit();
  assert.equal(await take(other, file), 1);
  assert.equal(await take(other, file), 0);
  assert.equal(await take(other, fileOf(other)), 0, 'nor what is made of it');
});

test('what only looks alike stays apart: another time, another question, another answer', async () => {
  const { core, late } = grown();
  const other = visit();
  await take(other, late);
  const change = (edit) => {
    const file = JSON.parse(late);
    edit(file.conversations[0]);
    return JSON.stringify(file);
  };
  assert.equal(await take(other, change((one) => { one.created_at = '2024-01-01T00:00:00.000Z'; })), 1);
  assert.equal(chats(other).filter(({ roots }) => roots.length > 0).length, 2);
  assert.equal(await take(other, change((one) => { one.messages[0].parts[0].text = 'How deep is it?'; })), 1);
  assert.equal(chats(other).filter(({ roots }) => roots.length > 0).length, 3);
  // Another answer to the same question is a version of it.
  assert.equal(await take(core, change((one) => { one.messages[1].parts[0].text = 'Eleven.'; })), 1);
  const answers = only(core).nodes[only(core).roots[0]].children.map((id) => textOf(only(core).nodes[id].parts));
  assert.deepEqual(answers, ['Ten.', 'Eleven.']);
});

test('without times, only what one has whole in the other is the same', async () => {
  const chat = (answer, more = []) => ({ title: answer, created_at: '1970-01-01T00:00:00.000Z', updated_at: '1970-01-01T00:00:00.000Z', model: '',
    messages: [['Hi', 'user'], [answer, 'assistant'], ...more].map(([text, role], i) => ({ id: i + 1, parent: i === 0 ? null : i, role,
      created_at: '1970-01-01T00:00:00.000Z', status: 'complete', parts: [{ kind: 'text', text }] })) });
  const file = (...conversations) => JSON.stringify({ format: 'confab-conversations', version: 2, conversations });
  const other = visit();
  assert.equal(await take(other, file(chat('Yes'), chat('No'))), 2);
  assert.equal(await take(other, file(chat('No'), chat('Yes'))), 0);
  assert.equal(await take(other, file(chat('Yes', [['More', 'user'], ['Well', 'assistant']]))), 1);
  assert.equal(chats(other).filter(({ roots }) => roots.length > 0).length, 2);
});

test('a draft here stays, whatever the file had; a conversation never grows beyond what one may have', async () => {
  const { core, early, late } = grown();
  const other = visit();
  await take(other, early);
  other.store.dispatch({ type: 'conversation/draftChanged', id: only(other).id, patch: { text: 'Mine' } });
  await take(other, late);
  assert.equal(only(other).draft.text, 'Mine');
  const file = JSON.parse(late);
  const [one] = file.conversations;
  const last = one.messages.length;
  while (one.messages.length < MAX_MESSAGES) {
    const id = one.messages.length + 1;
    one.messages.push({ ...one.messages[(id - 1) % 2], id, parent: id === last + 1 ? last : id - 1, shown: true });
  }
  ask(core, 'One more?', 'Yes.');
  const before = core.store.getState().conversations;
  assert.equal(await core.actions.importFiles([{ size: 1, text: async () => JSON.stringify(file) }]), false);
  assert.equal(core.store.getState().ui.toasts.at(-1).values.reason, 'size');
  assert.equal(core.store.getState().conversations, before);
});
