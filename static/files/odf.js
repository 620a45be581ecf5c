// SPDX-License-Identifier: MIT
// OpenDocument: text, presentations and spreadsheets are one format with one content.xml. Pure.

import { addRow, createRows, writeSheet } from './csv.js';
import { CODE_STYLE } from './docx-styles.js';
import { byName } from './elements.js';
import { FileError } from './errors.js';
import { createFormula } from './formula.js';
import { clamped } from './limits.js';
import { createMarkdown } from './markdown.js';
import { isAddress, readPart } from './office.js';
import { attribute, decodeXml } from './xml.js';

/**
 * @typedef {import('./xml.js').Element} Element
 * @typedef {import('./zip.js').Zip} Zip
 * @typedef {import('./limits.js').Budget} Budget
 */

/** What a reader of the page does not see. */
const HIDDEN = new Set(['tracked-changes', 'annotation', 'forms', 'sequence-decls', 'variable-decls', 'scripts', 'font-face-decls', 'settings', 'hidden-text', 'alphabetical-index-source', 'table-of-content-source', 'ruby-text']);
/** A row or cell that is repeated is written out this often: styles reach to a sheet's end. */
const MAX_REPEATED = 1000;
const MAX_BLANKS = 1000;
/** Formulas that are parts of their own. */
const MAX_FORMULAS = 2000;

/**
 * @param {Zip} zip
 * @param {Budget} budget
 * @returns {import('./types.js').Reading}
 */
export function readOdf(zip, budget) {
  const manifest = zip.has('META-INF/manifest.xml') ? decodeXml(zip.read('META-INF/manifest.xml')) : '';
  if (manifest.includes('encryption-data')) throw new FileError('password');
  const out = createMarkdown(budget);
  /** @type {Reader} */
  const reader = {
    out, zip, styles: { style: '', numbered: new Map(), above: new Map() }, formulas: 0, sheets: createSheets(out, budget), inSheet: false, lists: [], links: [], paragraphs: 0,
    pictures: 0, slides: 0, quoted: false, heading: null, note: null, notes: 0,
  };
  if (zip.has('styles.xml')) readPart(zip, 'styles.xml', { open: (element) => readStyle(reader.styles, element) });
  readPart(zip, 'content.xml', byName(reader, {
    opened: OPENED,
    closed: CLOSED,
    isHidden: (name) => HIDDEN.has(name),
    text(_, text) { if (reader.paragraphs > 0) say(reader, text.replace(/\s+/g, ' ')); },
  }));
  return { text: out.result(), pictures: reader.pictures };
}

/**
 * The lists that count, as `NAME/LEVEL`, and from where; which style rests on which; and the style that is told of:
 * styles come before what is written in them.
 * @typedef {{style: string, numbered: Map<string, number>, above: Map<string, string>}} Styles
 */

/** @param {Styles} styles @param {Element} element */
function readStyle(styles, element) {
  if (element.name === 'style') styles.above.set(attribute(element, 'name') ?? '', attribute(element, 'parent-style-name') ?? '');
  if (element.name === 'list-style') styles.style = attribute(element, 'name') ?? '';
  if (element.name === 'list-level-style-number' && (attribute(element, 'num-format') ?? '') !== '') {
    styles.numbered.set(`${styles.style}/${attribute(element, 'level') ?? ''}`, Number(attribute(element, 'start-value') ?? 1));
  }
}

/**
 * @typedef {object} List
 * @property {string} style
 * @property {number} count
 * @property {boolean} fresh  nothing of the item under way is written yet
 */

/**
 * What is open in the document, and what was found.
 * @typedef {object} Reader
 * @property {import('./markdown.js').Markdown} out
 * @property {Styles} styles
 * @property {Zip} zip
 * @property {number} formulas       of parts of their own, so far
 * @property {ReturnType<typeof createSheets>} sheets
 * @property {boolean} inSheet
 * @property {List[]} lists
 * @property {string[]} links         addresses of the links that are open
 * @property {number} paragraphs      that are open: one in another's frame
 * @property {number} pictures
 * @property {number} slides
 * @property {boolean} quoted         among a slide's notes
 * @property {'due' | 'title' | null} heading  of the slide under way: not written yet, or being said
 * @property {{words: string, body: boolean} | null} note  a footnote under way: its words go to the end
 * @property {number} notes
 */

