/* SPDX-License-Identifier: MIT */
/**
 * Titles by the model: what is asked and when, what becomes of the answer, and
 * that it ends with its conversation.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { MAX_SHOWN, MAX_TITLE_LINE, MAX_TITLE_TOKENS, cleanTitle, titleRequest } from '../../static/core/title.js';
import { createApi } from '../../static/net/api.js';
import { watchTitles } from '../../static/net/titles.js';
import { Call, makePage } from './net-helpers.js';
import { counter } from './core-helpers.js';

test('an answer becomes one bounded line of plain words', () => {
  for (const [text, title] of [
    ['Walking in Wales', 'Walking in Wales'],
    ['"Walking in Wales"', 'Walking in Wales'],
    ['“Walking in Wales.”', 'Walking in Wales'],
    ['**Title: Walking in Wales**', 'Walking in Wales'],
    ['# Walking in Wales\n\nHere is more.', 'Walking in Wales'],
    ['\n\n- `Walking` in Wales\n', 'Walking in Wales'],
    ['「散步」', '散步'],
    ['标题：威尔士徒步', '威尔士徒步'],
    ['[Wales](https://x.example)', 'Wales'],
    ['Tides\u2028and more', 'Tides'],
    ['a\u202eb\u0007c', 'abc'],
    ['<b>Bold</b>', '<b>Bold</b>'],
    ['C#', 'C'],
    ["It's __fine__", "It's fine"],
    ['---\n***', ''],
    // What other chats were reported to show as a title.
    ['<think>Okay, the user wants a title.</think>\n\nWalking in Wales', 'Walking in Wales'],
    ['<think>Okay, I need to come up with', ''],
    ['I should be short.\n</think>\nWalking in Wales', 'Walking in Wales'],
    ['<thinking>\nShort.\n</thinking>**Walking in Wales**', 'Walking in Wales'],
    ['Thinking Process:\n\n1. **Analyze the Request:** Summarize', ''],
    ['Thinking Process 1 Analyze the Request Task', ''],
    ['Okay, so the user is asking about Wales.', ''],
    ['{"title": "Walking in \\"Wales\\""}', 'Walking in "Wales'],
    ['```json\n{ "title": "Walking in Wales", "tags": ["a"] }\n```', 'Walking in Wales'],
    ['```\nWalking in Wales\n```', 'Walking in Wales'],
    ['Here is a title for the conversation:\n\nWalking in Wales', 'Walking in Wales'],
    ['Suggested title: "Walking in Wales"', 'Walking in Wales'],
    ['शीर्षक: वेल्स में पैदल', 'वेल्स में पैदल'],
    ["I'm sorry, but I can't help with that.", ''],
    ['🥾 Walking in Wales', '🥾 Walking in Wales'],
    ['Why I can fly: a dream', 'Why I can fly: a dream'],
    ['The thinking process of cats', 'The thinking process of cats'],
    ['Notes:', 'Notes'],
    ['', ''],
    ['x'.repeat(MAX_TITLE_LINE + 1), ''],
  ]) assert.equal(cleanTitle(text), title, JSON.stringify(text));
  assert.ok([...cleanTitle('word '.repeat(24))].length <= 60);
});

test('the model is shown the beginnings, and may say little', () => {
  const text = (value) => ({ parts: [{ kind: 'text', text: value }], model: 'm' });
  const { messages, ...rest } = titleRequest(text(`${'q'.repeat(MAX_SHOWN - 1)}😀`), text('a'.repeat(9999)));
  assert.deepEqual(rest, { model: 'm', max_tokens: MAX_TITLE_TOKENS });
  assert.equal(messages.length, 1);
  assert.ok(messages[0].content.isWellFormed());
  assert.ok(messages[0].content.length < 2 * MAX_SHOWN + 400);
});

/** A page whose models give titles. @param {boolean} [titles] */
function makeTitled(titles = true) {
  const page = makePage();
  const calls = [];
  const api = createApi({
    base: 'https://host.example/chat/', now: () => 0, isOnline: () => true, setTimer: () => 0, clearTimer: () => {},
    fetch: (url, init) => {
      const call = new Call(url, init);
      calls.push(call);
      return call.promise;
    },
  });
  const { session } = page.store.getState();
  page.store.dispatch({ type: 'session/signedIn', user: session.user, expiresAt: null, auth: 'password', limits: session.limits, titles });
  watchTitles({ store: page.store, api, newKey: counter('title-') });
  return { page, calls };
}

