/* SPDX-License-Identifier: MIT */
/**
 * What becomes of each member of a request: the table of confab.conf(5), asked of
 * the worker, kind by kind; and what came with an answer goes back as it was.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { readFileSync } from 'node:fs';
import { END, order, useSite } from '../harness/suite.js';

const MANUAL = new URL('../../packaging/man/confab.conf.5.in', import.meta.url);
const KINDS = ['openai', 'anthropic', 'openai_responses'];

const limits = { requests_per_minute: 0 };
/** @type {Record<string, {site: any}>} */
const suites = {
  openai: useSite({ config: { limits } }),
  anthropic: useSite({ models: [], config: { limits,
    'provider "up"': { kind: 'anthropic', 'model "m"': {} } } }),
  openai_responses: useSite({ models: [], config: { limits,
    'provider "up"': { kind: 'openai_responses', 'model "m"': {} } } }),
};

const TOOL = { type: 'function', function: { name: 'look', description: 'Looks.',
  parameters: { type: 'object', properties: {} } } };
const SEARCH = { type: 'web_search_20250305', name: 'web_search' };

/** What is sent of each; `with`: what it needs beside it. */
/** @type {Record<string, {value: any, with?: any, name?: string}>} */
const SENT = {
  max_tokens: { value: 5 }, max_completion_tokens: { value: 5 },
  temperature: { value: 0.5 }, top_p: { value: 0.5 }, top_k: { value: 5 },
  stop: { value: 'x' }, n: { value: 2 }, presence_penalty: { value: 0.5 },
  frequency_penalty: { value: 0.5 }, logit_bias: { value: { 5: 1 } },
  logprobs: { value: true }, seed: { value: 5 },
  top_logprobs: { value: 2 },
  response_format: { value: { type: 'json_schema', json_schema: { name: 'a',
    schema: { type: 'object' } } } },
  tools: { value: [TOOL] },
  functions: { value: [TOOL.function] }, function_call: { value: 'auto' },
  'tools of the provider': { name: 'tools', value: [SEARCH] },
  tool_choice: { value: 'auto', with: { tools: [TOOL] } },
  parallel_tool_calls: { value: false, with: { tools: [TOOL] } },
  reasoning_effort: { value: 'low' }, reasoning: { value: { effort: 'low' } },
  verbosity: { value: 'low' },
  thinking: { value: { type: 'enabled', budget_tokens: 1024 } },
  user: { value: 'u1' }, min_p: { value: 0.5 },
  repetition_penalty: { value: 1.5 }, models: { value: ['a'] },
  route: { value: 'fallback' }, provider: { value: { order: ['a'] } },
  plugins: { value: [{ id: 'web' }] }, metadata: { value: { a: 'b' } },
  service_tier: { value: 'flex' }, store: { value: true },
  'any other': { name: 'hologram', value: { depth: 3 } },
};

/** @returns {{member: string, kind: string, word: string}[]} */
function rows() {
  const text = readFileSync(MANUAL, 'utf8');
  const from = text.indexOf('.It Sy member Ta');
  const lines = text.slice(from, text.indexOf('.El', from)).split('\n').slice(1);
  return lines.filter((line) => line.startsWith('.It ')).flatMap((line) => {
    const [names, ...words] = line.slice(4).split(' Ta ');
    assert.equal(words.length, KINDS.length, line);
    return names.replace(' and alike', '').split(', ').flatMap((member) =>
      KINDS.map((kind, i) => ({ member, kind, word: words[i] })));
  });
}

/** @param {string} member @param {string} kind */
async function ask(member, kind) {
  const { site } = suites[kind];
  const { value, with: more, name = member } = SENT[member];
  const client = await site.signedIn();
  const answer = await client.ask('m', order({ steps: [{ text: 'x' }, ...END] }),
    { more: { ...more, [name]: value } });
  const text = await answer.text();
  const ignored = String(answer.headers['confab-ignored'] ?? '').split(',')
    .map((one) => one.trim());
  const call = site.upstream.calls.at(-1);
  return { name, value, text, status: answer.status,
    ignored: ignored.some((one) => one === name || one.startsWith(`${name}.`)),
    body: answer.status === 200 ? JSON.parse(call.body) : {} };
}

/** @type {Record<string, (got: any) => boolean>} what a word of the table means */
const MEANS = {
  kept: ({ status, ignored, body, name, value }) => status === 200 && !ignored
    && JSON.stringify(body[name]) === JSON.stringify(value),
  translated: ({ status, ignored }) => status === 200 && !ignored,
  renamed: ({ status, ignored }) => status === 200 && !ignored,
  allow: ({ status, ignored, body, name, value }) => status === 200 && ignored
    && JSON.stringify(body[name]) !== JSON.stringify(value),
  refused: ({ status }) => status === 400,
  'refused above 1': ({ status }) => status === 400,
  never: ({ status, body, name, value }) => status === 200
    && body[name] !== value,
};

test('the table of the manual is what is done', async () => {
  const all = rows().filter(({ word }) => word !== 'set here'
    && word !== undefined);
  assert.ok(all.length > 90, String(all.length));
  const wrong = [];
  for (const { member, kind, word } of all) {
    if (member === 'messages') continue;
    assert.ok(SENT[member], `no value for ${member}`);
    const got = await ask(member, kind);
    const meant = word.split(/, | or /).map((one) => MEANS[one]);
    assert.ok(meant.every(Boolean), `${member}: ${word}`);
    if (!meant.some((is) => is(got))) {
      wrong.push(`${kind} ${member}: ${word}, but ${got.status} ${
        got.ignored ? 'ignored' : JSON.stringify(got.body[got.name])} ${
        got.status === 200 ? '' : got.text}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('what gateways put beside an answer goes back as it was', async () => {
  const { site } = suites.openai;
  const client = await site.signedIn();
  const message = { role: 'assistant', content: null,
    reasoning_content: 'Hm.', reasoning_opaque: 'sealed',
    thinking_blocks: [{ type: 'thinking', thinking: 'Hm.', signature: 's' }],
    provider_specific_fields: { thought_signatures: ['t'] },
    reasoning_details: [{ type: 'reasoning.text', text: 'Hm.', index: 0 }],
    extra_content: { google: { thought_signature: 'u' } },
    tool_calls: [{ id: 'a', type: 'function', thoughtSignature: 'v',
      extra_content: { google: { thought_signature: 'w' } },
      function: { name: 'look', arguments: '{}', thought_signature: 'x',
        provider_specific_fields: { thought_signature: 'y' } } }] };
  const answer = await client.ask('m', 'x', { more: { messages: [
    { role: 'user', content: 'q' }, message,
    { role: 'tool', tool_call_id: 'a', content: 'r' },
    { role: 'user', content: order({ steps: [{ text: 'x' }, ...END] }) },
  ] } });
  assert.equal(answer.status, 200, await answer.text());
  const { messages } = JSON.parse(site.upstream.calls.at(-1).body);
  assert.deepEqual(messages[1], message);
});
