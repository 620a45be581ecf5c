/* SPDX-License-Identifier: MIT */
/**
 * A Markdown text that is arriving: which of its blocks are finished, and the
 * unfinished end as it will look.
 *
 * Each update lexes only the text behind the last finished block. Long blocks
 * are followed inside: a fence grows line by line without lexing, the items of
 * a list and the rows of a table are finished one after another. At the end
 * the whole text is parsed once more, in slices when it is long, and nodes whose
 * tokens are the same stay. A text that goes on after its end is taken up again
 * at its last block.
 */
import { closeBlock, isShown, looseItems, patchBlocks, patchInParts } from './blocks.js';
import { closeTail } from './close.js';
import { Context } from './context.js';
import { footnoteSection, renumber } from './footnotes.js';
import { lex, lexInParts, plainToken } from './lex.js';
import { FINISH_AT_ONCE, TAIL_EVERY_UPDATE } from './limits.js';
import { advance, drain, later } from './schedule.js';
import {
  bulletKind, closedFence, fenceEnd, finishedItems, finishedRows, finishedTokens, topFence,
} from './split.js';
import { patchRows } from './table.js';

/** More footnotes than this are shown at the end only, not while they arrive. */
const LIVE_NOTES = 50;

/**
 * @typedef {import('./types.js').Token} Token
 * @typedef {import('./types.js').MarkdownOptions} MarkdownOptions
 * @typedef {import('./blocks.js').Block} Block
 *
 * @typedef {object} OpenBlock  a list or table whose first parts are finished
 * @property {Block} block      all of it; its token holds the finished parts only
 * @property {number} start     where it begins in the text
 * @property {string} head      a table's first two lines, which its rows need
 * @property {Block[]} items    a list's unfinished items
 * @property {Token} rest       the unfinished parts, as last rendered
 */

export class MarkdownStream {
  /**
   * @param {HTMLElement} root
   * @param {MarkdownOptions} options
   */
  constructor(root, options) {
    this.root = root;
    this.options = options;
    this.catchUp = this.catchUp.bind(this);
    this.context = new Context(options);
    this.context.streaming = true;
    root.replaceChildren();
    this.text = '';
    /** Where the unfinished text begins. */
    this.start = 0;
    /** @type {Block[]} */
    this.finished = [];
    /** @type {OpenBlock | null} stands before `tail` */
    this.open = null;
    /** @type {Block[]} unfinished blocks */
    this.tail = [];
    /** @type {{fence: import('./split.js').OpenFence, block: Block} | null} */
    this.fence = null;
    /** The reference definitions that the tail was rendered with. */
    this.signature = '{}';
    /** Length of the text when it was last rendered. */
    this.seen = 0;
    /** @type {HTMLElement | null} */
    this.notes = null;
    /** @type {Token[]} of the whole text, once it is done */
    this.whole = [];
    /** @type {Generator<void, void> | null} the last parse, while it is under way */
    this.closing = null;
    this.close = this.close.bind(this);
    this.done = false;
  }

  /**
   * Makes ready for a text that goes on from the one shown.
   *
   * @param {string} text
   * @returns {boolean} false: it is another text, or must be shown anew
   */
  accepts(text) {
    if (!text.startsWith(this.text)) return false;
    return text.length === this.text.length || this.reopen();
  }

  /** @param {string} text  normalised, and accepted */
  update(text) {
    if (text.length === this.text.length) return;
    this.text = text;
    if (this.growFence()) return;
    const size = text.length - this.start;
    // A long end without a place to cut it is rendered the more rarely the longer it is.
    if (size > TAIL_EVERY_UPDATE && text.length - this.seen < size / 64) later(this.catchUp);
    else this.render();
  }

  /** @returns {boolean} */
  catchUp() {
    if (!this.done && !this.fence && this.seen < this.text.length) this.render();
    return false;
  }

  /** @param {string} text  normalised, and accepted */
  finish(text) {
    if (this.done || this.closing) return;
    this.text = text;
    this.closing = this.parseWhole();
    if (text.length <= FINISH_AT_ONCE) {
      this.closeNow();
      return;
    }
    // What has come is seen at once; that it is looked over again is not.
    if (this.seen > 0 && this.seen < text.length && !this.growFence()) this.render();
    later(this.close);
  }

  /** @returns {boolean} whether more is to be done */
  close() {
    if (this.closing && advance(this.closing)) return true;
    this.closing = null;
    return false;
  }

