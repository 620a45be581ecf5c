// SPDX-License-Identifier: MIT
// A question: what was attached, its words in a bubble, its tools.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { attachmentsOf, textOf } from '../core/parts.js';
import { plainParts } from '../md/plain.js';
import { attachmentView } from './attach-view.js';
import { editForm } from './edit-form.js';
import { branch } from './message-tools.js';
import { questionTools } from './turn-tools.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('./message.js').Around} Around
 */

/** A longer question is folded (characters). */
const LONG_QUESTION = 3000;

/**
 * @param {Context} ctx
 * @param {Message} message
 * @param {Around} around
 */
export function questionView(ctx, message, around) {
  const { t } = ctx.i18n;
  if (around.editing) return editForm(ctx, message);
  const text = textOf(message.parts);
  const attachments = attachmentsOf(message.parts);
  const long = text.length > LONG_QUESTION;
  /** @param {MouseEvent} event */
  const unfold = (event) => {
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    const bubble = /** @type {HTMLElement} */ (button.previousElementSibling?.querySelector('.bubble'));
    const folded = bubble.toggleAttribute('data-folded');
    button.setAttribute('aria-expanded', String(!folded));
    button.textContent = t(folded ? 'thread.more' : 'thread.less');
  };
  return html`<h2 class="quiet-text">${t('thread.you')}</h2>
    ${attachments.length
      ? html`<ul class="attachments" aria-label=${t('compose.attachments')}>${attachments.map((a) => attachmentView(ctx, a, null))}</ul>`
      : nothing}
    <div class="question-row">${text ? html`<div class="bubble" dir="auto" ?data-folded=${long}>${long ? plainParts(text).map((part) => html`<span class="md-plain-part">${part}</span>`) : text}</div>` : nothing}
      ${questionTools(ctx, message, around)}</div>
    ${long ? html`<button type="button" class="button-text" aria-expanded="false" @click=${unfold} .textContent=${t('thread.more')}></button>` : nothing}
    ${around.place.count > 1 ? html`<div class="toolbar">${branch(ctx, message, around.place)}</div>` : nothing}`;
}
