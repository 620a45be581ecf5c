/* SPDX-License-Identifier: MIT */
/** Users in the engine, where sentinels know which server that is. */

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { until } from '../harness/children.js';
import { HOSTS, Hosts } from '../harness/hosts.js';
import { Sentinels } from '../harness/sentinels.js';
import { PASSWORD } from '../harness/site.js';

/** @type {Hosts} */
let hosts;
/** @type {Sentinels} */
let sentinels;

before(async () => {
  hosts = new Hosts({ nginx: false, users: ['ann'], config: {
    throttle: { user_failures: 1000, address_failures: 1000 } } },
  { engine: (dir) => /** @type {any} */ (sentinels = new Sentinels(dir)) });
  sentinels.users = true;
  await hosts.start();
});

after(() => hosts?.close());

/** @param {string} host @param {string} path @param {object} json */
const post = async (host, path, json) => (await hosts.ask(host, { method: 'POST', path,
  headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(json) })).status;

/** All hosts let the user in. @param {string} username @param {string} password */
async function signsIn(username, password) {
  for (const host of HOSTS) {
    await until(async () => await post(host, 'api/login', { username, password }) === 200,
      { what: `${username} signs in at ${host}` });
  }
}

/** The copy has all that the master has now, and has said so. */
async function copied() {
  const look = () => sentinels.cli('info', 'replication');
  const numberOf = (/** @type {RegExp} */ of) => Number(of.exec(look())?.[1] ?? NaN);
  const there = numberOf(/^master_repl_offset:(\d+)/m);
  await until(() => numberOf(/^slave0:.*state=online,offset=(\d+)/m) >= there, { what: 'the copy has it' });
}

test('they are found, stay when the master dies, and are changed at the next one', async () => {
  const next = `${PASSWORD}, another`;
  await signsIn('ann', PASSWORD);
  hosts.site.control(['user', 'add', 'bob'], `${PASSWORD}\n`);
  await signsIn('bob', PASSWORD);
  const address = sentinels.master;
  await copied();
  await sentinels.servers[address].stop('SIGKILL');
  /* Whoever asks meanwhile goes by what is known. */
  await signsIn('bob', PASSWORD);
  await until(() => sentinels.master !== address, { what: 'there is another master' });
  await until(async () => await post('a', 'api/password',
    { username: 'bob', current: PASSWORD, new: next }) === 204, { what: 'a password is changed' });
  await signsIn('bob', next);
  for (const host of HOSTS) {
    assert.equal(await post(host, 'api/login', { username: 'bob', password: PASSWORD }), 401);
  }
  hosts.site.control(['user', 'disable', 'ann']);
  for (const host of HOSTS) {
    await until(async () => await post(host, 'api/login', { username: 'ann', password: PASSWORD }) !== 200,
      { what: `ann is disabled at ${host}` });
  }
});
