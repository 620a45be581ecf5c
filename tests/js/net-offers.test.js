// SPDX-License-Identifier: MIT
// Prompts and resources of servers of tools, as the page takes them: what is odd is dropped, what is large is cut.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceGroups } from '../../static/core/resource-list.js';
import { createOffers } from '../../static/net/offers.js';

/** @type {import('../../static/core/types-parts.js').Asker} */
const unasked = async () => assert.fail('nobody asks');

/** @param {unknown} answer  or what makes it */
function offersThat(answer) {
  /** @type {any[]} */
  const asked = [];
  const api = /** @type {any} */ ({ json: async (/** @type {any[]} */ ...args) => {
    asked.push(args);
    return typeof answer === 'function' ? answer() : answer;
  } });
  return { asked, ...createOffers(api) };
}

test('a list is taken as far as it is one', async () => {
  for (const answer of [null, 7, [], {}, { data: 7 }, { data: [null, 7, {}, { server: 's' }, { name: 'n' }, { server: 7, name: 'n' }] }]) {
    assert.deepEqual(await offersThat(answer).listPrompts(), []);
    assert.deepEqual(await offersThat(answer).listResources(), { list: [], errors: [] });
  }
  assert.deepEqual(await offersThat({ data: [{ server: 's', name: 'n', title: 'T', arguments: [{ name: 'a', required: true }, 7] }] }).listPrompts(), [
    { server: 's', name: 'n', text: 'T', places: [{ name: 'a', title: 'a', description: '', required: true }, { name: '', title: '', description: '', required: false }].slice(0, 1) }]);
  const { list, errors } = await offersThat({ data: [{ server: 's', uri: 'a:1', name: 'n', size: -3 }, { server: 's', uri: 'a:2', name: 'm', size: 7 }], templates: [{ server: 's', uri_template: 'a:{x}{?y}', title: 'T' }],
    errors: [{ server: 'e', message: 'm' }] }).listResources();
  assert.deepEqual(list.map(({ uri, title, size, places }) => [uri, title, size, places]), [['a:1', 'n', 0, []], ['a:2', 'm', 7, []], ['a:{x}{?y}', 'T', 0, ['x', 'y']]]);
  assert.deepEqual(errors, [{ server: 'e', message: 'm' }]);
});

test('a prompt is one text, in which the model\'s words are quoted, and what it brings', async () => {
  const { getPrompt, asked } = offersThat({ messages: [
    { role: 'user', content: { type: 'text', text: 'one' } },
    { role: 'assistant', content: { type: 'text', text: 'two\nthree' } },
    { role: 'user', content: [{ type: 'text', text: 'four' }, { type: 'resource', resource: { uri: 'a:1', text: 'inner', mimeType: 'text/plain' } }] },
    7, { role: 'user' }] });
  const [words, file] = await getPrompt({ server: 's', name: 'p', text: '', places: [] }, { a: 'b' }, unasked);
  assert.deepEqual(words, { kind: 'text', text: 'one\n\n> two\n> three\n\nfour' });
  assert.equal(file?.kind === 'file' && file.text, 'inner');
  assert.deepEqual(asked[0][2].body, { server: 's', name: 'p', arguments: { a: 'b' } });
});

test('a resource is what can be attached of it', async () => {
  const { readResource } = offersThat({ contents: [{ uri: 'a:1', text: 'x' }, { uri: 'a:2', blob: '!!' }, null, { uri: 'a:3', blob: 'AAEC', mimeType: 'text/html' }] });
  const parts = await readResource('s', 'a:1', unasked);
  assert.ok(parts.every(({ kind }) => kind === 'file'));
  assert.deepEqual(parts.map((part) => part.kind === 'file' && part.type), ['', 'text/html']);
});

/** @param {string} id */
const question = (id) => ({ [id]: { method: 'elicitation/create', params: { mode: 'form', message: 'Who?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } } } });

test('what a server asks first is asked of the person, and its answer goes back with the server\'s own state', async () => {
  const replies = [{ input_required: { requests: question('who'), state: 'opaque' } }, { input_required: { requests: question('again') } },
    { contents: [{ uri: 'a:1', text: 'x' }] }];
  const { readResource, asked } = offersThat(() => replies.shift());
  /** @type {any[]} */
  const seen = [];
  const parts = await readResource('s', 'a:1', async (inquiries) => {
    seen.push(...inquiries.map(({ id, message }) => [id, message]));
    return { [String(inquiries[0]?.id)]: { action: 'accept', content: { name: 'Ada' } } };
  });
  assert.equal(parts.length, 1);
  assert.deepEqual(seen, [['who', 'Who?'], ['again', 'Who?']]);
  const answer = { action: 'accept', content: { name: 'Ada' } };
  assert.deepEqual(asked.map(([, , { body }]) => body), [{ server: 's', uri: 'a:1' },
    { server: 's', uri: 'a:1', input_responses: { who: answer }, request_state: 'opaque' },
    { server: 's', uri: 'a:1', input_responses: { again: answer } }]);
});

test('what cannot be shown is answered as by somebody who went away, and a server that asks for ever is given up', async () => {
  let odd = true;
  const { getPrompt, asked } = offersThat(() => {
    const reply = odd ? { input_required: { requests: { x: { method: 'elicitation/create', params: { mode: 'dance' } } }, state: 's' } } : { messages: [] };
    odd = false;
    return reply;
  });
  const prompt = { server: 's', name: 'p', text: '', places: [] };
  await getPrompt(prompt, {}, async () => assert.fail('it is not shown'));
  assert.deepEqual(asked[1][2].body.input_responses, { x: { action: 'cancel' } });
  const endless = offersThat({ input_required: { requests: question('q') } });
  await assert.rejects(endless.getPrompt(prompt, {}, async () => ({ q: { action: 'decline' } })), { code: 'tool_asks' });
  assert.equal(endless.asked.length, 21);
});

test('values are texts, and not too many', async () => {
  const { complete } = offersThat({ values: [7, 'a', null, ...Array.from({ length: 99 }, (_, i) => `v${i}`)] });
  const values = await complete({ server: 's', prompt: 'p', argument: { name: 'n', value: '' }, arguments: {} });
  assert.equal(values.length, 50);
  assert.equal(values[0], 'a');
});

test('what is shown has an end, and is searched by all that is said of it', () => {
  const list = Array.from({ length: 300 }, (_, i) => ({ server: `s${i % 2}`, uri: `a:${i}`, title: `T${i}`, description: 'd', type: '', size: 0, places: [] }));
  const { groups, left } = resourceGroups(list, '');
  assert.deepEqual(groups.map(({ server, list: of }) => [server, of.length]), [['s0', 100], ['s1', 100]]);
  assert.equal(left, 100);
  assert.deepEqual(resourceGroups(list, 'a:299').groups.map(({ list: of }) => of.map(({ title }) => title)), [['T299']]);
});
