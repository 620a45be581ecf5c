// SPDX-License-Identifier: MIT
// What stands in the place of the login while a second factor must be set up: an app, or a passkey.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { createFactorSetup } from './factor-setup.js';
import { icon } from './icons.js';

/**
 * @param {import('./context.js').Basics} ctx
 * @param {() => void} redraw
 */
export function createLoginSetup(ctx, redraw) {
  const { t } = ctx.i18n;
  const options = { password: false, redraw, done: () => void ctx.actions.checkSession() };
  const app = createFactorSetup(ctx, options);
  /** @type {ReturnType<typeof import('./passkey-setup.js').createPasskeySetup> | null} */
  let passkey = null;

  /** The other way than an app. */
  async function choosePasskey() {
    const { createPasskeySetup } = await import('./passkey-setup.js');
    passkey = createPasskeySetup(ctx, options);
    redraw();
  }

  return {
    /** @param {import('../core/types.js').Session} session */
    view({ passkeys }) {
      if (passkey) return html`${passkey.isSet() ? nothing : html`<p>${t('passkey.lead')}</p>`}${passkey.view()}`;
      return html`${app.isSet() ? nothing : html`<p class="login-lead">${t('factor.required')}</p>`}${app.view()}${passkeys && !app.isSet()
        ? html`<button type="button" class="button button-wide" @click=${choosePasskey}>${icon('key')}${t('passkey.setup')}</button>` : nothing}`;
    },
  };
}
