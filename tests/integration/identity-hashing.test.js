/* SPDX-License-Identifier: MIT */
/** What hashing costs: bounded and rationed, whoever comes. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { useSite } from '../harness/suite.js';
import { PASSWORD } from '../harness/site.js';
import { peakBytes } from '../harness/proc.js';

const MEMORY_KIB = 65536;
const SLOTS = 2;
const LOGINS = 500;

const suite = useSite({
  users: ['ann'],
  config: {
    workers: 8,
    password: { memory_kib: MEMORY_KIB, passes: 1, lanes: 4, slots: SLOTS,
      queue: 2 },
    throttle: { user_failures: 100000, address_failures: 100000 },
  },
});

/** @param {string} username @param {string} password */
async function login(username, password) {
  const connection = suite.site.fcgi();
  connection.request({
    method: 'POST', path: 'api/login',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  const answer = await connection.finished(60_000);
  connection.destroy();
  return answer;
}

test('500 logins at once: bounded memory, 503 for the rest', async (t) => {
  const { site } = suite;
  const client = await site.signedIn();
  const base = peakBytes(site.worker.pid);
  let answered = 0;
  const all = Promise.all(Array.from({ length: LOGINS }, async () => {
    const answer = await login('ann', PASSWORD);
    answered += 1;
    return answer;
  }));
  /* Meanwhile the others are served: half of the threads is for them. */
  const session = await client.get('api/session');
  await session.text();
  assert.equal(session.status, 200);
  const answers = await all;
  assert.equal(answered, LOGINS);
  const good = answers.filter(({ status }) => status === 200);
  const busy = answers.filter(({ status }) => status === 503);
  assert.equal(good.length + busy.length, LOGINS);
  assert.ok(good.length >= SLOTS, `${good.length} came in`);
  for (const { headers, body } of busy) {
    assert.ok(Number(headers['retry-after']) > 0);
    assert.equal(JSON.parse(body.toString()).error.code, 'busy');
  }
  t.diagnostic(`${good.length} in, ${busy.length} busy`);
  if (!site.sanitized) {
    const allowed = base + SLOTS * MEMORY_KIB * 1024;
    const peak = peakBytes(site.worker.pid);
    assert.ok(peak <= 1.1 * allowed,
      `${peak >> 20} MiB of ${allowed >> 20} MiB`);
  }
  /* Nothing of it counts against anybody. */
  assert.equal((await login('ann', PASSWORD)).status, 200);
});