/** @type {import('./elements.js').Table<Reader>} */
const OPENED = {
  style({ styles }, element) { readStyle(styles, element); },
  'list-style'({ styles }, element) { readStyle(styles, element); },
  'list-level-style-number'({ styles }, element) { readStyle(styles, element); },
  spreadsheet(reader) { reader.inSheet = true; },
  p: beginParagraph,
  h: beginParagraph,
  s(reader, element) { say(reader, ' '.repeat(clamped(count(element, 'c'), 1, MAX_BLANKS))); },
  tab(reader) { say(reader, '\t'); },
  'line-break'(reader) { say(reader, '\n'); },
  list({ lists, styles }, element) {
    const style = attribute(element, 'style-name') ?? lists.at(-1)?.style ?? '';
    const first = attribute(element, 'start-value') ?? styles.numbered.get(`${style}/${lists.length + 1}`) ?? 1;
    lists.push({ style, count: (Number(first) || 1) - 1, fresh: true });
  },
  'list-item': beginItem,
  'list-header': beginItem,
  table({ inSheet, sheets, out }, element) {
    if (inSheet) sheets.open(attribute(element, 'name') ?? '');
    else out.openTable();
  },
  'table-row'({ inSheet, sheets, out }, element) {
    if (inSheet) sheets.openRow(count(element, 'number-rows-repeated'));
    else out.openRow();
  },
  'table-cell': beginCell,
  'covered-table-cell': beginCell,
  a(reader, element) {
    const address = attribute(element, 'href') ?? '';
    reader.links.push(address);
    if (isAddress(address)) say(reader, '[');
  },
  note(reader) { reader.note = { words: '', body: false }; },
  'note-body'({ note }) { if (note !== null) note.body = true; },
  image(reader) { reader.pictures += 1; },
  object(reader, element) { readFormula(reader, attribute(element, 'href') ?? ''); },
  page(reader, element) {
    if (!element.space.includes('drawing')) return;
    reader.slides += 1;
    reader.heading = 'due';
  },
  frame(reader, element) {
    if (reader.heading === 'due' && attribute(element, 'class') === 'title') reader.heading = 'title';
  },
  notes(reader, element) { reader.quoted = element.space.includes('presentation'); },
};

/** @type {import('./elements.js').Table<Reader>} */
const CLOSED = {
  spreadsheet(reader) { reader.inSheet = false; },
  p(reader, element) { endParagraph(reader, () => blockOf(reader, attribute(element, 'style-name') ?? '')); },
  h(reader, element) { endParagraph(reader, () => ({ kind: 'heading', level: count(element, 'outline-level') })); },
  list({ lists }) { lists.pop(); },
  notes(reader) { reader.quoted = false; },
  frame(reader) { if (reader.heading === 'title') reader.heading = 'due'; },
  page: beginBlock,
  table({ inSheet, sheets, out }) {
    if (inSheet) sheets.close();
    else out.closeTable();
  },
  'table-row'({ inSheet, sheets }) { if (inSheet) sheets.closeRow(); },
  'table-cell'({ inSheet, sheets, out }, element) {
    if (inSheet) sheets.closeCell(element);
    else out.closeCell(count(element, 'number-columns-spanned'));
  },
  'covered-table-cell'({ inSheet, sheets }, element) { if (inSheet) sheets.closeCell(element); },
  a(reader) {
    const address = reader.links.pop() ?? '';
    if (isAddress(address)) say(reader, `](${address})`);
  },
  note(reader) {
    const done = reader.note;
    reader.note = null;
    if (done === null) return;
    reader.notes += 1;
    reader.out.text(`[^${reader.notes}]`);
    reader.out.note(String(reader.notes), done.words);
  },
};

/** An attribute that is a number from 1. @param {Element} element @param {string} name */
function count(element, name) {
  return Number(attribute(element, name) ?? 1) || 1;
}

/** @param {Reader} reader @param {string} text */
function say({ note, inSheet, sheets, out }, text) {
  if (note !== null) {
    if (note.body) note.words += text;
  } else if (inSheet) {
    sheets.text(text);
  } else {
    out.text(text);
  }
}

/** A block begins: below its slide's heading, be there a title or not. @param {Reader} reader */
function beginBlock(reader) {
  reader.out.flush();
  if (reader.heading === 'due') {
    reader.heading = null;
    reader.out.raw(`## ${reader.slides}.`);
  }
  if (reader.heading === 'title') reader.out.text(`${reader.slides}. `);
}

/** @param {Reader} reader */
function beginParagraph(reader) {
  if (reader.inSheet) reader.sheets.paragraph();
  else if (reader.note === null && reader.paragraphs === 0) beginBlock(reader);
  reader.paragraphs += 1;
}

/** @param {Reader} reader */
function beginCell({ inSheet, sheets }) {
  if (inSheet) sheets.openCell();
}

/** @param {Reader} reader */
function beginItem({ lists }) {
  const list = lists.at(-1);
  if (list !== undefined) Object.assign(list, { count: list.count + 1, fresh: true });
}

