/* SPDX-License-Identifier: MIT */
/**
 * The scripted upstream: a completion API that answers as it is told to, and
 * remembers what it was asked. Which script plays is decided, in this order,
 * by the message ("@script {...}"), by what the test set for the model, and
 * by the model's name (presets.js).
 */

import net from 'node:net';
import tls from 'node:tls';
import { WAIT_MAX } from '../harness/children.js';
import { RequestReader } from './http.js';
import { Closed, Performance, sleep, stampNow } from './script.js';
import { errorBody, preset, presetNames } from './presets.js';
import { loadPair } from './certs.js';

/** @typedef {import('./script.js').Script} Script */
/** @typedef {ReturnType<typeof import('./certs.js').makeCertificates>} Certs */

/**
 * @typedef {object} Seen one request, as it was seen
 * @property {number} id
 * @property {number} connection
 * @property {string} listener
 * @property {string} method
 * @property {string} target
 * @property {[string, string][]} rawHeaders
 * @property {Record<string, string>} headers
 * @property {string} body
 * @property {Buffer} bytes of it
 * @property {string} model
 * @property {number} at us since the epoch, like all times here
 * @property {number | null} closedAt when the connection ended under it
 * @property {boolean} finished the script was played to its end
 * @property {boolean} dropped it got no answer, on order
 * @property {number} bytesOut
 * @property {number} eventsOut
 */

/**
 * @typedef {object} Connection
 * @property {number} id
 * @property {string} listener
 * @property {number} openedAt
 * @property {number | null} closedAt
 * @property {number} requests
 * @property {number} bytesIn plain bytes: of TLS, what was inside
 * @property {string | null} error
 */

class Gate {
  permits = 0;
  /** @type {(() => void)[]} */
  waiting = [];

  /** @param {number} count */
  release(count) {
    this.permits += count;
    while (this.permits > 0 && this.waiting.length > 0) {
      this.permits -= 1;
      this.waiting.shift()?.();
    }
  }

  /** @param {AbortSignal} signal @returns {Promise<void>} */
  pass(signal) {
    if (this.permits > 0) {
      this.permits -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const pass = () => {
        signal.removeEventListener('abort', stop);
        resolve();
      };
      const stop = () => {
        const at = this.waiting.indexOf(pass);
        if (at >= 0) this.waiting.splice(at, 1);
        reject(new Closed());
      };
      this.waiting.push(pass);
      signal.addEventListener('abort', stop, { once: true });
    });
  }
}

export class Upstream {
  /** @type {Seen[]} */
  requests = [];
  /** @type {Connection[]} */
  connections = [];
  /** @type {Record<string, number>} port by listener's name */
  ports = {};
  host = '127.0.0.1';
  /** ms for which a new connection is left alone */
  stall = 0;
  models = presetNames;
  /** @type {Map<string, Script[]>} */
  #scripts = new Map();
  /** @type {Map<string, Gate>} */
  #gates = new Map();
  /** @type {Set<net.Socket>} */
  #sockets = new Set();
  /** @type {net.Server[]} */
  #servers = [];
  /** @type {Set<() => void>} */
  #watchers = new Set();
  #ids = 0;

  /**
   * What the model answers from now on: one script for ever, or a list of
   * which the last stays.
   * @param {string} model @param {Script | Script[]} script
   */
  script(model, script) {
    this.#scripts.set(model, Array.isArray(script) ? [...script] : [script]);
  }

  /** @param {string} name @param {number} [count] */
  open(name, count = Infinity) {
    this.#gate(name).release(count);
  }

  forget() {
    this.requests = [];
    this.connections = this.connections.filter((one) => !one.closedAt);
  }

