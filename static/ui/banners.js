// SPDX-License-Identifier: MIT
// Banners over the thread: what stays true for a while.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { selectActive, selectMemory, selectPath } from '../core/selectors.js';
import { explain } from './errors.js';
import { icon } from './icons.js';
import { make, region } from './region.js';
import { browserName, moment } from './when.js';

/**
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {import('../core/types.js').State} State
 */

/** Turns after which the person is told, once, how a chat is kept. */
const TURNS_TO_TELL = 3;

/**
 * Whether it is time to say how a chat is kept: after some turns, once.
 * @param {State} state
 */
function tellsExport(state) {
  return !state.settings.knowsExport && selectPath(selectActive(state)).length >= 2 * TURNS_TO_TELL;
}

/** @param {Basics} ctx */
export function createBanners(ctx) {
  const { actions } = ctx;
  const element = make('div', 'banners', { role: 'status' });
  return region(ctx, element,
    (state) => [tellsExport(state), state.ui.online, state.ui.newer, state.models.status === 'failed' && state.session.status === 'signed-in' ? state.models.error : null, selectMemory(state).level, state.ui.news],
    (tells, online, newer, modelsError, memory, news) => {
      const { t } = ctx.i18n;
      return html`
        ${tells ? html`<div class="banner banner-quiet">${icon('info')}<span>${t('first.export')}</span>
          <button type="button" class="button-text" @click=${() => actions.setUi({ dialog: 'export' })}>${t('export.title')}</button>
          <button type="button" class="button-text" @click=${() => actions.setSetting('knowsExport', true)}>${t('do.dismiss')}</button></div>` : nothing}
        ${news.map((one) => html`<div class="banner">${icon('warning')}<span>${t('news.network',
          { name: browserName(ctx.i18n, one), network: one.network, when: moment(ctx.i18n, one.at) })}</span>
          <button type="button" class="button-text" @click=${() => actions.setUi({ dialog: 'sessions' })}>${t('news.look')}</button>
          <button type="button" class="button-text" @click=${() => actions.setUi({ news: news.filter((other) => other !== one) })}>${t('do.dismiss')}</button></div>`)}
        ${online ? nothing : html`<div class="banner">${icon('offline')}<span>${t('banner.offline')}</span></div>`}
        ${newer ? html`<div class="banner banner-quiet">${icon('info')}<span>${t('banner.newer')}</span>
          <button type="button" class="button-text" @click=${() => location.reload()}>${t('login.sso.reload')}</button>
          <button type="button" class="button-text" @click=${() => actions.setUi({ newer: false })}>${t('do.dismiss')}</button></div>` : nothing}
        ${modelsError ? html`<div class="banner">${icon('warning')}<span>${t('model.failed')} ${explain(ctx.i18n, modelsError)}</span>
          <button type="button" class="button-text" @click=${() => void actions.loadModels()}>${t('model.retry')}</button></div>` : nothing}
        ${memory === 'ok' ? nothing : html`<div class="banner">${icon('warning')}<span>${t(memory === 'full' ? 'memory.full' : 'memory.near')}</span>
          <button type="button" class="button-text" @click=${() => actions.setUi({ dialog: 'memory' })}>${t('memory.open')}</button></div>`}`;
    });
}
