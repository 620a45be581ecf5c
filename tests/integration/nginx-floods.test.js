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
import { children, cpuSeconds, residentBytes } from '../harness/proc.js';
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

/** A line of a head, written whole. @param {string} name @param {string} value */
const field = (name, value) => Buffer.concat([Buffer.from([0x10]), ...[name, value].flatMap((text) => {
  const { length } = text;
  /* Up to 127 in seven bits, then the rest in sevens. */
  const rest = length < 127 ? [] : [(length - 127 & 127) | 128, length - 127 >> 7];
  return [Buffer.from([Math.min(length, 127), ...rest]), Buffer.from(text, 'latin1')];
})]);

/** The head of a request. @param {string} method @param {string} path @param {Record<string, string>} more */
const headOf = (method, path, more = {}) => Buffer.concat([field(':method', method), field(':scheme', 'https'),
  field(':authority', 'localhost'), field(':path', path), ...Object.entries(more).map(([name, value]) => field(name, value))]);

const [DATA, HEADERS, PRIORITY, RESET, SETTINGS, PING, WINDOW, CONTINUATION] = [0, 1, 2, 3, 4, 6, 8, 9];
const END_STREAM = 1, END_HEADERS = 4;
const numberOf = (/** @type {number} */ n) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
};
const FLOODER = { 'x-test-address': '192.0.2.8' };

/**
 * Floods of HTTP/2 that took servers down: what goes first, and what then comes
 * again and again (`i` from 0 on). Where nginx must end it, `ends`.
 * @type {Record<string, {first?: Buffer, then: (i: number) => Buffer, ends: boolean}>}
 */
const floods = {
  'streams that are reset at once': { ends: true, then: (i) => Buffer.concat([
    frame(HEADERS, headOf('GET', '/api/models', FLOODER), END_STREAM | END_HEADERS, 2 * i + 1), frame(RESET, numberOf(8), 0, 2 * i + 1)]) },
  'streams that the server has to reset': { ends: true, then: (i) => Buffer.concat([
    frame(HEADERS, headOf('GET', '/api/models', FLOODER), END_HEADERS, 2 * i + 1), frame(WINDOW, numberOf(0), 0, 2 * i + 1)]) },
  'a head without an end': { ends: true, first: frame(HEADERS, headOf('GET', '/', FLOODER), END_STREAM, 1),
    then: () => frame(CONTINUATION, field('x-a', 'b'.repeat(8000)), 0, 1) },
  'a head that goes on with nothing': { ends: true, first: frame(HEADERS, headOf('GET', '/', FLOODER), END_STREAM, 1),
    then: () => frame(CONTINUATION, Buffer.alloc(0), 0, 1) },
  'lines without a name': { ends: true, first: frame(HEADERS, headOf('GET', '/', FLOODER), END_STREAM, 1),
    then: () => frame(CONTINUATION, Buffer.concat(Array(500).fill(field('', ''))), 0, 1) },
  /* 0x40: into the table; then that line, one byte each. */
  'a line of 4 kB that is named a thousand times': { ends: true, then: (i) => frame(HEADERS, Buffer.concat([
    headOf('GET', '/', FLOODER), Buffer.from([0x40, 1, 0x61, 127, 0x81 + 127 & 255, 0x1e]), Buffer.alloc(4000, 98), Buffer.alloc(1000, 0xbe)]),
  END_STREAM | END_HEADERS, 2 * i + 1) },
  pings: { ends: true, then: () => frame(PING, Buffer.alloc(8)) },
  settings: { ends: true, then: () => frame(SETTINGS, Buffer.alloc(0)) },
  'settings of the least window': { ends: true, then: (i) => frame(SETTINGS, Buffer.concat([Buffer.from([0, 4]), numberOf(i % 2)])) },
  'tables that grow and shrink': { ends: true, then: (i) => frame(SETTINGS, Buffer.concat([Buffer.from([0, 1]), numberOf(i % 2 ? 4096 : 0)])) },
  priorities: { ends: true, then: (i) => frame(PRIORITY, Buffer.concat([numberOf(2 * i + 1), Buffer.from([7])]), 0, 2 * i + 3) },
  'bodies of nothing': { ends: true, first: frame(HEADERS, headOf('POST', '/api/login', FLOODER), END_HEADERS, 1), then: () => frame(DATA, Buffer.alloc(0), 0, 1) },
  'windows that open by one': { ends: true, first: frame(HEADERS, headOf('GET', '/', FLOODER), END_STREAM | END_HEADERS, 1), then: () => frame(WINDOW, numberOf(1)) },
};

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

