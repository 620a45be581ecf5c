// SPDX-License-Identifier: MIT
// The list of chats: search, rename in place, delete with undo, and the memory they take.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { repeat } from '../vendor/lit-html/directives/repeat.js';
import { selectList, selectMemory } from '../core/selectors.js';
import { isComposing } from './send-key.js';
import { icon } from './icons.js';
import { make, region, same } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/selectors.js').ListEntry} ListEntry
 */

/** @param {ListEntry} entry */
const partsOf = ({ id, title, active, streaming, unseen, empty, found }) => [id, title, active, streaming, unseen, empty, found];

/**
 * The same array as before while nothing that the list shows has changed: a
 * streaming answer makes new entries each frame.
 * @returns {(entries: readonly ListEntry[]) => readonly ListEntry[]}
 */
function settled() {
  /** @type {readonly ListEntry[]} */
  let kept = [];
  return (entries) => {
    const alike = entries.length === kept.length && entries.every((e, i) => {
      const k = kept[i];
      return e === k || (k !== undefined && same(partsOf(e), partsOf(k)));
    });
    if (!alike) kept = entries;
    return kept;
  };
}

/**
 * @param {Context} ctx
 * @param {ListEntry} entry
 */
function renameForm(ctx, entry) {
  const { actions, i18n } = ctx;
  let over = false;
  /** @param {string | null} title null leaves it */
  const end = (title) => {
    if (over) return;
    over = true;
    if (title !== null && title.trim() && title.trim() !== entry.title) actions.renameConversation(entry.id, title.trim());
    actions.setUi({ renamingId: null });
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (event.key !== 'Escape' || isComposing(event)) return;
    event.preventDefault();
    event.stopPropagation();
    end(null);
  };
  return html`<form @submit=${(/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const item = form.closest('li');
    end(form.querySelector('input')?.value ?? null);
    requestAnimationFrame(() => requestAnimationFrame(() => /** @type {HTMLElement | null} */ (item?.querySelector('.chat-link'))?.focus()));
  }}><input class="input" name="title" dir="auto" maxlength="200" autocomplete="off" aria-label=${i18n.t('nav.renameField')}
    .value=${entry.title} @keydown=${key} @blur=${(/** @type {Event} */ event) => end(/** @type {HTMLInputElement} */ (event.target).value)}></form>`;
}

/**
 * @param {Context} ctx
 * @param {ListEntry} entry
 * @param {boolean} renaming
 */
function itemView(ctx, entry, renaming) {
  const { actions, menus, i18n: { t } } = ctx;
  if (renaming) return html`<li class="chat-item" ?data-active=${entry.active}>${renameForm(ctx, entry)}</li>`;
  const title = entry.title || t('nav.untitled');
  const options = t('nav.options', { title });
  /** @param {MouseEvent} event */
  const open = (event) => menus.open(/** @type {HTMLElement} */ (event.currentTarget), options, [
    { label: t('nav.rename'), icon: 'edit', run: () => actions.setUi({ renamingId: entry.id }) },
    { label: t('menu.exportMd'), icon: 'save', run: () => ctx.save(actions.exportConversation(entry.id, 'md')) },
    { label: t('menu.exportJson'), icon: 'save', run: () => ctx.save(actions.exportConversation(entry.id, 'json')) },
    'line',
    { label: t('nav.delete'), icon: 'trash', danger: true, run: () => actions.deleteConversation(entry.id) },
  ]);
  const { found } = entry;
  const pick = () => {
    actions.selectConversation(entry.id);
    if (found) ctx.reveal(found.messageId);
    else if (matchMedia('(hover: hover)').matches) ctx.focusComposer();
  };
  return html`<li class="chat-item" ?data-active=${entry.active}>
    <button type="button" class="chat-link" aria-current=${entry.active ? 'true' : nothing} @click=${pick}
      @dblclick=${() => actions.setUi({ renamingId: entry.id })}>
      <span class="chat-title" dir="auto" title=${title}>${title}</span>
      ${entry.streaming ? html`<span class="pulse" aria-hidden="true"></span><span class="quiet-text">${t('nav.busy')}</span>`
        : entry.unseen ? html`<span class="pulse pulse-still" aria-hidden="true"></span><span class="quiet-text">${t('nav.unseen')}</span>` : nothing}
      ${found ? html`<span class="chat-found" dir="auto">${found.before}<mark>${found.match}</mark>${found.after}</span>` : nothing}
    </button>
    ${entry.empty ? nothing : html`<button type="button" class="icon-button icon-button-small" aria-label=${options} title=${t('do.more')}
      aria-haspopup="true" aria-expanded="false" @click=${open}>${icon('more')}</button>`}
  </li>`;
}

/**
 * @param {Context} ctx
 * @param {() => void} toggle hides the list
 */
export function createSidebar(ctx, toggle) {
  const { actions } = ctx;
  const element = make('nav', 'sidebar', { id: 'chats' });
  const head = make('div', 'sidebar-head');
  const tools = make('div', 'sidebar-tools');
  const list = make('div', 'chats');
  const foot = make('div', 'sidebar-foot');
  element.append(head, tools, list, foot);
  const steady = settled();
  let renamed = '';

  const headRegion = region(ctx, head, () => [], () => {
    const { t } = ctx.i18n;
    return html`<div class="brand">${icon('logo')}<span class="wordmark">${t('app.name')}</span></div>
      <button type="button" class="icon-button" aria-label=${t('nav.hide')} title=${t('nav.hide')} aria-expanded="true"
        aria-controls="chats" @click=${toggle}>${icon('sidebar')}</button>`;
  });

  const toolsRegion = region(ctx, tools, (state) => [state.ui.search], (search) => {
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

  const listRegion = region(ctx, list,
    (state) => [steady(selectList(state)), state.ui.search, state.ui.renamingId],
    (entries, search, renamingId) => {
      const { t } = ctx.i18n;
      element.setAttribute('aria-label', t('nav.chats'));
      return html`<p class="quiet-text" role="status">${search ? t('nav.found', { count: entries.length }) : ''}</p>
        ${entries.length === 0 ? html`<p class="chats-note">${search ? t('nav.nothing', { text: search }) : t('nav.empty')}</p>` : nothing}
        <ul>${repeat(entries, (entry) => entry.id, (entry) => itemView(ctx, entry, entry.id === renamingId))}</ul>`;
    });

  const footRegion = region(ctx, foot,
    (state) => {
      const { bytes, cap } = selectMemory(state);
      return [Math.round((bytes / cap) * 1000), Math.round(bytes / 1e4), cap];
    },
    (permille, rounded, cap) => {
      const { t, size } = ctx.i18n;
      const value = t('meter.memoryValue', { used: size(rounded * 1e4), cap: size(cap) });
      return html`<button type="button" class="meter-button" @click=${() => actions.setUi({ dialog: 'memory' })}>
        <span class="meter"><span class="meter-line"><span>${t('menu.memory')}</span><span class="tabular">${value}</span></span>
        <meter class="meter-bar" min="0" max="1000" low="800" high="980" optimum="0" .value=${permille} aria-hidden="true"></meter></span></button>`;
    });

  return {
    element,
    /** @param {State} state */
    update(state) {
      headRegion.update(state);
      toolsRegion.update(state);
      listRegion.update(state);
      footRegion.update(state);
      const renaming = state.ui.renamingId ?? '';
      if (renaming && renaming !== renamed) {
        const field = list.querySelector('input');
        field?.focus();
        field?.select();
      }
      renamed = renaming;
    },
    focusSearch() {
      document.getElementById('search')?.focus();
    },
  };
}
