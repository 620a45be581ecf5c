/* SPDX-License-Identifier: MIT */
/**
 * What comes of the answers under way, put together so that the store hears of
 * it at most once a frame.
 *
 * @typedef {import('../core/types.js').Id} Id
 * @typedef {import('../core/types.js').Progress} Progress
 * @typedef {import('../core/store.js').Store} Store
 */

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
  /** @type {Map<Id, {to: Destination, progress: Progress}>} */
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
      const before = waiting.get(to.messageId);
      waiting.set(to.messageId, { to, progress: before === undefined ? progress : merged(before.progress, progress) });
      if (due) return;
      due = true;
      schedule(flushAll);
    },
  };
}

/**
 * Two pieces of progress as one.
 *
 * @param {Progress} before
 * @param {Progress} after
 * @returns {Progress}
 */
function merged(before, after) {
  const both = { ...before, ...after };
  if (before.text !== undefined && after.text !== undefined) both.text = before.text + after.text;
  if (before.reasoning !== undefined && after.reasoning !== undefined) {
    both.reasoning = before.reasoning + after.reasoning;
  }
  return both;
}
