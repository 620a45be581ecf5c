/* SPDX-License-Identifier: MIT */
/** Passkeys in the real page, with Chromium's virtual authenticator: added, used, removed, cancelled. */

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
  chats = await startChat({ models: ['hello'], users: ['ann', 'bob', 'eve', 'kim', 'lea'], config: { passkeys_file: 'passkeys' } });
});
after(() => chats?.close());
afterEach(async () => {
  assert.deepEqual(chat.errors, []);
  await chat.page.context().close();
});

/** A device that keeps passkeys, as the browser of the page sees it. */
async function device() {
  const session = await chat.page.context().newCDPSession(chat.page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true,
    },
  });
  return {
    /** @param {boolean} isUserVerified whether the finger is the right one */
    verify: (isUserVerified) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    keys: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    lose: () => session.send('WebAuthn.clearCredentials', { authenticatorId }),
  };
}

/** @param {string} name @param {string} [password] */
async function fillIn(name, password = PASSWORD) {
  await chat.page.getByLabel('User name').fill(name);
  await chat.page.getByLabel('Password', { exact: true }).fill(password);
  await chat.page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** @param {string} name */
async function openDialog(name) {
  await chat.page.getByRole('button', { name: 'Menu' }).click();
  await chat.page.getByRole('button', { name: `Account (${name})` }).click();
  await chat.page.getByRole('button', { name: 'Passkeys' }).click();
  await chat.page.getByRole('heading', { name: 'Passkeys' }).waitFor();
}

/** @param {string} name @param {boolean} [alone] */
async function add(name, alone = false) {
  const { page } = chat;
  await page.getByLabel('Name', { exact: true }).fill(name);
  if (alone) await page.getByLabel('Good without the password, too').check();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
}

/** The codes that come with the first passkey. */
async function keepCodes() {
  const { page } = chat;
  await page.locator('.recovery-codes:focus').waitFor();
  const codes = await page.locator('.recovery-codes li').allInnerTexts();
  assert.equal(codes.length, 10);
  await axe(page);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  return codes;
}

/** Without the cookie, as somebody comes the next day; the page may ask whether a conversation is to be left. */
async function comeBack() {
  chat.page.removeAllListeners('dialog').on('dialog', (dialog) => void dialog.accept());
  await chat.page.context().clearCookies();
  await chat.page.reload();
  await chat.page.getByLabel('User name').waitFor();
}

test('added in the page, asked for besides the password, and removed', async () => {
  chat = await chats.open({ signIn: false });
  const { page } = chat;
  const phone = await device();
  await fillIn('ann');
  await chat.box.waitFor();
  await openDialog('ann');
  await page.getByText('You have none yet.').waitFor();
  await axe(chat.page);
  await add('My phone');
  await keepCodes();
  await page.getByText('My phone').waitFor();
  await page.getByText('never used').waitFor();
  await axe(chat.page);
  assert.equal((await phone.keys()).length, 1);
  assert.equal((await phone.keys())[0].rpId, 'localhost');
  // The same device makes no second one.
  await add('Again');
  await page.getByText('This device has a passkey here already.').waitFor();
  await comeBack();
  await fillIn('ann', 'wrong');
  await page.getByText('User name or password is wrong').waitFor();
  await fillIn('ann');
  const use = page.getByRole('button', { name: 'Use your passkey' });
  await use.waitFor();
  assert.equal(await page.getByLabel('Code', { exact: true }).count(), 0);
  await use.click();
  await chat.box.waitFor();
  await openDialog('ann');
  await page.getByRole('button', { name: 'Remove “My phone”' }).click();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('You have none yet.').waitFor();
  await comeBack();
  await fillIn('ann');
  await chat.box.waitFor();
});

test('alone, without a name or a password, and only with the right finger', async () => {
  chat = await chats.open({ signIn: false });
  const { page } = chat;
  const phone = await device();
  await fillIn('bob');
  await chat.box.waitFor();
  await openDialog('bob');
  await add('Laptop', true);
  await keepCodes();
  await page.getByText('instead of the password').waitFor();
  await comeBack();
  const button = page.getByRole('button', { name: 'Sign in with a passkey' });
  await phone.verify(false);
  await button.click();
  await page.getByText('No passkey answered').waitFor();
  await phone.verify(true);
  await button.click();
  await chat.box.waitFor();
  assert.equal((await chat.page.evaluate(() => fetch('api/session').then((r) => r.json()))).user.name, 'bob');
  // A session that ends is taken up in place, and what was written stays.
  await chat.box.fill('a draft');
  chats.site.control(['user', 'sign-out', 'bob']);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Please sign in again' }).waitFor();
  await button.click();
  await chat.questions.getByText('a draft').waitFor();
  // It stands there already while it waits for the login.
  await page.locator('.message-assistant .toolbar').waitFor();
  // Lost, it is the administrator who helps.
  await phone.lose();
  await comeBack();
  await button.click();
  await page.getByText('No passkey answered').waitFor();
  chats.site.control(['user', 'passkey', 'bob', '--reset']);
  await fillIn('bob');
  await chat.box.waitFor();
});

test('with a code besides, either lets in', async () => {
  const { stdout } = chats.site.control(['user', 'totp', 'eve']);
  const secret = String(/^secret\t(\w+)$/m.exec(stdout)?.[1]);
  chat = await chats.open({ signIn: false });
  const { page } = chat;
  const phone = await device();
  await fillIn('eve');
  await page.getByLabel('Code', { exact: true }).fill(totp(secret));
  await page.keyboard.press('Enter');
  await chat.box.waitFor();
  await openDialog('eve');
  await add('Key');
  await page.getByText('never used').waitFor();
  await comeBack();
  await fillIn('eve');
  await page.getByLabel('Code', { exact: true }).waitFor();
  await axe(chat.page);
  await page.getByRole('button', { name: 'Use your passkey' }).click();
  await chat.box.waitFor();
  await comeBack();
  await phone.lose();
  await fillIn('eve');
  await page.getByRole('button', { name: 'Use your passkey' }).click();
  await page.getByText('No passkey answered').waitFor();
  await page.getByLabel('Code', { exact: true }).fill(totp(secret, 1));
  await page.keyboard.press('Enter');
  await chat.box.waitFor();
});

test('lost, it is replaced with recovery codes alone', async () => {
  chat = await chats.open({ signIn: false });
  const { page } = chat;
  const phone = await device();
  await fillIn('lea');
  await chat.box.waitFor();
  await openDialog('lea');
  await add('Old phone');
  const codes = await keepCodes();
  await page.getByText('Recovery codes left: 10.').waitFor();
  await comeBack();
  await phone.lose();
  await fillIn('lea');
  const use = page.getByRole('button', { name: 'Use your passkey' });
  await use.click();
  await page.getByText('No passkey answered').waitFor();
  const field = page.getByLabel('Code', { exact: true });
  await field.waitFor();
  await axe(page);
  await field.fill('AAAA-AAAA-AAAA-AAAA');
  await page.keyboard.press('Enter');
  await page.getByText('password or code is wrong').waitFor();
  await field.fill(codes[0]);
  await page.keyboard.press('Enter');
  await chat.box.waitFor();
  await openDialog('lea');
  await page.getByText('Recovery codes left: 9.').waitFor();
  await page.getByRole('button', { name: 'Remove “Old phone”' }).click();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await field.fill(codes[1]);
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('You have none yet.').waitFor();
  await add('New phone');
  await keepCodes();
  await page.getByText('New phone').waitFor();
});

test('where all must have a second factor, a passkey is one', async () => {
  const { site } = chats;
  site.writeConfig({ second_factor: 'required' });
  await site.reload();
  chat = await chats.open({ signIn: false });
  const { page } = chat;
  await device();
  await fillIn('kim');
  await page.getByRole('button', { name: 'Use a passkey instead' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Phone');
  assert.equal(await page.getByLabel('Password', { exact: true }).count(), 0, 'it was just typed');
  await axe(chat.page);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await keepCodes();
  await chat.box.waitFor();
});
