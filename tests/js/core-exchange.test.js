/* SPDX-License-Identifier: MIT */
/** Export and import: exact, bounded, suspicious. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { htmlOf } from '../../static/core/export-html.js';
import { asText, closed, markdownOf } from '../../static/core/export-markdown.js';
import { exportOf, exportOfAll, exportText, fileName } from '../../static/core/exporting.js';
import { readExport } from '../../static/core/importing.js';
import { ImportError } from '../../static/core/reading.js';
import { DEFAULT_SETTINGS, SETTINGS_KEY, loadSettings, saveSettings, validSettings } from '../../static/core/settings.js';
import { selectActive } from '../../static/core/selectors.js';
import { BlockParser } from '../../static/md/block-parser.js';
import { EXTENSIONS } from '../../static/md/extensions.js';
import { IMAGE, TEXT_FILE, addExchange, counter, makeCore } from './core-helpers.js';

/** A conversation with everything in it. */
function rich() {
  const core = makeCore();
  const { store, actions, clock } = core;
  const first = addExchange(core, 'Line\r\nwith "quotes" \u0000 \ud800 and 😀', '```js\nx\n```', { status: 'length' });
  addExchange(core, 'Again', '', { parentId: first.answer, status: 'stopped' });
  addExchange(core, 'Other root', 'Answer', { status: 'failed' });
  const answer = addExchange(core, 'More', 'More', { parentId: first.answer });
  store.dispatch({
    type: 'exchange/started', conversationId: 'c0', now: clock.now, clearDraft: true,
    user: { id: 'files', parentId: answer.answer, text: '', attachments: [IMAGE, TEXT_FILE] },
    answer: { id: 'end', parentId: 'files', model: 'eyes', streamKey: 'key' },
  });
  store.dispatch({
    type: 'answer/progressed', conversationId: 'c0', messageId: 'end', now: clock.now + 10, progress: {
      deltas: [{ kind: 'reasoning', text: 'Hm.' }, { kind: 'text', text: 'A dot' }],
      usage: { promptTokens: 3, completionTokens: 4, reasoningTokens: 1, cachedTokens: 2, cost: 0.25 },
    },
  });
  store.dispatch({
    type: 'answer/ended', conversationId: 'c0', messageId: 'end', now: clock.now + 20, status: 'failed',
    error: { code: 'upstream_error', type: 't', message: 'It fell over', status: 502, param: null, retryAt: 5 },
  });
  actions.selectBranch(first.user, -1);
  actions.renameConversation('c0', 'All <of> "it"');
  actions.setSystem('Be brief.');
  actions.setParams({ temperature: 0.1, stop: ['END'], reasoning_effort: 'high' });
  actions.setModel('eyes');
  actions.setDraft({ text: 'unfinished', attachments: [TEXT_FILE] });
  return core;
}

test('a round trip is exact', () => {
  const core = rich();
  const conversation = selectActive(core.store.getState());
  const text = exportText([conversation], 0);
  const [back] = readExport(text, counter('new'));
  assert.equal(exportText([back], 0), text);
  assert.equal(Object.keys(back.nodes).length, Object.keys(conversation.nodes).length);
  assert.deepEqual(
    { ...back, id: '', nodes: {}, roots: [], openRootId: '', draft: { ...back.draft, attachments: [] } },
    { ...conversation, id: '', nodes: {}, roots: [], openRootId: '', draft: { ...conversation.draft, attachments: [] } },
  );
  assert.equal(markdownOf(back), markdownOf(conversation), 'the same branch is shown');
  for (const id of Object.keys(back.nodes)) assert.match(id, /^new\d+$/);
});

test('the round trip goes through bytes too, and through the actions', async () => {
  const core = rich();
  const file = await core.actions.exportAll('json');
  assert.equal(file.name, 'confab-2023-11-14.json');
  const bytes = new TextEncoder().encode(file.text);
  const other = makeCore();
  assert.equal(await other.actions.importFiles([new Blob([bytes])]), true);
  assert.equal(exportText([selectActive(other.store.getState())], 0),
    exportText([selectActive(core.store.getState())], 0));
  assert.equal(other.store.getState().ui.toasts.at(-1).values.count, 1);
});

