// SPDX-License-Identifier: MIT
// What is done when an element begins and ends, as tables by its name. Pure.

/** @typedef {import('./xml.js').Element} Element */

/**
 * One function an element; an element that has none is passed through.
 * @template S
 * @typedef {Readonly<Record<string, (state: S, element: Element) => void>>} Table
 */

/**
 * Handlers that look the element up. What is in a hidden element is passed over whole: neither its elements nor its
 * text are told of.
 * @template S
 * @param {S} state  handed to each function
 * @param {object} tables
 * @param {Table<S>} tables.opened
 * @param {Table<S>} tables.closed
 * @param {(state: S, text: string) => void} tables.text
 * @param {(name: string) => boolean} tables.isHidden
 * @returns {import('./xml.js').Handlers}
 */
export function byName(state, { opened, closed, text, isHidden }) {
  let hidden = 0;
  return {
    open(element) {
      if (hidden > 0 || isHidden(element.name)) hidden += 1;
      else lookUp(opened, element.name)?.(state, element);
    },
    close(element) {
      if (hidden > 0) hidden -= 1;
      else lookUp(closed, element.name)?.(state, element);
    },
    text(words) {
      if (hidden === 0) text(state, words);
    },
  };
}

/**
 * A table's entry by a name that a file gives: what every object has besides is none.
 * @template T
 * @param {Readonly<Record<string, T>>} table
 * @param {string} name
 * @returns {T | undefined}
 */
export function lookUp(table, name) {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
