/* SPDX-License-Identifier: MIT */
/**
 * Footnotes: numbered references, the notes at the end, and the way back. Ids
 * are made of numbers only, so no label can name anything else in the page.
 */
import { INSIDE, NONE } from './block-rules.js';
import { element } from './dom.js';
import { MAX_FOOTNOTES } from './limits.js';
import { showKids } from './views.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./types.js').Token} Token
 * @typedef {import('./types.js').Block} Block
 *
 * @typedef {object} Notes  of one message
 * @property {Map<string, Block>} defined  by label
 * @property {Map<string, number>} cited   their numbers, in the order in which they are referred to
 * @property {WeakMap<Element, string>} references  the labels of the marks in the text
 * @property {boolean} isComplete          no more will be defined
 * @property {number} shown                how many were defined when the section was made
 */

/** More notes than this are shown at the end only, not while they arrive. */
const LIVE_NOTES = 50;

const DEFINITION = /^\[\^([^\]\s]{1,200})\]:/;
const REFERENCE = /\[\^([^\]\s]{1,200})\](?![:(])/y;

/** @param {Context} context @returns {Notes} */
function notesOf(context) {
  return context.keep('footnotes', () => (
    { defined: new Map(), cited: new Map(), references: new WeakMap(), shown: 0, isComplete: false }));
}

/**
 * @param {Notes} notes
 * @param {string} label
 * @returns {number} the number of a footnote, by first use; 0: there are too many
 */
function cite(notes, label) {
  const known = notes.cited.get(label);
  if (known) return known;
  if (notes.cited.size >= MAX_FOOTNOTES) return 0;
  notes.cited.set(label, notes.cited.size + 1);
  return notes.cited.size;
}

/**
 * A link within the message, which moves focus instead of the page's address.
 *
 * @param {Document} doc
 * @param {string} id
 * @param {string} text
 * @returns {HTMLAnchorElement}
 */
function innerLink(doc, id, text) {
  const link = element(doc, 'a', '', text);
  link.dataset.target = id;
  link.href = `#${id}`;
  link.addEventListener('click', (event) => {
    event.preventDefault();
    const target = doc.getElementById(link.dataset.target ?? '');
    if (!target) return;
    if (!target.hasAttribute('tabindex') && target.tabIndex < 0) target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: 'center' });
  });
  return link;
}

/**
 * @param {Context} context
 * @param {Token} token
 * @param {boolean} inLink
 * @returns {HTMLElement}
 */
function referenceNode(context, token, inLink) {
  const { doc } = context;
  const notes = notesOf(context);
  const label = token.label ?? '';
  const isUnknown = notes.isComplete && !notes.defined.has(label);
  const number = isUnknown || inLink ? 0 : cite(notes, label);
  context.isSpent ||= isUnknown;
  if (!number) return element(doc, 'span', 'md-text', token.text ?? '');
  const link = innerLink(doc, '', '');
  link.setAttribute('role', 'doc-noteref');
  const node = element(doc, 'sup', 'md-noteref', link);
  notes.references.set(node, label);
  numberReference(context, link, number);
  return node;
}

/**
 * @param {Context} context
 * @param {HTMLAnchorElement} link
 * @param {number} number
 */
function numberReference(context, link, number) {
  link.textContent = String(number);
  link.dataset.target = `${context.prefix}note-${number}`;
  link.href = `#${link.dataset.target}`;
  link.setAttribute('aria-label', context.t('md.footnote', { number }));
}

/**
 * Numbers the references anew, in the order they stand, and turns those whose
 * note never came back into the text they were.
 *
 * @param {Context} context
 * @param {Notes} notes
 * @param {ParentNode} root
 */
function renumber(context, notes, root) {
  notes.cited.clear();
  for (const node of root.querySelectorAll('.md-noteref')) {
    const label = notes.references.get(node) ?? '';
    const link = node.querySelector('a');
    const number = link && notes.defined.has(label) ? cite(notes, label) : 0;
    if (number && link) {
      numberReference(context, link, number);
    } else {
      context.isSpent = true;
      node.replaceWith(element(context.doc, 'span', 'md-text', `[^${label}]`));
    }
  }
}

/**
 * The section of the notes that were referred to, or null when there is none.
 *
 * @param {Context} context
 * @param {Notes} notes
 * @param {ParentNode} root  what holds the references
 * @returns {HTMLElement | null}
 */
