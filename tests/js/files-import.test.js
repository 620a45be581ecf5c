// SPDX-License-Identifier: MIT
// Conversations of other programs: each export in small, what becomes of it, and that all of it is taken.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { createImport } from '../../static/core/importing.js';
import { attachmentsOf, reasoningOf, textOf } from '../../static/core/parts.js';
import { FileError } from '../../static/files/errors.js';
import { damage, random, zip } from './files-helpers.js';
import { makeCore } from './core-helpers.js';

const skip = !existsSync(new URL('../../static/vendor/fflate/fflate.js', import.meta.url));
const { readExported } = skip ? { readExported: /** @type {any} */ (null) } : await import('../../static/files/chats-read.js');
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const utf8 = (/** @type {unknown} */ value) => new TextEncoder().encode(JSON.stringify(value));

/** What was read, as the page takes it. @param {{texts: Iterable<string>, messages: number, left?: number}} read */
function chatFile({ texts, messages, left }) {
  const all = [...texts];
  return { size: 1, async pieces(/** @type {(text: string, messages: number) => void} */ take) { for (const text of all) take(text, messages); return left; } };
}
/** @param {Iterable<string>} texts @param {() => string} newId */
function conversationsOf(texts, newId) {
  const importer = createImport(newId);
  for (const text of texts) importer.read(text);
  return importer.end();
}

/**
 * The branch that is shown, as `role: words`, and the rest.
 * @param {Uint8Array} bytes
 */
function taken(bytes) {
  const read = readExported(bytes);
  let last = 0;
  const conversations = conversationsOf(read.texts, () => `i${(last += 1)}`);
  return { left: read.left, conversations, branches: conversations.map((one) => {
    const lines = [];
    let id = one.openRootId;
    while (id !== null) {
      const message = /** @type {import('../../static/core/types.js').Message} */ (one.nodes[id]);
      const files = attachmentsOf(message.parts).map(({ kind, name }) => ` <${kind} ${name}>`).join('');
      const thought = reasoningOf(message.parts);
      lines.push(`${message.role}${files}: ${thought === '' ? '' : `(${thought}) `}${textOf(message.parts)}`);
      id = message.openChildId;
    }
    return lines;
  }) };
}

const node = (/** @type {string} */ id, /** @type {string | null} */ parent, /** @type {string} */ role, /** @type {unknown} */ content, metadata = {}) =>
  [id, { id, parent, message: role === '' ? null : { author: { role }, content, create_time: 1700000000.25, metadata } }];
const say = (/** @type {unknown[]} */ ...parts) => ({ content_type: 'text', parts });
const CHATGPT = {
  title: 'Sums', create_time: 1700000000, update_time: 1700000900, current_node: 'e', default_model_slug: 'big',
  mapping: Object.fromEntries([
    node('r', null, ''), node('s', 'r', 'system', say(''), { is_visually_hidden_from_conversation: true }),
    node('a', 's', 'user', { content_type: 'multimodal_text', parts: [{ content_type: 'image_asset_pointer', asset_pointer: 'file-service://file-AbC1' }, 'What is it?'] }),
    node('t', 'a', 'assistant', { content_type: 'thoughts', thoughts: [{ summary: 'Look', content: 'closely' }] }),
    node('b', 't', 'assistant', { content_type: 'code', language: 'python', text: '1+1' }, { model_slug: 'big-1' }),
    node('c', 'b', 'tool', { content_type: 'execution_output', text: '2' }),
    node('d', 'c', 'assistant', say('Two \ue200cite\ue202turn0search1\ue201.')),
    node('e', 'd', 'user', say('Thanks')), node('b2', 'a', 'assistant', say('Another answer')), node('x', 'e', 'assistant', { content_type: 'from_the_future', it: 1 }),
  ]),
};

test('ChatGPT: the tree, steps of an answer in one, pictures of the archive', { skip }, () => {
  const archive = zip({ 'conversations.json': utf8([CHATGPT]), 'file-AbC1-photo.png': Buffer.from(PNG, 'base64'), 'user.json': '{}' });
  const { branches, conversations, left } = taken(archive);
  assert.deepEqual(branches, [[
    'user <image image.png>: What is it?', 'assistant: (Look\n\nclosely) ```python\n1+1\n```\n\n```text\n2\n```\n\nTwo .', 'user: Thanks']]);
  assert.equal(left, 1, 'what a later version says is counted');
  const [one] = conversations;
  assert.ok(one);
  assert.equal(one.title, 'Sums');
  assert.equal(one.createdAt, 1700000000000);
  const answers = Object.values(one.nodes).filter(({ role }) => role === 'assistant');
  assert.deepEqual(answers.map(({ parts, model }) => [textOf(parts).split('\n').at(-1), model]), [['Two .', 'big-1'], ['Another answer', '']]);
});

