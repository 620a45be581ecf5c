/* SPDX-License-Identifier: MIT */
/**
 * The shipped example of several hosts behind a balancer, one of which is taken
 * out for an upgrade: no stream is lost, and nobody is refused.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { newKey } from '../harness/client.js';
import { until } from '../harness/children.js';
import { HOSTS, Hosts } from '../harness/hosts.js';
import { controlPath } from '../harness/paths.js';
import { freePort } from '../harness/places.js';
import { idsOf, isDone, textOf } from '../harness/sse.js';
import { startSite } from '../harness/site.js';
import { END, newGate, order, pieces } from '../harness/suite.js';

const ADDRESSES = ['192.0.2.1:9000', '192.0.2.2:9000', '192.0.2.3:9000'];
const WORDS = Array.from({ length: 8 }, (_, i) => `word-${i} `);

/** @type {Hosts} */
let hosts;
/** @type {import('../harness/client.js').Client} */
let client;

before(async () => {
  hosts = new Hosts({ users: ['ann'], config: {
    limits: { requests_per_minute: 0, streams_per_user: 100 },
    timeouts: { grace: '1s', heartbeat: '500ms' },
  } }, { masters: true });
  for (const name of ['b', 'c']) hosts.listens[name] = `127.0.0.1:${await freePort()}`;
  hosts.site.options.example = async () => ({ file: 'example-scale-out.conf',
    change: ADDRESSES.map((address, i) =>
      /** @type {[string, string]} */ ([address, hosts.listens[HOSTS[i]]])) });
  await hosts.start();
  client = await hosts.site.signedIn({ h2: true });
});

after(() => hosts?.close());

/** @param {string} key */
async function open(key) {
  const gate = newGate();
  const reading = await client.chat('m', order({ steps: [
    { texts: WORDS.slice(0, 4) }, { gate }, { texts: WORDS.slice(4) }, ...END,
  ] }), { key });
  await reading.until((one) => textOf(one.arrivals) === WORDS.slice(0, 4).join(''));
  return { key, gate, reading };
}

/** How many streams a host has. @param {string} name */
const streamsAt = async (name) => Number((await hosts.metrics(name))
  .match(/^confab_streams_open (\d+)$/m)?.[1]);

/** @param {(text: string) => string} change */
async function balance(change) {
  const { dir, nginx } = hosts.site;
  const file = join(dir, 'nginx.conf');
  const log = () => readFileSync(join(dir, 'error.log'), 'utf8');
  const before = log().length;
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  nginx?.kill('SIGHUP');
  /* The one before accepts no more. */
  await until(() => /start worker process \d+/.test(log().slice(before))
    && /gracefully shutting down/.test(log().slice(before)),
  { what: 'nginx takes over what has changed' });
  client = await hosts.site.signedIn({ h2: true });
}

/** @param {string} name @param {string[]} args */
function control(name, ...args) {
  const child = spawn(controlPath, ['--config', hosts.configFile(name), ...args]);
  const run = { ended: false, text: '', code: /** @type {Promise<number>} */ (
    new Promise((resolve) => child.on('close', (code) => {
      run.ended = true;
      resolve(code ?? -1);
    }))) };
  for (const out of [child.stdout, child.stderr]) {
    out.on('data', (data) => { run.text += data; });
  }
  return run;
}

