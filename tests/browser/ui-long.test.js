// SPDX-License-Identifier: MIT
// A thread of hundreds of messages: what is far from the view is words alone, and nothing of it is out of reach.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { addMessage, createConversation, createMessage } from '../../static/core/conversation.js';
import { exportText } from '../../static/core/exporting.js';
import { partsOf } from '../../static/core/parts.js';
import { closeBrowser, visit } from './ui-harness.js';

after(closeBrowser);

/** @typedef {import('playwright-core').Page} Page */

const COUNT = 300;

/** A page with a thread that is drawn as far as it is without anybody's doing. */
async function longThread() {
  const v = await visit();
  let chat = createConversation({ id: 'c', now: 0 });
  for (let i = 0; i < COUNT; i += 1) {
    chat = addMessage(chat, createMessage({
      id: `m${i}`, parentId: i === 0 ? null : `m${i - 1}`, role: i % 2 ? 'assistant' : 'user', createdAt: i,
      parts: partsOf(i % 2 ? `Answer **${i}** with some \`code\` and words.\n\n- one\n- two\n\n${'Words and more words. '.repeat(i % 40)}` : `Question ${i}`),
      ...(i % 2 ? { model: 'seeing', status: 'complete' } : {}),
    }));
  }
  await v.page.locator('input[accept*=json]').setInputFiles({
    name: 'long.json', mimeType: 'application/json', buffer: Buffer.from(exportText([{ ...chat, title: 'Long', model: 'seeing' }], 0)),
  });
  await v.page.getByText('1 chat was imported.').waitFor();
  await v.page.waitForFunction((count) => {
    const all = [...document.querySelectorAll('.message')];
    return all.length === count && all.every((message) => message.childElementCount > 0);
  }, COUNT);
  return v;
}

/** How many answers are words alone. @param {Page} page */
const sketches = (page) => page.locator('.message-assistant > .answer-plain').count();

/** @param {Page} page @param {number} i */
const isDrawn = (page, i) => page.locator('.message').nth(i).locator('strong').waitFor({ state: 'attached' });

test('what is far is words alone, with its heading; what comes near is drawn', async () => {
  const v = await longThread();
  const { page } = v;
  const far = await sketches(page);
  assert.ok(far > COUNT / 4 && far < COUNT / 2, String(far));
  assert.equal(await page.locator('.message h2').count(), COUNT);
  assert.equal(await page.locator('.message[aria-label]').count(), COUNT);
  assert.deepEqual(await page.locator('.message').nth(1).ariaSnapshot().then((text) => text.includes('Answer 1 with some code and words.')), true);
  await page.locator('.thread').focus();
  await page.keyboard.press('Home');
  await isDrawn(page, 1);
  assert.ok(await sketches(page) > COUNT / 5, 'the middle has not been passed');
  assert.deepEqual(v.incidents, []);
  await v.close();
});

test('the page finds words that are far, and all of it is drawn for who searches', async () => {
  const v = await longThread();
  const { page } = v;
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).find('Answer 3 with some code and words', false, false, true)), true);
  assert.ok(await sketches(page) > 0);
  await page.keyboard.press('Control+f');
  await page.waitForFunction(() => !document.querySelector('.message-assistant > .answer-plain'));
  await v.close();
});

test('paper shows all of it', async () => {
  const v = await longThread();
  const { page } = v;
  assert.ok(await sketches(page) > 0);
  const paper = await page.pdf();
  assert.ok(paper.length > 1000);
  assert.equal(await sketches(page), 0);
  assert.equal(await page.locator('.message strong').count(), COUNT / 2);
  await v.close();
});

test('a selection over all of it is copied with its formatting', async () => {
  const v = await longThread();
  const { page } = v;
  await page.evaluate(() => {
    document.addEventListener('copy', () => Object.assign(window, {
      left: document.querySelectorAll('.message-assistant > .answer-plain').length, words: String(getSelection()),
    }));
    /** @type {HTMLElement} */ (document.activeElement).blur();
    getSelection()?.selectAllChildren(/** @type {Element} */ (document.querySelector('.messages')));
  });
  await page.keyboard.press('Control+c');
  const { left, words } = await page.evaluate(() => /** @type {any} */ ({ left: window.left, words: window.words }));
  assert.equal(left, 0, 'what is selected was drawn before it was taken');
  for (const i of [1, 101, COUNT - 1]) assert.ok(words.includes(`Answer ${i} with some code and words.`), String(i));
  assert.equal(await page.evaluate(() => getSelection()?.isCollapsed), false);
  await v.close();
});

test('who scrolls up stays with what they look at, while what is above is laid out', async () => {
  const v = await longThread();
  const { page } = v;
  await page.locator('.thread').hover();
  for (let i = 0; i < 12; i += 1) {
    await page.mouse.wheel(0, -700);
    await page.waitForTimeout(50);
  }
  const place = () => page.evaluate(() => {
    const view = /** @type {Element} */ (document.querySelector('.thread')).getBoundingClientRect();
    const message = /** @type {any} */ (window).looked ??= document.elementFromPoint(view.x + view.width / 2, view.y + view.height / 2)?.closest('.message');
    return message?.getBoundingClientRect().top - view.top;
  });
  await page.waitForTimeout(300);
  const before = await place();
  await page.evaluate(() => {
    // What is above grows: the view must not move.
    const first = /** @type {HTMLElement} */ (document.querySelector('.message'));
    first.style.paddingBlockEnd = '3000px';
  });
  await page.locator('.thread').evaluate((e) => new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(e.scrollTop)));
  }));
  assert.ok(Math.abs(await place() - before) < 3);
  await page.getByRole('button', { name: 'To the latest' }).click();
  await page.waitForFunction(() => {
    const e = /** @type {HTMLElement} */ (document.querySelector('.thread'));
    return e.scrollHeight - e.clientHeight - e.scrollTop < 3 && !e.hasAttribute('data-free');
  });
  await v.close();
});
