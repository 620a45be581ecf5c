/* SPDX-License-Identifier: MIT */
/**
 * Other people's clients of OpenAI's interface and of event streams, as they
 * come from npm: each streams, reads errors and calls tools.
 */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';
import { until } from '../harness/children.js';
import { END, order, pieces, useSite } from '../harness/suite.js';
import { errorBody } from '../upstream/presets.js';

/* Each client's own fetch takes the test's certificate. */
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

/** @param {string} name @returns {Promise<any>} null: not installed */
const optional = (name) => import(name).catch(() => null);
const ai = await optional('ai');
const compatible = await optional('@ai-sdk/openai-compatible');
const chain = await optional('@langchain/openai');
const messages = await optional('@langchain/core/messages');
const parser = await optional('eventsource-parser');
const source = await optional('eventsource-client');

let base = '';
let token = '';
/** @type {any} */
let model;
const suite = useSite({
  mounts: ['/a/b/'], models: ['m'],
  config: { tokens_file: 'tokens', limits: { requests_per_minute: 0 } },
}, async (site) => {
  token = site.control(['token', 'new', 'ann', 'x']).stdout.trim();
  base = `https://127.0.0.1:${site.port}/a/b/api`;
  model = compatible?.createOpenAICompatible({ name: 'confab', baseURL: base,
    apiKey: token, includeUsage: true }).chatModel('m');
});

/** @param {unknown[]} needed */
const unless = (...needed) => ({ skip: needed.every(Boolean) ? false
  : 'not installed (npm ci)' });

/** An answer that calls a tool; whose words it is, its provider does not say. */
const toolCall = (/** @type {string[]} */ ...parts) => ({ bare: true,
  steps: [...parts.map((text, i) => ({ event: { id: 'c', created: 1,
    object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0,
      delta: { tool_calls: [{
        index: 0,
        ...(i === 0 ? { id: 'call_1', type: 'function' } : {}),
        function: { ...(i === 0 ? { name: 'weather' } : {}),
          arguments: text } }] },
      finish_reason: null }] } })),
  { finish: 'tool_calls' }, { done: true }] });

test('AI SDK: text, usage, reasoning', unless(ai, compatible), async () => {
  const whole = await ai.generateText({ model, prompt: pieces(['Hel', 'lo']) });
  assert.equal(whole.text, 'Hello');
  assert.equal(whole.usage.totalTokens, 12);
  assert.equal(whole.finishReason, 'stop');
  const stream = ai.streamText({ model, prompt: order({ steps: [
    { reasoning: 'hm' }, { texts: ['Hel', 'lo'] }, ...END] }) });
  let reasoning = '';
  for await (const part of stream.fullStream) {
    assert.notEqual(part.type, 'error');
    if (part.type === 'reasoning-delta') reasoning += part.text;
  }
  assert.equal(reasoning, 'hm');
  assert.equal(await stream.text, 'Hello');
  assert.equal((await stream.usage).totalTokens, 12);
});

test('AI SDK: a tool is called and its result goes on',
  unless(ai, compatible), async () => {
    const { upstream } = suite.site;
    upstream.script('m', toolCall('', '{"city":', '"Oslo"}'));
    /** @type {unknown} */
    let asked;
    const { textStream } = ai.streamText({ model, prompt: 'weather?',
      stopWhen: ai.stepCountIs(3), tools: { weather: ai.tool({
        description: 'd', inputSchema: ai.jsonSchema({ type: 'object',
          properties: { city: { type: 'string' } } }),
        execute: async (/** @type {unknown} */ input) => {
          asked = input;
          upstream.script('m', { steps: [{ text: 'sunny' }, ...END] });
          return { sun: 1 };
        } }) } });
    let text = '';
    for await (const part of textStream) text += part;
    assert.deepEqual(asked, { city: 'Oslo' });
    assert.equal(text, 'sunny');
  });

test('AI SDK: a PDF reaches the provider as it is', unless(ai, compatible),
  async () => {
    const { upstream } = suite.site;
    upstream.forget();
    upstream.script('m', { steps: [{ text: 'read' }, ...END] });
    const data = Buffer.from('%PDF-1.4 of words');
    const { text } = await ai.generateText({ model, messages: [{ role: 'user',
      content: [{ type: 'text', text: 'Read it.' }, { type: 'file',
        mediaType: 'application/pdf', filename: 'a.pdf', data }] }] });
    assert.equal(text, 'read');
    const { messages } = JSON.parse(upstream.calls.at(-1)?.body ?? '{}');
    const [, part] = messages[0].content;
    assert.equal(part.type, 'file');
    assert.equal(part.file.filename, 'a.pdf');
    assert.equal(part.file.file_data,
      `data:application/pdf;base64,${data.toString('base64')}`);
  });

/** @param {any} [more] */
const langchain = (more = {}) => new chain.ChatOpenAI({ model: 'm',
  apiKey: token, maxRetries: 0, configuration: { baseURL: base }, ...more });
const weather = { type: 'function', function: { name: 'weather',
  description: 'd', parameters: { type: 'object',
    properties: { city: { type: 'string' } } } } };

test('LangChain: words, streamed and whole, with usage', unless(chain),
  async () => {
    const whole = await langchain().invoke(pieces(['Hel', 'lo']));
    assert.equal(whole.content, 'Hello');
    assert.equal(whole.usage_metadata.total_tokens, 12);
    let text = '';
    /** @type {any} */
    let all;
    const stream = await langchain({ streamUsage: true })
      .stream(pieces(['Hel', 'lo']));
    for await (const piece of stream) {
      text += piece.content;
      all = all === undefined ? piece : all.concat(piece);
    }
    assert.equal(text, 'Hello');
    assert.equal(all.usage_metadata.total_tokens, 12);
  });