test('ChatGPT: the pieces of a large export are one, without its archive pictures are counted', { skip }, () => {
  assert.equal(taken(zip({ 'x/conversations-000.json': utf8([CHATGPT]), 'x/conversations-001.json': utf8([{ ...CHATGPT, title: 'Second' }]) })).conversations.length, 2);
  assert.equal(taken(utf8([CHATGPT])).left, 2);
});

test('Claude: words, thoughts, what was attached', { skip }, () => {
  const { branches, left, conversations } = taken(utf8([{ uuid: 'u', name: 'Notes', created_at: '2024-05-01T10:00:00Z', updated_at: '2024-05-02T10:00:00Z', chat_messages: [
    { uuid: '1', sender: 'human', text: 'Read this', created_at: '2024-05-01T10:00:00Z', attachments: [{ file_name: 'a.txt', extracted_content: 'inside' }], files: [{ file_name: 'b.png' }] },
    { uuid: '2', sender: 'assistant', content: [{ type: 'thinking', thinking: 'hm' }, { type: 'text', text: 'Done' }, { type: 'tool_use', name: 'x' }], text: 'Done' },
  ] }]));
  assert.deepEqual(branches, [['user <file a.txt>: Read this', 'assistant: (hm) Done']]);
  assert.equal(left, 1);
  assert.equal(conversations[0]?.updatedAt, Date.parse('2024-05-02T10:00:00Z'));
});

test('Open WebUI: the tree, the models, pictures, reasoning that stands in the text', { skip }, () => {
  const { branches, conversations } = taken(utf8([{ id: 'w', title: 'W', created_at: 1714557600, updated_at: 1714557700, chat: { title: 'W', models: ['llama'], params: { system: 'Be brief' }, history: { currentId: 'c', messages: {
    a: { id: 'a', parentId: null, childrenIds: ['b', 'c'], role: 'user', content: 'Hi', timestamp: 1714557600, files: [{ type: 'image', url: `data:image/png;base64,${PNG}` }, { type: 'file', name: 'n.txt', file: { data: { content: 'note' } } }] },
    b: { id: 'b', parentId: 'a', childrenIds: [], role: 'assistant', content: 'First', model: 'llama' },
    c: { id: 'c', parentId: 'a', childrenIds: [], role: 'assistant', content: '<details type="reasoning" done="true" duration="2">\n<summary>Thought</summary>\n&gt; let me\n&gt; see\n</details>\nSecond', model: 'qwen' },
  } } } }]));
  assert.deepEqual(branches, [['user <image image.png> <file n.txt>: Hi', 'assistant: (let me\nsee) Second']]);
  assert.equal(conversations[0]?.system, 'Be brief');
  assert.equal(Object.keys(conversations[0]?.nodes ?? {}).length, 3);
});

test('LibreChat: a list with parents, and a tree', { skip }, () => {
  const messages = [
    { messageId: 'a', parentMessageId: '00000000-0000-0000-0000-000000000000', sender: 'User', isCreatedByUser: true, text: 'Hi', createdAt: '2024-05-01T10:00:00Z' },
    { messageId: 'b', parentMessageId: 'a', sender: 'GPT', isCreatedByUser: false, model: 'm', content: [{ type: 'think', think: 'hm' }, { type: 'text', text: { value: 'Hello' } }] }];
  const expected = [['user: Hi', 'assistant: (hm) Hello']];
  assert.deepEqual(taken(utf8({ conversationId: 'c', title: 'L', options: { model: 'm' }, messages })).branches, expected);
  assert.deepEqual(taken(utf8({ conversationId: 'c', title: 'L', recursive: true, messages: [{ ...messages[0], children: [messages[1]] }] })).branches, expected);
});

test('llama.cpp: its root says nothing, files are beside the words', { skip }, () => {
  assert.deepEqual(taken(utf8([{ conv: { id: 'c', name: 'N', lastModified: 1714557600000, currNode: 3 }, messages: [
    { id: 1, type: 'root', role: 'system', content: '', parent: -1, children: [2], timestamp: 1714557600000 },
    { id: 2, type: 'text', role: 'user', content: 'Hi', parent: 1, children: [3], extra: [{ type: 'imageFile', name: 'p.png', base64Url: `data:image/png;base64,${PNG}` }, { type: 'textFile', name: 't.txt', content: 'text' }] },
    { id: 3, type: 'text', role: 'assistant', content: 'Hello', thinking: 'hm', parent: 2, children: [], model: 'q' }] }])).branches,
  [['user <image p.png> <file t.txt>: Hi', 'assistant: (hm) Hello']]);
});

