/* SPDX-License-Identifier: MIT */
/** What people type as a code, and what it looks like to a phone's camera. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { plainCode } from '../../static/core/code.js';
import { pathOf } from '../../static/ui/qr-path.js';

test('a code is read in any script\'s digits, with what stands between them', () => {
  for (const [typed, plain] of [
    ['123456', '123456'], [' 012 345\n', '012345'], ['123\u2013456', '123456'], ['123\u00a0456', '123456'],
    ['\u0661\u0662\u0663\u0664\u0665\u0660', '123450'], ['\u06f9\u06f0\u06f1\u06f2\u06f3\u06f4', '901234'],
    ['\u0967\u0968\u0969\u096a\u096b\u0966', '123450'], ['\uff11\uff12\uff13\uff14\uff15\uff19', '123459'],
    ['\u200e123456\u200f', '123456'], ['\u{1d7d8}\u{1d7d9}\u{1d7ec}\u{1d7f5}', '0109'],
    ['abcd-efgh-ijkl-mnop', 'abcdefghijklmnop'], ['', ''], ['12a456', '12a456'],
  ]) assert.equal(plainCode(String(typed)), plain, JSON.stringify(typed));
});

test('the path of a QR code covers its dark modules and no other', () => {
  const rows = ['#.##', '....', '####', '.#.#'];
  const code = { size: 4, get: (/** @type {number} */ x, /** @type {number} */ y) => rows[y]?.[x] === '#' };
  assert.equal(pathOf(code), 'M0 0h1v1H0zM2 0h2v1H2zM0 2h4v1H0zM1 3h1v1H1zM3 3h1v1H3z');
});
