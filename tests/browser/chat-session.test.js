/* SPDX-License-Identifier: MIT */
/** Who is signed in, what is kept and what is not, in a real browser. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { PASSWORD } from '../harness/site.js';
import { until } from '../harness/children.js';
import { Chat, startChat } from './chat-harness.js';

const CANARY = 'canary-7c1f-in-a-message';

/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
/** @type {Chat} */
let chat;

before(async () => {
  chats = await startChat({ models: ['hello', 'endless', 'tokens-200-20'] });
});
after(() => chats?.close());
afterEach(async () => {
  assert.deepEqual(chat.errors, []);
  await chat.page.context().close();
});

test('the first load is silent and stays on its origin', async () => {
  const context = await chats.browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  chat = new Chat(page, chats.address);
  const messages = [];
  const foreign = [];
  page.on('console', (message) => messages.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(chats.address).origin)) foreign.push(request.url());
  });
  await page.goto(chats.address);
  await page.getByLabel('User name').waitFor();
  await page.waitForLoadState('networkidle');
  assert.deepEqual(messages, []);
  assert.deepEqual(foreign, []);
  await chat.signIn();
  await page.waitForLoadState('networkidle');
  assert.deepEqual(messages, []);
  assert.deepEqual(foreign, []);
});

test('a wrong password is explained, the right one lets in', async () => {
  chat = await chats.open({ signIn: false });
  await chat.page.getByLabel('User name').fill('ann');
  await chat.page.getByLabel('Password', { exact: true }).fill('wrong');
  await chat.page.getByRole('button', { name: 'Sign in' }).click();
  await chat.page.getByRole('alert').waitFor();
  assert.equal(await chat.page.getByLabel('User name').inputValue(), 'ann');
  await chat.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await chat.page.getByRole('button', { name: 'Sign in' }).click();
  await chat.box.waitFor();
});

test('an expired session opens the login in place and then sends what was waiting', async () => {
  chat = await chats.open();
  await chat.choose('hello');
  await chat.ask('One.');
  await chat.see('Hello, world!');
  await chat.page.context().clearCookies();
  await chat.ask('Two, and keep it.');
  const dialog = chat.page.getByRole('dialog');
  await dialog.waitFor();
  assert.equal(await chat.questions.count(), 2, 'everything is still there');
  await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await until(async () => (await chat.answers.allInnerTexts()).filter((text) => text === 'Hello, world!').length === 2,
    { what: 'the answer to what waited' });
  assert.equal(await chat.questions.count(), 2, 'sent once');
});

test('a session that ends in the middle of an answer is resumed after the login', async () => {
  chat = await chats.open();
  chats.site.upstream.forget();
  await chat.choose('tokens-200-20');
  await chat.ask('Count.');
  await until(async () => (await chat.answers.last().innerText()).length > 40, { what: 'tokens arrive' });
  await chat.page.context().clearCookies();
  chats.wire.blip();
  const dialog = chat.page.getByRole('dialog');
  await dialog.waitFor();
  await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await chat.settled(30000);
  const words = (await chat.answers.last().innerText()).trim().split(/\s+/);
  assert.equal(words.length, 200);
  assert.equal(new Set(words).size, 200);
  assert.equal(chats.site.upstream.calls.length, 1);
});

test('somebody else who signs in in another tab sees nothing of it', async () => {
  chat = await chats.open();
  await chat.choose('hello');
  await chat.ask(CANARY);
  await chat.see('Hello, world!');
  await chat.page.context().clearCookies();
  await chat.ask('More.');
  await chat.page.getByRole('dialog').waitFor();
  const other = new Chat(await chat.page.context().newPage(), chats.address);
  await other.page.goto(chats.address);
  await other.signIn('bob');
  await until(async () => await chat.page.getByRole('dialog').count() === 0, { what: 'the first tab knows' });
  assert.equal(await chat.questions.count(), 0);
  assert.equal((await chat.page.content()).includes(CANARY), false);
});

