// SPDX-License-Identifier: MIT
// The form for a new access token, with its limits.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { formFoot, passwordField } from './factor-setup.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').ApiErrorInfo} ApiErrorInfo
 * @typedef {import('../core/types.js').TokenWish} TokenWish
 */

const DAY_MS = 86_400_000;
/** Lifetimes that are offered (days), as far as the site allows them. */
const LIFETIMES = [7, 30, 90, 365];
const MAX_LABEL_CHARS = 64;

/**
 * The words of a field, with commas or spaces between.
 * @param {FormData} data @param {string} name
 */
const words = (data, name) => String(data.get(name) ?? '').split(/[\s,]+/).filter((word) => word !== '');

/**
 * What the form asks for.
 * @param {FormData} data
 * @param {number} now
 * @returns {TokenWish}
 */
export function wishOf(data, now) {
  return {
    label: String(data.get('label')).trim(),
    expiresAt: Math.floor((now + Number(data.get('days')) * DAY_MS) / 1000) - 1,
    readOnly: data.get('readOnly') === 'on',
    models: data.getAll('model').map(String),
    networks: words(data, 'networks'),
    requestsPerMinute: Number(data.get('requests') || 0),
    tokensPerDay: Number(data.get('tokens') || 0),
    password: String(data.get('password') ?? ''),
  };
}

/**
 * @param {Context} ctx
 * @param {{lifetimeSeconds: number, error: ApiErrorInfo | null, pending: boolean, send: (event: SubmitEvent) => void, cancel: () => void}} options
 */
export function tokenForm(ctx, { lifetimeSeconds, error, pending, send, cancel }) {
  const { t } = ctx.i18n;
  const days = lifetimeSeconds / 86_400;
  const offered = LIFETIMES.filter((one) => one <= days);
  if (offered.length === 0) offered.push(Math.max(1, Math.floor(days)));
  const { models: { list }, session } = ctx.state();
  return html`<form class="login-form" method="post" @submit=${send}>
    <div class="field"><label for="token-label">${t('tokens.label')}</label>
      <input id="token-label" name="label" class="input" dir="auto" autocomplete="off" required pattern="[^:]*[^:\\s][^:]*" maxlength=${MAX_LABEL_CHARS}></div>
    <div class="field"><label for="token-days">${t('tokens.lifetime')}</label>
      <select id="token-days" name="days" class="input">${offered.map((one) => html`<option value=${one} ?selected=${one === 30}>${ctx.i18n.number(one, { style: 'unit', unit: 'day', unitDisplay: 'long' })}</option>`)}</select></div>
    <details class="advanced"><summary>${t('tokens.limits')}</summary><div class="params">
      <label class="check"><input type="checkbox" name="readOnly">${t('tokens.readOnly')}</label>
      <div class="field"><label for="token-models">${t('tokens.models')}</label>
        <select id="token-models" name="model" class="input" multiple size=${Math.min(5, Math.max(2, list.length))}>${list.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}</select></div>
      <div class="field"><label for="token-requests">${t('tokens.requests')}</label>
        <input id="token-requests" name="requests" class="input" type="number" min="1" max="1000000" inputmode="numeric"></div>
      <div class="field"><label for="token-tokens">${t('tokens.tokens')}</label>
        <input id="token-tokens" name="tokens" class="input" type="number" min="1" max="1000000000000" inputmode="numeric"></div>
      <div class="field"><label for="token-networks">${t('tokens.networks')}</label>
        <input id="token-networks" name="networks" class="input" dir="ltr" autocomplete="off" spellcheck="false" placeholder="192.0.2.0/24, 2001:db8::/32"></div>
    </div></details>
    ${session.auth === 'password' ? passwordField(ctx) : nothing}
    ${formFoot(ctx, error, pending, 'tokens.make')}
    <button type="button" class="button button-wide" @click=${cancel}>${t('do.cancel')}</button></form>`;
}
