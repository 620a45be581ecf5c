// SPDX-License-Identifier: MIT
// Dictation: what is said into the microphone becomes words where the cursor is, or sound for a model that hears. Loaded
// when it is first asked for, and so is the microphone.

import { nothing, render } from '../vendor/lit-html/lit-html.js';
import { dictated } from '../core/dictated.js';
import { selectActive, selectModel } from '../core/selectors.js';
import { dictationView } from './dictation-view.js';
import { explain } from './errors.js';
import { record } from './recorder.js';
import { make } from './region.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./dictation-view.js').Phase} Phase
 */

/** Ms between two looks at the level. */
const LOOK_MS = 100;

/**
 * @param {unknown} error  of getUserMedia()
 * @returns {string} a key of the catalogues
 */
function refusal(error) {
  return error instanceof DOMException && error.name === 'NotFoundError' ? 'dictation.none' : 'dictation.denied';
}

/**
 * The words go where the cursor is; to a conversation that was left, at its draft's end.
 * @param {Context} ctx
 * @param {HTMLTextAreaElement} field
 * @param {string} conversationId
 * @param {string} words
 */
function put({ actions, state }, field, conversationId, words) {
  if (selectActive(state()).id !== conversationId) {
    const draft = state().conversations.byId[conversationId]?.draft.text;
    if (draft !== undefined) actions.setDraft({ text: `${draft}${dictated(draft, words, '')}` }, conversationId);
    return;
  }
  const { value, selectionStart, selectionEnd } = field;
  const text = dictated(value.slice(0, selectionStart), words, value.slice(selectionEnd));
  field.focus({ preventScroll: true });
  // So that the browser can take it back; where it cannot put it so, without.
  if (document.execCommand('insertText', false, text)) return;
  field.setRangeText(text, selectionStart, selectionEnd, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

/** One dictation after the other; its row is hidden between them. */
export class Dictation {
  element = make('div', 'dictation', { role: 'group' });
  /** @type {Phase | null} */
  #phase = null;
  /** @type {import('./recorder.js').Recorder | null} */
  #recorder = null;
  /** What was recorded, until it has become something. @type {File | null} */
  #file = null;
  #conversationId = '';
  #stop = new AbortController();
  #ticking = 0;
  #problem = '';

  /**
   * @param {Context} ctx
   * @param {HTMLTextAreaElement} field
   * @param {(files: readonly File[]) => Promise<void>} attach  takes a recording as it is
   */
  constructor(ctx, field, attach) {
    this.ctx = ctx;
    this.field = field;
    this.attach = attach;
    this.element.hidden = true;
  }

  /** @param {Phase | null} phase */
  #become(phase) {
    this.#phase = phase;
    clearInterval(this.#ticking);
    if (phase === 'recording') this.#ticking = window.setInterval(() => this.#draw(), LOOK_MS);
    this.element.hidden = phase === null;
    this.element.setAttribute('aria-label', this.ctx.i18n.t('dictation.label'));
    this.#draw();
  }

  #draw() {
    const { i18n, state } = this.ctx;
    const phase = this.#phase;
    if (phase === null) {
      render(nothing, this.element);
      return;
    }
    render(dictationView(i18n, {
      phase,
      problem: this.#problem,
      level: this.#recorder?.level() ?? 0,
      length: this.#recorder?.length() ?? 0,
      hears: selectModel(state(), selectActive(state()))?.input.includes('audio') === true,
      writes: state().session.transcription,
    }, {
      end: () => this.end(),
      turn: () => this.#turn(),
      write: () => void this.#write(),
      asSound: () => void this.#asSound(),
    }), this.element);
  }

  /** @param {string} selector */
  #focus(selector) {
    /** @type {HTMLElement | null} */ (this.element.querySelector(selector))?.focus();
  }

  async start() {
    const { actions, i18n, say, state } = this.ctx;
    if (this.#phase !== null) return;
    this.#conversationId = selectActive(state()).id;
    this.#file = null;
    this.#become('asking');
    /** @type {import('./recorder.js').Recorder} */
    let recorder;
    try {
      recorder = await record({
        maxBytes: state().session.limits.max_body_bytes ?? Infinity,
        full: () => {
          this.#become('paused');
          actions.addToast({ kind: 'info', key: 'dictation.full' });
        },
        lost: () => {
          this.#become('paused');
          actions.addToast({ kind: 'error', key: 'dictation.none' });
        },
      });
    } catch (error) {
      this.#become(null);
      actions.addToast({ kind: 'error', key: refusal(error) });
      return;
    }
    if (/** @type {Phase | null} */ (this.#phase) !== 'asking') {
      // It was cancelled while the browser asked.
      recorder.drop();
      return;
    }
    this.#recorder = recorder;
    this.#become('recording');
    this.#focus('.dictation-done, .dictation-sound');
    say(i18n.t('dictation.label'));
  }

  #turn() {
    if (this.#phase === 'recording') {
      this.#recorder?.pause();
      this.#become('paused');
    } else if (this.#recorder?.resume() === true) {
      this.#become('recording');
    }
  }

  /** The recording, with the microphone off. @returns {Promise<File | null>} */
  async #finished() {
    const recorder = this.#recorder;
    this.#recorder = null;
    this.#file ??= await recorder?.finish() ?? null;
    return this.#file;
  }

  /** @param {string} problem */
  #failed(problem) {
    this.#problem = problem;
    this.#become('failed');
    this.ctx.say(problem);
    this.#focus('.dictation-done, .dictation-sound');
  }

  async #write() {
    const { actions, i18n, say } = this.ctx;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#become('writing');
    this.#focus('.dictation-cancel');
    const file = await this.#finished();
    if (file === null) return;
    try {
      const words = await actions.transcribe(file, signal);
      if (signal.aborted) return;
      this.end();
      if (words === '') {
        actions.addToast({ kind: 'info', key: 'dictation.silent' });
        return;
      }
      put(this.ctx, this.field, this.#conversationId, words);
      say(words);
    } catch (error) {
      if (!signal.aborted) this.#failed(explain(i18n, /** @type {any} */ (error)));
    }
  }

  async #asSound() {
    const file = await this.#finished();
    if (file === null) return;
    const { wavOf } = await import('../files/wav.js');
    try {
      const wav = await wavOf(file);
      this.end();
      await this.attach([wav]);
    } catch {
      this.#failed(this.ctx.i18n.t('file.broken', { name: file.name }));
    }
  }

  /** Lets go of everything; nothing of it stays. */
  end() {
    if (this.#phase === null) return;
    this.#recorder?.drop();
    this.#recorder = null;
    this.#file = null;
    this.#stop.abort();
    this.#become(null);
    this.ctx.focusComposer();
  }
}