  closeNow() {
    if (this.closing) drain(this.closing);
    this.closing = null;
  }

  /**
   * Parses the whole text and brings what is shown in line with it.
   *
   * @returns {Generator<void, void>}
   */
  *parseWhole() {
    const { context, options } = this;
    /** @type {import('./types.js').Links} */
    const links = Object.create(null);
    const tokens = yield* lexInParts(this.text, { links, breaks: options.breaks ?? false });
    const blocks = [...this.finished, ...(this.open ? [this.wholeOpen(this.open)] : []), ...this.tail];
    context.streaming = false;
    context.links = links;
    if (Object.keys(links).length) context.version++;
    context.notes.clear();
    for (const token of tokens) if (token.type === 'footnoteDef') context.define(token);
    this.notes?.remove();
    this.notes = null;
    yield* patchInParts(context, this.root, blocks, tokens);
    renumber(context, this.root);
    this.showNotes();
    this.whole = tokens;
    this.finished = blocks;
    this.tail = [];
    this.fence = null;
    this.open = null;
    this.done = true;
  }

  /**
   * Takes up a text that was finished: its last block is unfinished again, and
   * the one before it when that has less than a line, which may turn out to be
   * a part of the other.
   *
   * @returns {boolean} false: it is not known where that begins
   */
  reopen() {
    this.closeNow();
    if (!this.done) return true;
    const { context, finished, whole } = this;
    if (context.isFull() || context.lacksNotes) return false;
    /** @type {number[]} where each block begins */
    const starts = [];
    let at = 0;
    for (const token of whole) {
      if (!this.text.startsWith(token.raw, at)) return false;
      if (isShown(token)) starts.push(at);
      at += token.raw.length;
    }
    if (starts.length !== finished.length) return false;
    const count = this.text.includes('\n', starts.at(-1)) ? 1 : 2;
    const start = starts.at(-count) ?? 0;
    this.tail = finished.splice(-count);
    for (const block of this.tail) block.view?.reopen();
    this.start = start;
    this.seen = this.text.length;
    this.signature = JSON.stringify(context.links);
    this.whole = [];
    context.streaming = true;
    this.done = false;
    return true;
  }

  /** @returns {boolean} whether the end is a fence that is open, and was shown */
  growFence() {
    if (!this.fence) return false;
    const { fence, block } = this.fence;
    const source = this.text.slice(this.start);
    if (closedFence(fence, source)) {
      this.fence = null;
      return false;
    }
    this.seen = this.text.length;
    const { view } = block;
    const end = fenceEnd(fence, source);
    if (!view) return true;
    // What it shows was taken from the tokens at first, which may have held other blanks.
    if (view.length > end - fence.content || !fence.follows) view.update(source.slice(fence.content, end), false);
    else view.grow(source.slice(fence.content + view.length, end));
    fence.follows = true;
    return true;
  }

  /** Lexes and shows the unfinished text, and moves on what is finished. */
  render() {
    this.seen = this.text.length;
    const { context } = this;
    if (context.isFull()) {
      this.renderPlain();
      return;
    }
    const head = this.open?.head ?? '';
    const source = head + this.text.slice(this.start);
    // Only what is finished defines references: a copy takes what is still arriving.
    const links = Object.assign(Object.create(null), context.links);
    const tokens = lex(closeTail(source), { links, breaks: this.options.breaks ?? false });
    const signature = JSON.stringify(links);
    if (signature !== this.signature) {
      this.signature = signature;
      context.version++;
    }
    let rest = tokens;
    if (this.open) {
      const first = tokens[0];
      if (!first || !this.goesOn(this.open, first)) {
        this.giveUpOpen(this.open);
        this.render();
        return;
      }
      this.patchOpen(this.open, first);
      rest = tokens.slice(1);
    }
    patchBlocks(context, this.root, this.tail, rest, this.notes);
    this.moveFinished(tokens, source, head.length);
  }

  /** Shows all of the unfinished text as it is: there are nodes enough. */
  renderPlain() {
    if (this.open) this.finished.push(this.wholeOpen(this.open));
    this.open = null;
    patchBlocks(this.context, this.root, this.tail, [plainToken(this.text.slice(this.start))], this.notes);
  }

