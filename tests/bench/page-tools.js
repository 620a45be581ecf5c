/* SPDX-License-Identifier: MIT */
/** What the benchmarks of the page share: a line of the table, and a watched page. */

import { LONG_MS } from './trace.js';

/** @param {string} name @param {string | number} value @param {string} [goal] */
export function report(name, value, goal = '') {
  console.log(`${name.padEnd(56)} ${String(value).padStart(10)}  ${goal}`);
}

/** @param {number} value */
export const round = (value, digits = 1) => Number(value.toFixed(digits));

/** How many times slower a telephone is than this machine. */
export const PHONE = 4;

/** @param {number[]} values @param {number} part  0.5 for the median */
export function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** @param {number[]} values */
export const median = (values) => percentile(values, 0.5);

/**
 * Processor time of all of the browser's processes, in seconds.
 *
 * @param {import('playwright-core').Browser} browser
 */
export async function cpuOfBrowser(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/**
 * The longest task, in processor time, and what it did.
 *
 * @param {string} name
 * @param {import('./trace.js').Tasks} tasks
 */
export function reportTasks(name, { longest, over, parts }) {
  report(name, round(longest), `<= ${LONG_MS}`);
  if (over === 0) return;
  const most = Object.entries(parts).sort((a, b) => b[1] - a[1]).slice(0, 4);
  report('    too long', over, most.map(([what, ms]) => `${what} ${round(ms)}`).join(', '));
}

/**
 * Waits until no answer is under way. Looking for a button by its role would
 * read the whole page again and again, and be the longest task of all.
 *
 * @param {import('playwright-core').Page} page
 */
export async function quiet(page) {
  await page.waitForTimeout(500);
  await page.waitForFunction(() => document.querySelector('.send-button')?.dataset.mode === 'send', null,
    { polling: 500, timeout: 180000 });
}

/**
 * Watches a page: bytes, console, frames.
 *
 * @param {import('playwright-core').Page} page
 */
export async function watch(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Performance.enable');
  const seen = { bytes: 0, requests: 0, foreign: 0, console: 0 };
  session.on('Network.loadingFinished', ({ encodedDataLength }) => { seen.bytes += encodedDataLength; });
  session.on('Network.requestWillBeSent', ({ request }) => {
    seen.requests += 1;
    if (!request.url.startsWith('https://localhost:') && !/^(data|blob):/.test(request.url)) seen.foreign += 1;
  });
  page.on('console', () => { seen.console += 1; });
  await page.addInitScript(() => {
    Object.assign(window, { longTasks: [], frames: [] });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.longTasks.push(entry.duration);
    }).observe({ type: 'longtask' });
    let last = performance.now();
    const frame = (now) => {
      window.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  return {
    seen,
    async metrics() {
      const { metrics } = await session.send('Performance.getMetrics');
      return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    },
    async collect() {
      await session.send('HeapProfiler.collectGarbage');
      await session.send('HeapProfiler.collectGarbage');
      const { metrics } = await session.send('Performance.getMetrics');
      return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    },
    /** Longest task and frame since the last call, ms. */
    worst: () => page.evaluate(() => {
      const most = (list) => Math.round(Math.max(0, ...list.splice(0)));
      return { task: most(window.longTasks), frame: most(window.frames) };
    }),
  };
}
