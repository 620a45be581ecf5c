// SPDX-License-Identifier: MIT
// One stretch of reasoning: folded, with the time it took. Folded it is plain text, for who searches
// the page; its Markdown is drawn when somebody unfolds it.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { showPlain } from '../md/plain.js';
import { icon } from './icons.js';
import { DOTS } from './message-foot.js';
import { createProse } from './part-text.js';
import { make, same } from './region.js';

/**
 * @typedef {import('../core/types.js').ReasoningPart} ReasoningPart
 */

/** Shorter thinking is not worth a figure (ms). */
const WORTH_TELLING = 1000;

/**
 * How long it thinks, or has thought.
 * @param {import('./i18n.js').I18n} i18n
 * @param {ReasoningPart} part
 * @param {boolean} thinking
 */
function label({ t, duration }, { startedAt, endedAt }, thinking) {
  if (thinking) return t('state.thinking', { time: duration(startedAt === null ? 0 : Date.now() - startedAt) });
  const ms = startedAt === null || endedAt === null ? 0 : endedAt - startedAt;
  return ms >= WORTH_TELLING ? t('reason.done', { time: duration(ms) }) : t('reason.doneShort');
}

/**
 * @param {import('./context.js').Context} ctx
 * @returns {import('./parts.js').PartView}
 */
export function createReasoning(ctx) {
  const element = /** @type {HTMLDetailsElement} */ (make('details', 'reasoning'));
  const summary = make('summary', '');
  const thoughts = make('div', 'reasoning-text prose md answer-plain', { dir: 'auto' });
  const write = createProse(ctx, thoughts);
  element.append(summary, thoughts);
  let text = '';
  let shown = '';
  let over = false;
  let unfolded = false;
  /** @type {readonly unknown[]} */
  let labelled = [];

  function writeThoughts() {
    if (element.open && !unfolded) {
      unfolded = true;
      thoughts.replaceChildren();
      thoughts.classList.remove('answer-plain');
    }
    if (unfolded) write(text, over);
    else if (text !== shown) showPlain(thoughts, text);
    shown = text;
  }
  element.addEventListener('toggle', writeThoughts);

  return {
    element,
    /** @param {ReasoningPart} part @param {import('./parts.js').PartAround} around */
    draw(part, { message }) {
      const thinking = part.endedAt === null && message.status === 'thinking';
      element.hidden = part.text === '';
      text = part.text;
      over = part.endedAt !== null;
      writeThoughts();
      const now = [thinking, part.startedAt, part.endedAt, thinking ? Math.floor(Date.now() / 1000) : 0];
      if (element.hidden || same(labelled, now)) return;
      labelled = now;
      render(html`${icon('forward')}<span class="tabular">${label(ctx.i18n, part, thinking)}</span>${thinking ? DOTS : nothing}`, summary);
    },
  };
}
