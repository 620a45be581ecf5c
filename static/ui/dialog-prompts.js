// SPDX-License-Identifier: MIT
// The person's own prompts: written, changed, deleted, exported and imported.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import {
  MAX_PROMPTS, MAX_PROMPT_CHARS, MAX_PROMPT_NAME_CHARS, exportPrompts, importPrompts, validPrompts, withPrompt,
} from '../core/prompts.js';
import { icon } from './icons.js';
import { make } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Prompt} Prompt
 */

/**
 * Reads a file of prompts into the settings.
 * @param {Context} ctx
 * @param {File} file
 */
async function take({ actions, state }, file) {
  const read = importPrompts(state().settings.prompts, await file.text().catch(() => ''));
  if (read) {
    actions.setSetting('prompts', read.prompts);
    actions.addToast({ kind: 'success', key: 'toast.promptsImported', values: { count: read.count } });
  } else {
    actions.addToast({ kind: 'error', key: 'toast.promptsRefused' });
  }
}

/**
 * A button that asks for such a file.
 * @param {Context} ctx
 */
function createPicker(ctx) {
  const element = /** @type {HTMLInputElement} */ (make('input', '', { type: 'file', accept: '.json,application/json' }));
  element.hidden = true;
  element.addEventListener('change', () => {
    const [file] = element.files ?? [];
    if (file) void take(ctx, file);
    element.value = '';
  });
  return element;
}

/**
 * @param {Context} ctx
 * @param {Prompt} prompt  as it was; with an empty name for a new one
 * @param {() => void} done
 */
function promptForm(ctx, prompt, done) {
  const { t } = ctx.i18n;
  /** @param {SubmitEvent} event */
  const save = (event) => {
    event.preventDefault();
    const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const next = { name: String(data.get('name')).trim(), text: String(data.get('text')) };
    const prompts = withPrompt(ctx.state().settings.prompts, next, prompt.name || next.name);
    if (validPrompts(prompts)) {
      ctx.actions.setSetting('prompts', prompts);
      done();
    } else {
      ctx.actions.addToast({ kind: 'error', key: 'toast.promptsFull' });
    }
  };
  return html`<form class="login-form" @submit=${save}>
    <div class="field"><label for="prompt-name">${t('prompts.name')}</label>
      <input class="input" id="prompt-name" name="name" dir="auto" autocomplete="off" required pattern=".*\\S.*" maxlength=${MAX_PROMPT_NAME_CHARS} .value=${prompt.name}></div>
    <div class="field"><label for="prompt-text">${t('prompts.text')}</label>
      <textarea class="input" id="prompt-text" name="text" dir="auto" autocomplete="off" required maxlength=${MAX_PROMPT_CHARS} aria-describedby="prompt-hint" .value=${prompt.text}></textarea>
      <p class="hint" id="prompt-hint">${t('prompts.hint', { example: '{{language}}' })}</p></div>
    <div class="dialog-actions"><button type="button" class="button" @click=${done}>${t('do.cancel')}</button>
      <button class="button button-primary">${t('prompts.save')}</button></div>
  </form>`;
}

/** @type {import('./dialogs.js').DialogMaker} */
export function promptsDialog(ctx) {
  const picker = createPicker(ctx);
  /** @type {Prompt | null} the one being written */
  let edited = null;
  /** @type {HTMLElement | null} */
  let place = null;

  /** @param {Prompt | null} prompt */
  function edit(prompt) {
    edited = prompt;
    if (!place) return;
    draw(place);
    /** @type {HTMLElement | null} */ (place.querySelector(prompt ? 'input' : 'button'))?.focus();
  }

  /** @param {Prompt} prompt */
  function remove(prompt) {
    ctx.actions.setSetting('prompts', ctx.state().settings.prompts.filter((one) => one !== prompt));
  }

  /** @param {HTMLElement} body */
  function draw(body) {
    const { t } = ctx.i18n;
    const { prompts } = ctx.state().settings;
    const list = html`<p class="fine">${t('prompts.lead')}</p>
      ${prompts.length === 0 ? nothing : html`<ul class="rows">${prompts.map((prompt) => html`<li class="row">
        <button type="button" class="row-open" @click=${() => edit(prompt)}><b class="row-name" dir="auto">${prompt.name}</b>
          <span class="hint row-name" dir="auto">${prompt.text}</span></button>
        <button type="button" class="icon-button icon-button-small" aria-label=${t('prompts.delete', { name: prompt.name })} title=${t('do.delete')}
          @click=${() => remove(prompt)}>${icon('trash')}</button></li>`)}</ul>`}
      <div class="dialog-actions">
        <button type="button" class="button" @click=${() => picker.click()}>${icon('open')}${t('prompts.import')}</button>
        ${prompts.length === 0 ? nothing : html`<button type="button" class="button" @click=${() => ctx.save(exportPrompts(prompts))}>${icon('save')}${t('prompts.export')}</button>`}
        ${prompts.length >= MAX_PROMPTS ? nothing : html`<button type="button" class="button button-primary" @click=${() => edit({ name: '', text: '' })}>${icon('plus')}${t('prompts.new')}</button>`}
      </div>${picker}`;
    render(edited ? promptForm(ctx, edited, () => edit(null)) : list, body);
  }

  return {
    title: 'prompts.title',
    update(_state, body) {
      place = body;
      draw(body);
    },
  };
}
