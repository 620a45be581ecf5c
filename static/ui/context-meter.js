// SPDX-License-Identifier: MIT
// The part of the model's context that the next request fills, as a ring and a number.

import { html } from '../vendor/lit-html/lit-html.js';

/**
 * The part of the model's context that the next request fills.
 * @param {import('./context.js').Context} ctx
 * @param {number} ratio
 * @param {number} limit
 */
export function contextMeter(ctx, ratio, limit) {
  const { t, number, compact } = ctx.i18n;
  const percent = number(Math.min(ratio, 1), { style: 'percent' });
  const level = ratio >= 0.98 ? 'full' : ratio >= 0.8 ? 'near' : 'ok';
  const value = t('meter.contextValue', { used: compact(Math.round(ratio * limit)), limit: compact(limit) });
  const length = 2 * Math.PI * 9;
  return html`<span class="context-meter" role="meter" aria-label=${t('meter.context')} aria-valuemin="0" aria-valuemax="100"
    aria-valuenow=${Math.round(Math.min(ratio, 1) * 100)} aria-valuetext=${value} title=${`${t('meter.context')}: ${value} (${t('meter.estimate')})`}>
    <svg class="ring" viewBox="0 0 24 24" aria-hidden="true"><circle class="ring-track" cx="12" cy="12" r="9"/><circle class="ring-value"
      data-level=${level} cx="12" cy="12" r="9" stroke-dasharray=${length} stroke-dashoffset=${length * (1 - Math.min(ratio, 1))}/></svg>
    <span aria-hidden="true">${percent}</span></span>`;
}
