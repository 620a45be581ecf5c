/* SPDX-License-Identifier: MIT */
/** One's own sessions in the real page: the list, the end of one and of all others, and the word of a new network. */

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
  chats = await startChat({
    models: ['hello'], users: ['ann', 'bob'],
    serverExtra: 'set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;',
  });
});
after(() => chats?.close());
afterEach(async () => {
  assert.deepEqual(chat.errors, []);
  await chat.page.context().close();
});

/** A login from elsewhere. @param {string} username @param {string} [address] */
async function elsewhere(username, address = '198.51.100.7') {
  const client = chats.site.client({ mount: '/chat/' });
  const answer = await client.post('api/login', { username, password: PASSWORD }, {
    'X-Test-Address': address,
    'User-Agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  });
  assert.equal(answer.status, 200);
  client.cookie = String(answer.headers['set-cookie']).split(';')[0];
  await answer.text();
  return client;
}

/** @param {Awaited<ReturnType<typeof elsewhere>>} client */
async function isIn(client) {
  const answer = await client.get('api/session');
  await answer.text();
  return answer.status === 200;
}

/** @param {string} name */
async function openDialog(name) {
  await chat.page.getByRole('button', { name: 'Menu' }).click();
  await chat.page.getByRole('button', { name: `Account (${name})` }).click();
  await chat.page.getByRole('button', { name: 'Where you are signed in' }).click();
  await chat.page.getByText('This browser', { exact: true }).waitFor();
}

test('the list, the end of one, and of all others', async () => {
  chat = await chats.open({ user: 'ann' });
  const { page } = chat;
  const one = await elsewhere('ann');
  const two = await elsewhere('ann', '203.0.113.9');
  await openDialog('ann');
  const rows = page.locator('dialog[open] .row');
  assert.equal(await rows.count(), 3);
  await rows.filter({ hasText: '198.51.100.0/24' }).getByText('Firefox on Windows').waitFor();
  await rows.filter({ hasText: 'This browser' }).getByText('Chrom').waitFor();
  assert.equal(await page.getByText('First sign-in from this network').count(), 2);
  await axe(chat.page);
  await rows.filter({ hasText: '198.51.100.0/24' }).getByRole('button', { name: 'Sign out: Firefox on Windows' }).click();
  await rows.nth(2).waitFor({ state: 'detached' });
  assert.equal(await isIn(one), false);
  assert.equal(await isIn(two), true);
  await page.getByRole('button', { name: 'Sign out all others' }).click();
  await rows.nth(1).waitFor({ state: 'detached' });
  assert.equal(await isIn(two), false);
  await page.reload();
  await chat.box.waitFor();
});

test('the next login is told of a network never seen before, until that is dismissed', async () => {
  chat = await chats.open({ user: 'bob' });
  const { page } = chat;
  await elsewhere('bob');
  await page.context().clearCookies();
  await page.reload();
  await page.getByLabel('User name').fill('bob');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const banner = page.locator('.banner').filter({ hasText: '198.51.100.0/24' });
  await banner.getByText('Firefox on Windows').waitFor();
  await axe(chat.page);
  await banner.getByRole('button', { name: 'See where you are signed in' }).click();
  await page.getByText('First sign-in from this network').waitFor();
  await page.keyboard.press('Escape');
  await banner.getByRole('button', { name: 'Dismiss' }).click();
  await banner.waitFor({ state: 'detached' });
});