test('a host is drained and upgraded, and nobody loses a word', async () => {
  const opened = [];
  for (let i = 0; i < 12; i += 1) opened.push(await open(newKey()));
  const before = Object.fromEntries(await Promise.all(
    HOSTS.map(async (name) => [name, await streamsAt(name)])));
  assert.equal(before.a + before.b + before.c, 12, JSON.stringify(before));
  assert.ok(before.c > 0, 'each host has some of so many');

  await balance((text) => text.replace(`server ${hosts.listens.c} `,
    `server ${hosts.listens.c} down `));
  const run = control('c', 'drain');
  await until(async () => (await hosts.health('c')).status === 'draining',
    { what: 'health says so' });
  /* What is new goes to the others. */
  for (let i = 0; i < 12; i += 1) {
    const reading = await client.chat('m', pieces(WORDS), { key: newKey() });
    await reading.ended;
    assert.equal(textOf(reading.arrivals), WORDS.join(''));
  }
  assert.equal(await streamsAt('c'), before.c);
  assert.equal(run.ended, false, run.text);
  /* Whoever comes back is taken to where the stream is, though no key leads there
   * any more. */
  for (const { key, reading } of opened) {
    reading.leave();
    const last = Number(reading.events.at(-1)?.id);
    const rest = await client.resume(key, last);
    const one = opened.find((other) => other.key === key);
    hosts.site.upstream.open(/** @type {any} */ (one).gate);
    await rest.ended;
    assert.ok(isDone(rest.arrivals));
    assert.equal(textOf(rest.arrivals), WORDS.slice(4).join(''));
    const ids = idsOf(rest.arrivals);
    assert.deepEqual(ids, ids.map((_, i) => last + 1 + i));
  }
  assert.equal(await run.code, 0, run.text);
  assert.match(run.text, /drained/);
  assert.deepEqual(await hosts.workers.c.exit.then(() => hosts.workers.c.ended),
    { code: 0, signal: null });

  /* It comes back, and gets its part again. */
  await hosts.startHost('c');
  await hosts.linked();
  await balance((text) => text.replace(' down ', ' '));
  const again = await Promise.all(Array.from({ length: 12 }, () => open(newKey())));
  assert.ok(await streamsAt('c') > 0);
  for (const { gate, reading } of again) {
    hosts.site.upstream.open(gate);
    await reading.ended;
    assert.equal(textOf(reading.arrivals), WORDS.join(''));
  }
});

test('a drain that is not wanted any more ends with an upgrade', async () => {
  const { gate, reading } = await open(newKey());
  const names = await Promise.all(HOSTS.map(streamsAt));
  const name = HOSTS[names.findIndex((n) => n > 0)];
  const run = control(name, 'drain');
  await until(async () => (await hosts.health(name)).status === 'draining');
  const refused = await hosts.ask(name, { method: 'POST', path: 'api/chat/completions',
    headers: { Cookie: client.cookie, 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }] }) });
  assert.equal(refused.status, 503);
  assert.equal(JSON.parse(refused.body.toString()).error.code, 'shutting_down');
  assert.ok(Number(refused.headers['retry-after']) > 0);
  assert.equal(await control(name, 'upgrade').code, 0);
  assert.equal(await run.code, 1);
  assert.match(run.text, /an upgrade has begun/);
  await until(async () => (await hosts.health(name)).status === 'ok');
  hosts.site.upstream.open(gate);
  await reading.ended;
  assert.equal(textOf(reading.arrivals), WORDS.join(''));
});

test('without a master there is nobody to ask', async () => {
  const run = control('a', 'drain', '--instance', 'none');
  assert.equal(await run.code, 4);
  assert.match(run.text, /does the worker run/);
});

test('a worker without a master is drained by a signal, and ends', async () => {
  const site = await startSite({});
  try {
    const own = await site.signedIn();
    const gateHere = newGate();
    const here = await own.chat('m', order({ steps: [
      { text: 'one ' }, { gate: gateHere }, { text: 'two' }, ...END] }));
    await here.until((one) => textOf(one.arrivals) === 'one ');
    site.worker.kill('SIGUSR1');
    await until(() => /draining streams=1/.test(site.log()));
    assert.equal((await own.ask('m', 'more')).status, 503);
    assert.equal(site.worker.ended, null);
    site.upstream.open(gateHere);
    await here.ended;
    assert.equal(textOf(here.arrivals), 'one two');
    await site.worker.exit;
    assert.deepEqual(site.worker.ended, { code: 0, signal: null });
  } finally {
    await site.close();
  }
});
