/* SPDX-License-Identifier: MIT */
/** The store: actions at once, notifications once a frame. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { createStore } from '../../static/core/store.js';
import { Frames } from './core-helpers.js';

const add = (state, action) => (action.n === 0 ? state : { sum: state.sum + action.n });

function makeStore() {
  const frames = new Frames();
  return { frames, store: createStore({ sum: 0 }, { reduce: add, schedule: frames.schedule }) };
}

test('an action is applied at once and notified at the next frame, once', () => {
  const { frames, store } = makeStore();
  const seen = [];
  store.subscribe((state, previous) => seen.push([previous.sum, state.sum]));
  store.dispatch({ n: 1 });
  store.dispatch({ n: 2 });
  assert.equal(store.getState().sum, 3);
  assert.deepEqual(seen, []);
  assert.equal(frames.pending, 1);
  frames.next();
  assert.deepEqual(seen, [[0, 3]]);
  frames.next();
  assert.deepEqual(seen, [[0, 3]]);
});

test('an action that changes nothing asks for no frame', () => {
  const { frames, store } = makeStore();
  store.dispatch({ n: 0 });
  assert.equal(frames.pending, 0);
});

test('what a listener dispatches is notified in the frame after', () => {
  const { frames, store } = makeStore();
  const seen = [];
  store.subscribe((state) => {
    seen.push(state.sum);
    if (state.sum === 1) store.dispatch({ n: 10 });
  });
  store.dispatch({ n: 1 });
  frames.next();
  assert.deepEqual(seen, [1]);
  assert.equal(store.getState().sum, 11);
  frames.next();
  assert.deepEqual(seen, [1, 11]);
});

test('flush notifies now, and the frame that was asked for then does nothing', () => {
  const { frames, store } = makeStore();
  let calls = 0;
  store.subscribe(() => { calls += 1; });
  store.flush();
  assert.equal(calls, 0);
  store.dispatch({ n: 1 });
  store.flush();
  assert.equal(calls, 1);
  frames.next();
  assert.equal(calls, 1);
});

test('unsubscribing works, also from inside a notification', () => {
  const { frames, store } = makeStore();
  const seen = [];
  const offFirst = store.subscribe(() => {
    seen.push('first');
    offSecond();
  });
  const offSecond = store.subscribe(() => seen.push('second'));
  store.dispatch({ n: 1 });
  frames.next();
  offFirst();
  store.dispatch({ n: 1 });
  frames.next();
  assert.deepEqual(seen, ['first']);
});

test('a listener that throws does not silence the others, and is heard', () => {
  const frames = new Frames();
  const errors = [];
  const store = createStore({ sum: 0 }, {
    reduce: add, schedule: frames.schedule, onError: (error) => errors.push(error.message),
  });
  let called = false;
  store.subscribe(() => { throw new Error('listener'); });
  store.subscribe(() => { called = true; });
  store.dispatch({ n: 1 });
  frames.next();
  assert.equal(called, true);
  assert.deepEqual(errors, ['listener']);
});
