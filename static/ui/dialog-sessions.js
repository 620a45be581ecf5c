// SPDX-License-Identifier: MIT
// Where the person is signed in, and the end of one session or of all others.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { details, explain } from './errors.js';
import { icon } from './icons.js';
import { browserName, moment } from './when.js';

/** @typedef {import('../core/types.js').OwnSession} OwnSession */

/** @type {import('./dialogs.js').DialogMaker} */
export function sessionsDialog(ctx) {
  /** @type {HTMLElement | null} */
  let place = null;
  /** @type {OwnSession[] | null} */
  let list = null;
  /** @type {import('../core/types.js').ApiErrorInfo | null} */
  let error = null;
  let busy = false;

  async function load() {
    const result = await ctx.actions.listSessions();
    if (result.ok) list = result.value;
    else ({ error } = result);
    draw();
  }

  /**
   * @param {() => Promise<import('../core/types.js').FactorResult<null>>} end
   * @param {string} key  what is said when it is done
   */
  async function finish(end, key) {
    if (busy) return;
    busy = true;
    error = null;
    const result = await end();
    busy = false;
    // One that somebody else has ended is ended as well.
    if (result.ok || result.error.code === 'session_not_found') ctx.actions.addToast({ kind: 'success', key });
    else ({ error } = result);
    await load();
    // The button that was pressed is gone.
    place?.querySelector('button')?.focus();
  }

  /** @param {OwnSession} session */
  function row(session) {
    const { t } = ctx.i18n;
    const name = browserName(ctx.i18n, session);
    return html`<li class="row"><div class="row-text">
        <b class="row-name" dir="auto">${name}</b>
        ${session.current ? html`<span class="hint">${t('sessions.this')}</span>` : nothing}
        <span class="hint" dir="auto">${t('sessions.used', { when: moment(ctx.i18n, session.lastSeen) })}${session.network ? html` · <bdi>${session.network}</bdi>` : nothing}</span>
        <span class="hint" dir="auto">${t('sessions.begun', { when: moment(ctx.i18n, session.firstSeen) })}</span>
        ${session.newNetwork ? html`<span class="hint">${icon('warning')}${t('sessions.new')}</span>` : nothing}</div>
      ${session.current ? nothing : html`<button type="button" class="button" aria-label=${t('sessions.endOf', { name })}
        @click=${() => finish(() => ctx.actions.endSession(session.id), 'sessions.ended')}>${t('sessions.end')}</button>`}</li>`;
  }

  function draw() {
    if (!place) return;
    const { t } = ctx.i18n;
    render(html`<p class="fine">${t('sessions.lead')}</p>
      <div role="alert">${error ? html`<p class="notice notice-danger">${icon('warning')}<span>${explain(ctx.i18n, error)}${details(ctx.i18n, error)}</span></p>` : nothing}</div>
      ${list === null ? nothing : html`<ul class="rows">${list.map(row)}</ul>
      ${list.some(({ current }) => !current) ? html`<div class="dialog-actions"><button type="button" class="button"
        @click=${() => finish(ctx.actions.endOtherSessions, 'sessions.endedOthers')}>${icon('out')}${t('sessions.endOthers')}</button></div>` : nothing}`}`, place);
  }

  void load();
  return {
    title: 'sessions.title',
    update(_state, body) {
      place = body;
      draw();
    },
    dispose() {
      place = null;
    },
  };
}
