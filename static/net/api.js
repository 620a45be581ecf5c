/* SPDX-License-Identifier: MIT */
/**
 * The one transport: every request of the page goes through here, to its own
 * origin, below its own address. What goes wrong is thrown as an ApiError.
 */

import { ApiError, MAX_ERROR_CHARS, errorOfAnswer, errorOfFailure } from './errors.js';

/** How long a request that is not a stream may take. */
export const REQUEST_TIMEOUT_MS = 30000;
/** The same for a login, which may queue for its turn to be hashed. */
export const LOGIN_TIMEOUT_MS = 60000;

/**
 * @typedef {object} RequestOptions
 * @property {unknown} [body]       sent as JSON
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
 * @param {object} options
 * @param {(url: string, init: RequestInit) => Promise<Response>} options.fetch
 * @param {string} options.base  address of the page, under which `api/` is
 * @param {() => number} options.now
 * @param {() => boolean} options.isOnline
 * @param {(run: () => void, ms: number) => unknown} [options.setTimer]
 * @param {(timer: any) => void} [options.clearTimer]
 * @returns {Api}
 */
export function createApi({
  fetch, base, now, isOnline, setTimer = (run, ms) => setTimeout(run, ms), clearTimer = (timer) => clearTimeout(timer),
}) {
  const root = new URL('api/', base);

  /**
   * @template R
   * @param {string} method
   * @param {string} path
   * @param {RequestOptions & {accept: string}} options
   * @param {(response: Response) => Promise<R>} read
   * @returns {Promise<R>}
   */
  async function request(method, path, { body, headers, signal, timeoutMs, keepalive, accept }, read) {
    const limit = timeoutMs ?? REQUEST_TIMEOUT_MS;
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    let timedOut = false;
    const timer = limit === Infinity ? null : setTimer(() => {
      timedOut = true;
      controller.abort();
    }, limit);
    try {
      const response = await fetch(new URL(path, root).href, {
        method,
        mode: 'same-origin',
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'manual',
        referrerPolicy: 'same-origin',
        headers: {
          Accept: accept,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(keepalive === true ? { keepalive } : {}),
        signal: controller.signal,
      });
      if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
        // Only a sign-on in front of the server redirects: its session is over.
        throw new ApiError({ code: 'not_authenticated', status: 401, param: 'redirect' });
      }
      if (!response.ok) throw await refusal(response);
      return await read(response);
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
   * @param {Response} response
   * @returns {Promise<ApiError>}
   */
  async function refusal(response) {
    return errorOfAnswer({
      status: response.status,
      contentType: response.headers.get('Content-Type') ?? '',
      text: await limitedText(response),
      retryAfter: response.headers.get('Retry-After'),
      date: response.headers.get('Date'),
    }, now());
  }

  return {
    json: (method, path, options = {}) => request(method, path, { ...options, accept: 'application/json' },
      async (response) => {
        if (response.status === 204) return null;
        if (!isType(response, 'application/json')) throw await refusal(response);
        try {
          return await response.json();
        } catch (thrown) {
          if (thrown instanceof SyntaxError) throw new ApiError({ code: 'bad_answer', status: response.status });
          throw thrown;
        }
      }),

    events: (method, path, options = {}) => request(method, path, { ...options, accept: EVENT_STREAM },
      async (response) => {
        if (!isType(response, EVENT_STREAM) || response.body === null) throw await refusal(response);
        return response.body;
      }),
  };
}

const EVENT_STREAM = 'text/event-stream';

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
