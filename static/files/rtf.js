// SPDX-License-Identifier: MIT
// Rich Text Format: text in the code page of its font, with tables and lists. Pure.

import { CODE_STYLE } from './docx-styles.js';
import { decodeAs } from './encoding.js';
import { lookUp } from './elements.js';
import { FileError } from './errors.js';
import { clamped, MAX_DEPTH, MAX_PART_BYTES, MAX_TABLE_COLUMNS } from './limits.js';
import { createMarkdown } from './markdown.js';
import { isAddress } from './office.js';

/** Destinations whose words are not the document's. */
const LEFT_OUT = new Set(['fonttbl', 'colortbl', 'info', 'pict', 'object', 'themedata', 'colorschememapping', 'datastore', 'latentstyles', 'listtable', 'listoverridetable', 'rsidtbl', 'generator', 'header', 'headerl', 'headerr', 'headerf', 'footer', 'footerl', 'footerr', 'footerf', 'xmlnstbl', 'filetbl', 'revtbl', 'nonshppict', 'bkmkstart', 'bkmkend', 'annotation', 'atnid', 'atnauthor', 'mmathPr', 'pgdsctbl', 'userprops', 'wgrffmtfilter', 'nonesttables']);
/** Destinations whose words have a meaning of their own. */
const SET_APART = new Set(['listtext', 'pntext', 'fldinst', 'stylesheet', 'footnote']);
/** What would change the paragraph that a note stands in. */
const NOT_IN_NOTES = new Set(['par', 'sect', 'pard', 's', 'ilvl', 'fldrslt', 'intbl', 'itap', 'trowd', 'cellx', 'cell', 'row', 'nestcell', 'nestrow', 'outlinelevel']);
/** What is of the document's own flow, and not of a header, say, that stands between. */
const NOT_IN_OTHERS = new Set(['par', 'sect', 'pard', 'intbl', 'itap', 'trowd', 'cellx', 'cell', 'row', 'nestcell']);
/** @type {Readonly<Record<string, string>>} */
const SIGNS = { tab: '\t', line: '\n', page: '\n', emdash: '—', endash: '–', lquote: '‘', rquote: '’', ldblquote: '“', rdblquote: '”', bullet: '•', emspace: '\u2003', enspace: '\u2002', '~': '\u00a0', '_': '\u2011', '-': '' };
/** Code pages of Windows and of font character sets, by TextDecoder's names. @type {Readonly<Record<number, string>>} */
const CODE_PAGES = { 437: 'windows-1252', 866: 'ibm866', 874: 'windows-874', 932: 'shift_jis', 936: 'gb18030', 949: 'euc-kr', 950: 'big5', 1250: 'windows-1250', 1251: 'windows-1251', 1252: 'windows-1252', 1253: 'windows-1253', 1254: 'windows-1254', 1255: 'windows-1255', 1256: 'windows-1256', 1257: 'windows-1257', 1258: 'windows-1258', 10000: 'macintosh', 65001: 'utf-8' };
/** @type {Readonly<Record<number, string>>} */
const CHARACTER_SETS = { 77: 'macintosh', 128: 'shift_jis', 129: 'euc-kr', 134: 'gb18030', 136: 'big5', 161: 'windows-1253', 162: 'windows-1254', 163: 'windows-1258', 177: 'windows-1255', 178: 'windows-1256', 186: 'windows-1257', 204: 'windows-1251', 222: 'windows-874', 238: 'windows-1250' };

/**
 * @typedef {object} Group  what ends with a brace
 * @property {string} destination  '' for the document
 * @property {number} skip         characters after a \u that stand for it
 * @property {string | null} encoding  of its font
 * @property {boolean} hidden
 * @property {string} link         address of the link that ends with it; ''
 */

/**
 * The file, a character a byte. Some programs write UTF-8 as it is, which no code page says: as the numbers of its letters.
 * @param {Uint8Array} bytes
 */
function inAscii(bytes) {
  const rtf = new TextDecoder('latin1').decode(bytes);
  if (bytes.length > MAX_PART_BYTES || !/[\x80-\xff]/.test(rtf)) return rtf;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/[^\0-\x7f]+/g, (letters) =>
      `{\\uc0 ${letters.split('').map((unit) => `\\u${unit.charCodeAt(0)} `).join('')}}`);
  } catch {
    return rtf;
  }
}

