/* SPDX-License-Identifier: MIT */
/**
 * Footnotes: numbered references, the notes at the end, and the way back. Ids
 * are made of numbers only, so no label can name anything else in the page.
 */
import { element } from './dom.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./types.js').Token} Token
 */

/**
 * A link within the message, which moves focus instead of the page's address.
 *
 * @param {Document} doc
 * @param {string} id
 * @param {string} text
 * @returns {HTMLAnchorElement}
 */
function innerLink(doc, id, text) {
  const link = element(doc, 'a', '', text);
  link.dataset.target = id;
  link.href = `#${id}`;
  link.addEventListener('click', (event) => {
    event.preventDefault();
    const target = doc.getElementById(link.dataset.target ?? '');
    if (!target) return;
    if (!target.hasAttribute('tabindex') && target.tabIndex < 0) target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: 'center' });
  });
  return link;
}

/**
 * @param {Context} context
 * @param {Token} token
 * @param {boolean} inLink
 * @returns {HTMLElement}
 */
export function footnoteReference(context, token, inLink) {
  const { doc } = context;
  const label = token.label ?? '';
  const unknown = !context.streaming && !context.notes.has(label);
  const note = unknown || inLink ? null : context.cite(label);
  context.lacksNotes ||= unknown;
  if (!note) return element(doc, 'span', 'md-text', token.raw);
  const link = innerLink(doc, '', '');
  link.setAttribute('role', 'doc-noteref');
  const node = element(doc, 'sup', 'md-noteref', link);
  context.references.set(node, token);
  numberReference(context, link, note.number);
  return node;
}

/**
 * @param {Context} context
 * @param {HTMLAnchorElement} link
 * @param {number} number
 */
function numberReference(context, link, number) {
  link.textContent = String(number);
  link.dataset.target = `${context.prefix}note-${number}`;
  link.href = `#${link.dataset.target}`;
  link.setAttribute('aria-label', context.t('md.footnote', { number }));
}

/**
 * Numbers the references anew, in the order they stand, and turns those whose
 * note never came back into the text they were.
 *
 * @param {Context} context
 * @param {ParentNode} root
 */
export function renumber(context, root) {
  context.cited.clear();
  for (const node of root.querySelectorAll('.md-noteref')) {
    const token = context.references.get(node);
    const link = node.querySelector('a');
    if (!token || !link) continue;
    const note = context.notes.has(token.label ?? '') ? context.cite(token.label ?? '') : null;
    if (note) numberReference(context, link, note.number);
    else {
      context.lacksNotes = true;
      node.replaceWith(element(context.doc, 'span', 'md-text', token.raw));
    }
  }
}

/**
 * The section of the notes that were referred to, or null when there is none.
 *
 * @param {Context} context
 * @param {ParentNode} root  what holds the references
 * @param {(parent: HTMLElement, tokens: Token[]) => void} renderBlocks
 * @returns {HTMLElement | null}
 */
export function footnoteSection(context, root, renderBlocks) {
  if (context.cited.size === 0) return null;
  const { doc, t } = context;
  /** @type {Map<string, HTMLAnchorElement[]>} */
  const links = new Map();
  for (const node of root.querySelectorAll('.md-noteref')) {
    const label = context.references.get(node)?.label ?? '';
    const link = node.querySelector('a');
    if (link) links.set(label, [...links.get(label) ?? [], link]);
  }
  const list = element(doc, 'ol');
  // Notes may refer to further notes: the map grows while it is walked.
  for (const [label, note] of context.cited) {
    const token = context.notes.get(label);
    if (!token) continue;
    const item = element(doc, 'li');
    item.id = `${context.prefix}note-${note.number}`;
    item.value = note.number;
    item.dir = 'auto';
    renderBlocks(item, token.tokens ?? []);
    const last = item.lastElementChild;
    const end = last && last.tagName === 'P' ? last : item;
    (links.get(label) ?? []).forEach((link, i) => {
      link.id = `${context.prefix}ref-${note.number}-${i + 1}`;
      const back = innerLink(doc, link.id, i === 0 ? '↩' : `↩${i + 1}`);
      back.className = 'md-noteback';
      back.setAttribute('role', 'doc-backlink');
      back.setAttribute('aria-label', t('md.backToText'));
      end.append(' ', back);
    });
    list.append(item);
  }
  if (!list.firstChild) return null;
  const section = element(doc, 'section', 'md-footnotes', list);
  section.setAttribute('role', 'doc-endnotes');
  section.setAttribute('aria-label', t('md.footnotes'));
  return section;
}
