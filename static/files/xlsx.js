// SPDX-License-Identifier: MIT
// Excel workbooks: the values of each sheet, with dates as dates. Pure.

import { addRow, createRows, writeSheet } from './csv.js';
import { createMarkdown } from './markdown.js';
import { mainPart, partOfType, readPart, relationsOf } from './office.js';
import { attribute } from './xml.js';

/**
 * @typedef {import('./zip.js').Zip} Zip
 * @typedef {import('./limits.js').Budget} Budget
 */

/** Built-in formats that show a date, a time, or both. */
const DATE_FORMATS = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 47, 50, 51, 52, 53, 54, 55, 56, 57, 58]);
/** The one that shows hours that have passed. */
const SPAN_FORMAT = 46;
const DAY_MS = 86400000;
const MAX_COLUMN = 16384;

/**
 * @param {Zip} zip
 * @param {Budget} budget
 * @returns {import('./types.js').Reading}
 */
export function readXlsx(zip, budget) {
  const main = mainPart(zip);
  const relations = relationsOf(zip, main);
  const strings = readStrings(zip, partOfType(relations, 'sharedStrings'), budget);
  const timeOf = readFormats(zip, partOfType(relations, 'styles'));
  const out = createMarkdown(budget);
  const { sheets, epoch } = readWorkbook(zip, main);
  for (const { name, id } of sheets) {
    const relation = relations.get(id);
    if (relation === undefined || relation.type !== 'worksheet' || !zip.has(relation.target)) continue;
    writeSheet(name, readRows(zip, relation.target, { strings, timeOf, epoch, budget }), out, budget);
  }
  return { text: out.result(), pictures: 0 };
}

/**
 * @param {Zip} zip
 * @param {string} main
 */
function readWorkbook(zip, main) {
  /** @type {{name: string, id: string}[]} */
  const sheets = [];
  // The day before the first, with the 29 February 1900 that never was.
  let epoch = Date.UTC(1899, 11, 30);
  readPart(zip, main, {
    open(element) {
      if (element.name === 'workbookPr' && /^(1|true)$/.test(attribute(element, 'date1904') ?? '')) epoch = Date.UTC(1904, 0, 1);
      if (element.name !== 'sheet') return;
      sheets.push({ name: attribute(element, 'name') ?? '', id: attribute(element, 'id', 'relationships') ?? '' });
    },
  });
  return { sheets, epoch };
}

/**
 * @param {Zip} zip
 * @param {string | null} part
 * @param {Budget} budget
 */
function readStrings(zip, part, budget) {
  /** @type {string[]} */
  const strings = [];
  if (part === null || !zip.has(part)) return strings;
  let words = '';
  let inText = false;
  let phonetic = false;
  readPart(zip, part, {
    open(element) {
      if (element.name === 'si') words = '';
      if (element.name === 'rPh') phonetic = true;
      inText = element.name === 't' && !phonetic;
    },
    text(text) {
      if (inText) words += text;
    },
    close(element) {
      inText = false;
      if (element.name === 'rPh') phonetic = false;
      if (element.name === 'si') {
        budget.write(words.length);
        strings.push(words);
      }
    },
  });
  return strings;
}

/** What a number is when its format shows a time: one of a calendar, or one that has passed. @typedef {'date' | 'span' | null} Time */

/**
 * What a format's code shows. Words, a colour, a currency ([$CHF-807]) and what only takes room have the letters of
 * times and mean none; of what stands in brackets, only hours, minutes or seconds that have passed do.
 * @param {string} code
 * @returns {Time}
 */
