// SPDX-License-Identifier: MIT
// The form for a new passkey, and the recovery codes that come with the first.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { focusNext, formFoot, passwordField, recoveryCodes } from './factor-setup.js';

/**
 * @param {import('./context.js').Basics} ctx
 * @param {{password: boolean, redraw: () => void, done: () => void}} options
 *   password: it has to be asked for, as it was not just typed
 */
export function createPasskeySetup(ctx, { password, redraw, done }) {
  /** @type {import('../core/types.js').ApiErrorInfo | null} */
  let error = null;
  let pending = false;
  /** @type {readonly string[]} */
  let codes = [];

  function kept() {
    codes = [];
    done();
    redraw();
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (pending) return;
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const data = new FormData(form);
    pending = true;
    error = null;
    redraw();
    const result = await ctx.actions.addPasskey({ name: String(data.get('name')), alone: data.get('alone') !== null },
      password ? String(data.get('password')) : undefined);
    pending = false;
    if (result.ok) {
      form.reset();
      codes = result.value;
      if (codes.length === 0) done();
    } else ({ error } = result);
    redraw();
    if (codes.length > 0) focusNext('.recovery-codes');
  }

  return {
    /** Whether the server has it, and codes are shown that nobody has kept yet. */
    isSet: () => codes.length > 0,
    view() {
      const { t } = ctx.i18n;
      if (codes.length > 0) return recoveryCodes(ctx, codes, kept);
      return html`<form class="login-form" method="post" @submit=${submit}>
        <div class="field"><label for="passkey-name">${t('passkey.name')}</label>
          <input id="passkey-name" name="name" class="input" autocomplete="off" required maxlength="40" pattern="[^:]*" dir="auto" aria-describedby="passkey-hint">
          <p class="hint" id="passkey-hint">${t('passkey.name.hint')}</p></div>
        <label class="check"><input type="checkbox" name="alone">${t('passkey.alone')}</label>
        ${password ? passwordField(ctx) : nothing}${formFoot(ctx, error, pending, 'passkey.add')}</form>`;
    },
  };
}
