// SPDX-License-Identifier: MIT
// The question before a deletion that takes more than one turn with it.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { selectActive } from '../core/selectors.js';
import { deletionOf } from './deletion.js';

/** @type {import('./dialogs.js').DialogMaker} */
export function deleteDialog(ctx, close) {
  const id = ctx.state().ui.deletingId ?? '';
  return {
    title: 'delete.title',
    small: true,
    update(state, body) {
      const { t } = ctx.i18n;
      const conversation = selectActive(state);
      const { count, pair } = deletionOf(conversation, id);
      const question = conversation.nodes[id]?.role === 'user';
      const does = (/** @type {() => void} */ run) => () => {
        close();
        run();
      };
      render(html`<p>${t(question ? 'delete.question' : 'delete.answer', { count })}</p>
        <div class="dialog-actions dialog-stack">
          ${pair === null ? nothing : html`<button type="button" class="button" @click=${does(() => ctx.actions.deletePair(pair))}>${t('delete.pair')}</button>`}
          <button type="button" class="button button-danger" @click=${does(() => ctx.actions.deleteMessage(id))}>${t('delete.all', { count })}</button>
          <button type="button" class="button" @click=${close}>${t('do.cancel')}</button>
        </div>`, body);
    },
    dispose: () => ctx.actions.setUi({ deletingId: null }),
  };
}
