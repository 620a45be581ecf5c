/* SPDX-License-Identifier: MIT */
/**
 * A stream outlives its connection: resumed exactly, started once, stopped at
 * once, and gone when its time is over.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, newGate, order, useSite } from '../harness/suite.js';
import { newKey } from '../harness/client.js';
import { SseReader, idsOf, isDone, textOf } from '../harness/sse.js';
import { pause } from '../harness/site.js';

const suite = useSite({
  users: ['ann', 'bob'],
  mounts: ['/', '/a/b/'],
  config: {
    timeouts: { grace: '1500ms', heartbeat: '500ms' },
    limits: { requests_per_minute: 0 },
  },
});

const WORDS = Array.from({ length: 24 }, (_, i) => `word-${i} naïve 数 `);
const LONG = { steps: [{ texts: WORDS, every: 4 }, ...END] };

/** @param {import('../harness/sse.js').Arrival[]} arrivals */
const dataOf = (arrivals) => arrivals
  .filter((one) => one.kind === 'event')
  .map((one) => `${one.id} ${one.data}`);

for (const h2 of [false, true]) {
  test(`resume is exact at every event, ${h2 ? 'h2' : 'h1'}`, async () => {
    const { site } = suite;
    const client = await site.signedIn({ h2 });
    /* One answer, read whole by the first, and again after each event. */
    const key = newKey();
    const whole = await client.chat('m', order(LONG), { key });
    await whole.ended;
    const all = dataOf(whole.arrivals);
    assert.ok(isDone(whole.arrivals));
    assert.equal(textOf(whole.arrivals), WORDS.join(''));
    for (let after = 0; after < all.length; after += 1) {
      const reading = await client.resume(key, after);
      await reading.ended;
      assert.deepEqual(dataOf(reading.arrivals), all.slice(after));
    }
  });

  test(`cut live at every event, ${h2 ? 'h2' : 'h1'}`, async () => {
    const { site } = suite;
    const client = await site.signedIn({ h2 });
    const cut = async (/** @type {number} */ count) => {
      const key = newKey();
      site.upstream.forget();
      const first = await client.chat('m', order(LONG), { key });
      await first.until((one) => one.events.length >= count).catch(() => {});
      first.leave();
      /* More than `count` may have come by then; an app counts what it got. */
      const got = first.events.slice(0, count);
      const rest = await client.resume(key, count);
      await rest.ended;
      const text = textOf(got) + textOf(rest.arrivals);
      assert.equal(text, WORDS.join(''), `cut after ${count}`);
      assert.ok(isDone(rest.arrivals));
      const ids = [...idsOf(got), ...idsOf(rest.arrivals)];
      assert.deepEqual(ids, ids.map((_, i) => i + 1));
    };
    const counts = WORDS.map((_, i) => i + 1);
    for (let at = 0; at < counts.length; at += 8) {
      await Promise.all(counts.slice(at, at + 8).map(cut));
    }
  });
}

test('cut at every byte of the records themselves', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const ask = (/** @type {string} */ key) => ({
    method: 'POST', path: 'api/chat/completions',
    headers: { Cookie: client.cookie, 'Content-Type': 'application/json',
      'Idempotency-Key': key },
    body: JSON.stringify({ model: 'm', stream: true, messages: [
      { role: 'user', content: order(
        { steps: [{ texts: WORDS.slice(0, 8), every: 2 }, ...END] }) }] }),
  });
  const whole = site.fcgi();
  whole.request(ask(newKey()));
  await whole.finished();
  const total = whole.received;
  whole.destroy();

  const cut = async (/** @type {number} */ bytes) => {
    const key = newKey();
    const first = site.fcgi();
    first.cutAt = bytes;
    first.request(ask(key));
    await first.until(() => first.closed);
    const sse = new SseReader();
    sse.push(first.answer().body, 0);
    const last = idsOf(sse.arrivals).at(-1) ?? 0;
    const rest = site.fcgi();
    rest.request({ path: `api/streams/${key}`,
      headers: { Cookie: client.cookie, 'Last-Event-ID': String(last) } });
    const { status, body } = await rest.finished();
    rest.destroy();
    assert.equal(status, 200, `cut at ${bytes}: ${body}`);
    const more = new SseReader();
    more.push(body, 0);
    assert.equal(textOf(sse.arrivals) + textOf(more.arrivals),
      WORDS.slice(0, 8).join(''), `cut at ${bytes}`);
    /* The last cuts come after all events. */
    assert.ok(isDone(sse.arrivals) || isDone(more.arrivals));
  };
  const places = Array.from({ length: total - 9 }, (_, i) => i + 9);
  for (let at = 0; at < places.length; at += 20) {
    await Promise.all(places.slice(at, at + 20).map(cut));
  }
});

