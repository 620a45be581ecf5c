/* SPDX-License-Identifier: MIT */
/**
 * What servers of tools offer besides calls, through nginx, worker and page: an
 * address that is opened first, prompts, resources, and a search by the site's
 * SearXNG.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { until } from '../harness/children.js';
import { ToolServer } from '../upstream/mcp.js';
import { SearxngServer } from '../upstream/searxng.js';
import { startChat } from './chat-harness.js';

/** @param {unknown[]} events @returns {string} */
const stream = (events) => events.map((one) => `data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`).join('');

/** An answer that calls a tool. @param {string} name @param {unknown} given */
const calling = (name, given) => ({ type: 'text/event-stream', body: stream([
  { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, finish_reason: null, delta: { tool_calls: [
    { index: 0, id: 'a', type: 'function', function: { name, arguments: JSON.stringify(given) } }] } }] },
  { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }, '[DONE]']) });
const END = { steps: [{ text: 'That is all.' }, { finish: 'stop' }, { done: true }] };

const server = new ToolServer('legacy');
const searxng = new SearxngServer();
/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;

before(async () => {
  chats = await startChat({ models: [], config: { 'provider "up"': { kind: 'openai', 'model "m"': {} },
    'tool_server "s"': { url: await server.listen(), consent: 'always' },
    'tool_server "web"': { kind: 'searxng', url: await searxng.listen() } } });
});
after(async () => {
  await chats?.close();
  await server.close();
  await searxng.close();
});

/** @param {import('playwright-core').Page} page @param {RegExp} name */
async function switchOn(page, name) {
  await page.getByRole('button', { name: 'Tools', exact: true }).click();
  await page.getByRole('dialog').getByRole('checkbox', { name }).check();
  await page.keyboard.press('Escape');
}

test('an address that a call needs opened is shown with its host, and the call is made after it', async () => {
  const chat = await chats.open();
  const { page } = chat;
  const { upstream } = chats.site;
  await page.context().route('https://connect.example/**', (route) => route.fulfill({ body: 'connected' }));
  await switchOn(page, /^act/);
  server.opened = false;
  const { acted } = server;
  upstream.script('m', [calling('s__act', { do: 'open' }), END]);
  await chat.ask('First');
  const card = page.getByRole('group', { name: /“s” asks you/ });
  await card.getByText('connect.example', { exact: true }).first().waitFor();
  assert.equal(server.acted, acted + 1);
  const [opened] = await Promise.all([page.context().waitForEvent('page'), card.getByRole('link', { name: 'Open connect.example' }).click()]);
  await opened.waitForLoadState();
  await chat.see('That is all.');
  assert.equal(server.acted, acted + 2);
  assert.match(String(upstream.calls.at(-1)?.body), /after that/);
  assert.deepEqual(chat.errors, []);
});

test('a prompt and a resource of a server go to the model as the person leaves them', async () => {
  const chat = await chats.open();
  const { page } = chat;
  const { upstream } = chats.site;
  const box = page.getByRole('textbox', { name: 'Message' });
  await box.fill('/rev');
  await page.getByRole('option', { name: /review/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('language').fill('py');
  await dialog.locator('datalist option[value="python"]').waitFor({ state: 'attached' });
  await dialog.getByRole('button', { name: 'Put into the message' }).click();
  await page.locator('.attachments').getByText('note://1').waitFor();
  assert.equal(await box.inputValue(), 'review {"language":"py"}');
  await page.getByRole('button', { name: 'Attach files' }).click();
  await page.locator('.menu').getByRole('button', { name: 'From a tool server' }).click();
  await dialog.getByRole('button', { name: /a note/ }).click();
  await dialog.getByLabel('id', { exact: true }).fill('7/8');
  await dialog.getByRole('button', { name: 'Attach', exact: true }).click();
  await page.locator('.attachments').getByText('note://7%2F8', { exact: true }).waitFor();
  upstream.script('m', [END]);
  await box.fill('Look at this.');
  await page.getByRole('button', { name: 'Send' }).click();
  await chat.see('That is all.');
  const sent = String(upstream.calls.at(-1)?.body);
  for (const words of ['Look at this.', 'inner', 'at note://7%2F8']) assert.ok(sent.includes(words), words);
  assert.ok(!sent.includes('review {'), 'what was changed is gone');
  assert.deepEqual(chat.errors, []);
});

test('what a server asks before it gives a resource is asked in the dialog, and told when that is closed', async () => {
  const chat = await chats.open();
  const { page } = chat;
  const dialog = page.getByRole('dialog');
  const choose = async () => {
    await page.getByRole('button', { name: 'Attach files' }).click();
    await page.locator('.menu').getByRole('button', { name: 'From a tool server' }).click();
    await dialog.getByRole('button', { name: /a note/ }).click();
    await dialog.getByLabel('id', { exact: true }).fill('asks');
    await dialog.getByRole('button', { name: 'Attach', exact: true }).click();
    return dialog.getByRole('group', { name: /“s” asks you/ });
  };
  let card = await choose();
  await card.getByText('Who?').waitFor();
  await card.getByRole('textbox', { name: /name/ }).fill('Ada');
  await card.getByRole('button', { name: 'Send' }).click();
  await page.locator('.attachments').getByText('note://asks', { exact: true }).waitFor();
  const replies = () => server.seen.filter(({ body }) => body?.result?.action !== undefined).map(({ body }) => body.result);
  assert.deepEqual(replies().at(-1), { action: 'accept', content: { name: 'Ada' } });
  card = await choose();
  await card.getByText('Who?').waitFor();
  await page.keyboard.press('Escape');
  await until(() => replies().at(-1).action === 'cancel');
  assert.deepEqual(chat.errors, []);
});

test('a model searches by the site\'s SearXNG, when the person lets it', async () => {
  const chat = await chats.open();
  const { page } = chat;
  const { upstream } = chats.site;
  await switchOn(page, /^search/);
  const before = searxng.seen.length;
  upstream.script('m', [calling('web__search', { query: 'golden angle' }), END]);
  await chat.ask('Look it up');
  const card = page.getByRole('group', { name: /search/ });
  await card.getByRole('button', { name: 'Allow once' }).waitFor();
  assert.match(await card.innerText(), /golden angle/);
  assert.equal(searxng.seen.length, before, 'nothing is asked before');
  await card.getByRole('button', { name: 'Allow once' }).click();
  await chat.see('That is all.');
  assert.match(String(upstream.calls.at(-1)?.body), /https:\/\/r0\.example\//);
  assert.deepEqual(chat.errors, []);
});
