/* SPDX-License-Identifier: MIT */
/**
 * Tables, and tables that grow. The browser lays out all of a table whenever
 * a row is added; beyond a number of cells the columns keep their width, so
 * that each row can stand by itself, and rows out of view cost nothing.
 */
import { direction } from './direction.js';
import { element } from './dom.js';
import { fill, patchInline } from './inline.js';
import { TABLE_CELLS } from './limits.js';
import { watchOverflow } from './overflow.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./types.js').Token} Token
 * @typedef {import('./types.js').Cell} Cell
 * @typedef {import('./blocks.js').Block} Block
 */

/** Widths of a long table's columns: limits, and room at the sides (em). */
const MIN_WIDTH = 4;
const MAX_WIDTH = 28;
const PADDING = 1.75;

/**
 * @param {Context} context
 * @param {Token} token
 * @param {boolean} [empty]  without its rows
 * @returns {HTMLElement}
 */
export function tableNode(context, token, empty = false) {
  const { doc, t } = context;
  const head = element(doc, 'thead', '', rowNode(context, token.header ?? [], token.align ?? [], true));
  const table = element(doc, 'table', '', head);
  // Its columns run as its head is written.
  table.dir = direction((token.header ?? []).map((cell) => cell.text).join(' '));
  if (!empty) appendRows(context, table, token, token.rows ?? []);
  const node = element(doc, 'div', 'md-table', table);
  node.setAttribute('role', 'group');
  node.setAttribute('aria-label', t('md.table'));
  watchOverflow(node);
  return node;
}

/**
 * Adds rows to a table; those beyond the message's limit of nodes become one
 * row of plain text.
 *
 * @param {Context} context
 * @param {HTMLTableElement} table
 * @param {Token} token  the table's, for its columns
 * @param {Cell[][]} rows
 */
export function appendRows(context, table, token, rows) {
  const most = Math.ceil(TABLE_CELLS / Math.max(1, token.header?.length ?? 0));
  let body = /** @type {HTMLElement | null} */ (table.lastElementChild);
  if (body?.tagName !== 'TBODY') body = null;
  let count = body?.childElementCount ?? 0;
  for (const [i, row] of rows.entries()) {
    if (!body || count >= most) {
      if (body && !table.className) lengthen(table);
      body = element(context.doc, 'tbody');
      if (table.className) body.setAttribute('role', 'rowgroup');
      table.append(body);
      count = 0;
    }
    count++;
    if (context.isFull()) {
      const rest = rows.slice(i).map((cells) => cells.map((cell) => cell.text).join(' | ')).join('\n');
      const cell = element(context.doc, 'td', 'md-raw', rest);
      cell.colSpan = Math.max(1, row.length);
      body.append(element(context.doc, 'tr', '', cell));
      return;
    }
    const node = rowNode(context, row, token.align ?? [], false);
    if (table.className) giveRoles(node);
    body.append(node);
  }
}

/**
 * @param {Context} context
 * @param {Cell[]} cells
 * @param {(string | null)[]} align
 * @param {boolean} head
 * @returns {HTMLTableRowElement}
 */
function rowNode(context, cells, align, head) {
  const row = element(context.doc, 'tr');
  cells.forEach((cell, i) => {
    const node = element(context.doc, head ? 'th' : 'td');
    if (head) node.scope = 'col';
    node.dir = 'auto';
    const side = align[i];
    if (side) node.style.textAlign = side;
    context.nodes++;
    row.append(fill(context, node, cell.tokens));
  });
  return row;
}

/**
 * Gives the columns of a table the width that its rows so far ask for, for good.
 *
 * @param {HTMLTableElement} table
 */
function lengthen(table) {
  /** @type {number[]} */
  const widths = [];
  for (const row of table.rows) {
    for (const [i, cell] of [...row.cells].entries()) {
      widths[i] = Math.max(widths[i] ?? MIN_WIDTH, widthOf(cell.textContent ?? ''));
    }
  }
  for (const i of widths.keys()) widths[i] = (widths[i] ?? MIN_WIDTH) + PADDING;
  table.className = 'md-table-long';
  table.style.setProperty('--md-columns', widths.map((width) => `minmax(${width.toFixed(2)}em, ${width.toFixed(2)}fr)`).join(' '));
  table.style.setProperty('--md-width', `${widths.reduce((sum, width) => sum + width, 0).toFixed(2)}em`);
  // Rows that are laid out by themselves are a table all the same.
  table.setAttribute('role', 'table');
  for (const part of table.children) {
    part.setAttribute('role', 'rowgroup');
    for (const row of part.children) giveRoles(row);
  }
}

