/* SPDX-License-Identifier: MIT */
/**
 * Every form of an answer that providers and gateways are known to send, one a
 * file of tests/upstream/wires/, played to who asked for a stream and to who
 * asked for the whole. What is to be read is the same for both. Events of one
 * form are read a quicker way than others: each stream is played once more with
 * events of which none has the form of the one before.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { readdirSync, readFileSync } from 'node:fs';
import { chunksOf, errorOf, isDone, reasoningOf, SseReader, textOf } from
  '../harness/sse.js';
import { order, useSite } from '../harness/suite.js';

const FOLDER = new URL('../upstream/wires/', import.meta.url);

/** @typedef {'openai' | 'openai_responses' | 'anthropic'} Kind */

/**
 * @typedef {object} Wire
 * @property {string} about where the form is from, in words
 * @property {Kind} [kind]
 * @property {number} [status]
 * @property {string} [type] of the content
 * @property {string} [body] all of it, or
 * @property {unknown[]} [events] the data of each event
 * @property {Expected} expect
 */

/**
 * @typedef {object} Expected
 * @property {string} [text]
 * @property {string} [reasoning]
 * @property {string} [finish]
 * @property {string} [native] the provider's own word
 * @property {[number, number]} [usage]
 * @property {boolean} [estimated]
 * @property {number} [cost]
 * @property {{name: string, arguments: string}[]} [calls]
 * @property {string} [has] what must be somewhere in the answer
 * @property {string} [code] of the error
 * @property {string} [message] what the error says, or a part of it
 * @property {string} [hidden] what it must not say
 * @property {number} [status] of the response
 */

const limits = { requests_per_minute: 0, streams_per_user: 1000 };
const suites = {
  openai: useSite({ config: { limits } }),
  openai_responses: useSite({ models: [], config: { limits,
    'provider "up"': { kind: 'openai_responses', 'model "m"': {} } } }),
  anthropic: useSite({ models: [], config: { limits,
    'provider "up"': { kind: 'anthropic', 'model "m"': {} } } }),
};
/** @type {Map<string, Promise<any>>} one login a site is enough */
const clients = new Map();

/** @param {Kind} kind @returns {Promise<any>} */
function clientOf(kind) {
  const client = clients.get(kind) ?? suites[kind].site.signedIn();
  clients.set(kind, client);
  return client;
}

