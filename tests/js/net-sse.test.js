/* SPDX-License-Identifier: MIT */
/** The event-stream parser: every fixture, cut at every byte. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { EventStreamError, createEventParser, parseEventStream } from '../../static/net/sse.js';

const encoder = new TextEncoder();

/** @param {...(string | number[])} parts  text, or raw bytes */
function bytesOf(...parts) {
  const chunks = parts.map((part) => (typeof part === 'string' ? encoder.encode(part) : Uint8Array.from(part)));
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

const none = { event: 'message', id: '', retry: undefined };

/** name, bytes, events, comments */
const fixtures = [
  ['one event', bytesOf('data: a\n\n'), [{ ...none, data: 'a' }]],
  ['nothing', bytesOf(''), []],
  ['CRLF', bytesOf('data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n'), [{ ...none, data: 'a\nb' }, { ...none, data: 'c' }]],
  ['CR', bytesOf('data: a\rdata: b\r\rdata: c\r\r'), [{ ...none, data: 'a\nb' }, { ...none, data: 'c' }]],
  ['mixed ends', bytesOf('data: a\ndata: b\r\ndata: c\rdata: d\n\r\ndata: e\r\n\n'),
    [{ ...none, data: 'a\nb\nc\nd' }, { ...none, data: 'e' }]],
  ['CR then blank LF', bytesOf('data: a\r\r\ndata: b\n\n'), [{ ...none, data: 'a' }, { ...none, data: 'b' }]],
  ['BOM', bytesOf([0xef, 0xbb, 0xbf], 'data: a\n\n'), [{ ...none, data: 'a' }]],
  ['only the first BOM is taken off', bytesOf([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], 'data: a\n\ndata: b\n\n'),
    [{ ...none, data: 'b' }]],
  ['BOM inside data stays', bytesOf('data: \ufeffa\n\n'), [{ ...none, data: '\ufeffa' }]],
  ['one space is taken off', bytesOf('data:a\n\ndata: a\n\ndata:  a\n\ndata:\ta\n\n'),
    ['a', 'a', ' a', '\ta'].map((data) => ({ ...none, data }))],
  ['empty data', bytesOf('data:\n\ndata\n\ndata\ndata\n\n'),
    [{ ...none, data: '' }, { ...none, data: '' }, { ...none, data: '\n' }]],
  ['colons in the value', bytesOf('data: a: b:c\n\n'), [{ ...none, data: 'a: b:c' }]],
  ['the last event needs its blank line', bytesOf('data: a\n\ndata: b\n'), [{ ...none, data: 'a' }]],
  ['a last line without an end is dropped', bytesOf('data: a\n\ndata: b'), [{ ...none, data: 'a' }]],
  ['types', bytesOf('event: add\ndata: 1\n\ndata: 2\n\nevent\ndata: 3\n\nevent: x\n\ndata: 4\n\n'),
    [{ ...none, event: 'add', data: '1' }, ...['2', '3', '4'].map((data) => ({ ...none, data }))]],
  ['ids stay, and are reset by an empty one', bytesOf('id: 1\ndata: a\n\ndata: b\n\nid: 2\n\ndata: c\n\nid\ndata: d\n\n'),
    [{ ...none, data: 'a', id: '1' }, { ...none, data: 'b', id: '1' }, { ...none, data: 'c', id: '2' },
      { ...none, data: 'd' }]],
  ['an id with NUL is ignored', bytesOf('id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n'),
    [{ ...none, data: 'a', id: '1' }, { ...none, data: 'b', id: '1' }]],
  ['retry takes digits only', bytesOf('retry: 10\ndata: a\n\nretry: 1e3\ndata: b\n\nretry: -1\nretry: \nretry\ndata: c\n\n' +
    'retry: ١\ndata: d\n\nretry: 020\ndata: e\n\n'),
    [['a', 10], ['b', 10], ['c', 10], ['d', 10], ['e', 20]].map(([data, retry]) => ({ ...none, data, retry }))],
  ['unknown fields and case', bytesOf('Data: x\nfoo: bar\n data: y\ndata: a\n\n'), [{ ...none, data: 'a' }]],
  ['comments', bytesOf(': hello\n:\ndata: a\n:b\n\n'), [{ ...none, data: 'a' }], [' hello', '', 'b']],
  ['two, three and four bytes', bytesOf('data: é€😀\n\n'), [{ ...none, data: 'é€😀' }]],
  ['invalid UTF-8', bytesOf('data: a', [0xff], 'b', [0xc3], 'c', [0xf0, 0x9f, 0x98], '\n\n'),
    [{ ...none, data: 'a\ufffdb\ufffdc\ufffd' }]],
  ['line separators of Unicode are no line ends', bytesOf('data: a\u2028b\u2029c\u0085d\ve\ff\n\n'),
    [{ ...none, data: 'a\u2028b\u2029c\u0085d\ve\ff' }]],
  ['blank lines in a row', bytesOf('\n\n\ndata: a\n\n\n\n'), [{ ...none, data: 'a' }]],
  ['a chat stream', bytesOf(
    'id: 1\ndata: {"choices":[{"delta":{"content":"Grüße"}}]}\n\n: ping\n\nid: 2\ndata: [DONE]\n\n'),
    [{ ...none, id: '1', data: '{"choices":[{"delta":{"content":"Grüße"}}]}' }, { ...none, id: '2', data: '[DONE]' }],
    [' ping']],
];

/** @param {Uint8Array[]} chunks */
function parse(chunks) {
  const events = [];
  const comments = [];
  const parser = createEventParser({
    onEvent: (event) => events.push(event),
    onComment: (comment) => comments.push(comment),
  });
  for (const chunk of chunks) parser.push(chunk);
  return { events, comments };
}

for (const [name, bytes, events, comments = []] of fixtures) {
  test(`parser: ${name}`, () => {
    assert.deepEqual(parse([bytes]), { events, comments }, 'whole');
    assert.deepEqual(parse([...bytes].map((byte) => Uint8Array.of(byte))), { events, comments }, 'byte by byte');
    for (let i = 0; i <= bytes.length; i += 1) {
      for (let j = i; j <= bytes.length; j += 1) {
        const cut = [bytes.subarray(0, i), bytes.subarray(i, j), bytes.subarray(j)];
        assert.deepEqual(parse(cut), { events, comments }, `cut at ${i} and ${j}`);
      }
    }
  });

  test(`parseEventStream: ${name}`, async () => {
    for (let i = 0; i <= bytes.length; i += 1) {
      assert.deepEqual(await collect(streamOf([bytes.subarray(0, i), bytes.subarray(i)])), events, `cut at ${i}`);
    }
  });
}

/** @param {Uint8Array[]} chunks */
function streamOf(chunks) {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

/** @param {ReadableStream<Uint8Array>} stream */
async function collect(stream) {
  const events = [];
  for await (const event of parseEventStream(stream)) events.push(event);
  return events;
}

test('an event is there as soon as its blank line is', async () => {
  let controller;
  const stream = new ReadableStream({ start(c) { controller = c; } });
  const events = parseEventStream(stream);
  controller.enqueue(encoder.encode('data: a\n\ndata: b\r\r'));
  assert.equal((await events.next()).value.data, 'a');
  assert.equal((await events.next()).value.data, 'b');
  controller.enqueue(encoder.encode('\ndata: c\n\n'));
  assert.equal((await events.next()).value.data, 'c');
  controller.close();
  assert.equal((await events.next()).done, true);
});

test('leaving the loop cancels the stream and frees it', async () => {
  let cancelled = false;
  const stream = new ReadableStream({
    pull(controller) { controller.enqueue(encoder.encode('data: a\n\n')); },
    cancel() { cancelled = true; },
  });
  for await (const event of parseEventStream(stream)) {
    assert.equal(event.data, 'a');
    break;
  }
  assert.equal(cancelled, true);
  assert.equal(stream.locked, false);
});

test('an error of the stream comes out of the loop after the events before it', async () => {
  let n = 0;
  const stream = new ReadableStream({
    pull(controller) {
      n += 1;
      if (n === 1) controller.enqueue(encoder.encode('data: a\n\n'));
      else controller.error(new TypeError('network'));
    },
  });
  const seen = [];
  await assert.rejects(async () => {
    for await (const event of parseEventStream(stream)) seen.push(event.data);
  }, TypeError);
  assert.deepEqual(seen, ['a']);
});

test('a line beyond the limit ends the stream, whole or in pieces', () => {
  for (const size of [101, 7, 1]) {
    const parser = createEventParser({ onEvent() {}, maxLineChars: 100 });
    const bytes = encoder.encode('x'.repeat(size));
    assert.throws(() => {
      for (let i = 0; i < 200; i += 1) parser.push(bytes);
    }, (error) => error instanceof EventStreamError && error.code === 'line_too_long');
  }
  const parser = createEventParser({ onEvent() {}, maxLineChars: 100 });
  assert.throws(() => parser.push(encoder.encode(`${'x'.repeat(101)}\n`)), EventStreamError);
  const line = encoder.encode(`data: ${'x'.repeat(94)}\n\n`);
  for (const size of [line.length, 50, 1]) {
    const fits = [];
    const fitting = createEventParser({ onEvent: (event) => fits.push(event), maxLineChars: 100 });
    for (let i = 0; i < line.length; i += size) fitting.push(line.subarray(i, i + size));
    assert.equal(fits.length, 1);
  }
});

test('an event beyond the limit ends the stream after the events before it', async () => {
  const text = `data: first\n\n${'data: 0123456789\n'.repeat(20)}\n`;
  const seen = [];
  await assert.rejects(async () => {
    for await (const event of parseEventStream(streamOf([encoder.encode(text)]), { maxEventChars: 100 })) {
      seen.push(event.data);
    }
  }, (error) => error instanceof EventStreamError && error.code === 'event_too_large');
  assert.deepEqual(seen, ['first']);
});

test('cost is linear: twenty thousand events, and a long line in small pieces', () => {
  const chunk = encoder.encode('id: 12345\ndata: {"choices":[{"index":0,"delta":{"content":" word"}}]}\n\n');
  let count = 0;
  const parser = createEventParser({ onEvent() { count += 1; } });
  const started = process.cpuUsage().user;
  for (let i = 0; i < 20000; i += 1) parser.push(chunk);
  const small = process.cpuUsage().user - started;
  assert.equal(count, 20000);
  // All of them in one piece must not cost more by an order: no quadratic scan.
  const all = Buffer.alloc(chunk.length * 20000);
  for (let i = 0; i < 20000; i += 1) all.set(chunk, i * chunk.length);
  const again = process.cpuUsage().user;
  parser.push(all);
  const large = process.cpuUsage().user - again;
  assert.equal(count, 40000);
  assert.ok(large < small * 10 + 50000, `${large} µs in one piece, ${small} µs in many`);
});

test('an event holds as much as the limit says, and an error says which limit it was', () => {
  const of = (data, limits) => {
    const events = [];
    createEventParser({ onEvent: (event) => events.push(event.data), ...limits }).push(bytesOf(`${data}\n\n`));
    return events;
  };
  assert.deepEqual(of('data: abc', { maxEventChars: 3 }), ['abc']);
  assert.throws(() => of('data: abcd', { maxEventChars: 3 }), { code: 'event_too_large', message: 'an event is too large' });
  assert.deepEqual(of('data: abc', { maxLineChars: 9 }), ['abc']);
  assert.throws(() => of('data: abcd', { maxLineChars: 9 }), { code: 'line_too_long', message: 'a line of the event stream is too long' });
});