const says = (content) => ({ choices: [{ message: { role: 'assistant', content } }] });

/** Asks and gets an answer. */
async function exchange(page, question = 'Where shall we walk, and when, and with whom?') {
  await page.ask(question);
  await page.settle();
  page.call('POST').open().token(1, 'In Wales.').done(2);
  await page.settle();
}

test('after the first answer it is asked for, once, and shown nowhere else', async () => {
  const { page, calls } = makeTitled();
  await exchange(page);
  assert.equal(page.conversation().title, 'Where shall we walk, and when, and with whom?', 'the first words, at once');
  assert.equal(calls.length, 1);
  const [call] = calls;
  assert.deepEqual([call.method, call.path, call.headers['Idempotency-Key'], call.body.stream], ['POST', 'chat/completions', 'title-1', undefined]);
  assert.match(call.body.messages[0].content, /Where shall we walk[^]*In Wales\./);
  const { nodes } = page.conversation();
  call.json(says('"Walking in *Wales*"\n'));
  await page.settle();
  assert.equal(page.conversation().title, 'Walking in *Wales');
  assert.equal(page.conversation().titleEdited, false);
  assert.equal(page.conversation().nodes, nodes);
  await exchange(page, 'More?');
  assert.equal(calls.length, 1);
});

test('no call where it is not allowed, for a failed answer, or for what was imported', async () => {
  const off = makeTitled(false);
  await exchange(off.page);
  assert.equal(off.calls.length, 0);
  const { page, calls } = makeTitled();
  await page.ask('q');
  page.call('POST').fail(502, 'upstream_error');
  await page.settle();
  const imported = { ...off.page.conversation(), id: 'imported' };
  page.store.dispatch({ type: 'conversation/imported', conversations: [imported] });
  await page.settle();
  assert.equal(calls.length, 0);
});

test('another try at the first answer keeps the title that there is, and asks for no other', async () => {
  const { page, calls } = makeTitled();
  await exchange(page);
  calls[0].json(says('Walking in Wales'));
  await page.settle();
  page.answers.regenerate(page.answer().id);
  await page.settle();
  page.call('POST').open().token(1, 'In Kent.').done(2);
  await page.settle();
  assert.equal(calls.length, 1);
  assert.equal(page.conversation().title, 'Walking in Wales');
});

test('chats that were begun side by side are each named by their own', async () => {
  const { page, calls } = makeTitled();
  await page.ask('Tides?');
  const tides = page.conversation().id;
  const first = page.call('POST').open();
  page.actions.newConversation();
  await page.ask('Bread?');
  const bread = page.conversation().id;
  page.call('POST').open().token(1, 'Rye.').done(2);
  first.token(1, 'The moon.').done(2);
  await page.settle();
  assert.equal(calls.length, 2);
  for (const call of calls) call.json(says(/Tides/.test(call.body.messages[0].content) ? 'Why tides come' : 'Which flour'));
  await page.settle();
  assert.deepEqual([tides, bread].map((id) => page.conversation(id).title), ['Why tides come', 'Which flour']);
});

test('a failure, a blank or a long answer leaves the first words', async () => {
  for (const end of [(call) => call.fail(429, 'rate_limit'), (call) => call.drop(), (call) => call.json(says('  ')), (call) => call.json(says('x'.repeat(500))),
    (call) => call.json({ choices: 'none' })]) {
    const { page, calls } = makeTitled();
    await exchange(page, 'Tides');
    end(calls[0]);
    await page.settle();
    assert.equal(page.conversation().title, 'Tides');
    assert.deepEqual(page.toasts(), []);
  }
});

test('it ends with its conversation, at the server too, and when somebody names the chat', async () => {
  for (const act of [(page, id) => page.actions.deleteConversation(id), (page, id) => page.actions.renameConversation(id, 'Mine')]) {
    const { page, calls } = makeTitled();
    await exchange(page);
    const { id } = page.conversation();
    act(page, id);
    await page.settle();
    assert.equal(calls[0].aborted, true);
    assert.deepEqual(calls.slice(1).map(({ method, path }) => [method, path]), [['DELETE', 'streams/title-1']]);
    assert.equal(page.conversation(id)?.title ?? 'Mine', 'Mine');
  }
});
