/* SPDX-License-Identifier: MIT */
/**
 * A kept connection on which the provider says more than it was asked for. What
 * is not the answer to a request is never read as one: the next question, which
 * may be another person's, gets its own answer, and is put once.
 */

import assert from 'node:assert/strict';
import net from 'node:net';
import tls from 'node:tls';
import test, { after } from 'node:test';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { RequestReader } from '../upstream/http.js';
import { chunksOf, SseReader, textOf } from '../harness/sse.js';
import { useSite } from '../harness/suite.js';

/** @typedef {import('node:net').Socket} Socket */
/** What comes back for a question, and after it on the same connection.
 * @typedef {{answer: string, apart?: boolean, more: string, end?: boolean}} Play
 */

/** @type {Map<string, Play>} */
const plays = new Map();
/** @type {string[]} questions as they came */
let asked = [];
/** @type {Map<string, Promise<unknown>>} when all of a play is out */
const played = new Map();

/** @param {Socket} socket */
function serve(socket) {
  const reader = new RequestReader();
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    reader.push(bytes);
    const request = reader.next();
    if (!request) return;
    const name = JSON.parse(request.body.toString()).messages.at(-1).content;
    asked.push(name);
    played.set(name, play(socket, /** @type {Play} */ (plays.get(name))));
  });
}

/** @param {Socket} socket @param {string} bytes */
const out = (socket, bytes) => new Promise((resolve) => {
  socket.write(bytes, resolve);
});

/** @param {Socket} socket @param {Play} how */
async function play(socket, { answer, apart, more, end }) {
  if (!apart) return out(socket, answer + more);
  await out(socket, answer);
  /* The worker has read the answer when its client has. */
  await read;
  if (end) await new Promise((resolve) => {
    socket.end(more, () => resolve(undefined));
  });
  else await out(socket, more);
}

/** @type {Promise<void>} */
let read = Promise.resolve();

const plain = net.createServer({ noDelay: true }, serve)
  .listen(0, '127.0.0.1');
await once(plain, 'listening');
/* Answers what has not been asked yet: by the head alone, and never reads on.
 * Who comes again is served. */
/** @type {string | null} */
let early = null;
const hasty = net.createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  if (early === null) return serve(socket);
  const answer = early;
  early = null;
  socket.once('data', () => {
    socket.pause();
    socket.write(answer);
  });
  return undefined;
}).listen(0, '127.0.0.1');
await once(hasty, 'listening');
/** @type {tls.Server} */
let secure;
/** @type {Set<Socket>} */
const sockets = new Set();
for (const server of [plain, hasty]) {
  server.on('connection', (socket) => sockets.add(socket));
}
after(() => {
  plain.close();
  hasty.close();
  secure?.close();
  for (const socket of sockets) socket.destroy();
});

/** @param {net.Server} server */
const portOf = (server) =>
  /** @type {net.AddressInfo} */ (server.address()).port;

const suite = useSite({ tls: true, config: {
  timeouts: { first_event: '4s', silence: '4s', total: '8s' },
  limits: { requests_per_minute: 0, body: '16M' },
  'provider "plain"': { kind: 'openai', 'model "plain"': {},
    base_url: `http://127.0.0.1:${portOf(plain)}/v1` },
  'provider "hasty"': { kind: 'openai', 'model "hasty"': {},
    base_url: `http://127.0.0.1:${portOf(hasty)}/v1` },
  'provider "secure"': { kind: 'openai', 'model "secure"': {},
    base_url: 'https://127.0.0.1:1/v1' },
} }, async (site) => {
  const { cert, key } = site.certificates.selfSigned;
  secure = tls.createServer({ cert: readFileSync(cert), key: readFileSync(key),
    noDelay: true }, serve).listen(0, '127.0.0.1');
  secure.on('connection', (socket) => sockets.add(socket));
  await once(secure, 'listening');
  site.writeConfig({ 'provider "secure"': { ca_file: cert,
    base_url: `https://127.0.0.1:${portOf(secure)}/v1` } });
  await site.reload();
  site.spare = 8;
});

