// SPDX-License-Identifier: MIT
// Who is signed in, and what concerns their sessions.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { icon } from './icons.js';
import { leave } from './leave.js';

/** @type {import('./dialogs.js').DialogMaker} */
export function accountDialog(ctx) {
  return {
    title: 'account.title',
    small: true,
    update(state, body) {
      const { t } = ctx.i18n;
      const own = state.session.auth === 'password';
      render(html`<p>${t('menu.you', { name: state.session.user?.name ?? '' })}</p>
        ${own ? html`<div class="dialog-actions dialog-stack">
          <button type="button" class="button" @click=${() => ctx.actions.setUi({ dialog: 'password' })}>${icon('key')}${t('menu.password')}</button>
          ${state.session.secondFactor ? html`<button type="button" class="button" @click=${() => ctx.actions.setUi({ dialog: 'factor' })}>${icon('shield')}${t('factor.title')}</button>` : nothing}
          <button type="button" class="button" @click=${() => ctx.actions.setUi({ dialog: 'sessions' })}>${icon('person')}${t('sessions.title')}</button>
          <button type="button" class="button" @click=${() => ctx.actions.setUi({ dialog: 'usage' })}>${icon('clock')}${t('usage.title')}</button>
          ${state.session.tokens ? html`<button type="button" class="button" @click=${() => ctx.actions.setUi({ dialog: 'tokens' })}>${icon('key')}${t('tokens.title')}</button>` : nothing}
          ${state.session.passkeys ? html`<button type="button" class="button" @click=${() => ctx.actions.setUi({ dialog: 'passkeys' })}>${icon('key')}${t('passkey.title')}</button>` : nothing}
          <button type="button" class="button" @click=${() => leave(ctx, true)}>${icon('out')}${t('menu.signOutAll')}</button>
          <button type="button" class="button" @click=${() => leave(ctx, false)}>${icon('out')}${t('menu.signOut')}</button></div>`
          : html`<p class="fine">${t('account.sso')}</p>
            <div class="dialog-actions dialog-stack"><button type="button" class="button" @click=${() => ctx.actions.setUi({ dialog: 'usage' })}>${icon('clock')}${t('usage.title')}</button>
            ${state.session.tokens ? html`<button type="button" class="button" @click=${() => ctx.actions.setUi({ dialog: 'tokens' })}>${icon('key')}${t('tokens.title')}</button>` : nothing}</div>`}`, body);
    },
  };
}
