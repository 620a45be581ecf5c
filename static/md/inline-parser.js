/* SPDX-License-Identifier: MIT */
/**
 * Inline text to tokens (CommonMark 6, with GFM's strikethrough and addresses):
 * one walk over the text, in which each search that fails is not made again, so
 * that the work grows with the text. Pure.
 *
 * Of a text that is still arriving, a mark that is not closed yet shows
 * neither itself nor what it may come to mean: its words are plain until then.
 */
import { bareAddresses } from './addresses.js';
import { charAt, charBefore, runLength } from './characters.js';
import { foldLabel, labelEnd, readTarget, readTitle, skipBlanks } from './definitions.js';
import { Emphasis } from './emphasis.js';
import { decodeEntities } from './entities.js';
import { TAG } from './html-blocks.js';
import { MAX_URL } from './limits.js';

/**
 * @typedef {import('./types.js').Token} Token
 * @typedef {import('./types.js').InlineRule} InlineRule
 * @typedef {import('./types.js').InlineOptions} InlineOptions
 *
 * @typedef {object} Piece  a token in the making, or a run of marks
 * @property {Token} token
 * @property {Piece | null} before
 * @property {Piece | null} after
 *
 * @typedef {object} Bracket
 * @property {Piece} piece
 * @property {number} at        behind it in the text
 * @property {boolean} isImage
 * @property {boolean} isActive
 * @property {import('./emphasis.js').Run | null} run  the last run of marks before it
 */

