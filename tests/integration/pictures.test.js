/* SPDX-License-Identifier: MIT */
/**
 * Pictures of answers near and over their limit (limits.picture), in each form
 * that providers send them in, streamed and whole: they pass whole or are told
 * to be too large, and the worker's memory is bounded by the limit, not by what
 * the provider sends.
 */

import assert from 'node:assert/strict';
import net from 'node:net';
import test, { after } from 'node:test';
import { writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { RequestReader } from '../upstream/http.js';
import { peakBytes, residentBytes } from '../harness/proc.js';
import { useSite } from '../harness/suite.js';

const MIB = 1 << 20;
const LIMIT = 20 * MIB;
/** What one picture may take of the worker: the event, its line, the tree that
 * it is read as, the event that is made of it and its place in the ring, each
 * grown by doubling. */
const MOST = 9 * LIMIT;

/** @type {Map<string, (socket: net.Socket, streamed: boolean) => unknown>} */
const plays = new Map();
/** @type {Set<net.Socket>} */
const sockets = new Set();
const server = net.createServer((socket) => {
  const reader = new RequestReader();
  sockets.add(socket);
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    reader.push(bytes);
    const request = reader.next();
    if (!request) return;
    const { messages, input, stream } = JSON.parse(request.body.toString());
    const name = messages?.at(-1).content ?? input.at(-1).content[0].text;
    plays.get(name)?.(socket, stream === true);
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => {
  server.close();
  for (const socket of sockets) socket.destroy();
});

const base = `http://127.0.0.1:${
  /** @type {net.AddressInfo} */ (server.address()).port}/v1`;
const suite = useSite({ config: {
  limits: { requests_per_minute: 0 },
  'provider "chat"': { kind: 'openai', base_url: base, 'model "chat"': {} },
  'provider "resp"': { kind: 'openai_responses', base_url: base,
    'model "resp"': {} },
} }, async (site) => {
  site.spare = 8;
});

/** @typedef {(url: string) => unknown} Event */
/** @param {any} delta */
const chunk = (delta) => ({ id: 'x', object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: null }] });
const STOP = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };

/** @type {Record<string, {model: string, before: unknown[], event: Event,
 *  end: unknown[], whole: Event}>} */
const FORMS = {
  'the member images': { model: 'chat', before: [chunk({ content: 'Look:' })],
    event: (url) => chunk({ content: '', images: [
      { type: 'image_url', image_url: { url } }] }),
    end: [STOP],
    whole: (url) => ({ choices: [{ index: 0, finish_reason: 'stop', message: {
      role: 'assistant', content: 'Look:',
      images: [{ type: 'image_url', image_url: { url } }] } }] }) },
  'a part of content': { model: 'chat', before: [chunk({ content: 'Look:' })],
    event: (url) => chunk({ content: [
      { type: 'image_url', image_url: { url } }] }),
    end: [STOP],
    whole: (url) => ({ choices: [{ index: 0, finish_reason: 'stop', message: {
      role: 'assistant', content: [{ type: 'text', text: 'Look:' },
        { type: 'image_url', image_url: { url } }] } }] }) },
  'an item of Responses': { model: 'resp',
    before: [{ type: 'response.output_text.delta', delta: 'Look:' }],
    event: (url) => ({ type: 'response.output_item.done', output_index: 1,
      item: { type: 'image_generation_call', id: 'i', status: 'completed',
        output_format: 'png', result: url.split(',')[1] } }),
    end: [{ type: 'response.completed', response: { status: 'completed' } }],
    whole: (url) => ({ status: 'completed', output: [
      { type: 'message', content: [{ type: 'output_text', text: 'Look:' }] },
      { type: 'image_generation_call', id: 'i', status: 'completed',
        output_format: 'png', result: url.split(',')[1] }] }) },
};

const HEAD = 'data:image/png;base64,';

/** A picture whose event has `size` bytes. @param {Event} event */
function pictureOf(event, size = LIMIT) {
  const rest = JSON.stringify(event(HEAD)).length;
  return HEAD + 'iVBORw0KGgo'.padEnd(size - rest, 'A');
}

const digest = (/** @type {string | undefined} */ text) =>
  createHash('sha256').update(text ?? '').digest('hex');

/** @param {net.Socket} socket @param {unknown[]} events */
function playEvents(socket, events) {
  socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n'
    + 'Connection: close\r\n\r\n');
  for (const one of events) socket.write(`data: ${JSON.stringify(one)}\n\n`);
  socket.end();
}

