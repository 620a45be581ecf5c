// SPDX-License-Identifier: MIT
// A call of a tool: its name and how it stands; folded, what it was given and what came of it, as text.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { isUnderWay } from '../core/conversation.js';
import { inWords } from '../core/request.js';
import { icon } from './icons.js';
import { argumentsView, createConsent } from './part-consent.js';
import { make } from './region.js';
import { readableText, visibleText } from './visible.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').ToolCallPart} ToolCallPart
 */

/** @param {string} text */
function plain(text) {
  return html`<pre class="part-pre" dir="auto">${readableText(text)}</pre>`;
}

/** What few calls need, when it is needed. */
const views = () => import('./tool-views.js');

/**
 * How far a tool at work has come, as it says.
 * @param {Context} ctx
 * @param {ToolCallPart} part
 */
function progressView({ i18n: { t } }, { progress }) {
  if (progress === undefined) return nothing;
  const { done, total, message } = progress;
  return html`<progress aria-label=${t('tool.progress')} max=${total ?? nothing} value=${total === null || done === null ? nothing : Math.min(Math.max(done, 0), total)}></progress>
    <span class="hint" dir="auto">${visibleText(message)}</span>`;
}

/** How calls stand that may be made again. @type {ReadonlySet<string>} */
const AGAIN = new Set(['failed', 'stopped']);

/** Raw parts that have a form of their own. */
const SHOWN_RAW = new Set(['structured_content', 'resource_link']);

/**
 * How a part of a result is shown: what a tool says is text, and no Markdown.
 * @param {import('../core/types.js').Part} part
 */
function asResult(part) {
  const own = part.kind === 'text' || (part.kind === 'raw' && SHOWN_RAW.has(part.name)) || (part.kind === 'file' && part.text !== '');
  return own ? { kind: 'result', part } : part;
}

/**
 * Where the server asks the person something.
 * @param {Context} ctx
 */
function createAsked(ctx) {
  const element = make('div', 'tool-asked');
  /** @type {ReturnType<typeof import('./tool-views.js').createInquiries> | null} */
  let view = null;
  /** @type {() => void} */
  let again = () => {};
  /** @type {(answers: Readonly<Record<string, import('../core/types.js').InquiryAnswer>>) => void} */
  let answer = () => {};
  return {
    element,
    /** @param {ToolCallPart} part @param {import('../core/types.js').Message} message */
    draw(part, message) {
      const server = ctx.state().tools.list.find(({ name }) => name === part.name)?.server ?? part.name.replace(/__.*/, '');
      again = () => view?.draw(part.inquiries, server);
      answer = (answers) => ctx.actions.answerInquiries(message.id, message.parts.indexOf(part), answers);
      if (view === null && part.inquiries !== undefined) {
        void views().then(({ createInquiries }) => {
          if (view === null) element.append((view = createInquiries(ctx, (answers) => answer(answers))).element);
          again();
        });
      }
      again();
    },
  };
}

/**
 * Where the server's own page draws the result.
 * @param {Context} ctx
 */
function createDrawn(ctx) {
  const element = make('div', '');
  /** @type {ReturnType<typeof import('./part-app.js').createApp> | null} */
  let view = null;
  /** @type {ToolCallPart | null} */
  let shown = null;
  const redraw = () => {
    const tool = ctx.state().tools.apps?.concat(ctx.state().tools.list).find(({ name }) => name === shown?.name);
    if (shown?.app === undefined || tool === undefined) view?.close();
    else view?.draw(shown, tool);
    element.hidden = shown?.app === undefined || tool === undefined;
  };
  return {
    element,
    /** @param {ToolCallPart} part */
    draw(part) {
      shown = part;
      redraw();
      if (view !== null || part.app === undefined) return;
      import('./part-app.js').then(({ createApp }) => {
        if (view === null) element.append((view = createApp(ctx)).element);
        redraw();
      }, () => {});
    },
  };
}

