// SPDX-License-Identifier: MIT
// Templates of addresses, by what RFC 6570 says of each operator.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandTemplate, placesOfTemplate } from '../../static/core/uri-template.js';

const VALUES = { who: 'fred', dot: 'a.b', half: '50%', path: '/foo/bar', word: 'grün & blau', x: '1', y: '2', empty: '' };

/** @type {[string, string][]} */
const CASES = [
  ['note://{who}', 'note://fred'],
  ['{half}', '50%25'],
  ['{+half}', '50%25'],
  ['{word}', 'gr%C3%BCn%20%26%20blau'],
  ['{+word}', 'gr%C3%BCn%20&%20blau'],
  ['{path}', '%2Ffoo%2Fbar'],
  ['x:{+path}/here', 'x:/foo/bar/here'],
  ['{#path}', '#/foo/bar'],
  ['x{.dot}', 'x.a.b'],
  ['x{/who,x}', 'x/fred/1'],
  ['x{;x,y}', 'x;x=1;y=2'],
  ['x{?x,y}', 'x?x=1&y=2'],
  ['x?fixed=y{&x}', 'x?fixed=y&x=1'],
  ['{x,y}', '1,2'],
  ['{who:2}', 'fr'],
  ['{who*}', 'fred'],
  ['x{?empty,nobody}', 'x'],
  ['{nobody}x', 'x'],
  ['{x', '{x'],
  ['{}', '{}'],
  ['{!x}', '{!x}'],
  ['{__proto__}{constructor}', ''],
];

for (const [template, want] of CASES) {
  test(`${template} becomes ${want}`, () => assert.equal(expandTemplate(template, VALUES), want));
}

test('the places are each named once, and there is an end of them', () => {
  assert.deepEqual(placesOfTemplate('x://{a}/{b:3}{?a,c*}'), ['a', 'b', 'c']);
  assert.deepEqual(placesOfTemplate('x://1'), []);
  assert.equal(placesOfTemplate(Array.from({ length: 100 }, (_, i) => `{v${i}}`).join('')).length, 32);
});

test('what is cut within a character, or is half of one, is still an address', () => {
  assert.equal(expandTemplate('{a:1}', { a: '😀x' }), '%F0%9F%98%80');
  assert.equal(expandTemplate('{a}', { a: '\ud83d' }), '%EF%BF%BD');
  assert.equal(expandTemplate('{+a}', { a: '\ud83d%2' }), '%EF%BF%BD%252');
});
