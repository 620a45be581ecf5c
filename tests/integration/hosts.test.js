/* SPDX-License-Identifier: MIT */
/**
 * Three hosts with a Redis server between them: what one knows, the others do,
 * and what becomes of that when the server is away, slow or empty. A host is a
 * worker with a folder of its own; they share the users and the secret.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { until } from '../harness/children.js';
import { configText, merged } from '../harness/config.js';
import { Engine, ENGINE_PASSWORD } from '../harness/engine.js';
import { FcgiConnection } from '../harness/fcgi.js';
import { API_KEY, PASSWORD, Site } from '../harness/site.js';
import { END, order } from '../harness/suite.js';

const NAMES = ['b', 'c'];
const USERS = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gil', 'hal', 'ian',
  'joe', 'kim'];

/** @type {Site} */
let site;
/** @type {Engine} */
let engine;
/** @type {Record<string, string>} */
const sockets = {};
/** @type {Record<string, import('../harness/children.js').Child>} */
const workers = {};

/** @param {string} name @param {import('../harness/config.js').Sections} [more] */
function configure(name, more = {}) {
  const file = join(site.dir, `host-${name}.conf`);
  sockets[name] = join(site.dir, `${name}.sock`);
  writeFileSync(file, configText(merged(merged(site.config, more), {
    listen: `unix:${sockets[name]}`, runtime_dir: join(site.dir, `run-${name}`),
  })), { mode: 0o600 });
  return file;
}

/** @param {string} name @param {import('../harness/config.js').Sections} [more] */
async function startHost(name, more) {
  workers[name] = site.spawnWorker(
    { args: ['--config', configure(name, more)] });
  await until(async () => (await ask(name, {}).catch(() => null))?.status,
    { what: `host ${name} answers` });
}

before(async () => {
  site = new Site({ nginx: false, users: USERS, config: {
    limits: { tokens_per_day: 12 },
    throttle: { user_failures: 5, address_failures: 1000, delay: 60 },
  } });
  engine = new Engine(site.dir);
  site.options.config = { ...site.options.config, state: engine.section };
  await engine.start();
  await site.start();
  sockets.a = site.socket;
  workers.a = site.worker;
  for (const name of NAMES) await startHost(name);
  await linked();
});

after(async () => {
  for (const worker of Object.values(workers)) {
    if (worker !== site.worker) await worker.stop('SIGTERM');
  }
  await site?.close();
  await engine?.stop();
});

/**
 * @param {string} host
 * @param {{path?: string, cookie?: string, json?: object, address?: string}} o
 */
async function ask(host, { path = 'api/health', cookie, json, address }) {
  const connection = new FcgiConnection(sockets[host]);
  connection.request({
    method: json ? 'POST' : 'GET', path,
    headers: { ...(json ? { 'Content-Type': 'application/json' } : {}),
      ...(cookie ? { Cookie: cookie } : {}) },
    body: json ? JSON.stringify(json) : '',
    params: { REMOTE_ADDR: address ?? '127.0.0.1' },
  });
  const answer = await connection.finished();
  connection.destroy();
  return answer;
}

/** @param {string} host */
const hosts = async (host) =>
  JSON.parse((await ask(host, {})).body.toString()).hosts;

/** @param {string} [is] @param {string[]} [names] */
async function linked(is = 'linked', names = ['a', ...NAMES]) {
  for (const name of names) {
    await until(async () => await hosts(name) === is,
      { what: `host ${name} is ${is}` });
  }
}

/** @param {string} host @param {string} username */
async function signIn(host, username) {
  const answer = await ask(host, { path: 'api/login',
    json: { username, password: PASSWORD } });
  assert.equal(answer.status, 200, answer.body.toString());
  return answer.headers['set-cookie'].split(';')[0];
}

/** @param {string} host @param {string} username @param {number} i */
const guess = async (host, username, i) => (await ask(host, {
  path: 'api/login', address: `192.0.2.${i}`,
  json: { username, password: 'a guess' },
})).status;

