/* SPDX-License-Identifier: MIT */
/** Context and memory accounting, and the request that follows from it. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { createMessage } from '../../static/core/conversation.js';
import {
  MESSAGE_OVERHEAD_TOKENS, contextOf, estimateTokens, jsonBytes, messageCost, textCost,
} from '../../static/core/context-window.js';
import { conversationBytes, memoryBytes } from '../../static/core/memory.js';
import { partsOf } from '../../static/core/parts.js';
import { CONTINUE_PROMPT, requestBody } from '../../static/core/request.js';
import {
  selectActive, selectContext, selectMemory, selectModel, selectSendObstacle, selectStats, selectTotalUsage,
} from '../../static/core/selectors.js';
import { IMAGE, MODELS, TEXT_FILE, addExchange, makeCore } from './core-helpers.js';

/** alternating messages of so many tokens each */
function pathOf(...tokens) {
  return tokens.map((count, i) => createMessage({
    id: `m${i}`, parentId: i === 0 ? null : `m${i - 1}`, role: i % 2 === 0 ? 'user' : 'assistant', createdAt: 1,
    parts: partsOf('x'.repeat((count - MESSAGE_OVERHEAD_TOKENS) * 4)),
  }));
}

test('tokens are estimated by script', () => {
  assert.equal(estimateTokens(''), 0);
  assert.equal(estimateTokens('abcdefgh'), 2);
  assert.equal(estimateTokens('你好世界'), 4);
  assert.equal(estimateTokens('привет'), 3);
  assert.equal(estimateTokens('a你'), 2);
});

test('bytes are those of the JSON', () => {
  for (const text of ['', 'plain', 'a"b\\c\nd\te', 'é', '€uro', '😀', '\u0001\u001f', 'ünïcödé 你好 😀 "x"\r\n']) {
    assert.equal(jsonBytes(text), Buffer.byteLength(JSON.stringify(text)), JSON.stringify(text));
  }
});

test('without a known length everything is sent', () => {
  const context = contextOf({ path: pathOf(100, 100, 100), system: '' });
  assert.deepEqual([context.dropped, context.firstSentId, context.limit, context.ratio], [0, null, null, 0]);
  assert.equal(context.tokens, 300);
  assert.equal(context.sent.length, 3);
});

test('the newest that fit are sent, an answer not without its question', () => {
  const path = pathOf(100, 100, 100, 100, 100);
  const context = contextOf({ path, system: '', contextLength: 400, maxTokens: 50 });
  assert.equal(context.limit, 350);
  assert.deepEqual(context.sent.map(({ id }) => id), ['m2', 'm3', 'm4']);
  assert.equal(context.firstSentId, 'm2');
  assert.equal(context.dropped, 2);
  assert.equal(context.tokens, 300);
  const less = contextOf({ path, system: '', contextLength: 300, maxTokens: 50 });
  assert.deepEqual(less.sent.map(({ id }) => id), ['m4'], 'm3 would be an answer without its question');
  assert.equal(less.tokens, 100);
});

test('the draft and the system prompt take their part', () => {
  const path = pathOf(100, 100);
  const fits = { path, system: '', contextLength: 400, maxTokens: 100 };
  assert.equal(contextOf(fits).dropped, 0);
  assert.equal(contextOf({ ...fits, draft: { tokens: 150, bytes: 1 } }).dropped, 2);
  const all = contextOf({ ...fits, draft: { tokens: 250, bytes: 1 } });
  assert.deepEqual([all.dropped, all.firstSentId, all.tooLong, all.tokens], [2, null, false, 250]);
  assert.equal(contextOf({ ...fits, draft: { tokens: 301, bytes: 1 } }).tooLong, true);
  assert.equal(contextOf({ ...fits, system: 'x'.repeat(800) }).dropped, 1);
});

test('the newest message is sent even when it is too long, and that is said', () => {
  const context = contextOf({ path: pathOf(100, 100, 1000), system: '', contextLength: 500, maxTokens: 100 });
  assert.deepEqual(context.sent.map(({ id }) => id), ['m2']);
  assert.equal(context.tooLong, true);
  assert.ok(context.ratio > 1);
});

