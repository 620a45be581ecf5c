/* SPDX-License-Identifier: MIT */
/** The Chromium that the tests drive. */

import { chromium } from 'playwright-core';

/**
 * Starts it: the shell without a window, which draws the same pages for half
 * the processor time of the whole browser. $CHROMIUM names another one.
 * @param {string[]} [args]  more of its options
 */
export const launchChromium = (args = []) => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox', ...args],
});

/** No task of the page may be longer, ms of the processor. */
export const TASK_MS = 100;

/**
 * What `work` costs the page's own thread, which is not that of the frames in it.
 *
 * @template T
 * @param {import('playwright-core').Page} page
 * @param {() => Promise<T>} work
 * @returns {Promise<{result: T, tasks: number, longest: number}>}  tasks seen, and the processor's time of the longest, ms
 */
export async function costOf(page, work) {
  const browser = /** @type {import('playwright-core').Browser} */ (page.context().browser());
  await browser.startTracing(page, { categories: ['toplevel', '__metadata', 'disabled-by-default-devtools.timeline'] });
  const result = await work();
  /** @type {any[]} */
  const events = JSON.parse((await browser.stopTracing()).toString()).traceEvents;
  const { frames } = events.find(({ name }) => name === 'TracingStartedInBrowser').args.data;
  const own = frames.find((/** @type {any} */ { url }) => url === page.url()).processId;
  const main = events.find(({ name, args, pid }) => name === 'thread_name' && args.name === 'CrRendererMain' && pid === own).tid;
  const tasks = events.filter(({ name, pid, tid, tdur }) => name.endsWith('RunTask') && tdur > 0 && pid === own && tid === main);
  // There may be more of them than a function takes arguments.
  return { result, tasks: tasks.length, longest: tasks.reduce((most, { tdur }) => Math.max(most, tdur / 1000), 0) };
}
