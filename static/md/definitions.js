/* SPDX-License-Identifier: MIT */
/** Link targets and reference definitions (CommonMark 4.7, 6.3): read, each character once. Pure. */
import { decodeEntities } from './entities.js';

/** Characters of a label (CommonMark 6.3). */
const MAX_LABEL = 999;

/** Parentheses within a target. */
const MAX_PARENTHESES = 32;

/**
 * @param {string} text
 * @returns {string} without escapes and character references
 */
export function unescapeText(text) {
  if (!/[\\&]/.test(text)) return text;
  // Escaped signs are no part of a reference.
  return text.split(/(\\[!-/:-@[-`{-~])/).map((part, i) => i % 2 ? /** @type {string} */ (part[1]) : decodeEntities(part)).join('');
}

/**
 * @param {string} label
 * @returns {string} as labels are compared
 */
export function foldLabel(label) {
  return label.trim().replace(/[ \t\r\n]+/g, ' ').toLowerCase().toUpperCase();
}

/**
 * @param {string} text
 * @param {number} at  of `[`
 * @returns {number} behind the `]` that ends a label without brackets in it; 0: there is none
 */
export function labelEnd(text, at) {
  const end = Math.min(text.length, at + MAX_LABEL + 2);
  for (let i = at + 1; i < end; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === '[') return 0;
    else if (char === ']') return i + 1;
  }
  return 0;
}

/** @param {string} text @param {number} at @returns {number} behind blanks and at most one line end */
export function skipBlanks(text, at) {
  let lines = 0;
  let i = at;
  for (; i < text.length; i++) {
    const char = text[i];
    if (char === '\n' && lines++) break;
    if (char !== ' ' && char !== '\t' && char !== '\n') break;
  }
  return i;
}

/**
 * @param {string} text
 * @param {number} at
 * @returns {{end: number, href: string} | null}
 */
export function readTarget(text, at) {
  if (text[at] === '<') {
    for (let i = at + 1; i < text.length; i++) {
      const char = text[i];
      if (char === '\\') i++;
      else if (char === '>') return { end: i + 1, href: unescapeText(text.slice(at + 1, i)) };
      else if (char === '\n' || char === '<') return null;
    }
    return null;
  }
  let depth = 0;
  let i = at;
  for (; i < text.length; i++) {
    const char = /** @type {string} */ (text[i]);
    if (char === '\\' && /[!-/:-@[-`{-~]/.test(text[i + 1] ?? '')) i++;
    else if (char === '(' && ++depth > MAX_PARENTHESES) return null;
    else if (char === ')' && depth-- === 0) break;
    else if (char <= ' ' || char === '\x7f') break;
  }
  if (i === at && text[i] !== ')') return null;
  if (depth > 0) return null;
  return { end: i, href: unescapeText(text.slice(at, i)) };
}

/**
 * @param {string} text
 * @param {number} at
 * @param {Set<string>} hopeless  signs that are known not to come any more; added to
 * @returns {{end: number, title: string} | null}
 */
export function readTitle(text, at, hopeless) {
  const open = text[at] ?? '';
  const close = open === '(' ? ')' : open;
  if (!/["'(]/.test(open) || hopeless.has(open)) return null;
  for (let i = at + 1; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === close) return { end: i + 1, title: unescapeText(text.slice(at + 1, i)) };
    else if (char === '(' && open === '(') return null;
    else if (char === '\n' && /^\n[ \t]*\n/.test(text.slice(i, i + 80))) return null;
  }
  hopeless.add(open);
  return null;
}

/**
 * @typedef {{label: string, href: string, title: string | null}} Definition
 *
 * @param {string} text  of a paragraph, as far as it has come
 * @returns {{rest: string, found: Definition[]}} what is left of it, and the definitions at its beginning
 */
export function takeDefinitions(text) {
  /** @type {Definition[]} */
  const found = [];
  /** @type {Set<string>} */
  const hopeless = new Set();
  let at = 0;
  while (text[at] === '[') {
    const next = readDefinition(text, at, hopeless);
    if (!next) break;
    found.push(next.definition);
    at = next.end;
  }
  return { rest: at ? text.slice(at) : text, found };
}

/**
 * @param {string} text
 * @param {number} at
 * @param {Set<string>} hopeless
 * @returns {{end: number, definition: Definition} | null}
 */
function readDefinition(text, at, hopeless) {
  const close = labelEnd(text, at);
  if (!close || text[close] !== ':' || text[at + 1] === '^') return null;
  const label = foldLabel(text.slice(at + 1, close - 1));
  if (!label) return null;
  const target = readTarget(text, skipBlanks(text, close + 1));
  if (!target || (target.href === '' && text[target.end - 1] !== '>')) return null;
  const begin = skipBlanks(text, target.end);
  const title = begin > target.end ? readTitle(text, begin, hopeless) : null;
  const end = title ? lineEnd(text, title.end) : 0;
  if (title && end) return { end, definition: { label, href: target.href, title: title.title } };
  const early = lineEnd(text, target.end);
  return early ? { end: early, definition: { label, href: target.href, title: null } } : null;
}

/** @param {string} text @param {number} at @returns {number} where the next line begins, if only blanks stand before; else 0 */
function lineEnd(text, at) {
  let i = at;
  while (text[i] === ' ' || text[i] === '\t') i++;
  if (i >= text.length) return text.length;
  return text[i] === '\n' ? i + 1 : 0;
}

