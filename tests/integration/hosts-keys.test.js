/* SPDX-License-Identifier: MIT */
/**
 * Two hosts whose secret files are copies: a key is rotated, and nobody has to sign
 * in again, whichever host has the new file first. Without a time for it the other
 * host refuses what it cannot know.
 */

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { until } from '../harness/children.js';
import { configText, merged } from '../harness/config.js';
import { FcgiConnection } from '../harness/fcgi.js';
import { PASSWORD, Site } from '../harness/site.js';

/** @type {Site} */
let site;
/** @type {import('../harness/children.js').Child} */
let other;
/** @type {Record<string, string>} */
const sockets = {};
/** @type {Record<string, string>} */
const files = {};

before(async () => {
  site = new Site({ nginx: false, config: {
    throttle: { user_failures: 1000, address_failures: 1000 } } });
  await site.start();
  const config = join(site.dir, 'host-b.conf');
  Object.assign(sockets, { a: site.socket, b: join(site.dir, 'b.sock') });
  Object.assign(files, { a: site.config.secret_file, b: join(site.dir, 'secret-b') });
  copyFileSync(files.a, files.b);
  writeFileSync(config, configText(merged(site.config, {
    listen: `unix:${sockets.b}`, secret_file: files.b,
    runtime_dir: join(site.dir, 'run-b'),
  })), { mode: 0o600 });
  other = site.spawnWorker({ args: ['--config', config] });
  /* A host that has only begun takes no session from before that. */
  await until(async () => {
    const cookie = await signIn('a');
    return (await session('b', cookie).catch(() => null))?.status === 200;
  }, { what: 'b takes what a signed' });
});

after(async () => {
  await other?.stop('SIGTERM');
  await site?.close();
});

/** @param {string} host @param {Parameters<FcgiConnection['request']>[0]} request */
async function ask(host, request) {
  const connection = new FcgiConnection(sockets[host]);
  connection.request(request);
  const answer = await connection.finished();
  connection.destroy();
  return answer;
}

/** @param {{headers: Record<string, string>}} answer */
const cookieIn = (answer) => answer.headers['set-cookie']?.split(';')[0];

/** @param {string} host */
async function signIn(host) {
  const answer = await ask(host, { method: 'POST', path: 'api/login',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'ann', password: PASSWORD }) });
  assert.equal(answer.status, 200, answer.body.toString());
  return cookieIn(answer);
}

/** @param {string} host @param {string} cookie */
const session = (host, cookie) => ask(host, { path: 'api/session', headers: { Cookie: cookie } });

/** The id of the key that signed it: the first field, behind the version. @param {string} cookie */
function keyOf(cookie) {
  const bytes = Buffer.from(cookie.slice(cookie.indexOf('=') + 1), 'base64url');
  return bytes.subarray(2, 2 + bytes[1]).toString();
}

/** @param {string[]} args */
const rotate = (...args) => site.control(['secret', 'rotate', ...args]).stdout.trim();

/** As "scp -p" does, and nobody reads meanwhile. */
const copy = () => copyFileSync(files.a, files.b);

test('a key that signs at once is unknown to a host without it', async () => {
  const old = await signIn('a');
  const id = rotate();
  const fresh = await signIn('a');
  assert.equal(keyOf(fresh), id);
  assert.equal((await session('b', fresh)).status, 401);
  assert.equal((await session('b', old)).status, 200);
  copy();
  assert.equal((await session('b', fresh)).status, 200);
});

test('one that signs later is known to all before it does', async () => {
  const old = await signIn('a');
  const id = rotate('--after', '1h');
  const during = await signIn('a');
  assert.equal(keyOf(during), keyOf(old));
  assert.equal((await session('b', during)).status, 200);
  copy();
  assert.equal(keyOf(await signIn('b')), keyOf(old));
  /* The hour is nearly over. */
  const waiting = readFileSync(files.a, 'utf8');
  const line = new RegExp(`^${id} \\S+`, 'm');
  assert.match(waiting, line);
  const date = new Date(Date.now() + 1000).toISOString().replace(/\.\d+Z/, 'Z');
  writeFileSync(files.a, waiting.replace(line, `${id} ${date}`));
  const fresh = await until(async () => {
    const cookie = await signIn('a');
    return keyOf(cookie) === id ? cookie : undefined;
  }, { what: 'the new key signs' });
  for (const cookie of [old, during, fresh]) {
    for (const host of ['a', 'b']) {
      assert.equal((await session(host, cookie)).status, 200, `${keyOf(cookie)} at ${host}`);
    }
  }
  /* Who comes to a has the new key's signature from then on. */
  assert.equal(keyOf(cookieIn(await session('a', old))), id);
  copy();
  assert.equal(keyOf(await signIn('b')), id);
  assert.equal((await session('b', old)).status, 200);
});

test('times that cannot be meant are refused, and change nothing', () => {
  const before = readFileSync(files.a, 'utf8');
  for (const args of [['--after'], ['--after', 'soon'], ['--after', '59s'], ['--after', '31d'],
    ['--after', '1h', '--drop-old'], ['--after', '1h', '--keep', '0']]) {
    const { status, stderr } = site.control(['secret', 'rotate', ...args], '', { fail: true });
    assert.equal(status, 2, args.join(' '));
    assert.notEqual(stderr, '');
  }
  assert.equal(readFileSync(files.a, 'utf8'), before);
});
