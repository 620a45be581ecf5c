/* SPDX-License-Identifier: MIT */
/** OpenAI's Responses API, translated both ways. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, order, useSite } from '../harness/suite.js';
import { API_KEY } from '../harness/site.js';
import { chunksOf, isDone, reasoningOf, textOf } from '../harness/sse.js';

const suite = useSite({
  models: [],
  config: { 'provider "up"': { kind: 'openai_responses',
    'model "m"': { max_output_tokens: 1000 } } },
});

const lastCall = () => {
  const call = suite.site.upstream.calls.at(-1);
  assert.ok(call);
  return { headers: call.headers, target: call.target,
    body: JSON.parse(call.body) };
};

const SAID = { steps: [{ reasoning: 'Let me ' }, { reasoning: 'see.' },
  { texts: ['Hel', 'lo 数'] }, ...END] };

test('an answer arrives in the form of chat completions', async () => {
  const client = await suite.site.signedIn();
  for (const split of [0, 1, 3]) {
    const reading = await client.chat('m',
      order({ steps: [{ split }, ...SAID.steps] }),
      { more: { stream_options: { include_usage: true } } });
    await reading.ended;
    const { arrivals } = reading;
    assert.equal(reasoningOf(arrivals), 'Let me see.');
    assert.equal(textOf(arrivals), 'Hello 数');
    assert.ok(isDone(arrivals));
    const { usage } = chunksOf(arrivals).at(-1);
    assert.deepEqual([usage.prompt_tokens, usage.completion_tokens], [7, 5]);
  }
});

test('a whole answer, too', async () => {
  const client = await suite.site.signedIn();
  const answer = await client.ask('m', order(SAID), { more: { stream: false } });
  const { choices, usage, object } = await answer.json();
  assert.equal(object, 'chat.completion');
  assert.deepEqual(choices, [{ index: 0, finish_reason: 'stop', message: {
    role: 'assistant', content: 'Hello 数', reasoning_content: 'Let me see.' } }]);
  assert.equal(usage.total_tokens, 12);
});

test('the request is theirs, has the key, and lets nothing be kept', async () => {
  const client = await suite.site.signedIn();
  const reading = await client.chat('m', order(SAID), { more: {
    max_tokens: 9, store: true, metadata: { a: 'b' } } });
  await reading.ended;
  const { headers, target, body } = lastCall();
  assert.match(target, /\/responses$/);
  assert.equal(headers.authorization, `Bearer ${API_KEY}`);
  assert.equal(body.store, false);
  assert.equal(body.max_output_tokens, 9);
  assert.equal(body.messages, undefined);
  assert.equal(body.metadata, undefined);
  assert.equal(body.input.length, 1);
});

test('a second round brings back what the first one gave', async () => {
  const client = await suite.site.signedIn();
  const item = { type: 'reasoning', id: 'rs_1', summary: [],
    encrypted_content: 'gAAA' };
  const call = { type: 'function_call', call_id: 'c', name: 'look',
    arguments: '{"a":1}' };
  const first = await client.ask('m', order({ type: 'application/json',
    body: JSON.stringify({ id: 'r', object: 'response', status: 'completed',
      output: [item, call], usage: {} }) }), { more: { stream: false } });
  const { message, finish_reason } = (await first.json()).choices[0];
  assert.equal(finish_reason, 'tool_calls');
  const second = await client.chat('m', [{ role: 'user', content: 'Go.' },
    message, { role: 'tool', tool_call_id: 'c', content: 'seen' },
    { role: 'user', content: order(SAID) }]);
  await second.ended;
  const { input } = lastCall().body;
  assert.deepEqual(input.slice(1, 4), [item, call,
    { type: 'function_call_output', call_id: 'c', output: 'seen' }]);
});
