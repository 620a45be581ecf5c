/* SPDX-License-Identifier: MIT */
/**
 * Two models on one question: both are asked at once, stand beside each other,
 * and the conversation goes on with the one that is chosen.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { addMessage, besideLast, createConversation, createMessage, openPath, openTo, removeMessage } from '../../static/core/conversation.js';
import { removePair, restorePair } from '../../static/core/pair.js';
import { textOf } from '../../static/core/parts.js';
import { selectPath, selectSiblings, selectUnderWay } from '../../static/core/selectors.js';
import { shownOf } from '../../static/ui/thread-plan.js';
import { makePage } from './net-helpers.js';

/** A page that asks two models. */
async function asked() {
  const page = makePage();
  page.actions.setSecond('any');
  await page.ask('one');
  const [first, second] = page.calls;
  return { page, first, second };
}

const shown = (page) => shownOf(page.conversation()).path.map(({ parts }) => textOf(parts));

test('both are asked at once, with the same words, under keys of their own', async () => {
  const { page, first, second } = await asked();
  assert.equal(page.calls.length, 2);
  assert.deepEqual(first.body.messages, second.body.messages);
  assert.notEqual(first.body.model, 'any');
  assert.equal(second.body.model, 'any');
  assert.notEqual(first.headers['Idempotency-Key'], second.headers['Idempotency-Key']);
  second.open().token(1, 'B');
  first.open().token(1, 'A');
  await page.settle();
  assert.deepEqual(shown(page), ['one', 'A', 'B']);
  assert.deepEqual(selectPath(page.conversation()).map(({ parts }) => textOf(parts)), ['one', 'A'], 'one of them is the branch');
  second.done(2);
  await page.settle();
  assert.equal(selectUnderWay(page.conversation()).length, 1);
  first.done(2);
  await page.settle();
  assert.deepEqual(shown(page), ['one', 'A', 'B']);
});

test('the chosen one goes on, by its model alone; the other stays as a version and costs no more', async () => {
  const { page, first, second } = await asked();
  first.open().token(1, 'A');
  second.open().token(1, 'B').done(2);
  await page.settle();
  const [, , other] = shownOf(page.conversation()).path;
  page.answers.chooseAnswer(other.id);
  await page.settle();
  assert.equal(first.aborted, true);
  assert.equal(page.count('DELETE', 'streams/'), 1);
  assert.deepEqual(shown(page), ['one', 'B']);
  assert.deepEqual([page.conversation().model, page.conversation().second], ['any', '']);
  assert.deepEqual(selectSiblings(page.conversation(), other.id), { index: 1, count: 2 });
  page.calls.length = 0;
  await page.ask('two');
  assert.equal(page.calls.length, 1);
  assert.deepEqual(page.call().body.messages.map(({ content }) => content), ['one', 'B', 'two']);
});

test('Stop stops both, and each can be resumed', async () => {
  const { page, first, second } = await asked();
  first.open().token(1, 'A');
  second.open().token(1, 'B');
  await page.settle();
  second.drop();
  await page.settle();
  const other = shownOf(page.conversation()).path[2];
  assert.equal(other.status, 'reconnecting');
  await page.advance(1000);
  const resumed = page.call('GET', 'streams/');
  assert.equal(resumed.headers['Last-Event-ID'], '1');
  resumed.open().token(2, 'b');
  await page.settle();
  assert.deepEqual(shown(page), ['one', 'A', 'Bb']);
  page.answers.stop();
  await page.settle();
  assert.deepEqual(shownOf(page.conversation()).path.slice(1).map(({ status }) => status), ['stopped', 'stopped']);
  assert.equal(page.count('DELETE', 'streams/'), 2);
});

test('who asks on without choosing goes on with the first, and both are asked again', async () => {
  const { page, first, second } = await asked();
  first.open().token(1, 'A').done(2);
  second.open().token(1, 'B').done(2);
  await page.settle();
  page.calls.length = 0;
  await page.ask('two');
  assert.deepEqual(page.calls.map(({ body }) => body.messages.map(({ content }) => content)), [['one', 'A', 'two'], ['one', 'A', 'two']]);
  assert.deepEqual(shown(page), ['one', 'A', 'two', '', '']);
});

