// SPDX-License-Identifier: MIT
// The places of a prompt, one field each; what is filled in goes to the composer.

import { html, render } from '../vendor/lit-html/lit-html.js';
import { fillPlaces, placesOf } from '../core/prompts.js';
import { serverPromptDialog } from './prompt-form.js';

/** @type {import('./dialogs.js').DialogMaker} */
export function fillDialog(ctx, close) {
  const prompt = ctx.promptToFill();
  if (prompt !== null && 'server' in prompt) return serverPromptDialog(ctx, close, prompt);
  const places = placesOf(prompt?.text ?? '');
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const values = Object.fromEntries(places.map((name, i) => [name, String(data.get(`place-${i}`) ?? '')]));
    close();
    ctx.suggest(fillPlaces(prompt?.text ?? '', values));
  };
  return {
    title: 'prompts.fill',
    small: true,
    update(_state, body) {
      const { t } = ctx.i18n;
      render(html`<form class="login-form" @submit=${submit}>
        ${places.map((name, i) => html`<div class="field"><label for=${`place-${i}`} dir="auto">${name}</label>
          <textarea class="input input-low" id=${`place-${i}`} name=${`place-${i}`} rows="1" dir="auto" autocomplete="off"></textarea></div>`)}
        <div class="dialog-actions"><button type="button" class="button" @click=${close}>${t('do.cancel')}</button>
          <button class="button button-primary">${t('prompts.use')}</button></div></form>`, body);
    },
  };
}
