// SPDX-License-Identifier: MIT
// The one menu of the page: a panel of buttons in the top layer, filled when it is opened.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { icon } from './icons.js';
import { make } from './region.js';

/**
 * @typedef {object} MenuItem
 * @property {string} label
 * @property {import('./icons.js').IconName} [icon]
 * @property {() => void} run
 * @property {boolean} [danger]
 * @property {string} [keys]
 * @typedef {MenuItem | {head: string} | 'line'} MenuEntry
 * @typedef {{open: (opener: HTMLElement, label: string, entries: readonly MenuEntry[]) => void, close: () => void}} Menus
 */

/** Room kept between the panel and the window's edges (px). */
const EDGE = 8;
/** Longest time from pressing a button to its click (ms). */
const PRESS = 400;

/**
 * Puts the panel below the opener, or above where there is more room, aligned
 * with the side on which it fits.
 * @param {HTMLElement} panel
 * @param {HTMLElement} opener
 */
function place(panel, opener) {
  const at = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = panel;
  const { clientWidth, clientHeight } = document.documentElement;
  const below = at.bottom + 4;
  const top = below + height + EDGE <= clientHeight || at.top < clientHeight - at.bottom
    ? below
    : at.top - 4 - height;
  const startAligned = at.left + width + EDGE <= clientWidth;
  const left = startAligned && at.left < clientWidth / 2 ? at.left : at.right - width;
  panel.style.top = `${Math.max(EDGE, Math.min(top, clientHeight - height - EDGE))}px`;
  panel.style.left = `${Math.max(EDGE, Math.min(left, clientWidth - width - EDGE))}px`;
}

/** @returns {Menus} */
export function createMenus() {
  const element = make('div', 'menu', { popover: 'auto', tabindex: '-1', role: 'group' });
  /** @type {HTMLElement | null} */
  let openedBy = null;
  /** The opener whose press has just closed the menu: its click must not open it again. */
  let dismissed = { opener: /** @type {HTMLElement | null} */ (null), at: 0 };
  let closing = false;

  /** @param {number} step */
  function move(step) {
    const items = /** @type {HTMLElement[]} */ ([...element.querySelectorAll('button')]);
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = step === Infinity ? items.length - 1
      : step === -Infinity ? 0
        : (at + step + items.length) % items.length;
    items[at === -1 && step === -1 ? items.length - 1 : next]?.focus();
  }

  element.addEventListener('keydown', (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (step === undefined) return;
    event.preventDefault();
    move(step);
  });

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
    render(nothing, element);
  });

  element.addEventListener('beforetoggle', (event) => {
    const closed = /** @type {ToggleEvent} */ (event).newState === 'closed';
    // Here and not at 'toggle', which comes some time after the menu is shown.
    openedBy?.setAttribute('aria-expanded', String(!closed));
    if (closed && !closing) dismissed = { opener: openedBy, at: performance.now() };
  });

  function close() {
    closing = true;
    if (element.matches(':popover-open')) element.hidePopover();
    closing = false;
  }

  window.addEventListener('resize', close);

  return {
    close,
    open(opener, label, entries) {
      if (dismissed.opener === opener && performance.now() - dismissed.at < PRESS) {
        dismissed = { opener: null, at: 0 };
        return;
      }
      close();
      openedBy = opener;
      // In the landmark of its opener: found there, and usable when the rest is inert.
      (opener.closest('.main, .sidebar') ?? document.body).append(element);
      element.setAttribute('aria-label', label);
      render(entries.map((entry) => {
        if (entry === 'line') return html`<hr class="menu-line">`;
        if ('head' in entry) return html`<p class="menu-head">${entry.head}</p>`;
        const run = () => {
          close();
          entry.run();
        };
        return html`<button type="button" class=${entry.danger ? 'menu-item menu-item-danger' : 'menu-item'} @click=${run}>
          ${entry.icon ? icon(entry.icon) : nothing}<span>${entry.label}</span>${entry.keys ? html`<kbd aria-hidden="true">${entry.keys}</kbd>` : nothing}
        </button>`;
      }), element);
      element.showPopover();
      place(element, opener);
      /** @type {HTMLElement | null} */ (element.querySelector('button'))?.focus();
    },
  };
}
