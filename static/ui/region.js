// SPDX-License-Identifier: MIT
// A region: a part of the page with its own render root, redrawn only when what it reads has changed.

import { render } from '../vendor/lit-html/lit-html.js';

/**
 * @typedef {import('../core/types.js').State} State
 * @typedef {import('./i18n.js').I18n} I18n
 * @typedef {{element: HTMLElement, update: (state: State) => void}} Region
 */

/**
 * @param {readonly unknown[]} a
 * @param {readonly unknown[]} b
 */
export function same(a, b) {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

/**
 * `select` names what the view reads, by identity; the language is always read.
 * @template {unknown[]} T
 * @param {{i18n: I18n}} ctx
 * @param {HTMLElement} element
 * @param {(state: State) => readonly [...T]} select
 * @param {(...parts: T) => unknown} view
 * @returns {Region}
 */
export function region(ctx, element, select, view) {
  /** @type {readonly unknown[] | null} */
  let seen = null;
  return {
    element,
    update(state) {
      const parts = select(state);
      const now = [ctx.i18n.language, ...parts];
      if (seen && same(seen, now)) return;
      seen = now;
      render(view(...parts), element);
    },
  };
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {Record<string, string>} [attributes]
 * @returns {HTMLElement}
 */
export function make(tag, className, attributes = {}) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