/** @param {string} host @param {string} cookie */
const statusOf = async (host, cookie) =>
  (await ask(host, { path: 'api/session', cookie })).status;

/** @param {string} host @param {string} cookie @param {number} status */
const becomes = (host, cookie, status) =>
  until(async () => await statusOf(host, cookie) === status,
    { what: `the session at ${host} gets ${status}` });

/** @param {string} host @param {string} cookie @param {string} [content] */
const chat = (host, cookie, content = order({ steps: [
  { text: 'an answer' }, ...END] })) => ask(host, { cookie,
  path: 'api/chat/completions',
  json: { model: 'm', messages: [{ role: 'user', content }] } });

test('a session of one is good at all, and ended at all', async () => {
  const cookie = await signIn('a', 'ann');
  const spare = await signIn('b', 'ann');
  const bob = await signIn('c', 'bob');
  for (const host of ['a', 'b', 'c']) {
    assert.equal(await statusOf(host, cookie), 200);
  }
  assert.equal((await ask('a',
    { path: 'api/logout', cookie, json: {} })).status, 204);
  assert.equal(await statusOf('a', cookie), 401);
  await becomes('b', cookie, 401);
  await becomes('c', cookie, 401);
  assert.equal(await statusOf('c', spare), 200);
  await ask('c', { path: 'api/logout', cookie: spare,
    json: { everywhere: true } });
  await becomes('a', spare, 401);
  await becomes('b', spare, 401);
  /* Who signs in again at once may stay. */
  const again = await signIn('b', 'ann');
  for (const host of ['a', 'b', 'c']) {
    assert.equal(await statusOf(host, again), 200);
    assert.equal(await statusOf(host, bob), 200);
  }
});

test('guesses that are spread over hosts are counted together', async () => {
  const answers = [];
  for (let i = 0; i < 12; i += 1) {
    answers.push(await guess('abc'[i % 3], 'cid', i + 1));
  }
  assert.deepEqual(answers, [...Array(6).fill(401), ...Array(6).fill(429)]);
});

test('a right password forgives on all of them', async () => {
  for (let i = 0; i < 4; i += 1) await guess('a', 'dan', i + 1);
  await signIn('b', 'dan');
  for (let i = 0; i < 6; i += 1) {
    assert.equal(await guess('abc'[i % 3], 'dan', i + 1), 401);
  }
});

test('a day\'s tokens are those of all hosts', async () => {
  const cookie = await signIn('a', 'eve');
  const answer = await chat('a', cookie);
  assert.equal(answer.status, 200, answer.body.toString());
  await until(async () => (await chat('b', cookie)).status === 429,
    { what: 'the limit counts elsewhere' });
});

test('the engine holds nothing that is secret, and nothing for good',
  async () => {
    const watching = await engine.monitor();
    const secret = 'a-message-that-nobody-else-reads';
    const cookie = await signIn('a', 'fay');
    await chat('a', cookie, secret);
    await guess('b', 'fay', 9);
    await ask('a', { path: 'api/logout', cookie, json: {} });
    await becomes('c', cookie, 401);
    const keys = engine.cli('keys', '*').trim().split('\n');
    assert.ok(keys.length >= 3, keys.join());
    for (const key of keys) {
      assert.match(key, /^confab:/);
      assert.ok(Number(engine.cli('ttl', key)) > 0, `${key} expires`);
    }
    assert.equal(engine.cli('save').trim(), 'OK');
    const folder = join(engine.dir, 'run-1');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.path, entry.name));
    assert.ok(files.some((name) => name.endsWith('.rdb'))
      && files.some((name) => name.includes('aof')), files.join());
    const hash = readFileSync(join(site.dir, 'users'), 'utf8')
      .split('\n').filter((line) => line.startsWith('fay:'))[0].split(':')[1];
    const seen = [watching.output(),
      ...files.map((name) => readFileSync(name, 'latin1'))].join('\n');
    assert.ok(seen.includes('EVAL') && seen.includes('confab:ended'));
    for (const canary of [secret, PASSWORD, 'a guess', hash, API_KEY,
      cookie.split('=')[1], 'fay',
      readFileSync(join(site.dir, 'secret'), 'utf8').trim()]) {
      assert.ok(!seen.includes(canary), canary);
    }
    assert.ok(!site.log().includes(ENGINE_PASSWORD));
    await watching.stop();
  });

