/* SPDX-License-Identifier: MIT */
/**
 * OpenAI's own SDK with an access token as its key: all that it offers around
 * chat completions and models works as it does with OpenAI.
 */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';
import { until } from '../harness/children.js';
import { END, order, pieces, useSite } from '../harness/suite.js';
import { errorBody } from '../upstream/presets.js';

/* The SDK's own fetch takes the test's certificate. */
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

const { default: OpenAI } = await import('openai').catch(() => ({
  default: /** @type {any} */ (null),
}));
const skip = OpenAI ? false : 'the openai package is not installed (npm ci)';
/** @type {any} */
let client;
let token = '';
const suite = useSite({
  mounts: ['/', '/a/b/'], models: ['m', 'vendor/other:free'],
  config: { tokens_file: 'tokens', limits: { requests_per_minute: 0 } },
}, async (site) => {
  token = site.control(['token', 'new', 'ann', 'sdk']).stdout.trim();
  client = skip ? null : sdk();
});

/** @param {object} [more] */
const sdk = (more) => new OpenAI({
  apiKey: token, maxRetries: 0,
  baseURL: `https://127.0.0.1:${suite.site.port}/a/b/api/`, ...more,
});

/** @param {any} content */
const user = (content) => [{ role: 'user', content }];

/** @param {object[]} steps */
const script = (...steps) => user(order({ bare: true, steps }));

/** One chunk as it stands. @param {object[]} choices */
const chunk = (...choices) => ({ event: { id: 'chatcmpl-1', created: 1,
  object: 'chat.completion.chunk', model: 'm', system_fingerprint: 'fp',
  choices } });

/** @param {object} delta @param {string | null} [finish_reason] */
const delta = (delta, finish_reason = null, index = 0) =>
  ({ index, delta, finish_reason });

/** What was asked of the provider last. */
const sent = () => JSON.parse(suite.site.upstream.calls.at(-1)?.body ?? '');

const closedUpstream = () =>
  until(() => suite.site.upstream.calls.at(-1)?.closedAt,
    { what: 'the call to the provider is closed' });

/** @param {Promise<any>} promise @param {object} want of the error */
async function rejects(promise, want) {
  await assert.rejects(promise, (/** @type {any} */ error) => {
    const got = Object.fromEntries(Object.keys(want)
      .map((key) => [key, key === 'name' ? error.constructor.name
        : error[key]]));
    assert.deepEqual(got, want, error);
    return true;
  });
}

test('models: the list, one of it, one with a slash, none', { skip },
  async () => {
    const { data } = await client.models.list();
    assert.deepEqual(data.map((/** @type {any} */ one) => one.id),
      ['m', 'vendor/other:free']);
    for (const id of ['m', 'vendor/other:free']) {
      const model = await client.models.retrieve(id);
      assert.deepEqual([model.id, model.object, model.owned_by],
        [id, 'model', 'up']);
    }
    await rejects(client.models.retrieve('none'), { name: 'NotFoundError',
      status: 404, code: 'model_not_found', param: 'model' });
  });

test('a whole answer, and its response', { skip }, async () => {
  const { data, response } = await client.chat.completions.create(
    { model: 'm', messages: user(pieces(['Hello'])) }).withResponse();
  assert.equal(data.object, 'chat.completion');
  assert.equal(data.choices[0].message.content, 'Hello');
  assert.equal(data.usage.total_tokens, 12);
  assert.match(response.headers.get('content-type'), /^application\/json/);
});

test('members that are nobody\'s risk reach the provider, nulls do not', { skip },
  async () => {
    const answer = await client.chat.completions.create({ model: 'm',
      store: false, metadata: { a: 'b' }, service_tier: 'auto',
      verbosity: 'low', temperature: null, stop: null, n: 1, messages: [
        { role: 'developer', content: 'd' },
        { role: 'user', name: 'joe',
          content: [{ type: 'text', text: pieces(['y']) }] }] });
    assert.equal(answer.choices[0].message.content, 'y');
    const body = sent();
    assert.ok(!('metadata' in body), 'what keeps data needs leave');
    assert.equal(body.verbosity, 'low');
    assert.equal(body.messages[1].name, 'joe');
    assert.ok(!('temperature' in body) && !('stop' in body));
  });

