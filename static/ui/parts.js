// SPDX-License-Identifier: MIT
// The parts of an answer on the page: one view a part, each drawn only when its part has changed.

import { isUnderWay } from '../core/conversation.js';
import { sourcesOf } from '../core/parts.js';
import { createAudio, createFile, createImage } from './part-media.js';
import { createNotice, createRaw } from './part-raw.js';
import { createReasoning } from './part-reasoning.js';
import { createSources } from './part-sources.js';
import { createText } from './part-text.js';
import { createTool } from './part-tool-later.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('../core/types.js').Message} Message
 * @typedef {import('../core/types.js').Part} Part
 * @typedef {import('../core/types.js').SourcePart} SourcePart
 *
 * What a part is drawn with besides itself.
 * @typedef {object} PartAround
 * @property {Message} message
 * @property {boolean} over  nothing of the message changes any more
 * @property {boolean} live  it is the last one, and may still grow
 * @property {number} start  where a text begins in that of the message
 * @property {readonly SourcePart[]} sources
 *
 * @typedef {object} PartView
 * @property {HTMLElement} element
 * @property {(part: any, around: PartAround) => void} draw  of its own kind
 */

/** 'result' is what a tool gave: no Markdown. @type {Record<Exclude<Part['kind'], 'source'> | 'result', (ctx: Context) => PartView>} */
const MAKERS = {
  text: createText,
  result: (ctx) => createTool(ctx, ({ createResult }) => createResult(ctx)),
  reasoning: createReasoning,
  tool_call: (ctx) => createTool(ctx, ({ createToolCall }) => createToolCall(ctx, createParts)),
  image: createImage,
  audio: createAudio,
  file: createFile,
  notice: createNotice,
  raw: createRaw,
};

/**
 * @param {Context} ctx
 * @param {HTMLElement} host
 */
export function createParts(ctx, host) {
  /** @type {{kind: string, view: PartView}[]} */
  let shown = [];
  const flow = document.createElement('div');
  flow.className = 'part-flow';
  let sources = createSources(ctx);
  host.append(flow, sources.element);

  /** @param {string} kind @param {number} i */
  function viewAt(kind, i) {
    const there = shown[i];
    if (there?.kind === kind) return there.view;
    const view = MAKERS[/** @type {keyof typeof MAKERS} */ (kind)](ctx);
    if (there) there.view.element.replaceWith(view.element);
    else flow.append(view.element);
    shown[i] = { kind, view };
    return view;
  }

  return {
    /** @param {Message} message */
    draw(message) {
      const over = !isUnderWay(message.status);
      const cited = sourcesOf(message.parts);
      const parts = message.parts.filter(({ kind }) => kind !== 'source');
      let start = 0;
      parts.forEach((part, i) => {
        viewAt(part.kind, i).draw(part, { message, over, live: !over && i === parts.length - 1, start, sources: cited });
        // As textOf() joins them.
        if (part.kind === 'text' && part.text !== '') start += part.text.length + 2;
      });
      for (const { view } of shown.splice(parts.length)) view.element.remove();
      sources.draw(cited);
    },
    /** Everything is made anew with the next draw. */
    forgetLanguage() {
      flow.replaceChildren();
      shown = [];
      sources.element.remove();
      sources = createSources(ctx);
      host.append(sources.element);
    },
  };
}
