/* SPDX-License-Identifier: MIT */
/**
 * From a branch of a conversation to the body of an OpenAI request.
 *
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Params} Params
 */

import { fence } from './exporting.js';
import { readParams } from './params.js';

/**
 * What is asked for when an answer is to go on where it broke off. Providers
 * do not agree on a last message of the assistant, so it is followed by this.
 */
export const CONTINUE_PROMPT = 'Continue your last message exactly where it broke off, ' +
  'be it inside a word, a line or a code block. Do not repeat any of it, do not open a code block ' +
  'that is open already, and do not comment on it.';

/**
 * @typedef {{type: 'text', text: string} | {type: 'image_url', image_url: {url: string}}} ContentPart
 * @typedef {{role: 'system' | 'user' | 'assistant', content: string | ContentPart[]}} RequestMessage
 * @typedef {{model: string, messages: RequestMessage[], stream: true,
 *   stream_options: {include_usage: true}} & Params} RequestBody
 */

/**
 * The body of a request for the next answer.
 *
 * @param {object} options
 * @param {string} options.model
 * @param {string} options.system
 * @param {Params} options.params
 * @param {readonly Message[]} options.messages  what is sent: contextOf().sent
 * @param {boolean} [options.goOn]  the last message is an answer to be continued
 * @param {boolean} [options.images]  whether the model takes images; without,
 *   their names are sent in their place
 * @returns {RequestBody}
 */
export function requestBody({ model, system, params, messages, goOn = false, images = true }) {
  /** @type {RequestMessage[]} */
  const list = [];
  if (system.trim() !== '') list.push({ role: 'system', content: system });
  for (const message of messages) {
    // An answer that never said anything is no part of the conversation, and
    // providers refuse one of blanks.
    if (message.role === 'assistant' && message.text.trim() === '') continue;
    list.push({ role: message.role, content: contentOf(message, images) });
  }
  if (goOn && list.at(-1)?.role === 'assistant') list.push({ role: 'user', content: CONTINUE_PROMPT });
  /** @type {RequestBody} */
  const body = { model, messages: list, stream: true, stream_options: { include_usage: true } };
  return Object.assign(body, readParams(params).params);
}

/**
 * @param {Message} message
 * @param {boolean} images
 * @returns {string | ContentPart[]}
 */
function contentOf(message, images) {
  const text = textOf(message, images);
  const pictures = images ? message.attachments.filter((attachment) => attachment.kind === 'image') : [];
  if (pictures.length === 0) return text;
  /** @type {ContentPart[]} */
  const parts = pictures.map((picture) => ({ type: 'image_url', image_url: { url: picture.data } }));
  if (text !== '') parts.push({ type: 'text', text });
  return parts;
}

/**
 * The words of a message with its text files in front, each fenced and named.
 *
 * @param {Message} message
 * @param {boolean} images
 * @returns {string}
 */
function textOf(message, images) {
  const pieces = [];
  for (const attachment of message.attachments) {
    if (attachment.kind === 'text') {
      pieces.push(`${attachment.name}:\n${fence(attachment.data)}`);
    } else if (!images) {
      pieces.push(`[${attachment.name}]`);
    }
  }
  if (message.text !== '') pieces.push(message.text);
  return pieces.join('\n\n');
}