/** @param {Element} row */
function giveRoles(row) {
  row.setAttribute('role', 'row');
  for (const cell of row.children) cell.setAttribute('role', cell.tagName === 'TH' ? 'columnheader' : 'cell');
}

/**
 * @param {string} text
 * @returns {number} about how wide it is, in em
 */
function widthOf(text) {
  let width = 0;
  for (let i = 0; i < text.length && width < MAX_WIDTH; i++) width += text.charCodeAt(i) < 0x2e80 ? 0.55 : 1;
  return width;
}

/**
 * Changes a table's node to show `token`, where that is possible.
 *
 * @param {Context} context
 * @param {Block} block
 * @param {Token} token
 * @returns {boolean}
 */
export function updateTable(context, block, token) {
  if (block.node.className !== 'md-table') return false;
  const old = block.token;
  const sameHead = old.align?.join() === token.align?.join() &&
    old.header?.map((cell) => cell.text).join('\n') === token.header?.map((cell) => cell.text).join('\n');
  const relinked = block.version !== context.version;
  let shown = 0;
  for (const body of tableOf(block).tBodies) shown += body.childElementCount;
  if (shown !== (old.rows?.length ?? 0)) return false; // some are shown as plain text
  if (!sameHead || (relinked && old.header?.some((cell) => cell.text.includes('[')))) return false;
  patchRows(context, block, token, old.rows ?? [], relinked);
  return true;
}

/**
 * @param {Block} block
 * @returns {HTMLTableElement}
 */
function tableOf(block) {
  return /** @type {HTMLTableElement} */ (block.node.firstChild);
}

/**
 * @param {Element | null} row
 * @param {'previous' | 'next'} way
 * @returns {HTMLTableRowElement | null} its neighbour, in another body of the table too
 */
function besides(row, way) {
  const there = row?.[`${way}ElementSibling`];
  if (there || !row) return /** @type {any} */ (there ?? null);
  const body = row.parentElement?.[`${way}ElementSibling`];
  if (body?.tagName !== 'TBODY') return null;
  return /** @type {any} */ (way === 'next' ? body.firstElementChild : body.lastElementChild);
}

/**
 * Brings the last rows of a table up to date.
 *
 * @param {Context} context
 * @param {Block} block    the table
 * @param {Token} token    with the rows to be shown, in place of `olds`
 * @param {Cell[][]} olds  what they show; rows before them stay as they are
 * @param {boolean} [relinked]  references may mean something else now
 */
export function patchRows(context, block, token, olds, relinked = false) {
  const table = tableOf(block);
  const news = token.rows ?? [];
  // Rows are walked, not counted: counting them anew after each change would
  // cost the square of their number.
  const last = table.lastElementChild?.tagName === 'TBODY' ? table.lastElementChild.lastElementChild : null;
  let node = olds.length ? /** @type {HTMLTableRowElement | null} */ (last) : null;
  for (let i = olds.length - 1; i > 0 && node; i--) node = besides(node, 'previous');
  for (const [i, row] of news.entries()) {
    const old = olds[i];
    if (!old || !node) {
      appendRows(context, table, token, news.slice(i));
      node = null;
      break;
    }
    const { cells } = node;
    row.forEach((cell, j) => {
      const was = old[j];
      const place = cells[j];
      const same = was?.text === cell.text && !(relinked && cell.text.includes('['));
      if (place && !same) patchInline(context, place, was?.tokens ?? [], cell.tokens);
    });
    node = besides(node, 'next');
  }
  while (node) {
    const next = besides(node, 'next');
    const body = node.parentElement;
    node.remove();
    if (!body?.firstChild) body?.remove();
    node = next;
  }
}
