// SPDX-License-Identifier: MIT
// What the person has used, a day and a model, and how much is left of what they may.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { details, explain } from './errors.js';
import { icon } from './icons.js';

/**
 * @typedef {import('./i18n.js').I18n} I18n
 * @typedef {import('../core/types.js').OwnUsage} OwnUsage
 */

/** Costs are in whatever the administrator counts them in. @param {I18n} i18n @param {number} cost */
const money = ({ number }, cost) => number(cost, { maximumFractionDigits: cost < 1 ? 4 : 2 });

/** @param {I18n} i18n @param {import('../core/types.js').Budget} budget */
function budgetView(i18n, { name, limit, used }) {
  const { t, number, language } = i18n;
  const span = new Intl.RelativeTimeFormat(language.code, { numeric: 'auto' }).format(0, name.endsWith('day') ? 'day' : 'month');
  const label = `${t(name.startsWith('cost') ? 'usage.cost' : 'usage.tokens')} · ${span}`;
  const write = (/** @type {number} */ value) => (name.startsWith('cost') ? money(i18n, value) : number(value));
  return html`<div class="meter"><span class="meter-line"><span>${label}</span>
      <span>${write(used)} / ${write(limit)}</span></span>
    <meter class="meter-bar" min="0" max=${limit} low=${limit * 0.8} high=${limit * 0.95} optimum="0" value=${Math.min(used, limit)} aria-label=${label}></meter></div>`;
}

/** @param {I18n} i18n @param {OwnUsage} usage */
function tableView(i18n, { rows }) {
  const { t, number, language } = i18n;
  const day = new Intl.DateTimeFormat(language.code, { dateStyle: 'medium', timeZone: 'UTC' });
  const costs = rows.some(({ cost }) => cost !== null);
  return html`<div class="result-table usage-table" tabindex="0" role="region" aria-label=${t('usage.title')}><table>
    <thead><tr><td></td><th scope="col">${t('model.label')}</th><th scope="col">${t('usage.requests')}</th>
      <th scope="col">${t('usage.tokens')}</th>${costs ? html`<th scope="col">${t('usage.cost')}</th>` : nothing}</tr></thead>
    <tbody>${rows.map((row) => html`<tr><th scope="row">${day.format(new Date(`${row.day}T00:00:00Z`))}</th><td dir="auto">${row.model}</td>
      <td class="tabular">${number(row.requests)}</td><td class="tabular">${number(row.tokens)}</td>
      ${costs ? html`<td class="tabular">${row.cost === null ? '–' : money(i18n, row.cost)}</td>` : nothing}</tr>`)}</tbody>
  </table></div>`;
}

/** @type {import('./dialogs.js').DialogMaker} */
export function usageDialog(ctx) {
  /** @type {HTMLElement | null} */
  let place = null;
  /** @type {OwnUsage | null} */
  let usage = null;
  /** @type {import('../core/types.js').ApiErrorInfo | null} */
  let error = null;

  function draw() {
    if (!place) return;
    const waits = usage === null && error === null;
    render(html`${waits ? html`<p class="status" role="status"><span class="spinner" aria-hidden="true"></span>${ctx.i18n.t('app.loading')}</p>` : nothing}
      <div role="alert">${error ? html`<p class="notice notice-danger">${icon('warning')}<span>${explain(ctx.i18n, error)}${details(ctx.i18n, error)}</span></p>` : nothing}</div>
      ${usage === null ? nothing : html`${usage.budgets.map((budget) => budgetView(ctx.i18n, budget))}
        ${tableView(ctx.i18n, usage)}`}`, place);
  }

  async function load() {
    const result = await ctx.actions.loadUsage();
    if (result.ok) usage = result.value;
    else ({ error } = result);
    draw();
  }

  void load();
  return {
    title: 'usage.title',
    wide: true,
    update(_state, body) {
      place = body;
      draw();
    },
    dispose() {
      place = null;
    },
  };
}
