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

/**
 * One field with its hint, or what is wrong with it.
 * @param {import('./context.js').Context} ctx
 * @param {ParamName} name
 * @param {{value: string, wrong: boolean, change: (event: Event) => void}} shown
 */
function fieldView(ctx, name, { value, wrong, change }) {
  const { t } = ctx.i18n;
  const rule = PARAM_RULES[name];
  const invalid = wrong ? 'true' : nothing;
  const control = rule.kind === 'choice'
    ? html`<select class="input" id=${`param-${name}`} aria-describedby=${`hint-${name}`} @change=${change}>
        <option value="" ?selected=${value === ''}>${t('tune.default')}</option>
        ${rule.choices.map((c) => html`<option value=${c} ?selected=${value === c}>${t(`tune.${name}.${c}`)}</option>`)}</select>`
    : rule.kind === 'strings'
      ? html`<textarea class="input input-low" id=${`param-${name}`} rows="2" dir="auto" autocomplete="off" placeholder=${t('tune.default')}
          aria-invalid=${invalid} aria-describedby=${`hint-${name}`} .value=${value} @change=${change}></textarea>`
      : html`<input class="input" id=${`param-${name}`} inputmode=${rule.kind === 'integer' ? 'numeric' : 'decimal'} autocomplete="off"
          dir="auto" placeholder=${t('tune.default')} aria-invalid=${invalid} aria-describedby=${`hint-${name}`} .value=${value} @change=${change}>`;
  const problem = !wrong || rule.kind === 'choice' ? ''
    : rule.kind === 'strings' ? t('tune.stop.range', { max: rule.max }) : t('tune.range', { min: rule.min, max: rule.max });
  return html`<div class="field"><label for=${`param-${name}`}>${t(`tune.${name}`)}</label>${control}
    <p class=${problem ? 'problem' : 'hint'} id=${`hint-${name}`}>${problem || t(`tune.${name}.hint`)}</p></div>`;
}

/**
 * The chat's own instructions, and those that stand before them.
 * @param {import('./context.js').Context} ctx
 * @param {string} system
 * @param {(text: string) => void} set
 */
function systemView(ctx, system, set) {
  const { t } = ctx.i18n;
  const lasting = ctx.state().settings.instructions.trim();
  return html`<div class="field"><label for="param-system">${t('tune.system')}</label>
    <textarea class="input" id="param-system" dir="auto" autocomplete="off" aria-describedby="hint-system" .value=${system}
      @input=${(/** @type {Event} */ e) => set(/** @type {HTMLTextAreaElement} */ (e.target).value)}></textarea>
    <p class="hint" id="hint-system">${t(lasting ? 'tune.system.added' : 'tune.system.hint')}
      <button type="button" class="button-text" @click=${() => ctx.actions.setUi({ dialog: 'settings' })}>${t('tune.system.lasting')}</button></p></div>`;
}

/** @type {import('./dialogs.js').DialogMaker} */
export function paramsDialog(ctx) {
  const { id } = selectActive(ctx.state());
  /** @type {Map<ParamName, string>} what was typed and cannot be sent */
  const wrong = new Map();
  /** @type {HTMLElement | null} */
  let place = null;
  /** Open for who has set a number before. */
  const advanced = Object.keys(selectActive(ctx.state()).params).length > 0;

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
    const filled = system !== '' || Object.keys(params).length > 0 || wrong.size > 0;
    render(html`<p class="fine">${t('tune.lead')}</p>
      ${systemView(ctx, system, (text) => ctx.actions.setSystem(text, id))}
      <details class="advanced" ?open=${advanced}><summary>${t('tune.advanced')}</summary>
        <div class="params">${PARAM_NAMES.map((name) => fieldView(ctx, name, {
          value: wrong.get(name) ?? fieldText(params[name]), wrong: wrong.has(name), change: (event) => set(name, event),
        }))}</div></details>
      ${filled ? html`<div class="dialog-actions"><button type="button" class="button" @click=${() => clear(body)}>${t('tune.clear')}</button></div>` : nothing}`, body);
  }

  return {
    title: 'tune.title',
    update(_state, body) {
      place = body;
      draw(body);
    },
  };
}
