/* SPDX-License-Identifier: MIT */
/**
 * What is sent: what messages cost in tokens and bytes, and which of them
 * still fit.
 *
 * @typedef {import('./types.js').Attachment} Attachment
 * @typedef {import('./types.js').Message} Message
 * @typedef {import('./types.js').Part} Part
 * @typedef {import('./types.js').SessionLimits} SessionLimits
 */

import { isUnderWay } from './conversation.js';
import { partsOf } from './parts.js';

/** Tokens an image is taken to cost; providers differ, this is on the high side. */
const IMAGE_TOKENS = 1600;
/** Sound is about ten tokens a second; of its bytes, compressed as usual. */
const AUDIO_BYTES_PER_TOKEN = 1600;
/** A file that goes as it is, on the high side. */
const FILE_BYTES_PER_TOKEN = 16;
/** Tokens around each message: role and separators. */
export const MESSAGE_OVERHEAD_TOKENS = 4;
/** Part of the context kept for the answer when no max_tokens is set. */
const ANSWER_RESERVE_RATIO = 0.2;
/** The same, at most, tokens. */
const ANSWER_RESERVE_TOKENS = 8192;
/** Bytes of a request around its messages: model, parameters, brackets. */
const BODY_OVERHEAD_BYTES = 4096;
/** A longer text is not read through but estimated by its length while it still grows. */
const QUICK_ESTIMATE_CHARS = 2000;

const encoder = /[^\0-\x7f]/;
/**
 * Scripts whose characters are about a token each: CJK, kana, Hangul.
 *
 * @param {number} code
 * @returns {boolean}
 */
function isWide(code) {
  return (code >= 0x2e80 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7af) || (code >= 0xd840 && code <= 0xd8bf) ||
    (code >= 0xf900 && code <= 0xfaff) || (code >= 0xff00 && code <= 0xffef);
}

/**
 * How many tokens a text is, about: 4 ASCII characters a token, 2 of other
 * alphabets, 1 of CJK. The models' own counts differ; the meter says "about".
 *
 * @param {string} text
 * @returns {number}
 */
export function estimateTokens(text) {
  if (!encoder.test(text)) return Math.ceil(text.length / 4);
  // Counted, not matched: a list of a million characters holds the page up.
  let wide = 0;
  let other = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (isWide(code)) wide += 1;
    else if (code >= 0x80 && code < 0x2e80) other += 1;
  }
  return Math.ceil(wide + other / 2 + (text.length - wide - other) / 4);
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
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2;
    else if (code < 0x20) bytes += code === 0x09 || code === 0x0a || code === 0x0d ? 1 : 5;
    else if (code === 0x22 || code === 0x5c) bytes += 1;
  }
  return bytes;
}

/**
 * @typedef {object} Cost  of one message
 * @property {number} tokens
 * @property {number} bytes    in a request
 */

/** Costs of parts that do not change any more. @type {WeakMap<Part, Cost>} */
const costs = new WeakMap();

/**
 * What a message costs when it is sent. While a text still grows its tokens
 * come from its length, so that the cost of a frame does not grow with it.
 *
 * @param {Message} message
 * @returns {Cost}
 */
export function messageCost(message) {
  return partsCost(message.parts, isUnderWay(message.status));
}

/**
 * What a text with attachments costs when it is sent as one message.
 *
 * @param {string} text
 * @param {readonly Attachment[]} attachments
 * @returns {Cost}
 */
export function textCost(text, attachments) {
  return partsCost(partsOf(text, attachments), false);
}

/**
 * @param {readonly Part[]} parts
 * @param {boolean} growing
 * @returns {Cost}
 */
function partsCost(parts, growing) {
  let tokens = MESSAGE_OVERHEAD_TOKENS;
  let bytes = 64;
  for (const part of parts) {
    const cost = growing && part.kind === 'text' && part.text.length > QUICK_ESTIMATE_CHARS
      ? { tokens: Math.ceil(part.text.length / 4), bytes: part.text.length } : partCost(part);
    tokens += cost.tokens;
    bytes += cost.bytes;
  }
  return { tokens, bytes };
}

/**
 * What a part costs, counted once: who has many reads them through one by one,
 * before all are asked for at once.
 *
 * @param {Part} part
 * @returns {Cost}
 */
