/* SPDX-License-Identifier: MIT */
/**
 * Speech to text: a recording goes out, its words come back. Neither is kept.
 */

import { ApiError } from './errors.js';
import { fields } from './fields.js';

/**
 * @param {import('./api.js').Api} api
 * @param {File} file
 * @param {AbortSignal} [signal]
 * @returns {Promise<string>} '' when nothing was understood
 * @throws {ApiError}
 */
export async function transcribe(api, file, signal) {
  const form = new FormData();
  // OpenAI's form has a model; which one it is, the server decides.
  form.append('model', 'default');
  form.append('file', file, file.name);
  const { text } = fields(await api.json('POST', 'audio/transcriptions', {
    form, timeoutMs: Infinity, ...(signal === undefined ? {} : { signal }),
  }));
  if (typeof text !== 'string') throw new ApiError({ code: 'bad_answer' });
  return text.trim();
}
