// SPDX-License-Identifier: MIT
// The person's access tokens: the list, a new one with its limits, the end of one.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { details, explain } from './errors.js';
import { icon } from './icons.js';
import { tokenForm, wishOf } from './token-form.js';
import { moment } from './when.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').ApiErrorInfo} ApiErrorInfo
 * @typedef {import('../core/types.js').OwnToken} OwnToken
 * @typedef {import('../core/types.js').OwnTokens} OwnTokens
 */

/**
 * What a token may do less, in words.
 * @param {Context} ctx @param {OwnToken} token
 */
function limitsOf({ i18n: { t } }, token) {
  return [
    token.readOnly ? t('tokens.readOnly') : '',
    token.models.join(', '),
    token.networks.join(', '),
    token.requestsPerMinute > 0 ? t('tokens.perMinute', { number: token.requestsPerMinute }) : '',
    token.tokensPerDay > 0 ? t('tokens.perDay', { number: token.tokensPerDay }) : '',
  ].filter((text) => text !== '').join(' · ');
}

/**
 * @param {Context} ctx @param {OwnToken} token
 * @param {(id: string) => void} end
 */
function row(ctx, token, end) {
  const { t } = ctx.i18n;
  const limits = limitsOf(ctx, token);
  return html`<li class="row"><div class="row-text">
      <b class="row-name" dir="auto">${token.label}</b>
      <span class="hint" dir="auto">${token.lastUsed > 0 ? t('sessions.used', { when: moment(ctx.i18n, token.lastUsed) }) : t('tokens.unused')}${token.network ? html` · <bdi>${token.network}</bdi>` : nothing}</span>
      <span class="hint" dir="auto">${token.expiresAt > 0 ? t('tokens.expires', { when: moment(ctx.i18n, token.expiresAt) }) : t('tokens.never')}</span>
      ${limits ? html`<span class="hint" dir="auto">${limits}</span>` : nothing}</div>
    <button type="button" class="button" aria-label=${t('tokens.endOf', { name: token.label })} @click=${() => end(token.id)}>${t('do.delete')}</button></li>`;
}

/**
 * @param {Context} ctx
 * @param {{own: OwnTokens | null, error: ApiErrorInfo | null, fresh: string, end: (id: string) => void, open: () => void}} what
 */
function listView(ctx, { own, error, fresh, end, open }) {
  const { t } = ctx.i18n;
  return html`<p class="fine">${t('tokens.lead')}</p>
    <div role="alert">${error ? html`<p class="notice notice-danger">${icon('warning')}<span>${explain(ctx.i18n, error)}${details(ctx.i18n, error)}</span></p>` : nothing}</div>
    <div role="status">${fresh ? html`<div class="field"><span class="field-label" id="token-new">${t('tokens.new')}</span>
      <code class="secret" dir="ltr" tabindex="-1" aria-labelledby="token-new">${fresh}</code>
      <button type="button" class="button" @click=${() => ctx.copy(fresh)}>${icon('copy')}${t('do.copy')}</button></div>` : nothing}</div>
    ${own === null ? nothing : html`<ul class="rows">${own.tokens.map((token) => row(ctx, token, end))}</ul>
    ${own.max > own.tokens.length ? html`<div class="dialog-actions"><button type="button" class="button button-primary" @click=${open}>${icon('plus')}${t('tokens.make')}</button></div>` : nothing}`}`;
}

/** @type {import('./dialogs.js').DialogMaker} */
export function tokensDialog(ctx) {
  /** @type {HTMLElement | null} */
  let place = null;
  /**
   * fresh  the new one, shown once
   * @type {{own: OwnTokens | null, error: ApiErrorInfo | null, pending: boolean, making: boolean, fresh: string}}
   */
  const now = { own: null, error: null, pending: false, making: false, fresh: '' };

  async function load() {
    const result = await ctx.actions.listTokens();
    if (result.ok) now.own = result.value;
    else now.error = result.error;
    draw();
  }

  /** @param {boolean} open */
  function show(open) {
    Object.assign(now, { making: open, error: null, fresh: '' });
    draw();
    /** @type {HTMLElement | null} */ (place?.querySelector(open ? 'input' : 'button'))?.focus();
  }

  /**
   * One at a time; what went wrong is shown.
   * @template T
   * @param {() => Promise<import('../core/types.js').FactorResult<T>>} run
   */
  async function ask(run) {
    if (now.pending) return null;
    Object.assign(now, { pending: true, error: null });
    draw();
    const result = await run();
    now.pending = false;
    if (!result.ok) now.error = result.error;
    return result;
  }

  /** @param {SubmitEvent} event */
  async function make(event) {
    event.preventDefault();
    const wish = wishOf(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)), Date.now());
    const result = await ask(() => ctx.actions.makeToken(wish));
    if (!result?.ok) return draw();
    Object.assign(now, { fresh: result.value, making: false });
    await load();
    /** @type {HTMLElement | null} */ (place?.querySelector('.secret'))?.focus();
  }

  /** @param {string} id */
  async function end(id) {
    const result = await ask(() => ctx.actions.endToken(id));
    if (result?.ok) ctx.actions.addToast({ kind: 'success', key: 'tokens.ended' });
    await load();
    place?.querySelector('button')?.focus();
  }

  function draw() {
    if (!place) return;
    render(now.making
      ? tokenForm(ctx, { lifetimeSeconds: now.own?.lifetimeSeconds ?? 0, error: now.error, pending: now.pending, send: make, cancel: () => show(false) })
      : listView(ctx, { ...now, end, open: () => show(true) }), place);
  }

  void load();
  return {
    title: 'tokens.title',
    update(_state, body) {
      place = body;
      draw();
    },
    dispose() {
      place = null;
      now.fresh = '';
    },
  };
}