/**
 * @param {Context} ctx
 * @param {(ctx: Context, host: HTMLElement) => {draw(message: any): void}} createParts  of what a result holds
 * @returns {import('./parts.js').PartView}
 */
export function createToolCall(ctx, createParts) {
  const whole = make('div', 'part-call');
  const drawn = createDrawn(ctx);
  const element = /** @type {HTMLDetailsElement} */ (make('details', 'reasoning part-tool'));
  whole.append(element, drawn.element);
  const summary = make('summary', '');
  const given = make('div', 'reasoning-text');
  const result = make('div', 'reasoning-text part-result');
  const consent = createConsent(ctx);
  const asked = createAsked(ctx);
  const progress = make('p', 'tool-progress');
  const again = make('div', 'tool-again');
  element.append(summary, consent.element, progress, asked.element, given, result, again);
  const results = createParts(ctx, result);
  /** @type {ToolCallPart | null} */
  let shown = null;
  let wasOver = false;

  /** @param {ToolCallPart} part @param {import('../core/types.js').Message} message */
  function drawInside(part, message) {
    const { t } = ctx.i18n;
    consent.draw(part, message);
    asked.draw(part, message);
    progress.hidden = part.progress === undefined;
    render(progressView(ctx, part), progress);
    given.hidden = part.state === 'asking';
    render(given.hidden ? nothing : html`<p class="part-title">${t('tool.arguments')}</p>${argumentsView(ctx, part.arguments)}`, given);
    result.hidden = part.result === null;
    const mayAgain = AGAIN.has(part.state) && !isUnderWay(message.status);
    render(mayAgain ? html`<button type="button" class="button button-small"
      @click=${() => ctx.actions.callAgain(message.id, message.parts.indexOf(part))}>${icon('again')}${t('tool.again')}</button>` : nothing, again);
    drawn.draw(part);
    // Its parts are the same objects as long as they are the same result.
    if (part.result !== null) results.draw({ ...message, status: 'complete', parts: part.result.map(asResult) });
  }

  return {
    element: whole,
    /** @param {ToolCallPart} part @param {import('./parts.js').PartAround} around */
    draw(part, { message, over }) {
      // What may be done with it changes with the end of its message.
      if (part === shown && over === wasOver) return;
      wasOver = over;
      // A question, and how far a tool has come, is seen; after that it is folded again.
      const seen = isSeen(part);
      if (seen !== (shown !== null && isSeen(shown))) element.open = seen;
      shown = part;
      const { t, duration } = ctx.i18n;
      const ms = part.startedAt !== null && part.endedAt !== null ? part.endedAt - part.startedAt : 0;
      element.dataset.state = part.state;
      render(html`${icon('forward')}<span><code dir="ltr">${visibleText(part.name)}</code> · ${t(`tool.${part.state}`)}${ms >= 1000 ? html` · ${duration(ms)}` : nothing}</span>`, summary);
      drawInside(part, message);
    },
  };
}

/** @param {ToolCallPart} part */
function isSeen({ state, progress }) {
  return state === 'asking' || state === 'input' || progress !== undefined;
}

/**
 * A part of a result, as text until its view has come.
 * @param {Context} ctx
 * @returns {import('./parts.js').PartView}
 */
export function createResult(ctx) {
  const element = make('div', 'part-plain');
  /** @type {import('../core/types.js').Part | null} */
  let shown = null;
  let all = false;
  /** @type {typeof import('./tool-views.js').resultView | null} */
  let view = null;
  const redraw = () => {
    if (shown === null) return;
    render(view === null ? plain(inWords(shown)) : view(ctx, shown, all, (whole) => {
      all = whole;
      redraw();
    }), element);
  };
  return {
    element,
    /** @param {{part: import('../core/types.js').Part}} result */
    draw({ part }) {
      if (part === shown) return;
      shown = part;
      redraw();
      if (view === null) {
        void views().then(({ resultView }) => {
          view = resultView;
          redraw();
        });
      }
    },
  };
}
