/* SPDX-License-Identifier: MIT */
/**
 * Inline tokens to nodes: one node a token, so that a text which grows can be
 * brought up to date by comparing tokens and touching only what differs.
 */
import { element } from './dom.js';
import { isInlineImage, tellsWhere } from './links.js';
import { setText } from './plain.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./types.js').Token} Token
 */

/**
 * @param {Token[]} tokens
 * @returns {string} what they would show without any marks
 */
export function textOf(tokens) {
  return tokens.map((token) => token.type === 'br' ? ' ' : token.tokens ? textOf(token.tokens) : token.text ?? '').join('');
}

/**
 * @param {Context} context
 * @param {Token} token
 * @param {boolean} inLink
 * @returns {Node}
 */
function makeInline(context, token, inLink) {
  const { doc } = context;
  const kids = token.tokens ?? [];
  const own = context.nodes[token.type];
  if (own) return own(context, token, inLink);
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return fill(context, element(doc, token.type), kids, inLink);
    case 'codespan': {
      const code = element(doc, 'code', '', token.text ?? '');
      code.dir = 'ltr';
      return code;
    }
    case 'pending':
      return element(doc, 'span', 'md-raw md-pending', token.text ?? '');
    case 'br':
      return doc.createElement('br');
    case 'link':
      return linkNode(context, token, inLink);
    case 'image':
      return imageNode(context, token, inLink);
    case 'checkbox': {
      const box = element(doc, 'input', 'md-checkbox');
      box.type = 'checkbox';
      box.checked = token.checked ?? false;
      box.disabled = true;
      box.setAttribute('aria-label', context.t(token.checked ? 'md.taskDone' : 'md.taskOpen'));
      return box;
    }
    default:
      return doc.createTextNode(token.text ?? '');
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
  const target = inLink ? null : context.link(token.href ?? '');
  if (!target) {
    const words = element(doc, 'span', 'md-text', token.autolink ? token.text ?? '' : '');
    return fill(context, words, token.tokens ?? [], inLink);
  }
  const node = element(doc, 'a', 'md-link');
  outward(context, node, target, token.title ?? '');
  // The text of an autolink is the address: nothing in it is a mark.
  if (token.autolink) {
    node.textContent = token.text ?? '';
    // An address tells nothing of the way its sentence is written.
    node.dir = 'ltr';
  }
  fill(context, node, token.tokens ?? [], true);
  if (!tellsWhere(node.textContent ?? '', target)) node.dataset.where = target.where;
  return node;
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
  const alt = textOf(token.tokens ?? []);
  const href = token.href ?? '';
  if (isInlineImage(href)) {
    const image = element(doc, 'img', 'md-picture');
    image.alt = alt;
    image.decoding = 'async';
    if (token.title) image.title = token.title ?? '';
    image.src = href;
    return image;
  }
  const target = inLink ? null : context.link(href);
  const name = element(doc, 'span', 'md-image-alt', alt || t('md.image'));
  if (!target) return element(doc, 'span', 'md-image', name);
  const node = element(doc, 'a', 'md-image', name);
  outward(context, node, target, token.title ?? '');
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
  if (a.type !== b.type || a.text !== b.text || a.href !== b.href || a.label !== b.label) return false;
  if (a.title !== b.title || a.checked !== b.checked || a.name !== b.name || a.display !== b.display) return false;
  const x = a.tokens;
  const y = b.tokens;
  if (!x || !y) return x === y;
  return x.length === y.length && x.every((token, i) => sameInline(token, /** @type {Token} */ (y[i])));
}

/** Tokens whose node holds exactly the nodes of their own tokens. */
const GROWING = new Set(['strong', 'em', 'del']);

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
    setText(/** @type {Text} */ (node), token.text ?? '');
    return true;
  }
  if (GROWING.has(token.type) && old.tokens && token.tokens) {
    patchInline(context, /** @type {HTMLElement} */ (node), old.tokens, token.tokens);
    return true;
  }
  if (token.type !== 'codespan' && token.type !== 'pending') return false;
  const text = node.firstChild;
  if (text && text.nodeType === 3) setText(/** @type {Text} */ (text), token.text ?? '');
  else node.textContent = token.text ?? '';
  return true;
}
