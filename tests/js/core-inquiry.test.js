/* SPDX-License-Identifier: MIT */
/** What a server of tools asks a person: read with care, and what was filled in checked. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { MAX_FIELDS, MAX_INQUIRIES, readFilled, readForm, readInquiries as read } from '../../static/core/inquiry.js';
import { webAddress } from '../../static/net/tool-call.js';

const readInquiries = (requests) => read(requests, webAddress);

const form = (properties, more = {}) => ({ method: 'elicitation/create', params: { message: 'Who?', requestedSchema: { type: 'object', properties, ...more } } });
const fieldsOf = (properties, more) => readInquiries({ a: form(properties, more) })?.[0].fields ?? null;
const field = (schema, more = { required: ['x'] }) => /** @type {any} */ (fieldsOf({ x: schema }, more)?.[0]);
const filled = (schema, value, more) => {
  const { value: given, problem } = readFilled(field(schema, more), value);
  return problem === null ? given : problem.code;
};

test('each type and format of the flat schema is a field', () => {
  const kinds = fieldsOf({
    a: { type: 'string', title: 'A', description: 'What it is', default: 'x' }, b: { type: 'string', format: 'email' }, c: { type: 'number', minimum: 0.5 },
    d: { type: 'integer', default: 3 }, e: { type: 'boolean', default: true }, f: { type: 'string', enum: ['p', 'q'], enumNames: ['Pea'] },
    g: { type: 'string', oneOf: [{ const: 'r', title: 'Ar' }, { const: 's' }], default: 's' },
    h: { type: 'array', items: { type: 'string', enum: ['t', 'u'] }, default: ['u', 'nothing'] },
    i: { type: 'array', items: { anyOf: [{ const: 'v', title: 'Vee' }] }, minItems: 1 },
  }, { required: ['a', 'h'] });
  assert.deepEqual(kinds?.map(({ kind, format, required, initial }) => [kind, format, required, initial]), [
    ['text', '', true, 'x'], ['text', 'email', false, ''], ['number', '', false, ''], ['integer', '', false, '3'], ['yesno', '', false, true],
    ['choice', '', false, ''], ['choice', '', false, 's'], ['choices', '', true, ['u']], ['choices', '', false, []],
  ]);
  assert.deepEqual(kinds?.[5]?.choices, [{ value: 'p', title: 'Pea' }, { value: 'q', title: 'q' }]);
  assert.deepEqual(kinds?.[6]?.choices, [{ value: 'r', title: 'Ar' }, { value: 's', title: 's' }]);
  assert.equal(kinds?.[8]?.min, 1);
});

test('what cannot be asked is not: neither half a question nor a nested one', () => {
  assert.equal(readInquiries(null), null);
  assert.equal(readInquiries({}), null);
  assert.equal(readInquiries({ a: { method: 'sampling/createMessage', params: {} } }), null);
  assert.equal(readInquiries({ a: form({ x: { type: 'string' } }), b: { method: 'roots/list' } }), null, 'one that is strange is enough');
  assert.equal(fieldsOf({ x: { type: 'object', properties: {} } }, { required: ['x'] }), null);
  assert.deepEqual(fieldsOf({ x: { type: 'object' }, y: { type: 'string' } })?.map(({ name }) => name), ['y'], 'what is not required is left out');
  assert.equal(readInquiries(Object.fromEntries(Array.from({ length: MAX_INQUIRIES + 1 }, (_, i) => [i, form({})]))), null);
  assert.equal(fieldsOf(Object.fromEntries(Array.from({ length: MAX_FIELDS + 1 }, (_, i) => [i, { type: 'string' }]))), null);
  assert.equal(readInquiries({ a: { method: 'elicitation/create', params: { mode: 'dance', message: '' } } }), null);
  assert.deepEqual(fieldsOf({}), [], 'a question without fields is one');
});

