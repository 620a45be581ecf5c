/* SPDX-License-Identifier: MIT */
/** The conversation tree and its reducers. */

import assert from 'node:assert/strict';
import test from 'node:test';

import {
  addMessage, besideLast, createConversation, createMessage, isEmpty, openPath, openTo, pathTo, removeMessage,
  restoreMessages, siblingsOf, subtreeOf, titleFrom, withChildren,
} from '../../static/core/conversation.js';
import { selectActive, selectPath, selectSiblings } from '../../static/core/selectors.js';
import { IMAGE, addExchange, makeCore, said } from './core-helpers.js';

/** a conversation from lines "id parent" */
function tree(...lines) {
  return lines.reduce((conversation, line) => {
    const [id, parent = null] = line.split(' ');
    const role = parent === null || conversation.nodes[parent].role === 'assistant' ? 'user' : 'assistant';
    return addMessage(conversation, createMessage({ id, parentId: parent, role, createdAt: 1 }));
  }, createConversation({ id: 'c', now: 1 }));
}

const shown = (conversation) => openPath(conversation).map(({ id }) => id).join(' ');

/** Throws when a conversation is not a proper tree. */
function check(conversation) {
  const reached = new Set();
  const visit = (ids, parentId, openId) => {
    if (ids.length === 0) assert.equal(openId, null);
    else assert.ok(ids.includes(openId), `open child of ${parentId}`);
    for (const id of ids) {
      assert.ok(!reached.has(id));
      reached.add(id);
      assert.equal(conversation.nodes[id].parentId, parentId);
      visit(conversation.nodes[id].children, id, conversation.nodes[id].openChildId);
    }
  };
  visit(conversation.roots, null, conversation.openRootId);
  assert.deepEqual([...reached].sort(), Object.keys(conversation.nodes).sort());
}

test('messages make a path', () => {
  const conversation = tree('u1', 'a1 u1', 'u2 a1', 'a2 u2');
  assert.equal(shown(conversation), 'u1 a1 u2 a2');
  assert.deepEqual(openPath(tree()), []);
  check(conversation);
});

test('an alternative is a sibling and is shown', () => {
  const conversation = tree('u1', 'a1 u1', 'u2 a1', 'a2 u2', 'a3 u2', 'u4 a1', 'u5');
  assert.equal(shown(conversation), 'u5');
  assert.deepEqual(siblingsOf(conversation, 'a2'), ['a2', 'a3']);
  assert.deepEqual(siblingsOf(conversation, 'u5'), ['u1', 'u5']);
  assert.equal(shown(openTo(conversation, 'u1')), 'u1 a1 u4');
  assert.equal(shown(openTo(conversation, 'a2')), 'u1 a1 u2 a2');
  check(openTo(conversation, 'a2'));
});

test('going back to a branch shows it as it was left', () => {
  const conversation = openTo(tree('u1', 'a1 u1', 'u2 a1', 'a2 u2', 'a3 u2', 'a9 u1'), 'a2');
  const other = openTo(conversation, 'a9');
  assert.equal(shown(other), 'u1 a9');
  assert.equal(shown(openTo(other, 'a1')), 'u1 a1 u2 a2');
});

test('what does not change is shared', () => {
  const before = tree('u1', 'a1 u1', 'u2 a1', 'a2 u2');
  const after = addMessage(before, createMessage({ id: 'a3', parentId: 'u2', role: 'assistant', createdAt: 2 }));
  assert.equal(after.nodes.u1, before.nodes.u1);
  assert.equal(after.nodes.a1, before.nodes.a1);
  assert.notEqual(after.nodes.u2, before.nodes.u2);
  assert.equal(shown(before), 'u1 a1 u2 a2', 'the old one is as it was');
  assert.equal(openTo(after, 'a3'), after, 'nothing to change, nothing changed');
});

test('an unknown parent or a known id changes nothing', () => {
  const conversation = tree('u1');
  const message = createMessage({ id: 'x', parentId: 'nobody', role: 'user', createdAt: 1 });
  assert.equal(addMessage(conversation, message), conversation);
  assert.equal(addMessage(conversation, { ...message, id: 'u1', parentId: null }), conversation);
  assert.equal(removeMessage(conversation, 'nobody').conversation, conversation);
  assert.equal(openTo(conversation, 'nobody'), conversation);
});

