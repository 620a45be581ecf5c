// SPDX-License-Identifier: MIT
// One message of the thread: a question, or an answer with its parts and its foot.

import { render } from '../vendor/lit-html/lit-html.js';
import { isUnderWay } from '../core/conversation.js';
import { textOf } from '../core/parts.js';
import { createAnswer } from './message-answer.js';
import { questionView } from './message-question.js';
import { make, same } from './region.js';
import { stillCounting } from './ticker.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('../core/types.js').Model} Model
 * @typedef {import('./message-tools.js').Place} Place
 *
 * What a message shows beside itself; compared part by part.
 * @typedef {object} Around
 * @property {boolean} paired   one of two answers beside each other
 * @property {Place} place      among its alternatives
 * @property {boolean} last     the newest message of the thread
 * @property {boolean} editing
 * @property {boolean} unsent   above the line: the model no longer sees it
 * @property {boolean} showStats
 * @property {boolean} named    an answer says which model wrote it
 * @property {boolean} busy     an answer of this conversation is under way
 * @property {readonly Model[]} models
 */

/**
 * Whether a message shows a running clock.
 * @param {Message | null} message
 */
function isCounting(message) {
  return message !== null && ((isUnderWay(message.status) && message.status !== 'answering') || stillCounting(message.error?.retryAt));
}

/** A longer text is folded, or read in slices: it is drawn, not sketched (characters). */
const LONG_SKETCH = 3000;
/** What Markdown says with these is said by the words, too. */
const MARKS = /\*\*|`+|^#{1,6} |^ *[-*] /gm;

/**
 * Whether a message's words stand for it while it is far from the view.
 * @param {Message} message
 */
export function canSketch({ parts, status, error }) {
  return status === 'complete' && !error && parts.length > 0
    && parts.every((part) => part.kind === 'text' && part.text.length < LONG_SKETCH);
}

/**
 * A message's words, to be found, selected, read aloud and scrolled over.
 * @param {Context} ctx
 * @param {HTMLElement} element
 * @param {Message} message
 */
function sketchIn({ i18n: { t }, state }, element, { role, parts, model }) {
  const asked = role === 'user';
  const name = state().models.list.find(({ id }) => id === model)?.name ?? model;
  const heading = make('h2', 'quiet-text');
  heading.textContent = asked ? t('thread.you') : t('thread.assistant', { name: name || '–' });
  element.setAttribute('aria-label', heading.textContent);
  const words = make('div', asked ? 'bubble' : 'answer answer-plain', { dir: 'auto' });
  words.textContent = asked ? textOf(parts) : textOf(parts).replace(MARKS, '');
  element.replaceChildren(heading, words);
}

/** A field that has just appeared takes the focus, with its buttons in view. @param {HTMLElement} element */
function focusField(element) {
  const field = element.querySelector('textarea');
  field?.focus();
  field?.setSelectionRange(field.value.length, field.value.length);
  field?.form?.scrollIntoView({ block: 'nearest' });
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
  /** @type {import('./message-answer.js').AnswerView | null} made with the first draw */
  let answer = null;
  /** @type {readonly unknown[]} */
  let seen = [];
  /** @type {Message | null} */
  let message = null;
  /** @type {Around | null} */
  let around = null;
  let wasEditing = false;
  let language = '';
  let sketched = false;
  /** What is in the element is a sketch, of this language or another. */
  let isSketch = false;
  /** What it was made of. @type {readonly unknown[]} */
  let madeOf = [];

  /** @param {boolean} [force] */
  function draw(force = false) {
    if (!message || !around) return;
    const { code } = ctx.i18n.language;
    const near = [code, around.place.index, around.place.count, around.last, around.paired, around.editing, around.unsent,
      around.showStats, around.named, around.busy, around.models, ctx.speech.reading === message.id, ctx.markdown.module];
    const now = [message, ...near];
    if (!force && same(seen, now)) return;
    seen = now;
    if (isSketch) element.replaceChildren();
    isSketch = false;
    sketched = false;
    if (code !== language) {
      if (role === 'user') element.setAttribute('aria-label', ctx.i18n.t('thread.you'));
      if (language) answer?.forgetLanguage();
      language = code;
    }
    element.toggleAttribute('data-last', around.last);
    element.toggleAttribute('data-unsent', around.unsent);
    if (role === 'user') render(questionView(ctx, message, around), element);
    else (answer ??= createAnswer(ctx, element)).draw(message, around, force ? null : near);
    if (around.editing && !wasEditing) focusField(element);
    wasEditing = around.editing;
  }

  return {
    element,
    /** @param {Message} newMessage @param {Around} newAround */
    draw(newMessage, newAround) {
      message = newMessage;
      around = newAround;
      draw();
    },
    get drawn() { return message !== null; },
    /** Its words stand for it. */
    get sketched() { return sketched; },
    /** Its words alone, until it comes near to the view. @param {Message} newMessage */
    sketch(newMessage) {
      if (message !== null) return;
      const from = [newMessage, ctx.i18n.language.code, ctx.state().models.list];
      if (!isSketch || !same(from, madeOf)) sketchIn(ctx, element, newMessage);
      madeOf = from;
      sketched = isSketch = true;
    },
    /** The words may have to be made anew: in another language, for instance. */
    unsketch() { sketched = false; },
    /** A second has passed: redraw what shows time. @returns {boolean} whether it wants the next tick too */
    tick() {
      const counting = isCounting(message);
      if (counting) draw(true);
      return counting;
    },
    /** Whether it shows a running clock. */
    get counts() { return isCounting(message); },
  };
}

/** @typedef {ReturnType<typeof createMessageView>} MessageView */
