/* SPDX-License-Identifier: MIT */
/** Clients that leave, dawdle or hang cost themselves and nobody else. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, newGate, order, pieces, useSite } from '../harness/suite.js';
import { newKey } from '../harness/client.js';
import { rawTls } from '../harness/http.js';
import { errorOf, isDone, textOf } from '../harness/sse.js';
import { pause, startSite } from '../harness/site.js';
import { until } from '../harness/children.js';
import { residentBytes } from '../harness/proc.js';
import { requestBytes } from '../harness/fcgi.js';

const RING = 256 * 1024;
const suite = useSite({
  config: {
    timeouts: { grace: '300ms', request: '1500ms', heartbeat: '500ms' },
    limits: { requests_per_minute: 0, ring_per_stream: RING,
      ring_per_user: 64 * RING, streams_per_user: 100, answer: 512 << 20 },
  },
});

/** @param {string} cookie @param {string} content @param {string} [key] */
const chatBytes = (cookie, content, key) => {
  const body = JSON.stringify({ model: 'm', stream: true,
    messages: [{ role: 'user', content }] });
  return 'POST /api/chat/completions HTTP/1.1\r\nHost: localhost\r\n'
    + `Cookie: ${cookie}\r\nContent-Type: application/json\r\n`
    + (key ? `Idempotency-Key: ${key}\r\n` : '')
    + `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
};

test('gone at any byte of the request', async () => {
  const { site } = suite;
  const { cookie } = await site.signedIn();
  const bytes = chatBytes(cookie, order({ steps: [{ hang: true }] }));
  const ends = [];
  for (let at = 0; at < bytes.length; at += 31) {
    const one = rawTls(site.port, bytes.slice(0, at));
    one.socket.once('secureConnect', () =>
      setTimeout(() => one.socket.destroy(), 20));
    ends.push(one.closed);
  }
  await Promise.all(ends);
  await site.upstream.until(() =>
    site.upstream.calls.every((call) => call.closedAt));
});

test('gone at any byte of the answer', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  for (let cut = 1; cut < 2500; cut += 97) {
    const connection = site.fcgi();
    connection.cutAt = cut;
    connection.request({
      method: 'POST', path: 'api/chat/completions',
      headers: { Cookie: client.cookie, 'Content-Type': 'application/json' },
      body: JSON.stringify({ model: 'm', stream: true, messages: [
        { role: 'user', content: order(
          { steps: [{ tokens: 1e6, every: 1 }] }) }] }),
    });
    await connection.until(() => connection.closed);
  }
  await site.upstream.until(() =>
    site.upstream.calls.every((call) => call.closedAt));
});

test('comes and goes 300 times, with a key and without', async () => {
  const { site } = suite;
  const client = await site.signedIn({ h2: true });
  const before = residentBytes(site.worker.pid);
  const script = order({ steps: [{ tokens: 1e6, every: 2 }] });
  for (let i = 0; i < 300; i += 20) {
    await Promise.all(Array.from({ length: 20 }, async (_, n) => {
      const reading = await client.chat('m', script,
        { key: n % 2 ? newKey() : null });
      await reading.until((one) => one.events.length > n % 4);
      reading.leave();
    }));
  }
  await site.upstream.until(() =>
    site.upstream.calls.every((call) => call.closedAt));
  const grown = residentBytes(site.worker.pid) - before;
  assert.ok(site.sanitized || grown < 8 << 20, `grown by ${grown}`);
  site.upstream.forget();
});

test('a slow reader is bounded, and slows nobody', async () => {
  const { site } = suite;
  const { cookie } = await site.signedIn();
  const before = residentBytes(site.worker.pid);
  const slow = Array.from({ length: 8 }, () => {
    const one = rawTls(site.port,
      chatBytes(cookie, order({ steps: [{ tokens: 2e5, size: 1000 }, ...END] }),
        newKey()));
    one.socket.on('secureConnect', () => one.socket.pause());
    return one;
  });
  const calls = await site.upstream.until(() =>
    site.upstream.calls.length === 8 && site.upstream.calls);
  /* All buffers on the way are full when the upstream is held back. */
  let sent = -1;
  for (let same = 0; same < 5;) {
    await pause(100);
    const now = calls.reduce((sum, call) => sum + call.bytesOut, 0);
    same = now === sent ? same + 1 : 0;
    sent = now;
  }
  assert.ok(sent < 8 * 200e6, 'held back before the end');
  const grown = residentBytes(site.worker.pid) - before;
  assert.ok(site.sanitized || grown < 8 * RING + (16 << 20),
    `grown by ${grown}`);

  const quick = await site.signedIn({ h2: true });
  const reading = await quick.chat('m', pieces(['a', 'b', 'c'], 10));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'abc');
  for (const one of slow) one.socket.destroy();
  await site.upstream.until(() => calls.every((call) => call.closedAt));
  site.upstream.forget();
});

test('a reader that was slow gets all of it in the end', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const reading = await client.chat('m', order({
    steps: [{ tokens: 20_000, size: 1000 }, ...END],
  }), { key: newKey() });
  reading.answer.stream.pause();
  await pause(700);
  reading.answer.stream.resume();
  await reading.ended;
  assert.equal(errorOf(reading.arrivals), undefined);
  assert.ok(isDone(reading.arrivals));
  assert.equal(textOf(reading.arrivals).length, 20_000_000);
});

test('who takes nothing after the end is let go, and at the worker\'s end too',
  async () => {
    const site = await startSite({ config: {
      timeouts: { total: '2s', drain: '100ms' },
      'provider "demo"': { kind: 'demo' },
    } });
    try {
      const client = await site.signedIn();
      const ask = (/** @type {string} */ model,
        /** @type {string} */ content) => {
        const connection = site.fcgi();
        connection.socket.pause();
        connection.request({
          method: 'POST', path: 'api/chat/completions',
          headers: { Cookie: client.cookie,
            'Content-Type': 'application/json' },
          body: JSON.stringify({ model, stream: true,
            messages: [{ role: 'user', content }] }),
        });
        return connection;
      };
      /* More than a socket takes and less than a ring. */
      const answer = order({ steps: [{ tokens: 800, size: 1000 }, ...END] });
      const held = async () => (await site.metrics()).confab_ring_bytes;
      let deaf = Array.from({ length: 4 }, () => ask('m', answer));
      await until(async () => await held() > 4 * 100_000
        && (await site.metrics()).confab_streams_open === 0,
      { what: 'the answers are complete' });
      await until(async () => await held() === 0, { what: 'they are gone' });
      for (const one of deaf) one.destroy();

      deaf = Array.from({ length: 8 }, (_, i) =>
        ask(i % 2 ? 'm' : 'eliza', i % 2 ? answer : 'I am tired.'));
      await until(async () => await held() > 100_000);
      site.worker.kill('SIGTERM');
      await site.worker.exit;
      assert.deepEqual(site.worker.ended, { code: 0, signal: null });
      for (const one of deaf) one.destroy();
    } finally {
      await site.close();
    }
  });

test('an error amid what was held back ends the call all the same',
  async () => {
    const site = await startSite({ config: {
      limits: { requests_per_minute: 0, ring_per_stream: 4096,
        streams_per_user: 1000 },
    } });
    try {
      const client = await site.signedIn();
      site.upstream.forget();
      /* Somewhere in this range the error is among the bytes that libcurl
       * holds for a reader who comes late. */
      await Promise.all(Array.from({ length: 100 }, async (_, i) => {
        const late = site.fcgi();
        late.socket.pause();
        late.request({
          method: 'POST', path: 'api/chat/completions',
          headers: { Cookie: client.cookie,
            'Content-Type': 'application/json' },
          body: JSON.stringify({ model: 'm', stream: true, messages: [
            { role: 'user', content: order({ steps: [
              { tokens: 300 + i * 10, size: 20 },
              { event: { error: { message: 'bad', type: 'x' } } },
              { hang: true }] }) }] }),
        });
        await pause(1500);
        late.socket.resume();
        const { body } = await late.finished();
        assert.match(body.toString(), /"error"/);
        late.destroy();
      }));
      await site.upstream.until(() =>
        site.upstream.calls.every((call) => call.closedAt));
      assert.equal(site.upstream.calls.length, 100);
    } finally {
      await site.close();
    }
  });

test('half-open peers do not hold a request thread for good', async () => {
  const { site } = suite;
  const { cookie } = await site.signedIn();
  const whole = requestBytes({
    method: 'POST', path: 'api/chat/completions',
    headers: { Cookie: cookie, 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: [
      { role: 'user', content: 'x'.repeat(2000) }] }),
  });
  const stuck = Array.from({ length: 24 }, (_, i) => {
    const connection = site.fcgi();
    connection.send(whole.subarray(0, i * 100));
    return connection;
  });
  /* The threads are taken; within the request's time they are back. */
  const client = await site.signedIn();
  const [status] = await client.getJson('api/session');
  assert.equal(status, 200);
  await Promise.all(stuck.map((one) => one.until(() => one.closed)));
});

test('a peer of one byte at a time is ended too', async () => {
  const { site } = suite;
  /* Left alone, it would go on for minutes. */
  const whole = requestBytes({ method: 'POST', path: 'api/login',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'x'.repeat(8000), password: 'y' }) });
  const drips = Array.from({ length: 12 }, () => {
    const connection = site.fcgi();
    let at = 0;
    const timer = setInterval(() => {
      connection.send(whole.subarray(at, at += 1));
    }, 50);
    connection.socket.on('close', () => clearInterval(timer));
    return connection;
  });
  const client = await site.signedIn();
  const [status] = await client.getJson('api/session');
  assert.equal(status, 200);
  await Promise.all(drips.map((one) => one.until(() => one.closed)));
});

test('limit of streams of one user: 429, and others go on', async () => {
  const { site } = suite;
  const client = await site.signedIn({ h2: true });
  const gate = newGate();
  const readings = await Promise.all(Array.from({ length: 100 }, () =>
    client.chat('m', order({ steps: [{ text: 'a' }, { gate }, ...END] }))));
  const key = newKey();
  const refused = await client.ask('m', pieces(['x']), { key });
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers['retry-after']) >= 1);
  assert.equal((await refused.json()).error.code, 'stream_limit');
  site.upstream.open(gate);
  await Promise.all(readings.map((one) => one.ended));
  /* Nothing was called for that key: it may be tried again. */
  const reading = await client.chat('m', pieces(['again']), { key });
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'again');
});
