/* SPDX-License-Identifier: MIT */
/**
 * Markdown to DOM nodes: a whole text at once, or a text that is arriving.
 * The only room of md/ that views need to know.
 */
import { normalise } from './normalise.js';
import { MarkdownStream } from './stream.js';

export { wrapAllCode } from './code.js';
export { copySelection, richText, selectedText, tablesAsCsv } from './copy.js';

/**
 * @typedef {import('./types.js').MarkdownOptions} MarkdownOptions
 */

/**
 * Renders a whole text; the end of a very long one is plain at first. Code is coloured and formulas are set a moment later,
 * in place, when what they need had not been loaded before.
 *
 * @param {string} text
 * @param {MarkdownOptions} [options]
 * @returns {DocumentFragment}
 */
export function renderMarkdown(text, options = {}) {
  const fragment = (options.document ?? document).createDocumentFragment();
  new MarkdownStream(fragment, options).showWhole(normalise(String(text)));
  return fragment;
}

/**
 * Renders a text that grows into `element`. Blocks that are finished are never
 * touched again; the unfinished end is shown as if its marks were closed.
 *
 * @param {HTMLElement} element  empty, or what is in it is removed
 * @param {MarkdownOptions} [options]
 * @returns {{update(fullText: string): void, finish(fullText: string): void}}
 *   `update` shows all of the text so far, at most once a frame for best use;
 *   `finish` shows the final text
 */
export function createMarkdownStream(element, options = {}) {
  let stream = new MarkdownStream(element, options);
  /**
   * @param {string} fullText
   * @returns {string}
   */
  const take = (fullText) => {
    const text = normalise(String(fullText));
    // Another text than the one so far: begin anew.
    if (!stream.accepts(text)) stream = new MarkdownStream(element, options);
    return text;
  };
  return {
    update: (fullText) => {
      const text = take(fullText);
      stream.update(text);
    },
    finish: (fullText) => {
      const text = take(fullText);
      stream.finish(text);
    },
  };
}
