/* SPDX-License-Identifier: MIT */
/**
 * The shipped example of a whole host as it stands, with its times shortened:
 * heads that come in drops or never, over HTTP/1.1, HTTP/2 and before TLS, and
 * floods that would fill its logs, with somebody who uses the site meanwhile.
 */

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import tls from 'node:tls';
import { until } from '../harness/children.js';
import { rawTls } from '../harness/http.js';
import { freePort } from '../harness/places.js';
import { cpuSeconds, residentBytes } from '../harness/proc.js';
import { startSite } from '../harness/site.js';
import { textOf } from '../harness/sse.js';
import { END, order } from '../harness/suite.js';

const SLOW = 200; /* connections of each kind */
const FLOOD = 3000;

/** @type {import('../harness/site.js').Site} */
let site;

/** @param {string} name */
const log = (name) => join(site.dir, name);

before(async () => {
  const plain = await freePort();
  site = await startSite({
    users: ['ann', 'bob'],
    connections: 2048,
    config: { limits: { requests_per_minute: 0 } },
    example: async (it) => ({ file: 'example-host.conf', change: [
      ['listen 80;', `listen 127.0.0.1:${plain};`],
      ['listen [::]:80;', ''],
      ['listen [::]:443 ssl http2;', ''],
      ['/var/log/nginx/confab.log', join(it.dir, 'confab.log')],
      ['client_header_timeout 20s;', `client_header_timeout 2s;
        set_real_ip_from 127.0.0.1;
        real_ip_header X-Test-Address;`],
      ['keepalive_timeout 75s;', 'keepalive_timeout 3s;'],
    ] }),
  });
});

after(() => site?.close());

/**
 * A connection that says something now, and a piece each so often, until it is
 * closed at the other end.
 * @param {net.Socket} socket @param {string} ready the event of its begin
 * @param {Buffer | string} first @param {Buffer | string} drop
 */
function drip(socket, ready, first, drop) {
  const one = { open: false, closed: false, answer: '' };
  socket.on('error', () => {});
  socket.on('data', (part) => { one.answer += part.toString('latin1'); });
  socket.on(ready, () => {
    one.open = true;
    if (first.length > 0) socket.write(first);
    const timer = drop.length > 0
      ? setInterval(() => socket.write(drop), 150) : undefined;
    socket.on('close', () => clearInterval(timer));
  });
  socket.on('close', () => { one.closed = true; });
  return one;
}

/** @param {string} protocol */
const secure = (protocol) => tls.connect({ host: '127.0.0.1', port: site.port,
  servername: 'localhost', rejectUnauthorized: false,
  ALPNProtocols: [protocol] });

/** A frame of HTTP/2. @param {number} type @param {Buffer} payload */
function frame(type, payload, flags = 0, stream = 0) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, Buffer.alloc(0))]);
/* The begin of a head that does not end: no END_HEADERS. */
const HALF = Buffer.concat([PREFACE, frame(1, Buffer.from([0x82, 0x87]), 0, 1)]);

/** @type {Record<string, () => ReturnType<typeof drip>>} */
const kinds = {
  'a head in drops': () => drip(secure('http/1.1'), 'secureConnect',
    'GET / HTTP/1.1\r\nHost: localhost\r\n', 'X-A: b\r\n'),
  'a first line in drops': () => drip(secure('http/1.1'), 'secureConnect',
    'GET /', 'a'),
  'nothing after TLS': () => drip(secure('http/1.1'), 'secureConnect', '', ''),
  'no TLS': () => drip(net.connect(site.port, '127.0.0.1'), 'connect', '', ''),
  'TLS in drops': () => drip(net.connect(site.port, '127.0.0.1'), 'connect',
    Buffer.from([0x16, 3, 1, 2, 0]), Buffer.from([1])),
  'HTTP/2 without a request': () => drip(secure('h2'), 'secureConnect',
    PREFACE, ''),
  'half a head of HTTP/2': () => drip(secure('h2'), 'secureConnect', HALF, ''),
};

/** What somebody does: in all ways, from an address of their own. */
async function usual(/** @type {string} */ user) {
  const headers = { 'X-Test-Address': '192.0.2.77' };
  const client = await site.signedIn({ user });
  for (const path of ['', 'api/session', 'api/models', 'api/health']) {
    const answer = await client.get(path, { headers });
    await answer.text();
    assert.equal(answer.status, 200, path);
  }
  const reading = await client.chat('m',
    order({ steps: [{ texts: Array(10).fill('x'), every: 5 }, ...END] }));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'xxxxxxxxxx');
}

