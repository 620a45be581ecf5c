/* SPDX-License-Identifier: MIT */
/**
 * Text to blocks, line by line, as CommonMark describes it: each line is looked
 * at once, for what it continues and what it begins, so the work grows with the
 * text and with nothing else. Pure.
 *
 * A text that is arriving is read as it comes. Of its last line, which has not
 * arrived whole, the parser tells what it will be where that is certain; that
 * is a trial, and taken back before more is read.
 */
import { makeBlock, VERBATIM } from './block.js';
import { GOES_ON, INSIDE, isOverHtml, NONE, OVER, STARTS, undecided } from './block-rules.js';
import { takeDefinitions } from './definitions.js';
import { Journal } from './journal.js';
import { Line } from './line.js';
import { MAX_LINE, MAX_MATH, MAX_NODES, MAX_TEXT } from './limits.js';
import { pieceEnd } from './pieces.js';

/**
 * @typedef {import('./types.js').Block} Block
 * @typedef {import('./types.js').Links} Links
 * @typedef {import('./types.js').Extension} Extension
 * @typedef {import('./journal.js').Mark} Mark
 *
 * @typedef {object} Trial  a block that is one only when its end comes
 * @property {Mark} mark
 * @property {string} opener
 * @property {string[]} lines  since it began
 * @property {number} size
 * @property {Block} block
 */

