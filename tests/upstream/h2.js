/* SPDX-License-Identifier: MIT */
/**
 * An upstream that speaks HTTP/2 only. The last message says, as JSON, what
 * the answer does: {text, tokens, every, size, then}, where `then` is "done"
 * (if nothing is said), "hang", "reset", "end" or "refuse" (before the head).
 */

import http2 from 'node:http2';
import { once } from 'node:events';
import { loadPair } from './certs.js';
import { stampNow } from './script.js';

/**
 * @typedef {object} SeenH2
 * @property {number} session which connection, from 1
 * @property {Record<string, any>} headers
 * @property {any} plan
 * @property {number} sent bytes of text
 * @property {number | null} closedAt us since the epoch
 * @property {number | null} code that the stream was reset with; 0: none
 */

export class UpstreamH2 {
  /** @type {SeenH2[]} */
  calls = [];
  /** @type {http2.ServerHttp2Session[]} */
  sessions = [];
  /** @type {Set<() => void>} */
  #held = new Set();

  /**
   * @param {import('./certs.js').Pair} pair
   * @param {http2.Settings} [settings]
   */
  async listen(pair, settings = {}) {
    this.server = http2.createSecureServer({ ...loadPair(pair), settings });
    this.server.on('session', (session) => {
      this.sessions.push(session);
      session.on('error', () => {});
    });
    this.server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      this.#answer(stream, headers).catch(() => stream.destroy());
    });
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get url() {
    const { port } = /** @type {import('node:net').AddressInfo} */ (
      /** @type {import('node:http2').Http2SecureServer} */ (this.server)
        .address());
    return `https://localhost:${port}/v1`;
  }

  /** Connections now open. */
  get open() {
    return this.sessions.filter((one) => !one.destroyed);
  }

  /** Lets all go on that wait. */
  release() {
    for (const go of this.#held) go();
    this.#held.clear();
  }

  async close() {
    this.release();
    for (const session of this.open) session.destroy();
    this.server?.close();
  }

  /**
   * @param {http2.ServerHttp2Stream} stream
   * @param {http2.IncomingHttpHeaders} headers
   */
  async #answer(stream, headers) {
    let body = '';
    for await (const part of stream) body += part;
    const asked = JSON.parse(body);
    const plan = JSON.parse(asked.messages.at(-1).content);
    /** @type {SeenH2} */
    const seen = {
      session: this.sessions.indexOf(
        /** @type {http2.ServerHttp2Session} */ (stream.session)) + 1,
      headers, plan, sent: 0, closedAt: null, code: null,
    };
    this.calls.push(seen);
    stream.on('close', () => {
      seen.closedAt = stampNow();
      seen.code = stream.rstCode;
    });
    if (plan.then === 'refuse') {
      stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
    let wake = () => {};
    stream.on('drain', () => wake());
    stream.on('close', () => wake());
    const say = async (/** @type {any} */ data) => {
      if (stream.destroyed) throw new Error('gone');
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      if (stream.write(`data: ${text}\n\n`)) return;
      await new Promise((resolve) => {
        wake = () => resolve(undefined);
      });
    };
    const chunk = (/** @type {any} */ delta, finish = null) => ({ id: 'x',
      object: 'chat.completion.chunk', created: 1, model: asked.model,
      choices: [{ index: 0, delta, finish_reason: finish }] });
    const { text = 't', tokens = 1, every = 0, size = 0 } = plan;
    for (let i = 0; i < tokens; i += 1) {
      const content = `${text}${i} `.padEnd(size, '.');
      await say(chunk({ content }));
      seen.sent += content.length;
      if (every) await new Promise((resolve) => setTimeout(resolve, every));
    }
    if (plan.hold) {
      await new Promise((resolve) => this.#held.add(() => resolve(undefined)));
    }
    if (plan.then === 'hang') return;
    if (plan.then === 'reset') {
      stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
      return;
    }
    if (plan.then !== 'end') {
      await say(chunk({}, /** @type {any} */ ('stop')));
      await say('[DONE]');
    }
    stream.end();
  }
}
