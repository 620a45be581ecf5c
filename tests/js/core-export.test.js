/* SPDX-License-Identifier: MIT */
/** Files of a conversation: each kind of part as Markdown and as HTML, and JSON to its limits. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { addMessage, createConversation, createMessage, openPath } from '../../static/core/conversation.js';
import { htmlOf } from '../../static/core/export-html.js';
import { markdownOf } from '../../static/core/export-markdown.js';
import { exportText } from '../../static/core/exporting.js';
import { readExport } from '../../static/core/importing.js';
import { MAX_IMPORT_BYTES, MAX_PARTS } from '../../static/core/limits.js';
import { ImportError } from '../../static/core/reading.js';
import { IMAGE, TEXT_FILE, counter } from './core-helpers.js';

const text = (words) => ({ kind: 'text', text: words });
const thought = (words) => ({ kind: 'reasoning', text: words, startedAt: null, endedAt: null });
const call = (result) => ({ kind: 'tool_call', id: 'c', index: null, name: 'f', arguments: '{}', state: 'done', result, startedAt: null, endedAt: null });
const source = (title) => ({ kind: 'source', number: 2, url: 'https://a.example/', title, snippet: '', at: [] });
const ELSEWHERE = { ...IMAGE, name: '', data: '', url: 'https://a.example/p' };

/** A question and an answer of these parts. */
function talk(asked, answered, more = {}) {
  const empty = { ...createConversation({ id: 'c', now: 0 }), title: 'T', ...more };
  const question = createMessage({ id: 'q', parentId: null, role: 'user', createdAt: 0, parts: asked });
  return addMessage(addMessage(empty, question), createMessage({ id: 'a', parentId: 'q', role: 'assistant', createdAt: 0, model: 'm', parts: answered }));
}

/** What stands under the facts of the answer, or of the question. */
const inMarkdown = (parts, own = false) => markdownOf(own ? talk(parts, []) : talk([], parts))
  .split(own ? /\*\*You\*\*[^\n]*\n/ : /\*\*Assistant\*\*[^\n]*\n/)[1].split('\n---')[0].trim();

test('nothing that a tool was given or gave turns the words of a file about', () => {
  const sly = 'pdf.\u202exe\u{e0041}';
  const parts = [{ ...call([text(sly), { ...TEXT_FILE, text: sly }, { kind: 'raw', name: 'n', json: JSON.stringify({ sly }) }]), name: 'f\u202e', arguments: JSON.stringify({ sly }) }];
  for (const file of [inMarkdown(parts), htmlOf(talk([], parts), PEN)]) {
    assert.doesNotMatch(file, /[\u202e\u{e0041}]/u);
    assert.match(file, /pdf\.\[U\+202E\]xe\[U\+E0041\][^]*pdf\.\\u202exe\\udb40\\udc41/);
  }
});

test('Markdown of each kind of part', () => {
  for (const [part, want] of [
    [text('a *b*\n# c'), 'a *b*\n# c'],
    [thought('x\n\ny'), '*Reasoning*\n\n> x\n>\n> y'],
    [thought(''), ''],
    [IMAGE, `![dot.png](${IMAGE.data})`],
    [ELSEWHERE, '[Picture](<https://a.example/p>)'],
    [TEXT_FILE, 'notes.txt:\n\n````\na note ``` b\n````'],
    [{ ...TEXT_FILE, text: '' }, '[notes.txt]'],
    [call([text('# r'), ELSEWHERE]), '*f*\n\n```json\n{}\n```\n\n```\n# r\n```\n\n[Picture](<https://a.example/p>)'],
    [call(null), '*f*\n\n```json\n{}\n```'],
    [source('A [1]'), '\\[2\\] [A 1](<https://a.example/>)'],
    [source(''), '\\[2\\] [https://a.example/](<https://a.example/>)'],
    [{ kind: 'notice', code: 'cut', detail: '' }, '*cut*'],
    [{ kind: 'notice', code: 'cut', detail: 'a\nb' }, '*cut: a b*'],
  ]) assert.equal(inMarkdown([part]), want, JSON.stringify(part).slice(0, 90));
});

test('what a person sent is text in Markdown, and files beside it', () => {
  assert.equal(inMarkdown([text('# no title')], true), '```text\n# no title\n```');
  assert.equal(inMarkdown([TEXT_FILE, text('plain')], true), 'notes.txt:\n\n````\na note ``` b\n````\n\nplain');
});

