/* SPDX-License-Identifier: MIT */
/**
 * When the page is drawn: at the next frame, and more seldom where drawing
 * takes a slow device the time that somebody's keys need. Pure but for what it
 * is given.
 */

/** A page that is not shown gets no frames: then, this often must do (ms). */
const HIDDEN_MS = 250;
/** A draw that takes no longer leaves keys their time (ms). */
const LIGHT_MS = 10;
/** After a key, somebody is typing for so long (ms). */
const TYPING_MS = 1000;
/** No draw waits longer for fingers (ms). */
const REST_MS = 120;
/** Of the time, drawing gets one part and keys get so many. */
const KEYS = 2;

/**
 * How long after a draw the next one may begin.
 *
 * @param {number} cost  what the last draw took, with layout and paint (ms)
 * @param {number} sinceKey  ms
 * @returns {number} ms
 */
export function restAfter(cost, sinceKey) {
  return sinceKey > TYPING_MS || cost <= LIGHT_MS ? 0 : Math.min(REST_MS, cost * KEYS);
}

/**
 * @typedef {object} Clock
 * @property {() => number} now  ms
 * @property {(run: () => void) => number} requestFrame
 * @property {(frame: number) => void} cancelFrame
 * @property {(run: () => void, ms: number) => number} setTimer
 * @property {(timer: number) => void} clearTimer
 */

/**
 * @param {Clock} clock
 * @returns {{schedule: (run: () => void) => void, typed: () => void}}
 *   `schedule` calls `run` once, later, whatever happens; `typed` says that a key was pressed
 */
export function createPace({ now, requestFrame, cancelFrame, setTimer, clearTimer }) {
  let keyAt = -Infinity;
  let cost = 0;
  /** When the last draw was over. */
  let drawn = -Infinity;

  /** @param {() => void} run */
  function schedule(run) {
    let frame = 0;
    let timer = 0;
    const wait = Math.max(0, drawn + restAfter(cost, now() - keyAt) - now());
    const once = () => {
      cancelFrame(frame);
      clearTimer(timer);
      clearTimer(rest);
      const begun = now();
      // Layout and paint of this frame come before it.
      setTimer(() => {
        drawn = now();
        cost = drawn - begun;
      }, 0);
      run();
    };
    const begin = () => {
      frame = requestFrame(once);
    };
    const rest = wait > 0 ? setTimer(begin, wait) : 0;
    if (wait === 0) begin();
    timer = setTimer(once, HIDDEN_MS);
  }

  return {
    schedule,
    typed() {
      keyAt = now();
    },
  };
}
