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
  [{ const: { a: [1] } }, { a: [1] }, null],
  [{ const: null }, 'null', /must be null/],
  [{ enum: ['1', [1]] }, 1, /one of "1", \[1\]/],
  [{ enum: ['null', {}] }, null, /one of/],
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
  [false, {}, /must not be there/],
  [{ type: 'string', nullable: true }, 1, /of type string/],
  // An address that leads elsewhere is not looked for here, nor is what is no schema gone into.
  [{ $ref: 'other.json/a', a: { type: 'number' } }, 'x', null],
  [{ $ref: '#/a/b', a: null }, 1, null],
];

/** [limit, the last value that it lets through, the first that it does not] */
const ENDS = [
  [{ minimum: 3 }, 3, 2.9], [{ maximum: 3 }, 3, 3.1], [{ exclusiveMinimum: 3 }, 3.1, 3], [{ exclusiveMaximum: 3 }, 2.9, 3],
  [{ minLength: 2 }, 'ab', 'a'], [{ maxLength: 2 }, 'ab', 'abc'], [{ minItems: 2 }, [1, 2], [1]], [{ maxItems: 2 }, [1, 2], [1, 2, 3]],
  [{ minProperties: 1 }, { a: 1 }, {}], [{ maxProperties: 1 }, { a: 1 }, { a: 1, b: 2 }],
];

test('a limit of a size lets through what is as large as it says, and nothing beyond', () => {
  for (const [schema, within, beyond] of ENDS) {
    assert.equal(problemOf(schema, within), null, JSON.stringify(schema));
    assert.match(problemOf(schema, beyond) ?? '', /must/, JSON.stringify(schema));
  }
});

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

test('each way into a schema counts as deeper, and is followed 64 times', () => {
  const ways = {
    items: [(inner) => ({ items: inner }), (value) => [value]],
    properties: [(inner) => ({ properties: { a: inner } }), (value) => ({ a: value })],
    additionalProperties: [(inner) => ({ additionalProperties: inner }), (value) => ({ a: value })],
    allOf: [(inner) => ({ allOf: [inner] }), (value) => value],
    anyOf: [(inner) => ({ anyOf: [inner] }), (value) => value],
  };
  for (const [name, [wrap, fill]] of Object.entries(ways)) {
    const problem = (depth) => {
      let [schema, value] = [{ type: 'string' }, 1];
      for (let i = 0; i < depth; i += 1) [schema, value] = [wrap(schema), fill(value)];
      return problemOf(schema, value);
    };
    assert.match(problem(64) ?? '', /of type string/, name);
    assert.equal(problem(65), null, name);
  }
});

test('a long list is looked at as far as the looks reach, and no further', () => {
  const listWithLastWrong = (length) => Array.from({ length }, (_, i) => (i === length - 1 ? 'wrong' : 1));
  const schema = { items: { type: 'number' } };
  assert.match(problemOf(schema, listWithLastWrong(MAX_SCHEMA_STEPS - 1)) ?? '', /of type number/);
  assert.equal(problemOf(schema, listWithLastWrong(MAX_SCHEMA_STEPS)), null);
  let read = 0;
  const counted = new Proxy(listWithLastWrong(5 * MAX_SCHEMA_STEPS), { get: (of, name) => { read += 1; return of[name]; } });
  assert.equal(problemOf(schema, counted), null);
  assert.ok(read < 3 * MAX_SCHEMA_STEPS, 'what comes behind is not even read');
});
