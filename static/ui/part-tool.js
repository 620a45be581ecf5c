// SPDX-License-Identifier: MIT
// A call of a tool: its name and how it stands; folded, what it was given and what came of it, as text.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { plainParts } from '../md/plain.js';
import { icon } from './icons.js';
import { argumentsView, createConsent } from './part-consent.js';
import { make } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').ToolCallPart} ToolCallPart
 */

/** @param {string} text */
function plain(text) {
  return html`<pre class="part-pre" dir="auto">${plainParts(text).map((piece) => html`<span class="md-plain-part">${piece}</span>`)}</pre>`;
}

/**
 * @param {Context} ctx
 * @param {(ctx: Context, host: HTMLElement) => {draw(message: any): void}} createParts  of what a result holds
 * @returns {import('./parts.js').PartView}
 */
export function createToolCall(ctx, createParts) {
  const element = /** @type {HTMLDetailsElement} */ (make('details', 'reasoning part-tool'));
  const summary = make('summary', '');
  const given = make('div', 'reasoning-text');
  const result = make('div', 'reasoning-text part-result');
  const consent = createConsent(ctx);
  element.append(summary, consent.element, given, result);
  const results = createParts(ctx, result);
  /** @type {ToolCallPart | null} */
  let shown = null;

  /** @param {ToolCallPart} part @param {import('../core/types.js').Message} message */
  function drawInside(part, message) {
    const { t } = ctx.i18n;
    consent.draw(part, message);
    given.hidden = part.state === 'asking';
    render(given.hidden ? nothing : html`<p class="part-title">${t('tool.arguments')}</p>${argumentsView(ctx, part.arguments)}`, given);
    result.hidden = part.result === null;
    // What a tool says is text, and no Markdown.
    if (part.result !== null) {
      results.draw({ ...message, status: 'complete', parts: part.result.map((one) => (one.kind === 'text' ? { ...one, kind: 'plain' } : one)) });
    }
  }

  return {
    element,
    /** @param {ToolCallPart} part @param {import('./parts.js').PartAround} around */
    draw(part, { message }) {
      if (part === shown) return;
      // A question is seen; what was asked about is folded again.
      const asks = part.state === 'asking';
      if (asks !== (shown?.state === 'asking')) element.open = asks;
      shown = part;
      const { t, duration } = ctx.i18n;
      const ms = part.startedAt !== null && part.endedAt !== null ? part.endedAt - part.startedAt : 0;
      element.dataset.state = part.state;
      render(html`${icon('forward')}<span><code dir="ltr">${part.name}</code> · ${t(`tool.${part.state}`)}${ms >= 1000 ? html` · ${duration(ms)}` : nothing}</span>`, summary);
      drawInside(part, message);
    },
  };
}

/**
 * A text that is shown as it is.
 * @returns {import('./parts.js').PartView}
 */
export function createPlain() {
  const element = make('div', 'part-plain');
  return {
    element,
    /** @param {{text: string}} part */
    draw: (part) => render(plain(part.text), element),
  };
}
