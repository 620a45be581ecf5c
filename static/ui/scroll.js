// SPDX-License-Identifier: MIT
// The one owner of the thread's scroll position: follows what is being written until the reader scrolls away.

import { FOLLOWING, follow, isAway, sticks } from './follow.js';

const UP_KEYS = new Set(['ArrowUp', 'PageUp', 'Home']);
/** A finger that has moved this far down wants to see what is above (px). */
const PULL = 4;

/**
 * Hears of every way in which a reader goes up before the position has changed.
 * @param {HTMLElement} viewport
 * @param {() => void} release
 */
function watchHands(viewport, release) {
  let touchY = 0;
  viewport.addEventListener('wheel', (event) => {
    if (event.deltaY < 0) release();
  }, { passive: true });
  viewport.addEventListener('touchstart', (event) => {
    touchY = event.touches[0]?.clientY ?? 0;
  }, { passive: true });
  viewport.addEventListener('touchmove', (event) => {
    if ((event.touches[0]?.clientY ?? 0) > touchY + PULL) release();
  }, { passive: true });
  viewport.addEventListener('keydown', (event) => {
    const target = /** @type {Element} */ (event.target);
    if (UP_KEYS.has(event.key) && !target.closest('textarea, input, select')) release();
  });
}

/**
 * @param {HTMLElement} viewport the element that scrolls
 * @param {HTMLElement} content what grows inside it
 * @param {() => void} onSize called when the size of either has changed, before the position is looked at
 * @param {(away: boolean) => void} onAway called when the reader gets far from the end or comes back
 */
export function createScrollOwner(viewport, content, onSize, onAway) {
  let now = FOLLOWING;
  let away = false;

  const distance = () => viewport.scrollHeight - viewport.clientHeight - viewport.scrollTop;

  function report() {
    const far = isAway(now, distance());
    if (far === away) return;
    away = far;
    onAway(away);
  }

  function stick() {
    viewport.scrollTop = viewport.scrollHeight;
    now = follow(now, { type: 'stuck', top: viewport.scrollTop });
  }

  /** The reader wants to stay where they look. */
  function release() {
    now = follow(now, { type: 'released', scrolls: viewport.scrollHeight > viewport.clientHeight });
    report();
  }

  // Growth moves nobody but a follower. The observer runs before paint, so a
  // follower never sees a frame in which the end is out of view.
  const observer = new ResizeObserver(() => {
    onSize();
    if (sticks(now)) stick();
    else report();
  });
  observer.observe(content);
  observer.observe(viewport);
  viewport.addEventListener('scroll', () => {
    now = follow(now, { type: 'scrolled', top: viewport.scrollTop, distance: distance() });
    report();
  }, { passive: true });
  watchHands(viewport, release);

  return {
    /** Follows the end from now on. */
    toEnd() {
      now = follow(now, { type: 'end' });
      stick();
      report();
    },
    /**
     * Another thread is shown: begin at its end, or at the start of what is
     * not a thread.
     * @param {boolean} thread
     */
    reset(thread) {
      now = follow(now, { type: 'shown', thread });
      away = false;
      onAway(false);
      if (thread) stick();
      // Putting it there would lay the page out, also where it is there.
      else if (now.top !== 0) viewport.scrollTop = 0;
    },
    /** The reader is doing something further up; stay with them. */
    release,
    dispose() { observer.disconnect(); },
  };
}

/** @typedef {ReturnType<typeof createScrollOwner>} ScrollOwner */
