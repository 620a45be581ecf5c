/* SPDX-License-Identifier: MIT */
/**
 * The page's reader of event streams beside Chromium's own: whatever bytes
 * come, in whatever pieces, both see the same events.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { parseEventStream } from '../../static/net/sse.js';
import { launchChromium } from './chromium.js';

/** What streams are made of: fields, their ends, and what breaks them. */
const PIECES = ['data', 'event', 'id', 'retry', 'Data', 'da ta', ':', ':', ': ', ' ', ' ', '\t', 'a', 'b', 'é', '😀', '\u2028', '\ufeff', '\0',
  '\n', '\n', '\n\n', '\n\n', '\r', '\r\n', '\r\r', '\r\n\r\n', 'data: x', '\ndata: z\n', '\ndata', 'data:y\n\n', '\ndata:y\r\r', '\n\n', 'id: 1\n', 'id\n', 'event: a\n', 'event:\n',
  'retry: 5\n', 'retry: 5x\n', ': comment\n', [0xff], [0xc3], [0xe2, 0x82], [0xef, 0xbb, 0xbf]];

/** The same numbers in each run. */
let state = 20250103;
/** @param {number} n */
const below = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor(state / 2 ** 32 * n);
};

/** Begun by a comment: Chromium loses a line after a BOM that is a line alone. */
function randomStream() {
  const parts = Array.from({ length: 20 + below(60) }, () => PIECES[below(PIECES.length)]);
  return Buffer.concat([':\n', ...parts].map((part) => Buffer.from(/** @type {any} */ (part))));
}

const STREAMS = Array.from({ length: 300 }, randomStream);

/** @param {Buffer} bytes */
async function ours(bytes) {
  const chunks = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + below(7);
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  const events = [];
  for await (const { event, data, id } of parseEventStream(new Blob(chunks).stream())) events.push([event, data, id]);
  return events;
}

test('the same events as from EventSource', async (t) => {
  const server = createServer((request, response) => {
    const stream = STREAMS[Number(request.url?.slice(1))];
    response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'text/html' });
    response.end(stream ?? '<!doctype html><title>x</title>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => server.close());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${/** @type {any} */ (server.address()).port}/page`);
  const theirs = await page.evaluate(async (count) => {
    /** @param {number} i @returns {Promise<string[][]>} */
    const read = (i) => new Promise((resolve) => {
      /** @type {string[][]} */
      const events = [];
      const source = new EventSource(`/${i}`);
      /** @param {any} event */
      const take = (event) => events.push([event.type, event.data, event.lastEventId]);
      source.onmessage = take;
      source.addEventListener('a', take);
      source.onerror = () => {
        source.close();
        resolve(events);
      };
    });
    const all = [];
    for (let i = 0; i < count; i++) all.push(await read(i));
    return all;
  }, STREAMS.length);
  /** Only what EventSource was told to listen for. */
  const heard = new Set(['message', 'a']);
  let events = 0;
  for (const [i, bytes] of STREAMS.entries()) {
    const got = (await ours(bytes)).filter(([type]) => heard.has(type));
    assert.deepEqual(got, theirs[i], JSON.stringify(bytes.toString('latin1')));
    events += got.length;
  }
  assert.ok(events > STREAMS.length, 'the streams hold events');
});
