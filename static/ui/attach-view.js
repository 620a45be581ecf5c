// SPDX-License-Identifier: MIT
// Attached files as they are shown in the composer and in a message, and what a person is told of them.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { textCost } from '../core/context-window.js';
import { waiting } from './attach-waiting.js';
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
  const { t } = ctx.i18n;
  const remove = onRemove
    ? html`<button type="button" class="icon-button" aria-label=${t('compose.remove', { name: attachment.name })} @click=${onRemove}>${icon('close')}</button>`
    : nothing;
  if (attachment.kind === 'image') {
    const image = html`<img src=${attachment.data} alt=${attachment.name}
      width=${attachment.width ?? nothing} height=${attachment.height ?? nothing}>`;
    return html`<li class="attachment attachment-image">${onRemove ? html`${image}${remove}` : pictureButton(ctx, attachment, image)}</li>`;
  }
  return html`<li class="attachment">${icon('paper')}${fileButton(ctx, attachment)}${remove}</li>`;
}

/**
 * A file's name, and what the model gets of it, which opens when it is pressed.
 * @param {Context} ctx
 * @param {Attachment} attachment
 */
function fileButton(ctx, attachment) {
  const { t, size, number } = ctx.i18n;
  const known = waiting.get(attachment.id);
  const file = attachment.kind === 'file' && attachment.data !== '';
  const words = attachment.kind === 'file' ? attachment.text : '';
  const facts = [
    attachment.kind === 'audio' || file ? size(attachment.size) : t('attach.tokens', { count: number(textCost('', [attachment]).tokens) }),
    ...(known !== undefined && !known.sure ? [known.encoding] : []),
  ];
  const label = html`<span class="attachment-name" dir="auto" title=${attachment.name}>${attachment.name}</span>
    <span class="attachment-size">${facts.join(' · ')}</span>`;
  if (words === '' && !file) return label;
  return html`<button type="button" class="attachment-open" aria-haspopup="dialog" title=${t('attach.title')} @click=${opener(ctx, attachment)}>${label}</button>`;
}

/**
 * @param {Context} ctx
 * @param {Attachment} attachment
 */
function opener(ctx, attachment) {
  /** @param {MouseEvent} event */
  return (event) => {
    // Safari does not focus what is pressed, and the dialog gives the focus back.
    /** @type {HTMLElement} */ (event.currentTarget).focus();
    ctx.showPicture(attachment);
  };
}

/**
 * An image of a message, which opens large.
 * @param {Context} ctx
 * @param {Attachment} attachment
 * @param {unknown} image
 */
function pictureButton(ctx, attachment, image) {
  const label = ctx.i18n.t('picture.open', { name: attachment.name });
  return html`<button type="button" class="picture-button" aria-label=${label} title=${label} aria-haspopup="dialog" @click=${opener(ctx, attachment)}>${image}</button>`;
}

/**
 * What is being read, and what a person should know of what was.
 * @param {Context} ctx
 * @param {import('./attach.js').Attach} attach
 */
export function attachNotices(ctx, { progress, notices, cancel }) {
  const { t } = ctx.i18n;
  return html`<div class="refusals" role="status" ?hidden=${progress === null && notices.length === 0}>
    ${progress === null ? nothing : html`<p class="status"><span class="spinner" aria-hidden="true"></span>
      <span>${progress.pages > 0 ? t('file.page', progress) : t('file.reading')}</span>
      <button type="button" class="button-text" @click=${cancel}>${t('do.cancel')}</button></p>`}
    ${notices.map(({ kind, key, params, offer }) => html`<p class=${kind === 'warn' ? 'notice notice-warn' : 'notice'}>${icon(kind === 'warn' ? 'warning' : 'paper')}<span>${t(key, params)}</span>
      ${offer === undefined ? nothing : html`<button type="button" class="button-text" @click=${offer.run}>${t(offer.key)}</button>`}</p>`)}
  </div>`;
}
