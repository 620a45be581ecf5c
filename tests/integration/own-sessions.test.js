/* SPDX-License-Identifier: MIT */
/** One's own sessions through nginx, in plain CGI and by confabctl: listed, ended, and new networks told. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { runCgi } from '../harness/cgi.js';
import { PASSWORD } from '../harness/site.js';
import { useSite } from '../harness/suite.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const SAFARI = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';

const suite = useSite({
  mounts: ['/', '/a/b/'],
  config: { tokens_file: 'tokens' },
  // Who comes from where is what nginx says.
  serverExtra: 'set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;',
});

/** Who was made here: the site's own have signed in at its start. */
const made = new Set();

/**
 * @param {string} username
 * @param {{from?: string, agent?: string, mount?: string}} [how]
 */
async function signIn(username, { from = '192.0.2.1', agent = FIREFOX, mount = '/' } = {}) {
  if (!made.has(username)) suite.site.addUser(username);
  made.add(username);
  const client = suite.site.client({ mount });
  const headers = { 'X-Test-Address': from, 'User-Agent': agent };
  const answer = await client.post('api/login', { username, password: PASSWORD }, headers);
  const body = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  client.cookie = String(answer.headers['set-cookie']).split(';')[0];
  return { client, body, headers };
}

/**
 * @param {{client: Awaited<ReturnType<typeof signIn>>['client'], headers: Record<string, string>}} of
 * @param {string} method @param {string} [path]
 */
async function ask({ client, headers }, method, path = 'api/sessions') {
  const answer = await client.request(method, path, { headers });
  const text = await answer.text();
  const cookie = answer.headers['set-cookie'];
  return { status: answer.status, body: text === '' ? null : JSON.parse(text), cookie: cookie && String(cookie).split(';')[0] };
}

test('they are listed with browser, network and times, and one is ended', async () => {
  const before = Math.floor(Date.now() / 1000);
  const one = await signIn('sue');
  const two = await signIn('sue', { from: '2001:db8:1:2:3::4', agent: SAFARI, mount: '/a/b/' });
  const { status, body: { sessions } } = await ask(one, 'GET');
  assert.equal(status, 200);
  assert.equal(sessions.length, 2);
  const own = sessions.find((/** @type {any} */ s) => s.current);
  const other = sessions.find((/** @type {any} */ s) => !s.current);
  const { id, first_seen: first, last_seen: last, ...rest } = own;
  assert.match(id, /^[0-9a-f]{16}$/);
  assert.ok(first >= before && last >= first);
  assert.deepEqual(rest, { current: true, browser: 'Firefox', system: 'Linux', network: '192.0.2.0/24', new_network: false });
  assert.equal(other.browser, 'Safari');
  assert.equal(other.system, 'iOS');
  assert.equal(other.network, '2001:db8:1::/48');
  assert.equal(other.new_network, true);
  // Nobody else's, and none that is made up.
  const eve = await signIn('eve');
  assert.equal((await ask(eve, 'DELETE', `api/sessions/${other.id}`)).status, 404);
  assert.equal((await ask(one, 'DELETE', 'api/sessions/0123456789abcdef')).status, 404);
  assert.equal((await ask(one, 'DELETE', 'api/sessions/%20')).status, 404);
  const foreign = await one.client.request('DELETE', `api/sessions/${other.id}`, { headers: { 'Sec-Fetch-Site': 'cross-site' } });
  assert.equal(foreign.status, 403);
  await foreign.text();
  assert.equal((await ask(two, 'GET')).status, 200);
  assert.equal((await ask(one, 'DELETE', `api/sessions/${other.id}`)).status, 204);
  assert.equal((await ask(two, 'GET')).status, 401);
  assert.equal((await ask(one, 'DELETE', `api/sessions/${other.id}`)).status, 404);
  assert.equal((await ask(one, 'GET')).body.sessions.length, 1);
  assert.match(suite.site.log(), /audit: event=session-ended address=192\.0\.2\.1 user="sue" detail="2001:db8:1::\/48"/);
});

test('all others end, also those that no list has, and this one goes on to its old end', async () => {
  const many = [];
  for (let i = 0; i < 20; i += 1) many.push(await signIn('bob'));
  const one = many[19];
  const { body: { sessions } } = await ask(one, 'GET');
  assert.ok(sessions.length <= 16 && sessions.some((/** @type {any} */ s) => s.current));
  const ends = (await ask(one, 'GET', 'api/session')).body.expires_at;
  const old = one.client.cookie;
  const { status, cookie } = await ask(one, 'DELETE');
  assert.equal(status, 204);
  for (const other of many.slice(0, 19)) assert.equal((await ask(other, 'GET', 'api/session')).status, 401);
  assert.equal((await ask(one, 'GET')).status, 401, 'its old cookie is nothing any more');
  one.client.cookie = String(cookie);
  assert.notEqual(old, one.client.cookie);
  const after = (await ask(one, 'GET')).body.sessions;
  assert.equal(after.length, 1);
  assert.equal(after[0].current, true);
  const now = (await ask(one, 'GET', 'api/session')).body.expires_at;
  assert.ok(now <= ends + 60, `${now} is not later than ${ends}`);
});

