/* SPDX-License-Identifier: MIT */
/**
 * Users that are kept in the engine: whoever changes them, wherever, has changed
 * them for all hosts; each goes on with what it knows while the engine is away; and
 * a hash is in one place of it, for one user of it.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { until } from '../harness/children.js';
import { ENGINE_PASSWORD, USERS_PASSWORD } from '../harness/engine.js';
import { HOSTS, Hosts } from '../harness/hosts.js';
import { PASSWORD } from '../harness/site.js';

const USERS = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gil', 'hal'];
const KEY = 'users:confab:file';
const NEW = 'another passphrase, and a longer one';

/** @type {Hosts} */
let hosts;

before(async () => {
  hosts = new Hosts({ nginx: false, users: USERS, config: {
    throttle: { user_failures: 1000, address_failures: 1000 } } });
  hosts.engine.users = true;
  await hosts.start();
});

after(() => hosts?.close());

/** @param {string} host @param {string} path @param {object} json @param {string} [cookie] */
const post = (host, path, json, cookie) => hosts.ask(host, { method: 'POST', path,
  headers: { 'Content-Type': 'application/json', ...(cookie ? { Cookie: cookie } : {}) },
  body: JSON.stringify(json) });

/** @param {string} host @param {string} username @param {string} [password] */
const login = (host, username, password = PASSWORD) =>
  post(host, 'api/login', { username, password });

/** @param {string} host @param {string} username @param {string} [password] */
async function cookieOf(host, username, password) {
  const answer = await login(host, username, password);
  assert.equal(answer.status, 200, `${username} at ${host}: ${answer.body}`);
  return answer.headers['set-cookie'].split(';')[0];
}

/** @param {string} host @param {string} cookie */
const statusOf = async (host, cookie) =>
  (await hosts.ask(host, { path: 'api/session', headers: { Cookie: cookie } })).status;

/** @param {string} host @param {string} cookie @param {number} status */
const becomes = (host, cookie, status) =>
  until(async () => await statusOf(host, cookie) === status,
    { what: `the session at ${host} gets ${status}` });

/** @param {string} host @param {string} user @param {string} current @param {string} next */
const change = (host, user, current, next) =>
  post(host, 'api/password', { username: user, current, new: next });

const text = () => hosts.engine.cli('hget', KEY, 'text').replace(/\n$/, '');

/** The copy that host a has, or its name. */
const copy = () => join(hosts.site.config.runtime_dir, 'shared-users');

/** @param {string} word */
const users = (word) => until(async () => {
  for (const host of HOSTS) {
    if (JSON.parse((await hosts.ask(host, { path: 'api/health' })).body.toString()).users
      !== word) return false;
  }
  return true;
}, { what: `the users are ${word} at all` });

test('who is added with confabctl signs in at each host, and no file has them', async () => {
  assert.ok(!existsSync(join(hosts.site.dir, 'users')));
  assert.match(text(), /^ann:\$argon2id\$/m);
  for (const host of HOSTS) await cookieOf(host, 'ann');
  hosts.site.control(['user', 'add', 'new'], `${PASSWORD}\n`);
  for (const host of HOSTS) {
    await until(async () => (await login(host, 'new')).status === 200,
      { what: `the new one signs in at ${host}` });
  }
  assert.match(hosts.site.control(['user', 'list']).stdout, /^new\tactive\t/m);
  assert.equal(hosts.site.control(['user', 'add', 'new'], `${PASSWORD}\n`, { fail: true }).status, 5);
});

test('a password that is changed in the page is changed at all', async () => {
  const old = await cookieOf('c', 'bob');
  const cookie = await cookieOf('a', 'bob');
  const answer = await change('a', 'bob', PASSWORD, NEW);
  assert.equal(answer.status, 204, answer.body.toString());
  /* At its own host at once: who changed it is signed in anew. */
  const fresh = answer.headers['set-cookie'].split(';')[0];
  assert.equal(await statusOf('a', fresh), 200);
  assert.equal(await statusOf('a', cookie), 401);
  for (const host of ['b', 'c']) {
    await becomes(host, old, 401);
    assert.equal((await login(host, 'bob')).status, 401);
    await cookieOf(host, 'bob', NEW);
    assert.equal(await statusOf(host, fresh), 200);
  }
});

