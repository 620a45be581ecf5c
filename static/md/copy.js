/* SPDX-License-Identifier: MIT */
/**
 * What leaves the page by the clipboard: formulas as their TeX, code without
 * its buttons, tables as CSV.
 */

import { EXTENSIONS } from './extensions.js';

/** Attributes that mean something outside of the page. */
const KEPT = new Set(['href', 'colspan', 'rowspan', 'dir', 'lang', 'start', 'src', 'alt']);

/** Beginnings that spreadsheets take for a formula. */
const FORMULA = /^[=@\t\r]|^[+-](?![\d.,\s]*%?$)/;

/** Formulas become their source; what only serves the page goes. @param {ParentNode} part */
function clean(part) {
  for (const { copy } of EXTENSIONS) copy?.(part);
  for (const tool of part.querySelectorAll('.md-code-head, .md-run-result')) tool.remove();
  for (const box of part.querySelectorAll('.md-part')) box.replaceWith(...box.childNodes);
  for (const pre of part.querySelectorAll('pre')) pre.hidden = false;
}

/**
 * The text as it would be selected: with the line ends of its blocks, which
 * only a rendered element has.
 *
 * @param {Node} part
 * @returns {string}
 */
function textOf(part) {
  const stage = document.createElement('div');
  stage.className = 'md-copy-stage';
  stage.setAttribute('aria-hidden', 'true');
  stage.append(part);
  document.body.append(stage);
  const text = stage.innerText;
  stage.remove();
  return text.replace(/\n{3,}/g, '\n\n').trim();
}

/**
 * @param {ParentNode & Node} part  is changed
 * @returns {string}
 */
function htmlOf(part) {
  for (const node of part.querySelectorAll('*')) {
    for (const { name } of [...node.attributes]) if (!KEPT.has(name)) node.removeAttribute(name);
    if (node.localName === 'span') node.replaceWith(...node.childNodes);
  }
  const holder = document.createElement('div');
  holder.append(part);
  return new XMLSerializer().serializeToString(holder);
}

/**
 * What is selected below an element; null when nothing is.
 *
 * @param {HTMLElement} root
 * @returns {{range: Range, fragment: DocumentFragment} | null}
 */
function selectedIn(root) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0).cloneRange();
  if (!root.contains(range.commonAncestorContainer)) return null;
  // Half a formula is none: all of it is taken.
  const first = around(range.startContainer);
  const last = around(range.endContainer);
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  return { range, fragment: range.cloneContents() };
}

/** @param {Node} node @returns {Element | null} */
function around(node) {
  return (node instanceof Element ? node : node.parentElement)?.closest('.md-math') ?? null;
}

/**
 * The selected text below an element, with formulas as TeX.
 *
 * @param {HTMLElement} root
 * @returns {string}  '' when nothing is selected there
 */
export function selectedText(root) {
  const selected = selectedIn(root);
  if (!selected) return '';
  clean(selected.fragment);
  return textOf(selected.fragment);
}

/**
 * Puts the sources of formulas on the clipboard in the place of their
 * drawings. Without a formula the browser's own way stays.
 *
 * @param {ClipboardEvent} event
 * @param {HTMLElement} root
 */
export function copySelection(event, root) {
  const selected = selectedIn(root);
  if (!selected || !event.clipboardData || !selected.fragment.querySelector('.md-math')) return;
  clean(selected.fragment);
  const text = textOf(selected.fragment.cloneNode(true));
  event.clipboardData.setData('text/plain', text);
  event.clipboardData.setData('text/html', htmlOf(selected.fragment));
  event.preventDefault();
}

/**
 * A rendered text for programs that take formatting.
 *
 * @param {Element} root
 * @returns {string} HTML
 */
export function richText(root) {
  const copy = document.createDocumentFragment();
  copy.append(...[...root.childNodes].map((node) => node.cloneNode(true)));
  clean(copy);
  return htmlOf(copy);
}

/**
 * The tables of a rendered text.
 *
 * @param {ParentNode} root
 * @returns {string[]} each as CSV (RFC 4180)
 */
export function tablesAsCsv(root) {
  return [...root.querySelectorAll('.md-table table')].map((table) => {
    const copy = /** @type {HTMLTableElement} */ (table.cloneNode(true));
    clean(copy);
    return [...copy.rows].map((row) => [...row.cells].map((cell) => csvCell(cell.textContent ?? '')).join(','))
      .map((line) => `${line}\r\n`).join('');
  });
}

/**
 * @param {string} text
 * @returns {string}
 */
export function csvCell(text) {
  const trimmed = text.trim();
  const safe = FORMULA.test(trimmed) ? `'${trimmed}` : trimmed;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