/** @param {string} content */
const stream = (content) => [
  { choices: [{ index: 0, delta: { content }, finish_reason: null }] },
  { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
].map((one) => `data: ${JSON.stringify(one)}\n\n`).join('') + 'data: [DONE]\n\n';

/** @param {string} content */
const json = (content) => JSON.stringify({ choices: [{ index: 0,
  message: { role: 'assistant', content }, finish_reason: 'stop' }] });

/** @param {string} type @param {string} body @param {string} [status] */
const counted = (type, body, status = '200 OK') =>
  `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\n`
  + `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** @param {string} type @param {string} body @param {string} [status] */
const chunked = (type, body, status = '200 OK') =>
  `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\n`
  + `Transfer-Encoding: chunked\r\n\r\n${
    Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;

const EVENTS = 'text/event-stream';
const JSON_TYPE = 'application/json';

let number = 0;

/** @param {string} model @param {Play} how @param {boolean} streamed */
async function ask(model, how, streamed) {
  const name = `case-${number += 1}`;
  plays.set(name, how);
  /** @type {() => void} */
  let done = () => {};
  read = new Promise((resolve) => { done = resolve; });
  const client = await suite.site.signedIn();
  const answer = await client.ask(model, name, { more: { stream: streamed } });
  const text = await answer.text();
  done();
  await played.get(name);
  return { answer, text };
}

/** @param {string} text @param {boolean} streamed */
function wordsOf(text, streamed) {
  if (!streamed) return JSON.parse(text).choices?.[0].message.content;
  const sse = new SseReader();
  sse.push(Buffer.from(text), 0);
  assert.ok(chunksOf(sse.arrivals).every((one) => !one.error), text);
  return textOf(sse.arrivals);
}

const STRANGE = {
  'a line end': '\r\n',
  'words': 'and some more of it',
  'more events': 'data: {"choices":[{"delta":{"content":"foreign"}}]}\n\n',
  'half a head': 'HTTP/1.1 200 OK\r\nContent-Type: text/ev',
  'an answer to nobody': counted(EVENTS, stream('foreign')),
  'a whole answer to nobody': counted(JSON_TYPE, json('foreign')),
  'an interim answer': 'HTTP/1.1 100 Continue\r\n\r\n',
};

for (const model of ['plain', 'secure']) {
  for (const streamed of [true, false]) {
    const [type, body] = streamed ? [EVENTS, stream('own')]
      : [JSON_TYPE, json('own')];
    for (const [framing, answer] of Object.entries({
      'a counted answer': counted(type, body),
      'the last chunk': chunked(type, body),
      'a refusal': counted(JSON_TYPE, '{"error":{"message":"No."}}',
        '400 Bad Request'),
    })) {
      const way = streamed ? 'streamed' : 'whole';
      test(`after ${framing}, ${way}, ${model}`, async () => {
        for (const [what, more] of Object.entries(STRANGE)) {
          for (const apart of [false, true]) {
            for (const end of apart ? [false, true] : [false]) {
              asked = [];
              const how = `${what}, apart: ${apart}, closed: ${end}`;
              const first = await ask(model, { answer, apart, more, end },
                streamed);
              if (first.answer.status === 200) {
                assert.equal(wordsOf(first.text, streamed), 'own', how);
              }
              const next = await ask(model,
                { answer: counted(type, body), more: '' }, streamed);
              assert.equal(next.answer.status, 200, `${how}: ${next.text}`);
              assert.equal(wordsOf(next.text, streamed), 'own', how);
              assert.equal(asked.length, 2, `${how}: ${asked}`);
            }
          }
        }
      });
    }
  }
}

for (const [what, streamed, answer, status] of /** @type {const} */ ([
  ['an event stream', true, counted(EVENTS, stream('own')), 200],
  ['an event stream in chunks', true, chunked(EVENTS, stream('own')), 200],
  ['a whole answer', false, counted(JSON_TYPE, json('own')), 200],
  ['a whole answer in chunks', false, chunked(JSON_TYPE, json('own')), 200],
  ['a whole answer in chunks where a stream was asked', true,
    chunked(JSON_TYPE, json('own')), 200],
  ['an event stream where none was asked', false,
    counted(EVENTS, stream('own')), 200],
  ['a refusal', true, counted(JSON_TYPE, '{"error":{"message":"Too long."}}',
    '413 Content Too Large'), 400],
  ['a refusal in chunks', true, chunked(JSON_TYPE,
    '{"error":{"message":"Too long."}}', '413 Content Too Large'), 400],
])) {
  test(`before the question was read: ${what}`, async () => {
    early = answer;
    const before = sockets.size;
    const client = await suite.site.signedIn();
    const first = await client.ask('hasty', 'x'.repeat(12 << 20),
      { more: { stream: streamed } });
    const text = await first.text();
    assert.equal(first.status, status, text);
    if (status === 200) assert.equal(wordsOf(text, streamed), 'own');
    const next = await ask('hasty',
      { answer: counted(EVENTS, stream('next')), more: '' }, true);
    assert.equal(wordsOf(next.text, true), 'next');
    assert.equal(sockets.size, before + 2, 'not on the same connection');
    for (const socket of sockets) socket.destroy();
  });
}

test('a connection that nobody spoilt is used again', async () => {
  for (const model of ['plain', 'secure']) {
    const how = { answer: counted(JSON_TYPE, json('own')), more: '' };
    await ask(model, how, false);
    const before = sockets.size;
    for (let i = 0; i < 5; i += 1) await ask(model, how, false);
    assert.equal(sockets.size, before, model);
  }
});