/** @param {net.Socket} socket @param {unknown} answer */
const playWhole = (socket, answer) => socket.end('HTTP/1.1 200 OK\r\n'
  + 'Content-Type: application/json\r\nConnection: close\r\n\r\n'
  + JSON.stringify(answer));

let number = 0;

/** Asks, and tells what came and what the worker took at most meanwhile.
 * @param {string} model @param {boolean} stream
 * @param {(socket: net.Socket, streamed: boolean) => unknown} play */
async function ask(model, stream, play) {
  const { site } = suite;
  const name = `case-${number += 1}`;
  plays.set(name, play);
  const client = await site.signedIn();
  const before = residentBytes(site.worker.pid);
  writeFileSync(`/proc/${site.worker.pid}/clear_refs`, '5');
  const answer = await client.ask(model, name, { more: { stream } });
  const text = await answer.text();
  const grown = peakBytes(site.worker.pid) - before;
  if (!site.sanitized) assert.ok(grown < MOST, `grown by ${grown}`);
  return { status: answer.status, text };
}

/** @param {string} text @returns {{words: string, pictures: string[],
 *  error: any}} */
function readAnswer(text) {
  const chunks = text.startsWith('{') ? [JSON.parse(text)]
    : text.split('\n').filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice(6)));
  const pieces = chunks.flatMap((one) => one.choices ?? [])
    .map((one) => one.delta ?? one.message);
  return { words: pieces.map((one) => one.content ?? '').join(''),
    pictures: pieces.flatMap((one) => one.images ?? [])
      .map((one) => one.image_url.url),
    error: chunks.find((one) => one.error)?.error };
}

for (const [what, form] of Object.entries(FORMS)) {
  const { model, before, event, end, whole } = form;
  test(`${what}: a picture at its limit passes in a stream`, async () => {
    const url = pictureOf(event);
    const { text } = await ask(model, true, (socket) =>
      playEvents(socket, [...before, event(url), ...end]));
    const got = readAnswer(text);
    assert.equal(got.error, undefined);
    assert.equal(got.words, 'Look:');
    assert.equal(got.pictures.length, 1);
    assert.equal(digest(got.pictures[0]), digest(url));
  });

  test(`${what}: one byte more is told, and the words before stay`,
    async () => {
      const { text } = await ask(model, true, (socket) =>
        playEvents(socket, [...before, event(pictureOf(event, LIMIT + 1)),
          ...end]));
      const got = readAnswer(text);
      assert.equal(got.error?.code, 'event_too_large');
      assert.equal(got.words, 'Look:');
      assert.equal(got.pictures.length, 0);
    });

  test(`${what}: a picture at its limit in a whole answer`, async () => {
    const url = pictureOf(event);
    const { status, text } = await ask(model, false, (socket) =>
      playWhole(socket, whole(url)));
    assert.equal(status, 200);
    const got = readAnswer(text);
    assert.equal(got.words, 'Look:');
    assert.deepEqual(got.pictures.map(digest), [digest(url)]);
  });

  test(`${what}: an event stream where a whole answer was asked`, async () => {
    const url = pictureOf(event);
    const { status, text } = await ask(model, false, (socket) =>
      playEvents(socket, [...before, event(url), ...end]));
    assert.equal(status, 200);
    assert.deepEqual(readAnswer(text).pictures.map(digest), [digest(url)]);
  });

  test(`${what}: pictures without end are ended by the answer's limit`,
    async () => {
      const url = pictureOf(event, LIMIT / 2);
      for (const stream of [true, false]) {
        const { text } = await ask(model, stream, (socket) =>
          playEvents(socket, [...before, ...Array(8).fill(event(url)),
            ...end]));
        const got = readAnswer(text);
        assert.equal(got.error?.code, 'answer_too_large', String(stream));
        for (const one of got.pictures) assert.equal(digest(one), digest(url));
      }
    });
}

test('what is no picture has the limit of other events', async () => {
  const { text } = await ask('chat', true, (socket) => playEvents(socket,
    [chunk({ content: 'Look:' }), chunk({ content: 'x'.repeat(2 * MIB) }),
      STOP]));
  assert.equal(readAnswer(text).error?.code, 'event_too_large');
});

test('a whole answer larger than all is told so', async () => {
  const { status, text } = await ask('chat', false, (socket) =>
    playWhole(socket, FORMS['the member images'].whole(
      HEAD + 'A'.repeat(65 * MIB))));
  assert.equal(status, 502);
  assert.equal(JSON.parse(text).error.code, 'answer_too_large');
});
