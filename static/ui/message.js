// SPDX-License-Identifier: MIT
// One message of the thread: a question in its bubble, or an answer with its state, outcome and tools.

import { html, nothing, render } from '../vendor/lit-html/lit-html.js';
import { isUnderWay } from '../core/conversation.js';
import { selectStats } from '../core/selectors.js';
import { plainParts, showPlain } from '../md/plain.js';
import { moreEntries } from './answer-menu.js';
import { attachmentView } from './attach-view.js';
import { editForm } from './edit-form.js';
import { details, explain } from './errors.js';
import { icon } from './icons.js';
import { make, same } from './region.js';
import { secondsUntil, stillCounting } from './ticker.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('../core/types.js').Model} Model
 * @typedef {{index: number, count: number}} Place
 *
 * What a message shows beside itself; compared part by part.
 * @typedef {object} Around
 * @property {Place} place      among its alternatives
 * @property {boolean} last     the newest message of the thread
 * @property {boolean} editing
 * @property {boolean} unsent   above the line: the model no longer sees it
 * @property {boolean} showStats
 * @property {boolean} named    an answer says which model wrote it
 * @property {boolean} busy     an answer of this conversation is under way
 * @property {readonly Model[]} models
 */

const DOTS = html`<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>`;

/** A longer question is folded (characters). */
const LONG_QUESTION = 3000;

/**
 * @param {import('./icons.js').IconName} name
 * @param {string} label
 * @param {(event: MouseEvent) => void} run
 * @param {{pressed?: boolean, menu?: boolean}} [more]
 */
function tool(name, label, run, { pressed, menu } = {}) {
  return html`<button type="button" class="icon-button icon-button-small" aria-label=${label} title=${label}
    aria-pressed=${pressed === undefined ? nothing : String(pressed)} aria-haspopup=${menu ? 'true' : nothing}
    aria-expanded=${menu ? 'false' : nothing} @click=${run}>${icon(name)}</button>`;
}

/**
 * Copies, and shows on the button itself that it is done.
 * @param {Context} ctx
 * @param {string} text
 */
function copyTool(ctx, text) {
  return tool('copy', ctx.i18n.t('do.copy'), async (event) => {
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    if (!await ctx.copy(text)) return;
    button.dataset.done = '';
    setTimeout(() => delete button.dataset.done, 1500);
  });
}

/**
 * "2 / 3" with its arrows.
 * @param {Context} ctx
 * @param {Message} message
 * @param {Place} place
 */
function branch(ctx, message, { index, count }) {
  if (count < 2) return nothing;
  const { t, number } = ctx.i18n;
  /** @param {-1 | 1} step */
  const go = (step) => () => {
    if ((step < 0 && index === 0) || (step > 0 && index === count - 1)) return;
    ctx.actions.selectBranch(message.id, step);
  };
  return html`<span class="branch" role="group" aria-label=${t('thread.branch', { index: index + 1, count })}>
    <button type="button" class="icon-button" aria-label=${t('thread.branchPrev')} title=${t('thread.branchPrev')}
      aria-disabled=${index === 0 ? 'true' : 'false'} @click=${go(-1)}>${icon('back')}</button>
    <span class="tabular" dir="ltr">${number(index + 1)} / ${number(count)}</span>
    <button type="button" class="icon-button" aria-label=${t('thread.branchNext')} title=${t('thread.branchNext')}
      aria-disabled=${index === count - 1 ? 'true' : 'false'} @click=${go(1)}>${icon('forward')}</button>
  </span>`;
}

/**
 * @param {Context} ctx
 * @param {Message} message
 * @param {Around} around
 */
function questionView(ctx, message, around) {
  const { t } = ctx.i18n;
  const { actions } = ctx;
  if (around.editing) return editForm(ctx, message);
  const long = message.text.length > LONG_QUESTION;
  /** @param {MouseEvent} event */
  const unfold = (event) => {
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    const bubble = /** @type {HTMLElement} */ (button.previousElementSibling);
    const folded = bubble.toggleAttribute('data-folded');
    button.setAttribute('aria-expanded', String(!folded));
    button.textContent = t(folded ? 'thread.more' : 'thread.less');
  };
  return html`
    ${message.attachments.length
      ? html`<ul class="attachments" aria-label=${t('compose.attachments')}>${message.attachments.map((a) => attachmentView(ctx, a, null))}</ul>`
      : nothing}
    ${message.text ? html`<div class="bubble" dir="auto" ?data-folded=${long}>${long ? plainParts(message.text).map((part) => html`<span class="md-plain-part">${part}</span>`) : message.text}</div>` : nothing}
    ${long ? html`<button type="button" class="button-text" aria-expanded="false" @click=${unfold} .textContent=${t('thread.more')}></button>` : nothing}
    <div class="toolbar">
      ${branch(ctx, message, around.place)}
      <span class="tools" role="group" aria-label=${t('do.toolbar')}>
        ${copyTool(ctx, message.text)}
        ${tool('edit', t('do.edit'), () => actions.setUi({ editingId: message.id }))}
        ${around.last && !around.busy
          ? tool('again', t('do.again'), () => actions.editAndResend(message.id, message.text, message.attachments) && ctx.toLatest())
          : nothing}
        ${tool('trash', t('do.delete'), () => actions.deleteMessage(message.id))}
      </span>
    </div>`;
}

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
      if (message.reasoning) return nothing;
      return html`<p class="status status-thinking tabular">${DOTS}${t('state.thinking', { time: since(message.timing?.reasoningStartedAt) })}</p>`;
    case 'answering':
      return html`<p class="status">${DOTS}${message.text ? nothing : t('state.answering')}</p>`;
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
  const begun = message.text !== '';
  const { status, error } = message;
  const symbol = OUTCOME_ICONS[status];
  if (!symbol) {
    return status === 'complete' && !begun ? html`<p class="status">${t('state.empty')}</p>` : nothing;
  }
  const key = status === 'failed' ? (begun ? 'state.failedPart' : 'state.failed')
    : status === 'stopped' && !begun && !message.reasoning ? 'state.stoppedEarly' : `state.${status}`;
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
 * Tokens, time to the first of them, speed.
 * @param {Context} ctx
 * @param {Message} message
 */
