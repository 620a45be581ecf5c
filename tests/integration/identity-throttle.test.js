/* SPDX-License-Identifier: MIT */
/**
 * Guessing, from one address and from many: what it meets, and whom it leaves
 * alone. Addresses are what the web server says they are, so these requests
 * come as nginx sends them.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { useSite } from '../harness/suite.js';
import { PASSWORD } from '../harness/site.js';
import { sourceDir } from '../harness/paths.js';

const suite = useSite({
  users: ['ann', 'bob', 'eve'],
  config: { throttle: { user_failures: 5, address_failures: 10, delay: 60 } },
});

/**
 * @param {string} address @param {string} username
 * @param {string} [password] @param {Record<string, string>} [headers]
 */
async function login(address, username, password = 'a guess', headers = {}) {
  const connection = suite.site.fcgi();
  connection.request({
    method: 'POST', path: 'api/login',
    headers: { 'Content-Type': 'application/json', ...headers },
    params: { REMOTE_ADDR: address },
    body: JSON.stringify({ username, password }),
  });
  const answer = await connection.finished();
  connection.destroy();
  const body = JSON.parse(answer.body.toString());
  return { ...answer, code: body.error?.code };
}

test('a user attacked from 100 addresses keeps a session', async () => {
  const { site } = suite;
  const client = await site.signedIn({ user: 'ann' });
  const codes = [];
  for (let host = 1; host <= 100; host += 1) {
    const { status, code, headers } = await login(`192.0.2.${host}`, 'ann');
    codes.push(code);
    assert.equal(status, code === 'invalid_credentials' ? 401 : 429);
    if (status === 429) {
      assert.ok(Number(headers['retry-after']) > 0);
      assert.ok(Number(headers['retry-after']) <= 60);
    }
    if (host % 10 === 0) {
      const answer = await client.get('api/session');
      await answer.text();
      assert.equal(answer.status, 200, `after ${host} guesses`);
    }
  }
  assert.equal(codes.filter((code) => code === 'invalid_credentials').length,
    6);
  assert.equal(codes.filter((code) => code === 'too_many_attempts').length,
    94);
  /* The right one is not tried during the penalty, for strangers. */
  assert.equal((await login('198.51.100.1', 'ann', PASSWORD)).status, 429);
  /* The owner comes from where she was before: through nginx, from here. */
  await site.client().login('ann', PASSWORD);
});

test('one address is slowed down for all names, its neighbour is not',
  async () => {
    for (let i = 0; i < 11; i += 1) {
      assert.equal((await login('203.0.113.7', `name${i}`)).status, 401);
    }
    assert.equal((await login('203.0.113.7', 'bob', PASSWORD)).status, 429);
    assert.equal((await login('203.0.113.8', 'bob', PASSWORD)).status, 200);
    for (let i = 0; i < 11; i += 1) {
      const answer = await login(`2001:db8::${i.toString(16)}`, `other${i}`);
      assert.equal(answer.status, 401, 'a /64 is one address');
    }
    assert.equal((await login('2001:db8::ffff', 'bob', PASSWORD)).status, 429);
    assert.equal((await login('2001:db8:0:1::1', 'bob', PASSWORD)).status,
      200);
  });

test('no header passes for an address', async () => {
  for (let i = 0; i < 11; i += 1) {
    const forged = { 'X-Forwarded-For': `192.0.2.${i}`,
      'X-Real-IP': `192.0.2.${i}`, Forwarded: `for=192.0.2.${i}` };
    await login('203.0.113.50', `forged${i}`, 'x', forged);
  }
  assert.equal((await login('203.0.113.50', 'bob', PASSWORD,
    { 'X-Forwarded-For': '192.0.2.99' })).status, 429);
});

test('penalties outlive the worker', async () => {
  const { site } = suite;
  for (let i = 0; i < 6; i += 1) {
    assert.equal((await login(`192.0.2.${100 + i}`, 'eve')).status, 401);
  }
  await site.worker.stop('SIGKILL');
  await site.startWorker();
  assert.equal((await login('192.0.2.200', 'eve')).status, 429);
});

test('the audit log tells it in lines that fail2ban reads', async (t) => {
  const { site } = suite;
  const evil = 'x" address=10.9.9.9 user="\naudit: event=login-failed '
    + 'address=10.9.9.8 user="y"';
  await login('198.51.100.77', evil);
  const lines = site.log().split('\n')
    .filter((line) => line.includes('audit: '));
  for (const event of ['login', 'login-failed', 'login-refused', 'penalty']) {
    assert.ok(lines.some((line) => line.includes(`event=${event} `)), event);
  }
  for (const line of lines) {
    assert.match(line,
      /audit: event=[a-z-]+ address=[0-9a-f.:-]+ user="[^"]*"( detail="[^"]*")?$/);
  }
  assert.ok(!site.log().includes('a guess'), 'no password is in the log');
  const run = spawnSync('fail2ban-regex', ['--out', 'ip',
    join(site.dir, 'worker.log'),
    join(sourceDir, 'packaging/fail2ban/fail2ban-filter.conf')],
  { encoding: 'utf8' });
  if (run.error) {
    t.diagnostic('fail2ban is not installed; its filter was not tried');
    return;
  }
  const addresses = new Set(run.stdout.split('\n').filter(Boolean));
  for (const address of ['192.0.2.1', '203.0.113.7', '198.51.100.77',
    '2001:db8::ffff']) {
    assert.ok(addresses.has(address), `${address} of ${[...addresses]}`);
  }
  for (const address of ['10.9.9.9', '10.9.9.8', '203.0.113.8']) {
    assert.ok(!addresses.has(address), address);
  }
});
