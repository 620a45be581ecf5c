/* SPDX-License-Identifier: MIT */
/**
 * Text shown as it is, of any length: much of it stands in parts, so that
 * neither showing it nor adding to it costs more than a part does.
 */
import { element } from './dom.js';
import { PLAIN_PART } from './limits.js';
import { Pieces } from './block-pieces.js';

/**
 * @param {string} text
 * @param {number} from
 * @returns {number} where the part that begins at `from` ends; more text behind
 *   the end of the next part does not change it
 */
export function partEnd(text, from) {
  const most = from + PLAIN_PART;
  if (text.length <= most) return text.length;
  const line = text.lastIndexOf('\n', most - 1) + 1;
  if (line > from) return line;
  const word = text.lastIndexOf(' ', most - 1) + 1;
  if (word > from) return word;
  // Not between the halves of a character.
  return /[\ud800-\udbff]/.test(text[most - 1] ?? '') ? most - 1 : most;
}

/**
 * @param {string} text
 * @returns {string[]} its parts
 */
export function plainParts(text) {
  const parts = [];
  for (let at = 0; at < text.length;) {
    const end = partEnd(text, at);
    parts.push(text.slice(at, end));
    at = end;
  }
  return parts;
}

/**
 * Makes `node` show `text` and nothing else; parts that stay the same are not
 * touched.
 *
 * @param {HTMLElement} node  empty, or filled by this function before
 * @param {string} text
 */
export function showPlain(node, text) {
  if (text.length <= PLAIN_PART) {
    const only = node.childNodes.length === 1 ? node.firstChild : null;
    if (only?.nodeType === 3) setText(/** @type {Text} */ (only), text);
    else node.textContent = text;
    return;
  }
  if (node.firstChild?.nodeType === 3) node.textContent = '';
  let part = /** @type {Element | null} */ (node.firstElementChild);
  for (let at = 0; at < text.length;) {
    const end = partEnd(text, at);
    if (!part) {
      part = node.ownerDocument.createElement('span');
      part.className = 'md-plain-part';
      part.append('');
      node.append(part);
    }
    setText(/** @type {Text} */ (part.firstChild), text.slice(at, end));
    at = end;
    part = part.nextElementSibling;
  }
  while (part) {
    const next = part.nextElementSibling;
    part.remove();
    part = next;
  }
}

/** The text of a block that grows, of which only the last part is touched. */
export class GrowingText {
  /** @param {HTMLElement} node  empty */
  constructor(node) {
    this.node = node;
    this.pieces = new Pieces();
    this.clear();
  }

  clear() {
    this.node.replaceChildren();
    /** @type {Text | null} the last part */
    this.part = null;
    this.tail = '';
  }

  /** @param {import('./types.js').Block} block  what is to be seen of it */
  take(block) {
    const { text, isMore } = this.pieces.next(block);
    if (!isMore) this.clear();
    if (text || !this.part) this.grow(text);
  }

  /** @param {string} text */
  grow(text) {
    this.tail += text;
    for (let end = partEnd(this.tail, 0); end < this.tail.length; end = partEnd(this.tail, 0)) {
      this.show(this.tail.slice(0, end), true);
      this.tail = this.tail.slice(end);
      this.part = null;
    }
    this.show(this.tail, false);
  }

  /**
   * @param {string} text  of the last part
   * @param {boolean} goesOn
   */
  show(text, goesOn) {
    const { node } = this;
    const doc = node.ownerDocument;
    if (!this.part) {
      this.part = doc.createTextNode('');
      if (node.firstChild) node.append(element(doc, 'span', 'md-plain-part', this.part));
      else node.append(this.part);
    }
    setText(this.part, text);
    // The first of several stands in a box as the others do.
    if (goesOn && this.part.parentNode === node) this.part.replaceWith(element(doc, 'span', 'md-plain-part', this.part.data));
  }
}

/**
 * @param {Text} node
 * @param {string} text
 */
export function setText(node, text) {
  const old = node.data;
  if (old === text) return;
  if (text.startsWith(old)) node.appendData(text.slice(old.length));
  else node.data = text;
}
