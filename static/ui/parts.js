// SPDX-License-Identifier: MIT
// The parts of an answer on the page: one view a part, each drawn only when its part has changed.

import { isUnderWay } from '../core/conversation.js';
import { createRaw } from './part-raw.js';
import { createReasoning } from './part-reasoning.js';
import { createText } from './part-text.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('../core/types.js').Part} Part
 *
 * What a part is drawn with besides itself.
 * @typedef {object} PartAround
 * @property {Message} message
 * @property {boolean} over  nothing of the message changes any more
 * @property {boolean} live  it is the last one, and may still grow
 *
 * @typedef {object} PartView
 * @property {HTMLElement} element
 * @property {(part: any, around: PartAround) => void} draw  of its own kind
 */

/** @type {Partial<Record<Part['kind'], (ctx: Context) => PartView>>} */
const MAKERS = { text: createText, reasoning: createReasoning };

/**
 * @param {Context} ctx
 * @param {HTMLElement} host
 */
export function createParts(ctx, host) {
  /** @type {{kind: string, view: PartView}[]} */
  let shown = [];

  return {
    /** @param {Message} message */
    draw(message) {
      const { parts } = message;
      const over = !isUnderWay(message.status);
      parts.forEach((part, i) => {
        if (shown[i]?.kind !== part.kind) {
          const view = (MAKERS[part.kind] ?? createRaw)(ctx);
          if (shown[i]) shown[i].view.element.replaceWith(view.element);
          else host.append(view.element);
          shown[i] = { kind: part.kind, view };
        }
        shown[i].view.draw(part, { message, over, live: !over && i === parts.length - 1 });
      });
      for (const { view } of shown.splice(parts.length)) view.element.remove();
    },
    /** Everything is made anew with the next draw. */
    forgetLanguage() {
      host.replaceChildren();
      shown = [];
    },
  };
}
