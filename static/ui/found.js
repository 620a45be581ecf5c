// SPDX-License-Identifier: MIT
// What was searched for, marked where it stands: ranges that the style sheet colours, the page's nodes are left alone.

/** Places marked at most. */
const MAX_MARKS = 200;
const NAME = 'found';

/**
 * Marks all places in an element, and takes the marks of before away.
 * @param {Element | null} element
 * @param {RegExp | null} pattern
 * @returns {Range | null} the first of them
 */
export function markFound(element, pattern) {
  if (!('highlights' in CSS)) return null;
  CSS.highlights.delete(NAME);
  if (!element || !pattern) return null;
  const all = new RegExp(pattern.source, 'giu');
  /** @type {Range[]} */
  const ranges = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node && ranges.length < MAX_MARKS; node = walker.nextNode()) {
    for (const hit of (node.nodeValue ?? '').matchAll(all)) {
      const range = document.createRange();
      range.setStart(node, hit.index);
      range.setEnd(node, hit.index + hit[0].length);
      ranges.push(range);
    }
  }
  if (ranges.length > 0) CSS.highlights.set(NAME, new Highlight(...ranges));
  return ranges[0] ?? null;
}
