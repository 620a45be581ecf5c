/* SPDX-License-Identifier: MIT */
/**
 * What the page costs on the wire, as nginx sends it: bytes with all headers,
 * and requests, up to where somebody can go on. The page that is laid out as
 * its modules, without rollup, has more of both.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildDir } from '../harness/paths.js';
import { PASSWORD } from '../harness/site.js';
import { startChat } from './chat-harness.js';

const JOINED = existsSync(join(buildDir, 'www.joined'));

/** @typedef {{bytes: number, requests: number, ended: number, urls: string[]}} Wire */

/**
 * Counts what a page loads, from now on.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<Wire>}
 */
async function watchWire(page) {
  /** @type {Wire} */
  const wire = { bytes: 0, requests: 0, ended: 0, urls: [] };
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.requestWillBeSent', ({ request }) => {
    wire.requests += 1;
    wire.urls.push(request.url);
  });
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    wire.bytes += encodedDataLength;
    wire.ended += 1;
  });
  return wire;
}

/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
before(async () => {
  chats = await startChat();
});
after(() => chats.close());

/**
 * @param {import('node:test').TestContext} t  is told what it weighs
 * @param {Wire} wire
 * @param {{bytes: number, requests: number}} budget
 */
function within(t, wire, budget) {
  t.diagnostic(`${wire.bytes} bytes in ${wire.requests} requests`);
  assert.ok(wire.requests <= budget.requests, `${wire.requests} requests: ${wire.urls.join(' ')}`);
  assert.ok(wire.bytes <= budget.bytes, `${wire.bytes} bytes: ${wire.urls.join(' ')}`);
}

for (const locale of ['en-GB', 'de']) {
  test(`up to the login (${locale})`, { skip: !JOINED }, async (t) => {
    const context = await chats.browser.newContext({ ignoreHTTPSErrors: true, locale });
    const page = await context.newPage();
    const wire = await watchWire(page);
    await page.goto(chats.address);
    await page.locator('#username').waitFor();
    await page.waitForLoadState('networkidle');
    within(t, wire, { bytes: 50_000, requests: 10 });
    assert.ok(wire.bytes > 10_000, 'it is counted at all');
    await context.close();
  });
}

test('up to the conversation, for who was signed in', { skip: !JOINED }, async (t) => {
  const chat = await chats.open();
  const context = await chats.browser.newContext({
    ignoreHTTPSErrors: true, locale: 'en-GB', storageState: await chat.page.context().storageState(),
  });
  const page = await context.newPage();
  const wire = await watchWire(page);
  await page.goto(chats.address);
  await page.getByRole('textbox', { name: 'Message' }).waitFor();
  await page.waitForLoadState('networkidle');
  within(t, wire, { bytes: 92_000, requests: 12 });
  assert.ok(!wire.urls.some((url) => url.includes('/md/')), 'nobody has written anything');
  const before = wire.bytes;
  await page.getByRole('textbox', { name: 'Message' }).pressSequentially('W');
  while (!['/md/render.js', '/css/prose.css'].every((part) => wire.urls.some((url) => url.endsWith(part))) || wire.ended < wire.requests) {
    await page.waitForTimeout(20);
  }
  assert.ok(wire.bytes > before + 20_000, 'Markdown has come');
  within(t, wire, { bytes: 120_000, requests: 14 });
  assert.ok(wire.bytes > 50_000, 'it is counted at all');
  assert.equal(wire.urls.filter((url) => url.includes('api/session')).length, 1, 'who is here is asked once');
  await context.close();
});

test('the conversation is there before the server has said who is in', async () => {
  const chat = await chats.open();
  const context = await chats.browser.newContext({
    ignoreHTTPSErrors: true, locale: 'en-GB', storageState: await chat.page.context().storageState(),
  });
  const page = await context.newPage();
  /** @type {() => void} */
  let answer = () => {};
  const held = new Promise((resolve) => { answer = () => resolve(undefined); });
  await page.route('**/api/session**', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(chats.address);
  const box = page.getByRole('textbox', { name: 'Message' });
  await box.fill('Written early');
  answer();
  await page.getByRole('button', { name: /demo|model/i }).first().waitFor();
  assert.equal(await box.inputValue(), 'Written early');
  await context.close();
});

test('what was written before the session turned out to be over is there after the login', async () => {
  const chat = await chats.open();
  const { origins } = await chat.page.context().storageState();
  // The cookie is gone, the setting is not.
  const context = await chats.browser.newContext({
    ignoreHTTPSErrors: true, locale: 'en-GB', storageState: { cookies: [], origins },
  });
  const page = await context.newPage();
  /** @type {() => void} */
  let answer = () => {};
  const held = new Promise((resolve) => { answer = () => resolve(undefined); });
  await page.route('**/api/session**', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(chats.address);
  await page.getByRole('textbox', { name: 'Message' }).fill('Not to be lost');
  answer();
  await page.getByLabel('User name').fill('ann');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  const box = page.getByRole('textbox', { name: 'Message' });
  await box.waitFor();
  assert.equal(await box.inputValue(), 'Not to be lost');
  await page.reload();
  await box.waitFor();
  assert.equal(await page.evaluate(() => JSON.parse(localStorage.getItem('confab.settings') ?? '{}').beenHere), true);
  await context.close();
});
