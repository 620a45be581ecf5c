// SPDX-License-Identifier: MIT
// Work that may wait: done in short pieces, when the page has nothing better to do.

/** Longest time spent before the page gets its turn (ms). */
const SLICE = 6;
/** It is begun after this at the latest (ms). */
const PATIENCE = 300;

/** @param {() => void} run */
function whenIdle(run) {
  if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: PATIENCE });
  else setTimeout(run, 16);
}

/**
 * @param {() => boolean} step  does one piece; false when nothing is left
 * @returns {{ask: () => void}} asks for the work to be begun
 */
export function createIdleWork(step) {
  let asked = false;
  function work() {
    asked = false;
    const until = performance.now() + SLICE;
    while (step()) {
      if (performance.now() > until) {
        ask();
        return;
      }
    }
  }
  function ask() {
    if (asked) return;
    asked = true;
    whenIdle(work);
  }
  return { ask };
}
