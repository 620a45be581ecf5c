/* SPDX-License-Identifier: MIT */
/**
 * Block tokens to nodes, and nodes brought up to date with new tokens: equal
 * blocks keep their node, growing ones are extended, others are replaced.
 */
import { place, replace, unplace } from './boxes.js';
import { CodeView } from './code.js';
import { direction } from './direction.js';
import { element } from './dom.js';
import { decodeEntities } from './entities.js';
import { fill, patchInline } from './inline.js';
import { plainToken } from './lex.js';
import { BOX_SIZE, MAX_COLUMNS } from './limits.js';
import { formulaNode } from './math.js';
import { showPlain } from './plain.js';
import { appendRows, tableNode, updateTable } from './table.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./types.js').Token} Token
 *
 * @typedef {object} Block     a token as it is shown
 * @property {Token} token
 * @property {HTMLElement} node
 * @property {Block[]} kids    of quotes and lists
 * @property {CodeView | null} view
 * @property {number} version  of the context's links when it was rendered
 */

/** Tokens that show nothing where they stand. */
const SILENT = new Set(['space', 'def', 'footnoteDef']);

/**
 * @param {Token} token
 * @returns {boolean}
 */
export function isShown(token) {
  return !SILENT.has(token.type);
}

/**
 * @param {Context} context
 * @param {Token} token
 * @returns {Block}
 */
function makeBlock(context, token) {
  const { doc } = context;
  /** @type {Block} */
  const block = { token, node: /** @type {any} */ (null), kids: [], view: null, version: context.version };
  context.nodes++;
  if (context.isFull()) {
    block.node = plainNode(doc, token.raw);
    return block;
  }
  switch (token.type) {
    case 'heading': {
      const level = Math.min(6, Math.max(1, (token.depth ?? 1) + context.headingOffset));
      const name = /** @type {'h1'} */ (`h${level}`);
      block.node = fill(context, element(doc, name), token.tokens ?? []);
      break;
    }
    case 'paragraph':
      block.node = fill(context, element(doc, 'p'), token.tokens ?? []);
      break;
    case 'hr':
      block.node = element(doc, 'hr');
      break;
    case 'code':
      context.nodes += 12;
      block.view = new CodeView(context, decodeEntities(token.lang ?? ''));
      block.view.update(token.text ?? '', !context.streaming);
      block.node = block.view.node;
      break;
    case 'blockquote':
      block.node = element(doc, 'blockquote');
      patchBlocks(context, block.node, block.kids, token.tokens ?? []);
      break;
    case 'list': {
      block.node = element(doc, token.ordered ? 'ol' : 'ul');
      if (token.ordered && token.start !== 1) /** @type {HTMLOListElement} */ (block.node).start = Number(token.start);
      patchBlocks(context, block.node, block.kids, token.items ?? []);
      break;
    }
    case 'list_item':
      block.node = element(doc, 'li', token.task ? 'md-task' : '');
      patchBlocks(context, block.node, block.kids, token.tokens ?? []);
      break;
    case 'table':
      block.node = (token.header?.length ?? 0) > MAX_COLUMNS ? plainNode(doc, token.raw) : tableNode(context, token);
      break;
    case 'mathBlock':
      block.node = element(doc, 'div', 'md-formula', formulaNode(context, /** @type {any} */ (token)));
      break;
    case 'text':
    case 'checkbox':
      block.node = /** @type {HTMLElement} */ (fill(context, element(doc, 'span'), [token]).firstChild);
      if (block.node.nodeType === 3) block.node = element(doc, 'span', 'md-text', block.node);
      break;
    default:
      block.node = plainNode(doc, token.raw);
  }
  orient(block);
  return block;
}

/** Tokens whose node has a direction, by how it is found. */
const LEAVES = new Set(['heading', 'paragraph', 'html', 'plain']);
const CONTAINERS = new Set(['blockquote', 'list', 'list_item', 'table']);

