/* SPDX-License-Identifier: MIT */
/**
 * The blocks of CommonMark and GFM: how each begins in a line, which lines go
 * on with it, and of which beginnings of a line nobody can tell yet. Pure.
 */
import { trimBlanks } from './characters.js';
import { unescapeText } from './definitions.js';
import { htmlKind, isHtmlEnd } from './html-blocks.js';
import { MAX_DEPTH } from './limits.js';
import { alignments, cells } from './table-rule.js';

/**
 * @typedef {import('./types.js').Block} Block
 * @typedef {import('./types.js').BlockStart} BlockStart
 * @typedef {import('./types.js').GoesOn} GoesOn
 * @typedef {import('./block-parser.js').BlockParser} BlockParser
 * @typedef {import('./line.js').Line} Line
 */

/** What a start says: it is none; a block is open, and what is left of the line is looked at as before; it is the block's; nothing is left. */
export const NONE = 0;
export const INSIDE = 1;
export const REST = 2;
export const OVER = 3;

/** Columns that make code of a line. */
const CODE_INDENT = 4;

/** @type {BlockStart} */
function quote(parser, parent, line) {
  if (line.indent >= CODE_INDENT || line.char !== '>' || parent.depth >= MAX_DEPTH) return NONE;
  line.take(1);
  line.skipBlank();
  parser.open('quote');
  parser.marked = parser.level;
  return INSIDE;
}

/** @type {BlockStart} */
function heading(parser, _, line, isLong) {
  if (line.indent >= CODE_INDENT || line.char !== '#' || isLong) return NONE;
  const found = /^#{1,6}(?=[ \t]|$)/.exec(line.text.slice(line.next));
  if (!found) return NONE;
  line.take(found[0].length);
  let text = trimBlanks(line.text.slice(line.next));
  const marks = /#+$/.exec(text.slice(-MAX_CLOSING))?.[0].length ?? 0;
  const before = text[text.length - marks - 1];
  if (marks === text.length) text = '';
  else if (marks && (before === ' ' || before === '\t')) text = trimBlanks(text.slice(0, -marks));
  parser.open('heading', { level: found[0].length, text });
  // Of a line that is arriving, more is to come.
  if (!parser.isGuess) parser.close();
  return OVER;
}

/** Signs at the end of a heading that are looked at. */
const MAX_CLOSING = 1_000;

/** @type {BlockStart} */
function fence(parser, _, line, isLong) {
  if (line.indent >= CODE_INDENT || isLong || (line.char !== '`' && line.char !== '~')) return NONE;
  const rest = line.text.slice(line.next);
  const found = /^(?:`{3,}(?!.*`)|~{3,})/.exec(rest);
  if (!found) return NONE;
  const [mark] = found;
  const info = unescapeText(rest.slice(mark.length).trim());
  parser.open('code', { info, fence: { char: line.char, length: mark.length, indent: line.indent, inner: 0 } });
  return OVER;
}

/** @type {BlockStart} */
function html(parser, parent, line, isLong) {
  if (line.indent >= CODE_INDENT || line.char !== '<' || isLong || parser.isGuess) return NONE;
  const lazy = parser.tip.type === 'paragraph';
  const kind = htmlKind(line.text.slice(line.next), parent.type === 'paragraph' || lazy);
  if (!kind) return NONE;
  parser.open('html', { kind });
  return REST;
}

/** @type {BlockStart} */
function setext(parser, parent, line, isLong) {
  if (line.indent >= CODE_INDENT || parent.type !== 'paragraph' || isLong) return NONE;
  const { char } = line;
  if (char !== '=' && char !== '-') return NONE;
  if (!/^(?:=+|-+)$/.test(trimBlanks(line.text.slice(line.next)))) return NONE;
  parser.define(parent);
  const text = trimBlanks(parent.text);
  if (!text) return NONE;
  // The paragraph was a heading.
  parser.journal.set(parent, 'text', '');
  parser.level = parser.stack.length - 2;
  parser.open('heading', { level: char === '=' ? 1 : 2, text });
  parser.close();
  return OVER;
}

/** @type {BlockStart} */
function rule(parser, _, line, isLong) {
  if (line.indent >= CODE_INDENT || isLong || !/[-_*]/.test(line.char)) return NONE;
  const marks = line.text.slice(line.next).replace(/[ \t]/g, '');
  if (marks.length < 3 || !/^(?:-+|_+|\*+)$/.test(marks)) return NONE;
  parser.open('rule');
  parser.close();
  return OVER;
}

/** @type {BlockStart} */
function item(parser, parent, line) {
  if (line.indent >= CODE_INDENT || parent.depth >= MAX_DEPTH) return NONE;
  const found = /^(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|$)/.exec(line.text.slice(line.next, line.next + 12));
  if (!found) return NONE;
  const [mark, number] = found;
  if (parent.type === 'paragraph') {
    if (number !== undefined && Number(number) !== 1) return NONE;
    if (!line.text.slice(line.next + mark.length).trim()) return NONE;
  }
  const { indent } = line;
  line.take(mark.length);
  const spaces = line.indent;
  const wide = line.blank || spaces > CODE_INDENT || spaces < 1;
  if (wide) line.skipBlank();
  else line.skipColumns(spaces);
  const bullet = /** @type {string} */ (mark.at(-1));
  // A paragraph or an item ends before its list goes on.
  const list = parent.type === 'list' ? parent : null;
  if (list?.bullet !== bullet) parser.open('list', { bullet, ordered: number !== undefined, start: Number(number ?? 1) });
  parser.open('item', { indent: indent + mark.length + (wide ? 1 : spaces) });
  parser.marked = parser.level;
  return INSIDE;
}

