/* SPDX-License-Identifier: MIT */
/** What views ask of the state: each side of each decision. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { createConversation, createMessage } from '../../static/core/conversation.js';
import { MAX_MESSAGES, MEMORY_CAP_BYTES, MEMORY_WARN_RATIO } from '../../static/core/limits.js';
import { memoryBytes } from '../../static/core/memory.js';
import {
  MAX_OFFERED, selectActive, selectAskObstacle, selectContext, selectList, selectMemory, selectModelGroups, selectOffered, selectStats,
} from '../../static/core/selectors.js';
import { IMAGE, MODELS, makeCore } from './core-helpers.js';

const tool = (name, consent = 'ask') => ({ name, consent, title: '', description: '', server: 's', parameters: {} });

test('models stand with their provider, in the order of the list', () => {
  const list = [['a', 'x'], ['b', 'y'], ['c', 'x']].map(([id, provider]) => ({ ...MODELS[0], id, provider }));
  const groups = selectModelGroups(list);
  assert.deepEqual(groups.map(({ provider, models }) => [provider, models.map(({ id }) => id).join('')]), [['x', 'ac'], ['y', 'b']]);
  assert.equal(selectModelGroups(list), groups);
});

test('the list marks the conversation that is shown, and only that', () => {
  const { store, actions } = makeCore();
  actions.setDraft({ text: 'x' });
  const [first] = selectList(store.getState());
  assert.equal(first.active, true);
  actions.newConversation();
  const active = selectActive(store.getState()).id;
  assert.notEqual(active, first.id);
  const entries = selectList(store.getState());
  assert.deepEqual(entries.filter((entry) => entry.active).map(({ id }) => id), [active]);
  actions.setUi({ search: 'x' });
  actions.setUi({ search: '' });
  for (const [i, entry] of selectList(store.getState()).entries()) assert.equal(entry, entries[i], 'what did not change is the same');
});

test('a draft counts for the context when there is something in it, and max_tokens when it is set', () => {
  const { store, actions } = makeCore();
  const context = () => selectContext(store.getState(), selectActive(store.getState()));
  const none = context().tokens;
  assert.equal(none, 0);
  actions.setDraft({ text: 'abcd' });
  assert.equal(context().tokens, 5);
  actions.setDraft({ text: '' });
  actions.addAttachment(IMAGE);
  assert.ok(context().tokens > 1000);
  store.dispatch({ type: 'models/ready', list: [{ ...MODELS[0], contextLength: 10_000, maxOutputTokens: null }] });
  assert.equal(context().limit, 8000, 'a fifth is kept where nothing is said');
  actions.setParams({ max_tokens: 100 });
  assert.equal(context().limit, 9900);
});

test('memory is near from its ratio, and full at its cap', () => {
  const withBytes = (bytes) => {
    const one = { ...createConversation({ id: 'c', now: 0 }) };
    const of = (text) => ({ conversations: { byId: { c: { ...one, system: text } }, order: ['c'], activeId: 'c', undo: null } });
    const empty = memoryBytes(of('').conversations);
    return selectMemory(of('x'.repeat((bytes - empty) / 2)));
  };
  for (const [bytes, level] of [
    [Math.floor(MEMORY_CAP_BYTES * MEMORY_WARN_RATIO / 2) * 2, 'ok'], [MEMORY_CAP_BYTES - 2, 'near'], [MEMORY_CAP_BYTES, 'full'],
  ]) {
    const memory = withBytes(bytes);
    assert.deepEqual([memory.bytes, memory.level], [bytes, level]);
  }
});

test('a model is offered the tools that are chosen and not forbidden, up to the limit', () => {
  const list = [tool('a'), tool('b', 'never'), tool('c', 'always'), tool('d')];
  const offered = (chosen, tools = list) => selectOffered({ tools: { list: tools } }, { tools: chosen }).map(({ name }) => name).join(' ');
  assert.equal(offered([]), '');
  assert.equal(offered(['a', 'b', 'c', 'gone']), 'a c');
  const many = Array.from({ length: MAX_OFFERED + 1 }, (_, i) => tool(`t${i}`));
  assert.equal(selectOffered({ tools: { list: many } }, { tools: many.map(({ name }) => name) }).length, MAX_OFFERED);
});

test('nothing more is asked for where there is no memory or no room for two messages', () => {
  const { store } = makeCore();
  store.dispatch({ type: 'models/ready', list: MODELS });
  const state = store.getState();
  const holding = (count) => ({ ...selectActive(state), nodes: Object.fromEntries(Array.from({ length: count }, (_, i) => [i, {}])) });
  assert.equal(selectAskObstacle(state, holding(MAX_MESSAGES - 2), MODELS[0], []), null);
  assert.equal(selectAskObstacle(state, holding(MAX_MESSAGES - 1), MODELS[0], []), 'messages');
  const { conversations } = state;
  const full = { ...selectActive(state), system: 'x'.repeat(MEMORY_CAP_BYTES / 2) };
  assert.equal(selectAskObstacle({ ...state, conversations: { ...conversations, byId: { ...conversations.byId, c0: full } } }, full, MODELS[0], []), 'memory');
});

test('a figure is there when all is known that it needs', () => {
  const figures = (usage, timing) => {
    const { tokens, promptTokens, firstTokenMs, totalMs, tokensPerSecond } = selectStats(createMessage({
      id: 'm', parentId: 'u', role: 'assistant', createdAt: 1, timing,
      usage: usage === null ? null : { promptTokens: 3, completionTokens: usage, reasoningTokens: 0, cachedTokens: 0, cost: null },
    }));
    return [tokens, promptTokens, firstTokenMs, totalMs, tokensPerSecond];
  };
  const time = (firstTokenAt, endedAt) => ({ startedAt: 1000, firstTokenAt, endedAt });
  assert.deepEqual(figures(null, null), [null, null, null, null, null]);
  assert.deepEqual(figures(11, time(1500, 3500)), [11, 3, 500, 2500, 5]);
  assert.deepEqual(figures(null, time(1500, 3500)), [null, null, 500, 2500, null]);
  assert.deepEqual(figures(11, time(1500, null)), [11, 3, 500, null, null]);
  assert.deepEqual(figures(11, time(null, 3500)), [11, 3, null, 2500, null]);
  assert.deepEqual(figures(11, null), [11, 3, null, null, null]);
  assert.deepEqual(figures(1, time(1500, 3500)), [1, 3, 500, 2500, null], 'one token has no speed');
  assert.deepEqual(figures(2, time(3500, 3500)), [2, 3, 2500, 2500, null], 'nor has what came at once');
});
