// SPDX-License-Identifier: MIT
// The model chooser: one panel in which all models are found. Loaded when it is first opened.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { icon } from './icons.js';
import { MANY, modelSections, toggledStar } from './model-plan.js';
import { arrowTo } from './place.js';
import { createPopup } from './popup.js';

/**
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {import('../core/types.js').Model} Model
 * @typedef {object} Choice
 * @property {string} label   of the panel
 * @property {string} chosen  id; '' for none
 * @property {(id: string) => void} choose
 * @property {string} [none]  the words of a choice of none
 * @property {() => void} [more]  chooses a second model
 * @typedef {{open: (opener: HTMLElement, choice: Choice) => void, close: () => void, update: () => void}} ModelChooser
 */

/**
 * What a model takes besides text, and how much of it, for the eye and in words.
 * @param {Basics} ctx
 * @param {Model} model
 */
function abilities(ctx, model) {
  const { t, compact } = ctx.i18n;
  const words = t(model.input.includes('image') ? 'model.images' : 'model.text');
  const size = model.contextLength ? t('model.context', { size: compact(model.contextLength) }) : '';
  return html`<span class="model-takes">${model.input.includes('image')
    ? html`<span class="model-ability" title=${words}>${icon('picture')}</span>` : nothing}<span class="quiet-text">${words}</span>
    ${size ? html`<span class="tabular">${size}</span>` : nothing}</span>`;
}

/**
 * @param {Basics} ctx
 * @param {Model} model
 * @param {boolean} chosen
 * @param {boolean} starred
 * @param {(id: string) => void} choose
 */
function rowView(ctx, model, chosen, starred, choose) {
  const { actions, i18n: { t } } = ctx;
  const star = t(starred ? 'model.unstar' : 'model.star', { name: model.name });
  const toggle = () => actions.setSetting('starredModels', toggledStar(ctx.state().settings.starredModels, model.id));
  return html`<li class="model-row">
    <button type="button" class="model-item" data-model=${model.id} aria-current=${chosen ? 'true' : nothing} @click=${() => choose(model.id)}>
      <span class="model-text"><span class="model-name" dir="auto">${model.name}</span>
        ${model.description ? html`<span class="model-about" dir="auto">${model.description}</span>` : nothing}</span>
      ${abilities(ctx, model)}<span class="model-check">${chosen ? icon('check') : nothing}</span>
    </button>
    <button type="button" class="icon-button icon-button-small model-star" aria-label=${star} aria-pressed=${String(starred)} @click=${toggle}>${icon('star')}</button>
  </li>`;
}

/**
 * What the panel shows of a choice.
 * @param {Basics} ctx
 * @param {Choice} choice
 * @param {string} filter
 * @param {(id: string) => void} choose
 */
function listView(ctx, choice, filter, choose) {
  const { t } = ctx.i18n;
  const { models: { list }, settings } = ctx.state();
  const sections = modelSections(list, { filter, starred: settings.starredModels, recent: settings.recentModels });
  const heads = { found: '', starred: t('model.starred'), recent: t('model.recent'), provider: '' };
  return html`<div class="model-list">
    ${choice.none && filter === '' ? html`<ul><li class="model-row"><button type="button" class="model-item" aria-current=${choice.chosen === '' ? 'true' : nothing}
      @click=${() => choose('')}><span class="model-text"><span class="model-name">${choice.none}</span></span>
      <span class="model-check">${choice.chosen === '' ? icon('check') : nothing}</span></button></li></ul>` : nothing}
    ${sections.length === 0 ? html`<p class="menu-head">${filter ? t('nav.nothing', { text: filter }) : t('model.none')}</p>` : nothing}
    ${sections.map(({ kind, title, models }) => {
      const head = title || heads[kind];
      return html`<section>${head ? html`<h2 class="menu-head" dir="auto">${head}</h2>` : nothing}
        <ul>${models.map((model) => rowView(ctx, model, model.id === choice.chosen, settings.starredModels.includes(model.id), choose))}</ul></section>`;
    })}
  </div>`;
}

/**
 * The keys of the panel: arrows go from row to row, what is typed goes to the
 * filter.
 * @param {HTMLElement} panel
 */
function listenToKeys(panel) {
  panel.addEventListener('keydown', (event) => {
    const rows = /** @type {HTMLElement[]} */ ([...panel.querySelectorAll('.model-item')]);
    const field = panel.querySelector('input');
    const typing = document.activeElement === field;
    if (event.key === 'Enter' && typing) {
      event.preventDefault();
      rows[0]?.click();
      return;
    }
    if (typing && (event.key === 'Home' || event.key === 'End')) return;
    const at = rows.findIndex((row) => row.parentElement?.contains(document.activeElement));
    const next = arrowTo(rows.length, at, event.key);
    if (next !== null) {
      event.preventDefault();
      rows[next]?.focus();
    } else if (!typing && event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey) {
      field?.focus();
    }
  });
}

/**
 * The one panel of the page in which models are chosen.
 * @param {Basics} ctx
 * @returns {ModelChooser}
 */
export function createModelChooser(ctx) {
  const popup = createPopup('menu model-panel', () => {
    choice = null;
    render(nothing, popup.element);
  });
  /** @type {Choice | null} */
  let choice = null;
  let filter = '';
  listenToKeys(popup.element);

  /** @param {string} id */
  function choose(id) {
    const chosen = choice;
    popup.close();
    chosen?.choose(id);
  }

  function second() {
    const more = choice?.more;
    popup.close();
    more?.();
  }

  function draw() {
    if (!choice) return;
    const { t } = ctx.i18n;
    const set = (/** @type {Event} */ event) => {
      filter = /** @type {HTMLInputElement} */ (event.target).value;
      draw();
      popup.element.querySelector('.model-list')?.scrollTo(0, 0);
    };
    const many = ctx.state().models.list.length >= MANY;
    render(html`${many ? html`<div class="search">${icon('search')}<input class="input" type="search" dir="auto" autocomplete="off" spellcheck="false"
        aria-label=${t('model.filter')} placeholder=${t('model.filter')} .value=${filter} @input=${set}></div>` : nothing}
      ${listView(ctx, choice, filter, choose)}
      ${choice.more && ctx.state().models.list.length > 1 ? html`<div class="model-more"><button type="button" class="menu-item" @click=${second}>${icon('plus')}<span>${t('model.second')}</span></button></div>` : nothing}`, popup.element);
  }

  return {
    close: popup.close,
    update: draw,
    open(opener, wanted) {
      const opened = popup.open(opener, wanted.label, () => {
        choice = wanted;
        filter = '';
        draw();
      });
      if (!opened) return;
      const current = /** @type {HTMLElement | null} */ (popup.element.querySelector('[aria-current]'));
      current?.scrollIntoView({ block: 'center' });
      // Where a keyboard on the screen would come up, nobody is pushed into a field.
      const field = matchMedia('(hover: hover)').matches ? popup.element.querySelector('input') : null;
      (field ?? current ?? popup.element.querySelector('button'))?.focus({ preventScroll: true });
    },
  };
}
