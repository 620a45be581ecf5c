/* SPDX-License-Identifier: MIT */
/** An invitation's link in the real page: the password is chosen, and the link is spent. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PASSWORD } from '../harness/site.js';
import { axe } from './axe.js';
import { startChat } from './chat-harness.js';

/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
before(async () => {
  chats = await startChat({ models: ['hello'], users: ['ann'] });
});
after(() => chats?.close());

/** Somebody new, and the page at their link. @param {string} name */
async function open(name, code = chats.site.control(['user', 'add', name, '--invite']).stdout.trim()) {
  const context = await chats.browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(`${chats.address}${code}`);
  return { page, code };
}

test('the password is chosen and somebody is in; the link is good once', async () => {
  const { page, code } = await open('Zo\u00eb');
  await page.getByText('Welcome, Zo\u00eb.').waitFor();
  assert.doesNotMatch(page.url(), /#/, 'the code is not in the address any more');
  await axe(page);
  assert.equal(await page.getByLabel('Current password').count(), 0);
  await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('New password again').fill(`${PASSWORD}x`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The two new passwords differ.').waitFor();
  await page.getByLabel('New password again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  await page.context().close();
  const second = await open('Zo\u00eb', code);
  await second.page.getByText('This invitation is over.').waitFor();
  await axe(second.page);
  await second.page.getByLabel('User name').fill('Zo\u00eb');
  await second.page.locator('#password').fill(PASSWORD);
  await second.page.getByRole('button', { name: 'Sign in' }).click();
  await second.page.getByRole('textbox', { name: 'Message' }).waitFor();
  await second.page.context().close();
});

test('a required second factor is set up right after', async () => {
  chats.site.writeConfig({ second_factor: 'required' });
  await chats.site.reload();
  const { page } = await open('max');
  await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('New password again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Two-step sign-in' }).waitFor();
  await page.context().close();
  chats.site.writeConfig({ second_factor: 'optional' });
  await chats.site.reload();
});

test('what is no invitation is no different from nothing', async () => {
  for (const hash of ['#invite=', '#invite=ann', '#invite=:x', '#other']) {
    const { page } = await open('ann', hash);
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    assert.equal(await page.getByRole('alert').filter({ hasText: /\S/ }).count(), 0);
    await page.context().close();
  }
});
