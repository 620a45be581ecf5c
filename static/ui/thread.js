// SPDX-License-Identifier: MIT
// The thread: the shown branch of a conversation, one element a message, each drawn only when it changed.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { selectActive, selectContext, selectPath, selectUnderWay } from '../core/selectors.js';
import { createAnchor } from './anchor.js';
import { markFound } from './found.js';
import { createGreeting } from './greeting.js';
import { icon } from './icons.js';
import { make } from './region.js';
import { createScrollOwner } from './scroll.js';
import { createDrawing, createReactions } from './thread-drawing.js';
import { createMessages } from './thread-messages.js';
import { stepFrom } from './thread-plan.js';
import { createTicker } from './ticker.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').State} State
 */

/**
 * The way back to the end, offered when the reader is far from it.
 * @param {Context} ctx
 * @param {() => void} go
 */
function createLatest(ctx, go) {
  const element = make('div', '');
  return {
    element,
    /** @param {boolean} away */
    draw(away) {
      render(away
        ? html`<button type="button" class="latest" @click=${go}>${icon('latest')}${ctx.i18n.t('thread.latest')}</button>`
        : nothing, element);
    },
  };
}

/**
 * Goes from message to message; without one, from the end.
 * @param {HTMLElement} messages
 * @param {-1 | 1} step
 * @param {() => void} stay  keeps the scroll position from following
 * @returns {boolean} false beyond the last
 */
function jumpFrom(messages, step, stay) {
  const all = /** @type {HTMLElement[]} */ ([...messages.querySelectorAll('.message')]);
  const next = stepFrom(all.length, all.findIndex((one) => one.contains(document.activeElement)), step);
  const target = next === null ? undefined : all[next];
  if (!target) return false;
  stay();
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: 'start' });
  return true;
}

/**
 * What every message is drawn with: while it stays, only changed messages are
 * looked at.
 * @param {Context} ctx
 * @param {State} state
 */
function drawnWith(ctx, state) {
  const conversation = selectActive(state);
  return [ctx.i18n.language, ctx.markdown.module, ctx.speech.reading, conversation.title, conversation.roots,
    state.ui.editingId, state.settings.showStats, state.models.list, selectUnderWay(conversation).length > 0,
    selectContext(state, conversation).dropped];
}

/**
 * Brings a message into view, and what is looked for in it, also where that is
 * folded away.
 * @param {HTMLElement} viewport
 * @param {HTMLElement} shown
 * @param {RegExp | null} pattern
 */
function revealIn(viewport, shown, pattern) {
  const has = (/** @type {Element | null} */ one) => pattern?.test(one?.textContent ?? '') ?? false;
  const folded = [...shown.querySelectorAll('details')].find(has);
  if (folded && !has(shown.querySelector('.answer, .bubble'))) folded.open = true;
  shown.tabIndex = -1;
  shown.focus({ preventScroll: true });
  const place = markFound(shown, pattern)?.getBoundingClientRect();
  if (place && place.height > 0) viewport.scrollBy(0, place.top - viewport.getBoundingClientRect().top - viewport.clientHeight / 3);
  else shown.scrollIntoView({ block: 'start' });
}

/** @param {Context} ctx */
export function createThread(ctx) {
  const element = make('div', 'thread-frame');
  const viewport = make('div', 'thread', { role: 'log', 'aria-live': 'off', tabindex: '0', id: 'thread' });
  const content = make('div', 'thread-content');
  const title = make('h1', 'quiet-text print-title');
  const messages = createMessages(ctx);
  const greeting = createGreeting(ctx);
  const latest = createLatest(ctx, toLatest);
  content.append(title, messages.element, greeting.element);
  viewport.append(content);
  element.append(viewport, latest.element);
  messages.element.addEventListener('copy', (event) => ctx.markdown.module?.copySelection(event, messages.element));

  let away = false;
  const anchor = createAnchor(viewport, content, messages.element);
  const scroll = createScrollOwner(viewport, content, anchor.measure, (now) => {
    away = now;
    latest.draw(away);
  });
  const drawing = createDrawing(ctx, messages);
  const reactions = createReactions(ctx, messages.element, scroll.release);
  const ticker = createTicker(() => ticker.need([...messages.all()].filter((view) => view.tick()).length > 0));
  /** @type {string | null} */
  let shownId = null;
  let filled = false;

  function toLatest() {
    const hadFocus = latest.element.contains(document.activeElement);
    scroll.toEnd();
    if (hadFocus) viewport.focus({ preventScroll: true });
  }

  /** @param {State} state */
  function update(state) {
    const conversation = selectActive(state);
    const path = selectPath(conversation);
    const switched = conversation.id !== shownId;
    if (switched) {
      markFound(null, null);
      drawing.forget();
      anchor.clear();
      shownId = conversation.id;
      ctx.speech.end();
    }
    reactions.update(state);
    const changed = drawing.draw(state, drawnWith(ctx, state));
    if (changed) {
      viewport.setAttribute('aria-label', ctx.i18n.t('thread.label'));
      title.textContent = conversation.title || ctx.i18n.t('nav.untitled');
      title.hidden = path.length === 0;
      latest.draw(away);
    }
    greeting.update(state);
    ticker.need([...messages.all()].some((view) => view.counts));
    if (switched || (path.length > 0) !== filled) scroll.reset(path.length > 0);
    filled = path.length > 0;
  }

  return {
    element,
    viewport,
    update,
    toLatest,
    /** What the texts of an answer are rendered in. @param {string} id @returns {Element[]} */
    textsOf: (id) => [...messages.view(id)?.element.querySelectorAll('.answer') ?? []],
    /** Shows a message, with what was searched for marked in it. @param {string} id @param {RegExp | null} pattern */
    reveal(id, pattern) {
      update(ctx.state());
      const shown = messages.view(id)?.element;
      if (!shown) return;
      scroll.release();
      revealIn(viewport, shown, pattern);
    },
    /** A question has been asked: it goes to the top of the view. */
    toNewTurn() {
      anchor.set();
      toLatest();
    },
    /** From message to message. @param {-1 | 1} step @returns {boolean} false beyond the last */
    jump: (step) => jumpFrom(messages.element, step, scroll.release),
    /** Something that is not in the state has changed (reading aloud). */
    refresh: () => update(ctx.state()),
    dispose() {
      ticker.need(false);
      scroll.dispose();
    },
  };
}
