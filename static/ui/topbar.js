// SPDX-License-Identifier: MIT
// The bar above the thread: the list's switch, the model chooser, and the page's menu.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { selectActive, selectModel } from '../core/selectors.js';
import { leave } from './leave.js';
import { icon } from './icons.js';
import { createModelButton } from './model-button.js';
import { make, region } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').State} State
 */

/**
 * What is not needed every minute: seven entries at most, the rest is behind
 * them.
 * @param {Context} ctx
 * @param {HTMLElement} opener
 */
function openMainMenu(ctx, opener) {
  const { actions, i18n: { t } } = ctx;
  const { session } = ctx.state();
  const dialog = (/** @type {string} */ name) => () => actions.setUi({ dialog: name });
  /** @type {import('./menu.js').MenuEntry[]} */
  const entries = [
    { label: t('menu.tune'), icon: 'tune', run: dialog('params') },
    { label: t('prompts.title'), icon: 'book', keys: '/', run: dialog('prompts') },
    { label: t('export.title'), icon: 'save', run: dialog('export') },
    'line',
    { label: t('menu.settings'), icon: 'settings', run: dialog('settings') },
    { label: t('menu.help'), icon: 'keyboard', keys: '?', run: dialog('help') },
    'line',
    { label: t('menu.account', { name: session.user?.name ?? '' }), icon: 'person', run: dialog('account') },
  ];
  if (session.auth === 'password') entries.push({ label: t('menu.signOut'), icon: 'out', run: () => leave(ctx, false) });
  ctx.menus.open(opener, t('menu.label'), entries);
}

/**
 * The list's switch and a new chat, while the list is not there.
 * @param {Context} ctx
 * @param {() => void} toggle
 * @param {(state: State) => boolean} isListOpen
 */
function startRegion(ctx, toggle, isListOpen) {
  return region(ctx, make('div', 'topbar-start'), (state) => [isListOpen(state)], (open) => {
    const { t } = ctx.i18n;
    if (open) return nothing;
    return html`<button type="button" class="icon-button" aria-label=${t('nav.show')} title=${t('nav.show')} aria-expanded="false"
        aria-controls="chats" @click=${toggle}>${icon('sidebar')}</button>
      <button type="button" class="icon-button" aria-label=${t('nav.new')} title=${t('nav.new')} @click=${() => {
        ctx.actions.newConversation();
        ctx.focusComposer();
      }}>${icon('compose')}</button>`;
  });
}

/** @param {Context} ctx */
function endRegion(ctx) {
  return region(ctx, make('div', 'topbar-end'),
    (state) => {
      const { system, params } = selectActive(state);
      return [system !== '' || Object.keys(params).length > 0];
    },
    (tuned) => {
      const { t } = ctx.i18n;
      return html`${tuned ? html`<button type="button" class="icon-button tuned" aria-label=${t('menu.tune')} title=${t('menu.tune')}
          @click=${() => ctx.actions.setUi({ dialog: 'params' })}>${icon('tune')}</button>` : nothing}
        <button type="button" class="icon-button" aria-label=${t('menu.label')} title=${t('menu.label')} aria-haspopup="true" aria-expanded="false"
          @click=${(/** @type {MouseEvent} */ event) => openMainMenu(ctx, /** @type {HTMLElement} */ (event.currentTarget))}>${icon('menu')}</button>`;
    });
}

/**
 * @param {Context} ctx
 * @param {() => void} toggle shows or hides the list
 * @param {(state: State) => boolean} isListOpen
 */
export function createTopbar(ctx, toggle, isListOpen) {
  const element = make('header', 'topbar');
  const models = createModelButton(ctx, {
    className: 'model-select',
    label: 'model.label',
    value: (state) => selectActive(state).model || (selectModel(state, selectActive(state))?.id ?? ''),
    second: (state) => selectActive(state).second ?? '',
    changeSecond: ctx.actions.setSecond,
    change: (id) => {
      ctx.actions.setModel(id);
      if (matchMedia('(hover: hover)').matches) ctx.focusComposer();
    },
  });
  const start = startRegion(ctx, toggle, isListOpen);
  const end = endRegion(ctx);
  element.append(start.element, models.element, make('span', 'topbar-space'), end.element);
  return {
    element,
    /** @param {State} state */
    update(state) {
      for (const part of [start, models, end]) part.update(state);
    },
  };
}
