// SPDX-License-Identifier: MIT
// OpenDocument: text, presentations and spreadsheets are one format with one content.xml. Pure.

import { writeSheet } from './csv.js';
import { FileError } from './errors.js';
import { createMarkdown } from './markdown.js';
import { isAddress, readPart } from './office.js';
import { attribute, decodeXml } from './xml.js';

/**
 * @typedef {import('./xml.js').Element} Element
 * @typedef {import('./zip.js').Zip} Zip
 * @typedef {import('./limits.js').Budget} Budget
 */

/** What a reader of the page does not see. */
const HIDDEN = new Set(['tracked-changes', 'annotation', 'forms', 'sequence-decls', 'variable-decls', 'automatic-styles', 'scripts', 'font-face-decls', 'settings', 'hidden-text', 'alphabetical-index-source', 'table-of-content-source']);
/** A row or cell that is repeated is written out this often: styles reach to a sheet's end. */
const MAX_REPEATED = 1000;
const MAX_BLANKS = 1000;

/**
 * @param {Zip} zip
 * @param {Budget} budget
 * @returns {import('./types.js').Reading}
 */
export function readOdf(zip, budget) {
  const manifest = zip.has('META-INF/manifest.xml') ? decodeXml(zip.read('META-INF/manifest.xml')) : '';
  if (manifest.includes('encryption-data')) throw new FileError('password');
  const out = createMarkdown(budget);
  const numbered = zip.has('styles.xml') ? listStyles(zip, 'styles.xml') : new Set();
  for (const name of listStyles(zip, 'content.xml')) numbered.add(name);
  const reader = createReader(out, budget, /** @type {Set<string>} */ (numbered));
  readPart(zip, 'content.xml', reader.handlers);
  return { text: out.result(), pictures: reader.pictures() };
}

/**
 * Lists that count, as `NAME/LEVEL`.
 * @param {Zip} zip
 * @param {string} part
 * @returns {Set<string>}
 */
function listStyles(zip, part) {
  /** @type {Set<string>} */
  const numbered = new Set();
  let style = '';
  readPart(zip, part, {
    open(element) {
      if (element.name === 'list-style') style = attribute(element, 'name') ?? '';
      if (element.name === 'list-level-style-number' && (attribute(element, 'num-format') ?? '') !== '') {
        numbered.add(`${style}/${attribute(element, 'level') ?? ''}`);
      }
    },
  });
  return numbered;
}

/**
 * @typedef {object} List
 * @property {string} style
 * @property {number} count
 * @property {boolean} fresh  nothing of the item under way is written yet
 */

/**
 * @param {import('./markdown.js').Markdown} out
 * @param {Budget} budget
 * @param {Set<string>} numbered
 */
