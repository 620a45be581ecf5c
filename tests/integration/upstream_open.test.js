/* SPDX-License-Identifier: MIT */
/**
 * Providers that have said all and keep the connection open, without [DONE],
 * without the end of the body: what is complete ends as that, long before
 * silence would be told; what is not is waited for.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { errorOf, isDone, SseReader, textOf } from '../harness/sse.js';
import { newGate, order, useSite } from '../harness/suite.js';

const suite = useSite({ models: ['m'], config: {
  timeouts: { first_event: '10min', silence: '10min', total: '10min' },
  limits: { requests_per_minute: 0, streams_per_user: 100 },
} }, async (site) => {
  site.spare = 16;
});

const chunk = (/** @type {any} */ delta, finish = null, more = {}) =>
  `data: ${JSON.stringify({ id: 'x', created: 1, model: 'y', choices:
    [{ index: 0, delta, finish_reason: finish }], ...more })}\n\n`;
const HELLO = chunk({ role: 'assistant', content: 'Hello' });
const STOP = chunk({}, /** @type {any} */ ('stop'));
const USED = { prompt_tokens: 7, completion_tokens: 5 };
const USAGE = `data: ${JSON.stringify({ choices: [], usage: USED })}\n\n`;
const WHOLE = JSON.stringify({ id: 'x', object: 'chat.completion', created: 1,
  model: 'y', usage: USED, choices: [{ index: 0, finish_reason: 'stop',
    message: { role: 'assistant', content: 'Hello' } }] });

/** What is promised and never comes. */
const OPEN = 100_000;

/** @param {string} text @returns {{text: string, error: any, usage: any}} */
function read(text) {
  if (text.startsWith('{')) {
    const { choices, error, usage } = JSON.parse(text);
    return { text: choices?.[0].message.content ?? '', error, usage };
  }
  const sse = new SseReader();
  sse.push(Buffer.from(text), 0);
  const error = errorOf(sse.arrivals);
  assert.equal(isDone(sse.arrivals), !error);
  const usage = sse.arrivals.map((one) => one.data ?? '')
    .filter((data) => data.includes('"usage":{')).map((data) =>
      JSON.parse(data).usage).at(-1);
  return { text: textOf(sse.arrivals), error, usage };
}

/**
 * @param {any} client @param {any} script @param {boolean} stream
 */
async function ask(client, script, stream) {
  const answer = await client.ask('m', order(script), { more: { stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}) } });
  return read(await answer.text());
}

/** @type {Record<string, any>} */
const complete = {
  'with usage': { body: HELLO + STOP + USAGE },
  'without usage': { body: HELLO + STOP, estimated: true },
  'usage with the reason': {
    body: HELLO + chunk({}, /** @type {any} */ ('stop'), { usage: USED }) },
  'a reason that is not known': {
    body: HELLO + chunk({}, /** @type {any} */ ('abort')) + USAGE },
  'comments after it': { body: `${HELLO + STOP + USAGE}: alive\n\n: alive\n\n` },
  'the blank line missing': { body: (HELLO + STOP + USAGE).slice(0, -1) },
  'one JSON text': { type: 'application/json', body: WHOLE },
  'one JSON text, labelled as events': { body: WHOLE },
};

test('what is complete ends, whatever stays open', async () => {
  const client = await suite.site.signedIn();
  const all = Object.entries(complete).flatMap(([name, one]) =>
    [true, false].map(async (stream) => {
      const { estimated, ...script } = one;
      const got = await ask(client, { type: 'text/event-stream',
        framing: OPEN, ...script }, stream);
      const which = `${name}, ${stream}`;
      assert.equal(got.error, undefined, which);
      assert.equal(got.text, 'Hello', which);
      assert.equal(got.usage.estimated === true, estimated === true, which);
    }));
  await Promise.all(all);
});

test('an error whose body has no end is told', async () => {
  const client = await suite.site.signedIn();
  const got = await ask(client, { status: 400, framing: OPEN,
    type: 'application/json',
    body: '{"error":{"message":"No such thing.","type":"invalid"}}' }, true);
  assert.match(got.error.message, /No such thing/);
});

test('what goes on after a reason is waited for', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const gate = newGate();
  /* The others are complete and over before the gate opens. */
  const slow = ask(client, { bare: true, steps: [{ send: HELLO }, { send: STOP },
    { send: USAGE }, { send: chunk({ content: ' world' }) }, { gate },
    { send: chunk({ content: '!' }) }, { send: STOP }, { done: true }] }, true);
  for (let i = 0; i < 2; i += 1) {
    await ask(client, { type: 'text/event-stream', framing: OPEN,
      body: HELLO + STOP + USAGE }, true);
  }
  await site.upstream.open(gate);
  const got = await slow;
  assert.equal(got.error, undefined);
  assert.equal(got.text, 'Hello world!');
});
