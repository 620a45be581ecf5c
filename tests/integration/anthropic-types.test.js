/* SPDX-License-Identifier: MIT */
/**
 * What is sent to Anthropic, held against the types of Anthropic's own SDK:
 * each request is caught at the scripted upstream and compiled as a constant
 * of the type that the SDK asks its callers for.
 */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import test from 'node:test';
import { END, useSite } from '../harness/suite.js';
import { sourceDir } from '../harness/paths.js';

const require = createRequire(import.meta.url);
const ts = /** @type {any} */ (await import('typescript').then(
  (one) => one.default, () => null));
let typesAt = '';
try {
  typesAt = require.resolve('@anthropic-ai/sdk/resources/messages');
} catch { /* not installed */ }
const skip = ts && typesAt ? false : 'not installed (npm ci)';

const suite = useSite({
  models: [],
  config: {
    limits: { requests_per_minute: 0 },
    'provider "up"': { kind: 'anthropic', anthropic_version: '2026-10-21',
      'model "m"': { input: ['text', 'image'] } },
  },
});

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9Q'
  + 'DwADhgGAWjR9awAAAABJRU5ErkJggg==';
const user = { role: 'user', content: 'Hi' };
const weather = { type: 'function', function: { name: 'weather',
  description: 'the weather', parameters: { type: 'object',
    properties: { city: { type: 'string' } }, required: ['city'] } } };
const called = [user, { role: 'assistant', content: null, tool_calls: [
  { id: 'call_1', type: 'function', function: { name: 'weather',
    arguments: '{"city":"Oslo"}' } },
  { id: 'call_2', type: 'function', function: { name: 'weather',
    arguments: '' } }] },
{ role: 'tool', tool_call_id: 'call_1', content: 'sun' },
{ role: 'tool', tool_call_id: 'call_2',
  content: [{ type: 'text', text: 'rain' }] }];

/** What clients of OpenAI's interface ask, beside the model. */
const REQUESTS = [
  { messages: [user] },
  { messages: [user], stream: false },
  { messages: [{ role: 'system', content: 'Be brief.' },
    { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
    user, { role: 'assistant', content: 'Hello' }, user, user] },
  { messages: [{ role: 'user', content: [{ type: 'text', text: 'What?' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}`,
      detail: 'low' } },
    { type: 'image_url', image_url: { url: 'https://example.org/a.png' } }] }] },
  { messages: [user], temperature: 1, top_p: 1, max_tokens: 50,
    stop: 'END', user: 'ann' },
  { messages: [user], max_completion_tokens: 2000, stop: ['a', 'b'] },
  { messages: [user], reasoning_effort: 'high' },
  { messages: [user], reasoning_effort: 'minimal' },
  { messages: [user], reasoning_effort: 'none' },
  { messages: [user], max_tokens: 4096,
    thinking: { type: 'enabled', budget_tokens: 2048 } },
  { messages: [user], tools: [weather] },
  { messages: [user], tools: [{ type: 'function',
    function: { name: 'bare' } }], tool_choice: 'required',
  parallel_tool_calls: false },
  { messages: [user], tools: [weather], tool_choice: 'none' },
  { messages: [user], tools: [weather], tool_choice: { type: 'function',
    function: { name: 'weather' } } },
  { messages: called, tools: [weather] },
  { messages: [user], response_format: { type: 'json_schema',
    json_schema: { name: 'x', schema: { type: 'object' } } } },
  { messages: [user], response_format: { type: 'text' }, n: 1,
    presence_penalty: 0, logprobs: false, seed: 7 },
  { messages: [user, { role: 'assistant', content: 'To be continued \n' }] },
];

/** @param {string} file @returns {string[]} what the compiler says of it */
function complaints(file) {
  const program = ts.createProgram([file], {
    strict: true, noEmit: true, skipLibCheck: true, types: ['node'],
    typeRoots: [join(sourceDir, 'node_modules/@types')],
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  return ts.getPreEmitDiagnostics(program).map(
    (/** @type {any} */ one) => `${
      ts.flattenDiagnosticMessageText(one.messageText, '\n')} at ${
      one.file?.text.slice(one.start, one.start + 60)}`);
}

test('every request is one that the SDK would send', { skip }, async () => {
  const { site } = suite;
  const client = await site.signedIn();
  site.upstream.script('m', { steps: [{ text: 'a' }, ...END] });
  const bodies = [];
  for (const one of REQUESTS) {
    const answer = await client.post('api/chat/completions',
      { model: 'm', stream: true, ...one });
    const text = await answer.text();
    assert.equal(answer.status, 200, `${JSON.stringify(one)}: ${text}`);
    bodies.push(site.upstream.calls.at(-1)?.body ?? '');
  }
  const file = join(site.dir, 'requests.mts');
  const types = JSON.stringify(typesAt.replace(/\.js$/, '.mjs'));
  const text = (/** @type {string} */ type, /** @type {string} */ value) =>
    `export const _${Math.random().toString(36).slice(2)}: ${type} = ${value};\n`;
  const head = `import type { MessageCreateParams } from ${types};\n`;
  writeFileSync(file, head
    + bodies.map((body) => text('MessageCreateParams', body)).join(''));
  assert.deepEqual(complaints(file), []);
  /* And the compiler would have seen what is wrong. */
  writeFileSync(file, head + text('MessageCreateParams',
    bodies[0].replace('"max_tokens"', '"max_tokenz"')));
  assert.notDeepEqual(complaints(file), []);
});
