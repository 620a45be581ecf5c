/* SPDX-License-Identifier: MIT */
/** What each parameter may be: exactly to its ends, and of its kind. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { PARAM_NAMES, PARAM_RULES, isValidParam, readParams } from '../../static/core/params.js';

const text = (length) => 'x'.repeat(length);

/** Of each kind of rule: [name, what may be sent, what may not] */
const CASES = [
  ['temperature', [0, 0.05, 2], [-0.1, 2.1, NaN, '1', true, [1]]],
  ['frequency_penalty', [-2, 2], [-2.1, 2.1]],
  ['max_tokens', [1, 10_000_000], [0, 10_000_001, 1.5, '7', NaN]],
  ['seed', [Number.MIN_SAFE_INTEGER, 0, Number.MAX_SAFE_INTEGER], [Number.MAX_SAFE_INTEGER + 1, Number.MIN_SAFE_INTEGER - 1]],
  ['reasoning_effort', ['minimal', 'high'], ['highest', '', 1, ['high']]],
  ['stop', [['a'], ['a', 'b', 'c', 'd'], [text(256)]], [[], ['a', 'b', 'c', 'd', 'e'], [text(257)], [''], ['a', ''], ['a', 1], [{ length: 1 }], 'a', { length: 1 }]],
];

for (const [name, may, mayNot] of CASES) {
  test(`${name} is sent when it is within its rule, and else not`, () => {
    for (const value of may) assert.equal(isValidParam(name, value), true, JSON.stringify(value).slice(0, 80));
    for (const value of mayNot) assert.equal(isValidParam(name, value), false, String(JSON.stringify(value)).slice(0, 80));
  });
}

test('a number is allowed at both ends of its rule', () => {
  for (const name of PARAM_NAMES) {
    const rule = PARAM_RULES[name];
    if (rule.kind !== 'number' && rule.kind !== 'integer') continue;
    assert.deepEqual([rule.min, rule.max].map((end) => isValidParam(name, end)), [true, true], name);
    assert.deepEqual([rule.min - 1, rule.max + 1].map((end) => isValidParam(name, end)), [false, false], name);
  }
});

test('what is set is read; what is not is not; what is wrong is named', () => {
  assert.deepEqual(readParams({ temperature: 0, top_p: null, seed: undefined, unknown: 1 }), { params: { temperature: 0 }, wrong: [] });
  assert.deepEqual(readParams({ temperature: 3, stop: [], max_tokens: 5 }), { params: { max_tokens: 5 }, wrong: ['temperature', 'stop'] });
});