test('the helper stream(): events and the final completion', { skip },
  async () => {
    const stream = client.chat.completions.stream({ model: 'm',
      stream_options: { include_usage: true },
      messages: user(pieces(['Hel', 'lo'], 10)) });
    let text = '';
    stream.on('content', (/** @type {string} */ part) => { text += part; });
    const whole = await stream.finalChatCompletion();
    assert.equal(text, 'Hello');
    assert.equal(whole.choices[0].message.content, 'Hello');
    assert.equal(whole.choices[0].finish_reason, 'stop');
    assert.equal((await stream.totalUsage()).total_tokens, 12);
    const again = client.chat.completions.stream({ model: 'm',
      messages: user(pieces(['Hel', 'lo'])) });
    const lines = await new Response(again.toReadableStream()).text();
    assert.match(lines, /"Hel"/);
  });

test('usage comes only when it was asked for', { skip }, async () => {
  for (const include_usage of [true, false]) {
    const stream = await client.chat.completions.create({ model: 'm',
      stream: true, stream_options: { include_usage },
      messages: user(pieces(['a'])) });
    let usages = 0;
    for await (const one of stream) {
      assert.equal(one.object, 'chat.completion.chunk');
      if (one.usage) usages += 1;
    }
    assert.equal(usages, include_usage ? 1 : 0);
  }
});

test('calls of tools, streamed in parts, and their results', { skip },
  async () => {
    const calls = (/** @type {object} */ more) =>
      chunk(delta({ tool_calls: [{ index: 0, ...more }] }));
    suite.site.upstream.script('m', { bare: true, steps: [
      chunk(delta({ role: 'assistant', content: null })),
      calls({ id: 'call_1', type: 'function',
        function: { name: 'weather', arguments: '' } }),
      calls({ function: { arguments: '{"city":' } }),
      calls({ function: { arguments: '"Oslo"}' } }),
      chunk(delta({}, 'tool_calls')), { done: true }] });
    /** @type {any} */
    let asked;
    const runner = client.chat.completions.runTools({ model: 'm', stream: true,
      messages: user('weather?'), tools: [{ type: 'function', function: {
        name: 'weather', description: 'd', parse: JSON.parse,
        parameters: { type: 'object', properties: {} },
        function: async (/** @type {any} */ args) => {
          asked = args;
          suite.site.upstream.script('m', { steps: [{ text: 'sunny' },
            ...END] });
          return 'sun';
        } } }] });
    assert.equal(await runner.finalContent(), 'sunny');
    assert.deepEqual(asked, { city: 'Oslo' });
    const { messages } = sent();
    assert.equal(messages[1].tool_calls[0].function.arguments,
      '{"city":"Oslo"}');
    assert.deepEqual(messages[2],
      { role: 'tool', tool_call_id: 'call_1', content: 'sun' });
  });

test('several choices, log probabilities, fingerprint', { skip },
  async () => {
    const logprobs = { content: [{ token: 'a', logprob: -0.1, bytes: [97],
      top_logprobs: [] }], refusal: null };
    const stream = await client.chat.completions.create({ model: 'm', n: 2,
      stream: true, logprobs: true, top_logprobs: 2, messages: script(
        chunk({ ...delta({ role: 'assistant', content: 'a' }), logprobs }),
        chunk(delta({ role: 'assistant', content: 'b' }, null, 1)),
        chunk(delta({ content: 'c' })), chunk(delta({}, 'stop')),
        chunk(delta({}, 'length', 1)), { done: true }) });
    const texts = ['', ''];
    /** @type {any[]} */
    const ends = [null, null];
    const seen = [];
    for await (const one of stream) {
      assert.equal(one.system_fingerprint, 'fp');
      for (const choice of one.choices) {
        texts[choice.index] += choice.delta.content ?? '';
        ends[choice.index] ??= choice.finish_reason;
        if (choice.logprobs) seen.push(choice.logprobs);
      }
    }
    assert.deepEqual(texts, ['ac', 'b']);
    assert.deepEqual(ends, ['stop', 'length']);
    assert.deepEqual(seen, [logprobs]);
  });

