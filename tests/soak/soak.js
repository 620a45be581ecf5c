/* SPDX-License-Identifier: MIT */
/**
 * Many short streams of every kind of end: memory and descriptors must not
 * grow. Takes long, so it is apart from the tests.
 *
 *   SOAK_COUNT=1000000 node tests/soak/soak.js
 */

import assert from 'node:assert/strict';
import { newKey } from '../harness/client.js';
import { proportionalBytes } from '../harness/proc.js';
import { startSite } from '../harness/site.js';
import { isDone, textOf } from '../harness/sse.js';
import { END, order } from '../harness/suite.js';

const COUNT = Number(process.env.SOAK_COUNT ?? 1_000_000);
const AT_ONCE = 32;
/* Pools, caches and malloc's arenas are as large as they get by then. */
const WARM = Math.min(20_000, COUNT / 4);
const GROWTH_MAX = 4 << 20;

const GOOD = order({ steps: [{ texts: ['Hello', ', ', 'world'] }, ...END] });
const BROKEN = order({ steps: [{ text: 'half' }, { reset: true }] });
const REFUSED = order({ status: 500, json: { error: { message: 'no' } } });
const HUNG = order({ steps: [{ text: 'half' }, { hang: true }] });

/** @typedef {import('../harness/client.js').Client} Client */

/** @type {((client: Client) => Promise<void>)[]} */
const KINDS = [
  async (client) => {
    const reading = await client.chat('m', GOOD);
    await reading.ended;
    assert.equal(textOf(reading.arrivals), 'Hello, world');
    assert.ok(isDone(reading.arrivals));
  },
  async (client) => {
    const key = newKey();
    const reading = await client.chat('m', GOOD, { key });
    await reading.until((one) => one.events.length > 0);
    reading.leave();
    const again = await client.resume(key, 1);
    await again.ended;
    assert.ok(isDone(again.arrivals));
  },
  async (client) => {
    const answer = await client.ask('m', GOOD, { more: { stream: false } });
    const whole = await answer.json();
    assert.equal(whole.choices[0].message.content, 'Hello, world');
  },
  async (client) => {
    /* The reset may overtake the word. */
    const answer = await client.ask('m', BROKEN);
    assert.match(await answer.text(), /"upstream_closed"/);
  },
  async (client) => {
    const answer = await client.ask('m', REFUSED);
    assert.equal(answer.status, 502);
    await answer.text();
  },
  async (client) => {
    const key = newKey();
    const reading = await client.chat('m', HUNG, { key });
    await reading.until((one) => one.events.length > 0);
    await client.stop(key);
    await reading.ended;
  },
  async (client) => {
    const reading = await client.chat('m', HUNG);
    await reading.until((one) => one.events.length > 0);
    reading.leave();
  },
];

const site = await startSite({ config: {
  log_level: 'error',
  timeouts: { grace: '2s' },
  limits: { requests_per_minute: 0, streams_per_user: 1000,
    ring_per_user: 256 << 20 },
} });
try {
  const client = await site.signedIn({ h2: true });
  let begun = 0;
  let warm = 0;
  const worker = async () => {
    while (begun < COUNT) {
      const number = begun += 1;
      await KINDS[number % KINDS.length](client);
      if (number % 1000 === 0) site.upstream.forget();
      if (number === WARM) warm = proportionalBytes(site.worker.pid);
      if (number % Math.ceil(COUNT / 10) === 0) {
        console.log(`${number} streams, ${
          proportionalBytes(site.worker.pid) >> 10} KiB, ${
          site.openDescriptors()} descriptors`);
      }
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const seconds = (performance.now() - began) / 1000;
  site.markBaseline();
  await site.check();
  const grown = proportionalBytes(site.worker.pid) - warm;
  console.log(`${COUNT} streams in ${seconds.toFixed(0)} s, grown by ${
    grown >> 10} KiB since the first ${WARM}`);
  assert.ok(site.sanitized || grown < GROWTH_MAX, 'the worker has grown');
} finally {
  await site.close();
}