/**
 * Gives a block its direction, and the space behind it. `dir="auto"` looks past descendants that have
 * one, so containers are told by their own text.
 *
 * @param {Block} block
 */
function orient({ node, token }) {
  if (LEAVES.has(token.type)) {
    if (!node.dir) node.dir = 'auto';
    if (token.goesOn) node.classList.add('md-goes-on');
    else if (token.type === 'paragraph') node.classList.remove('md-goes-on');
  } else if (CONTAINERS.has(token.type)) {
    const dir = direction(token.text ?? token.raw);
    if (dir === node.dir) return;
    if (dir) node.dir = dir;
    else node.removeAttribute('dir');
  }
}

/**
 * Text shown exactly as it is: raw HTML, and what is beyond a limit.
 *
 * @param {Document} doc
 * @param {string} text
 * @returns {HTMLElement}
 */
function plainNode(doc, text) {
  const node = element(doc, 'p', 'md-raw');
  showPlain(node, text.replace(/\n+$/, ''));
  return node;
}

/**
 * Whether a block would look just as it does.
 *
 * @param {Context} context
 * @param {Block} block
 * @param {Token} token
 * @returns {boolean}
 */
function isSame(context, block, token) {
  const old = block.token;
  if (old.type !== token.type || old.raw !== token.raw || old.loose !== token.loose) return false;
  if (old.text !== token.text) return false;
  if (block.view && !block.view.closed && !context.streaming) return false;
  return block.version === context.version || !token.raw.includes('[');
}

/**
 * Changes a block's node to show `token`, where that is possible.
 *
 * @param {Context} context
 * @param {Block} block
 * @param {Token} token
 * @returns {boolean} false: it must be replaced
 */
function updateBlock(context, block, token) {
  const old = block.token;
  if (old.type !== token.type) return false;
  switch (token.type) {
    case 'paragraph':
      patchInline(context, block.node, old.tokens ?? [], token.tokens ?? []);
      return true;
    case 'text':
      if (!old.tokens || !token.tokens) return false;
      patchInline(context, block.node, old.tokens, token.tokens);
      return true;
    case 'heading':
      if (old.depth !== token.depth) return false;
      patchInline(context, block.node, old.tokens ?? [], token.tokens ?? []);
      return true;
    case 'code':
      if (old.lang !== token.lang || !block.view) return false;
      block.view.update(token.text ?? '', !context.streaming);
      return true;
    case 'blockquote':
      patchBlocks(context, block.node, block.kids, token.tokens ?? []);
      return true;
    case 'list':
      if (old.ordered !== token.ordered || old.start !== token.start) return false;
      patchBlocks(context, block.node, block.kids, token.items ?? []);
      return true;
    case 'list_item':
      if (old.task !== token.task) return false;
      patchBlocks(context, block.node, block.kids, token.tokens ?? []);
      return true;
    case 'plain':
      if (block.node.className !== 'md-raw') return false;
      showPlain(block.node, token.raw.replace(/\n+$/, ''));
      return true;
    case 'table':
      return updateTable(context, block, token);
    default:
      return false;
  }
}

/**
 * List items as they are in a list with blank lines between its items: text
 * becomes paragraphs, and a task's box stands in the first of them.
 *
 * @param {Token[]} items
 * @returns {Token[]}
 */
export function looseItems(items) {
  return items.map((item) => {
    if (item.loose) return item;
    const tokens = (item.tokens ?? []).map((token) => token.type === 'text' ? { ...token, type: 'paragraph' } : token);
    const [box, first] = tokens;
    if (box?.type === 'checkbox' && first?.type === 'paragraph') {
      tokens.splice(0, 2, {
        ...first, raw: box.raw + first.raw, text: box.raw + (first.text ?? ''), tokens: [box, ...first.tokens ?? []],
      });
    } else if (box?.type === 'checkbox') {
      tokens[0] = { type: 'paragraph', raw: box.raw, text: box.raw, tokens: [box] };
    }
    return { ...item, loose: true, tokens };
  });
}

