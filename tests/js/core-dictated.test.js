// SPDX-License-Identifier: MIT
// Dictated words in a text that is there.

import assert from 'node:assert/strict';
import test from 'node:test';
import { dictated } from '../../static/core/dictated.js';
import { withHead } from '../../static/core/sound.js';

/** @type {[string, string, string, string][]} before, words, after; what is put there */
const SAMPLES = [
  ['', 'hello', '', 'hello'],
  ['', '', 'x', ''],
  ['Say', 'hello', '', ' hello'],
  ['Say ', 'hello', 'to him', 'hello '],
  ['Say', 'hello', '!', ' hello'],
  ['(', 'hello', ')', 'hello'],
  ['First.\n', 'Second.', '\nThird.', 'Second.'],
  ['你好', '世界', '吗', '世界'],
  ['你好，', 'world', '', 'world'],
  ['カフェで', 'コーヒーを', '飲む', 'コーヒーを'],
  ['use', '世界', '', ' 世界'],
  ['قال', 'مرحبا', '؟', ' مرحبا'],
  ['नमस्ते', 'दुनिया', '', ' दुनिया'],
  ['😀', 'hello', '😀', ' hello '],
];

for (const [before, words, after, wanted] of SAMPLES) {
  test(`${JSON.stringify(before)} + ${JSON.stringify(words)} + ${JSON.stringify(after)}`, () => {
    assert.equal(dictated(before, words, after), wanted);
  });
}

test('a WAVE file says how fast it is', () => {
  const view = new DataView(withHead(new Uint8Array(4), 16000).buffer);
  assert.equal(view.getUint32(24, true), 16000);
  assert.equal(view.getUint32(28, true), 32000);
  assert.equal(view.byteLength, 48);
});
