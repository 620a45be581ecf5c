// SPDX-License-Identifier: MIT
// Where a panel stands beside what it belongs to. Pure: rectangles in, a place out.

/** Room kept between the panel and the window's edges (px). */
const EDGE = 8;
/** Between the panel and its opener (px). */
const GAP = 4;

/**
 * Below the opener, or above where there is more room, aligned with the side
 * on which it fits; never outside of the window.
 * @param {{top: number, bottom: number, left: number, right: number}} at  the opener
 * @param {{width: number, height: number}} panel
 * @param {{width: number, height: number}} room  the window
 * @returns {{top: number, left: number}}
 */
export function placeBeside(at, panel, room) {
  const below = at.bottom + GAP;
  const fits = below + panel.height + EDGE <= room.height || at.top < room.height - at.bottom;
  const top = fits ? below : at.top - GAP - panel.height;
  const startAligned = at.left + panel.width + EDGE <= room.width && at.left < room.width / 2;
  const left = startAligned ? at.left : at.right - panel.width;
  return {
    top: Math.max(EDGE, Math.min(top, room.height - panel.height - EDGE)),
    left: Math.max(EDGE, Math.min(left, room.width - panel.width - EDGE)),
  };
}

/**
 * The one that an arrow key leads to, round about.
 * @param {number} count
 * @param {number} at  -1 for none
 * @param {string} key
 * @returns {number | null} null when the key is no such key
 */
export function arrowTo(count, at, key) {
  if (count === 0) return null;
  switch (key) {
    case 'ArrowDown': return (at + 1) % count;
    case 'ArrowUp': return at <= 0 ? count - 1 : at - 1;
    case 'Home': return 0;
    case 'End': return count - 1;
    default: return null;
  }
}
