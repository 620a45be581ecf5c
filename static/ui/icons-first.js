// SPDX-License-Identifier: MIT
// The icons of the page before anybody is in; the others are in icons.js.

import { html } from '../vendor/lit-html/lit-html.js';

export const FIRST = {
  close: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6L6 18"/></svg>`,
  key: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="8.5" cy="15.5" r="4"/><path d="M11.5 12.5L19.5 4.5M16 8l3 3"/></svg>`,
  warning: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 4.5l8.5 15h-17zM12 10v4.5M12 17v.01"/></svg>`,
  logo: html`<svg class="logo" viewBox="9 10.5 46 46" aria-hidden="true"><path class="logo-back" d="M29 24h19a7 7 0 0 1 7 7v10a7 7 0 0 1-7 7v6.2a.8.8 0 0 1-1.3.6L39 48H29a7 7 0 0 1-7-7V31a7 7 0 0 1 7-7z"/><path class="logo-front" d="M16 12h19a7 7 0 0 1 7 7v10a7 7 0 0 1-7 7H25l-7.7 6.8a.8.8 0 0 1-1.3-.6V36a7 7 0 0 1-7-7V19a7 7 0 0 1 7-7z"/></svg>`,
};

/**
 * The drawing of that name, hidden from assistive technology.
 * @param {keyof typeof FIRST} name
 */
export function icon(name) {
  return FIRST[name];
}
