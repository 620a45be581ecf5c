/* SPDX-License-Identifier: MIT */
/**
 * Inline tokens to nodes: one node a token, so that a text which grows can be
 * brought up to date by comparing tokens and touching only what differs.
 */
import { element } from './dom.js';
import { decodeEntities } from './entities.js';
import { footnoteReference } from './footnotes.js';
import { isInlineImage, tellsWhere } from './links.js';
import { formulaNode } from './math.js';
import { setText } from './plain.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./types.js').Token} Token
 */

/**
 * The text that a token shows, where it shows text alone.
 *
 * @param {Token} token
 * @returns {string | null}
 */
function plainText(token) {
  if (token.type === 'text' && !token.tokens) return decodeEntities(token.text ?? token.raw);
  if (token.type === 'escape') return token.text ?? '';
  if (token.type === 'html' || token.type === 'literal') return token.raw;
  return null;
}

/**
 * @param {Token[]} tokens
 * @returns {string} what they would show without any marks
 */
export function textOf(tokens) {
  return tokens.map((token) => {
    const own = plainText(token);
    if (own !== null) return own;
    if (token.type === 'br') return ' ';
    return token.tokens ? textOf(token.tokens) : token.text ?? '';
  }).join('');
}

/**
 * @param {Context} context
 * @param {Token} token
 * @param {boolean} inLink
 * @returns {Node}
 */
function makeInline(context, token, inLink) {
  const { doc } = context;
  context.nodes++;
  const own = plainText(token);
  if (own !== null) return doc.createTextNode(own);
  const kids = token.tokens ?? [];
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return fill(context, element(doc, token.type), kids, inLink);
    case 'text':
      return fill(context, element(doc, 'span', 'md-text'), kids, inLink);
    case 'codespan': {
      const code = element(doc, 'code', '', token.text ?? '');
      code.dir = 'ltr';
      return code;
    }
    case 'br':
      return doc.createElement('br');
    case 'link':
      return linkNode(context, token, inLink);
    case 'image':
      return imageNode(context, token, inLink);
    case 'math':
      return formulaNode(context, /** @type {any} */ (token));
    case 'footnoteRef':
      return footnoteReference(context, token, inLink);
    case 'checkbox': {
      const box = element(doc, 'input', 'md-checkbox');
      box.type = 'checkbox';
      box.checked = token.checked ?? false;
      box.disabled = true;
      box.setAttribute('aria-label', context.t(token.checked ? 'md.taskDone' : 'md.taskOpen'));
      return box;
    }
    default:
      return doc.createTextNode(token.raw);
  }
}

/**
 * @template {HTMLElement} T
 * @param {Context} context
 * @param {T} parent
 * @param {Token[]} tokens
 * @param {boolean} [inLink]
 * @returns {T}
 */
export function fill(context, parent, tokens, inLink = false) {
  for (const token of tokens) parent.appendChild(makeInline(context, token, inLink));
  return parent;
}

/**
 * @param {Context} context
 * @param {Token} token
 * @param {boolean} inLink
 * @returns {HTMLElement}
 */
function linkNode(context, token, inLink) {
  const { doc } = context;
  const target = inLink ? null : context.link(addressOf(token));
  if (!target) return fill(context, element(doc, 'span', 'md-text'), token.tokens ?? [], inLink);
  const node = element(doc, 'a', 'md-link');
  outward(context, node, target, titleOf(token));
  // The text of an autolink is the address: nothing in it is a mark.
  if (token.autolink) node.textContent = token.text ?? '';
  else fill(context, node, token.tokens ?? [], true);
  if (!tellsWhere(node.textContent ?? '', target)) node.dataset.where = target.where;
  return node;
}

/**
 * @param {Token} token
 * @returns {string}
 */
function addressOf(token) {
  const href = token.href ?? '';
  return token.autolink ? href : decodeEntities(href);
}

/**
 * @param {Token} token
 * @returns {string}
 */
