// SPDX-License-Identifier: MIT
// Under an answer: what is going on, how it ended and the ways on, its tools, its figures.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { isUnderWay } from '../core/conversation.js';
import { endsInCalls, hasBegun, hasText, reasoningOf, waitOf } from '../core/parts.js';
import { selectActive, selectStats, selectTotalUsage } from '../core/selectors.js';
import { editForm } from './edit-form.js';
import { details, explain } from './errors.js';
import { icon } from './icons.js';
import { branch } from './message-tools.js';
import { secondsUntil } from './ticker.js';
import { answerTools } from './turn-tools.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('./message.js').Around} Around
 */

export const DOTS = html`<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>`;

/**
 * What is going on while no text has come, in words and with a clock.
 * @param {Context} ctx
 * @param {Message} message
 */
function statusView(ctx, message) {
  const { t, duration } = ctx.i18n;
  const since = (/** @type {number | null | undefined} */ then) => duration(then ? Date.now() - then : 0);
  switch (message.status) {
    case 'connecting':
      return html`<p class="status">${DOTS}${t('state.connecting')}</p>`;
    case 'waiting':
      return html`<p class="status tabular">${DOTS}${t('state.waiting', { time: since(message.timing?.startedAt) })}</p>`;
    case 'thinking':
      // Where there are words of it, they say so themselves.
      if (reasoningOf(message.parts) !== '') return nothing;
      return html`<p class="status status-thinking tabular">${DOTS}${t('state.thinking', { time: since(message.timing?.startedAt) })}</p>`;
    case 'answering':
      return html`<p class="status">${DOTS}${hasText(message.parts) ? nothing : t('state.answering')}</p>`;
    case 'acting': {
      const wait = waitOf(message);
      return html`<p class="status">${wait === '' ? DOTS : icon(wait === 'resuming' ? 'offline' : 'clock')}${t(`state.${wait || 'acting'}`)}</p>`;
    }
    case 'reconnecting':
      return html`<p class="status">${icon('offline')}${t('state.resuming')}</p>`;
    case 'held':
      return html`<p class="status">${icon('clock')}${message.hold?.reason === 'consent'
        ? t('state.retrying', { time: duration(secondsUntil(message.hold.at) * 1000) })
        : t('state.held')}</p>`;
    default:
      return nothing;
  }
}

/** @type {Partial<Record<import('../core/types.js').MessageStatus, import('./icons.js').IconName>>} */
const OUTCOME_ICONS = { stopped: 'stop', interrupted: 'plug', failed: 'warning', refused: 'shield', length: 'scissors' };

/**
 * How an answer ended when it did not end well, why, and the ways on.
 * @param {Context} ctx
 * @param {Message} message
 * @param {boolean} busy
 */
function outcomeView(ctx, message, busy) {
  const { t, duration } = ctx.i18n;
  const { actions } = ctx;
  const begun = hasText(message.parts) || endsInCalls(message.parts);
  const { status, error } = message;
  const symbol = OUTCOME_ICONS[status];
  if (!symbol) {
    return status === 'complete' && !hasBegun(message.parts) ? html`<p class="status">${t('state.empty')}</p>` : nothing;
  }
  const key = status === 'failed' ? (begun ? 'state.failedPart' : 'state.failed')
    : status === 'stopped' && !hasBegun(message.parts) ? 'state.stoppedEarly' : `state.${status}`;
  const wait = secondsUntil(error?.retryAt);
  const again = wait > 0
    ? html`<button type="button" class="button button-small" @click=${() => actions.retry(message.id, { at: error?.retryAt ?? undefined })}>${icon('clock')}${t('do.retryIn', { time: duration(wait * 1000) })}</button>`
    : html`<button type="button" class="button button-small" @click=${() => actions.retry(message.id)}>${icon('again')}${t('do.retry')}</button>`;
  const goOn = begun && status !== 'refused'
    ? html`<button type="button" class="button button-small" @click=${() => actions.continueAnswer(message.id)}>${icon('forward')}${t('do.continue')}</button>`
    : nothing;
  const why = error && (status === 'failed' || status === 'interrupted' || error.code !== 'content_filter')
    ? html`<span class="outcome-why">${explain(ctx.i18n, error)}</span>` : nothing;
  return html`<div class=${`outcome outcome-${status}`}>${icon(symbol)}
    <div class="outcome-text"><strong>${t(key)}</strong> ${why}${details(ctx.i18n, error)}</div>
    ${busy ? nothing : html`<div class="outcome-actions">${goOn}${again}</div>`}</div>`;
}

