/* SPDX-License-Identifier: MIT */
/**
 * Many short streams of every kind of end: memory and descriptors must not
 * grow. Takes long, so it is apart from the tests.
 *
 *   node tests/soak/soak.js
 *
 * Most come from a client in C (soak_load.c) over HTTP/1.1, one in ODD_PART
 * from here over HTTP/2, for what an upstream does wrong. One worker serves
 * them all, in batches; after each, when all is quiet, it is measured.
 *
 *   SOAK_COUNT   streams in all (1000000)
 *   SOAK_BATCH   streams of a batch (50000)
 *   SOAK_WRAP    a command put before the one of each batch's clients
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, until } from '../harness/children.js';
import { newKey } from '../harness/client.js';
import { buildDir } from '../harness/paths.js';
import { proportionalBytes, residentBytes } from '../harness/proc.js';
import { startSite } from '../harness/site.js';
import { isDone, textOf } from '../harness/sse.js';
import { END, order } from '../harness/suite.js';

const COUNT = Number(process.env.SOAK_COUNT ?? 1_000_000);
const BATCH = Math.min(COUNT, Number(process.env.SOAK_BATCH ?? 50_000));
const WRAP = process.env.SOAK_WRAP?.split(' ') ?? [];
const AT_ONCE = 32;
const ODD_AT_ONCE = 4;
const ODD_PART = 25;
const GROWTH_MAX = 4 << 20;
/* Connections that the worker may keep for later, of one provider. */
const IDLE_MAX = 32;
/* Models that the upstream in C knows: see soak_load.c. */
const MODELS = ['bench-3-0', 'bench-5-1000', 'bench-100000-1000'];

const GOOD = order({ steps: [{ texts: ['Hello', ', ', 'world'] }, ...END] });
const BROKEN = order({ steps: [{ text: 'half' }, { reset: true }] });
const CUT = order({ steps: [{ text: 'half' }, { cut: true }] });
const ERROR = order({ steps: [{ text: 'half' },
  { event: { error: { message: 'no' } } }] });
const INVALID = order({ steps: [{ text: 'half' }, { data: '{"choices' }] });
const REFUSED = order({ status: 500, json: { error: { message: 'no' } } });
const HTML = order({ type: 'text/html', body: '<html>' });
const HUNG = order({ steps: [{ text: 'half' }, { hang: true }] });
const SILENT = order({ before: 3_600_000, steps: [] });

/** @typedef {import('../harness/client.js').Client} Client */

/** @param {string} message @param {RegExp} expected */
const tells = (message, expected) => async (/** @type {Client} */ client) => {
  const answer = await client.ask('m', message);
  assert.match(await answer.text(), expected);
};

/** @type {((client: Client) => Promise<void>)[]} */
const ODD = [
  async (client) => {
    const reading = await client.chat('m', GOOD);
    await reading.ended;
    assert.equal(textOf(reading.arrivals), 'Hello, world');
    assert.ok(isDone(reading.arrivals));
  },
  async (client) => {
    const answer = await client.ask('m', GOOD, { more: { stream: false } });
    const whole = await answer.json();
    assert.equal(whole.choices[0].message.content, 'Hello, world');
  },
  /* The reset may overtake the word. */
  tells(BROKEN, /"upstream_closed"/),
  tells(CUT, /"upstream_closed"/),
  tells(ERROR, /"message":"[^"]*no/),
  tells(INVALID, /"upstream_invalid"/),
  tells(REFUSED, /"upstream_error"/),
  tells(HTML, /"upstream_invalid"/),
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
  async (client) => {
    const key = newKey();
    const asked = client.ask('m', SILENT, { key });
    while (await client.stop(key) === 404);
    await (await asked).text();
  },
];

const bin = (/** @type {string} */ name) =>
  join(process.env.CONFAB_BENCH_BIN ?? buildDir, 'tests', name);

/**
 * One batch: the greater part from the client in C, and the odd ones beside it.
 * @param {import('../harness/site.js').Site} site @param {Client} client
 * @param {number} count
 * @returns {Promise<Record<string, number>>} how many of each kind
 */
