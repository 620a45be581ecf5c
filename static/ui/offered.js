// SPDX-License-Identifier: MIT
// What a server of tools has given, on its way into the draft, and a field of a form whose values its server proposes.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { details, explain } from './errors.js';
import { icon } from './icons.js';
import { createInquiries } from './tool-inquiry.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Inquiry} Inquiry
 * @typedef {import('../core/types.js').InquiryAnswer} InquiryAnswer
 * @typedef {import('../core/types.js').Part} Part
 * @typedef {import('../core/types.js').ApiErrorInfo} ApiErrorInfo
 */

/** How long a field is quiet before its server is asked (ms). */
const QUIET_MS = 300;

/**
 * Attaches what can be attached.
 * @param {Context} ctx
 * @param {readonly Part[]} parts
 * @returns {number} how many; what could not be is told by a toast
 */
export function attachParts({ actions }, parts) {
  let count = 0;
  for (const part of parts) {
    if (part.kind !== 'image' && part.kind !== 'audio' && part.kind !== 'file') continue;
    if (!actions.addAttachment({ ...part, id: actions.newId() })) return count;
    count += 1;
  }
  return count;
}

/**
 * What was thrown by a request, or that nothing useful came.
 * @param {unknown} thrown
 * @returns {ApiErrorInfo}
 */
export function infoOf(thrown) {
  const { code = 'unknown', text = '' } = /** @type {any} */ (thrown);
  return { code: String(code), type: '', message: String(text), status: 0, param: null, retryAt: null };
}

/**
 * @param {Context} ctx
 * @param {ApiErrorInfo | null} error
 */
export function errorNote(ctx, error) {
  return html`<div role="alert">${error === null ? nothing : html`<p class="notice notice-danger">${icon('warning')}
    <span>${explain(ctx.i18n, error)}${details(ctx.i18n, error)}</span></p>`}</div>`;
}

/**
 * Where a server asks something before it gives what was chosen. Its element stands in the place of all else while it asks.
 * @param {Context} ctx
 * @param {() => void} changed  it asks, or has its answer
 */
export function createAsker(ctx, changed) {
  /** @type {((answers: Readonly<Record<string, InquiryAnswer>>) => void) | null} */
  let answered = null;
  /** @type {readonly Inquiry[]} */
  let asked = [];
  const view = createInquiries(ctx, answer);

  /** @param {Readonly<Record<string, InquiryAnswer>>} answers */
  function answer(answers) {
    const told = answered;
    answered = null;
    view.draw(undefined, '');
    changed();
    told?.(answers);
  }

  return {
    element: view.element,
    asks: () => answered !== null,
    /** @param {string} server @returns {import('../core/types-parts.js').Asker} */
    of: (server) => (inquiries) => {
      asked = inquiries;
      view.draw(inquiries, server);
      const answers = new Promise((resolve) => {
        answered = resolve;
      });
      changed();
      /** @type {HTMLElement | null} */ (view.element.querySelector('input, select, textarea, a, button'))?.focus();
      return answers;
    },
    /** Nobody is going to answer. */
    stop() {
      if (answered !== null) answer(Object.fromEntries(asked.map(({ id }) => [id, { action: 'cancel' }])));
    },
  };
}

/**
 * A form's fields; each asks its server, when it has been quiet, what may stand there. A server that does not say is asked no more.
 * @param {Context} ctx
 * @param {{server: string, prompt?: string, uri_template?: string}} what
 * @param {readonly {name: string, title: string, description: string, required: boolean}[]} places
 * @param {() => void} changed  something is proposed
 */
export function createFields(ctx, what, places, changed) {
  /** @type {Record<string, string>} */
  const values = {};
  /** @type {Map<string, readonly string[]>} */
  const proposed = new Map();
  let asks = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {string} name */
  async function propose(name) {
    const value = values[name] ?? '';
    const others = Object.fromEntries(Object.entries(values).filter(([other, text]) => other !== name && text !== ''));
    try {
      const found = await ctx.actions.complete({ ...what, argument: { name, value }, arguments: others });
      if ((values[name] ?? '') !== value) return;
      proposed.set(name, found);
      changed();
    } catch {
      asks = false;
    }
  }

  /** @param {string} name */
  const soon = (name) => {
    clearTimeout(timer);
    if (asks) timer = setTimeout(() => void propose(name), QUIET_MS);
  };

  return {
    values,
    stop: () => clearTimeout(timer),
    view: () => places.map(({ name, title, description, required }, i) => html`<div class="field"><label for=${`place-${i}`} dir="auto">${title}</label>
      <input class="input" id=${`place-${i}`} list=${`proposed-${i}`} dir="auto" autocomplete="off" ?required=${required} aria-describedby=${description ? `about-${i}` : nothing}
        @focus=${() => soon(name)} @input=${(/** @type {Event} */ event) => {
          values[name] = /** @type {HTMLInputElement} */ (event.target).value;
          soon(name);
        }}><datalist id=${`proposed-${i}`}>${(proposed.get(name) ?? []).map((one) => html`<option value=${one}></option>`)}</datalist>
      ${description ? html`<p class="hint" id=${`about-${i}`} dir="auto">${description}</p>` : nothing}</div>`),
  };
}