/** Schemas as generators make them, after what was reported of other clients: a free text, or nothing, where there was a choice. */
const REPORTED = /** @type {[string, any, any, string | null][]} */ ([
  ['titled choices without a type', { oneOf: [{ const: 'l', title: 'Low' }, { const: 'h', title: 'High' }] }, {}, 'choice l h'],
  ['an enumeration without a type', { enum: ['l', 'h'], enumNames: ['Low', 'High'] }, {}, 'choice l h'],
  ['a reference to an enumeration', { $ref: '#/$defs/Level' }, { $defs: { Level: { enum: ['l', 'h'], title: 'Level', type: 'string' } } }, 'choice l h'],
  ['the same in older words', { $ref: '#/definitions/Level' }, { definitions: { Level: { enum: ['l'], type: 'string' } } }, 'choice l'],
  ['a reference that is wrapped for its description', { allOf: [{ $ref: '#/$defs/Level' }], description: 'How much' }, { $defs: { Level: { enum: ['l'], type: 'string' } } }, 'choice l'],
  ['a value that may be missing', { anyOf: [{ type: 'string', maxLength: 9 }, { type: 'null' }], default: null }, {}, 'text'],
  ['the same with two types', { type: ['integer', 'null'] }, {}, 'integer'],
  ['an enumeration that may be missing', { anyOf: [{ $ref: '#/$defs/Level' }, { type: 'null' }] }, { $defs: { Level: { enum: ['l'], type: 'string' } } }, 'choice l'],
  ['one choice of several', { type: 'array', items: { anyOf: [{ const: 'l', title: 'Low' }] } }, {}, 'choices l'],
  ['a reference to itself', { $ref: '#/$defs/Level' }, { $defs: { Level: { $ref: '#/$defs/Level' } } }, null],
  ['a reference to nothing', { $ref: '#/$defs/__proto__' }, { $defs: {} }, null],
  ['a reference elsewhere', { $ref: 'https://example.org/level.json' }, {}, null],
  ['two types that are no choice', { type: ['string', 'integer'] }, {}, null],
  ['alternatives that are no choice', { anyOf: [{ type: 'string' }, { type: 'integer' }] }, {}, null],
  ['a schema that allows all', {}, {}, null],
]);

for (const [name, schema, more, wanted] of REPORTED) {
  test(`of what servers send: ${name}`, () => {
    const [one] = fieldsOf({ x: schema }, more) ?? [];
    assert.equal(one ? [one.kind, ...one.choices.map(({ value }) => value)].join(' ') : null, wanted);
    assert.equal(fieldsOf({ x: schema }, { ...more, required: ['x'] }) === null, wanted === null, 'what is wanted and cannot be asked makes no question');
  });
}

test('a field keeps its own words before those that it refers to', () => {
  const one = field({ $ref: '#/$defs/Level', title: 'Mine', default: 'h' }, { $defs: { Level: { enum: ['l', 'h'], type: 'string', title: 'Theirs', description: 'How much' } } });
  assert.deepEqual([one.title, one.description, one.initial], ['Mine', 'How much', 'h']);
});

test('as much as the limits allow is asked', () => {
  const some = (count, one) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, one]));
  assert.equal(readInquiries(some(MAX_INQUIRIES, form({})))?.length, MAX_INQUIRIES);
  assert.equal(fieldsOf(some(MAX_FIELDS, { type: 'string' }))?.length, MAX_FIELDS);
});

test('what is not of the form of a question is none', () => {
  const good = form({ x: { type: 'string' } });
  for (const [what, request] of Object.entries({
    'nothing': null, 'a text': 'x', 'another method': { ...good, method: 'roots/list' }, 'no params': { method: good.method },
    'params of null': { ...good, params: null }, 'no schema': { ...good, params: { message: '' } },
    'a list of fields': form([{ type: 'string' }]), 'fields in a text': form('x'),
  })) assert.equal(readInquiries({ a: request }), null, what);
});

test('choices that are none are left out, and so is a list of what cannot be chosen', () => {
  assert.deepEqual(field({ type: 'string', oneOf: [{ title: 'nameless' }, null, { const: 1 }, { const: 'a' }] })?.choices, [{ value: 'a', title: 'a' }]);
  assert.equal(fieldsOf({ x: { type: 'array', items: { type: 'string' } } }, { required: ['x'] }), null);
  assert.deepEqual(fieldsOf({ x: { type: 'array', items: { type: 'string' } } }), []);
});

test('a limit that is no number of its kind is none', () => {
  const limits = (schema) => { const { min, max } = field(schema); return [min, max]; };
  assert.deepEqual(limits({ type: 'string', minLength: 0, maxLength: 1.5 }), [0, null]);
  assert.deepEqual(limits({ type: 'string', minLength: -1, maxLength: '5' }), [null, null]);
  assert.deepEqual(limits(JSON.parse('{"type":"number","minimum":1e999,"maximum":"5"}')), [null, null]);
  assert.deepEqual(limits({ type: 'number', minimum: -1.5, maximum: 0 }), [-1.5, 0]);
});

test('an address that is none of the web makes no question', () => {
  assert.equal(readInquiries({ a: { method: 'elicitation/create', params: { mode: 'url', message: 'm', url: 'javascript:1' } } }), null);
  assert.equal(readInquiries({ a: { method: 'elicitation/create', params: { mode: 'url', message: 'm', url: 'https://a.example' } } })?.[0].url, 'https://a.example/');
});

