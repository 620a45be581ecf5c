/* SPDX-License-Identifier: MIT */
/**
 * A thread of a thousand messages: what it costs to open it and to scroll in
 * it, beside a bare page with the same words, in turns.
 */

import { addMessage, createConversation, createMessage } from '../../static/core/conversation.js';
import { exportText } from '../../static/core/exporting.js';
import { partsOf } from '../../static/core/parts.js';
import { openBare } from './page-bare.js';
import { cpuOfBrowser, median, report } from './page-tools.js';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
export const STEPS = 60;
/** A step of the wheel (px), and how often (ms). */
export const STEP_PX = 120;
export const STEP_MS = 16;

/** A machine that others use, too, finds the time within this (ms). */
export const REST_MS = 4000;

/** The texts of a thread of so many messages. @param {number} count */
export const textsOf = (count) => Array.from({ length: count }, (_, i) => (i % 2 === 0 ? `Question ${i}: what about it?`
  : `Answer ${i} with **bold** and \`code\`.\n\n- one\n- two\n\n\`\`\`js\nconst x = ${i};\n\`\`\`\n\n${'Words and more words. '.repeat(25)}`));

/** A file with a thread of so many messages. @param {number} count */
export function thread(count) {
  let conversation = createConversation({ id: 'c', now: 1 });
  let parentId = null;
  for (const [i, text] of textsOf(count).entries()) {
    const role = i % 2 === 0 ? 'user' : 'assistant';
    conversation = addMessage(conversation, createMessage({ id: `m${i}`, parentId, role, createdAt: 1, parts: partsOf(text) }));
    parentId = `m${i}`;
  }
  return exportText([conversation], 0);
}

/** What the browser has spent when it has had time for all there was to do. @param {any} browser */
async function settledCpu(browser) {
  await new Promise((resolve) => { setTimeout(resolve, REST_MS); });
  return cpuOfBrowser(browser);
}

/**
 * @param {any} browser
 * @param {import('playwright-core').Page} page
 */
async function wheel(browser, page) {
  const before = await settledCpu(browser);
  const session = await page.context().newCDPSession(page);
  await page.mouse.move(640, 300);
  for (let i = 0; i < STEPS; i += 1) {
    void session.send('Input.dispatchMouseEvent', { type: 'mouseWheel', x: 640, y: 300, deltaX: 0, deltaY: -STEP_PX }).catch(() => {});
    await new Promise((resolve) => { setTimeout(resolve, STEP_MS); });
  }
  return (await settledCpu(browser) - before) * 1000;
}

/**
 * Ms from a call within the page to the frame after it.
 *
 * @template T
 * @param {import('playwright-core').Page} page
 * @param {(given: T) => void} call
 * @param {T} given
 */
async function untilPainted(page, call, given) {
  await page.evaluate(() => {
    window.painted = new Promise((resolve) => {
      window.begun = () => {
        const begun = performance.now();
        const check = () => {
          const last = [...document.querySelectorAll('.message, #text > p')].at(-1);
          if (last?.firstChild) setTimeout(() => resolve(performance.now() - begun));
          else requestAnimationFrame(check);
        };
        requestAnimationFrame(check);
      };
    });
  });
  await page.evaluate(call, given);
  return page.evaluate(() => window.painted);
}

/**
 * @param {any} chats
 * @param {(page: import('playwright-core').Page) => Promise<void>} importAll
 */
async function ours(chats, importAll) {
  const chat = await chats.open();
  await chat.choose('tokens-200-20');
  await importAll(chat.page);
  await chat.page.keyboard.press('Control+Shift+O');
  await chat.page.waitForFunction(() => document.querySelectorAll('.message').length === 0);
  const before = await settledCpu(chats.browser);
  const painted = await untilPainted(chat.page, () => {
    window.begun();
    document.querySelector('.chat-item:not([data-active]) .chat-link').click();
  }, null);
  const opened = (await settledCpu(chats.browser) - before) * 1000;
  const wheeled = await wheel(chats.browser, chat.page);
  await chat.page.context().close();
  return { painted, opened, wheeled };
}

/** @param {any} chats @param {string[]} texts */
async function bare(chats, texts) {
  const chat = await chats.open();
  const page = await openBare(chat.page.context(), chats.address);
  await chat.page.close();
  const before = await settledCpu(chats.browser);
  const painted = await untilPainted(page, (given) => {
    window.begun();
    window.fill(given);
  }, texts);
  const opened = (await settledCpu(chats.browser) - before) * 1000;
  const wheeled = await wheel(chats.browser, page);
  await page.context().close();
  return { painted, opened, wheeled };
}

/**
 * @param {any} chats
 * @param {(page: import('playwright-core').Page) => Promise<void>} importAll
 * @param {string[]} texts  of the messages
 */
export async function longThreads(chats, importAll, texts) {
  const rounds = { bare: [], confab: [] };
  for (let i = 0; i < ROUNDS; i += 1) {
    rounds.bare.push(await bare(chats, texts));
    rounds.confab.push(await ours(chats, importAll));
  }
  const of = (name, key) => Math.round(median(rounds[name].map((one) => one[key])));
  const row = (what, key, goal) => report(`  ${what}: bare, confab`, `${of('bare', key)} ${of('confab', key)}`, goal);
  report(`thread of ${texts.length} messages`, `of ${ROUNDS}`);
  row('opened and painted after, ms', 'painted', '<= 100');
  row('all processor time until it is at rest, ms', 'opened', '<= 300');
  row(`${STEPS} steps of the wheel, all processor time, ms`, 'wheeled', '<= 600');
}
