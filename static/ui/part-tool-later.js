// SPDX-License-Identifier: MIT
// The views of calls of tools, loaded with the first call that a page shows.

import { createRaw } from './part-raw.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./parts.js').PartAround} PartAround
 * @typedef {import('./parts.js').PartView} PartView
 * @typedef {typeof import('./part-tool.js')} Views
 */

/** @type {Views | null} */
let views = null;

/**
 * A view whose place is empty until its code has come. Where that cannot be
 * loaded, what it would show is there as JSON.
 *
 * @param {Context} ctx
 * @param {(views: Views) => PartView} create
 * @returns {PartView}
 */
export function createTool(ctx, create) {
  if (views !== null) return create(views);
  const place = document.createElement('div');
  /** @type {PartView | null} */
  let view = null;
  /** @type {[any, PartAround] | null} */
  let last = null;
  /** @param {PartView} made */
  const take = (made) => {
    view = made;
    place.replaceWith(made.element);
    if (last) made.draw(...last);
  };
  ctx.i18n.late(() => import('./part-tool.js')).then((loaded) => {
    views = loaded;
    take(create(loaded));
  }, () => {
    const { element, draw } = createRaw(ctx);
    take({ element, draw: (part, around) => draw({ kind: 'raw', name: part.name ?? part.kind, json: JSON.stringify(part) }, around) });
  });
  return {
    get element() { return view?.element ?? place; },
    draw(part, around) {
      last = [part, around];
      view?.draw(part, around);
    },
  };
}