function statsView(ctx, message) {
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
  if (parts.length === 0) return nothing;
  const title = stats.promptTokens === null ? nothing : t('stat.input', { count: stats.promptTokens });
  return html`<span class="stats" role="note" aria-label=${t('stat.label')} title=${title}>${parts.map((p) => html`<span>${p}</span>`)}</span>`;
}

/**
 * @param {Context} ctx
 * @param {Message} message
 * @param {Around} around
 */
function answerFoot(ctx, message, around) {
  const { t, language } = ctx.i18n;
  if (around.editing) return editForm(ctx, message);
  if (isUnderWay(message.status)) {
    return html`${statusView(ctx, message)}
      ${around.place.count > 1 ? html`<div class="toolbar">${branch(ctx, message, around.place)}</div>` : nothing}`;
  }
  const reading = ctx.speech.reading === message.id;
  return html`${outcomeView(ctx, message, around.busy)}
    <div class="toolbar">
      ${branch(ctx, message, around.place)}
      <span class="tools" role="group" aria-label=${t('do.toolbar')}>
        ${message.text ? copyTool(ctx, message.text) : nothing}
        ${around.busy ? nothing : tool('again', t('do.again'), () => ctx.actions.regenerate(message.id) && ctx.toLatest())}
        ${ctx.speech.available && message.text
          ? tool('speak', t('do.read'), () => ctx.speech.toggle(message.id, message.text, language.code), { pressed: reading })
          : nothing}
        ${tool('more', t('do.more'), (event) => ctx.menus.open(/** @type {HTMLElement} */ (event.currentTarget), t('do.more'), moreEntries(ctx, message, around)), { menu: true })}
      </span>
      ${around.showStats ? statsView(ctx, message) : nothing}
    </div>`;
}

/**
 * An answer's own parts: thoughts, text, and the foot with state and tools.
 * Text and thoughts are written by streams of their own, so that a token
 * touches nothing else.
 * @param {Context} ctx
 * @param {HTMLElement} article
 */
function createAnswer(ctx, article) {
  const reasoning = /** @type {HTMLDetailsElement} */ (make('details', 'reasoning'));
  const summary = make('summary', '');
  const thoughts = make('div', 'reasoning-text', { dir: 'auto' });
  const model = make('p', 'message-model');
  const text = make('div', 'answer prose md');
  const foot = make('div', 'message-foot');
  reasoning.append(summary, thoughts);
  reasoning.hidden = true;
  article.append(model, reasoning, text, foot);
  /** @type {ReturnType<import('./markdown.js').Markdown['createMarkdownStream']> | null} */
  let stream = null;
  let shownText = '';
  let shownThoughts = '';
  let finished = false;
  /** @type {readonly unknown[]} */
  let labelled = [];

  /** @param {Message} message */
  function writeText(message) {
    const over = !isUnderWay(message.status);
    const { module } = ctx.markdown;
    if (stream && message.text === shownText && over === finished) return;
    if (!stream && !module) {
      text.classList.add('answer-plain');
      text.dir = 'auto';
      text.textContent = message.text;
      return;
    }
    if (!stream) {
      text.classList.remove('answer-plain');
      // Each block has its own; the browser would look for one in all of them with each change.
      text.removeAttribute('dir');
      text.textContent = '';
      stream = /** @type {import('./markdown.js').Markdown} */ (module).createMarkdownStream(text, {
        t: ctx.i18n.t, announce: ctx.say, headingOffset: 1, wrapCode: () => ctx.state().settings.wrapCode,
      });
    }
    if (over) stream.finish(message.text);
    else stream.update(message.text);
    shownText = message.text;
    finished = over;
  }

  /** @param {Message} message */
  function writeThoughts(message) {
    reasoning.hidden = message.reasoning === '';
    if (message.reasoning === '') {
      thoughts.textContent = '';
    } else if (message.reasoning !== shownThoughts) {
      showPlain(thoughts, message.reasoning);
    }
    shownThoughts = message.reasoning;
    const clock = message.status === 'thinking' ? Math.floor(Date.now() / 1000) : 0;
    const parts = [message.status, message.timing, ctx.i18n.language, clock];
    if (reasoning.hidden || same(parts, labelled)) return;
    labelled = parts;
    drawSummary(message);
  }

  /** How long it thinks, or has thought. @param {Message} message */
  function drawSummary(message) {
    const { t, duration } = ctx.i18n;
    const ms = selectStats(message).reasoningMs;
    const label = message.status === 'thinking'
      ? t('state.thinking', { time: duration(message.timing?.reasoningStartedAt ? Date.now() - message.timing.reasoningStartedAt : 0) })
      : ms !== null && ms >= 1000 ? t('reason.done', { time: duration(ms) }) : t('reason.doneShort');
    render(html`${icon('forward')}<span class="tabular">${label}</span>${message.status === 'thinking' ? DOTS : nothing}`, summary);
  }

  return {
    /**
     * @param {Message} message
     * @param {Around} around
     */
    draw(message, around) {
      const name = around.models.find((m) => m.id === message.model)?.name ?? message.model;
      if (model.textContent !== name) model.textContent = name;
      model.hidden = !around.named;
      writeThoughts(message);
      writeText(message);
      text.hidden = around.editing;
      article.setAttribute('aria-busy', String(isUnderWay(message.status)));
    },
    /**
     * @param {Message} message
     * @param {Around} around
     */
    drawFoot(message, around) {
      render(answerFoot(ctx, message, around), foot);
    },
    forgetLanguage() {
      stream = null;
      shownText = '';
      finished = false;
    },
  };
}

