/* SPDX-License-Identifier: MIT */
/**
 * Blocks to nodes, and nodes brought up to date with blocks that have grown.
 * Blocks that have settled are never looked at again, so that an update costs
 * what is open and what is new, however long the text is.
 */
import { place, replace, unplace } from './boxes.js';
import { codeMaker } from './code-maker.js';
import { directionOf } from './direction.js';
import { element } from './dom.js';
import { fill, patchInline } from './inline.js';
import { languageOf, setLanguage } from './language.js';
import { isHidden, isTight, leafTokens } from './leaf.js';
import { GrowingText } from './plain.js';
import { tableMaker } from './table.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./types.js').Block} Block
 * @typedef {import('./types.js').Maker} Maker
 * @typedef {import('./types.js').Token} Token
 * @typedef {import('./types.js').View} View
 */

/** Signs after which it is worth asking which language a text is in. */
const ENOUGH = 24;

/**
 * What a block is shown as. A block in whose place another kind is to be seen
 * gets another node; one of the same kind keeps its own.
 *
 * @param {Context} context
 * @param {Block} block
 * @returns {string}
 */
function kindOf(context, block) {
  const { type } = block;
  if (type === 'heading') return `heading ${block.level}`;
  if (type === 'list') return `list ${block.ordered} ${block.start}`;
  if (type === 'paragraph') return isTight(block) ? 'line' : 'paragraph';
  if (type === 'table') return `table ${block.align?.join()} ${block.head}`;
  if (type === 'code') return `code ${fenceOf(context, block) ?? ''} ${block.info}`;
  return context.shown.has(type) ? `${type} ${block.open}` : type;
}

/** @param {Context} context @param {Block} block @returns {string | null} the word that makes code something else */
function fenceOf(context, block) {
  const word = block.fence ? (block.info ?? '').split(/\s/)[0]?.toLowerCase() ?? '' : '';
  return word && context.fences[word] ? word : null;
}

/** @param {Context} context @param {Block} block @returns {Maker} */
function makerOf(context, block) {
  const fence = block.type === 'code' ? fenceOf(context, block) : null;
  if (fence) return /** @type {Maker} */ (context.fences[fence]);
  return context.shown.get(block.type) ?? MAKERS[block.type] ?? /** @type {Maker} */ (MAKERS.plain);
}

/** Text with marks: paragraphs, headings, lines of items. @type {Maker} */
const leaf = {
  make(context, view) {
    const { block } = view;
    const { doc } = context;
    view.state = { tokens: [] };
    if (isHidden(context, block)) return;
    if (block.type === 'heading') {
      const level = Math.min(6, Math.max(1, (block.level ?? 1) + context.headingOffset));
      view.node = element(doc, /** @type {'h1'} */ (`h${level}`));
    } else {
      view.node = isTight(block) ? element(doc, 'span', 'md-text') : element(doc, 'p');
    }
    if (!isTight(block)) view.node.dir = 'auto';
    view.state.tokens = leafTokens(context, view.block, view);
    fill(context, view.node, view.state.tokens);
    finishLeaf(view);
  },
  update(context, view) {
    const { node, block } = view;
    if (!node || isHidden(context, block)) {
      if (node) unplace(node);
      view.node = null;
      if (!isHidden(context, block)) this.make(context, view);
      return;
    }
    const tokens = leafTokens(context, view.block, view);
    patchInline(context, node, view.state.tokens, tokens);
    view.state.tokens = tokens;
    finishLeaf(view);
  },
};

/** @param {View} view  of a text that has been shown */
function finishLeaf({ node, block }) {
  if (!node) return;
  if (block.type === 'paragraph' && !isTight(block)) node.classList.toggle('md-goes-on', block.goesOn === true);
  setLanguage(node, block.open && block.text.length < ENOUGH ? '' : languageOf(block.text));
}

/** @type {Maker} */
const quote = {
  make(context, view) {
    view.node = element(context.doc, 'blockquote');
    this.update(context, view);
  },
  update(context, view) {
    patchKids(context, view);
    orient(view);
  },
};

/** @type {Maker} */
const list = {
  make(context, view) {
    const { block } = view;
    view.node = element(context.doc, block.ordered ? 'ol' : 'ul');
    view.state = { loose: block.loose };
    if (block.ordered && block.start !== 1) /** @type {HTMLOListElement} */ (view.node).start = Number(block.start);
    this.update(context, view);
  },
  update(context, view) {
    const { block, node } = view;
    if (view.state.loose !== block.loose) {
      view.state.loose = block.loose;
      for (const item of view.kids) spread(context, item);
    }
    patchKids(context, view);
    orient(view);
    // Where the numbers are long, they need room.
    const digits = block.ordered ? String(Number(block.start) + block.kids.length - 1).length : 0;
    if (digits > 2) /** @type {HTMLElement} */ (node).className = `md-digits-${Math.min(digits, 9)}`;
  },
};