test('several conversations keep their order', async () => {
  const core = makeCore();
  addExchange(core, 'one', '1');
  core.actions.newConversation();
  addExchange(core, 'two', '2');
  const { text } = await core.actions.exportAll('json');
  assert.deepEqual(readExport(text, counter()).map(({ title }) => title), ['two', 'one']);
  const other = makeCore();
  addExchange(other, 'three', '3');
  await other.actions.importFiles([{ size: 1, text: async () => text }]);
  const { byId, order } = other.store.getState().conversations;
  assert.deepEqual(order.map((id) => byId[id].title), ['two', 'one', 'three']);
});

test('an answer under way is exported as interrupted', async () => {
  const core = makeCore();
  addExchange(core, 'q', 'half', { status: null });
  const [back] = readExport((await core.actions.exportConversation('c0', 'json')).text, counter());
  assert.deepEqual(Object.values(back.nodes).map(({ status }) => status), ['complete', 'interrupted']);
});

/** The parsed export of a small conversation, to be damaged. */
function sample() {
  return JSON.parse(exportText([selectActive(rich().store.getState())], 0));
}

const refused = (file, reason = 'content') => assert.throws(
  () => readExport(typeof file === 'string' ? file : JSON.stringify(file), counter()),
  (error) => error instanceof ImportError && error.reason === reason,
);

test('every field of a wrong kind is refused, whatever it is', () => {
  const paths = [];
  const visit = (value, path) => {
    if (path.length > 0) paths.push(path);
    if (typeof value === 'object' && value !== null) {
      for (const key of Object.keys(value)) visit(value[key], [...path, key]);
    }
  };
  const whole = sample();
  visit(whole.conversations[0], []);
  let checked = 0;
  for (const path of paths) {
    if (path[0] === 'params' && path.length > 1) continue; // below
    const file = sample();
    let parent = file.conversations[0];
    for (const key of path.slice(0, -1)) parent = parent[key];
    parent[path.at(-1)] = ['not', 1, { of: 'this kind' }];
    try {
      readExport(JSON.stringify(file), counter());
      assert.fail(`taken: ${path.join('.')}`);
    } catch (error) {
      assert.ok(error instanceof ImportError, `${path.join('.')}: ${error}`);
    }
    checked += 1;
  }
  assert.ok(checked > 100);
});

test('damaged trees are refused', () => {
  const damage = (change) => {
    const file = sample();
    change(file.conversations[0].messages);
    refused(file);
  };
  damage((messages) => { messages[1].parent = 99; });
  damage((messages) => { messages[0].parent = 1; });
  damage((messages) => { messages[1].id = messages[0].id; });
  damage((messages) => { messages[1].id = '__proto__'; });
  damage((messages) => { messages[1].role = 'user'; });
  damage((messages) => { messages[1].role = 'system'; });
  damage((messages) => { messages[1].status = 'answering'; });
  damage((messages) => { messages.reverse(); });
});

test('hostile content is refused or harmless', () => {
  const image = (data) => {
    const file = sample();
    file.conversations[0].messages.flatMap(({ parts }) => parts).find(({ kind }) => kind === 'image').data = data;
    return file;
  };
  refused(image('https://example.invalid/track.png'));
  refused(image('data:image/svg+xml;base64,AAAA'));
  refused(image('data:text/html,<script>alert(1)</script>'));
  refused(image('javascript:alert(1)'));
  const polluted = '{"format":"confab-conversations","version":1,"__proto__":{"polluted":1},"conversations":[]}';
  assert.deepEqual(readExport(polluted, counter()), []);
  assert.equal({}.polluted, undefined);
  const params = sample();
  params.conversations[0].params = { temperature: 99 };
  refused(params);
  const times = sample();
  times.conversations[0].created_at = '2024-99-99T00:00:00Z';
  refused(times);
  refused('['.repeat(100000), 'json');
  refused('[]', 'format');
  refused('null', 'format');
  refused('{"format":"confab-conversations","version":1,"conversations":{}}');
});