test('who is disabled is disabled at all, and comes back', async () => {
  const cookie = await cookieOf('b', 'cid');
  hosts.site.control(['user', 'disable', 'cid']);
  for (const host of HOSTS) {
    await becomes(host, cookie, 401);
    assert.notEqual((await login(host, 'cid')).status, 200);
  }
  hosts.site.control(['user', 'enable', 'cid']);
  await until(async () => (await login('c', 'cid')).status === 200,
    { what: 'enabled again' });
  hosts.site.control(['user', 'groups', 'cid', 'staff']);
  assert.equal(hosts.site.control(['user', 'groups', 'cid']).stdout, 'staff\n');
  assert.match(text(), /^cid:.*:groups=staff$/m);
});

test('of two who change one user at once, one wins', async () => {
  for (let round = 0; round < 3; round += 1) {
    const now = round === 0 ? PASSWORD : `${NEW} ${round - 1}`;
    const next = `${NEW} ${round}`;
    const answers = await Promise.all(['a', 'b', 'c'].map((host) =>
      change(host, 'dan', now, host === 'a' ? next : `${next} of ${host}`)));
    const good = answers.map((answer) => answer.status);
    assert.equal(good.filter((status) => status === 204).length, 1, good.join());
    assert.ok(good.every((status) => [204, 409, 401].includes(status)), good.join());
    const winner = HOSTS[good.indexOf(204)];
    const won = winner === 'a' ? next : `${next} of ${winner}`;
    for (const host of HOSTS) {
      await until(async () => (await login(host, 'dan', won)).status === 200,
        { what: `${host} knows the one of ${winner}` });
      assert.equal((await login(host, 'dan', now)).status, 401);
    }
    assert.equal((await change('a', 'dan', won, next)).status, winner === 'a' ? 400 : 204);
    for (const host of HOSTS) {
      await until(async () => (await login(host, 'dan', next)).status === 200,
        { what: `${host} knows the next` });
    }
  }
});

test('changes of several at once lose none', async () => {
  const names = ['eve', 'fay', 'gil', 'hal'];
  const answers = await Promise.all(names.map((name, i) =>
    change(HOSTS[i % 3], name, PASSWORD, `${NEW} of ${name}`)));
  assert.deepEqual(answers.map((answer) => answer.status), [204, 204, 204, 204]);
  for (const name of names) {
    await until(async () => (await login('b', name, `${NEW} of ${name}`)).status === 200,
      { what: `${name}'s is there` });
  }
});

test('while the engine is away all goes on with what is known', async () => {
  const cookie = await cookieOf('a', 'ann');
  await hosts.engine.stop();
  await users('away');
  for (const host of HOSTS) {
    assert.equal(await statusOf(host, cookie), 200);
    await cookieOf(host, 'ann');
    assert.equal((await login(host, 'ann', 'a guess')).status, 401);
  }
  assert.equal((await hosts.site.control(['user', 'disable', 'ann'], '', { fail: true })).status, 1);
  const answer = await change('a', 'ann', PASSWORD, NEW);
  assert.ok(answer.status >= 500, `${answer.status}`);
  assert.equal(await statusOf('b', cookie), 200);
  /* A worker that is started meanwhile knows what its host did. */
  await hosts.workers.c.stop('SIGTERM');
  await hosts.startHost('c');
  assert.equal(await statusOf('c', cookie), 200);
  await cookieOf('c', 'ann');
  /* One that knows nobody says so, and signs nobody out. */
  await hosts.workers.c.stop('SIGTERM');
  rmSync(join(hosts.site.dir, 'run-c', 'shared-users'));
  await hosts.startHost('c');
  for (const refused of [await login('c', 'ann'),
    await hosts.ask('c', { path: 'api/session', headers: { Cookie: cookie } })]) {
    assert.equal(refused.status, 503);
    assert.equal(JSON.parse(refused.body.toString()).error.code, 'hosts_away');
  }
  assert.match(hosts.site.log(), /users in the engine: .*goes on with those it knows/);
  await hosts.engine.start();
});

test('an engine without users takes none away, and is given them again', async () => {
  /* It has just come back with nothing in it. */
  await users('linked');
  await until(() => /the engine has no users/.test(hosts.site.log()),
    { what: 'the log says so' });
  await cookieOf('a', 'ann');
  assert.notEqual(hosts.site.control(['user', 'list'], '', { fail: true }).status, 0);
  assert.ok((await change('a', 'ann', PASSWORD, NEW)).status >= 500);
  hosts.site.control(['user', 'import', copy()]);
  for (const host of HOSTS) {
    await until(async () => (await login(host, 'ann')).status === 200,
      { what: `${host} knows them` });
  }
});

