/* SPDX-License-Identifier: MIT */
/**
 * The few tags that mean something in a text and can do nothing else: line
 * breaks, sub- and superscripts, keys and marks, without any attribute. They
 * become nodes of our own; every other tag is text.
 */
import { element } from './dom.js';
import { fill } from './inline.js';

/** @typedef {import('./types.js').Token} Token */

const NAMES = ['sub', 'sup', 'kbd', 'mark'];
const OPENING = /<(sub|sup|kbd|mark|br[ \t]*\/?)>/iy;

/** A tag is looked for no further than this, and holds no more than so many. */
const MAX_LENGTH = 400;
const MAX_DEPTH = 4;

/**
 * @param {string} text
 * @param {number} at      behind an opening tag
 * @param {string} name
 * @returns {number} where its closing tag begins; -1: nowhere
 */
function closingTag(text, at, name) {
  const front = text.slice(at, at + MAX_LENGTH).toLowerCase();
  const close = front.indexOf(`</${name}>`);
  if (close < 0 || front.lastIndexOf(`<${name}>`, close) >= 0 || front.slice(0, close).includes('\n\n')) return -1;
  return at + close;
}

/** @type {import('./types.js').InlineRule} */
const inline = {
  chars: '<',
  read(text, at, parser) {
    OPENING.lastIndex = at;
    const found = OPENING.exec(text);
    if (!found) return null;
    const name = /** @type {string} */ (found[1]).toLowerCase();
    const begin = at + found[0].length;
    if (name.startsWith('br')) return { end: begin, token: { type: 'br' } };
    const close = closingTag(text, begin, name);
    const isOpen = parser.options.isOpen && text.length - begin < MAX_LENGTH;
    // Until its end has come, what is in it is plain.
    if (close < 0) return isOpen && !text.includes('\n\n', begin) ? { end: begin } : null;
    const depth = parser.options.depth ?? 0;
    if (depth >= MAX_DEPTH) return null;
    const tokens = parser.inner(text.slice(begin, close), depth + 1);
    return { end: close + name.length + 3, token: { type: 'tag', name, tokens } };
  },
};

/** @type {import('./types.js').Extension} */
export const tags = {
  name: 'tags',
  inline,
  nodes: {
    tag: (context, token, inLink) => {
      const name = NAMES.find((known) => known === token.name) ?? 'mark';
      return fill(context, element(context.doc, /** @type {'sub'} */ (name)), token.tokens ?? [], inLink);
    },
  },
};
