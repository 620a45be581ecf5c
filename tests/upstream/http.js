/* SPDX-License-Identifier: MIT */
/**
 * The scripted upstream's own HTTP/1.1: requests are read from, and answers
 * written to, the bare socket, so that an answer can be wrong in every way
 * that a proper HTTP library would prevent.
 */

const HEAD_MAX = 256 * 1024;

/**
 * @typedef {object} HttpRequest
 * @property {string} method
 * @property {string} target
 * @property {[string, string][]} rawHeaders
 * @property {Record<string, string>} headers lower-case names
 * @property {Buffer} body
 */

/** Cuts requests out of the bytes of one connection. */
export class RequestReader {
  #bytes = Buffer.alloc(0);

  /** @param {Buffer} bytes */
  push(bytes) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
  }

  /** Bytes that no finished request accounts for. */
  get pending() {
    return this.#bytes.length;
  }

  /** @returns {HttpRequest | null} the next whole request */
  next() {
    if (this.#bytes.length > 0 && !/[A-Z]/.test(
      String.fromCharCode(this.#bytes[0]))) throw new Error('no HTTP');
    const end = this.#bytes.indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.#bytes.length > HEAD_MAX) throw new Error('head too large');
      return null;
    }
    const lines = this.#bytes.subarray(0, end).toString('latin1').split('\r\n');
    const [method, target] = lines[0].split(' ');
    /** @type {[string, string][]} */
    const rawHeaders = lines.slice(1).map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    /** @type {Record<string, string>} */
    const headers = {};
    for (const [name, value] of rawHeaders) headers[name.toLowerCase()] = value;
    const found = /chunked/i.test(headers['transfer-encoding'] ?? '')
      ? chunkedBody(this.#bytes, end + 4)
      : fixedBody(this.#bytes, end + 4, Number(headers['content-length'] ?? 0));
    if (!found) return null;
    this.#bytes = this.#bytes.subarray(found.next);
    return { method, target, rawHeaders, headers, body: found.body };
  }
}

/** @param {Buffer} bytes @param {number} at @param {number} length */
function fixedBody(bytes, at, length) {
  if (bytes.length < at + length) return null;
  const end = at + length;
  return { body: Buffer.from(bytes.subarray(at, end)), next: end };
}

/** @param {Buffer} bytes @param {number} at */
function chunkedBody(bytes, at) {
  const parts = [];
  for (;;) {
    const eol = bytes.indexOf('\r\n', at);
    if (eol < 0) return null;
    const size = parseInt(bytes.subarray(at, eol).toString('latin1'), 16);
    if (!(size >= 0)) throw new Error('bad chunk size');
    at = eol + 2;
    if (bytes.length < at + size + 2) return null;
    if (size === 0) return { body: Buffer.concat(parts), next: at + 2 };
    parts.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
}

const REASONS = /** @type {Record<number, string>} */ ({
  200: 'OK', 302: 'Found', 307: 'Temporary Redirect', 400: 'Bad Request',
  401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found',
  429: 'Too Many Requests', 500: 'Internal Server Error',
  503: 'Service Unavailable', 529: 'Overloaded',
});

/**
 * @param {number} status
 * @param {[string, string][]} headers
 */
export function headOf(status, headers) {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Status'}\r\n`
      + `${lines.join('')}\r\n`,
    'latin1',
  );
}

/** @param {Buffer} bytes */
export function chunkOf(bytes) {
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
}
