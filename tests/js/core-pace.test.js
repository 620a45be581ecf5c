/* SPDX-License-Identifier: MIT */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace, restAfter } from '../../static/core/pace.js';

/** A clock that goes by hand; frames come every 16 ms while the page is shown. @param {{shown?: boolean}} [options] */
function hand({ shown = true } = {}) {
  let time = 0;
  let last = 0;
  /** @type {Map<number, {at: number, run: () => void}>} */
  const due = new Map();
  const add = (/** @type {number} */ at, /** @type {() => void} */ run) => {
    due.set(last += 1, { at, run });
    return last;
  };
  return {
    /** @param {number} ms  what is done now takes so long */
    spend: (ms) => { time += ms; },
    /** @param {number} until */
    run(until) {
      for (;;) {
        const [next] = [...due].filter(([, { at }]) => at <= until).sort((a, b) => a[1].at - b[1].at || a[0] - b[0]);
        if (!next) break;
        due.delete(next[0]);
        time = Math.max(time, next[1].at);
        next[1].run();
      }
      time = Math.max(time, until);
    },
    left: () => due.size,
    clock: {
      now: () => time,
      requestFrame: (/** @type {() => void} */ run) => (shown ? add((Math.floor(time / 16) + 1) * 16, run) : add(Infinity, run)),
      cancelFrame: (/** @type {number} */ id) => void due.delete(id),
      setTimer: (/** @type {() => void} */ run, /** @type {number} */ ms) => add(time + ms, run),
      clearTimer: (/** @type {number} */ id) => void due.delete(id),
    },
  };
}

/**
 * Draws again and again, as an answer that arrives makes it, for a second.
 * @param {number} cost @param {boolean} types
 */
function draws(cost, types) {
  const by = hand();
  const { schedule, typed } = createPace(by.clock);
  /** @type {number[]} */
  const at = [];
  const again = () => {
    at.push(by.clock.now());
    by.spend(cost);
    // The next piece of the answer comes when the page has had its turn.
    if (by.clock.now() < 1000) by.clock.setTimer(() => schedule(again), 1);
  };
  if (types) typed();
  schedule(again);
  by.run(2000);
  return at;
}

test('each frame is drawn where nobody types, and where drawing is cheap', () => {
  assert.ok(draws(2, false).length > 55);
  assert.ok(draws(2, true).length > 55);
  assert.ok(draws(40, false).length > 18);
});

test('while somebody types, a slow device draws a third of the time', () => {
  const at = draws(40, true);
  assert.ok(at.length >= 6 && at.length <= 9, String(at.length));
  // Never longer apart than fingers may make it wait.
  for (const [i, time] of at.slice(1).entries()) assert.ok(time - /** @type {number} */ (at[i]) <= 40 + 120 + 32);
  assert.equal(restAfter(1000, 0), 120);
});

test('who has stopped typing sees each frame again', () => {
  assert.equal(restAfter(40, 0), 80);
  assert.equal(restAfter(40, 1001), 0);
  assert.equal(restAfter(10, 0), 0);
});

test('what is to be drawn is drawn once, also where there are no frames, and nothing is left behind', () => {
  for (const shown of [true, false]) {
    const by = hand({ shown });
    const { schedule, typed } = createPace(by.clock);
    let times = 0;
    typed();
    schedule(() => {
      times += 1;
      by.spend(90);
    });
    by.run(300);
    // The last of an answer, right after a dear frame and a key.
    typed();
    schedule(() => { times += 1; });
    by.run(700);
    assert.equal(times, 2, `shown: ${shown}`);
    assert.equal(by.left(), 0);
  }
});
