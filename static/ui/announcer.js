// SPDX-License-Identifier: MIT
// The one live region for assistive technology.

import { isUnderWay } from '../core/conversation.js';
import { textOf, waitOf } from '../core/parts.js';
import { selectActive, selectPath } from '../core/selectors.js';
import { explain } from './errors.js';
import { make } from './region.js';
import { speakable } from './speakable.js';

/**
 * @typedef {import('./context.js').Basics} Basics
 * @typedef {import('../core/types.js').State} State
 */

/** An answer of at most this length is read out as it is (characters); longer ones by a setting. */
const SHORT_ANSWER = 280;

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
  if (status === 'acting') return t(`state.${waitOf(message) || 'acting'}`);
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
  /** What is waited for besides that. @type {ReturnType<typeof waitOf>} */
  let waits = '';
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
      const waited = waits;
      waits = waitOf(message);
      // That tools go on is not worth a word each time.
      if (message.status === before && (waits === waited || waits === '')) return;
      const words = announcementOf(ctx.i18n, message, before !== '' && isUnderWay(before), state.settings.readAnswers);
      if (words) say(words);
    },
  };
}
