// SPDX-License-Identifier: MIT
// Pictures, sound and files in an answer: shown from their data alone, and to be saved.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { playable } from '../core/sound.js';
import { icon } from './icons.js';
import { hostOf, outerLink } from './part-sources.js';
import { make } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./parts.js').PartView} PartView
 * @typedef {import('../core/types.js').AudioPart} AudioPart
 * @typedef {import('../core/types.js').FilePart} FilePart
 * @typedef {import('../core/types.js').ImagePart} ImagePart
 */

/**
 * @param {Context} ctx
 * @param {{name: string, type: string, data: string}} what
 */
function saveButton(ctx, { name, type, data }) {
  const label = ctx.i18n.t('part.save', { name });
  return html`<button type="button" class="icon-button icon-button-small" aria-label=${label} title=${label}
    @click=${() => ctx.save({ name, type, text: '', data })}>${icon('save')}</button>`;
}

/**
 * @param {Context} ctx
 * @returns {PartView}
 */
export function createImage(ctx) {
  const element = make('figure', 'part-image');
  return {
    element,
    /** @param {ImagePart} part */
    draw(part) {
      const { t } = ctx.i18n;
      if (part.data === '') {
        render(html`${outerLink(part.url ?? '', t('part.imageAt', { host: hostOf(part.url ?? '') }))}`, element);
        return;
      }
      const label = t('picture.open', { name: part.name });
      /** @param {MouseEvent} event */
      const open = (event) => {
        /** @type {HTMLElement} */ (event.currentTarget).focus();
        ctx.showPicture(part);
      };
      render(html`<button type="button" class="picture-button" aria-label=${label} title=${label} aria-haspopup="dialog" @click=${open}><img
        src=${part.data} alt=${t('part.image')} width=${part.width ?? nothing} height=${part.height ?? nothing}></button>
        <figcaption>${saveButton(ctx, part)}</figcaption>`, element);
    },
  };
}

/**
 * @param {Context} ctx
 * @returns {PartView}
 */
export function createAudio(ctx) {
  const element = make('figure', 'part-audio');
  /** @type {string} */
  let made = '';
  let url = '';
  return {
    element,
    /** @param {AudioPart} part @param {import('./parts.js').PartAround} around */
    draw(part, { over, live }) {
      const { t } = ctx.i18n;
      // Of what still arrives there is nothing to be played from its beginning to its end.
      if ((over || !live) && made !== part.data) {
        made = part.data;
        url = playable(part);
      }
      const name = part.name || `${t('part.sound')}.${url.startsWith('data:audio/wav') ? 'wav' : part.type.replace(/^audio\//, '')}`;
      render(html`${url === '' ? html`<p class="status">${icon('speak')}${t('part.sound')}</p>`
        : html`<audio controls preload="metadata" src=${url} aria-label=${t('part.sound')}></audio>`}
        ${url === '' ? nothing : saveButton(ctx, { name, type: part.type, data: url })}
        ${part.transcript === '' ? nothing : html`<figcaption dir="auto">${part.transcript}</figcaption>`}`, element);
    },
  };
}

/**
 * @param {Context} ctx
 * @returns {PartView}
 */
export function createFile(ctx) {
  const element = make('p', 'part-file attachment');
  return {
    element,
    /** @param {FilePart} part */
    draw(part) {
      render(html`${icon('paper')}<span class="attachment-name" dir="auto" title=${part.name}>${part.name}</span>
        <span class="attachment-size">${ctx.i18n.size(part.size)}</span>${part.data === '' ? nothing : saveButton(ctx, part)}`, element);
    },
  };
}