test('NextChat: sessions in its store, a greeting first', { skip }, () => {
  const { branches, conversations } = taken(utf8({ 'chat-next-web-store': { sessions: [{ topic: 'S', lastUpdate: 1714557600000, mask: { context: [{ role: 'system', content: 'Sys' }], modelConfig: { model: 'm' } }, messages: [
    { role: 'assistant', content: 'Welcome', date: '5/1/2024, 10:00:00 AM' }, { role: 'user', content: [{ type: 'text', text: 'Hi' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }] }, { role: 'user', content: 'again' }] }] } }));
  assert.deepEqual(branches, [['user: …', 'assistant: Welcome', 'user <image image.png>: Hi\n\nagain']]);
  assert.equal(conversations[0]?.system, 'Sys');
});

/** Each part in a few words. @param {import('../../static/core/types.js').Part} part @returns {string} */
const told = (part) => {
  switch (part.kind) {
    case 'text': return part.text;
    case 'reasoning': return `(${part.text})`;
    case 'tool_call': return `${part.name} ${part.arguments} ${part.state}${part.result === null ? '' : ` = ${part.result.map(told).join(' ')}`}`;
    case 'source': return `[${part.number}] ${part.url} ${part.title}: ${part.snippet}`;
    default: return `<${part.kind} ${part.name}>`;
  }
};
/** @param {unknown} value  a file @returns {{parts: string[][], left: number}} of all messages */
function parts(value) {
  const { conversations, left } = taken(value instanceof Uint8Array ? value : utf8(value));
  return { left, parts: conversations.flatMap(({ nodes }) => Object.values(nodes).map((message) => message.parts.map(told))) };
}
/** @param {[string, unknown, object?, object?][]} messages  role, content, metadata, more of the message */
const chatGpt = (messages) => [{ title: 'T', create_time: 1700000000, mapping: Object.fromEntries(messages.map(([role, content, metadata = {}, more = {}], i) =>
  [`n${i}`, { id: `n${i}`, parent: i === 0 ? null : `n${i - 1}`, message: { author: { role, name: role === 'tool' ? /** @type {any} */ (more)['by'] ?? '' : null }, content, metadata, ...more } }])) }];