test('a reload asks first, and then is a new, empty conversation; no storage holds a word', async () => {
  chat = await chats.open();
  await chat.choose('hello');
  await chat.ask(CANARY);
  await chat.see('Hello, world!');
  await chat.box.fill(`${CANARY} draft`);
  assert.equal((await chat.stored()).includes('canary'), false);
  const asked = [];
  chat.page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await chat.page.reload();
  assert.deepEqual(asked, ['beforeunload']);
  await chat.box.waitFor();
  assert.equal(await chat.questions.count(), 0);
  assert.equal(await chat.box.inputValue(), '');
  assert.equal((await chat.page.content()).includes(CANARY), false);
  const stored = JSON.parse(await chat.stored());
  assert.deepEqual(Object.keys(stored.local).filter((key) => key !== 'confab.settings'), []);
  assert.deepEqual(stored.session, {});
  assert.deepEqual(stored.databases, []);
  assert.deepEqual(stored.cacheNames, []);
  assert.equal(stored.state, null);
  assert.equal(stored.workers, 0);
});

test('declining to leave loses nothing', async () => {
  chat = await chats.open();
  await chat.box.fill('unfinished');
  chat.page.once('dialog', (dialog) => void dialog.dismiss());
  await chat.page.evaluate(() => { location.reload(); });
  await chat.page.waitForTimeout(300);
  assert.equal(await chat.box.inputValue(), 'unfinished');
});

test('an empty page is left without a question', async () => {
  chat = await chats.open();
  await chat.box.fill('x');
  await chat.box.fill('');
  let asked = false;
  chat.page.on('dialog', (dialog) => {
    asked = true;
    void dialog.accept();
  });
  await chat.page.reload();
  await chat.box.waitFor();
  assert.equal(asked, false);
});

test('going back to the page finds an empty one', async () => {
  chat = await chats.open();
  await chat.choose('hello');
  await chat.ask(CANARY);
  await chat.see('Hello, world!');
  chat.page.on('dialog', (dialog) => void dialog.accept());
  await chat.page.goto('about:blank');
  await chat.page.goBack();
  await chat.box.waitFor();
  assert.equal(await chat.questions.count(), 0);
  assert.equal((await chat.page.content()).includes(CANARY), false);
});

test('what the browser keeps for going back is empty', async () => {
  chat = await chats.open();
  await chat.choose('endless');
  await chat.ask(CANARY);
  await until(async () => (await chat.answers.last().innerText()).length > 20, { what: 'tokens arrive' });
  await chat.page.evaluate(() => {
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
  });
  assert.equal((await chat.page.content()).includes(CANARY), false, 'at once, not at the next frame');
  assert.equal(await chat.questions.count(), 0);
  await until(() => chats.site.upstream.openCount === 0, { what: 'the upstream is closed' });
  await chat.page.evaluate(() => {
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
  });
  await chat.box.fill('And on it goes.');
  assert.equal(await chat.box.inputValue(), 'And on it goes.');
});

test('leaving the page ends its streams upstream', async () => {
  chat = await chats.open();
  await chat.choose('endless');
  await chat.ask('For ever.');
  await until(async () => (await chat.answers.last().innerText()).length > 20, { what: 'tokens arrive' });
  chat.page.on('dialog', (dialog) => void dialog.accept());
  await chat.page.goto('about:blank');
  await until(() => chats.site.upstream.openCount === 0, { what: 'the upstream is closed', limit: 5000 });
});

test('signing out in one tab asks for the login in the other, in place', async () => {
  chat = await chats.open();
  await chat.choose('hello');
  await chat.ask('Keep me.');
  await chat.see('Hello, world!');
  const other = new Chat(await chat.page.context().newPage(), chats.address);
  await other.page.goto(chats.address);
  await other.box.waitFor();
  assert.equal(await other.questions.count(), 0, 'another tab is another, empty page');
  await other.page.evaluate(async () => {
    await fetch('api/logout', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
    new BroadcastChannel(`confab:${new URL('.', document.baseURI).pathname}`).postMessage('signed-out');
  });
  await chat.page.getByRole('dialog').waitFor();
  assert.equal(await chat.questions.count(), 1);
});
