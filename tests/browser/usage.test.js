/* SPDX-License-Identifier: MIT */
/** What one has used, and how much is left of a budget, in the real page. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../harness/children.js';
import { axe } from './axe.js';
import { startChat } from './chat-harness.js';

/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
before(async () => {
  chats = await startChat({ models: [], users: ['ann', 'bob'], config: {
    'provider "up"': { 'model "m"': { price_prompt: '1000' } },
    'group_limits "few"': { tokens_per_month: 100 } } });
  chats.site.control(['user', 'groups', 'ann', 'few']);
});
after(() => chats?.close());

/** @param {string} user @param {number} tokens */
async function use(user, tokens) {
  const client = await chats.site.signedIn({ user, mount: '/chat/' });
  const before_ = (await client.getJson('api/usage'))[1].data[0]?.requests ?? 0;
  const reading = await client.chat('m', `@script ${JSON.stringify({ steps: [
    { text: 'x' }, { finish: 'stop' }, { usage: [tokens - 1, 1] }, { done: true }] })}`);
  await reading.ended;
  await until(async () => (await client.getJson('api/usage'))[1].data[0]?.requests > before_, { every: 50 });
}

/** @param {import('./chat-harness.js').Chat} chat @param {string} name */
async function openUsage({ page }, name) {
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: `Account (${name})` }).click();
  await page.getByRole('button', { name: 'Usage' }).click();
}

test('nothing yet, then a row, a budget and its cost', async () => {
  let chat = await chats.open({ user: 'ann' });
  await openUsage(chat, 'ann');
  await chat.page.getByRole('columnheader', { name: 'Requests' }).waitFor();
  await chat.page.getByText('0 / 100').waitFor();
  await chat.page.context().close();
  await use('ann', 70);
  chat = await chats.open({ user: 'ann' });
  await openUsage(chat, 'ann');
  const { page } = chat;
  await page.getByRole('meter', { name: 'Tokens · this month' }).waitFor();
  await page.getByText('70 / 100').waitFor();
  const row = page.locator('dialog[open] tbody tr');
  await row.first().waitFor();
  assert.deepEqual(await row.locator('td').allTextContents(), ['m', '1', '70', '0.069']);
  await axe(page);
  for (const colorScheme of /** @type {const} */ (['dark', 'light'])) {
    await page.emulateMedia({ colorScheme });
    await axe(page);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  await axe(page);
  assert.deepEqual(chat.errors, []);
  await page.context().close();
});

test('from 80 % on the page says so, once for each step; at the end why nothing goes', async () => {
  await use('ann', 15);
  const chat = await chats.open({ user: 'ann' });
  const { page } = chat;
  await page.getByText('Your limit is nearly or fully used.').first().waitFor();
  await use('ann', 20);
  await chat.box.fill('Hello');
  await page.keyboard.press('Enter');
  await page.getByText(/Your limit is nearly or fully used/).first().waitFor();
  await page.getByText(/tokens_per_month \(100\)/).first().waitFor({ state: 'attached' });
  await page.context().close();
});

test('who has no budget is told of none', async () => {
  const chat = await chats.open({ user: 'bob' });
  await openUsage(chat, 'bob');
  await chat.page.getByRole('columnheader', { name: 'Requests' }).waitFor();
  assert.equal(await chat.page.getByRole('meter').count(), 0);
  assert.deepEqual(chat.errors, []);
  await chat.page.context().close();
});
