/* SPDX-License-Identifier: MIT */
/**
 * What comes of the answers under way, put together so that the store hears of
 * it at most once a frame.
 *
 * @typedef {import('../core/types.js').Delta} Delta
 * @typedef {import('../core/types.js').Id} Id
 * @typedef {import('../core/types.js').Progress} Progress
 * @typedef {import('../core/store.js').Store} Store
 */

import { pushDeltas } from '../core/deltas.js';

/**
 * @typedef {object} Destination  an answer
 * @property {Id} conversationId
 * @property {Id} messageId
 *
 * @typedef {object} ProgressQueue
 * @property {(to: Destination, progress: Progress) => void} add  for the next frame
 * @property {(to: Destination) => void} flush  what came for one, now
 */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {() => number} options.now
 * @param {(run: () => void) => void} options.schedule  once, at the next frame
 * @returns {ProgressQueue}
 */
export function createProgressQueue({ store, now, schedule }) {
  /** @type {Map<Id, {to: Destination, progress: Progress & {deltas: Delta[]}}>} */
  const waiting = new Map();
  let due = false;

  /** @param {Destination} to */
  function flush({ conversationId, messageId }) {
    const found = waiting.get(messageId);
    if (found === undefined) return;
    waiting.delete(messageId);
    store.dispatch({
      type: 'answer/progressed', conversationId, messageId, now: now(), progress: found.progress,
    });
  }

  function flushAll() {
    due = false;
    for (const { to } of [...waiting.values()]) flush(to);
    // The same frame shows it.
    store.flush();
  }

  return {
    flush,
    add(to, progress) {
      const found = waiting.get(to.messageId) ?? { to, progress: { deltas: [] } };
      waiting.set(to.messageId, found);
      merge(found.progress, progress);
      if (due) return;
      due = true;
      schedule(flushAll);
    },
  };
}

/**
 * Takes a later piece of progress into one that waits.
 *
 * @param {Progress & {deltas: Delta[]}} into  is changed
 * @param {Progress} more
 */
function merge(into, { deltas = [], ...rest }) {
  pushDeltas(into.deltas, deltas);
  Object.assign(into, rest);
}
