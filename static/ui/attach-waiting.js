// SPDX-License-Identifier: MIT
// What is known of the files that wait in drafts, so that they can be read another way. It is no part of the state:
// files cannot be exported, and are let go as soon as no draft has them.

/**
 * @typedef {import('../files/take.js').Original & {pasted: boolean}} Waiting
 * @typedef {import('../core/types.js').State} State
 */

/** By the attachment's id. @type {Map<string, Waiting>} */
export const waiting = new Map();

/**
 * Lets go of those that no draft has any more.
 * @param {State} state
 */
export function pruneWaiting(state) {
  if (waiting.size === 0) return;
  const kept = new Set();
  for (const { draft, queue } of Object.values(state.conversations.byId)) {
    for (const { attachments } of [draft, ...queue]) for (const { id } of attachments) kept.add(id);
  }
  for (const id of waiting.keys()) if (!kept.has(id)) waiting.delete(id);
}
