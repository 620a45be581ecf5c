// SPDX-License-Identifier: MIT
// What of a thread is drawn when, with what around it, and where a step leads. Pure: state in, decisions out.

import { besideLast } from '../core/conversation.js';
import { selectActive, selectPath, selectSiblings, selectUnderWay } from '../core/selectors.js';

/**
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('./message.js').Around} Around
 */

/** Messages drawn at once, nearest the end; the others follow when there is time. */
export const AT_ONCE = 12;

/**
 * What the thread shows: a branch, and at its end perhaps two answers, in the
 * order in which they were asked for.
 * @param {import('../core/types.js').Conversation} conversation
 * @returns {{path: readonly Message[], pair: boolean}}
 */
export function shownOf(conversation) {
  const path = selectPath(conversation);
  const other = besideLast(conversation, path);
  if (other === null) return { path, pair: false };
  const [first] = path.at(-2)?.both ?? [];
  return { path: other.id === first ? [...path.slice(0, -1), other, .../** @type {Message[]} */ (path.slice(-1))] : [...path, other], pair: true };
}

/**
 * What a message shows beside itself.
 * @param {State} state
 * @param {readonly Message[]} path  what is shown
 * @param {number} index  of the message in it
 * @param {number} firstSent  index of the first message that the model still sees
 * @returns {Around}
 */
export function aroundOf(state, path, index, firstSent) {
  const message = /** @type {Message} */ (path[index]);
  const conversation = selectActive(state);
  const paired = index >= path.length - 2 && message.role === 'assistant' && besideLast(conversation, selectPath(conversation)) !== null;
  return {
    paired,
    place: selectSiblings(conversation, message.id),
    last: paired || index >= path.length - 1,
    editing: state.ui.editingId === message.id,
    unsent: index < firstSent,
    showStats: state.settings.showStats,
    named: paired || path[index - 2]?.model !== message.model,
    busy: selectUnderWay(conversation).length > 0,
    models: state.models.list,
  };
}

/**
 * Whether two paths lead over the same messages, whatever has become of them.
 * @param {readonly Message[]} a
 * @param {readonly Message[]} b
 */
export function sameWay(a, b) {
  return a.length === b.length && a.every((message, i) => message.id === b[i]?.id);
}

/**
 * Which messages are drawn at once, and which when there is time: far from the
 * end what is around them may be late, their own change may not.
 * @param {object} view
 * @param {readonly Message[]} view.path
 * @param {readonly Message[]} view.before  the path that was shown
 * @param {boolean} view.steady  all that every message is drawn with is as it was
 * @param {(id: string) => boolean} view.drawn  whether it has been drawn at all
 * @param {ReadonlySet<string | null>} view.touched  what the reader is doing something with: never late
 * @returns {{now: number[], later: number[]}} indexes in the path
 */
export function planDraws({ path, before, steady, drawn, touched }) {
  /** @type {number[]} */
  const now = [];
  /** @type {number[]} */
  const later = [];
  path.forEach((message, i) => {
    const known = drawn(message.id);
    const own = message !== before[i] || path[i - 1] !== before[i - 1];
    const mayWait = i < path.length - AT_ONCE && (!known || !own) && !touched.has(message.id);
    if (steady && known && !own) return;
    (mayWait ? later : now).push(i);
  });
  return { now, later };
}

/**
 * The message that a step from one to the next leads to.
 * @param {number} count
 * @param {number} at  -1 for none: then from the end
 * @param {-1 | 1} step
 * @returns {number | null} null beyond the last
 */
export function stepFrom(count, at, step) {
  if (count === 0) return null;
  const next = at === -1 ? (step < 0 ? count - 1 : count) : Math.max(0, at + step);
  return next < count ? next : null;
}
