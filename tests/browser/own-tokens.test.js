/* SPDX-License-Identifier: MIT */
/** Access tokens in the real page: made with limits, shown once, used, deleted. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { PASSWORD } from '../harness/site.js';
import { axe } from './axe.js';
import { startChat } from './chat-harness.js';

/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
/** @type {import('./chat-harness.js').Chat} */
let chat;

before(async () => {
  chats = await startChat({ models: ['hello', 'other'], users: ['ann'], config: { tokens_file: 'tokens', own_tokens: 1 } });
});
after(() => chats?.close());
afterEach(async () => {
  assert.deepEqual(chat.errors, []);
  await chat.page.context().close();
});

/** @param {string} token */
async function modelsOf(token) {
  const answer = await chats.site.client({ mount: '/chat/' }).get('api/models', { headers: { Authorization: `Bearer ${token}` } });
  const body = await answer.json();
  return answer.status === 200 ? body.data.map((/** @type {any} */ m) => m.id) : answer.status;
}

test('made with limits, shown once, used, deleted', async () => {
  chat = await chats.open();
  const { page } = chat;
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Account (ann)' }).click();
  await page.getByRole('button', { name: 'Access tokens' }).click();
  await page.getByRole('button', { name: 'New access token' }).click();
  await page.getByLabel('What it is for').fill('my laptop');
  await page.getByText('Limits', { exact: true }).click();
  await page.getByLabel(/^Models/).selectOption(['other']);
  await page.getByLabel('Tokens a day').fill('1000');
  await axe(chat.page);
  const send = page.getByRole('button', { name: 'New access token' });
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await send.click();
  await page.getByText('User name or password is wrong').waitFor();
  assert.equal(await page.getByLabel('What it is for').inputValue(), 'my laptop', 'what was written stays');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await send.click();
  const token = await page.locator('.secret').innerText();
  assert.match(token, /^cfb_[\w-]{49}$/);
  await axe(chat.page);
  assert.deepEqual(await modelsOf(token), ['other']);
  const row = page.locator('dialog[open] .row');
  await row.getByText('other · 1,000 tokens a day').waitFor();
  await row.getByText('Not used yet').waitFor();
  assert.equal(await send.count(), 0, 'one is allowed');
  // Opened again it shows the use, and the token no more.
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Account (ann)' }).click();
  await page.getByRole('button', { name: 'Access tokens' }).click();
  await row.getByText('Last used').waitFor();
  assert.equal(await page.locator('.secret').count(), 0);
  await row.getByRole('button', { name: 'Delete the access token: my laptop' }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal(await modelsOf(token), 401);
});