test('what is not there leads nowhere', () => {
  const conversation = tree('u1', 'a1 u1');
  assert.deepEqual(pathTo(conversation, 'nobody'), []);
  assert.deepEqual(siblingsOf(conversation, 'nobody'), []);
  assert.deepEqual(subtreeOf(conversation, 'nobody'), []);
  assert.equal(withChildren(conversation, 'nobody', ['u1'], 'u1'), conversation);
  assert.equal(restoreMessages(conversation, {}, 'x', 0), conversation);
  assert.equal(besideLast(conversation, []), null);
  assert.equal(shown(withChildren(conversation, 'a1', ['gone'], 'gone')), 'u1 a1', 'a path ends where a message is missing');
});

test('a conversation is empty until there is something to lose', () => {
  const empty = createConversation({ id: 'c', now: 1 });
  assert.equal(isEmpty(empty), true);
  for (const [what, one] of Object.entries({
    'a message': tree('u1'), 'words': { ...empty, draft: { text: 'x', attachments: [] } },
    'a picture': { ...empty, draft: { text: '', attachments: [IMAGE] } }, 'a system prompt': { ...empty, system: 'x' },
  })) assert.equal(isEmpty(one), false, what);
});

test('pathTo leads to hidden messages too', () => {
  const conversation = tree('u1', 'a1 u1', 'u2');
  assert.deepEqual(pathTo(conversation, 'a1').map(({ id }) => id), ['u1', 'a1']);
  assert.deepEqual(pathTo(conversation, null), []);
});

test('removing takes what is below and shows a neighbour; restoring brings it all back', () => {
  const full = tree('u1', 'a1 u1', 'u2 a1', 'a2 u2', 'a3 u1', 'a4 u1');
  for (const [id, expected] of [['a1', 'u1 a4'], ['a3', 'u1 a4'], ['a4', 'u1 a3'], ['u1', '']]) {
    const { conversation, removed, index } = removeMessage(full, id);
    check(conversation);
    assert.equal(shown(conversation), expected);
    assert.deepEqual(Object.keys(removed).sort(), subtreeOf(full, id).sort());
    const restored = restoreMessages(conversation, removed, id, index);
    check(restored);
    assert.deepEqual(Object.keys(restored.nodes).sort(), Object.keys(full.nodes).sort());
    assert.deepEqual(siblingsOf(restored, id), siblingsOf(full, id));
    assert.ok(openPath(restored).some((message) => message.id === id));
    assert.equal(restoreMessages(restored, removed, id, index), restored, 'only once');
  }
});

test('restoring below what is gone changes nothing', () => {
  const first = removeMessage(tree('u1', 'a1 u1', 'u2 a1'), 'u2');
  const second = removeMessage(first.conversation, 'u1');
  assert.equal(restoreMessages(second.conversation, first.removed, 'u2', 0), second.conversation);
});

test('titles come from the first line that says something', () => {
  assert.equal(titleFrom('\n\n  Hello   there\nmore'), 'Hello there');
  assert.equal(titleFrom('# Heading'), 'Heading');
  assert.equal(titleFrom('   '), '');
  assert.equal(titleFrom('x'.repeat(60)), 'x'.repeat(60), 'what fits is not cut');
  assert.equal(titleFrom('x'.repeat(61)), `${'x'.repeat(59)}…`);
  const long = titleFrom('word '.repeat(40));
  assert.ok(long.length <= 60 && long.endsWith('word…'), long);
  const emoji = titleFrom('😀'.repeat(100));
  assert.ok(emoji.isWellFormed?.() ?? true);
  assert.equal([...emoji].length, 60);
});

