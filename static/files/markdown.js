// SPDX-License-Identifier: MIT
// Writes a document down as Markdown while it is read: blocks, lists, tables, notes. The reader says what begins and
// ends; this knows how it looks. Pure.

import { BLOCK_CHARS, clamped, MAX_TABLE_COLUMNS } from './limits.js';

/** An item that is deeper is not set in further. */
const MAX_INDENT = 16;

/**
 * @typedef {{kind: 'paragraph' | 'quote'} | {kind: 'heading', level: number} | {kind: 'code', language?: string, line?: boolean}
 *   | {kind: 'item', depth: number, marker: string, goesOn?: boolean}} Block
 * A `line` of code goes on with the one before. An item's `depth` counts from 0; `marker` is '-' or '1.'; `goesOn`: a further paragraph of the item before
 */

/** @typedef {ReturnType<typeof createMarkdown>} Markdown */

/** @typedef {{rows: string[][], cell: string[]}} Table  with what its cell under way has so far */

/** @typedef {{deep: number, width: number}} Open  an item that is open: its depth, and how wide its marker is */

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
  return text.trim().replaceAll('|', '\\|').replace(/(?<!\s)\s*\n\s*/g, '<br>');
}

/**
 * A block's words as they stand in Markdown; '' when it says nothing.
 * @param {Block} block
 * @param {string} raw
 * @param {Open[]} open  see itemText()
 */
function blockText(block, raw, open) {
  if (block.kind !== 'item') open.length = 0;
  if (block.kind === 'code') return raw.trim() === '' ? '' : fenced(raw, block.language);
  const text = raw.replace(/(?<![ \t])[ \t]+$/gm, '').trim();
  if (text === '') return '';
  switch (block.kind) {
    case 'heading': return `${'#'.repeat(clamped(block.level, 1, 6))} ${text.replace(/(?<!\s)\s*\n\s*/g, ' ')}`;
    case 'quote': return plainLines(text).replace(/^/gm, '> ');
    case 'item': return itemText(block, text, open);
    default: return plainLines(text);
  }
}

/**
 * An item stands below the words of the one that it is in, which begin behind that one's marker. Some documents have
 * items at a depth that nothing leads to: they stand as far in as there are items around them.
 * @param {Extract<Block, {kind: 'item'}>} item
 * @param {string} text
 * @param {Open[]} open  changed
 */
function itemText({ marker: written, depth, goesOn }, text, open) {
  const marker = goesOn === true ? ' '.repeat(written.length) : written;
  const deep = clamped(depth, 0, MAX_INDENT);
  while ((open.at(-1)?.deep ?? -1) >= deep) open.pop();
  const indent = ' '.repeat(open.reduce((sum, { width }) => sum + width, 0));
  open.push({ deep, width: marker.length + 1 });
  return `${indent}${marker} ${text.replaceAll('\n', `\n${indent}${' '.repeat(marker.length + 1)}`)}`;
}

/**
 * A table's rows as text. One that stands in a cell is written out, as is one that has a single column: Markdown has
 * no other way.
 * @param {string[][]} rows
 * @param {boolean} inCell
 */
function tableText(rows, inCell) {
  const said = rows.filter((row) => row.some((cell) => cell.trim() !== ''));
  if (!inCell && said.some((row) => row.length !== 1)) return markdownTable(said);
  return said.map((row) => row.filter((cell) => cell !== '').join(' | ')).join(inCell ? '\n' : '\n\n');
}

/** How wide a cell is; what is wider than a table lies, and would push the others out of it. @param {number} span */
function columnsOf(span) {
  return span > MAX_TABLE_COLUMNS ? 1 : clamped(span, 1, MAX_TABLE_COLUMNS);
}

/** @param {Table} table @param {number} span */
function endCell(table, span) {
  const row = table.rows.at(-1) ?? table.rows[table.rows.push([]) - 1];
  row?.push(table.cell.join('\n'), ...Array(columnsOf(span) - 1).fill(''));
  table.cell = [];
}

