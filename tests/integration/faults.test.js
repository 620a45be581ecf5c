/* SPDX-License-Identifier: MIT */
/** A machine that fails: allocations that are refused, a clock that jumps. */

import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { END, newGate, order, pieces } from '../harness/suite.js';
import { newKey } from '../harness/client.js';
import { Faults } from '../harness/faults.js';
import { sanitizedBuild } from '../harness/paths.js';
import { SseReader, isDone, textOf } from '../harness/sse.js';
import { PASSWORD, pause, startSite } from '../harness/site.js';

const skip = sanitizedBuild() ? 'sanitizers must be loaded first' : false;
const faults = new Faults();
after(() => faults.close());

/**
 * @param {(site: import('../harness/site.js').Site) => Promise<void>} use
 */
async function withSite(use) {
  assert.ok(faults.works, faults.problem);
  const site = await startSite({ env: faults.env,
    config: { limits: { requests_per_minute: 0 }, timeouts: { grace: '1s' },
      throttle: { user_failures: 10_000, address_failures: 10_000 } } });
  try {
    await use(site);
  } finally {
    faults.failAllocation(0);
    faults.moveClock(0);
    await site.close();
  }
}

/** What is asked while allocations fail, past nginx. */
const REQUESTS = /** @type {Record<string, (cookie: string) => any>} */ ({
  session: (cookie) => ({ path: 'api/session', headers: { Cookie: cookie } }),
  login: () => ({ method: 'POST', path: 'api/login',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'ann', password: PASSWORD }) }),
  chat: (cookie) => ({ method: 'POST', path: 'api/chat/completions',
    headers: { Cookie: cookie, 'Content-Type': 'application/json',
      'Idempotency-Key': newKey() },
    body: JSON.stringify({ model: 'm', stream: true, messages: [
      { role: 'user', content: pieces(['one', 'two', 'three']) }] }) }),
  whole: (cookie) => ({ method: 'POST', path: 'api/chat/completions',
    headers: { Cookie: cookie, 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: [
      { role: 'user', content: pieces(['one', 'two', 'three']) }] }) }),
});

for (const [name, make] of Object.entries(REQUESTS)) {
  test(`any single allocation fails: ${name}`, { skip }, async () => {
    await withSite(async (site) => {
      const { cookie } = await site.signedIn();
      const statuses = new Map();
      /* Until a request is through before its turn comes, three times. */
      for (let n = 1, spared = 0; spared < 3 && n < 1500; n += 1) {
        const connection = site.fcgi();
        faults.failAllocation(n);
        connection.request(make(cookie));
        const { status, body } = await connection.finished();
        spared = faults.left > 0 ? spared + 1 : 0;
        faults.failAllocation(0);
        connection.destroy();
        assert.equal(site.worker.ended, null,
          `the worker died at allocation ${n}: ${site.log().slice(-500)}`);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        /* 429: a try that cannot be counted is refused. */
        assert.ok([0, 200, 400, 401, 429, 500, 502, 503].includes(status),
          `allocation ${n}: ${status} ${body}`);
        if (status === 200 && name === 'chat') {
          const sse = new SseReader();
          sse.push(body, 0);
          const text = textOf(sse.arrivals);
          assert.ok('onetwothree'.startsWith(text), `${n}: ${text}`);
          if (isDone(sse.arrivals)) assert.equal(text, 'onetwothree');
        }
      }
      assert.ok(statuses.get(200) >= 3, JSON.stringify([...statuses]));
      const client = await site.signedIn();
      const reading = await client.chat('m', pieces(['well']));
      await reading.ended;
      assert.equal(textOf(reading.arrivals), 'well');
    });
  });
}

test('the clock jumps by a day: streams and timers go on',
  { skip }, async () => {
    await withSite(async (site) => {
      const client = await site.signedIn();
      const gate = newGate();
      const reading = await client.chat('m', order({
        steps: [{ text: 'a' }, { gate }, { text: 'b' }, ...END] }),
      { key: newKey() });
      await reading.until(() => textOf(reading.arrivals) === 'a');
      for (const seconds of [86_400, -86_400, 0]) {
        faults.moveClock(seconds);
        await pause(700);
        assert.equal(site.upstream.calls[0].closedAt, null);
      }
      site.upstream.open(gate);
      await reading.ended;
      assert.equal(textOf(reading.arrivals), 'ab');
      assert.ok(isDone(reading.arrivals));
    });
  });

test('a cookie from the future is refused', { skip }, async () => {
  await withSite(async (site) => {
    faults.moveClock(86_400);
    const client = await site.signedIn();
    assert.equal((await client.get('api/session')).status, 200);
    faults.moveClock(0);
    assert.equal((await client.get('api/session')).status, 401);
    faults.moveClock(86_400);
    assert.equal((await client.get('api/session')).status, 200);
    faults.moveClock(86_400 * 40);
    assert.equal((await client.get('api/session')).status, 401);
  });
});
