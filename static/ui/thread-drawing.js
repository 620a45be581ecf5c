// SPDX-License-Identifier: MIT
// Brings the messages of a thread up to date: what must be seen at once, and the rest when there is time.

import { selectActive, selectContext } from '../core/selectors.js';
import { createIdleWork } from './idle.js';
import { canSketch } from './message.js';
import { same } from './region.js';
import { aroundOf, planDraws, sameWay, shownOf } from './thread-plan.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('./message.js').MessageView} MessageView
 * @typedef {ReturnType<typeof import('./thread-messages.js').createMessages>} Messages
 */

/** What is drawn around the view: the browser lays out what is one and a half of its heights away. */
const NEAR = '200% 0px';

/**
 * Draws messages, and knows which of them show what was around them earlier.
 * @param {Messages} messages
 */
function createPainter(messages) {
  /** @type {Set<MessageView>} */
  const stale = new Set();

  /** @param {Message} message */
  const waits = (message) => {
    const view = messages.view(message.id);
    return view !== undefined && ((!view.drawn && !view.sketched) || stale.has(view));
  };

  /**
   * @param {State} state
   * @param {number} index  in the shown path
   */
  function draw(state, index) {
    const conversation = selectActive(state);
    const { path } = shownOf(conversation);
    const message = path[index];
    const view = messages.view(message?.id ?? '');
    if (!message || !view) return;
    stale.delete(view);
    view.draw(message, aroundOf(state, path, index, selectContext(state, conversation).dropped));
  }

  return {
    draw,
    waits,
    /** Draws it, or has its words stand for it. @param {State} state @param {number} index */
    sketch(state, index) {
      const message = /** @type {Message} */ (shownOf(selectActive(state)).path[index]);
      const view = messages.view(message.id);
      if (view && !view.drawn && canSketch(message)) view.sketch(message);
      else draw(state, index);
    },
    /** Draws it if it is not, as it is now. @param {State} state @param {number} index */
    finish(state, index) {
      const view = messages.view(shownOf(selectActive(state)).path[index]?.id ?? '');
      if (view && (!view.drawn || stale.has(view))) draw(state, index);
    },
    /** It may wait. @param {Message | undefined} message */
    postpone(message) {
      const view = messages.view(message?.id ?? '');
      if (view?.drawn) stale.add(view);
      else view?.unsketch();
    },
    /** Keeps none that is gone. */
    prune() {
      for (const view of stale) if (!view.element.isConnected) stale.delete(view);
    },
  };
}

/**
 * One observer for all groups: what comes near to the view is drawn.
 * @param {HTMLElement} viewport
 * @param {(group: Element) => void} near
 */
export function createNear(viewport, near) {
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) near(target);
  }, { root: viewport, rootMargin: NEAR });
  return {
    made: (/** @type {Element} */ group) => observer.observe(group),
    gone: (/** @type {Element} */ group) => observer.unobserve(group),
    dispose: () => observer.disconnect(),
  };
}

/**
 * What may wait, nearest to the end first.
 * @param {Messages} messages
 * @param {ReturnType<typeof createPainter>} painter
 * @param {() => State | null} now
 */
function createLater(messages, painter, now) {
  /** Messages from here on wait for nothing. */
  let rest = 0;
  /** Words are not enough: the reader looks for something. */
  let whole = false;
  const work = createIdleWork(() => {
    const state = now();
    if (!state) return false;
    const { path } = shownOf(selectActive(state));
    for (rest = Math.min(rest, path.length); rest > 0;) {
      rest -= 1;
      const message = /** @type {Message} */ (path[rest]);
      if (!painter.waits(message) && (!whole || messages.view(message.id)?.drawn)) continue;
      if (whole) painter.draw(state, rest);
      else painter.sketch(state, rest);
      return true;
    }
    return false;
  });
  function ask() {
    rest = Infinity;
    work.ask();
  }
  return {
    ask,
    /** All of it is drawn, from now on. */
    askForAll() {
      whole = true;
      ask();
    },
    forget() { whole = false; },
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
  const later = createLater(messages, painter, () => last);

  /** @param {(element: HTMLElement) => boolean} wanted */
  function finish(wanted) {
    if (!last) return;
    for (const [i, { id }] of shownOf(selectActive(last)).path.entries()) {
      const view = messages.view(id);
      if (view && wanted(view.element)) painter.finish(last, i);
    }
  }

  return {
    /**
     * @param {State} state
     * @param {readonly unknown[]} shownNow  what every message is drawn with
     * @returns {boolean} whether that has changed, or the way over the messages
     */
    draw(state, shownNow) {
      last = state;
      const { path, pair } = shownOf(selectActive(state));
      const alike = sameWay(path, before);
      if (!alike) {
        messages.arrange(path, pair);
        painter.prune();
      }
      const steady = alike && same(shownNow, shownWith);
      const hands = [state.ui.editingId, ctx.speech.reading];
      const drawn = (/** @type {string} */ id) => {
        const view = messages.view(id);
        return view !== undefined && (view.drawn || view.sketched);
      };
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
    /** Draws what words stand for, where that is wanted. */
    finish,
    /** Draws all of it when there is time, from now on. */
    finishLater: later.askForAll,
    /** Another conversation is shown: nothing that was is kept. */
    forget() {
      messages.clear();
      painter.prune();
      before = [];
      shownWith = [];
      later.forget();
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