/**
 * @param {Uint8Array} bytes
 * @param {import('./limits.js').Budget} budget
 * @returns {import('./types.js').Reading}
 */
export function readRtf(bytes, budget) {
  const rtf = inAscii(bytes);
  const out = createMarkdown(budget);
  const reader = createReader(out);
  const token = /\\(?:([a-z]{1,32})(-?\d{1,10})?[ ]?|'([0-9a-fA-F]{2})|([^a-z]))|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\$/gy;
  for (let found = token.exec(rtf); found !== null; found = token.exec(rtf)) {
    const [, word, number, hex, sign, brace, plain] = found;
    if (brace === '{') openGroup(reader);
    else if (brace === '}') {
      if (!closeGroup(reader)) break;
    } else if (word === 'bin') token.lastIndex += Math.max(0, Number(number ?? 0));
    else if (word !== undefined) readWord(reader, word, number === undefined ? null : Number(number));
    else if (hex !== undefined) readByte(reader, Number.parseInt(hex, 16));
    else if (sign !== undefined) readSign(reader, sign);
    else if (plain !== undefined) readText(reader, plain);
  }
  flush(reader);
  paragraph(reader);
  return { text: out.result(), pictures: reader.pictures };
}

/** Destinations marked as not for everybody whose words are the document's all the same. */
const KNOWN_STARRED = /^(shppict|shpinst|shptxt|ud|upr|fldrslt)$/;
const MAX_LIST_DEPTH = 8;
/** Lists whose items are counted. */
const MAX_LISTS = 10000;
/** How far in a list stands in another's, where nothing but that tells it. */
const TWIPS_A_DEPTH = 360;
/** Characters of a marker that stands in the text, with blanks. */
const MAX_MARKER = 12;
const HANGING = /^ {0,4}([•·–‣◦▪○●■□*-]|\(?(?:\d{1,4}|[a-z]|[ivxlc]{1,6})[.)]) {0,4}\t(.*)$/is;
/** Tables in each other. */
const MAX_TABLES = 8;
/** Ends of cells that are not further apart are those of one column. */
const SAME_TWIPS = 100;
/** Characters after a \u that stand for it, at most. */
const MAX_SKIP = 16;
/** Bytes that are decoded at once. */
const MAX_PENDING = 32 * 1024;

/**
 * What is open in the document, and what was found.
 * @typedef {object} Reader
 * @property {import('./markdown.js').Markdown} out
 * @property {Group[]} groups           outermost first, never none
 * @property {Map<number, string>} fonts  encodings of fonts, by number
 * @property {Map<number, number>} headings  levels of the styles that are headings, by number
 * @property {number[]} pending         bytes that are not decoded yet
 * @property {string} encoding          of the document
 * @property {number} toSkip            characters that stand for the last \u
 * @property {number} font              that is told of
 * @property {number} style             that is told of
 * @property {boolean} starred          the next word is a destination that older readers pass over
 * @property {number} inTables          tables that the paragraph under way is in, one in another
 * @property {number} open              those that are written down
 * @property {number[]} edges           right ends of the cells of the row that is told of
 * @property {number[][]} rows          those of the rows of the outermost table
 * @property {string} marker            of the item under way; ''
 * @property {number} list              that the paragraph under way is of; 0
 * @property {boolean} counts           its marker is a number
 * @property {Map<string, number>} numbers  of the last items, by list and depth
 * @property {{first: number, left: number}} indent  of the paragraph under way, in twips
 * @property {string | null} lead        the first words of one whose first line hangs out; null when they are said
 * @property {boolean} code              the paragraph under way is a line of it
 * @property {Set<number>} codes         styles that are code, by number
 * @property {number} level             of the heading under way; 0
 * @property {number} depth             of the item under way
 * @property {string | null} link       address that the words to come are a link to
 * @property {string} instruction       of the field under way
 * @property {string} note              words of the note under way
 * @property {number} notes
 * @property {number} pictures
 */

/** @param {import('./markdown.js').Markdown} out @returns {Reader} */
function createReader(out) {
  return {
    out, groups: [{ destination: '', skip: 1, encoding: null, hidden: false, link: '' }], fonts: new Map(),
    headings: new Map(), pending: [], encoding: 'windows-1252', toSkip: 0, font: 0, style: 0, starred: false,
    inTables: 0, open: 0, edges: [], rows: [], marker: '', list: 0, counts: false, numbers: new Map(), indent: { first: 0, left: 0 }, lead: '', code: false, codes: new Set(), level: 0, depth: 0, link: null, instruction: '', note: '', notes: 0, pictures: 0,
  };
}

/** @param {Reader} reader @returns {Group} */
function top({ groups }) {
  return /** @type {Group} */ (groups[groups.length - 1]);
}

/** Nothing of it is told. @param {Group} group */
function isUnsaid({ hidden, destination }) {
  return hidden || LEFT_OUT.has(destination);
}

/** Decodes the bytes so far: before what may change their meaning. @param {Reader} reader */
function flush(reader) {
  if (reader.pending.length === 0) return;
  const text = decodeAs(new Uint8Array(reader.pending), top(reader).encoding ?? reader.encoding);
  reader.pending = [];
  put(reader, text);
}

/** Text where it belongs. @param {Reader} reader @param {string} text */
function put(reader, text) {
  const { destination } = top(reader);
  if (isUnsaid(top(reader))) return;
  if (destination === 'listtext' || destination === 'pntext') {
    reader.marker += text;
  } else if (destination === 'stylesheet') {
    // A style's name tells of a heading where no level does.
    const level = /^heading (\d)/i.exec(text)?.[1];
    if (level !== undefined) reader.headings.set(reader.style, Number(level));
    if (CODE_STYLE.test(text.replace(/;$/, ''))) reader.codes.add(reader.style);
  } else if (destination === 'footnote') {
    reader.note += text;
  } else if (destination === 'fldinst') {
    reader.instruction += text;
    reader.link = /HYPERLINK\s+"([^"]*)"/.exec(reader.instruction)?.[1] ?? null;
  } else {
    openTables(reader);
    lead(reader, text);
  }
}

