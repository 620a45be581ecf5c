/* SPDX-License-Identifier: MIT */
/** The built-in provider: a conversation with no key and no upstream. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { useSite } from '../harness/suite.js';
import { newKey } from '../harness/client.js';
import { chunksOf, idsOf, isDone, textOf } from '../harness/sse.js';

const suite = useSite({
  models: [],
  config: { 'provider "up"': undefined, 'provider "demo"': { kind: 'demo' } },
});

test('eliza and tour are there without any configuration', async () => {
  const client = await suite.site.signedIn();
  const [status, list] = await client.getJson('api/models');
  assert.equal(status, 200);
  const ids = list.data.map((/** @type {any} */ one) => one.id);
  assert.deepEqual(ids.sort(), ['eliza', 'tour']);
});

test('ELIZA answers what is said, at a human pace', async () => {
  const client = await suite.site.signedIn({ h2: true });
  const reading = await client.chat('eliza', 'I need some help.',
    { more: { stream_options: { include_usage: true } } });
  await reading.ended;
  assert.ok(isDone(reading.arrivals));
  assert.match(textOf(reading.arrivals), /help/i);
  const words = reading.events.filter((one) =>
    JSON.parse(one.data === '[DONE]' ? '{}' : one.data)
      .choices?.[0]?.delta?.content);
  assert.ok(words.length >= 3, 'in pieces');
  assert.ok(words[words.length - 1].at - words[0].at > 50_000);
  const chunks = chunksOf(reading.arrivals);
  assert.equal(chunks.findLast((one) => one.choices[0])
    .choices[0].finish_reason, 'stop');
  const other = await client.chat('eliza', 'My mother hates me.');
  await other.ended;
  assert.notEqual(textOf(other.arrivals), textOf(reading.arrivals));
  assert.match(textOf(other.arrivals), /family|mother|hates you/i);
});

test('the demo remembers the conversation it is sent', async () => {
  const client = await suite.site.signedIn();
  const answer = await client.ask('eliza', [
    { role: 'user', content: 'Hello.' },
    { role: 'assistant', content: 'How do you do?' },
    { role: 'user', content: 'I am sad.' },
  ], { more: { stream: false } });
  assert.equal(answer.status, 200);
  const whole = await answer.json();
  assert.match(whole.choices[0].message.content, /sad|unhappy/i);
});

test('a demo stream resumes and stops as any other', async () => {
  const client = await suite.site.signedIn();
  const key = newKey();
  const first = await client.chat('tour', 'Show me.', { key });
  await first.until((one) => one.events.length > 10);
  first.leave();
  const got = idsOf(first.arrivals).at(-1) ?? 0;
  const second = await client.resume(key, got);
  await second.until((one) => one.events.length > 10);
  assert.equal(idsOf(second.arrivals)[0], got + 1);
  assert.equal(await client.stop(key), 204);
  await second.ended;
  assert.ok(!isDone(second.arrivals));
});

test('the tour shows code, a table and a formula', async () => {
  const client = await suite.site.signedIn();
  const answer = await client.ask('tour', 'Show me.',
    { more: { stream: false } });
  const text = (await answer.json()).choices[0].message.content;
  assert.match(text, /^```/m);
  assert.match(text, /^\|/m);
  assert.match(text, /\\\(|\\\[|\$\$/);
});

test('fifty demo streams at once', async () => {
  const client = await suite.site.signedIn({ h2: true });
  const readings = await Promise.all(Array.from({ length: 50 }, () =>
    client.chat('eliza', 'I remember my dog.')));
  await Promise.all(readings.map((one) => one.ended));
  for (const one of readings) {
    assert.ok(isDone(one.arrivals));
    assert.equal(textOf(one.arrivals), textOf(readings[0].arrivals));
  }
});
