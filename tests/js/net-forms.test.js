/* SPDX-License-Identifier: MIT */
/** What providers send beside plain words, each in its own form, as parts. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { MAX_FILE_CHARS, MAX_RAW_CHARS } from '../../static/core/limits.js';
import { withDeltas } from '../../static/core/deltas.js';
import { NO_PARTS } from '../../static/core/parts.js';
import { readChunk } from '../../static/net/chunk.js';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>').toString('base64');
const dataUrl = (base64, type = 'image/png') => `data:${type};base64,${base64}`;

const read = (event) => readChunk(JSON.stringify(event));
const partsOf = (...events) => events.reduce((parts, event) => withDeltas(parts, read(event).deltas, 1), NO_PARTS);
const delta = (value, more = {}) => ({ choices: [{ index: 0, delta: value, ...more }] });
const kinds = (...events) => partsOf(...events).map(({ kind }) => kind).join(' ');

test('pictures, wherever they stand', () => {
  const url = dataUrl(PNG);
  for (const event of [
    delta({ images: [{ type: 'image_url', index: 0, image_url: { url } }] }),
    delta({ images: [{ image_url: url }] }),
    delta({ images: [url] }),
    delta({ images: [{ url }] }),
    delta({ content: [{ type: 'image_url', image_url: { url } }] }),
    delta({ content: [{ type: 'output_image', b64_json: PNG }] }),
    delta({ content: [{ type: 'image_generation_call', result: PNG }] }),
    delta({ content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }] }),
    delta({ content: [{ type: 'inline_data', inline_data: { mime_type: 'image/png', data: PNG } }] }),
    { choices: [{ message: { role: 'assistant', content: null, images: [{ image_url: { url } }] } }] },
    { choices: [{ delta: { content: '' }, message: { images: [{ image_url: { url } }] } }] },
  ]) {
    assert.deepEqual(partsOf(event), [
      { kind: 'image', id: '', name: 'image.png', type: 'image/png', data: url, size: 70 },
    ], JSON.stringify(event).slice(0, 80));
  }
  assert.equal(kinds(delta({ images: [url] }), { choices: [{ delta: {}, message: { images: [url] } }] }), 'image', 'once');
});

test('a picture is what its bytes say, or it is none', () => {
  assert.equal(partsOf(delta({ images: [dataUrl(PNG, 'image/svg+xml')] }))[0].type, 'image/png');
  assert.equal(partsOf(delta({ images: [dataUrl(PNG, 'text/html')] }))[0].data, dataUrl(PNG));
  const svg = partsOf(delta({ images: [dataUrl(SVG, 'image/png')] }));
  assert.deepEqual(svg.map(({ kind, code }) => code ?? kind), ['file', 'not_a_picture']);
  assert.equal(kinds(delta({ images: [dataUrl(SVG, 'image/svg+xml')] })), 'file notice');
  assert.deepEqual([svg[0].name, svg[0].type], ['image.svg', 'image/svg+xml'], 'whatever it is said to be');
  assert.equal(partsOf(delta({ images: [dataUrl('AAAA')] }))[0].name, 'image.bin');
  for (const url of ['javascript:alert(1)', 'data:image/png,raw', 'data:text/html,<b>', 'file:///etc/passwd', 'blob:x', '']) {
    assert.equal(kinds(delta({ images: [{ image_url: { url } }] })), 'raw', url);
  }
  assert.deepEqual(partsOf(delta({ images: ['https://host.example/a.png'] })), [
    { kind: 'image', id: '', name: '', type: '', size: 0, data: '', url: 'https://host.example/a.png' },
  ]);
  assert.deepEqual(partsOf(delta({ images: [`data:image/png;base64,${'A'.repeat(MAX_FILE_CHARS)}`] })),
    [{ kind: 'notice', code: 'too_large', detail: '' }]);
});

test('content as a list, as a number, and thoughts in it', () => {
  assert.deepEqual(partsOf(delta({ content: [{ type: 'text', text: 'a' }, { type: 'output_text', text: 'b' }, 'c'] })), [{ kind: 'text', text: 'abc' }]);
  assert.deepEqual(partsOf(delta({ content: 7 }), delta({ content: 0 })), [{ kind: 'text', text: '70' }]);
  const thinking = partsOf(delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }, { type: 'text', text: 'a' }] }));
  assert.deepEqual(thinking.map(({ kind, text }) => [kind, text]), [['reasoning', 'hm'], ['text', 'a']]);
  const [details] = partsOf(
    delta({ reasoning_details: [{ type: 'reasoning.text', text: 'h', index: 0 }] }),
    delta({ reasoning_details: [{ type: 'reasoning.text', text: 'm', index: 0, signature: 's' }] }),
  );
  assert.equal(details.text, 'hm');
  assert.deepEqual(details.details, [{ type: 'reasoning.text', text: 'hm', index: 0, signature: 's' }]);
  assert.equal(partsOf(delta({ reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] }))[0].text, 'hm');
});

const source = (parts) => parts.filter(({ kind }) => kind === 'source').map(({ number, url, title, at }) => [number, url, title, at]);
const A = 'https://a.example/x';
const B = 'https://b.example/';

test('sources in the forms of those who tell them', () => {
  const note = (url, end, more) => ({ type: 'url_citation', url_citation: { url, title: 'T', start_index: 0, end_index: end, ...more } });
  const text = delta({ content: 'Bären 😀 leben.' });
  // In characters, of which a face is one.
  assert.deepEqual(source(partsOf(text, delta({ annotations: [note(A, 7), note(A, 7)] }))), [[1, A, 'T', [8]]]);
  assert.deepEqual(source(partsOf(text, { choices: [{ delta: {}, annotations: [note(A, 5)] }] })), [[1, A, 'T', [5]]]);
  assert.deepEqual(source(partsOf(text, delta({ annotations: [{ type: 'url_citation', url: A, title: 'T', end_index: 5 }] }))), [[1, A, 'T', [5]]]);
  assert.deepEqual(source(partsOf(text, delta({}, { message: { annotations: [note(A, 9999)] } }))), [[1, A, 'T', [15]]], 'never beyond the end');
  // By number, again with each event.
  const listed = { ...delta({ content: 'x[1]' }), citations: [A, B], search_results: [{ url: B, title: 'B' }, { url: A, title: 'A' }] };
  assert.deepEqual(source(partsOf(listed, listed)), [[1, A, 'A', []], [2, B, 'B', []]]);
  assert.deepEqual(source(partsOf({ ...delta({}), search_results: [{ url: B, title: 'B' }] })), [[1, B, 'B', []]]);
  assert.deepEqual(source(partsOf({ ...delta({}), citations: [A, B, A] })).map(([number]) => number), [1, 2, 3], 'numbers stay what the text says');
  assert.deepEqual(source(partsOf(delta({ provider_specific_fields: { citations: [{ url: A, title: 'A' }] } }))), [[1, A, 'A', []]]);
  // Where the text has come to.
  assert.deepEqual(source(partsOf(text, delta({ citations: [{ type: 'web_search_result_location', url: A, title: 'T', cited_text: 'c' }] }))), [[1, A, 'T', [15]]]);
  assert.deepEqual(source(partsOf(text, delta({ citation: { url: A, title: 'T', cited_text: 'c' } }), delta({ content: ' Ja.' }))), [[1, A, 'T', [15]]]);
  // In bytes: "Bären" is six of them.
  const grounding = {
    groundingChunks: [{ web: { uri: A, title: 'T' } }, { retrievedContext: { uri: B, title: 'B' } }],
    groundingSupports: [{ segment: { startIndex: 0, endIndex: 6 }, groundingChunkIndices: [0, 1] }],
  };
  assert.deepEqual(source(partsOf(text, { ...delta({}), groundingMetadata: grounding })), [[1, A, 'T', [5]], [2, B, 'B', [5]]]);
  assert.deepEqual(source(partsOf(text, delta({}, { grounding_metadata: {
    grounding_chunks: [{ web: { uri: A } }], grounding_supports: [{ segment: { end_index: 6 }, grounding_chunk_indices: [0, 9] }],
  } }))), [[1, A, '', [5]]]);
});

test('what is no page is no source, and still not lost', () => {
  for (const url of ['javascript:alert(1)', 'gs://bucket/x', 'data:text/html,x', '', 7, null, 'https:///x']) {
    const parts = partsOf(delta({ annotations: [{ type: 'url_citation', url_citation: { url, title: 'T' } }] }));
    assert.deepEqual(parts.map(({ kind }) => kind), ['raw'], String(url));
  }
  assert.equal(partsOf(delta({ annotations: [{ type: 'file_citation', file_id: 'f' }] }))[0].name, 'file_citation');
  const [turned] = partsOf(delta({ annotations: [{ type: 'url_citation', url_citation: { url: A, title: 'gpj.\u202eexe\u0000' } }] }));
  assert.equal(turned.title, 'gpj.exe');
});

test('sound with its words', () => {
  const parts = partsOf(
    delta({ audio: { id: 'a', transcript: 'Good ' } }), delta({ audio: { data: 'UklGRgAA', transcript: 'day' } }),
    delta({ audio: { data: 'AAAA', expires_at: 1 } }),
  );
  assert.equal(parts.length, 1);
  assert.equal(parts[0].transcript, 'Good day');
  assert.match(parts[0].data, /base64,UklGRgAA AAAA$/);
  assert.equal(partsOf(delta({ audio: { data: 'UklGRgAA' } }))[0].type, 'audio/wav');
  assert.equal(partsOf(delta({ audio: { data: '§§' } }))[0].code, 'broken_sound');
});

test('calls, in the old form too, and with an object for their arguments', () => {
  const call = (event) => partsOf(event).map(({ name, id, arguments: written, extra }) => [name, id, written, extra]);
  assert.deepEqual(call(delta({ tool_calls: [{ index: 0, id: 'i', type: 'function', function: { name: 'f', arguments: '{}' }, extra_content: { google: 1 } }] })),
    [['f', 'i', '{}', { google: 1 }]]);
  assert.deepEqual(call(delta({ tool_calls: [{ id: 'i', function: { name: 'f', arguments: { a: 1 } } }, { name: 'g' }] })),
    [['f', 'i', '{"a":1}', undefined], ['g', '', '', undefined]]);
  assert.deepEqual(call(delta({ function_call: { name: 'f', arguments: '{' } })), [['f', '', '{', undefined]]);
});

test('what is unknown is kept by its name; what says nothing is not', () => {
  assert.deepEqual(partsOf(delta({ content: 'a', hologram: { x: 1 } })), [{ kind: 'text', text: 'a' }, { kind: 'raw', name: 'hologram', json: '{"x":1}' }]);
  assert.deepEqual(partsOf(delta({ content: [{ type: 'hologram', x: 1 }] }))[0].json, '{"type":"hologram","x":1}');
  assert.equal(kinds(delta({ a: null, b: 1, c: 'x', d: {}, e: [], f: [1, 2], token_ids: [{ a: 1 }], obfuscation: 'zz' })), '');
  assert.equal(kinds(delta(JSON.parse('{"__proto__":{"x":1},"content":"a"}'))), 'text raw');
  assert.equal({}.x, undefined);
  assert.equal(partsOf(delta({ hologram: { x: 'y'.repeat(MAX_RAW_CHARS) } }))[0].code, 'too_large');
});

test('usage with what was cached, thought and paid, as it is written', () => {
  const usage = (value, where = (one) => ({ usage: one })) => {
    const { promptTokens, completionTokens, reasoningTokens, cachedTokens, cost } = read(where(value)).usage;
    return [promptTokens, completionTokens, reasoningTokens, cachedTokens, cost];
  };
  assert.deepEqual(usage({ prompt_tokens: 9, completion_tokens: 8, prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 3 }, cost: 0.0012 }), [9, 8, 3, 4, 0.0012]);
  assert.deepEqual(usage({ input_tokens: '9', output_tokens: 8.0, prompt_cache_hit_tokens: 2, cost: { total_cost: 0.5 } }), [9, 8, 0, 2, 0.5]);
  assert.deepEqual(usage({ prompt_tokens: 1 }, (one) => ({ x_groq: { usage: one } })), [1, 0, 0, 0, null]);
  assert.deepEqual(usage({ prompt_tokens: 1 }, (one) => ({ choices: [{ usage: one }] })), [1, 0, 0, 0, null]);
  assert.deepEqual(usage({ prompt_tokens: null, cost: -1, completion_tokens: '1e9' }), [0, 0, 0, 0, null]);
});
