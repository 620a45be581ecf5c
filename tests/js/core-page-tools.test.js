/* SPDX-License-Identifier: MIT */
/** The page's own tools, what is chosen among all, and what is seen of a call before it is allowed. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { MAX_OUTPUT_CHARS, MAX_OUTPUT_LINES, PAGE_TOOLS, readRun, resultOfRun, timeIn } from '../../static/core/page-tools.js';
import { toolGroups, withTools } from '../../static/core/tool-list.js';
import { readArguments } from '../../static/core/tool-loop.js';
import { MAX_MARKS, argumentLines, escapedHidden, readable, readablePieces, visiblePieces } from '../../static/core/visible.js';

const PNG = 'data:image/png;base64,iVBORw0KGgo=';

test('time is told in a zone, and a zone that is none is told of', () => {
  const at = Date.UTC(2026, 0, 5, 23, 30, 0);
  assert.equal(timeIn('UTC', at).result[0].text, 'Monday, 2026-01-05T23:30:00+00:00 (UTC)');
  assert.equal(timeIn('Asia/Tokyo', at).result[0].text, 'Tuesday, 2026-01-06T08:30:00+09:00 (Asia/Tokyo)');
  assert.match(timeIn('America/New_York', at).result[0].text, /T18:30:00-05:00/);
  assert.match(timeIn('Africa/Abidjan', Date.UTC(2026, 0, 5)).result[0].text, /T00:00:00\+00:00/, 'midnight is hour 0');
  for (const zone of ['Mars/Olympus', '../etc', '\u0000', 'x'.repeat(9999)]) assert.equal(timeIn(zone, at).isError, true, zone);
});

test('what a program says is its word: bounded, and a picture only when it is one', () => {
  const { lines, cut } = readRun({ end: 'done', lines: Array.from({ length: MAX_OUTPUT_LINES + 5 }, () => 'x') });
  assert.deepEqual([lines.length, cut], [MAX_OUTPUT_LINES, true]);
  const long = readRun({ end: 'done', lines: ['y'.repeat(MAX_OUTPUT_CHARS * 2), 'z'], value: 'v'.repeat(MAX_OUTPUT_CHARS * 2) });
  assert.ok(long.cut && long.lines.join('').length <= MAX_OUTPUT_CHARS && long.value.length === MAX_OUTPUT_CHARS);
  for (const odd of [null, 7, 'done', [], { end: 'allowed' }, { end: 'done', lines: 'no', value: {}, picture: 3 }]) {
    const read = readRun(odd);
    assert.ok(['done', 'crashed'].includes(read.end) && Array.isArray(read.lines) && typeof read.value === 'string');
  }
  assert.deepEqual(resultOfRun(readRun({ end: 'done', value: '42', picture: PNG })).result.map(({ kind }) => kind), ['text', 'image']);
  const lies = resultOfRun(readRun({ end: 'done', picture: 'data:image/svg+xml;base64,PHN2Zz4=' }));
  assert.deepEqual(lies.result.map(({ kind }) => kind), ['text']);
  for (const end of ['failed', 'slow', 'crashed']) assert.equal(resultOfRun(readRun({ end })).isError, true, end);
});

test('the page\'s own tools take what they say they take', () => {
  const [time, run] = PAGE_TOOLS;
  assert.equal(readArguments('', time).wrong, '', 'nothing is an empty object');
  assert.match(readArguments('{"zone":"UTC"}', time).wrong, /no "zone"/);
  assert.match(readArguments('{}', run).wrong, /"code" is missing/);
  assert.match(readArguments('{"code":7}', run).wrong, /string/);
});

test('tools are found by their words, in the order of their servers', () => {
  const list = [...PAGE_TOOLS,
    { ...PAGE_TOOLS[0], name: 'maps__route', server: 'maps', description: 'Finds a way (fast).' },
    { ...PAGE_TOOLS[0], name: 'maps__shut', server: 'maps', consent: 'never' }];
  assert.deepEqual(toolGroups(list, '').map(({ server, tools }) => [server, tools.length]), [['', 2], ['maps', 1]]);
  assert.deepEqual(toolGroups(list, ' WAY (fast').map(({ server }) => server), ['maps']);
  assert.deepEqual(toolGroups(list, 'nothing of that'), []);
  assert.deepEqual(withTools(['a', 'current_time'], [...PAGE_TOOLS], true), ['a', 'current_time', 'run_javascript']);
  assert.deepEqual(withTools(['a', 'current_time'], [...PAGE_TOOLS], false), ['a']);
});

test('what is hidden in a text has a name', () => {
  const named = (text) => visiblePieces(text).filter(({ hidden }) => hidden).map((piece) => piece.text);
  assert.deepEqual(named('pay\u202e 100\u200b\u00ad'), ['U+202E', 'U+200B', 'U+00AD']);
  assert.deepEqual(named('a\u{e0061}\u{e007f}b\ufe0f\u3164\u2800\u034f'), ['U+E0061', 'U+E007F', 'U+FE0F', 'U+3164', 'U+2800', 'U+034F']);
  assert.deepEqual(named('\u0000\u001b\u007f\u0085\u2028\ufeff\u2066\u00a0\u2003\ud800'),
    ['U+0000', 'U+001B', 'U+007F', 'U+0085', 'U+2028', 'U+FEFF', 'U+2066', 'U+00A0', 'U+2003', 'U+D800']);
  assert.deepEqual(named('plain text,\n\twith ünïcödé 日本語 العربية 🙂'), []);
  const text = 'x\u200by';
  assert.equal(visiblePieces(text).map((piece) => piece.text).join(''), 'xU+200By', 'and nothing else is changed');
});

test('what turns the words of a result about is a mark, and what writing needs is left', () => {
  for (const [text, shown] of [
    ['invoice\u202efdp.exe', 'invoice[U+202E]fdp.exe'], ['a\u2066b\u2069c', 'a[U+2066]b[U+2069]c'], ['\u001b[31mred\u0007', '[U+001B][31mred[U+0007]'],
    ['do it\u{e0069}\u{e0067}\u{e006e} now', 'do it[U+E0069…] now'], ['a\u200b\u200b\ufeffb', 'a[U+200B…]b'], ['new\u2028line', 'new[U+2028]line'],
    ['half \ud83d', 'half [U+D83D]'], ['50%\rtotal', '50%[U+000D]total'],
  ]) assert.equal(readable(text), shown);
  for (const text of ['line\r\n\tnext\n', '👩\u200d👧 ❤\ufe0f 🙂', 'می\u200cخواهم', 'שלום \u200fעולם', '10\u00a0€', 'so\u00adft', '日本語']) assert.equal(readable(text), text);
  const many = readablePieces('x\u202e'.repeat(100_000));
  assert.equal(many.filter(({ hidden }) => hidden).length, MAX_MARKS);
  assert.equal(many.at(-1).text, 'x'.repeat(100_000 - MAX_MARKS), 'and nothing turned is left');
});

test('arguments are shown one by one, whole', () => {
  assert.deepEqual(argumentLines('{"to":"a@b.example","n":[1,2]}'), [{ name: 'to', value: 'a@b.example' }, { name: 'n', value: '[\n  1,\n  2\n]' }]);
  assert.deepEqual(argumentLines(''), []);
  assert.deepEqual(argumentLines('{"__proto__":"x"}'), [{ name: '__proto__', value: 'x' }]);
  for (const none of ['[1]', 'null', '{"a":', '7']) assert.equal(argumentLines(none), null, none);
  const long = 'q'.repeat(100_000);
  assert.equal(argumentLines(JSON.stringify({ long }))?.[0].value, long);
});

test('what is hidden in JSON is written out, and means the same', () => {
  const given = { to: 'a\u202eb\u{e0061}\u00a0\ufe0f', plain: 'ü\n\t"' };
  const json = escapedHidden(JSON.stringify(given, null, 2));
  assert.match(json, /\\u202eb\\udb40\\udc61\\u00a0\\ufe0f/);
  assert.deepEqual(JSON.parse(json), given);
  assert.equal(visiblePieces(json).some(({ hidden }) => hidden), false);
});