/** @param {Wire} wire */
function bodyOf(wire) {
  if (wire.body !== undefined) return wire.body;
  return (wire.events ?? []).map((event) => `data: ${
    typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');
}

/**
 * The same, with more blanks in each event than in the one before it.
 * @param {string} body
 */
function unlike(body) {
  let n = 0;
  return body.replace(/^data: ?\{/gm, (begin) => begin + ' '.repeat(1 + (n++ % 9)));
}

/**
 * What was read, in one form for both ways of asking.
 * @typedef {object} Read
 * @property {string} [role]  of the first choice, where it begins
 * @property {string} text
 * @property {string} reasoning
 * @property {string | null} finish
 * @property {string} [native]
 * @property {any} usage
 * @property {{name: string, arguments: string}[]} calls
 * @property {any} error
 * @property {string} raw
 */

/** @param {any[]} chunks @returns {{name: string, arguments: string}[]} */
function callsOf(chunks) {
  /** @type {any[]} */
  const calls = [];
  for (const chunk of chunks) {
    for (const piece of chunk.choices?.[0]?.delta?.tool_calls ?? []) {
      assert.equal(typeof piece.index, 'number');
      if (!calls[piece.index]) {
        assert.ok(piece.id, 'a call begins with its id');
        assert.equal(piece.type, 'function');
        calls[piece.index] = { name: piece.function.name, arguments: '' };
      }
      calls[piece.index].arguments += piece.function?.arguments ?? '';
    }
  }
  return calls;
}

/** @param {string} text of an event stream @returns {Read} */
function readStream(text) {
  const sse = new SseReader();
  sse.push(Buffer.from(text), 0);
  const { arrivals } = sse;
  const chunks = chunksOf(arrivals).filter((one) => !one.error);
  const ends = chunks.flatMap((one) => one.choices ?? [])
    .filter((one) => one.finish_reason);
  const error = errorOf(arrivals);
  assert.equal(isDone(arrivals), !error);
  return { role: chunks.find((one) => one.choices?.length)?.choices[0].delta.role,
    text: textOf(arrivals), reasoning: reasoningOf(arrivals),
    finish: ends.at(-1)?.finish_reason ?? null,
    native: ends.at(-1)?.native_finish_reason,
    usage: chunks.find((one) => one.usage)?.usage, calls: callsOf(chunks),
    error, raw: JSON.stringify(chunks) };
}

/** @param {any} whole @returns {Read} */
function readWhole(whole) {
  const [choice] = whole.choices ?? [];
  const { message } = choice ?? {};
  for (const call of message?.tool_calls ?? []) {
    assert.ok(call.id && call.type === 'function');
  }
  return { role: message?.role, text: message?.content ?? '',
    reasoning: message?.reasoning_content ?? '',
    finish: choice?.finish_reason ?? null, native: choice?.native_finish_reason,
    usage: whole.usage, error: whole.error, raw: JSON.stringify(whole),
    calls: (message?.tool_calls ?? []).map((/** @type {any} */ call) =>
      ({ name: call.function.name, arguments: call.function.arguments })) };
}

/** @param {Expected} want @param {any} error @param {number} status */
function checkError(want, error, status) {
  assert.equal(error?.code, want.code, JSON.stringify(error));
  if (want.message) assert.ok(error.message.includes(want.message),
    error.message);
  if (want.hidden) assert.ok(!error.message.includes(want.hidden),
    error.message);
  if (want.status) assert.equal(status, want.status);
}

/** @param {Expected} want @param {Read} got */
function checkAnswer(want, got) {
  assert.equal(got.error, undefined, JSON.stringify(got.error));
  assert.equal(got.role, 'assistant');
  assert.equal(got.text, want.text ?? '');
  assert.equal(got.reasoning, want.reasoning ?? '');
  assert.equal(got.finish, want.finish);
  if (want.native) assert.equal(got.native, want.native);
  assert.deepEqual(got.calls, want.calls ?? []);
  if (want.usage) {
    assert.deepEqual([got.usage.prompt_tokens, got.usage.completion_tokens],
      want.usage);
    assert.ok(!got.usage.estimated);
  }
  if (want.estimated) {
    assert.equal(got.usage.estimated, true);
    assert.ok(got.usage.completion_tokens > 0 && got.usage.prompt_tokens > 0);
  }
  if (want.cost) assert.equal(got.usage.cost, want.cost);
  if (want.has) assert.ok(got.raw.includes(want.has), got.raw);
}

for (const file of readdirSync(FOLDER).sort()) {
  /** @type {Wire} */
  const wire = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
  for (const way of ['streamed', 'event by event', 'whole']) {
    const stream = way !== 'whole';
    const body = way === 'event by event' ? unlike(bodyOf(wire)) : bodyOf(wire);
    if (way === 'event by event' && body === bodyOf(wire)) continue;
    test(`${file.replace('.json', '')}, ${way}`, async () => {
      const content = order({ status: wire.status ?? 200,
        type: wire.type ?? 'text/event-stream', body });
      const client = await clientOf(wire.kind ?? 'openai');
      const answer = await client.ask('m', content, { more: { stream,
        ...(stream ? { stream_options: { include_usage: true } } : {}) } });
      const text = await answer.text();
      const got = text.startsWith('{')
        ? readWhole(JSON.parse(text)) : readStream(text);
      if (wire.expect.code) {
        checkError(wire.expect, got.error, answer.status);
      } else {
        checkAnswer(wire.expect, got);
      }
    });
  }
}
