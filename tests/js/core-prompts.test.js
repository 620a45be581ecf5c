// SPDX-License-Identifier: MIT
/** The person's own prompts: places, search, export and import. */

import assert from 'node:assert/strict';
import test from 'node:test';
import {
  MAX_PROMPTS, MAX_PROMPT_CHARS, MAX_STORED_PROMPT_CHARS, exportPrompts, fillPlaces, importPrompts, matchingPrompts,
  placesOf, slashOf, validPrompts, withPrompt,
} from '../../static/core/prompts.js';

const prompt = (/** @type {string} */ name, text = `text of ${name}`) => ({ name, text });

test('places are found once each, in any script, and code is none', () => {
  assert.deepEqual(placesOf('From {{ from }} to {{to}}, again {{from}}: {{名前}}'), ['from', 'to', '名前']);
  for (const text of ['{not}', '{{}}', '{{ }}', '{{a\nb}}', '${{', '{{{', `{{${'x'.repeat(61)}}}`]) assert.deepEqual(placesOf(text), [], text);
  assert.deepEqual(placesOf('{{{deep}}}'), ['deep']);
});

test('places are filled with what is given, which is not looked through again', () => {
  assert.equal(fillPlaces('{{a}} and {{ b }} and {{c}}', { a: '{{b}}', b: '$&' }), '{{b}} and $& and {{c}}');
  assert.equal(fillPlaces('{{toString}} {{constructor}}', {}), '{{toString}} {{constructor}}');
  assert.equal(fillPlaces('{{a}}', { a: '' }), '');
});

test('what was typed finds names first', () => {
  const all = [prompt('Summary'), prompt('My sum', 'x'), prompt('Other', 'a summary'), prompt('Nothing', 'y')];
  assert.deepEqual(matchingPrompts(all, 'SUM').map(({ name }) => name), ['Summary', 'My sum', 'Other']);
  assert.equal(matchingPrompts(all, '').length, 4);
  assert.deepEqual(matchingPrompts(all, 'zzz'), []);
});

test('a slash that begins the text, and only that, offers prompts', () => {
  assert.equal(slashOf('/'), '');
  assert.equal(slashOf('/sum up'), 'sum up');
  for (const text of ['', 'a /b', '//comment', '/usr/bin', '/a\nb', ' /', `/${'x'.repeat(41)}`]) assert.equal(slashOf(text), null, text);
});

test('a prompt takes the place of the one it was, or of its name', () => {
  const all = [prompt('a'), prompt('b')];
  assert.deepEqual(withPrompt(all, prompt('c')).map(({ name }) => name), ['a', 'b', 'c']);
  assert.deepEqual(withPrompt(all, prompt('a', 'new')), [prompt('a', 'new'), prompt('b')]);
  assert.deepEqual(withPrompt(all, prompt('z'), 'a').map(({ name }) => name), ['z', 'b']);
  assert.deepEqual(withPrompt(all, prompt('b', 'from a'), 'a'), [prompt('b', 'from a')], 'no name twice');
});

test('an export comes back, joined to what is there', () => {
  const { text } = exportPrompts([prompt('a', 'new'), prompt('c')]);
  const read = importPrompts([prompt('a', 'old'), prompt('b')], text);
  assert.deepEqual(read, { prompts: [prompt('a', 'new'), prompt('b'), prompt('c')], count: 2 });
});

test('what is no such file is refused whole', () => {
  const file = (/** @type {unknown} */ prompts) => JSON.stringify({ format: 'confab-prompts', version: 1, prompts });
  for (const bad of ['', 'null', '[]', '{"format":"confab"}', file(null), file([{}]), file([{ name: '', text: 'x' }]),
    file([{ name: 'x', text: ' ' }]), file([prompt('x', 'y'.repeat(MAX_PROMPT_CHARS + 1))]), file([{ name: 'x'.repeat(81), text: 'y' }]),
    file(Array.from({ length: MAX_PROMPTS + 1 }, (_, i) => prompt(`p${i}`)))]) {
    assert.equal(importPrompts([], bad), null, bad.slice(0, 60));
  }
  const many = Array.from({ length: MAX_PROMPTS }, (_, i) => prompt(`p${i}`));
  assert.equal(importPrompts(many, file([prompt('one more')])), null, 'more than fit');
});

test('all together have a limit', () => {
  const large = 'x'.repeat(MAX_PROMPT_CHARS);
  const count = MAX_STORED_PROMPT_CHARS / MAX_PROMPT_CHARS;
  const list = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => prompt(`p${i}`, large));
  assert.equal(validPrompts(list(count)), true);
  assert.equal(validPrompts(list(count + 1)), false);
});
