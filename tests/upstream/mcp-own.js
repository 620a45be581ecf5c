/* SPDX-License-Identifier: MIT */
/**
 * What a server of tools of the legacy era says by itself: the stream of each
 * session that a client may open by GET, and which misbehaves on order.
 */

/** @typedef {import('node:http').ServerResponse} Response */
/** @typedef {any} Json */

export class OwnStreams {
  /**
   * How a GET is answered: with a status, "opens", "hangs" (says nothing at
   * all), or "ends" (at once, and wants to be asked again at once).
   * @type {number | string}
   */
  answers = 405;
  /** by session @type {Map<string, Response>} */
  open = new Map();
  /** how often a GET came */
  asked = 0;
  #next = 1;

  /** @param {string} session @param {Response} response */
  serve(session, response) {
    this.asked++;
    if (this.answers === 'hangs') return;
    if (typeof this.answers === 'number') {
      response.writeHead(this.answers);
      response.end();
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    if (this.answers === 'ends') {
      response.end(`id: own-${this.#next++}\nretry: 1\ndata:\n\n`);
      return;
    }
    this.open.set(session, response);
    response.on('close', () => {
      if (this.open.get(session) === response) this.open.delete(session);
    });
  }

  /**
   * Says something on the stream of a session; false: there is none.
   * @param {string} session @param {Json} message
   */
  say(session, message) {
    const stream = this.open.get(session);
    stream?.write(`id: own-${this.#next++}\ndata: ${JSON.stringify(
      { jsonrpc: '2.0', ...message })}\n\n`);
    return stream !== undefined;
  }

  /**
   * A call whose argument "messages" are said on its session's stream; it comes
   * to the replies to the requests among them. The progress token, and the id,
   * "mine" are the call's own.
   * @param {string} session @param {Json} params
   * @param {Map<Json, (body: Json) => void>} waiting for replies
   * @param {(text: string) => void} end
   */
  aside(session, params, waiting, end) {
    /** @type {Json[]} */
    const replies = [];
    /** @type {Json[]} */
    const messages = params.arguments.messages;
    const asked = messages.filter((one) => one.id !== undefined
      && one.method !== undefined);
    for (const one of asked) {
      waiting.set(one.id, ({ id, result, error }) => {
        replies.push({ id, result, code: error?.code });
        if (replies.length === asked.length) end(JSON.stringify(replies));
      });
    }
    for (const one of messages) {
      if (one.params?.progressToken === 'mine') {
        one.params.progressToken = params._meta.progressToken;
      }
      if (one.id === 'mine') one.id = params._meta.progressToken;
      if (!this.say(session, one)) return end('nobody listens');
    }
    return asked.length === 0 ? end('said') : undefined;
  }
}
