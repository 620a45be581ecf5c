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
import { createDrawing, createNear, createReactions } from './thread-drawing.js';
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
  let away = false;
  return {
    element,
    /** @param {boolean} [now]  whether the reader is away; without it, as before */
    draw(now = away) {
      away = now;
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

/** @typedef {ReturnType<typeof createDrawing>} Drawing */

/** What is copied is copied with its formatting. @param {Drawing} drawing */
function finishSelected(drawing) {
  const selection = getSelection();
  const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
  if (range && !range.collapsed) drawing.finish((message) => range.intersectsNode(message));
}

/**
 * Paper shows all of a thread, a copy has its formatting, and who searches in
 * the page may mean words that marks have parted.
 * @param {Context} ctx
 * @param {HTMLElement} messages
 * @param {Drawing} drawing
 * @returns {() => void} no longer
 */
function watchForAll(ctx, messages, drawing) {
  messages.addEventListener('copy', (event) => {
    finishSelected(drawing);
    ctx.markdown.module?.copySelection(event, messages);
  });
  const print = () => drawing.finish(() => true);
  const find = (/** @type {KeyboardEvent} */ event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'f') drawing.finishLater();
  };
  addEventListener('beforeprint', print);
  addEventListener('keydown', find);
  return () => {
    removeEventListener('beforeprint', print);
    removeEventListener('keydown', find);
  };
}

/** The boxes of a thread, each in its place. */
function makeBoxes() {
  const element = make('div', 'thread-frame');
  const viewport = make('div', 'thread', { role: 'log', 'aria-live': 'off', tabindex: '0', id: 'thread' });
  const content = make('div', 'thread-content');
  const title = make('h1', 'quiet-text print-title');
  content.append(title);
  viewport.append(content);
  element.append(viewport);
  return { element, viewport, content, title };
}

/**
 * The ways to single messages, which are drawn first where they are words alone.
 * @param {HTMLElement} viewport
 * @param {ReturnType<typeof createMessages>} messages
 * @param {Drawing} drawing
 * @param {() => void} stay  keeps the scroll position from following
 */
function createReach(viewport, messages, drawing, stay) {
  /** @param {string} id */
  function shown(id) {
    const element = messages.view(id)?.element;
    drawing.finish((message) => message === element);
    return element;
  }
  return {
    /** What the texts of an answer are rendered in. @param {string} id @returns {Element[]} */
    textsOf: (id) => [...shown(id)?.querySelectorAll('.answer') ?? []],
    /** @param {string} id @param {RegExp | null} pattern */
    reveal(id, pattern) {
      const element = shown(id);
      if (!element) return;
      stay();
      revealIn(viewport, element, pattern);
    },
    /** From message to message. @param {-1 | 1} step @returns {boolean} false beyond the last */
    jump: (step) => jumpFrom(messages.element, step, stay),
  };
}

/**
 * The messages, how they are drawn, and the clocks in them.
 * @param {Context} ctx
 * @param {HTMLElement} viewport
 */
function createBody(ctx, viewport) {
  const near = createNear(viewport, (group) => drawing.finish((message) => message.parentElement === group));
  const messages = createMessages(ctx, near);
  const drawing = createDrawing(ctx, messages);
  const unwatch = watchForAll(ctx, messages.element, drawing);
  const ticker = createTicker(() => ticker.need([...messages.all()].filter((view) => view.tick()).length > 0));
  return {
    messages,
    drawing,
    ticker,
    dispose() {
      ticker.need(false);
      near.dispose();
      unwatch();
    },
  };
}

/**
 * @param {Context} ctx
 * @param {HTMLElement} viewport
 * @param {HTMLElement} title  for paper
 * @param {import('../core/types.js').Conversation} conversation
 */
function nameThread({ i18n: { t } }, viewport, title, conversation) {
  viewport.setAttribute('aria-label', t('thread.label'));
  title.textContent = conversation.title || t('nav.untitled');
  title.hidden = selectPath(conversation).length === 0;
}

/** @param {Context} ctx */
export function createThread(ctx) {
  const { element, viewport, content, title } = makeBoxes();
  const body = createBody(ctx, viewport);
  const { messages, drawing, ticker } = body;
  const greeting = createGreeting(ctx);
  const latest = createLatest(ctx, toLatest);
  content.append(messages.element, greeting.element);
  element.append(latest.element);

  const anchor = createAnchor(viewport, content, messages.element);
  const scroll = createScrollOwner(viewport, content, anchor.measure, latest.draw);
  const reactions = createReactions(ctx, messages.element, scroll.release);
  const reach = createReach(viewport, messages, drawing, scroll.release);
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
      for (const part of [drawing, anchor]) part.forget();
      markFound(null, null);
      ctx.speech.end();
    }
    shownId = conversation.id;
    reactions.update(state);
    const changed = drawing.draw(state, drawnWith(ctx, state));
    if (changed) {
      nameThread(ctx, viewport, title, conversation);
      latest.draw();
    }
    greeting.update(state);
    ticker.need([...messages.all()].some((view) => view.counts));
    if (switched || (path.length > 0) !== filled) scroll.reset(path.length > 0);
    filled = path.length > 0;
  }

  return {
    ...reach,
    element,
    viewport,
    update,
    toLatest,
    /** Shows a message, with what was searched for marked in it. @param {string} id @param {RegExp | null} pattern */
    reveal(id, pattern) {
      update(ctx.state());
      reach.reveal(id, pattern);
    },
    /** A question has been asked: it goes to the top of the view. */
    toNewTurn() {
      anchor.set();
      toLatest();
    },
    /** Something that is not in the state has changed (reading aloud). */
    refresh: () => update(ctx.state()),
    dispose() {
      for (const part of [body, anchor, scroll]) part.dispose();
    },
  };
}
