/* SPDX-License-Identifier: MIT */
/** The list of tools and one call, from a server that may say anything. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { callTool, listTools, readResult } from '../../static/net/tools.js';

const listing = (answer) => listTools({ json: async () => answer });
const stream = (...events) => new Blob(events.map((one) => `data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`)).stream();
const calling = (asked, ...events) => callTool({
  events: async (method, path, options) => {
    asked.push([method, path, options]);
    return stream(...events);
  },
}, { key: 'k', name: 's__t', arguments: { a: 1 }, signal: new AbortController().signal, onProgress: (one) => asked.push(one) });

test('tools are listed with care', async () => {
  const { tools, errors } = await listing({
    data: [
      { name: 's__t', server: 's', title: 'T\u202e', description: 'd', parameters: { type: 'object' }, annotations: { readOnlyHint: true }, consent: 'always', digest: 'x' },
      { name: 's__t', digest: 'twice' }, { name: 's__u', digest: 'y', consent: 'maybe' }, { name: 'no digest' }, { name: 'bad name!', digest: 'z' },
      { name: 'x'.repeat(65), digest: 'z' }, null, 7,
    ],
    errors: [{ server: 'r', message: 'away' }],
  });
  assert.deepEqual(tools.map(({ name, title, consent, digest }) => [name, title, consent, digest]), [['s__t', 'T', 'always', 'x'], ['s__u', '', 'ask', 'y']]);
  assert.deepEqual(errors, [{ server: 'r', message: 'away' }]);
  await assert.rejects(listing({}), { code: 'bad_answer' });
});

test('a call tells its progress and has one result', async () => {
  const asked = [];
  const done = await calling(asked, { type: 'progress', progress: 1 }, { type: 'result', content: [{ type: 'text', text: 'r' }], is_error: true }, '[DONE]');
  assert.deepEqual(done, { result: [{ kind: 'text', text: 'r' }], isError: true });
  const [[method, path, { body, headers }], progress] = asked;
  assert.deepEqual([method, path, body, headers], ['POST', 'tools/call', { name: 's__t', arguments: { a: 1 }, stream: true }, { 'Idempotency-Key': 'k' }]);
  assert.equal(progress.progress, 1);
  assert.equal(asked.length, 2, 'and was made once');
});

test('a call that ends without a result has failed', async () => {
  await assert.rejects(calling([], '[DONE]'), { code: 'cut_off' });
  await assert.rejects(calling([]), { code: 'cut_off' });
  await assert.rejects(calling([], 'no json'), { code: 'bad_answer' });
  await assert.rejects(calling([], { error: { code: 'tool_gone', message: 'It left.' } }), { code: 'tool_gone', text: 'It left.' });
});

test('results become parts, and nothing of them is trusted', () => {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const svg = Buffer.from('<svg onload="alert(1)"/>').toString('base64');
  const { result, isError } = readResult({
    content: [
      { type: 'image', data: png, mimeType: 'text/html' }, { type: 'image', data: svg, mimeType: 'image/png' }, { type: 'audio', data: 'UklGRgAA' },
      { type: 'audio', data: '<' }, { type: 'resource', resource: { uri: 'file:///a\u202e', text: 'words', mimeType: 'text/plain' } },
      { type: 'resource', resource: { uri: 'x', blob: 'AAAA' } }, { type: 'resource_link', uri: 'javascript:alert(1)' }, {}, null,
    ],
    structured_content: { a: 1 },
  });
  assert.equal(isError, false);
  assert.deepEqual(result.map(({ kind, name, type }) => [kind, name, type].filter(Boolean).join(' ')), [
    'image image.png image/png', 'raw image', 'audio sound.wav audio/wav', 'raw audio', 'file file:///a text/plain', 'raw resource',
    'raw resource_link', 'raw content', 'raw content', 'raw structured_content',
  ]);
  assert.equal(readResult({ content: Array.from({ length: 5000 }, () => ({ type: 'text', text: 'x' })) }).result.length, 200);
  assert.equal(readResult({ content: [{ type: 'odd', x: 'y'.repeat(100000) }] }).result[0].code, 'too_large');
});

test('a tool that asks for more is told of, and is no success', () => {
  const { result, isError } = readResult({ input_required: { requests: { a: { method: 'elicitation/create' } }, state: 's' } });
  assert.equal(isError, true);
  assert.match(result[0].text, /asked the user for more/);
});
