// SPDX-License-Identifier: MIT
// A part of the page that is loaded when it is first wanted.

/**
 * @template T
 * @typedef {object} Later
 * @property {T | null} part   null until it is there
 * @property {boolean} failed  the last try; the next may go well
 * @property {() => void} load  does nothing while it is under way or done
 */

/**
 * @template T
 * @param {() => Promise<T>} fetchPart
 * @param {() => void} redraw  after it has come, or failed
 * @returns {Later<T>}
 */
export function later(fetchPart, redraw) {
  /** @type {T | null} */
  let part = null;
  /** @type {'no' | 'loading' | 'failed'} */
  let loading = 'no';
  return {
    get part() { return part; },
    get failed() { return loading === 'failed'; },
    load() {
      if (part !== null || loading === 'loading') return;
      loading = 'loading';
      fetchPart().then((made) => {
        part = made;
        redraw();
      }, () => {
        loading = 'failed';
        redraw();
      });
    },
  };
}
