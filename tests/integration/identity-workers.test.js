/* SPDX-License-Identifier: MIT */
/** Two workers of one host: what one knows, the other does. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { chownSync, lchownSync, mkdirSync, readFileSync, renameSync, rmSync,
  statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import test, { after } from 'node:test';
import { useSite } from '../harness/suite.js';
import { PASSWORD, pause } from '../harness/site.js';
import { FcgiConnection } from '../harness/fcgi.js';
import { until } from '../harness/children.js';

let other = '';
/** @type {import('../harness/children.js').Child} */
let second;

/* Before the site's own end, which takes the files away. */
after(() => second?.stop('SIGKILL'));
const suite = useSite({
  users: ['ann', 'bob'],
  config: {
    limits: { requests_per_minute: 5 },
    throttle: { user_failures: 5, address_failures: 1000, delay: 60 },
  },
}, startSecond);

/**
 * Starts the second worker, beside the site's own.
 * @param {import('../harness/site.js').Site} site
 */
async function startSecond(site) {
  other = join(site.dir, 'second.sock');
  second = site.spawnWorker({ args: ['--listen', `unix:${other}`] });
  await until(async () => (await ask(other, {}).catch(() => null))?.status,
    { what: 'the second worker answers' });
}

/**
 * @param {string} socket
 * @param {{path?: string, cookie?: string, json?: object, address?: string}} o
 */
