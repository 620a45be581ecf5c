/* SPDX-License-Identifier: MIT */
/**
 * Where the engine is, sentinels know: hosts go where they say, whether the
 * master dies, is taken out for maintenance or comes back as a copy.
 */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { until } from '../harness/children.js';
import { configText } from '../harness/config.js';
import { HOSTS, Hosts } from '../harness/hosts.js';
import { PASSWORD } from '../harness/site.js';
import { Sentinels } from '../harness/sentinels.js';
import { isDone } from '../harness/sse.js';
import { END, newGate, order } from '../harness/suite.js';

/** @type {Hosts} */
let hosts;
/** @type {Sentinels} */
let sentinels;

before(async () => {
  hosts = await new Hosts({ users: ['ann', 'bob', 'cid'], config: {
    throttle: { user_failures: 5, address_failures: 1000, delay: 60 },
  } }, { engine: (dir) => /** @type {any} */ (sentinels = new Sentinels(dir)) }).start();
});

after(() => hosts?.close());

/** @param {string} host @param {string} username */
async function signIn(host, username) {
  const answer = await hosts.ask(host, { method: 'POST', path: 'api/login',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username, password: PASSWORD }) });
  assert.equal(answer.status, 200, answer.body.toString());
  return answer.headers['set-cookie'].split(';')[0];
}

/** @param {string} host @param {string} username @param {number} i */
const guess = async (host, username, i) => (await hosts.ask(host, {
  method: 'POST', path: 'api/login', params: { REMOTE_ADDR: `192.0.2.${i}` },
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ username, password: 'a guess' }) })).status;

/** @param {string} host @param {string} cookie */
const signOut = async (host, cookie) => assert.equal((await hosts.ask(host, {
  method: 'POST', path: 'api/logout', body: '{}',
  headers: { 'Content-Type': 'application/json', Cookie: cookie } })).status, 204);

/** @param {string} host @param {string} cookie */
const statusOf = async (host, cookie) =>
  (await hosts.ask(host, { path: 'api/session', headers: { Cookie: cookie } })).status;

/** @param {string} cookie */
async function endedEverywhere(cookie) {
  for (const host of HOSTS) {
    await until(async () => await statusOf(host, cookie) === 401,
      { what: `the session is over at ${host}` });
  }
}

/** The hosts are at another server than that one. @param {string} address */
async function movedFrom(address) {
  await until(() => sentinels.master !== address, { what: 'there is another master' });
  const now = sentinels.master;
  for (const host of HOSTS) {
    await until(async () => hosts.workers[host].output()
      .includes(`the engine at ${now} is there`)
      && (await hosts.health(host)).hosts === 'linked', { what: `host ${host} is at the new one` });
  }
}

test('hosts find the master, past a sentinel that is not there', async () => {
  const cookie = await signIn('a', 'ann');
  assert.equal(await statusOf('b', cookie), 200);
  await signOut('a', cookie);
  await endedEverywhere(cookie);
});

test('a master that dies takes nothing along', async () => {
  const client = await hosts.site.signedIn({ user: 'bob' });
  const gate = newGate();
  const reading = await client.chat('m', order({ steps: [{ text: 'so far' }, { gate }, ...END] }));
  await reading.until(({ arrivals }) => arrivals.length > 0);
  const stays = await signIn('b', 'ann');
  const before = await signIn('a', 'ann');
  const meanwhile = await signIn('a', 'ann');
  for (let i = 0; i < 6; i += 1) await guess('abc'[i % 3], 'cid', i + 1);
  await signOut('c', before);
  await endedEverywhere(before);
  const old = sentinels.master;
  await sentinels.servers[old].stop('SIGKILL');
  await hosts.linked('away');
  await signOut('a', meanwhile);
  await movedFrom(old);
  await endedEverywhere(before);
  await endedEverywhere(meanwhile);
  assert.equal(await statusOf('c', stays), 200);
  assert.equal(await guess('b', 'cid', 9), 429);
  hosts.site.upstream.open(gate);
  await reading.until(({ arrivals }) => isDone(arrivals));
  /* As it comes back it is made a copy, and nobody goes there. */
  await sentinels.startServer(old);
  await signOut('b', stays);
  await endedEverywhere(stays);
});

test('hosts follow a master that hands over', async () => {
  const old = sentinels.master;
  await until(() => sentinels.handOver() === 'OK', { what: 'there is somebody to take over' });
  await movedFrom(old);
  const cookie = await signIn('a', 'ann');
  await signOut('b', cookie);
  await endedEverywhere(cookie);
});

test('a name that no sentinel knows, and a password that is wrong, are said', async () => {
  await hosts.workers.c.stop('SIGTERM');
  await hosts.startHost('c', { state: { sentinel: { master: 'nobody' } } });
  await until(() => hosts.workers.c.output().includes('the sentinel knows no master of that name'),
    { what: 'the log says it' });
  assert.equal((await hosts.health('c')).hosts, 'away');
  await hosts.workers.c.stop('SIGTERM');
  writeFileSync(join(hosts.site.dir, 'wrong-password'), 'not-this-one\n', { mode: 0o600 });
  await hosts.startHost('c', { state: { sentinel: { password_file: 'wrong-password' } } });
  await until(() => /is away: WRONGPASS/.test(hosts.workers.c.output()), { what: 'the log says that, too' });
});

/** @param {import('../harness/config.js').Sections} state */
function check(state) {
  const { site } = hosts;
  const file = join(site.dir, 'checked.conf');
  const config = { ...site.config, state };
  writeFileSync(file, configText(config), { mode: 0o600 });
  const { status, stderr } = site.control(['check'], '', { fail: true, config: file });
  return `${status} ${stderr}`;
}

for (const [what, state, says] of /** @type {const} */ ([
  ['sentinels and a place', { valkey: 'h:1', sentinel: { servers: ['h:2'], master: 'm' } }, /either valkey or sentinel/],
  ['sentinels without a master', { sentinel: { servers: ['h:2'] } }, /servers and master go together/],
  ['a master without sentinels', { sentinel: { master: 'm' } }, /servers and master go together/],
  ['a sentinel on a socket', { sentinel: { servers: ['unix:/s'], master: 'm' } }, /servers must be HOST:PORT/],
  ['a user of the sentinels alone', { sentinel: { servers: ['h:2'], master: 'm', user: 'u' } }, /user goes with password_file/],
  ['TLS to some', { sentinel: { servers: ['tls://h:2', 'h:3'], master: 'm' } }, /all servers have tls:\/\/, or none/],
  ['authorities without TLS', { valkey: 'h:1', ca_file: 'users' }, /ca_file goes with tls:\/\//],
  ['authorities without a server', { ca_file: 'users' }, /ca_file goes with tls:\/\//],
])) {
  test(`refused by the check: ${what}`, () => {
    const said = check(state);
    assert.match(said, /^3 /);
    assert.match(said, says);
  });
}

test('what is in force is written as it was read', () => {
  const out = hosts.site.control(['check', '--dump']).stdout;
  assert.match(out, /state \{[^}]*sentinel \{\s*servers = \{"127\.0\.0\.1:1", /);
  assert.match(out, /master = "?confab"?/);
  assert.ok(!out.includes(readFileSync(join(hosts.site.dir, 'sentinel-password'), 'utf8').trim()));
});
