/* SPDX-License-Identifier: MIT */
/**
 * One long answer in several versions of the page, which take turns: the times of script, layout and processors that
 * each takes for it, beside the first. A version is a folder that can be served: a `static/` with its parts of npm, or
 * a build's `www/`. There is no worker in between: what differs is the page.
 *
 * Usage: ROUNDS=7 TOKENS=8000 node tests/bench/page-turns.js FOLDER FOLDER ...
 */

import { resolve } from 'node:path';
import { launchChromium } from '../browser/chromium.js';
import { startFakeSite } from '../browser/ui-harness.js';
import { answer } from './page-markdown.js';
import { cpuOfBrowser, median, quiet, report, round } from './page-tools.js';
import { traceTasks } from './trace.js';

const ROUNDS = Number(process.env.ROUNDS ?? 7);
const TOKENS = Number(process.env.TOKENS ?? 8000);
/** As fast as tests/bench/page.js has it. */
const EVERY_MS = 2;
const FIGURES = { script: 'script, ms', layout: 'layout and style, ms', task: 'all tasks of the page, ms', cpu: 'processor time of the browser, ms',
  longest: 'longest task, ms of processor time' };

/** Sends tokens at their times, those that are due at once. @param {any} reply @param {readonly string[]} tokens */
async function speak(reply, tokens) {
  const begun = performance.now();
  for (let i = 0; i < tokens.length; i += 1) {
    const early = begun + i * EVERY_MS - performance.now();
    if (early > 1) await new Promise((done) => { setTimeout(done, early); });
    await reply.text(tokens[i]);
  }
  await reply.end();
}

/** @param {import('playwright-core').Page} page @param {string} text */
async function ask(page, text) {
  await page.locator('#message').fill(text);
  await page.locator('#message').press('Enter');
  await quiet(page);
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} folder
 * @param {readonly string[]} tokens
 */
async function once(browser, folder, tokens) {
  const site = await startFakeSite();
  site.pageRoot = `${resolve(folder)}/`;
  site.models = site.models.slice(0, 1);
  // What is loaded lazily is loaded before the clock runs.
  site.answer = (reply) => speak(reply, ['$x$\n\n```python\nx\n```\n']);
  const page = await (await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 } })).newPage();
  await page.goto(site.origin);
  await ask(page, 'Warm up.');
  await page.waitForTimeout(1500);
  site.answer = (reply) => speak(reply, tokens);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const look = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const of = Object.fromEntries(metrics.map(({ name, value }) => [name, value * 1000]));
    return { script: of.ScriptDuration, layout: of.LayoutDuration + of.RecalcStyleDuration, task: of.TaskDuration, cpu: await cpuOfBrowser(browser) * 1000 };
  };
  const before = await look();
  const traced = await traceTasks(page);
  await ask(page, 'Go.');
  // The last parse comes after the end.
  await page.waitForTimeout(1500);
  const { longest } = await traced();
  const after = await look();
  const length = await page.evaluate(() => document.querySelectorAll('.answer')[1]?.textContent?.length ?? 0);
  if (length < tokens.join('').length * 0.6) throw new Error(`${folder}: ${length} characters were shown`);
  await page.context().close();
  await site.close();
  return { ...Object.fromEntries(Object.keys(after).map((name) => [name, after[name] - before[name]])), longest };
}

const folders = process.argv.slice(2);
const tokens = answer(TOKENS);
/** @type {Record<string, number>[][]} */
const seen = folders.map(() => []);
const browser = await launchChromium();
try {
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    // Who is first in one round is last in the next.
    const order = folders.map((_, i) => (turn % 2 === 0 ? i : folders.length - 1 - i));
    for (const i of order) seen[i].push(await once(browser, folders[i], tokens));
  }
} finally {
  await browser.close();
}
report(`an answer of ${tokens.length} tokens, medians of ${ROUNDS}`, folders.length);
for (const [figure, what] of Object.entries(FIGURES)) {
  const medians = seen.map((all) => median(all.map((one) => one[figure])));
  report(`  ${what}`, medians.map((one) => round(one, 0)).join(' '));
  // Each beside the first of its own round, so that a busy minute is in both.
  report('    beside the first', seen.map((all) => round(median(all.map((one, turn) => one[figure] / seen[0][turn][figure])), 2)).join(' '));
}