test('Markdown shows the branch that is shown, an answer\'s words untouched', async () => {
  const core = makeCore();
  addExchange(core, 'hidden', 'hidden');
  addExchange(core, '# not a title\n\n<b>x</b>', 'Answer **bold**', { status: 'stopped' });
  const { name, type, text } = await core.actions.exportConversation('c0', 'md');
  assert.equal(type, 'text/markdown');
  assert.equal(name, 'hidden.md');
  assert.ok(text.startsWith('# hidden\n'));
  assert.ok(text.includes('\n\n```text\n# not a title\n\n<b>x</b>\n```\n\n'));
  assert.match(text, /\*\*You\*\* · 2023-11-1\d \d\d:\d\d\n/);
  assert.ok(text.includes('**Assistant** (small)'));
  assert.ok(text.includes('stopped'));
  assert.ok(text.includes('Answer **bold**'));
  assert.equal(text.match(/hidden/g).length, 1);
});

test('a code block that was cut is closed, and nothing else', () => {
  for (const [text, want] of [
    ['plain', 'plain'], ['```js\nx', '```js\nx\n```'], ['```js\nx\n```', '```js\nx\n```'], ['~~~~\n~~~\nx\n', '~~~~\n~~~\nx\n~~~~'],
    ['````\n```\n', '````\n```\n````'], ['a ``` b', 'a ``` b'], ['``` a ` b', '``` a ` b'], ['    ```\n', '    ```\n'], ['```\n``` x', '```\n``` x\n```'],
    ['1. a\n   ```js\n   x', '1. a\n   ```js\n   x'], ['- ```js\n  x\n  ```', '- ```js\n  x\n  ```'], ['1. a\n   ```\n   x\nplain', '1. a\n   ```\n   x\nplain'],
    ['- a\n\n```js\nx', '- a\n\n```js\nx\n```'], ['- a\n  - b\n\n  ```js\n  x', '- a\n  - b\n\n  ```js\n  x'],
  ]) assert.equal(closed(text), want, JSON.stringify(text));
});

test('a parser finds every message of an exported file where it is, whatever was asked and answered', async () => {
  const questions = ['# x', '- a\n- b', '1. a', '> q', '```\ncode', '~~~', '    four', '<details>', '<!-- ', '| a | b |\n|---|---|', 'x\n===', '---', '* * *', '[a]: https://x.example',
    '![x](https://x.example/y.png)', '$$x$$', 'a  \nb', '\\*no\\*', '&amp; &#35;', '`a', '- [ ] do', '[^1]: note', '``` `', 'line\n```js\nx\n```\n', '\ttab'];
  const answers = ['plain', '```js\nx', '1. a\n   ```js\n   x', '- ```js\n  x\n  ```', '1. a\n   ```\n   x\nplain', '~~~\nx', '- a\n  - b\n\n    ```js\n    x', '> ```\n> x', '````md\n```\n````', '| a |\n|---|'];
  const core = makeCore();
  let parentId = null;
  for (const [i, question] of questions.entries()) parentId = addExchange(core, question, answers[i % answers.length], { parentId }).answer;
  const parser = new BlockParser(EXTENSIONS);
  parser.feed((await core.actions.exportConversation('c0', 'md')).text);
  parser.finish();
  const blocks = parser.root.kids;
  const said = (block) => (block.type === 'code' ? block.pieces.join('') : block.text);
  const heads = blocks.flatMap((block, i) => (block.type === 'paragraph' && /^\*\*(You|Assistant)\*\*/.test(block.text) ? [i] : []));
  assert.equal(heads.length, 2 * questions.length);
  for (const [i, question] of questions.entries()) {
    assert.equal(said(blocks[heads[2 * i] + 1]).replace(/\n$/, ''), question.replace(/\n$/, ''), JSON.stringify(question));
  }
});

test('what a person wrote stays a text', () => {
  for (const text of ['How are you?', 'Grüße, 你好!\n\nA second paragraph.']) assert.equal(asText(text), text);
  for (const text of ['# x', 'a\nb', '- x', '1. x', 'a *b*', '<b>', '    x', '> x', 'x | y', '```\nx', 'a_b_', 'x\n===', '&amp;', '$x$', 'see https://x.example', ' x']) {
    const mark = text.includes('```') ? '````' : '```';
    assert.equal(asText(text), `${mark}text\n${text}\n${mark}`, text);
  }
});

