// SPDX-License-Identifier: MIT
// What the page says by itself: toasts, banners, and the one live region for assistive technology.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { isUnderWay } from '../core/conversation.js';
import { textOf } from '../core/parts.js';
import { selectActive, selectMemory, selectPath } from '../core/selectors.js';
import { explain } from './errors.js';
import { icon } from './icons.js';
import { make, region } from './region.js';
import { speakable } from './speakable.js';

/**
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('../core/types.js').Toast} Toast
 */

/** How long a toast stays (ms); one that offers an undo stays until the next action. */
const TOAST_MS = 6000;
/** An answer of at most this length is read out as it is (characters); longer ones by a setting. */
const SHORT_ANSWER = 280;
/** Turns after which the person is told, once, how a chat is kept. */
const TURNS_TO_TELL = 3;

/**
 * @param {Basics} ctx
 * @param {Toast} toast
 */
function toastText(ctx, toast) {
  const { t, has } = ctx.i18n;
  /** @type {Record<string, string | number>} */
  const values = { ...toast.values };
  if (typeof values.reason === 'string' && has(`import.${values.reason}`)) values.reason = t(`import.${values.reason}`);
  if ('title' in values && values.title === '') values.title = t('nav.untitled');
  const text = t(toast.key, values);
  return toast.error ? `${text} ${explain(ctx.i18n, toast.error)}` : text;
}

/** @param {Basics} ctx */
export function createToasts(ctx) {
  const { actions } = ctx;
  const element = make('section', 'toasts');
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  const timers = new Map();

  /** @param {readonly Toast[]} toasts */
  function schedule(toasts) {
    for (const [id, timer] of timers) {
      if (toasts.some((toast) => toast.id === id)) continue;
      clearTimeout(timer);
      timers.delete(id);
    }
    for (const { id, undo } of toasts) {
      if (!undo && !timers.has(id)) timers.set(id, setTimeout(() => leave(id), TOAST_MS));
    }
  }

  /** A toast that is being looked at stays. @param {string} id */
  function leave(id) {
    if (element.matches(':hover, :focus-within')) timers.set(id, setTimeout(() => leave(id), TOAST_MS));
    else actions.dismissToast(id);
  }

  const part = region(ctx, element, (state) => [state.ui.toasts], (toasts) => {
    const { t } = ctx.i18n;
    schedule(toasts);
    element.setAttribute('aria-label', t('toast.region'));
    return html`<div class="toast-list" role="status">${toasts.map((toast) => html`
      <div class="toast" data-kind=${toast.kind}>
        <span class="toast-text" dir="auto">${toastText(ctx, toast)}</span>
        ${toast.undo ? html`<button type="button" class="button-text" @click=${() => {
          actions.undoDelete();
          ctx.focusComposer();
        }}>${t('do.undo')}</button>` : nothing}
        <button type="button" class="icon-button" aria-label=${t('do.dismiss')} title=${t('do.dismiss')} @click=${() => {
          actions.dismissToast(toast.id);
          ctx.focusComposer();
        }}>${icon('close')}</button>
      </div>`)}</div>`;
  });
  return part;
}

/**
 * Whether it is time to say how a chat is kept: after some turns, once.
 * @param {State} state
 */
function tellsExport(state) {
  return !state.settings.knowsExport && selectPath(selectActive(state)).length >= 2 * TURNS_TO_TELL;
}

