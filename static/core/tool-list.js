/* SPDX-License-Identifier: MIT */
/**
 * The tools as a person chooses among them: by their servers, and by what is
 * searched for. Pure.
 *
 * @typedef {import('./types.js').Tool} Tool
 */

import { patternOf } from './search.js';

/**
 * @param {readonly Tool[]} list
 * @param {string} search
 * @returns {{server: string, tools: Tool[]}[]} in the order of the list
 */
export function toolGroups(list, search) {
  const pattern = patternOf(search);
  /** @type {Map<string, Tool[]>} */
  const groups = new Map();
  for (const tool of list) {
    if (tool.consent === 'never') continue;
    if (pattern !== null && !pattern.test(`${tool.name}\n${tool.title}\n${tool.server}\n${tool.description}`)) continue;
    const group = groups.get(tool.server);
    if (group === undefined) groups.set(tool.server, [tool]);
    else group.push(tool);
  }
  return [...groups].map(([server, tools]) => ({ server, tools }));
}

/**
 * What is chosen after some were switched on or off.
 *
 * @param {readonly string[]} chosen
 * @param {readonly Tool[]} tools
 * @param {boolean} on
 * @returns {string[]}
 */
export function withTools(chosen, tools, on) {
  const names = tools.map(({ name }) => name);
  const others = chosen.filter((name) => !names.includes(name));
  return on ? [...others, ...names] : others;
}
