// SPDX-License-Identifier: MIT
// The dialog of one's passkeys: which there are, a new one, one no more.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { codeField } from './code-field.js';
import { explain } from './errors.js';
import { formFoot, passwordField } from './factor-setup.js';
import { icon } from './icons.js';
import { createPasskeySetup } from './passkey-setup.js';

/**
 * @typedef {import('../core/types.js').Passkey} Passkey
 * @typedef {import('../core/types.js').ApiErrorInfo} ApiErrorInfo
 */

/** @param {number} ms */
const day = (ms) => new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium' }).format(ms);

/**
 * @param {import('./context.js').Basics} ctx
 * @param {Passkey} passkey
 * @param {() => void} remove
 */
function item({ i18n: { t } }, { name, createdAt, usedAt, alone, here }, remove) {
  return html`<li class="passkey"><span class="passkey-words"><strong dir="auto">${name}</strong>
      <span class="fine">${[
        t('passkey.made', { date: day(createdAt) }),
        usedAt ? t('passkey.used', { date: day(usedAt) }) : t('passkey.unused'),
        ...(alone ? [t('passkey.alone.short')] : []),
        ...(here ? [] : [t('passkey.elsewhere')]),
      ].join(' · ')}</span></span>
    <button type="button" class="button" aria-label=${t('passkey.removing', { name })} @click=${remove}>${icon('trash')}${t('passkey.remove')}</button></li>`;
}

/**
 * @param {import('./context.js').Basics} ctx
 * @param {{gone: Passkey | null, code: boolean, error: ApiErrorInfo | null, pending: boolean}} now
 * @param {(event: SubmitEvent) => void} submit
 * @param {() => void} cancel
 */
function removal(ctx, { gone, code, error, pending }, submit, cancel) {
  const { t } = ctx.i18n;
  return html`<form class="login-form" method="post" @submit=${submit}>
    <p>${t('passkey.removing', { name: gone?.name ?? '' })}</p>
    ${passwordField(ctx)}${code ? codeField(ctx) : nothing}
    ${formFoot(ctx, error, pending, 'passkey.remove')}
    <button type="button" class="button button-wide" @click=${cancel}>${t('do.cancel')}</button></form>`;
}

/** @param {import('./context.js').Basics} ctx */
const codesLeft = (ctx) => ctx.state().session.secondFactor?.recoveryCodes ?? 0;

/**
 * What is lost cannot answer: a code does, of an app or for its loss.
 * @param {import('./context.js').Basics} ctx
 */
const hasCode = (ctx) => ctx.state().session.secondFactor?.set === true || codesLeft(ctx) > 0;

/** @type {import('./dialogs.js').DialogMaker} */
export function passkeysDialog(ctx) {
  /** @type {HTMLElement | null} */
  let place = null;
  /** @type {{list: readonly Passkey[] | null, gone: Passkey | null, code: boolean, error: ApiErrorInfo | null, pending: boolean}} */
  const now = { list: null, gone: null, code: false, error: null, pending: false };
  const { t } = ctx.i18n;
  const setup = createPasskeySetup(ctx, { password: true, redraw: draw, done: () => void changed('passkey.added') });

  async function load() {
    const result = await ctx.actions.listPasskeys();
    now.list = result.ok ? result.value : [];
    if (!result.ok) now.error = result.error;
    draw();
  }

  /** @param {'passkey.added' | 'passkey.removed'} key */
  async function changed(key) {
    ctx.say(t(key));
    ctx.actions.addToast({ kind: 'success', key });
    Object.assign(now, { gone: null, code: false, error: null });
    await ctx.actions.checkSession();
    await load();
  }

  /** @param {SubmitEvent} event */
  async function remove(event) {
    event.preventDefault();
    if (now.pending || !now.gone) return;
    const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const code = data.get('code');
    Object.assign(now, { pending: true, error: null });
    draw();
    const result = await ctx.actions.removePasskey(now.gone.id, String(data.get('password')), code ? String(code) : undefined);
    now.pending = false;
    if (result.ok || result.error.code === 'second_factor_setup_required') return changed('passkey.removed');
    now.error = result.error;
    now.code = hasCode(ctx);
    draw();
  }

  /** @param {Passkey | null} passkey */
  function ask(passkey) {
    Object.assign(now, { gone: passkey, code: false, error: null });
    draw();
    /** @type {HTMLElement | null | undefined} */ (place?.querySelector(passkey ? '#factor-password' : 'button'))?.focus();
  }

  function draw() {
    if (!place) return;
    render(setup.isSet() ? setup.view() : now.gone ? removal(ctx, now, remove, () => ask(null)) : html`<p>${t('passkey.lead')}</p>
      ${now.list?.length ? html`<p class="fine">${t('factor.left', { count: codesLeft(ctx) })}</p><ul class="passkeys">${now.list.map((one) => item(ctx, one, () => ask(one)))}</ul>`
        : now.error ? html`<p class="notice notice-danger" role="alert">${icon('warning')}<span>${explain(ctx.i18n, now.error)}</span></p>`
        : now.list ? html`<p class="fine">${t('passkey.none')}</p>` : html`<span class="spinner" aria-hidden="true"></span>`}
      ${setup.view()}`, place);
  }

  void load();
  return {
    title: 'passkey.title',
    small: true,
    update(_state, body) {
      place = body;
      draw();
    },
    dispose() {
      place = null;
      // Who closes it while codes are shown has taken a passkey all the same.
      if (setup.isSet()) void ctx.actions.checkSession();
    },
  };
}
