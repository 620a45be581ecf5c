/* SPDX-License-Identifier: MIT */
/**
 * What a half-arrived text should look like: marks that have not been closed
 * yet are closed for the moment, and marks that have only begun are held back,
 * so that no raw `**`, `[` or fence flashes up. Pure.
 */
import { MAX_CLOSE, MAX_CLOSE_MARKS } from './limits.js';
import { looksLikeMath, mathAt, PENDING } from './math-rule.js';

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
 * The characters that decide flanking (CommonMark 6.2).
 *
 * @param {string} char
 * @returns {boolean}
 */
function isSpace(char) {
  return char === '' || /\s/.test(char);
}

/**
 * @param {string} char
 * @returns {boolean}
 */
function isPunctuation(char) {
  return /[\p{P}\p{S}]/u.test(char);
}

/**
 * Completes one line group (a paragraph, heading, item or cell) whose end has
 * not arrived.
 *
 * @param {string} text
 * @returns {string}
 */
export function closeInline(text) {
  if (text.length > MAX_CLOSE || (text.match(/[*_~`[\]<$\\]/g)?.length ?? 0) > MAX_CLOSE_MARKS) return text;
  /** @type {{mark: string, at: number}[]} */
  const open = [];
  /** @type {number[]} places of `[` without `]`, or with an unfinished target */
  const brackets = [];
  let out = text;
  let i = 0;
  while (i < out.length) {
    const char = /** @type {string} */ (out[i]);
    if (char === '\\') {
      const opener = out[i + 1];
      if (opener === '(' || opener === '[') {
        const found = mathAt(out.slice(i));
        if (found) {
          i += found.raw.length;
          continue;
        }
        const body = out.slice(i + 2);
        if (!/\n[ \t]*\n/.test(body) && !body.includes(opener === '(' ? '\\)' : '\\]')) {
          if (!/[\p{L}\p{N}]/u.test(body)) return closeAll(out.slice(0, i), open);
          return closeAll(`${out.replace(/\\$/, '')}${PENDING}\\${opener === '(' ? ')' : ']'}`, open);
        }
      }
      // A hard line break needs a line behind it.
      if (i >= out.length - 1 || out.slice(i) === '\\\n') return closeAll(out.slice(0, i), open);
      i += 2;
    } else if (char === '`') {
      const run = runLength(out, i, '`');
      const end = findRun(out, '`', run, i + run);
      if (end < 0) {
        const body = out.slice(i + run).replace(/`+$/, '');
        if (!body.trim()) return closeAll(out.slice(0, i), open);
        const gap = body.endsWith('`') || body.startsWith('`') ? ' ' : '';
        return closeAll(out.slice(0, i) + '`'.repeat(run) + body + gap + '`'.repeat(run), open);
      }
      i = end + run;
    } else if (char === '$') {
      const found = mathAt(out.slice(i), out[i - 1]);
      if (found) {
        i += found.raw.length;
        continue;
      }
      const closed = closeDollar(out, i);
      if (closed !== null) return closeAll(closed, open);
      i += runLength(out, i, '$');
    } else if (char === '*' || char === '_' || char === '~') {
      const run = runLength(out, i, char);
      if (i + run === out.length && !canClose(out, i, run, char, open)) {
        // A mark with nothing behind it yet.
        const cut = out.slice(0, i);
        return closeAll(isSpace(out[i - 1] ?? '') || open.length === 0 || char !== '*' ? cut : cut, open);
      }
      mark(out, i, run, char, open);
      i += run;
    } else if (char === '[') {
      brackets.push(i);
      i++;
    } else if (char === ']' && brackets.length) {
      const from = /** @type {number} */ (brackets.pop());
      const link = closeLink(out, from, i);
      if (link) {
        out = link.text;
        i = link.next;
      } else {
        i++;
      }
    } else if (char === '<') {
      if (isOpenAutolink(out.slice(i + 1))) out = out.slice(0, i) + out.slice(i + 1);
      else if (i === out.length - 1) return closeAll(out.slice(0, i), open);
      i++;
    } else {
      i++;
    }
  }
  // `[text` without its bracket: its text alone.
  for (const at of brackets.reverse()) {
    const behind = out.slice(at + 1);
    if (/^\^[^\]\s]*$/.test(behind)) {
      out = out.slice(0, at); // a footnote's mark
    } else if (!/\n/.test(behind) && behind.length < 400) {
      const image = out[at - 1] === '!';
      out = out.slice(0, image ? at - 1 : at) + behind;
      for (const entry of open) if (entry.at > at) entry.at -= image ? 2 : 1;
    }
  }
  if (out.endsWith('!')) out = out.slice(0, -1);
  return closeAll(out, open);
}

/**
 * @param {string} rest  all behind a `<`
 * @returns {boolean} whether it is, or may become, an address in brackets
 */
function isOpenAutolink(rest) {
  if (rest === '' || /[\s<>]/.test(rest)) return false;
  return ['http://', 'https://', 'mailto:'].some((scheme) => scheme.startsWith(rest.toLowerCase()) ||
    rest.toLowerCase().startsWith(scheme));
}

/**
 * @param {string} text
 * @param {number} at
 * @param {string} char
 * @returns {number}
 */
function runLength(text, at, char) {
  let end = at;
  while (text[end] === char) end++;
  return end - at;
}

/**
 * @param {string} text
 * @param {string} char
 * @param {number} length
 * @param {number} from
 * @returns {number} where a run of exactly `length` starts, or -1
 */
function findRun(text, char, length, from) {
  let i = text.indexOf(char, from);
  while (i >= 0) {
    const run = runLength(text, i, char);
    if (run === length) return i;
    i = text.indexOf(char, i + run);
  }
  return -1;
}

/**
 * @param {string} text
 * @param {number} at
 * @param {number} run
 * @param {string} char
 * @returns {{opens: boolean, closes: boolean}}
 */
function flanking(text, at, run, char) {
  const before = text[at - 1] ?? '';
  const after = text[at + run] ?? '';
  const left = !isSpace(after) && (!isPunctuation(after) || isSpace(before) || isPunctuation(before));
  const right = !isSpace(before) && (!isPunctuation(before) || isSpace(after) || isPunctuation(after));
  if (char === '_') {
    return {
      opens: left && (!right || isPunctuation(before)),
      closes: right && (!left || isPunctuation(after)),
    };
  }
  return { opens: left, closes: right };
}

/**
 * @param {string} text
 * @param {number} at
 * @param {number} run
 * @param {string} char
 * @param {{mark: string, at: number}[]} open
 * @returns {boolean}
 */
function canClose(text, at, run, char, open) {
  if (!flanking(text, at, run, char).closes) return false;
  const top = open.findLast((entry) => entry.mark[0] === char);
  // `**bold*`: the second star of the end is still to come.
  return top !== undefined && run >= top.mark.length;
}

/**
 * Notes what a run of marks opens and closes.
 *
 * @param {string} text
 * @param {number} at
 * @param {number} run
 * @param {string} char
 * @param {{mark: string, at: number}[]} open
 */
function mark(text, at, run, char, open) {
  const { opens, closes } = flanking(text, at, run, char);
  let left = run;
  if (char === '~' && run > 2) return;
  while (closes && left > 0) {
    const index = open.findLastIndex((entry) => entry.mark[0] === char && entry.mark.length <= left);
    if (index < 0) break;
    const entry = /** @type {{mark: string, at: number}} */ (open[index]);
    left -= entry.mark.length;
    // `***a* b`: of marks that opened together, any may close first.
    if (open.slice(index).every((other) => other.at === entry.at)) open.splice(index, 1);
    else open.length = index;
  }
  if (!opens || left === 0) return;
  if (char === '~') {
    open.push({ mark: '~'.repeat(left), at });
    return;
  }
  while (left > 0) {
    const size = left >= 2 && left !== 3 ? 2 : left === 3 ? 1 : 1;
    open.push({ mark: char.repeat(size), at });
    left -= size;
  }
}

/**
 * Closes a `$` or `$$` that may begin a formula.
 *
 * @param {string} text
 * @param {number} at
 * @returns {string | null} null: it is an ordinary dollar sign
 */
function closeDollar(text, at) {
  const double = text[at + 1] === '$';
  const body = text.slice(at + (double ? 2 : 1));
  if (/\n[ \t]*\n/.test(body)) return null;
  if (double) {
    if (!/[\p{L}\p{N}]/u.test(body)) return body.trim() === '' ? text.slice(0, at) : null;
    return `${text.replace(/[$\\]$/, '')}${PENDING}$$`;
  }
  if (/[\p{L}\p{N}$\\]/u.test(text[at - 1] ?? '')) return null;
  if (body === '') return text.slice(0, at);
  // Digits first may be a price; only what nobody writes in prose decides.
  if (/^\s/.test(body) || body.includes('$')) return null;
  const begun = /^[a-zA-Z](?:[a-z(),.]{0,10})$/.test(body);
  if (!(begun || /^\\[a-zA-Z]/.test(body) || (/[\\^_={}]/.test(body) && !/^[A-Z_]{2,}/.test(body)))) return null;
  const trimmed = body.replace(/[\s\\]+$/, '');
  if (!looksLikeMath(trimmed)) return null;
  return `${text.slice(0, at + 1)}${trimmed}${PENDING}$`;
}

/**
 * Handles a `]`: a link whose target has not arrived whole shows its text.
 *
 * @param {string} text
 * @param {number} from  of `[`
 * @param {number} at    of `]`
 * @returns {{text: string, next: number} | null} null: nothing to do
 */
function closeLink(text, from, at) {
  const rest = text.slice(at + 1);
  const image = text[from - 1] === '!';
  const start = image ? from - 1 : from;
  const label = text.slice(from + 1, at);
  if (rest[0] === '(') {
    if (isTargetClosed(rest)) return null;
    if (/\n[ \t]*\n/.test(rest) || /^\([^\s<"']*\s+[^"'(\s]/.test(rest)) return null;
    return { text: text.slice(0, start) + label, next: start + label.length };
  }
  if (rest === '' && !/^\^|^[ xX]?$/.test(label)) {
    return { text: text.slice(0, start) + label, next: start + label.length };
  }
  if (rest[0] === '[' && !rest.includes(']')) {
    return { text: text.slice(0, start) + label, next: start + label.length };
  }
  return null;
}

/**
 * @param {string} rest  from the parenthesis on
 * @returns {boolean}
 */
function isTargetClosed(rest) {
  let depth = 0;
  let quote = '';
  for (let i = 0; i < rest.length; i++) {
    const char = rest[i];
    if (char === '\\') i++;
    else if (quote) quote = char === quote ? '' : quote;
    else if (char === '"' && /\s/.test(rest[i - 1] ?? '')) quote = '"';
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return true;
  }
  return false;
}

/**
 * @param {string} text
 * @param {{mark: string, at: number}[]} open
 * @returns {string}
 */
function closeAll(text, open) {
  let out = text;
  for (let i = open.length - 1; i >= 0; i--) {
    const { mark: closer, at } = /** @type {{mark: string, at: number}} */ (open[i]);
    if (at >= out.length) continue;
    // A space or a lone mark at the end would keep the closer from closing.
    const trimmed = out.replace(/[ \t\n]+$/, '');
    if (/^[*_~]*$/.test(trimmed.slice(at))) {
      out = trimmed.slice(0, at);
      continue;
    }
    out = trimmed + closer;
  }
  return out;
}

/**
 * Completes a table's head: a first line that begins and continues with pipes,
 * or a delimiter row that has begun.
 *
 * @param {string} group  the lines of the last block
 * @returns {string | null}
 */
export function closeTable(group) {
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
export function openFence(text) {
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
