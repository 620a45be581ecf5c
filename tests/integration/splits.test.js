/* SPDX-License-Identifier: MIT */
/** The upstream's bytes may come in any pieces, and in any dress. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, order, useSite } from '../harness/suite.js';
import { chunksOf, errorOf, isDone, textOf } from '../harness/sse.js';

const suite = useSite();

/** What does not depend on the moment. @param {any[]} chunks */
const timeless = (chunks) =>
  chunks.map((chunk) => ({ ...chunk, id: '', created: 0 }));

const STEPS = [
  { comment: 'OPENROUTER PROCESSING' },
  { text: 'naïve – 数学 – 🙂 ' },
  { send: ': bare comment\n' },
  { send: 'event: ping\ndata: {}\n\n' },
  { send: 'retry: 1000\nid: 7\n\n' },
  { reasoning: 'hm' },
  { event: { id: 'x', object: 'chat.completion.chunk', choices: [] } },
  { text: 'line\nbreak \u2028 and "quotes" \\ ' },
  { text: 'end' },
  ...END,
];

test('every split of the bytes gives the events of the unsplit', async () => {
  const client = await suite.site.signedIn();
  const more = { stream_options: { include_usage: true } };
  const plain = await client.chat('m', order({ steps: STEPS }), { more });
  await plain.ended;
  const expected = timeless(chunksOf(plain.arrivals));
  assert.equal(textOf(plain.arrivals),
    'naïve – 数学 – 🙂 line\nbreak \u2028 and "quotes" \\ end');
  assert.ok(isDone(plain.arrivals));
  for (const split of [1, 2, 3, 7, 64]) {
    const reading = await client.chat('m',
      order({ steps: [{ split }, ...STEPS] }), { more });
    await reading.ended;
    assert.deepEqual(timeless(chunksOf(reading.arrivals)), expected,
      `split ${split}`);
    assert.ok(isDone(reading.arrivals));
  }
});

for (const [name, newline] of [['CRLF', '\r\n'], ['CR', '\r']]) {
  test(`lines may end in ${name}, split anywhere`, async () => {
    const client = await suite.site.signedIn();
    for (const split of [0, 1, 5]) {
      const reading = await client.chat('m', order({
        bare: true,
        steps: [{ split }, { newline }, { comment: 'x' },
          { text: 'Hello' }, { text: ' world' }, ...END],
      }));
      await reading.ended;
      assert.equal(textOf(reading.arrivals), 'Hello world');
      assert.ok(isDone(reading.arrivals), `split ${split}`);
    }
  });
}

test('a byte order mark and data without its space are taken', async () => {
  const client = await suite.site.signedIn();
  const chunk = JSON.stringify({ id: 'x', object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { content: 'yes' }, finish_reason: null }] });
  const reading = await client.chat('m', order({
    bare: true,
    steps: [{ hex: 'efbbbf' }, { send: `data:${chunk}\n\n` },
      { finish: 'stop' }, { send: 'data:[DONE]\n\n' }],
  }));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'yes');
  assert.ok(isDone(reading.arrivals));
});

test('null content and empty choices are nothing to report', async () => {
  const client = await suite.site.signedIn();
  const chunk = (/** @type {any[]} */ choices) =>
    ({ id: 'x', object: 'chat.completion.chunk', model: 'y', choices });
  const reading = await client.chat('m', order({
    bare: true,
    steps: [
      { event: chunk([{ index: 0, delta: { role: 'assistant',
        content: null }, finish_reason: null }]) },
      { event: chunk([]) },
      { event: { ...chunk([]), prompt_filter_results: [] } },
      { event: chunk([{ index: 0, delta: { content: 'a' } }]) },
      { event: chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]) },
      { done: true },
    ],
  }));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'a');
  assert.ok(isDone(reading.arrivals));
});

test('the last blank line may be missing', async () => {
  const client = await suite.site.signedIn();
  const reading = await client.chat('m', order({
    steps: [{ text: 'a' }, { finish: 'stop' }, { send: 'data: [DONE]\n' }],
  }));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'a');
  assert.ok(isDone(reading.arrivals));
});

test('invalid UTF-8 becomes U+FFFD and never passes raw', async () => {
  const client = await suite.site.signedIn();
  const [before, after] = JSON.stringify({
    id: 'x', object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { content: 'a|b' }, finish_reason: null }],
  }).split('|');
  for (const hex of ['ff', 'c3', 'eda080', 'f09f99', 'c0af', 'f4908080']) {
    for (const split of [0, 1]) {
      const reading = await client.chat('m', order({
        steps: [{ text: '' }, { split }, { send: `data: ${before}` }, { hex },
          { send: `${after}\n\n` }, ...END],
      }));
      /* The reader of the tests throws on bytes that are not UTF-8. */
      await reading.ended;
      assert.equal(errorOf(reading.arrivals), undefined, hex);
      assert.match(textOf(reading.arrivals), /^a\ufffd+b$/, hex);
      assert.ok(isDone(reading.arrivals));
    }
  }
});