/** @type {BlockStart} */
function table(parser, parent, line, isLong) {
  if (parent.type !== 'paragraph' || isLong || line.indent >= CODE_INDENT || !/[|:-]/.test(line.char)) return NONE;
  const align = alignments(line.text.slice(line.next));
  if (!align) return NONE;
  const begin = parent.text.lastIndexOf('\n') + 1;
  const head = parent.text.slice(begin);
  if (!(head.includes('|') || line.text.includes('|')) || cells(head).length !== align.length) return NONE;
  // Lines before the head are a paragraph.
  parser.journal.set(parent, 'text', parent.text.slice(0, Math.max(0, begin - 1)));
  parser.level = parser.stack.length - 2;
  parser.open('table', { align, head, rows: [] });
  return OVER;
}

/** @type {BlockStart} */
function indented(parser, _, line) {
  if (line.indent < CODE_INDENT || line.blank || parser.tip.type === 'paragraph') return NONE;
  line.skipColumns(CODE_INDENT);
  parser.open('code', { isIndented: true, blanks: [], info: '' });
  return REST;
}

/** In the order in which they are tried. @type {BlockStart[]} */
export const STARTS = [table, quote, heading, fence, html, setext, rule, item, indented];

/**
 * The line that closes a fence; of one that holds Markdown, fences inside it are known by their language.
 *
 * @type {GoesOn}
 */
function codeGoesOn(parser, block, line) {
  const { fence: mark } = block;
  if (!mark) {
    if (line.indent >= CODE_INDENT) line.skipColumns(CODE_INDENT);
    else if (line.blank) line.skipColumns(line.indent);
    else return false;
    return true;
  }
  if (line.indent < CODE_INDENT && line.char === mark.char) {
    const rest = line.text.slice(line.next);
    let length = 0;
    while (rest[length] === mark.char) length++;
    const info = rest.slice(length).trim();
    if (length >= mark.length && !info) {
      if (parser.isGuess) return 'done';
      if (mark.inner) {
        parser.journal.set(mark, 'inner', mark.inner - 1);
      } else {
        parser.closeTo(parser.stack.indexOf(block));
        parser.close();
        parser.markBlank(false);
        return 'done';
      }
    } else if (parser.isGuess && length && !info) {
      return 'done';
    } else if (length >= mark.length && /^(?:markdown|md|mdx?)$/i.test(block.info ?? '') && /^[\w+#.-]+$/.test(info)) {
      parser.journal.set(mark, 'inner', mark.inner + 1);
    }
  }
  line.skipColumns(Math.min(line.indent, mark.indent));
  return true;
}

/** Which lines go on with a block; their marks are read. @type {Record<string, GoesOn>} */
export const GOES_ON = {
  quote: (_, __, line) => {
    if (line.indent >= CODE_INDENT || line.char !== '>') return false;
    line.take(1);
    line.skipBlank();
    return true;
  },
  list: () => true,
  item: (_, block, line) => {
    if (line.blank) {
      if (!block.kids.length) return false;
      // What is beyond may be a line of code.
      line.skipColumns(Math.min(line.indent, block.indent ?? 0));
      return true;
    }
    if (line.indent < (block.indent ?? 0)) return false;
    line.skipColumns(block.indent ?? 0);
    return true;
  },
  paragraph: (_, __, line) => !line.blank,
  table: (_, __, line) => !line.blank,
  html: (_, block, line) => !line.blank || (block.kind ?? 0) < 6,
  code: codeGoesOn,
};

/** @param {Block} block @param {Line} line @returns {boolean} whether the line ends the block */
export function isOverHtml(block, line) {
  return isHtmlEnd(block.kind ?? 0, line.text);
}

/** Lines that may still become something else than what they look like. */
const UNDECIDED = [
  /^([-_*])(?:[ \t]*\1)*$/, // rule, bullet, heading
  /^\d{1,9}[.)]?$/, // number of a list
  /^#{1,6}$/,
  /^=+$/,
  /^[>|+\\$<]+$/,
  /^(?:`{3,}[^`]*|`{1,2}|~{1,2}|~{3}.*)$/, // fence, with a language still arriving
  /^\[[ xX]?\]?$/, // task
];

/**
 * @param {BlockParser} parser
 * @param {Block} block  that the line stands in
 * @param {Line} line  an unfinished one
 * @returns {boolean} whether more of it must be awaited
 */
export function undecided(parser, block, line) {
  const rest = trimBlanks(line.text.slice(line.next, line.next + 80));
  if (line.indent >= CODE_INDENT && block.type !== 'paragraph') return false;
  if (block.type === 'paragraph' && /^[|:-][|:\- \t]*$/.test(rest) && block.text.slice(block.text.lastIndexOf('\n') + 1).includes('|')) return true;
  if (UNDECIDED.some((pattern) => pattern.test(rest))) return true;
  return parser.extensions.some(({ block: own }) => own?.isUndecided?.(rest) ?? false);
}
