/* SPDX-License-Identifier: MIT */
/**
 * Answers that are one block: a table, a list, code, a paragraph and thoughts
 * of a size that nobody wants, as they arrive, at their end, and folded.
 */

import { quiet, report, reportTasks, round, watch } from './page-tools.js';
import { traceTasks } from './trace.js';

const EVERY_MS = 2;
/** Characters of an event: eight seconds or so for the longest. */
const PIECE = 80;

/** @param {number} count @param {(i: number) => string} line */
const lines = (count, line) => Array.from({ length: count }, (_, i) => line(i)).join('\n');

/** @type {Record<string, string>} */
const TEXTS = {
  'table of 3,000 rows': `| Name | Value | Note |\n|:--|--:|:-:|\n${lines(3000, (i) => `| row ${i} | ${i * 7} | **n${i}** \`c\` and words |`)}\n`,
  'list of 5,000 items': `${lines(5000, (i) => `- item **${i}** with \`code\` and a few words`)}\n`,
  'one list item that holds 3,000': `1. All of them:\n${lines(3000, (i) => `   - item **${i}** with a few words`)}\n`,
  'code of 10,000 lines': `\`\`\`js\n${lines(10000, (i) => `const v${i} = "text ${i}"; // note ${i}`)}\n\`\`\`\n`,
  'the same in a list item': `1. See:\n\n   \`\`\`js\n${lines(10000, (i) => `   const v${i} = "text ${i}"; // note ${i}`)}\n   \`\`\`\n`,
  'paragraph of 200,000 characters': `${'Words and **more** words, a `mark` here and there. '.repeat(4000)}\n`,
  'quotation of 2,000 paragraphs': `${lines(2000, (i) => `> Paragraph **${i}** of a long quotation.\n>`)}\n`,
};

/**
 * @param {any} chats  what startChat() gave
 * @param {string[]} [only]  parts of names
 */
export async function giants(chats, only = []) {
  for (const [name, text] of Object.entries(TEXTS)) {
    if (only.length === 0 || only.some((part) => name.includes(part))) await giant(chats, name, text);
  }
}

/** @param {any} chats @param {string} name @param {string} text */
async function giant(chats, name, text) {
  const texts = text.match(new RegExp(`[\\s\\S]{1,${PIECE}}`, 'g')) ?? [];
  const { page, chat } = await warmChat(chats);
  chats.site.upstream.script('giant', { steps: [{ texts, every: EVERY_MS }, { finish: 'stop' }, { done: true }] });
  await chat.choose('giant');
  const { metrics } = chat.before;
  const begun = Date.now();
  const arrived = await traceTasks(page);
  await chat.ask('Go.');
  const quarters = [];
  let before = await metrics();
  let from = 0;
  for (let quarter = 1; quarter <= 4; quarter += 1) {
    if (quarter < 4) {
      await page.waitForFunction((length) => (document.querySelectorAll('.answer')[1]?.textContent?.length ?? 0) > length,
        (text.length * 0.7 * quarter) / 4, { polling: 500, timeout: 60000 });
    } else await quiet(page);
    const now = await metrics();
    const done = await page.evaluate(() => document.querySelectorAll('.answer')[1]?.textContent?.length ?? 0);
    const spent = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'].reduce((sum, key) => sum + now[key] - before[key], 0);
    quarters.push(spent / Math.max(1, done - from));
    before = now;
    from = done;
  }
  const seconds = (Date.now() - begun) / 1000;
  await page.waitForTimeout(1500);
  reportTasks(`${name}: longest task, ms`, await arrived());
  report('  seconds for it', round(seconds), `${round((texts.length * EVERY_MS) / 1000)} sent in`);
  report('  work per character, last : first quarter', round((quarters[3] ?? 0) / (quarters[0] ?? 1), 2), '~ 1');
  const after = await traceTasks(page);
  await page.evaluate(() => { document.querySelector('.thread')?.scrollTo(0, 0); });
  await page.waitForTimeout(300);
  for (let i = 0; i < 20; i += 1) {
    await page.mouse.wheel(0, 3000);
    await page.waitForTimeout(16);
  }
  await page.setViewportSize({ width: 500, height: 800 });
  await page.waitForTimeout(500);
  reportTasks('  scrolling and a narrower window, longest task, ms', await after());
  await page.context().close();
}

/** A page in which all that is loaded lazily has been. @param {any} chats */
async function warmChat(chats) {
  const chat = await chats.open({ before: watch });
  chats.site.upstream.script('warm', {
    steps: [{ text: '$x$\n\n```js\nx\n```\n' }, { finish: 'stop' }, { done: true }],
  });
  await chat.choose('warm');
  await chat.ask('Warm up.');
  await chat.settled();
  await chat.page.waitForTimeout(800);
  await chat.page.mouse.move(640, 300);
  return { chat, page: chat.page };
}
