/* SPDX-License-Identifier: MIT */
/** Three hosts, of which one has a clock that is five seconds ahead. */

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { newKey } from '../harness/client.js';
import { until } from '../harness/children.js';
import { Faults } from '../harness/faults.js';
import { HOSTS, Hosts } from '../harness/hosts.js';
import { sanitizedBuild } from '../harness/paths.js';
import { PASSWORD } from '../harness/site.js';
import { pieces } from '../harness/suite.js';

const AHEAD = 5;
const skip = sanitizedBuild() ? 'sanitizers must be loaded first' : false;

const faults = new Faults();
/** @type {Hosts} */
let hosts;

before(async () => {
  if (skip) return;
  assert.ok(faults.works, faults.problem);
  hosts = new Hosts({ users: ['ann', 'bob', 'cid', 'dan'], config: {
    limits: { requests_per_minute: 0, tokens_per_day: 12 },
    throttle: { user_failures: 5, address_failures: 1000, delay: 60 },
  } });
  hosts.env.b = faults.env;
  faults.moveClock(AHEAD);
  await hosts.start();
});

after(async () => {
  await hosts?.close();
  faults.close();
});

/** @param {string} host @param {string} path @param {{cookie?: string, json?: object}} o */
const ask = (host, path, { cookie, json } = {}) => hosts.ask(host, {
  method: json ? 'POST' : 'GET', path, body: json ? JSON.stringify(json) : '',
  headers: { ...(json ? { 'Content-Type': 'application/json' } : {}),
    ...(cookie ? { Cookie: cookie } : {}) } });

/** @param {string} host @param {string} username @param {string} [password] */
const login = (host, username, password = PASSWORD) =>
  ask(host, 'api/login', { json: { username, password } });

/** @param {string} host @param {string} username */
async function signIn(host, username) {
  const answer = await login(host, username);
  assert.equal(answer.status, 200, answer.body.toString());
  return answer.headers['set-cookie'].split(';')[0];
}

/** @param {string} cookie */
const statuses = (cookie) => Promise.all(HOSTS.map(
  async (host) => (await ask(host, 'api/session', { cookie })).status));

/** @param {string} cookie @param {number} status */
const becomes = (cookie, status) => until(async () =>
  (await statuses(cookie)).every((one) => one === status),
{ what: `the session gets ${status} everywhere` });

test('the clock of the one is ahead', { skip }, async () => {
  const [a, b] = await Promise.all(['a', 'b'].map(async (host) =>
    JSON.parse((await login(host, 'ann')).body.toString()).expires_at));
  const apart = (typeof b === 'number' ? b - a : (Date.parse(b) - Date.parse(a)) / 1000);
  assert.ok(apart >= AHEAD - 1, `${apart} s`);
});

test('a session is good at all, and ended at all, whichever clock it is from',
  { skip }, async () => {
    for (const host of HOSTS) {
      for (const end of HOSTS) {
        const cookie = await signIn(host, 'ann');
        const other = await signIn(end, 'ann');
        assert.deepEqual(await statuses(cookie), [200, 200, 200], host);
        assert.equal((await ask(end, 'api/logout', { cookie, json: {} })).status, 204);
        await becomes(cookie, 401);
        assert.deepEqual(await statuses(other), [200, 200, 200]);
      }
    }
  });

test('signed out everywhere means of all hosts, and who signs in again is in',
  { skip }, async () => {
    for (const end of HOSTS) {
      const cookies = await Promise.all(HOSTS.map((host) => signIn(host, 'bob')));
      const cookie = await signIn(end, 'bob');
      assert.equal((await ask(end, 'api/logout',
        { cookie, json: { everywhere: true } })).status, 204);
      for (const one of [...cookies, cookie]) await becomes(one, 401);
      /* Where the clock is behind, some seconds later at the latest. */
      for (const host of HOSTS) {
        await until(async () => (await statuses(await signIn(host, 'bob')))
          .every((one) => one === 200), { what: `${host} lets in what ${end} ended`, every: 500 });
      }
    }
  });

test('guesses are counted together', { skip }, async () => {
  const answers = [];
  for (let i = 0; i < 12; i += 1) {
    answers.push((await login(HOSTS[i % 3], 'cid', 'a guess')).status);
  }
  assert.deepEqual(answers, [...Array(6).fill(401), ...Array(6).fill(429)]);
});

test('streams are found, joined and paid for once; a day has one budget', { skip },
  async () => {
    const client = hosts.site.client({ h2: true });
    client.cookie = await signIn('b', 'dan');
    const key = newKey();
    const first = await (await client.ask('m', pieces(['one ', 'two ']),
      { key, headers: { 'X-At': 'b' } })).text();
    for (const host of HOSTS) {
      const again = await client.get(`api/streams/${key}`, { headers: { 'X-At': host } });
      assert.equal(await again.text(), first);
    }
    for (const host of HOSTS) {
      await until(async () => {
        const more = await client.ask('m', 'more', { headers: { 'X-At': host } });
        await more.text();
        return more.status === 429;
      }, { what: `${host} knows what was used` });
    }
  });
