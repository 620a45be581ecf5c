// SPDX-License-Identifier: MIT
// The list of chats with what stands around it: search, new chat, and the memory they take.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { selectMemory } from '../core/selectors.js';
import { createChatList } from './chat-list.js';
import { icon } from './icons.js';
import { createIdleWork } from './idle.js';
import { make, region } from './region.js';
import { isComposing } from './send-key.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').State} State
 */

/**
 * @param {Context} ctx
 * @param {() => void} toggle hides the list
 */
function headRegion(ctx, toggle) {
  return region(ctx, make('div', 'sidebar-head'), () => [], () => {
    const { t } = ctx.i18n;
    return html`<div class="brand">${icon('logo')}<span class="wordmark">${t('app.name')}</span></div>
      <button type="button" class="icon-button" aria-label=${t('nav.hide')} title=${t('nav.hide')} aria-expanded="true"
        aria-controls="chats" @click=${toggle}>${icon('sidebar')}</button>`;
  });
}

/** @param {Context} ctx */
function toolsRegion(ctx) {
  const { actions } = ctx;
  return region(ctx, make('div', 'sidebar-tools'), (state) => [state.ui.search], (search) => {
    const { t } = ctx.i18n;
    const set = (/** @type {string} */ text) => actions.setUi({ search: text });
    /** @param {KeyboardEvent} event */
    const key = (event) => {
      const field = /** @type {HTMLInputElement} */ (event.target);
      if (event.key !== 'Escape' || isComposing(event) || field.value === '') return;
      // At once: what was typed last may not have been drawn yet.
      field.value = '';
      event.stopPropagation();
      set('');
    };
    return html`
      <button type="button" class="button new-chat" @click=${() => {
        actions.newConversation();
        ctx.focusComposer();
      }}>${icon('compose')}${t('nav.new')}</button>
      <div class="search" role="search">${icon('search')}
        <input class="input" type="search" id="search" dir="auto" autocomplete="off" aria-label=${t('nav.search')} placeholder=${t('nav.search')}
          .value=${search} @keydown=${key} @input=${(/** @type {Event} */ event) => set(/** @type {HTMLInputElement} */ (event.target).value)}>
        ${search ? html`<button type="button" class="icon-button icon-button-small" aria-label=${t('nav.searchClear')} title=${t('nav.searchClear')}
          @click=${() => {
            set('');
            document.getElementById('search')?.focus();
          }}>${icon('close')}</button>` : nothing}
      </div>`;
  });
}

/**
 * What all chats take. Told when the page has time for the first time: writing
 * a size is what browsers need longest for of all that is shown at first.
 * @param {Context} ctx
 * @returns {import('./region.js').Region}
 */
function footRegion(ctx) {
  let told = false;
  const part = region(ctx, make('div', 'sidebar-foot'),
    (state) => {
      const { bytes, cap } = selectMemory(state);
      return [told, Math.round((bytes / cap) * 1000), Math.round(bytes / 1e4), cap];
    },
    (tells, permille, rounded, cap) => {
      const { t, size } = ctx.i18n;
      const value = tells ? t('meter.memoryValue', { used: size(rounded * 1e4), cap: size(cap) }) : '';
      return html`<button type="button" class="meter-button" @click=${() => ctx.actions.setUi({ dialog: 'memory' })}>
        <span class="meter"><span class="meter-line"><span>${t('menu.memory')}</span><span class="tabular">${value}</span></span>
        <meter class="meter-bar" min="0" max="1000" low="800" high="980" optimum="0" .value=${permille} aria-hidden="true"></meter></span></button>`;
    });
  createIdleWork(() => {
    told = true;
    part.update(ctx.state());
    return false;
  }).ask();
  return part;
}

/**
 * @param {Context} ctx
 * @param {() => void} toggle hides the list
 */
export function createSidebar(ctx, toggle) {
  const element = make('nav', 'sidebar', { id: 'chats' });
  const parts = [headRegion(ctx, toggle), toolsRegion(ctx), createChatList(ctx), footRegion(ctx)];
  element.append(...parts.map((part) => part.element));
  return {
    element,
    /** @param {State} state */
    update(state) {
      element.setAttribute('aria-label', ctx.i18n.t('nav.chats'));
      for (const part of parts) part.update(state);
    },
  };
}
