/* SPDX-License-Identifier: MIT */
/** Blocks of raw HTML (CommonMark 4.6): where they begin and end. They are shown as text. Pure. */

const NAMES = 'address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|' +
  'figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|' +
  'optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul';

const ATTRIBUTE = '(?:\\s+[a-zA-Z_:][\\w.:-]*(?:\\s*=\\s*(?:[^"\'=<>`\\s]+|\'[^\']*\'|"[^"]*"))?)';

/** An opening or closing tag, complete. */
export const TAG = `<[A-Za-z][A-Za-z0-9-]*${ATTRIBUTE}*\\s*\\/?>|<\\/[A-Za-z][A-Za-z0-9-]*\\s*>`;

/** By kind: how each begins. */
const BEGINNINGS = [
  /^<(?:script|pre|textarea|style)(?:\s|>|$)/i,
  /^<!--/,
  /^<\?/,
  /^<![A-Za-z]/,
  /^<!\[CDATA\[/,
  new RegExp(`^<\\/?(?:${NAMES})(?:\\s|\\/?>|$)`, 'i'),
  new RegExp(`^(?:${TAG})\\s*$`),
];

/** By kind: what ends it; the last two end at a blank line. */
const ENDS = [/<\/(?:script|pre|textarea|style)>/i, /-->/, /\?>/, />/, /\]\]>/];

/**
 * @param {string} text  of a line, from its first sign on
 * @param {boolean} inParagraph  the last kind does not interrupt one
 * @returns {number} the kind, from 1 on; 0: none begins
 */
export function htmlKind(text, inParagraph) {
  const found = BEGINNINGS.findIndex((pattern) => pattern.test(text)) + 1;
  return found === 7 && inParagraph ? 0 : found;
}

/**
 * @param {number} kind
 * @param {string} line
 * @returns {boolean} whether the block ends with the line
 */
export function isHtmlEnd(kind, line) {
  return ENDS[kind - 1]?.test(line) ?? false;
}
