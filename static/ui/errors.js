// SPDX-License-Identifier: MIT
// Errors in words: what a code means to the person, and the provider's own words beneath it.

import { html, nothing } from '../vendor/lit-html/lit-html.js';

/**
 * @typedef {import('../core/types.js').ApiErrorInfo} ApiError
 * @typedef {import('./i18n.js').I18n} I18n
 */

/** Codes behind which the server's own message says more than ours. */
const TELLING = new Set([
  'invalid_request', 'upstream_error', 'upstream_rate_limited', 'context_length_exceeded',
  'content_filter', 'finish_unknown', 'weak_password', 'tool_error', 'token_limit', 'budget_limit', 'request_limit', 'upstream_invalid',
]);

/**
 * @param {I18n} i18n
 * @param {ApiError | null | undefined} error
 * @returns {string}
 */
export function explain(i18n, error) {
  const key = `error.${error?.code ?? 'unknown'}`;
  if (i18n.has(key)) return i18n.t(key);
  return i18n.t('error.unknown');
}

/**
 * The server's own words, where they add something.
 * @param {I18n} i18n
 * @param {ApiError | null | undefined} error
 */
export function details(i18n, error) {
  if (!error?.message) return nothing;
  const known = i18n.has(`error.${error.code}`);
  if (known && !TELLING.has(String(error.code))) return nothing;
  return html`<details class="details">
    <summary>${i18n.t('error.details')}</summary>
    <p class="details-text" dir="auto">${error.message}</p>
  </details>`;
}
