/* SPDX-License-Identifier: MIT */
/** Boxes that scroll sideways can be reached by keyboard while they do. */

/** @type {ResizeObserver | null} */
let observer = null;

/**
 * Makes `box` focusable whenever its content is wider than itself.
 *
 * @param {HTMLElement} box
 */
export function watchOverflow(box) {
  if (typeof ResizeObserver !== 'function') return;
  observer ??= new ResizeObserver((entries) => {
    // All reads come before all writes.
    const wide = entries.map(({ target }) => target.scrollWidth > target.clientWidth + 1);
    entries.forEach(({ target }, i) => {
      const node = /** @type {HTMLElement} */ (target);
      if (wide[i] && node.tabIndex !== 0) node.tabIndex = 0;
      else if (!wide[i] && node.hasAttribute('tabindex')) node.removeAttribute('tabindex');
    });
  });
  observer.observe(box);
}
