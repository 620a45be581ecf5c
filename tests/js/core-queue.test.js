// SPDX-License-Identifier: MIT
/** Messages that wait for the end of an answer. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { MAX_QUEUED, joined, queueStep, watchQueues } from '../../static/core/queue.js';
import { selectActive } from '../../static/core/selectors.js';
import { TEXT_FILE, addExchange, makeCore } from './core-helpers.js';

/** A page in which an answer is under way, and what was sent from the queue. */
function waiting() {
  const core = makeCore();
  core.store.dispatch({ type: 'session/signedIn', user: { name: 'a' }, expiresAt: null, auth: 'password', limits: {} });
  const ids = addExchange(core, 'first', 'half an answer', { status: null });
  /** @type {string[]} */
  const sent = [];
  let takes = true;
  watchQueues({
    store: core.store,
    send(id) {
      if (!takes) return false;
      sent.push(core.store.getState().conversations.byId[id].draft.text);
      addExchange(core, sent.at(-1), '', { parentId: ids.answer, status: null });
      return true;
    },
  });
  const end = (/** @type {string} */ status) => {
    const { conversations } = core.store.getState();
    const answer = Object.values(conversations.byId.c0.nodes).find((one) => one.role === 'assistant' && one.timing.endedAt === null);
    core.store.dispatch({ type: 'answer/ended', conversationId: 'c0', messageId: answer.id, now: 1, status });
    core.frames.next();
  };
  return { core, sent, end, refuse: () => { takes = false; }, chat: () => selectActive(core.store.getState()) };
}

/** @param {any} page @param {string} text */
function queue({ core }, text) {
  core.actions.setDraft({ text });
  return core.actions.queueDraft();
}

test('what waits goes out one after the other, when each answer is complete', () => {
  const page = waiting();
  assert.equal(queue(page, 'second'), true);
  assert.equal(queue(page, 'third'), true);
  page.core.actions.setDraft({ text: 'being written' });
  page.core.frames.next();
  assert.deepEqual(page.sent, [], 'not while the answer is under way');
  page.end('complete');
  assert.deepEqual(page.sent, ['second']);
  assert.equal(page.chat().draft.text, 'being written', 'what is being written stays');
  page.end('complete');
  assert.deepEqual(page.sent, ['second', 'third']);
  assert.deepEqual(page.chat().queue, []);
});

test('after an end that was no good one, everything is in the field again', () => {
  for (const status of ['stopped', 'failed', 'interrupted', 'refused', 'length']) {
    const page = waiting();
    queue(page, 'second');
    queue(page, 'third');
    page.core.actions.setDraft({ text: 'rest' });
    page.end(status);
    assert.deepEqual(page.sent, [], status);
    assert.equal(page.chat().draft.text, 'second\n\nthird\n\nrest', status);
    assert.deepEqual(page.chat().queue, [], status);
  }
});

test('what cannot go out is given back', () => {
  const page = waiting();
  queue(page, 'second');
  queue(page, 'third');
  page.refuse();
  page.end('complete');
  assert.equal(page.chat().draft.text, 'second\n\nthird');
  assert.deepEqual(page.chat().queue, []);
});

test('nothing goes out without a session', () => {
  const page = waiting();
  queue(page, 'second');
  page.core.store.dispatch({ type: 'session/expired' });
  page.end('complete');
  assert.deepEqual(page.sent, []);
  assert.equal(page.chat().queue.length, 1);
  assert.equal(queueStep(page.core.store.getState(), page.chat()), 'wait');
});

test('an empty draft, and one too many, do not wait', () => {
  const page = waiting();
  assert.equal(queue(page, '  '), false);
  for (let i = 0; i < MAX_QUEUED; i += 1) assert.equal(queue(page, `m${i}`), true);
  assert.equal(queue(page, 'one too many'), false);
  assert.equal(page.chat().draft.text, 'one too many', 'and is still there');
  assert.deepEqual(page.core.store.getState().ui.toasts.map(({ key, values }) => [key, values]), [['toast.queueFull', { max: MAX_QUEUED }]], 'and it is said');
});

test('one that waits can be had back, in front of what is being written', () => {
  const page = waiting();
  queue(page, 'second');
  queue(page, 'third');
  page.core.actions.setDraft({ text: 'rest', attachments: [TEXT_FILE] });
  page.core.actions.unqueue(0);
  assert.equal(page.chat().draft.text, 'second\n\nrest');
  assert.deepEqual(page.chat().queue.map(({ text }) => text), ['third']);
  page.core.actions.unqueue(7);
  assert.equal(page.chat().queue.length, 1);
});

test('drafts are joined with their files', () => {
  const file = { ...TEXT_FILE, id: 'other' };
  assert.deepEqual(joined([{ text: 'a', attachments: [TEXT_FILE] }, { text: ' ', attachments: [file] }]),
    { text: 'a', attachments: [TEXT_FILE, file] });
});