test('a system prompt and a draft stand in Markdown where there are any', () => {
  assert.doesNotMatch(markdownOf(talk([], [])), /System prompt|Draft/);
  const both = markdownOf(talk([], [], { system: 'Be brief.', draft: { text: 'and', attachments: [] } }));
  assert.match(both, /^# T\n\n\*\*System prompt\*\*\n\nBe brief\.\n\n---/);
  assert.match(both, /\n\n---\n\n\*\*Draft\*\*\n\nand\n$/);
});

const PEN = { lang: 'en', dir: /** @type {'ltr'} */ ('ltr'), t: (key, { name } = {}) => (name === undefined ? key : `${key} ${name}`), time: () => 'noon', render: (words) => `<i>${words}</i>` };
const bodies = (conversation) => [...htmlOf(conversation, PEN).matchAll(/<article>\n<header>(.*?)<\/header>\n(.*?)\n<\/article>/gs)].map(([, facts, body]) => [facts, body]);

test('HTML of each kind of part', () => {
  const link = (label) => `<a href="https://a.example/" rel="noopener noreferrer" dir="auto">${label}</a>`;
  for (const [part, want] of [
    [text('a'), '<div dir="auto"><i>a</i></div>'],
    [thought('x'), '<details><summary dir="auto">reason.doneShort</summary><i>x</i></details>'],
    [thought(''), ''],
    [IMAGE, `<p><img src="${IMAGE.data}" alt="dot.png"></p>`],
    [ELSEWHERE, '<a href="https://a.example/p" rel="noopener noreferrer" dir="auto">https://a.example/p</a>'],
    [{ kind: 'audio', id: '', name: '', type: '', size: 0, data: '', transcript: 'said' }, '<p dir="auto">said</p>'],
    [TEXT_FILE, '<details><summary dir="auto">notes.txt</summary><pre>a note ``` b</pre></details>'],
    [{ ...TEXT_FILE, text: '' }, '<p dir="auto">notes.txt</p>'],
    [call([text('<r>'), ELSEWHERE]), '<details><summary dir="auto">f</summary><pre>{}</pre><pre>&lt;r&gt;</pre><a href="https://a.example/p" rel="noopener noreferrer" dir="auto">https://a.example/p</a></details>'],
    [source('A'), `<p>part.sources</p>\n<ol><li value="2">${link('A')}</li></ol>`],
    [source(''), `<p>part.sources</p>\n<ol><li value="2">${link('https://a.example/')}</li></ol>`],
    [{ kind: 'notice', code: 'cut', detail: '' }, '<p dir="auto"><em>cut</em></p>'],
  ]) assert.equal(bodies(talk([], [part]))[1][1], want, JSON.stringify(part).slice(0, 90));
});

test('HTML says who wrote, and shows what a person wrote as it is', () => {
  const talked = bodies(talk([TEXT_FILE, text('a <b>')], [text('c'), source('S')]));
  assert.deepEqual(talked.map(([facts]) => facts), ['thread.you · noon', 'thread.assistant m · noon']);
  assert.equal(talked[0][1], '<details><summary dir="auto">notes.txt</summary><pre>a note ``` b</pre></details>\n<p class="own" dir="auto">a &lt;b&gt;</p>');
  assert.match(talked[1][1], /^<div dir="auto"><i>c<\/i><\/div>\n<p>part\.sources<\/p>/);
  assert.match(htmlOf(talk([], []), PEN), /<title>T<\/title>[^]*<h1 dir="auto">T<\/h1>/);
  assert.match(htmlOf(talk([], [], { title: '' }), PEN), /<title>nav\.untitled<\/title>/);
});

const fileOf = (conversation) => JSON.parse(exportText([conversation], 0));
const read = (file) => readExport(typeof file === 'string' ? file : JSON.stringify(file), counter());
const refused = (file, reason) => assert.throws(() => read(file), (error) => error instanceof ImportError && error.reason === reason);

test('a file is read up to its size, and of versions that are known', () => {
  refused(' '.repeat(MAX_IMPORT_BYTES + 1), 'size');
  refused(' '.repeat(MAX_IMPORT_BYTES), 'json');
  const file = fileOf(talk([text('q')], [text('a')]));
  for (const version of [0, 3, '2', null, undefined]) refused({ ...file, version }, 'version');
  assert.equal(read(file).length, 1);
  assert.equal(read(`\ufeff${JSON.stringify(file)}`).length, 1);
});

test('a message has as many parts as one here can have, with the notice that says so', () => {
  const file = (count) => {
    const whole = fileOf(talk([text('q')], []));
    whole.conversations[0].messages[1].parts = Array.from({ length: count }, () => text('x'));
    return whole;
  };
  assert.equal(Object.values(read(file(MAX_PARTS + 1))[0].nodes).at(-1).parts.length, MAX_PARTS + 1);
  refused(file(MAX_PARTS + 2), 'content');
});

test('the branch that is shown is the one that the file names, else the first', () => {
  const branches = (...shown) => {
    const whole = fileOf(talk([text('q')], [text('a')]));
    const [conversation] = whole.conversations;
    const [question, answer] = conversation.messages;
    const other = (of, id, parent, words, is) => ({ ...of, id, parent, shown: is, parts: [text(words)] });
    conversation.messages = [
      other(question, 1, null, 'q1', shown[0]), other(question, 2, null, 'q2', shown[1]),
      ...[1, 2].flatMap((parent) => [other(answer, 10 * parent, parent, 'a1', shown[2]), other(answer, 10 * parent + 1, parent, 'a2', shown[3])]),
    ];
    return openPath(read(whole)[0]).map(({ parts }) => parts[0].text).join(' ');
  };
  assert.equal(branches(false, false, false, false), 'q1 a1');
  assert.equal(branches(true, false, true, false), 'q1 a1');
  assert.equal(branches(false, true, false, true), 'q2 a2');
  assert.equal(branches(undefined, undefined, undefined, undefined), 'q2 a2', 'a file that says nothing shows the last');
});

test('a conversation that names a message it does not have is exported without it', () => {
  const whole = talk([text('q')], [text('a')]);
  const { a, ...nodes } = whole.nodes;
  assert.equal(a.id, 'a');
  assert.deepEqual(fileOf({ ...whole, nodes, roots: ['gone', 'q'] }).conversations[0].messages.map(({ id, role }) => [id, role]), [[1, 'user']]);
});
