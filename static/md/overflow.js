/* SPDX-License-Identifier: MIT */
/** Boxes that scroll sideways can be reached by keyboard while they do, and show where they go on. */

/** @type {ResizeObserver | null} */
let observer = null;

/** Pixels that are no more to be seen. */
const NEARLY = 2;

/**
 * @param {HTMLElement} box
 * @returns {{isWide: boolean, left: boolean, right: boolean}} at which sides there is more of it
 */
function hidden(box) {
  const room = box.scrollWidth - box.clientWidth;
  // From right to left, places are counted from the right, below zero.
  const left = getComputedStyle(box).direction === 'rtl' ? room + box.scrollLeft : box.scrollLeft;
  const isWide = room > 1;
  return { isWide, left: isWide && left > NEARLY, right: isWide && left < room - NEARLY };
}

/**
 * @param {HTMLElement} box
 * @param {ReturnType<typeof hidden>} more
 */
function show(box, { isWide, left, right }) {
  if (isWide && box.tabIndex !== 0) box.tabIndex = 0;
  else if (!isWide && box.hasAttribute('tabindex')) box.removeAttribute('tabindex');
  if (box.classList.contains('has-left') !== left) box.classList.toggle('has-left', left);
  if (box.classList.contains('has-right') !== right) box.classList.toggle('has-right', right);
}

/**
 * Makes `box` focusable whenever its content is wider than itself.
 *
 * @param {HTMLElement} box
 */
export function watchOverflow(box) {
  if (typeof ResizeObserver !== 'function') return;
  observer ??= new ResizeObserver((entries) => {
    // All reads come before all writes.
    const boxes = entries.map(({ target }) => /** @type {HTMLElement} */ (target));
    const sides = boxes.map(hidden);
    boxes.forEach((target, i) => show(target, /** @type {ReturnType<typeof hidden>} */ (sides[i])));
  });
  observer.observe(box);
  box.addEventListener('scroll', () => show(box, hidden(box)), { passive: true });
}
