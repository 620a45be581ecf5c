// SPDX-License-Identifier: MIT
// The elements of a thread's messages: made, ordered and taken away with as few moves as possible.

import { createMessageView } from './message.js';
import { make } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('./message.js').MessageView} MessageView
 */

/**
 * Messages of one group, which is laid out and painted only near the view: of a
 * thousand, the browser then asks a hundred boxes where they are.
 */
const GROUP = 10;

/**
 * @typedef {{made: (group: Element) => void, gone: (group: Element) => void}} Watch
 */

/**
 * @param {HTMLElement} element  has them as its children
 * @param {Watch} watch
 */
function createGroups(element, watch) {
  return {
    /** @param {number} i  at most as many as there are */
    at(i) {
      const there = element.children[i];
      if (there) return /** @type {HTMLElement} */ (there);
      const group = make('div', 'turns');
      element.append(group);
      watch.made(group);
      return group;
    },
    /** @param {number} count  groups that stay */
    trim(count) {
      for (const group of [...element.children].slice(count)) {
        watch.gone(group);
        group.remove();
      }
    },
  };
}

/**
 * @param {Context} ctx
 * @param {Watch} watch  hears of the groups
 */
export function createMessages(ctx, watch) {
  const element = make('div', 'messages');
  const cutline = make('p', 'cutline', { role: 'note' });
  /** @type {Map<string, MessageView>} */
  const views = new Map();

  /** @param {string} id */
  function drop(id) {
    views.get(id)?.element.remove();
    views.delete(id);
  }

  const groups = createGroups(element, watch);

  return {
    element,
    /** @param {string} id */
    view: (id) => views.get(id),
    all: () => views.values(),
    /** Another conversation is shown. */
    clear() {
      for (const id of [...views.keys()]) drop(id);
      groups.trim(0);
    },
    /**
     * Puts the elements in the path's order.
     * @param {readonly Message[]} path
     * @param {boolean} pair  the last two are beside each other, in one group
     */
    arrange(path, pair) {
      const wanted = new Set(path.map((m) => m.id));
      for (const id of [...views.keys()]) if (!wanted.has(id)) drop(id);
      let group = element;
      /** @type {ChildNode | null} */
      let at = null;
      for (const [i, message] of path.entries()) {
        if (i % GROUP === 0 && !(pair && i === path.length - 1)) {
          group = groups.at(i / GROUP);
          at = group.firstChild;
        }
        let view = views.get(message.id);
        if (!view) {
          view = createMessageView(ctx, message);
          views.set(message.id, view);
        }
        if (at === cutline) at = cutline.nextSibling;
        if (view.element === at) at = at.nextSibling;
        else group.insertBefore(view.element, at);
      }
      groups.trim(Math.ceil((path.length - (pair ? 1 : 0)) / GROUP));
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
      const group = before?.parentElement ?? element.lastElementChild ?? element;
      if (cutline.nextSibling !== before || cutline.parentElement !== group) group.insertBefore(cutline, before);
    },
  };
}