  /** Resets every connection there is. */
  drop() {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Connections now open. */
  get openCount() {
    return this.#sockets.size;
  }

  /** Chat requests seen, also those that were dropped on order. */
  get calls() {
    return this.requests.filter((one) => one.method === 'POST');
  }

  /** @param {string} [listener] */
  url(listener = 'plain') {
    const origin = listener === 'plain'
      ? `http://${this.host}` : 'https://localhost';
    return `${origin}:${this.ports[listener]}/v1`;
  }

  /**
   * Waits until the condition holds; it is asked again after each change.
   * @template T
   * @param {() => T} condition @param {number} [limit] ms
   * @returns {Promise<Exclude<T, false | null | undefined>>}
   */
  until(condition, limit = WAIT_MAX) {
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.#watchers.delete(look);
      };
      const look = () => {
        const value = condition();
        if (!value) return;
        done();
        resolve(/** @type {any} */ (value));
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`upstream: not within ${limit} ms: ${condition}`));
      }, limit);
      this.#watchers.add(look);
      look();
    });
  }

  /**
   * @param {object} [options]
   * @param {number} [options.port] of the plain listener; 0: any
   * @param {string} [options.host]
   * @param {Certs} [options.certificates] with them, the TLS listeners too
   */
  async listen({ port = 0, host = '127.0.0.1', certificates } = {}) {
    this.host = host;
    await this.#listener('plain', host, port, null);
    if (!certificates) return this;
    const { good, expired, wrongHost, selfSigned } = certificates;
    const secure = { tls: good, expired, wrongHost, selfSigned };
    for (const [name, pair] of Object.entries(secure)) {
      await this.#listener(name, host, 0, loadPair(pair));
    }
    await this.#listener('oldTls', host, 0, {
      ...loadPair(good), minVersion: 'TLSv1', maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    return this;
  }

  async close() {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
    await this.until(() => this.#sockets.size === 0);
  }

  /** @param {string} name */
  #gate(name) {
    let gate = this.#gates.get(name);
    if (!gate) this.#gates.set(name, gate = new Gate());
    return gate;
  }

  #changed() {
    for (const look of [...this.#watchers]) look();
  }

  /**
   * @param {string} name @param {string} host @param {number} port
   * @param {tls.TlsOptions | null} secure
   */
  async #listener(name, host, port, secure) {
    /** @type {Map<number, Connection>} */
    const byPeer = new Map();
    const inner = secure ? tls.createServer(secure) : null;
    const server = net.createServer({ noDelay: true }, async (socket) => {
      const connection = this.#connected(name, socket);
      if (this.stall) await new Promise((done) => setTimeout(done, this.stall));
      if (socket.destroyed) return;
      if (!inner) return this.#serve(connection, socket);
      const peer = socket.remotePort ?? 0;
      byPeer.set(peer, connection);
      socket.on('close', () => byPeer.delete(peer));
      inner.emit('connection', socket);
    });
    inner?.on('secureConnection', (socket) => {
      const connection = byPeer.get(socket.remotePort ?? 0);
      if (connection) this.#serve(connection, socket);
    });
    inner?.on('tlsClientError', (error, socket) => {
      const connection = byPeer.get(socket.remotePort ?? 0);
      if (connection) connection.error = error.message;
    });
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: 16384 }, () => resolve(undefined));
    });
    this.#servers.push(server);
    this.ports[name] = /** @type {net.AddressInfo} */ (server.address()).port;
  }

  /** @param {string} listener @param {net.Socket} socket */
  #connected(listener, socket) {
    /** @type {Connection} */
    const connection = {
      id: ++this.#ids, listener, openedAt: stampNow(), closedAt: null,
      requests: 0, bytesIn: 0, error: null,
    };
    this.connections.push(connection);
    this.#sockets.add(socket);
    socket.on('error', (error) => { connection.error = error.message; });
    socket.on('close', () => {
      connection.closedAt = stampNow();
      this.#sockets.delete(socket);
      this.#changed();
    });
    this.#changed();
    return connection;
  }

  /** @param {Connection} connection @param {net.Socket} socket */
  #serve(connection, socket) {
    const reader = new RequestReader();
    const gone = new AbortController();
    let dropNext = false;
    let busy = false;
    socket.on('error', () => gone.abort());
    socket.on('end', () => gone.abort());
    socket.on('close', () => gone.abort());
    const pump = async () => {
      if (busy) return;
      busy = true;
      for (let request; !gone.signal.aborted && (request = reader.next());) {
        connection.requests += 1;
        const seen = this.#see(connection, request);
        if (dropNext) {
          seen.dropped = true;
          socket.destroy();
          break;
        }
        const script = this.#choose(seen);
        await this.#play(script, seen, socket, gone.signal);
        if (script.after === 'close' || script.framing === 'close') {
          socket.end();
        }
        if (script.after === 'close-idle') setTimeout(() => socket.end(), 20);
        dropNext = script.after === 'drop-next';
      }
      busy = false;
    };
    socket.on('data', (bytes) => {
      connection.bytesIn += bytes.length;
      reader.push(bytes);
      pump().catch(() => socket.destroy());
    });
  }

  /**
   * @param {Connection} connection
   * @param {import('./http.js').HttpRequest} request
   */
  #see(connection, request) {
    const body = request.body.toString();
    /** @type {Seen} */
    const seen = {
      id: ++this.#ids, connection: connection.id,
      listener: connection.listener, method: request.method,
      target: request.target, rawHeaders: request.rawHeaders,
      headers: request.headers, body, bytes: request.body, model: String(jsonOf(body)?.model ?? ''),
      at: stampNow(), closedAt: null, finished: false, dropped: false,
      bytesOut: 0, eventsOut: 0,
    };
    this.requests.push(seen);
    this.#changed();
    return seen;
  }

  /** @param {Seen} seen @returns {Script} */
  #choose(seen) {
    const path = seen.target.split('?')[0];
    if (path.endsWith('/models')) {
      return this.#taken('GET /models')
        ?? { json: modelList(this.models, seen) };
    }
    if (path.endsWith('/audio/transcriptions')) {
      return this.#taken('POST /audio/transcriptions') ?? heard(seen);
    }
    if (!/\/(chat\/completions|messages|responses)$/.test(path)) {
      return { status: 404, json: errorBody('No such path.', 'not_found') };
    }
    return orderedBy(jsonOf(seen.body)) ?? this.#taken(seen.model)
      ?? preset(seen.model)
      ?? { status: 404, json: errorBody('No such model.', 'model_not_found',
        'invalid_request_error') };
  }

  /** @param {string} model */
  #taken(model) {
    const scripts = this.#scripts.get(model);
    if (!scripts) return undefined;
    return scripts.length > 1 ? scripts.shift() : scripts[0];
  }

  /**
   * @param {Script} script @param {Seen} seen
   * @param {net.Socket} socket @param {AbortSignal} signal
   */
  async #play(script, seen, socket, signal) {
    const asked = jsonOf(seen.body);
    const performance = new Performance({
      socket, signal, record: seen,
      gate: (name, aborted) => this.#gate(name).pass(aborted),
      dialect: dialectOf(seen.target),
      streamed: asked?.stream === true,
      answer: {
        id: `chatcmpl-${seen.id}`, model: seen.model,
        created: Math.floor(Date.now() / 1000), opened: false, block: null,
        index: -1, wantsUsage: asked?.stream_options?.include_usage === true,
      },
    });
    try {
      await performance.run(script);
      seen.finished = true;
    } catch (error) {
      if (!(error instanceof Closed)) throw error;
      seen.closedAt = stampNow();
    }
    this.#changed();
  }
}