  /**
   * @param {Token[]} tokens
   * @param {string} source
   * @param {number} head  characters of `source` that are before `start`
   */
  moveFinished(tokens, source, head) {
    const { count, length } = finishedTokens(tokens, source);
    let notes = false;
    for (const token of tokens.slice(0, count)) {
      if (token.type === 'footnoteDef') {
        this.context.define(token);
        notes = true;
      }
      if (token.type === 'def' && token.tag && !this.context.links[token.tag]) {
        this.context.links[token.tag] = { href: token.href ?? '', title: token.title ?? '' };
      }
      if (!isShown(token)) continue;
      const block = this.open ? this.wholeOpen(this.open) : /** @type {Block} */ (this.tail.shift());
      this.open = null;
      closeBlock(block);
      this.finished.push(block);
    }
    if (count) this.start += length - head;
    if (notes && this.context.notes.size <= LIVE_NOTES) this.showNotes();
    this.followInside(tokens[count], count ? source.slice(length) : source);
  }

  /**
   * Cuts the last block where its own parts are finished.
   *
   * @param {Token | undefined} token  of the block
   * @param {string} source  begins with it
   */
  followInside(token, source) {
    if (!token) return;
    if (token.type === 'code' && this.tail.length === 1 && !this.open) {
      const fence = topFence(source);
      if (fence) this.fence = { fence, block: /** @type {Block} */ (this.tail[0]) };
    } else if (token.type === 'list') {
      const { count, length } = finishedItems(token, source);
      if (count) this.openWith(token, '', count, length);
    } else if (token.type === 'table') {
      const found = finishedRows(token, source);
      if (found) this.openWith(token, found.head, found.count, found.length);
    }
  }

  /**
   * @param {Token} token   the list or table, without parts finished earlier
   * @param {string} head
   * @param {number} count  parts to finish now
   * @param {number} length  of their text
   */
  openWith(token, head, count, length) {
    if (!this.open) {
      const block = /** @type {Block} */ (this.tail.shift());
      this.open = {
        block, start: this.start, head, items: block.kids, rest: token,
      };
      block.kids = [];
      block.token = { ...token, items: [], rows: [] };
      this.start += head.length;
    }
    const { block, items } = this.open;
    for (const item of items.splice(0, token.type === 'list' ? count : 0)) {
      closeBlock(item);
      block.kids.push(item);
    }
    if (token.items) block.token.items?.push(...token.items.slice(0, count));
    if (token.rows) block.token.rows?.push(...token.rows.slice(0, count));
    this.open.rest = {
      ...token, items: token.items?.slice(count) ?? [], rows: token.rows?.slice(count) ?? [],
    };
    this.start += length;
  }

  /**
   * @param {OpenBlock} open
   * @param {Token} token
   * @returns {boolean} whether `token` is more of the open block
   */
  goesOn(open, token) {
    if (token.type !== open.block.token.type) return false;
    return token.type === 'table' || bulletKind(token.raw) === bulletKind(open.block.token.raw);
  }

  /**
   * @param {OpenBlock} open
   * @param {Token} token
   */
  patchOpen(open, token) {
    const { block } = open;
    if (token.type === 'table') {
      patchRows(this.context, block, token, open.rest.rows ?? []);
    } else {
      const loose = block.token.loose || token.loose || false;
      if (loose && !block.token.loose) {
        // One blank line between items sets all of them apart: the list is made anew, once.
        block.token.loose = true;
        block.token.items = looseItems(block.token.items ?? []);
        patchBlocks(this.context, block.node, block.kids, block.token.items);
      }
      const items = loose ? looseItems(token.items ?? []) : token.items ?? [];
      patchBlocks(this.context, block.node, open.items, items);
    }
    open.rest = token;
  }

  /**
   * @param {OpenBlock} open
   * @returns {Block} the block with all its parts
   */
  wholeOpen(open) {
    const { block } = open;
    block.kids.push(...open.items);
    block.token.items?.push(...open.rest.items ?? []);
    block.token.rows?.push(...open.rest.rows ?? []);
    return block;
  }

  /**
   * The text did not go on as it seemed to: the block is unfinished as a whole.
   *
   * @param {OpenBlock} open
   */
  giveUpOpen(open) {
    this.tail.unshift(this.wholeOpen(open));
    this.start = open.start;
    this.open = null;
  }

  showNotes() {
    this.notes?.remove();
    const { context } = this;
    this.notes = footnoteSection(context, this.root, (parent, inner) => patchBlocks(context, parent, [], inner));
    if (this.notes) this.root.append(this.notes);
  }
}
