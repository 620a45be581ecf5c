/* SPDX-License-Identifier: MIT */
/** The page on shared hosting: under Apache, each request is a process of its own. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { until } from '../harness/children.js';
import { layOutAccount, startApache } from '../harness/frontends.js';
import { PASSWORD, startSite } from '../harness/site.js';
import { END, newGate } from '../harness/suite.js';
import { Chat, Wire } from './chat-harness.js';
import { launchChromium } from './chromium.js';

/** @type {import('../harness/site.js').Site} */
let site;
/** @type {Awaited<ReturnType<typeof startApache>>} */
let apache;
/** @type {Wire} */
let wire;
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {Chat} */
let chat;

before(async () => {
  site = await startSite({ nginx: false });
  const { page } = layOutAccount(site);
  apache = await startApache(site, { name: 'page', modules: ['mpm_event', 'cgid'], config: `
ScriptSock @dir@/cgid.sock
Alias /chat ${page}
<Directory ${page}>
  Require all granted
  AllowOverride All
</Directory>` });
  wire = new Wire(apache.port);
  await wire.listen();
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  wire?.close();
  await apache?.child.stop();
  await site?.close();
});

afterEach(async () => {
  assert.deepEqual(chat.errors, []);
  await chat.page.context().close();
});

async function open() {
  const address = `https://localhost:${wire.port}/chat/`;
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' });
  chat = new Chat(await context.newPage(), address);
  await chat.page.goto(address);
  await chat.signIn();
  await chat.choose('m');
}

test('words arrive as they are made, and the end is told', async () => {
  await open();
  const gate = newGate();
  await chat.order([{ text: 'one ' }, { gate }, { text: 'two' }, { gate }, ...END]);
  await chat.see(/^one $/);
  await chat.page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
  site.upstream.open(gate, 1);
  await chat.see('one two');
  site.upstream.open(gate, 1);
  await chat.settled();
  assert.equal(await chat.page.locator('.outcome').count(), 0);
});

test('Stop reaches the process that serves the answer', async () => {
  await open();
  await chat.order([{ text: 'half' }, { hang: true }]);
  await chat.see('half');
  const call = site.upstream.calls[site.upstream.calls.length - 1];
  await chat.page.getByRole('button', { name: 'Stop', exact: true }).click();
  await chat.page.locator('.outcome-stopped').waitFor();
  await until(() => call?.closedAt, { what: 'the upstream is closed' });
  await chat.page.getByRole('button', { name: 'Continue' }).waitFor();
});

test('an expired session opens the login in place and then sends what was waiting', async () => {
  await open();
  await chat.order([{ text: 'first' }, ...END]);
  await chat.see('first');
  await chat.settled();
  await chat.page.context().clearCookies();
  await chat.order([{ text: 'second' }, ...END]);
  const dialog = chat.page.getByRole('dialog');
  await dialog.waitFor();
  assert.equal(await chat.questions.count(), 2, 'everything is still there');
  await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await chat.see('second');
  await chat.settled();
  assert.equal(await chat.questions.count(), 2, 'sent once');
});

test('what was lost with the connection is not waited for: there is nothing to resume', async () => {
  await open();
  await chat.order([{ text: 'half' }, { hang: true }]);
  await chat.see('half');
  wire.blip();
  await chat.page.locator('.outcome-interrupted').waitFor();
  await chat.see('half');
  await chat.page.getByRole('button', { name: 'Continue' }).waitFor();
  assert.equal(chat.count('GET streams/'), 0);
});
