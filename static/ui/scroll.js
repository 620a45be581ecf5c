// SPDX-License-Identifier: MIT
// The one owner of the thread's scroll position: follows what is being written until the reader scrolls away.

import { FOLLOWING, follow, isAway, sticks } from './follow.js';

const UP_KEYS = new Set(['ArrowUp', 'PageUp', 'Home']);
/** A finger that has moved this far down wants to see what is above (px). */
const PULL = 4;
/** Farther down than any thread is high (px). */
const END = 1e9;

/**
 * Hears of every way in which a reader goes up before the position has changed.
 * @param {HTMLElement} viewport
 * @param {() => void} release
 * @param {() => void} scrolled  it has, by whatever
 */
function watchHands(viewport, release, scrolled) {
  let touchY = 0;
  viewport.addEventListener('scroll', scrolled, { passive: true });
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
 * Calls back as soon as the page is laid out, so that looking at it then costs
 * nothing.
 * @param {HTMLElement} viewport
 * @param {HTMLElement} content
 * @param {() => void} look
 */
function createLook(viewport, content, look) {
  let asked = false;
  const observer = new IntersectionObserver(() => {
    if (!asked) return;
    asked = false;
    observer.unobserve(content);
    look();
  }, { root: viewport });
  return {
    ask() {
      if (asked) return;
      asked = true;
      // What is observed anew is told of, whether it has moved or not.
      observer.observe(content);
    },
    dispose: () => observer.disconnect(),
  };
}

/**
 * Heights as they were last laid out.
 * @param {HTMLElement} viewport
 * @param {HTMLElement} content
 * @param {(before: number) => void} onChange  is given what `end()` was
 */
function createSizes(viewport, content, onChange) {
  const heights = new Map([[viewport, 0], [content, 0]]);
  /** The position of the end (px). */
  const end = () => (heights.get(content) ?? 0) - (heights.get(viewport) ?? 0);
  const observer = new ResizeObserver((entries) => {
    const before = end();
    for (const { target, borderBoxSize: [size] } of entries) heights.set(/** @type {HTMLElement} */ (target), size?.blockSize ?? 0);
    onChange(before);
  });
  observer.observe(content);
  observer.observe(viewport);
  return { end, dispose: () => observer.disconnect() };
}

/**
 * Nothing is read from the layout but where it has just been made: in the
 * observers of sizes and of what is in view. A scroll event says only that
 * something is to be looked at.
 * @param {HTMLElement} viewport the element that scrolls
 * @param {HTMLElement} content what grows inside it
 * @param {() => void} onSize called when the size of either has changed, before the position is looked at
 * @param {(away: boolean) => void} onAway called when the reader gets far from the end or comes back
 */
export function createScrollOwner(viewport, content, onSize, onAway) {
  let now = FOLLOWING;
  let away = false;
  /** The position may be another than the one that is known. */
  let moved = false;
  /** The next scroll event is of our own move. */
  let own = false;
  // Growth moves nobody but a follower. The observer runs before paint, so a
  // follower never sees a frame in which the end is out of view.
  const sizes = createSizes(viewport, content, (before) => {
    // Who went to the end was there before it moved on; who is put to it by a shrinking thread has not gone up.
    settle(Math.min(before, sizes.end()));
    onSize();
    if (sticks(now)) stick();
    else report();
  });

  function report() {
    viewport.toggleAttribute('data-free', !sticks(now));
    const far = isAway(now, sizes.end() - now.top);
    if (far !== away) onAway(away = far);
  }

  /**
   * Takes note of where the reader is. Cheap where the page is laid out.
   * @param {number} end  the position of the end (px)
   */
  function settle(end) {
    if (!moved) return;
    moved = false;
    const top = viewport.scrollTop;
    now = follow(now, { type: 'scrolled', top, distance: end - top });
  }

  function stick() {
    const before = viewport.scrollTop;
    viewport.scrollTop = END;
    now = follow(now, { type: 'stuck', top: viewport.scrollTop });
    own ||= now.top !== before;
    moved = false;
  }

  const look = createLook(viewport, content, () => {
    settle(sizes.end());
    report();
  });

  watchHands(viewport, release, () => {
    moved = true;
    // The next growth looks at what comes with a move of ours.
    if (own) own = false;
    else look.ask();
  });

  /** The reader is doing something further up; stay with them. */
  function release() {
    now = follow(now, { type: 'released', scrolls: sizes.end() > 0 });
    look.ask();
  }

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
      onAway(away = false);
      if (thread) stick();
      // Putting it there would lay the page out, also where it is there.
      else if (now.top !== 0) viewport.scrollTop = 0;
    },
    release,
    dispose() {
      for (const part of [sizes, look]) part.dispose();
    },
  };
}

/** @typedef {ReturnType<typeof createScrollOwner>} ScrollOwner */