test('import and export go between a file and the engine, and replace nothing unasked', () => {
  const { site } = hosts;
  const file = join(site.dir, 'exported');
  site.control(['user', 'export', file]);
  assert.equal(readFileSync(file, 'utf8'), text());
  assert.equal(statSync(file).mode & 0o777, 0o640);
  assert.equal(site.control(['user', 'export', file], '', { fail: true }).status, 5);
  assert.equal(site.control(['user', 'import', file], '', { fail: true }).status, 5);
  site.control(['user', 'del', 'hal']);
  site.control(['user', 'export', file, '--replace']);
  assert.ok(!/^hal:/m.test(readFileSync(file, 'utf8')));
  site.control(['user', 'add', 'hal'], `${PASSWORD}\n`);
  site.control(['user', 'import', file, '--replace']);
  assert.ok(!/^hal:/m.test(text()));
  assert.notEqual(site.control(['user', 'import', join(site.dir, 'key')], '',
    { fail: true }).status, 0);
  assert.match(site.control(['check', '--online']).stdout, /: ok/);
});

test('a copy that somebody has changed is made true again', async () => {
  const [first] = readFileSync(copy(), 'utf8').split('\n');
  hosts.site.control(['user', 'disable', 'gil']);
  await until(() => /^gil:.*disabled=yes/m.test(readFileSync(copy(), 'utf8')),
    { what: 'the copy follows' });
  assert.equal(statSync(copy()).mode & 0o777, 0o600);
  spawnSync('sh', ['-c', 'echo "$1" > "$2"', 'sh', first, copy()]);
  await until(() => readFileSync(copy(), 'utf8') === text(), { what: 'it is true again' });
  /* What is damaged in the engine is nobody's. */
  const was = text();
  hosts.engine.cli('hset', KEY, 'text', 'mallory:$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$AAAA');
  hosts.engine.cli('hset', KEY, 'digest', 'another');
  await users('away');
  assert.match(hosts.site.log(), /damaged/);
  assert.equal(readFileSync(copy(), 'utf8'), was);
});

test('hashes are at one key, for one user; passwords are nowhere', async () => {
  hosts.engine.cli('del', KEY);
  hosts.site.control(['user', 'import', copy()]);
  await users('linked');
  const watching = await hosts.engine.monitor();
  assert.equal((await change('b', 'cid', PASSWORD, `${NEW} of cid`)).status, 204);
  hosts.site.control(['user', 'passwd', 'fay'], 'a passphrase that is typed\n');
  await until(async () => (await login('a', 'fay', 'a passphrase that is typed')).status === 200,
    { what: 'the typed one counts' });
  await login('a', 'fay', 'a guess that is wrong');
  assert.equal(hosts.engine.cli('save').trim(), 'OK');
  const files = readdirSync(hosts.engine.dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'redis.conf')
    .map((entry) => join(entry.path, entry.name));
  const seen = [watching.output(), ...files.map((name) => readFileSync(name, 'latin1'))].join('\n');
  await watching.stop();
  assert.ok(seen.includes('$argon2id$'), 'they are what is looked for');
  for (const canary of [PASSWORD, NEW, 'a passphrase that is typed', 'a guess that is wrong',
    ENGINE_PASSWORD, USERS_PASSWORD,
    readFileSync(join(hosts.site.dir, 'secret'), 'utf8').trim()]) {
    assert.ok(!seen.includes(canary), canary);
  }
  assert.ok(!hosts.site.log().includes('$argon2id$') && !hosts.site.log().includes(USERS_PASSWORD));
  /** @param {string[]} args */
  const linked = (...args) => hosts.engine.cli('--user', 'confab', '--pass', ENGINE_PASSWORD,
    '--no-auth-warning', ...args);
  /** @param {string[]} args */
  const keeper = (...args) => hosts.engine.cli('--user', 'confab-users', '--pass', USERS_PASSWORD,
    '--no-auth-warning', ...args);
  assert.match(linked('hget', KEY, 'text'), /NOPERM/);
  assert.match(linked('eval', 'return redis.call("HGET", KEYS[1], "text")', '1', KEY), /NOPERM|can't access|permission/i);
  assert.match(keeper('hget', KEY, 'digest'), /^[0-9a-f]{64}\n/);
  assert.match(keeper('hget', 'confab:epoch', 'x'), /NOPERM/);
  assert.match(keeper('keys', '*'), /NOPERM/);
  for (const key of hosts.engine.cli('keys', '*').trim().split('\n')) {
    if (key === KEY) continue;
    assert.ok(Number(hosts.engine.cli('ttl', key)) > 0, `${key} expires`);
  }
});
