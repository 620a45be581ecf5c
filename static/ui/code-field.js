// SPDX-License-Identifier: MIT
// The field for a code of a second factor.

import { html } from '../vendor/lit-html/lit-html.js';

/**
 * @param {import('./context.js').Basics} ctx
 * @param {'factor.code.hint' | 'factor.code.digits'} [hint]  whether a recovery code will do, too
 */
export function codeField({ i18n: { t } }, hint = 'factor.code.hint') {
  return html`<div class="field"><label for="code">${t('factor.code')}</label>
    <input id="code" name="code" class="input" inputmode=${hint === 'factor.code.digits' ? 'numeric' : 'text'} autocomplete="one-time-code"
      autocapitalize="characters" spellcheck="false" required maxlength="64" dir="ltr" aria-describedby="code-hint">
    <p class="hint" id="code-hint">${t(hint)}</p></div>`;
}
