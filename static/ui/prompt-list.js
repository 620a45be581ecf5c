// SPDX-License-Identifier: MIT
// The prompts that a slash at the beginning of the field offers: chosen by arrows and Enter, or pressed.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { matchingPrompts, placesOf, slashOf } from '../core/prompts.js';
import { arrowTo } from './place.js';
import { region } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Prompt} Prompt
 * @typedef {import('../core/types.js').ServerPrompt} ServerPrompt
 */

/** Prompts shown at once. */
const SHOWN = 8;

/**
 * @param {Context} ctx
 * @param {HTMLTextAreaElement} field
 * @param {HTMLElement} element  where it is shown
 */
export function createPromptList(ctx, field, element) {
  let at = 0;
  /** Sent away with Escape, until the text is another. */
  let closedFor = '';
  /** @type {readonly (Prompt | ServerPrompt)[]} */
  let found = [];
  /** Those of servers, of the person who is in. @type {readonly ServerPrompt[]} */
  let offered = [];
  let open = false;

  /** Each time that the list opens; what was known stays until then, and where none can be had. */
  async function load() {
    offered = await ctx.actions.listPrompts().catch(() => offered);
    part.update(ctx.state());
  }

  /** @param {Prompt | ServerPrompt} prompt */
  function choose(prompt) {
    if (!('server' in prompt) && placesOf(prompt.text).length === 0) ctx.suggest(prompt.text);
    else {
      ctx.suggest('');
      ctx.fillPrompt(prompt);
    }
  }

  const part = region(ctx, element, (state) => [state.settings.prompts, offered, field.value, closedFor, at], (own, others, text, closed, mark) => {
    const prompts = [...own, ...others];
    const { t } = ctx.i18n;
    const typed = text === closed && closed !== '' ? null : slashOf(text);
    found = typed === null ? [] : matchingPrompts(prompts, typed).slice(0, SHOWN);
    if (found.length > 0) field.setAttribute('aria-activedescendant', `prompt-${mark}`);
    else field.removeAttribute('aria-activedescendant');
    if (typed === '' && prompts.length === 0) {
      return html`<p class="prompt-none">${t('prompts.none')}
        <button type="button" class="button-text" @click=${() => ctx.actions.setUi({ dialog: 'prompts' })}>${t('prompts.make')}</button></p>`;
    }
    return found.length > 0 ? html`<ul role="listbox" id="prompt-options" aria-label=${t('prompts.title')}>${found.map((prompt, i) => html`
      <li role="option" id=${`prompt-${i}`} class="prompt-option" aria-selected=${String(i === mark)}
        @pointerdown=${(/** @type {Event} */ event) => event.preventDefault()} @click=${() => choose(prompt)}>
        <b dir="auto">${prompt.name}${'server' in prompt ? html` <span class="hint">${prompt.server}</span>` : nothing}</b><span class="hint" dir="auto">${prompt.text}</span></li>`)}</ul>` : nothing;
  });

  return {
    /** @param {import('../core/types.js').State} state */
    update(state) {
      if (at >= found.length) at = 0;
      const wanted = slashOf(field.value) !== null && state.session.prompts;
      if (wanted && !open) void load();
      if (!state.session.prompts) offered = [];
      open = wanted;
      part.update(state);
    },
    /**
     * @param {KeyboardEvent} event
     * @returns {boolean} whether it was meant for the list
     */
    key(event) {
      const prompt = found[at];
      if (!prompt) return false;
      const next = event.key === 'Home' || event.key === 'End' ? null : arrowTo(found.length, at, event.key);
      if (next !== null) at = next;
      else if (event.key === 'Escape') closedFor = field.value;
      else if (event.key === 'Enter' || event.key === 'Tab') choose(prompt);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      part.update(ctx.state());
      return true;
    },
  };
}
