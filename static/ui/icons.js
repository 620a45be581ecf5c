// SPDX-License-Identifier: MIT
// The page's icons: one 24-unit stroke drawing each, coloured by the text around it.

import { html } from '../vendor/lit-html/lit-html.js';
import { FIRST } from './icons-first.js';

/** @typedef {import('../vendor/lit-html/lit-html.js').TemplateResult} TemplateResult */

const SHAPES = {
  ...FIRST,
  plus: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 5v14M5 12h14"/></svg>`,
  compose: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M11 5H7a3 3 0 0 0-3 3v9a3 3 0 0 0 3 3h9a3 3 0 0 0 3-3v-4M9.5 14.5l.6-3 8-8a1.7 1.7 0 0 1 2.4 2.4l-8 8z"/></svg>`,
  sidebar: html`<svg class="icon icon-mirror" viewBox="0 0 24 24" aria-hidden="true"><rect x="3.5" y="4.5" width="17" height="15" rx="3"/><path d="M9.5 4.5v15"/></svg>`,
  send: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 19V5M6 11l6-6 6 6"/></svg>`,
  stop: html`<svg class="icon icon-solid" viewBox="0 0 24 24" aria-hidden="true"><rect x="7" y="7" width="10" height="10" rx="2"/></svg>`,
  attach: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7l-8.3 8.3a1.6 1.6 0 0 1-2.3-2.3l7.4-7.4"/></svg>`,
  folder: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 18V7a1.5 1.5 0 0 1 1.5-1.5H10l2 2.5h6.5A1.5 1.5 0 0 1 20 9.5V18a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18z"/></svg>`,
  copy: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><rect x="8.5" y="8.5" width="11" height="11" rx="2.5"/><path d="M15.5 8.5V7A2.5 2.5 0 0 0 13 4.5H7A2.5 2.5 0 0 0 4.5 7v6A2.5 2.5 0 0 0 7 15.5h1.5"/></svg>`,
  check: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M5 12.5l4.5 4.5L19 7.5"/></svg>`,
  edit: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M4.5 19.5l1-4.5L16 4.5a2.1 2.1 0 0 1 3 0l.5.5a2.1 2.1 0 0 1 0 3L9 18.5zM14 6.5l3.5 3.5"/></svg>`,
  again: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4L19.5 9M19.5 4.5V9H15"/></svg>`,
  trash: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 12a1.5 1.5 0 0 0 1.5 1.5h6.4a1.5 1.5 0 0 0 1.5-1.5l.8-12M10 11v5.5M14 11v5.5"/></svg>`,
  speak: html`<svg class="icon icon-mirror" viewBox="0 0 24 24" aria-hidden="true"><path d="M4.5 9.5v5H8l4.5 4v-13L8 9.5zM16 9a4.2 4.2 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11"/></svg>`,
  more: html`<svg class="icon icon-solid" viewBox="0 0 24 24" aria-hidden="true"><circle cx="5.5" cy="12" r="1.2"/><circle cx="12" cy="12" r="1.2"/><circle cx="18.5" cy="12" r="1.2"/></svg>`,
  back: html`<svg class="icon icon-mirror" viewBox="0 0 24 24" aria-hidden="true"><path d="M14.5 6l-6 6 6 6"/></svg>`,
  forward: html`<svg class="icon icon-mirror" viewBox="0 0 24 24" aria-hidden="true"><path d="M9.5 6l6 6-6 6"/></svg>`,
  down: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 9.5l6 6 6-6"/></svg>`,
  latest: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 5v14M6 13l6 6 6-6"/></svg>`,
  search: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5 5"/></svg>`,
  settings: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 7.5h9M18 7.5h2M4 16.5h2M11 16.5h9"/><circle cx="15.5" cy="7.5" r="2.3"/><circle cx="8.5" cy="16.5" r="2.3"/></svg>`,
  tune: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M7 4v7M7 16v4M17 4v3M17 12v8"/><circle cx="7" cy="13.5" r="2.3"/><circle cx="17" cy="9.5" r="2.3"/></svg>`,
  menu: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M4.5 7h15M4.5 12h15M4.5 17h15"/></svg>`,
  out: html`<svg class="icon icon-mirror" viewBox="0 0 24 24" aria-hidden="true"><path d="M14 4.5H7A2.5 2.5 0 0 0 4.5 7v10A2.5 2.5 0 0 0 7 19.5h7M10 12h10M16.5 8.5L20 12l-3.5 3.5"/></svg>`,
  keyboard: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><rect x="3" y="6.5" width="18" height="11" rx="2.5"/><path d="M7 10.5h.01M10.3 10.5h.01M13.7 10.5h.01M17 10.5h.01M8 14h8"/></svg>`,
  save: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 4.5v10.5M7.5 10.5L12 15l4.5-4.5M4.5 19.5h15"/></svg>`,
  open: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 15V4.5M7.5 9L12 4.5 16.5 9M4.5 19.5h15"/></svg>`,
  quote: html`<svg class="icon icon-mirror" viewBox="0 0 24 24" aria-hidden="true"><path d="M10 7.5C7 8 5 10 5 13.5V17h5v-5H7.2M19 7.5c-3 .5-5 2.5-5 6V17h5v-5h-2.8"/></svg>`,
  print: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M7.5 9V4.5h9V9M7.5 16.5h-2A1.5 1.5 0 0 1 4 15v-4.5A1.5 1.5 0 0 1 5.5 9h13a1.5 1.5 0 0 1 1.5 1.5V15a1.5 1.5 0 0 1-1.5 1.5h-2M7.5 14h9v5.5h-9z"/></svg>`,
  info: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="8.5"/><path d="M12 11v5M12 8v.01"/></svg>`,
  offline: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 4l16 16M8.5 15.5a5 5 0 0 1 6 0M5 11.5a10 10 0 0 1 4-2.4M19 11.5a10 10 0 0 0-5-2.7M12 19v.01"/></svg>`,
  clock: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/></svg>`,
  paper: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M13.5 3.5H7A2.5 2.5 0 0 0 4.5 6v12A2.5 2.5 0 0 0 7 20.5h10a2.5 2.5 0 0 0 2.5-2.5V9.5zM13.5 3.5v6h6M8.5 13.5h7M8.5 17h4.5"/></svg>`,
  scissors: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="6.5" cy="6.5" r="2.5"/><circle cx="6.5" cy="17.5" r="2.5"/><path d="M8.7 8l11 8M8.7 16l11-8"/></svg>`,
  plug: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M9 4v4M15 4v4M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0zM12 17v3.5"/></svg>`,
  shield: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3.5l7 2.5v6c0 4-3 7-7 8.5-4-1.5-7-4.5-7-8.5V6zM9.5 9.5l5 5M14.5 9.5l-5 5"/></svg>`,
  picture: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><rect x="3.5" y="5" width="17" height="14" rx="2.5"/><circle cx="8.5" cy="10" r="1.5"/><path d="M5 17.5l5-4.5 3 2.5 3-3 4 4"/></svg>`,
  star: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 4l2.5 5.1 5.5.8-4 3.9.9 5.5-4.9-2.6-4.9 2.6.9-5.5-4-3.9 5.5-.8z"/></svg>`,
  pin: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M9 4h6l-.7 6 3.2 3.5h-11L9.7 10zM12 13.5V20"/></svg>`,
  book: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M5 5.5A1.5 1.5 0 0 1 6.5 4H19v13H6.5A1.5 1.5 0 0 0 5 18.5A1.5 1.5 0 0 0 6.5 20H19M9 8h6"/></svg>`,
  person: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="8.5" r="3.8"/><path d="M4.5 20c.8-4 3.8-6 7.5-6s6.7 2 7.5 6"/></svg>`,
  swap: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M5 8.5h13M15 5l3.5 3.5L15 12M19 15.5H6M9 12l-3.5 3.5L9 19"/></svg>`,
  globe: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c5 5.5 5 11.5 0 17c-5-5.5-5-11.5 0-17z"/></svg>`,
  tool: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M14.5 6.5a4.5 4.5 0 0 1 5.6-2.2l-2.9 2.9.7 2.6 2.6.7 0 0 2.1-2.1a4.5 4.5 0 0 1-6 5L9.5 20.5a2.1 2.1 0 0 1-3-3l7.1-7.1a4.5 4.5 0 0 1 .9-3.9z"/></svg>`,
  mic: html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><rect x="9" y="3.5" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v2.5"/></svg>`,
  pause: html`<svg class="icon icon-solid" viewBox="0 0 24 24" aria-hidden="true"><rect x="7" y="6" width="3.4" height="12" rx="1"/><rect x="13.6" y="6" width="3.4" height="12" rx="1"/></svg>`,
};

/** @typedef {keyof typeof SHAPES} IconName */

/**
 * The drawing of that name, hidden from assistive technology.
 * @param {IconName} name
 * @returns {TemplateResult}
 */
export function icon(name) {
  return SHAPES[name];
}
