/* SPDX-License-Identifier: MIT */
/** A person's client: signed in, asking, reading, leaving. */

import { randomUUID } from 'node:crypto';
import { WAIT_MAX } from './children.js';
import { Http1, Http2 } from './http.js';
import { SseReader } from './sse.js';

/** One chat answer being read. */
export class Reading {
  sse = new SseReader();
  /** @type {Promise<void>} */
  ended;

  /** @param {import('./http.js').Answer} answer */
  constructor(answer) {
    this.answer = answer;
    this.status = answer.status;
    /** @type {Set<() => void>} */
    this.watchers = new Set();
    this.ended = this.#read();
  }

  async #read() {
    for await (const { bytes, at } of this.answer.pieces()) {
      this.sse.push(bytes, at);
      this.changed();
    }
    this.over = true;
    this.changed();
  }

  changed() {
    for (const look of [...this.watchers]) look();
  }

  get arrivals() {
    return this.sse.arrivals;
  }

  get events() {
    return this.sse.events;
  }

  /**
   * Waits for something to hold of what has come.
   * @param {(reading: Reading) => unknown} condition @param {number} [limit]
   */
  until(condition, limit = WAIT_MAX) {
    return new Promise((resolve, reject) => {
      const finish = (/** @type {Error | null} */ error) => {
        clearTimeout(timer);
        this.watchers.delete(look);
        if (error) reject(error);
        else resolve(undefined);
      };
      const look = () => {
        if (condition(this)) finish(null);
        else if (this.over) {
          finish(new Error(`the answer ended before: ${condition}; it was `
            + JSON.stringify(this.arrivals.slice(-3))));
        }
      };
      const timer = setTimeout(() => finish(
        new Error(`reading: not within ${limit} ms: ${condition}`)), limit);
      this.watchers.add(look);
      look();
    });
  }

  leave() {
    this.answer.cancel();
  }
}

export class Client {
  cookie = '';
  /** @type {Set<import('./http.js').Answer>} */
  #answers = new Set();

  /**
   * @param {object} options
   * @param {number} options.port
   * @param {string} [options.host] its address
   * @param {string} [options.mount]
   * @param {boolean} [options.h2]
   */
  constructor({ port, host, mount = '/', h2 = false }) {
    this.mount = mount;
    this.http = h2 ? new Http2(port, host) : new Http1(port, host);
  }

  /**
   * A request below the mount point, with the session's cookie.
   * @param {string} method @param {string} path
   * @param {{json?: unknown, body?: string | Buffer,
   *   headers?: Record<string, string>}} [options]
   */
  async request(method, path, { json, body, headers = {} } = {}) {
    const content = json === undefined ? body : JSON.stringify(json);
    const answer = await this.http.request({
      method,
      path: this.mount + path,
      headers: {
        ...(this.cookie ? { Cookie: this.cookie } : {}),
        ...(content === undefined ? {}
          : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: content,
    });
    this.#answers.add(answer);
    answer.stream.once('close', () => this.#answers.delete(answer));
    return answer;
  }

  /**
   * @param {string} path
   * @param {Parameters<Client['request']>[2]} [options]
   */
  get(path, options) {
    return this.request('GET', path, options);
  }

  /**
   * @param {string} path @param {unknown} json
   * @param {Record<string, string>} [headers]
   */
  post(path, json, headers) {
    return this.request('POST', path, { json, headers });
  }

  /** @param {string} username @param {string} password */
  async login(username, password) {
    const answer = await this.post('api/login', { username, password });
    const text = await answer.text();
    if (answer.status !== 200) {
      throw new Error(`login: ${answer.status} ${text}`);
    }
    const set = answer.headers['set-cookie'];
    this.cookie = String(Array.isArray(set) ? set[0] : set).split(';')[0];
    return JSON.parse(text);
  }

  /**
   * Asks; the answer may be anything.
   * @param {string} model @param {string | object[]} message
   * @param {{key?: string | null, more?: object,
   *   headers?: Record<string, string>}} [options] no key: none is sent
   */
  ask(model, message, { key = null, more = {}, headers } = {}) {
    const messages = typeof message === 'string'
      ? [{ role: 'user', content: message }] : message;
    return this.post('api/chat/completions',
      { model, messages, stream: true, ...more },
      { ...(key ? { 'Idempotency-Key': key } : {}), ...headers });
  }

  /**
   * Asks, and reads the events; anything but a stream is an error.
   * @param {Parameters<Client['ask']>} args
   */
  async chat(...args) {
    return readingOf(await this.ask(...args));
  }

  /**
   * @param {string} key @param {string | number | null} after
   */
  async resume(key, after) {
    const headers = after === null ? undefined
      : { 'Last-Event-ID': String(after) };
    return readingOf(await this.get(`api/streams/${key}`, { headers }));
  }

  /** @param {string} key */
  async stop(key) {
    const answer = await this.request('DELETE', `api/streams/${key}`);
    await answer.text();
    return answer.status;
  }

  /** @param {string} path @returns {Promise<[number, any]>} */
  async getJson(path) {
    const answer = await this.get(path);
    return [answer.status, await answer.json()];
  }

  /** Leaves all that is still being answered. */
  close() {
    for (const answer of this.#answers) answer.cancel();
    this.http.close();
  }
}

/** @param {import('./http.js').Answer} answer */
async function readingOf(answer) {
  const type = String(answer.headers['content-type'] ?? '');
  if (answer.status === 200 && type.startsWith('text/event-stream')) {
    return new Reading(answer);
  }
  throw new Error(`no stream: ${answer.status} ${await answer.text()}`);
}

export { randomUUID as newKey };
