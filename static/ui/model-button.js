// SPDX-License-Identifier: MIT
// The button that names the chosen model; the panel that it opens comes when it is first wanted.

import { html } from '../vendor/lit-html/lit-html.js';
import { fill } from './i18n.js';
import { icon } from './icons.js';
import { make, region } from './region.js';

/**
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./models.js').ModelChooser} ModelChooser
 * @typedef {import('../core/types.js').State} State
 */

/**
 * The chooser, before its code is there.
 * @param {Basics} ctx
 * @returns {ModelChooser}
 */
export function chooserLater(ctx) {
  /** @type {ModelChooser | null} */
  let made = null;
  return {
    close: () => made?.close(),
    update: () => made?.update(),
    async open(opener, choice) {
      try {
        const { createModelChooser } = await ctx.i18n.late(() => import('./models.js'));
        made ??= createModelChooser(ctx);
        made.open(opener, choice);
      } catch {
        ctx.actions.addToast({ kind: 'error', key: 'app.failed' });
      }
    },
  };
}

/**
 * The words of a chooser's button while there is no model to name.
 * @param {Basics} ctx
 * @param {State['models']} models
 * @param {string} chosen
 * @param {string} [none]
 */
function buttonWords(ctx, models, chosen, none) {
  const { t } = ctx.i18n;
  const model = models.list.find(({ id }) => id === chosen);
  if (model) return model.name;
  if (chosen !== '' && models.list.length > 0) return t('model.gone', { name: chosen });
  if (none) return t(none);
  return t(models.status === 'ready' || models.status === 'failed' ? 'model.none' : 'model.loading');
}

/**
 * The button that names the chosen model and opens the chooser.
 * @param {Context} ctx
 * @param {object} options
 * @param {string} options.className
 * @param {string} options.label  message key
 * @param {(state: State) => string} options.value
 * @param {(id: string) => void} options.change
 * @param {string} [options.none]  message key of a choice of none
 * @param {(state: State) => string} [options.second]  the model that is asked besides; '' for none
 * @param {(id: string) => void} [options.changeSecond]
 */
export function createModelButton(ctx, { className, label, value, change, none, second = () => '', changeSecond }) {
  const element = make('button', `model-button ${className}`, { type: 'button', 'aria-haspopup': 'true', 'aria-expanded': 'false' });
  element.addEventListener('click', () => ctx.models.open(element, {
    label: ctx.i18n.t(label),
    chosen: value(ctx.state()),
    choose: change,
    ...(none ? { none: ctx.i18n.t(none) } : {}),
    ...(changeSecond ? { more: () => ctx.models.open(element, {
      label: ctx.i18n.t('model.second'), chosen: second(ctx.state()), choose: changeSecond, none: ctx.i18n.t('model.oneOnly'),
    }) } : {}),
  }));
  return region(ctx, element, (state) => [state.models, value(state), second(state)], (models, chosen, other) => {
    const also = models.list.find(({ id }) => id === other && id !== chosen);
    const one = buttonWords(ctx, models, chosen, none);
    const name = also ? fill('{one} + {other}', { one, other: also.name }) : one;
    element.setAttribute('aria-label', fill('{label}: {name}', { label: ctx.i18n.t(label), name }));
    element.toggleAttribute('disabled', models.list.length === 0 && !none);
    return html`<span class="model-name" dir="auto">${name}</span>${icon('down')}`;
  });
}
