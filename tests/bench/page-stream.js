/* SPDX-License-Identifier: MIT */
/**
 * An answer of 500 tokens a second: how long after its sending a token is in
 * the page, what a frame costs, and how long a key takes to be seen on a
 * telephone that is four times slower. The same beside the bare page, in turns.
 */

import { openBare } from './page-bare.js';
import { cpuOfBrowser, median, percentile, PHONE, report, round } from './page-tools.js';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
/** Paragraphs, and tokens of each. */
export const PARAGRAPHS = 40;
export const TOKENS = 50;
/** Between keys (ms). */
const KEY_MS = 150;

/** Watches what comes into the page, frames, and how long keys take. It runs in the page. */
export function watchPage() {
  const seen = { delays: [], frames: 0, keys: [] };
  Object.assign(window, { seen });
  let newest = 0;
  /** @param {string} text @param {number} now */
  const take = (text, now) => {
    for (const [, stamp] of text.matchAll(/@(\d{16})(?!\d)/g)) {
      if (Number(stamp) <= newest) continue;
      newest = Number(stamp);
      seen.delays.push(now - newest / 1000);
    }
  };
  new MutationObserver((records) => {
    const now = performance.timeOrigin + performance.now();
    for (const { target, addedNodes } of records) {
      if (target instanceof Text) take(target.data, now);
      for (const node of addedNodes) take(node.textContent ?? '', now);
    }
  }).observe(document.querySelector('#thread, #log'), { subtree: true, childList: true, characterData: true });
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (name === 'keydown') seen.keys.push(duration);
  }).observe({ type: 'event', durationThreshold: 16 });
  const frame = () => {
    seen.frames += 1;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** A page that is asked, and whether it has all of its answer. */
const PAGES = {
  confab: {
    /** @param {any} chats */
    async open(chats) {
      const chat = await chats.open();
      await chat.choose('warm');
      await chat.ask('Warm up.');
      await chat.settled();
      await chat.choose('stamped');
      return { page: chat.page, box: '#message', ask: () => chat.ask('Go.') };
    },
    over: () => document.querySelector('.send-button')?.dataset.mode === 'send',
  },
  bare: {
    /** @param {any} chats */
    async open(chats) {
      const chat = await chats.open();
      const page = await openBare(chat.page.context(), chats.address);
      await chat.page.close();
      return { page, box: 'textarea', ask: async () => void page.evaluate(() => void window.ask('stamped')) };
    },
    over: () => 'over' in document.body.dataset,
  },
};

/** Presses a key again and again, whether or not the page keeps up. @param {any} session */
function typing(session) {
  const timer = setInterval(() => {
    for (const type of ['keyDown', 'keyUp']) {
      session.send('Input.dispatchKeyEvent', { type, key: 'a', code: 'KeyA', text: type === 'keyDown' ? 'a' : undefined })
        .catch(() => {});
    }
  }, KEY_MS);
  return () => clearInterval(timer);
}

/**
 * @param {any} chats
 * @param {keyof typeof PAGES} name
 * @param {boolean} phone
 */
async function once(chats, name, phone) {
  const { page, box, ask } = await PAGES[name].open(chats);
  const session = await page.context().newCDPSession(page);
  if (phone) await session.send('Emulation.setCPUThrottlingRate', { rate: PHONE });
  await page.evaluate(watchPage);
  await page.locator(box).focus();
  const cpu = await cpuOfBrowser(chats.browser);
  await ask();
  const end = phone ? typing(session) : () => {};
  await page.waitForFunction(PAGES[name].over, null, { polling: 250, timeout: 120_000 });
  end();
  const used = await cpuOfBrowser(chats.browser) - cpu;
  await page.waitForTimeout(500);
  const { delays, frames, keys } = await page.evaluate(() => window.seen);
  if (delays.length < PARAGRAPHS * TOKENS) throw new Error(`${name}: ${delays.length} tokens were seen`);
  await page.context().close();
  return {
    p50: percentile(delays, 0.5), p99: percentile(delays, 0.99), frame: (used * 1000) / frames, cpu: used * 1000,
    key50: percentile(keys, 0.5), key98: percentile(keys, 0.98),
  };
}

/** What the models answer. @param {any} upstream */
export function scriptStream(upstream) {
  upstream.script('warm', { steps: [{ text: 'Words.\n\nMore words.' }, { finish: 'stop' }, { done: true }] });
  upstream.script('stamped', { steps: [
    { repeat: PARAGRAPHS, steps: [{ tokens: TOKENS, every: 2, stamp: true }, { text: '\n\n' }] },
    { finish: 'stop' }, { done: true }] });
}

/** @param {any} chats */
export async function streaming(chats) {
  scriptStream(chats.site.upstream);
  for (const phone of [false, true]) {
    /** @type {Record<string, Awaited<ReturnType<typeof once>>[]>} */
    const rounds = { confab: [], bare: [] };
    for (let i = 0; i < ROUNDS; i += 1) {
      for (const name of Object.keys(PAGES)) rounds[name].push(await once(chats, name, phone));
    }
    const of = (name, key) => round(median(rounds[name].map((one) => one[key])));
    const row = (what, key, goal = '') => report(`  ${what}: bare, confab`, `${of('bare', key)} ${of('confab', key)}`, goal);
    report(`500 tokens a second, ${phone ? 'phone, somebody types' : 'desktop'}`, `of ${ROUNDS}`);
    row('send to DOM p50, ms', 'p50', phone ? '' : '<= 17');
    row('send to DOM p99, ms', 'p99', phone ? '' : '<= 50');
    row('all processor time a frame, ms', 'frame', phone ? '' : '<= 9');
    row('all processor time of the answer, ms', 'cpu');
    if (phone) {
      row('key to paint p50, ms', 'key50', '<= 200');
      row('key to paint p98, ms', 'key98', '<= 400');
    }
  }
}
