/* SPDX-License-Identifier: MIT */
/**
 * The one transport: every request of the page goes through here, to its own
 * origin, below its own address. What goes wrong is thrown as an ApiError.
 */

import { ApiError, MAX_ERROR_CHARS, errorOfAnswer, errorOfFailure } from './errors.js';
import { OWN_SITE } from './first.js';

/** How long a request that is not a stream may take. */
export const REQUEST_TIMEOUT_MS = 30000;
/** The same for a login, which may queue for its turn to be hashed. */
export const LOGIN_TIMEOUT_MS = 60000;

const JSON_TYPE = 'application/json';
const EVENT_STREAM = 'text/event-stream';

/**
 * @typedef {object} RequestOptions
 * @property {unknown} [body]       sent as JSON
 * @property {FormData} [form]      sent instead, as a form with files
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 * @property {number} [timeoutMs]   until the whole answer is there; Infinity for none
 * @property {boolean} [keepalive]  goes out even when the page is being left
 */

/**
 * @typedef {object} Api
 * @property {(method: string, path: string, options?: RequestOptions) => Promise<unknown>} json
 *   the JSON of a successful answer; null for 204
 * @property {(method: string, path: string, options?: RequestOptions) => Promise<ReadableStream<Uint8Array>>} events
 *   the body of a successful answer that is an event stream, as soon as its
 *   headers are there
 */

/**
 * @typedef {object} ApiOptions
 * @property {(url: string, init: RequestInit) => Promise<Response>} fetch
 * @property {string} base  address of the page, under which `api/` is
 * @property {() => number} now
 * @property {() => boolean} isOnline
 * @property {(run: () => void, ms: number) => unknown} [setTimer]
 * @property {(timer: any) => void} [clearTimer]
 */

/**
 * @param {ApiOptions} options
 * @returns {Api}
 */
export function createApi({ base, ...options }) {
  const context = { setTimer: setTimeout, clearTimer: clearTimeout, ...options, root: new URL('api/', base) };
  return {
    json: (method, path, more = {}) => request(context, method, path, { ...more, accept: JSON_TYPE }, readJson),
    events: (method, path, more = {}) => request(context, method, path, { ...more, accept: EVENT_STREAM }, readEvents),
  };
}

/** @typedef {Required<Omit<ApiOptions, 'base'>> & {root: URL}} Context */

/**
 * @template R
 * @param {Context} context
 * @param {string} method
 * @param {string} path
 * @param {RequestOptions & {accept: string}} options
 * @param {(response: Response, now: () => number) => Promise<R>} read
 * @returns {Promise<R>}
 */
async function request({ fetch, root, now, isOnline, setTimer, clearTimer }, method, path, options, read) {
  const { signal, timeoutMs = REQUEST_TIMEOUT_MS, accept } = options;
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  let timedOut = false;
  const timer = timeoutMs === Infinity ? null : setTimer(() => {
    timedOut = true;
    controller.abort();
  }, timeoutMs);
  try {
    const response = await fetch(new URL(path, root).href, initOf(method, options, controller.signal));
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
      // Only a sign-on in front of the server redirects: its session is over.
      throw new ApiError({ code: 'not_authenticated', status: 401, param: 'redirect' });
    }
    if (!response.ok) throw await refusal(response, now);
    return await read(response, now);
  } catch (thrown) {
    if (timedOut) throw new ApiError({ code: 'timeout' });
    throw errorOfFailure(thrown, isOnline());
  } finally {
    if (timer !== null) clearTimer(timer);
    // A stream that was handed out stays tied to the signal.
    if (accept !== EVENT_STREAM) signal?.removeEventListener('abort', abort);
  }
}

/**
 * @param {string} method
 * @param {RequestOptions & {accept: string}} options
 * @param {AbortSignal} signal
 * @returns {RequestInit}
 */
function initOf(method, { body, form, headers, keepalive, accept }, signal) {
  return {
    method,
    ...OWN_SITE,
    headers: {
      Accept: accept,
      ...(body === undefined ? {} : { 'Content-Type': JSON_TYPE }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(form === undefined ? {} : { body: form }),
    ...(keepalive === true ? { keepalive } : {}),
    signal,
  };
}

/**
 * @param {Response} response
 * @param {() => number} now
 * @returns {Promise<ApiError>}
 */
async function refusal(response, now) {
  return errorOfAnswer({
    status: response.status,
    contentType: response.headers.get('Content-Type') ?? '',
    text: await limitedText(response),
    auth: response.headers.get('X-Confab-Auth'),
    retryAfter: response.headers.get('Retry-After'),
    date: response.headers.get('Date'),
  }, now());
}

/**
 * @param {Response} response
 * @param {() => number} now
 * @returns {Promise<unknown>}
 */
async function readJson(response, now) {
  if (response.status === 204) return null;
  if (!isType(response, JSON_TYPE)) throw await refusal(response, now);
  try {
    return await response.json();
  } catch (thrown) {
    if (thrown instanceof SyntaxError) throw new ApiError({ code: 'bad_answer', status: response.status });
    throw thrown;
  }
}

/**
 * @param {Response} response
 * @param {() => number} now
 * @returns {Promise<ReadableStream<Uint8Array>>}
 */
async function readEvents(response, now) {
  if (!isType(response, EVENT_STREAM) || response.body === null) throw await refusal(response, now);
  return response.body;
}

/**
 * @param {Response} response
 * @param {string} type
 * @returns {boolean}
 */
function isType(response, type) {
  return (response.headers.get('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase() === type;
}

/**
 * The start of a body, as text; what cannot be read is left out.
 *
 * @param {Response} response
 * @returns {Promise<string>}
 */
async function limitedText(response) {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (text.length < MAX_ERROR_CHARS) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    // The status alone says enough.
  }
  reader.cancel().catch(() => {});
  return text.slice(0, MAX_ERROR_CHARS);
}
