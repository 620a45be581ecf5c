/* SPDX-License-Identifier: MIT */
/**
 * Whatever can go wrong between the page and the server, as one kind of error.
 * Pure: answers and failures in, ApiError out.
 *
 * @typedef {import('../core/types.js').ApiErrorInfo} ApiErrorInfo
 */

/** Most of an error answer that is read, characters. */
export const MAX_ERROR_CHARS = 64 * 1024;
/** Longest message that is shown, characters. */
const MAX_MESSAGE_CHARS = 2000;
/** Longest wait that a Retry-After is taken for. */
const MAX_RETRY_AFTER_MS = 24 * 3600 * 1000;

/** An error with a code that the page can explain. */
export class ApiError extends Error {
  /** @param {Partial<ApiErrorInfo> & {code: string, auth?: string, factor?: unknown}} fields */
  constructor({ code, type = '', message = '', status = 0, param = null, retryAt = null, auth = '', factor = null }) {
    super(message === '' ? code : message);
    this.name = 'ApiError';
    this.code = code;
    this.type = type;
    this.status = status;
    this.param = param;
    this.retryAt = retryAt;
    /** The server's words; '' when there were none. */
    this.text = message;
    /** What a 401 says of how to sign in; '' when it says nothing. */
    this.auth = auth;
    /** What a second factor can be, where one is asked for. */
    this.factor = factor;
  }

  /**
   * The same as plain data, for the state.
   *
   * @returns {ApiErrorInfo}
   */
  info() {
    return {
      code: this.code, type: this.type, message: this.text, status: this.status, param: this.param,
      retryAt: this.retryAt,
    };
  }
}

/**
 * The error object of a body or of an event, in any of the forms seen in the
 * wild: `{error: {…}}`, `{error: "…"}`, `{message, code}`. Null when there is
 * none.
 *
 * @param {unknown} json
 * @returns {{code: string, type: string, message: string, param: string | null} | null}
 */
export function errorObject(json) {
  if (!isObject(json)) return null;
  const error = json['error'];
  if (typeof error === 'string') return { code: '', type: '', message: error.slice(0, MAX_MESSAGE_CHARS), param: null };
  if (!isObject(error)) return null;
  return {
    code: word(error['code']),
    type: word(error['type']),
    message: typeof error['message'] === 'string' ? error['message'].slice(0, MAX_MESSAGE_CHARS) : '',
    param: typeof error['param'] === 'string' ? error['param'].slice(0, MAX_MESSAGE_CHARS) : null,
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
 * @returns {string}
 */
function word(value) {
  if (typeof value === 'string') return value.slice(0, 100);
  return typeof value === 'number' ? String(value) : '';
}

/** Codes by status, for answers that carry none of their own. */
const CODE_OF_STATUS = new Map([
  [400, 'invalid_request'], [401, 'not_authenticated'], [403, 'blocked'], [404, 'not_found'],
  [405, 'method_not_allowed'], [406, 'blocked'], [408, 'timeout'], [410, 'not_found'], [411, 'blocked'],
  [413, 'body_too_large'], [414, 'blocked'], [415, 'unsupported_media_type'], [418, 'blocked'], [429, 'request_limit'],
  [451, 'blocked'], [500, 'internal_error'], [501, 'blocked'], [502, 'unavailable'], [503, 'unavailable'],
  [504, 'unavailable'],
]);

/**
 * What an answer that is not the expected one means. An HTML page with 403,
 * 406 and the like never comes from the server: a firewall or proxy wrote it.
 *
 * @param {object} answer
 * @param {number} answer.status
 * @param {string} answer.contentType
 * @param {string} answer.text        at most MAX_ERROR_CHARS of the body
 * @param {string | null} answer.auth        the header in which the web server says how to sign in
 * @param {string | null} answer.retryAfter  the header
 * @param {string | null} answer.date        the header
 * @param {number} now
 * @returns {ApiError}
 */
export function errorOfAnswer({ status, contentType, text, auth, retryAfter, date }, now) {
  const retryAt = retryTime(retryAfter, date, now);
  const json = parseJson(text);
  const found = errorObject(json);
  if (found !== null) {
    const code = found.code !== '' ? found.code : CODE_OF_STATUS.get(status) ?? 'bad_answer';
    return new ApiError({ ...found, code, status, retryAt, ...(isObject(json) ? { auth: word(json['auth']), factor: json['second_factor'] } : {}) });
  }
  // Success, but not of ours: a captive portal or an interstitial page.
  if (status < 300) return new ApiError({ code: isHtml(contentType, text) ? 'blocked' : 'bad_answer', status });
  return new ApiError({ code: CODE_OF_STATUS.get(status) ?? 'bad_answer', status, retryAt, auth: word(auth) });
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * @param {string} contentType
 * @param {string} text
 * @returns {boolean}
 */
function isHtml(contentType, text) {
  return /\bx?html\b/i.test(contentType) || /^\s*<(!doctype|html|head|body)/i.test(text);
}

/**
 * The time a Retry-After header names: seconds, or an HTTP date, which is read
 * against the server's own Date so that a wrong clock here does not matter.
 *
 * @param {string | null} header
 * @param {string | null} date
 * @param {number} now
 * @returns {number | null} ms since the epoch, never in the past; null when
 *   there is none that makes sense
 */
export function retryTime(header, date, now) {
  const value = header?.trim() ?? '';
  let ms = NaN;
  if (/^\d+(\.\d+)?$/.test(value)) {
    ms = Number(value) * 1000;
  } else if (/[a-z]/i.test(value)) {
    const served = Date.parse(date ?? '');
    ms = Date.parse(value) - (Number.isNaN(served) ? now : served);
  }
  return Number.isNaN(ms) ? null : now + Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

/**
 * What was thrown by fetch or while a body was read, as an ApiError.
 *
 * @param {unknown} thrown
 * @param {boolean} online  what the browser says of the network
 * @returns {ApiError}
 */
export function errorOfFailure(thrown, online) {
  if (thrown instanceof ApiError) return thrown;
  const name = thrown instanceof Error ? thrown.name : '';
  if (name === 'TimeoutError') return new ApiError({ code: 'timeout' });
  if (name === 'AbortError') return new ApiError({ code: 'aborted' });
  if (name === 'EventStreamError') return new ApiError({ code: 'event_too_large' });
  return new ApiError({ code: online ? 'network' : 'offline' });
}
