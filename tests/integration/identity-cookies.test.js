/* SPDX-License-Identifier: MIT */
/** What a cookie is worth once a bit, a key, a clock or a user has changed. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { useSite } from '../harness/suite.js';
import { PASSWORD } from '../harness/site.js';

const suite = useSite({
  users: ['ann', 'bob'],
  config: { throttle: { user_failures: 1000, address_failures: 10000 } },
});

/** @param {import('../harness/client.js').Client} client */
async function statusOf(client) {
  const answer = await client.get('api/session');
  await answer.text();
  return answer.status;
}

/** @param {string} cookie */
const bytesOf = (cookie) => Buffer.from(cookie.split('=')[1], 'base64url');

/** @param {Buffer} bytes */
const cookieOf = (bytes) => `__Host-confab=${bytes.toString('base64url')}`;

test('every bit of a cookie flipped is refused', async () => {
  const client = suite.site.client({ h2: true });
  await client.login('bob', PASSWORD);
  const good = bytesOf(client.cookie);
  const flips = Array.from({ length: good.length * 8 }, (_, bit) => {
    const bytes = Buffer.from(good);
    bytes[bit >> 3] ^= 1 << (bit & 7);
    return cookieOf(bytes);
  });
  /* And of the text, where that is another letter of its alphabet. */
  const text = client.cookie.split('=')[1];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] === 'A' ? 'B' : 'A';
    flips.push(`__Host-confab=${text.slice(0, at)}${letter}${
      text.slice(at + 1)}`);
  }
  const own = client.cookie;
  for (const cookie of flips) {
    client.cookie = cookie;
    assert.equal(await statusOf(client), 401, cookie);
  }
  client.cookie = own;
  assert.equal(await statusOf(client), 200);
});

test('a key rotated out ends its sessions, one kept renews them', async () => {
  const { site } = suite;
  const client = site.client({ h2: true });
  await client.login('bob', PASSWORD);
  site.control(['secret', 'rotate']);
  const answer = await client.get('api/session');
  await answer.text();
  assert.equal(answer.status, 200);
  const renewed = String(answer.headers['set-cookie']).split(';')[0];
  assert.match(renewed, /^__Host-confab=./);
  assert.notEqual(renewed, client.cookie);
  const old = client.cookie;
  site.control(['secret', 'rotate', '--keep', '1']);
  client.cookie = renewed;
  assert.equal(await statusOf(client), 200);
  client.cookie = old;
  assert.equal(await statusOf(client), 401);
  site.control(['secret', 'rotate', '--drop-old']);
  client.cookie = renewed;
  assert.equal(await statusOf(client), 401);
  site.forgetSessions();
});

/**
 * Signs a cookie again with its times moved: what a clock that was wrong, and
 * nobody else, could have made.
 * @param {string} cookie @param {number} ms
 */
function moved(cookie, ms) {
  const raw = bytesOf(cookie);
  const fields = Buffer.from(raw.subarray(0, raw.length - 32));
  let at = 1;
  for (let field = 0; field < 7; field += 1) {
    const length = fields[at];
    if (field >= 3 && field <= 5) {
      const time = fields.readBigUInt64BE(at + 1);
      fields.writeBigUInt64BE(time + BigInt(ms), at + 1);
    }
    at += 1 + length;
  }
  const key = /^\w+ \S+ ([0-9a-f]{64})$/m.exec(
    readFileSync(join(suite.site.dir, 'secret'), 'utf8'));
  const mac = createHmac('sha256', Buffer.from(key?.[1] ?? '', 'hex'))
    .update('confab session 1\0').update(fields).digest();
  return cookieOf(Buffer.concat([fields, mac]));
}

test('a cookie from the future is refused', async () => {
  const client = suite.site.client({ h2: true });
  await client.login('bob', PASSWORD);
  const own = client.cookie;
  client.cookie = moved(own, 0);
  assert.equal(await statusOf(client), 200, 'signed anew, it is the same');
  for (const ms of [120_000, 86_400_000, 10 * 365 * 86_400_000]) {
    client.cookie = moved(own, ms);
    assert.equal(await statusOf(client), 401, `${ms} ms ahead`);
  }
  /* Within the skew that hosts may have. */
  client.cookie = moved(own, 30_000);
  assert.equal(await statusOf(client), 200);
  /* Idle, and beyond its absolute end. */
  client.cookie = moved(own, -8 * 86_400_000);
  assert.equal(await statusOf(client), 401);
  client.cookie = moved(own, -31 * 86_400_000);
  assert.equal(await statusOf(client), 401);
});

