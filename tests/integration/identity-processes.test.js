/* SPDX-License-Identifier: MIT */
/**
 * Two workers and twenty CGI processes at a time, all on one state, under many
 * parallel logins, with processes killed at random moments: no penalty and no
 * revocation is lost, and nobody waits for the dead.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { runCgi } from '../harness/cgi.js';
import { until } from '../harness/children.js';
import { FcgiConnection } from '../harness/fcgi.js';
import { PASSWORD, pause } from '../harness/site.js';
import { useSite } from '../harness/suite.js';

const LOGINS = 500;
const AT_ONCE = 20;
const FREE = 5;

/** @type {import('../harness/children.js').Child} */
let second;
let other = '';

after(() => second?.stop('SIGKILL'));
const suite = useSite({
  users: ['ann', 'bob'],
  config: {
    limits: { cgi_processes: AT_ONCE },
    password: { memory_kib: 64, passes: 1, lanes: 1, slots: 2, queue: 2 },
    throttle: { user_failures: FREE, address_failures: 100000, delay: 900 },
  },
}, startSecond);

/** @param {import('../harness/site.js').Site} site */
async function startSecond(site) {
  other = join(site.dir, 'second.sock');
  second = site.spawnWorker({ args: ['--listen', `unix:${other}`] });
  await until(async () =>
    (await fastcgi(other, {}).catch(() => null))?.status,
  { what: 'the second worker answers', limit: 30_000 });
}

/**
 * @typedef {{path?: string, json?: object, cookie?: string,
 *   address?: string}} Ask
 */

/** @param {string} socket @param {Ask} ask */
async function fastcgi(socket, { path = 'api/health', json, cookie,
  address = '127.0.0.1' }) {
  const connection = new FcgiConnection(socket);
  connection.request({
    method: json ? 'POST' : 'GET', path, params: { REMOTE_ADDR: address },
    body: json ? JSON.stringify(json) : '',
    headers: { ...(json ? { 'Content-Type': 'application/json' } : {}),
      ...(cookie ? { Cookie: cookie } : {}) },
  });
  const { status, headers, body } = await connection.finished(20_000);
  connection.destroy();
  return { status, headers, body: body.toString() };
}

/** Asks one of the workers, or a CGI process that may be killed meanwhile.
 * @param {number} i @param {Ask} ask */
async function anyone(i, ask) {
  const { site } = suite;
  if (i % 5 === 0) return fastcgi(site.socket, ask);
  if (i % 5 === 1) {
    return fastcgi(other, ask).catch(() => ({ status: 0, headers: {},
      body: '' }));
  }
  const { child, answer } = runCgi(site.configFile, ask);
  if (i % 10 === 2) {
    setTimeout(() => child.kill('SIGKILL'), Math.random() * 20);
  }
  return answer;
}

/** @param {any} answer */
const cookieOf = (answer) => answer.headers['set-cookie'].split(';')[0];

/**
 * Runs tasks, so many at a time.
 * @param {number} count @param {(i: number) => Promise<void>} task
 */
async function inParallel(count, task) {
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (next < count) await task(next++);
  }));
}

