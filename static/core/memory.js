/* SPDX-License-Identifier: MIT */
/**
 * What is held: how much memory conversations take.
 *
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Conversations} Conversations
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Part} Part
 */

/** Objects, keys and numbers of one message in memory, about, bytes. */
const MESSAGE_OVERHEAD_BYTES = 600;

/** A part's own object, about, bytes. */
const PART_OVERHEAD_BYTES = 80;

/** @type {WeakMap<Conversation, number>} */
const conversationSizes = new WeakMap();
/** @type {WeakMap<Message, number>} */
const messageSizes = new WeakMap();

/**
 * Bytes of memory a conversation holds, about: all branches, with attachments.
 *
 * @param {Conversation} conversation
 * @returns {number}
 */
export function conversationBytes(conversation) {
  let bytes = conversationSizes.get(conversation);
  if (bytes === undefined) {
    bytes = textBytes(conversation.title) + textBytes(conversation.system);
    for (const { text, attachments } of [conversation.draft, ...conversation.queue]) {
      bytes += textBytes(text) + partsBytes(attachments);
    }
    for (const id in conversation.nodes) {
      bytes += messageBytes(/** @type {Message} */ (conversation.nodes[id]));
    }
    conversationSizes.set(conversation, bytes);
  }
  return bytes;
}

/**
 * @param {Message} message
 * @returns {number}
 */
function messageBytes(message) {
  let bytes = messageSizes.get(message);
  if (bytes === undefined) {
    bytes = MESSAGE_OVERHEAD_BYTES + partsBytes(message.parts);
    messageSizes.set(message, bytes);
  }
  return bytes;
}

/**
 * @param {readonly Part[]} parts
 * @returns {number}
 */
function partsBytes(parts) {
  let bytes = 0;
  for (const part of parts) bytes += PART_OVERHEAD_BYTES + partBytes(part);
  return bytes;
}

/**
 * @param {Part} part
 * @returns {number}
 */
function partBytes(part) {
  switch (part.kind) {
    case 'text':
      return textBytes(part.text);
    case 'reasoning':
      return textBytes(part.text) + jsonBytes(part.details);
    case 'tool_call':
      return textBytes(part.arguments) + jsonBytes(part.extra) + jsonBytes(part.app) + partsBytes(part.result ?? []);
    case 'image':
      // A data: URL is ASCII, which engines keep at one byte a character.
      return part.data.length;
    case 'audio':
      return part.data.length + textBytes(part.transcript);
    case 'file':
      return part.data.length + textBytes(part.text);
    case 'source':
      return textBytes(part.url) + textBytes(part.title) + textBytes(part.snippet);
    case 'raw':
      return textBytes(part.json);
    default:
      return 0;
  }
}

/**
 * @param {unknown} value
 * @returns {number}
 */
function jsonBytes(value) {
  return value === undefined ? 0 : textBytes(JSON.stringify(value) ?? '');
}

/**
 * Two bytes a character: what an engine takes at most.
 *
 * @param {string} text
 * @returns {number}
 */
function textBytes(text) {
  return text.length * 2;
}

/**
 * Bytes of memory that all conversations hold. One that was deleted and can
 * still be brought back is not counted: whoever makes room has it at once, and
 * what they do next lets go of it.
 *
 * @param {Conversations} conversations
 * @returns {number}
 */
export function memoryBytes(conversations) {
  let bytes = 0;
  for (const id of conversations.order) {
    const conversation = conversations.byId[id];
    if (conversation !== undefined) bytes += conversationBytes(conversation);
  }
  return bytes;
}
