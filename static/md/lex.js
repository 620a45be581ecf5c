/* SPDX-License-Identifier: MIT */
/**
 * Text to tokens: marked's lexer for CommonMark and GFM, with formulas and
 * footnotes added, raw HTML kept as text, and inputs made to waste time cut
 * down to plain text. Pure.
 */
import { Lexer, Marked } from '../vendor/marked/marked.esm.js';
import {
  MAX_BLOCK_WORK, MAX_DEPTH, MAX_INLINE, MAX_INLINE_DEPTH, MAX_TEXT, MAX_WORK,
} from './limits.js';
import { maskMath, mathAt, mathBlockAt, nextMath } from './math-rule.js';
import { drain } from './schedule.js';
import { paragraphEnd } from './split.js';

/**
 * @typedef {import('./types.js').Token} Token
 * @typedef {import('./types.js').Links} Links
 * @typedef {{blockTokens: (src: string, tokens: Token[]) => Token[], inlineTokens: (src: string) => Token[],
 *   state: {top: boolean, inLink: boolean}}} InnerLexer
 */

const FOOTNOTE = /^ {0,3}\[\^([^\]\s]{1,200})\]:[ \t]*([^\n]*(?:\n|$))/;

/**
 * @this {{lexer: InnerLexer}}
 * @param {string} src
 * @returns {Token | undefined}
 */
