// SPDX-License-Identifier: MIT
// A panel in the top layer beside the button that opened it: its place, its closing, and the focus afterwards.

import { placeBeside } from './place.js';
import { make } from './region.js';

/** Longest time from pressing a button to its click (ms). */
const PRESS = 400;

/**
 * @typedef {object} Popup
 * @property {HTMLElement} element
 * @property {(opener: HTMLElement, label: string, fill: () => void) => boolean} open
 *   false when this press has just closed it
 * @property {() => void} close
 * @property {() => void} place  again, when its size has changed
 */

/**
 * The opener whose press has just closed the panel: its click must not open it
 * again.
 */
function createDismissal() {
  let opener = /** @type {HTMLElement | null} */ (null);
  let at = 0;
  return {
    /** @param {HTMLElement | null} by */
    note(by) {
      opener = by;
      at = performance.now();
    },
    /** @param {HTMLElement} by */
    takes(by) {
      const taken = opener === by && performance.now() - at < PRESS;
      if (taken) opener = null;
      return taken;
    },
  };
}

/**
 * @param {HTMLElement} element
 * @param {HTMLElement | null} opener
 */
function placePanel(element, opener) {
  if (!opener) return;
  const { clientWidth, clientHeight } = document.documentElement;
  const { top, left } = placeBeside(opener.getBoundingClientRect(),
    { width: element.offsetWidth, height: element.offsetHeight }, { width: clientWidth, height: clientHeight });
  element.style.top = `${top}px`;
  element.style.left = `${left}px`;
}

/**
 * @param {string} className
 * @param {() => void} emptied  called when it has been closed
 * @returns {Popup}
 */
export function createPopup(className, emptied) {
  const element = make('div', className, { popover: 'auto', tabindex: '-1', role: 'group' });
  const dismissal = createDismissal();
  /** @type {HTMLElement | null} */
  let openedBy = null;
  let closing = false;

  function close() {
    closing = true;
    if (element.matches(':popover-open')) element.hidePopover();
    closing = false;
  }

  // Leaving by Tab closes it, as a menu does.
  element.addEventListener('focusout', (event) => {
    const to = /** @type {Node | null} */ (event.relatedTarget);
    if (to && !element.contains(to) && to !== openedBy) close();
  });
  element.addEventListener('toggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === 'open') return;
    const had = element.contains(document.activeElement) || document.activeElement === document.body;
    if (had && openedBy?.isConnected) openedBy.focus();
    openedBy = null;
    emptied();
  });
  element.addEventListener('beforetoggle', (event) => {
    const closed = /** @type {ToggleEvent} */ (event).newState === 'closed';
    // Here and not at 'toggle', which comes some time after the panel is shown.
    openedBy?.setAttribute('aria-expanded', String(!closed));
    if (closed && !closing) dismissal.note(openedBy);
  });
  window.addEventListener('resize', () => {
    // A keyboard on the screen that comes up for the panel's own field changes the size too.
    if (element.contains(document.activeElement) && document.activeElement?.matches('input')) placePanel(element, openedBy);
    else close();
  });

  return {
    element,
    close,
    place: () => placePanel(element, openedBy),
    open(opener, label, fill) {
      if (dismissal.takes(opener)) return false;
      close();
      openedBy = opener;
      // In the landmark of its opener: found there, and usable when the rest is inert.
      (opener.closest('dialog, .main, .sidebar') ?? document.body).append(element);
      element.setAttribute('aria-label', label);
      fill();
      element.showPopover();
      placePanel(element, opener);
      return true;
    },
  };
}