async function ask(socket, { path = 'api/health', cookie, json, address }) {
  const connection = new FcgiConnection(socket);
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

/** @param {string} socket @param {string} [username] */
async function signIn(socket, username = 'ann') {
  const answer = await ask(socket, { path: 'api/login',
    json: { username, password: PASSWORD } });
  assert.equal(answer.status, 200);
  return answer.headers['set-cookie'].split(';')[0];
}

/** @param {string} socket @param {string} cookie */
const statusOf = async (socket, cookie) =>
  (await ask(socket, { path: 'api/session', cookie })).status;

test('a session of one is good at the other, and ended at both', async () => {
  const { socket } = suite.site;
  const cookie = await signIn(socket);
  const spare = await signIn(other);
  assert.equal(await statusOf(other, cookie), 200);
  const out = await ask(other, { path: 'api/logout', cookie, json: {} });
  assert.equal(out.status, 204);
  assert.equal(await statusOf(socket, cookie), 401);
  assert.equal(await statusOf(socket, spare), 200);
  await ask(socket, { path: 'api/logout', cookie: spare,
    json: { everywhere: true } });
  assert.equal(await statusOf(other, spare), 401);
});

test('a penalty of one counts at the other, also when it is killed',
  async () => {
    const { socket } = suite.site;
    const guess = (/** @type {string} */ at, /** @type {number} */ i) =>
      ask(at, { path: 'api/login', address: `192.0.2.${i}`,
        json: { username: 'bob', password: 'a guess' } });
    for (let i = 0; i < 6; i += 1) {
      assert.equal((await guess(i % 2 ? socket : other, i)).status, 401);
    }
    await second.stop('SIGKILL');
    assert.equal((await guess(socket, 50)).status, 429);
    await startSecond(suite.site);
    assert.equal((await guess(other, 51)).status, 429);
  });

test('a minute\'s requests are those of both', async () => {
  const { socket } = suite.site;
  const cookie = await signIn(socket);
  const chat = (/** @type {string} */ at) => ask(at, { cookie,
    path: 'api/chat/completions', json: { model: 'm', stream: false,
      messages: [{ role: 'user', content: 'hello' }] } });
  const answers = [];
  for (let i = 0; i < 8; i += 1) answers.push(await chat(i % 2 ? socket : other));
  const refused = answers.filter(({ status }) => status === 429);
  assert.ok(refused.length >= 3, `${answers.map(({ status }) => status)}`);
  for (const { headers, body } of refused) {
    assert.equal(JSON.parse(body.toString()).error.code, 'request_limit');
    const wait = Number(headers['retry-after']);
    assert.ok(wait >= 1 && wait <= 60, String(wait));
  }
});

test('a state file that is damaged, cut or gone is no end of service',
  async () => {
    const { socket, dir } = suite.site;
    const state = join(dir, 'run', 'state');
    const size = statSync(state).size;
    const damages = [
      () => writeFileSync(state, Buffer.alloc(size, 0x5a), { flag: 'r+' }),
      () => truncateSync(state, 100),
      () => writeFileSync(state, Buffer.alloc(4096), { flag: 'r+' }),
    ];
    for (const damage of damages) {
      const cookie = await signIn(socket);
      await ask(socket, { path: 'api/logout', cookie, json: {} });
      damage();
      assert.equal(await statusOf(other, cookie), 401, 'it stays ended');
      const fresh = await signIn(other);
      assert.equal(await statusOf(socket, fresh), 200);
      assert.equal(readFileSync(state).length, size);
    }
  });

test('workers killed while they write: nothing ended comes back',
  async () => {
    const { socket } = suite.site;
    /** @type {string[]} */
    const ended = [];
    for (let round = 0; round < 5; round += 1) {
      const cookies = [];
      for (let i = 0; i < 4; i += 1) cookies.push(await signIn(other));
      const outs = cookies.map(async (cookie) => {
        const out = await ask(other, { path: 'api/logout', cookie, json: {} });
        if (out.status === 204) ended.push(cookie);
      });
      await pause(round);
      await second.stop('SIGKILL');
      await Promise.allSettled(outs);
      await startSecond(suite.site);
      for (const cookie of ended) {
        assert.equal(await statusOf(round % 2 ? socket : other, cookie), 401);
      }
    }
  });

test('a state that was put aside or swapped for a link lets nobody in',
  async () => {
    const { socket, dir } = suite.site;
    const state = join(dir, 'run', 'state');
    const cookie = await signIn(socket);
    const guess = async () => (await ask(socket, { path: 'api/login',
      json: { username: 'ann', password: 'wrong' } })).status;
    const traps = [
      () => symlinkSync('/dev/null', state),
      () => symlinkSync(join(dir, 'elsewhere'), state),
      () => mkdirSync(state),
      () => writeFileSync(state, '', { mode: 0o666 }),
    ];
    for (const trap of traps) {
      renameSync(state, `${state}.aside`);
      trap();
      if (statSync(state, { throwIfNoEntry: false })?.isFile()) {
        chownSync(state, 65534, 65534);
      }
      assert.equal(await statusOf(other, cookie), 401);
      /* Not even a guess, since it could not be counted. */
      assert.equal(await guess(), 429);
      rmSync(state, { recursive: true });
      renameSync(`${state}.aside`, state);
      assert.equal(await statusOf(other, cookie), 200);
    }
    /* A new one in its place: all workers go by the same one at once. */
    renameSync(state, `${state}.aside`);
    const fresh = await signIn(socket);
    await ask(socket, { path: 'api/logout', cookie: fresh, json: {} });
    assert.equal(await statusOf(other, fresh), 401);
    assert.equal(await statusOf(other, cookie), 401);
    rmSync(`${state}.aside`);
  });

test('who may write into the folder names no users', async (t) => {
  if (process.getuid?.() !== 0) {
    t.skip('only root can give a file away');
    return;
  }
  const { site } = suite;
  const users = join(site.dir, 'users');
  const before = readFileSync(users, 'utf8');
  const cookie = await signIn(site.socket);
  const theirs = before.replaceAll(/^(ann|bob):/gm, 'mallory-$1:');
  const folder = join(site.dir, 'of-mallory');
  mkdirSync(folder);
  chownSync(folder, 65534, 65534);
  const far = join(folder, 'users');
  writeFileSync(far, theirs, { mode: 0o600 });
  chownSync(far, 65534, 65534);
  /* A backup of ours, in which somebody was not yet disabled, say. */
  writeFileSync(`${users}.old`, theirs, { mode: 0o600 });
  const traps = {
    'a file': () => {
      writeFileSync(users, theirs);
      chownSync(users, 65534, 65534);
    },
    'a link to a file of theirs in a folder of theirs': () => {
      symlinkSync(far, users);
      lchownSync(users, 65534, 65534);
    },
    'a link to a file of ours': () => {
      symlinkSync(`${users}.old`, users);
      lchownSync(users, 65534, 65534);
    },
  };
  renameSync(users, `${users}.aside`);
  for (const [what, trap] of Object.entries(traps)) {
    const told = site.log().length;
    trap();
    assert.equal(await statusOf(site.socket, cookie), 200, what);
    const answer = await ask(site.socket, { path: 'api/login',
      json: { username: 'mallory-ann', password: PASSWORD } });
    assert.equal(answer.status, 401, what);
    assert.match(site.log().slice(told),
      /the users stay as they were: .*must be owned/, what);
    rmSync(users);
  }
  /* A link of our own is followed. */
  symlinkSync(`${users}.aside`, users);
  assert.equal(await statusOf(site.socket, await signIn(site.socket)), 200);
  rmSync(users);
  renameSync(`${users}.aside`, users);
});

test('a session that begins while all of them end is one or the other',
  async () => {
    const { socket } = suite.site;
    for (let round = 0; round < 8; round += 1) {
      const cookie = await signIn(socket);
      const [fresh, out, seen] = await Promise.all([
        signIn(other),
        ask(socket, { path: 'api/logout', cookie,
          json: { everywhere: true } }),
        statusOf(other, cookie),
      ]);
      assert.equal(out.status, 204);
      assert.ok(seen === 200 || seen === 401);
      /* Once it is said to be over, it is, at each of them. */
      assert.equal(await statusOf(socket, cookie), 401);
      assert.equal(await statusOf(other, cookie), 401);
      assert.equal(await statusOf(socket, fresh),
        await statusOf(other, fresh));
    }
  });
