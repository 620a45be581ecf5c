// SPDX-License-Identifier: MIT
// Word documents: paragraphs in reading order with headings, lists, tables, links and notes. Pure.

import { readNumbering, readStyles } from './docx-styles.js';
import { byName } from './elements.js';
import { withFormulas } from './formula.js';
import { clamped } from './limits.js';
import { createMarkdown } from './markdown.js';
import { isAddress, mainPart, partOfType, readPart, relationsOf } from './office.js';
import { attribute } from './xml.js';

/**
 * @typedef {import('./xml.js').Element} Element
 * @typedef {import('./docx-styles.js').Styles} Styles
 * @typedef {import('./docx-styles.js').Numbering} Numbering
 * @typedef {{style: string, level: number | null, numId: string | null, depth: number}} Paragraph
 */

/** What is in these is not what a reader of the page sees. */
const HIDDEN = new Set(['del', 'moveFrom', 'instrText', 'delText', 'delInstrText', 'Fallback', 'rt']);
const W = /wordprocessingml/;
const MAX_LIST_DEPTH = 8;

/**
 * @param {import('./zip.js').Zip} zip
 * @param {import('./limits.js').Budget} budget
 * @returns {import('./types.js').Reading}
 */
export function readDocx(zip, budget) {
  const main = mainPart(zip);
  const relations = relationsOf(zip, main);
  const styles = readStyles(zip, partOfType(relations, 'styles'));
  const numbering = readNumbering(zip, partOfType(relations, 'numbering'));
  const out = createMarkdown(budget);
  /** @type {Body} */
  const body = {
    out, relations, styles, numbering, paragraphs: [], noted: new Set(), links: [],
    inText: false, inProperties: false, span: 1, pictures: 0,
  };
  readPart(zip, main, withFormulas((words) => out.text(words), byName(body, {
    opened: OPENED,
    closed: CLOSED,
    isHidden: (name) => HIDDEN.has(name),
    text({ inText }, text) { if (inText) out.text(text); },
  })));
  for (const type of ['footnotes', 'endnotes']) {
    const part = partOfType(relations, type);
    if (part === null || !zip.has(part)) continue;
    for (const [id, text] of readNotes(zip, part, budget)) {
      const label = `${type === 'endnotes' ? 'e' : ''}${id}`;
      if (body.noted.has(label)) out.note(label, text);
    }
  }
  return { text: out.result(), pictures: body.pictures };
}

/**
 * @param {import('./zip.js').Zip} zip
 * @param {string} part
 * @param {import('./limits.js').Budget} budget
 * @returns {Map<string, string>}
 */
function readNotes(zip, part, budget) {
  /** @type {Map<string, string>} */
  const notes = new Map();
  let id = '';
  let words = '';
  let isText = false;
  readPart(zip, part, {
    open(element) {
      if (element.name === 'footnote' || element.name === 'endnote') {
        id = attribute(element, 'id') ?? '';
        words = '';
      }
      isText = element.name === 't';
      if (element.name === 'p' && words !== '') words += ' ';
    },
    text(text) {
      if (isText) words += text;
    },
    close(element) {
      isText = false;
      if (element.name === 'footnote' || element.name === 'endnote') {
        budget.write(words.length);
        notes.set(id, words);
      }
    },
  });
  return notes;
}

/**
 * What is known of the document, what is open in it, and what was found.
 * @typedef {object} Body
 * @property {import('./markdown.js').Markdown} out
 * @property {import('./office.js').Relations} relations
 * @property {Styles} styles
 * @property {Numbering} numbering
 * @property {Paragraph[]} paragraphs  that are open: one in another's text box
 * @property {Set<string>} noted       labels of the notes that were referred to
 * @property {(string | null)[]} links  addresses of the links that are open
 * @property {boolean} inText
 * @property {boolean} inProperties
 * @property {number} span             columns of the cell under way
 * @property {number} pictures
 */

