/* SPDX-License-Identifier: MIT */
/**
 * The limits that the example of a whole host has, and what a hostile
 * neighbour tries: floods, many names of streams, cookies of a sibling
 * domain, headers that claim what is not so.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { until } from '../harness/children.js';
import { newKey } from '../harness/client.js';
import { rawTls } from '../harness/http.js';
import { residentBytes } from '../harness/proc.js';
import { pause, startSite } from '../harness/site.js';
import { textOf } from '../harness/sse.js';
import { END, order, pieces, useSite } from '../harness/suite.js';

/* NAMES=100000 asks for as many. */
const KEYS = Number(process.env.NAMES ?? 3000);

/* Relative to nginx.conf; the page's own file is included last. */
const suite = useSite({
  users: ['ann', 'bob'],
  config: { limits: { requests_per_minute: 0, streams_per_user: 512 } },
  httpExtra: () => 'include nginx/confab-zones.conf;',
  serverExtra: `include nginx/confab-limits.conf;
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Test-Address;`,
});

/** @param {string} address @param {string} method @param {string} path */
const from = (address, method, path, more = '') => rawTls(suite.site.port,
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nX-Test-Address: ${address}`
  + `\r\n${more}Connection: close\r\n\r\n`);

test('one address drips so many small bodies, and others sign in', async () => {
  const more = 'Content-Type: application/json\r\nContent-Length: 60000\r\n';
  const slow = Array.from({ length: 60 }, () =>
    from('192.0.2.1', 'POST', '/api/login', more));
  await until(() => slow.filter((one) => one.text().includes(' 429 ')).length
    >= 60 - 32, { what: 'refusals' });
  const bob = await suite.site.signedIn({ user: 'bob' });
  const reading = await bob.chat('m', pieces(['here']));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'here');
  for (const one of slow) one.socket.destroy();
});

test('a flood from one address is refused, and fills no error log', async () => {
  const { site } = suite;
  const size = () => readFileSync(join(site.dir, 'error.log')).length;
  const before = size();
  const all = Array.from({ length: 900 }, () =>
    from('192.0.2.2', 'GET', '/api/health'));
  await Promise.all(all.map((one) => one.closed));
  const refused = all.filter((one) => one.text().includes(' 429 ')).length;
  assert.ok(refused > 100, `${refused} refused`);
  assert.ok(size() - before < 2000, 'the flood is in the error log');
  const bob = await site.signedIn({ user: 'bob' });
  assert.equal((await bob.getJson('api/session'))[0], 200);
});

test(`${KEYS} names of streams leave a user alone`, async () => {
  const { site } = suite;
  const client = await site.signedIn({ user: 'ann', h2: true });
  const bob = await site.signedIn({ user: 'bob' });
  const key = newKey();
  const reading = await bob.chat('m',
    order({ steps: [{ texts: Array(40).fill('x'), every: 50 }, ...END] }),
    { key });
  const before = residentBytes(site.worker.pid);
  let asked = 0;
  for (let i = 0; asked < KEYS; i += 1) {
    /* As many addresses as it takes: the limits of one are not the matter. */
    const headers = { 'X-Test-Address': `10.0.${i >> 8}.${i & 255}` };
    const statuses = await Promise.all(Array.from({ length: 100 }, async () => {
      const answer = await client.get(`api/streams/${newKey()}`, { headers });
      await answer.text();
      return answer.status;
    }));
    for (const status of statuses) assert.ok([404, 429].includes(status));
    asked += statuses.length;
  }
  if (!site.sanitized) {
    assert.ok(residentBytes(site.worker.pid) - before < 8 << 20, 'memory');
  }
  await reading.ended;
  assert.equal(textOf(reading.arrivals).length, 40);
});

test('a sibling domain\'s cookies sign nobody in or out', async () => {
  const { site } = suite;
  const { cookie } = await site.signedIn();
  const name = cookie.split('=')[0];
  assert.match(name, /^__Host-/, 'which no sibling can set');
  for (const tossed of [`${name.slice(7)}=x; ${cookie}`,
    `${name.toLowerCase()}=x; ${cookie}`, `${cookie}; other=${'y'.repeat(900)}`,
    `=${name}; ${cookie}`, `a=b=${name}=x; ${cookie}`]) {
    const client = site.client();
    client.cookie = tossed;
    const answer = await client.get('api/session');
    await answer.text();
    assert.equal(answer.status, 200, tossed);
  }
  /* One's own name twice, as only a broken browser would send it. */
  for (const tossed of [`${name}=x; ${cookie}`, `${cookie}; ${name}=x`]) {
    const client = site.client();
    client.cookie = tossed;
    const answer = await client.get('api/session');
    await answer.text();
    assert.ok([200, 401].includes(answer.status), tossed);
  }
});

test('headers claim nothing: host, scheme, address, path, user', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const forged = { 'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'http', 'X-Forwarded-For': '127.0.0.1',
    'X-Forwarded-User': 'bob', Forwarded: 'for=127.0.0.1;host=evil.example',
    'X-Original-URL': '/api/metrics', 'X-Rewrite-URL': '/api/metrics',
    'X-Accel-Redirect': '/api/metrics', 'X-HTTP-Method-Override': 'DELETE',
    'X-Sendfile': '/etc/passwd', Proxy: 'http://evil.example',
    'X-Real-IP': '127.0.0.1', REMOTE_USER: 'bob', 'REMOTE-USER': 'bob',
    'SCRIPT-NAME': '/x', 'PATH-INFO': '/api/metrics', 'Content-Length': '0' };
  for (const [name, value] of Object.entries(forged)) {
    const answer = await client.get('api/session',
      { headers: { [name]: value } });
    const text = await answer.text();
    assert.equal(answer.status, 200, name);
    assert.equal(JSON.parse(text).user.name, 'ann', name);
    assert.doesNotMatch(text + JSON.stringify(answer.headers),
      /evil|confab_/, name);
  }
  for (const host of ['evil.example', 'localhost.evil.example']) {
    const answer = await client.post('api/logout', {},
      { Host: host, Origin: `https://localhost:${site.port}` });
    await answer.text();
    assert.equal(answer.status, 403, host);
  }
});

