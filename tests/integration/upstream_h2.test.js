/* SPDX-License-Identifier: MIT */
/**
 * HTTP/2 to the provider: many answers on few connections, each with its own
 * fate. Only where libcurl is new enough: see HTTP2_SINCE in the worker.
 */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { until } from '../harness/children.js';
import { newKey } from '../harness/client.js';
import { workerPath } from '../harness/paths.js';
import { residentBytes } from '../harness/proc.js';
import { pause } from '../harness/site.js';
import { chunksOf, errorOf, isDone, textOf } from '../harness/sse.js';
import { useSite } from '../harness/suite.js';
import { UpstreamH2 } from '../upstream/h2.js';

/** @returns {string | false} why HTTP/2 is not to be expected */
function tooOld() {
  const libraries = execFileSync('ldd', [workerPath], { encoding: 'utf8' });
  const path = /libcurl\S* => (\S+)/.exec(libraries)?.[1];
  const version = /libcurl\/(\d+)\.(\d+)\.\d+/.exec(
    path ? readFileSync(path, 'latin1') : '');
  if (!version) return 'which libcurl the worker has is unknown';
  const [major, minor] = version.slice(1).map(Number);
  return major > 8 || (major === 8 && minor >= 4) ? false
    : `${version[0]}: HTTP/2 needs 8.4, where pausing works`;
}

const skip = tooOld();
const upstream = new UpstreamH2();
const narrow = new UpstreamH2();
const RING = 256 * 1024;

const suite = useSite({
  config: {
    timeouts: { grace: '1s' },
    limits: { requests_per_minute: 0, streams_per_user: 1000,
      ring_per_stream: RING, answer: 512 << 20 },
  },
}, async (site) => {
  site.spare = 6;
  const { good, authority, selfSigned } = site.certificates;
  await upstream.listen(good);
  await narrow.listen(good, { maxConcurrentStreams: 100 });
  const at = (/** @type {string} */ name, /** @type {string} */ url,
    /** @type {string} */ ca, /** @type {string[]} */ headers = []) => ({
    [`provider "${name}"`]: { kind: 'openai', base_url: url, ca_file: ca,
      headers, [`model "${name}"`]: {} } });
  site.writeConfig({
    ...at('h2', upstream.url, authority, ['X-Who: h2']),
    ...at('other', upstream.url, authority, ['X-Who: other']),
    ...at('narrow', narrow.url, authority),
    ...at('untrusted', upstream.url, selfSigned.cert),
  });
  await site.reload();
});

after(() => Promise.all([upstream.close(), narrow.close()]));

const plan = (/** @type {object} */ what) => JSON.stringify(what);

/**
 * Ends all connections, so that a test has its own; with a GOAWAY, because
 * libcurl takes an idle one for alive that ended without.
 */
async function afresh() {
  for (const one of [upstream, narrow]) {
    one.release();
    for (const session of one.open) session.close();
  }
  await until(() => upstream.open.length + narrow.open.length === 0);
  upstream.calls.length = 0;
  upstream.sessions.length = 0;
  narrow.calls.length = 0;
  narrow.sessions.length = 0;
}

/** @param {string} what @param {() => Promise<void>} run */
const testH2 = (what, run) => test(what, { skip }, async () => {
  try {
    await run();
  } finally {
    await afresh();
  }
});

/** The words of an answer. @param {string} text @param {number} count */
const words = (text, count) =>
  Array.from({ length: count }, (_, i) => `${text}${i} `).join('');

testH2('many answers share one connection, and mix nothing', async () => {
  const client = await suite.site.signedIn({ h2: true });
  const readings = await Promise.all(Array.from({ length: 60 }, (_, i) =>
    client.chat(i % 3 ? 'h2' : 'other',
      plan({ text: `s${i}-`, tokens: 20, every: 3 }))));
  await Promise.all(readings.map((one) => one.ended));
  for (const [i, one] of readings.entries()) {
    assert.equal(textOf(one.arrivals), words(`s${i}-`, 20));
    assert.ok(isDone(one.arrivals));
  }
  assert.equal(upstream.calls.length, 60);
  assert.equal(upstream.sessions.length, 1, 'connections');
  await until(() => upstream.calls.every((one) => one.closedAt));
  for (const call of upstream.calls) {
    const number = Number(/\d+/.exec(call.plan.text)?.[0]);
    assert.equal(call.headers['x-who'], number % 3 ? 'h2' : 'other');
    assert.equal(call.code, 0);
  }
});

