/* SPDX-License-Identifier: MIT */
/**
 * Completes the inline marks of a line group whose end has not arrived:
 * emphasis, code, links, addresses and formulas. Pure.
 */
import { MAX_CLOSE, MAX_CLOSE_MARKS } from './limits.js';
import { looksLikeMath, mathAt, PENDING } from './math-rule.js';

/** @typedef {{mark: string, at: number}} Mark */

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
  return new Closer(text).run();
}

/** One walk over a text; each step handles the character that it stands on. */
class Closer {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
    /** @type {Mark[]} emphasis that is open, outermost first */
    this.open = [];
    /** @type {number[]} places of `[` without `]` */
    this.brackets = [];
    /** @type {string | null} the text, when a step knows how it ends */
    this.ended = null;
  }

  /** @returns {string} */
  run() {
    while (this.at < this.text.length && this.ended === null) {
      const char = /** @type {string} */ (this.text[this.at]);
      if (char === '\\') this.backslash();
      else if (char === '`') this.backticks();
      else if (char === '$') this.dollar();
      else if (char === '*' || char === '_' || char === '~') this.emphasis(char);
      else if (char === '[') this.brackets.push(this.at++);
      else if (char === ']' && this.brackets.length) this.bracket();
      else if (char === '<') this.angle();
      else this.at++;
    }
    if (this.ended === null) {
      this.dropBrackets();
      this.ended = this.text.endsWith('!') ? this.text.slice(0, -1) : this.text;
    }
    return closeAll(this.ended, this.open);
  }

  /** Ends the text before the character it stands on. */
  cut() {
    this.ended = this.text.slice(0, this.at);
  }

  backslash() {
    const { text, at } = this;
    const opener = text[at + 1];
    if (opener === '(' || opener === '[') {
      const found = mathAt(text.slice(at));
      if (found) {
        this.at += found.raw.length;
        return;
      }
      const closer = opener === '(' ? '\\)' : '\\]';
      const body = text.slice(at + 2);
      if (!/\n[ \t]*\n/.test(body) && !body.includes(closer)) {
        if (/[\p{L}\p{N}]/u.test(body)) this.ended = `${text.replace(/\\$/, '')}${PENDING}${closer}`;
        else this.cut();
        return;
      }
    }
    // A hard line break needs a line behind it.
    if (at >= text.length - 1 || text.slice(at) === '\\\n') this.cut();
    else this.at += 2;
  }

  backticks() {
    const { text, at } = this;
    const run = runLength(text, at, '`');
    const end = findRun(text, '`', run, at + run);
    if (end >= 0) {
      this.at = end + run;
      return;
    }
    const body = text.slice(at + run).replace(/`+$/, '');
    const mark = '`'.repeat(run);
    if (body.trim()) this.ended = `${text.slice(0, at)}${mark}${body}${body.startsWith('`') ? ' ' : ''}${mark}`;
    else this.cut();
  }

  dollar() {
    const { text, at } = this;
    const found = mathAt(text.slice(at), text[at - 1]);
    if (found) this.at += found.raw.length;
    else {
      this.ended = closeDollar(text, at);
      this.at += runLength(text, at, '$');
    }
  }

  /** @param {string} char */
  emphasis(char) {
    const { text, at, open } = this;
    const run = runLength(text, at, char);
    // A mark with nothing behind it yet.
    if (at + run === text.length && !canClose(text, at, run, char, open)) {
      this.cut();
      return;
    }
    mark(text, at, run, char, open);
    this.at += run;
  }

  bracket() {
    const from = /** @type {number} */ (this.brackets.pop());
    const link = closeLink(this.text, from, this.at);
    if (link) {
      this.text = link.text;
      this.at = link.next;
    } else {
      this.at++;
    }
  }

  angle() {
    const { text, at } = this;
    if (isOpenAutolink(text.slice(at + 1))) this.text = text.slice(0, at) + text.slice(at + 1);
    else if (at === text.length - 1) this.cut();
    this.at++;
  }

  /** `[text` without its bracket: its text alone. */
  dropBrackets() {
    for (const at of this.brackets.reverse()) {
      const behind = this.text.slice(at + 1);
      if (/^\^[^\]\s]*$/.test(behind)) {
        this.text = this.text.slice(0, at); // a footnote's mark
      } else if (!behind.includes('\n') && behind.length < 400) {
        const from = this.text[at - 1] === '!' ? at - 1 : at;
        this.text = this.text.slice(0, from) + behind;
        for (const entry of this.open) if (entry.at > at) entry.at -= at + 1 - from;
      }
    }
  }
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
 * @param {Mark[]} open
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
 * @param {Mark[]} open
 */
function mark(text, at, run, char, open) {
  const { opens, closes } = flanking(text, at, run, char);
  let left = run;
  if (char === '~' && run > 2) return;
  while (closes && left > 0) {
    const index = open.findLastIndex((entry) => entry.mark[0] === char && entry.mark.length <= left);
    if (index < 0) break;
    const entry = /** @type {Mark} */ (open[index]);
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
 * @param {Mark[]} open
 * @returns {string}
 */
function closeAll(text, open) {
  let out = text;
  for (let i = open.length - 1; i >= 0; i--) {
    const { mark: closer, at } = /** @type {Mark} */ (open[i]);
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
