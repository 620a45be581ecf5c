// SPDX-License-Identifier: MIT
// The dialog of a chat's instructions and sampling parameters; what is left empty is not sent.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { PARAM_NAMES, PARAM_RULES, isValidParam } from '../core/params.js';
import { selectActive } from '../core/selectors.js';

/**
 * @typedef {import('../core/types.js').Params} Params
 * @typedef {keyof Params} ParamName
 */

/**
 * What a field says: `undefined` when it is empty. Both decimal signs are
 * understood; whether the value may be sent is the rule's to tell.
 * @param {ParamName} name
 * @param {string} text
 * @returns {unknown}
 */
function readField(name, text) {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  switch (PARAM_RULES[name].kind) {
    case 'number':
    case 'integer': return Number(trimmed.replace(',', '.').replace('−', '-'));
    case 'strings': return text.split('\n').filter((line) => line !== '');
    default: return trimmed;
  }
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function fieldText(value) {
  return Array.isArray(value) ? value.join('\n') : String(value ?? '');
}

/** @type {import('./dialogs.js').DialogMaker} */
export function paramsDialog(ctx) {
  const { id } = selectActive(ctx.state());
  /** @type {Map<ParamName, string>} what was typed and cannot be sent */
  const wrong = new Map();
  /** @type {HTMLElement | null} */
  let place = null;

  /** @param {ParamName} name @param {Event} event */
  function set(name, event) {
    const text = /** @type {HTMLInputElement} */ (event.target).value;
    const value = readField(name, text);
    /** @type {Record<string, unknown>} */
    const params = { ...selectActive(ctx.state()).params };
    wrong.delete(name);
    if (value === undefined) delete params[name];
    else if (isValidParam(name, value)) params[name] = value;
    else wrong.set(name, text);
    if (!wrong.has(name)) ctx.actions.setParams(/** @type {Params} */ (params), id);
    if (place) draw(place);
  }

  /**
   * @param {ParamName} name
   * @param {Params} params
   */
  function control(name, params) {
    const { t } = ctx.i18n;
    const rule = PARAM_RULES[name];
    const value = wrong.get(name) ?? fieldText(params[name]);
    const change = (/** @type {Event} */ event) => set(name, event);
    if (rule.kind === 'choice') {
      return html`<select class="input" id=${`param-${name}`} aria-describedby=${`hint-${name}`} @change=${change}>
        <option value="" ?selected=${value === ''}>${t('tune.default')}</option>
        ${rule.choices.map((c) => html`<option value=${c} ?selected=${value === c}>${t(`tune.${name}.${c}`)}</option>`)}</select>`;
    }
    if (rule.kind === 'strings') {
      return html`<textarea class="input input-low" id=${`param-${name}`} rows="2" dir="auto" autocomplete="off" placeholder=${t('tune.default')}
        aria-invalid=${wrong.has(name) ? 'true' : nothing} aria-describedby=${`hint-${name}`} .value=${value} @change=${change}></textarea>`;
    }
    return html`<input class="input" id=${`param-${name}`} inputmode=${rule.kind === 'integer' ? 'numeric' : 'decimal'} autocomplete="off"
      dir="auto" placeholder=${t('tune.default')} aria-invalid=${wrong.has(name) ? 'true' : nothing} aria-describedby=${`hint-${name}`}
      .value=${value} @change=${change}>`;
  }

  /**
   * @param {ParamName} name
   * @param {Params} params
   */
  function field(name, params) {
    const { t } = ctx.i18n;
    const rule = PARAM_RULES[name];
    const problem = !wrong.has(name) ? ''
      : rule.kind === 'strings' ? t('tune.stop.range', { max: rule.max })
        : rule.kind === 'choice' ? '' : t('tune.range', { min: rule.min, max: rule.max });
    return html`<div class="field"><label for=${`param-${name}`}>${t(`tune.${name}`)}</label>${control(name, params)}
      <p class=${problem ? 'problem' : 'hint'} id=${`hint-${name}`}>${problem || t(`tune.${name}.hint`)}</p></div>`;
  }

  /** @param {HTMLElement} body */
  function clear(body) {
    wrong.clear();
    ctx.actions.setSystem('', id);
    ctx.actions.setParams({}, id);
    draw(body);
    body.querySelector('textarea')?.focus();
  }

  /** @param {HTMLElement} body */
  function draw(body) {
    const { t } = ctx.i18n;
    const { system, params } = selectActive(ctx.state());
    const set = system !== '' || Object.keys(params).length > 0 || wrong.size > 0;
    render(html`<p class="fine">${t('tune.lead')}</p>
      <div class="field"><label for="param-system">${t('tune.system')}</label>
        <textarea class="input" id="param-system" dir="auto" autocomplete="off" aria-describedby="hint-system" .value=${system}
          @input=${(/** @type {Event} */ e) => ctx.actions.setSystem(/** @type {HTMLTextAreaElement} */ (e.target).value, id)}></textarea>
        <p class="hint" id="hint-system">${t('tune.system.hint')}</p></div>
      <div class="params">${PARAM_NAMES.map((name) => field(name, params))}</div>
      ${set ? html`<div class="dialog-actions"><button type="button" class="button" @click=${() => clear(body)}>${t('tune.clear')}</button></div>` : nothing}`, body);
  }

  return {
    title: 'tune.title',
    update(_state, body) {
      place = body;
      draw(body);
    },
  };
}
