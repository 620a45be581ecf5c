// SPDX-License-Identifier: MIT
// Where the scroll position of a thread belongs: at its end until the reader goes away from it. Pure.

/** Nearer than this to the end counts as being at the end (px). */
const NEAR = 24;
/** Farther than this from the end, the way back is offered (px). */
const FAR = 160;
/** A position may differ by this much from where it was put (px). */
const SLACK = 2;

/**
 * @typedef {object} Follow
 * @property {boolean} following  the end stays in view while the thread grows
 * @property {boolean} enabled    there is a thread to follow
 * @property {number} top         the position that is known
 *
 * @typedef {{type: 'scrolled', top: number, distance: number}
 *   | {type: 'stuck', top: number}
 *   | {type: 'released', scrolls: boolean}
 *   | {type: 'end'}
 *   | {type: 'shown', thread: boolean}} FollowEvent
 *
 * scrolled  the position is `top` now, `distance` from the end
 * stuck     it was put to the end, which is at `top`
 * released  the reader wants to stay where they look; `scrolls` when there is more than fits
 * end       the reader wants to the end
 * shown     something else is shown: a thread, or what is none
 */

/** @type {Follow} */
export const FOLLOWING = Object.freeze({ following: true, enabled: true, top: 0 });

/**
 * A scroll event tells where we are, not who moved. Our own moves are known by
 * `top`, so what differs from it is the reader's: up lets go, and down to the
 * end takes hold again. (Content that shrinks moves us to the very end, which
 * is no reason to let go.)
 * @param {Follow} now
 * @param {FollowEvent} event
 * @returns {Follow}
 */
export function follow(now, event) {
  switch (event.type) {
    case 'scrolled': {
      const { top, distance } = event;
      const following = top > now.top && distance <= NEAR ? true
        : top < now.top - 1 && distance > SLACK ? false : now.following;
      return { ...now, following, top };
    }
    case 'stuck': return { ...now, top: event.top };
    case 'released': return event.scrolls ? { ...now, following: false } : now;
    case 'end': return { ...now, following: true };
    case 'shown': return { following: true, enabled: event.thread, top: now.top };
    default: return now;
  }
}

/**
 * Whether growth of the thread moves the reader along.
 * @param {Follow} now
 */
export function sticks({ following, enabled }) {
  return following && enabled;
}

/**
 * Whether the reader is so far from the end that a way back is offered.
 * @param {Follow} now
 * @param {number} distance  from the end (px)
 */
export function isAway({ following }, distance) {
  return !following && distance > FAR;
}
