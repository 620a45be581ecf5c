// SPDX-License-Identifier: MIT
// Toasts: what the page says in passing, whoever is there.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { explain } from './errors.js';
import { icon } from './icons-first.js';
import { make, region } from './region.js';

/**
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {import('../core/types.js').Toast} Toast
 */

/** How long a toast stays (ms); one that offers an undo stays until the next action. */
const TOAST_MS = 6000;

/**
 * @param {Basics} ctx
 * @param {Toast} toast
 */
function toastText(ctx, toast) {
  const { t, has } = ctx.i18n;
  /** @type {Record<string, string | number>} */
  const values = { ...toast.values };
  if (typeof values.reason === 'string' && has(`import.${values.reason}`)) values.reason = t(`import.${values.reason}`);
  if ('title' in values && values.title === '') values.title = t('nav.untitled');
  const text = t(toast.key, values);
  return toast.error ? `${text} ${explain(ctx.i18n, toast.error)}` : text;
}

/** @param {Basics} ctx */
export function createToasts(ctx) {
  const { actions } = ctx;
  const element = make('section', 'toasts');
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  const timers = new Map();

  /** @param {readonly Toast[]} toasts */
  function schedule(toasts) {
    for (const [id, timer] of timers) {
      if (toasts.some((toast) => toast.id === id)) continue;
      clearTimeout(timer);
      timers.delete(id);
    }
    for (const { id, undo, lasts } of toasts) {
      if (!undo && !lasts && !timers.has(id)) timers.set(id, setTimeout(() => leave(id), TOAST_MS));
    }
  }

  /** A toast that is being looked at stays. @param {string} id */
  function leave(id) {
    if (element.matches(':hover, :focus-within')) timers.set(id, setTimeout(() => leave(id), TOAST_MS));
    else actions.dismissToast(id);
  }

  const part = region(ctx, element, (state) => [state.ui.toasts], (toasts) => {
    const { t } = ctx.i18n;
    schedule(toasts);
    element.setAttribute('aria-label', t('toast.region'));
    return html`<div class="toast-list" role="status">${toasts.map((toast) => html`
      <div class="toast" data-kind=${toast.kind}>
        <span class="toast-text" dir="auto">${toastText(ctx, toast)}</span>
        ${toast.undo ? html`<button type="button" class="button-text" @click=${() => {
          actions.undoDelete();
          ctx.focusComposer();
        }}>${t('do.undo')}</button>` : nothing}
        <button type="button" class="icon-button" aria-label=${t('do.dismiss')} title=${t('do.dismiss')} @click=${() => {
          actions.dismissToast(toast.id);
          ctx.focusComposer();
        }}>${icon('close')}</button>
      </div>`)}</div>`;
  });
  return part;
}