/**
 * A paragraph whose first line hangs out, and begins with a sign and a tab, is an item: some programs write lists so.
 * @param {Reader} reader
 * @param {string} text
 */
function lead(reader, text) {
  if (reader.lead === null || reader.indent.first >= 0 || reader.marker !== '') {
    reader.lead = null;
    reader.out.text(text);
    return;
  }
  reader.lead += text;
  const [, marker, rest] = HANGING.exec(reader.lead) ?? [];
  if (marker === undefined && reader.lead.length <= MAX_MARKER && !reader.lead.includes('\t')) return;
  if (marker !== undefined) {
    reader.marker = marker;
    reader.depth = clamped(Math.round(reader.indent.left / TWIPS_A_DEPTH) - 1, 0, MAX_LIST_DEPTH);
  }
  reader.out.text(rest ?? reader.lead);
  reader.lead = null;
}

/** Paragraphs in a table open it; the first outside closes it. @param {Reader} reader */
function openTables(reader) {
  const { out, inTables } = reader;
  for (; reader.open < inTables; reader.open += 1) {
    out.openTable();
    out.openRow();
  }
  for (; reader.open > inTables; reader.open -= 1) {
    const { rows } = reader;
    if (reader.open > 1) out.closeTable();
    else {
      reader.rows = [];
      out.closeTable((cells) => inColumns(cells, rows));
    }
  }
}

/**
 * Cells in the columns of their table: a row tells only where each of its cells ends, and one that was joined reaches
 * over the ends that others have.
 * @param {string[][]} cells
 * @param {readonly number[][]} rows  the ends, by row
 */
function inColumns(cells, rows) {
  const ends = [...new Set(rows.flat())].sort((a, b) => a - b);
  const columns = ends.filter((end, i) => i + 1 === ends.length || /** @type {number} */ (ends[i + 1]) - end > SAME_TWIPS);
  return cells.map((row, i) => {
    const own = rows[i];
    if (own === undefined || own.length !== row.length) return row;
    /** @type {string[]} */
    const placed = [];
    own.forEach((end, at) => {
      placed.push(row[at] ?? '');
      const next = columns.findIndex((column) => column >= end) + 1;
      while (placed.length < Math.min(next, MAX_TABLE_COLUMNS)) placed.push('');
    });
    return placed;
  });
}