/** What people's files have had in the last years: what was asked, the file, what becomes of it, what is counted. @type {[string, unknown, string[][], number][]} */
const SEEN = [
  ['ChatGPT: marks of citations, of a link and of a thing', chatGpt([['user', say('Where?')],
    ['assistant', say('In \ue200entity\ue202["city","Paris","capital"]\ue201, \ue200url\ue202see here\ue202https://e.org/a\ue201. \ue200cite\ue202turn0search0\ue201\ue200filecite\ue202turn0file1\ue201'),
      { content_references: [{ matched_text: '\ue200cite\ue202turn0search0\ue201', alt: '([e.org](https://e.org/$1))' }] }]]),
  [['Where?'], ['In Paris, [see here](https://e.org/a). ([e.org](https://e.org/$1))']], 0],
  ['ChatGPT: a canvas is what it says, a change of it a call with its answer', chatGpt([['user', say('Write')],
    ['assistant', { content_type: 'code', language: 'json', text: '{"name":"Poem","type":"document","content":"# Rain"}' }, {}, { recipient: 'canmore.create_textdoc' }],
    ['tool', say('Successfully created text document.'), {}, { by: 'canmore.create_textdoc' }],
    ['assistant', say('{"updates":[{"pattern":".*","replacement":"x"}]}'), {}, { recipient: 'canmore.update_textdoc' }],
    ['tool', say('Successfully updated.'), {}, { by: 'canmore.update_textdoc' }],
    ['assistant', { content_type: 'code', text: '{"name":"a.py","type":"code/python","content":"print(1)"}' }, {}, { recipient: 'canmore.create_textdoc' }]]),
  [['Write'], ['**Poem**\n\n# Rain', 'canmore_create_textdoc {} done = Successfully created text document.',
    'canmore_update_textdoc {"updates":[{"pattern":".*","replacement":"x"}]} done = Successfully updated.', '**a.py**\n\n```python\nprint(1)\n```']], 0],
  ['ChatGPT: calls that are no JSON, memory, a search', chatGpt([['user', say('Know me')],
    ['assistant', say('User likes rain'), {}, { recipient: 'bio' }], ['tool', say('Model set context updated.'), {}, { by: 'bio' }],
    ['assistant', { content_type: 'code', text: 'search("rain")' }, {}, { recipient: 'web' }],
    ['tool', { content_type: 'sonic_webpage', title: 'Rain', url: 'https://e.org', text: 'wet' }, {}, { by: 'web' }], ['assistant', say('Wet.')]]),
  [['Know me'], ['bio {"input":"User likes rain"} done = Model set context updated.', 'web {"input":"search(\\"rain\\")"} done = Rain\n\nhttps://e.org\n\nwet', 'Wet.']], 0],
  ['ChatGPT: what is hidden, thoughts, their recap, custom instructions', chatGpt([['system', say('s')], ['user', { content_type: 'user_editable_context', user_profile: 'x' }], ['user', say('Q')],
    ['assistant', { content_type: 'thoughts', thoughts: [{ summary: 'A', content: 'b' }, { summary: 'C', content: '' }] }],
    ['assistant', { content_type: 'reasoning_recap', content: 'Thought for 5s' }], ['assistant', say('hidden'), { is_visually_hidden_from_conversation: true }], ['assistant', say('R')]]),
  [['Q'], ['(A\n\nb\n\nC)', 'R']], 0],
  ['ChatGPT: a voice chat, a file that is not there', chatGpt([['user', { content_type: 'multimodal_text', parts: [{ content_type: 'audio_transcription', text: 'Hi', direction: 'in' },
    { content_type: 'real_time_user_audio_video_asset_pointer', audio_asset_pointer: { asset_pointer: 'sediment://file_1' } }] }],
  ['assistant', { content_type: 'multimodal_text', parts: [{ content_type: 'audio_transcription', text: 'Hello' }] }], ['user', say('Read'), { attachments: [{ id: 'file-x', name: 'a.pdf' }] }], ['assistant', say('Yes')]]),
  [['Hi'], ['Hello'], ['Read'], ['Yes']], 2],
  ['ChatGPT: nodes that were deleted, and a child of one that is not there', [{ title: 'T', create_time: 1700000000, mapping: {
    a: { id: 'a', message: null, parent: null, children: ['b'] }, b: { id: 'b', parent: 'gone', message: { author: { role: 'user' }, content: say('Q') } }, c: null,
    d: { id: 'd', parent: 'b', message: { author: { role: 'assistant' }, content: say('A') } } } }], [['Q'], ['A']], 0],
  ['Claude: a call and what came of it, a piece beside the conversation', [{ uuid: 'u', name: 'N', created_at: '2025-05-01T10:00:00Z', chat_messages: [
    { uuid: '1', sender: 'human', content: [{ type: 'text', text: 'Do' }] },
    { uuid: '2', sender: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'web_search', input: { query: 'x' } }, { type: 'tool_result', tool_use_id: 't1', name: 'web_search', content: [{ type: 'text', text: 'found' }] },
      { type: 'tool_use', id: 't2', name: 'artifacts', input: { id: 'a', command: 'create', type: 'application/vnd.ant.code', language: 'python', title: 'Sum', content: 'print(2)' } }, { type: 'tool_result', name: 'artifacts', content: [{ type: 'text', text: 'OK' }] },
      { type: 'tool_use', name: 'artifacts', input: { command: 'create', type: 'text/markdown', title: 'Note', content: '# N' } }, { type: 'tool_use', name: 'artifacts', input: { command: 'update', old_str: 'N', new_str: 'M' } },
      { type: 'token_budget' }, { type: 'text', text: 'Done', citations: [] }] }] }],
  [['Do'], ['web_search {"query":"x"} done = found', '**Sum**\n\n```python\nprint(2)\n```', 'artifacts {} done = OK', '**Note**\n\n# N',
    'artifacts {"command":"update","old_str":"N","new_str":"M"} remote', 'Done']], 1],
  ['Open WebUI: calls, a program, sources, an error', [{ id: 'w', title: 'W', chat: { history: { currentId: 'b', messages: { a: { id: 'a', role: 'user', content: 'Q' },
    b: { id: 'b', parentId: 'a', role: 'assistant', error: { content: 'Quota' }, content: '<details type="tool_calls" done="true" id="c1" name="clock" arguments="&quot;{\\&quot;zone\\&quot;:\\&quot;UTC\\&quot;}&quot;" result="&quot;noon&quot;">\n<summary>Tool Executed</summary>\n</details>\n'
      + '<details type="code_interpreter" done="true" output="{&quot;stdout&quot;:2}">\n<summary>Analyzed</summary>\n```python\n1+1\n```\n</details>\nSaid',
    sources: [{ source: { name: 'https://e.org/a' }, document: ['wet'], metadata: [{ source: 'https://e.org/a', title: 'Rain' }] }, { source: { name: 'a.pdf' }, document: ['x'], metadata: [{}] }] } } } } }],
  [['Q'], ['clock {"zone":"UTC"} done = noon', '```python\n1+1\n```', '```json\n{"stdout":2}\n```', 'Said', '[1] https://e.org/a Rain: wet', 'Quota']], 1],
  ['LibreChat: a tree by its older name, calls, an error, a file that was read', { conversationId: 'c', title: 'L', messagesTree: [{ messageId: 'a', isCreatedByUser: true, text: 'Q', files: [{ filename: 'n.txt', text: 'note' }, { filename: 'p.png' }], children: [
    { messageId: 'b', isCreatedByUser: false, content: [{ type: 'tool_call', tool_call: { id: 'x', name: 'file_search', args: '{"q":1}', output: 'none' } }, { type: 'error', error: 'Too long' }, { type: 'text', text: 'A' }, { type: 'agent_update' }] }] }] },
  [['<file n.txt>', 'Q'], ['file_search {"q":1} done = none', 'Too long', 'A']], 2],
  ['llama.cpp: one conversation, calls and their answers, thoughts by another name', { conv: { id: 'c', name: 'N', lastModified: 1714557600000, currNode: '4' }, messages: [{ id: '0', type: 'root', role: 'system', content: '', parent: null },
    { id: '1', role: 'user', content: 'Q', parent: '0', extra: [{ type: 'TEXT', name: 't', content: 'x' }, { type: 'AUDIO', name: 's.wav', base64Data: 'AA' }] },
    { id: '2', role: 'assistant', content: '', reasoningContent: 'hm', toolCalls: '[{"id":"k","function":{"name":"f","arguments":"{}"}}]', parent: '1' }, { id: '3', role: 'tool', toolCallId: 'k', content: 'r', parent: '2' },
    { id: '4', role: 'assistant', content: 'A', parent: '3' }] }, [['<file t>', 'Q'], ['(hm)', 'f {} done = r', 'A']], 1],
  ['NextChat: the shared form, without a topic; calls of plugins', { messages: [{ role: 'system', content: 'S' }, { role: 'user', content: 'Q' }, { role: 'assistant', content: 'A', tools: [{ id: 'k', function: { name: 'f', arguments: '{"a":1}' }, content: 'r' }] }] },
    [['Q'], ['f {"a":1} done = r', 'A']], 0],
  ['a conversation of a form that nobody knows, among others', [CHATGPT, { from: 'the future' }], [], 3],
];