test('500 logins side by side, with processes killed', async (t) => {
  const { site } = suite;
  /** @type {Record<number, number>} */
  const statuses = {};
  /** @type {string[]} */
  const ended = [];
  /** @type {string[]} */
  const kept = [];
  let guesses = 0;
  let over = false;
  const restarting = (async () => {
    while (!over) {
      await pause(300 * Math.random());
      await second.stop('SIGKILL');
      await startSecond(site);
    }
  })();
  await inParallel(LOGINS, async (i) => {
    const guess = i % 4 === 3;
    const answer = await anyone(i, {
      path: 'api/login', address: `192.0.2.${i % 250}`,
      json: { username: guess ? 'bob' : 'ann',
        password: guess ? 'a guess' : PASSWORD },
    });
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    if (guess && answer.status === 401) guesses += 1;
    if (answer.status !== 200) return;
    const cookie = cookieOf(answer);
    if (i % 2) {
      kept.push(cookie);
      return;
    }
    const out = await anyone(i + 2, { path: 'api/logout', cookie, json: {} });
    if (out.status === 204) ended.push(cookie);
  });
  over = true;
  await restarting;
  t.diagnostic(JSON.stringify({ statuses, guesses, ended: ended.length,
    kept: kept.length }));
  assert.ok(ended.length > 10 && kept.length > 10);
  for (const status of Object.keys(statuses)) {
    assert.ok(['0', '200', '401', '429', '503'].includes(status), status);
  }
  /* At most what the slots let pass side by side beyond the free ones. */
  assert.ok(guesses <= FREE + 1 + 3 * 2, `${guesses} guesses`);
  /* Nothing that was ended comes back, nothing else ends. */
  await inParallel(ended.length, async (i) => {
    const { status } = await fastcgi(i % 2 ? site.socket : other,
      { path: 'api/session', cookie: ended[i] });
    assert.equal(status, 401);
  });
  await inParallel(kept.length, async (i) => {
    const { status } = await fastcgi(i % 2 ? site.socket : other,
      { path: 'api/session', cookie: kept[i] });
    assert.equal(status, 200);
  });
  /* The penalty is there, for workers and for CGI. */
  const last = { path: 'api/login', address: '198.51.100.1',
    json: { username: 'bob', password: PASSWORD } };
  assert.equal((await fastcgi(site.socket, last)).status, 429);
  assert.equal((await runCgi(site.configFile, last).answer).status, 429);
});

test('the places of killed CGI processes are free again', async () => {
  const { site } = suite;
  const cookie = cookieOf(await fastcgi(site.socket, { path: 'api/login',
    json: { username: 'ann', password: PASSWORD } }));
  /* As many as may be, each reading a body that never comes. One that is refused,
   * for the place of a process that has answered and is not gone, is tried again. */
  const hold = () => runCgi(site.configFile, { path: 'api/login', method: 'POST', hold: true,
    env: { CONTENT_LENGTH: '5', CONTENT_TYPE: 'application/json' } });
  const idle = Array.from({ length: AT_ONCE }, hold);
  const refill = () => idle.forEach(({ child }, i) => {
    if (child.exitCode !== null) idle[i] = hold();
  });
  const ask = () => runCgi(site.configFile, { path: 'api/session', cookie })
    .answer;
  let full = await ask();
  await until(async () => {
    refill();
    full = await ask();
    return full.status === 503;
  }, { what: 'all places are taken' });
  assert.equal(JSON.parse(full.body).error.code, 'busy');
  assert.ok(Number(full.headers['retry-after']) > 0);
  for (const { child } of idle) child.kill('SIGKILL');
  await Promise.all(idle.map(({ answer }) => answer));
  assert.equal((await ask()).status, 200);
});

test('no more are let in than the account may have tasks for', {
  skip: spawnSync('prlimit', ['--version']).status !== 0 && 'no prlimit' },
async () => {
  const { site } = suite;
  /* Two streams fit, and who is told so. */
  const tasks = 11;
  const held = Array.from({ length: 2 }, () =>
    runCgi(site.configFile, { path: 'api/login', method: 'POST', hold: true,
      tasks, env: { CONTENT_LENGTH: '5', CONTENT_TYPE: 'application/json' } }));
  const ask = () => runCgi(site.configFile, { path: 'api/session', tasks }).answer;
  let full = await ask();
  await until(async () => (full = await ask()).status === 503,
    { what: 'both places are taken' });
  assert.match(JSON.parse(full.body).error.message, /cgi_processes \(2\)/);
  assert.equal((await runCgi(site.configFile, { path: 'api/session' }).answer)
    .status, 401, 'an account without a limit has the configured one');
  for (const { child } of held) child.kill('SIGKILL');
  await Promise.all(held.map(({ answer }) => answer));
  assert.equal((await ask()).status, 401);
});