function footnoteDefinition(src) {
  const head = FOOTNOTE.exec(src);
  if (!head) return undefined;
  let raw = head[0];
  let body = /** @type {string} */ (head[2]);
  let rest = src.slice(raw.length);
  // Indented lines belong to it, after blank lines too; a lazy line directly below as well.
  for (;;) {
    const more = /^(?:[ \t]*\n)*(?: {2,}|\t)[^\n]*\S[^\n]*(?:\n|$)/.exec(rest) ??
      (/\S/.test(body) && !/\n[ \t]*\n$/.test(body)
        ? /^(?! {0,3}(?:\[\^|#{1,6} |>|```|~~~|[-*+] |\d+[.)] ))[^\n]*\S[^\n]*(?:\n|$)/.exec(rest) : null);
    if (!more) break;
    raw += more[0];
    body += more[0].replace(/^(?: {1,4}|\t)/gm, '');
    rest = rest.slice(more[0].length);
  }
  const blank = /^(?:[ \t]*\n)+/.exec(rest);
  if (blank) raw += blank[0];
  const top = this.lexer.state.top;
  this.lexer.state.top = true;
  const tokens = this.lexer.blockTokens(body, []);
  this.lexer.state.top = top;
  return { type: 'footnoteDef', raw, label: foldLabel(/** @type {string} */ (head[1])), tokens };
}

/**
 * @param {string} label
 * @returns {string}
 */
function foldLabel(label) {
  return label.toLowerCase();
}

const instance = new Marked({
  gfm: true,
  hooks: { emStrongMask: maskMath },
  extensions: [
    {
      name: 'mathBlock',
      level: 'block',
      start: (/** @type {string} */ src) => {
        // Only within the paragraph: a search to the end of the text, made
        // for each paragraph, would cost the square of their number.
        const at = src.search(/\n(?:[ \t]*\n| {0,3}(?:\$\$|\\\[))/);
        return at < 0 || !mathBlockAt(src.slice(at + 1)) ? undefined : at + 1;
      },
      tokenizer: (/** @type {string} */ src) => {
        const found = mathBlockAt(src);
        return found ? { type: 'mathBlock', ...found } : undefined;
      },
    },
    { name: 'footnoteDef', level: 'block', tokenizer: footnoteDefinition, childTokens: ['tokens'] },
    {
      name: 'math',
      level: 'inline',
      start: nextMath,
      /** @param {string} src @param {Token[]} tokens @returns {Token | undefined} */
      tokenizer: (src, tokens) => {
        if (src[0] !== '$' && src[0] !== '\\') return undefined;
        const found = mathAt(src, tokens.at(-1)?.raw.at(-1));
        return found ? { type: 'math', ...found } : undefined;
      },
    },
    {
      name: 'footnoteRef',
      level: 'inline',
      start: (/** @type {string} */ src) => {
        const at = src.indexOf('[^');
        return at < 0 ? undefined : at;
      },
      /** @this {{lexer: InnerLexer}} @param {string} src @returns {Token | undefined} */
      tokenizer(src) {
        const found = /^\[\^([^\]\s]{1,200})\](?![:(])/.exec(src);
        if (!found || this.lexer.state.inLink) return undefined;
        return { type: 'footnoteRef', raw: found[0], label: foldLabel(/** @type {string} */ (found[1])) };
      },
    },
  ],
  tokenizer: {
    // Tags are text here: they change nothing about what follows them.
    /** @param {string} src @returns {any} */
    tag(src) {
      if (src[0] !== '<') return undefined;
      const found = this.rules.inline.tag.exec(src);
      return found ? { type: 'html', raw: found[0], text: found[0], block: false } : undefined;
    },
  },
});

/**
 * Makes the text's line ends and NULs what CommonMark says they are.
 *
 * @param {string} text
 * @returns {string}
 */
export function normalise(text) {
  let out = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (out.includes('\r')) out = out.replace(/\r\n?/g, '\n');
  if (out.includes('\0')) out = out.replaceAll('\0', '\ufffd');
  return out;
}

/**
 * How much work the inline marks of a text can make, in the worst case: it
 * grows with the square of their number, and brackets weigh most.
 *
 * @param {string} src
 * @returns {number}
 */
function inlineWork(src) {
  const marks = src.match(/[*_~`<!$\\@&:]/g)?.length ?? 0;
  const brackets = src.match(/[[\]]/g)?.length ?? 0;
  return marks * marks + 4 * brackets * brackets;
}

/** marked's lexer, bounded: what is beyond a limit becomes plain text. */
class BoundedLexer extends Lexer {
  depth = 0;
  inlineDepth = 0;
  work = 0;

  /**
   * @param {string} src
   * @param {any} [tokens]
   * @param {boolean} [clipped]
   * @returns {any}
   */
  blockTokens(src, tokens = [], clipped = false) {
    if (this.depth > MAX_DEPTH) {
      tokens.push(plainToken(src));
      return tokens;
    }
    this.depth++;
    try {
      return super.blockTokens(src, tokens, clipped);
    } finally {
      this.depth--;
    }
  }

  /**
   * @param {string} src
   * @param {any} [tokens]
   * @returns {any}
   */
  inlineTokens(src, tokens = []) {
    const outermost = this.inlineDepth === 0;
    const work = outermost ? inlineWork(src) : 0;
    if (src.length > MAX_INLINE || work > MAX_BLOCK_WORK || this.work + work > MAX_WORK ||
      this.inlineDepth > MAX_INLINE_DEPTH) {
      tokens.push({ type: 'literal', raw: src, text: src });
      return tokens;
    }
    this.work += work;
    this.inlineDepth++;
    try {
      return super.inlineTokens(src, tokens);
    } finally {
      this.inlineDepth--;
    }
  }
}

/**
 * A paragraph that is too long to be laid out in one becomes several.
 *
 * @param {BoundedLexer} lexer
 * @param {Token} token
 * @returns {Token[]}
 */
function cutParagraph(lexer, token) {
  let end = token.type === 'paragraph' && token.raw.startsWith(token.text ?? '') ? paragraphEnd(token.text ?? '') : 0;
  if (!end) return [token];
  const queue = /** @type {{src: string, tokens: unknown}[]} */ (/** @type {unknown} */ (lexer.inlineQueue));
  const place = queue.findIndex(({ tokens }) => tokens === token.tokens);
  if (place < 0) return [token];
  const pieces = [];
  let { raw, text = '' } = token;
  do {
    pieces.push({ ...token, raw: raw.slice(0, end), text: text.slice(0, end), tokens: [], goesOn: true, follows: pieces.length > 0 });
    raw = raw.slice(end);
    text = text.slice(end);
    end = paragraphEnd(text);
  } while (end);
  pieces.push({ ...token, raw, text, tokens: [], follows: true });
  queue.splice(place, 1, ...pieces.map((piece) => ({ src: piece.text, tokens: piece.tokens })));
  return pieces;
}

/**
 * @param {string} text
 * @returns {Token}
 */
export function plainToken(text) {
  return { type: 'plain', raw: text, text };
}

/**
 * Lexes `text` (normalised) into block tokens; what is beyond the limits comes
 * as tokens of type `plain` (blocks) and `literal` (inline).
 *
 * @param {string} text
 * @param {{links?: Links, breaks?: boolean}} [options]  `links`: reference
 *   definitions known already; new ones are added to it
 * @returns {Token[]}
 */
export function lex(text, options = {}) {
  return drain(lexInParts(text, options));
}

/**
 * The same, with a pause wherever it may be interrupted.
 *
 * @param {string} text
 * @param {{links?: Links, breaks?: boolean}} [options]
 * @returns {Generator<void, Token[]>}
 */
export function* lexInParts(text, options = {}) {
  if (text.length > MAX_TEXT) {
    const cut = text.lastIndexOf('\n', MAX_TEXT) + 1 || MAX_TEXT;
    const tokens = yield* lexInParts(text.slice(0, cut), options);
    return [...tokens, plainToken(text.slice(cut))];
  }
  const lexer = new BoundedLexer({ ...instance.defaults, breaks: options.breaks ?? false });
  if (options.links) Object.assign(lexer.tokens.links, options.links);
  try {
    // As Lexer.lex() does: blocks first, since what they define is needed
    // inside all of them; the queue may grow on the way.
    const blocks = /** @type {Token[]} */ (/** @type {unknown} */ (lexer.blockTokens(text, lexer.tokens)));
    const tokens = blocks.flatMap((token) => cutParagraph(lexer, token));
    for (let i = 0; i < lexer.inlineQueue.length; i++) {
      const { src, tokens: inner } = /** @type {{src: string, tokens: any}} */ (lexer.inlineQueue[i]);
      lexer.inlineTokens(src, inner);
      yield;
    }
    lexer.inlineQueue = [];
    if (options.links) Object.assign(options.links, lexer.tokens.links);
    return tokens;
  } catch {
    return [plainToken(text)];
  }
}
