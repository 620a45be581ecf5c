// SPDX-License-Identifier: MIT
// The elements of a thread's messages: made, ordered and taken away with as few moves as possible.

import { createMessageView } from './message.js';
import { make } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('./message.js').MessageView} MessageView
 */

/** @param {Context} ctx */
export function createMessages(ctx) {
  const element = make('div', 'messages');
  const cutline = make('p', 'cutline', { role: 'note' });
  /** @type {Map<string, MessageView>} */
  const views = new Map();

  /** @param {string} id */
  function drop(id) {
    views.get(id)?.element.remove();
    views.delete(id);
  }

  return {
    element,
    /** @param {string} id */
    view: (id) => views.get(id),
    all: () => views.values(),
    /** Another conversation is shown. */
    clear() {
      for (const id of [...views.keys()]) drop(id);
    },
    /**
     * Puts the elements in the path's order.
     * @param {readonly Message[]} path
     */
    arrange(path) {
      const wanted = new Set(path.map((m) => m.id));
      for (const id of [...views.keys()]) if (!wanted.has(id)) drop(id);
      /** @type {ChildNode | null} */
      let at = element.firstChild;
      for (const message of path) {
        let view = views.get(message.id);
        if (!view) {
          view = createMessageView(ctx, message);
          views.set(message.id, view);
        }
        if (at === cutline) at = cutline.nextSibling;
        if (view.element === at) at = at.nextSibling;
        else element.insertBefore(view.element, at);
      }
    },
    /**
     * The line above which the model no longer sees anything.
     * @param {readonly Message[]} path
     * @param {number} firstSent
     */
    cut(path, firstSent) {
      if (firstSent <= 0) {
        cutline.remove();
        return;
      }
      const text = ctx.i18n.t('thread.cut', { count: firstSent });
      if (cutline.textContent !== text) cutline.textContent = text;
      const before = firstSent < path.length ? views.get(path[firstSent]?.id ?? '')?.element ?? null : null;
      if (cutline.nextSibling !== before || !cutline.isConnected) element.insertBefore(cutline, before);
    },
  };
}