test('a session that was ended stays so when the worker is killed',
  async () => {
    const { site } = suite;
    const [ended, kept] = [site.client(), site.client()];
    await ended.login('bob', PASSWORD);
    await kept.login('bob', PASSWORD);
    const out = await ended.post('api/logout', {});
    assert.equal(out.status, 204);
    site.worker.kill('SIGKILL');
    await site.worker.stop('SIGKILL');
    await site.startWorker();
    assert.equal(await statusOf(ended), 401);
    assert.equal(await statusOf(kept), 200);
  });

/* confabctl ends the sessions with it; an editor changes what it changes. */
for (const option of ['disabled=yes', 'change=yes', 'expires=2020-01-01']) {
  test(`a line that is given ${option} by hand ends what is open, and no longer than it is there`, async () => {
    const { site } = suite;
    const client = site.client({ h2: true });
    await client.login('bob', PASSWORD);
    const file = join(site.dir, 'users');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace(/^bob:.*$/m, (line) => `${line}:${option}`));
    assert.equal(await statusOf(client), 401);
    writeFileSync(file, before);
    assert.equal(await statusOf(client), 200);
  });
}

test('a user disabled and enabled again has no old session', async () => {
  const { site } = suite;
  const client = site.client({ h2: true });
  await client.login('bob', PASSWORD);
  site.control(['user', 'disable', 'bob']);
  assert.equal(await statusOf(client), 401);
  const answer = await client.post('api/login',
    { username: 'bob', password: PASSWORD });
  assert.equal(answer.status, 403);
  assert.equal((await answer.json()).error.code, 'account_disabled');
  site.control(['user', 'enable', 'bob']);
  assert.equal(await statusOf(client), 401);
  await client.login('bob', PASSWORD);
  site.control(['user', 'sign-out', 'bob']);
  assert.equal(await statusOf(client), 401);
  await client.login('bob', PASSWORD);
  assert.equal(await statusOf(client), 200);
});

test('a required change of the password is made, and ends the rest',
  async () => {
    const { site } = suite;
    const [client, other] = [site.client(), site.client()];
    await other.login('bob', PASSWORD);
    site.control(['user', 'require-change', 'bob']);
    assert.equal(await statusOf(other), 401);
    const refused = await client.post('api/login',
      { username: 'bob', password: PASSWORD });
    assert.equal(refused.status, 403);
    assert.equal((await refused.json()).error.code,
      'password_change_required');
    const short = await client.post('api/password',
      { username: 'bob', current: PASSWORD, new: 'short' });
    assert.equal(short.status, 400);
    assert.equal((await short.json()).error.param, 'new');
    const answer = await client.post('api/password',
      { username: 'bob', current: PASSWORD, new: `${PASSWORD} 2` });
    assert.equal(answer.status, 204);
    client.cookie = String(answer.headers['set-cookie']).split(';')[0];
    assert.equal(await statusOf(client), 200);
    assert.equal((await client.post('api/login',
      { username: 'bob', password: PASSWORD })).status, 401);
    site.control(['user', 'passwd', 'bob'], `${PASSWORD}\n`);
    assert.equal(await statusOf(client), 401);
  });

test('a hash of another cost, or of htpasswd, is renewed at login',
  async () => {
    const { site } = suite;
    const users = join(site.dir, 'users');
    const client = site.client({ h2: true });
    await client.login('bob', PASSWORD);
    site.writeConfig({ password: { passes: 2 } });
    await site.reload();
    const other = site.client({ h2: true });
    await other.login('bob', PASSWORD);
    assert.match(readFileSync(users, 'utf8'), /^bob:\$argon2id\$v=19\$m=64,t=2/m);
    assert.equal(await statusOf(client), 200, 'the session goes on');
    await other.login('bob', PASSWORD);
  });
