/* SPDX-License-Identifier: MIT */
/**
 * What an upstream can do wrong after the first event: what came stays, the
 * cause is told as an event, and no [DONE] pretends a good end.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, newGate, order, pieces, useSite } from '../harness/suite.js';
import { API_KEY, pause } from '../harness/site.js';
import { chunksOf, errorOf, isDone, textOf } from '../harness/sse.js';
import { peakBytes, residentBytes } from '../harness/proc.js';
import { errorBody } from '../upstream/presets.js';

const suite = useSite({
  config: {
    timeouts: { first_event: '1200ms', silence: '1200ms', total: '6s',
      heartbeat: '300ms' },
    limits: { answer: 4 << 20, ring_per_stream: 1 << 20 },
  },
});

/**
 * @param {any[]} after the steps after two words
 * @param {string | RegExp} code
 * @param {string} [text]
 */
async function fails(after, code, text = 'One two ') {
  const { site } = suite;
  const client = await site.signedIn();
  site.upstream.forget();
  const reading = await client.chat('m', order({
    steps: [{ texts: ['One ', 'two '], every: 5 }, ...after],
  }));
  await reading.ended;
  const error = errorOf(reading.arrivals);
  assert.ok(error, JSON.stringify(reading.arrivals.slice(-2)));
  assert.match(String(error.code), code instanceof RegExp ? code
    : new RegExp(`^${code}$`));
  assert.equal(typeof error.message, 'string');
  assert.equal(typeof error.type, 'string');
  assert.equal(textOf(reading.arrivals), text);
  assert.ok(!isDone(reading.arrivals));
  assert.ok(chunksOf(reading.arrivals).at(-1).error, 'the error comes last');
  assert.equal(reading.sse.rest, '');
  assert.equal(site.upstream.calls.length, 1);
  assert.ok(!JSON.stringify(reading.arrivals).includes(API_KEY));
  return { reading, error };
}

test('reset', async () => {
  await fails([{ wait: 50 }, { reset: true }], 'upstream_closed');
});

test('end without [DONE]', async () => {
  await fails([], 'upstream_closed');
});

test('end without [DONE] nor the end of the body', async () => {
  await fails([{ cut: true }], 'upstream_closed');
});

for (const [what, event] of /** @type {const} */ ([
  ['an object', errorBody('The model fell over.')],
  ['a string', { error: 'The model fell over.' }],
  ['a numeric code', { error: { message: 'The model fell over.', code: 502 } }],
  ['Groq\'s place', { id: 'x', choices: [],
    x_groq: { error: 'The model fell over.' } }],
  ['a chunk beside it', { id: 'x', object: 'chat.completion.chunk',
    error: { code: 502, message: 'The model fell over.' },
    choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }] }],
])) {
  test(`error object mid-stream: ${what}`, async () => {
    const { error } = await fails([{ event }, ...END], /./);
    assert.match(error.message, /The model fell over\./);
  });
}

test('a named error event', async () => {
  const { error } = await fails([
    { name: 'error', event: errorBody('The model fell over.') }, ...END,
  ], /./);
  assert.match(error.message, /The model fell over\./);
});

for (const [what, data] of [
  ['no JSON', '{"choices": [{'], ['not an object', '42'],
  ['plain words', 'Internal Server Error'],
]) {
  test(`malformed event: ${what}`, async () => {
    await fails([{ data }, ...END], 'upstream_invalid');
  });
}

test('an event over the cap ends it', async () => {
  const { site } = suite;
  const before = residentBytes(site.worker.pid);
  await fails([{ send: 'data: {"x": "' }, { fill: (1 << 20) + 1000 },
    { send: '"}\n\n' }, ...END], 'event_too_large');
  const grown = residentBytes(site.worker.pid) - before;
  assert.ok(site.sanitized || grown <= 2 << 20, `grown by ${grown}`);
});

test('an endless line ends at the cap', async () => {
  const { site } = suite;
  const before = peakBytes(site.worker.pid);
  await fails([{ flood: 1 << 30 }], 'event_too_large');
  assert.ok(site.upstream.calls[0].bytesOut < 64 << 20);
  const grown = peakBytes(site.worker.pid) - before;
  assert.ok(site.sanitized || grown <= 2 << 20, `grown by ${grown}`);
});

