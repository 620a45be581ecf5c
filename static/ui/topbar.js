// SPDX-License-Identifier: MIT
// The bar above the thread: the list's switch, the model chooser, and the page's menu.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { selectActive, selectHasSomethingToLose, selectList, selectModel } from '../core/selectors.js';
import { icon } from './icons.js';
import { createModelSelect } from './models.js';
import { make, region } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').State} State
 */

/**
 * Everything that is not needed every minute.
 * @param {Context} ctx
 * @param {HTMLElement} opener
 */
function openMainMenu(ctx, opener) {
  const { actions, i18n: { t } } = ctx;
  const state = ctx.state();
  const conversation = selectActive(state);
  const filled = selectList(state).some((entry) => !entry.empty);
  const here = Object.keys(conversation.nodes).length > 0;
  /** @type {import('./menu.js').MenuEntry[]} */
  const entries = [
    { label: t('menu.tune'), icon: 'tune', run: () => actions.setUi({ dialog: 'params' }) },
  ];
  if (here) {
    entries.push(
      { label: t('menu.copyMd'), icon: 'copy', run: () => void ctx.copy(actions.exportConversation(conversation.id, 'md').then((file) => file?.text ?? '')) },
      { label: t('menu.exportMd'), icon: 'save', run: () => ctx.save(actions.exportConversation(conversation.id, 'md')) },
      { label: t('menu.exportHtml'), icon: 'save', run: () => void ctx.saveHtml(conversation.id) },
      { label: t('menu.exportJson'), icon: 'save', run: () => ctx.save(actions.exportConversation(conversation.id, 'json')) },
      { label: t('menu.print'), icon: 'print', run: () => window.print() },
    );
  }
  entries.push('line');
  if (filled) {
    entries.push(
      { label: t('menu.exportAllMd'), icon: 'save', run: () => ctx.save(actions.exportAll('md')) },
      { label: t('menu.exportAllJson'), icon: 'save', run: () => ctx.save(actions.exportAll('json')) },
    );
  }
  entries.push(
    { label: t('menu.import'), icon: 'open', run: ctx.pickImport },
    'line',
    { label: t('menu.settings'), icon: 'settings', run: () => actions.setUi({ dialog: 'settings' }) },
    { label: t('menu.help'), icon: 'keyboard', keys: '?', run: () => actions.setUi({ dialog: 'help' }) },
    'line',
    { head: t('menu.you', { name: state.session.user?.name ?? '' }) },
  );
  if (state.session.auth === 'password') {
    // A sign-out deletes all chats.
    const asked = (/** @type {'signOut' | 'signOutAll'} */ dialog, /** @type {() => Promise<void>} */ leave) => () => {
      if (selectHasSomethingToLose(ctx.state())) actions.setUi({ dialog });
      else void leave();
    };
    entries.push(
      { label: t('menu.password'), icon: 'key', run: () => actions.setUi({ dialog: 'password' }) },
      { label: t('menu.signOut'), icon: 'out', run: asked('signOut', actions.signOut) },
      { label: t('menu.signOutAll'), icon: 'out', run: asked('signOutAll', actions.signOutEverywhere) },
    );
  }
  ctx.menus.open(opener, t('menu.label'), entries);
}

/**
 * @param {Context} ctx
 * @param {() => void} toggle shows or hides the list
 * @param {(state: State) => boolean} isListOpen
 */
export function createTopbar(ctx, toggle, isListOpen) {
  const { actions } = ctx;
  const element = make('header', 'topbar');
  const start = make('div', 'topbar-start');
  const end = make('div', 'topbar-end');
  const space = make('span', 'topbar-space');
  const models = createModelSelect(ctx, {
    className: 'model-select',
    label: 'model.label',
    value: (state) => selectActive(state).model || (selectModel(state, selectActive(state))?.id ?? ''),
    change: (id) => actions.setModel(id),
  });
  element.append(start, models.element, space, end);

  const startRegion = region(ctx, start, (state) => [isListOpen(state)], (open) => {
    const { t } = ctx.i18n;
    if (open) return nothing;
    return html`<button type="button" class="icon-button" aria-label=${t('nav.show')} title=${t('nav.show')} aria-expanded="false"
        aria-controls="chats" @click=${toggle}>${icon('sidebar')}</button>
      <button type="button" class="icon-button" aria-label=${t('nav.new')} title=${t('nav.new')} @click=${() => {
        actions.newConversation();
        ctx.focusComposer();
      }}>${icon('compose')}</button>`;
  });

  const endRegion = region(ctx, end,
    (state) => {
      const { system, params } = selectActive(state);
      return [system !== '' || Object.keys(params).length > 0];
    },
    (tuned) => {
      const { t } = ctx.i18n;
      return html`${tuned ? html`<button type="button" class="icon-button tuned" aria-label=${t('menu.tune')} title=${t('menu.tune')}
          @click=${() => actions.setUi({ dialog: 'params' })}>${icon('tune')}</button>` : nothing}
        <button type="button" class="icon-button" aria-label=${t('menu.label')} title=${t('menu.label')} aria-haspopup="true" aria-expanded="false"
          @click=${(/** @type {MouseEvent} */ event) => openMainMenu(ctx, /** @type {HTMLElement} */ (event.currentTarget))}>${icon('menu')}</button>`;
    });

  return {
    element,
    /** @param {State} state */
    update(state) {
      startRegion.update(state);
      models.update(state);
      endRegion.update(state);
    },
  };
}