for (const h2 of [false, true]) {
  test(`cut at every byte under load, ${h2 ? 'h2' : 'h1'}`, async () => {
    const { site } = suite;
    const client = await site.signedIn({ h2 });
    const words = WORDS.slice(0, 6);
    const script = { steps: [{ texts: words, every: 2 }, ...END] };
    let over = false;
    const busy = await site.signedIn({ h2: true });
    const load = Promise.all(Array.from({ length: 8 }, async () => {
      while (!over) {
        const reading = await busy.chat('m', order(script));
        await reading.ended;
        assert.equal(textOf(reading.arrivals), words.join(''));
      }
    }));
    const whole = await client.ask('m', order(script));
    const total = Buffer.byteLength(await whole.text());
    const cut = async (/** @type {number} */ bytes) => {
      const key = newKey();
      const answer = await client.ask('m', order(script), { key });
      const got = new SseReader();
      let left = bytes;
      for await (const piece of answer.pieces()) {
        /* More may have come by then; an app has what it has read. */
        got.push(piece.bytes.subarray(0, left), 0);
        left -= piece.bytes.length;
        if (left <= 0) break;
      }
      answer.cancel();
      const last = idsOf(got.arrivals).at(-1) ?? 0;
      const rest = await client.resume(key, last);
      await rest.ended;
      assert.equal(textOf(got.arrivals) + textOf(rest.arrivals),
        words.join(''), `cut at ${bytes}`);
      assert.ok(isDone(rest.arrivals) || isDone(got.arrivals));
      const ids = [...idsOf(got.arrivals), ...idsOf(rest.arrivals)];
      assert.deepEqual(ids, ids.map((_, i) => i + 1), `cut at ${bytes}`);
      site.upstream.forget();
    };
    const places = Array.from({ length: total }, (_, i) => i + 1);
    for (let at = 0; at < places.length; at += 24) {
      await Promise.all(places.slice(at, at + 24).map(cut));
    }
    over = true;
    await load;
  });
}

test('resume without Last-Event-ID gives all of it', async () => {
  const client = await suite.site.signedIn();
  const key = newKey();
  const first = await client.chat('m', order(LONG), { key });
  await first.until((one) => one.events.length > 5);
  first.leave();
  const again = await client.resume(key, null);
  await again.ended;
  assert.equal(textOf(again.arrivals), WORDS.join(''));
});

test('resume from the future or from nonsense is a clear refusal', async () => {
  const client = await suite.site.signedIn();
  const key = newKey();
  const first = await client.chat('m', order(LONG), { key });
  await first.until((one) => one.events.length > 2);
  for (const id of ['999999', '-1', 'abc', '18446744073709551616', '1 2']) {
    const answer = await client.get(`api/streams/${key}`,
      { headers: { 'Last-Event-ID': id } });
    assert.equal(answer.status, 400, id);
    await answer.json();
  }
  await first.ended;
  assert.equal(textOf(first.arrivals), WORDS.join(''));
});

test('the same key at once, or later, is one upstream call', async () => {
  const { site } = suite;
  const clients = [await site.signedIn(), await site.signedIn({ h2: true })];
  const key = newKey();
  const gate = newGate();
  site.upstream.forget();
  const message = order({ steps: [{ text: 'a' }, { gate }, { text: 'b' },
    ...END] });
  const asked = await Promise.all(Array.from({ length: 4 }, (_, i) =>
    clients[i % 2].ask('m', message, { key })));
  site.upstream.open(gate);
  await Promise.all(asked.map((one) => one.text()));
  assert.deepEqual(asked.map((one) => one.status), Array(4).fill(200));
  const later = await clients[0].chat('m', message, { key });
  await later.ended;
  assert.equal(textOf(later.arrivals), 'ab');
  assert.equal(site.upstream.calls.length, 1);
});

