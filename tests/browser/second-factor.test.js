/* SPDX-License-Identifier: MIT */
/** A second factor in the real page: setting it up, signing in with it, losing it, and where all must have one. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { PASSWORD } from '../harness/site.js';
import { totp } from '../harness/totp.js';
import { axe } from './axe.js';
import { startChat } from './chat-harness.js';

/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
/** @type {import('./chat-harness.js').Chat} */
let chat;

before(async () => {
  chats = await startChat({ models: ['hello'], users: ['ann', 'bob', 'eve'] });
});
after(() => chats?.close());
afterEach(async () => {
  assert.deepEqual(chat.errors, []);
  await chat.page.context().close();
});

/** @param {string} name @param {string} [password] */
async function fillIn(name, password = PASSWORD) {
  await chat.page.getByLabel('User name').fill(name);
  await chat.page.getByLabel('Password', { exact: true }).fill(password);
  await chat.page.getByRole('button', { name: 'Sign in' }).click();
}

/** @param {string} name */
async function openDialog(name) {
  await chat.page.getByRole('button', { name: 'Menu' }).click();
  await chat.page.getByRole('button', { name: `Account (${name})` }).click();
  await chat.page.getByRole('button', { name: 'Two-step sign-in' }).click();
  await chat.page.getByRole('heading', { name: 'Two-step sign-in' }).waitFor();
}

/** Goes from the QR code to the end; returns what was shown once. */
async function finish() {
  const { page } = chat;
  await page.getByRole('img', { name: /QR code/ }).waitFor();
  const secret = (await page.locator('.secret').innerText()).replace(/\s/g, '');
  assert.match(secret, /^[A-Z2-7]{32}$/);
  await axe(chat.page);
  const code = page.getByLabel('Code', { exact: true });
  await code.fill('000000');
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await page.getByText('not the code that the app shows').waitFor();
  // As a phone shows it that is set to Arabic.
  await code.fill(totp(secret).replace(/\d/g, (d) => String.fromCodePoint(0x660 + Number(d))));
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await page.locator('.recovery-codes li').first().waitFor();
  const recovery = await page.locator('.recovery-codes li').allInnerTexts();
  assert.equal(recovery.length, 10);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  return { secret, recovery };
}

test('set up in the page, asked for at the next login, and turned off again', async () => {
  chat = await chats.open({ signIn: false });
  const { page } = chat;
  await fillIn('ann');
  await chat.box.waitFor();
  await openDialog('ann');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Set it up' }).click();
  await page.getByText('User name or password is wrong').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Set it up' }).click();
  const { secret, recovery } = await finish();
  await page.locator('dialog[open]').waitFor({ state: 'detached' }).catch(() => {});
  // The session of the setup goes on.
  await page.reload();
  await chat.box.waitFor();
  await page.context().clearCookies();
  await page.reload();
  await fillIn('ann');
  const code = page.getByLabel('Code', { exact: true });
  await code.waitFor();
  assert.ok(await code.evaluate((field) => field === document.activeElement));
  await code.fill('123456');
  await page.keyboard.press('Enter');
  await page.getByText('password or code is wrong').waitFor();
  const next = totp(secret, 1);
  await code.fill(`${next.slice(0, 3)} ${next.slice(3)}`);
  await page.keyboard.press('Enter');
  await chat.box.waitFor();
  await openDialog('ann');
  await page.getByText('Recovery codes left: 10.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Code', { exact: true }).fill(recovery[9].toLowerCase());
  await page.getByRole('button', { name: 'Turn it off' }).click();
  await page.getByText('Two-step sign-in is off').waitFor();
  await page.context().clearCookies();
  await page.reload();
  await fillIn('ann');
  await chat.box.waitFor();
});

test('a session that ends asks for the code in place, and what was written stays', async () => {
  const { site } = chats;
  const { stdout } = site.control(['user', 'totp', 'bob']);
  const secret = String(/^secret\t(\w+)$/m.exec(stdout)?.[1]);
  chat = await chats.open({ signIn: false });
  const { page } = chat;
  await fillIn('bob');
  await page.getByLabel('Code', { exact: true }).fill(totp(secret));
  await page.keyboard.press('Enter');
  await chat.box.waitFor();
  await chat.box.fill('a draft');
  site.control(['user', 'sign-out', 'bob']);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Please sign in again' }).waitFor();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Code', { exact: true }).fill(totp(secret, 1));
  await page.keyboard.press('Enter');
  await chat.questions.getByText('a draft').waitFor();
  await page.getByRole('heading', { name: 'Please sign in again' }).waitFor({ state: 'hidden' });
});

test('where all must have one, it is set up before anything else', async () => {
  const { site } = chats;
  site.writeConfig({ second_factor: 'required' });
  await site.reload();
  chat = await chats.open({ signIn: false });
  const { page } = chat;
  await fillIn('eve');
  await page.getByText('Everybody here signs in in two steps').waitFor();
  assert.equal(await page.getByLabel('Password', { exact: true }).count(), 0, 'it was just typed');
  await page.getByRole('button', { name: 'Set it up' }).click();
  await finish();
  await chat.box.waitFor();
});
