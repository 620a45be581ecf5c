// SPDX-License-Identifier: MIT
// The model chooser: a native select, whose options say what each model takes.

import { selectModelGroups } from '../core/selectors.js';
import { make, same } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/types.js').Model} Model
 */

/**
 * "128K tokens · text and images"
 * @param {Context} ctx
 * @param {Model} model
 */
export function takes(ctx, model) {
  const { t, compact } = ctx.i18n;
  const parts = [];
  if (model.contextLength) parts.push(t('model.context', { size: compact(model.contextLength) }));
  parts.push(t(model.input.includes('image') ? 'model.images' : 'model.text'));
  return parts.join(' · ');
}

/**
 * Options are made by hand: older browsers take only text in them, and then
 * show the two lines as one.
 * @param {Context} ctx
 * @param {Model} model
 */
function optionOf(ctx, model) {
  const option = /** @type {HTMLOptionElement} */ (make('option', '', { value: model.id }));
  const text = make('span', 'option-text');
  const name = make('span', 'option-name', { dir: 'auto' });
  const what = make('span', 'option-takes');
  name.textContent = model.name;
  what.textContent = ` ${takes(ctx, model)}`;
  text.append(name, what);
  option.append(text);
  return option;
}

/**
 * @param {string} text
 * @param {string} value
 */
function plainOption(text, value = '') {
  const option = document.createElement('option');
  option.value = value;
  option.textContent = text;
  return option;
}

/**
 * @param {Context} ctx
 * @param {object} options
 * @param {string} options.className
 * @param {string} options.label  message key
 * @param {(state: State) => string} options.value
 * @param {(id: string) => void} options.change
 * @param {string} [options.none]  message key of a choice of none
 */
export function createModelSelect(ctx, { className, label, value, change, none }) {
  const element = /** @type {HTMLSelectElement} */ (make('select', className));
  /** @type {readonly unknown[]} */
  let seen = [];
  element.addEventListener('change', () => change(element.value));

  /**
   * @param {State} state
   * @param {string} chosen
   */
  function build(state, chosen) {
    const { t } = ctx.i18n;
    const { models } = state;
    element.setAttribute('aria-label', t(label));
    element.replaceChildren();
    if (CSS.supports('appearance', 'base-select')) {
      const button = document.createElement('button');
      button.append(document.createElement('selectedcontent'));
      element.append(button);
    }
    if (none) element.append(plainOption(t(none)));
    if (models.list.length === 0) {
      if (!none) element.append(plainOption(t(models.status === 'ready' || models.status === 'failed' ? 'model.none' : 'model.loading')));
      return;
    }
    if (chosen && !models.list.some((m) => m.id === chosen)) {
      element.append(plainOption(t('model.gone', { name: chosen }), chosen));
    }
    const groups = selectModelGroups(models.list);
    for (const { provider, models: members } of groups) {
      const options = members.map((model) => optionOf(ctx, model));
      if (groups.length > 1 && provider) {
        const group = document.createElement('optgroup');
        group.label = provider;
        group.append(...options);
        element.append(group);
      } else {
        element.append(...options);
      }
    }
  }

  return {
    element,
    /** @param {State} state */
    update(state) {
      const chosen = value(state);
      const now = [ctx.i18n.language, state.models.list, state.models.status, state.models.list.some((m) => m.id === chosen) ? '' : chosen];
      if (!same(seen, now)) {
        seen = now;
        build(state, chosen);
      }
      if (element.value !== chosen) element.value = chosen;
      element.disabled = state.models.list.length === 0 && !none;
    },
  };
}
