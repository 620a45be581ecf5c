// SPDX-License-Identifier: MIT
// Words of an answer: Markdown as it streams, plain text until that is loaded.

import { citedText } from '../core/citations.js';
import { make } from './region.js';

/**
 * A text that grows, drawn as Markdown by a stream of its own, so that a token
 * touches nothing else.
 * @param {import('./context.js').Context} ctx
 * @param {HTMLElement} element
 */
export function createProse(ctx, element) {
  /** @type {ReturnType<import('./markdown.js').Markdown['createMarkdownStream']> | null} */
  let stream = null;
  let shown = '';
  let finished = false;

  /** @param {import('./markdown.js').Markdown} module */
  function begin(module) {
    element.classList.remove('answer-plain');
    // Each block has its own; the browser would look for one in all of them with each change.
    element.removeAttribute('dir');
    element.textContent = '';
    return module.createMarkdownStream(element, {
      t: ctx.i18n.t, announce: ctx.say, headingOffset: 2, wrapCode: () => ctx.state().settings.wrapCode,
      run: (kind, text, block) => void ctx.i18n.late(() => import('./preview.js')).then(({ preview }) => preview(ctx, kind, text, block), () => ctx.actions.addToast({ kind: 'error', key: 'app.failed' })),
    });
  }

  /**
   * @param {string} text
   * @param {boolean} over  nothing follows
   */
  return (text, over) => {
    ctx.markdown.load();
    const { module } = ctx.markdown;
    if (!stream && !module) {
      element.classList.add('answer-plain');
      element.dir = 'auto';
      element.textContent = text;
      return;
    }
    if (stream && text === shown && over === finished) return;
    stream ??= begin(/** @type {import('./markdown.js').Markdown} */ (module));
    if (over) stream.finish(text);
    else stream.update(text);
    shown = text;
    finished = over;
  };
}

/**
 * @param {import('./context.js').Context} ctx
 * @returns {import('./parts.js').PartView}
 */
export function createText(ctx) {
  const element = make('div', 'answer prose md');
  const write = createProse(ctx, element);
  return {
    element,
    /** @param {import('../core/types.js').TextPart} part @param {import('./parts.js').PartAround} around */
    draw: (part, { over, start, sources }) => write(over ? citedText(part.text, sources, start) : part.text, over),
  };
}
