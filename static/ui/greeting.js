// SPDX-License-Identifier: MIT
// The empty conversation: a greeting by the time of day, and a few ways to begin.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { selectActive, selectPath } from '../core/selectors.js';
import { icon } from './icons.js';
import { later } from './later.js';
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
  const welcome = later(() => import('./welcome.js'), () => {
    if (!element.hidden) part.update(ctx.state());
  });
  /** @type {import('./region.js').Region} */
  const part = region(ctx, element,
    (state) => [state.session.user?.name ?? '', state.settings.knowsMemory, state.session.welcome, welcome.part, welcome.failed],
    (name, known, given, made, failed) => {
      const { t } = ctx.i18n;
      // The administrator's words, as far as there are any.
      if (given && !made && !failed) welcome.load();
      const own = given && made ? made.welcomeFor(given, ctx.i18n.language.code) : null;
      const begin = own && own.suggestions.length > 0 ? own.suggestions
        : given && !made && !failed ? [] : SUGGESTIONS.map((key) => ({ title: t(`suggest.${key}`), text: t(`suggest.${key}.text`) }));
      return html`${icon('logo')}
        <h1 class="greeting-title">${t(greetingKey(new Date().getHours()), { name })}<span dir="auto" lang=${own?.text ? own.language : nothing}>${own?.text || t('greet.ask')}</span></h1>
        <ul class="suggestions" aria-label=${t('suggest.label')}>${begin.map(({ title, text }) => html`<li>
          <button type="button" class="suggestion" dir="auto" @click=${() => ctx.suggest(text)}>
            ${title ? html`<b>${title}</b>` : nothing}<span>${text}</span></button></li>`)}</ul>
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
