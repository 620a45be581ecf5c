/* SPDX-License-Identifier: MIT */
/**
 * The administrator's words for the empty conversation: which language is
 * taken, and that whatever the server says becomes bounded text.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { MAX_SUGGESTIONS, MAX_WELCOME_CHARS, welcomeFor } from '../../static/ui/welcome.js';
import { readSession } from '../../static/net/account.js';

const GIVEN = ['fr', 'pt-BR', 'de-AT', 'de', 'zh'].map((language) => ({ language, text: language, suggestions: [] }));

test('the language that fits best is taken, else the first', () => {
  for (const [wanted, got] of [['de', 'de'], ['pt', 'pt-BR'], ['zh-Hans', 'zh'], ['ja', 'fr'], ['DE-at', 'de-AT'], ['de-CH', 'de']]) {
    assert.equal(welcomeFor(GIVEN, wanted)?.text, got, wanted);
  }
  assert.equal(welcomeFor([], 'de'), null);
});

test('what is not text is nothing, and there is never more than is meant', () => {
  const many = Array.from({ length: 20 }, (_, i) => ({ title: '', text: `${i}` }));
  assert.deepEqual(welcomeFor([{ language: 'de', text: 7, suggestions: 'x' }], 'de'), { language: 'de', text: '', suggestions: [] });
  assert.deepEqual(welcomeFor([null, 3, 'x'], 'de'), { language: '', text: '', suggestions: [] });
  assert.deepEqual(welcomeFor([{ language: 'de', suggestions: [null, { title: ' A ', text: ' b ' }, { title: 'c', text: '  ' }, { text: 'd' }] }], 'de')?.suggestions,
    [{ title: 'A', text: 'b' }, { title: '', text: 'd' }]);
  assert.equal(welcomeFor([{ language: 'de', suggestions: many }], 'de')?.suggestions.length, MAX_SUGGESTIONS);
  assert.equal(welcomeFor([{ language: 'de', text: 'x'.repeat(5000) }], 'de')?.text.length, MAX_WELCOME_CHARS);
});

test('the session brings them as they are, or none', () => {
  const session = { user: { name: 'ann' } };
  assert.deepEqual([readSession(session).welcome, readSession(session).titles], [null, false]);
  assert.deepEqual([readSession({ ...session, welcome: 'x', titles: 'yes' }).welcome, readSession({ ...session, titles: 'yes' }).titles], [null, false]);
  assert.deepEqual([readSession({ ...session, welcome: GIVEN, titles: true }).welcome, readSession({ ...session, titles: true }).titles], [GIVEN, true]);
});
