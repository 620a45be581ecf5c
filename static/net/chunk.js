/* SPDX-License-Identifier: MIT */
/**
 * One event of an answer, read: OpenAI's chunk in the forms that occur. Pure.
 *
 * @typedef {import('../core/types.js').Delta} Delta
 * @typedef {import('../core/types.js').Usage} Usage
 */

import { errorObject } from './errors.js';

/**
 * @typedef {object} Chunk
 * @property {Delta[]} deltas  what it adds to the answer, in order
 * @property {boolean} refused  the text is the model's refusal
 * @property {string} finish   finish_reason; '' when it gives none
 * @property {Usage | null} usage
 * @property {string} model    '' when it names none
 * @property {{code: string, type: string, message: string, param: string | null} | null} error
 */

/** The data of the event that ends a good answer. */
export const DONE = '[DONE]';

/**
 * Reads the data of an event; null when it is not a JSON object.
 *
 * @param {string} data
 * @returns {Chunk | null}
 */
export function readChunk(data) {
  /** @type {unknown} */
  let json;
  try {
    json = JSON.parse(data);
  } catch {
    return null;
  }
  if (!isObject(json)) return null;
  const choice = Array.isArray(json['choices']) ? fields(json['choices'][0]) : {};
  const delta = fields(choice['delta']);
  const refusal = string(delta['refusal']);
  return {
    deltas: readDeltas(delta, refusal),
    refused: refusal !== '',
    finish: string(choice['finish_reason']),
    usage: readUsage(json['usage']),
    model: string(json['model']),
    error: errorObject(json),
  };
}

/**
 * @param {Record<string, unknown>} delta
 * @param {string} refusal
 * @returns {Delta[]}
 */
function readDeltas(delta, refusal) {
  /** @type {Delta[]} */
  const deltas = [];
  const reasoning = string(delta['reasoning_content']) || string(delta['reasoning']);
  const text = string(delta['content']) || refusal;
  if (reasoning !== '') deltas.push({ kind: 'reasoning', text: reasoning });
  if (text !== '') deltas.push({ kind: 'text', text });
  return deltas;
}

/**
 * @param {unknown} value
 * @returns {Usage | null}
 */
function readUsage(value) {
  if (!isObject(value)) return null;
  const details = fields(value['completion_tokens_details']);
  return {
    promptTokens: count(value['prompt_tokens']),
    completionTokens: count(value['completion_tokens']),
    reasoningTokens: count(details['reasoning_tokens']),
    cachedTokens: count(fields(value['prompt_tokens_details'])['cached_tokens']),
    cost: null,
  };
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function fields(value) {
  return isObject(value) ? value : {};
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function string(value) {
  return typeof value === 'string' ? value : '';
}

/**
 * @param {unknown} value
 * @returns {number}
 */
function count(value) {
  return typeof value === 'number' && value > 0 && Number.isFinite(value) ? Math.floor(value) : 0;
}
