// SPDX-License-Identifier: MIT
// What comes of a block of code that somebody runs: a program's words and picture, or a page, in the sandbox.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { plainParts } from '../md/plain.js';
import { runScript, showPage } from '../sandbox/sandbox.js';
import { readPicture } from '../core/media.js';
import { icon } from './icons.js';
import { make } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/page-tools.js').RunOutcome} RunOutcome
 */

/** @param {string} text */
function plain(text) {
  return html`<pre class="part-pre" dir="auto" tabindex="0">${plainParts(text).map((piece) => html`<span class="md-plain-part">${piece}</span>`)}</pre>`;
}

/**
 * @param {Context} ctx
 * @param {RunOutcome | null} outcome  null while it runs
 */
function outcomeView({ i18n: { t } }, outcome) {
  if (outcome === null) return html`<p class="status">${t('run.running')}</p>`;
  const { end, lines, value, cut } = outcome;
  const picture = readPicture(outcome.picture);
  const empty = end === 'done' && lines.length === 0 && value === '' && picture === null;
  return html`${lines.length > 0 ? plain(lines.join('\n')) : nothing}
    ${cut ? html`<p class="hint">${t('run.cut')}</p>` : nothing}
    ${end === 'done' ? nothing : html`<p class="problem">${t(`run.${end}`)}</p>`}
    ${value === '' ? nothing : plain(value)}
    ${picture === null ? nothing : html`<img src=${picture.data} alt=${t('part.image')}>`}
    ${empty ? html`<p class="hint">${t('run.nothing')}</p>` : nothing}`;
}

/**
 * Runs a block of code and shows what comes of it below.
 * @param {Context} ctx
 * @param {'script' | 'page'} kind
 * @param {string} text
 * @param {HTMLElement} block
 */
export function preview(ctx, kind, text, block) {
  block.querySelector(':scope > .md-run-result')?.dispatchEvent(new Event('close'));
  const element = make('div', 'md-run-result', { role: 'group' });
  const head = make('div', 'md-run-head');
  const body = make('div', 'md-run-body', { 'aria-live': 'polite' });
  element.append(head, body);
  block.append(element);
  const controller = new AbortController();
  let letGo = () => {};
  const close = () => {
    controller.abort();
    letGo();
    element.remove();
  };
  element.addEventListener('close', close);

  const { t } = ctx.i18n;
  const title = t(kind === 'script' ? 'run.title' : 'run.preview');
  element.setAttribute('aria-label', title);
  render(html`<span>${title}</span><button type="button" class="icon-button icon-button-small" aria-label=${t('do.close')} title=${t('do.close')}
    @click=${() => {
      close();
      /** @type {HTMLElement | null} */ (block.querySelector('.md-run'))?.focus();
    }}>${icon('close')}</button>`, head);
  if (kind === 'script') {
    render(outcomeView(ctx, null), body);
    void runScript(text, controller.signal).then((outcome) => render(outcomeView(ctx, outcome), body));
  } else {
    void showPage(text, title, body).then((done) => {
      letGo = done;
      if (controller.signal.aborted) done();
    }, () => render(html`<p class="problem">${t('app.failed')}</p>`, body));
  }
}
