/* SPDX-License-Identifier: MIT */
/**
 * The shown branch of a conversation as Markdown, for people. What an answer
 * says is Markdown already; what a person wrote is a text, and stays one.
 *
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Part} Part
 */

import { isUnderWay, openPath } from './conversation.js';
import { fence } from './fence.js';
import { escapedHidden, readable } from './visible.js';

/** Whether Markdown would read something into a text, or lose the shape of it. */
const LOOKS_LIKE_MARKDOWN = /[\\`*_#<>[\]|~$&=]|^[ \t]|[ \t]$|^[^\S\n]*(?:[-+]|\d+[.)]|-{2,})(?:\s|$)|https?:|www\.|[^\n]\n[^\n]/m;

/**
 * @param {Conversation} conversation
 * @returns {string}
 */
export function markdownOf(conversation) {
  const blocks = [`# ${inLine(conversation.title) || 'Conversation'}`];
  if (conversation.system !== '') blocks.push(`**System prompt**\n\n${asText(conversation.system)}`);
  for (const message of openPath(conversation)) blocks.push(markdownOfMessage(message));
  if (conversation.draft.text !== '') blocks.push(`---\n\n**Draft**\n\n${asText(conversation.draft.text)}`);
  return `${blocks.join('\n\n')}\n`;
}

/**
 * @param {Message} message
 * @returns {string}
 */
function markdownOfMessage(message) {
  const own = message.role === 'user';
  const model = message.model === '' ? '' : ` (${inLine(message.model)})`;
  const facts = [own ? '**You**' : `**Assistant**${model}`, localTime(message.createdAt)];
  if (message.status !== 'complete') facts.push(isUnderWay(message.status) ? 'interrupted' : message.status);
  const blocks = message.parts.map((part) => (own && part.kind === 'text' ? asText(part.text) : markdownOfPart(part)));
  return [`---\n\n${facts.join(' · ')}`, ...blocks.filter((block) => block !== '')].join('\n\n');
}

/**
 * @param {Part} part
 * @returns {string} '' for what has no place in a text
 */
function markdownOfPart(part) {
  switch (part.kind) {
    case 'text':
      return closed(part.text);
    case 'reasoning':
      return part.text === '' ? '' : `*Reasoning*\n\n${quoted(closed(part.text))}`;
    case 'image':
      return part.data === '' ? `[${label(part.name) || 'Picture'}](<${part.url}>)` : `![${label(part.name)}](${part.data})`;
    case 'file':
      return part.text === '' ? `[${label(part.name)}]` : `${label(part.name)}:\n\n${fence(part.text)}`;
    case 'audio':
      return `*${label(part.name) || 'Sound'}*${part.transcript === '' ? '' : `\n\n${quoted(asText(part.transcript))}`}`;
    case 'tool_call':
      return [`*${label(readable(part.name))}*`, fence(escapedHidden(part.arguments), 'json'), ...(part.result ?? []).map(asResult)].join('\n\n');
    case 'source':
      return `\\[${part.number}\\] [${label(part.title) || part.url}](<${part.url}>)`;
    case 'notice':
      return `*${part.code}${part.detail === '' ? '' : `: ${inLine(part.detail)}`}*`;
    default:
      return `*${label(part.name)}*\n\n${fence(part.json, 'json')}`;
  }
}

/**
 * What a tool says is text, whatever it looks like.
 *
 * @param {Part} part
 * @returns {string}
 */
function asResult(part) {
  if (part.kind === 'raw') return markdownOfPart({ ...part, json: escapedHidden(part.json) });
  if (part.kind === 'file') return markdownOfPart({ ...part, text: readable(part.text) });
  return part.kind === 'text' ? fence(readable(part.text)) : markdownOfPart(part);
}

/**
 * A text that Markdown reads as the text it is.
 *
 * @param {string} text
 * @returns {string}
 */
export function asText(text) {
  return LOOKS_LIKE_MARKDOWN.test(text) ? fence(text, 'text') : text;
}

/**
 * Markdown with its code block closed, so that what follows is not code. One
 * in an item of a list ends with the item, and a mark behind it would open
 * another.
 *
 * @param {string} text
 * @returns {string}
 */
export function closed(text) {
  /** Where the words of the items begin that are open, outermost first. @type {number[]} */
  const items = [];
  let open = '';
  /** Where those of the item begin that the open block is in; 0 for none. */
  let within = 0;
  for (const line of text.split('\n')) {
    const indent = line.search(/\S/);
    if (indent < 0) continue;
    if (open !== '' && indent < within) open = '';
    let rest = line;
    if (open === '') {
      while (indent < (items.at(-1) ?? 0)) items.pop();
      rest = beginItems(line, items);
      within = items.at(-1) ?? 0;
    } else {
      rest = line.slice(within);
    }
    open = openAfter(open, rest);
  }
  return open === '' || within > 0 ? text : `${text}${text.endsWith('\n') ? '' : '\n'}${open}`;
}

/**
 * @param {string} open  mark of the block that is open; ''
 * @param {string} line
 * @returns {string} of the one that is open behind the line
 */
function openAfter(open, line) {
  const [, mark = '', info = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
  if (open === '') return mark.startsWith('`') && info.includes('`') ? '' : mark;
  return mark[0] === open[0] && mark.length >= open.length && info.trim() === '' ? '' : open;
}

/**
 * The words of a line behind the marks of items that begin in it.
 *
 * @param {string} line
 * @param {number[]} items  where the words of the open ones begin; changed
 * @returns {string}
 */
function beginItems(line, items) {
  let at = items.at(-1) ?? 0;
  for (;;) {
    const mark = /^ {0,3}(?:[-*+]|\d{1,9}[.)]) {1,4}(?=\S)/.exec(line.slice(at))?.[0];
    if (mark === undefined) return line.slice(at);
    at += mark.length;
    items.push(at);
  }
}

/**
 * The time on the clock of who exports.
 *
 * @param {number} ms
 * @returns {string}
 */
function localTime(ms) {
  const at = new Date(ms);
  const two = (/** @type {number} */ value) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/**
 * @param {string} text
 * @returns {string}
 */
function quoted(text) {
  return text.split(/\r\n|\r|\n/).map((line) => (line === '' ? '>' : `> ${line}`)).join('\n');
}

/**
 * @param {string} text
 * @returns {string} for between brackets
 */
function label(text) {
  return inLine(text).replace(/[[\]]/g, '');
}

/**
 * A text in a line, with nothing that Markdown would read.
 *
 * @param {string} text
 * @returns {string}
 */
function inLine(text) {
  return text.replace(/\s+/g, ' ').trim().replace(/[\\`*_<>#|~$&]/g, '\\$&');
}
