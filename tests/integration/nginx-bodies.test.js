/* SPDX-License-Identifier: MIT */
/**
 * Large and slow bodies: what nginx holds of them is little, whoever sends
 * them; a stranger's is refused before it is read; nothing is on a disk; and a
 * slow one keeps nobody else waiting.
 */

import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { until } from '../harness/children.js';
import { rawTls } from '../harness/http.js';
import { residentBytes } from '../harness/proc.js';
import { PASSWORD, pause } from '../harness/site.js';
import { textOf } from '../harness/sse.js';
import { pieces, useSite } from '../harness/suite.js';

const MB = 1 << 20;
const suite = useSite({
  users: ['ann', 'bob'],
  config: { workers: 4, limits: { body: 17 * MB } },
});

/** nginx's worker process. */
function nginxWorker() {
  const master = suite.site.nginx?.pid;
  const children = readFileSync(`/proc/${master}/task/${master}/children`,
    'utf8').trim().split(' ');
  return Number(children[0]);
}

/** What nginx says of bodies that it put on a disk. The files themselves have no
 * name, from the moment that they are opened. */
const spooled = () => readFileSync(join(suite.site.dir, 'error.log'), 'utf8')
  .split('\n').filter((line) => line.includes('buffered to a temporary file'));

/**
 * @param {string} path @param {number} length announced
 * @param {string} [cookie]
 */
const head = (path, length, cookie = '') => `POST ${path} HTTP/1.1\r\n`
  + 'Host: localhost\r\nContent-Type: application/json\r\n'
  + `${cookie ? `Cookie: ${cookie}\r\n` : ''}Content-Length: ${length}\r\n\r\n`;

for (const [who, cookie] of [['nobody', ''],
  ['a made-up session', '__Host-confab=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']]) {
  test(`20 connections of ${who} with 8 of 17 MB hold next to nothing`,
    async () => {
      const { site } = suite;
      const before = residentBytes(nginxWorker());
      for (const path of ['/api/chat/completions', '/api/health',
        '/api/login', '/api/nope', '/api/streams/x', '/index.html']) {
        const chat = path.endsWith('completions');
        const body = Buffer.alloc((chat ? 8 : 1) * MB, 'x');
        const all = Array.from({ length: 20 }, () => rawTls(site.port,
          Buffer.concat([Buffer.from(head(path, 17 * MB, cookie)), body])));
        /* Answered though their bodies never end. */
        await until(() => all.every((one) => /^HTTP\/1/.test(one.text())),
          { what: `answers to ${path}` });
        const grown = residentBytes(nginxWorker()) - before;
        assert.ok(grown < 12 * MB, `${path}: nginx grew by ${grown}`);
        const wanted = chat ? /^HTTP\/1.1 401\b/ : /^HTTP\/1.1 4(05|13)\b/;
        for (const one of all) {
          assert.match(one.text(), wanted, path);
          one.socket.destroy();
        }
      }
    });
}

test('the same over HTTP/2, on one connection', async () => {
  const { site } = suite;
  const before = residentBytes(nginxWorker());
  const session = http2.connect(`https://127.0.0.1:${site.port}`,
    { rejectUnauthorized: false });
  session.on('error', () => {});
  const body = Buffer.alloc(160 << 10, 'x'); /* node holds 10 MB in all */
  const statuses = await Promise.all(Array.from({ length: 40 }, () =>
    new Promise((resolve) => {
      const stream = session.request({ ':method': 'POST',
        ':path': '/api/chat/completions',
        'content-type': 'application/json',
        'content-length': String(5 * MB) });
      stream.on('response', (answer) => resolve(answer[':status']));
      stream.on('error', () => resolve('error'));
      stream.write(body, () => {});
    })));
  const grown = residentBytes(nginxWorker()) - before;
  session.destroy();
  assert.deepEqual([...new Set(statuses)], [401]);
  assert.ok(grown < 12 * MB, `nginx grew by ${grown}`);
});