for (const streaming of [true, false]) {
  test(`LangChain: a tool is called and its result goes on, ${
    streaming ? 'streamed' : 'whole'}`, unless(chain, messages), async () => {
    const { upstream } = suite.site;
    upstream.script('m', streaming ? toolCall('', '{"city":', '"Oslo"}')
      : { json: { id: 'c', object: 'chat.completion', created: 1, model: 'm',
        choices: [{ index: 0, finish_reason: 'tool_calls', message: {
          role: 'assistant', content: null, tool_calls: [{ id: 'call_1',
            type: 'function', function: { name: 'weather',
              arguments: '{"city":"Oslo"}' } }] } }] } });
    const caller = langchain().bindTools([weather]);
    const ask = async (/** @type {unknown[]} */ said) => {
      if (!streaming) return caller.invoke(said);
      /** @type {any} */
      let all;
      for await (const piece of await caller.stream(said)) {
        all = all === undefined ? piece : all.concat(piece);
      }
      return all;
    };
    const asked = new messages.HumanMessage('weather?');
    const answer = await ask([asked]);
    assert.deepEqual(answer.tool_calls.map((/** @type {any} */ one) =>
      [one.name, one.args, one.id]), [['weather', { city: 'Oslo' }, 'call_1']]);
    upstream.forget();
    upstream.script('m', { steps: [{ text: 'sunny' }, ...END] });
    const last = await ask([asked, answer,
      new messages.ToolMessage({ content: 'sun', tool_call_id: 'call_1' })]);
    assert.equal(last.content, 'sunny');
    const sent = JSON.parse(upstream.calls.at(-1)?.body ?? '{}').messages;
    assert.deepEqual(sent.map((/** @type {any} */ one) => one.role),
      ['user', 'assistant', 'tool']);
    assert.equal(sent[1].tool_calls[0].id, 'call_1');
  });
}

test('AI SDK: errors before and amid the words, and leaving',
  unless(ai, compatible), async () => {
    await assert.rejects(ai.generateText({ model, maxRetries: 0,
      prompt: order({ status: 429, headers: { 'Retry-After': '5' },
        json: errorBody('slow') }) }),
    { name: 'AI_APICallError', statusCode: 429, isRetryable: true,
      message: 'slow' });
    const failing = ai.streamText({ model, onError() {}, prompt: order({
      steps: [{ text: 'a' }, { event: errorBody('fell over') }] }) });
    const types = [];
    for await (const part of failing.fullStream) types.push(part.type);
    assert.ok(types.includes('text-delta') && types.includes('error'));
    const leaving = new AbortController();
    const endless = ai.streamText({ model, onError() {},
      abortSignal: leaving.signal,
      prompt: order({ steps: [{ tokens: Infinity, every: 10 }] }) });
    for await (const part of endless.fullStream) {
      if (part.type === 'text-delta') leaving.abort();
    }
    await until(() => suite.site.upstream.calls.at(-1)?.closedAt,
      { what: 'the provider is left' });
  });

/** @param {string} content @param {Record<string, string>} [more] */
const request = (content, more = {}) => ({
  method: 'POST',
  headers: { Authorization: `Bearer ${token}`,
    'Content-Type': 'application/json', Accept: 'text/event-stream', ...more },
  body: JSON.stringify({ model: 'm', stream: true,
    messages: [{ role: 'user', content }] }),
});

/** @param {{data: string}[]} events */
const textIn = (events) => events.filter(({ data }) => data !== '[DONE]')
  .map(({ data }) => JSON.parse(data).choices[0]?.delta?.content ?? '')
  .join('');

test('a parser that reports every irregularity has none to report',
  unless(parser), async () => {
    const texts = ['a', 'b\n\nc', 'd\u2028\u0085é😀', '\r\ndata: x\r', 'end'];
    const response = await fetch(`${base}/chat/completions`,
      request(pieces(texts, 20)));
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    /** @type {any[]} */
    const events = [];
    const reader = parser.createParser({
      onEvent: (/** @type {any} */ event) => events.push(event),
      onError: (/** @type {Error} */ error) => assert.fail(error),
    });
    const strict = new TextDecoder('utf-8', { fatal: true });
    for await (const bytes of /** @type {any} */ (response.body)) {
      reader.feed(strict.decode(bytes, { stream: true }));
    }
    reader.feed(strict.decode());
    assert.equal(events.at(-1).data, '[DONE]');
    assert.deepEqual(events.map(({ id }) => Number(id)),
      events.map((_, i) => i + 1));
    assert.equal(textIn(events), texts.join(''));
  });

test('a client that reconnects by itself reads a stream to its end',
  unless(source), async () => {
    const key = randomUUID();
    const first = await fetch(`${base}/chat/completions`,
      request(pieces(['a', 'b', 'c'], 200), { 'Idempotency-Key': key }));
    await /** @type {any} */ (first.body).getReader().read();
    const again = source.createEventSource({ url: `${base}/streams/${key}`,
      headers: { Authorization: `Bearer ${token}` } });
    /** @type {any[]} */
    const events = [];
    for await (const event of again) {
      events.push(event);
      if (event.data === '[DONE]') break;
    }
    again.close();
    assert.equal(textIn(events), 'abc');
  });
