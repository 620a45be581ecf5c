/* SPDX-License-Identifier: MIT */
/**
 * Single sign-on: nginx asks another service who is there, as with
 * oauth2-proxy, and hands the name on. Nothing else names a user.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import test, { after } from 'node:test';
import { pieces, useSite } from '../harness/suite.js';
import { PASSWORD } from '../harness/site.js';
import { textOf } from '../harness/sse.js';

/** @type {Record<string, string>} by the cookie "sso" */
const people = { 'a-secret': 'ann@example.org', 'b-secret': 'bob' };
const service = http.createServer((request, response) => {
  const cookie = /sso=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
  const name = people[cookie];
  if (name) response.setHeader('X-Auth-Request-User', name);
  response.writeHead(name ? 202 : 401).end();
}).listen(0, '127.0.0.1');
await once(service, 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (
  service.address());
after(() => service.close());

const suite = useSite({
  users: ['ann'],
  config: { auth: 'remote_user', tokens_file: 'tokens' },
  include: 'confab-sso.conf',
  serverExtra: `
    auth_request /sso-auth;
    auth_request_set $confab_user $upstream_http_x_auth_request_user;
    location = /sso-auth {
      internal;
      auth_request off;
      proxy_pass http://127.0.0.1:${port};
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
    }`,
});

/** @param {string} cookie */
function clientWith(cookie) {
  const client = suite.site.client({ h2: true });
  client.cookie = cookie;
  return client;
}

test('the name that the web server gives is the user', async () => {
  for (const [secret, name] of Object.entries(people)) {
    const client = clientWith(`sso=${secret}`);
    const [status, body] = await client.getJson('api/session');
    assert.equal(status, 200);
    assert.equal(body.user.name, name);
    assert.equal(body.auth, 'remote_user');
    const reading = await client.chat('m', pieces(['hello ', 'there']));
    await reading.ended;
    assert.equal(textOf(reading.arrivals), 'hello there');
  }
});

test('without it there is nobody, and the page learns that no form helps',
  async () => {
    for (const cookie of ['', 'sso=wrong']) {
      const client = clientWith(cookie);
      for (const path of ['api/session', 'api/models']) {
        const answer = await client.get(path);
        assert.equal(answer.status, 401, path);
        await answer.text();
      }
    }
  });

test('a client names nobody: no header, no password, no old cookie',
  async () => {
    const { site } = suite;
    const client = clientWith('sso=b-secret');
    for (const headers of [{ 'X-Auth-Request-User': 'ann@example.org' },
      { 'X-Remote-User': 'ann' }, { 'Remote-User': 'ann' },
      { 'X-Forwarded-User': 'ann' }]) {
      const answer = await client.get('api/session',
        { headers: /** @type {any} */ (headers) });
      assert.equal((await answer.json()).user.name, 'bob');
    }
    const login = await client.post('api/login',
      { username: 'ann', password: PASSWORD });
    assert.equal(login.status, 404);
    await login.text();
    /* To the worker itself, as a web server that passes no name. */
    const connection = site.fcgi();
    connection.request({ path: 'api/session', params: { REMOTE_USER: '' },
      headers: { 'X-Remote-User': 'ann', 'REMOTE-USER': 'ann' } });
    const { status, body } = await connection.finished();
    connection.destroy();
    assert.equal(status, 401);
    const told = JSON.parse(body.toString());
    assert.equal(told.error.code, 'not_authenticated');
    assert.equal(told.auth, 'remote_user');
  });

test('a script\'s token is good where the web server lets it through',
  async () => {
    const { site } = suite;
    const token = site.control(['token', 'new', 'carol', 'script'])
      .stdout.trim();
    const connection = site.fcgi();
    connection.request({ path: 'api/session', params: { REMOTE_USER: '' },
      headers: { Authorization: `Bearer ${token}` } });
    const { status, body } = await connection.finished();
    connection.destroy();
    assert.equal(status, 200);
    assert.equal(JSON.parse(body.toString()).user.name, 'carol');
  });

/** @param {string} name @param {Record<string, string>} [params] */
async function asUser(name, params = {}) {
  const connection = suite.site.fcgi();
  connection.request({ path: 'api/session',
    params: { REMOTE_USER: name, ...params } });
  const { status, body } = await connection.finished();
  connection.destroy();
  const told = JSON.parse(body.toString());
  return { status, name: told.user?.name, code: told.error?.code };
}

test('a name in other letters is the same one, shut out or not', async () => {
  const { site } = suite;
  people['c-secret'] = 'BOB';
  const client = clientWith('sso=c-secret');
  const [, session] = await client.getJson('api/session');
  assert.equal(session.user.name, 'bob', 'its limits are bob\'s');
  site.control(['user', 'disable', 'ann']);
  for (const name of ['ann', 'ANN', 'Ann']) {
    assert.deepEqual(await asUser(name),
      { status: 403, name: undefined, code: 'account_disabled' });
  }
  site.control(['user', 'enable', 'ann']);
  assert.equal((await asUser('ANN')).name, 'ann');
});

test('a name that a directory might take for another is nobody\'s',
  async () => {
    for (const name of ['\uff21nn', 'a\u200bnn', 'an\u0301n', 'ann ',
      '\u202enna', 'ann  x', '\u{1d400}nn', 'a\u00adnn', ' ann', '#ann']) {
      const { status, code } = await asUser(name);
      assert.equal(status, 401, JSON.stringify(name));
      assert.equal(code, 'not_authenticated');
    }
    assert.doesNotMatch(suite.site.log(), /[\u0080-\uffff]/);
    assert.equal((await asUser('\u00e9lise')).name, '\u00e9lise');
  });

test('where the provider tells case apart, so does confab', async () => {
  const { site } = suite;
  site.writeConfig({ remote_user_case: 'exact' });
  await site.reload();
  site.control(['user', 'disable', 'ann']);
  assert.equal((await asUser('ann')).status, 403);
  assert.deepEqual(await asUser('Ann'),
    { status: 200, name: 'Ann', code: undefined });
  site.control(['user', 'enable', 'ann']);
});
