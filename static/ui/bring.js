// SPDX-License-Identifier: MIT
// Brings chats along from files, loaded with the first. While that takes long it is said, how far it has come too, and
// it can be given up.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { openChats } from '../files/chats-open.js';
import { make } from './region.js';

/** Reading chats for longer than this is told of (ms). */
const SLOW_MS = 400;

/**
 * @param {import('./context.js').Basics} basics
 * @param {readonly File[]} files
 */
export async function bringChats({ actions, i18n: { t } }, files) {
  const stop = new AbortController();
  const element = make('div', 'toast', { 'data-kind': 'info' });
  const label = t('file.reading');
  /** @param {number} [messages] @param {number} [all] */
  const show = (messages = 0, all = 0) => render(html`<span class="toast-text" role="status">${label}</span>
    ${all > 0 ? html`<progress aria-label=${label} max=${all} .value=${messages}></progress>` : nothing}
    <button type="button" class="button-text" @click=${() => stop.abort()}>${t('do.cancel')}</button>`, element);
  show();
  const slow = setTimeout(() => document.querySelector('.toasts')?.append(element), SLOW_MS);
  await actions.importFiles(openChats(files, stop.signal), { signal: stop.signal, onProgress: show });
  clearTimeout(slow);
  element.remove();
}
