// SPDX-License-Identifier: MIT
// The form in which a message is rewritten: a question is asked anew, an answer takes the person's words.

import { html } from '../vendor/lit-html/lit-html.js';
import { attachmentsOf, textOf } from '../core/parts.js';
import { isComposing } from './send-key.js';
import { isModifier } from './keys.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 */

/**
 * @param {Context} ctx
 * @param {Message} message
 */
export function editForm(ctx, message) {
  const { t } = ctx.i18n;
  const { actions } = ctx;
  const close = () => {
    actions.setUi({ editingId: null });
    ctx.focusComposer();
  };
  const own = message.role === 'user';
  /** @param {Event} event */
  const save = (event) => {
    event.preventDefault();
    const form = /** @type {HTMLElement} */ (event.currentTarget).closest('form');
    const text = form?.querySelector('textarea')?.value ?? '';
    if (text.trim() === '' && attachmentsOf(message.parts).length === 0) return;
    if (!own) {
      if (actions.rewriteAnswer(message.id, text)) ctx.focusComposer();
    } else if (actions.editAndResend(message.id, text)) {
      ctx.focusComposer();
      ctx.toLatest();
    }
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (isComposing(event)) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter' && (isModifier(event) || (own && ctx.state().settings.sendKey === 'enter' && !event.shiftKey && !event.altKey))) {
      save(event);
    }
  };
  return html`<form class="edit-form" @submit=${save}>
    <textarea class="input" dir="auto" autocomplete="off" aria-label=${t('edit.field')} .value=${textOf(message.parts)} @keydown=${key}></textarea>
    <div class="edit-row"><span class="hint">${t('edit.hint')}</span>
      <button type="button" class="button button-small" @click=${close}>${t('do.cancel')}</button>
      <button class="button button-small button-primary">${t(own ? 'edit.save' : 'edit.keep')}</button></div>
  </form>`;
}