test('a pair ends with one of it; another version takes the place of one', async () => {
  const { page, first, second } = await asked();
  first.open().token(1, 'A').done(2);
  second.open().token(1, 'B').done(2);
  await page.settle();
  const [, , other] = shownOf(page.conversation()).path;
  page.actions.deleteMessage(other.id);
  assert.equal(besideLast(page.conversation(), selectPath(page.conversation())), null);
  page.actions.undoDelete();
  assert.deepEqual(shown(page), ['one', 'A', 'B']);
  page.answers.regenerate(other.id);
  await page.settle();
  assert.deepEqual(shown(page), ['one', 'A', '']);
  page.call('POST', 'chat/completions').open().token(1, 'C').done(2);
  await page.settle();
  page.actions.rewriteAnswer(shownOf(page.conversation()).path[1].id, 'A, in other words');
  assert.deepEqual(shown(page), ['one', 'A, in other words', 'C']);
});

test('a second model that is the first, or is gone, or cannot see a picture, is not asked', async () => {
  const page = makePage();
  page.actions.setSecond(page.store.getState().models.list[0].id);
  await page.ask('one');
  assert.equal(page.calls.length, 1);
  page.answers.stop();
  page.actions.setSecond('nowhere');
  await page.ask('two');
  assert.equal(page.count('POST', 'chat/completions'), 2);
});

/** a conversation from lines "id parent" */
const tree = (...lines) => lines.reduce((conversation, line) => {
  const [id, parentId = null] = line.split(' ');
  return addMessage(conversation, createMessage({ id, parentId, role: id.startsWith('u') ? 'user' : 'assistant', createdAt: 1 }));
}, createConversation({ id: 'c', now: 1 }));
const branch = (conversation) => openPath(conversation).map(({ id }) => id).join(' ');
const taken = (conversation, id) => /** @type {any} */ (removePair(conversation, id));

test('a pair goes out of the middle and comes back where it stood', () => {
  const whole = openTo(tree('u1', 'a1 u1', 'u2 a1', 'a2 u2', 'u3 a2', 'a3 u3', 'u9 a1'), 'a3');
  const { conversation, pair } = taken(whole, 'u2');
  assert.equal(branch(conversation), 'u1 a1 u3 a3');
  assert.deepEqual(conversation.nodes.a1.children, ['u3', 'u9']);
  const back = restorePair(conversation, pair);
  assert.equal(branch(back), branch(whole));
  assert.deepEqual(back.nodes, whole.nodes);
});

test('where nothing follows, the question before is shown, or the one after', () => {
  for (const [open, id, want] of [['u2', 'u2', 'u1'], ['u1', 'u1', 'u2'], ['u3', 'u3', 'u2'], ['u3', 'u1', 'u3']]) {
    assert.equal(branch(taken(openTo(tree('u1', 'u2', 'u3'), open), id).conversation), want, `${id} of ${open}`);
  }
  assert.equal(branch(taken(tree('u1'), 'u1').conversation), '');
});

test('what is no question is no pair', () => {
  assert.equal(removePair(tree('u1', 'a1 u1'), 'a1'), null);
  assert.equal(removePair(tree('u1'), 'nobody'), null);
});

test('a pair whose place is gone, or that is back, stays as it is', () => {
  const whole = tree('u1', 'a1 u1', 'u2 a1', 'a2 u2', 'u3 a2');
  const { conversation, pair } = taken(whole, 'u2');
  const same = (one, of = pair) => assert.equal(restorePair(one, of), one);
  same(whole);
  same(conversation, { ...pair, nodes: {} });
  same(removeMessage(conversation, 'u1').conversation);
  same(removeMessage(conversation, 'u3').conversation);
  const last = taken(tree('u1', 'a1 u1', 'u2 a1'), 'u2');
  same(removeMessage(last.conversation, 'a1').conversation, last.pair);
});
