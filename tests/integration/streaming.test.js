/* SPDX-License-Identifier: MIT */
/** Words reach the client as they are produced, whatever their number. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, newGate, order, pieces, useSite } from '../harness/suite.js';
import {
  chunksOf, idsOf, isDone, reasoningOf, textOf,
} from '../harness/sse.js';

const MOUNTS = ['/', '/a/b/'];
const suite = useSite({
  mounts: MOUNTS,
  config: { timeouts: { heartbeat: '400ms' }, limits: undefined },
});

for (const mount of MOUNTS) {
  for (const h2 of [false, true]) {
    const name = `at ${mount} over ${h2 ? 'HTTP/2' : 'HTTP/1.1'}`;

    test(`each event comes before the next is made, ${name}`, async () => {
      const { site } = suite;
      const client = await site.signedIn({ mount, h2 });
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
    });

  }
}

test('the answer is an unbuffered, uncached event stream', async () => {
  const client = await suite.site.signedIn();
  const reading = await client.chat('m', pieces(['a', 'b', 'c']));
  await reading.ended;
  const { headers } = reading.answer;
  assert.match(headers['content-type'], /^text\/event-stream(;|$)/);
  assert.match(headers['cache-control'], /no-store|no-cache/);
  assert.equal(headers['content-encoding'] ?? 'identity', 'identity');
});

test('events are numbered from 1 without a gap', async () => {
  const client = await suite.site.signedIn();
  const reading = await client.chat('m', pieces(['a', 'b', 'c', 'd']));
  await reading.ended;
  const ids = idsOf(reading.arrivals);
  assert.equal(ids.length, reading.events.length);
  assert.deepEqual(ids, ids.map((_, i) => i + 1));
  assert.equal(reading.sse.rest, '');
});

test('text, reasoning, end and usage arrive in one form', async () => {
  const client = await suite.site.signedIn();
  for (const as of ['reasoning_content', 'reasoning', 'reasoning_details']) {
    const reading = await client.chat('m', order({
      steps: [{ reasoning: 'hm, ', as }, { reasoning: 'so', as },
        { text: 'Yes' }, { text: null }, { text: '.' }, ...END],
    }), { more: { stream_options: { include_usage: true } } });
    await reading.ended;
    const { arrivals } = reading;
    assert.equal(reasoningOf(arrivals), 'hm, so', as);
    assert.equal(textOf(arrivals), 'Yes.');
    const chunks = chunksOf(arrivals);
    assert.deepEqual(
      chunks.map((one) => one.choices[0]?.finish_reason).filter(Boolean),
      ['stop']);
    const last = chunks.at(-1);
    assert.deepEqual(last.choices, []);
    assert.equal(last.usage.prompt_tokens, 7);
    assert.equal(last.usage.completion_tokens, 5);
    for (const one of chunks) {
      assert.equal(one.object, 'chat.completion.chunk');
      assert.equal(one.model, 'm');
    }
    assert.ok(isDone(arrivals));
  }
});

test('usage is found wherever a provider puts it', async () => {
  const client = await suite.site.signedIn();
  for (const as of ['openai', 'groq', 'inline']) {
    const reading = await client.chat('m', order({
      steps: [{ text: 'Yes' }, { finish: 'stop' }, { usage: [11, 3], as },
        { done: true }],
    }), { more: { stream_options: { include_usage: true } } });
    await reading.ended;
    const { usage } = chunksOf(reading.arrivals).findLast((one) => one.usage);
    assert.equal(usage?.prompt_tokens, 11, as);
    assert.equal(usage?.completion_tokens, 3, as);
  }
});

test('an answer without `stream` is one object', async () => {
  const client = await suite.site.signedIn();
  const answer = await client.ask('m', order({
    steps: [{ reasoning: 'hm' }, { texts: ['Hel', 'lo'] }, ...END],
  }), { more: { stream: false } });
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^application\/json/);
  const whole = await answer.json();
  assert.equal(whole.object, 'chat.completion');
  assert.equal(whole.model, 'm');
  assert.equal(whole.choices[0].message.role, 'assistant');
  assert.equal(whole.choices[0].message.content, 'Hello');
  assert.equal(whole.choices[0].finish_reason, 'stop');
  assert.equal(whole.usage.total_tokens, 12);
});

test('silence is filled with comments, before and amid the words', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const gate = newGate();
  const reading = await client.chat('m', order({
    steps: [{ gate }, { text: 'one' }, { gate }, { text: ' two' }, ...END],
  }));
  const comments = () =>
    reading.arrivals.filter((one) => one.kind === 'comment').length;
  await reading.until(() => comments() >= 2);
  assert.equal(reading.events.length, 0);
  site.upstream.open(gate, 1);
  await reading.until(() => textOf(reading.arrivals) === 'one');
  const before = comments();
  await reading.until(() => comments() >= before + 2);
  site.upstream.open(gate, 1);
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'one two');
});

test('200 streams at once with 8 request threads: none waits', async () => {
  const { site } = suite;
  const gate = newGate();
  const clients = [await site.signedIn({ h2: true }),
    await site.signedIn({ h2: false })];
  const message = order({
    steps: [{ text: 'first' }, { gate }, { text: ' last' }, ...END],
  });
  const readings = await Promise.all(Array.from({ length: 200 }, (_, i) =>
    clients[i % 2].chat('m', message)));
  await Promise.all(readings.map((one) =>
    one.until(() => textOf(one.arrivals) === 'first')));
  /* All 200 are open now, and a short request is served beside them. */
  const [status] = await clients[0].getJson('api/session');
  assert.equal(status, 200);
  site.upstream.open(gate);
  await Promise.all(readings.map((one) => one.ended));
  for (const one of readings) {
    assert.equal(textOf(one.arrivals), 'first last');
    assert.ok(isDone(one.arrivals));
  }
});
