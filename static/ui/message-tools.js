// SPDX-License-Identifier: MIT
// What stands under a message: its buttons, and which of its alternatives is shown.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { icon } from './icons.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {{index: number, count: number}} Place
 */

/**
 * @param {import('./icons.js').IconName} name
 * @param {string} label
 * @param {(event: MouseEvent) => void} run
 * @param {{pressed?: boolean, menu?: boolean}} [more]
 */
export function tool(name, label, run, { pressed, menu } = {}) {
  return html`<button type="button" class=${`icon-button icon-button-small tool-${name}`} aria-label=${label} title=${label}
    aria-pressed=${pressed === undefined ? nothing : String(pressed)} aria-haspopup=${menu ? 'true' : nothing}
    aria-expanded=${menu ? 'false' : nothing} @click=${run}>${icon(name)}</button>`;
}

/**
 * Copies, and shows on the button itself that it is done.
 * @param {Context} ctx
 * @param {() => Promise<boolean>} copy
 */
export function copyTool(ctx, copy) {
  return tool('copy', ctx.i18n.t('do.copy'), async (event) => {
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    if (!await copy()) return;
    button.dataset.done = '';
    setTimeout(() => delete button.dataset.done, 1500);
  });
}

/**
 * "2 / 3" with its arrows.
 * @param {Context} ctx
 * @param {Message} message
 * @param {Place} place
 */
export function branch(ctx, message, { index, count }) {
  if (count < 2) return nothing;
  const { t, number } = ctx.i18n;
  /** @param {-1 | 1} step */
  const go = (step) => () => {
    if ((step < 0 && index === 0) || (step > 0 && index === count - 1)) return;
    ctx.actions.selectBranch(message.id, step);
  };
  return html`<span class="branch" role="group" aria-label=${t('thread.branch', { index: index + 1, count })}>
    <button type="button" class="icon-button" aria-label=${t('thread.branchPrev')} title=${t('thread.branchPrev')}
      aria-disabled=${index === 0 ? 'true' : 'false'} @click=${go(-1)}>${icon('back')}</button>
    <span class="tabular" dir="ltr">${number(index + 1)} / ${number(count)}</span>
    <button type="button" class="icon-button" aria-label=${t('thread.branchNext')} title=${t('thread.branchNext')}
      aria-disabled=${index === count - 1 ? 'true' : 'false'} @click=${go(1)}>${icon('forward')}</button>
  </span>`;
}
