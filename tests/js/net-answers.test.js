/* SPDX-License-Identifier: MIT */
/** Questions and answers over a network that does what the test says. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { CONNECT_SILENCE_MS } from '../../static/net/answer-machine.js';
import { CANCEL_DELAYS_MS, DRAIN_MS } from '../../static/net/stream.js';
import { CONTINUE_PROMPT } from '../../static/core/request.js';
import { selectPath, selectSiblings } from '../../static/core/selectors.js';
import { IMAGE, said } from './core-helpers.js';
import { makePage } from './net-helpers.js';

test('a question goes out, its answer comes in, a frame at a time', async () => {
  const page = makePage();
  assert.equal(await page.ask('Why?'), true);
  const call = page.call();
  assert.equal(call.method, 'POST');
  assert.equal(call.path, 'chat/completions');
  assert.equal(call.headers['Idempotency-Key'], 'key-1');
  assert.deepEqual(call.body, {
    model: 'small', messages: [{ role: 'user', content: 'Why?' }], stream: true,
    stream_options: { include_usage: true },
  });
  assert.equal(page.answer().status, 'connecting');
  assert.equal(page.conversation().draft.text, '', 'the draft went with it');
  call.open();
  await page.settle();
  assert.equal(page.answer().status, 'waiting');
  let notified = 0;
  page.store.subscribe(() => { notified += 1; });
  for (let i = 1; i <= 50; i += 1) call.token(i, `w${i} `);
  await page.clock.settle();
  assert.equal(said(page.answer()), '', 'nothing before the frame');
  await page.settle();
  assert.equal(notified, 1);
  assert.equal(page.answer().status, 'answering');
  assert.match(said(page.answer()), /^w1 .*w50 $/);
  call.send('id: 51\ndata: {"choices":[],"usage":{"prompt_tokens":4,"completion_tokens":50}}\n\n').done(52);
  await page.settle();
  await page.settle();
  assert.equal(page.answer().status, 'complete');
  assert.equal(page.answer().usage.completionTokens, 50);
  assert.equal(call.aborted, false, 'a good end is no hang-up');
  assert.equal(page.count('DELETE', ''), 0);
  assert.equal(page.clock.pending, 0, 'no timer is left');
});

test('text is there at the end even when no frame came', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().open().token(1, 'all of it').done(2);
  await page.clock.settle();
  assert.equal(said(page.answer()), 'all of it');
  assert.equal(page.answer().status, 'complete');
});

test('a connection that stays open after [DONE] is cut', async () => {
  const page = makePage();
  await page.ask('q');
  const call = page.call().open().token(1, 'x')
    .send('id: 2\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\nid: 3\ndata: [DONE]\n\n');
  await page.settle();
  assert.equal(page.answer().status, 'complete');
  await page.advance(DRAIN_MS);
  assert.equal(page.clock.pending, 0);
  assert.throws(() => call.send('more'), TypeError, 'nobody reads any more');
});

test('the whole branch is sent, other branches are not', async () => {
  const page = makePage();
  await page.ask('one');
  page.call().open().token(1, 'first').done(2);
  await page.settle();
  const { answer: first } = { answer: page.answer() };
  assert.equal(page.answers.regenerate(first.id), true);
  await page.settle();
  assert.deepEqual(page.call().body.messages.map(({ content }) => content), ['one']);
  page.call().open().token(1, 'second').done(2);
  await page.settle();
  await page.ask('two');
  assert.deepEqual(page.call().body.messages.map(({ content }) => content), ['one', 'second', 'two']);
  page.call().open().done(1);
  await page.settle();
  page.actions.selectBranch(first.id, 0);
  page.actions.selectBranch(page.answer().id, -1);
  assert.deepEqual(selectSiblings(page.conversation(), first.id), { index: 0, count: 2 });
});

test('asking again can use another model', async () => {
  const page = makePage();
  await page.ask('one');
  page.call().open().token(1, 'x').done(2);
  await page.settle();
  page.answers.regenerate(page.answer().id, { model: 'any' });
  await page.settle();
  assert.equal(page.call().body.model, 'any');
  assert.equal(page.conversation().model, '', 'only for this answer');
  assert.equal(page.answers.regenerate(page.answer().id), false, 'not while it is under way');
});

test('editing makes a branch and asks again', async () => {
  const page = makePage();
  await page.ask('one');
  page.call().open().token(1, 'x').done(2);
  await page.settle();
  const [question] = selectPath(page.conversation());
  assert.equal(page.answers.editAndResend(question.id, '  '), false);
  assert.equal(page.answers.editAndResend(question.id, 'uno'), true);
  await page.settle();
  assert.deepEqual(page.call().body.messages.map(({ content }) => content), ['uno']);
  assert.deepEqual(selectPath(page.conversation()).map(said), ['uno', '']);
  assert.equal(said(page.message(question.id)), 'one');
  page.actions.setDraft({ text: 'unsent' });
  page.answers.stop();
  assert.equal(page.answers.editAndResend(question.id, 'x'.repeat(10000)), false);
  assert.deepEqual(page.toasts(), ['toast.tooLong']);
  assert.equal(page.conversation().draft.text, 'unsent');
});

test('a new branch stops the answer that the old one still gets', async () => {
  const page = makePage();
  await page.ask('one');
  page.call().open().token(1, 'First.').done(2);
  await page.settle();
  const first = page.answer();
  await page.ask('two');
  const old = page.call().open().token(1, 'Half');
  await page.settle();
  const second = page.answer();
  const question = page.message(second.parentId);
  assert.equal(page.answers.editAndResend(question.id, 'x'.repeat(10000)), false);
  assert.equal(old.aborted, false, 'what is not sent stops nothing');
  assert.equal(page.answers.editAndResend(question.id, 'due'), true);
  await page.settle();
  assert.equal(page.message(second.id).status, 'stopped');
  assert.equal(said(page.message(second.id)), 'Half');
  assert.equal(old.aborted, true);
  page.call('DELETE', 'streams/key-2').json(null, 204);
  assert.deepEqual(page.call('POST').body.messages.map(({ content }) => content), ['one', 'First.', 'due']);
  page.call('POST').open().token(1, 'Zwei');
  await page.settle();
  assert.deepEqual(selectPath(page.conversation()).map(said), ['one', 'First.', 'due', 'Zwei']);
  const third = page.answer();
  assert.equal(page.answers.regenerate(first.id), true);
  await page.settle();
  assert.equal(page.message(third.id).status, 'stopped', 'wherever it is written');
  assert.ok(page.call('DELETE', 'streams/key-3'));
  assert.deepEqual(page.call('POST').body.messages.map(({ content }) => content), ['one']);
});

test('an answer in another chat goes on', async () => {
  const page = makePage();
  await page.ask('one');
  const call = page.call().open().token(1, 'First');
  await page.settle();
  page.actions.newConversation();
  await page.ask('two');
  assert.equal(call.aborted, false);
  assert.equal(page.count('DELETE', ''), 0);
});

test('what cannot go out keeps the draft and says why', async () => {
  const page = makePage();
  assert.equal(await page.ask('x'.repeat(10000)), false);
  assert.equal(page.conversation().draft.text.length, 10000);
  page.actions.setModel('eyes');
  page.actions.setDraft({ text: 'look' });
  page.actions.addAttachment(IMAGE);
  page.actions.setModel('small');
  assert.equal(page.answers.send(), false);
  page.actions.setModel('gone');
  assert.equal(page.answers.send(), false);
  assert.deepEqual(page.toasts(), ['toast.tooLong', 'toast.modelTakesNoImages', 'toast.noModel']);
  assert.equal(page.calls.length, 0);
});

test('streams run in several conversations at once', async () => {
  const page = makePage();
  await page.ask('one');
  const first = page.call().open();
  const firstId = page.answer().id;
  page.actions.newConversation();
  await page.ask('two');
  const second = page.call().open();
  const secondId = page.answer().id;
  first.token(1, 'A');
  second.token(1, 'B');
  first.token(2, 'a');
  await page.settle();
  assert.equal(said(page.message(firstId)), 'Aa');
  assert.equal(said(page.message(secondId)), 'B');
  page.answers.stop();
  await page.settle();
  assert.equal(page.message(secondId).status, 'stopped');
  assert.equal(page.message(firstId).status, 'answering');
  first.done(3);
  await page.settle();
  assert.equal(page.message(firstId).status, 'complete');
});

test('stop in the middle keeps what came and tells the server', async () => {
  const page = makePage();
  await page.ask('q');
  const call = page.call().open().token(1, 'Half');
  await page.settle();
  call.token(2, ' more');
  await page.clock.settle();
  page.answers.stop();
  assert.equal(said(page.answer()), 'Half more', 'also what no frame had shown yet');
  assert.equal(page.answer().status, 'stopped');
  assert.equal(call.aborted, true);
  const cancel = page.call('DELETE', 'streams/key-1');
  assert.equal(cancel.keepalive, true);
  cancel.json(null, 204);
  await page.advance(10000);
  assert.equal(page.count('DELETE', ''), 1);
  assert.equal(page.clock.pending, 0);
});

test('stop before the first byte asks until the server has heard of it', async () => {
  const page = makePage();
  await page.ask('q');
  page.answers.stop();
  await page.settle();
  assert.equal(page.answer().status, 'stopped');
  assert.equal(page.call('POST', '').aborted, true);
  page.call('DELETE', '').fail(404, 'stream_not_found');
  await page.advance(CANCEL_DELAYS_MS[1]);
  assert.equal(page.count('DELETE', ''), 2);
  page.call('DELETE', '').json(null, 204);
  await page.advance(60000);
  assert.equal(page.count('DELETE', ''), 2);
});

test('a stop of what is over already asks once', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().open().token(1, 'x');
  await page.settle();
  page.answers.stop();
  page.call('DELETE', '').fail(404, 'stream_not_found');
  await page.advance(60000);
  assert.equal(page.count('DELETE', ''), 1);
});

test('a lost connection resumes by itself, exactly', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().open().token(1, 'one ').token(2, 'two ');
  await page.settle();
  page.call().drop();
  await page.settle();
  assert.equal(page.answer().status, 'reconnecting');
  assert.equal(page.answer().reconnect.attempt, 1);
  assert.equal(said(page.answer()), 'one two ');
  await page.advance(500);
  const resume = page.call('GET', 'streams/key-1');
  assert.equal(resume.headers['Last-Event-ID'], '2');
  resume.open().token(2, 'two ').token(3, 'three').done(4);
  await page.settle();
  await page.settle();
  assert.equal(said(page.answer()), 'one two three');
  assert.equal(page.answer().status, 'complete');
  assert.equal(page.count('POST', ''), 1);
});

test('a connection lost at every event is resumed at every event', async () => {
  const page = makePage();
  await page.ask('q');
  const words = Array.from({ length: 30 }, (_, i) => `w${i} `);
  page.call().open();
  for (let i = 0; i < words.length; i += 1) {
    page.call().token(i + 1, words[i]);
    await page.settle();
    page.call().drop();
    await page.advance(600);
    assert.equal(page.call().headers['Last-Event-ID'], String(i + 1));
    page.call().open();
  }
  page.call().done(99);
  await page.settle();
  assert.equal(said(page.answer()), words.join(''));
  assert.equal(page.answer().status, 'complete');
});

test('the network coming back resumes at once', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().open().token(1, 'a');
  await page.settle();
  page.online = false;
  page.call().drop();
  await page.settle();
  for (let i = 0; i < 20; i += 1) {
    await page.advance(15000);
    page.call().drop();
    await page.settle();
  }
  assert.equal(page.answer().status, 'reconnecting', 'offline is no reason to give up');
  const before = page.calls.length;
  page.online = true;
  page.answers.wake();
  assert.equal(page.calls.length, before + 1);
  page.call().open().token(2, 'b').done(3);
  await page.settle();
  assert.equal(said(page.answer()), 'ab');
});

test('when it cannot be resumed, what came stays, marked, and Continue goes on', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().open().token(1, 'Half');
  await page.settle();
  page.call().close();
  await page.advance(500);
  page.call('GET', 'streams/').fail(404, 'stream_not_found');
  await page.settle();
  const { id, status, error } = page.answer();
  assert.deepEqual([status, said(page.answer()), error.code], ['interrupted', 'Half', 'stream_not_found']);
  assert.equal(page.answers.continueAnswer(id), true);
  await page.settle();
  const call = page.call('POST', '');
  assert.equal(call.headers['Idempotency-Key'], 'key-2');
  assert.deepEqual(call.body.messages.map(({ role, content }) => [role, content]),
    [['user', 'q'], ['assistant', 'Half'], ['user', CONTINUE_PROMPT]]);
  call.open().token(1, ' done').done(2);
  await page.settle();
  assert.equal(page.answer().id, id, 'in the same message');
  assert.equal(said(page.answer()), 'Half done');
  assert.equal(page.answer().status, 'complete');
  assert.equal(page.answer().error, null);
});

test('Continue first asks the server for the rest when it may still have it', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().open().token(1, 'Half');
  await page.settle();
  page.call().drop();
  for (let i = 0; page.answer().status !== 'interrupted' && i < 40; i += 1) {
    await page.advance(15000);
    page.call().drop();
    await page.settle();
  }
  assert.equal(page.answer().status, 'interrupted');
  page.answers.continueAnswer(page.answer().id);
  await page.settle();
  assert.equal(page.call().method, 'GET');
  assert.equal(page.call().headers['Last-Event-ID'], '1');
  page.call().open().token(2, ' rest').done(3);
  await page.settle();
  assert.equal(said(page.answer()), 'Half rest');
  assert.equal(page.count('POST', ''), 1, 'no second answer was paid for');
});

test('and asks the model to go on when the server no longer has it', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().open().token(1, 'Half');
  await page.settle();
  page.call().drop();
  for (let i = 0; page.answer().status !== 'interrupted' && i < 40; i += 1) {
    await page.advance(15000);
    page.call().drop();
    await page.settle();
  }
  page.answers.continueAnswer(page.answer().id);
  await page.settle();
  page.call('GET', '').fail(404, 'stream_not_found');
  await page.settle();
  assert.equal(page.call().method, 'POST');
  page.call().open().token(1, ' rest').done(2);
  await page.settle();
  assert.equal(said(page.answer()), 'Half rest');
  assert.equal(page.answer().status, 'complete');
});

test('the wish to go on keeps within the number of messages', async () => {
  const page = makePage({ limits: { resume: false, max_messages: 3 } });
  await page.ask('one');
  page.call().open().token(1, 'first').done(2);
  await page.settle();
  await page.ask('two');
  page.call().open().token(1, 'Half').close();
  await page.settle();
  page.answers.continueAnswer(page.answer().id);
  await page.settle();
  assert.deepEqual(page.call().body.messages.map(({ content }) => content), ['two', 'Half', CONTINUE_PROMPT]);
});

test('where streams cannot be resumed, a loss is an interruption at once', async () => {
  const page = makePage({ limits: { resume: false } });
  await page.ask('q');
  page.call().open().token(1, 'Half');
  await page.settle();
  page.call().close();
  await page.settle();
  assert.equal(page.answer().status, 'interrupted');
  assert.equal(page.count('GET', ''), 0);
  page.answers.continueAnswer(page.answer().id);
  await page.settle();
  assert.equal(page.call().method, 'POST');
});

test('an error in the middle keeps what came', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().open().token(1, 'Half').send('id: 2\ndata: {"error":{"message":"It fell over.","code":"upstream_error"}}\n\n').close();
  await page.settle();
  const { status, error, id } = page.answer();
  assert.deepEqual([status, said(page.answer()), error.message], ['failed', 'Half', 'It fell over.']);
  page.answers.retry(id);
  await page.settle();
  assert.equal(said(page.message(id)), 'Half', 'trying again makes a branch');
  assert.deepEqual(selectSiblings(page.conversation(), id), { index: 0, count: 2 });
});

test('tries that failed without a word fold into one, those with words stay', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().open().token(1, 'good').done(2);
  await page.settle();
  const good = page.answer().id;
  for (const how of ['refused', 'reasoning', 'refused', 'stopped']) {
    page.answers.regenerate(page.answer().id);
    await page.settle();
    if (how === 'refused') page.call().fail(502, 'upstream_error');
    else if (how === 'stopped') page.answers.stop();
    else {
      page.call().open().send('id: 1\ndata: {"choices":[{"delta":{"reasoning_content":"Hm"}}]}\n\n')
        .send('id: 2\ndata: {"error":{"message":"No.","code":"upstream_error"}}\n\n').close();
    }
    await page.settle();
    assert.ok(['failed', 'stopped'].includes(page.answer().status), how);
    assert.deepEqual(selectSiblings(page.conversation(), page.answer().id), { index: 1, count: 2 }, how);
  }
  page.answers.regenerate(page.answer().id);
  await page.settle();
  page.call().open().token(1, 'Half').send('id: 2\ndata: {"error":{"message":"No.","code":"upstream_error"}}\n\n').close();
  await page.settle();
  page.answers.regenerate(good);
  await page.settle();
  assert.deepEqual(selectSiblings(page.conversation(), page.answer().id), { index: 2, count: 3 }, 'half an answer is one');
});

test('a failed try that somebody went on from stays', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().fail(502, 'upstream_error');
  await page.settle();
  const failed = page.answer().id;
  await page.ask('and now?');
  page.call().open().token(1, 'x').done(2);
  await page.settle();
  page.answers.regenerate(failed);
  await page.settle();
  assert.deepEqual(selectSiblings(page.conversation(), page.answer().id), { index: 1, count: 2 });
});

test('a refusal before the stream is shown with its time, and retried in place on consent', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().fail(429, 'stream_limit', { 'Retry-After': '20' });
  await page.settle();
  const { id, status, error } = page.answer();
  assert.equal(status, 'failed');
  assert.equal(error.retryAt, page.clock.now + 20000);
  await page.advance(60000);
  assert.equal(page.calls.length, 1, 'nothing goes out without consent');
  page.answers.retry(id, { at: page.clock.now + 5000 });
  await page.settle();
  assert.equal(page.answer().id, id);
  assert.deepEqual(page.answer().hold, { reason: 'consent', at: page.clock.now + 5000 });
  assert.equal(page.calls.length, 1);
  await page.advance(5000);
  assert.equal(page.calls.length, 2);
  assert.equal(page.call().headers['Idempotency-Key'], 'key-2');
  page.call().open().token(1, 'ok').done(2);
  await page.settle();
  assert.equal(page.answer().status, 'complete');
  assert.equal(page.answer().error, null);
});

test('an agreed retry can be stopped', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().fail(503, 'busy', { 'Retry-After': '20' });
  await page.settle();
  page.answers.retry(page.answer().id, { at: page.clock.now + 20000 });
  page.answers.stop();
  assert.equal(page.answer().status, 'stopped');
  await page.advance(60000);
  assert.equal(page.calls.length, 1);
  assert.equal(page.clock.pending, 0);
});

test('an expired session asks for the login and then sends what was waiting', async () => {
  const page = makePage();
  await page.ask('keep me');
  page.call().fail(401, 'not_authenticated');
  await page.settle();
  assert.equal(page.store.getState().session.status, 'expired');
  assert.equal(page.answer().status, 'held');
  assert.equal(said(selectPath(page.conversation())[0]), 'keep me');
  const login = page.account.signIn('ann', 'secret');
  await page.settle();
  assert.deepEqual(page.call().body, { username: 'ann', password: 'secret' });
  page.call().json({ user: { name: 'ann' }, expires_at: 1, limits: {} });
  await page.settle();
  assert.equal(await login, true);
  assert.equal(page.call().path, 'chat/completions');
  assert.equal(page.call().headers['Idempotency-Key'], 'key-1');
  page.call().open().token(1, 'kept').done(2);
  await page.settle();
  assert.equal(said(page.answer()), 'kept');
});

test('what is written while the session is expired waits as well', async () => {
  const page = makePage();
  page.account.expired();
  assert.equal(await page.ask('later'), true);
  assert.equal(page.answer().status, 'held');
  assert.equal(page.calls.length, 0);
  page.answers.signedIn();
  await page.settle();
  assert.equal(page.calls.length, 1);
});

test('a session that expires in the middle resumes after the login', async () => {
  const page = makePage();
  await page.ask('q');
  page.call().open().token(1, 'Half');
  await page.settle();
  page.call().drop();
  await page.advance(500);
  page.call('GET', 'streams/').fail(401, 'not_authenticated');
  await page.settle();
  assert.equal(page.answer().status, 'held');
  assert.equal(said(page.answer()), 'Half');
  page.answers.signedIn();
  await page.settle();
  assert.equal(page.call().headers['Last-Event-ID'], '1');
  page.call().open().token(2, ' done').done(3);
  await page.settle();
  assert.equal(said(page.answer()), 'Half done');
});

test('somebody else who signs in sees nothing of it', async () => {
  const page = makePage();
  await page.ask('canary');
  page.call().open().token(1, 'canary');
  await page.settle();
  page.account.expired();
  const login = page.account.signIn('bob', 'x');
  await page.settle();
  page.call().json({ user: { name: 'bob' } });
  await login;
  await page.settle();
  assert.equal(JSON.stringify(page.store.getState().conversations).includes('canary'), false);
  assert.equal(page.store.getState().session.user.name, 'bob');
});

test('leaving the page ends every stream, with a request that outlives it', async () => {
  const page = makePage();
  await page.ask('q');
  const call = page.call().open().token(1, 'x');
  await page.settle();
  page.answers.leave();
  assert.equal(call.aborted, true);
  assert.equal(page.call('DELETE', 'streams/key-1').keepalive, true);
  assert.equal(page.clock.pending, 1, 'the timeout of that request only');
});

test('a dead connection before the headers is tried again under the same key', async () => {
  const page = makePage();
  await page.ask('q');
  await page.advance(CONNECT_SILENCE_MS);
  assert.equal(page.answer().status, 'reconnecting');
  await page.advance(500);
  assert.equal(page.count('POST', ''), 2);
  assert.equal(page.call().headers['Idempotency-Key'], 'key-1');
});

test('deleting a message stops what runs below it', async () => {
  const page = makePage();
  await page.ask('q');
  const call = page.call().open().token(1, 'x');
  await page.settle();
  const [question] = selectPath(page.conversation());
  page.answers.stopBelow(question.id);
  assert.equal(call.aborted, true);
  assert.equal(page.answer().status, 'stopped');
});

test('a model of the list that answered instead is told, a snapshot\'s name is not', async () => {
  const page = makePage();
  await page.ask('q');
  const chunk = (id, model) => `id: ${id}\ndata: ${JSON.stringify({ model, choices: [{ delta: { content: 'x' } }] })}\n\n`;
  page.call().open().send(chunk(1, 'small-2025-01-01'));
  await page.settle();
  assert.equal(page.answer().model, 'small');
  page.call().send(chunk(2, 'any'));
  await page.settle();
  assert.equal(page.answer().model, 'any');
});

test('a long answer costs a frame each, not an action per token', async () => {
  const page = makePage();
  await page.ask('q');
  const call = page.call().open();
  await page.settle();
  let progressed = 0;
  let last = page.store.getState();
  page.store.subscribe((state) => {
    if (state !== last) progressed += 1;
    last = state;
  });
  for (let i = 0; i < 20000; i += 1) {
    call.token(i + 1, 'word ');
    if (i % 100 === 99) await page.settle();
  }
  call.done(20001);
  await page.settle();
  assert.equal(said(page.answer()).length, 100000);
  assert.ok(progressed <= 202, `${progressed} notifications`);
});

test('an answer that comes after the stop is not shown, and not read', async () => {
  const page = makePage();
  await page.ask('q');
  const call = page.call().open().token(1, 'late').send('id: 2\ndata: {"choices":[{"delta":{"content":" words"}}]}\n\n');
  page.answers.stop();
  await page.settle();
  await page.settle();
  assert.equal(page.answer().status, 'stopped');
  assert.equal(said(page.answer()), '');
  assert.equal(call.aborted, true);
  assert.throws(() => call.send('more'), TypeError, 'the stream was given back');
  page.answers.stop();
  await page.settle();
  assert.equal(page.answer().timing.endedAt, page.clock.now);
  assert.equal(page.count('DELETE', ''), 1, 'one stop is enough');
});
