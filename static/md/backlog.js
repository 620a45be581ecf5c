/* SPDX-License-Identifier: MIT */
/** Text that waits to be read, in the meantime shown plain at the end of all. */
import { element } from './dom.js';
import { plainParts } from './plain.js';

export class Backlog {
  /** @param {Document} doc */
  constructor(doc) {
    this.doc = doc;
    /** @type {HTMLElement | null} that holds it, while there is some */
    this.node = null;
    /** @type {{node: HTMLElement, begin: number, end: number}[]} in order */
    this.parts = [];
    this.end = 0;
  }

  /**
   * Shows what waits.
   *
   * @param {ParentNode & Node} root
   * @param {string} text
   * @param {number} from  where what has not been read begins
   * @param {ChildNode | null} before  what stays behind it
   */
  show(root, text, from, before) {
    let at = Math.max(from, this.end);
    if (!this.node && at < text.length) {
      this.node = element(this.doc, 'div', 'md-waiting');
      root.insertBefore(this.node, before);
    }
    for (const part of plainParts(text.slice(at))) {
      const node = element(this.doc, 'p', 'md-raw', part);
      this.node?.append(node);
      this.parts.push({ node, begin: at, end: at + part.length });
      at += part.length;
    }
    this.end = at;
  }

  /** @param {number} read  where what has not been read begins now */
  drop(read) {
    let count = 0;
    while (count < this.parts.length && /** @type {{end: number}} */ (this.parts[count]).end <= read) count++;
    for (const { node } of this.parts.splice(0, count)) node.remove();
    const [first] = this.parts;
    if (!first) {
      this.node?.remove();
      this.node = null;
    }
    if (!first || first.begin >= read) return;
    first.node.textContent = (first.node.textContent ?? '').slice(read - first.begin);
    first.begin = read;
  }
}
