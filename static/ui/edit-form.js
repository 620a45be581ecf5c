// SPDX-License-Identifier: MIT
// The form in which a message is rewritten: a question is asked anew, an answer takes the person's words.

import { html } from '../vendor/lit-html/lit-html.js';
import { attachmentsOf, textOf } from '../core/parts.js';
import { isModifier } from './keys.js';
import { isComposing, isTouch, sends } from './send-key.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 */

/**
 * Keeps what was written for the next time the form is opened: nothing is lost
 * by a slip. Undefined forgets it.
 * @param {Context} ctx
 * @param {string} id
 * @param {string | undefined} text
 */
function keep({ actions, state }, id, text) {
  const { [id]: before, ...edits } = state().ui.edits;
  if (text !== before) actions.setUi({ edits: text === undefined ? edits : { ...edits, [id]: text } });
}

/**
 * @param {Context} ctx
 * @param {Message} message
 * @param {string} text
 * @returns {boolean} whether it was taken
 */
function take(ctx, message, text) {
  const { actions } = ctx;
  if (message.role !== 'user') return actions.rewriteAnswer(message.id, text);
  if (text.trim() === '' && attachmentsOf(message.parts).length === 0) return false;
  return actions.editAndResend(message.id, text);
}

/**
 * @param {Context} ctx
 * @param {Message} message
 */
export function editForm(ctx, message) {
  const { t } = ctx.i18n;
  const own = message.role === 'user';
  const kept = ctx.state().ui.edits[message.id];
  const close = () => {
    ctx.actions.setUi({ editingId: null });
    ctx.focusComposer();
  };
  const giveUp = () => {
    keep(ctx, message.id, undefined);
    close();
  };
  /** @param {Event} event */
  const save = (event) => {
    event.preventDefault();
    const form = /** @type {HTMLElement} */ (event.currentTarget).closest('form');
    if (!take(ctx, message, form?.querySelector('textarea')?.value ?? '')) return;
    keep(ctx, message.id, undefined);
    ctx.focusComposer();
    if (own) ctx.toNewTurn();
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (isComposing(event)) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter' && (own ? sends(event, ctx.state().settings.sendKey, isTouch()) : isModifier(event))) {
      save(event);
    }
  };
  /** @param {Event} event */
  const input = (event) => {
    const { value } = /** @type {HTMLTextAreaElement} */ (event.target);
    keep(ctx, message.id, value === textOf(message.parts) ? undefined : value);
  };
  return html`<form class="edit-form" @submit=${save}>
    <textarea class="input" dir="auto" autocomplete="off" aria-label=${t('edit.field')} .value=${kept ?? textOf(message.parts)} @keydown=${key} @input=${input}></textarea>
    <div class="edit-row"><span class="hint">${t(kept === undefined ? 'edit.hint' : 'edit.kept')}</span>
      <button type="button" class="button button-small" @click=${giveUp}>${t('do.cancel')}</button>
      <button class="button button-small button-primary">${t(own ? 'edit.send' : 'edit.keep')}</button></div>
  </form>`;
}
