// SPDX-License-Identifier: MIT
// The first request: made at once, answered once, and nobody else's answer.

import assert from 'node:assert/strict';
import test from 'node:test';
import { beenHere } from '../../static/core/been-here.js';
import { validSettings } from '../../static/core/settings.js';
import { createApi } from '../../static/net/api.js';
import { SESSION_PROBE, askFirst } from '../../static/net/first.js';

const BASE = 'https://example.org/a/chat/';

/** A network that counts; each answer says the how-manieth it is. */
function network() {
  /** @type {{url: string, init: any}[]} */
  const calls = [];
  return {
    calls,
    /** @param {string} url @param {RequestInit} [init] */
    async fetch(url, init) {
      calls.push({ url, init });
      return new Response(JSON.stringify({ n: calls.length }), { headers: { 'Content-Type': 'application/json' } });
    },
  };
}

const api = (/** @type {import('../../static/net/first.js').Fetch} */ fetch) =>
  createApi({ fetch, base: BASE, now: () => 0, isOnline: () => true });

test('the session is asked for at once, and whoever asks first has that answer, once', async () => {
  const { calls, fetch } = network();
  const own = askFirst(fetch, BASE);
  assert.deepEqual(calls.map(({ url }) => url), [`${BASE}api/session?probe=1`]);
  assert.deepEqual(await api(own).json('GET', SESSION_PROBE), { n: 1 });
  assert.equal(calls.length, 1);
  assert.deepEqual(await api(own).json('GET', SESSION_PROBE), { n: 2 });
});

test('it is the very request that the page would have made', async () => {
  const { calls, fetch } = network();
  askFirst(fetch, BASE);
  await api(fetch).json('GET', SESSION_PROBE);
  const [early, usual] = calls.map(({ url, init: { method = 'GET', ...init } }) => ({ url, method, ...init, signal: null }));
  assert.deepEqual(early, usual);
});

test('another request is not given its answer', async () => {
  const { fetch } = network();
  const own = askFirst(fetch, BASE);
  assert.deepEqual(await api(own).json('GET', 'models'), { n: 2 });
  assert.deepEqual(await api(own).json('GET', 'session'), { n: 3 });
  assert.deepEqual(await api(own).json('GET', SESSION_PROBE), { n: 1 });
});

test('its failure is the failure of who asks, and of nobody else', async () => {
  let failing = true;
  const own = askFirst(async () => {
    if (failing) throw new TypeError('network');
    return new Response('{}', { headers: { 'Content-Type': 'application/json' } });
  }, BASE);
  failing = false;
  await assert.rejects(api(own).json('GET', SESSION_PROBE), { code: 'network' });
  assert.deepEqual(await api(own).json('GET', SESSION_PROBE), {});
});

test('only settings that say so make the page begin with the conversation', () => {
  const storage = (/** @type {string | null} */ text) => ({ getItem: () => text });
  for (const text of [null, '', '{', 'null', '[]', '7', '{"beenHere":1}', '{"beenHere":"true"}', '{"theme":"dark"}']) {
    assert.equal(beenHere(storage(text)), false, String(text));
  }
  assert.equal(beenHere(storage(JSON.stringify(validSettings({ beenHere: true })))), true);
  assert.equal(beenHere(null), false);
  assert.equal(beenHere({ getItem() { throw new Error('forbidden'); } }), false);
});