export function partCost(part) {
  let cost = costs.get(part);
  if (cost === undefined) {
    cost = costOf(part);
    costs.set(part, cost);
  }
  return cost;
}

/**
 * @param {Part} part
 * @returns {Cost}
 */
function costOf(part) {
  switch (part.kind) {
    case 'text':
      return { tokens: estimateTokens(part.text), bytes: jsonBytes(part.text) };
    case 'image':
      return { tokens: part.data === '' ? 0 : IMAGE_TOKENS, bytes: part.data.length + 64 };
    case 'audio':
      return {
        tokens: Math.max(Math.ceil(part.size / AUDIO_BYTES_PER_TOKEN), estimateTokens(part.transcript)),
        bytes: part.data.length + jsonBytes(part.transcript) + 64,
      };
    case 'file':
      return part.text !== '' || part.data === ''
        ? { tokens: estimateTokens(part.text) + 16, bytes: jsonBytes(part.text) + jsonBytes(part.name) + 64 }
        : { tokens: Math.ceil(part.size / FILE_BYTES_PER_TOKEN), bytes: part.data.length + jsonBytes(part.name) + 64 };
    case 'tool_call':
      return part.result === null ? NOTHING : toolCallCost(part, part.result);
    default:
      return NOTHING;
  }
}

/** @type {Cost} */
const NOTHING = Object.freeze({ tokens: 0, bytes: 0 });

/**
 * @param {import('./types.js').ToolCallPart} call
 * @param {readonly Part[]} result
 * @returns {Cost}
 */
function toolCallCost(call, result) {
  const { tokens, bytes } = partsCost(result, false);
  return {
    tokens: tokens + estimateTokens(call.name) + estimateTokens(call.arguments) + MESSAGE_OVERHEAD_TOKENS,
    bytes: bytes + jsonBytes(call.name) + jsonBytes(call.arguments) + 128,
  };
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
  const always = [...system === '' ? [] : [textCost(system, [])], ...draft === undefined ? [] : [draft]];
  const { start, tooLong } = reachOf(path, always.reduce(without, {
    tokens: limit ?? Infinity,
    bytes: (limits.max_body_bytes ?? Infinity) - BODY_OVERHEAD_BYTES,
    messages: limits.max_messages ?? Infinity,
  }), draft !== undefined);
  const sent = start === 0 ? path : path.slice(start);
  const tokens = [...always, ...sent.map(messageCost)].reduce((sum, cost) => sum + cost.tokens, 0);
  return {
    tokens,
    limit,
    ratio: limit === null || limit <= 0 ? 0 : tokens / limit,
    dropped: start,
    firstSentId: start > 0 ? path[start]?.id ?? null : null,
    sent,
    tooLong,
  };
}

/** @typedef {{tokens: number, bytes: number, messages: number}} Room  what is left of each limit; below 0 when it is passed */

/** What is left when one more message is sent. @param {Room} room @param {Cost} cost @returns {Room} */
function without(room, cost) {
  return { tokens: room.tokens - cost.tokens, bytes: room.bytes - cost.bytes, messages: room.messages - 1 };
}

/**
 * From which message on the conversation is sent.
 *
 * @param {readonly Message[]} path
 * @param {Room} room  for these messages
 * @param {boolean} hasDraft  the newest message is one to come
 * @returns {{start: number, tooLong: boolean}} `tooLong`: not even the newest fits, and it is sent all the same
 */
function reachOf(path, room, hasDraft) {
  /** @param {Room} left */
  const fits = (left) => left.tokens >= 0 && left.bytes >= 0 && left.messages >= 0;
  let left = room;
  let tooLong = hasDraft && !fits(room);
  let start = path.length;
  while (start > 0) {
    left = without(left, messageCost(/** @type {Message} */ (path[start - 1])));
    const isNewest = start === path.length && !hasDraft;
    if (!fits(left) && !isNewest) break;
    tooLong ||= !fits(left);
    start -= 1;
  }
  const last = hasDraft ? path.length : path.length - 1;
  while (start > 0 && start < last && path[start]?.role === 'assistant') start += 1;
  return { start, tooLong };
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
