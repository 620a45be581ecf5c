// SPDX-License-Identifier: MIT
// What an answer rests on: one list below it, by number, with title and host. Nothing of it is loaded by itself.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { make } from './region.js';

/**
 * @typedef {import('../core/types.js').SourcePart} SourcePart
 */

/**
 * A link that leaves the site without telling where from.
 * @param {string} url
 * @param {unknown} label
 */
export function outerLink(url, label) {
  return html`<a href=${/^https?:\/\//i.test(url) ? url : nothing} target="_blank" rel="noopener noreferrer external" dir="auto">${label}</a>`;
}

/** As the browser itself writes it, so that no letter looks like another. @param {string} url */
export function hostOf(url) {
  try {
    return new URL(url).host;
  } catch {
    return '';
  }
}

/** @param {import('./context.js').Context} ctx */
export function createSources(ctx) {
  const element = make('section', 'part-sources');
  element.hidden = true;
  return {
    element,
    /** @param {readonly SourcePart[]} sources */
    draw(sources) {
      element.hidden = sources.length === 0;
      if (element.hidden) return;
      const { t } = ctx.i18n;
      element.setAttribute('aria-label', t('part.sources'));
      render(html`<h3 class="part-title">${t('part.sources')}</h3>
        <ol>${sources.map(({ number, url, title, snippet }) => html`<li value=${number} title=${snippet || nothing}>${outerLink(url, title || url)}
          <span class="part-host" dir="ltr">${hostOf(url)}</span></li>`)}</ol>`, element);
    },
  };
}