testH2('no more streams on a connection than its server allows', async () => {
  const client = await suite.site.signedIn({ h2: true });
  const readings = await Promise.all(Array.from({ length: 250 }, (_, i) =>
    client.chat('narrow', plan({ text: `s${i}-`, tokens: 2, hold: true }))));
  await Promise.all(readings.map((one, i) =>
    one.until(() => textOf(one.arrivals) === words(`s${i}-`, 2))));
  assert.equal(narrow.calls.length, 250);
  for (const session of [1, 2, 3, 4]) {
    const count = narrow.calls.filter((one) =>
      one.session === session).length;
    assert.ok(count <= 100, `${count} on connection ${session}`);
  }
  narrow.release();
  await Promise.all(readings.map((one) => one.ended));
  for (const one of readings) assert.ok(isDone(one.arrivals));
});

testH2('a reset stream fails alone', async () => {
  const client = await suite.site.signedIn({ h2: true });
  const others = await Promise.all(Array.from({ length: 10 }, () =>
    client.chat('h2', plan({ text: 'o', tokens: 3, hold: true }))));
  await Promise.all(others.map((one) =>
    one.until(() => textOf(one.arrivals) === words('o', 3))));
  const reset = await client.chat('h2',
    plan({ text: 'r', tokens: 2, every: 20, then: 'reset' }));
  await reset.ended;
  assert.equal(textOf(reset.arrivals), words('r', 2));
  assert.equal(errorOf(reset.arrivals)?.code, 'upstream_closed');
  assert.ok(chunksOf(reset.arrivals).at(-1).error);
  const ended = await client.chat('h2',
    plan({ text: 'e', tokens: 2, every: 20, then: 'end' }));
  await ended.ended;
  assert.equal(errorOf(ended.arrivals)?.code, 'upstream_closed');
  upstream.release();
  await Promise.all(others.map((one) => one.ended));
  for (const one of others) {
    assert.equal(textOf(one.arrivals), words('o', 3));
    assert.ok(isDone(one.arrivals));
  }
  assert.equal(upstream.calls.length, 12, 'each was asked once');
  assert.equal(upstream.sessions.length, 1);
});

testH2('Stop and leaving reset their stream, and it alone', async () => {
  const client = await suite.site.signedIn({ h2: true });
  const other = await client.chat('h2',
    plan({ text: 'o', tokens: 400, every: 5 }));
  await other.until(() => other.events.length > 2);
  for (const then of ['hang', 'done']) {
    for (const stop of [true, false]) {
      const key = newKey();
      const at = upstream.calls.length;
      const reading = await client.chat('h2', plan({ text: 's',
        tokens: then === 'hang' ? 2 : 1e5, every: 3, then }),
      stop ? { key } : {});
      await reading.until(() => reading.events.length > 1);
      if (stop) assert.equal(await client.stop(key), 204);
      else reading.leave();
      const call = upstream.calls[at];
      await until(() => call.closedAt, { limit: 2000 });
      assert.ok(call.code, 'it was reset');
      await reading.ended;
      assert.ok(!isDone(reading.arrivals));
    }
  }
  /* Before the first byte, too. */
  const key = newKey();
  const asked = client.ask('h2', plan({ tokens: 0, then: 'hang' }), { key });
  await until(() => upstream.calls.length === 6);
  assert.equal(await client.stop(key), 204);
  await (await asked).text();
  await until(() => upstream.calls[5].closedAt, { limit: 2000 });
  assert.equal(upstream.open.length, 1);
  await other.ended;
  assert.equal(textOf(other.arrivals), words('o', 400));
  assert.ok(isDone(other.arrivals));
});