test('the server\'s limits cut as well', () => {
  const path = pathOf(100, 100, 100, 100, 100);
  assert.deepEqual(contextOf({ path, system: '', limits: { max_messages: 3 } }).sent.map(({ id }) => id),
    ['m2', 'm3', 'm4']);
  assert.deepEqual(contextOf({ path, system: 's', limits: { max_messages: 4 } }).sent.map(({ id }) => id),
    ['m2', 'm3', 'm4']);
  const bytes = contextOf({ path, system: '', limits: { max_body_bytes: 4096 + 3 * 500 } });
  assert.deepEqual(bytes.sent.map(({ id }) => id), ['m2', 'm3', 'm4']);
});

test('what is kept for the answer is never the whole context', () => {
  assert.equal(contextOf({ path: [], system: '', contextLength: 1000, maxTokens: 100000 }).limit, 500);
  assert.equal(contextOf({ path: [], system: '', contextLength: 1000000 }).limit, 1000000 - 8192);
  assert.equal(contextOf({ path: [], system: '', contextLength: 1000, maxOutput: 10 }).limit, 990);
});

test('an answer that still grows is not read through each time', () => {
  const message = createMessage({
    id: 'm', parentId: null, role: 'assistant', createdAt: 1, status: 'answering', parts: partsOf('你'.repeat(4000)),
  });
  assert.equal(messageCost(message).tokens, 1000 + MESSAGE_OVERHEAD_TOKENS);
  assert.equal(messageCost({ ...message, status: 'complete' }).tokens, 4000 + MESSAGE_OVERHEAD_TOKENS);
});

test('images and files cost', () => {
  assert.ok(textCost('', [IMAGE]).tokens > 1000);
  assert.ok(textCost('', [TEXT_FILE]).bytes > TEXT_FILE.text.length);
});

test('memory counts all branches, attachments and drafts, and comes back', () => {
  const core = makeCore();
  const { store, actions } = core;
  const empty = memoryBytes(store.getState().conversations);
  addExchange(core, 'x'.repeat(1000), 'y'.repeat(1000));
  const one = memoryBytes(store.getState().conversations);
  assert.ok(one - empty >= 4000);
  addExchange(core, 'x'.repeat(1000), 'y'.repeat(1000));
  assert.ok(memoryBytes(store.getState().conversations) - one >= 4000, 'the hidden branch too');
  actions.setDraft({ attachments: [{ ...IMAGE, data: 'z'.repeat(5000) }] });
  assert.ok(conversationBytes(selectActive(store.getState())) > 13000);
  actions.deleteConversation('c0');
  store.dispatch({ type: 'undo/expired', token: store.getState().conversations.undo.token });
  assert.equal(memoryBytes(store.getState().conversations), empty);
});

test('the request carries what is set, and no more', () => {
  const path = pathOf(10, 10, 10);
  const plain = requestBody({ model: 'm', system: ' ', params: {}, messages: path });
  assert.deepEqual(Object.keys(plain).sort(), ['messages', 'model', 'stream', 'stream_options']);
  assert.deepEqual(plain.messages.map(({ role }) => role), ['user', 'assistant', 'user']);
  const full = requestBody({
    model: 'm', system: 'Be brief.', params: { temperature: 0, stop: [], seed: 5, bogus: 1, top_p: undefined },
    messages: path,
  });
  assert.deepEqual(full.messages[0], { role: 'system', content: 'Be brief.' });
  assert.equal(full.temperature, 0, 'zero is set');
  assert.equal(full.seed, 5);
  assert.deepEqual(Object.keys(full).sort(), ['messages', 'model', 'seed', 'stream', 'stream_options', 'temperature']);
});

test('an answer that said nothing is not sent, one to be continued is followed by the wish', () => {
  const path = pathOf(10, 10, 10, 10);
  path[1] = { ...path[1], parts: [] };
  const { messages } = requestBody({ model: 'm', system: '', params: {}, messages: path, goOn: true });
  assert.deepEqual(messages.map(({ role }) => role), ['user', 'user', 'assistant', 'user']);
  assert.equal(messages.at(-1).content, CONTINUE_PROMPT);
  path[3] = { ...path[3], parts: partsOf(' \n') };
  const blank = requestBody({ model: 'm', system: '', params: {}, messages: path, goOn: true });
  assert.deepEqual(blank.messages.map(({ role }) => role), ['user', 'user'], 'of blanks there is nothing to continue');
});

