/* SPDX-License-Identifier: MIT */
/** What all parts of one rendered message share: labels, limits, what extensions keep. */
import { EXTENSIONS } from './extensions.js';
import { parseInline } from './inline-parser.js';
import { safeLink } from './links.js';
import { english } from './strings.js';

/**
 * @typedef {import('./types.js').Token} Token
 * @typedef {import('./types.js').Links} Links
 * @typedef {import('./types.js').View} View
 * @typedef {import('./types.js').Maker} Maker
 * @typedef {import('./types.js').MarkdownOptions} MarkdownOptions
 */

let count = 0;

/** What extensions add, by where it is looked up. */
const RULES = EXTENSIONS.flatMap(({ inline }) => inline ? [inline] : []);
/** @type {NonNullable<import('./types.js').Extension['nodes']>} */
const NODES = Object.assign(Object.create(null), ...EXTENSIONS.map(({ nodes }) => nodes ?? {}));
/** @type {Record<string, Maker>} */
const FENCES = Object.assign(Object.create(null), ...EXTENSIONS.map(({ fences }) => fences ?? {}));
/** @type {Map<string, Maker>} */
const SHOWN = new Map(EXTENSIONS.flatMap(({ block, show }) => block && show ? [[block.type, show]] : []));

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
    /** @type {Links} reference definitions so far */
    this.links = Object.create(null);
    /** @type {Map<string, Set<View>>} labels that had no definition, and what refers to them */
    this.missed = new Map();
    /** More text is to come. */
    this.streaming = true;
    /** What is shown cannot go on with more text: it must be shown anew. */
    this.isSpent = false;
    this.formulas = 0;
    /** @type {HTMLElement | null} what stays at the end of all */
    this.end = null;
    /** @type {Map<string, any>} what extensions keep, by their names */
    this.kept = new Map();
    this.nodes = NODES;
    this.fences = FENCES;
    this.shown = SHOWN;
    this.extensions = EXTENSIONS;
  }

  /**
   * @template T
   * @param {string} name  of an extension
   * @param {() => T} make
   * @returns {T} what it keeps for this message
   */
  keep(name, make) {
    if (!this.kept.has(name)) this.kept.set(name, make());
    return this.kept.get(name);
  }

  /**
   * @param {string} text
   * @param {boolean} isOpen  more of it may come
   * @param {View} [view]     to be shown anew when a label that is missing gets its definition
   * @returns {Token[]}
   */
  inline(text, isOpen, view) {
    /** @type {Set<string>} */
    const missed = new Set();
    const tokens = parseInline(text, {
      isOpen: isOpen && this.streaming, breaks: this.options.breaks ?? false, links: this.links, rules: RULES, missed,
    });
    if (view && !isOpen) {
      for (const label of missed) {
        const views = this.missed.get(label);
        if (views) views.add(view);
        else this.missed.set(label, new Set([view]));
      }
    }
    return tokens;
  }
}