/** Blocks below each other: items of a list close together. @param {{text: string, item: boolean}[]} blocks */
function joinBlocks(blocks) {
  return blocks.map(({ text, item }, i) =>
    (i === 0 ? text : `${item && blocks[i - 1]?.item === true ? '\n' : '\n\n'}${text}`)).join('');
}

/**
 * What of a document being written is about tables.
 * @param {object} of
 * @param {Table[]} of.tables  that are open, outermost first; changed
 * @param {import('./limits.js').Budget} of.budget
 * @param {(text: string) => void} of.put
 * @param {() => void} of.flush
 */
function tableWriter({ tables, budget, put, flush }) {
  return {
    openTable() {
      flush();
      tables.push({ rows: [], cell: [] });
    },
    openRow() {
      const table = tables.at(-1);
      if (table === undefined) return;
      budget.write(BLOCK_CHARS);
      table.rows.push([]);
    },
    /** Ends a cell; `span` columns wide. @param {number} [span] */
    closeCell(span = 1) {
      flush();
      const table = tables.at(-1);
      if (table === undefined) return;
      budget.write(BLOCK_CHARS * columnsOf(span));
      endCell(table, span);
    },
    /** @param {(rows: string[][]) => string[][]} [arrange]  its cells in their columns, where only its end tells them */
    closeTable(arrange = (rows) => rows) {
      flush();
      const table = tables.pop();
      if (table !== undefined) put(tableText(arrange(table.rows), tables.length > 0));
    },
  };
}

/**
 * Lines of code that come one by one: a block, when nothing goes on with it.
 * @param {import('./limits.js').Budget} budget
 * @param {(text: string) => void} put
 */
function createCode(budget, put) {
  /** @type {string[]} */
  let lines = [];
  return {
    /** @param {string} line */
    add(line) {
      budget.write(BLOCK_CHARS);
      lines.push(line);
    },
    end() {
      const text = lines.join('\n').replace(/^(?:[ \t]*\n)+/, '').trimEnd();
      lines = [];
      if (text !== '') put(text);
    },
  };
}

/**
 * @param {import('./limits.js').Budget} budget
 */
export function createMarkdown(budget) {
  /** @type {{text: string, item: boolean}[]} */
  const blocks = [];
  /** @type {string[]} */
  const notes = [];
  /** Tables that are open, outermost first. @type {Table[]} */
  const tables = [];
  let words = /** @type {string[]} */ ([]);
  const open = /** @type {Open[]} */ ([]); // see itemText()
  const code = createCode(budget, (text) => {
    open.length = 0;
    put(tables.length > 0 ? text : fenced(text));
  });

  /** @param {string} text @param {boolean} [item] */
  function put(text, item = false) {
    if (text === '') return;
    budget.write(BLOCK_CHARS);
    const cell = tables.at(-1)?.cell;
    if (cell !== undefined) cell.push(text);
    else blocks.push({ text, item });
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
      const line = words.join('');
      words = [];
      if (block.kind === 'code' && block.line === true) {
        code.add(line);
        return;
      }
      const said = blockText(block, line, open);
      if (said !== '') code.end();
      put(said, block.kind === 'item');
    },
    /** Ends words that came without a block around them. */
    flush() {
      if (words.length > 0) self.end({ kind: 'paragraph' });
    },
    /** A block that is Markdown already. @param {string} text */
    raw(text) {
      self.flush();
      code.end();
      budget.write(text.length);
      put(text);
    },
    ...tableWriter({ tables, budget, put, flush: () => [self.flush, code.end].forEach((end) => end()) }),
    /** What stands at the end, as [^1]. @param {string} label @param {string} text */
    note(label, text) {
      budget.write(text.length);
      notes.push(`[^${label}]: ${text.trim().replace(/\n+/g, ' ')}`);
    },
    /** @returns {string} */
    result() {
      while (tables.length > 0) self.closeTable();
      self.flush();
      code.end();
      const all = [joinBlocks(blocks), ...notes.length === 0 ? [] : [notes.join('\n')]].join('\n\n');
      return all === '' ? '' : `${all}\n`;
    },
  };
  return self;
}
