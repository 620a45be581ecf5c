/* SPDX-License-Identifier: MIT */
/**
 * Emphasis, strong emphasis and strikethrough: which runs of marks open and
 * close which (CommonMark 6.2, the rules for what touches what made right for
 * scripts without spaces). Pure.
 */
import { isEastAsian, isPunctuation, isSpace, runLength } from './characters.js';
import { MAX_INLINE_DEPTH } from './limits.js';

/**
 * @typedef {import('./inline-parser.js').InlineParser} InlineParser
 * @typedef {import('./inline-parser.js').Piece} Piece
 *
 * @typedef {object} Run  of marks that may open or close
 * @property {string} char
 * @property {number} length  as it was written
 * @property {boolean} opens
 * @property {boolean} closes
 * @property {Piece} piece    holds what is left of it
 * @property {Run | null} before
 * @property {Run | null} after
 */

/**
 * What a run of marks can be, by what stands at its sides. East Asian
 * punctuation is like a letter; another one is like a space beside East Asian
 * letters, which have none between words.
 *
 * @param {string} char
 * @param {string} before
 * @param {string} behind
 * @returns {{opens: boolean, closes: boolean}}
 */
export function flanking(char, before, behind) {
  const stopBefore = isPunctuation(before) && !isEastAsian(before);
  const stopBehind = isPunctuation(behind) && !isEastAsian(behind);
  const left = !isSpace(behind) && (!stopBehind || isSpace(before) || stopBefore || isEastAsian(before));
  const right = !isSpace(before) && (!stopBefore || isSpace(behind) || stopBehind || isEastAsian(behind));
  if (char !== '_') return { opens: left, closes: right };
  return {
    opens: left && (!right || isPunctuation(before)),
    closes: right && (!left || isPunctuation(behind)),
  };
}

export class Emphasis {
  /** @param {InlineParser} parser */
  constructor(parser) {
    this.parser = parser;
    /** @type {Run | null} */
    this.last = null;
  }

  /** Reads the run of marks where the parser stands. @param {string} char */
  read(char) {
    const { parser } = this;
    const { text, at } = parser;
    const length = runLength(text, at, char);
    const behind = parser.behind(at + length);
    const { opens, closes } = flanking(char, parser.before(at), behind);
    // At the end of a text that arrives, more marks or words may come.
    const isOpen = parser.options.isOpen && at + length === text.length;
    if ((!opens && !closes && !isOpen) || (char === '~' && length !== 2 && !isOpen)) {
      parser.takeText(length);
      return;
    }
    const piece = parser.add({ type: 'text', text: text.slice(at, at + length) });
    parser.at += length;
    parser.add({ type: 'text', text: '' });
    const run = { char, length, opens: opens || isOpen, closes: closes && !isOpen, piece, before: this.last, after: null };
    if (this.last) this.last.after = run;
    this.last = run;
  }

  /**
   * Matches the runs behind `bottom`; those that are left are text.
   *
   * @param {Run | null} bottom
   * @param {boolean} isOpen  what they open may be closed by what is still to come
   */
  close(bottom, isOpen) {
    /** Below which run none opens what a run of a kind closes. @type {Map<string, Run | null>} */
    const floors = new Map();
    let closer = this.firstAfter(bottom);
    while (closer) {
      const next = closer.after;
      if (!closer.closes) {
        closer = next;
        continue;
      }
      const kind = `${closer.char}${closer.opens ? 'o' : ''}${closer.length % 3}`;
      const floor = floors.has(kind) ? floors.get(kind) : bottom;
      const opener = this.findOpener(closer, floor ?? null, bottom);
      if (!opener) {
        floors.set(kind, closer.before);
        if (!closer.opens) this.remove(closer);
        closer = next;
        continue;
      }
      closer = this.join(opener, closer) ? closer : next;
    }
    if (isOpen) {
      for (let run = this.firstAfter(bottom); run; run = run.after) if (run.opens) run.piece.token.text = '';
    }
    this.last = bottom;
    if (bottom) bottom.after = null;
  }

  /** @param {Run | null} bottom @returns {Run | null} */
  firstAfter(bottom) {
    let run = this.last;
    while (run && run.before !== bottom) run = run.before;
    return run;
  }

  /**
   * @param {Run} closer
   * @param {Run | null} floor
   * @param {Run | null} bottom
   * @returns {Run | null}
   */
  findOpener(closer, floor, bottom) {
    for (let run = closer.before; run && run !== floor && run !== bottom; run = run.before) {
      if (run.char !== closer.char || !run.opens) continue;
      const odd = (run.closes || closer.opens) && (run.length + closer.length) % 3 === 0 &&
        (run.length % 3 !== 0 || closer.length % 3 !== 0);
      if (closer.char === '~' || !odd) return run;
    }
    return null;
  }

  /**
   * Makes one token of what stands between two runs.
   *
   * @param {Run} opener
   * @param {Run} closer
   * @returns {boolean} whether marks of the closer are left
   */
  join(opener, closer) {
    const { parser } = this;
    for (let run = closer.before; run && run !== opener; run = run.before) this.remove(run);
    const from = opener.piece.token.text ?? '';
    const to = closer.piece.token.text ?? '';
    const size = from.length >= 2 && to.length >= 2 ? 2 : 1;
    opener.piece.token.text = from.slice(size);
    closer.piece.token.text = to.slice(size);
    const end = /** @type {Piece} */ (closer.piece.before);
    const begin = opener.piece.after;
    if (begin && begin !== closer.piece) {
      end.after = null;
      const tokens = parser.tokensAfter(opener.piece);
      const depth = 1 + Math.max(0, ...tokens.map((token) => token.nesting ?? 0));
      const type = closer.char === '~' ? 'del' : size === 2 ? 'strong' : 'em';
      /** @type {Piece} */
      const piece = { token: { type, tokens, nesting: depth }, before: opener.piece, after: closer.piece };
      if (depth > MAX_INLINE_DEPTH) piece.token = { type: 'text', text: '' };
      opener.piece.after = piece;
      closer.piece.before = piece;
      if (depth > MAX_INLINE_DEPTH) this.unfold(piece, tokens);
    }
    if (from.length === size) this.remove(opener);
    if (to.length > size) return true;
    this.remove(closer);
    return false;
  }

  /**
   * What is nested too deep stands there without its mark.
   *
   * @param {Piece} piece
   * @param {import('./types.js').Token[]} tokens
   */
  unfold(piece, tokens) {
    let last = piece;
    const behind = piece.after;
    for (const token of tokens) {
      /** @type {Piece} */
      const made = { token, before: last, after: behind };
      last.after = made;
      last = made;
    }
    if (behind) behind.before = last;
  }

  /** @param {Run} run */
  remove(run) {
    if (run.before) run.before.after = run.after;
    if (run.after) run.after.before = run.before;
    else if (this.last === run) this.last = run.before;
  }
}
