/* SPDX-License-Identifier: MIT */
/** What comes from a provider in one piece goes out in one, whatever its chunks. */

import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { PASSWORD, startSite } from '../harness/site.js';

/** More than the worker gathers before it writes. */
const MANY = 400;

/** @param {string} text */
const chunk = (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
/** @param {string} content */
const event = (content) => chunk(`data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`);
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
const END = `${chunk('data: [DONE]\n\n')}0\r\n\r\n`;

/** @type {(socket: net.Socket) => void} what the provider does with a request */
let answer = () => {};
/** @type {import('../harness/fcgi.js').FcgiConnection} the one that asks */
let connection;
/** Waits until a word is there. @param {string} word */
const seen = (word) => connection.until(() => connection.stdout.includes(`"${word}`));
const provider = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => answer(socket));
});
/** @type {import('../harness/site.js').Site} */
let site;

before(async () => {
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (provider.address());
  site = await startSite({ nginx: false, config: { 'provider "up"': { base_url: `http://127.0.0.1:${port}/v1` } } });
});
after(async () => {
  provider.close();
  await site.close();
});

/** The cookie of somebody who is signed in, past nginx. */
async function cookie() {
  const login = site.fcgi();
  login.request({ method: 'POST', path: 'api/login', headers: { 'Content-Type': 'application/json', Origin: 'https://localhost' },
    body: JSON.stringify({ username: 'ann', password: PASSWORD }) });
  const { headers } = await login.finished();
  return String(headers['set-cookie']).split(';')[0];
}

/** @returns {Promise<{records: string[]}>} the answer's records, as they were written */
async function asked() {
  const session = await cookie();
  connection = site.fcgi();
  connection.request({ method: 'POST', path: 'api/chat/completions',
    headers: { 'Content-Type': 'application/json', Origin: 'https://localhost', Cookie: session },
    body: JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi.' }] }) });
  await connection.finished();
  let at = 0;
  const text = connection.stdout.toString();
  return { records: connection.records.filter(({ type, length }) => type === 6 && length > 0).map(({ length }) => {
    at += length;
    return text.slice(at - length, at);
  }) };
}

test('chunks of one piece are one write, and the first of all waits for nothing', async () => {
  answer = (socket) => {
    socket.write(HEAD + event('first '));
    void seen('first ').then(() => socket.write(event('one ') + event('two ') + event('three ')))
      .then(() => seen('three ')).then(() => socket.end(event('last') + END));
  };
  const { records } = await asked();
  const holding = (/** @type {string} */ word) => records.findIndex((record) => record.includes(`"${word}`));
  assert.ok(holding('first ') >= 0);
  assert.ok(holding('first ') < holding('one '));
  assert.equal(holding('one '), holding('two '));
  assert.equal(holding('two '), holding('three '));
  assert.ok(holding('three ') < holding('last'));
  assert.match(records.at(-1) ?? '', /\[DONE\]/);
});

test('what comes without a pause is written before all of it is there', async () => {
  answer = (socket) => {
    socket.end(HEAD + Array.from({ length: MANY }, (_, i) => event(`word${i} `)).join('') + END);
  };
  const { records } = await asked();
  const text = records.join('');
  for (let i = 0; i < MANY; i += 1) assert.ok(text.includes(`"word${i} "`), `word${i}`);
  assert.ok(records.length > 3 && records.length < MANY / 4, `${records.length} writes`);
});
