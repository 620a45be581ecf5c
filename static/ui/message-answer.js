// SPDX-License-Identifier: MIT
// An answer: who wrote it, its parts in their order, its sources, and the foot with state and tools.

import { render } from '../vendor/lit-html/lit-html.js';
import { isUnderWay } from '../core/conversation.js';
import { hasText, waitOf } from '../core/parts.js';
import { answerFoot } from './message-foot.js';
import { createParts } from './parts.js';
import { make, same } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('./message.js').Around} Around
 */

/**
 * What of an answer its foot depends on; growing text is not among it.
 * @param {Message} message
 */
function footParts(message) {
  return isUnderWay(message.status)
    ? [message.status, hasText(message.parts), message.timing, message.hold, message.reconnect, waitOf(message)]
    : [message];
}

/**
 * @param {Context} ctx
 * @param {HTMLElement} article
 */
export function createAnswer(ctx, article) {
  // What assistive technology jumps to; the name for the eye is not repeated to it.
  const heading = make('h2', 'quiet-text');
  const model = make('p', 'message-model', { 'aria-hidden': 'true' });
  const host = make('div', 'parts');
  const foot = make('div', 'message-foot');
  article.append(heading, model, host, foot);
  const parts = createParts(ctx, host);
  /** @type {readonly unknown[]} */
  let footSeen = [];

  return {
    /**
     * @param {Message} message
     * @param {Around} around
     * @param {readonly unknown[] | null} near  what is around it, to be compared; null draws all anew
     */
    draw(message, around, near) {
      const name = around.models.find((m) => m.id === message.model)?.name ?? message.model;
      if (model.textContent !== name) model.textContent = name;
      model.hidden = !around.named;
      const who = ctx.i18n.t('thread.assistant', { name: name || '–' });
      if (heading.textContent !== who) {
        heading.textContent = who;
        article.setAttribute('aria-label', who);
      }
      article.toggleAttribute('data-pair', around.paired);
      parts.draw(message);
      host.hidden = around.editing;
      article.setAttribute('aria-busy', String(isUnderWay(message.status)));
      const now = near && [...near, ...footParts(message)];
      if (now && same(footSeen, now)) return;
      if (now) footSeen = now;
      render(answerFoot(ctx, message, around), foot);
    },
    forgetLanguage: () => parts.forgetLanguage(),
  };
}

/** @typedef {ReturnType<typeof createAnswer>} AnswerView */