/** @param {Basics} ctx */
export function createBanners(ctx) {
  const { actions } = ctx;
  const element = make('div', 'banners', { role: 'status' });
  return region(ctx, element,
    (state) => [tellsExport(state), state.ui.online, state.models.status === 'failed' && state.session.status === 'signed-in' ? state.models.error : null, selectMemory(state).level],
    (tells, online, modelsError, memory) => {
      const { t } = ctx.i18n;
      return html`
        ${tells ? html`<div class="banner banner-quiet">${icon('info')}<span>${t('first.export')}</span>
          <button type="button" class="button-text" @click=${() => actions.setUi({ dialog: 'export' })}>${t('export.title')}</button>
          <button type="button" class="button-text" @click=${() => actions.setSetting('knowsExport', true)}>${t('do.dismiss')}</button></div>` : nothing}
        ${online ? nothing : html`<div class="banner">${icon('offline')}<span>${t('banner.offline')}</span></div>`}
        ${modelsError ? html`<div class="banner">${icon('warning')}<span>${t('model.failed')} ${explain(ctx.i18n, modelsError)}</span>
          <button type="button" class="button-text" @click=${() => void actions.loadModels()}>${t('model.retry')}</button></div>` : nothing}
        ${memory === 'ok' ? nothing : html`<div class="banner">${icon('warning')}<span>${t(memory === 'full' ? 'memory.full' : 'memory.near')}</span>
          <button type="button" class="button-text" @click=${() => actions.setUi({ dialog: 'memory' })}>${t('memory.open')}</button></div>`}`;
    });
}

/**
 * What is said of an answer whose status has changed; '' for nothing.
 * @param {import('./i18n.js').I18n} i18n
 * @param {import('../core/types.js').Message} message
 * @param {boolean} followed  it was under way when it was looked at last
 * @param {boolean} all  long answers are read out too
 * @returns {string}
 */
function announcementOf(i18n, message, followed, all) {
  const { t } = i18n;
  const { status } = message;
  const text = textOf(message.parts);
  if (status === 'thinking') return t('live.thinking');
  if (status === 'answering') return t('live.started');
  if (status === 'reconnecting') return t('state.resuming');
  if (!followed) return '';
  switch (status) {
    case 'complete': return text !== '' && (all || text.length <= SHORT_ANSWER) ? `${t('live.done')} ${speakable(text)}` : t('live.done');
    case 'stopped': return t('live.stopped');
    case 'interrupted': return t('live.broken');
    case 'failed': return t('live.failed', { reason: explain(i18n, message.error) });
    case 'refused': return t('state.refused');
    case 'length': return t('state.length');
    default: return '';
  }
}

/**
 * Tells assistive technology when an answer begins and how it ended, and
 * nothing in between.
 * @param {Basics} ctx
 */
export function createAnnouncer(ctx) {
  const element = make('div', 'quiet-text live', { role: 'status', 'aria-live': 'polite', 'aria-atomic': 'true' });
  let watched = '';
  /** @type {import('../core/types.js').MessageStatus | ''} */
  let was = '';
  /** @type {Set<string>} chats with an answer that ended elsewhere, and was told */
  let told = new Set();

  /** @param {State} state */
  function tellElsewhere({ conversations: { byId, order } }) {
    const unseen = order.filter((id) => byId[id]?.unseen);
    const fresh = unseen.find((id) => !told.has(id));
    if (fresh !== undefined) say(ctx.i18n.t('live.elsewhere', { title: byId[fresh]?.title || ctx.i18n.t('nav.untitled') }));
    told = new Set(unseen);
  }

  /** @param {string} text */
  function say(text) {
    if (text === element.textContent) element.textContent = '';
    element.textContent = text;
  }

  return {
    element,
    say,
    /** Nothing of what was said is to be found by who comes next. */
    clear() {
      element.textContent = '';
      watched = '';
    },
    /** @param {State} state */
    update(state) {
      if (state.session.elsewhere) element.textContent = '';
      tellElsewhere(state);
      const message = selectPath(selectActive(state)).at(-1);
      if (!message || message.role !== 'assistant') {
        watched = '';
        return;
      }
      const before = message.id === watched ? was : '';
      watched = message.id;
      was = message.status;
      if (message.status === before) return;
      const words = announcementOf(ctx.i18n, message, before !== '' && isUnderWay(before), state.settings.readAnswers);
      if (words) say(words);
    },
  };
}