/** Processor time of the worker for some rounds of that, in s. */
async function cost() {
  const start = cpuSeconds(site.worker.pid);
  for (let i = 0; i < 4; i += 1) await usual(i % 2 ? 'ann' : 'bob');
  return cpuSeconds(site.worker.pid) - start;
}

test('heads that do not come are waited for so long, and nobody else waits',
  async (t) => {
    await usual('ann');
    const alone = await cost();
    const memory = residentBytes(site.worker.pid);
    const all = Object.entries(kinds).map(([name, begin]) =>
      [name, Array.from({ length: SLOW }, begin)]);
    const flat = all.flatMap(([, list]) =>
      /** @type {ReturnType<typeof drip>[]} */ (list));
    await until(() => flat.every((one) => one.open || one.closed),
      { what: 'all are there', limit: 60_000 });
    const beside = await cost();
    t.diagnostic(`the worker's time: ${alone.toFixed(3)} s alone, ${
      beside.toFixed(3)} s beside ${flat.length}`);
    assert.ok(beside < alone * 2 + 0.1, 'the worker does not hear of them');
    assert.ok(residentBytes(site.worker.pid) - memory < 8 << 20);
    await until(() => flat.every((one) => one.closed), {
      what: 'each was closed, though it went on', limit: 60_000 })
      .catch(() => assert.fail(all.map(([name, list]) => `${name}: ${
        /** @type {any[]} */ (list).filter((one) => !one.closed).length} open`)
        .join('; ')));
    await usual('bob');
  });

test('where they take all connections of nginx, it is well when their time is over',
  async () => {
    const crowd = Array.from({ length: 2300 }, () =>
      drip(net.connect(site.port, '127.0.0.1'), 'connect', '', ''));
    await until(() => crowd.every((one) => one.closed),
      { what: 'they are gone', limit: 120_000 });
    await usual('ann');
  });

test('a flood fills no log, and others are served', async (t) => {
  const names = ['confab.log', 'error.log'];
  const sizes = () => names.map((name) => statSync(log(name)).size);
  const before = sizes();
  const long = 'x'.repeat(6000);
  const paths = [`/v0.1-00/${long}.js`, `/${long}%0a%1b[2J`, '/api/metrics',
    `/api/${long}`, `/v0.1-00/${long}/../sandbox/frame.html`, `/?${long}`];
  let sent = 0, refused = 0;
  for (let done = 0; done < FLOOD; done += 100) {
    const some = Array.from({ length: 100 }, (_, i) => {
      const text = `GET ${paths[i % paths.length]} HTTP/1.1\r\n`
        + `Host: localhost\r\nX-Test-Address: 192.0.2.9\r\n`
        + `Referer: https://localhost/${'r'.repeat(1000)}\r\n`
        + 'Connection: close\r\n\r\n';
      sent += text.length;
      return rawTls(site.port, text);
    });
    await Promise.all(some.map((one) => one.closed));
    refused += some.filter((one) => one.text().includes(' 429 ')).length;
  }
  await usual('ann');
  const grown = sizes().map((size, i) => size - before[i]);
  t.diagnostic(`sent ${sent} bytes, ${refused} of ${FLOOD} refused; ${
    names.map((name, i) => `${name} grew by ${grown[i]}`).join(', ')}`);
  assert.ok(refused > FLOOD / 2, 'it is a flood');
  /* What was served has its line, and of the rest one in a hundred. */
  assert.ok(grown[0] < (FLOOD - refused + FLOOD / 20) * 400, `${grown[0]}`);
  /* Only who asks for the metrics is written of: a sixth of what was served. */
  assert.ok(grown[1] < (FLOOD - refused) * 400, `${grown[1]}`);
  assert.doesNotMatch(readFileSync(log('confab.log'), 'latin1'), /\x1b/);
  const [served] = readFileSync(log('confab.log'), 'latin1').split('\n')
    .filter((line) => line.startsWith('192.0.2.9 '));
  assert.match(served, /"GET \/\S{199} HTTP\/1\.1" \d+ /);
});
