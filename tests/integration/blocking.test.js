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
import { until } from '../harness/children.js';
import { END, newGate, order } from '../harness/suite.js';
import { newKey } from '../harness/client.js';
import { rawTls } from '../harness/http.js';
import { isDone, textOf } from '../harness/sse.js';
import { startSite } from '../harness/site.js';
import { dnsBlackHole, synBlackHole } from '../upstream/blackhole.js';

const canUnshare = process.getuid?.() === 0
  && spawnSync('unshare', ['-m', 'true']).status === 0;

/**
 * Four answers, word by word: each word is asked for when the one before it is
 * there, so a loop that waits for something else never gets to the end.
 * @param {import('../harness/site.js').Site} site
 */
async function converse(site) {
  const client = await site.signedIn({ h2: true });
  await Promise.all(Array.from({ length: 4 }, async () => {
    const gate = newGate();
    const texts = Array.from({ length: 20 }, (_, i) => `word${i} `);
    const reading = await client.chat('m', order({
      steps: [...texts.flatMap((text) => [{ text }, { gate }]), ...END],
    }));
    for (let i = 0; i < texts.length; i += 1) {
      const whole = texts.slice(0, i + 1).join('');
      await reading.until((one) => textOf(one.arrivals) === whole);
      site.upstream.open(gate, 1);
    }
    await reading.ended;
    assert.ok(isDone(reading.arrivals));
  }));
  client.close();
}

/**
 * Until readers that read nothing have what their rings may hold.
 * @param {import('../harness/site.js').Site} site
 */
async function stall(site) {
  let before = -1;
  await until(async () => {
    const { confab_ring_bytes: now } = await site.metrics();
    const same = now > 0 && now === before;
    before = now;
    return same;
  }, { every: 300, what: 'rings are full' });
}

test('hung name servers, SYNs and clients delay nobody',
  { skip: canUnshare ? false : 'needs root, for a resolv.conf of its own' },
  async () => {
    const dns = await dnsBlackHole();
    const hole = await synBlackHole();
    const resolver = join(process.env.TMPDIR ?? '/tmp',
      `confab-resolv-${process.pid}`);
    writeFileSync(resolver,
      `nameserver ${dns.address}\noptions timeout:30 attempts:2\n`);
    const site = await startSite({
      wrap: ['unshare', '-m', 'sh', '-c',
        `mount --bind ${resolver} /etc/resolv.conf && exec "$@"`, 'sh'],
      config: {
        limits: { requests_per_minute: 0, streams_per_user: 1000 },
        timeouts: { connect: '60s', heartbeat: '60s', grace: '1s' },
        'provider "nowhere"': { kind: 'openai',
          base_url: 'http://api.hung.example/v1', 'model "hungname"': {} },
        'provider "hole"': { kind: 'openai',
          base_url: `http://127.0.0.1:${hole.port}/v1`,
          'model "hungsyn"': {} },
      },
    });
    try {
      const client = await site.signedIn({ h2: true });
      const keys = Array.from({ length: 40 }, newKey);
      /** @type {string[]} */
      const over = [];
      const hung = keys.map(async (key, i) => {
        const answer = await client.ask(i % 2 ? 'hungname' : 'hungsyn', 'x',
          { key });
        over.push(key);
        return answer;
      });
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
      await until(() => dns.asked() > 0, { what: 'the hung server is asked' });
      await stall(site);
      await converse(site);
      /* Stop, also while the name is being resolved. */
      assert.deepEqual(over, [], 'none of the hung has ended so far');
      for (const key of keys) assert.equal(await client.stop(key), 204);
      for (const answer of await Promise.all(hung)) {
        assert.equal((await answer.json()).error.code, 'stopped');
      }
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
    /* More lines than a pipe holds. */
    for (let i = 0; i < 1500; i += 50) {
      await Promise.all(Array.from({ length: 50 }, async () =>
        (await client.post('api/login', {})).text()));
    }
    await converse(site);
  } finally {
    await site.close();
  }
});
