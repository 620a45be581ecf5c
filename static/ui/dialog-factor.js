// SPDX-License-Identifier: MIT
// The dialog in which a second factor is set up or taken away.

import { html, render } from '../vendor/lit-html/lit-html.js';
import { codeField } from './code-field.js';
import { createFactorSetup, formFoot, passwordField } from './factor-setup.js';

/** @type {import('./dialogs.js').DialogMaker} */
export function factorDialog(ctx, close) {
  /** @type {HTMLElement | null} */
  let place = null;
  /** @type {import('../core/types.js').ApiErrorInfo | null} */
  let error = null;
  let pending = false;
  const setup = createFactorSetup(ctx, { password: true, redraw: draw, done: close });
  // The state says that it is set only when the codes have been seen.
  const wasSet = ctx.state().session.secondFactor?.set === true;

  /** @param {SubmitEvent} event */
  async function remove(event) {
    event.preventDefault();
    if (pending) return;
    const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    pending = true;
    error = null;
    draw();
    const result = await ctx.actions.removeFactor(String(data.get('password')), String(data.get('code')));
    pending = false;
    if (result.ok || result.error.code === 'second_factor_setup_required') {
      ctx.actions.addToast({ kind: 'success', key: 'factor.removed' });
      void ctx.actions.checkSession();
      close();
      return;
    }
    ({ error } = result);
    draw();
  }

  function draw() {
    if (!place) return;
    const { t } = ctx.i18n;
    const factor = ctx.state().session.secondFactor;
    render(wasSet
      ? html`<p>${t('factor.on')} ${t('factor.left', { count: factor?.recoveryCodes ?? 0 })}</p>
        <p class="fine">${t('factor.replace')}</p>
        <form class="login-form" method="post" @submit=${remove}>${passwordField(ctx)}${codeField(ctx)}
          ${formFoot(ctx, error, pending, 'factor.remove')}</form>`
      : html`${setup.isSet() ? '' : html`<p>${t('factor.lead')}</p>`}${setup.view()}`, place);
  }

  return {
    title: 'factor.title',
    small: true,
    update(_state, body) {
      place = body;
      draw();
    },
    dispose() {
      place = null;
      if (setup.isSet()) void ctx.actions.checkSession();
    },
  };
}