for (const [name, value, expected, count] of SEEN) {
  test(`seen: ${name}`, { skip }, () => {
    const { parts: found, left } = parts(value);
    if (expected.length > 0) assert.deepEqual(found, expected);
    assert.equal(left, count, 'what was left out');
  });
}

test('ChatGPT: a picture of the archive by each form of its name, and never another one', { skip }, () => {
  const ask = (/** @type {string} */ pointer) => utf8(chatGpt([['user', { content_type: 'multimodal_text', parts: [{ content_type: 'image_asset_pointer', asset_pointer: pointer }, 'Q'] }], ['assistant', say('A')]]));
  const image = Buffer.from(PNG, 'base64');
  for (const [pointer, name, there] of /** @type {[string, string, boolean][]} */ ([
    ['file-service://file-AbC1', 'file-AbC1-photo.png', true], ['sediment://file_00ab', 'file_00ab-sanitized.png', true], ['sediment://file_00ab', 'file_00ab.dat', true],
    ['sediment://file_00ab#file_00cd#p_0.jpg', 'user-x/file_00ab.jpg', true], ['sediment://file_00ab#file_00cd#p_0.jpg', 'other.jpg', false],
    ['file-service://file-AbC1', 'dalle-generations/file-AbC12-x.webp', false], ['', 'file-AbC1.png', false]])) {
    const found = parts(zip({ 'conversations.json': ask(pointer), [name]: image }));
    assert.deepEqual(found, { parts: [[...there ? ['<image image.png>'] : [], 'Q'], ['A']], left: there ? 0 : 1 }, `${pointer} ${name}`);
  }
});

test('what a file has twice comes once; of more than are kept the latest come, and the others are told', { skip }, async () => {
  const { actions, store } = makeCore();
  const take = async (/** @type {Uint8Array} */ bytes) => {
    assert.ok(await actions.importFiles([chatFile(readExported(bytes))]));
    return store.getState();
  };
  const count = (await take(zip({ 'conversations.json': utf8([CHATGPT]), 'conversations/a.json': utf8(CHATGPT) }))).conversations.order.length;
  assert.equal(count, 2, 'it, and the empty one');
  const many = Array.from({ length: 1200 }, (_, i) => ({ ...chatGpt([['user', say(`Q${i}`)], ['assistant', say('A')]])[0], create_time: 1700000000 + i, update_time: 1700000000 + i }));
  const { conversations, ui } = await take(utf8(many));
  assert.equal(conversations.order.length, 1000);
  const said = JSON.stringify(conversations);
  assert.ok(said.includes('"Q1199"') && !said.includes('"Q100"'));
  assert.deepEqual(ui.toasts.at(-1).values, { count: 202 });
});

test('an answer of more steps than a message has here, and names without an end, are cut and told', { skip }, () => {
  const steps = Array.from({ length: 1500 }, (_, i) => ({ type: 'text', text: `step ${i}` }));
  const { conversations, left } = taken(utf8([{ uuid: 'u', name: 'N'.repeat(5000), chat_messages: [
    { uuid: '1', sender: 'human', content: [{ type: 'text', text: 'Q' }], attachments: [{ file_name: 'f'.repeat(5000), extracted_content: 'x' }] },
    { uuid: '2', sender: 'assistant', content: steps }] }]));
  assert.equal(Object.values(conversations[0]?.nodes ?? {})[1]?.parts.length, 1000);
  assert.equal(left, 500);
});

