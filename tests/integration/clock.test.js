/* SPDX-License-Identifier: MIT */
/**
 * The wall clock is moved while the worker runs, forth and back, by a day and
 * by more than a year: it lets nobody in, and keeps nobody out for good.
 */

import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { Faults } from '../harness/faults.js';
import { sanitizedBuild } from '../harness/paths.js';
import { PASSWORD, startSite } from '../harness/site.js';
import { pieces } from '../harness/suite.js';
import { totp } from '../harness/totp.js';

const skip = sanitizedBuild() ? 'sanitizers must be loaded first' : false;
const DAY = 86_400;
const MOVES = [DAY, -DAY, 400 * DAY, -400 * DAY];

/** Of the day; an answer takes 12. */
const TOKENS = 30;

const faults = new Faults();
/** @type {import('../harness/site.js').Site} */
let site;

before(async () => {
  if (skip) return;
  assert.ok(faults.works, faults.problem);
  site = await startSite({ env: faults.env,
    users: ['ann', 'bob', 'cem', 'dan', 'eve'],
    config: { limits: { requests_per_minute: 0, tokens_per_day: TOKENS },
      throttle: { user_failures: 3, address_failures: 10_000, delay: 600 } } });
});
after(async () => {
  faults.moveClock(0);
  await site?.close();
  faults.close();
});

/**
 * @param {string} username @param {string} [code]
 * @param {string} [password]
 */
async function tryLogin(username, code, password = PASSWORD) {
  const client = site.client();
  const answer = await client.post('api/login', { username, password, code });
  await answer.text();
  client.cookie = String(answer.headers['set-cookie'] ?? '').split(';')[0];
  return { status: answer.status, client };
}

/** @param {import('../harness/client.js').Client} client */
async function statusOf(client) {
  const answer = await client.get('api/session');
  await answer.text();
  return answer.status;
}

/** @param {string} user */
async function enters(user) {
  const { status, client } = await tryLogin(user);
  assert.equal(status, 200, user);
  assert.equal(await statusOf(client), 200, `${user}'s new session`);
  return client;
}

test('sessions: one that ended stays ended, and who signs in is in',
  { skip }, async () => {
    const ended = await enters('ann');
    const { cookie } = ended;
    const out = await ended.post('api/logout', {});
    await out.text();
    assert.equal(out.status, 204);
    ended.cookie = cookie;
    for (const seconds of [...MOVES, 0]) {
      faults.moveClock(seconds);
      assert.equal(await statusOf(ended), 401, `at ${seconds}`);
      await enters('ann');
    }
  });

test('what was ended while the clock was ahead ends nothing later',
  { skip }, async () => {
    faults.moveClock(400 * DAY);
    const one = await enters('ann');
    const other = await enters('ann');
    const all = await other.request('DELETE', 'api/sessions');
    await all.text();
    assert.ok(all.status < 300, `${all.status}`);
    assert.equal(await statusOf(one), 401);
    faults.moveClock(0);
    assert.equal(await statusOf(one), 401);
    await enters('ann');
    /* A state that is lost ends all that is older, by the clock of then. */
    faults.moveClock(400 * DAY);
    truncateSync(join(site.dir, 'run', 'state'), 100);
    await tryLogin('ann');
    faults.moveClock(0);
    await enters('ann');
  });

test('a wait for wrong passwords goes on, and no longer than it was',
  { skip }, async () => {
    let status = 0;
    for (let i = 0; i < 8 && status !== 429; i += 1) {
      ({ status } = await tryLogin('eve', undefined, 'wrong'));
    }
    assert.equal(status, 429);
    for (const seconds of [...MOVES, 0]) {
      faults.moveClock(seconds);
      const answer = await site.client().post('api/login',
        { username: 'eve', password: PASSWORD });
      await answer.text();
      assert.equal(answer.status, 429, `at ${seconds}`);
      const wait = Number(answer.headers['retry-after']);
      assert.ok(wait > 0 && wait <= 600, `${wait} s`);
      await enters('dan');
    }
  });

test('a code that was used is used, and the next one opens', { skip },
  async () => {
    const { stdout } = site.control(['user', 'totp', 'bob']);
    const secret = /^secret\t(\w{32})$/m.exec(stdout)?.[1] ?? '';
    /* Each code is that of the moved clock, and of the step after that. */
    for (const seconds of [...MOVES, 0]) {
      faults.moveClock(seconds);
      const code = totp(secret, seconds / 30);
      assert.equal((await tryLogin('bob', code)).status, 200, `at ${seconds}`);
      assert.equal((await tryLogin('bob', code)).status, 401, `at ${seconds}`);
      const next = totp(secret, seconds / 30 + 1);
      assert.equal((await tryLogin('bob', next)).status, 200, `at ${seconds}`);
      assert.equal((await tryLogin('bob', code)).status, 401, `at ${seconds}`);
    }
  });

test('a budget of the day: each day has its own, whichever the clock says',
  { skip }, async () => {
    for (const seconds of [0, ...MOVES]) {
      faults.moveClock(seconds);
      const client = await enters('cem');
      let count = 0;
      for (let status = 200; status === 200; count += 1) {
        assert.ok(count < 8, `no limit at ${seconds}`);
        const answer = await client.ask('m', pieces(['x']));
        await answer.text();
        ({ status } = answer);
      }
      /* What an answer took is counted a little after it ends. */
      assert.ok(count > TOKENS / 12, `${count} at ${seconds}`);
    }
  });
