/* SPDX-License-Identifier: MIT */
/**
 * A FastCGI client of the tests, which talks to the worker as nginx does, or
 * as no web server would: bytes can be cut anywhere.
 */

import net from 'node:net';
import { WAIT_MAX } from './children.js';
import { stampNow } from '../upstream/script.js';

export const TYPE = { begin: 1, abort: 2, end: 3, params: 4, stdin: 5,
  stdout: 6, stderr: 7, getValues: 9 };

/** @param {number} type @param {Buffer} content @param {number} [id] */
export function record(type, content, id = 1) {
  const head = Buffer.alloc(8);
  head.writeUInt8(1, 0);
  head.writeUInt8(type, 1);
  head.writeUInt16BE(id, 2);
  head.writeUInt16BE(content.length, 4);
  return Buffer.concat([head, content]);
}

/** @param {string} text */
function sized(text) {
  const bytes = Buffer.from(text);
  if (bytes.length < 128) return { length: Buffer.from([bytes.length]), bytes };
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length + 0x80000000);
  return { length, bytes };
}

/** @param {Record<string, string>} params */
export function encodeParams(params) {
  return Buffer.concat(Object.entries(params).flatMap(([name, value]) => {
    const left = sized(name);
    const right = sized(value);
    return [left.length, right.length, left.bytes, right.bytes];
  }));
}

/** @param {number} type @param {Buffer} bytes @param {number} [size] */
export function streamOf(type, bytes, size = 32768) {
  const records = [];
  for (let at = 0; at < bytes.length; at += size) {
    records.push(record(type, bytes.subarray(at, at + size)));
  }
  return Buffer.concat([...records, record(type, Buffer.alloc(0))]);
}

/**
 * @param {object} ask
 * @param {string} [ask.method]
 * @param {string} ask.path below the mount point, as api/...
 * @param {string} [ask.mount]
 * @param {Record<string, string>} [ask.headers]
 * @param {string | Buffer} [ask.body]
 * @param {number | null} [ask.contentLength] what is claimed; null: nothing
 * @param {boolean} [ask.keep] the keep-connection flag
 * @param {Record<string, string>} [ask.params]
 */
export function requestBytes({ method = 'GET', path, mount = '/', headers = {},
  body = '', contentLength, keep = false, params = {} }) {
  const bytes = Buffer.from(body);
  const [script, query = ''] = path.split('?');
  const length = contentLength === undefined ? bytes.length : contentLength;
  /** @type {Record<string, string>} */
  const all = {
    REQUEST_METHOD: method,
    SCRIPT_NAME: mount + script,
    DOCUMENT_URI: mount + script,
    REQUEST_URI: mount + path,
    PATH_INFO: '',
    QUERY_STRING: query,
    SERVER_PROTOCOL: 'HTTP/1.1',
    SERVER_NAME: 'localhost',
    HTTP_HOST: 'localhost',
    HTTPS: 'on',
    REMOTE_ADDR: '127.0.0.1',
    ...(length === null ? {} : { CONTENT_LENGTH: String(length) }),
    ...params,
  };
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toUpperCase().replaceAll('-', '_');
    all[key === 'CONTENT_TYPE' ? key : `HTTP_${key}`] = value;
  }
  return Buffer.concat([
    record(TYPE.begin, Buffer.from([0, 1, keep ? 1 : 0, 0, 0, 0, 0, 0])),
    streamOf(TYPE.params, encodeParams(all)),
    streamOf(TYPE.stdin, bytes),
  ]);
}

/** One connection to the worker. */
export class FcgiConnection {
  stdout = Buffer.alloc(0);
  stderr = '';
  received = 0;
  ended = false;
  closed = false;
  /** @type {{type: number, length: number, at: number}[]} */
  records = [];
  #bytes = Buffer.alloc(0);
  /** @type {Set<() => void>} */
  #watchers = new Set();
  /** after this many bytes the connection is cut */
  cutAt = Infinity;

  /** @param {string} address socket path, or host:port */
  constructor(address) {
    const [host, port] = address.split(':');
    this.socket = port
      ? net.connect({ host, port: Number(port) })
      : net.connect({ path: address });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.closed = true;
      this.#changed();
    });
    this.socket.on('data', (bytes) => this.#data(bytes));
  }

  /** @param {Buffer} bytes */
  send(bytes) {
    this.socket.write(bytes);
  }

  /** @param {Parameters<typeof requestBytes>[0]} ask */
  request(ask) {
    this.send(requestBytes(ask));
  }

  /** @param {() => unknown} condition @param {number} [limit] */
  until(condition, limit = WAIT_MAX) {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve(undefined);
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        reject(new Error(`fcgi: not within ${limit} ms: ${condition}`));
      }, limit);
      this.#watchers.add(look);
      look();
    });
  }

  /** Waits for the end of the request, or of the connection. */
  async finished(limit = WAIT_MAX) {
    await this.until(() => this.ended || this.closed, limit);
    return this.answer();
  }

  /** The CGI answer so far. */
  answer() {
    const text = this.stdout;
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return { status: 0, headers: {}, body: Buffer.alloc(0) };
    /** @type {Record<string, string>} */
    const headers = {};
    for (const line of text.subarray(0, end).toString().split('\r\n')) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      headers[name] = line.slice(colon + 1).trim();
    }
    const status = parseInt(headers.status ?? '200', 10);
    return { status, headers, body: text.subarray(end + 4) };
  }

  destroy() {
    this.socket.destroy();
  }

  /** @param {Buffer} bytes */
  #data(bytes) {
    if (this.received + bytes.length >= this.cutAt) {
      bytes = bytes.subarray(0, this.cutAt - this.received);
      this.socket.destroy();
    }
    this.received += bytes.length;
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    while (this.#bytes.length >= 8) {
      const length = this.#bytes.readUInt16BE(4);
      const total = 8 + length + this.#bytes.readUInt8(6);
      /* A cut record still gives the bytes that came. */
      const whole = this.#bytes.length >= total;
      if (!whole && this.received < this.cutAt) break;
      this.#record(this.#bytes.readUInt8(1),
        this.#bytes.subarray(8, Math.min(8 + length, this.#bytes.length)));
      this.#bytes = this.#bytes.subarray(Math.min(total, this.#bytes.length));
    }
    this.#changed();
  }

  /** @param {number} type @param {Buffer} content */
  #record(type, content) {
    this.records.push({ type, length: content.length, at: stampNow() });
    if (type === TYPE.stdout) {
      this.stdout = Buffer.concat([this.stdout, content]);
    } else if (type === TYPE.stderr) {
      this.stderr += content.toString();
    } else if (type === TYPE.end) {
      this.ended = true;
    }
  }

  #changed() {
    for (const look of [...this.#watchers]) look();
  }
}