test('what our own reader would refuse does not keep the rest from coming', { skip }, () => {
  const long = `https://e.org/${'a'.repeat(9000)}`;
  const large = `data:image/png;base64,${PNG.slice(0, 40)}${'A'.repeat(25 * 1024 * 1024)}`;
  const result = Array.from({ length: 1200 }, (_, i) => ({ type: 'text', text: `r${i}` }));
  const { conversations, left } = taken(utf8([
    { uuid: 'u', name: 'N', chat_messages: [{ uuid: '1', sender: 'human', text: 'Q1' }, { uuid: '2', sender: 'assistant', content: [
      { type: 'tool_use', id: 't', name: 'x', input: {} }, { type: 'tool_result', tool_use_id: 't', content: [{ type: 'tool_use', name: 'inner', input: {} }, ...result] },
      { type: 'text', text: 'A1', citations: [{ url: long, end_index: 1 }, { url: 'https://e.org/', end_index: 'x' }, ...Array.from({ length: 1200 }, () => ({ url: 'https://e.org/', end_index: 1 }))] }] }] },
    { id: 'w', chat: { title: 'W', history: { messages: {
      a: { id: 'a', role: 'user', content: 'Q2', files: [{ type: 'image', url: large }] },
      b: { id: 'b', parentId: 'a', role: 'assistant', content: 'A2', sources: [{ source: { url: long }, document: ['x'], metadata: [{}] }] } } } } }]));
  const messages = conversations.map(({ nodes }) => Object.values(nodes).map(({ parts: all }) => textOf(all)));
  assert.deepEqual(messages, [['Q1', 'A1'], ['Q2', 'A2']]);
  assert.equal(left, 2, 'the picture and the page');
});

test('a file of nobody is nobody\'s, an archive without conversations is refused', { skip }, () => {
  for (const value of [{}, [], null, 'x', [{ a: 1 }], { format: 'confab-conversations', version: 2, conversations: {} }]) assert.equal(readExported(utf8(value)), null, JSON.stringify(value));
  assert.throws(() => readExported(zip({ 'a.txt': 'x' })), FileError);
});

test('importing twice makes no doubles', { skip }, async () => {
  const { actions, store } = makeCore();
  const file = chatFile(readExported(utf8([CHATGPT, { ...CHATGPT, title: 'B', create_time: 1700009000 }])));
  assert.ok(await actions.importFiles([file]));
  const count = store.getState().conversations.order.length;
  assert.ok(await actions.importFiles([file]));
  assert.equal(store.getState().conversations.order.length, count);
});