/** @param {Reader} reader @param {() => import('./markdown.js').Block} block  what it is where no slide or note says */
function endParagraph(reader, block) {
  const { note, out } = reader;
  reader.paragraphs -= 1;
  if (reader.inSheet) return;
  if (note !== null) {
    note.words += note.body ? ' ' : '';
  } else if (reader.heading === 'title') {
    out.end({ kind: 'heading', level: 2 });
    reader.heading = null;
  } else {
    out.end(block());
  }
}

/** Styles that rest on each other, at most. */
const MAX_BASES = 16;

/** Whether a style's paragraphs are lines of code. @param {Map<string, string>} above @param {string} name */
function isCode(above, name) {
  for (let i = 0, style = name; i < MAX_BASES && style !== ''; i += 1, style = above.get(style) ?? '') {
    if (CODE_STYLE.test(style.replaceAll('_20_', ' '))) return true;
  }
  return false;
}

/**
 * A formula is a part of its own, or stands in the text.
 * @param {Reader} reader
 * @param {string} href
 */
function readFormula(reader, href) {
  const part = `${href.replace(/^\.\//, '').replace(/\/$/, '')}/content.xml`;
  if (href === '' || !reader.zip.has(part) || reader.formulas === MAX_FORMULAS) return;
  reader.formulas += 1;
  readPart(reader.zip, part, mathHandlers((words) => say(reader, words)));
}

/** @param {(words: string) => void} said @returns {import('./xml.js').Handlers} */
function mathHandlers(said) {
  let formula = /** @type {import('./formula.js').Formula | null} */ (null);
  let display = false;
  return {
    open(element) {
      if (formula !== null) formula.open(element.name, (name) => attribute(element, name));
      else if (element.name === 'math') {
        formula = createFormula();
        display = attribute(element, 'display') === 'block';
      }
    },
    text(words) { formula?.text(words); },
    close({ name }) {
      if (name !== 'math') formula?.close();
      else if (formula !== null) {
        said(formula.end(display));
        formula = null;
      }
    },
  };
}

/** @param {Reader} reader @param {string} name  of its style @returns {import('./markdown.js').Block} */
function blockOf({ lists, styles, quoted }, name) {
  const list = lists.at(-1);
  if (isCode(styles.above, name)) return { kind: 'code', line: true };
  if (list === undefined) return { kind: quoted ? 'quote' : 'paragraph' };
  const goesOn = !list.fresh;
  list.fresh = false;
  const counts = styles.numbered.has(`${list.style}/${lists.length}`);
  return { kind: 'item', depth: lists.length - 1, marker: counts ? `${list.count}.` : '-', goesOn };
}

/**
 * The sheets of a spreadsheet, each written down when it ends.
 * @param {import('./markdown.js').Markdown} out
 * @param {Budget} budget
 */
function createSheets(out, budget) {
  let name = '';
  let rows = createRows();
  let row = new Map();
  let rowTimes = 1;
  let column = 0;
  /** Of the cell that is open; null outside. @type {string | null} */
  let words = null;

  return {
    /** @param {string} title */
    open(title) {
      name = title;
      rows = createRows();
    },
    /** @param {number} times  how often it stands there */
    openRow(times) {
      row = new Map();
      rowTimes = times;
      column = 0;
    },
    openCell() {
      words = '';
    },
    /** @param {string} text */
    text(text) {
      if (words !== null) words += text;
    },
    paragraph() {
      if (words) words += '\n';
    },
    /** @param {Element} cell  as it was opened */
    closeCell(cell) {
      const value = valueOf(cell, words ?? '');
      const times = count(cell, 'number-columns-repeated');
      for (let i = 0; value !== '' && i < Math.min(times, MAX_REPEATED); i += 1) {
        budget.write(value.length + 1);
        row.set(column + i, value);
      }
      column += times;
      words = null;
    },
    closeRow() {
      for (let i = 0; row.size > 0 && i < Math.min(rowTimes, MAX_REPEATED); i += 1) {
        for (const value of row.values()) budget.write(i === 0 ? 0 : value.length + 1);
        addRow(rows, row);
      }
    },
    close() {
      writeSheet(name, rows, out, budget);
      rows = createRows();
    },
  };
}

/**
 * Numbers and dates as they are, not as a locale shows them.
 * @param {Element} cell
 * @param {string} words
 */
function valueOf(cell, words) {
  switch (attribute(cell, 'value-type', 'office:1.0')) {
    case 'float': case 'currency': case 'percentage': return attribute(cell, 'value', 'office:1.0') ?? words;
    case 'date': return (attribute(cell, 'date-value') ?? words).replace(/T00:00:00(\.0+)?$/, '').replace('T', ' ');
    case 'boolean': return (attribute(cell, 'boolean-value') ?? words).toUpperCase();
    default: return words;
  }
}