test('sessions that ended in another way are not listed', async () => {
  const one = await signIn('kim');
  const two = await signIn('kim');
  const three = await signIn('kim');
  await ask({ ...two, headers: { ...two.headers, 'Content-Type': 'application/json' } }, 'POST', 'api/logout');
  assert.equal((await ask(one, 'GET')).body.sessions.length, 2);
  suite.site.control(['user', 'sign-out', 'kim']);
  assert.equal((await ask(three, 'GET')).status, 401);
  const fresh = await signIn('kim');
  assert.equal((await ask(fresh, 'GET')).body.sessions.length, 1);
  const everywhere = await fresh.client.post('api/logout', { everywhere: true });
  assert.equal(everywhere.status, 204);
  await everywhere.text();
  assert.equal((await ask(await signIn('kim'), 'GET')).body.sessions.length, 1);
});

test('a login from a network never seen before is told at the next login from another, and in the log', async () => {
  assert.equal((await signIn('max')).body.new_networks, undefined, 'the first of all is not news');
  const away = await signIn('max', { from: '198.51.100.7', agent: SAFARI });
  assert.equal(away.body.new_networks, undefined, 'whoever it was is not told of themselves');
  assert.equal((await signIn('max', { from: '198.51.100.99' })).body.new_networks, undefined);
  const home = await signIn('max', { from: '192.0.2.200' });
  assert.equal(home.body.new_networks.length, 1);
  const [{ at, ...news }] = home.body.new_networks;
  assert.deepEqual(news, { network: '198.51.100.0/24', browser: 'Safari', system: 'iOS' });
  assert.ok(Math.abs(at - Date.now() / 1000) < 3600);
  assert.equal((await ask(home, 'GET', 'api/session')).body.new_networks, undefined, 'a login is told, not each look');
  assert.equal((await signIn('max')).body.new_networks, undefined, 'once');
  const lines = suite.site.log().split('\n').filter((line) => /event=login .*user="max"/.test(line));
  assert.deepEqual(lines.map((line) => line.includes('detail="new network"')), [false, true, false, false, false]);
});

test('confabctl lists sessions and ends one or all', async () => {
  const { site } = suite;
  const one = await signIn('zoe');
  const two = await signIn('zoe', { agent: SAFARI });
  const lines = site.control(['session', 'list', 'zoe']).stdout.trim().split('\n').map((line) => line.split('\t'));
  assert.equal(lines.length, 2);
  const safari = lines.find((line) => line[2] === 'Safari') ?? [];
  assert.equal(safari[0], 'zoe');
  assert.equal(safari[4], '192.0.2.0/24');
  assert.match(String(safari[5]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.match(site.control(['session', 'list']).stdout, /^bob\t/m);
  site.control(['session', 'end', 'zoe', String(safari[1])]);
  assert.equal((await ask(two, 'GET')).status, 401);
  assert.equal((await ask(one, 'GET')).status, 200);
  assert.equal(site.control(['session', 'end', 'zoe', String(safari[1])], '', { fail: true }).status, 4);
  site.control(['session', 'end', 'zoe']);
  assert.equal((await ask(one, 'GET')).status, 401);
  assert.equal(site.control(['session', 'list', 'zoe']).stdout, '');
  for (const [args, status] of /** @type {[string[], number][]} */ ([[['end', 'nobody'], 4], [['list', 'nobody'], 4],
    [['end'], 2], [['list', 'a', 'b'], 2], [['other'], 2]])) {
    assert.equal(site.control(['session', ...args], '', { fail: true }).status, status, args.join(' '));
  }
});

test('a token ends no session, and in plain CGI it is the same list', async () => {
  const { site } = suite;
  const { client } = await signIn('eve');
  const token = site.control(['token', 'new', 'eve', 'script']).stdout.trim();
  const script = site.client();
  for (const method of ['GET', 'DELETE']) {
    const answer = await script.request(method, 'api/sessions', { headers: { Authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 400);
    await answer.text();
  }
  const cgi = (/** @type {Parameters<typeof runCgi>[1]} */ how) => runCgi(site.configFile, { address: '203.0.113.5', ...how }).answer;
  const login = await cgi({ path: 'api/login', json: { username: 'eve', password: PASSWORD }, env: { HTTP_USER_AGENT: SAFARI } });
  assert.equal(login.status, 200, login.body + login.stderr);
  const cookie = String(login.headers['set-cookie']).split(';')[0];
  const { sessions } = JSON.parse((await cgi({ path: 'api/sessions', cookie })).body);
  const own = sessions.find((/** @type {any} */ s) => s.current);
  assert.equal(own.network, '203.0.113.0/24');
  assert.equal(own.new_network, true);
  assert.equal((await cgi({ method: 'DELETE', path: 'api/sessions', cookie })).status, 204);
  const gone = await client.get('api/session');
  assert.equal(gone.status, 401);
  await gone.text();
});

test('a state file of another version or damaged ends sessions, keeps nobody out, and lists anew', async () => {
  const { site } = suite;
  const path = join(site.dir, 'run', 'state');
  for (const offset of [8, 4096 + 64 * 1000]) {
    const one = await signIn('sue');
    const bytes = readFileSync(path);
    bytes.fill(0xa5, offset, offset + 16);
    writeFileSync(path, bytes);
    const { status } = await ask(one, 'GET');
    assert.ok(status === 401 || status === 200, String(status));
    const fresh = await signIn('sue');
    assert.ok((await ask(fresh, 'GET')).body.sessions.some((/** @type {any} */ s) => s.current));
  }
});
