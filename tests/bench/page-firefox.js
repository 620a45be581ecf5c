/* SPDX-License-Identifier: MIT */
/**
 * What the page costs in the distribution's Firefox, through nginx and the
 * worker: the same load, stream and thread as tests/bench/page.js has, as far
 * as Firefox tells. Processor time is that of all of its processes, by /proc.
 *
 * Usage: CONFAB_BUILD=DIR node tests/bench/page-firefox.js
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Firefox } from '../browser/engines.js';
import { until } from '../harness/children.js';
import { PASSWORD, startSite } from '../harness/site.js';
import { REST_MS, STEPS, STEP_MS, STEP_PX, textsOf, thread } from './page-long.js';
import { PARAGRAPHS, scriptStream, TOKENS, watchPage } from './page-stream.js';
import { median, percentile, report, round } from './page-tools.js';

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const MESSAGES = 1000;
/** Of /proc's processor times (ms). */
const TICK_MS = 10;

/** Processor time of a process and all below it, ended ones that were waited for included (ms). @param {number} root */
function cpuOf(root) {
  /** @type {Map<number, {parent: number, ticks: number}>} */
  const all = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The name of the program, in brackets, may have blanks.
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
      all.set(Number(name), { parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0) });
    } catch {
      // It has ended.
    }
  }
  let ticks = 0;
  for (const [pid, { ticks: own }] of all) {
    for (let at = pid; at > 1; at = all.get(at)?.parent ?? 0) {
      if (at !== root) continue;
      ticks += own;
      break;
    }
  }
  return ticks * TICK_MS;
}

/** @param {import('../harness/site.js').Site} site */
async function openFirefox(site) {
  const firefox = new Firefox();
  await firefox.start();
  const pid = Number(firefox.child?.pid);
  const sees = (/** @type {string} */ selector) => firefox.run((one) => document.querySelector(one)?.checkVisibility() === true, selector);
  /** @param {string} selector */
  const see = (selector) => until(() => sees(selector), { what: selector, every: 50 });
  const settled = async () => {
    await sleep(500);
    await until(() => firefox.run(() => document.querySelector('.send-button')?.dataset.mode === 'send'), { what: 'the end', every: 250 });
  };
  /** @param {string} selector @param {string} text */
  const fill = (selector, text) => firefox.run((one, words) => {
    const field = document.querySelector(one);
    field.focus();
    field.value = words;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }, selector, text);
  return {
    firefox, see, settled,
    cpu: () => cpuOf(pid),
    address: `https://localhost:${site.port}/chat/`,
    async signIn() {
      await fill('#username', 'ann');
      await fill('#password', PASSWORD);
      await firefox.keys('Enter');
      // With the models there is one to choose.
      await see('.topbar .model-select[aria-label$="warm"]');
    },
    /** @param {string} model */
    async choose(model) {
      await firefox.click('.topbar .model-select');
      await see(`.model-panel [data-model="${model}"]`);
      await firefox.click(`.model-panel [data-model="${model}"]`);
    },
    /** @param {string} text */
    async ask(text) {
      await fill('#message', text);
      await firefox.keys('Enter');
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof openFirefox>>} Opened */

/** From the address to a form that can be filled in, nothing kept (ms). @param {Opened} open */
async function load({ firefox, address, see }) {
  await firefox.goto(address);
  await see('#username');
  return firefox.run(() => Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0));
}

/** @param {Opened} open */
async function stream({ firefox, choose, ask, settled, cpu }) {
  await choose('warm');
  await ask('Warm up.');
  await settled();
  await choose('stamped');
  await firefox.run(watchPage);
  const before = cpu();
  await ask('Go.');
  await settled();
  const used = cpu() - before;
  const { delays, frames } = await firefox.run(() => window.seen);
  if (delays.length < PARAGRAPHS * TOKENS) throw new Error(`${delays.length} tokens were seen`);
  return { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99), frame: used / frames, cpu: used };
}

/** @param {Opened} open @param {string} file */
async function long({ firefox, cpu }, file) {
  await firefox.files('input[type=file][accept*=json]', [file]);
  await until(() => firefox.run((wanted) => {
    const messages = document.querySelectorAll('.message');
    return messages.length === wanted && [...messages].every(({ firstChild }) => firstChild !== null);
  }, MESSAGES), { what: 'all of the thread', every: 250 });
  await firefox.keys('Control+Shift+o');
  await until(() => firefox.run(() => document.querySelectorAll('.message').length === 0), { what: 'an empty chat', every: 100 });
  const spent = async () => {
    await sleep(REST_MS);
    return cpu();
  };
  const before = await spent();
  const painted = await firefox.run(() => new Promise((resolve) => {
    const begun = performance.now();
    const check = () => {
      const last = [...document.querySelectorAll('.message')].at(-1);
      if (last?.firstChild) setTimeout(() => resolve(performance.now() - begun));
      else requestAnimationFrame(check);
    };
    requestAnimationFrame(check);
    document.querySelector('.chat-item:not([data-active]) .chat-link').click();
  }));
  const opened = await spent() - before;
  const resting = await spent();
  for (let i = 0; i < STEPS; i += 1) {
    await firefox.wheel(640, 300, -STEP_PX);
    await sleep(STEP_MS);
  }
  return { painted, opened, wheeled: await spent() - resting };
}

const site = await startSite({ mounts: ['/chat/'], users: ['ann'], models: ['warm', 'stamped'] });
const folder = mkdtempSync(join(tmpdir(), 'confab-bench-'));
const file = join(folder, 'chat.json');
writeFileSync(file, thread(MESSAGES));
scriptStream(site.upstream);
const loads = [];
const streams = [];
const threads = [];
try {
  for (let i = 0; i < ROUNDS; i += 1) {
    const open = await openFirefox(site);
    try {
      loads.push(await load(open));
      await open.signIn();
      streams.push(await stream(open));
      threads.push(await long(open, file));
    } finally {
      await open.firefox.close();
    }
  }
} finally {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
}
/** @template T @param {T[]} all @param {(one: T) => number} key */
const of = (all, key, digits = 0) => round(median(all.map(key)), digits);
report('Firefox: first contentful paint, nothing kept, ms', of(loads, (one) => one), `of ${ROUNDS}`);
report('500 tokens a second, desktop: send to DOM p50, ms', of(streams, ({ p50 }) => p50, 1));
report('  send to DOM p99, ms', of(streams, ({ p99 }) => p99, 1));
report('  all processor time a frame, ms', of(streams, ({ frame }) => frame, 1));
report('  all processor time of the answer, ms', of(streams, ({ cpu }) => cpu));
report(`thread of ${textsOf(MESSAGES).length} messages: opened and painted after, ms`, of(threads, ({ painted }) => painted));
report('  all processor time until it is at rest, ms', of(threads, ({ opened }) => opened));
report(`  ${STEPS} steps of the wheel, all processor time, ms`, of(threads, ({ wheeled }) => wheeled));
