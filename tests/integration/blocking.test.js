/* SPDX-License-Identifier: MIT */
/**
 * The loop never blocks: names that do not resolve, a log that nobody reads
 * and clients that hang leave others' words as quick as before.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { END, order } from '../harness/suite.js';
import { newKey } from '../harness/client.js';
import { rawTls } from '../harness/http.js';
import { isDone, textOf } from '../harness/sse.js';
import { startSite } from '../harness/site.js';
import { dnsBlackHole, synBlackHole } from '../upstream/blackhole.js';

const canUnshare = process.getuid?.() === 0
  && spawnSync('unshare', ['-m', 'true']).status === 0;

/* ms. A loop that waits for one of these waits for seconds; a busy machine
 * delays words by some hundred. */
const BLOCKED = 1000;

/**
 * Median delay in ms of words through a site in a given state.
 * @param {import('../harness/site.js').Site} site
 */
async function delay(site) {
  const client = await site.signedIn({ h2: true });
  const readings = await Promise.all(Array.from({ length: 4 }, () =>
    client.chat('m', order({
      steps: [{ tokens: 60, every: 10, stamp: true }, ...END],
    }))));
  await Promise.all(readings.map((one) => one.ended));
  const late = readings.flatMap((one) => {
    assert.ok(isDone(one.arrivals));
    assert.match(textOf(one.arrivals), /^t0@.*t59@\d+ $/s);
    return one.events.flatMap((event) => {
      const match = /@(\d+)/.exec(event.data);
      return match ? [(event.at - Number(match[1])) / 1000] : [];
    });
  }).sort((a, b) => a - b);
  client.close();
  return { p50: late[late.length >> 1], worst: late.at(-1) ?? 0 };
}

test('hung name servers, SYNs and clients delay nobody',
  { skip: canUnshare ? false : 'needs root, for a resolv.conf of its own' },
  async () => {
    const dns = await dnsBlackHole();
    const hole = await synBlackHole();
    const resolver = join(process.env.TMPDIR ?? '/tmp',
      `confab-resolv-${process.pid}`);
    writeFileSync(resolver, `nameserver ${dns.address}\n`);
    const site = await startSite({
      wrap: ['unshare', '-m', 'sh', '-c',
        `mount --bind ${resolver} /etc/resolv.conf && exec "$@"`, 'sh'],
      config: {
        limits: { requests_per_minute: 0, streams_per_user: 1000 },
        timeouts: { connect: '4s', grace: '1s' },
        'provider "nowhere"': { kind: 'openai',
          base_url: 'http://api.hung.example/v1', 'model "hungname"': {} },
        'provider "hole"': { kind: 'openai',
          base_url: `http://127.0.0.1:${hole.port}/v1`,
          'model "hungsyn"': {} },
      },
    });
    try {
      const calm = await delay(site);
      const client = await site.signedIn({ h2: true });
      const began = performance.now();
      const keys = Array.from({ length: 40 }, newKey);
      const hung = keys.map((key, i) =>
        client.ask(i % 2 ? 'hungname' : 'hungsyn', 'x', { key }));
      const stalled = Array.from({ length: 20 }, () => {
        const body = JSON.stringify({ model: 'm', stream: true, messages: [
          { role: 'user', content: order({ steps: [
            { tokens: 1e6, size: 2000 }] }) }] });
        const one = rawTls(site.port,
          'POST /api/chat/completions HTTP/1.1\r\nHost: localhost\r\n'
          + `Cookie: ${client.cookie}\r\nContent-Type: application/json\r\n`
          + `Content-Length: ${body.length}\r\n\r\n${body}`);
        one.socket.on('secureConnect', () => one.socket.pause());
        return one;
      });
      await new Promise((resolve) => setTimeout(resolve, 500));
      const loaded = await delay(site);
      assert.ok(dns.asked() > 0, 'the hung server was asked');
      assert.ok(loaded.p50 < calm.p50 + BLOCKED,
        `${JSON.stringify(calm)} ${JSON.stringify(loaded)}`);
      /* Stop within a second, also while the name is being resolved. */
      const stops = await Promise.all(keys.slice(0, 10).map(async (key) => {
        const at = performance.now();
        const status = await client.stop(key);
        return { status, took: performance.now() - at };
      }));
      if (performance.now() - began < 3500) {
        for (const one of stops) {
          assert.equal(one.status, 204);
          assert.ok(one.took < 1500, `${one.took} ms`);
        }
      }
      for (const answer of await Promise.all(hung.slice(10))) {
        assert.equal(answer.status, 502);
        const { error } = await answer.json();
        assert.match(error.code, /^(connect_timeout|upstream_unreachable)$/);
      }
      assert.ok(performance.now() - began < 12_000);
      for (const one of stalled) one.socket.destroy();
    } finally {
      await site.close();
      hole.close();
      dns.close();
    }
  });

test('a log that nobody reads delays nobody', async () => {
  const site = await startSite({
    config: { log_level: 'debug', limits: { requests_per_minute: 0 } },
    logTo: 'pipe',
  });
  try {
    const client = await site.signedIn({ h2: true });
    const calm = await delay(site);
    /* More lines than a pipe holds. */
    for (let i = 0; i < 1500; i += 50) {
      await Promise.all(Array.from({ length: 50 }, async () =>
        (await client.post('api/login', {})).text()));
    }
    const loaded = await delay(site);
    assert.ok(loaded.p50 < calm.p50 + BLOCKED,
      `${JSON.stringify(calm)} ${JSON.stringify(loaded)}`);
  } finally {
    await site.close();
  }
});
