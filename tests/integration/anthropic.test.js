/* SPDX-License-Identifier: MIT */
/** The Messages API, translated both ways. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, order, useSite } from '../harness/suite.js';
import { API_KEY, pause } from '../harness/site.js';
import {
  chunksOf, errorOf, isDone, reasoningOf, textOf,
} from '../harness/sse.js';

const suite = useSite({
  models: [],
  config: {
    'provider "up"': { kind: 'anthropic',
      'model "m"': { max_output_tokens: 1000, input: ['text', 'image'] } },
  },
});

const lastCall = () => {
  const call = suite.site.upstream.calls.at(-1);
  assert.ok(call);
  return { headers: call.headers, target: call.target,
    body: JSON.parse(call.body) };
};

test('an answer arrives in OpenAI\'s form', async () => {
  const client = await suite.site.signedIn();
  for (const split of [0, 1, 3]) {
    const reading = await client.chat('m', order({ steps: [{ split },
      { reasoning: 'Let me ' }, { reasoning: 'see.' },
      { texts: ['Hel', 'lo 数'] }, ...END] }),
    { more: { stream_options: { include_usage: true } } });
    await reading.ended;
    const { arrivals } = reading;
    assert.equal(reasoningOf(arrivals), 'Let me see.');
    assert.equal(textOf(arrivals), 'Hello 数');
    assert.ok(isDone(arrivals));
    const chunks = chunksOf(arrivals);
    assert.ok(chunks.every((one) => one.object === 'chat.completion.chunk'
      && one.model === 'm'));
    assert.deepEqual(
      chunks.map((one) => one.choices[0]?.finish_reason).filter(Boolean),
      ['stop']);
    const { usage, choices } = chunks.at(-1);
    assert.deepEqual(choices, []);
    assert.equal(usage.prompt_tokens, 7);
    assert.equal(usage.completion_tokens, 5);
  }
});

test('finish reasons are translated', async () => {
  const client = await suite.site.signedIn();
  for (const [theirs, ours] of [['end_turn', 'stop'],
    ['stop_sequence', 'stop'], ['max_tokens', 'length'],
    ['refusal', 'content_filter']]) {
    const reading = await client.chat('m', order({ steps: [{ text: 'a' },
      { finish: theirs }, { done: true }] }));
    await reading.ended;
    const reasons = chunksOf(reading.arrivals)
      .map((one) => one.choices[0]?.finish_reason).filter(Boolean);
    assert.deepEqual(reasons, [ours], theirs);
  }
});

test('the request is theirs: system apart, max_tokens, key, version',
  async () => {
    const client = await suite.site.signedIn();
    suite.site.upstream.script('m', { steps: [{ text: 'a' }, ...END] });
    const reading = await client.chat('m', [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'two' },
      { role: 'user', content: [
        { type: 'text', text: 'three' },
        { type: 'image_url',
          image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
      ] },
    ]);
    await reading.ended;
    const { headers, target, body } = lastCall();
    assert.match(target, /\/messages$/);
    assert.equal(headers['x-api-key'], API_KEY);
    assert.ok(headers['anthropic-version']);
    assert.equal(headers.authorization, undefined);
    assert.equal(body.stream, true);
    assert.ok(body.max_tokens > 0);
    assert.equal(body.temperature, undefined);
    assert.match(JSON.stringify(body.system), /Be brief\./);
    assert.deepEqual(body.messages.map((/** @type {any} */ one) => one.role),
      ['user', 'assistant', 'user']);
    const image = body.messages[2].content.find(
      (/** @type {any} */ part) => part.type === 'image');
    assert.deepEqual(image.source, { type: 'base64', media_type: 'image/png',
      data: 'iVBORw0KGgo=' });
  });

test('an answer without `stream`', async () => {
  const client = await suite.site.signedIn();
  const answer = await client.ask('m', order({ steps: [
    { reasoning: 'hm' }, { text: 'Hello' }, ...END] }),
  { more: { stream: false } });
  assert.equal(answer.status, 200);
  const whole = await answer.json();
  assert.equal(whole.object, 'chat.completion');
  assert.equal(whole.choices[0].message.content, 'Hello');
  assert.equal(whole.choices[0].finish_reason, 'stop');
  assert.equal(whole.usage.total_tokens, 12);
});

const theirError = (/** @type {string} */ type) =>
  ({ type: 'error', error: { type, message: 'Their words.' } });

test('errors, before and amid the words', async () => {
  const client = await suite.site.signedIn();
  for (const [status, type, ours, code] of /** @type {const} */ ([
    [401, 'authentication_error', 502, /^upstream_auth$/],
    [429, 'rate_limit_error', 429, /^upstream_rate_limited$/],
    [500, 'api_error', 502, /^upstream_error$/],
    [529, 'overloaded_error', 502, /^upstream_error$/],
    [400, 'invalid_request_error', 400, /./],
  ])) {
    const answer = await client.ask('m', order({ status,
      json: theirError(type) }));
    assert.equal(answer.status, ours, type);
    const { error } = await answer.json();
    assert.match(error.code, code);
  }
  const reading = await client.chat('m', order({ steps: [{ text: 'a' },
    { name: 'error', event: theirError('overloaded_error') }] }));
  await reading.ended;
  assert.match(errorOf(reading.arrivals).message, /Their words\./);
  assert.ok(!isDone(reading.arrivals));
  const cut = await client.chat('m', order({ steps: [{ text: 'a' }] }));
  await cut.ended;
  assert.equal(errorOf(cut.arrivals)?.code, 'upstream_closed');
  const unmarked = await client.chat('m', order({ steps: [{ text: 'a' },
    { finish: 'stop' }] }));
  await unmarked.ended;
  assert.equal(errorOf(unmarked.arrivals), undefined);
  assert.ok(isDone(unmarked.arrivals));
});

test('models are listed over all pages', async () => {
  const { site } = suite;
  site.upstream.models = ['c-1', 'c-2', 'c-3', 'c-4', 'c-5'];
  site.writeConfig({ 'provider "up"': { list_models: true } });
  await site.reload();
  const client = await site.signedIn();
  for (let i = 0; i < 100; i += 1) {
    const [, list] = await client.getJson('api/models');
    const ids = list.data.map((/** @type {any} */ one) => one.id);
    if (ids.includes('c-5')) {
      assert.ok(site.upstream.models.every((id) => ids.includes(id)));
      return;
    }
    await pause(50);
  }
  assert.fail('the list did not come');
});