/** @param {string} target @returns {import('./script.js').Dialect} */
function dialectOf(target) {
  if (/\/messages$/.test(target)) return 'anthropic';
  return /\/responses$/.test(target) ? 'responses' : 'openai';
}

/** @param {string} text @returns {any} */
function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {any} asked @returns {Script | undefined} */
function orderedBy(asked) {
  const content = (asked?.messages ?? asked?.input)?.at?.(-1)?.content;
  const text = typeof content === 'string' ? content : content?.[0]?.text;
  if (typeof text !== 'string') return undefined;
  if (!text.startsWith('@script ')) return undefined;
  return jsonOf(text.slice(8))
    ?? { status: 400, json: errorBody('Bad script.') };
}

/** What a sound file is heard to say: which it is, as far as the form tells. */
/** @param {Seen} seen @returns {Script} */
function heard({ body }) {
  const file = /filename="([^"]*)"/.exec(body)?.[1] ?? 'nothing';
  return { json: { text: `I heard ${file}.` } };
}

/** @param {string[]} names @param {Seen} seen */
function modelList(names, seen) {
  if (seen.headers['anthropic-version']) return anthropicPage(names, seen);
  return {
    object: 'list',
    data: names.map((id) =>
      ({ id, object: 'model', created: 1_700_000_000, owned_by: 'upstream' })),
  };
}

/** Two models a page, so that every list longer than that has a next page. */
/** @param {string[]} names @param {Seen} seen */
function anthropicPage(names, seen) {
  const query = new URL(seen.target, 'http://x').searchParams;
  const after = query.get('after_id');
  const from = after ? names.indexOf(after) + 1 : 0;
  const page = names.slice(from, from + 2);
  return {
    data: page.map((id) => ({ id, type: 'model', display_name: id,
      created_at: '2025-01-01T00:00:00Z' })),
    first_id: page[0] ?? null,
    last_id: page.at(-1) ?? null,
    has_more: from + 2 < names.length,
  };
}

export { sleep };
