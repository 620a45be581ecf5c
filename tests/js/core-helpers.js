/* SPDX-License-Identifier: MIT */
/**
 * What the tests of core/ and net/ share: a state with ids that count up, a
 * clock and timers that only move when told to.
 */

import { createCoreActions } from '../../static/core/actions.js';
import { reasoningOf, textOf } from '../../static/core/parts.js';
import { DEFAULT_SETTINGS } from '../../static/core/settings.js';
import { initialState, reduce } from '../../static/core/state.js';
import { createStore } from '../../static/core/store.js';

/** Ids n1, n2 ... */
export function counter(prefix = 'n') {
  let last = 0;
  return () => `${prefix}${(last += 1)}`;
}

/**
 * A clock with timers, moved by hand. Promises between two timers are given
 * time to settle.
 */
export class Clock {
  now = 1_700_000_000_000;
  #timers = new Map();
  #last = 0;

  setTimer = (run, ms) => {
    this.#last += 1;
    this.#timers.set(this.#last, { run, at: this.now + ms });
    return this.#last;
  };

  clearTimer = (timer) => {
    this.#timers.delete(timer);
  };

  get pending() {
    return this.#timers.size;
  }

  /** Lets everything that waits for promises only go on. */
  async settle() {
    for (let i = 0; i < 20; i += 1) await Promise.resolve();
    await new Promise((resolve) => { setImmediate(resolve); });
  }

  /** Moves on by `ms`, running what is due, in order. */
  async advance(ms) {
    const end = this.now + ms;
    await this.settle();
    for (;;) {
      let next = null;
      for (const [id, timer] of this.#timers) {
        if (timer.at <= end && (next === null || timer.at < next.timer.at)) next = { id, timer };
      }
      if (next === null) break;
      this.#timers.delete(next.id);
      this.now = Math.max(this.now, next.timer.at);
      next.timer.run();
      await this.settle();
    }
    this.now = end;
  }
}

/** Frames that come when they are told to. */
export class Frames {
  #due = [];

  schedule = (run) => {
    this.#due.push(run);
  };

  get pending() {
    return this.#due.length;
  }

  next() {
    for (const run of this.#due.splice(0)) run();
  }
}

/** A store with the actions that need no network. */
export function makeCore({ settings = DEFAULT_SETTINGS } = {}) {
  const clock = new Clock();
  const frames = new Frames();
  const newId = counter();
  const kept = [];
  const store = createStore(initialState({ settings, id: 'c0', now: clock.now }), {
    reduce, schedule: frames.schedule,
  });
  const actions = createCoreActions({
    store, now: () => clock.now, newId, keepSettings: (value) => kept.push(value),
  });
  return { store, actions, clock, frames, newId, kept };
}

/** A model that takes images, one that does not, one of unknown length. */
export const MODELS = [
  { id: 'small', name: 'Small', provider: 'p', contextLength: 1000, maxOutputTokens: 200, input: ['text'], description: '', webSearch: false },
  { id: 'eyes', name: 'Eyes', provider: 'p', contextLength: 100000, maxOutputTokens: null, input: ['text', 'image'], description: '', webSearch: false },
  { id: 'any', name: 'Any', provider: 'q', contextLength: null, maxOutputTokens: null, input: ['text'], description: '', webSearch: false },
];

/** A small image as the page makes them. */
export const IMAGE = {
  id: 'a1', kind: 'image', name: 'dot.png', type: 'image/png', size: 70, width: 1, height: 1,
  data: 'data:image/png;base64,iVBORw0KGgo=',
};

/** What a message says, and what it thought. */
export const said = (message) => textOf(message.parts);
export const thought = (message) => reasoningOf(message.parts);

/** A text file. */
export const TEXT_FILE = {
  id: 'a2', kind: 'file', name: 'notes.txt', type: 'text/plain', size: 12, text: 'a note ``` b', data: '',
};

/** Adds a question and its finished answer to a conversation of a store. */
export function addExchange({ store, clock, newId }, question, answer, { parentId, conversationId, status = 'complete' } = {}) {
  const id = conversationId ?? store.getState().conversations.activeId;
  const ids = { user: newId(), answer: newId() };
  clock.now += 1000;
  store.dispatch({
    type: 'exchange/started', conversationId: id, now: clock.now, clearDraft: true,
    user: { id: ids.user, parentId: parentId ?? null, text: question, attachments: [] },
    answer: { id: ids.answer, parentId: ids.user, model: 'small', streamKey: `k-${ids.answer}` },
  });
  clock.now += 500;
  store.dispatch({
    type: 'answer/progressed', conversationId: id, messageId: ids.answer, now: clock.now,
    progress: { deltas: [{ kind: 'text', text: answer }], status: 'answering', lastEventId: '3' },
  });
  clock.now += 1500;
  if (status !== null) {
    store.dispatch({ type: 'answer/ended', conversationId: id, messageId: ids.answer, now: clock.now, status });
  }
  return ids;
}
