/* SPDX-License-Identifier: MIT */
/**
 * What is held and what is sent: memory and context accounting, and every
 * limit of the page by name.
 *
 * @typedef {import('./types.js').Attachment} Attachment
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Conversations} Conversations
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Model} Model
 * @typedef {import('./types.js').SessionLimits} SessionLimits
 */

import { isUnderWay } from './conversation.js';

/** Memory that all conversations may hold; beyond it nothing new is sent. */
export const MEMORY_CAP_BYTES = 256 * 1024 * 1024;
/** Part of the cap from which the meter warns. */
export const MEMORY_WARN_RATIO = 0.8;
/** Attachments of one message. */
export const MAX_ATTACHMENTS = 10;
/** A text file taken as an attachment, bytes. */
export const MAX_TEXT_FILE_BYTES = 1024 * 1024;
/** A longer text that is pasted becomes a text file, characters. */
export const MAX_PASTE_CHARS = 10000;
/** An image as it is sent, after scaling: length of its data: URL. */
export const MAX_IMAGE_CHARS = 6 * 1024 * 1024;
/** An image file before scaling, bytes. */
export const MAX_IMAGE_FILE_BYTES = 50 * 1024 * 1024;
/** Longest side of a scaled image, pixels. */
export const MAX_IMAGE_SIDE = 1568;
/** Longest title, characters. */
export const MAX_TITLE_CHARS = 200;
/** Conversations held at once. */
export const MAX_CONVERSATIONS = 1000;
/** Messages of one conversation, all branches. */
export const MAX_MESSAGES = 20000;
/** A file to import, bytes. */
export const MAX_IMPORT_BYTES = 128 * 1024 * 1024;
/** Tokens an image is taken to cost; providers differ, this is on the high side. */
const IMAGE_TOKENS = 1600;
/** Tokens around each message: role and separators. */
export const MESSAGE_OVERHEAD_TOKENS = 4;
/** Part of the context kept for the answer when no max_tokens is set. */
const ANSWER_RESERVE_RATIO = 0.2;
/** The same, at most, tokens. */
const ANSWER_RESERVE_TOKENS = 8192;
/** Bytes of a request around its messages: model, parameters, brackets. */
const BODY_OVERHEAD_BYTES = 4096;
/** Objects, keys and numbers of one message in memory, about, bytes. */
const MESSAGE_OVERHEAD_BYTES = 600;
/** A longer text is not read through but estimated by its length while it still grows. */
const QUICK_ESTIMATE_CHARS = 2000;

const encoder = /[^\0-\x7f]/;
/** Scripts whose characters are about a token each: CJK, kana, Hangul. */
const WIDE = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]|[\ud840-\ud8bf][\udc00-\udfff]/g;
const OTHER_NON_ASCII = /[\u0080-\u2e7f]/g;

/**
 * How many tokens a text is, about: 4 ASCII characters a token, 2 of other
 * alphabets, 1 of CJK. The models' own counts differ; the meter says "about".
 *
 * @param {string} text
 * @returns {number}
 */
export function estimateTokens(text) {
  if (text === '') return 0;
  if (!encoder.test(text)) return Math.ceil(text.length / 4);
  const wide = text.match(WIDE)?.length ?? 0;
  const other = text.match(OTHER_NON_ASCII)?.length ?? 0;
  return Math.ceil(wide + other / 2 + Math.max(text.length - wide - other, 0) / 4);
}

/**
 * Bytes of a text as UTF-8 inside a JSON string, at least: the escapes of
 * control characters, quotes and backslashes are counted.
 *
 * @param {string} text
 * @returns {number}
 */
