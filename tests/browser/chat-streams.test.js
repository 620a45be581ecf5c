/* SPDX-License-Identifier: MIT */
/** Answers as they arrive, stop, break off and go on, in a real browser. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { until } from '../harness/children.js';
import { startChat } from './chat-harness.js';

const MODELS = ['hello', 'reasoning', 'parts', 'length', 'refused', 'no-done', 'error-middle', 'silent-start', 'rate-limit',
  'status-503', 'endless', 'tokens-40-50', 'tokens-200-20', 'scripted'];

/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
/** @type {import('./chat-harness.js').Chat} */
let chat;

before(async () => {
  chats = await startChat({ models: MODELS });
});
after(() => chats?.close());
afterEach(async () => {
  chats.wire.mend();
  assert.deepEqual(chat.errors, []);
  await chat.page.context().close();
});

/** Requests for answers that reached the upstream since `forget`. */
const upstreamCalls = () => chats.site.upstream.calls.length;

/** @param {string} model */
async function openWith(model) {
  chats.site.upstream.forget();
  chat = await chats.open();
  await chat.choose(model);
}

test('words appear as they are produced', async () => {
  await openWith('scripted');
  await chat.order([{ text: 'First ' }, { gate: 'second' }, { text: 'second.' }, { finish: 'stop' }, { done: true }]);
  await chat.see('First');
  assert.equal(await chat.answers.last().innerText(), 'First');
  assert.equal(await chat.page.getByRole('button', { name: 'Stop' }).count(), 1);
  chats.site.upstream.open('second');
  await chat.see('First second.');
  await chat.settled();
  assert.equal(await chat.page.locator('.outcome').count(), 0);
});

test('thinking is told from answering, and folded away', async () => {
  await openWith('reasoning');
  await chat.ask('Why?');
  await chat.page.locator('details.reasoning').waitFor();
  await chat.see('The answer is 42.');
  await chat.settled();
  const reasoning = chat.page.locator('details.reasoning');
  assert.match(await reasoning.evaluate((element) => element.textContent), /Let me think\. Done thinking\./);
});

test('what comes beside words reaches the page through the worker', async () => {
  await openWith('parts');
  await chat.ask('Show me');
  await chat.see('The end.');
  await chat.settled();
  assert.equal(await chat.page.locator('.part-image img').evaluate((image) => image.naturalWidth), 1);
  assert.equal(await chat.page.locator('.part-raw').count(), 1);
  assert.match(await chat.page.locator('.part-sources').innerText(), /Bears\s+bears\.example/);
  assert.equal(await chat.page.locator('.answer a').first().getAttribute('href'), 'https://bears.example/');
});

test('each end is told from the others, and keeps what came', async () => {
  for (const [model, outcome, text] of [['length', 'length', 'Cut off at the'], ['refused', 'refused', 'I can'],
    ['no-done', 'interrupted', 'Half an answer'], ['error-middle', 'failed', 'Half an answer']]) {
    await openWith(model);
    await chat.ask('Go on.');
    await chat.page.locator(`.outcome-${outcome}`).waitFor({ timeout: 20000 });
    assert.equal(await chat.answers.last().innerText(), text, model);
    await chat.page.context().close();
  }
});

test('stop in the middle closes the upstream and keeps what came', async () => {
  await openWith('endless');
  await chat.ask('For ever.');
  await until(async () => (await chat.answers.last().innerText()).length > 20, { what: 'tokens arrive' });
  await chat.page.getByRole('button', { name: 'Stop' }).click();
  await chat.page.locator('.outcome-stopped').waitFor();
  await until(() => chats.site.upstream.openCount === 0, { what: 'the upstream is closed' });
  assert.ok((await chat.answers.last().innerText()).length > 20);
});

test('Esc stops before the first token too', async () => {
  await openWith('silent-start');
  await chat.ask('Are you there?');
  await until(() => chats.site.upstream.openCount === 1, { what: 'the upstream is called' });
  await chat.page.keyboard.press('Escape');
  await chat.page.locator('.outcome-stopped').waitFor();
  await until(() => chats.site.upstream.openCount === 0, { what: 'the upstream is closed' });
});

test('a stop right after sending stops as well', async () => {
  await openWith('endless');
  for (let i = 0; i < 5; i += 1) {
    await chat.box.fill(`Question ${i}`);
    await chat.box.press('Enter');
    await chat.page.keyboard.press('Escape');
    await chat.settled();
  }
  assert.equal(await chat.page.locator('.outcome-stopped').count(), 5);
  await until(() => chats.site.upstream.openCount === 0, { what: 'no upstream goes on', limit: 10000 });
});

