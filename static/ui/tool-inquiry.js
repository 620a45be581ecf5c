// SPDX-License-Identifier: MIT
// What a server asks in the middle of a call, one question after the other: a form, or an address to be opened. All words of it are
// the server's, and are shown as text; only what a person presses answers.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { MAX_FIELD_CHARS, readForm } from '../core/inquiry.js';
import { icon } from './icons.js';
import { outerLink } from './part-sources.js';
import { make } from './region.js';
import { visibleText } from './visible.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Inquiry} Inquiry
 * @typedef {import('../core/types.js').InquiryAnswer} InquiryAnswer
 * @typedef {import('../core/types.js').InquiryField} Field
 * @typedef {import('../core/types.js').InquiryProblem} Problem
 * @typedef {string | boolean | readonly string[]} Filled
 *
 * What is asked, and what was done with it so far.
 * @typedef {object} Question
 * @property {readonly Inquiry[]} inquiries
 * @property {Record<string, InquiryAnswer>} answers
 * @property {number} at  the one that is shown
 * @property {Map<string, Filled>} filled
 * @property {ReadonlyMap<string, Problem>} problems
 */

/** Of the ids that tie labels to fields. */
let count = 0;

/** A text that may get this long has several lines. */
const LONG_CHARS = 300;

/** @type {Record<Field['format'], string>} */
const INPUT_TYPES = { '': 'text', 'email': 'email', 'uri': 'url', 'date': 'date', 'date-time': 'datetime-local' };

/**
 * @param {Field} field
 * @param {Filled} filled
 * @param {Record<string, unknown>} ids
 * @param {(filled: Filled) => void} set
 */
function control({ kind, format, choices, max, required }, filled, { id, invalid, described }, set) {
  const value = (/** @type {Event} */ event) => /** @type {HTMLInputElement} */ (event.target).value;
  switch (kind) {
    case 'yesno':
      return html`<input type="checkbox" id=${id} .checked=${filled === true} aria-describedby=${described}
        @change=${(/** @type {Event} */ event) => set(/** @type {HTMLInputElement} */ (event.target).checked)}>`;
    case 'choice':
      return html`<select class="input" id=${id} aria-invalid=${invalid} aria-describedby=${described} aria-required=${String(required)}
        @change=${(/** @type {Event} */ event) => set(value(event))}>
        ${required && filled !== '' ? nothing : html`<option value="" .selected=${filled === ''}>–</option>`}
        ${choices.map((one) => html`<option value=${one.value} .selected=${one.value === filled}>${one.title}</option>`)}</select>`;
    case 'choices': {
      const chosen = /** @type {readonly string[]} */ (filled);
      return html`${choices.map((one) => html`<label class="inquiry-choice"><input type="checkbox" .checked=${chosen.includes(one.value)}
        @change=${() => set(chosen.includes(one.value) ? chosen.filter((other) => other !== one.value) : [...chosen, one.value])}><span dir="auto">${one.title}</span></label>`)}`;
    }
    case 'text':
      if (format === '' && max !== null && max >= LONG_CHARS) {
        return html`<textarea class="input" id=${id} dir="auto" autocomplete="off" maxlength=${Math.min(max * 2, MAX_FIELD_CHARS)} .value=${String(filled)} aria-invalid=${invalid}
          aria-describedby=${described} aria-required=${String(required)} @input=${(/** @type {Event} */ event) => set(value(event))}></textarea>`;
      }
      return html`<input class="input" type=${INPUT_TYPES[format]} id=${id} dir="auto" autocomplete="off" maxlength=${MAX_FIELD_CHARS} .value=${String(filled)}
        step=${format === 'date-time' ? '1' : nothing} aria-invalid=${invalid} aria-describedby=${described} aria-required=${String(required)}
        @input=${(/** @type {Event} */ event) => set(value(event))}>`;
    default:
      return html`<input class="input" type="text" inputmode=${kind === 'integer' ? 'numeric' : 'decimal'} id=${id} dir="ltr" autocomplete="off" maxlength="40" .value=${String(filled)}
        aria-invalid=${invalid} aria-describedby=${described} aria-required=${String(required)} @input=${(/** @type {Event} */ event) => set(value(event))}>`;
  }
}

/**
 * @param {Context} ctx
 * @param {Question} question
 * @param {Field} field
 * @param {string} id
 * @param {() => void} redraw
 */
function fieldView({ i18n: { t, number } }, question, field, id, redraw) {
  const problem = question.problems.get(field.name);
  const ids = { id, invalid: problem ? 'true' : nothing, described: `${id}-hint ${id}-problem` };
  const shown = control(field, question.filled.get(field.name) ?? field.initial, ids, (filled) => {
    question.filled.set(field.name, filled);
    redraw();
  });
  const name = html`<bdi>${visibleText(field.title || field.name)}</bdi>${field.required || field.kind === 'yesno' ? nothing : html` <span class="hint">(${t('inquiry.optional')})</span>`}`;
  const below = html`<p class="hint" id=${`${id}-hint`} dir="auto">${visibleText(field.description)}</p>
    <p class="problem" id=${`${id}-problem`} role="alert">${problem ? t(`inquiry.${problem.code}`, { limit: number(problem.limit) }) : nothing}</p>`;
  if (field.kind === 'choices') return html`<fieldset class="field" aria-describedby=${ids.described}><legend>${name}</legend>${shown}${below}</fieldset>`;
  if (field.kind === 'yesno') return html`<div class="field"><label class="inquiry-choice" for=${id}>${shown}<span>${name}</span></label>${below}</div>`;
  return html`<div class="field"><label for=${id}>${name}</label>${shown}${below}</div>`;
}