test('a worker tells who knows its name that it never had a key', async () => {
  const { site } = suite;
  const ann = await site.signedIn();
  const [, { limits: { worker } }] = await ann.getJson('api/session');
  assert.match(worker, /^[0-9a-f]{16}$/);
  const ask = async (/** @type {string} */ key, /** @type {string} */ query) =>
    (await (await ann.get(`api/streams/${key}${query}`)).json()).error.code;
  const key = newKey();
  assert.equal(await ask(key, `?worker=${worker}`), 'stream_never');
  for (const query of ['', '?worker=', '?worker=0123456789abcdef',
    `?worker=${worker}0`]) {
    assert.equal(await ask(key, query), 'stream_not_found', query);
  }
  const gate = newGate();
  const reading = await ann.chat('m', order({ steps: [{ text: 'a' }, { gate },
    ...END] }), { key });
  await reading.until(() => textOf(reading.arrivals) === 'a');
  await ann.stop(key);
  await reading.ended;
  assert.equal(await ask(key, `?worker=${worker}`), 'stream_not_found',
    'it had it');
});

test('another\'s key is a 404, and keys are per user', async () => {
  const { site } = suite;
  const ann = await site.signedIn();
  const bob = await site.signedIn({ user: 'bob' });
  const key = newKey();
  const gate = newGate();
  const reading = await ann.chat('m',
    order({ steps: [{ text: 'for ann' }, { gate }, ...END] }), { key });
  await reading.until(() => textOf(reading.arrivals) === 'for ann');
  const notHis = async (/** @type {string} */ method) => {
    const answer = await bob.request(method, `api/streams/${key}`);
    const { error } = await answer.json();
    assert.equal(answer.status, 404);
    assert.equal(error.code, 'stream_not_found');
  };
  await notHis('GET');
  const own = await bob.chat('m', order({ steps: [{ text: 'for bob' },
    ...END] }), { key });
  await own.ended;
  assert.equal(textOf(own.arrivals), 'for bob');
  await bob.stop(key);
  await notHis('DELETE');
  site.upstream.open(gate);
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'for ann');
});

test('an unknown or malformed key is a 404 or a 400', async () => {
  const client = await suite.site.signedIn();
  for (const [key, statuses] of /** @type {const} */ ([
    [newKey(), [404]], ['x'.repeat(500), [400, 404]],
    ['%00', [400, 404]], ['..%2f..%2fetc', [400, 404]],
  ])) {
    const answer = await client.get(`api/streams/${key}`);
    assert.ok(/** @type {readonly number[]} */ (statuses)
      .includes(answer.status), `${key}: ${answer.status}`);
    await answer.text();
  }
  for (const key of ['x'.repeat(300), 'a b', 'a\u00e9']) {
    const answer = await client.ask('m', order(LONG),
      { headers: { 'Idempotency-Key': Buffer.from(key).toString('latin1') } });
    assert.equal(answer.status, 400, key);
    await answer.json();
  }
});

test('Stop closes the upstream at once, in every state', async () => {
  const { site } = suite;
  for (const [what, script] of /** @type {const} */ ([
    ['before the head', { before: 60_000, steps: [] }],
    ['before the first event', { bare: true, steps: [{ hang: true }] }],
    ['amid the words', { steps: [{ tokens: 1e6, every: 5 }] }],
    ['in silence', { steps: [{ text: 'a' }, { hang: true }] }],
    ['at full speed', { steps: [{ tokens: 1e7 }] }],
  ])) {
    for (const h2 of [false, true]) {
      const client = await site.signedIn({ h2 });
      const key = newKey();
      site.upstream.forget();
      const asked = client.ask('m', order(/** @type {any} */ (script)),
        { key });
      const call = await site.upstream.until(() => site.upstream.calls[0]);
      if (what === 'amid the words') await pause(60);
      assert.equal(await client.stop(key), 204, what);
      await site.upstream.until(() => call.closedAt, 1000);
      const text = await (await asked).text();
      assert.doesNotMatch(text, /\[DONE\]/, what);
      assert.ok([204, 404].includes(await client.stop(key)));
      client.close();
    }
  }
});

