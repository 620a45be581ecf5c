/* SPDX-License-Identifier: MIT */
/**
 * HTTP clients of the tests, over TLS: node's own for HTTP/1.1 and HTTP/2
 * behind one face, and a bare one that sends any bytes.
 */

import https from 'node:https';
import http2 from 'node:http2';
import tls from 'node:tls';
import { stampNow } from '../upstream/script.js';

/**
 * @typedef {object} Ask
 * @property {string} [method]
 * @property {string} path
 * @property {Record<string, string>} [headers]
 * @property {string | Buffer} [body]
 */

/** An answer whose body comes in pieces, each with the time it came. */
export class Answer {
  /** @type {{bytes: Buffer, at: number}[]} */
  #pieces = [];
  /** @type {(() => void) | null} */
  #wake = null;
  /** @type {'open' | 'ended' | 'broken'} */
  state = 'open';

  /**
   * @param {number} status
   * @param {Record<string, any>} headers
   * @param {import('node:stream').Readable} stream
   * @param {() => void} cancel
   */
  constructor(status, headers, stream, cancel) {
    this.status = status;
    this.headers = headers;
    this.stream = stream;
    /** Leaves, as a closed tab does. */
    this.cancel = cancel;
    stream.on('data', (bytes) => {
      this.#pieces.push({ bytes, at: stampNow() });
      this.#wake?.();
    });
    const finish = (/** @type {'ended' | 'broken'} */ state) => () => {
      if (this.state === 'open') this.state = state;
      this.#wake?.();
    };
    stream.on('end', finish('ended'));
    stream.on('error', finish('broken'));
    stream.on('aborted', finish('broken'));
    stream.on('close', finish('broken'));
  }

  /** The pieces until the end; a broken end ends it too: see `state`. */
  async *pieces() {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece) {
        yield piece;
        continue;
      }
      if (this.state !== 'open') return;
      await new Promise((resolve) => {
        this.#wake = () => resolve(undefined);
      });
      this.#wake = null;
    }
  }

  async text() {
    const parts = [];
    for await (const { bytes } of this.pieces()) parts.push(bytes);
    return Buffer.concat(parts).toString();
  }

  async json() {
    const text = await this.text();
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`${this.status} with no JSON: ${text.slice(0, 200)}`);
    }
  }
}

/** HTTP/1.1, each request on a connection of its own. */
export class Http1 {
  /** @param {number} port @param {string} [host] */
  constructor(port, host = '127.0.0.1') {
    this.port = port;
    this.host = host;
  }

  /** @param {Ask} ask @returns {Promise<Answer>} */
  request({ method = 'GET', path, headers = {}, body }) {
    return new Promise((resolve, reject) => {
      const request = https.request({
        host: this.host, servername: 'localhost', port: this.port, method,
        path, agent: false, rejectUnauthorized: false,
        headers: { Host: `localhost:${this.port}`, ...headers,
          ...(body === undefined ? {}
            : { 'Content-Length': String(Buffer.byteLength(body)) }) },
      }, (response) => resolve(new Answer(response.statusCode ?? 0,
        response.headers, response, () => response.destroy())));
      request.on('error', reject);
      request.end(body);
    });
  }

  close() {}
}

/* nginx ends a connection after so many requests, and refuses the next. */
const REQUESTS_MAX = 20_000;

/** HTTP/2, all requests on one connection, made anew when it has gone. */
export class Http2 {
  /** @type {http2.ClientHttp2Session | null} */
  #session = null;
  #requests = 0;

  /** @param {number} port @param {string} [host] */
  constructor(port, host = '127.0.0.1') {
    this.port = port;
    this.host = host;
  }

  #connect() {
    const old = this.#session;
    const worn = (this.#requests += 1) > REQUESTS_MAX;
    if (old && !old.closed && !old.destroyed && !worn) return old;
    old?.close();
    this.#requests = 0;
    const session = http2.connect(`https://localhost:${this.port}`, {
      rejectUnauthorized: false,
      /* Node 18 asks for one address, later ones for all. */
      lookup: (_name, options, done) => (options.all
        ? done(null, [{ address: this.host, family: 4 }])
        : done(null, this.host, 4)),
    });
    session.on('error', () => {});
    this.#session = session;
    return session;
  }

  /** @param {Ask} ask @returns {Promise<Answer>} */
  request({ method = 'GET', path, headers = {}, body }) {
    return new Promise((resolve, reject) => {
      const stream = this.#connect().request({
        ':method': method, ':path': path, ...headers,
      }, { endStream: body === undefined });
      stream.on('error', reject);
      stream.on('response', (head) => resolve(new Answer(
        Number(head[':status']), head, stream,
        () => stream.close(http2.constants.NGHTTP2_CANCEL))));
      if (body !== undefined) stream.end(body);
    });
  }

  close() {
    this.#session?.destroy();
  }
}

/**
 * Sends bytes over TLS as they are.
 * @param {number} port @param {string | Buffer} bytes
 * @param {{end?: boolean}} [options]
 */
export function rawTls(port, bytes, { end = false } = {}) {
  const socket = tls.connect({ host: '127.0.0.1', port,
    servername: 'localhost', rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'] });
  /** @type {Buffer[]} */
  const parts = [];
  socket.on('data', (part) => parts.push(part));
  socket.on('error', () => {});
  const closed = new Promise((resolve) =>
    socket.on('close', () => resolve(undefined)));
  socket.on('secureConnect', () => {
    socket.write(bytes);
    if (end) socket.end();
  });
  return {
    socket,
    closed,
    text: () => Buffer.concat(parts).toString('latin1'),
    bytes: () => Buffer.concat(parts),
  };
}
