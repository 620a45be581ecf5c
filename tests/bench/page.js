/* SPDX-License-Identifier: MIT */
/**
 * What the whole page costs, in a real Chromium, through nginx and the worker:
 * the first load, a long answer as it arrives, a thread of a thousand messages,
 * and what is left of it in memory; answer and thread beside a bare page, too.
 *
 * Usage: CONFAB_BUILD=DIR node tests/bench/page.js [load] [answer] [thread] [stream] [long] [giants [NAME ...]]
 */

import { startChat } from '../browser/chat-harness.js';
import { answer } from './page-markdown.js';
import { giants } from './page-giants.js';
import { longThreads, textsOf, thread } from './page-long.js';
import { streaming } from './page-stream.js';
import { median, PHONE, quiet, report, reportTasks, round, watch } from './page-tools.js';
import { traceTasks } from './trace.js';

const TOKENS = 20000;
const EVERY_MS = 2;
const MESSAGES = 1000;

/** @param {Awaited<ReturnType<typeof startChat>>} chats */
async function load(chats) {
  const chat = await chats.open({ signIn: false, before: watch });
  const { seen } = chat.before;
  await chat.page.getByLabel('User name').waitFor();
  await chat.page.waitForLoadState('networkidle');
  const bodies = () => chat.page.evaluate(() => [...performance.getEntriesByType('resource'),
    ...performance.getEntriesByType('navigation')].reduce((sum, entry) => sum + entry.encodedBodySize, 0));
  report('first load, up to the login, compressed, kB', round(await bodies() / 1000));
  report('  with all headers, kB on the wire', round(seen.bytes / 1000), '<= 50');
  report('  requests', seen.requests, '<= 10');
  report('  requests off the origin', seen.foreign, '0');
  report('  console messages', seen.console, '0');
  report('  first contentful paint, ms', await chat.page.evaluate(() =>
    Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0)));
  await chat.signIn();
  await chat.page.waitForLoadState('networkidle');
  report('up to the empty conversation, kB', round(await bodies() / 1000));
  report('  with all headers, kB on the wire', round(seen.bytes / 1000), '<= 120');
  report('  requests', seen.requests, '<= 16');
  const parts = ['/md/render.js', '/css/prose.css'].map((part) => chat.page.waitForResponse((response) => response.url().endsWith(part)));
  await chat.page.getByRole('textbox', { name: 'Message' }).press('Shift');
  for (const part of parts) await (await part).finished();
  await chat.page.waitForTimeout(1000);
  report('  with Markdown, which comes when somebody begins to write', round(seen.bytes / 1000));
  await chat.choose('tokens-200-20');
  await chat.ask('Go.');
  await quiet(chat.page);
  report('  what moved by itself, up to the first answer (CLS)', await chat.page.evaluate(() => new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries().reduce((sum, entry) => sum + entry.value, 0).toFixed(3)))
      .observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => resolve('0.000'), 500);
  })), '0');
  await chat.page.context().close();
  await slowLoad(chats);
}

/** A slow telephone network: 1.6 Mbit/s, and 150 ms for each answer to begin. */
const SLOW = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
/** Of so many loads the median is told. */
const ROUNDS = 5;

/**
 * Loads the page anew, with nothing kept but who is signed in.
 *
 * @param {Awaited<ReturnType<typeof startChat>>} chats
 * @param {object} options
 * @param {number} options.slower  than this machine, times
 * @param {any} [options.storageState]
 * @param {(page: import('playwright-core').Page) => Promise<void>} options.ready
 */