async function batch(site, client, count) {
  const odd = Math.floor(count / ODD_PART);
  const [command, ...args] = [...WRAP, bin('soak/soak_load'),
    String(site.port), client.cookie, String(count - odd), String(AT_ONCE)];
  const load = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  load.stdout.on('data', (bytes) => { said += bytes; });
  const ended = once(load, 'exit');
  /* What it is wrapped in may wait before it starts. */
  await Promise.race([once(load.stdout, 'data'), ended]);
  const [[code]] = await Promise.all([ended, oddOnes(client, odd)]);
  assert.equal(code, 0, 'the clients failed');
  return { ...JSON.parse(said.slice(said.indexOf('{'))), odd };
}

/** The rest. @param {Client} client @param {number} count */
async function oddOnes(client, count) {
  let begun = 0;
  await Promise.all(Array.from({ length: ODD_AT_ONCE }, async () => {
    while (begun < count) await ODD[(begun += 1) % ODD.length](client);
  }));
}

/** @param {import('../harness/site.js').Site} site */
async function quiet(site) {
  await until(async () => {
    const now = await site.metrics();
    return now.confab_streams_open === 0 && now.confab_ring_bytes === 0;
  }, { what: 'no stream is left', limit: 60_000, every: 200 });
  return {
    resident: residentBytes(site.worker.pid),
    proportional: proportionalBytes(site.worker.pid),
    descriptors: site.openDescriptors(),
  };
}

/** @param {Record<string, number>} now @returns {number} streams so far */
const endedIn = (now) => Object.entries(now)
  .filter(([name]) => name.startsWith('confab_streams_ended_total'))
  .reduce((sum, [, value]) => sum + value, 0);

const logs = mkdtempSync(join(tmpdir(), 'confab-soak-'));
const upstream = new Child(bin('bench/bench_upstream'), [],
  { log: join(logs, 'upstream') });
await until(() => upstream.ended || /^\d+\n/.test(upstream.output()));

const site = await startSite({ config: {
  log_level: 'error',
  timeouts: { grace: '10s' },
  limits: { requests_per_minute: 0, streams_per_user: 1000,
    ring_per_user: 256 << 20 },
  'provider "bench"': {
    kind: 'openai',
    base_url: `http://127.0.0.1:${upstream.output().split('\n')[0]}/v1`,
    ...Object.fromEntries(MODELS.map((name) => [`model "${name}"`, {}])),
  },
} });
try {
  const client = await site.signedIn({ h2: true });
  /** @type {Record<string, number>} */
  const kinds = {};
  let warm;
  let last;
  const began = performance.now();
  for (let done = 0; done < COUNT;) {
    const count = Math.min(BATCH, COUNT - done);
    const came = await batch(site, client, count);
    done += count;
    for (const [kind, n] of Object.entries(came)) {
      kinds[kind] = (kinds[kind] ?? 0) + n;
    }
    site.upstream.forget();
    last = await quiet(site);
    assert.equal(endedIn(await site.metrics()), done, 'streams counted');
    /* Pools, caches and malloc's arenas are as large as they get by then. */
    warm ??= last;
    console.log(`${done} streams, ${
      Math.round((performance.now() - began) / 1000)} s: resident ${
      last.resident >> 10} KiB, proportional ${
      last.proportional >> 10} KiB, ${last.descriptors} descriptors`);
    assert.ok(site.sanitized
      || last.resident - warm.resident < GROWTH_MAX, 'the worker has grown');
    assert.ok(last.descriptors <= warm.descriptors + IDLE_MAX,
      'descriptors are lost');
  }
  delete kinds.streams;
  console.log(`${COUNT} streams: ${JSON.stringify(kinds)}`);
  if (warm && last) {
    console.log(`Grown by ${(last.resident - warm.resident) >> 10} KiB since `
      + `the first ${BATCH}`);
  }
  await site.check();
} finally {
  await site.close();
  await upstream.stop();
  rmSync(logs, { recursive: true, force: true });
}
