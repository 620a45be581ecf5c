// SPDX-License-Identifier: MIT
// The one owner of the thread's scroll position: follows what is being written until the reader scrolls away.

/** Nearer than this to the end counts as being at the end (px). */
const NEAR = 24;
/** Farther than this from the end, the way back is offered (px). */
const FAR = 160;

const UP_KEYS = new Set(['ArrowUp', 'PageUp', 'Home']);

/**
 * @param {HTMLElement} viewport the element that scrolls
 * @param {HTMLElement} content what grows inside it
 * @param {(away: boolean) => void} onAway called when the reader gets far from the end or comes back
 */
export function createScrollOwner(viewport, content, onAway) {
  let following = true;
  let enabled = true;
  let away = false;
  let lastTop = 0;
  let touchY = 0;

  const distance = () => viewport.scrollHeight - viewport.clientHeight - viewport.scrollTop;

  function report() {
    const now = !following && distance() > FAR;
    if (now !== away) {
      away = now;
      onAway(away);
    }
  }

  function stick() {
    viewport.scrollTop = viewport.scrollHeight;
    lastTop = viewport.scrollTop;
  }

  /** The reader wants to stay where they look. */
  function release() {
    if (viewport.scrollHeight <= viewport.clientHeight) return;
    following = false;
    report();
  }

  // Growth moves nobody but a follower. The observer runs before paint, so a
  // follower never sees a frame in which the end is out of view.
  const observer = new ResizeObserver(() => {
    if (following && enabled) stick();
    else report();
  });
  observer.observe(content);
  observer.observe(viewport);

  // A scroll event tells where we are, not who moved. Our own moves are known
  // by `lastTop`, so what differs from it is the reader's: up lets go, and down
  // to the end takes hold again. (Content that shrinks moves us to the very
  // end, which is no reason to let go.)
  viewport.addEventListener('scroll', () => {
    const top = viewport.scrollTop;
    if (top > lastTop && distance() <= NEAR) following = true;
    else if (top < lastTop - 1 && distance() > 2) following = false;
    lastTop = top;
    report();
  }, { passive: true });

  viewport.addEventListener('wheel', (event) => {
    if (event.deltaY < 0) release();
  }, { passive: true });
  viewport.addEventListener('touchstart', (event) => {
    touchY = event.touches[0]?.clientY ?? 0;
  }, { passive: true });
  viewport.addEventListener('touchmove', (event) => {
    if ((event.touches[0]?.clientY ?? 0) > touchY + 4) release();
  }, { passive: true });
  viewport.addEventListener('keydown', (event) => {
    const target = /** @type {Element} */ (event.target);
    if (UP_KEYS.has(event.key) && !target.closest('textarea, input, select')) release();
  });

  return {
    /** Goes to the end and follows it from now on. */
    toEnd() {
      following = true;
      stick();
      report();
    },
    /**
     * Another thread is shown: begin at its end, or at the start of what is
     * not a thread.
     * @param {boolean} follow
     */
    reset(follow) {
      following = true;
      enabled = follow;
      away = false;
      onAway(false);
      if (follow) stick();
      else viewport.scrollTop = 0;
    },
    /** The reader is doing something further up; stay with them. */
    release,
    dispose() { observer.disconnect(); },
  };
}

/** @typedef {ReturnType<typeof createScrollOwner>} ScrollOwner */