/**
 * Tells a block that nothing more will be added to it.
 *
 * @param {Block} block
 */
export function closeBlock(block) {
  block.view?.update(block.token.text ?? '', true);
  for (const kid of block.kids) closeBlock(kid);
}

/**
 * Brings `parent`, which shows `blocks`, to show `tokens`; `blocks` is changed
 * to tell what is shown then.
 *
 * @param {Context} context
 * @param {HTMLElement | DocumentFragment} parent
 * @param {Block[]} blocks
 * @param {Token[]} tokens
 * @param {ChildNode | null} [before]  where new nodes go when nothing follows
 */
export function patchBlocks(context, parent, blocks, tokens, before = null) {
  const shown = shownTokens(context, blocks, tokens);
  shown.forEach((token, i) => patchBlock(context, parent, blocks, i, token, before));
  for (const block of blocks.splice(shown.length)) unplace(block.node);
}

/**
 * The same, with a pause after each block.
 *
 * @param {Context} context
 * @param {HTMLElement | DocumentFragment} parent
 * @param {Block[]} blocks
 * @param {Token[]} tokens
 * @returns {Generator<void, void>}
 */
export function* patchInParts(context, parent, blocks, tokens) {
  const shown = shownTokens(context, blocks, tokens);
  for (const [i, token] of shown.entries()) {
    if (i < blocks.length || context.isFull()) patchBlock(context, parent, blocks, i, token, null);
    else yield* addInParts(context, parent, blocks, token);
    yield;
  }
  for (const block of blocks.splice(shown.length)) unplace(block.node);
}

/**
 * Makes a block behind all others, a part of it after the other where it is long.
 *
 * @param {Context} context
 * @param {HTMLElement | DocumentFragment} parent
 * @param {Block[]} blocks
 * @param {Token} token
 * @returns {Generator<void, void>}
 */
function* addInParts(context, parent, blocks, token) {
  const { items, rows } = token;
  const long = Math.max(items?.length ?? 0, rows?.length ?? 0) > BOX_SIZE;
  const block = makeBlock(context, long ? { ...token, items: [], rows: [] } : token);
  block.token = token;
  blocks.push(block);
  place(context.doc, parent, block.node, null);
  if (!long) return;
  if (items) yield* patchInParts(context, block.node, block.kids, items);
  const table = block.node.firstChild;
  for (let i = 0; rows && table && i < rows.length; i += BOX_SIZE) {
    if (table.nodeName !== 'TABLE') return; // shown as text
    appendRows(context, /** @type {HTMLTableElement} */ (table), token, rows.slice(i, i + BOX_SIZE));
    yield;
  }
}

/**
 * @param {Context} context
 * @param {Block[]} blocks
 * @param {Token[]} tokens
 * @returns {Token[]} those that show something, within the message's limit of nodes
 */
function shownTokens(context, blocks, tokens) {
  const shown = tokens.filter(isShown);
  if (context.isFull() && !context.streaming && shown.length > blocks.length + 1) {
    // Beyond the limit all further blocks are one.
    const rest = shown.splice(blocks.length);
    shown.push(plainToken(rest.map((token) => token.raw).join('')));
  }
  return shown;
}

/**
 * @param {Context} context
 * @param {HTMLElement | DocumentFragment} parent
 * @param {Block[]} blocks
 * @param {number} i
 * @param {Token} token  what is to be shown as block `i`
 * @param {ChildNode | null} before
 */
function patchBlock(context, parent, blocks, i, token, before) {
  const block = blocks[i];
  if (block && (isSame(context, block, token) || updateBlock(context, block, token))) {
    block.token = token;
    block.version = context.version;
    orient(block);
    return;
  }
  const made = makeBlock(context, token);
  if (block) {
    replace(block.node, made.node);
  } else {
    place(context.doc, parent, made.node, before);
  }
  blocks[i] = made;
}
