/* SPDX-License-Identifier: MIT */
/** The edges of an answer that arrives: where one part ends and the next begins, and what is counted how. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { finished, pushDeltas, withDeltas } from '../../static/core/deltas.js';
import { MAX_ANSWER_MEDIA_CHARS, MAX_PARTS, MAX_PLACES, MAX_RAW_CHARS } from '../../static/core/limits.js';
import { NO_PARTS } from '../../static/core/parts.js';
import { IMAGE, TEXT_FILE } from './core-helpers.js';

const text = (words) => ({ kind: 'text', text: words });
const think = (words, details) => ({ kind: 'reasoning', text: words, ...(details === undefined ? {} : { details }) });
const part = (one) => ({ kind: 'part', part: one });
const picture = (more) => part({ ...IMAGE, id: '', ...more });
const call = (more) => ({ kind: 'tool_call', index: null, id: '', name: '', arguments: '', ...more });
const sound = (data, transcript = '') => ({ kind: 'audio', type: 'audio/wav', data, transcript });
const source = (url, { unit = 'points', ...more } = {}) => ({
  kind: 'source', unit, source: { kind: 'source', number: 0, url, title: '', snippet: '', at: [], ...more },
});
const grow = (deltas, before = NO_PARTS, now = 1000) => withDeltas(before, deltas, now);
const kinds = (parts) => parts.map(({ kind }) => kind).join(' ');
const calls = (deltas) => grow(deltas).map(({ id, name, arguments: written }) => [id, name, written]);

test('a place counted in bytes of UTF-8 is found behind characters of one to four of them', () => {
  const place = (words, unit, at) => grow([text(words), source('https://a.example/', { unit, at: [at] })])[1].at[0];
  for (const [words, bytes] of [['\x7f', 1], ['\x80', 2], ['\u07ff', 2], ['\u0800', 3], ['\uffff', 3], ['\u{10000}', 4]]) {
    assert.equal(place(`${words}x`, 'bytes', bytes), words.length, JSON.stringify(words));
    assert.equal(place(`${words}x`, 'bytes', bytes + 1), words.length + 1, JSON.stringify(words));
    assert.equal(place(`${words}x`, 'points', 1), words.length, `points: ${JSON.stringify(words)}`);
  }
  assert.equal(place('ab', 'bytes', 0), 0);
  assert.equal(place('ab', 'bytes', 99), 2, 'not behind the end');
  assert.equal(place('a\u{10000}b', 'here', 0), 4);
  assert.deepEqual(grow([text('ab'), source('https://a.example/')])[1].at, []);
});

test('a source takes a number of its own behind those that the provider gave', () => {
  const numbers = (deltas) => grow(deltas).map(({ number }) => number);
  assert.deepEqual(numbers([source('https://a.example/', { number: 7 }), source('https://b.example/')]), [7, 8]);
  assert.deepEqual(numbers([source('https://a.example/', { number: 1 }), source('https://b.example/', { number: 1 })]), [1]);
});

test('a source is cited at so many places at most, by one event or by many', () => {
  const url = 'https://a.example/';
  const all = Array.from({ length: MAX_PLACES + 5 }, (_, i) => i);
  const words = text('w'.repeat(MAX_PLACES + 9));
  assert.equal(grow([words, source(url, { at: all })])[1].at.length, MAX_PLACES);
  assert.equal(grow([words, ...all.map((at) => source(url, { at: [at] }))])[1].at.length, MAX_PLACES);
  const some = grow([words, source(url, { at: all.slice(0, 990) }), source(url, { at: all.slice(500) })])[1].at;
  assert.deepEqual(some, all.slice(0, MAX_PLACES));
});

test('what is new of a source is added; what is known stays the same object', () => {
  const url = 'https://a.example/';
  const one = grow([text('some words'), source(url, { title: 'A', snippet: 's', at: [2] })]);
  for (const again of [{}, { title: 'other', snippet: 'other' }, { at: [2] }]) {
    assert.equal(grow([source(url, again)], one)[1], one[1], JSON.stringify(again));
  }
  const bare = grow([source(url)]);
  assert.equal(grow([source(url, { title: 'A' })], bare)[0].title, 'A');
  assert.equal(grow([source(url, { snippet: 's' })], bare)[0].snippet, 's');
  const more = grow([source(url, { title: 'B', at: [4] })], one)[1];
  assert.deepEqual([more.title, more.snippet, more.at], ['A', 's', [2, 4]]);
  const titled = grow([source(url, { snippet: 't' })], grow([source(url, { title: 'A' })]))[0];
  assert.deepEqual([titled.title, titled.snippet, titled.at], ['A', 't', []]);
});

test('a piece of a call goes to the one that is still being written', () => {
  assert.deepEqual(calls([call({ index: 0, name: 'f', arguments: '{' }), call({ index: 1, arguments: '}' })]),
    [['', 'f', '{'], ['', '', '}']], 'another number is another call');
  assert.deepEqual(calls([call({ index: 0, name: 'f', arguments: '{' }), call({ arguments: '}' })]), [['', 'f', '{}']], 'no number is the last one');
  assert.deepEqual(calls([call({ name: 'f', arguments: '{' }), call({ index: 3, arguments: '}' })]), [['', 'f', '{}']], 'a number that comes late');
  assert.deepEqual(calls([call({ index: 0, id: 'a', name: 'f' }), call({ index: 0, id: 'b', name: 'g' })]),
    [['a', 'f', ''], ['b', 'g', '']], 'an id tells more than a number');
  assert.deepEqual(calls([call({ id: 'a', name: 'f' }), call({ arguments: '{}' })]), [['a', 'f', '{}']]);
  assert.deepEqual(calls([call({ name: 'f' }), call({ name: 'f', arguments: '{}' })]), [['', 'f', '{}']], 'a name alone is the begin of a call');
  assert.deepEqual(calls([call({ index: 0, name: 'f', arguments: '{' }), call({ index: 0, name: 'f', arguments: '}' })]),
    [['', 'f', '{}']], 'with a number a name is repeated');
  const run = grow([call({ index: 0, name: 'f' })]).map((one) => ({ ...one, state: 'running' }));
  assert.equal(grow([call({ index: 0, name: 'g' })], run).length, 2, 'one that runs takes no more');
});

test('what a provider sends with a call stays with it, the last word of it', () => {
  const extra = (deltas) => grow(deltas).map((one) => ('extra' in one ? one.extra : 'none'));
  assert.deepEqual(extra([call({ name: 'f' })]), ['none']);
  assert.deepEqual(extra([call({ name: 'f', extra: { s: 1 } }), call({ arguments: '{}' })]), [{ s: 1 }]);
  assert.deepEqual(extra([call({ name: 'f', extra: { s: 1 } }), call({ extra: { s: 2 } })]), [{ s: 2 }]);
});

test('sound: words before it, alone, and behind other things', () => {
  assert.deepEqual(grow([sound('', 'Hello')]).map(({ data, size }) => [data, size]), [['', 0]]);
  const late = grow([sound('', 'Hello'), sound('AAAA')])[0];
  assert.deepEqual([late.data, late.size, late.transcript], ['data:audio/wav;base64,AAAA', 3, 'Hello']);
  const words = grow([sound('AAAA'), sound('', 'Hello')])[0];
  assert.deepEqual([words.data, words.size, words.transcript], ['data:audio/wav;base64,AAAA', 3, 'Hello']);
  assert.equal(kinds(grow([sound('AAAA'), text('x'), sound('BBBB')])), 'audio text audio');
});

test('what is shown may fill its limit to the last character, and no further', () => {
  const room = (used) => 'x'.repeat(MAX_ANSWER_MEDIA_CHARS - used);
  assert.equal(kinds(grow([picture({ data: room(0) })])), 'image');
  assert.equal(kinds(grow([picture({ data: `${room(0)}x` })])), 'notice');
  const first = grow([picture({ data: room(4) })]);
  assert.equal(kinds(grow([sound('AAAA')], first)), 'image audio');
  assert.equal(kinds(grow([sound('AAAAB')], first)), 'image notice');
  assert.equal(kinds(grow([sound('', 'words take no room')], grow([picture({ data: room(0) })]))), 'image audio');
});

test('the same picture, file or notice comes once; another is another', () => {
  assert.equal(kinds(grow([picture({ data: '', url: 'https://a.example/' }), picture({ data: '', url: 'https://a.example/' })])), 'image');
  assert.equal(kinds(grow([picture({ data: '', url: 'https://a.example/' }), picture({ data: '', url: 'https://b.example/' })])), 'image image');
  const file = { ...TEXT_FILE, data: 'data:,x' };
  assert.equal(kinds(grow([part(file), part({ ...file, name: 'again' })])), 'file');
  assert.equal(kinds(grow([picture({ data: 'data:,x' }), part(file)])), 'image file', 'a file is no picture');
  const notice = (code) => part({ kind: 'notice', code, detail: '' });
  assert.equal(kinds(grow([notice('a'), notice('b'), notice('a')])), 'notice notice');
});

test('unknown things of one name are gathered up to their limit', () => {
  const raw = (name, json) => part({ kind: 'raw', name, json });
  const filled = grow([raw('x', '1'), raw('x', 'a'.repeat(MAX_RAW_CHARS - 2))]);
  assert.equal(filled[0].json.length, MAX_RAW_CHARS);
  assert.equal(kinds(grow([raw('x', '1'), raw('x', 'a'.repeat(MAX_RAW_CHARS - 1))])), 'raw notice');
  assert.deepEqual(grow([raw('x', '1'), raw('y', '2'), raw('x', '3')]).map(({ json }) => json), ['1\n3', '2']);
});

test('the number of parts may reach its limit; then one notice, and words still find their text', () => {
  const full = grow(Array.from({ length: MAX_PARTS }, (_, i) => picture({ data: `x${i}` })));
  assert.equal(kinds(full).includes('notice'), false);
  assert.equal(grow([text('lost?')], full).at(-1).kind, 'notice', 'no text is there to take them');
  const spoken = grow([text('a')].concat(Array.from({ length: MAX_PARTS - 1 }, (_, i) => picture({ data: `x${i}` }))));
  const more = grow([text('b'), picture({ data: 'y' }), picture({ data: 'z' })], spoken);
  assert.deepEqual([more[0].text, more.length], ['ab', MAX_PARTS + 1]);
});

test('a thought that ended takes signatures, and no more words', () => {
  const ended = grow([text('b')], grow([think('a')]), 2000);
  assert.equal(ended[0].endedAt, 2000);
  const shut = finished(grow([think('a')]), 1500);
  const signed = grow([think('', [1])], shut);
  assert.deepEqual(signed, [{ kind: 'reasoning', text: 'a', startedAt: 1000, endedAt: 1500, details: [1] }]);
  assert.equal(kinds(grow([think('more')], shut)), 'reasoning reasoning');
  assert.deepEqual(grow([think('', [1])]), [{ kind: 'reasoning', text: '', startedAt: 1000, endedAt: null, details: [1] }]);
  assert.equal(kinds(grow([think('a'), source('https://a.example/'), think('b')])), 'reasoning source', 'what is beside the flow ends no thought');
});

test('pieces of one record are put together; others stay apart', () => {
  const details = (list) => grow([think('a', list.slice(0, 1)), ...list.slice(1).map((one) => think('', [one]))])[0].details;
  const piece = (words, more) => ({ type: 'reasoning.text', index: 0, text: words, ...more });
  assert.deepEqual(details([piece('a'), piece('b'), piece('c', { signature: 's' })]), [piece('abc', { signature: 's' })]);
  assert.equal(details([piece('a'), piece('b', { index: 1 })]).length, 2);
  assert.equal(details([piece('a'), piece('b', { type: 'other' })]).length, 2);
  assert.equal(details([piece('a'), { type: 'reasoning.text', index: 0, data: 'x' }]).length, 2);
  assert.equal(details([{ type: 'reasoning.text', index: 0, data: 'x' }, piece('a')]).length, 2);
  assert.equal(details([null, piece('a')]).length, 2);
});

test('an end stops whatever could still change, and nothing else', () => {
  for (const state of ['writing', 'asking', 'running', 'input']) {
    const [done] = finished([{ ...call({ name: 'f' }), state, endedAt: null }], 9);
    assert.deepEqual([done.state, done.endedAt], ['stopped', 9], state);
  }
  for (const state of ['done', 'failed', 'denied', 'stopped']) {
    const parts = [{ ...call({ name: 'f' }), state, endedAt: 1 }, text('x')];
    assert.equal(finished(parts, 9), parts, state);
  }
});

test('pieces that wait are put together by kind', () => {
  const list = [];
  pushDeltas(list, [text('a'), think('b'), text('c'), text('d'), think('e'), think('f', [1])]);
  assert.deepEqual(list, [text('a'), think('b'), text('cd'), think('ef', [1])]);
  assert.equal('details' in list[1], false);
});