/**
 * @param {Context} ctx
 * @param {Inquiry} inquiry
 * @param {() => void} opened
 */
function addressView({ i18n: { t } }, { url }, opened) {
  const { host, protocol } = new URL(url);
  return html`<p>${t('inquiry.leads')}</p><p class="inquiry-host" dir="ltr">${host}</p>
    <pre class="part-pre" dir="ltr" tabindex="0">${visibleText(url)}</pre>
    ${protocol === 'http:' ? html`<p class="notice notice-warn">${icon('warning')}<span>${t('inquiry.unsafe')}</span></p>` : nothing}
    <p class="inquiry-open" @click=${opened} @auxclick=${opened}>${outerLink(url, t('inquiry.open', { host }))}</p>`;
}

/**
 * @param {Context} ctx
 * @param {Question} question
 * @param {string} id
 * @param {string} server
 * @param {{redraw: () => void, answer: (answer: InquiryAnswer) => void}} does
 */
function questionView(ctx, question, id, server, { redraw, answer }) {
  const { t } = ctx.i18n;
  const inquiry = /** @type {Inquiry} */ (question.inquiries[question.at]);
  /** @param {SubmitEvent} event */
  const send = (event) => {
    event.preventDefault();
    const { answer: whole, problems } = readForm(inquiry, question.filled);
    question.problems = problems;
    if (whole) return answer(whole);
    redraw();
    /** @type {HTMLElement | null} */ ((/** @type {HTMLElement} */ (event.target)).querySelector('[aria-invalid="true"]'))?.focus();
  };
  const form = inquiry.mode === 'form';
  return html`<p class="consent-title" id=${`${id}-title`}>${icon('tool')}<span>${t('inquiry.title', { server })}</span></p>
    ${inquiry.message ? html`<p class="inquiry-message" dir="auto">${visibleText(inquiry.message)}</p>` : nothing}
    <form class="inquiry-form" novalidate @submit=${send}>
      ${form ? html`${inquiry.fields.map((field, i) => fieldView(ctx, question, field, `${id}-${question.at}-${i}`, redraw))}
        ${inquiry.fields.length > 0 ? html`<p class="hint">${t('inquiry.secrets', { server })}</p>` : nothing}`
        : addressView(ctx, inquiry, () => answer({ action: 'accept' }))}
      <div class="consent-actions">
        ${form ? html`<button class="button button-primary">${t('inquiry.send')}</button>` : nothing}
        <button type="button" class="button" @click=${() => answer({ action: 'decline' })}>${t('inquiry.decline')}</button>
        <button type="button" class="button" @click=${() => answer({ action: 'cancel' })}>${t('inquiry.cancel')}</button>
      </div></form>`;
}

/**
 * @param {Context} ctx
 * @param {(answers: Readonly<Record<string, InquiryAnswer>>) => void} answered  all of it
 */
export function createInquiries(ctx, answered) {
  const id = `inquiry-${(count += 1)}`;
  const element = make('div', 'consent inquiry', { role: 'group', 'aria-labelledby': `${id}-title` });
  element.hidden = true;
  /** @type {Question | null} */
  let question = null;
  let asks = '';

  function redraw() {
    if (question) render(questionView(ctx, question, id, asks, { redraw, answer }), element);
  }

  /** @param {InquiryAnswer} one */
  function answer(one) {
    if (!question) return;
    const { inquiries, answers, at } = question;
    const { id: name } = /** @type {Inquiry} */ (inquiries[at]);
    const all = { ...answers, [name]: one };
    // Who says no to one does not want to be asked the others.
    const rest = one.action === 'accept' ? [] : inquiries.slice(at + 1).map((other) => [other.id, one]);
    if (rest.length === 0 && at + 1 < inquiries.length) {
      question = { inquiries, answers: all, at: at + 1, filled: new Map(), problems: new Map() };
      redraw();
      /** @type {HTMLElement | null} */ (element.querySelector('input, select, textarea, a, button'))?.focus();
      return;
    }
    question = null;
    answered({ ...all, ...Object.fromEntries(rest) });
  }

  return {
    element,
    /**
     * @param {readonly Inquiry[] | undefined} inquiries
     * @param {string} server  that asks
     */
    draw(inquiries, server) {
      asks = server;
      element.hidden = inquiries === undefined;
      if (inquiries === undefined) {
        question = null;
        render(nothing, element);
      } else {
        if (question?.inquiries !== inquiries) question = { inquiries, answers: {}, at: 0, filled: new Map(), problems: new Map() };
        redraw();
      }
    },
  };
}
