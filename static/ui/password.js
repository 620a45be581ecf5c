// SPDX-License-Identifier: MIT
// The form for a new password: in its dialog, and on the login page when the server asks for a change.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { codeField } from './code-field.js';
import { explain, details } from './errors.js';
import { icon } from './icons-first.js';

/**
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {import('../core/types.js').Session} Session
 */

/** Shorter ones are refused before they are sent; the server judges for itself. */
const MIN_PASSWORD = 8;

/**
 * @param {Basics} ctx
 * @param {Session} session
 * @param {string} problem  message key of what the page itself found wrong
 * @param {(problem: string) => void} found
 * @param {(done: boolean) => void} [after]
 * @param {{name: string, code: string} | null} [invited]  whose current password is not typed
 */
export function passwordForm(ctx, session, problem, found, after, invited) {
  const { t } = ctx.i18n;

  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    if (session.pending) return;
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const data = new FormData(form);
    const next = String(data.get('new'));
    if ([...next].length < MIN_PASSWORD) return found('password.short');
    if (next !== data.get('repeat')) return found('password.mismatch');
    found('');
    const code = data.get('code');
    const done = await ctx.actions.changePassword(invited ? invited.code : String(data.get('current')), next, code === null ? undefined : String(code));
    if (done) form.reset();
    after?.(done);
  };

  const message = problem ? t(problem)
    : session.error && !session.pending ? explain(ctx.i18n, session.error) : '';
  return html`<form class="login-form" method="post" @submit=${submit}>
    <input class="quiet-text" type="text" name="username" autocomplete="username" tabindex="-1" aria-hidden="true" readonly .value=${invited?.name ?? session.user?.name ?? ''}>
    ${invited ? nothing : html`<div class="field"><label for="password-current">${t('password.current')}</label>
      <input id="password-current" name="current" class="input" type="password" autocomplete="current-password" required maxlength="1024"></div>`}
    <div class="field"><label for="password-new">${t('password.new')}</label>
      <input id="password-new" name="new" class="input" type="password" autocomplete="new-password" required maxlength="1024" aria-describedby="password-hint">
      <p class="hint" id="password-hint">${t('password.hint', { count: MIN_PASSWORD })}</p></div>
    <div class="field"><label for="password-repeat">${t('password.repeat')}</label>
      <input id="password-repeat" name="repeat" class="input" type="password" autocomplete="new-password" required maxlength="1024"></div>
    ${session.asked === 'code' || session.asked === 'either' ? codeField(ctx) : nothing}
    <div role="alert">${message
      ? html`<p class="notice notice-danger">${icon('warning')}<span>${message}${problem ? nothing : details(ctx.i18n, session.error)}</span></p>`
      : nothing}</div>
    <button class="button button-primary button-wide" aria-disabled=${session.pending ? 'true' : 'false'}>
      ${session.pending ? html`<span class="spinner" aria-hidden="true"></span>` : nothing}${t(invited ? 'login.submit' : 'password.submit')}</button>
  </form>`;
}
