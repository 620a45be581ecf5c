/* SPDX-License-Identifier: MIT */
/** What of a path is sent: exactly as much as fits, and what each part costs. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { createMessage } from '../../static/core/conversation.js';
import { MESSAGE_OVERHEAD_TOKENS, contextOf, messageCost, textCost } from '../../static/core/context-window.js';
import { partsOf } from '../../static/core/parts.js';
import { IMAGE, TEXT_FILE } from './core-helpers.js';

/** Messages of so many tokens each; the first is of `first`, then in turn. */
function pathOf(tokens, first = 'user') {
  const roles = first === 'user' ? ['user', 'assistant'] : ['assistant', 'user'];
  return tokens.map((count, i) => createMessage({
    id: `m${i}`, parentId: null, role: roles[i % 2], createdAt: 1, parts: partsOf('x'.repeat((count - MESSAGE_OVERHEAD_TOKENS) * 4)),
  }));
}
const idsOf = ({ sent }) => sent.map(({ id }) => id).join(' ');
/** The cost of a part of a message, without what each message costs. */
const costOf = (part) => {
  const of = (parts) => messageCost(createMessage({ id: 'm', parentId: null, role: 'user', createdAt: 1, parts }));
  const [with_, without] = [of([part]), of([])];
  return { tokens: with_.tokens - without.tokens, bytes: with_.bytes - without.bytes };
};

test('what fits to the last token, byte and message is sent', () => {
  const path = pathOf([100, 100, 100]);
  const sent = (more) => idsOf(contextOf({ path, system: '', ...more }));
  assert.equal(sent({ contextLength: 350, maxTokens: 50 }), 'm0 m1 m2');
  assert.equal(sent({ contextLength: 349, maxTokens: 50 }), 'm2');
  const bytes = 4096 + path.reduce((sum, one) => sum + messageCost(one).bytes, 0);
  assert.equal(sent({ limits: { max_body_bytes: bytes } }), 'm0 m1 m2');
  assert.equal(sent({ limits: { max_body_bytes: bytes - 1 } }), 'm2');
  assert.equal(sent({ limits: { max_messages: 3 } }), 'm0 m1 m2');
  assert.equal(sent({ limits: { max_messages: 2 } }), 'm2');
});

test('an answer that is gone on with is sent, though its question does not fit', () => {
  assert.equal(idsOf(contextOf({ path: pathOf([100, 100]), system: '', contextLength: 150, maxTokens: 1 })), 'm1');
});

test('nothing is cut where all fits, whoever began', () => {
  assert.equal(idsOf(contextOf({ path: pathOf([100, 100], 'assistant'), system: '' })), 'm0 m1');
});

test('a context of no length fills nothing', () => {
  const { limit, ratio } = contextOf({ path: pathOf([100]), system: '', contextLength: 0 });
  assert.deepEqual([limit, ratio], [0, 0]);
});

test('a growing text is read through up to 2000 characters', () => {
  const growing = (length) => messageCost(createMessage({ id: 'm', parentId: null, role: 'assistant', createdAt: 1, status: 'answering', parts: partsOf('你'.repeat(length)) }));
  assert.equal(growing(2000).tokens, 2000 + MESSAGE_OVERHEAD_TOKENS);
  assert.equal(growing(2001).tokens, 501 + MESSAGE_OVERHEAD_TOKENS);
});

test('each kind of part costs what is sent of it', () => {
  const file = { ...TEXT_FILE, name: 'f', size: 1600, text: '', data: 'data:x;base64,AAAA' };
  const sound = { kind: 'audio', id: '', name: 's', type: 'audio/wav', size: 3200, data: 'data:audio/wav;base64,AAAA', transcript: '' };
  const call = { kind: 'tool_call', id: 'c', index: null, name: 'look', arguments: '{"a":1}', state: 'done', result: null, startedAt: null, endedAt: null };
  for (const [part, tokens, bytes] of [
    [file, 100, file.data.length + 3 + 64],
    [{ ...file, text: 'abcd' }, 17, 6 + 3 + 64],
    [{ ...file, data: '' }, 16, 2 + 3 + 64],
    [{ ...IMAGE, data: '' }, 0, 64],
    [IMAGE, 1600, IMAGE.data.length + 64],
    [sound, 2, sound.data.length + 2 + 64],
    [{ ...sound, transcript: 'x'.repeat(400) }, 100, sound.data.length + 402 + 64],
    [call, 0, 0],
    [{ ...call, result: [] }, 1 + 2 + 2 * MESSAGE_OVERHEAD_TOKENS, 64 + 6 + 11 + 128],
    [{ kind: 'reasoning', text: 'long', startedAt: null, endedAt: null }, 0, 0],
  ]) assert.deepEqual(costOf(part), { tokens, bytes }, JSON.stringify(part));
  assert.deepEqual(textCost('', []), { tokens: MESSAGE_OVERHEAD_TOKENS, bytes: 64 });
});
