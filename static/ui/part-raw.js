// SPDX-License-Identifier: MIT
// What this version does not know, by its name and as JSON, folded; and a word about what is missing.

import { html, render } from '../vendor/lit-html/lit-html.js';
import { plainParts } from '../md/plain.js';
import { icon } from './icons.js';
import { make } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./parts.js').PartView} PartView
 */

/**
 * @param {Context} ctx
 * @returns {PartView}
 */
export function createRaw(ctx) {
  const element = make('details', 'reasoning part-raw');
  /** @type {import('../core/types.js').RawPart | null} */
  let shown = null;
  return {
    element,
    /** @param {import('../core/types.js').RawPart} part */
    draw(part) {
      if (part === shown) return;
      shown = part;
      render(html`<summary>${icon('forward')}<span dir="auto">${ctx.i18n.t('part.raw', { name: part.name })}</span></summary>
        <pre class="reasoning-text part-pre" dir="ltr">${plainParts(part.json).map((piece) => html`<span class="md-plain-part">${piece}</span>`)}</pre>`, element);
    },
  };
}

/**
 * @param {Context} ctx
 * @returns {PartView}
 */
export function createNotice(ctx) {
  const element = make('p', 'notice notice-warn');
  return {
    element,
    /** @param {import('../core/types.js').NoticePart} part */
    draw(part) {
      const key = `part.notice.${part.code}`;
      render(html`${icon('info')}<span dir="auto">${ctx.i18n.has(key) ? ctx.i18n.t(key) : part.detail || part.code}</span>`, element);
    },
  };
}