function timeIn(code) {
  const own = code.replace(/"[^"]*"|[\\_*].|\[(?!(?:h+|m+|s+)\])[^[\]]*\]|General/gi, '');
  if (/\[[hms]/i.test(own)) return 'span';
  return /[dyhsm]/i.test(own) ? 'date' : null;
}

/**
 * Which cell formats show a time.
 * @param {Zip} zip
 * @param {string | null} part
 * @returns {(style: number) => Time}
 */
function readFormats(zip, part) {
  /** @type {Time[]} */
  const times = [];
  if (part === null || !zip.has(part)) return () => null;
  /** @type {Map<number, Time>} */
  const own = new Map();
  let inCells = false;
  readPart(zip, part, {
    open(element) {
      const id = Number(attribute(element, 'numFmtId'));
      if (element.name === 'numFmt') own.set(id, timeIn(attribute(element, 'formatCode') ?? ''));
      else if (element.name === 'cellXfs') inCells = true;
      else if (element.name === 'xf' && inCells) times.push(id === SPAN_FORMAT ? 'span' : DATE_FORMATS.has(id) ? 'date' : own.get(id) ?? null);
    },
    close(element) {
      if (element.name === 'cellXfs') inCells = false;
    },
  });
  return (style) => times[style] ?? null;
}

/**
 * @param {Zip} zip
 * @param {string} part
 * @param {{strings: readonly string[], timeOf: (style: number) => Time, epoch: number, budget: Budget}} known
 * @returns {import('./csv.js').Rows}
 */
function readRows(zip, part, { strings, timeOf, epoch, budget }) {
  const rows = createRows();
  let row = new Map();
  let column = -1;
  let cell = { type: 'n', style: 0, value: '', formula: '' };
  let inValue = false;
  let inFormula = false;
  readPart(zip, part, {
    open(element) {
      if (element.name === 'row') {
        row = new Map();
        column = -1;
      } else if (element.name === 'c') {
        column = columnOf(attribute(element, 'r') ?? '') ?? column + 1;
        cell = { type: attribute(element, 't') ?? 'n', style: Number(attribute(element, 's')), value: '', formula: '' };
      }
      inFormula = element.name === 'f';
      inValue = element.name === 'v' || (element.name === 't' && cell.type === 'inlineStr');
    },
    text(text) {
      if (inValue) cell.value += text;
      else if (inFormula) cell.formula += text;
    },
    close(element) {
      inValue = false;
      inFormula = false;
      if (element.name === 'c' && cell.value + cell.formula !== '' && column < MAX_COLUMN) {
        const value = shown(cell, strings, timeOf, epoch);
        budget.write(value.length + 1);
        if (value !== '') row.set(column, value);
      } else if (element.name === 'row') {
        addRow(rows, row);
      }
    },
  });
  return rows;
}

/** @param {string} reference  as 'AB12' */
function columnOf(reference) {
  const letters = /^[A-Z]{1,3}/.exec(reference)?.[0];
  if (letters === undefined) return null;
  return Array.from(letters).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/**
 * What a cell shows; one that nobody has reckoned yet, as programs without a spreadsheet write them, its formula.
 * @param {{type: string, style: number, value: string, formula: string}} cell
 * @param {readonly string[]} strings
 * @param {(style: number) => Time} timeOf
 * @param {number} epoch
 */
function shown({ type, style, value, formula }, strings, timeOf, epoch) {
  // What was reckoned to be an empty text is one.
  if (value === '') return type === 'str' ? '' : `=${formula}`;
  if (type === 's') return strings[Number(value)] ?? '';
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  if (type !== 'n') return value;
  const number = Number(value);
  if (Number.isNaN(number)) return value;
  const time = timeOf(style);
  if (time === 'span') return spanText(number);
  return time === 'date' ? dateText(number, epoch) : String(Number(number.toPrecision(15)));
}

/** Hours, minutes and seconds. @param {number} days */
function spanText(days) {
  const seconds = Math.round(Math.abs(days) * 86400);
  const two = (/** @type {number} */ part) => String(part % 60).padStart(2, '0');
  return `${days < 0 ? '-' : ''}${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60))}:${two(seconds)}`;
}

/**
 * @param {number} days
 * @param {number} epoch
 */
function dateText(days, epoch) {
  const date = new Date(epoch + Math.round(days * DAY_MS));
  if (Number.isNaN(date.getTime())) return String(days);
  const iso = date.toISOString();
  if (days >= 0 && days < 1) return iso.slice(11, 19);
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 19).replace('T', ' ');
}
