/* SPDX-License-Identifier: MIT */
/** Arguments against the schema of their tool: what is wrong is named, what is unknown is let through. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { MAX_SCHEMA_STEPS, problemOf } from '../../static/core/schema.js';

/** [schema, value, what the problem says; null for none] */
const CASES = [
  [{ type: 'object' }, {}, null],
  [{ type: 'string' }, 1, /of type string/],
  [{ type: ['string', 'null'] }, null, null],
  [{ type: ['string', 'null'] }, true, /string or null/],
  [{ type: 'string', nullable: true }, null, null],
  [{ type: 'integer' }, 1.5, /integer/],
  [{ type: 'integer' }, 2, null],
  [{ type: 'number' }, '3', /number/],
  [{ type: 'object' }, [], /object/],
  [{ type: 'array' }, {}, /array/],
  [{ type: 'made-up' }, 1, null],
  [{ enum: ['a', 'b'] }, 'c', /one of "a", "b"/],
  [{ enum: [1, null] }, null, null],
  [{ const: 'x' }, 'y', /must be "x"/],
  [{ required: ['a'] }, {}, /"a" is missing/],
  [{ properties: { a: { required: ['b'] } } }, { a: {} }, /"a\.b" is missing/],
  [{ properties: {}, additionalProperties: false }, { z: 1 }, /no "z"/],
  [{ additionalProperties: { type: 'number' } }, { z: 'q' }, /"z" must be of type number/],
  [{ properties: { a: true }, additionalProperties: false }, { a: 1 }, null],
  [{ properties: { a: false } }, { a: 1 }, /must not be there/],
  [{ items: { type: 'string' } }, ['a', 2], /\[1\]" must be of type string/],
  [{ minItems: 2 }, [1], /at least 2/],
  [{ maxItems: 1 }, [1, 2], /at most 1/],
  [{ minimum: 3 }, 2, /at least 3/],
  [{ exclusiveMaximum: 3 }, 3, /less than 3/],
  [{ maxLength: 1 }, '\u{1f600}', null],
  [{ minLength: 2 }, 'a', /at least 2/],
  [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, true, /type string/],
  [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, 1, null],
  [{ oneOf: [{ type: 'string' }] }, 1, /string/],
  [{ allOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1 }, /"b" is missing/],
  [{ $defs: { n: { type: 'number' } }, properties: { a: { $ref: '#/$defs/n' } } }, { a: 'x' }, /number/],
  [{ $ref: '#/$defs/gone' }, 1, null],
  [{ $ref: 'https://elsewhere.example/schema' }, 1, null],
  // Words of an object's own making are members as any others.
  [{ required: ['constructor'] }, {}, /"constructor" is missing/],
  [{ properties: {}, additionalProperties: false }, JSON.parse('{"__proto__":1}'), /no "__proto__"/],
  [undefined, {}, null],
  [[], {}, null],
];

for (const [schema, value, words] of CASES) {
  test(`${JSON.stringify(schema)} of ${JSON.stringify(value)}`, () => {
    const problem = problemOf(schema, value);
    if (words === null) assert.equal(problem, null);
    else assert.match(problem ?? '', words);
  });
}

test('a schema that leads into itself comes to an end, as does one that multiplies', () => {
  const circle = { $ref: '#' };
  assert.equal(problemOf(circle, 1), null);
  const many = { anyOf: Array.from({ length: 50 }, () => ({ $ref: '#' })) };
  let looks = 0;
  const counted = { anyOf: many.anyOf.map((one) => new Proxy(one, { get: (of, name) => { looks += 1; return of[name]; } })) };
  assert.equal(problemOf(counted, 1), null);
  assert.ok(looks < 20 * MAX_SCHEMA_STEPS, 'bounded');
});
