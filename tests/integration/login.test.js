/* SPDX-License-Identifier: MIT */
/** Signing in and out through nginx, and what a stranger is refused. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, newGate, order, pieces, useSite } from '../harness/suite.js';
import { PASSWORD } from '../harness/site.js';
import { textOf } from '../harness/sse.js';

const suite = useSite({
  users: ['ann', 'bob', 'eve'],
  mounts: ['/', '/a/b/'],
  config: { throttle: { user_failures: 1000, address_failures: 10000 } },
});

/** @param {import('../harness/http.js').Answer} answer */
async function errorCode(answer) {
  const { error } = await answer.json();
  assert.equal(typeof error.message, 'string');
  assert.equal(typeof error.type, 'string');
  assert.ok('param' in error);
  return error.code;
}

test('login gives a session, which logout ends', async () => {
  for (const h2 of [false, true]) {
    const client = suite.site.client({ h2, mount: h2 ? '/a/b/' : '/' });
    assert.equal((await client.get('api/session')).status, 401);
    const answer = await client.post('api/login',
      { username: 'bob', password: PASSWORD });
    assert.equal(answer.status, 200);
    const body = await answer.json();
    assert.equal(body.user.name, 'bob');
    assert.ok(body.expires_at > Date.now() / 1000);
    assert.match(String(answer.headers['cache-control']), /no-store/);
    const cookie = String(answer.headers['set-cookie']);
    assert.match(cookie, /^__Host-confab=[A-Za-z0-9_-]+;/);
    for (const attribute of [/; ?HttpOnly/i, /; ?Secure/i,
      /; ?SameSite=Strict/i, /; ?Path=\/(;|$)/i]) {
      assert.match(cookie, attribute);
    }
    assert.doesNotMatch(cookie, /Domain/i);
    client.cookie = cookie.split(';')[0];
    const [status, session] = await client.getJson('api/session');
    assert.equal(status, 200);
    assert.equal(session.user.name, 'bob');
    assert.equal(session.auth, 'password');
    assert.equal(typeof session.limits.max_body_bytes, 'number');
    assert.equal(session.limits.resume, true);
    const out = await client.post('api/logout', {});
    assert.equal(out.status, 204);
    await out.text();
    const after = await client.get('api/session');
    assert.equal(after.status, 401, 'the old cookie is revoked');
    assert.equal(await errorCode(after), 'not_authenticated');
  }
});

test('the longest name\'s cookie fits nginx\'s buffer', async () => {
  const { site } = suite;
  const name = 'n'.repeat(64);
  site.addUser(name);
  const client = site.client();
  await client.login(name, PASSWORD);
  const [status, session] = await client.getJson('api/session');
  assert.equal(status, 200);
  assert.equal(session.user.name, name);
});

test('wrong password and unknown user look the same', async () => {
  const client = suite.site.client();
  const bodies = [];
  for (const [username, password] of [['ann', 'wrong'], ['nobody', 'wrong'],
    ['', ''], ['ann', ''], ['ann', `${PASSWORD} `], ['Ann', PASSWORD],
    ['x'.repeat(2000), 'y'.repeat(5000)]]) {
    const answer = await client.post('api/login', { username, password });
    assert.equal(answer.status, 401, username);
    assert.equal(answer.headers['set-cookie'], undefined);
    bodies.push(await answer.text());
  }
  assert.equal(new Set(bodies).size, 1);
  assert.equal(JSON.parse(bodies[0]).error.code, 'invalid_credentials');
});

test('a login that is not one is a 400', async () => {
  const client = suite.site.client();
  for (const body of ['', '{', '[]', '"x"', '{}', '{"username":"ann"}',
    '{"username":"ann","password":5}', '{"username":null,"password":"x"}',
    '{"username":"ann","password":"x","password":"y"}',
    '{"username":"a\\u0000b","password":"x"}',
    '{"username":"\xff","password":"x"}']) {
    const answer = await client.request('POST', 'api/login',
      { body: Buffer.from(body, 'latin1'),
        headers: { 'Content-Type': 'application/json' } });
    assert.ok([400, 401].includes(answer.status), `${body} ${answer.status}`);
    await errorCode(answer);
  }
});

test('a forged, cut or foreign cookie is refused', async () => {
  const { site } = suite;
  const good = await site.signedIn();
  const [name, value] = good.cookie.split('=');
  const bad = [`${name}=`, `${name}=x`, `${name}=${'A'.repeat(5000)}`,
    `${name}=${value.slice(0, -1)}`, `${name}=${value}A`,
    `confab=${value}`, `${name.toLowerCase()}x=${value}`,
    `${name}="${value}"x`];
  const bytes = Buffer.from(value, 'base64url');
  for (let bit = 0; bit < bytes.length * 8; bit += 13) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] ^= 1 << (bit & 7);
    bad.push(`${name}=${flipped.toString('base64url')}`);
  }
  const client = site.client({ h2: true });
  for (const cookie of bad) {
    client.cookie = cookie;
    const answer = await client.get('api/session');
    assert.equal(answer.status, 401, cookie.slice(0, 80));
    await answer.text();
  }
  client.cookie = `other=1; ${good.cookie}; third=2`;
  assert.equal((await client.get('api/session')).status, 200);
});