function makeSection(context, notes, root) {
  if (notes.cited.size === 0) return null;
  const { doc, t } = context;
  /** @type {Map<string, HTMLAnchorElement[]>} */
  const links = new Map();
  for (const node of root.querySelectorAll('.md-noteref')) {
    const label = notes.references.get(node) ?? '';
    const link = node.querySelector('a');
    if (link) links.set(label, [...links.get(label) ?? [], link]);
  }
  const list = element(doc, 'ol');
  // Notes may refer to further notes: the map grows while it is walked.
  for (const [label, number] of notes.cited) {
    const block = notes.defined.get(label);
    if (block) list.append(noteItem(context, block, number, links.get(label) ?? []));
  }
  if (!list.firstChild) return null;
  const section = element(doc, 'section', 'md-footnotes', list);
  section.setAttribute('role', 'doc-endnotes');
  section.setAttribute('aria-label', t('md.footnotes'));
  return section;
}

/**
 * @param {Context} context
 * @param {Block} block
 * @param {number} number
 * @param {HTMLAnchorElement[]} links  that lead to it
 * @returns {HTMLElement}
 */
function noteItem(context, block, number, links) {
  const { doc, t } = context;
  const item = element(doc, 'li');
  item.id = `${context.prefix}note-${number}`;
  item.value = number;
  item.dir = 'auto';
  showKids(context, item, block);
  const last = item.lastElementChild;
  const end = last && last.tagName === 'P' ? last : item;
  links.forEach((link, i) => {
    link.id = `${context.prefix}ref-${number}-${i + 1}`;
    const back = innerLink(doc, link.id, i === 0 ? '↩' : `↩${i + 1}`);
    back.className = 'md-noteback';
    back.setAttribute('role', 'doc-backlink');
    back.setAttribute('aria-label', t('md.backToText'));
    end.append(' ', back);
  });
  return item;
}

/** @type {import('./types.js').Extension} */
export const footnotes = {
  name: 'footnotes',
  block: {
    type: 'footnote',
    isContainer: true,
    start(parser, parent, line) {
      const around = parent.type === 'paragraph' ? parent.parent : parent;
      if (line.indent >= 4 || line.char !== '[' || around?.depth) return NONE;
      const found = DEFINITION.exec(line.text.slice(line.next, line.next + 210));
      if (!found) return NONE;
      line.take(found[0].length);
      parser.open('footnote', { label: /** @type {string} */ (found[1]).toLowerCase() });
      parser.marked = parser.level;
      return INSIDE;
    },
    goesOn(_, __, line) {
      if (!line.blank && line.indent < 2) return false;
      line.skipColumns(Math.min(4, line.indent));
      return true;
    },
    isUndecided: (line) => /^\[\^[^\]\s]{0,200}(?:\]:?)?$/.test(line),
  },
  show: {
    make(context, view) {
      this.update(context, view);
    },
    update(context, { block }) {
      const { defined } = notesOf(context);
      const label = block.label ?? '';
      // The first of a label counts; what is defined on trial is another block each time.
      if (block.open || defined.size >= MAX_FOOTNOTES) return;
      if (!defined.get(label)?.settled) defined.set(label, block);
    },
  },
  inline: {
    chars: '[',
    read(text, at, parser) {
      if (text[at + 1] !== '^') return null;
      REFERENCE.lastIndex = at;
      const found = REFERENCE.exec(text);
      const { isOpen } = parser.options;
      if (isOpen && /^\[\^[^\]\s]{0,200}\]?$/.test(text.slice(at, at + 204))) return { end: text.length };
      if (!found) return null;
      return { end: at + found[0].length, token: { type: 'footnoteRef', text: found[0], label: /** @type {string} */ (found[1]).toLowerCase() } };
    },
  },
  nodes: { footnoteRef: referenceNode },
  gather(context, root, isOver) {
    const notes = notesOf(context);
    const { size } = notes.defined;
    notes.isComplete = isOver;
    if (!isOver && (size === notes.shown || size > LIVE_NOTES)) return;
    notes.shown = size;
    context.end?.remove();
    context.end = null;
    if (isOver) renumber(context, notes, root);
    context.end = makeSection(context, notes, root);
    if (context.end) root.append(context.end);
  },
  copy(part) {
    for (const back of part.querySelectorAll('.md-noteback')) back.remove();
  },
};
