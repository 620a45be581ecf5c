/* SPDX-License-Identifier: MIT */
/** A message as a list of parts: how they grow, what they are taken for. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { finished, pushDeltas, withDeltas } from '../../static/core/deltas.js';
import { MAX_ANSWER_MEDIA_CHARS, MAX_PARTS, MAX_RAW_CHARS } from '../../static/core/limits.js';
import { attachmentsOf, hasBegun, hasText, NO_PARTS, partsOf, reasoningMs, reasoningOf, sourcesOf, textOf, waitOf, wordsOf } from '../../static/core/parts.js';
import { IMAGE, TEXT_FILE } from './core-helpers.js';

const text = (words) => ({ kind: 'text', text: words });
const think = (words, details) => ({ kind: 'reasoning', text: words, ...(details === undefined ? {} : { details }) });
const source = (url, { unit = 'points', ...more } = {}) => ({
  kind: 'source', unit, source: { kind: 'source', number: 0, url, title: '', snippet: '', at: [], ...more },
});
const raw = (name, json) => ({ kind: 'part', part: { kind: 'raw', name, json } });
const image = (data) => ({ kind: 'part', part: { ...IMAGE, id: '', data } });
const call = (more) => ({ kind: 'tool_call', index: null, id: '', name: '', arguments: '', ...more });
const grow = (deltas, before = NO_PARTS, now = 1000) => withDeltas(before, deltas, now);
const kinds = (parts) => parts.map(({ kind }) => kind).join(' ');

test('pieces go to the part that is open, in the order they come in', () => {
  const parts = [think('a'), think('b'), text('c'), text('d'), think('e'), text('f')]
    .reduce((all, delta, i) => withDeltas(all, [delta], i * 100), NO_PARTS);
  assert.deepEqual(parts, [
    { kind: 'reasoning', text: 'ab', startedAt: 0, endedAt: 200 }, text('cd'),
    { kind: 'reasoning', text: 'e', startedAt: 400, endedAt: 500 }, text('f'),
  ]);
  assert.equal(textOf(parts), 'cd\n\nf');
  assert.equal(reasoningOf(parts), 'ab\n\ne');
  assert.equal(reasoningMs(parts), 300);
  assert.equal(grow([], parts), parts, 'nothing came: nothing is new');
});

test('what did not change stays the same object', () => {
  const before = grow([think('a'), text('b'), image('x'), text('c')]);
  const after = grow([text('d')], before);
  assert.deepEqual(after.map((part, i) => part === before[i]), [true, true, true, false]);
  assert.deepEqual(before.at(-1), text('c'), 'nor was it changed');
});

test('sources and unknown things do not tear a text apart', () => {
  const parts = grow([text('one'), source('https://a.example/'), text(' two'), raw('x', '1'), text(' three')]);
  assert.equal(kinds(parts), 'text source raw');
  assert.equal(textOf(parts), 'one two three');
  assert.equal(kinds(grow([text('a'), image('x'), text('b')])), 'text image text');
});

test('empty pieces open nothing', () => {
  assert.deepEqual(grow([text(''), think('')]), []);
  assert.equal(kinds(grow([think('a'), text(''), think('b')])), 'reasoning');
  assert.equal(hasBegun(grow([think('', ['signature'])])), false);
});

test('a reasoning keeps what the provider wants back', () => {
  const parts = grow([think('a', [{ n: 1 }]), think('', [{ n: 2 }]), text('b'), think('c')]);
  assert.deepEqual(parts[0].details, [{ n: 1 }, { n: 2 }]);
  assert.equal('details' in parts[2], false);
  const list = [];
  pushDeltas(list, [think('a', [1]), think('b'), think('', [2]), text('c'), text('d')]);
  assert.deepEqual(list, [think('ab', [1, 2]), text('cd')]);
});

test('calls are told apart by number, by id, or by their turn', () => {
  const args = (deltas) => grow(deltas).map((part) => [part.id, part.name, part.arguments]);
  assert.deepEqual(args([
    call({ index: 0, id: 'a', name: 'f' }), call({ index: 1, id: 'b', name: 'g' }),
    call({ index: 0, arguments: '{"x":' }), call({ index: 1, arguments: '{}' }), call({ index: 0, arguments: '1}' }),
  ]), [['a', 'f', '{"x":1}'], ['b', 'g', '{}']]);
  assert.deepEqual(args([
    call({ id: 'a', name: 'f', arguments: '{' }), call({ id: 'a', name: 'f', arguments: '}' }), call({ id: 'b', name: 'f' }),
  ]), [['a', 'f', '{}'], ['b', 'f', '']], 'a name that is repeated is no longer name');
  assert.deepEqual(args([call({ name: 'f', arguments: '{}' }), call({ name: 'g', arguments: '{}' })]),
    [['', 'f', '{}'], ['', 'g', '{}']]);
  assert.deepEqual(args([call({ index: 0, name: 'f' }), call({ index: 0, id: 'late', arguments: '{}' })]), [['late', 'f', '{}']]);
});

test('an end leaves nothing open', () => {
  const parts = grow([think('a'), call({ id: 'x', name: 'f' }), think('b')]);
  const done = finished(parts, 9000);
  assert.deepEqual(done.map((part) => [part.state, part.endedAt]), [[undefined, 1000], ['stopped', 9000], [undefined, 9000]]);
  assert.equal(finished(done, 9999), done);
});

test('sound and its words arrive in pieces', () => {
  const piece = (data, transcript) => ({ kind: 'audio', type: 'audio/pcm', data, transcript });
  const parts = grow([piece('', 'Good '), piece('AAAA', 'day'), piece('BBBB', ''), text('.')]);
  assert.equal(kinds(parts), 'audio text');
  assert.equal(parts[0].data, 'data:audio/pcm;base64,AAAA BBBB');
  assert.equal(parts[0].transcript, 'Good day');
  assert.equal(parts[0].size, 6);
});

test('a source is known by its number, else by its address', () => {
  const parts = grow([
    text('some words here'), source('https://a.example/', { at: [3] }), source('https://b.example/', { title: 'B' }),
    source('https://a.example/', { at: [3, 9], title: 'A' }),
  ]);
  assert.deepEqual(sourcesOf(parts).map(({ number, title, at }) => [number, title, at]), [[1, 'A', [3, 9]], [2, 'B', []]]);
  const listed = [source('https://a.example/', { number: 1 }), source('https://b.example/', { number: 2 }), source('https://a.example/', { number: 3 })];
  const once = grow(listed);
  assert.equal(grow(listed, once)[1], once[1], 'the list comes with each event');
  assert.deepEqual(sourcesOf([...once].reverse()).map(({ number }) => number), [1, 2, 3]);
});

test('what is said twice is shown once', () => {
  assert.equal(kinds(grow([image('x'), text('a'), image('x'), image('y')])), 'image text image');
  const notice = { kind: 'part', part: { kind: 'notice', code: 'paused', detail: '' } };
  assert.equal(kinds(grow([notice, text('a'), notice])), 'notice text');
});

test('each limit of an answer says so, and words are not lost to it', () => {
  const many = grow(Array.from({ length: MAX_PARTS + 50 }, (_, i) => image(`x${i}`)).concat([text('b')]), grow([text('a')]));
  assert.equal(many.length, MAX_PARTS + 1);
  assert.deepEqual(many.at(-1), { kind: 'notice', code: 'too_many_parts', detail: '' });
  assert.equal(textOf(many), 'ab');
  const half = 'x'.repeat(MAX_ANSWER_MEDIA_CHARS / 2);
  const large = grow([image(half), image(`${half.slice(1)}y`), image('z'), { kind: 'audio', type: 'audio/wav', data: 'AAAA', transcript: '' }]);
  assert.equal(kinds(large), 'image image notice');
  assert.equal(large[2].code, 'too_large');
  const long = grow([raw('x', 'a'.repeat(MAX_RAW_CHARS - 10)), raw('x', '1'), raw('x', 'b'.repeat(100)), raw('y', '2')]);
  assert.equal(kinds(long), 'raw notice raw');
  assert.ok(long[0].json.endsWith('\n1'));
});

test('what a person sends is attachments and words', () => {
  assert.deepEqual(partsOf('', [IMAGE]), [IMAGE]);
  const parts = partsOf('hello', [IMAGE, TEXT_FILE]);
  assert.equal(kinds(parts), 'image file text');
  assert.deepEqual(attachmentsOf(parts), [IMAGE, TEXT_FILE]);
  assert.equal(textOf(parts), 'hello', 'a file is not what was said');
});

test('whether something came is told from whether something was said', () => {
  for (const [deltas, begun, said] of [
    [[], false, false], [[think('a')], true, false], [[text('a')], true, true], [[image('x')], true, false],
    [[call({ name: 'f' })], true, false], [[{ kind: 'part', part: { kind: 'notice', code: 'x', detail: '' } }], false, false],
  ]) {
    assert.deepEqual([hasBegun(grow(deltas)), hasText(grow(deltas))], [begun, said], JSON.stringify(deltas));
  }
});

test('a search looks through every kind', () => {
  const result = [text('needle1')];
  const parts = [
    text('needle0'), think('needle0'), { ...call({ name: 'f', arguments: '{"q":"needle0"}' }), state: 'done', result },
    { ...IMAGE, name: 'needle0.png' }, { ...TEXT_FILE, text: 'needle0' }, { kind: 'audio', name: '', transcript: 'needle0' },
    { kind: 'source', number: 1, url: 'https://needle0.example/', title: '', snippet: '', at: [] },
    { kind: 'notice', code: 'x', detail: 'needle0' }, { kind: 'raw', name: 'x', json: '"needle0"' },
  ];
  for (const part of parts) assert.match(wordsOf(part), /needle0/, part.kind);
  assert.match(wordsOf(parts[2]), /needle1/);
});

test('of what a round of calls waits for, the person comes first', () => {
  const one = (state, lost) => ({ ...call({ name: 'f' }), state, ...(lost ? { lost } : {}) });
  for (const [parts, want] of [
    [[one('running'), one('done')], ''], [[one('running', true), one('running')], 'resuming'], [[one('running', true), one('input')], 'inquiring'],
    [[one('input'), one('asking'), one('running', true)], 'asking'], [[text('x')], ''],
  ]) assert.equal(waitOf({ parts }), want);
});
