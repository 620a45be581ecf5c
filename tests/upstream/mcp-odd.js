/* SPDX-License-Identifier: MIT */
/**
 * Servers of tools (legacy) that answer as servers of others were seen to: each
 * path is one of them, with a list of what it says to which method. What is not
 * in its list is answered as the protocol has it.
 */

import http from 'node:http';

/** @typedef {any} Json */

/**
 * What is said to one request.
 *
 * @typedef {object} Said
 * @property {string} [method]  that it is for; "" or none: tools/call
 * @property {string | null} [cursor]  of the page that it is for
 * @property {string} [version]  of the protocol, that a handshake asks for
 * @property {number} [status]
 * @property {string} [type]  Content-Type; "": none
 * @property {Json} [body]   JSON; "$id" in it is the request's id, "$text" the same as a text
 * @property {Json[]} [events]  instead: an event each
 * @property {boolean} [ends]  false: the answer has no end
 */

export class OddServers {
  /** what was asked, by path @type {Map<string, Json[]>} */
  seen = new Map();

  /** @param {Record<string, Said[]>} servers  by their paths */
  constructor(servers) {
    this.servers = servers;
    this.server = http.createServer((request, response) => {
      let text = '';
      request.on('data', (part) => { text += part; });
      request.on('end', () => {
        this.#serve(String(request.url).slice(1), request.method ?? '',
          text === '' ? {} : JSON.parse(text), response);
      });
    });
  }

  async listen() {
    await new Promise((resolve) =>
      this.server.listen(0, '127.0.0.1', () => resolve(undefined)));
    return /** @type {any} */ (this.server.address()).port;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  /**
   * @param {string} path @param {string} http @param {Json} asked
   * @param {import('node:http').ServerResponse} response
   */
  #serve(path, http, asked, response) {
    if (http !== 'POST') {
      response.writeHead(405);
      return response.end();
    }
    const seen = this.seen.get(path) ?? [];
    this.seen.set(path, [...seen, asked]);
    const { method, params, id } = asked;
    const said = this.servers[path]?.find((one) =>
      (one.method ?? 'tools/call') === method && (one.cursor === undefined
        || one.cursor === (params?.cursor ?? null)) && (one.version === undefined
        || one.version === params?.protocolVersion)) ?? usual(method);
    if (said.ends === false && said.status === undefined) return undefined;
    const write = (/** @type {Json} */ json) => JSON.stringify(json)
      .replaceAll('"$id"', String(id)).replaceAll('$text', String(id));
    const { type = said.events ? 'text/event-stream' : 'application/json' }
      = said;
    response.writeHead(said.status ?? 200,
      type === '' ? {} : { 'Content-Type': type });
    for (const one of said.events ?? []) {
      response.write(`data: ${write(one)}\n\n`);
    }
    if (said.body !== undefined) response.write(write(said.body));
    return said.ends === false ? undefined : response.end();
  }
}

/** @param {string} [method]  none: an answer of the client's @returns {Said} */
function usual(method = 'notifications/none') {
  const answer = (/** @type {Json} */ result) =>
    ({ body: { jsonrpc: '2.0', id: '$id', result } });
  switch (method) {
    case 'initialize':
      return answer({ protocolVersion: '2025-06-18', capabilities: { tools: {} },
        serverInfo: { name: 'odd', version: '1' } });
    case 'tools/list':
      return answer({ tools: [{ name: 'do', inputSchema: { type: 'object' } }] });
    case 'tools/call':
      return answer({ content: [{ type: 'text', text: 'done' }] });
    default:
      return method.startsWith('notifications/') ? { status: 202, type: '' }
        : { body: { jsonrpc: '2.0', id: '$id',
          error: { code: -32601, message: 'Method not found' } } };
  }
}
