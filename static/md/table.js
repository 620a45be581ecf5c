/* SPDX-License-Identifier: MIT */
/**
 * Tables, and tables that grow. The browser lays out all of a table whenever
 * a row is added; beyond a number of cells the columns keep their width, so
 * that each row can stand by itself, and rows out of view cost nothing.
 */
import { trimBlanks } from './characters.js';
import { direction } from './direction.js';
import { element } from './dom.js';
import { fill, patchInline } from './inline.js';
import { languageOf, setLanguage } from './language.js';
import { TABLE_CELLS } from './limits.js';
import { watchOverflow } from './overflow.js';
import { cells } from './table-rule.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./types.js').Token} Token
 * @typedef {import('./types.js').View} View
 *
 * @typedef {object} State  of a table that is shown
 * @property {HTMLTableElement} table
 * @property {number} shown         rows that are shown for good
 * @property {Token[][] | null} loose  the cells of the row behind them, which may still change
 * @property {number} heard         rows of which the language was asked
 * @property {boolean} isStale      references may mean something else now
 */

/** Widths of a long table's columns: limits, and room at the sides (em). */
const MIN_WIDTH = 4;
const MAX_WIDTH = 28;
const PADDING = 1.75;

/** Rows that tell which language a table is in. */
const FRONT_ROWS = 10;

/**
 * @param {Context} context
 * @param {View} view
 */
function makeTable(context, view) {
  const { doc, t } = context;
  const { block } = view;
  const head = rowNode(context, view, cells(block.head ?? ''), true);
  const table = element(doc, 'table', '', element(doc, 'thead', '', head.row));
  // Its columns run as its head is written.
  table.dir = direction(block.head ?? '');
  view.node = element(doc, 'div', 'md-table', table);
  view.node.setAttribute('role', 'group');
  view.node.setAttribute('aria-label', t('md.table'));
  watchOverflow(view.node);
  /** @type {State} */
  view.state = { table, shown: 0, loose: null, isStale: false, heard: 0 };
}

/**
 * Adds a row behind all others.
 *
 * @param {Context} context
 * @param {View} view
 * @param {string} text  of the row
 * @returns {Token[][]} what its cells show
 */
function appendRow(context, view, text) {
  const { table } = /** @type {State} */ (view.state);
  const columns = view.block.align?.length ?? 1;
  let body = /** @type {HTMLElement | null} */ (table.lastElementChild);
  if (body?.tagName !== 'TBODY') body = null;
  if (!body || body.childElementCount >= Math.ceil(TABLE_CELLS / columns)) {
    if (body && !table.className) lengthen(table);
    body = element(context.doc, 'tbody');
    if (table.className) body.setAttribute('role', 'rowgroup');
    table.append(body);
  }
  const { row, tokens } = rowNode(context, view, cells(text), false);
  if (table.className) giveRoles(row);
  body.append(row);
  return tokens;
}

/**
 * @param {Context} context
 * @param {View} view
 * @param {string[]} texts
 * @param {boolean} isHead
 * @returns {{row: HTMLTableRowElement, tokens: Token[][]}}
 */
function rowNode(context, view, texts, isHead) {
  const row = element(context.doc, 'tr');
  /** @type {Token[][]} */
  const tokens = [];
  for (const [i, side] of (view.block.align ?? []).entries()) {
    const node = element(context.doc, isHead ? 'th' : 'td');
    if (isHead) /** @type {HTMLTableCellElement} */ (node).scope = 'col';
    node.dir = 'auto';
    if (side) node.style.textAlign = side;
    tokens[i] = context.inline(trimBlanks(texts[i] ?? ''), false, view);
    row.append(fill(context, node, tokens[i] ?? []));
  }
  return { row, tokens };
}

/**
 * The row whose line is still arriving.
 *
 * @param {Context} context
 * @param {View} view
 * @param {string} text
 * @param {boolean} isOpen
 */
function showLoose(context, view, text, isOpen) {
  const state = /** @type {State} */ (view.state);
  state.loose ??= appendRow(context, view, '');
  const row = /** @type {HTMLTableRowElement} */ (state.table.lastElementChild?.lastElementChild);
  const parts = cells(text);
  for (const [i, old] of state.loose.entries()) {
    const isLast = i === parts.length - 1;
    const tokens = context.inline(trimBlanks(parts[i] ?? ''), isOpen && isLast, view);
    patchInline(context, /** @type {HTMLElement} */ (row.cells[i]), old, tokens);
    state.loose[i] = tokens;
  }
}

/** @param {State} state  loses the row that may still change */
function dropLoose(state) {
  if (!state.loose) return;
  state.loose = null;
  const body = state.table.lastElementChild;
  body?.lastElementChild?.remove();
  if (body && !body.firstChild) body.remove();
}

/** @type {import('./types.js').Maker} */
export const tableMaker = {
  make(context, view) {
    makeTable(context, view);
    this.update(context, view);
  },
  update(context, view) {
    const { block } = view;
    const rows = block.rows ?? [];
    let state = /** @type {State} */ (view.state);
    if (state.isStale) {
      // Every reference in it is looked up anew.
      const old = /** @type {HTMLElement} */ (view.node);
      makeTable(context, view);
      old.replaceWith(/** @type {HTMLElement} */ (view.node));
      state = /** @type {State} */ (view.state);
    }
    const sure = block.settled ? rows.length : Math.min(block.sure, rows.length);
    while (state.shown < sure) {
      const text = /** @type {string} */ (rows[state.shown]);
      if (state.loose) showLoose(context, view, text, false);
      else appendRow(context, view, text);
      state.loose = null;
      state.shown++;
    }
    const last = rows[sure];
    if (last !== undefined) showLoose(context, view, last, block.open);
    else dropLoose(state);
    // Its first rows tell.
    const front = Math.min(rows.length, FRONT_ROWS);
    if (front === state.heard && front === FRONT_ROWS) return;
    state.heard = front;
    setLanguage(state.table, languageOf([block.head, ...rows.slice(0, front)].join(' ')));
  },
};

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