function titleOf(token) {
  return token.title ? decodeEntities(token.title) : '';
}

/**
 * Makes `node` a link that leaves the page without telling where from.
 *
 * @param {Context} context
 * @param {HTMLAnchorElement} node
 * @param {import('./links.js').SafeLink} target
 * @param {string} title
 */
function outward(context, node, target, title) {
  node.href = target.href;
  node.target = '_blank';
  node.rel = 'noopener noreferrer nofollow';
  node.referrerPolicy = 'no-referrer';
  const where = context.t('md.opensIn', { where: target.where });
  node.title = title ? `${title}\n${where}` : where;
}

/**
 * An image that asks no server is shown; any other is a link that opens it.
 *
 * @param {Context} context
 * @param {Token} token
 * @param {boolean} inLink
 * @returns {HTMLElement}
 */
function imageNode(context, token, inLink) {
  const { doc, t } = context;
  const alt = textOf(token.tokens ?? []) || (token.tokens ? '' : decodeEntities(token.text ?? ''));
  const href = addressOf(token);
  if (isInlineImage(href)) {
    const image = element(doc, 'img', 'md-picture');
    image.alt = alt;
    image.decoding = 'async';
    if (token.title) image.title = titleOf(token);
    image.src = href;
    return image;
  }
  const target = inLink ? null : context.link(href);
  const name = element(doc, 'span', 'md-image-alt', alt || t('md.image'));
  if (!target) return element(doc, 'span', 'md-image', name);
  const node = element(doc, 'a', 'md-image', name);
  outward(context, node, target, titleOf(token));
  node.dataset.where = target.where;
  node.setAttribute('aria-label', t('md.openImage', { alt: alt || t('md.image'), where: target.where }));
  return node;
}

/**
 * @param {Token} a
 * @param {Token} b
 * @returns {boolean} whether both look the same
 */
function sameInline(a, b) {
  if (a.type !== b.type || a.raw !== b.raw || a.text !== b.text || a.href !== b.href) return false;
  if (a.title !== b.title || a.checked !== b.checked) return false;
  const x = a.tokens;
  const y = b.tokens;
  if (!x || !y) return x === y;
  return x.length === y.length && x.every((token, i) => sameInline(token, /** @type {Token} */ (y[i])));
}

/** Tokens whose node holds exactly the nodes of their own tokens. */
const GROWING = new Set(['strong', 'em', 'del', 'text']);

/**
 * Brings `parent`, which shows `olds`, to show `news`.
 *
 * @param {Context} context
 * @param {HTMLElement} parent
 * @param {Token[]} olds
 * @param {Token[]} news
 */
export function patchInline(context, parent, olds, news) {
  news.forEach((token, i) => {
    const old = olds[i];
    const node = parent.childNodes[i];
    if (old && node && (sameInline(old, token) || updateInline(context, node, old, token))) return;
    const made = makeInline(context, token, parent.closest('a') !== null);
    if (node) node.replaceWith(made);
    else parent.appendChild(made);
  });
  while (parent.childNodes.length > news.length) {
    /** @type {ChildNode} */ (parent.lastChild).remove();
    context.nodes--;
  }
}

/**
 * Changes a node to show `token`, where that is possible.
 *
 * @param {Context} context
 * @param {ChildNode} node
 * @param {Token} old
 * @param {Token} token
 * @returns {boolean}
 */
function updateInline(context, node, old, token) {
  if (old.type !== token.type) return false;
  if (node.nodeType === 3) {
    setText(/** @type {Text} */ (node), plainText(token) ?? '');
    return true;
  }
  if (GROWING.has(token.type) && old.tokens && token.tokens) {
    patchInline(context, /** @type {HTMLElement} */ (node), old.tokens, token.tokens);
    return true;
  }
  if (token.type !== 'codespan') return false;
  const text = node.firstChild;
  if (text && text.nodeType === 3) setText(/** @type {Text} */ (text), token.text ?? '');
  else node.textContent = token.text ?? '';
  return true;
}