test('an HTML file runs nothing and asks nobody', () => {
  const hostile = '<script>alert(1)</script>"\'&<img src=x onerror=alert(1)>';
  const core = makeCore();
  const { answer } = addExchange(core, hostile, 'a', { status: null });
  core.store.dispatch({
    type: 'answer/progressed', conversationId: 'c0', messageId: answer, now: 1, progress: { deltas: [
      { kind: 'reasoning', text: hostile }, { kind: 'part', part: { ...IMAGE, name: hostile } },
      { kind: 'tool_call', index: 0, id: 'x', name: hostile, arguments: hostile },
      { kind: 'source', unit: 'points', source: { kind: 'source', number: 0, url: 'https://x.example/"onclick="', title: hostile, snippet: '', at: [] } },
      { kind: 'source', unit: 'points', source: { kind: 'source', number: 0, url: 'javascript:alert(1)', title: '', snippet: '', at: [] } },
      { kind: 'part', part: { kind: 'raw', name: hostile, json: hostile } },
      { kind: 'audio', type: 'audio/pcm', data: 'AAAA', transcript: hostile },
    ] },
  });
  core.actions.renameConversation('c0', hostile);
  const html = htmlOf(selectActive(core.store.getState()), {
    lang: 'en', dir: 'ltr', t: (key) => key, time: String, render: (text) => `<p>${text.replace(/[<&]/g, '.')}</p>`,
  });
  assert.match(html, /http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; media-src data:;/);
  assert.doesNotMatch(html, /<script|<img src=x|href="javascript|href="[^"]*"[^>]*onclick=/);
  assert.equal(html.match(/<img/g).length, 1);
  for (const [, url] of html.matchAll(/src="([^"]*)"/g)) assert.match(url, /^data:(image|audio)/);
});

test('file names are safe everywhere', () => {
  assert.equal(fileName('a/b\\c:d*e?f"g<h>i|j'), 'a b c d e f g h i j');
  assert.equal(fileName('..'), 'conversation');
  assert.equal(fileName('../../etc/passwd'), 'etc passwd');
  assert.equal(fileName('CON'), 'conversation');
  assert.equal(fileName('a\u202egnp.exe'), 'agnp.exe');
  assert.equal(fileName('Grüße 你好 😀'), 'Grüße 你好 😀');
  assert.ok(fileName('x'.repeat(500)).length <= 60);
});

test('exports of one and of all are named', () => {
  const conversation = selectActive(rich().store.getState());
  assert.equal(exportOf(conversation, 'json', 0).name, 'All of it.json');
  assert.equal(exportOfAll([conversation], 'md', 0).name, 'confab-1970-01-01.md');
});

test('settings survive whatever a storage holds', () => {
  const storage = (text) => ({ getItem: (key) => (key === SETTINGS_KEY ? text : null) });
  for (const text of [null, '', '{', '[]', 'null', '7', '"x"', `"${'x'.repeat(10000)}"`, '{"theme":7,"sidebarOpen":"no"}']) {
    assert.deepEqual(loadSettings(storage(text)), DEFAULT_SETTINGS);
  }
  assert.deepEqual(loadSettings(null), DEFAULT_SETTINGS);
  assert.deepEqual(loadSettings({ getItem() { throw new Error('forbidden'); } }), DEFAULT_SETTINGS);
  assert.equal(loadSettings(storage('{"theme":"dark","x":1}')).theme, 'dark');
  assert.deepEqual(Object.keys(validSettings({ x: 1 })), Object.keys(DEFAULT_SETTINGS));
});

test('settings are written as they are, and nothing else', () => {
  let written;
  const storage = { setItem: (key, value) => { written = [key, JSON.parse(value)]; } };
  assert.equal(saveSettings(storage, { ...DEFAULT_SETTINGS, theme: 'dark', draft: 'secret' }), true);
  assert.deepEqual(written, [SETTINGS_KEY, { ...DEFAULT_SETTINGS, theme: 'dark' }]);
  assert.equal(saveSettings(null, DEFAULT_SETTINGS), false);
  assert.equal(saveSettings({ setItem() { throw new Error('full'); } }, DEFAULT_SETTINGS), false);
});