test('structured answers, refusals, reasoning', { skip }, async () => {
  const parsed = await client.chat.completions.parse({ model: 'm',
    messages: user(pieces(['{"a":1}'])), response_format: {
      type: 'json_schema', json_schema: { name: 'x', strict: true,
        schema: { type: 'object' } } } });
  assert.equal(parsed.choices[0].message.content, '{"a":1}');
  assert.equal(sent().response_format.json_schema.name, 'x');
  const refused = client.chat.completions.stream({ model: 'm',
    messages: script(chunk(delta({ role: 'assistant', refusal: 'no' })),
      chunk(delta({}, 'stop')), { done: true }) });
  const { choices } = await refused.finalChatCompletion();
  assert.equal(choices[0].message.refusal, 'no');
  const stream = await client.chat.completions.create({ model: 'm',
    stream: true, messages: script({ reasoning: 'hm' },
      { reasoning: '!', as: 'reasoning' }, { text: 'x' }, ...END) });
  let reasoning = '';
  for await (const one of stream) {
    reasoning += one.choices[0]?.delta.reasoning_content ?? '';
  }
  assert.equal(reasoning, 'hm!');
});

test('each status is its own class of error', { skip }, async () => {
  const ask = (/** @type {any} */ more) =>
    client.chat.completions.create({ model: 'm', messages: user('x'),
      ...more });
  await rejects(sdk({ apiKey: 'wrong' }).models.list(),
    { name: 'AuthenticationError', status: 401 });
  await rejects(ask({ messages: [] }), { name: 'BadRequestError',
    status: 400, code: 'invalid_request', param: 'messages' });
  await rejects(ask({ model: 'none' }), { name: 'NotFoundError',
    status: 404, code: 'model_not_found', param: 'model' });
  for (const [status, name] of /** @type {const} */ ([
    [400, 'BadRequestError'], [422, 'BadRequestError'],
    [429, 'RateLimitError'], [401, 'InternalServerError'],
    [403, 'InternalServerError'], [500, 'InternalServerError'],
    [503, 'InternalServerError']])) {
    for (const stream of [true, false]) {
      await rejects(ask({ stream, messages: user(order({ status,
        json: errorBody('words') })) }), { name });
    }
  }
});

test('an error amid the words, and an answer that is cut', { skip },
  async () => {
    for (const [last, code] of /** @type {const} */ ([
      [{ event: errorBody('fell over') }, 'upstream_error'],
      [{ cut: true }, 'upstream_closed']])) {
      const stream = await client.chat.completions.create({ model: 'm',
        stream: true, messages: script({ text: 'a' }, last) });
      let text = '';
      await rejects((async () => {
        for await (const one of stream) {
          text += one.choices[0].delta.content ?? '';
        }
      })(), { name: 'APIError', code });
      assert.equal(text, 'a');
    }
  });

test('abort, before and amid the answer, and a timeout', { skip },
  async () => {
    const silent = { model: 'm', messages: user(order({ before: 100_000,
      steps: [] })) };
    const leaving = new AbortController();
    setTimeout(() => leaving.abort(), 200);
    await rejects(client.chat.completions.create({ ...silent, stream: true },
      { signal: leaving.signal }), { name: 'APIUserAbortError' });
    await closedUpstream();
    const stream = await client.chat.completions.create({ model: 'm',
      stream: true, messages: script({ tokens: Infinity, every: 10 }) });
    for await (const one of stream) {
      assert.ok(one);
      stream.controller.abort();
    }
    await closedUpstream();
    await rejects(client.chat.completions.create(silent, { timeout: 300 }),
      { name: 'APIConnectionTimeoutError' });
    await closedUpstream();
  });

test('a retry of the SDK waits as Retry-After says, and is served', { skip },
  async () => {
    const { upstream } = suite.site;
    upstream.forget();
    upstream.script('m', { status: 429, headers: { 'Retry-After': '1' },
      json: errorBody('slow', 'rate_limit_exceeded', 'requests') });
    const waited = until(() => upstream.calls.length > 0, { what: 'a call' })
      .then(() => upstream.script('m', { steps: [{ text: 'at last' },
        ...END] }));
    const answer = await sdk({ maxRetries: 3 }).chat.completions.create(
      { model: 'm', messages: user('x') },
      { idempotencyKey: `stainless-node-retry-${randomUUID()}` });
    await waited;
    assert.equal(answer.choices[0].message.content, 'at last');
  });

test('what is not offered says so', { skip }, async () => {
  for (const call of [() => client.embeddings.create({ model: 'm',
    input: 'x' }), () => client.responses.create({ model: 'm', input: 'x' }),
  () => client.completions.create({ model: 'm', prompt: 'x' }),
  () => client.files.list()]) {
    await rejects(call(), { name: 'NotFoundError', status: 404,
      code: 'not_found' });
  }
});
