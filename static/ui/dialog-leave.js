// SPDX-License-Identifier: MIT
// The question before a sign-out that would delete chats.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { selectList } from '../core/selectors.js';
import { icon } from './icons.js';

/**
 * @param {boolean} everywhere all sessions of this person end
 * @returns {import('./dialogs.js').DialogMaker}
 */
export const leaveDialog = (everywhere) => (ctx, close) => {
  const title = everywhere ? 'menu.signOutAll' : 'menu.signOut';
  return {
    title,
    update(state, body) {
      const { t } = ctx.i18n;
      const { actions } = ctx;
      const filled = selectList(state).some((entry) => !entry.empty);
      const leave = () => {
        close();
        void (everywhere ? actions.signOutEverywhere() : actions.signOut());
      };
      render(html`<p>${t('leave.lead')}</p>
        <div class="dialog-actions">
          ${filled ? html`<button type="button" class="button" @click=${() => ctx.save(actions.exportAll('json'))}>${icon('save')}${t('menu.exportAllJson')}</button>` : nothing}
          <button type="button" class="button" @click=${close}>${t('do.cancel')}</button>
          <button type="button" class="button button-primary" @click=${leave}>${t(title)}</button>
        </div>`, body);
    },
  };
};
