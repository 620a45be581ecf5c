// SPDX-License-Identifier: MIT
// The thread: the shown branch of a conversation, one element a message, each drawn only when it changed.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { selectActive, selectContext, selectPath, selectSiblings, selectUnderWay } from '../core/selectors.js';
import { createGreeting } from './greeting.js';
import { icon } from './icons.js';
import { createMessageView } from './message.js';
import { make, same } from './region.js';
import { createScrollOwner } from './scroll.js';
import { createTicker } from './ticker.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('./message.js').MessageView} MessageView
 * @typedef {import('./message.js').Around} Around
 */

/** Messages drawn at once, nearest the end; the others follow when there is time. */
const AT_ONCE = 12;
/** Time spent on drawing waiting messages before the page gets its turn (ms). */
const SLICE = 6;

/** Runs when the page has nothing better to do. @param {() => void} run */
function whenIdle(run) {
  if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: 300 });
  else setTimeout(run, 16);
}

/** @param {Context} ctx */
export function createThread(ctx) {
  const element = make('div', 'thread-frame');
  const viewport = make('div', 'thread', { role: 'log', 'aria-live': 'off', tabindex: '0', id: 'thread' });
  const content = make('div', 'thread-content');
  const title = make('h1', 'quiet-text print-title');
  const messages = make('div', 'messages');
  const cutline = make('p', 'cutline', { role: 'note' });
  const latestHost = make('div', '');
  const greeting = createGreeting(ctx);
  content.append(title, messages, greeting.element);
  viewport.append(content);
  element.append(viewport, latestHost);

  /** @type {Map<string, MessageView>} */
  const views = new Map();
  /** @type {string | null} */
  let shownId = null;
  let away = false;
  /** @type {State | null} */
  let last = null;
  let idleAsked = false;
  let filled = false;
  /** @type {string | null} */
  let editing = null;
  /** @type {readonly Message[]} */
  let shownPath = [];
  /** @type {readonly unknown[]} */
  let shownWith = [];
  /** @type {string | null} */
  let shownEditing = null;
  /** @type {string | null} */
  let shownReading = null;
  let wrapped = ctx.state().settings.wrapCode;
  /** @type {Set<MessageView>} drawn, but not with what is around them now */
  const stale = new Set();

  messages.addEventListener('copy', (event) => ctx.markdown.module?.copySelection(event, messages));

  const scroll = createScrollOwner(viewport, content, (now) => {
    away = now;
    drawLatest();
  });

  const ticker = createTicker(() => {
    let counting = false;
    for (const view of views.values()) counting = view.tick() || counting;
    ticker.need(counting);
  });

  function drawLatest() {
    render(away
      ? html`<button type="button" class="latest" @click=${toLatest}>${icon('latest')}${ctx.i18n.t('thread.latest')}</button>`
      : nothing, latestHost);
  }

  function toLatest() {
    const hadFocus = latestHost.contains(document.activeElement);
    scroll.toEnd();
    if (hadFocus) viewport.focus({ preventScroll: true });
  }

  /**
   * @param {State} state
   * @param {readonly Message[]} path
   * @param {number} index
   * @param {number} firstSent
   * @returns {Around}
   */
  function aroundOf(state, path, index, firstSent) {
    const message = /** @type {Message} */ (path[index]);
    const conversation = selectActive(state);
    return {
      place: selectSiblings(conversation, message.id),
      last: index >= path.length - 1,
      editing: state.ui.editingId === message.id,
      unsent: index < firstSent,
      showStats: state.settings.showStats,
      named: path[index - 2]?.model !== message.model,
      busy: selectUnderWay(conversation).length > 0,
      models: state.models.list,
    };
  }

  /**
   * Puts the elements in the path's order with as few moves as possible.
   * @param {readonly Message[]} path
   */
  function arrange(path) {
    const wanted = new Set(path.map((m) => m.id));
    for (const [id, view] of views) {
      if (!wanted.has(id)) {
        view.element.remove();
        views.delete(id);
        stale.delete(view);
      }
    }
    /** @type {ChildNode | null} */
    let at = messages.firstChild;
    for (const message of path) {
      let view = views.get(message.id);
      if (!view) {
        view = createMessageView(ctx, message);
        views.set(message.id, view);
      }
      if (at === cutline) at = cutline.nextSibling;
      if (view.element === at) at = at.nextSibling;
      else messages.insertBefore(view.element, at);
    }
  }

  /**
   * @param {readonly Message[]} path
   * @param {number} firstSent
   */
  function drawCutline(path, firstSent) {
    if (firstSent <= 0) {
      cutline.remove();
      return;
    }
    const text = ctx.i18n.t('thread.cut', { count: firstSent });
    if (cutline.textContent !== text) cutline.textContent = text;
    const before = firstSent < path.length ? views.get(path[firstSent]?.id ?? '')?.element ?? null : null;
    if (cutline.nextSibling !== before || !cutline.isConnected) messages.insertBefore(cutline, before);
  }

  /** Draws messages that still wait for their turn, from the end up. */
  function fillIn() {
    idleAsked = false;
    if (!last) return;
    const state = last;
    const path = selectPath(selectActive(state));
    const context = selectContext(state, selectActive(state));
    const until = performance.now() + SLICE;
    for (let i = path.length - 1; i >= 0; i -= 1) {
      const message = /** @type {Message} */ (path[i]);
      const view = views.get(message.id);
      if (!view || (view.drawn && !stale.delete(view))) continue;
      view.draw(message, aroundOf(state, path, i, context.dropped));
      if (performance.now() > until) {
        askIdle();
        return;
      }
    }
  }

  function askIdle() {
    if (idleAsked) return;
    idleAsked = true;
    whenIdle(fillIn);
  }

  /** @param {State} state */
  function update(state) {
    last = state;
    const { t } = ctx.i18n;
    const conversation = selectActive(state);
    const path = selectPath(conversation);
    const switched = conversation.id !== shownId;
    if (switched) {
      for (const view of views.values()) view.element.remove();
      views.clear();
      stale.clear();
      shownId = conversation.id;
      ctx.speech.end();
    }
    // Who edits a question stays with it, however far from the end it is.
    if (state.ui.editingId !== editing) {
      editing = state.ui.editingId;
      if (editing !== null) scroll.release();
    }
    if (state.settings.wrapCode !== wrapped) {
      wrapped = state.settings.wrapCode;
      ctx.markdown.module?.wrapAllCode(messages, wrapped);
    }
    const { dropped } = selectContext(state, conversation);
    const alike = path.length === shownPath.length && path.every((message, i) => message.id === shownPath[i]?.id);
    if (!alike || switched) arrange(path);
    // What every message is drawn with: while it stays, only changed messages
    // are looked at.
    const shownNow = [ctx.i18n.language, ctx.markdown.module, ctx.speech.reading, conversation.title, conversation.roots,
      state.ui.editingId, state.settings.showStats, state.models.list, selectUnderWay(conversation).length > 0, dropped];
    const steady = alike && !switched && same(shownNow, shownWith);
    if (!steady) {
      viewport.setAttribute('aria-label', t('thread.label'));
      title.textContent = conversation.title || t('nav.untitled');
      title.hidden = path.length === 0;
      drawLatest();
    }
    let waiting = false;
    let counting = false;
    // What the reader is doing something with is never late.
    const touched = new Set([state.ui.editingId, shownEditing, ctx.speech.reading, shownReading]);
    shownEditing = state.ui.editingId;
    shownReading = ctx.speech.reading;
    path.forEach((message, i) => {
      const view = /** @type {MessageView} */ (views.get(message.id));
      const own = message !== shownPath[i] || path[i - 1] !== shownPath[i - 1];
      const late = i < path.length - AT_ONCE && (!view.drawn || !own) && !touched.has(message.id);
      if (late) {
        // An answer that begins or ends changes what all others offer: not worth a long frame.
        if (view.drawn && !steady) stale.add(view);
        waiting = waiting || !view.drawn || !steady;
      } else if (!steady || !view.drawn || own) {
        stale.delete(view);
        view.draw(message, aroundOf(state, path, i, dropped));
      }
      counting = counting || view.counts;
    });
    shownPath = path;
    shownWith = shownNow;
    if (waiting) askIdle();
    drawCutline(path, dropped);
    greeting.update(state);
    ticker.need(counting);
    if (switched || (path.length > 0) !== filled) scroll.reset(path.length > 0);
    filled = path.length > 0;
  }

  return {
    element,
    viewport,
    update,
    toLatest,
    /** What an answer is rendered in. @param {string} id @returns {Element | null} */
    answerOf: (id) => views.get(id)?.element.querySelector('.answer') ?? null,
    /**
     * Goes from message to message; without one, from the end.
     * @param {-1 | 1} step
     * @returns {boolean} false beyond the last
     */
    jump(step) {
      const all = [...messages.querySelectorAll('.message')];
      const at = all.findIndex((one) => one.contains(document.activeElement));
      const next = at === -1 ? (step < 0 ? all.length - 1 : all.length) : Math.max(0, at + step);
      const target = /** @type {HTMLElement | undefined} */ (all[next]);
      if (!target) return false;
      scroll.release();
      target.tabIndex = -1;
      target.focus({ preventScroll: true });
      target.scrollIntoView({ block: 'start' });
      return true;
    },
    /** Something that is not in the state has changed (reading aloud). */
    refresh() {
      if (last) update(last);
    },
    dispose() {
      ticker.need(false);
      scroll.dispose();
    },
  };
}