test('nothing but login and health is for strangers', async () => {
  const client = suite.site.client();
  suite.site.upstream.forget();
  for (const [method, path] of [['GET', 'api/session'], ['GET', 'api/models'],
    ['POST', 'api/chat/completions'], ['POST', 'api/logout'],
    ['GET', 'api/streams/abc'], ['DELETE', 'api/streams/abc'],
    ['POST', 'api/password']]) {
    const answer = await client.request(method, path,
      method === 'POST' ? { json: { model: 'm', messages: [
        { role: 'user', content: 'x' }] } } : {});
    assert.equal(answer.status, 401, `${method} ${path}`);
    assert.equal(await errorCode(answer), 'not_authenticated');
  }
  const health = await client.get('api/health');
  assert.equal(health.status, 200);
  await health.text();
  assert.equal(suite.site.upstream.calls.length, 0);
});

test('cross-site requests get 403 and reach nothing', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  site.upstream.forget();
  const host = `localhost:${site.port}`;
  for (const headers of [
    { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'https://evil.example' }, { Origin: 'null' },
    { Origin: `http://localhost.evil.example` },
  ]) {
    for (const path of ['api/chat/completions', 'api/login', 'api/logout']) {
      const answer = await client.post(path, { model: 'm', username: 'ann',
        password: PASSWORD, messages: [{ role: 'user', content: 'x' }] },
      /** @type {any} */ (headers));
      assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
      assert.equal(await errorCode(answer), 'csrf_refused');
    }
    const stop = await client.request('DELETE', 'api/streams/abc',
      { headers: /** @type {any} */ (headers) });
    assert.equal(stop.status, 403);
    await stop.text();
  }
  assert.equal(site.upstream.calls.length, 0);
  for (const headers of [
    { 'Sec-Fetch-Site': 'same-origin', Origin: `https://${host}` },
    { Origin: `https://${host}` }, { 'Sec-Fetch-Site': 'none' }, {},
  ]) {
    const reading = await client.chat('m', pieces(['ok']),
      { headers: /** @type {any} */ (headers) });
    await reading.ended;
    assert.equal(textOf(reading.arrivals), 'ok', JSON.stringify(headers));
  }
});

test('a form\'s content types are refused', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  site.upstream.forget();
  const body = JSON.stringify({ model: 'm',
    messages: [{ role: 'user', content: 'x' }] });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x', 'text/plain; application/json',
    'application/jsonp', '']) {
    for (const path of ['api/chat/completions', 'api/login']) {
      const answer = await client.request('POST', path,
        { body, headers: { 'Content-Type': type } });
      assert.ok([403, 415].includes(answer.status), `${type}`);
      await errorCode(answer);
    }
  }
  for (const type of ['application/json; charset=utf-8',
    'Application/JSON']) {
    const answer = await client.request('POST', 'api/login', {
      body: JSON.stringify({ username: 'eve', password: PASSWORD }),
      headers: { 'Content-Type': type } });
    assert.equal(answer.status, 200, type);
    await answer.text();
  }
  assert.equal(site.upstream.calls.length, 0);
});

test('a header names no user and no address', async () => {
  const client = suite.site.client();
  for (const headers of [{ 'X-Remote-User': 'ann' }, { 'Remote-User': 'ann' },
    { REMOTE_USER: 'ann' }, { 'X-Forwarded-User': 'ann' }]) {
    const answer = await client.get('api/session',
      { headers: /** @type {any} */ (headers) });
    assert.equal(answer.status, 401);
    await answer.text();
  }
});

test('a changed password, a disabled and a deleted user: 401 at once',
  async () => {
    const { site } = suite;
    const changes = [
      () => site.control(['user', 'passwd', 'eve'], 'another password\n'),
      () => site.control(['user', 'disable', 'eve']),
      () => site.control(['user', 'del', 'eve']),
    ];
    site.control(['user', 'del', 'eve'], '', { fail: true });
    for (const change of changes) {
      site.control(['user', 'del', 'eve'], '', { fail: true });
      site.addUser('eve');
      const client = site.client({ h2: true });
      await client.login('eve', PASSWORD);
      const gate = newGate();
      const reading = await client.chat('m',
        order({ steps: [{ text: 'a' }, { gate }, ...END] }));
      change();
      const answer = await client.get('api/session');
      await answer.text();
      assert.equal(answer.status, 401, String(change));
      site.upstream.open(gate);
      await reading.ended;
      client.close();
    }
  });

test('signing out everywhere ends every session of that user only',
  async () => {
    const { site } = suite;
    const [one, two, other] = [site.client(), site.client({ h2: true }),
      site.client()];
    await one.login('bob', PASSWORD);
    await two.login('bob', PASSWORD);
    await other.login('ann', PASSWORD);
    const answer = await one.post('api/logout', { everywhere: true });
    assert.equal(answer.status, 204);
    assert.equal((await one.get('api/session')).status, 401);
    assert.equal((await two.get('api/session')).status, 401);
    assert.equal((await other.get('api/session')).status, 200);
    await one.login('bob', PASSWORD);
    assert.equal((await one.get('api/session')).status, 200);
  });
