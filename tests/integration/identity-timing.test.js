/* SPDX-License-Identifier: MIT */
/**
 * The time of a refused login tells nobody who exists: the processor's time, for
 * that of the clock says on a busy machine what else it does.
 */

import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { useSite } from '../harness/suite.js';
import { runCgi } from '../harness/cgi.js';
import { cpuSeconds, endedSeconds } from '../harness/proc.js';
import { PASSWORD } from '../harness/site.js';

const TRIES = 1000;
const MIXED_TRIES = 60;
const CGI_TRIES = 30;

/* "correct horse battery", as htpasswd made it. */
const BCRYPT =
  '$2b$08$abcdefghijklmnopqrstuuwezlW09AGl.Qc8oiYvHEzrpumH/GaSu';

const suite = useSite({
  users: ['ann'],
  config: {
    password: { memory_kib: 8192, passes: 2, lanes: 1 },
    throttle: { user_failures: 100000, address_failures: 100000 },
  },
});

/** @param {string} username */
async function guess(username) {
  const connection = suite.site.fcgi();
  connection.request({
    method: 'POST', path: 'api/login',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password: 'wrong' }),
  });
  const answer = await connection.finished();
  connection.destroy();
  return answer;
}

/** @param {number[]} list */
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Whoever may be asked about, and as whom. @type {Record<string, (i: number) => string>} */
const kinds = {
  known: () => 'ann',
  unknown: (i) => `no${i}`,
  disabled: () => 'dis',
  expired: () => 'old',
  'with a second factor': () => 'two',
  invited: () => 'inv',
  'no name at all': (i) => `${String.fromCodePoint(0x300 + i % 64)}:`,
};

test('a refusal costs the same time whoever it is, if anybody', async (t) => {
  const { site } = suite;
  for (const name of ['dis', 'old', 'two']) site.addUser(name);
  site.control(['user', 'disable', 'dis']);
  site.control(['user', 'expires', 'old', '2020-01-01']);
  site.control(['user', 'totp', 'two']);
  site.control(['user', 'add', 'inv', '--invite']);
  const all = Object.entries(kinds).map(([kind, name]) =>
    ({ kind, name, times: /** @type {number[]} */ ([]) }));
  for (let i = 0; i < TRIES; i += 1) {
    const { name, times } = all[i % all.length];
    const before = cpuSeconds(site.worker.pid);
    const { status } = await guess(name(i));
    times.push((cpuSeconds(site.worker.pid) - before) * 1000);
    assert.equal(status, 401);
  }
  const medians = all.map(({ times }) => median(times));
  t.diagnostic(`ms, the median of ${all[0].times.length} each: ${all.map(({ kind }, i) =>
    `${kind} ${medians[i].toFixed(2)}`).join(', ')}`);
  assert.ok(Math.min(...medians) > 3,
    'hashing takes time here, or this proves nothing');
  assert.ok(Math.max(...medians) - Math.min(...medians) < 5, medians.join(' '));
});

/**
 * Guesses at three names in turn, and what each name cost in all.
 * @param {number} tries @param {(name: string) => Promise<number>} cost
 * @returns {Promise<number[]>} ms a try
 */
async function means(tries, cost) {
  const names = ['ann', 'htpasswd', 'nobody'];
  const sums = names.map(() => 0);
  for (let i = 0; i < tries; i += 1) {
    const which = i % names.length;
    sums[which] += await cost(which === 2 ? `no${i}` : names[which]);
  }
  return sums.map((sum) => sum * 1000 * names.length / tries);
}

/** @param {import('node:test').TestContext} t @param {number[]} list */
function assertAlike(t, list) {
  t.diagnostic(`ms: ${list.map((ms) => ms.toFixed(2)).join(', ')}`);
  assert.ok(Math.min(...list) > Math.max(...list) * 3 / 4, list.join(' '));
}

test('nor does it in a file where hashes are mixed', async (t) => {
  const { site } = suite;
  appendFileSync(join(site.dir, 'users'), `htpasswd:${BCRYPT}\n`);
  assertAlike(t, await means(MIXED_TRIES, async (name) => {
    const before = cpuSeconds(site.worker.pid);
    assert.equal((await guess(name)).status, 401);
    return cpuSeconds(site.worker.pid) - before;
  }));
});

test('nor in plain CGI, where each process is a new one', async (t) => {
  const { site } = suite;
  assertAlike(t, await means(CGI_TRIES, async (name) => {
    const before = endedSeconds();
    const run = runCgi(site.configFile, { path: 'api/login',
      json: { username: name, password: 'wrong' } });
    assert.equal((await run.answer).status, 401);
    return endedSeconds() - before;
  }));
});

test('both kinds of hash still open the door', async () => {
  const { site } = suite;
  await site.client().login('ann', PASSWORD);
  await site.client().login('htpasswd', PASSWORD);
});