for (const [name, value] of Object.entries({
  Claude: [{ uuid: 'u', name: 'N', created_at: '2024-05-01T10:00:00Z', chat_messages: [{ uuid: '1', sender: 'human', text: 'Hi', created_at: '2024-05-01T10:00:00Z' }, { uuid: '2', sender: 'assistant', content: [{ type: 'text', text: 'Yes' }] }] }],
  'Open WebUI': [{ id: 'w', title: 'W', created_at: 1714557600, chat: { title: 'W', history: { currentId: 'b', messages: { a: { id: 'a', parentId: null, childrenIds: ['b'], role: 'user', content: 'Hi' }, b: { id: 'b', parentId: 'a', childrenIds: [], role: 'assistant', content: 'Yes' } } } } }],
  LibreChat: { conversationId: 'c', title: 'L', messages: [{ messageId: 'a', parentMessageId: null, isCreatedByUser: true, text: 'Hi' }, { messageId: 'b', parentMessageId: 'a', isCreatedByUser: false, text: 'Yes' }] },
  'llama.cpp': [{ conv: { id: 'c', name: 'N', lastModified: 1714557600000, currNode: 2 }, messages: [{ id: 1, type: 'text', role: 'user', content: 'Hi', parent: -1, children: [2] }, { id: 2, type: 'text', role: 'assistant', content: 'Yes', parent: 1, children: [] }] }],
  NextChat: { 'chat-next-web-store': { sessions: [{ topic: 'S', lastUpdate: 1714557600000, mask: {}, messages: [{ role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Yes' }] }] } },
})) {
  test(`importing what ${name} gives twice makes no doubles, each time read anew`, { skip }, async () => {
    const { actions, store } = makeCore();
    const take = async () => {
      assert.ok(await actions.importFiles([chatFile(readExported(utf8(value)))]));
      return store.getState().conversations.order.length;
    };
    const once = await take();
    assert.equal(await take(), once);
    const said = JSON.stringify(store.getState().conversations);
    assert.ok(said.includes('"Hi"') && said.includes('"Yes"'), said);
  });
}

test('a large file comes in pieces, our own too, which is taken whole or not at all', { skip }, async () => {
  const words = 'words '.repeat(20000);
  const long = (/** @type {string} */ name) => [...chatGpt([['user', say(name)], ['assistant', say(words)]]).map((one) => ({ ...one, title: name }))][0];
  const cut = (/** @type {any} */ all) => ({ ...all, texts: [...all.texts] });
  const read = cut(readExported(utf8(Array.from({ length: 20 }, (_, i) => long(`Q${i}`)))));
  assert.ok(read.texts.length > 4, `${read.texts.length} pieces`);
  assert.ok(read.texts.every((/** @type {string} */ text) => text.length < 700000));
  const { actions, store } = makeCore();
  assert.ok(await actions.importFiles([chatFile(read)]));
  const titles = () => store.getState().conversations.order.map((/** @type {string} */ id) => store.getState().conversations.byId[id]?.title).filter(Boolean);
  assert.deepEqual(titles(), Array.from({ length: 20 }, (_, i) => `Q${i}`));
  const own = (await actions.exportAll('json')).text;
  const again = cut(readExported(new TextEncoder().encode(`\ufeff${own}`)));
  assert.ok(again.texts.length > 4 && !('left' in again));
  const other = makeCore();
  assert.ok(await other.actions.importFiles([chatFile(again)]));
  const dateless = (/** @type {string} */ text) => text.replace(/"exported_at":\s*"[^"]*"/, '');
  assert.equal(dateless((await other.actions.exportAll('json')).text), dateless(own));
  const broken = makeCore();
  const torn = readExported(new TextEncoder().encode(own.replace('"Q19"', '7')));
  assert.equal(await broken.actions.importFiles([chatFile(torn)]), false);
  assert.ok(!JSON.stringify(broken.store.getState().conversations).includes('words'));
});

test('a conversation, and a message, that are longer than a piece are cut, and put together again', { skip }, async () => {
  const words = 'words '.repeat(20000);
  const long = chatGpt(Array.from({ length: 40 }, (_, i) => [i % 2 === 0 ? 'user' : 'assistant', say(`${i} ${words}`)]));
  const { texts, messages } = readExported(utf8(long));
  const pieces = [...texts];
  assert.equal(messages, 40);
  assert.ok(pieces.length > 8 && pieces.every((/** @type {string} */ text) => text.length < 700000), `${pieces.length} pieces`);
  let last = 0;
  const [one, ...others] = conversationsOf(pieces, () => `i${(last += 1)}`);
  assert.equal(others.length, 0);
  assert.deepEqual(Object.values(one?.nodes ?? {}).map(({ parts: all }) => textOf(all).slice(0, 4)), Array.from({ length: 40 }, (_, i) => `${i} words`.slice(0, 4)));
  // As it would be read whole: the tree, what is shown, the parts.
  const steps = Array.from({ length: 30 }, (_, i) => ({ kind: 'text', text: `${i} ${words}` }));
  const at = '2024-05-01T10:00:00.000Z';
  const own = { format: 'confab-conversations', version: 2, conversations: [{ title: 'T', created_at: at, updated_at: at, messages: [
    { id: 1, parent: null, role: 'user', created_at: at, status: 'complete', parts: [{ kind: 'text', text: 'Q' }] },
    { id: 2, parent: 1, shown: false, role: 'assistant', created_at: at, status: 'complete', parts: steps },
    { id: 3, parent: 1, role: 'assistant', created_at: at, status: 'complete', parts: steps.slice(0, 9) },
    { id: 4, parent: 3, role: 'user', created_at: at, status: 'complete', parts: [{ kind: 'text', text: 'Then' }] }] }] };
  const read = (/** @type {Iterable<string>} */ all) => {
    let count = 0;
    return conversationsOf(all, () => `i${(count += 1)}`);
  };
  const cut = [...readExported(utf8(own)).texts];
  assert.ok(cut.length > 6, `${cut.length} pieces`);
  assert.deepEqual(read(cut), read([JSON.stringify(own)]));
  // What says that it goes on, and has nothing before it, is refused as any other that is damaged.
  for (const torn of [{ ...own, conversations: [{ goes_on: true, messages: [] }] }, { ...own, conversations: [{ ...own.conversations[0], messages: [{ goes_on: true, parts: [] }] }] }]) {
    assert.throws(() => read([JSON.stringify(torn)]), { name: 'ImportError', reason: 'content' });
  }
  const many = { ...own, conversations: [{ ...own.conversations[0], messages: [...own.conversations[0]?.messages ?? [], { goes_on: true, parts: steps.map(() => ({ kind: 'text', text: '' })).concat(Array.from({ length: 1000 }, () => ({ kind: 'text', text: '' }))) }] }] };
  assert.throws(() => read([JSON.stringify(many)]), { name: 'ImportError', where: 'conversations[0].messages[4].parts' });
});

test('broken exports end with a reason, with nothing, or with what our own reader takes', { skip }, () => {
  const next = random(99);
  const deep = { ...CHATGPT, mapping: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => node(`n${i}`, i === 0 ? null : `n${i - 1}`, i % 3 === 0 ? 'user' : 'assistant', say(String(i))))) };
  const round = { ...CHATGPT, mapping: Object.fromEntries([node('a', 'b', 'user', say('1')), node('b', 'a', 'assistant', say('2'))]) };
  for (const value of [[deep], [round], [{ mapping: { a: null, b: 5, c: { message: [] } } }], [{ chat_messages: [null, { sender: 'human', content: [5] }] }]]) {
    const read = readExported(utf8(value));
    conversationsOf(read?.texts ?? [], () => 'x');
  }
  const whole = utf8([CHATGPT]);
  for (let i = 0; i < 60; i += 1) {
    const read = readExported(damage(whole, next));
    assert.ok(Array.isArray(conversationsOf(read?.texts ?? [], () => `i${next()}`)));
  }
});

/** Objects as JSON.parse makes them: `__proto__` is a member of its own. @param {string} text */
const raw = (text) => new TextEncoder().encode(text);
const MAPPING = JSON.stringify(CHATGPT.mapping);
/** @type {Record<string, Uint8Array | (() => Uint8Array)>} */
const HOSTILE = {
  'prototypes in the place of all': raw(`[{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"title":"t","current_node":"e","mapping":${MAPPING.replace('{', '{"__proto__":{"polluted":1,"id":"__proto__","parent":null,"message":{"author":{"role":"user"},"content":{"content_type":"text","parts":["x"]}}},')}}]`),
  'ids that are names of objects': raw(JSON.stringify([{ ...CHATGPT, current_node: 'toString', mapping: Object.fromEntries([node('constructor', null, 'user', say('1')), node('toString', 'constructor', 'assistant', say('2')), node('hasOwnProperty', 'valueOf', 'user', say('3'))]) }])),
  'a current one that is a prototype': raw(JSON.stringify([{ ...CHATGPT, current_node: '__proto__' }])),
  'lists in lists, a million deep': raw(`[${'['.repeat(1e6)}${']'.repeat(1e6)}]`),
  'objects in objects, a hundred thousand deep': raw(`[{"title":"t","mapping":${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}}]`),
  'content that is a hundred thousand deep': raw(JSON.stringify([CHATGPT]).replace('"Thanks"', `${'{"parts":['.repeat(1e5)}"x"${']}'.repeat(1e5)}`)),
  'the same id a thousand times': raw(`[{"mapping":{${Array.from({ length: 1000 }, () => MAPPING.slice(1, -1)).join(',')}}}]`),
  'names that climb, in an archive': () => zip({ '../../conversations.json': utf8([CHATGPT]), '/etc/conversations.json': utf8([CHATGPT]), '..\\conversations.json': utf8([CHATGPT]), 'a/../conversations.json': utf8([CHATGPT]) }),
  'names of objects, in an archive': () => zip({ 'constructor': 'x', 'toString/conversations.json': utf8([CHATGPT]), 'conversations.json': utf8([{ ...CHATGPT, mapping: { ...CHATGPT.mapping, ...Object.fromEntries([node('p', 'e', 'user', { content_type: 'multimodal_text', parts: [{ content_type: 'image_asset_pointer', asset_pointer: 'file-service://constructor' }] })]) } }]) }),
  'a bomb, in an archive': () => zip({ 'conversations.json': `[${' '.repeat(64 << 20)}]` }),
  'numbers beyond all, for times': raw(JSON.stringify([CHATGPT]).replaceAll('1700000000.25', '1e999').replaceAll('1700000900', '-1e308')),
  'half letters, and signs that turn words about': raw(JSON.stringify([CHATGPT]).replaceAll('Thanks', '\\ud800\\u202e\\u2066\\u0000').replaceAll('Sums', '\\udfff\\u202e')),
};

for (const [name, made] of Object.entries(HOSTILE)) {
  test(`a hostile export: ${name}`, { skip }, () => {
    const bytes = typeof made === 'function' ? made() : made;
    const began = process.cpuUsage();
    let conversations = /** @type {any[]} */ ([]);
    try {
      let last = 0;
      conversations = conversationsOf(readExported(bytes)?.texts ?? [], () => `i${(last += 1)}`);
    } catch (error) {
      /* files/worker.js calls the last "broken": what is too deep for JSON.stringify. */
      assert.ok(error instanceof FileError || error instanceof RangeError || /** @type {any} */ (error)?.name === 'ImportError', String(error));
    }
    assert.ok(process.cpuUsage(began).user < 10e6);
    assert.equal(/** @type {any} */ ({}).polluted, undefined);
    assert.equal(/** @type {any} */ ([]).polluted, undefined);
    for (const one of conversations) {
      assert.ok(Object.keys(one.nodes).every((id) => /^i\d+$/.test(id)), 'ids are our own');
      assert.doesNotMatch(one.title, /[\u202e\u2066\u0000]/);
      assert.ok([one.createdAt, one.updatedAt].every((at) => at === null || Number.isFinite(at)));
    }
  });
}
