/* SPDX-License-Identifier: MIT */
/** What all parts of one rendered message share: labels, limits, footnotes. */
import { safeLink } from './links.js';
import { MAX_FOOTNOTES, MAX_NODES } from './limits.js';
import { english } from './strings.js';

/**
 * @typedef {import('./types.js').Token} Token
 * @typedef {import('./types.js').Links} Links
 * @typedef {import('./types.js').MarkdownOptions} MarkdownOptions
 * @typedef {{number: number}} Footnote
 */

let count = 0;

export class Context {
  /** @param {MarkdownOptions & {link?: typeof safeLink}} options */
  constructor(options) {
    this.options = options;
    this.doc = options.document ?? document;
    this.t = options.t ?? english;
    this.link = options.link ?? safeLink;
    this.headingOffset = options.headingOffset ?? 0;
    /** Begins every id of this message. */
    this.prefix = `md${(count += 1)}-`;
    this.nodes = 0;
    this.formulas = 0;
    /** @type {Links} reference definitions so far */
    this.links = Object.create(null);
    /** Grows when `links` does: what was rendered before may look different now. */
    this.version = 0;
    /** @type {Map<string, Token>} footnote definitions by label */
    this.notes = new Map();
    /** @type {Map<string, Footnote>} footnotes referred to, in order */
    this.cited = new Map();
    /** @type {WeakMap<Element, Token>} what footnote marks were made from */
    this.references = new WeakMap();
    /** A reference is shown as text, because its note was missing at the end. */
    this.lacksNotes = false;
    /** More text is to come. */
    this.streaming = false;
  }

  /** @returns {boolean} whether the message has as many nodes as it may have */
  isFull() {
    return this.nodes > MAX_NODES;
  }

  /** @param {Token} token */
  define(token) {
    const label = token.label ?? '';
    if (this.notes.size < MAX_FOOTNOTES && (!this.notes.has(label) || this.streaming)) {
      this.notes.set(label, token);
    }
  }

  /**
   * The footnote of a label, numbered by first use.
   *
   * @param {string} label
   * @returns {Footnote | null}
   */
  cite(label) {
    let note = this.cited.get(label);
    if (!note) {
      if (this.cited.size >= MAX_FOOTNOTES) return null;
      note = { number: this.cited.size + 1 };
      this.cited.set(label, note);
    }
    return note;
  }
}
