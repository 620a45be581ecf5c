/* SPDX-License-Identifier: MIT */
/**
 * Where the blocks of a text, the items of a list and the like stand. The
 * browser looks at all children of a box whenever one is added; so that this
 * does not cost the more the more there are, they stand in boxes of some
 * each beyond a number, and a box out of view costs nothing. A node is never
 * moved: that would lose selection, focus and scroll position in it.
 */
import { element } from './dom.js';
import { BOX_SIZE } from './limits.js';

const BOX = 'md-part';
const CODE_BOX = 'md-code-part';

/** Pieces of code that are laid out together. */
const CODE_BOX_SIZE = 10;

/** Height of a line of code, as css/markdown.css has it (em). */
const LINE = 1.6;

/**
 * @param {Node | null} node
 * @param {string} name
 * @returns {node is HTMLElement}
 */
function isBox(node, name) {
  return node !== null && /** @type {Element} */ (node).className === name;
}

/**
 * A box is nothing to assistive technology: items are still those of the list.
 *
 * @param {Document} doc
 * @param {ParentNode} parent
 * @returns {HTMLElement}
 */
function makeBox(doc, parent) {
  const box = element(doc, 'div', BOX);
  if (isList(parent)) {
    /** @type {HTMLElement} */ (parent).setAttribute('role', 'list');
    box.setAttribute('role', 'none');
  }
  return box;
}

/**
 * @param {ParentNode} parent
 * @returns {boolean}
 */
function isList(parent) {
  return /^[UO]L$/.test(parent.nodeName);
}

/**
 * Puts `node` behind all that stand in `parent`.
 *
 * @param {Document} doc
 * @param {HTMLElement | DocumentFragment} parent
 * @param {HTMLElement} node
 * @param {ChildNode | null} before  what is to stay behind it, if there is such
 */
export function place(doc, parent, node, before) {
  const last = before ? before.previousSibling : parent.lastChild;
  let box = isBox(last, BOX) ? last : null;
  let behind = 0;
  for (let node = /** @type {Element | null} */ (before); node; node = node.nextElementSibling) behind++;
  if (!box && parent.childElementCount - behind < BOX_SIZE) {
    parent.insertBefore(node, before);
    return;
  }
  if (!box || box.childElementCount >= BOX_SIZE) {
    box = makeBox(doc, parent);
    parent.insertBefore(box, before);
  }
  if (isList(parent)) node.setAttribute('role', 'listitem');
  // Counting does not go on from one box to the next.
  if (parent.nodeName === 'OL' && !box.firstChild && node.nodeName === 'LI') {
    const earlier = BOX_SIZE * (parent.childElementCount - BOX_SIZE);
    /** @type {HTMLLIElement} */ (node).value = /** @type {HTMLOListElement} */ (parent).start + earlier;
  }
  box.append(node);
}

/**
 * Takes the last node away, with a box that it leaves empty.
 *
 * @param {Element} node
 */
export function unplace(node) {
  const { parentNode } = node;
  node.remove();
  if ((isBox(parentNode, BOX) || isBox(parentNode, CODE_BOX)) && !parentNode.firstChild) parentNode.remove();
}

/**
 * @param {HTMLElement} node
 * @param {HTMLElement} made  takes the place of `node`
 */
export function replace(node, made) {
  if (node.nodeName === 'LI') {
    for (const name of ['role', 'value']) {
      const value = node.getAttribute(name);
      if (value !== null) made.setAttribute(name, value);
    }
  }
  node.replaceWith(made);
}

/**
 * Puts a piece of lines into a block of code.
 *
 * @param {Document} doc
 * @param {HTMLElement} code
 * @param {HTMLElement} node
 * @param {ChildNode | null} before  what follows it
 */
export function placeLines(doc, code, node, before) {
  const last = before ? before.previousSibling : code.lastChild;
  let box = isBox(last, CODE_BOX) ? last : null;
  if (!box && code.childElementCount <= CODE_BOX_SIZE) {
    code.insertBefore(node, before);
    return;
  }
  if (!box || box.childElementCount >= CODE_BOX_SIZE) {
    box = element(doc, 'span', CODE_BOX);
    code.insertBefore(box, before);
  }
  box.append(node);
}

/** @type {WeakMap<Node, {lines: number, width: number}>} what is in a box of code */
const sizes = new WeakMap();

/**
 * Tells the box in which a piece stands how large it is, also while it has not
 * been seen: how far the code scrolls sideways depends on it.
 *
 * @param {HTMLElement} node
 * @param {string} text  of the piece, complete
 */
export function fitLines(node, text) {
  const box = node.parentNode;
  if (!isBox(box, CODE_BOX)) return;
  let { lines, width } = sizes.get(box) ?? { lines: 0, width: 0 };
  for (let at = 0; at < text.length; lines++) {
    const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
    width = Math.max(width, end - at);
    at = end + 1;
  }
  sizes.set(box, { lines, width });
  box.style.containIntrinsicSize = `auto ${width}ch auto ${(lines * LINE).toFixed(1)}em`;
}
