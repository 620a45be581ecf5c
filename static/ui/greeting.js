// SPDX-License-Identifier: MIT
// The empty conversation: a greeting by the time of day, and a few ways to begin.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { selectActive, selectPath } from '../core/selectors.js';
import { icon } from './icons.js';
import { make, region } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').State} State
 */

const SUGGESTIONS = ['explain', 'write', 'code', 'plan'];

/**
 * @param {number} hour 0 to 23
 * @returns {string} message key
 */
function greetingKey(hour) {
  if (hour < 5) return 'greet.night';
  if (hour < 12) return 'greet.morning';
  if (hour < 18) return 'greet.day';
  return 'greet.evening';
}

/** @param {Context} ctx */
export function createGreeting(ctx) {
  const element = make('div', 'greeting');
  const part = region(ctx, element,
    (state) => [state.session.user?.name ?? '', state.settings.knowsMemory],
    (name, known) => {
      const { t } = ctx.i18n;
      return html`${icon('logo')}
        <h1 class="greeting-title">${t(greetingKey(new Date().getHours()), { name })}<span>${t('greet.ask')}</span></h1>
        <ul class="suggestions" aria-label=${t('suggest.label')}>${SUGGESTIONS.map((key) => html`<li>
          <button type="button" class="suggestion" @click=${() => ctx.suggest(t(`suggest.${key}.text`))}>
            <b>${t(`suggest.${key}`)}</b><span>${t(`suggest.${key}.text`)}</span></button></li>`)}</ul>
        ${known ? nothing : html`<div class="first-use" role="note">${icon('shield')}<p>${t('first.memory')}</p>
          <button type="button" class="button button-small" @click=${() => {
            ctx.actions.setSetting('knowsMemory', true);
            ctx.focusComposer();
          }}>${t('first.ok')}</button></div>`}`;
    });
  return {
    element,
    /** @param {State} state */
    update(state) {
      element.hidden = selectPath(selectActive(state)).length > 0;
      if (!element.hidden) part.update(state);
    },
  };
}