/**
 * What of an answer its foot depends on; growing text is not among it.
 * @param {Message} message
 */
function footParts(message) {
  return isUnderWay(message.status)
    ? [message.status, message.text !== '', message.timing, message.hold, message.reconnect]
    : [message];
}

/**
 * A message's element and how to bring it up to date. Nothing is drawn before
 * the first `draw`, so that a long thread can be filled little by little.
 * @param {Context} ctx
 * @param {Message} first
 */
export function createMessageView(ctx, first) {
  const { role } = first;
  const element = make('article', `message message-${role}`, { 'data-id': first.id });
  /** @type {ReturnType<typeof createAnswer> | null} made with the first draw */
  let answer = null;
  /** @type {readonly unknown[]} */
  let seen = [];
  /** @type {readonly unknown[]} */
  let footSeen = [];
  /** @type {Message | null} */
  let message = null;
  /** @type {Around | null} */
  let around = null;
  let wasEditing = false;
  let language = '';

  /** @param {boolean} [force] */
  function draw(force = false) {
    if (!message || !around) return;
    const code = ctx.i18n.language.code;
    const near = [code, around.place.index, around.place.count, around.last, around.editing, around.unsent,
      around.showStats, around.named, around.busy, around.models, ctx.speech.reading === message.id, ctx.markdown.module];
    const now = [message, ...near];
    if (!force && same(seen, now)) return;
    seen = now;
    if (code !== language) {
      element.setAttribute('aria-label', ctx.i18n.t(role === 'user' ? 'thread.you' : 'thread.assistant'));
      if (language) answer?.forgetLanguage();
      language = code;
    }
    element.toggleAttribute('data-last', around.last);
    element.toggleAttribute('data-unsent', around.unsent);
    if (role === 'user') {
      render(questionView(ctx, message, around), element);
      if (around.editing && !wasEditing) focusEdit();
      wasEditing = around.editing;
      return;
    }
    const opened = around.editing && !wasEditing;
    wasEditing = around.editing;
    answer ??= createAnswer(ctx, element);
    answer.draw(message, around);
    const foot = [...near, ...footParts(message)];
    if (force || !same(footSeen, foot)) {
      footSeen = foot;
      answer.drawFoot(message, around);
    }
    if (opened) focusEdit();
  }

  function focusEdit() {
    const field = element.querySelector('textarea');
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
    // With its buttons, not only the field.
    field?.form?.scrollIntoView({ block: 'nearest' });
  }

  return {
    element,
    /**
     * @param {Message} newMessage
     * @param {Around} newAround
     */
    draw(newMessage, newAround) {
      message = newMessage;
      around = newAround;
      draw();
    },
    get drawn() { return message !== null; },
    /** A second has passed: redraw what shows time. @returns {boolean} whether it wants the next tick too */
    tick() {
      if (!message) return false;
      const counting = (isUnderWay(message.status) && message.status !== 'answering') || stillCounting(message.error?.retryAt);
      if (counting) draw(true);
      return counting;
    },
    /** Whether it shows a running clock. */
    get counts() {
      return message !== null && ((isUnderWay(message.status) && message.status !== 'answering') || stillCounting(message.error?.retryAt));
    },
  };
}

/** @typedef {ReturnType<typeof createMessageView>} MessageView */
