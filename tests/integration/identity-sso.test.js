/* SPDX-License-Identifier: MIT */
/**
 * Single sign-on: nginx asks another service who is there, as with
 * oauth2-proxy, and hands the name on. Nothing else names a user.
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import test, { after } from 'node:test';
import { rawTls } from '../harness/http.js';
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
    underscores_in_headers on;
    ignore_invalid_headers off;
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

/**
 * By what names people were somebody else behind other proxies: a sign that a
 * server reads as another one, a header that is there twice or in another case,
 * one that only a server may set, one that has another taken away.
 */
const names = ['Remote-User', 'Remote_User', 'REMOTE_USER', 'X-Remote-User', 'X_Remote_User', 'X-Forwarded-User', 'X_Forwarded_User',
  'X-Forwarded-Preferred-Username', 'X-Forwarded-Email', 'X-Auth-Request-User', 'X_Auth_Request_User', 'X-Auth-Request-Preferred-Username',
  'X-WebAuth-User', 'X-WEBAUTH-USER', 'X-Authentik-Username', 'X-Authenticated-User', 'X-User', 'Auth-User', 'Proxy-User', 'Cf-Access-Authenticated-User-Email',
  'X-Goog-Authenticated-User-Email', 'X-Ms-Client-Principal-Name', 'Tailscale-User-Login', 'X-Ssl-Client-S-Dn', 'Redirect-Remote-User', 'REDIRECT_REMOTE_USER',
  'HTTP_REMOTE_USER', 'Http-Remote-User', 'Confab-User', 'confab_user', 'Script-Name', 'Auth-Type', 'Logon-User', 'REMOTE-USER', 'rEMOTE_uSER',
  'Remote.User', 'Remote User', 'Remote-User ', ' Remote-User', 'Remote-User\0'];

/** @param {string} lines of a head */
async function rawly(lines) {
  const { site } = suite;
  const raw = rawTls(site.port, `GET /api/session HTTP/1.1\r\nHost: localhost\r\n${lines}Connection: close\r\n\r\n`);
  await raw.closed;
  return raw.text();
}

test('no name of a header makes one somebody else, or somebody', async () => {
  for (const name of names) {
    for (const lines of [`${name}: ann\r\n`, `${name}: \r\n${name}: ann\r\n`, `${name}: bob, ann\r\n`, `X-A: b\r\n ${name}: ann\r\n`,
      `Connection: ${name}\r\n${name}: ann\r\n`]) {
      for (const cookie of ['', 'Cookie: sso=b-secret\r\n']) {
        const text = await rawly(cookie + lines);
        /* Some are no heads of a request: nginx says so. */
        const [status] = /(?<=^HTTP\/1\.1 )\d+/.exec(text) ?? [''];
        assert.ok(['400', cookie === '' ? '401' : '200'].includes(status), `${JSON.stringify(lines)}: ${text.slice(0, 200)}`);
        assert.doesNotMatch(text, /"name":"(?!bob)/, JSON.stringify(lines));
      }
    }
  }
});

test('nor does a header take the name away, or the answer of the service apart', async () => {
  for (const lines of ['Connection: X-Auth-Request-User\r\n', 'Connection: Cookie\r\n', 'Content-Length: 0\r\n', 'Expect: 100-continue\r\n',
    'Transfer-Encoding: identity\r\n', 'X-Original-URL: /api/health\r\n', 'X-Forwarded-Uri: /api/health\r\n', 'X-Rewrite-URL: /api/health\r\n',
    'X-Accel-Redirect: /api/health\r\n', 'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n',
    'Range: bytes=0-0\r\n', 'If-None-Match: *\r\n', 'Sec-Fetch-Site: cross-site\r\n']) {
    assert.match(await rawly(lines), /^HTTP\/1\.1 (?:401|400|501) /, lines);
    const text = await rawly(`Cookie: sso=b-secret\r\n${lines}`);
    if (text.startsWith('HTTP/1.1 200 ')) assert.match(text, /"name":"bob"/, lines);
  }
  /* Paths that a rule for some of them would let through. */
  for (const path of ['/api/session/../session', '/api//session', '/api/session;x', '/api/session?/health', '/api/health/../session', '/api/health%2f..%2fsession',
    '/api/session%3f', '/api/session%23', '/API/session', '/api/./session', '/sso-auth', '/sso-auth/', '//sso-auth']) {
    const raw = rawTls(suite.site.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Auth-Request-User: ann\r\nConnection: close\r\n\r\n`);
    await raw.closed;
    assert.match(raw.text(), /^HTTP\/1\.1 (?:401|404|400) /, path);
  }
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