test('while it is away hosts go on; what happened is exchanged afterwards',
  async () => {
    const cookie = await signIn('a', 'gil');
    const gone = await signIn('a', 'gil');
    await engine.stop();
    await linked('away');
    /* Sessions and logins go on, failures count here. */
    assert.equal(await statusOf('b', cookie), 200);
    await signIn('c', 'gil');
    for (let i = 0; i < 6; i += 1) {
      assert.equal(await guess('a', 'hal', i + 1), 401);
    }
    assert.equal(await guess('a', 'hal', 7), 429);
    assert.equal((await ask('a',
      { path: 'api/logout', cookie: gone, json: {} })).status, 204);
    assert.equal(await statusOf('a', gone), 401);
    const metrics = await site.metrics();
    assert.equal(metrics.confab_hosts_linked, 0);
    assert.ok(metrics.confab_hosts_losses_total >= 1);
    assert.match(site.log(), /the engine at .* is away/);
    /* It comes back with nothing in it. */
    await engine.start();
    await linked();
    assert.match(site.log(), /has lost what it had/);
    await becomes('b', gone, 401);
    await becomes('c', gone, 401);
    assert.equal(await statusOf('b', cookie), 200);
    await until(async () => await guess('b', 'hal', 8) === 429,
      { what: 'the failures are told' });
  });

test('what ended while a host was down is ended when it is back', async () => {
  const cookie = await signIn('a', 'ian');
  assert.equal(await statusOf('c', cookie), 200);
  await workers.c.stop('SIGTERM');
  await ask('a', { path: 'api/logout', cookie, json: {} });
  await becomes('b', cookie, 401);
  await startHost('c');
  await becomes('c', cookie, 401);
});

test('an engine that was emptied is told again', async () => {
  const cookie = await signIn('a', 'ian');
  await ask('a', { path: 'api/logout', cookie, json: {} });
  await becomes('b', cookie, 401);
  engine.cli('flushall');
  await until(() => Number(engine.cli('zcard', 'confab:ended')) > 0,
    { what: 'the ends are there again' });
});

test('one that does not answer holds logins up for a moment only', async () => {
  engine.server.kill('SIGSTOP');
  const began = performance.now();
  await signIn('a', 'joe');
  await signIn('b', 'joe');
  assert.ok(performance.now() - began < 20_000);
  await linked('away');
  const cookie = await signIn('a', 'joe');
  assert.equal(await statusOf('c', cookie), 200);
  engine.server.kill('SIGCONT');
  await linked();
});

test('with on_loss = refuse a host alone lets nobody in', async () => {
  const cookie = await signIn('a', 'kim');
  await startHost('d', { state: { valkey: `unix:${join(site.dir, 'none')}`,
    on_loss: 'refuse' } });
  const health = await ask('d', {});
  assert.equal(health.status, 503);
  assert.deepEqual(JSON.parse(health.body.toString()),
    { status: 'hosts_away', hosts: 'away' });
  for (const answer of [await ask('d', { path: 'api/session', cookie }),
    await ask('d', { path: 'api/login',
      json: { username: 'kim', password: PASSWORD } })]) {
    assert.equal(answer.status, 503);
    assert.equal(JSON.parse(answer.body.toString()).error.code, 'hosts_away');
    assert.ok(Number(answer.headers['retry-after']) > 0);
  }
});
