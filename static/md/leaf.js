/* SPDX-License-Identifier: MIT */
/** What is to be seen of a text with marks: all of it, or as much as is certain while it arrives. Pure. */
import { trimBlanks } from './characters.js';
import { takeDefinitions } from './definitions.js';

/**
 * @typedef {import('./types.js').Block} Block
 * @typedef {import('./types.js').Token} Token
 * @typedef {import('./types.js').View} View
 * @typedef {Pick<import('./context.js').Context, 'streaming' | 'inline'>} Teller
 */

/** A definition that is still arriving. */
const OPEN_DEFINITION = /^\[(?!\^)[^[\]\n]{1,200}\]:[ \t]*\S*(?:[ \t]+["'(][^\n]*)?[ \t]*$/;

/** @param {Block} block @returns {boolean} whether it is the text of an item of a tight list */
export function isTight(block) {
  return block.parent?.type === 'item' && !block.parent.parent?.loose;
}

/**
 * @param {Teller} context
 * @param {Block} block
 * @returns {boolean} whether all of a paragraph so far defines references
 */
export function isHidden(context, block) {
  if (!block.open || !context.streaming || !block.text.startsWith('[')) return false;
  const { rest } = takeDefinitions(block.text);
  return rest === '' || OPEN_DEFINITION.test(rest);
}

/**
 * @param {Teller} context
 * @param {Block} block
 * @param {View} [view]
 * @returns {Token[]} what is to be seen of it
 */
export function leafTokens(context, block, view) {
  const isOpen = block.open && context.streaming;
  let text = isOpen ? openText(block.text) : block.goesOn ? block.text : trimBlanks(block.text);
  const task = block.parent?.type === 'item' && block.parent.kids[0] === block ? /^\[([ xX])\][ \t]+(?=\S)/.exec(text) : null;
  if (!task) return context.inline(text, isOpen, view);
  text = text.slice(task[0].length);
  return [{ type: 'checkbox', text: '', checked: task[1] !== ' ' }, ...context.inline(text, isOpen, view)];
}

/**
 * What can be said of a paragraph that is arriving: it may begin with definitions, and its last line
 * may be the head of a table.
 *
 * @param {string} text
 * @returns {string}
 */
function openText(text) {
  if (text.startsWith('[')) text = takeDefinitions(text).rest;
  const from = text.lastIndexOf('\n') + 1;
  if (text[from] !== '|') return text;
  return text.slice(0, from) + text.slice(from).replace(/^\||(?<!\\)\|/g, ' ').trimStart();
}