test('an answer goes through its states, with its times', () => {
  const core = makeCore();
  const { store, clock } = core;
  const { answer } = addExchange(core, 'Why?', '', { status: null });
  const get = () => selectActive(store.getState()).nodes[answer];
  const progress = (fields) => {
    clock.now += 100;
    store.dispatch({ type: 'answer/progressed', conversationId: 'c0', messageId: answer, now: clock.now, progress: fields });
  };
  const { startedAt } = get().timing;
  assert.equal(get().timing.firstTokenAt, null);
  progress({ status: 'thinking', deltas: [{ kind: 'reasoning', text: 'hm' }] });
  const thoughtAt = clock.now;
  progress({ status: 'thinking', deltas: [{ kind: 'reasoning', text: 'm' }] });
  progress({ status: 'answering', deltas: [{ kind: 'text', text: 'Be' }], lastEventId: '7' });
  const answeredAt = clock.now;
  progress({ deltas: [{ kind: 'text', text: 'cause' }], usage: { promptTokens: 1, completionTokens: 2, reasoningTokens: 0 } });
  store.dispatch({ type: 'answer/ended', conversationId: 'c0', messageId: answer, now: clock.now + 5, status: 'complete' });
  const message = get();
  assert.deepEqual(message.parts, [
    { kind: 'reasoning', text: 'hmm', startedAt: thoughtAt, endedAt: answeredAt }, { kind: 'text', text: 'Because' },
  ]);
  assert.equal(message.lastEventId, '7');
  assert.equal(message.status, 'complete');
  assert.deepEqual(message.timing, {
    startedAt, firstTokenAt: thoughtAt, endedAt: clock.now + 5,
  });
  progress({ deltas: [{ kind: 'text', text: ' and more' }], status: 'answering' });
  assert.equal(get(), message, 'what is over does not change any more');
});

test('reconnecting is shown only while it lasts', () => {
  const core = makeCore();
  const { answer } = addExchange(core, 'q', 'a', { status: null });
  const send = (progress) => core.store.dispatch({
    type: 'answer/progressed', conversationId: 'c0', messageId: answer, now: core.clock.now, progress,
  });
  const get = () => selectActive(core.store.getState()).nodes[answer];
  send({ status: 'reconnecting', reconnect: { attempt: 1, at: 5 } });
  assert.deepEqual(get().reconnect, { attempt: 1, at: 5 });
  send({ status: 'answering', deltas: [{ kind: 'text', text: 'b' }] });
  assert.equal(get().reconnect, null);
  assert.equal(said(get()), 'ab');
});

test('the first question gives the title, a given title stays', () => {
  const core = makeCore();
  addExchange(core, 'First question', 'a');
  assert.equal(selectActive(core.store.getState()).title, 'First question');
  core.actions.renameConversation('c0', '  Mine\n own ');
  addExchange(core, 'Second', 'b');
  assert.equal(selectActive(core.store.getState()).title, 'Mine own');
  core.actions.renameConversation('c0', '   ');
  assert.equal(selectActive(core.store.getState()).title, 'Mine own');
});

test('branches are selected by direction, and the ends are ends', () => {
  const core = makeCore();
  const first = addExchange(core, 'one', 'a');
  const second = addExchange(core, 'two', 'b');
  const conversation = () => selectActive(core.store.getState());
  assert.deepEqual(selectSiblings(conversation(), second.user), { index: 1, count: 2 });
  core.actions.selectBranch(second.user, -1);
  assert.deepEqual(selectPath(conversation()).map(({ id }) => id), [first.user, first.answer]);
  const before = core.store.getState();
  core.actions.selectBranch(first.user, -1);
  assert.equal(core.store.getState(), before);
});

test('random edits keep a proper tree', () => {
  let seed = 42;
  const random = (n) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * n);
  };
  const core = makeCore();
  const { store, actions } = core;
  for (let i = 0; i < 600; i += 1) {
    const conversation = selectActive(store.getState());
    const ids = Object.keys(conversation.nodes);
    const answers = ids.filter((id) => conversation.nodes[id].role === 'assistant');
    const any = ids[random(ids.length)];
    const choice = random(10);
    if (choice < 4 || ids.length === 0) {
      addExchange(core, `q${i}`, `a${i}`, { parentId: answers[random(answers.length)] ?? null });
    } else if (choice < 5) {
      addExchange(core, `q${i}`, `a${i}`, { parentId: null });
    } else if (choice < 7) {
      actions.selectBranch(any, random(2) === 0 ? -1 : 1);
    } else if (choice < 9) {
      actions.deleteMessage(any);
    } else {
      actions.undoDelete();
    }
    check(selectActive(store.getState()));
  }
});
