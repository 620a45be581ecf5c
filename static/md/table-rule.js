/* SPDX-License-Identifier: MIT */
/** The rows of a table as they are written. Pure. */

/**
 * @param {string} row
 * @returns {string[]} its cells, without the strokes between them
 */
export function cells(row) {
  const text = row.trim();
  /** @type {string[]} */
  const out = [];
  let cell = '';
  let from = text.startsWith('|') ? 1 : 0;
  for (let i = from; i < text.length; i++) {
    const char = text[i];
    if (char === '\\' && text[i + 1] === '|') {
      cell += text.slice(from, i);
      from = i + 1;
      i++;
    } else if (char === '\\') {
      i++;
    } else if (char === '|') {
      out.push((cell + text.slice(from, i)).trim());
      cell = '';
      from = i + 1;
    }
  }
  const last = (cell + text.slice(from)).trim();
  if (last || !text.endsWith('|') || !out.length) out.push(last);
  return out;
}

/**
 * @param {string} line
 * @returns {(string | null)[] | null} the side of each column, when the line parts a table's head from its rows
 */
export function alignments(line) {
  const text = line.trim();
  if (!/^[|:\- \t]+$/.test(text)) return null;
  const out = [];
  for (const cell of cells(text)) {
    if (!/^:?-+:?$/.test(cell)) return null;
    const left = cell.startsWith(':');
    const right = cell.endsWith(':');
    out.push(left && right ? 'center' : right ? 'right' : left ? 'left' : null);
  }
  return out;
}
