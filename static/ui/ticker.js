// SPDX-License-Identifier: MIT
// A clock for countdowns and elapsed times: ticks once a second, and only while somebody needs it.

/**
 * @param {() => void} tick
 * @returns {{need: (needed: boolean) => void}}
 */
export function createTicker(tick) {
  /** @type {ReturnType<typeof setInterval> | null} */
  let timer = null;
  return {
    need(needed) {
      if (needed && timer === null) timer = setInterval(tick, 1000);
      if (!needed && timer !== null) {
        clearInterval(timer);
        timer = null;
      }
    },
  };
}

/**
 * Whole seconds from now until then, never negative.
 * @param {number | null | undefined} then ms since the epoch
 * @returns {number}
 */
export function secondsUntil(then) {
  return then ? Math.max(0, Math.ceil((then - Date.now()) / 1000)) : 0;
}

/**
 * Whether a countdown still has to be redrawn: until it is over and once more,
 * to take its text away.
 * @param {number | null | undefined} then ms since the epoch
 * @returns {boolean}
 */
export function stillCounting(then) {
  return Boolean(then && Date.now() - then < 1500);
}