test('a large body goes through at any pace, past every disk', async () => {
  const { site } = suite;
  const { cookie } = await site.signedIn();
  const body = Buffer.from(JSON.stringify({ model: 'm', stream: true,
    messages: [{ role: 'user', content: 'x'.repeat(6 * MB) },
      { role: 'user', content: pieces(['well ', 'taken']) }] }));
  const before = residentBytes(nginxWorker());
  const one = rawTls(site.port,
    head('/api/chat/completions', body.length, cookie));
  await once(one.socket, 'secureConnect');
  for (let at = 0; at < body.length; at += MB) {
    one.socket.write(body.subarray(at, at + MB));
    await pause(40);
    assert.deepEqual(spooled(), []);
    assert.ok(residentBytes(nginxWorker()) - before < 4 * MB);
  }
  await until(() => /\[DONE\]|"error"/.test(one.text()),
    { what: 'the answer' });
  one.socket.destroy();
  assert.match(one.text(), /^HTTP\/1.1 200/);
  site.upstream.forget();
});

test('nor does the largest body of any other address come on one', async () => {
  const { site } = suite;
  const { cookie } = await site.signedIn();
  const body = Buffer.alloc(64 << 10, ' ');
  for (const path of ['/api/login', '/api/password', '/api/logout',
    '/api/streams/x', '/api/nope', '/index.html']) {
    const one = rawTls(site.port,
      Buffer.concat([Buffer.from(head(path, body.length, cookie)), body]));
    await until(() => /^HTTP\/1.1 4/.test(one.text()), { what: `${path} is refused` });
    one.socket.destroy();
  }
  assert.deepEqual(spooled(), []);
});

test('more slow bodies than threads keep nobody waiting', async () => {
  const { site } = suite;
  const { cookie } = await site.signedIn();
  const slow = Array.from({ length: 40 }, () => rawTls(site.port,
    `${head('/api/chat/completions', 10_000, cookie)}{"model":`));
  await pause(300);
  const bob = await site.signedIn({ user: 'bob' });
  for (let i = 0; i < 10; i += 1) {
    const started = performance.now();
    const reading = await bob.chat('m', pieces(['here']));
    await reading.ended;
    assert.equal(textOf(reading.arrivals), 'here');
    assert.ok(performance.now() - started < 5000, 'at once');
  }
  assert.equal(slow.every((one) => one.text() === ''), true, 'still waiting');
  for (const one of slow) one.socket.destroy();
});

test('one user\'s slow bodies are limited, and leave room for others',
  async () => {
    const { site } = suite;
    const { cookie } = await site.signedIn();
    const slow = Array.from({ length: 160 }, () => rawTls(site.port,
      `${head('/api/chat/completions', 10_000, cookie)}{"model":`));
    await until(() => slow.some((one) => one.text().includes('429')),
      { what: 'a refusal' });
    const bob = await site.signedIn({ user: 'bob' });
    const reading = await bob.chat('m', pieces(['here']));
    await reading.ended;
    assert.equal(textOf(reading.arrivals), 'here');
    const told = slow.find((one) => one.text().includes('429'))?.text() ?? '';
    assert.match(told, /retry-after: 1/i);
    assert.match(told, /"request_limit"/);
    for (const one of slow) one.socket.destroy();
  });

test('8 slow logins leave the signed-in alone, and others signing in',
  async () => {
    const { site } = suite;
    const slow = Array.from({ length: 8 }, () => rawTls(site.port,
      `${head('/api/login', 60)}{"username":"ann",`));
    await pause(200);
    const client = await site.signedIn();
    const reading = await client.chat('m', pieces(['here']));
    await reading.ended;
    assert.equal(textOf(reading.arrivals), 'here');
    await site.client().login('bob', PASSWORD);
    for (const one of slow) one.socket.destroy();
  });
