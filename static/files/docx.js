// SPDX-License-Identifier: MIT
// Word documents: paragraphs in reading order with headings, lists, tables, links and notes. Pure.

import { readNumbering, readStyles } from './docx-styles.js';
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
const HIDDEN = new Set(['del', 'moveFrom', 'instrText', 'delText', 'delInstrText', 'Fallback']);
const W = /wordprocessingml/;

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
  const body = createBody(out, { relations, styles, numbering });
  readPart(zip, main, body.handlers);
  for (const type of ['footnotes', 'endnotes']) {
    const part = partOfType(relations, type);
    if (part === null) continue;
    for (const [id, text] of readNotes(zip, part, budget)) {
      const label = `${type === 'endnotes' ? 'e' : ''}${id}`;
      if (body.noted.has(label)) out.note(label, text);
    }
  }
  return { text: out.result(), pictures: body.pictures() };
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
 * The handlers of the document's body.
 * @param {import('./markdown.js').Markdown} out
 * @param {{relations: import('./office.js').Relations, styles: Styles, numbering: Numbering}} known
 */
function createBody(out, { relations, styles, numbering }) {
  /** Paragraphs that are open: one in another's text box. @type {Paragraph[]} */
  const paragraphs = [];
  /** @type {Set<string>} */
  const noted = new Set();
  /** @type {(string | null)[]} */
  const links = [];
  let hidden = 0;
  let inText = false;
  let span = 1;
  let pictures = 0;

  /** @param {Element} element */
  function open(element) {
    if (hidden > 0 || HIDDEN.has(element.name)) {
      hidden += 1;
      return;
    }
    const paragraph = paragraphs.at(-1);
    switch (element.name) {
      case 'p':
        if (!W.test(element.space)) break;
        out.flush();
        paragraphs.push({ style: '', level: null, numId: null, depth: 0 });
        break;
      case 't': inText = true; break;
      case 'tab': if (paragraph !== undefined && !inProperties) out.text('\t'); break;
      case 'br': case 'cr': out.text('\n'); break;
      case 'noBreakHyphen': out.text('\u2011'); break;
      case 'sym': out.text(symbol(element)); break;
      case 'pPr': inProperties = true; break;
      case 'pStyle': if (paragraph) paragraph.style = attribute(element, 'val') ?? ''; break;
      case 'outlineLvl': if (paragraph) paragraph.level = Number(attribute(element, 'val')) + 1; break;
      case 'numId': if (paragraph) paragraph.numId = attribute(element, 'val'); break;
      case 'ilvl': if (paragraph) paragraph.depth = Math.min(8, Number(attribute(element, 'val')) || 0); break;
      case 'tbl': if (W.test(element.space)) out.openTable(); break;
      case 'tr': out.openRow(); break;
      case 'tc': span = 1; break;
      case 'gridSpan': span = Number(attribute(element, 'val')) || 1; break;
      case 'hyperlink': openLink(element); break;
      case 'docPr': picture(attribute(element, 'descr') ?? ''); break;
      case 'footnoteReference': refer(attribute(element, 'id') ?? ''); break;
      case 'endnoteReference': refer(`e${attribute(element, 'id') ?? ''}`); break;
      default:
    }
  }
  let inProperties = false;

  /** @param {string} label */
  function refer(label) {
    noted.add(label);
    out.text(`[^${label}]`);
  }

  /** @param {string} words */
  function picture(words) {
    pictures += 1;
    if (words !== '') out.text(`[${words.replace(/\s+/g, ' ')}]`);
  }

  /** @param {Element} element */
  function openLink(element) {
    const relation = relations.get(attribute(element, 'id', 'relationships') ?? '');
    const address = relation?.outside === true && isAddress(relation.target) ? relation.target : null;
    links.push(address);
    if (address !== null) out.text('[');
  }

  /** @param {Element} element */
  function close(element) {
    if (hidden > 0) {
      hidden -= 1;
      return;
    }
    switch (element.name) {
      case 'p': {
        const paragraph = W.test(element.space) ? paragraphs.pop() : undefined;
        if (paragraph !== undefined) out.end(blockOf(paragraph, styles, numbering));
        break;
      }
      case 't': inText = false; break;
      case 'pPr': inProperties = false; break;
      case 'tbl': if (W.test(element.space)) out.closeTable(); break;
      case 'tc': if (W.test(element.space)) out.closeCell(span); break;
      case 'hyperlink': {
        const address = links.pop() ?? null;
        if (address !== null) out.text(`](${address})`);
        break;
      }
      default:
    }
  }

  return {
    noted,
    pictures: () => pictures,
    /** @type {import('./xml.js').Handlers} */
    handlers: {
      open,
      close,
      text(text) {
        if (inText && hidden === 0) out.text(text);
      },
    },
  };
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
  if (level !== null && level >= 1 && level <= 9) return { kind: 'heading', level };
  const numId = paragraph.numId ?? style?.numId ?? null;
  if (numId === null || numId === '0') return { kind: 'paragraph' };
  return { kind: 'item', depth: paragraph.depth, marker: numbering.next(numId, paragraph.depth) };
}
