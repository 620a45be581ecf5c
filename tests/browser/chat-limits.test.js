/* SPDX-License-Identifier: MIT */
/** What is no longer sent, what is taken along, and what goes wrong outside. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';

import { until } from '../harness/children.js';
import { startChat } from './chat-harness.js';

/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
/** @type {import('./chat-harness.js').Chat} */
let chat;

before(async () => {
  chats = await startChat({
    models: ['hello', 'endless', 'reasoning'],
    config: { 'provider "up"': { 'model "hello"': { context_length: 200, max_output_tokens: 50 } } },
  });
});
after(() => chats?.close());
afterEach(async () => {
  assert.deepEqual(chat.errors, []);
  await chat.page.context().close();
});

/** @param {string} model */
async function openWith(model) {
  chats.site.upstream.forget();
  chat = await chats.open();
  await chat.choose(model);
}

/** What the last request to the upstream said. */
const lastBody = () => JSON.parse(chats.site.upstream.calls.at(-1).body);

/** @param {string} entry  of the menu at the top */
async function menu(entry) {
  await chat.page.getByRole('button', { name: 'Menu', exact: true }).click();
  await chat.page.getByRole('button', { name: entry, exact: true }).click();
}

test('above the line nothing is sent any more, and the line says so', async () => {
  await openWith('hello');
  const questions = [];
  for (let i = 1; i <= 4; i += 1) {
    questions.push(`Question ${i}: ${'words '.repeat(25)}end.`);
    await chat.ask(questions.at(-1));
    await until(async () => await chat.answers.filter({ hasText: 'Hello, world!' }).count() === i,
      { what: `answer ${i}` });
    await chat.settled();
  }
  const line = chat.page.locator('.cutline');
  await line.waitFor();
  const sent = lastBody().messages;
  assert.equal(sent.at(-1).content, questions.at(-1), 'the newest always goes');
  assert.ok(sent.length < 7, 'the oldest do not');
  assert.equal(sent[0].role, 'user', 'no answer without its question');
  assert.equal(await chat.questions.count(), 4, 'nothing is lost from the thread');
  await chat.choose('reasoning');
  await line.waitFor({ state: 'detached' });
});

test('what is too long for the model is refused before it is sent, and kept', async () => {
  await openWith('hello');
  await chat.box.fill('word '.repeat(400));
  await chat.box.press('Enter');
  await chat.page.waitForTimeout(300);
  assert.equal(chats.site.upstream.calls.length, 0);
  assert.equal((await chat.box.inputValue()).length, 2000);
});

test('parameters go out when they are set, and only then', async () => {
  await openWith('reasoning');
  await chat.ask('Plain.');
  await chat.see('The answer is 42.');
  const plain = lastBody();
  for (const name of ['temperature', 'top_p', 'max_tokens', 'max_completion_tokens', 'seed', 'stop']) {
    assert.equal(name in plain, false, name);
  }
  assert.deepEqual(plain.messages.map(({ role }) => role), ['user']);
});

test('an export comes back exactly, through a file and another page', async () => {
  await openWith('reasoning');
  await chat.ask('Zeile mit „Umlauten“, 你好 und 😀');
  await chat.see('The answer is 42.');
  await chat.settled();
  await chat.box.fill('a draft, too');
  const save = async () => {
    const download = chat.page.waitForEvent('download');
    await menu('Export and import');
    await chat.page.getByRole('button', { name: 'Export as JSON' }).click();
    const file = readFileSync(await (await download).path(), 'utf8');
    await chat.page.keyboard.press('Escape');
    return file;
  };
  const bare = (text) => text.replace(/"exported_at": "[^"]*"/, '');
  const first = await save();
  assert.ok(first.includes('你好 und 😀'));
  await chat.page.context().close();
  chat = await chats.open();
  await chat.page.locator('input[type=file][accept*=json]').setInputFiles({
    name: 'chat.json', mimeType: 'application/json', buffer: Buffer.from(first),
  });
  await chat.see('The answer is 42.');
  assert.equal(await chat.box.inputValue(), 'a draft, too');
  assert.equal(bare(await save()), bare(first));
});

test('a damaged file is refused with a reason', async () => {
  await openWith('hello');
  await chat.page.locator('input[type=file][accept*=json]').setInputFiles({
    name: 'chat.json', mimeType: 'application/json', buffer: Buffer.from('{"format":"confab-conversations"'),
  });
  await chat.page.getByText('it is not JSON', { exact: false }).first().waitFor();
});

test('the page of a firewall is recognised and explained, and trying again works', async () => {
  await openWith('reasoning');
  await chat.page.route('**/api/chat/completions', (route) => route.fulfill({
    status: 403, contentType: 'text/html', body: '<html><h1>Request blocked</h1></html>',
  }), { times: 1 });
  await chat.ask('DROP TABLE users;');
  await chat.page.locator('.outcome-failed').filter({ hasText: /firewall/ }).waitFor();
  await chat.page.locator('.outcome-actions').getByRole('button').last().click();
  await chat.see('The answer is 42.');
  assert.equal(await chat.answers.count(), 1);
});

test('a crash of the worker ends an answer visibly, with what came, and the page goes on', async () => {
  await openWith('endless');
  await chat.ask('For ever.');
  await until(async () => (await chat.answers.last().innerText()).length > 20, { what: 'tokens arrive' });
  chats.site.worker.kill('SIGKILL');
  await until(() => chats.site.worker.ended, { what: 'the worker is dead' });
  await chats.site.startWorker();
  await chat.page.locator('.outcome-interrupted').waitFor({ timeout: 30000 });
  assert.ok((await chat.answers.last().innerText()).length > 20);
  await chat.choose('reasoning');
  await chat.ask('And now?');
  await chat.see('The answer is 42.');
});