/** All of nginx. */
const memoryOfNginx = () => children(site.nginx?.pid ?? 0).reduce((sum, pid) => sum + residentBytes(pid), 0);

const FLOOD_BYTES = 12 << 20; /* most that is sent */

for (const [name, { first, then, ends }] of Object.entries(floods)) {
  test(`a flood over HTTP/2: ${name}`, async (t) => {
    await usual('ann');
    const memory = memoryOfNginx(), workers = residentBytes(site.worker.pid), processor = cpuSeconds(site.worker.pid);
    const socket = secure('h2');
    let closed = false, sent = 0, wake = () => {};
    socket.on('error', () => {});
    socket.on('drain', () => wake());
    socket.on('close', () => {
      closed = true;
      wake();
    });
    /* What it answers is read: who does not is held back by TCP. */
    socket.on('data', () => {});
    await new Promise((resolve) => { socket.on('secureConnect', () => resolve(undefined)); });
    socket.write(Buffer.concat([PREFACE, first ?? Buffer.alloc(0)]));
    for (let i = 0; !closed && sent < FLOOD_BYTES;) {
      const some = Buffer.concat(Array.from({ length: 50 }, () => then(i++)));
      sent += some.length;
      if (!socket.write(some) && !closed) await new Promise((resolve) => { wake = () => resolve(undefined); });
    }
    const beside = usual('bob');
    await until(() => closed, { what: 'nginx ends it', limit: 20_000 }).catch((error) => { if (ends) throw error; });
    socket.destroy();
    await beside;
    const grown = memoryOfNginx() - memory;
    t.diagnostic(`sent ${sent} bytes; nginx grew by ${grown >> 10} kB, the worker by ${
      (residentBytes(site.worker.pid) - workers) >> 10} kB and ${(cpuSeconds(site.worker.pid) - processor).toFixed(3)} s`);
    assert.ok(grown < 16 << 20, `${grown}`);
    assert.ok(site.sanitized || residentBytes(site.worker.pid) - workers < 8 << 20);
  });
}

test('questions that are reset at once are stopped', async () => {
  const client = await site.signedIn({ user: 'ann' });
  const body = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: order({ steps: [{ texts: Array(50).fill('x'), every: 100 }, ...END] }) }] });
  const socket = secure('h2');
  let closed = false;
  socket.on('error', () => {});
  socket.on('close', () => { closed = true; });
  socket.on('data', () => {});
  await new Promise((resolve) => { socket.on('secureConnect', () => resolve(undefined)); });
  socket.write(PREFACE);
  for (let i = 0; i < 1000 && !closed; i += 1) {
    const stream = 2 * i + 1;
    socket.write(Buffer.concat([
      frame(HEADERS, headOf('POST', '/api/chat/completions', { ...FLOODER, cookie: client.cookie, 'content-type': 'application/json', 'content-length': String(body.length) }), END_HEADERS, stream),
      frame(DATA, Buffer.from(body), END_STREAM, stream), frame(RESET, numberOf(8), 0, stream)]));
    if (i % 50 === 0) await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
  await usual('bob');
  socket.destroy();
  /* Each was begun at most once, and is over. */
  await until(async () => (await site.metrics()).confab_streams_open === 0, { what: 'none is open', limit: 30_000 });
  await usual('ann');
});
