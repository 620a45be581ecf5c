// SPDX-License-Identifier: MIT
// Writes a document down as Markdown while it is read: blocks, lists, tables, notes. The reader says what begins and
// ends; this knows how it looks. Pure.

import { MAX_TABLE_COLUMNS } from './limits.js';

/**
 * @typedef {{kind: 'paragraph' | 'quote'} | {kind: 'heading', level: number} | {kind: 'code', language?: string}
 *   | {kind: 'item', depth: number, marker: string, goesOn?: boolean}} Block
 * An item's `depth` counts from 0; `marker` is '-' or '1.'; `goesOn`: a further paragraph of the item before
 */

/** @typedef {ReturnType<typeof createMarkdown>} Markdown */

/**
 * Text as it stands in a paragraph: nothing at a line's start that would make something else of it.
 * @param {string} text
 */
function plainLines(text) {
  return text.replace(/^(#{1,6}\s|>|```|~~~)/gm, '\\$1');
}

/**
 * A block of code whose fence nothing in it can close.
 * @param {string} text
 * @param {string} [language]
 */
export function fenced(text, language = '') {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}`;
}

/**
 * @param {readonly (readonly string[])[]} rows  the first is the head
 */
export function markdownTable(rows) {
  const width = Math.min(MAX_TABLE_COLUMNS, rows.reduce((most, row) => Math.max(most, row.length), 0));
  if (width === 0) return '';
  /** @param {readonly string[]} row */
  const line = (row) => `| ${Array.from({ length: width }, (_, i) => cellText(row[i] ?? '')).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), `|${' --- |'.repeat(width)}`, ...body.map(line)].join('\n');
}

/** @param {string} text */
function cellText(text) {
  return text.trim().replaceAll('|', '\\|').replace(/\s*\n\s*/g, '<br>');
}

/**
 * @param {import('./limits.js').Budget} budget
 */
export function createMarkdown(budget) {
  /** @type {{text: string, item: boolean}[]} */
  const blocks = [];
  /** @type {string[]} */
  const notes = [];
  /** Tables that are open, outermost first, each with what its cell under way has so far. @type {{rows: string[][], cell: string[]}[]} */
  const tables = [];
  /** @type {string[]} */
  let words = [];

  /** @param {string} text @param {boolean} [item] */
  function put(text, item = false) {
    const cell = tables.at(-1)?.cell;
    if (cell !== undefined) cell.push(text);
    else blocks.push({ text, item });
  }

  /** Words that came without a block around them. */
  function flush() {
    if (words.length > 0) self.end({ kind: 'paragraph' });
  }

  const self = {
    /** @param {string} text */
    text(text) {
      if (text === '') return;
      budget.write(text.length);
      words.push(text);
    },
    /** Ends the block whose words were said. @param {Block} block */
    end(block) {
      const raw = words.join('');
      words = [];
      if (block.kind === 'code') {
        if (raw.trim() !== '') put(fenced(raw, block.language));
        return;
      }
      const text = raw.replace(/[ \t]+$/gm, '').trim();
      if (text === '') return;
      if (block.kind === 'heading') {
        put(`${'#'.repeat(Math.min(6, Math.max(1, block.level)))} ${text.replace(/\s*\n\s*/g, ' ')}`);
      } else if (block.kind === 'item') {
        const marker = block.goesOn === true ? ' '.repeat(block.marker.length) : block.marker;
        const indent = '  '.repeat(Math.min(block.depth, 16)) + (block.marker === '-' ? '' : ' '.repeat(block.depth));
        const lines = text.replaceAll('\n', `\n${indent}${' '.repeat(marker.length + 1)}`);
        put(`${indent}${marker} ${lines}`, true);
      } else {
        put(block.kind === 'quote' ? plainLines(text).replace(/^/gm, '> ') : plainLines(text));
      }
    },
    flush,
    /** A block that is Markdown already. @param {string} text */
    raw(text) {
      flush();
      if (text === '') return;
      budget.write(text.length);
      put(text);
    },
    openTable() {
      flush();
      tables.push({ rows: [], cell: [] });
    },
    openRow() {
      tables.at(-1)?.rows.push([]);
    },
    /** Ends a cell; `span` columns wide. @param {number} [span] */
    closeCell(span = 1) {
      flush();
      const table = tables.at(-1);
      if (table === undefined) return;
      const row = table.rows.at(-1) ?? table.rows[table.rows.push([]) - 1];
      row?.push(table.cell.join('\n'), ...Array(Math.max(0, Math.min(span, MAX_TABLE_COLUMNS) - 1)).fill(''));
      table.cell = [];
    },
    closeTable() {
      flush();
      const table = tables.pop();
      if (table === undefined) return;
      const rows = table.rows.filter((row) => row.some((cell) => cell.trim() !== ''));
      if (rows.length === 0) return;
      // A table in a cell is written out; Markdown has no other way.
      put(tables.length > 0 || rows.every((row) => row.length === 1)
        ? rows.map((row) => row.filter((cell) => cell !== '').join(' | ')).join(tables.length > 0 ? '\n' : '\n\n') : markdownTable(rows));
    },
    /** What stands at the end, as [^1]. @param {string} label @param {string} text */
    note(label, text) {
      budget.write(text.length);
      notes.push(`[^${label}]: ${text.trim().replace(/\n+/g, ' ')}`);
    },
    /** @returns {string} */
    result() {
      while (tables.length > 0) self.closeTable();
      flush();
      let text = '';
      blocks.forEach((block, i) => {
        const close = block.item && blocks[i - 1]?.item === true;
        text += `${i === 0 ? '' : close ? '\n' : '\n\n'}${block.text}`;
      });
      const all = notes.length === 0 ? text : `${text}\n\n${notes.join('\n')}`;
      return all === '' ? '' : `${all}\n`;
    },
  };
  return self;
}