test('what is filled in is checked', () => {
  assert.equal(filled({ type: 'string' }, ''), 'missing');
  assert.equal(filled({ type: 'string' }, '', {}), undefined);
  assert.equal(filled({ type: 'string', minLength: 2 }, '\u{1f600}'), 'short', 'characters, not units');
  assert.equal(filled({ type: 'string', maxLength: 1 }, '\u{1f600}'), '\u{1f600}');
  assert.equal(filled({ type: 'string', format: 'email' }, 'a@b'), 'a@b');
  for (const bad of ['a', '@b', 'a@', 'a b@c', 'a@b@c']) assert.equal(filled({ type: 'string', format: 'email' }, bad), 'email');
  assert.equal(filled({ type: 'string', format: 'uri' }, 'urn:isbn:1'), 'urn:isbn:1');
  assert.equal(filled({ type: 'string', format: 'uri' }, 'no'), 'uri');
  assert.equal(filled({ type: 'string', format: 'date' }, '2024-02-29'), '2024-02-29');
  for (const bad of ['2023-02-29', '24-1-1', '2024-13-01']) assert.equal(filled({ type: 'string', format: 'date' }, bad), 'date');
  assert.match(String(filled({ type: 'string', format: 'date-time' }, '2024-05-06T07:08')), /^2024-05-0\dT\d\d:\d\d:00\.000Z$/);
  assert.equal(filled({ type: 'string', format: 'date-time' }, 'soon'), 'date-time');
  assert.equal(filled({ type: 'number', minimum: 0.5 }, '0.4'), 'low');
  assert.equal(filled({ type: 'number' }, '1e3'), 1000);
  for (const bad of ['x', 'Infinity', '0x', '1e999', 'NaN']) assert.equal(filled({ type: 'number' }, bad), 'number', bad);
  assert.equal(filled({ type: 'integer', maximum: 9 }, '1.5'), 'integer');
  assert.equal(filled({ type: 'integer', maximum: 9 }, '10'), 'high');
  assert.equal(filled({ type: 'integer' }, '9007199254740993'), 'integer', 'a number that would be another');
  assert.equal(filled({ type: 'string', enum: ['a'] }, 'b'), 'missing');
  assert.deepEqual(filled({ type: 'array', items: { enum: ['a', 'b'] }, minItems: 2 }, ['a', 'z']), 'few');
  assert.deepEqual(filled({ type: 'array', items: { enum: ['a', 'b'] }, maxItems: 1 }, ['a', 'b']), 'many');
  assert.equal(filled({ type: 'array', items: { enum: ['a'] } }, [], {}), undefined);
  assert.equal(filled({ type: 'boolean' }, false), false, 'no is an answer');
  assert.equal(filled({ type: 'string', enum: ['a'] }, 'a'), 'a');
  assert.deepEqual(filled({ type: 'array', items: { enum: ['a'] } }, ['a'], {}), ['a'], 'what is not required may be given');
});

test('a size is allowed up to what the limits say', () => {
  for (const [schema, within, beyond, code] of [
    [{ type: 'number', minimum: 0.5 }, '0.5', '0.49', 'low'], [{ type: 'number', maximum: 2 }, '2', '2.01', 'high'],
    [{ type: 'integer', minimum: 1, maximum: 3 }, '2', '4', 'high'],
  ]) {
    assert.equal(filled(schema, within), Number(within));
    assert.equal(filled(schema, beyond), code);
  }
  const local = 'x'.repeat(318);
  assert.equal(filled({ type: 'string', format: 'email' }, `${local}@b`), `${local}@b`);
  assert.equal(filled({ type: 'string', format: 'email' }, `${local}x@b`), 'email');
});

test('a time with a zone is given as it was written, one that no clock shows is none', () => {
  for (const time of ['2024-05-06T07:08:09+02:00', '2024-05-06T07:08:09.5Z']) assert.equal(filled({ type: 'string', format: 'date-time' }, time), time);
  assert.equal(filled({ type: 'string', format: 'date-time' }, '2024-13-06T07:08:09Z'), 'date-time');
  assert.equal(filled({ type: 'string', format: 'date-time' }, '2024-13-06T07:08'), 'date-time');
});

test('a form is given whole, or what is wrong with it is told', () => {
  const [inquiry] = /** @type {any} */ (readInquiries({ a: form(JSON.parse('{"__proto__":{"type":"string","default":"p"},"n":{"type":"integer"},"o":{"type":"string"}}'), { required: ['n'] }) }));
  assert.deepEqual([...readForm(inquiry, new Map()).problems], [['n', { code: 'missing', limit: 0 }]]);
  const { answer } = readForm(inquiry, new Map([['n', '7']]));
  assert.equal(JSON.stringify(answer), '{"action":"accept","content":{"__proto__":"p","n":7}}');
});
