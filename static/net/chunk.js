/* SPDX-License-Identifier: MIT */
/**
 * One event of an answer, read: OpenAI's chunk in the forms that occur. Pure.
 *
 * @typedef {import('../core/types.js').Delta} Delta
 * @typedef {import('../core/types.js').Usage} Usage
 * @typedef {import('./fields.js').Fields} Fields
 */

import { contentDeltas, mediaDeltas, reasoningDeltas, toolCallDeltas, unknownDeltas } from './chunk-content.js';
import { sourceDeltas } from './chunk-sources.js';
import { errorObject } from './errors.js';
import { amount, count, fields, isObject, string } from './fields.js';

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
  // Some send the whole message beside or in the place of what is new of it.
  const whole = fields(choice['message']);
  const delta = isObject(choice['delta']) ? choice['delta'] : whole;
  const refusal = string(delta['refusal']);
  return {
    deltas: [
      ...reasoningDeltas(delta),
      ...contentDeltas(delta['content'], refusal),
      ...toolCallDeltas(delta),
      ...mediaDeltas(delta),
      ...(delta === whole ? [] : mediaDeltas({ images: whole['images'] })),
      ...sourceDeltas(json, choice, delta, whole),
      ...unknownDeltas(delta),
    ],
    refused: refusal !== '',
    finish: string(choice['finish_reason']),
    usage: readUsage(json['usage'] ?? choice['usage'] ?? fields(json['x_groq'])['usage']),
    model: string(json['model']),
    error: errorObject(json) ?? errorObject(choice),
  };
}

/**
 * @param {unknown} value
 * @returns {Usage | null}
 */
function readUsage(value) {
  if (!isObject(value)) return null;
  const read = fields(value['prompt_tokens_details'] ?? value['input_tokens_details']);
  const written = fields(value['completion_tokens_details'] ?? value['output_tokens_details']);
  return {
    promptTokens: count(value['prompt_tokens'] ?? value['input_tokens']),
    completionTokens: count(value['completion_tokens'] ?? value['output_tokens']),
    reasoningTokens: count(written['reasoning_tokens'] ?? value['reasoning_tokens']),
    cachedTokens: count(read['cached_tokens'] ?? value['prompt_cache_hit_tokens'] ?? value['cache_read_input_tokens']),
    cost: amount(value['cost']) ?? amount(fields(value['cost'])['total_cost']) ?? amount(value['total_cost']),
  };
}
