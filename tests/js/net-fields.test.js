/* SPDX-License-Identifier: MIT */
/** Values that somebody else wrote, and progress that waits for a frame. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { amount, count, fields, isObject, items, string } from '../../static/net/fields.js';
import { createProgressQueue } from '../../static/net/progress-queue.js';
import { Frames } from './core-helpers.js';

test('a value is taken for what it should be, or for nothing', () => {
  const object = { a: 1 };
  const list = [1];
  for (const other of [null, undefined, 7, 'x', true, list, () => {}]) {
    assert.equal(isObject(other), false);
    assert.deepEqual(fields(other), {});
  }
  assert.equal(fields(object), object);
  for (const other of [null, undefined, 7, 'x', object, { length: 1 }]) assert.deepEqual(items(other), []);
  assert.equal(items(list), list);
  for (const other of [null, undefined, 7, object, list]) assert.equal(string(other), '');
  assert.equal(string('x'), 'x');
});

test('an amount is a number that is not below nothing, also when it is written as a text', () => {
  for (const [value, want] of [
    [0, 0], [1.5, 1.5], ['0', 0], ['12.5', 12.5], ['123456789012345', 123456789012345], ['1234567890123456', null], [-1, null], ['-1', null],
    ['', null], [' 1', null], ['1e3', null], ['0x1', null], [NaN, null], [Infinity, null], [null, null], [undefined, null], [[1], null], [{}, null], [true, null],
  ]) assert.equal(amount(value), want, String(value));
  assert.deepEqual([count(1.9), count('2.5'), count('x'), count(-1)], [1, 2, 0, 0]);
});

/** A queue, with what its store hears of. */
function queue() {
  const heard = [];
  const frames = new Frames();
  const store = { dispatch: ({ messageId, progress, now }) => heard.push([messageId, now, progress]), flush: () => heard.push('flush') };
  return { heard, frames, ...createProgressQueue({ store, now: () => 5, schedule: frames.schedule }) };
}
const to = (messageId) => ({ conversationId: 'c', messageId });
const words = (text) => ({ deltas: [{ kind: 'text', text }] });

test('what comes within a frame is told once, each answer by itself, and then shown', () => {
  const { heard, frames, add } = queue();
  add(to('a'), { ...words('x'), status: 'thinking' });
  add(to('b'), { status: 'answering' });
  add(to('a'), { ...words('y'), status: 'answering' });
  assert.equal(frames.pending, 1, 'one frame is asked for');
  assert.deepEqual(heard, []);
  frames.next();
  assert.deepEqual(heard, [['a', 5, { ...words('xy'), status: 'answering' }], ['b', 5, { deltas: [], status: 'answering' }], 'flush']);
  add(to('a'), words('z'));
  assert.equal(frames.pending, 1, 'the next one asks for a frame again');
});

test('what is told at once is not told again', () => {
  const { heard, frames, add, flush } = queue();
  flush(to('a'));
  assert.deepEqual(heard, []);
  add(to('a'), words('x'));
  flush(to('a'));
  flush(to('a'));
  assert.deepEqual(heard, [['a', 5, words('x')]]);
  frames.next();
  assert.deepEqual(heard.slice(1), ['flush']);
});
