// SPDX-License-Identifier: MIT
// Brings the messages of a thread up to date: what must be seen at once, and the rest when there is time.

import { selectActive, selectContext, selectPath } from '../core/selectors.js';
import { createIdleWork } from './idle.js';
import { same } from './region.js';
import { aroundOf, planDraws, sameWay } from './thread-plan.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('./message.js').MessageView} MessageView
 * @typedef {ReturnType<typeof import('./thread-messages.js').createMessages>} Messages
 */

/**
 * Draws messages, and knows which of them show what was around them earlier.
 * @param {Messages} messages
 */
function createPainter(messages) {
  /** @type {Set<MessageView>} */
  const stale = new Set();
  return {
    /**
     * @param {State} state
     * @param {number} index  in the shown path
     */
    draw(state, index) {
      const conversation = selectActive(state);
      const path = selectPath(conversation);
      const message = /** @type {Message} */ (path[index]);
      const view = messages.view(message.id);
      if (!view) return;
      stale.delete(view);
      view.draw(message, aroundOf(state, path, index, selectContext(state, conversation).dropped));
    },
    /** Nearest to the end, of those that wait. @param {readonly Message[]} path @returns {number} -1 for none */
    waiting: (path) => path.findLastIndex((message) => {
      const view = messages.view(message.id);
      return view !== undefined && (!view.drawn || stale.has(view));
    }),
    /** It may wait. @param {Message | undefined} message */
    postpone(message) {
      const view = messages.view(message?.id ?? '');
      if (view?.drawn) stale.add(view);
    },
    /** Keeps none that is gone. */
    prune() {
      for (const view of stale) if (!view.element.isConnected) stale.delete(view);
    },
  };
}

/**
 * @param {Context} ctx
 * @param {Messages} messages
 */
export function createDrawing(ctx, messages) {
  const painter = createPainter(messages);
  /** @type {readonly Message[]} */
  let before = [];
  /** What the reader did something with when it was last drawn. @type {(string | null)[]} */
  let handled = [];
  /** @type {readonly unknown[]} */
  let shownWith = [];
  /** @type {State | null} */
  let last = null;

  const later = createIdleWork(() => {
    const next = last ? painter.waiting(selectPath(selectActive(last))) : -1;
    if (!last || next === -1) return false;
    painter.draw(last, next);
    return true;
  });

  return {
    /**
     * @param {State} state
     * @param {readonly unknown[]} shownNow  what every message is drawn with
     * @returns {boolean} whether that has changed, or the way over the messages
     */
    draw(state, shownNow) {
      last = state;
      const path = selectPath(selectActive(state));
      const alike = sameWay(path, before);
      if (!alike) {
        messages.arrange(path);
        painter.prune();
      }
      const steady = alike && same(shownNow, shownWith);
      const hands = [state.ui.editingId, ctx.speech.reading];
      const drawn = (/** @type {string} */ id) => messages.view(id)?.drawn ?? false;
      const plan = planDraws({ path, before, steady, drawn, touched: new Set([...hands, ...handled]) });
      for (const i of plan.now) painter.draw(state, i);
      for (const i of plan.later) painter.postpone(path[i]);
      if (plan.later.length > 0) later.ask();
      messages.cut(path, selectContext(state, selectActive(state)).dropped);
      before = path;
      handled = hands;
      shownWith = shownNow;
      return !steady;
    },
    /** Another conversation is shown: nothing that was is kept. */
    forget() {
      messages.clear();
      painter.prune();
      before = [];
      shownWith = [];
    },
  };
}

/**
 * What the whole thread does when settings or hands change.
 * @param {Context} ctx
 * @param {HTMLElement} messages
 * @param {() => void} stay  keeps the scroll position from following
 */
export function createReactions(ctx, messages, stay) {
  /** @type {string | null} */
  let editing = null;
  let wrapped = ctx.state().settings.wrapCode;
  return {
    /** @param {State} state */
    update({ ui: { editingId }, settings: { wrapCode } }) {
      // Who edits a question stays with it, however far from the end it is.
      if (editingId !== editing && editingId !== null) stay();
      editing = editingId;
      if (wrapCode !== wrapped) ctx.markdown.module?.wrapAllCode(messages, wrapCode);
      wrapped = wrapCode;
    },
  };
}