/**
 * Tokens, time to the first of them, speed, cost; under the newest, what the whole chat took.
 * @param {Context} ctx
 * @param {Message} message
 * @param {boolean} last
 */
function statsView(ctx, message, last) {
  const { t, number } = ctx.i18n;
  const stats = selectStats(message);
  const seconds = (/** @type {number} */ ms) => (ms < 1000
    ? number(Math.round(ms), { style: 'unit', unit: 'millisecond', unitDisplay: 'narrow' })
    : number(ms / 1000, { style: 'unit', unit: 'second', unitDisplay: 'narrow', maximumFractionDigits: ms < 9950 ? 1 : 0 }));
  const parts = [];
  if (stats.tokens !== null) parts.push(t('stat.tokens', { count: stats.tokens }));
  if (stats.firstTokenMs !== null) parts.push(t('stat.first', { time: seconds(stats.firstTokenMs) }));
  if (stats.tokensPerSecond !== null) {
    parts.push(t('stat.speed', { speed: number(stats.tokensPerSecond, { maximumFractionDigits: stats.tokensPerSecond < 10 ? 1 : 0 }) }));
  }
  const { usage } = message;
  const money = (/** @type {number} */ cost) => number(cost, { style: 'currency', currency: 'USD', maximumFractionDigits: 4 });
  if (usage !== null && usage.cost !== null) parts.push(money(usage.cost));
  const total = last ? selectTotalUsage(selectActive(ctx.state())) : null;
  if (total !== null) {
    parts.push(t('stat.total', { sum: [t('stat.tokens', { count: total.tokens }), ...(total.cost === null ? [] : [money(total.cost)])].join(', ') }));
  }
  if (parts.length === 0) return nothing;
  const read = [];
  if (stats.promptTokens !== null) read.push(t('stat.input', { count: stats.promptTokens }));
  if (usage !== null && usage.cachedTokens > 0) read.push(t('stat.cached', { tokens: t('stat.tokens', { count: usage.cachedTokens }) }));
  if (usage !== null && usage.reasoningTokens > 0) read.push(t('stat.reasoning', { tokens: t('stat.tokens', { count: usage.reasoningTokens }) }));
  const title = read.length === 0 ? nothing : read.join(' · ');
  return html`<span class="stats" role="note" aria-label=${t('stat.label')} title=${title}>${parts.map((p) => html`<span>${p}</span>`)}</span>`;
}

/**
 * To its other versions; of two beside each other, to going on with this one.
 * @param {Context} ctx
 * @param {Message} message
 * @param {Around} around
 */
function way(ctx, message, { paired, place }) {
  if (!paired) return branch(ctx, message, place);
  return html`<button type="button" class="button button-small" @click=${() => {
    ctx.actions.chooseAnswer(message.id);
    ctx.focusComposer();
  }}>${icon('check')}${ctx.i18n.t('pair.choose')}</button>`;
}

/**
 * @param {Context} ctx
 * @param {Message} message
 * @param {Around} around
 */
export function answerFoot(ctx, message, around) {
  if (around.editing) return editForm(ctx, message);
  if (isUnderWay(message.status)) {
    return html`${statusView(ctx, message)}
      ${around.place.count > 1 ? html`<div class="toolbar">${way(ctx, message, around)}</div>` : nothing}`;
  }
  return html`${outcomeView(ctx, message, around.busy)}
    <div class="toolbar">
      ${way(ctx, message, around)}
      ${answerTools(ctx, message, around)}
      ${around.showStats ? statsView(ctx, message, around.last) : nothing}
    </div>`;
}