test('Stop closes the upstream within a few tokens', async () => {
  const { site } = suite;
  const client = await site.signedIn({ h2: true });
  const more = [];
  for (let i = 0; i < 15; i += 1) {
    const key = newKey();
    site.upstream.forget();
    const reading = await client.chat('m',
      order({ steps: [{ tokens: 1e6, every: 5 }] }), { key });
    await reading.until((one) => one.events.length > 3);
    const [call] = site.upstream.calls;
    const before = call.eventsOut;
    await client.stop(key);
    await site.upstream.until(() => call.closedAt);
    more.push(call.eventsOut - before);
    await reading.ended;
  }
  /* The upstream's own pace is the clock: 100 ms are twenty of them. */
  more.sort((a, b) => a - b);
  assert.ok(more[7] <= 20, `median ${more[7]} tokens`);
});

test('without a client, the upstream ends when the grace is over',
  async () => {
    const { site } = suite;
    for (const h2 of [false, true]) {
      const client = await site.signedIn({ h2 });
      const key = newKey();
      site.upstream.forget();
      const reading = await client.chat('m',
        order({ steps: [{ tokens: 1e6, every: 20 }] }), { key });
      await reading.until((one) => one.events.length > 3);
      const left = performance.now();
      reading.leave();
      const [call] = site.upstream.calls;
      await site.upstream.until(() => call.closedAt);
      const took = performance.now() - left;
      assert.ok(took > 1200, `after ${took} ms`);
      const answer = await client.get(`api/streams/${key}`);
      assert.equal(answer.status, 404);
      await answer.text();
    }
  });

test('a client that comes back in time keeps it alive', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const key = newKey();
  site.upstream.forget();
  let reading = await client.chat('m',
    order({ steps: [{ tokens: 200, every: 20 }, ...END] }), { key });
  let got = 0;
  let text = '';
  for (let i = 0; i < 3; i += 1) {
    await reading.until((one) => one.events.length > 3);
    reading.leave();
    const events = reading.events;
    text += textOf(events);
    got = idsOf(events).at(-1) ?? got;
    await pause(800);
    reading = await client.resume(key, got);
  }
  await reading.ended;
  text += textOf(reading.arrivals);
  assert.equal(text, Array.from({ length: 200 }, (_, i) => `t${i} `).join(''));
  assert.equal(site.upstream.calls.length, 1);
});

for (const h2 of [false, true]) {
  test(`without a key, leaving closes the upstream, ${h2 ? 'h2' : 'h1'}`,
    async () => {
      const { site } = suite;
      for (let i = 0; i < 3; i += 1) {
        const client = await site.signedIn({ h2 });
        site.upstream.forget();
        /* Kept for the time of the grace: what closes before it does not. */
        const kept = await client.chat('m', order({ steps: [{ text: 'k' },
          { hang: true }] }), { key: newKey() });
        await kept.until((one) => one.events.length > 0);
        const reading = await client.chat('m', order({ steps: i % 2
          ? [{ tokens: 1e6, every: 5 }] : [{ text: 'a' }, { hang: true }] }));
        await reading.until((one) => one.events.length > 0);
        const [first, second] = site.upstream.calls;
        kept.leave();
        await pause(300);
        reading.leave();
        await site.upstream.until(() => first.closedAt && second.closedAt);
        assert.ok(Number(second.closedAt) < Number(first.closedAt));
        client.close();
      }
    });
}

test('a resume takes the stream over from a half-open connection', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const key = newKey();
  const gate = newGate();
  const first = await client.chat('m', order({ steps: [{ text: 'a' }, { gate },
    { text: 'b' }, ...END] }), { key });
  await first.until(() => textOf(first.arrivals) === 'a');
  const last = idsOf(first.arrivals).at(-1) ?? 0;
  /* The first connection is still there, as far as the server knows. */
  const second = await client.resume(key, last);
  site.upstream.open(gate);
  await second.ended;
  assert.equal(textOf(second.arrivals), 'b');
  assert.ok(isDone(second.arrivals));
  first.leave();
});