test('smuggled requests are none: lengths and chunks that disagree',
  async () => {
    const { site } = suite;
    const { cookie } = await site.signedIn();
    const inner = 'DELETE /api/streams/x HTTP/1.1\r\nHost: localhost\r\n'
      + `Cookie: ${cookie}\r\nX-Inner: 1\r\n\r\n`;
    for (const lengths of ['Content-Length: 4\r\nTransfer-Encoding: chunked',
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
      'Transfer-Encoding: xchunked', 'Transfer-Encoding : chunked',
      'Content-Length: 0\r\nContent-Length: 44', 'Content-Length: +4',
      'Content-Length: 4, 4', 'Content-Length: 0x4', 'Content-Length: -1',
      'Transfer-Encoding:\tchunked\r\nContent-Length: 3']) {
      const one = rawTls(site.port, 'POST /api/chat/completions HTTP/1.1\r\n'
        + `Host: localhost\r\nCookie: ${cookie}\r\n`
        + `Content-Type: application/json\r\n${lengths}\r\n\r\n`
        + `0\r\n\r\n${inner}`);
      await Promise.race([one.closed, pause(400)]);
      one.socket.destroy();
      const answers = one.text().match(/^HTTP\/1\.1 \d+/gm) ?? [];
      assert.ok(answers.length <= 2, lengths);
      assert.match(answers[0] ?? 'HTTP/1.1 400', / [45]\d\d/, lengths);
    }
    /* The same in HTTP/2, where a header may not end a line. */
    const client = await site.signedIn({ h2: true });
    const answer = await client.request('POST', 'api/chat/completions',
      { json: {}, headers: { 'x-a': 'b', te: 'trailers' } });
    assert.equal(answer.status, 400);
    await answer.text();
  });

test('what is somebody\'s own is in no cache', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  for (const [method, path] of [['GET', 'api/session'], ['GET', 'api/models'],
    ['GET', 'api/health'], ['GET', 'api/nope'], ['POST', 'api/login'],
    ['GET', 'api/session?v0.1-0/x.css'], ['GET', 'api/models/x.css'],
    ['GET', 'api/streams/x.js']]) {
    const answer = await client.request(method, path,
      method === 'POST' ? { json: {} } : {});
    await answer.text();
    assert.match(String(answer.headers['cache-control']), /no-store/, path);
  }
  const reading = await client.chat('m', pieces(['x']));
  await reading.ended;
  assert.match(String(reading.answer.headers['cache-control']), /no-store/);
  /* Nor is a path that looks like a file of the page's answered by another. */
  const odd = await client.get('api/session/v0.1-0/app.js');
  assert.equal(odd.status, 404);
  await odd.text();
});

test('the administrator\'s own file is read, and may be absent', async (t) => {
  const site = await startSite({ changeInclude: (text) => text
    .replace(/include [^;]*local\.con\[f\];/,
      'set $confab_hsts "max-age=7"; fastcgi_read_timeout 61s;') });
  t.after(() => site.close());
  for (const path of ['', 'api/health', 'index.html']) {
    const answer = await site.client().get(path);
    await answer.text();
    assert.equal(answer.headers['strict-transport-security'], 'max-age=7',
      path);
  }
  const plain = await suite.site.client().get('api/health');
  await plain.text();
  assert.equal(plain.headers['strict-transport-security'], undefined);
});
