/* SPDX-License-Identifier: MIT */
/** An engine that is older than the baseline reads so, styled; one that is not, never sees it. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startChat } from './chat-harness.js';

/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
before(async () => {
  chats = await startChat({ models: ['hello'] });
});
after(() => chats?.close());

/** What is to be seen. @param {import('playwright-core').Page} page */
const look = (page) => page.evaluate(() => {
  const words = /** @type {HTMLElement} */ (document.querySelector('.too-old'));
  return { words: words.checkVisibility(), app: document.getElementById('app')?.checkVisibility(), margin: getComputedStyle(words).marginTop };
});

test('who has what the page needs sees the page alone', async () => {
  const chat = await chats.open({ signIn: false });
  await chat.page.getByLabel('User name').waitFor();
  const { words, app } = await look(chat.page);
  assert.deepEqual([words, app], [false, true]);
});

test('an engine without popovers, which drops that rule, reads why there is no page', async () => {
  const chat = await chats.open({
    signIn: false,
    before: (page) => page.route('**/*.css', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replaceAll('selector(:popover-open)', 'selector(:not-known-here)') });
    }),
  });
  await chat.page.getByText('This browser is too old for this page.').waitFor();
  assert.deepEqual(await look(chat.page), { words: true, app: false, margin: '48px' });
  for (const text of ['Dieser Browser ist zu alt', 'هذا المتصفح قديم']) await chat.page.getByText(text).waitFor();
});

test('so does one that knows no layers, and drops all that is in them', async () => {
  const chat = await chats.open({
    signIn: false,
    before: (page) => page.route('**/*.css', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replaceAll('@layer', '@unknown').replaceAll(':popover-open', ':not-known-here') });
    }),
  });
  await chat.page.getByText('This browser is too old for this page.').waitFor();
  assert.equal((await look(chat.page)).margin, '48px');
});