/** @param {Reader} reader */
function paragraph(reader) {
  openTables(reader);
  const { out, level } = reader;
  if (reader.lead) out.text(reader.lead);
  reader.lead = '';
  // AbiWord has whole items where their markers should be.
  if (top(reader).destination === 'listtext' && reader.marker.trim() !== '') {
    out.text(reader.marker.trimStart());
    reader.marker = '•';
    reader.depth = clamped(Math.round(reader.indent.left / (2 * TWIPS_A_DEPTH)) - 1, 0, MAX_LIST_DEPTH);
  }
  const marker = reader.marker.trim() === '' && level === 0 && (reader.marker !== '' || reader.list > 0) ? nextMarker(reader) : reader.marker;
  const numbered = /[\da-z][.)]/i.test(marker);
  if (marker.trim() !== '') out.end({ kind: 'item', depth: reader.depth, marker: numbered ? `${Number.parseInt(marker.trim(), 10) || 1}.` : '-' });
  else if (reader.code) out.end({ kind: 'code', line: true });
  else out.end(level > 0 ? { kind: 'heading', level } : { kind: 'paragraph' });
  reader.marker = '';
}

/** The marker of an item that has none in the file. @param {Reader} reader */
function nextMarker({ list, depth, counts, numbers }) {
  if (!counts) return '•';
  const number = (numbers.get(`${list}/${depth}`) ?? 0) + 1;
  if (numbers.size < MAX_LISTS) numbers.set(`${list}/${depth}`, number);
  return `${number}.`;
}

/** @param {Reader} reader */
function openLink(reader) {
  const { groups, link } = reader;
  if (link === null || !isAddress(link) || top(reader).hidden) return;
  openTables(reader);
  reader.out.text('[');
  groups[groups.length - 1] = { ...top(reader), link };
  reader.link = null;
}

/** @param {Reader} reader @param {number} deep  of its table */
function endCell(reader, deep) {
  reader.inTables = deep;
  openTables(reader);
  reader.out.closeCell();
}

/** @param {Reader} reader @param {number} deep */
function endRow(reader, deep) {
  reader.inTables = deep;
  openTables(reader);
  reader.out.openRow();
}

/** @param {Reader} reader @param {number | null} number */
function hide(reader, number) {
  top(reader).hidden = number !== 0;
}

/** @param {Reader} reader */
function countItems(reader) {
  reader.counts = true;
}

/** What is done at a control word; its number, where it has one. @type {Readonly<Record<string, (reader: Reader, number: number | null) => void>>} */
const WORDS = {
  par: paragraph,
  sect: paragraph,
  pard(reader) {
    if (top(reader).destination === 'listtext') return;
    Object.assign(reader, { inTables: 0, level: 0, depth: 0, list: 0, counts: false, code: false, indent: { first: 0, left: 0 } });
  },
  fi(reader, number) { reader.indent.first = number ?? 0; },
  li(reader, number) { reader.indent.left = number ?? 0; },
  ls(reader, number) { if (!isUnsaid(top(reader))) reader.list = number ?? 0; },
  pndec: countItems,
  pncard: countItems,
  pnord: countItems,
  pnucltr: countItems,
  pnlcltr: countItems,
  pnucrm: countItems,
  pnlcrm: countItems,
  s(reader, number) {
    reader.style = number ?? 0;
    if (top(reader).destination === 'stylesheet') return;
    reader.level = reader.headings.get(reader.style) ?? 0;
    reader.code = reader.codes.has(reader.style);
  },
  ilvl(reader, number) { reader.depth = clamped(number ?? 0, 0, MAX_LIST_DEPTH); },
  fldrslt: openLink,
  field(reader) { reader.instruction = ''; },
  intbl(reader) { reader.inTables = Math.max(1, reader.inTables); },
  itap(reader, number) { reader.inTables = clamped(number ?? 1, 0, MAX_TABLES); },
  trowd(reader) { reader.edges = []; },
  cellx(reader, number) { if (reader.edges.length < MAX_TABLE_COLUMNS) reader.edges.push(number ?? 0); },
  cell(reader) { endCell(reader, 1); },
  row(reader) {
    endRow(reader, 1);
    reader.rows.push(reader.edges);
  },
  nestcell(reader) { endCell(reader, Math.max(2, reader.inTables)); },
  nestrow(reader) { endRow(reader, Math.max(2, reader.inTables)); },
  outlinelevel(reader, number) {
    if (top(reader).destination !== 'stylesheet') reader.level = (number ?? 8) + 1;
    else if ((number ?? 9) < 9) reader.headings.set(reader.style, (number ?? 8) + 1);
  },
  ansicpg(reader, number) { reader.encoding = CODE_PAGES[number ?? 1252] ?? reader.encoding; },
  mac(reader) { reader.encoding = 'macintosh'; },
  uc(reader, number) { top(reader).skip = clamped(number ?? 1, 0, MAX_SKIP); },
  v: hide,
  deleted: hide,
  f(reader, number) {
    reader.font = number ?? 0;
    if (top(reader).destination !== 'fonttbl') top(reader).encoding = reader.fonts.get(reader.font) ?? null;
  },
  fcharset(reader, number) {
    const encoding = CHARACTER_SETS[number ?? 0];
    if (encoding !== undefined) reader.fonts.set(reader.font, encoding);
  },
  pict(reader) { reader.pictures += 1; },
};

