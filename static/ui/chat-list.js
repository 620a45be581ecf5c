// SPDX-License-Identifier: MIT
// The chats themselves: opened, renamed in place, pinned, exported, deleted with undo.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { repeat } from '../vendor/lit-html/directives/repeat.js';
import { selectList } from '../core/selectors.js';
import { icon } from './icons.js';
import { make, region, same } from './region.js';
import { isComposing } from './send-key.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/selectors.js').ListEntry} ListEntry
 */

/** @param {ListEntry} entry */
const partsOf = ({ id, title, active, streaming, unseen, empty, pinned, found }) => [id, title, active, streaming, unseen, empty, pinned, found];

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
    { label: t(entry.pinned ? 'nav.unpin' : 'nav.pin'), icon: 'pin', run: () => actions.pinConversation(entry.id, !entry.pinned) },
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
      ${entry.pinned ? html`<span class="chat-pin">${icon('pin')}<span class="quiet-text">${t('nav.pinned')}</span></span>` : nothing}
      <span class="chat-title" dir="auto" title=${title}>${title}</span>
      ${entry.streaming ? html`<span class="pulse" aria-hidden="true"></span><span class="quiet-text">${t('nav.busy')}</span>`
        : entry.unseen ? html`<span class="pulse pulse-still" aria-hidden="true"></span><span class="quiet-text">${t('nav.unseen')}</span>` : nothing}
      ${found ? html`<span class="chat-found" dir="auto">${found.before}<mark>${found.match}</mark>${found.after}</span>` : nothing}
    </button>
    ${entry.empty ? nothing : html`<button type="button" class="icon-button icon-button-small" aria-label=${options} title=${t('do.more')}
      aria-haspopup="true" aria-expanded="false" @click=${open}>${icon('more')}</button>`}
  </li>`;
}

/** @param {Context} ctx */
export function createChatList(ctx) {
  const steady = settled();
  const element = make('div', 'chats');
  let renamed = '';
  const part = region(ctx, element,
    (state) => [steady(selectList(state)), state.ui.search, state.ui.renamingId],
    (entries, search, renamingId) => {
      const { t } = ctx.i18n;
      return html`<p class="quiet-text" role="status">${search ? t('nav.found', { count: entries.length }) : ''}</p>
        ${entries.length === 0 ? html`<p class="chats-note">${search ? t('nav.nothing', { text: search }) : t('nav.empty')}</p>` : nothing}
        <ul>${repeat(entries, (entry) => entry.id, (entry) => itemView(ctx, entry, entry.id === renamingId))}</ul>`;
    });
  return {
    element,
    /** @param {State} state */
    update(state) {
      part.update(state);
      const renaming = state.ui.renamingId ?? '';
      if (renaming && renaming !== renamed) {
        const field = element.querySelector('input');
        field?.focus();
        field?.select();
      }
      renamed = renaming;
    },
  };
}
