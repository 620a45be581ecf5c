/* SPDX-License-Identifier: MIT */
/** Finding words in conversations, whatever part they stand in. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { selectList } from '../../static/core/selectors.js';
import { patternOf } from '../../static/core/search.js';
import { addExchange, makeCore } from './core-helpers.js';

/** @param {ReturnType<typeof makeCore>} core @param {string} search */
function found(core, search) {
  core.actions.setUi({ search });
  return selectList(core.store.getState()).map((entry) => entry.found);
}

test('what is found is shown with what stands around it, in one line', () => {
  const core = makeCore();
  const long = `${'x'.repeat(50)}\n\nThe NEEDLE is\there ${'y'.repeat(200)}`;
  const { answer } = addExchange(core, 'q', long);
  const [place] = found(core, ' needle ');
  assert.equal(place.messageId, answer);
  assert.equal(place.match, 'NEEDLE');
  assert.match(place.before, /^…x+ The $/);
  assert.match(place.after, /^ is here y+…$/);
  assert.ok(place.before.length < 40 && place.after.length < 90);
  assert.deepEqual(found(core, 'absent'), []);
  assert.deepEqual(found(core, ''), [null]);
});

test('all branches are looked through, and a title alone has no place', () => {
  const core = makeCore();
  const { user } = addExchange(core, 'needle', 'a');
  addExchange(core, 'other', 'b');
  assert.equal(found(core, 'needle')[0].messageId, user);
  core.actions.renameConversation('c0', 'Kittens');
  assert.deepEqual(found(core, 'kitten'), [null]);
});

test('thoughts, calls and sources are looked through', () => {
  const core = makeCore();
  const { answer } = addExchange(core, 'q', '', { status: null });
  core.store.dispatch({ type: 'answer/progressed', conversationId: 'c0', messageId: answer, now: 1, progress: { deltas: [
    { kind: 'reasoning', text: 'deep' }, { kind: 'tool_call', index: 0, id: '', name: 'find_bears', arguments: '{"in":"woods"}' },
    { kind: 'source', unit: 'points', source: { kind: 'source', number: 0, url: 'https://den.example/', title: 'Dens', snippet: '', at: [] } },
  ] } });
  for (const word of ['deep', 'find_bears', 'woods', 'den.example', 'Dens']) assert.equal(found(core, word)[0]?.messageId, answer, word);
});

test('what is looked for is words, not a pattern', () => {
  for (const [search, text, hit] of [
    ['a.c', 'abc', false], ['a.c', 'A.C', true], ['(x', 'f(x)', true], ['[', 'a[0]', true], ['\\d', '7', false], ['a-b', 'x a-b', true],
    ['two words', 'two\n  words', true], ['ß', 'Straße', true], ['😀', 'x😀y', true], ['*', 'a*b', true], ['/', 'a/b', true], ['{2}', 'aa', false], ['$', 'x', false],
  ]) assert.equal(patternOf(search).test(text), hit, `${search} in ${text}`);
  assert.equal(patternOf('  \n'), null);
});

test('a snippet cuts no character in two', () => {
  const core = makeCore();
  addExchange(core, 'q', `${'😀'.repeat(40)}needle${'😀'.repeat(100)}`);
  addExchange(core, 'q', `${'😀'.repeat(40)}a needle b${'😀'.repeat(100)}`);
  for (const { before, after } of found(core, 'needle')) assert.ok(`${before}${after}`.isWellFormed?.() ?? true);
});
