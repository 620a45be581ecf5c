// SPDX-License-Identifier: MIT
// The dialog of a chat's instructions and sampling parameters; what is left empty is not sent.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { selectActive } from '../core/selectors.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Params} Params
 * @typedef {'temperature' | 'top_p' | 'max_tokens' | 'presence_penalty' | 'frequency_penalty' | 'seed'} NumberParam
 */

/** @type {readonly {name: NumberParam, min: number, max: number, step: number}[]} */
const NUMBERS = [
  { name: 'temperature', min: 0, max: 2, step: 0.1 },
  { name: 'top_p', min: 0, max: 1, step: 0.05 },
  { name: 'max_tokens', min: 1, max: 1_000_000, step: 1 },
  { name: 'seed', min: 0, max: 2_147_483_647, step: 1 },
  { name: 'presence_penalty', min: -2, max: 2, step: 0.1 },
  { name: 'frequency_penalty', min: -2, max: 2, step: 0.1 },
];

const EFFORTS = /** @type {const} */ (['minimal', 'low', 'medium', 'high']);

/**
 * What a field says: a number within its range, `null` when empty, `NaN` otherwise.
 * @param {string} text
 * @param {{min: number, max: number, step: number}} range
 */
export function readNumber(text, { min, max, step }) {
  const trimmed = text.trim().replace(',', '.');
  if (trimmed === '') return null;
  const value = Number(trimmed);
  if (!Number.isFinite(value) || value < min || value > max) return NaN;
  return step === 1 && !Number.isInteger(value) ? NaN : value;
}

/** @type {import('./dialogs.js').DialogMaker} */
export function paramsDialog(ctx) {
  const { id } = selectActive(ctx.state());
  /** @type {Set<NumberParam>} */
  const wrong = new Set();
  /** @type {HTMLElement | null} */
  let place = null;

  const redraw = () => place && draw(place);

  /** @param {typeof NUMBERS[number]} range @param {Event} event */
  function setNumber(range, event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const value = readNumber(field.value, range);
    const params = { ...selectActive(ctx.state()).params };
    wrong.delete(range.name);
    if (value === null) delete params[range.name];
    else if (Number.isNaN(value)) wrong.add(range.name);
    else params[range.name] = value;
    if (!wrong.has(range.name)) ctx.actions.setParams(params, id);
    redraw();
  }

  /** @param {Event} event */
  function setEffort(event) {
    const value = /** @type {HTMLSelectElement} */ (event.target).value;
    const params = { ...selectActive(ctx.state()).params };
    if (value === '') delete params.reasoning_effort;
    else params.reasoning_effort = /** @type {Params['reasoning_effort']} */ (value);
    ctx.actions.setParams(params, id);
  }

  /**
   * @param {typeof NUMBERS[number]} range
   * @param {Params} params
   */
  function numberField(range, params) {
    const { t } = ctx.i18n;
    const { name, min, max, step } = range;
    const bad = wrong.has(name);
    return html`<div class="field"><label for=${`param-${name}`}>${t(`tune.${name}`)}</label>
      <input class="input" id=${`param-${name}`} inputmode=${step === 1 ? 'numeric' : 'text'} autocomplete="off" dir="ltr"
        placeholder=${t('tune.default')} aria-invalid=${bad ? 'true' : nothing} aria-describedby=${`hint-${name}`}
        .value=${bad ? nothing : String(params[name] ?? '')} @change=${(/** @type {Event} */ e) => setNumber(range, e)}>
      <p class=${bad ? 'problem' : 'hint'} id=${`hint-${name}`}>${bad ? t('tune.range', { min, max }) : t(`tune.${name}Hint`)}</p></div>`;
  }

  /** @param {HTMLElement} body */
  function draw(body) {
    const { t } = ctx.i18n;
    const { system, params } = selectActive(ctx.state());
    const set = system !== '' || Object.keys(params).length > 0 || wrong.size > 0;
    render(html`<p class="fine">${t('tune.lead')}</p>
      <div class="field"><label for="param-system">${t('tune.system')}</label>
        <textarea class="input" id="param-system" dir="auto" aria-describedby="hint-system" .value=${system}
          @input=${(/** @type {Event} */ e) => ctx.actions.setSystem(/** @type {HTMLTextAreaElement} */ (e.target).value, id)}></textarea>
        <p class="hint" id="hint-system">${t('tune.systemHint')}</p></div>
      <div class="params">${NUMBERS.map((range) => numberField(range, params))}
        <div class="field"><label for="param-effort">${t('tune.reasoning_effort')}</label>
          <select class="input" id="param-effort" @change=${setEffort}>
            <option value="" ?selected=${!params.reasoning_effort}>${t('tune.default')}</option>
            ${EFFORTS.map((e) => html`<option value=${e} ?selected=${params.reasoning_effort === e}>${t(`tune.effort.${e}`)}</option>`)}
          </select><p class="hint">${t('tune.reasoning_effortHint')}</p></div></div>
      ${set ? html`<div class="dialog-actions"><button type="button" class="button" @click=${() => {
        wrong.clear();
        for (const field of body.querySelectorAll('input')) field.value = '';
        ctx.actions.setSystem('', id);
        ctx.actions.setParams({}, id);
        body.querySelector('textarea')?.focus();
      }}>${t('tune.clear')}</button></div>` : nothing}`, body);
  }

  return {
    title: 'tune.title',
    update(_state, body) {
      place = body;
      draw(body);
    },
  };
}
