/* SPDX-License-Identifier: MIT */
/**
 * How long the longest request takes while one worker follows the other, beside
 * the longest of as much time without that: real nginx, requests without a pause
 * from several connections, streams that the old worker keeps.
 *
 * Usage: CONFAB_BUILD=DIR node tests/bench/upgrade.js [ROUNDS]
 */

import { startSite } from '../harness/site.js';
import { until } from '../harness/children.js';
import { END, newGate, order } from '../harness/suite.js';
import { textOf } from '../harness/sse.js';

const ROUNDS = Number(process.argv[2] ?? 7);
const CONNECTIONS = 4;
const STREAMS = 20;
const LIMITS = { requests_per_minute: 0, streams_per_user: 1000 };

const site = await startSite({ args: ['--master'], config: { limits: LIMITS } });

/** @param {() => Promise<unknown>} during @returns {Promise<number[]>} ms, in order */
async function measure(during) {
  const times = /** @type {number[]} */ ([]);
  let over = false;
  const load = Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    const client = await site.signedIn();
    while (!over) {
      const begin = performance.now();
      const [status] = await client.getJson('api/session');
      if (status !== 200) throw new Error(`${status}`);
      times.push(performance.now() - begin);
    }
    client.close();
  }));
  await during();
  over = true;
  await load;
  return times.sort((a, b) => a - b);
}

/* By a signal: starting confabctl would hold up this process, which measures. */
async function upgrade() {
  const count = served();
  site.worker.kill('SIGUSR2');
  await until(() => served() > count, { every: 50 });
}
const served = () => site.log().match(/ serves, /g)?.length ?? 0;
const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {string} name @param {number[]} times */
const tell = (name, times) => console.log(name.padEnd(20), 'requests', String(times.length).padStart(6),
  ' median', times[times.length >> 1].toFixed(1), ' p99', times[Math.floor(times.length * 0.99)].toFixed(1),
  ' longest', times.at(-1)?.toFixed(1), 'ms');

try {
  const client = await site.signedIn({ h2: true });
  for (let round = 0; round < ROUNDS; round += 1) {
    const gate = newGate();
    const streams = await Promise.all(Array.from({ length: STREAMS }, () => client.chat('m',
      order({ steps: [{ text: 'a' }, { gate }, { text: 'b' }, ...END] }))));
    await Promise.all(streams.map((one) => one.until(() => textOf(one.arrivals) === 'a')));
    let took = 0;
    tell('with an upgrade', await measure(async () => {
      const begin = performance.now();
      await upgrade();
      await pause(600);
      took = performance.now() - begin;
    }));
    tell('without', await measure(() => pause(took)));
    site.upstream.open(gate);
    await Promise.all(streams.map((one) => one.ended));
    if (streams.some((one) => textOf(one.arrivals) !== 'ab')) throw new Error('a stream was cut');
  }
} finally {
  await site.close();
}
