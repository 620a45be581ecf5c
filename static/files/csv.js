// SPDX-License-Identifier: MIT
// A sheet of a spreadsheet as CSV: only rows and columns with something in them, however far apart. Pure.

/**
 * The cells that have something, one after the other: a sheet may have millions.
 * @typedef {object} Rows
 * @property {number[]} starts   where each row's first is
 * @property {number[]} columns  of each
 * @property {string[]} values
 */

/** @returns {Rows} */
export function createRows() {
  return { starts: [], columns: [], values: [] };
}

/** @param {Rows} rows @param {ReadonlyMap<number, string>} row  by column; one without anything is left out */
export function addRow({ starts, columns, values }, row) {
  if (row.size === 0) return;
  starts.push(columns.length);
  for (const [column, value] of row) {
    columns.push(column);
    values.push(value);
  }
}

/** @param {string} text */
function field(text) {
  return /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {Rows} rows @param {number} i @param {readonly number[]} used  the columns that are shown */
function line({ starts, columns, values }, i, used) {
  /** @type {Map<number, string>} */
  const row = new Map();
  for (let at = starts[i] ?? 0; at < (starts[i + 1] ?? columns.length); at += 1) row.set(columns[at] ?? 0, values[at] ?? '');
  return used.map((column) => field(row.get(column) ?? '')).join(',');
}

/**
 * @param {string} name
 * @param {Rows} rows
 * @param {import('./markdown.js').Markdown} out
 * @param {import('./limits.js').Budget} budget
 */
export function writeSheet(name, rows, out, budget) {
  const used = [...new Set(rows.columns)].sort((a, b) => a - b);
  out.raw(`## ${name.replace(/\s+/g, ' ')}`);
  if (rows.starts.length === 0) return;
  budget.write(rows.starts.length * used.length);
  out.text(rows.starts.map((_, i) => line(rows, i, used)).join('\n'));
  out.end({ kind: 'code', language: 'csv' });
}
