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

test('an unknown name costs the same time as a known one', async (t) => {
  /** @type {{known: number[], unknown: number[]}} */
  const times = { known: [], unknown: [] };
  const { site } = suite;
  for (let i = 0; i < TRIES; i += 1) {
    const kind = i % 2 ? 'known' : 'unknown';
    const before = cpuSeconds(site.worker.pid);
    const { status } = await guess(kind === 'known' ? 'ann' : `no${i}`);
    times[kind].push((cpuSeconds(site.worker.pid) - before) * 1000);
    assert.equal(status, 401);
  }
  const [known, unknown] = [median(times.known), median(times.unknown)];
  t.diagnostic(`known ${known.toFixed(2)} ms, unknown ${
    unknown.toFixed(2)} ms`);
  assert.ok(known > 3, 'hashing takes time here, or this proves nothing');
  assert.ok(Math.abs(known - unknown) < 5, `${known} ${unknown}`);
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