export function jsonBytes(text) {
  let bytes = text.length + 2;
  const special = text.match(/["\\\n\r\t]/g);
  if (special !== null) bytes += special.length;
  const control = text.match(/[\0-\x08\x0b\x0c\x0e-\x1f]/g);
  if (control !== null) bytes += control.length * 5;
  if (encoder.test(text)) {
    bytes += text.match(/[\u0080-\u07ff\ud800-\udfff]/g)?.length ?? 0;
    bytes += (text.match(/[\u0800-\ud7ff\ue000-\uffff]/g)?.length ?? 0) * 2;
  }
  return bytes;
}

/**
 * @typedef {object} Cost  of one message
 * @property {number} tokens
 * @property {number} bytes    in a request
 */

/** @type {WeakMap<Message, Cost>} */
const costs = new WeakMap();

/**
 * What a message costs when it is sent. While its text still grows the tokens
 * come from its length, so that the cost of a frame does not grow with it.
 *
 * @param {Message} message
 * @returns {Cost}
 */
export function messageCost(message) {
  let cost = costs.get(message);
  if (cost === undefined) {
    const growing = isUnderWay(message.status) && message.text.length > QUICK_ESTIMATE_CHARS;
    cost = growing
      ? { tokens: Math.ceil(message.text.length / 4) + MESSAGE_OVERHEAD_TOKENS, bytes: message.text.length + 64 }
      : textCost(message.text, message.attachments);
    costs.set(message, cost);
  }
  return cost;
}

/**
 * What a text with attachments costs when it is sent as one message.
 *
 * @param {string} text
 * @param {readonly Attachment[]} attachments
 * @returns {Cost}
 */
export function textCost(text, attachments) {
  let tokens = MESSAGE_OVERHEAD_TOKENS + estimateTokens(text);
  let bytes = 64 + jsonBytes(text);
  for (const attachment of attachments) {
    if (attachment.kind === 'image') {
      tokens += IMAGE_TOKENS;
      bytes += attachment.data.length + 64;
    } else {
      tokens += estimateTokens(attachment.data) + 16;
      bytes += jsonBytes(attachment.data) + jsonBytes(attachment.name) + 64;
    }
  }
  return { tokens, bytes };
}

/**
 * @typedef {object} Context
 * @property {number} tokens       about, of what would be sent: system prompt,
 *   messages below the line, draft
 * @property {number | null} limit the model's length less what is kept for the
 *   answer; null when it is unknown
 * @property {number} ratio        tokens of limit, 0 when there is none; above 1
 *   only when the newest message alone is too long
 * @property {number} dropped      messages above the line: no longer sent
 * @property {string | null} firstSentId  the message below the line; null when
 *   nothing was dropped, or when all was and only the draft would be sent
 * @property {readonly Message[]} sent
 * @property {boolean} tooLong     the newest message alone exceeds a limit
 */

/**
 * Which messages are sent, newest first, as far as the model's length and the
 * server's limits reach. The newest is always sent; an answer is not sent
 * without its question.
 *
 * @param {object} options
 * @param {readonly Message[]} options.path
 * @param {string} options.system
 * @param {Cost} [options.draft]   what is about to be sent with it
 * @param {number | null} [options.contextLength]
 * @param {number | null} [options.maxOutput]  the model's limit of an answer
 * @param {number} [options.maxTokens]  the parameter, when it is set
 * @param {SessionLimits} [options.limits]
 * @returns {Context}
 */
export function contextOf({ path, system, draft, contextLength = null, maxOutput = null, maxTokens, limits = {} }) {
  const limit = contextLength === null ? null : contextLength - answerReserve(contextLength, maxOutput, maxTokens);
  const fixed = system === '' ? { tokens: 0, bytes: 0 } : textCost(system, []);
  let tokens = fixed.tokens + (draft?.tokens ?? 0);
  let bytes = BODY_OVERHEAD_BYTES + fixed.bytes + (draft?.bytes ?? 0);
  let room = (limits.max_messages ?? Infinity) - (system === '' ? 0 : 1) - (draft === undefined ? 0 : 1);
  const maxBytes = limits.max_body_bytes ?? Infinity;
  const fits = () => tokens <= (limit ?? Infinity) && bytes <= maxBytes && room >= 0;
  let tooLong = draft !== undefined && !fits();
  let start = path.length;
  for (let i = path.length - 1; i >= 0; i -= 1) {
    const cost = messageCost(/** @type {Message} */ (path[i]));
    const newest = i === path.length - 1 && draft === undefined;
    tokens += cost.tokens;
    bytes += cost.bytes;
    room -= 1;
    if (!fits()) {
      if (!newest) {
        tokens -= cost.tokens;
        break;
      }
      tooLong = true;
    }
    start = i;
  }
  const last = draft === undefined ? path.length - 1 : path.length;
  while (start > 0 && start < last && path[start]?.role === 'assistant') {
    tokens -= messageCost(/** @type {Message} */ (path[start])).tokens;
    start += 1;
  }
  return {
    tokens,
    limit,
    ratio: limit === null || limit <= 0 ? 0 : tokens / limit,
    dropped: start,
    firstSentId: start > 0 ? path[start]?.id ?? null : null,
    sent: start === 0 ? path : path.slice(start),
    tooLong,
  };
}

/**
 * Tokens of the context kept for the answer.
 *
 * @param {number} contextLength
 * @param {number | null} maxOutput
 * @param {number | undefined} maxTokens
 * @returns {number}
 */
function answerReserve(contextLength, maxOutput, maxTokens) {
  const wanted = maxTokens ?? Math.min(Math.floor(contextLength * ANSWER_RESERVE_RATIO), ANSWER_RESERVE_TOKENS);
  return Math.min(wanted, maxOutput ?? Infinity, Math.floor(contextLength / 2));
}

/** @type {WeakMap<Conversation, number>} */
const conversationSizes = new WeakMap();

/**
 * Bytes of memory a conversation holds, about: all branches, with attachments.
 *
 * @param {Conversation} conversation
 * @returns {number}
 */
export function conversationBytes(conversation) {
  let bytes = conversationSizes.get(conversation);
  if (bytes === undefined) {
    bytes = textBytes(conversation.title) + textBytes(conversation.system) + textBytes(conversation.draft.text) +
      attachmentBytes(conversation.draft.attachments);
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
  return MESSAGE_OVERHEAD_BYTES + textBytes(message.text) + textBytes(message.reasoning) +
    (message.attachments.length === 0 ? 0 : attachmentBytes(message.attachments));
}

/**
 * @param {readonly Attachment[]} attachments
 * @returns {number}
 */
function attachmentBytes(attachments) {
  let bytes = 0;
  for (const attachment of attachments) {
    // A data: URL is ASCII, which engines keep at one byte a character.
    bytes += attachment.kind === 'image' ? attachment.data.length : textBytes(attachment.data);
  }
  return bytes;
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
