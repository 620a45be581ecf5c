/* SPDX-License-Identifier: MIT */
/**
 * Resources as a person chooses among them: by their servers, and by what is
 * searched for. Pure.
 *
 * @typedef {import('./types.js').Resource} Resource
 */

import { patternOf } from './search.js';

/** Shown at once; who has more searches. */
export const MAX_SHOWN = 200;

/**
 * @param {readonly Resource[]} list
 * @param {string} search
 * @returns {{groups: {server: string, list: Resource[]}[], left: number}}  `left`: that are not shown
 */
export function resourceGroups(list, search) {
  const pattern = patternOf(search);
  const found = list.filter(({ server, uri, title, description }) => pattern === null || pattern.test(`${title}\n${uri}\n${server}\n${description}`));
  /** @type {Map<string, Resource[]>} */
  const groups = new Map();
  for (const one of found.slice(0, MAX_SHOWN)) {
    const group = groups.get(one.server);
    if (group === undefined) groups.set(one.server, [one]);
    else group.push(one);
  }
  return { groups: [...groups].map(([server, of]) => ({ server, list: of })), left: Math.max(0, found.length - MAX_SHOWN) };
}