test('a question that is edited stops the answer to the old one, upstream too', async () => {
  await openWith('endless');
  await chat.ask('The first wording');
  await until(() => chats.site.upstream.openCount === 1, { what: 'the upstream is called' });
  await chat.box.press('ArrowUp');
  const field = chat.page.getByRole('textbox', { name: 'Edited text' });
  await field.fill('The second wording');
  await field.press('Enter');
  await chat.page.getByText('2 / 2').waitFor();
  await until(() => upstreamCalls() === 2 && chats.site.upstream.openCount === 1, { what: 'one of the two goes on' });
  await chat.page.keyboard.press('Escape');
  await chat.settled();
  await until(() => chats.site.upstream.openCount === 0, { what: 'the upstream is closed' });
});

test('a dropped network resumes by itself, exactly, with one call upstream', async () => {
  await openWith('tokens-200-20');
  await chat.ask('Count.');
  for (let i = 0; i < 3; i += 1) {
    const length = (await chat.answers.last().innerText()).length;
    await until(async () => (await chat.answers.last().innerText()).length > length + 40, { what: 'tokens arrive' });
    chats.wire.blip();
  }
  await chat.settled(30000);
  assert.equal(await chat.page.locator('.outcome').count(), 0);
  const words = (await chat.answers.last().innerText()).trim().split(/\s+/);
  assert.equal(words.length, 200);
  assert.equal(new Set(words).size, 200, 'no word twice');
  assert.equal(upstreamCalls(), 1);
  assert.ok(chat.count('GET streams/') >= 3);
});

test('a network that is away for a while is waited for', async () => {
  await openWith('tokens-40-50');
  await chat.ask('Count.');
  await until(async () => (await chat.answers.last().innerText()).length > 10, { what: 'tokens arrive' });
  chats.wire.cut();
  await chat.page.locator('.status').filter({ hasText: /connection|dropped/i }).waitFor();
  await chat.page.waitForTimeout(1500);
  chats.wire.mend();
  await chat.settled(30000);
  assert.equal((await chat.answers.last().innerText()).trim().split(/\s+/).length, 40);
  assert.equal(upstreamCalls(), 1);
});

test('a question asked without a network goes out when it is back', async () => {
  await openWith('hello');
  chats.wire.cut();
  await chat.box.fill('Anybody?');
  await chat.box.press('Enter');
  await chat.page.waitForTimeout(700);
  assert.equal(upstreamCalls(), 0);
  chats.wire.mend();
  await chat.see('Hello, world!', 30000);
  assert.equal(upstreamCalls(), 1);
});

test('Continue goes on in the same message', async () => {
  await openWith('scripted');
  await chat.order([{ text: 'Half' }, { cut: true }]);
  await chat.page.locator('.outcome-interrupted').waitFor({ timeout: 20000 });
  chats.site.upstream.script('scripted', { steps: [{ text: ' and half.' }, { finish: 'stop' }, { done: true }] });
  await chat.page.getByRole('button', { name: 'Continue' }).click();
  await chat.see('Half and half.');
  await chat.settled();
  assert.equal(await chat.answers.count(), 1);
  const { messages } = JSON.parse(chats.site.upstream.calls.at(-1).body);
  assert.deepEqual(messages.slice(-2).map(({ role }) => role), ['assistant', 'user']);
  assert.equal(messages.at(-2).content, 'Half');
});

test('a rate limit shows a countdown and retries on consent only', async () => {
  await openWith('rate-limit');
  await chat.ask('Now!');
  await chat.page.locator('.outcome-failed').waitFor({ timeout: 20000 });
  const calls = upstreamCalls();
  chats.site.upstream.script('rate-limit', { steps: [{ text: 'At last.' }, { finish: 'stop' }, { done: true }] });
  const again = chat.page.locator('.outcome-actions').getByRole('button').last();
  await until(async () => /\d/.test(await again.innerText()), { what: 'the countdown shows' });
  assert.equal(upstreamCalls(), calls, 'nothing goes out by itself');
  await again.click();
  await chat.see('At last.', 20000);
  assert.equal(await chat.answers.count(), 1, 'in its place');
});

test('streams run in several conversations at once', async () => {
  await openWith('tokens-40-50');
  await chat.ask('One.');
  await chat.page.getByRole('button', { name: 'New chat' }).first().click();
  await chat.choose('hello');
  await chat.ask('Two.');
  await chat.see('Hello, world!');
  await chat.page.getByRole('button', { name: /^One\./ }).first().click();
  await until(async () => (await chat.answers.last().innerText()).trim().split(/\s+/).length === 40,
    { what: 'the whole answer in the background' });
});
