// SPDX-License-Identifier: MIT
// What dictation looks like: one row over the field.

import { html, nothing } from '../vendor/lit-html/lit-html.js';
import { icon } from './icons.js';

/**
 * What it is about: asking for the microphone, recording, a recording that stands, its words being waited for, a failure
 * whose recording is still there.
 * @typedef {'asking' | 'recording' | 'paused' | 'writing' | 'failed'} Phase
 *
 * @typedef {object} Shown
 * @property {Phase} phase
 * @property {number} level    0 to 1
 * @property {number} length   ms
 * @property {string} problem  why it failed
 * @property {boolean} hears   the model takes sound
 * @property {boolean} writes  the server writes down what is said
 *
 * @typedef {{end: () => void, turn: () => void, write: () => void, asSound: () => void}} Does
 */

/** @param {import('./i18n.js').I18n} i18n @param {number} ms */
function clock({ number }, ms) {
  const seconds = Math.floor(ms / 1000);
  return `${number(Math.floor(seconds / 60))}:${number(seconds % 60, { minimumIntegerDigits: 2 })}`;
}

/**
 * @param {import('./i18n.js').I18n} i18n
 * @param {Shown} shown
 * @param {Does} does
 */
function running(i18n, { phase, level, length }, { turn }) {
  const { t } = i18n;
  return html`<meter class="meter-bar dictation-level" min="0" max="1" aria-label=${t('dictation.level')} .value=${level}></meter>
    <span class="dictation-time">${clock(i18n, length)}</span>
    <button type="button" class="icon-button dictation-pause" aria-pressed=${phase === 'paused'} aria-label=${t('dictation.pause')}
      title=${t('dictation.pause')} @click=${turn}>${icon(phase === 'paused' ? 'mic' : 'pause')}</button>`;
}

/**
 * The ways to end it with something in hand.
 * @param {import('./i18n.js').I18n} i18n
 * @param {Shown} shown
 * @param {Does} does
 */
function ends({ t }, { phase, hears, writes }, { write, asSound }) {
  const failed = phase === 'failed';
  const done = t(failed ? 'do.retry' : 'dictation.done');
  return html`${hears ? html`<button type="button" class="icon-button dictation-sound" aria-label=${t('dictation.attach')}
      title=${t('dictation.attach')} @click=${asSound}>${icon('attach')}</button>` : nothing}
    ${writes ? html`<button type="button" class="icon-button send-button dictation-done" aria-label=${done} title=${done}
      @click=${write}>${icon(failed ? 'again' : 'check')}</button>` : nothing}`;
}

/**
 * @param {import('./i18n.js').I18n} i18n
 * @param {Shown} shown
 * @param {Does} does
 */
export function dictationView(i18n, shown, does) {
  const { t } = i18n;
  const { phase, problem } = shown;
  const runs = phase === 'recording' || phase === 'paused';
  const word = phase === 'failed' ? problem : t(phase === 'writing' ? 'dictation.writing' : 'dictation.asking');
  return html`<button type="button" class="icon-button dictation-cancel" aria-label=${t('dictation.cancel')}
      title=${t('dictation.cancel')} @click=${does.end}>${icon('close')}</button>
    ${runs ? running(i18n, shown, does) : html`<span class="dictation-word" dir="auto">${word}</span>`}
    ${runs || phase === 'failed' ? ends(i18n, shown, does) : nothing}`;
}
