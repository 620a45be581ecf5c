/* SPDX-License-Identifier: MIT */
/**
 * The time of a refused login tells nobody who exists: the processor's time, for
 * that of the clock says on a busy machine what else it does.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { useSite } from '../harness/suite.js';
import { cpuSeconds } from '../harness/proc.js';

const TRIES = 1000;

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