/** @param {Reader} reader */
function openGroup(reader) {
  flush(reader);
  if (reader.groups.length >= MAX_DEPTH) throw new FileError('broken', 'RTF is too deep');
  reader.groups.push({ ...top(reader), link: '' });
}

/** @param {Reader} reader @returns {boolean} false when the document has ended */
function closeGroup(reader) {
  flush(reader);
  reader.toSkip = 0;
  const gone = reader.groups.pop();
  if (gone !== undefined && gone.link !== '') reader.out.text(`](${gone.link})`);
  if (gone?.destination === 'footnote' && reader.groups.length > 0) endNote(reader);
  return reader.groups.length > 1;
}

/** A note stands at the end, and where it was: a number. @param {Reader} reader */
function endNote(reader) {
  if (top(reader).destination === 'footnote') return;
  const note = reader.note.replace(/\s+/g, ' ').trim();
  reader.note = '';
  if (note === '') return;
  reader.notes += 1;
  put(reader, `[^${reader.notes}]`);
  reader.out.note(String(reader.notes), note);
}

/** A control word. @param {Reader} reader @param {string} word @param {number | null} number */
function readWord(reader, word, number) {
  if (word === 'u') {
    flush(reader);
    put(reader, String.fromCharCode(((number ?? 0) + 0x10000) % 0x10000));
    reader.toSkip = top(reader).skip;
    reader.starred = false;
    return;
  }
  if (reader.toSkip > 0 && lookUp(SIGNS, word) !== undefined) {
    reader.toSkip -= 1;
    return;
  }
  flush(reader);
  if (LEFT_OUT.has(word) || SET_APART.has(word)) top(reader).destination = word;
  // What is marked so and not known is not for us.
  else if (reader.starred && !KNOWN_STARRED.test(word)) top(reader).destination = 'info';
  reader.starred = false;
  const sign = lookUp(SIGNS, word);
  if (sign !== undefined) put(reader, sign);
  else if (top(reader).destination === 'footnote' && NOT_IN_NOTES.has(word)) put(reader, ' ');
  else if (!LEFT_OUT.has(top(reader).destination) || !NOT_IN_OTHERS.has(word)) lookUp(WORDS, word)?.(reader, number);
}

/** A control symbol. @param {Reader} reader @param {string} sign */
function readSign(reader, sign) {
  if (sign === '*') {
    reader.starred = true;
  } else if (sign === '\n' || sign === '\r') {
    flush(reader);
    paragraph(reader);
  } else if (reader.toSkip > 0) {
    reader.toSkip -= 1;
  } else {
    flush(reader);
    put(reader, lookUp(SIGNS, sign) ?? (/[\\{}]/.test(sign) ? sign : ''));
  }
}

/** A byte of the text. @param {Reader} reader @param {number} byte */
function push(reader, byte) {
  reader.pending.push(byte);
  // A blank is never the second half of a character.
  if (reader.pending.length >= MAX_PENDING && (byte === 0x20 || reader.pending.length >= 2 * MAX_PENDING)) flush(reader);
}

/** @param {Reader} reader @param {number} byte */
function readByte(reader, byte) {
  if (reader.toSkip > 0) reader.toSkip -= 1;
  else push(reader, byte);
}

/** @param {Reader} reader @param {string} text */
function readText(reader, text) {
  const from = Math.min(reader.toSkip, text.length);
  reader.toSkip -= from;
  if (isUnsaid(top(reader))) return;
  // The second byte of a character may be an ASCII letter.
  for (let i = from; i < text.length; i += 1) push(reader, text.charCodeAt(i) & 0xff);
}
