/* SPDX-License-Identifier: MIT */
/** What an Idempotency-Key is for, and how often one may come back to it. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, newGate, order, pieces, useSite } from '../harness/suite.js';
import { newKey } from '../harness/client.js';
import { isDone, textOf } from '../harness/sse.js';
import { until } from '../harness/children.js';

const suite = useSite({
  users: ['ann', 'bob', 'cleo', 'dan'],
  config: {
    timeouts: { grace: '20s' },
    limits: { requests_per_minute: 30, tokens_per_day: 1000 },
  },
});

/** @param {import('../harness/http.js').Answer} answer */
const codeOf = async (answer) => (await answer.json()).error.code;

test('a key is for one request', async () => {
  const { site } = suite;
  const ann = await site.signedIn({ user: 'ann' });
  const gate = newGate();
  const key = newKey();
  const message = order({ steps: [{ text: 'a' }, { gate }, ...END] });
  const first = await ann.chat('m', message, { key });
  const calls = site.upstream.calls?.length;
  /** @type {[string, string, object][]} */
  const others = [
    ['m', pieces(['b']), {}],
    ['m', message, { stream: false }],
    ['m', message, { temperature: 0.5 }],
  ];
  for (const when of ['running', 'ended']) {
    for (const [model, text, more] of others) {
      const answer = await ann.ask(model, text, { key, more });
      assert.equal(answer.status, 422, when);
      assert.equal(await codeOf(answer), 'idempotency_key_reused');
    }
    const same = await ann.chat('m', message, { key });
    if (when === 'running') site.upstream.open(gate);
    await same.ended;
    assert.equal(textOf(same.arrivals), 'a');
    assert.ok(isDone(same.arrivals));
  }
  await first.ended;
  assert.equal(site.upstream.calls?.length, calls);
});

test('the same key after an error amid the answer gives that answer',
  async () => {
    const { site } = suite;
    const bob = await site.signedIn({ user: 'bob' });
    const key = newKey();
    const gate = newGate();
    const message = order({ steps: [{ text: 'half' }, { gate },
      { reset: true }] });
    const first = await bob.chat('m', message, { key });
    await first.until((one) => textOf(one.events) === 'half');
    site.upstream.open(gate);
    await first.ended;
    assert.ok(!isDone(first.arrivals));
    const again = await bob.chat('m', message, { key });
    await again.ended;
    assert.equal(textOf(again.arrivals), 'half');
    assert.ok(!isDone(again.arrivals));
    assert.deepEqual(again.events.map((one) => one.data),
      first.events.map((one) => one.data));
    assert.match(again.events.at(-1)?.data ?? '', /"error"/);
  });

test('coming back counts as a request', async () => {
  const { site } = suite;
  const cleo = await site.signedIn({ user: 'cleo' });
  const key = newKey();
  await (await cleo.chat('m', pieces(['a', 'b']), { key })).ended;
  let refused = null;
  for (let i = 0; i < 40 && !refused; i += 1) {
    const answer = await cleo.get(`api/streams/${key}`);
    if (answer.status === 200) await answer.text();
    else refused = answer;
  }
  assert.equal(refused?.status, 429);
  assert.ok(Number(refused?.headers['retry-after']) > 0);
  assert.equal(await codeOf(/** @type {any} */ (refused)), 'request_limit');
});

test('a day without tokens left: 429 until midnight, and what is there stays',
  async () => {
    const { site } = suite;
    const dan = await site.signedIn({ user: 'dan' });
    const key = newKey();
    const most = await dan.chat('m', order({ steps: [{ text: 'a' },
      { finish: 'stop' }, { usage: [900, 200] }, { done: true }] }), { key });
    await most.ended;
    let answer = await dan.ask('m', pieces(['b']));
    await until(async () => {
      if (answer.status === 429) return true;
      await answer.text();
      answer = await dan.ask('m', pieces(['b']));
      return false;
    }, { every: 100 });
    const left = 86_400 - (Date.now() / 1000) % 86_400;
    const wait = Number(answer.headers['retry-after']);
    /* Midnight may just have been. */
    assert.ok(Math.abs(wait - left) < 120 || left > 86_400 - 120,
      `${wait} s for ${left}`);
    assert.equal(await codeOf(answer), 'token_limit');
    const rest = await dan.resume(key, 0);
    await rest.ended;
    assert.equal(textOf(rest.arrivals), 'a');
  });
