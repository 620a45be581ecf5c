// SPDX-License-Identifier: MIT
// A part that this version does not know: its name, and what it is, folded.

import { html, render } from '../vendor/lit-html/lit-html.js';
import { plainPart } from '../core/part-json.js';
import { plainParts } from '../md/plain.js';
import { icon } from './icons.js';
import { make } from './region.js';

/**
 * @typedef {import('../core/types.js').Part} Part
 */

/**
 * @param {import('./context.js').Context} ctx
 * @returns {import('./parts.js').PartView}
 */
export function createRaw(ctx) {
  const element = make('details', 'reasoning part-raw');
  /** @type {Part | null} */
  let shown = null;
  return {
    element,
    /** @param {Part} part */
    draw(part) {
      if (part === shown) return;
      shown = part;
      const json = part.kind === 'raw' ? part.json : JSON.stringify(plainPart(part), null, 1);
      const name = part.kind === 'raw' ? part.name : part.kind;
      render(html`<summary>${icon('forward')}<span>${ctx.i18n.t('part.raw', { name })}</span></summary>
        <pre class="reasoning-text" dir="ltr">${plainParts(json).map((piece) => html`<span class="md-plain-part">${piece}</span>`)}</pre>`, element);
    },
  };
}
