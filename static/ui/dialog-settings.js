// SPDX-License-Identifier: MIT
// The dialog of the person's own settings; each takes effect at once.

import { html, render } from '../vendor/lit-html/lit-html.js';
import { CHOICES, MAX_INSTRUCTIONS_CHARS } from '../core/settings.js';
import { LANGUAGES } from './languages.js';
import { modEnterName } from './keys.js';
import { createModelButton } from './model-button.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Settings} Settings
 */

/**
 * A row of exclusive choices.
 * @template {'theme' | 'textSize' | 'sendKey'} K
 * @param {Context} ctx
 * @param {Settings} settings
 * @param {K} name
 */
function choices(ctx, settings, name) {
  const { t } = ctx.i18n;
  const key = modEnterName(t);
  return html`<div class="setting" role="radiogroup" aria-labelledby=${`setting-${name}`}>
    <span class="field-label" id=${`setting-${name}`}>${t(`settings.${name}`)}</span>
    <div class="choices">${CHOICES[name].map((value) => html`<label class="choice">
      <input type="radio" name=${name} value=${value} .checked=${settings[name] === value}
        @change=${() => ctx.actions.setSetting(name, /** @type {Settings[K]} */ (value))}>
      <span>${t(`settings.${name}.${value}`, { key })}</span></label>`)}</div></div>`;
}

/**
 * @param {Context} ctx
 * @param {Settings} settings
 * @param {'showStats' | 'wrapCode' | 'readAnswers'} name
 */
function check(ctx, settings, name) {
  return html`<label class="check"><input type="checkbox" .checked=${settings[name]}
    @change=${(/** @type {Event} */ event) => ctx.actions.setSetting(name, /** @type {HTMLInputElement} */ (event.target).checked)}>
    <span>${ctx.i18n.t(`settings.${name}`)}</span></label>`;
}

/** @type {import('./dialogs.js').DialogMaker} */
export function settingsDialog(ctx) {
  const models = createModelButton(ctx, {
    className: 'input',
    label: 'settings.defaultModel',
    none: 'settings.defaultModel.none',
    value: (state) => state.settings.defaultModel,
    change: (id) => ctx.actions.setSetting('defaultModel', id),
  });
  return {
    title: 'settings.title',
    update(state, body) {
      const { t } = ctx.i18n;
      const { settings } = state;
      models.update(state);
      render(html`
        ${choices(ctx, settings, 'theme')}
        ${choices(ctx, settings, 'textSize')}
        ${choices(ctx, settings, 'sendKey')}
        <div class="setting"><label class="field-label" for="setting-language">${t('settings.language')}</label>
          <select class="input" id="setting-language" .value=${settings.language}
            @change=${(/** @type {Event} */ event) => ctx.actions.setSetting('language', /** @type {Settings['language']} */ (/** @type {HTMLSelectElement} */ (event.target).value))}>
            <option value="auto" ?selected=${settings.language === 'auto'}>${t('settings.language.auto')}</option>
            ${LANGUAGES.map((l) => html`<option value=${l.code} lang=${l.code} ?selected=${settings.language === l.code}>${l.name}</option>`)}
          </select></div>
        <div class="setting"><span class="field-label" aria-hidden="true">${t('settings.defaultModel')}</span>${models.element}</div>
        <div class="setting"><span class="field-label">${t('settings.display')}</span>
          <div class="checks">${check(ctx, settings, 'showStats')}${check(ctx, settings, 'wrapCode')}${check(ctx, settings, 'readAnswers')}</div></div>
        <div class="field"><label for="setting-instructions">${t('settings.instructions')}</label>
          <textarea class="input" id="setting-instructions" dir="auto" autocomplete="off" maxlength=${MAX_INSTRUCTIONS_CHARS} aria-describedby="hint-instructions"
            .value=${settings.instructions} @change=${(/** @type {Event} */ event) => ctx.actions.setSetting('instructions', /** @type {HTMLTextAreaElement} */ (event.target).value)}></textarea>
          <p class="hint" id="hint-instructions">${t('settings.instructions.hint')}</p></div>
        <p class="fine">${t('settings.kept')}</p>`, body);
    },
  };
}
