/* SPDX-License-Identifier: MIT */
/**
 * A Markdown text that is arriving, or has arrived: read once, in slices that
 * leave the page its time, and shown as far as it is read. What has come but
 * has not been read yet is to be seen as plain text until it is.
 */
import { BlockParser } from './block-parser.js';
import { Backlog } from './backlog.js';
import { Context } from './context.js';
import { EXTENSIONS } from './extensions.js';
import { SHOWN_AT_ONCE, SLICE_TEXT } from './limits.js';
import { advance, drain, later } from './schedule.js';
import { patchKids, rootView, showMissed } from './views.js';

/** @typedef {import('./types.js').MarkdownOptions} MarkdownOptions */

export class MarkdownStream {
  /**
   * @param {HTMLElement | DocumentFragment} root  what is in it is removed
   * @param {MarkdownOptions} options
   */
  constructor(root, options) {
    this.root = root;
    this.context = new Context(options);
    this.parser = new BlockParser(EXTENSIONS);
    this.parser.links = this.context.links;
    this.view = rootView(this.parser.root, root);
    this.backlog = new Backlog(this.context.doc);
    root.replaceChildren();
    this.text = '';
    /** Characters that the parser has been given. */
    this.read = 0;
    /** The text is all there is. */
    this.isOver = false;
    /** It is shown as that. */
    this.isDone = false;
    /** @type {Generator<void, void> | null} work under way */
    this.work = null;
    this.pump = this.pump.bind(this);
  }

  /**
   * Makes ready for a text that goes on from the one shown.
   *
   * @param {string} text
   * @returns {boolean} false: it is another text, or must be shown anew
   */
  accepts(text) {
    if (!text.startsWith(this.text)) return false;
    if (text.length === this.text.length || !this.isOver) return true;
    this.finishNow();
    if (this.context.isSpent) return false;
    this.isOver = false;
    this.isDone = false;
    this.context.streaming = true;
    return true;
  }

  /** @param {string} text  normalised, and accepted */
  update(text) {
    if (text.length === this.text.length) return;
    this.text = text;
    this.start();
  }

  /** @param {string} text  normalised, and accepted */
  finish(text) {
    if (this.isOver) return;
    this.text = text;
    this.isOver = true;
    this.start();
  }

  /** @param {string} text  normalised: all of it, at once as far as that takes no longer than a moment */
  showWhole(text) {
    this.text = text;
    this.isOver = true;
    this.work = this.catchUp();
    while (this.read < Math.min(text.length, SHOWN_AT_ONCE) && !this.work.next().done);
    if (text.length <= SHOWN_AT_ONCE) this.finishNow();
    else this.wait();
  }

  /** Does a slice of what is to be done now, and the rest when the page has had its turn. */
  start() {
    this.work ??= this.catchUp();
    if (this.text.length <= SLICE_TEXT) this.finishNow();
    else if (advance(this.work)) this.wait();
    else this.work = null;
  }

  /** Shows what waits, and goes on with it later. */
  wait() {
    this.backlog.show(this.root, this.text, this.read, this.context.end);
    later(this.pump);
  }

  /** @returns {boolean} whether more is to be done */
  pump() {
    if (!this.work) return false;
    if (advance(this.work)) return true;
    this.work = null;
    return false;
  }

  finishNow() {
    if (this.work) drain(this.work);
    this.work = null;
  }

  /** @returns {Generator<void, void>} */
  *catchUp() {
    const { parser, context } = this;
    // The text may grow while this waits for its turn.
    while (this.read < this.text.length || (this.isOver && !this.isDone)) {
      this.followHome();
      parser.endGuess();
      const end = sliceEnd(this.text, this.read);
      parser.feed(this.text.slice(this.read, end));
      this.read = end;
      const isAll = this.isOver && end === this.text.length;
      if (isAll) {
        context.streaming = false;
        if (!parser.finish()) context.isSpent = true;
        this.isDone = true;
      } else {
        parser.startGuess();
      }
      // The plain text before the rest: what was read is to be seen in its place.
      patchKids(context, this.view, this.backlog.node ?? context.end);
      this.backlog.drop(this.read);
      if (isAll) break;
      this.gather(false);
      if (this.read < this.text.length) yield;
    }
    if (!this.isDone) return;
    yield* showMissed(context);
    this.gather(true);
  }

  /** What was given as a fragment has been put somewhere since. */
  followHome() {
    const home = this.backlog.node?.parentNode;
    if (!home || home === this.root) return;
    this.root = /** @type {HTMLElement} */ (home);
    this.view.node = this.root;
  }

  /** @param {boolean} isOver */
  gather(isOver) {
    for (const { gather } of EXTENSIONS) gather?.(this.context, this.root, isOver);
  }
}

/**
 * @param {string} text
 * @param {number} from
 * @returns {number} where the next slice ends: where a line does, if that is near
 */
function sliceEnd(text, from) {
  const most = from + SLICE_TEXT;
  if (text.length <= most + SLICE_TEXT / 4) return text.length;
  const line = text.lastIndexOf('\n', most) + 1;
  return line > from ? line : most;
}
