// SPDX-License-Identifier: MIT
// A page that stays open notices that its site has a newer one, and says so once.

import assert from 'node:assert/strict';
import test from 'node:test';
import { NEWER_EVERY_MS, versionOf, watchNewer } from '../../static/net/newer.js';

/** @param {string} version */
const page = (version) => `<head><script type="module" src="${version}start.js" async></script></head>`;

/** A site whose page a test may change, and a page of version 1 that is open. */
function site() {
  const it = {
    /** @type {() => Response | Promise<Response>} */
    answer: () => new Response(page('v1-aa/')),
    seen: true,
    told: 0,
    asked: 0,
    /** @type {{run: () => void, ms: number}[]} */
    timers: [],
    /** The time of the next look comes, and what it does is over. */
    async pass() {
      const { run, ms } = it.timers.shift() ?? assert.fail('nothing is planned');
      assert.equal(ms, NEWER_EVERY_MS);
      run();
      await it.idle();
    },
    idle: () => new Promise((resolve) => setImmediate(resolve)),
    start() {
      watchNewer({
        base: 'https://example.org/chat/', own: page('v1-aa/'), isSeen: () => it.seen,
        async fetch(url, init) {
          assert.equal(url, 'https://example.org/chat/');
          assert.equal(init?.mode, 'same-origin');
          it.asked += 1;
          return it.answer();
        },
        setTimer: (run, ms) => it.timers.push({ run, ms }),
        tell: () => { it.told += 1; },
      });
      return it.idle();
    },
  };
  return it;
}

test('the same page is no newer one; another is told of, once', async () => {
  const it = site();
  await it.start();
  await it.pass();
  assert.equal(it.told, 0);
  it.answer = () => new Response(page('v2-bb/'));
  await it.pass();
  assert.equal(it.told, 1);
  assert.equal(it.timers.length, 0, 'and then it is quiet');
});

for (const [name, answer] of /** @type {[string, () => any][]} */ ([
  ['no network', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['a refusal', () => new Response('no', { status: 502 })],
  ['a page of somebody else', () => new Response('<script src="/sso.js"></script><h1>Sign in</h1>')],
  ['nothing', () => new Response('')],
])) {
  test(`${name} says nothing, and it looks again`, async () => {
    const it = site();
    it.answer = answer;
    await it.start();
    assert.equal(it.told, 0);
    it.answer = () => new Response(page('v2-bb/'));
    await it.pass();
    assert.equal(it.told, 1);
  });
}

test('a page that nobody sees does not ask', async () => {
  const it = site();
  it.seen = false;
  await it.start();
  assert.equal(it.asked, 0);
  it.seen = true;
  await it.pass();
  assert.equal(it.asked, 1);
});

test('modules that are served as they are have no version', () => {
  assert.equal(versionOf('<script type="module" src="start.js" async></script>'), '');
  assert.equal(versionOf(page('v0.1.0-70da072a/')), 'v0.1.0-70da072a/');
});