function createReader(out, budget, numbered) {
  /** @type {List[]} */
  const lists = [];
  /** @type {string[]} */
  const links = [];
  const sheets = createSheets(out, budget);
  let paragraphs = 0;
  let hidden = 0;
  let pictures = 0;
  let slides = 0;
  let inSheet = false;
  let quoted = false;
  /** Of the slide under way: not written yet, or being said. @type {'due' | 'title' | null} */
  let heading = null;
  /** A footnote under way: its words go to the end. @type {{label: string, words: string, body: boolean} | null} */
  let note = null;

  /** @param {string} text */
  function say(text) {
    if (note !== null) {
      if (note.body) note.words += text;
    } else if (inSheet) {
      sheets.text(text);
    } else {
      out.text(text);
    }
  }

  /** @returns {import('./markdown.js').Block} */
  function block() {
    const list = lists.at(-1);
    if (list === undefined) return { kind: quoted ? 'quote' : 'paragraph' };
    const goesOn = !list.fresh;
    list.fresh = false;
    const counts = numbered.has(`${list.style}/${lists.length}`);
    return { kind: 'item', depth: lists.length - 1, marker: counts ? `${list.count}.` : '-', goesOn };
  }

  /** A block begins: below its slide's heading, be there a title or not. */
  function begin() {
    out.flush();
    if (heading === 'due') {
      heading = null;
      out.raw(`## ${slides}.`);
    }
    if (heading === 'title') out.text(`${slides}. `);
  }

  function title() {
    out.end({ kind: 'heading', level: 2 });
    heading = null;
  }

  /** @param {Element} element */
  function open(element) {
    if (hidden > 0 || HIDDEN.has(element.name)) {
      hidden += 1;
      return;
    }
    if (inSheet && sheets.open(element)) return;
    switch (element.name) {
      case 'spreadsheet': inSheet = true; break;
      case 'p': case 'h':
        if (inSheet) sheets.paragraph();
        else if (note === null && paragraphs === 0) begin();
        paragraphs += 1;
        break;
      case 's': say(' '.repeat(Math.min(MAX_BLANKS, Number(attribute(element, 'c') ?? 1) || 1))); break;
      case 'tab': say('\t'); break;
      case 'line-break': say('\n'); break;
      case 'list': lists.push({ style: attribute(element, 'style-name') ?? lists.at(-1)?.style ?? '', count: Number(attribute(element, 'start-value') ?? 1) - 1, fresh: true }); break;
      case 'list-item': case 'list-header': {
        const list = lists.at(-1);
        if (list !== undefined) Object.assign(list, { count: list.count + 1, fresh: true });
        break;
      }
      case 'table': out.openTable(); break;
      case 'table-row': out.openRow(); break;
      case 'a': links.push(attribute(element, 'href') ?? ''); if (isAddress(links.at(-1) ?? '')) say('['); break;
      case 'note': note = { label: '', words: '', body: false }; break;
      case 'note-body': if (note !== null) note.body = true; break;
      case 'image': pictures += 1; break;
      case 'page':
        if (!element.space.includes('drawing')) break;
        slides += 1;
        heading = 'due';
        break;
      case 'frame':
        if (heading === 'due' && attribute(element, 'class') === 'title') heading = 'title';
        break;
      case 'notes': quoted = element.space.includes('presentation'); break;
      default:
    }
  }

  /** @param {Element} element */
  function close(element) {
    if (hidden > 0) {
      hidden -= 1;
      return;
    }
    if (inSheet && sheets.close(element)) return;
    switch (element.name) {
      case 'spreadsheet': inSheet = false; break;
      case 'p': case 'h':
        paragraphs -= 1;
        if (inSheet) break;
        if (note !== null) note.words += note.body ? ' ' : '';
        else if (heading === 'title') title();
        else out.end(element.name === 'h' ? { kind: 'heading', level: Number(attribute(element, 'outline-level') ?? 1) || 1 } : block());
        break;
      case 'list': lists.pop(); break;
      case 'notes': quoted = false; break;
      case 'frame': if (heading === 'title') heading = 'due'; break;
      case 'page': begin(); break;
      case 'table': out.closeTable(); break;
      case 'table-cell': out.closeCell(Number(attribute(element, 'number-columns-spanned') ?? 1) || 1); break;
      case 'a': {
        const address = links.pop() ?? '';
        if (isAddress(address)) say(`](${address})`);
        break;
      }
      case 'note-citation': break;
      case 'note': {
        const done = note;
        note = null;
        if (done === null) break;
        notes += 1;
        out.text(`[^${notes}]`);
        out.note(String(notes), done.words);
        break;
      }
      default:
    }
  }
  let notes = 0;

  return {
    pictures: () => pictures,
    /** @type {import('./xml.js').Handlers} */
    handlers: {
      open,
      close,
      text(text) {
        if (hidden === 0 && paragraphs > 0) say(text.replace(/\s+/g, ' '));
      },
    },
  };
}

/**
 * The sheets of a spreadsheet.
 * @param {import('./markdown.js').Markdown} out
 * @param {Budget} budget
 */
function createSheets(out, budget) {
  let name = '';
  /** @type {import('./csv.js').Rows} */
  let rows = [];
  let row = new Map();
  let rowTimes = 1;
  let column = 0;
  let words = '';
  /** @type {Element | null} */
  let cell = null;

  /** @param {Element} element */
  function endCell(element) {
    const value = valueOf(element, words);
    const times = Number(attribute(element, 'number-columns-repeated') ?? 1) || 1;
    for (let i = 0; value !== '' && i < Math.min(times, MAX_REPEATED); i += 1) {
      budget.write(value.length + 1);
      row.set(column + i, value);
    }
    column += times;
    cell = null;
  }

  return {
    /** @param {string} text */
    text(text) {
      if (cell !== null) words += text;
    },
    paragraph() {
      if (words !== '') words += '\n';
    },
    /** @param {Element} element  @returns {boolean} whether it was one of a sheet */
    open(element) {
      switch (element.name) {
        case 'table':
          name = attribute(element, 'name') ?? '';
          rows = [];
          return true;
        case 'table-row':
          row = new Map();
          rowTimes = Number(attribute(element, 'number-rows-repeated') ?? 1) || 1;
          column = 0;
          return true;
        case 'table-cell': case 'covered-table-cell':
          cell = element;
          words = '';
          return true;
        default: return false;
      }
    },
    /** @param {Element} element  @returns {boolean} */
    close(element) {
      switch (element.name) {
        case 'table-cell': case 'covered-table-cell':
          endCell(element);
          return true;
        case 'table-row':
          for (let i = 0; row.size > 0 && i < Math.min(rowTimes, MAX_REPEATED); i += 1) {
            for (const value of row.values()) budget.write(i === 0 ? 0 : value.length + 1);
            rows.push(row);
          }
          return true;
        case 'table':
          writeSheet(name, rows, out, budget);
          rows = [];
          return true;
        default: return false;
      }
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