/** Characters that make nodes, with what each may cost. */
const COSTLY = /[*_~`[\]<|&:]|(\$)/g;

export class BlockParser {
  /** @param {Extension[]} extensions */
  constructor(extensions) {
    this.extensions = extensions;
    this.starts = [...extensions.flatMap(({ block }) => block ? [block.start] : []), ...STARTS];
    /** @type {Map<string, Required<Extension>['block']>} */
    this.types = new Map(extensions.flatMap(({ block }) => block ? [[block.type, block]] : []));
    this.journal = new Journal();
    this.root = makeBlock('document', null);
    /** @type {Block[]} blocks that are open, each in the one before */
    this.stack = [this.root];
    /** Place in `stack` of the last block that the line belongs to. */
    this.level = 0;
    /** Place in `stack` of the last block whose mark stood in the line. */
    this.marked = 0;
    /** @type {Links} */
    this.links = Object.create(null);
    /** What has arrived of the last line. */
    this.rest = '';
    /** The beginning of the last line was read already, since it is long. */
    this.inLong = false;
    /** Lines, characters, and what they may cost in nodes. */
    this.count = 0;
    this.size = 0;
    this.weight = 0;
    /** @type {Trial | null} */
    this.trial = null;
    /** @type {Record<string, number>} up to which line no block of an opener ends */
    this.refused = Object.create(null);
    /** The line is unfinished. */
    this.isGuess = false;
    /** @type {Mark | null} of what was shown of the unfinished line */
    this.guess = null;
  }

  /** @returns {Block} */
  get tip() {
    return /** @type {Block} */ (this.stack.at(-1));
  }

  /** @param {string} text  more of it; any length */
  feed(text) {
    let at = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      this.takeLine(this.rest + text.slice(at, end));
      at = end + 1;
    }
    this.rest += text.slice(at);
    while (this.rest.length > MAX_LINE) this.takePart();
  }

  /** Reads the beginning of a line that is too long to be anything but text. */
  takePart() {
    const part = this.rest.slice(0, MAX_LINE);
    this.rest = this.rest.slice(MAX_LINE);
    if (this.inLong) this.readMore(part);
    else this.read(part, true);
    this.inLong = true;
  }

  /** @param {string} line  whole, or what is left of a long one */
  takeLine(line) {
    this.rest = line;
    while (this.rest.length > MAX_LINE) this.takePart();
    if (this.inLong) this.readMore(this.rest);
    else this.read(this.rest, false);
    this.rest = '';
    this.inLong = false;
  }

  /**
   * @param {string} text
   * @param {boolean} isLong  of a line that goes on
   */
  read(text, isLong) {
    const { journal, trial } = this;
    journal.set(this, 'count', this.count + 1);
    if (this.isOver(text, '\n')) return;
    if (trial) {
      trial.lines.push(text);
      trial.size += text.length;
      if (isLong || trial.size > MAX_MATH) {
        this.failTrial();
        return;
      }
    }
    this.process(new Line(text), isLong);
  }

  /** @param {string} text  more of a line that has begun */
  readMore(text) {
    if (this.isOver(text, '')) return;
    const { tip } = this;
    if (tip.type === 'paragraph') this.addText(tip, text);
    else this.journal.push(tip.pieces, text);
  }

  /**
   * Counts what a text may cost. Once that is too much, all that follows is
   * shown as it is, in one block.
   *
   * @param {string} text
   * @param {string} before  what stands between it and the text before
   * @returns {boolean} whether it was taken as such
   */
  isOver(text, before) {
    const { journal } = this;
    if (this.tip.type === 'plain') {
      journal.push(this.tip.pieces, before + text);
      return true;
    }
    if (this.size > MAX_TEXT || this.weight > MAX_NODES) {
      if (this.trial) this.failTrial();
      this.level = 0;
      this.open('plain');
      journal.push(this.tip.pieces, text);
      return true;
    }
    journal.set(this, 'size', this.size + text.length + 1);
    let weight = 1;
    for (const found of text.matchAll(COSTLY)) weight += found[1] ? 10 : 1;
    journal.set(this, 'weight', this.weight + weight);
    return false;
  }

  /**
   * @param {Line} line
   * @param {boolean} isLong
   */
  process(line, isLong) {
    const { stack } = this;
    const { tip } = this;
    const state = this.matchOpen(line);
    if (state === 'done') return;
    if (state === 'fail' || (this.trial && this.level < stack.indexOf(this.trial.block))) {
      if (this.mayFail()) this.failTrial();
      return;
    }
    const matched = this.level === stack.length - 1;
    const begun = this.begin(line, isLong);
    if (begun === 'wait') return;
    if (begun === 'over') {
      this.markBlank(false);
      return;
    }
    const { blank } = line;
    if (!matched && !blank && tip === this.tip && tip.type === 'paragraph') {
      this.addLine(tip, line);
    } else {
      this.closeTo(this.level);
      this.addRest(line, blank);
    }
    this.markBlank(blank);
  }

  /**
   * Finds which of the open blocks the line belongs to, and reads their marks.
   *
   * @param {Line} line
   * @returns {'' | 'done' | 'fail'} done: the line has closed a block and was no more
   */
  matchOpen(line) {
    const { stack } = this;
    this.marked = 0;
    this.level = 0;
    for (let i = 1; i < stack.length; i++) {
      const block = /** @type {Block} */ (stack[i]);
      const test = this.types.get(block.type)?.goesOn ?? GOES_ON[block.type];
      const goes = test ? test(this, block, line) : false;
      if (goes === 'done' || goes === 'fail') return goes;
      if (!goes) break;
      if (block.type === 'quote') this.marked = i;
      this.level = i;
    }
    return '';
  }

  /**
   * Opens what begins in the line.
   *
   * @param {Line} line
   * @param {boolean} isLong
   * @returns {'' | 'over' | 'wait'} over: nothing of the line is left; wait: too little of it has
   *   arrived to tell
   */
  begin(line, isLong) {
    for (;;) {
      const block = /** @type {Block} */ (this.stack[this.level]);
      if (VERBATIM.has(block.type) || this.types.get(block.type)?.isLeaf) return '';
      if (this.isGuess && undecided(this, block, line)) return 'wait';
      const found = this.tryStarts(block, line, isLong);
      if (found === OVER) return 'over';
      if (found !== INSIDE) return '';
    }
  }

  /**
   * @param {Block} block
   * @param {Line} line
   * @param {boolean} isLong
   * @returns {number} what the first start that fits says
   */
  tryStarts(block, line, isLong) {
    for (const start of this.starts) {
      const found = start(this, block, line, isLong);
      if (found) return found;
    }
    return NONE;
  }

  /**
   * What is left of the line goes to the last block, or to a new paragraph.
   *
   * @param {Line} line
   * @param {boolean} blank
   */
  addRest(line, blank) {
    const { tip } = this;
    const own = this.types.get(tip.type);
    if (own?.addLine) own.addLine(this, tip, line);
    else if (tip.type === 'code') this.addCode(tip, line);
    else if (tip.type === 'html') this.addHtml(tip, line);
    else if (tip.type === 'table' && !blank) this.journal.push(/** @type {string[]} */ (tip.rows), line.text.slice(line.next));
    else if (tip.type === 'paragraph') this.addLine(tip, line);
    else if (!blank && tip.open) this.addLine(this.open('paragraph'), line);
  }

  /**
   * @param {Block} block
   * @param {string} text  a line
   */
  addPiece(block, text) {
    this.journal.push(block.pieces, block.pieces.length ? `\n${text}` : text);
  }

  /**
   * @param {Block} block
   * @param {Line} line
   */
  addHtml(block, line) {
    this.addPiece(block, line.rest());
    if (isOverHtml(block, line)) this.close();
  }

  /**
   * Blank lines of indented code count once more code comes.
   *
   * @param {Block} block
   * @param {Line} line
   */
  addCode(block, line) {
    if (!block.isIndented) {
      this.addPiece(block, line.rest());
      return;
    }
    const blanks = /** @type {string[]} */ (block.blanks);
    if (line.blank) {
      this.journal.push(blanks, line.rest());
      return;
    }
    for (const text of blanks) this.addPiece(block, text);
    this.journal.set(block, 'blanks', []);
    this.addPiece(block, line.rest());
  }

  /**
   * @param {Block} block  a paragraph
   * @param {Line} line
   */
  addLine(block, line) {
    this.addText(block, (block.text ? '\n' : '') + line.text.slice(line.next));
  }

  /**
   * Adds to a paragraph; one that is too long to be laid out in one goes on in another.
   *
   * @param {Block} block
   * @param {string} text
   */
  addText(block, text) {
    const { journal } = this;
    journal.set(block, 'text', block.text + text);
    for (let end = pieceEnd(block.text); end; end = pieceEnd(block.text)) {
      if (block.text.startsWith('[')) {
        this.define(block);
        end = pieceEnd(block.text);
        if (!end) return;
      }
      const rest = block.text.slice(end);
      journal.set(block, 'text', block.text.slice(0, end));
      journal.set(block, 'goesOn', true);
      this.level = this.stack.length - 2;
      block = this.open('paragraph');
      journal.set(block, 'text', rest);
    }
  }

  /**
   * Opens a block in the last one that the line belongs to, or around that.
   *
   * @param {string} type
   * @param {Partial<Block>} [more]
   * @returns {Block}
   */
  open(type, more = {}) {
    const { journal, stack } = this;
    this.closeTo(this.level);
    while (!this.canHold(this.tip, type)) this.close();
    const parent = this.tip;
    const block = Object.assign(makeBlock(type, parent), more);
    const list = parent.type === 'item' ? parent.parent : parent;
    if (parent.blank && parent.kids.length && list?.type === 'list') journal.set(list, 'loose', true);
    journal.push(parent.kids, block);
    journal.push(stack, block);
    journal.set(this, 'weight', this.weight + 2);
    this.level = stack.length - 1;
    return block;
  }

  /**
   * @param {Block} block
   * @param {string} type
   * @returns {boolean}
   */
  canHold(block, type) {
    if (block.type === 'list') return type === 'item';
    return block.type === 'document' || block.type === 'quote' || block.type === 'item' ||
      this.types.get(block.type)?.isContainer === true;
  }

  /** @param {number} level  of the last block in `stack` that stays open */
  closeTo(level) {
    while (this.stack.length - 1 > level) this.close();
  }

  /** Closes the last block. */
  close() {
    const { journal } = this;
    const block = this.tip;
    journal.pop(this.stack);
    journal.set(block, 'open', false);
    if (!journal.trials) block.settled = true;
    if (!this.guess) block.sure = (block.rows ?? block.pieces).length;
    if (this.level >= this.stack.length) this.level = this.stack.length - 1;
    if (block.type !== 'paragraph') return;
    this.define(block);
    if (!block.text) journal.pop(/** @type {Block} */ (block.parent).kids);
  }

  /** Takes the definitions off a paragraph's beginning. @param {Block} block */
  define(block) {
    if (!block.text.startsWith('[')) return;
    const { rest, found } = takeDefinitions(block.text);
    for (const { label, href, title } of found) {
      if (!this.links[label]) this.journal.set(this.links, label, { href, title });
    }
    if (rest !== block.text) this.journal.set(block, 'text', rest);
  }

  /**
   * Notes for each open block whether the line was blank in it: that is what makes lists loose.
   *
   * @param {boolean} blank
   */
  markBlank(blank) {
    const { stack } = this;
    const { tip } = this;
    const counts = blank && !(tip.type === 'code' && tip.fence);
    for (let i = 1; i < stack.length; i++) {
      const block = /** @type {Block} */ (stack[i]);
      const value = counts && i > this.marked;
      if (block.blank !== value) this.journal.set(block, 'blank', value);
    }
  }

  /**
   * Opens a block that is one only when its end comes; else its lines are read anew.
   *
   * @param {string} type
   * @param {string} opener
   * @param {Line} line
   * @param {Partial<Block>} more
   * @returns {Block | null} null: it is known already that no end comes
   */
  openTrial(type, opener, line, more) {
    if (this.trial || this.count < (this.refused[opener] ?? 0)) return null;
    const mark = this.journal.begin();
    /** @type {Trial} */
    const trial = { mark, opener, lines: [line.text], size: 0, block: this.root };
    this.journal.set(this, 'trial', trial);
    trial.block = this.open(type, more);
    return trial.block;
  }

  /** The end of the block on trial has come. */
  passTrial() {
    const { journal } = this;
    journal.set(this, 'trial', null);
    this.close();
    for (const object of journal.keep()) if (object.open === false) object.settled = true;
  }

  /** @returns {boolean} whether it is certain that the block on trial is none, and can be taken back */
  mayFail() {
    if (!this.isGuess) return true;
    return this.guess !== null && this.trial !== null && this.trial.mark.place >= this.guess.place;
  }

  /** The block on trial is none: its lines are read anew. */
  failTrial() {
    const { trial } = this;
    if (!trial) return;
    this.journal.undo(trial.mark);
    // The counters are those of its first line now; the lines are told again.
    const first = this.count;
    this.refused[trial.opener] = first + trial.lines.length;
    this.process(new Line(/** @type {string} */ (trial.lines[0])), false);
    for (const line of trial.lines.slice(1)) this.read(line, line.length >= MAX_LINE);
  }

  /**
   * Shows what is certain of the line that has not arrived whole.
   */
  startGuess() {
    this.guess = this.journal.begin();
    const { tip } = this;
    tip.sure = (tip.rows ?? tip.pieces).length;
    if (!this.rest) return;
    this.isGuess = true;
    if (this.inLong) this.readMore(this.rest);
    else if (this.isTooMuch() && !this.trial) this.read(this.rest, false);
    else if (this.rest.trim()) this.process(new Line(this.rest), false);
    this.isGuess = false;
  }

  /** @returns {boolean} whether the next line will be taken as it is */
  isTooMuch() {
    return this.tip.type === 'plain' || this.size > MAX_TEXT || this.weight > MAX_NODES;
  }

  /** Takes back what was shown of it. */
  endGuess() {
    if (this.guess) this.journal.undo(this.guess);
    this.guess = null;
  }

  /**
   * The text is over: its last line is whole, and all blocks are closed. What
   * `endGuess` takes back, so that the text may go on after all.
   *
   * @returns {boolean} false: it cannot be taken back
   */
  finish() {
    const isFinal = this.trial !== null;
    this.failTrial();
    this.guess = this.journal.begin();
    this.tip.sure = (this.tip.rows ?? this.tip.pieces).length;
    if (this.rest && this.inLong) this.readMore(this.rest);
    else if (this.rest) this.read(this.rest, false);
    this.failTrial();
    this.level = 0;
    this.closeTo(0);
    return !isFinal;
  }
}
