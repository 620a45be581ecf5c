// SPDX-License-Identifier: MIT
// A result as its server's own page draws it (MCP Apps), in a frame that is shut off from this one, with what it asks the person
// below it.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { readArguments } from '../core/tool-loop.js';
import words from '../i18n/apps.js';
import { allowFirst, answerFirst, endLife, startLife } from './app-life.js';
import { fill } from './i18n.js';
import { icon } from './icons.js';
import { createConsent } from './part-consent.js';
import { hostOf, outerLink } from './part-sources.js';
import { make } from './region.js';
import { visibleText } from './visible.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Tool} Tool
 * @typedef {import('../core/types.js').ToolCallPart} ToolCallPart
 * @typedef {import('./app-life.js').Life} Life
 * @typedef {(key: string, values?: Record<string, string>) => string} Say
 */

/** Apps that are open at a time; the oldest makes room. */
const MAX_LIVE = 4;

/** @type {{element: HTMLElement, close: (why?: string) => void}[]} */
const live = [];

/**
 * Keeps those that are open few, and forgets those that are in no page.
 * @param {{element: HTMLElement, close: (why?: string) => void}} view
 */
function enter(view) {
  for (const one of [...live]) if (!one.element.isConnected) one.close();
  live.push(view);
  while (live.length > MAX_LIVE) live[0]?.close('other');
}

let styled = false;

/** The sheet of apps, once. */
function addSheet() {
  if (styled) return;
  styled = true;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = new URL('../css/apps.css', import.meta.url).href;
  document.head.append(link);
}

/**
 * @param {Context} ctx
 * @param {Say} say
 * @param {string} url
 * @param {(opened: boolean) => void} end
 */
function linkView({ i18n: { t } }, say, url, end) {
  const opened = () => end(true);
  return html`<div class="consent"><p class="consent-title">${icon('out')}<span>${say('leads')}</span></p>
    <p class="inquiry-host" dir="ltr">${hostOf(url)}</p><pre class="part-pre" dir="ltr" tabindex="0">${visibleText(url)}</pre>
    ${url.startsWith('http:') ? html`<p class="notice notice-warn">${icon('warning')}<span>${t('inquiry.unsafe')}</span></p>` : nothing}
    <div class="consent-actions"><span class="inquiry-open" @click=${opened} @auxclick=${opened}>${outerLink(url, t('inquiry.open', { host: hostOf(url) }))}</span>
      <button type="button" class="button" @click=${() => end(false)}>${t('inquiry.cancel')}</button></div></div>`;
}

/**
 * What the app waits for the person with.
 * @param {Context} ctx
 * @param {Say} say
 * @param {() => Life | null} current
 */
function createAsking(ctx, say, current) {
  const element = make('div', 'app-asking', { 'aria-live': 'polite' });
  /** @param {{result: unknown} | {why: string}} answer */
  const answer = (answer) => {
    const life = current();
    if (life) answerFirst(life, answer);
  };
  const consent = createConsent({ ...ctx, actions: {
    ...ctx.actions,
    allowCall(_message, _at, how) {
      const life = current();
      if (life) void allowFirst(life, how?.always === true, how?.arguments);
    },
    denyCall: () => answer({ why: 'The person did not allow this call.' }),
  } }, { asksWhy: false });
  return {
    element,
    draw() {
      const question = current()?.questions[0];
      const isCall = question !== undefined && 'tool' in question;
      // The view of a model's call, which looks at no more than this.
      consent.draw(/** @type {any} */ (isCall ? { name: question.tool.name, arguments: JSON.stringify(question.given), state: 'asking' } : { state: 'done' }),
        /** @type {any} */ ({ id: '', parts: [] }));
      render(question === undefined ? nothing : isCall ? html`<p class="hint">${say('wants')}</p>${consent.element}`
        : linkView(ctx, say, question.url, (opened) => answer(opened ? { result: {} } : { why: 'The person did not open it.' })), element);
    },
  };
}

/**
 * Whose the app is, and what opens and closes it.
 * @param {Context} ctx
 * @param {Say} say
 * @param {string} title
 * @param {boolean} isOpen
 * @param {() => void} turn
 */
function headView({ i18n: { t } }, say, title, isOpen, turn) {
  return html`<span class="app-title"><bdi>${title}</bdi>${isOpen ? html`<span class="hint">${say('note')}</span>` : nothing}</span>
    ${isOpen ? html`<button type="button" class="icon-button icon-button-small" aria-label=${t('do.close')} title=${t('do.close')} @click=${turn}>${icon('close')}</button>`
    : html`<button type="button" class="button button-small" @click=${turn}>${icon('tool')}${say('open')}</button>`}`;
}

/**
 * The view of one result's app.
 * @param {Context} ctx
 * @returns {{element: HTMLElement, draw: (part: ToolCallPart, tool: Tool) => void, close: () => void}}
 */
export function createApp(ctx) {
  addSheet();
  /** @type {Say} */
  const say = (key, values = {}) => fill(words[ctx.i18n.language.code]?.[key] ?? key, values);
  const element = make('section', 'part-app', { role: 'group' });
  const head = make('div', 'app-head');
  const place = make('div', 'app-place');
  const status = make('p', 'hint app-status', { role: 'status' });
  const asking = createAsking(ctx, say, () => life);
  element.append(head, place, asking.element, status);
  /** @type {{part: ToolCallPart, tool: Tool} | null} */
  let shown = null;
  /** @type {Life | null} */
  let life = null;
  const view = { element, close };

  function drawHead() {
    const title = say('title', { server: shown?.tool.server ?? '' });
    element.setAttribute('aria-label', title);
    render(headView(ctx, say, title, life !== null, () => {
      if (life === null) open();
      else close();
      /** @type {HTMLElement | null} */ (head.querySelector('button'))?.focus();
    }), head);
  }

  function open() {
    if (shown?.part.app === undefined || life !== null) return;
    const { part, part: { app }, tool } = shown;
    enter(view);
    life = startLife({
      ctx, tool, app, given: readArguments(part.arguments, tool).given ?? {}, title: say('title', { server: tool.server }), place,
      onQuestions: asking.draw,
      onNews(key, name = '') { status.textContent = key === '' ? '' : key === 'loading' ? ctx.i18n.t('app.loading') : say(key, { tool: name }); },
      onBad: close,
    });
    drawHead();
  }

  /** @param {string} [why]  a key of the words */
  function close(why) {
    if (life === null) return;
    const ended = life;
    life = null;
    live.splice(live.indexOf(view), 1);
    endLife(ended);
    status.textContent = why === undefined ? '' : say(why);
    asking.draw();
    drawHead();
  }

  return {
    element,
    draw(part, tool) {
      const isNew = shown?.part.app !== part.app;
      shown = { part, tool };
      if (!isNew) return;
      close();
      open();
    },
    close,
  };
}
