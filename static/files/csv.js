// SPDX-License-Identifier: MIT
// A sheet of a spreadsheet as CSV: only rows and columns with something in them, however far apart. Pure.

/** @typedef {Map<number, string>[]} Rows  of each row that has something, the cells that have, by column */

/** @param {string} text */
function field(text) {
  return /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * @param {string} name
 * @param {Rows} rows
 * @param {import('./markdown.js').Markdown} out
 * @param {import('./limits.js').Budget} budget
 */
export function writeSheet(name, rows, out, budget) {
  const used = new Set(rows.flatMap((row) => [...row.keys()]));
  const columns = [...used].sort((a, b) => a - b);
  out.raw(`## ${name.replace(/\s+/g, ' ')}`);
  if (rows.length === 0) return;
  budget.write(rows.length * columns.length);
  const lines = rows.map((row) => columns.map((column) => field(row.get(column) ?? '')).join(','));
  out.text(lines.join('\n'));
  out.end({ kind: 'code', language: 'csv' });
}
