/* SPDX-License-Identifier: MIT */
/**
 * A worker that does everything at once: streams of all ends, logins, keys
 * that rotate, reloads, and a stop in the midst. It is the load that
 * `make check-threads` has ThreadSanitizer watch, and `make check-valgrind`
 * valgrind; each of what they find ends up in the log or as the exit code, at
 * which the harness looks.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { newKey } from '../harness/client.js';
import { END, newGate, order, pieces } from '../harness/suite.js';
import { PASSWORD, startSite } from '../harness/site.js';
import { errorOf, textOf } from '../harness/sse.js';
import { until } from '../harness/children.js';

/** Rounds of each kind of work. ROUNDS=50 looks longer. */
const ROUNDS = Number(process.env.ROUNDS ?? 4);

const options = {
  users: ['ann', 'bob', 'eve'],
  config: {
    limits: { requests_per_minute: 0, streams_per_user: 1000 },
    throttle: { user_failures: 100_000, address_failures: 100_000 },
    timeouts: { drain: '1s', grace: '1s' },
    log_level: 'debug',
  },
};

/** @typedef {import('../harness/site.js').Site} Site */

/**
 * A session of its own: the keys go. Hashes at a time are limited, and who
 * meets the limit hears 503 and comes again.
 *
 * @param {import('../harness/client.js').Client} client @param {string} user
 */
async function signIn(client, user) {
  for (;;) {
    const error = await client.login(user, PASSWORD).then(() => null, (e) => e);
    if (error === null) return client;
    assert.match(error.message, /^login: 503/);
  }
}

/** Answers of each end. @param {Site} site */
async function streams(site) {
  const client = site.client({ h2: true });
  for (let i = 0; i < ROUNDS; i += 1) {
    await signIn(client, 'ann');
    const good = await client.chat('m', pieces(['x', 'y'], 2));
    await good.ended;
    assert.equal(textOf(good.arrivals), 'xy');
    const key = newKey();
    const stopped = await client.chat('m',
      order({ steps: [{ text: 'a' }, { hang: true }] }), { key });
    await stopped.until(() => textOf(stopped.arrivals) === 'a');
    await client.stop(key);
    await stopped.ended;
    const left = await client.chat('m',
      order({ steps: [{ text: 'a' }, { hang: true }] }), { key: newKey() });
    await left.until(() => textOf(left.arrivals) === 'a');
    left.leave();
    const broken = await client.ask('m',
      order({ steps: [{ text: 'a' }, { reset: true }] }));
    assert.ok(!(await broken.text()).includes('[DONE]'));
    const whole = await client.ask('m', pieces(['x']),
      { more: { stream: false } });
    assert.equal(whole.status, 200);
    await whole.text();
  }
}

/** Logins that are right and wrong, sessions that end. @param {Site} site */
async function logins(site) {
  for (let i = 0; i < ROUNDS; i += 1) {
    const client = await signIn(site.client(), 'bob');
    const wrong = await site.client().post('api/login',
      { username: 'eve', password: `wrong ${i}` });
    await wrong.text();
    /* 503: hashes at a time are limited. */
    assert.ok([401, 503].includes(wrong.status), `${wrong.status}`);
    /* 401: seven keys later a session is over. */
    for (const path of ['api/session', 'api/models', 'api/sessions']) {
      const [status] = await client.getJson(path);
      assert.ok([200, 401].includes(status), `${path}: ${status}`);
    }
    const out = await client.post('api/logout', {});
    await out.text();
    assert.ok([204, 401].includes(out.status), `${out.status}`);
    await site.metrics();
  }
}

/** Keys rotate, passwords and groups change, all is read anew. @param {Site} site */
async function reloads(site) {
  for (let i = 0; i < ROUNDS; i += 1) {
    site.control(['secret', 'rotate', '--keep', '7']);
    site.control(['user', 'passwd', 'eve'], `another secret ${i}\n`);
    site.writeConfig({ limits: { tokens_per_day: 1_000_000 + i } });
    await site.reload();
  }
}

test('streams, logins, reloads and new keys at once, and a stop amid streams',
  async () => {
    const site = await startSite(options);
    try {
      await Promise.all([streams(site), streams(site), logins(site),
        logins(site), reloads(site)]);
      const client = await signIn(site.client({ h2: true }), 'ann');
      const gate = newGate();
      const message = order({ steps: [{ text: 'a' }, { gate }, { text: 'b' },
        ...END] });
      const ending = await Promise.all(Array.from({ length: 20 }, () =>
        client.chat('m', message)));
      const cut = await Promise.all(Array.from({ length: 20 }, () =>
        client.chat('m', order({ steps: [{ text: 'a' }, { hang: true }] }))));
      await Promise.all([...ending, ...cut].map((one) =>
        one.until(() => textOf(one.arrivals) === 'a')));
      site.worker.kill('SIGHUP');
      site.worker.kill('SIGTERM');
      await until(async () => !await site.accepts());
      site.upstream.open(gate);
      await Promise.all([...ending, ...cut].map((one) => one.ended));
      for (const one of ending) assert.equal(textOf(one.arrivals), 'ab');
      for (const one of cut) {
        assert.equal(errorOf(one.arrivals)?.code, 'shutting_down');
      }
      await site.worker.exit;
      assert.deepEqual(site.worker.ended, { code: 0, signal: null },
        site.log().slice(-3000));
    } finally {
      await site.close();
    }
  });
