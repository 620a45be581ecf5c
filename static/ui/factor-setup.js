// SPDX-License-Identifier: MIT
// Setting up a second factor: a secret for the app, its code, the recovery codes.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { codeField } from './code-field.js';
import { details, explain } from './errors.js';
import { icon } from './icons.js';
import { qrCode } from './qr.js';

/**
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {import('../core/types.js').ApiErrorInfo} ApiErrorInfo
 */

/**
 * The field for the password that each step asks for again.
 * @param {Basics} ctx
 */
export function passwordField({ i18n: { t } }) {
  return html`<div class="field"><label for="factor-password">${t('login.password')}</label>
    <input id="factor-password" name="password" class="input" type="password" autocomplete="current-password" required maxlength="1024"></div>`;
}

/**
 * What went wrong, and the button that sends the form.
 * @param {Basics} ctx
 * @param {ApiErrorInfo | null} error
 * @param {boolean} pending
 * @param {string} label  message key
 */
export function formFoot({ i18n }, error, pending, label) {
  return html`<div role="alert">${error && !pending
    ? html`<p class="notice notice-danger">${icon('warning')}<span>${explain(i18n, error)}${details(i18n, error)}</span></p>` : nothing}</div>
    <button class="button button-primary button-wide" aria-disabled=${pending ? 'true' : 'false'}>
      ${pending ? html`<span class="spinner" aria-hidden="true"></span>` : nothing}${i18n.t(label)}</button>`;
}

/**
 * @param {Basics} ctx
 * @param {readonly string[]} codes
 */
async function copyCodes({ actions, i18n, say }, codes) {
  try {
    await navigator.clipboard.writeText(codes.join('\n'));
    say(i18n.t('toast.copied'));
    actions.addToast({ kind: 'success', key: 'toast.copied' });
  } catch {
    actions.addToast({ kind: 'error', key: 'toast.copyFailed' });
  }
}

/**
 * The codes, which are shown this once.
 * @param {Basics} ctx
 * @param {readonly string[]} codes
 * @param {() => void} done  they have been kept
 */
export function recoveryCodes(ctx, codes, done) {
  const { t } = ctx.i18n;
  return html`<div class="login-form" role="status">
    <p>${t('factor.codes')}</p>
    <ul class="recovery-codes" dir="ltr" tabindex="-1">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
    <button type="button" class="button" @click=${() => copyCodes(ctx, codes)}>${icon('copy')}${t('factor.copy')}</button>
    <button type="button" class="button button-primary button-wide" @click=${done}>${t('factor.done')}</button></div>`;
}

/**
 * The button that was pressed is gone: the next key belongs to what has come.
 * @param {string} selector
 */
export function focusNext(selector) {
  /** @type {HTMLElement | null} */ (document.querySelector(selector))?.focus();
}

/**
 * @param {Basics} ctx
 * @param {{password: boolean, redraw: () => void, done: () => void}} options
 *   password: it has to be asked for, as it was not just typed
 */
export function createFactorSetup(ctx, { password, redraw, done }) {
  /** @type {{step: 'start' | 'scan' | 'codes', pending: boolean, error: ApiErrorInfo | null, secret: string, uri: string, codes: string[], password: string | undefined}} */
  const now = { step: 'start', pending: false, error: null, secret: '', uri: '', codes: [], password: undefined };

  /**
   * @template T
   * @param {Promise<import('../core/types.js').FactorResult<T>>} asked
   * @param {(value: T) => void} take
   */
  async function go(asked, take) {
    Object.assign(now, { pending: true, error: null });
    redraw();
    const result = await asked;
    now.pending = false;
    if (result.ok) take(result.value);
    else now.error = result.error;
    redraw();
    focusNext('#code, .recovery-codes');
  }

  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    if (now.pending) return;
    const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    if (now.step === 'start') {
      now.password = password ? String(data.get('password')) : undefined;
      void go(ctx.actions.offerFactor(now.password), (offer) => Object.assign(now, offer, { step: 'scan' }));
    } else {
      void go(ctx.actions.confirmFactor(now.secret, String(data.get('code')), now.password),
        (codes) => Object.assign(now, { step: 'codes', codes, secret: '', uri: '', password: undefined }));
    }
  }

  const { t } = ctx.i18n;
  const steps = {
    start: () => html`<form class="login-form" method="post" @submit=${submit}>
      ${password ? passwordField(ctx) : nothing}${formFoot(ctx, now.error, now.pending, 'factor.start')}</form>`,
    scan: () => html`<form class="login-form" method="post" @submit=${submit}>
      <p>${t('factor.scan')}</p>
      ${qrCode(now.uri, t('factor.qr'))}
      <div class="field"><span class="field-label" id="factor-secret">${t('factor.secret')}</span>
        <code class="secret" dir="ltr" aria-labelledby="factor-secret">${now.secret.replace(/.{4}(?=.)/g, '$& ')}</code></div>
      ${codeField(ctx, 'factor.code.digits')}${formFoot(ctx, now.error, now.pending, 'factor.confirm')}</form>`,
    codes: () => recoveryCodes(ctx, now.codes, done),
  };
  return {
    view: () => steps[now.step](),
    /** Whether the server has it, and the page has not been told. */
    isSet: () => now.step === 'codes',
  };
}