/** @type {import('./elements.js').Table<Body>} */
const OPENED = {
  p(body, element) {
    if (!W.test(element.space)) return;
    body.out.flush();
    body.paragraphs.push({ style: '', level: null, numId: null, depth: 0 });
  },
  t(body) { body.inText = true; },
  tab(body) { if (body.paragraphs.length > 0 && !body.inProperties) body.out.text('\t'); },
  br: lineBreak,
  cr: lineBreak,
  noBreakHyphen(body) { body.out.text('\u2011'); },
  sym(body, element) { body.out.text(symbol(element)); },
  pPr(body) { body.inProperties = true; },
  pStyle(body, element) { set(body, { style: attribute(element, 'val') ?? '' }); },
  outlineLvl(body, element) { set(body, { level: Number(attribute(element, 'val')) + 1 }); },
  numId(body, element) { set(body, { numId: attribute(element, 'val') }); },
  ilvl(body, element) { set(body, { depth: clamped(Number(attribute(element, 'val')), 0, MAX_LIST_DEPTH) }); },
  tbl(body, element) { if (W.test(element.space)) body.out.openTable(); },
  tr(body) { body.out.openRow(); },
  tc(body) { body.span = 1; },
  gridSpan(body, element) { body.span = Number(attribute(element, 'val')) || 1; },
  hyperlink: openLink,
  docPr(body, element) { picture(body, attribute(element, 'descr') ?? ''); },
  footnoteReference(body, element) { refer(body, attribute(element, 'id') ?? ''); },
  endnoteReference(body, element) { refer(body, `e${attribute(element, 'id') ?? ''}`); },
};

/** @type {import('./elements.js').Table<Body>} */
const CLOSED = {
  p(body, element) {
    const paragraph = W.test(element.space) ? body.paragraphs.pop() : undefined;
    if (paragraph !== undefined) body.out.end(blockOf(paragraph, body.styles, body.numbering));
  },
  t(body) { body.inText = false; },
  pPr(body) { body.inProperties = false; },
  tbl(body, element) { if (W.test(element.space)) body.out.closeTable(); },
  tc(body, element) { if (W.test(element.space)) body.out.closeCell(body.span); },
  hyperlink(body) {
    const address = body.links.pop() ?? null;
    if (address !== null) body.out.text(`](${address})`);
  },
};

/** What the paragraph under way is told of itself. @param {Body} body @param {Partial<Paragraph>} told */
function set(body, told) {
  const paragraph = body.paragraphs.at(-1);
  if (paragraph !== undefined) Object.assign(paragraph, told);
}

/** @param {Body} body */
function lineBreak(body) {
  body.out.text('\n');
}

/** @param {Body} body @param {string} label */
function refer(body, label) {
  body.noted.add(label);
  body.out.text(`[^${label}]`);
}

/** @param {Body} body @param {string} words */
function picture(body, words) {
  body.pictures += 1;
  if (words !== '') body.out.text(`[${words.replace(/\s+/g, ' ')}]`);
}

/** @param {Body} body @param {Element} element */
function openLink(body, element) {
  const relation = body.relations.get(attribute(element, 'id', 'relationships') ?? '');
  const address = relation?.outside === true && isAddress(relation.target) ? relation.target : null;
  body.links.push(address);
  if (address !== null) body.out.text('[');
}

/** A character of a symbol font. @param {Element} element */
function symbol(element) {
  const code = Number.parseInt(attribute(element, 'char') ?? '', 16);
  // Symbol fonts are mapped to the private area; what they mean there nobody says.
  return Number.isNaN(code) || (code >= 0xe000 && code <= 0xf8ff) ? '•' : String.fromCharCode(code);
}

/**
 * @param {Paragraph} paragraph
 * @param {Styles} styles
 * @param {Numbering} numbering
 * @returns {import('./markdown.js').Block}
 */
function blockOf(paragraph, styles, numbering) {
  const style = styles.get(paragraph.style);
  const level = paragraph.level ?? style?.level ?? null;
  if (style?.code === true) return { kind: 'code', line: true };
  if (level !== null && level >= 1 && level <= 9) return { kind: 'heading', level };
  const numId = paragraph.numId ?? style?.numId ?? null;
  if (numId === null || numId === '0') return { kind: 'paragraph' };
  return { kind: 'item', depth: paragraph.depth, marker: numbering.next(numId, paragraph.depth) };
}
