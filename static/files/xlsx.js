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
const DATE_FORMATS = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 46, 47, 50, 51, 52, 53, 54, 55, 56, 57, 58]);
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
  const isDate = readFormats(zip, partOfType(relations, 'styles'));
  const out = createMarkdown(budget);
  const { sheets, epoch } = readWorkbook(zip, main);
  for (const { name, id } of sheets) {
    const relation = relations.get(id);
    if (relation === undefined || relation.type !== 'worksheet' || !zip.has(relation.target)) continue;
    writeSheet(name, readRows(zip, relation.target, { strings, isDate, epoch, budget }), out, budget);
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

/**
 * Which cell formats show a date.
 * @param {Zip} zip
 * @param {string | null} part
 * @returns {(style: number) => boolean}
 */
function readFormats(zip, part) {
  /** @type {boolean[]} */
  const dates = [];
  if (part === null || !zip.has(part)) return () => false;
  /** @type {Set<number>} */
  const own = new Set();
  let inCells = false;
  readPart(zip, part, {
    open(element) {
      const id = Number(attribute(element, 'numFmtId'));
      if (element.name === 'numFmt') {
        const code = (attribute(element, 'formatCode') ?? '').replace(/"[^"]*"|\\.|\[[^[\]hms]*\]/gi, '');
        if (/[dyhs]|m{1,4}/i.test(code) && !/General/i.test(code)) own.add(id);
      } else if (element.name === 'cellXfs') {
        inCells = true;
      } else if (element.name === 'xf' && inCells) {
        dates.push(DATE_FORMATS.has(id) || own.has(id));
      }
    },
    close(element) {
      if (element.name === 'cellXfs') inCells = false;
    },
  });
  return (style) => dates[style] ?? false;
}

/**
 * @param {Zip} zip
 * @param {string} part
 * @param {{strings: readonly string[], isDate: (style: number) => boolean, epoch: number, budget: Budget}} known
 * @returns {import('./csv.js').Rows}
 */
function readRows(zip, part, { strings, isDate, epoch, budget }) {
  const rows = createRows();
  let row = new Map();
  let column = -1;
  let cell = { type: 'n', style: 0, value: '' };
  let inValue = false;
  readPart(zip, part, {
    open(element) {
      if (element.name === 'row') {
        row = new Map();
        column = -1;
      } else if (element.name === 'c') {
        column = columnOf(attribute(element, 'r') ?? '') ?? column + 1;
        cell = { type: attribute(element, 't') ?? 'n', style: Number(attribute(element, 's')), value: '' };
      }
      inValue = element.name === 'v' || (element.name === 't' && cell.type === 'inlineStr');
    },
    text(text) {
      if (inValue) cell.value += text;
    },
    close(element) {
      inValue = false;
      if (element.name === 'c' && cell.value !== '' && column < MAX_COLUMN) {
        const value = shown(cell, strings, isDate, epoch);
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
 * @param {{type: string, style: number, value: string}} cell
 * @param {readonly string[]} strings
 * @param {(style: number) => boolean} isDate
 * @param {number} epoch
 */
function shown({ type, style, value }, strings, isDate, epoch) {
  if (type === 's') return strings[Number(value)] ?? '';
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  if (type !== 'n') return value;
  const number = Number(value);
  if (Number.isNaN(number)) return value;
  return isDate(style) ? dateText(number, epoch) : String(Number(number.toPrecision(15)));
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