const ESCAPED = /[!-/:-@[-`{-~]/;

/** What cannot be plain text. */
const SPECIAL = /[\\`*_~[\]!<&\n$]/g;

const HTML = new RegExp(`${TAG}|<!-->|<!--->|<!--(?:[^-]|-(?!->))*-->|<\\?(?:[^?]|\\?(?!>))*\\?>|<![A-Za-z][^>]*>|<!\\[CDATA\\[(?:[^\\]]|\\](?!\\]>))*\\]\\]>`, 'y');
const ANGLE = /<(?:([a-zA-Z][a-zA-Z0-9.+-]{1,31}:[^\s<>]*)|([\w.!#$%&'*+/=?^`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*))>/y;
const ENTITY = /&(?:#x[0-9a-f]{1,6}|#\d{1,7}|[a-z][a-z0-9]{1,31});/iy;

/** Endings of raw HTML that has begun, each searched for once. */
const HTML_ENDS = [['<!--', '-->'], ['<?', '?>'], ['<![CDATA[', ']]>'], ['<!', '>']];

/** What may become an address or a tag in brackets. */
const OPEN_TAG = /^<\/?[a-z][a-z0-9-]*(?:\s+[a-z_:][\w.:-]*(?:\s*=\s*(?:[^"'=<>`\s]+|'[^']*'|"[^"]*"))?)*\s*(?:\/|=\s*(?:'[^']*|"[^"]*)?)?$/i;
const OPEN_ANGLE = /^<(?:\/?[a-z]{0,4}|h(?:t(?:tps?)?)?:?|https?:\/{0,2}|https?:\/\/[^\s<>]*|m(?:a(?:i(?:l(?:to?)?)?)?)?|mailto:[^\s<>]*)$/i;

export class InlineParser {
  /**
   * @param {string} text
   * @param {InlineOptions} options
   */
  constructor(text, options) {
    this.text = text;
    this.options = options;
    this.at = 0;
    /** @type {Piece} */
    this.first = { token: { type: 'text', text: '' }, before: null, after: null };
    this.last = this.first;
    this.emphasis = new Emphasis(this);
    /** @type {Bracket[]} */
    this.brackets = [];
    this.addresses = bareAddresses(text, options.isOpen);
    this.address = 0;
    /** Searches that have failed: behind here they fail again. @type {Set<string>} */
    this.hopeless = new Set();
    /** @type {number | undefined} where the last blank or bracket stands, once that was asked */
    this.lastStop = undefined;
    /** Labels that were looked up and not found. @type {Set<string>} */
    this.missed = options.missed ?? new Set();
  }

  /** @returns {Token[]} */
  run() {
    const { text } = this;
    while (this.at < text.length) {
      SPECIAL.lastIndex = this.at;
      const next = SPECIAL.exec(text)?.index ?? text.length;
      const address = this.addresses[this.address];
      if (address && address.at <= next) {
        if (address.at >= this.at) {
          this.addText(text.slice(this.at, address.at));
          this.at = address.end;
          if (address.isOpen) this.addText(address.text);
          else this.add({ type: 'link', href: address.href, autolink: true, text: address.text });
        }
        this.address++;
        continue;
      }
      this.addText(text.slice(this.at, next));
      this.at = next;
      if (next < text.length) this.special(/** @type {string} */ (text[next]));
    }
    this.dropBrackets();
    this.emphasis.close(null, this.options.isOpen);
    return this.tokensAfter(this.first);
  }

  /**
   * @param {string} char
   */
  special(char) {
    for (const rule of this.options.rules) {
      if (!rule.chars.includes(char)) continue;
      const found = rule.read(this.text, this.at, this);
      if (!found) continue;
      this.at = found.end;
      if (found.token) this.add(found.token);
      return;
    }
    if (char === '\\') this.backslash();
    else if (char === '`') this.backticks();
    else if (char === '*' || char === '_' || char === '~') this.emphasis.read(char);
    else if (char === '[') this.openBracket(false);
    else if (char === '!' && this.text[this.at + 1] === '[') this.openBracket(true);
    else if (char === ']') this.closeBracket();
    else if (char === '<') this.angle();
    else if (char === '&') this.entity();
    else if (char === '\n') this.lineEnd();
    else if (char === '!' && this.options.isOpen && this.at === this.text.length - 1) this.at++;
    else this.takeText(1);
  }

  /** @param {number} count  characters that stand for themselves */
  takeText(count) {
    this.addText(this.text.slice(this.at, this.at + count));
    this.at += count;
  }

  /** @param {string} text */
  addText(text) {
    if (!text) return;
    const { token } = this.last;
    if (token.type === 'text' && this.last !== this.first) token.text += text;
    else this.add({ type: 'text', text });
  }

  /** @param {Token} token @returns {Piece} */
  add(token) {
    const piece = { token, before: this.last, after: null };
    this.last.after = piece;
    this.last = piece;
    return piece;
  }

  backslash() {
    const { text, at } = this;
    const next = text[at + 1];
    if (next === '\n') {
      this.add({ type: 'br' });
      this.at = at + 2;
      this.skipIndent();
    } else if (next !== undefined && ESCAPED.test(next)) {
      this.addText(next);
      this.at = at + 2;
    } else if (next === undefined && this.options.isOpen) {
      this.at++;
    } else {
      this.takeText(1);
    }
  }

  backticks() {
    const { text, at } = this;
    const run = runLength(text, at, '`');
    const key = `\`${run}`;
    if (!this.hopeless.has(key)) {
      for (let i = text.indexOf('`', at + run); i >= 0;) {
        const length = runLength(text, i, '`');
        // At the end of a text that arrives, more backticks may come.
        if (length === run && !(this.options.isOpen && i + run === text.length)) {
          this.add({ type: 'codespan', text: codeText(text.slice(at + run, i)) });
          this.at = i + run;
          return;
        }
        i = text.indexOf('`', i + length);
      }
      this.hopeless.add(key);
    }
    if (this.options.isOpen) this.pending(at + run);
    else this.takeText(run);
  }

  /**
   * All that is left may turn out to be code or a formula: until then it is words, and no mark in it means anything.
   *
   * @param {number} from  where it begins
   */
  pending(from) {
    const rest = this.text.slice(from);
    this.at = this.text.length;
    if (rest.trim()) this.add({ type: 'pending', text: rest.replace(/[`$]|\\$/g, '') });
  }

  /** @param {boolean} isImage */
  openBracket(isImage) {
    const length = isImage ? 2 : 1;
    const piece = this.add({ type: 'text', text: isImage ? '![' : '[' });
    this.at += length;
    this.brackets.push({ piece, at: this.at, isImage, isActive: true, run: this.emphasis.last });
    // What comes is a token of its own: the bracket may go.
    this.add({ type: 'text', text: '' });
  }

  closeBracket() {
    const bracket = this.brackets.pop();
    const end = this.at + 1;
    if (!bracket || !bracket.isActive) {
      this.takeText(1);
      return;
    }
    const found = this.readInlineTarget(end) ?? this.readReference(bracket, end);
    if (found === 'pending') {
      this.dropMark(bracket);
      return;
    }
    if (!found) {
      this.takeText(1);
      return;
    }
    this.emphasis.close(bracket.run, false);
    const tokens = this.tokensAfter(bracket.piece);
    this.last = /** @type {Piece} */ (bracket.piece.before);
    this.last.after = null;
    this.add({ type: bracket.isImage ? 'image' : 'link', href: found.href, title: found.title, tokens });
    this.at = found.end;
    if (bracket.isImage) return;
    // Links hold no links.
    for (const earlier of this.brackets) if (!earlier.isImage) earlier.isActive = false;
  }

  /**
   * The target of a link is still arriving: of the link there are its words.
   *
   * @param {Bracket} bracket
   */
  dropMark(bracket) {
    bracket.piece.token.text = '';
    this.emphasis.close(bracket.run, true);
    this.at = this.text.length;
  }

  /**
   * @param {number} from  behind the closing bracket
   * @returns {{href: string, title: string | null, end: number} | 'pending' | null}
   */
  readInlineTarget(from) {
    const { text } = this;
    const { isOpen } = this.options;
    if (text[from] !== '(') return isOpen && from === text.length ? 'pending' : null;
    const begin = skipBlanks(text, from + 1);
    if (begin >= text.length) return isOpen ? 'pending' : null;
    if (text[begin] === '<' && this.hopeless.has('(<')) return null;
    const target = readTarget(text, begin);
    if (!target) {
      if (text[begin] === '<' && !text.includes('>', begin)) this.hopeless.add('(<');
      return isOpen && this.isLastWord(begin) ? 'pending' : null;
    }
    const rest = this.readTargetEnd(target.end);
    return rest === null || rest === 'pending' ? rest : { href: target.href, ...rest };
  }

  /**
   * What stands between a link's address and its closing bracket.
   *
   * @param {number} from  behind the address
   * @returns {{title: string | null, end: number} | 'pending' | null}
   */
  readTargetEnd(from) {
    const { text } = this;
    const { isOpen } = this.options;
    let at = skipBlanks(text, from);
    let title = null;
    if (at > from && /["'(]/.test(text[at] ?? '')) {
      const found = readTitle(text, at, this.hopeless);
      if (!found) return isOpen && this.hopeless.has(/** @type {string} */ (text[at])) ? 'pending' : null;
      ({ title } = found);
      at = skipBlanks(text, found.end);
    }
    if (text[at] === ')') return { title, end: at + 1 };
    return isOpen && at >= text.length ? 'pending' : null;
  }

  /** @param {number} at @returns {boolean} whether no blank and no bracket stands behind that place */
  isLastWord(at) {
    if (this.lastStop === undefined) {
      let stop = this.text.length - 1;
      while (stop >= 0 && !/[\s)]/.test(/** @type {string} */ (this.text[stop]))) stop--;
      this.lastStop = stop;
    }
    return at > this.lastStop;
  }

  /**
   * @param {Bracket} bracket
   * @param {number} from  behind the closing bracket
   * @returns {{href: string, title: string | null, end: number} | 'pending' | null}
   */
  readReference(bracket, from) {
    const { text } = this;
    let end = from;
    let label = '';
    if (text[from] === '[') {
      const close = labelEnd(text, from);
      if (close > from + 2) label = text.slice(from + 1, close - 1);
      if (close) end = close;
      else if (this.options.isOpen && !text.includes(']', from)) return 'pending';
    }
    if (!label) {
      label = text.slice(bracket.at, from - 1);
      if (label.length > 999 || /[^\\]\[|^\[/.test(label)) return null;
    }
    const key = foldLabel(label);
    if (!key) return null;
    const link = this.options.links[key];
    if (link) return { href: link.href, title: link.title ?? null, end };
    this.missed.add(key);
    return null;
  }

  angle() {
    const { text, at } = this;
    ANGLE.lastIndex = at;
    const address = ANGLE.exec(text);
    if (address) {
      const shown = /** @type {string} */ (address[1] ?? address[2]);
      this.add({ type: 'link', href: address[2] ? `mailto:${shown}` : shown, autolink: true, text: shown });
      this.at += address[0].length;
      return;
    }
    const hopeless = HTML_ENDS.find(([begin]) => text.startsWith(/** @type {string} */ (begin), at));
    if (hopeless) {
      const [begin, end] = /** @type {[string, string]} */ (hopeless);
      if (!this.hopeless.has(begin) && text.indexOf(end, at + begin.length - 1) < 0) this.hopeless.add(begin);
      if (this.hopeless.has(begin)) {
        this.takeText(this.options.isOpen ? text.length - at : 1);
        return;
      }
    }
    HTML.lastIndex = at;
    const tag = HTML.exec(text);
    if (tag) this.takeText(tag[0].length);
    else if (this.options.isOpen && OPEN_ANGLE.test(text.slice(at, at + MAX_URL))) this.takeRest(at + 1);
    else if (this.options.isOpen && OPEN_TAG.test(text.slice(at, at + MAX_URL))) this.takeRest(at);
    else this.takeText(1);
  }

  /** What is left may be of one thing yet: nothing in it is a mark. @param {number} from */
  takeRest(from) {
    this.addText(this.text.slice(from));
    this.at = this.text.length;
  }

  entity() {
    ENTITY.lastIndex = this.at;
    const found = ENTITY.exec(this.text);
    if (!found) {
      this.takeText(1);
      return;
    }
    this.addText(decodeEntities(found[0]));
    this.at += found[0].length;
  }

  lineEnd() {
    const { last } = this;
    const text = last.token.type === 'text' ? last.token.text ?? '' : '';
    let end = text.length;
    while (end > 0 && text[end - 1] === ' ') end--;
    this.at++;
    // Escaped blanks do not exist: those before are as they were written.
    const blanks = text.length - end;
    if (blanks) last.token.text = text.slice(0, end);
    if (this.options.isOpen && this.at >= this.text.length) return;
    if (blanks >= 2 || this.options.breaks) this.add({ type: 'br' });
    else this.addText('\n');
    this.skipIndent();
  }

  skipIndent() {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at++;
  }

  /** Brackets of a text that is arriving, which nothing has closed yet. */
  dropBrackets() {
    if (!this.options.isOpen) return;
    const lastLine = this.text.lastIndexOf('\n');
    for (const { piece, at, run } of this.brackets.reverse()) {
      // The text of a link is closed in itself: no emphasis begins before it and ends in it.
      this.emphasis.close(run, true);
      if (at > lastLine && this.text.length - at < 400) piece.token.text = '';
    }
  }

  /**
   * @param {Piece} piece
   * @returns {Token[]} all behind it, texts joined
   */
  tokensAfter(piece) {
    /** @type {Token[]} */
    const out = [];
    for (let at = piece.after; at; at = at.after) {
      const { token } = at;
      const last = out.at(-1);
      if (token.type !== 'text') out.push(token);
      else if (last?.type === 'text') last.text = (last.text ?? '') + token.text;
      else if (token.text) out.push(token);
    }
    return out;
  }

  /**
   * @param {string} text  a part of this one that stands for itself
   * @param {number} depth
   * @returns {Token[]}
   */
  inner(text, depth) {
    return new InlineParser(text, { ...this.options, isOpen: false, missed: this.missed, depth }).run();
  }

  /** @param {number} at @returns {string} */
  before(at) {
    return charBefore(this.text, at);
  }

  /** @param {number} at @returns {string} */
  behind(at) {
    return charAt(this.text, at);
  }
}

/**
 * @param {string} text  between the backticks
 * @returns {string}
 */
function codeText(text) {
  const line = text.replace(/\n/g, ' ');
  return line.length > 2 && line.startsWith(' ') && line.endsWith(' ') && line.trim() ? line.slice(1, -1) : line;
}

/**
 * @param {string} text
 * @param {InlineOptions} options
 * @returns {Token[]}
 */
export function parseInline(text, options) {
  return new InlineParser(text, options).run();
}