test('silence before the first event ends at its limit', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  for (const script of [
    { steps: [{ hang: true }], bare: true },
    { before: 3_600_000, steps: [] },
  ]) {
    const answer = await client.ask('m', order(script));
    const text = await answer.text();
    assert.match(text, /"first_event_timeout"/, JSON.stringify(script));
    assert.doesNotMatch(text, /\[DONE\]/);
    await site.upstream.until(() => site.upstream.calls.at(-1)?.closedAt);
  }
});

test('comments before the first event are no silence', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const reading = await client.chat('m', order({ bare: true, steps: [
    { repeat: 30, steps: [{ comment: 'PROCESSING' }, { wait: 50 }] },
    { text: 'thought of' }, ...END] }));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'thought of');
  assert.ok(isDone(reading.arrivals));
});

test('silence amid the words ends at its limit', async () => {
  const { reading } = await fails([{ hang: true }], 'silence_timeout');
  assert.ok(reading.arrivals.some((one) => one.kind === 'comment'));
});

test('a pause shorter than the limit is no loss', async () => {
  const client = await suite.site.signedIn();
  const reading = await client.chat('m', order({
    steps: [{ text: 'a' }, { wait: 600 }, { text: 'b' }, { wait: 600 },
      { text: 'c' }, ...END],
  }));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'abc');
  assert.ok(isDone(reading.arrivals));
});

test('one byte at a time is ended by a limit', async () => {
  await fails([{ repeat: 1000, steps: [{ send: 'd' }, { wait: 200 }] }],
    /^(total_timeout|silence_timeout)$/);
});

test('an endless answer ends at the total time', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const reading = await client.chat('m', order({
    steps: [{ tokens: 1e6, every: 50 }],
  }));
  await reading.ended;
  assert.equal(errorOf(reading.arrivals)?.code, 'total_timeout');
  assert.ok(textOf(reading.arrivals).length > 100);
  await site.upstream.until(() => site.upstream.calls.at(-1)?.closedAt);
});

test('an endless fast answer ends at the answer\'s size', async () => {
  const client = await suite.site.signedIn();
  const reading = await client.chat('m', order({
    steps: [{ tokens: 1e7, size: 2000 }],
  }));
  await reading.ended;
  assert.equal(errorOf(reading.arrivals)?.code, 'answer_too_large');
  const text = textOf(reading.arrivals);
  assert.ok(text.length > 3 << 20 && text.length <= 4 << 20);
});

test('what came before the failure is all there', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const gate = newGate();
  const texts = Array.from({ length: 50 }, (_, i) => `w${i} `);
  const reading = await client.chat('m', order({
    steps: [{ texts }, { gate }, { reset: true }],
  }));
  await reading.until(() => textOf(reading.arrivals) === texts.join(''));
  site.upstream.open(gate);
  await reading.ended;
  assert.equal(textOf(reading.arrivals), texts.join(''));
});

test('after all that, an ordinary answer is as before', async () => {
  const client = await suite.site.signedIn();
  const reading = await client.chat('m', pieces(['fine']));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'fine');
});

test('a connection that dies when reused is no second POST', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const script = { after: 'drop-next', steps: [{ text: 'one' }, ...END] };
  const plain = { steps: [{ text: 'two' }, ...END] };
  site.upstream.script('m', [/** @type {any} */ (script), plain]);
  site.upstream.forget();
  const first = await client.chat('m', 'first');
  await first.ended;
  const answer = await client.ask('m', 'second');
  const text = await answer.text();
  const second = site.upstream.calls.filter((one) =>
    one.body.includes('second'));
  assert.equal(second.length, 1, 'the question was sent once');
  if (second[0].dropped) assert.match(text, /"upstream_closed"/);
  else assert.match(text, /two/);
});

test('a connection closed while idle is not tried', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  site.upstream.script('m',
    { after: 'close-idle', steps: [{ text: 'one' }, ...END] });
  for (let i = 0; i < 5; i += 1) {
    site.upstream.forget();
    const reading = await client.chat('m', `question ${i}`);
    await reading.ended;
    assert.equal(textOf(reading.arrivals), 'one');
    assert.equal(site.upstream.calls.length, 1);
    await pause(60);
  }
});