testH2('a slow reader holds back its own stream only', async () => {
  const { site } = suite;
  const SIZE = 1000;
  const COUNT = 40_000;
  const before = residentBytes(site.worker.pid);
  const own = await site.signedIn();
  const slow = await own.chat('h2',
    plan({ text: 's', tokens: COUNT, size: SIZE }));
  slow.answer.stream.pause();
  const call = upstream.calls[0];
  let sent = -1;
  for (let same = 0; same < 5;) {
    await pause(100);
    same = call.sent === sent ? same + 1 : 0;
    sent = call.sent;
  }
  assert.ok(sent < COUNT * SIZE, 'held back before the end');
  const grown = residentBytes(site.worker.pid) - before;
  assert.ok(site.sanitized || grown < 24 << 20, `grown by ${grown}`);

  const client = await site.signedIn({ h2: true });
  for (let i = 0; i < 5; i += 1) {
    const reading = await client.chat('h2', plan({ text: 'q', tokens: 50 }));
    await reading.ended;
    assert.equal(textOf(reading.arrivals), words('q', 50));
  }
  assert.equal(upstream.sessions.length, 1);
  slow.answer.stream.resume();
  await slow.ended;
  assert.ok(isDone(slow.arrivals));
  assert.equal(textOf(slow.arrivals).length, COUNT * SIZE);
});

testH2('a connection that goes away fails only what is on it', async () => {
  const client = await suite.site.signedIn({ h2: true });
  const readings = await Promise.all(Array.from({ length: 5 }, () =>
    client.chat('h2', plan({ text: 'a', tokens: 2, hold: true }))));
  await Promise.all(readings.map((one) =>
    one.until(() => textOf(one.arrivals) === words('a', 2))));
  upstream.sessions[0].destroy();
  await Promise.all(readings.map((one) => one.ended));
  for (const one of readings) {
    assert.equal(errorOf(one.arrivals)?.code, 'upstream_closed');
  }
  const next = await client.chat('h2', plan({ text: 'n', tokens: 2 }));
  await next.ended;
  assert.equal(textOf(next.arrivals), words('n', 2));
  assert.equal(upstream.calls.length, 6, 'no question was sent twice');
});

testH2('GOAWAY lets the open ones end, and new ones connect anew', async () => {
  const client = await suite.site.signedIn({ h2: true });
  const open = await client.chat('h2',
    plan({ text: 'a', tokens: 2, hold: true }));
  await open.until(() => textOf(open.arrivals) === words('a', 2));
  /* As a server does that is being restarted. */
  upstream.sessions[0].close();
  await pause(100);
  const next = await client.chat('h2', plan({ text: 'n', tokens: 2 }));
  await next.ended;
  assert.equal(textOf(next.arrivals), words('n', 2));
  assert.equal(upstream.calls[1].session, 2);
  upstream.release();
  await open.ended;
  assert.ok(isDone(open.arrivals));
});

testH2('an idle connection that was closed is not tried', async () => {
  const client = await suite.site.signedIn({ h2: true });
  for (let i = 0; i < 4; i += 1) {
    const reading = await client.chat('h2', plan({ text: 'n', tokens: 2 }));
    await reading.ended;
    assert.equal(textOf(reading.arrivals), words('n', 2));
    upstream.sessions.at(-1)?.close();
    await pause(60);
  }
  assert.equal(upstream.calls.length, 4);
});

testH2('a refused stream is told, and never answered twice', async () => {
  const client = await suite.site.signedIn({ h2: true });
  const answer = await client.ask('h2', plan({ then: 'refuse' }));
  const { error } = await answer.json();
  assert.equal(answer.status, 502);
  assert.match(error.code, /^upstream_/);
  assert.ok(upstream.calls.length <= 3);
});

testH2('not shared with a provider who does not trust it', async () => {
  const client = await suite.site.signedIn({ h2: true });
  const open = await client.chat('h2', plan({ tokens: 1, hold: true }));
  await open.until(() => open.events.length > 0);
  const answer = await client.ask('untrusted', plan({ tokens: 1 }));
  assert.equal(answer.status, 502);
  assert.equal((await answer.json()).error.code, 'upstream_tls');
  assert.equal(upstream.calls.length, 1);
  upstream.release();
  await open.ended;
});