/**
 * An item of a list that has become loose, or tight again: its lines are paragraphs, or the other way round.
 *
 * @param {Context} context
 * @param {View} item
 */
function spread(context, item) {
  for (const view of item.kids) {
    const { node, block } = view;
    if (!node || block.type !== 'paragraph') continue;
    const made = isTight(block) ? element(context.doc, 'span', 'md-text') : element(context.doc, 'p');
    if (!isTight(block)) made.dir = 'auto';
    if (node.lang) made.lang = node.lang;
    made.append(...node.childNodes);
    node.replaceWith(made);
    view.node = made;
    view.type = kindOf(context, block);
  }
}

/** @type {Maker} */
const item = {
  make(context, view) {
    view.node = element(context.doc, 'li');
    this.update(context, view);
  },
  update(context, view) {
    patchKids(context, view);
    const first = view.kids[0];
    view.node?.classList.toggle('md-task', first?.state?.tokens?.[0]?.type === 'checkbox');
    if (!view.node?.classList.length) view.node?.removeAttribute('class');
    orient(view);
  },
};

/** Text exactly as it is: raw HTML, and what is beyond a limit. @type {Maker} */
const plain = {
  make(context, view) {
    view.node = element(context.doc, 'p', 'md-raw');
    view.node.dir = 'auto';
    view.state = new GrowingText(view.node);
    this.update(context, view);
  },
  update(_, view) {
    view.state.take(view.block);
  },
};

/** @type {Record<string, Maker>} */
const MAKERS = {
  paragraph: leaf,
  heading: leaf,
  quote,
  list,
  item,
  table: tableMaker,
  code: codeMaker,
  html: plain,
  plain,
  rule: {
    make(context, view) {
      view.node = element(context.doc, 'hr');
    },
    update() {},
  },
};

/**
 * Gives a container its direction, by its own text. `dir="auto"` looks past descendants that have one.
 *
 * @param {View} view
 */
function orient(view) {
  const node = /** @type {HTMLElement} */ (view.node);
  const dir = directionOf(view.block);
  if (dir === node.dir) return;
  if (dir) node.dir = dir;
  else node.removeAttribute('dir');
}

/**
 * @param {Block} block
 * @param {HTMLElement | DocumentFragment} node
 * @returns {View} of a block whose kids stand in `node`
 */
export function rootView(block, node) {
  return { block, type: block.type, node: /** @type {HTMLElement} */ (node), kids: [], settled: 0, final: false, state: null };
}

/**
 * @param {Context} context
 * @param {HTMLElement} node
 * @param {Block} block  whose kids are shown in it, as they are now
 */
export function showKids(context, node, block) {
  patchKids(context, rootView(block, node));
}

/**
 * Brings the kids of a view in line with those of its block.
 *
 * @param {Context} context
 * @param {View} view
 * @param {ChildNode | null} [end]  what stays behind them
 */
export function patchKids(context, view, end = null) {
  const { block, kids } = view;
  for (let i = view.settled; i < block.kids.length; i++) patchKid(context, view, i, end);
  while (kids.length > block.kids.length) dropLast(view);
  while (kids[view.settled]?.final) view.settled++;
}

/** @param {View} view  loses its last kid */
function dropLast(view) {
  const last = view.kids.pop();
  if (last?.node) unplace(last.node);
}

/**
 * @param {Context} context
 * @param {View} view
 * @param {number} i
 * @param {ChildNode | null} end
 */
function patchKid(context, view, i, end) {
  const block = /** @type {Block} */ (view.block.kids[i]);
  const type = kindOf(context, block);
  const maker = makerOf(context, block);
  const old = view.kids[i];
  if (old?.type === type) {
    if (old.final) return;
    old.block = block;
    const { node } = old;
    maker.update(context, old);
    if (old.node && !node && view.node) {
      // What comes to be seen only now has no place yet: it comes last.
      while (view.kids.length > i + 1) dropLast(view);
      place(context.doc, view.node, old.node, end);
    }
    old.final = block.settled;
    return;
  }
  /** @type {View} */
  const made = { block, type, node: null, kids: [], settled: 0, final: false, state: null };
  maker.make(context, made);
  made.final = block.settled;
  if (old?.node && made.node) {
    replace(old.node, made.node);
  } else {
    while (view.kids.length > i) dropLast(view);
    if (made.node && view.node) place(context.doc, view.node, made.node, end);
  }
  view.kids[i] = made;
}

/**
 * Shows anew what referred to something that has its definition now.
 *
 * @param {Context} context
 * @returns {Generator<void, void>}
 */
export function* showMissed(context) {
  for (const [label, views] of context.missed) {
    if (!context.links[label]) continue;
    context.missed.delete(label);
    for (const view of views) {
      if (!view.node?.isConnected && !view.node?.parentNode) continue;
      view.state.isStale = true;
      makerOf(context, view.block).update(context, view);
      yield;
    }
  }
}
