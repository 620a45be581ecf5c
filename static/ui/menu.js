// SPDX-License-Identifier: MIT
// The one menu of the page: a panel of buttons, filled when it is opened.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { icon } from './icons.js';
import { arrowTo } from './place.js';
import { createPopup } from './popup.js';

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

/**
 * @param {MenuEntry} entry
 * @param {() => void} close
 */
function entryView(entry, close) {
  if (entry === 'line') return html`<hr class="menu-line">`;
  if ('head' in entry) return html`<p class="menu-head">${entry.head}</p>`;
  const run = () => {
    close();
    entry.run();
  };
  return html`<button type="button" class=${entry.danger ? 'menu-item menu-item-danger' : 'menu-item'} @click=${run}>
    ${entry.icon ? icon(entry.icon) : nothing}<span>${entry.label}</span>${entry.keys ? html`<kbd aria-hidden="true">${entry.keys}</kbd>` : nothing}
  </button>`;
}

/** @returns {Menus} */
export function createMenus() {
  const popup = createPopup('menu', () => render(nothing, popup.element));
  popup.element.addEventListener('keydown', (event) => {
    const items = /** @type {HTMLElement[]} */ ([...popup.element.querySelectorAll('button')]);
    const next = arrowTo(items.length, items.indexOf(/** @type {HTMLElement} */ (document.activeElement)), event.key);
    if (next === null) return;
    event.preventDefault();
    items[next]?.focus();
  });
  return {
    close: popup.close,
    open(opener, label, entries) {
      const opened = popup.open(opener, label,
        () => render(entries.map((entry) => entryView(entry, popup.close)), popup.element));
      if (opened) popup.element.querySelector('button')?.focus();
    },
  };
}
