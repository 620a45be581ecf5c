// SPDX-License-Identifier: MIT
// The question before a call: whose tool it is, and all that it would be given. Only what a person presses answers it.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { readArguments } from '../core/tool-loop.js';
import { argumentLines, escapedHidden } from '../core/visible.js';
import { icon } from './icons.js';
import { make } from './region.js';
import { visibleText } from './visible.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('../core/types.js').ToolCallPart} ToolCallPart
 * @typedef {import('../core/types.js').Tool} Tool
 *
 * What the question is about, and what was done with it so far.
 * @typedef {object} Question
 * @property {ToolCallPart} part
 * @property {string} messageId
 * @property {number} at  of the call among the parts of its message
 * @property {Tool | undefined} tool
 * @property {string | null} edited  arguments that are being changed
 * @property {string} problem  with those
 */

/** Of the ids that tie labels to fields. */
let count = 0;

/**
 * The tool a call is of.
 * @param {Context} ctx
 * @param {string} name
 */
function toolOf(ctx, name) {
  const { list, apps = [] } = ctx.state().tools;
  return [...list, ...apps].find((one) => one.name === name);
}

/**
 * Whose word the tool is, and what it says of itself.
 * @param {Context} ctx
 * @param {Tool | undefined} tool
 */
function originView({ i18n: { t } }, tool) {
  if (!tool) return nothing;
  const { server, annotations } = tool;
  const says = server === '' ? '' : annotations['readOnlyHint'] === true ? 'consent.reads'
    : annotations['destructiveHint'] === true ? 'consent.destroys' : '';
  return html`<p class="hint">${server === '' ? t('consent.page') : t('consent.server', { server })} ${says ? t(says) : nothing}</p>`;
}

/**
 * Each argument with its name and all of its value.
 * @param {Context} ctx
 * @param {string} written
 */
export function argumentsView({ i18n: { t } }, written) {
  const lines = argumentLines(written);
  if (lines === null) return html`<pre class="part-pre" dir="auto" tabindex="0">${visibleText(written)}</pre>`;
  if (lines.length === 0) return html`<p class="hint">${t('consent.nothing')}</p>`;
  return html`<dl class="arguments">${lines.map(({ name, value }) => html`<dt><code dir="ltr">${visibleText(name)}</code></dt>
    <dd><pre class="part-pre" dir="auto" tabindex="0">${visibleText(value)}</pre></dd>`)}</dl>`;
}

/**
 * The arguments as they can be changed.
 * @param {Context} ctx
 * @param {Question} question
 * @param {string} id
 * @param {() => void} redraw
 */
function editView({ i18n: { t } }, question, id, redraw) {
  return html`<div class="field"><label for=${`${id}-edit`}>${t('consent.edit.label')}</label>
    <textarea class="input arguments-edit" id=${`${id}-edit`} dir="ltr" autocomplete="off" spellcheck="false" .value=${question.edited ?? ''}
      aria-invalid=${question.problem ? 'true' : nothing} aria-describedby=${`${id}-problem`}
      @input=${(/** @type {Event} */ event) => {
        question.edited = /** @type {HTMLTextAreaElement} */ (event.target).value;
        question.problem = '';
        redraw();
      }}></textarea>
    <p class="problem" id=${`${id}-problem`} role="alert">${question.problem}</p></div>`;
}

/**
 * The whole question.
 * @param {Context} ctx
 * @param {Question} question
 * @param {string} id
 * @param {{allow: (always: boolean) => void, deny: (word: string) => void, edit: () => void, redraw: () => void}} does
 * @param {boolean} asksWhy
 */
function questionView(ctx, question, id, does, asksWhy) {
  const { t } = ctx.i18n;
  const { part, tool, edited } = question;
  /** @param {SubmitEvent} event */
  const deny = (event) => {
    event.preventDefault();
    does.deny(String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get('word') ?? '').trim());
  };
  return html`<p class="consent-title" id=${`${id}-title`}>${icon('tool')}<span>${t('consent.title')}
      <code dir="ltr">${visibleText(part.name)}</code>${tool?.title ? html` – <bdi>${tool.title}</bdi>` : nothing}</span></p>
    ${originView(ctx, tool)}
    ${part.aloneMs === undefined ? nothing : html`<p class="hint">${t('consent.alone', { time: minutes(ctx, part.aloneMs) })}</p>`}
    ${edited === null ? argumentsView(ctx, part.arguments) : editView(ctx, question, id, does.redraw)}
    <div class="consent-actions">
      <button type="button" class="button button-primary" @click=${() => does.allow(false)}>${t('consent.once')}</button>
      <button type="button" class="button" @click=${() => does.allow(true)}>${t('consent.always')}</button>
      ${edited === null ? html`<button type="button" class="button" @click=${does.edit}>${icon('edit')}${t('consent.edit')}</button>` : nothing}
    </div>
    <form class="consent-deny" @submit=${deny}>
      ${asksWhy ? html`<input class="input" name="word" dir="auto" autocomplete="off" maxlength="2000"
        aria-label=${t('consent.word')} placeholder=${t('consent.word')}>` : nothing}
      <button class="button">${t('consent.deny')}</button></form>`;
}

/**
 * @param {Context} ctx
 * @param {number} ms
 */
const minutes = ({ i18n }, ms) => i18n.number(Math.floor(ms / 60_000), { style: 'unit', unit: 'minute', unitDisplay: 'long' });

/**
 * What a person may change: JSON with its lines and nothing hidden in it, anything else as it is.
 * @param {string} written
 */
function editable(written) {
  try {
    return escapedHidden(JSON.stringify(JSON.parse(written || '{}'), null, 2));
  } catch {
    return written;
  }
}

/**
 * @param {Context} ctx
 * @param {{asksWhy?: boolean}} [options]  whether there is a model that a refusal's reason could be told
 */
export function createConsent(ctx, { asksWhy = true } = {}) {
  const id = `consent-${(count += 1)}`;
  const element = make('div', 'consent', { role: 'group', 'aria-labelledby': `${id}-title` });
  /** @type {Question | null} */
  let question = null;

  const does = {
    /** @param {boolean} always */
    allow(always) {
      if (!question) return;
      const { messageId, at, edited, tool } = question;
      const { given, wrong } = edited === null || !tool ? { given: {}, wrong: '' } : readArguments(edited, tool);
      question.problem = given === null ? `${ctx.i18n.t('consent.bad')} ${wrong}` : '';
      if (given === null) does.redraw();
      else ctx.actions.allowCall(messageId, at, { always, ...(edited === null ? {} : { arguments: edited }) });
    },
    /** @param {string} word */
    deny(word) {
      if (question) ctx.actions.denyCall(question.messageId, question.at, word);
    },
    edit() {
      if (!question) return;
      question.edited = editable(question.part.arguments);
      does.redraw();
      element.querySelector('textarea')?.focus();
    },
    redraw() {
      render(question ? questionView(ctx, question, id, does, asksWhy) : nothing, element);
    },
  };

  return {
    element,
    /** @param {ToolCallPart} part @param {Message} message */
    draw(part, message) {
      const asks = part.state === 'asking';
      element.hidden = !asks;
      question = !asks ? null : {
        part, messageId: message.id, at: message.parts.indexOf(part), tool: toolOf(ctx, part.name), edited: question?.edited ?? null, problem: '',
      };
      does.redraw();
    },
  };
}