async function coldLoad(chats, { slower, storageState, ready }) {
  const context = await chats.browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB', storageState });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', SLOW);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower });
  // Looked at by the page itself, at each frame: asking it from outside takes its time.
  await page.addInitScript(() => {
    const look = () => {
      const field = document.querySelector('#message, #username');
      if (field instanceof HTMLElement && field.offsetHeight > 0) Object.assign(window, { readyAfter: Math.round(performance.now()) });
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(chats.address);
  await ready(page);
  await page.waitForFunction(() => 'readyAfter' in window);
  const seen = await page.evaluate(() => ({
    ready: window.readyAfter,
    paint: Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0),
  }));
  await context.close();
  return seen;
}

/** @param {Awaited<ReturnType<typeof startChat>>} chats */
async function slowLoad(chats) {
  const chat = await chats.open();
  const storageState = await chat.page.context().storageState();
  await chat.page.context().close();
  const faces = [
    ['one can sign in', { ready: (page) => page.getByLabel('User name').waitFor() }, { 1: '', [PHONE]: '' }],
    ['who was signed in can write', { storageState, ready: (page) => page.getByRole('textbox', { name: 'Message' }).waitFor() },
      { 1: '<= 1500', [PHONE]: '<= 2000' }],
  ];
  for (const slower of [1, PHONE]) {
    for (const [what, options, goal] of faces) {
      const loads = [];
      for (let i = 0; i < ROUNDS; i += 1) loads.push(await coldLoad(chats, { slower, ...options }));
      report(`slow 4G, ${slower === 1 ? 'desktop' : 'phone'}: ${what} after, ms`, median(loads.map(({ ready }) => ready)), goal[slower]);
      report('  first paint, ms', median(loads.map(({ paint }) => paint)));
    }
  }
}

/** @param {Awaited<ReturnType<typeof startChat>>} chats */
async function longAnswer(chats) {
  const parts = answer(TOKENS);
  chats.site.upstream.script('long', { steps: [{ texts: parts, every: EVERY_MS }, { finish: 'stop' }, { done: true }] });
  const chat = await chats.open({ before: watch });
  const { metrics, worst } = chat.before;
  await chat.choose('long');
  // What is loaded lazily is loaded before the clock runs.
  chats.site.upstream.script('warm', {
    steps: [{ text: '$x$\n\n```python\nx\n```\n' }, { finish: 'stop' }, { done: true }],
  });
  await chat.choose('warm');
  await chat.ask('Warm up.');
  await chat.settled();
  await chat.page.waitForTimeout(1000);
  await chat.choose('long');
  await worst();
  const begun = Date.now();
  const traced = await traceTasks(chat.page);
  await chat.ask('Go.');
  const quarters = [];
  const length = () => chat.page.evaluate(() => document.querySelectorAll('.answer')[1]?.textContent?.length ?? 0);
  const total = parts.join('').length;
  let before = await metrics();
  let from = 0;
  for (let quarter = 1; quarter <= 4; quarter += 1) {
    const until = Date.now() + 120000;
    while (quarter < 4 && await length() < (total * 0.8 * quarter) / 4 && Date.now() < until) {
      await chat.page.waitForTimeout(500);
    }
    if (quarter === 4) await quiet(chat.page);
    const now = await metrics();
    const done = await length();
    const work = (names) => names.reduce((sum, name) => sum + now[name] - before[name], 0);
    quarters.push({
      script: (work(['ScriptDuration']) * 1e6) / (done - from),
      layout: (work(['LayoutDuration', 'RecalcStyleDuration']) * 1e6) / (done - from),
    });
    before = now;
    from = done;
  }
  const seconds = (Date.now() - begun) / 1000;
  // The last parse comes after the end.
  await chat.page.waitForTimeout(1500);
  const tasks = await traced();
  const { frame } = await worst();
  report(`answer of ${parts.length} tokens: tokens a second`, Math.round(parts.length / seconds));
  reportTasks('  longest task, ms of processor time', tasks);
  report('  longest gap between frames, ms, machine included', frame);
  report('  script per 1,000 characters, first quarter, ms', round(quarters[0].script / 1000, 2));
  report('  script per 1,000 characters, last : first quarter', round(quarters[3].script / quarters[0].script, 2), '~ 1');
  report('  layout and style, last : first quarter', round(quarters[3].layout / quarters[0].layout, 2), '~ 1');
  await chat.page.context().close();
}

/**
 * Imports a thread and waits until all of it is drawn.
 *
 * @param {import('playwright-core').Page} page
 * @param {number} count
 */
async function importThread(page, count) {
  await page.locator('input[type=file][accept*=json]').setInputFiles({
    name: 'chat.json', mimeType: 'application/json', buffer: Buffer.from(thread(count)),
  });
  await page.waitForFunction((wanted) => {
    const messages = document.querySelectorAll('.message');
    return messages.length === wanted && [...messages].every(({ firstChild }) => firstChild !== null);
  }, count, { polling: 100 });
}

/** Deletes the thread that is shown, and waits until it cannot be brought back. @param {import('playwright-core').Page} page */
async function deleteThread(page) {
  await page.locator('.chat-item[data-active] .icon-button').click();
  await page.locator('.menu .menu-item-danger').click();
  await page.waitForTimeout(11500);
}

/** @param {Awaited<ReturnType<typeof startChat>>} chats */
async function longThread(chats) {
  const chat = await chats.open({ before: watch });
  const { collect } = chat.before;
  const { page } = chat;
  await chat.choose('tokens-200-20');
  // What is loaded or compiled when it is first needed stays: that is no leak.
  await importThread(page, MESSAGES);
  await page.waitForTimeout(1000);
  await deleteThread(page);
  const empty = await collect();
  /** @param {string} name @param {() => Promise<void>} run */
  const traced = async (name, run) => {
    const end = await traceTasks(page);
    await run();
    reportTasks(name, await end());
  };
  const begun = Date.now();
  await traced('  longest task while it is drawn, ms of processor time', async () => {
    await importThread(page, MESSAGES);
    report(`thread of ${MESSAGES} messages: all drawn after, ms`, Date.now() - begun);
    await page.waitForTimeout(1000);
  });
  await chat.choose('tokens-200-20');
  await traced('  while typing', () =>
    chat.box.pressSequentially('Typing at the end of a long thread: does it lag?', { delay: 25 }));
  await traced('  while an answer arrives', async () => {
    await page.keyboard.press('Enter');
    await quiet(page);
  });
  await traced('  while scrolling', async () => {
    await page.mouse.move(640, 300);
    for (let i = 0; i < 40; i += 1) {
      await page.mouse.wheel(0, -900);
      await page.waitForTimeout(16);
    }
  });
  const full = await collect();
  await deleteThread(page);
  const after = await collect();
  const megabytes = ({ JSHeapUsedSize }) => round(JSHeapUsedSize / 1e6);
  report('  heap before, with it, after deleting it, MB', `${[empty, full, after].map(megabytes).join(' ')}`);
  report('  nodes before, with it, after deleting it', `${[empty, full, after].map(({ Nodes }) => Nodes).join(' ')}`);
  report('  heap left behind, of what it took', `${round(((after.JSHeapUsedSize - empty.JSHeapUsedSize) /
    (full.JSHeapUsedSize - empty.JSHeapUsedSize)) * 100)} %`, '~ 0');
  await page.context().close();
}

const wanted = process.argv.slice(2);
const parts = { load, answer: longAnswer, giants: (all) => giants(all, wanted.filter((name) => !(name in parts))), thread: longThread,
  stream: streaming, long: (all) => longThreads(all, (page) => importThread(page, MESSAGES), textsOf(MESSAGES)) };
const chats = await startChat({ models: ['long', 'warm', 'giant', 'stamped', 'tokens-200-20'] });
try {
  for (const [name, run] of Object.entries(parts)) {
    if (wanted.length === 0 || wanted.includes(name)) await run(chats);
  }
} finally {
  await chats.close();
}