test('images are parts, files are fenced text', () => {
  const message = createMessage({
    id: 'm', parentId: null, role: 'user', createdAt: 1, parts: partsOf('Look.', [IMAGE, TEXT_FILE]),
  });
  const text = 'notes.txt:\n````\na note ``` b\n````\n\nLook.';
  assert.deepEqual(requestBody({ model: 'm', system: '', params: {}, messages: [message] }).messages[0].content, [
    { type: 'image_url', image_url: { url: IMAGE.data } }, { type: 'text', text },
  ]);
  assert.equal(requestBody({ model: 'm', system: '', params: {}, messages: [message], input: ['text'] })
    .messages[0].content, `[dot.png]\n\n${text}`);
});

test('a draft is refused for a reason', () => {
  const core = makeCore();
  const { store, actions } = core;
  const obstacle = () => selectSendObstacle(store.getState(), selectActive(store.getState()));
  assert.equal(obstacle(), 'empty');
  actions.setDraft({ text: ' \n ' });
  assert.equal(obstacle(), 'empty');
  actions.setDraft({ text: 'hello' });
  assert.equal(obstacle(), 'no-model');
  store.dispatch({ type: 'models/ready', list: MODELS });
  assert.equal(obstacle(), null);
  actions.setModel('gone');
  assert.equal(obstacle(), 'no-model');
  actions.setModel('eyes');
  actions.addAttachment(IMAGE);
  assert.equal(obstacle(), null);
  actions.setModel('small');
  assert.equal(obstacle(), 'images');
  actions.setDraft({ attachments: [], text: 'x'.repeat(4000) });
  assert.equal(obstacle(), 'too-long');
  addExchange(core, 'q', 'a', { status: null });
  actions.setDraft({ text: 'next' });
  assert.equal(obstacle(), 'streaming');
  addExchange(core, 'another branch', 'a');
  actions.setDraft({ text: 'next' });
  assert.equal(obstacle(), 'streaming', 'also from another branch');
});

test('the model is the conversation\'s, or the default, or the first', () => {
  const { store, actions } = makeCore();
  const model = () => selectModel(store.getState(), selectActive(store.getState()))?.id;
  assert.equal(model(), undefined);
  store.dispatch({ type: 'models/ready', list: MODELS });
  assert.equal(model(), 'small');
  actions.setSetting('defaultModel', 'any');
  assert.equal(model(), 'any');
  actions.setModel('eyes');
  assert.equal(model(), 'eyes');
});

test('selectors give the same object while nothing changed for them', () => {
  const core = makeCore();
  const { store, actions } = core;
  addExchange(core, 'q', 'a');
  const state = store.getState();
  const context = selectContext(state, selectActive(state));
  const memory = selectMemory(state);
  actions.setUi({ search: 'x' });
  actions.setSetting('theme', 'dark');
  const next = store.getState();
  assert.equal(selectContext(next, selectActive(next)), context);
  assert.equal(selectMemory(next), memory);
});

test('figures of an answer', () => {
  const message = createMessage({
    id: 'm', parentId: 'u', role: 'assistant', createdAt: 1, parts: partsOf('x'),
    usage: { promptTokens: 10, completionTokens: 101, reasoningTokens: 0, cachedTokens: 0, cost: null },
    timing: { startedAt: 1000, firstTokenAt: 1500, endedAt: 3500 },
  });
  assert.deepEqual(selectStats(message), {
    tokens: 101, promptTokens: 10, firstTokenMs: 500, reasoningMs: null, totalMs: 2500, tokensPerSecond: 50,
  });
  assert.equal(selectStats({ ...message, usage: null }).tokensPerSecond, null);
});

test('what a conversation took counts all branches, and cost only where it is told', () => {
  const core = makeCore();
  const total = () => selectTotalUsage(selectActive(core.store.getState()));
  assert.equal(total(), null);
  for (const cost of [null, 0.25, 0.5]) {
    const { answer } = addExchange(core, 'q', 'a', { status: null });
    core.store.dispatch({ type: 'answer/progressed', conversationId: 'c0', messageId: answer, now: 1,
      progress: { usage: { promptTokens: 10, completionTokens: 5, reasoningTokens: 2, cachedTokens: 4, cost } } });
  }
  assert.deepEqual(total(), { tokens: 45, cost: 0.75 });
});
