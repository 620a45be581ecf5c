/* SPDX-License-Identifier: MIT */
/**
 * What a half-arrived text should look like: marks that have not been closed
 * yet are closed for the moment, and marks that have only begun are held back,
 * so that no raw `**`, `[` or fence flashes up. Pure.
 */
import { closeInline } from './close-inline.js';
import { PENDING } from './math-rule.js';

/** Container marks at the start of a line: quotes, bullets, numbers, tasks. */
const CONTAINERS = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?))*[ \t]*/;

/** A last line that is only the beginning of some mark. */
const UNDECIDED = new RegExp('^(?:' + [
  '[-+*_=>#|~`$\\\\]{1,3}', // bullet, rule, heading, quote, table, fence, formula
  '-{2,}', '={2,}', '\\*{3,}', '_{3,}', '#{4,6}',
  '(?:[-*_] ){1,3}[-*_]?',
  '\\d{1,9}[.)]?', // number of a list
  '[-+*] \\[[ xX]?\\]?', // task
  '\\[\\^[^\\]\\s]*\\]?:?', // footnote definition
  '(?:`{3,}|~{3,})[^`\\n]*', // fence with a language still arriving
].join('|') + ')$');

/** A definition of a reference or a footnote that is still arriving. */
const DEFINITION = /^ {0,3}\[(?!\^)[^\]\n]+\]:[ \t]*\S*(?:[ \t]+["'(][^\n]*)?[ \t]*$/;

/**
 * Completes a table's head: a first line that begins and continues with pipes,
 * or a delimiter row that has begun.
 *
 * @param {string} group  the lines of the last block
 * @returns {string | null}
 */
function closeTable(group) {
  const lines = group.split('\n');
  const head = lines[0] ?? '';
  const second = lines[1] ?? '';
  if (lines.length > 2 || !head.includes('|')) return null;
  if (lines.length === 1 || second.trim() === '') {
    if (!/^ {0,3}\|[ \t]*[^\s|]/.test(head)) return null;
  } else if (!/^ {0,3}\|?[ \t]*:?-*:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*$/.test(second)) {
    return null;
  }
  const whole = lines.length > 1 ? head : `${closeInline(head.replace(/\\$/, ''))} |`.replace(/\|\s*\|$/, '|');
  const columns = cells(whole).length;
  const given = second.trim() ? cells(second.trim()) : [];
  const row = Array.from({ length: columns }, (_, i) => {
    const cell = (given[i] ?? '').trim();
    return `${cell.startsWith(':') ? ':' : ''}---${/-:$/.test(cell) ? ':' : ''}`;
  });
  return `${whole}\n| ${row.join(' | ')} |`;
}

/**
 * @param {string} row
 * @returns {string[]}
 */
function cells(row) {
  return row.trim().replace(/^\|/, '').replace(/\|$/, '').split(/(?<!\\)\|/);
}

/**
 * Makes a text that is still arriving look like what it will become.
 *
 * @param {string} text  Markdown, cut anywhere
 * @returns {string}
 */
export function closeTail(text) {
  const fence = openFence(text);
  if (fence) return closeFence(text, fence);
  if (displayMath(text).open >= 0) return closeGroup(text);
  let body = text;
  const lineStart = body.lastIndexOf('\n') + 1;
  const line = body.slice(lineStart);
  const prefix = CONTAINERS.exec(line)?.[0] ?? '';
  const content = line.slice(prefix.length);
  const above = body.slice(0, Math.max(0, lineStart - 1)).split('\n').pop() ?? '';
  const delimiters = above.includes('|') && /^[|:\- \t]+$/.test(line);
  if (!delimiters && (UNDECIDED.test(content) || UNDECIDED.test(line.trim()) || DEFINITION.test(line))) {
    // Held back until more of the line tells what it is. An item's own mark stays.
    body = body.slice(0, lineStart) + (UNDECIDED.test(line.trim()) ? '' : prefix.trimEnd());
    if (!UNDECIDED.test(line.trim()) && prefix.trim()) return body + ' ';
    return body.trimEnd() === '' ? '' : closeGroup(body.replace(/\n+$/, (run) => run.slice(0, 2)));
  }
  return closeGroup(body);
}

/**
 * @param {string} text
 * @returns {string}
 */
function closeGroup(text) {
  const { open: math, end } = displayMath(text);
  if (math >= 0) {
    const body = text.slice(math).replace(/[$\\]$/, '');
    const mark = /\$\$|\\\[/.exec(body)?.[0];
    if (!/[\p{L}\p{N}]/u.test(body)) return text.slice(0, math);
    return `${text.slice(0, math)}${body.trimEnd()}${PENDING}${mark === '$$' ? '$$' : '\\]'}`;
  }
  const start = Math.max(groupStart(text), end);
  const group = text.slice(start);
  const table = closeTable(group);
  if (table !== null) return text.slice(0, start) + table;
  const row = /^ {0,3}\|/.test(group) ? group.lastIndexOf('\n') + 1 : 0;
  return text.slice(0, start + row) + closeInline(group.slice(row));
}

/**
 * Where the last group of lines begins that emphasis can span: behind the last
 * blank line, heading or container mark.
 *
 * @param {string} text
 * @returns {number}
 */
function groupStart(text) {
  const from = Math.max(0, text.length - 20_000);
  let start = 0;
  for (const blank of text.slice(from).matchAll(/\n[ \t]*(?=\n)/g)) start = from + blank.index + blank[0].length + 1;
  for (;;) {
    const rest = text.slice(start);
    const next = /\n(?=[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]))/.exec(rest);
    if (!next) break;
    start += next.index + 1;
  }
  const prefix = CONTAINERS.exec(text.slice(start))?.[0] ?? '';
  const heading = /^#{1,6}[ \t]+/.exec(text.slice(start + prefix.length));
  return start + prefix.length + (heading ? heading[0].length : 0);
}

/**
 * The display formulas near the end of the text whose opening mark begins a
 * line: where one begins whose end has not arrived, or -1, and where the last
 * whole one ends.
 *
 * @param {string} text
 * @returns {{open: number, end: number}}
 */
function displayMath(text) {
  const opener = /(?:^|\n)[ \t>]*(?:[-+*][ \t]+)?(\$\$|\\\[)/g;
  let end = Math.max(0, text.lastIndexOf('\n', text.length - 8_000));
  opener.lastIndex = end;
  for (;;) {
    const found = opener.exec(text);
    if (!found) return { open: -1, end };
    const start = opener.lastIndex - 2;
    const close = text.indexOf(found[1] === '$$' ? '$$' : '\\]', start + 2);
    const body = text.slice(start + 2, close < 0 ? text.length : close);
    const own = /^[ \t]*(?:\n|$)/.test(body);
    if (!own && /\n[ \t]*\n/.test(body)) continue;
    if (close < 0) return { open: start, end };
    end = close + 2;
    opener.lastIndex = end;
  }
}

/**
 * @typedef {object} Fence
 * @property {string} mark    the run of backticks or tildes
 * @property {string} prefix  what stands before it on its line
 * @property {number} start   of its line
 */

/**
 * The fence that is open at the end of the text, at any nesting.
 *
 * @param {string} text
 * @returns {Fence | null}
 */
function openFence(text) {
  /** @type {Fence | null} */
  let open = null;
  if (!text.includes('```') && !text.includes('~~~')) return null;
  const lines = /([^\n]*)\n/g;
  let found;
  while ((found = lines.exec(text))) {
    const line = /** @type {string} */ (found[1]);
    if (!line.includes('```') && !line.includes('~~~')) continue;
    if (open) {
      const close = /^[ \t>]*(`{3,}|~{3,})[ \t]*$/.exec(line);
      const run = close?.[1];
      if (run && run[0] === open.mark[0] && run.length >= open.mark.length) open = null;
      continue;
    }
    const start = /^((?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])[ \t]))*[ \t]*)(`{3,}(?=[^`]*$)|~{3,})/.exec(line);
    if (start) {
      open = { mark: /** @type {string} */ (start[2]), prefix: /** @type {string} */ (start[1]), start: found.index };
    }
  }
  return open;
}

/**
 * Holds back a closing fence that is still arriving; the block itself needs no
 * closing, the end of the text closes it.
 *
 * @param {string} text
 * @param {Fence} fence
 * @returns {string}
 */
function closeFence(text, fence) {
  const lineStart = text.lastIndexOf('\n') + 1;
  const line = text.slice(lineStart);
  const partial = /^[ \t>]*([`~]+)$/.exec(line);
  if (partial?.[1] && partial[1][0] === fence.mark[0]) return text.slice(0, lineStart);
  return text;
}
