// SPDX-License-Identifier: MIT
// One attached file, as it is shown in the composer and in a message.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { icon } from './icons.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Attachment} Attachment
 */

/**
 * One file, in the composer or in a message.
 * @param {Context} ctx
 * @param {Attachment} attachment
 * @param {(() => void) | null} onRemove
 */
export function attachmentView(ctx, attachment, onRemove) {
  const { t, size } = ctx.i18n;
  const remove = onRemove
    ? html`<button type="button" class="icon-button" aria-label=${t('compose.remove', { name: attachment.name })} @click=${onRemove}>${icon('close')}</button>`
    : nothing;
  if (attachment.kind === 'image') {
    const image = html`<img src=${attachment.data} alt=${attachment.name}
      width=${attachment.width ?? nothing} height=${attachment.height ?? nothing}>`;
    return html`<li class="attachment attachment-image">${onRemove ? html`${image}${remove}` : pictureButton(ctx, attachment, image)}</li>`;
  }
  return html`<li class="attachment">${icon('paper')}<span class="attachment-name" dir="auto" title=${attachment.name}>${attachment.name}</span>
    <span class="attachment-size">${size(attachment.size)}</span>${remove}</li>`;
}

/**
 * An image of a message, which opens large.
 * @param {Context} ctx
 * @param {Attachment} attachment
 * @param {unknown} image
 */
function pictureButton(ctx, attachment, image) {
  const label = ctx.i18n.t('picture.open', { name: attachment.name });
  /** @param {MouseEvent} event */
  const open = (event) => {
    // Safari does not focus what is pressed, and the dialog gives the focus back.
    /** @type {HTMLElement} */ (event.currentTarget).focus();
    ctx.showPicture(attachment);
  };
  return html`<button type="button" class="picture-button" aria-label=${label} title=${label} aria-haspopup="dialog" @click=${open}>${image}</button>`;
}

