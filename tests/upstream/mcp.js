/* SPDX-License-Identifier: MIT */
/**
 * A server of tools (MCP over Streamable HTTP) of either era, which misbehaves
 * on order: a call's argument "do" says how. Everything it was asked is kept in
 * `seen`.
 */

import http from 'node:http';
import https from 'node:https';
import { OFFERS, TOOLS } from './mcp-lists.js';
import { OwnStreams } from './mcp-own.js';

const MODERN = '2026-07-28';
const META = 'io.modelcontextprotocol/';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */
/** @typedef {any} Json what a client sent, or is to get */

/** A header's value, decoded. @param {string | undefined} value */
const readHeader = (value) => value !== undefined
  && /^=\?base64\?.*\?=$/.test(value)
  ? Buffer.from(value.slice(9, -2), 'base64').toString() : value;

export class ToolServer {
  /** @type {{method: string, headers: any, body: any}[]} */
  seen = [];
  tools = TOOLS;
  /** what it has besides; null: it knows nothing of that @type {Json} */
  offers = OFFERS;
  /** @type {number | undefined} */
  ttlMs = 60000;
  pageSize = 100;
  /** answers every request with this status, for a while */
  status = 0;
  /** @type {string | undefined} the token that is wanted */
  token;
  /** version that is agreed to (legacy) */
  version = '2025-11-25';
  /** the status for a session that it does not know (legacy) */
  unknown = 404;
  /** calls of tools that were begun, by the text of their arguments */
  acted = 0;
  /** ids of requests that were cancelled (legacy) @type {number[]} */
  cancelled = [];
  /** calls whose connection was closed before their answer's end */
  closed = 0;
  /** the address that a call needs was given out */
  opened = false;
  sessions = new Map();
  /** what its sessions say by themselves (legacy) */
  own = new OwnStreams();
  #next = 1;
  #waiting = new Map();
  /** @type {(() => void)[]} */
  #held = [];
  /** what a broken stream still has: by event id */
  #kept = new Map();

  /** @param {'modern' | 'legacy'} era @param {any} [certificates] */
  constructor(era, certificates) {
    this.era = era;
    /** @param {Request} request @param {Response} response */
    const serve = (request, response) =>
      this.#serve(request, response).catch((error) => {
        if (!response.headersSent) response.writeHead(500);
        response.end(String(error));
      });
    this.server = certificates ? https.createServer(certificates, serve)
      : http.createServer(serve);
  }

  async listen() {
    await new Promise((resolve) =>
      this.server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {any} */ (this.server.address());
    const scheme = this.server instanceof https.Server ? 'https' : 'http';
    this.url = `${scheme}://localhost:${port}/mcp`;
    return this.url;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  /** Answers the calls that are held. */
  release() {
    for (const go of this.#held.splice(0)) go();
  }

  /** What was asked with this method of MCP's. @param {string} method */
  calls(method) {
    return this.seen.filter(({ body }) => body?.method === method);
  }

  /** The last call of a tool. */
  get lastCall() {
    const last = this.calls('tools/call').at(-1);
    if (!last) throw new Error('no tool was called');
    return last;
  }

  /** @param {Request} request @param {Response} response */
  async #serve(request, response) {
    let text = '';
    for await (const part of request) text += part;
    const body = text === '' ? null : JSON.parse(text);
    const { headers } = request;
    this.seen.push({ method: request.method ?? '', headers, body });
    if (this.status !== 0) {
      response.writeHead(this.status, { Location: 'http://localhost:1/' });
      return response.end('no');
    }
    if (this.token !== undefined
      && headers.authorization !== `Bearer ${this.token}`) {
      response.writeHead(401);
      return response.end();
    }
    if (this.era === 'modern') return this.#modern(headers, body, response);
    return this.#legacy(request, headers, body, response);
  }

  /**
   * @param {Response} response @param {number} status @param {Json} id
   * @param {number} code @param {string} message
   */
  #error(response, status, id, code, message) {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(
      { jsonrpc: '2.0', id, error: { code, message } }));
  }

  /**
   * @param {Response} response @param {Json} id @param {Json} result
   * @param {Record<string, string>} [headers]
   */
  #json(response, id, result, headers = {}) {
    response.writeHead(200,
      { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  }

  /** @param {Json} headers @param {Json} body @param {Response} response */
  #modern(headers, body, response) {
    const meta = body?.params?._meta ?? {};
    if (headers['mcp-protocol-version'] !== MODERN
      || meta[`${META}protocolVersion`] !== MODERN
      || headers['mcp-method'] !== body?.method) {
      return this.#error(response, 400, body?.id ?? null, -32020, 'headers');
    }
    if (body.method === 'tools/list') {
      return this.#json(response, body.id, { resultType: 'complete',
        ...this.#page(body.params), ttlMs: this.ttlMs, cacheScope: 'public',
        _meta: { [`${META}serverInfo`]: { name: 'scripted', version: '2' } } });
    }
    if (body.method === 'tools/call') {
      const wrong = this.#mirrored(headers, body.params);
      if (wrong) return this.#error(response, 400, body.id, -32020, wrong);
      return this.#call(body, response, { resultType: 'complete' });
    }
    const named = body.params.name ?? body.params.uri;
    if (named !== undefined && readHeader(headers['mcp-name']) !== named) {
      return this.#error(response, 400, body.id, -32020, 'Mcp-Name');
    }
    if (named === 'note://asks') {
      return this.#askFirst(body, response, { resultType: 'complete' });
    }
    const result = this.offer(body);
    if (result instanceof Error) {
      return this.#error(response, 200, body.id, -32602, result.message);
    }
    if (result) {
      return this.#json(response, body.id,
        { resultType: 'complete', ...result });
    }
    return this.#error(response, 404, body.id, -32601, 'no such method');
  }

  /**
   * What of a call's headers is not as it should be.
   * @param {Json} headers @param {Json} params
   */
  #mirrored(headers, { name, arguments: given }) {
    const read = readHeader;
    if (read(headers['mcp-name']) !== name) return 'Mcp-Name';
    /** @type {(schema: Json, value: Json) => string | undefined} */
    const walk = (schema, value) => Object.entries(schema?.properties ?? {})
      .map(([key, inner]) => {
        const mark = inner['x-mcp-header'];
        const want = value?.[key];
        if (mark && read(headers[`mcp-param-${mark.toLowerCase()}`])
          !== (want === undefined || want === null ? undefined
            : String(want))) return mark;
        return walk(inner, want);
      }).find(Boolean);
    return walk(this.tools.find((one) => one.name === name)?.inputSchema,
      given);
  }

  /**
   * @param {Request} request @param {Json} headers @param {Json} body
   * @param {Response} response
   */
  #legacy(request, headers, body, response) {
    const id = headers['mcp-session-id'];
    if (request.method === 'DELETE') {
      this.sessions.delete(id);
      response.writeHead(200);
      return response.end();
    }
    if (body?.method === 'initialize') {
      const session = `session-${this.#next++}`;
      this.sessions.set(session, headers.authorization ?? '');
      return this.#json(response, body.id, { protocolVersion: this.version,
        capabilities: { tools: {},
          ...(this.offers ? { prompts: {}, resources: {}, completions: {} }
            : {}) },
        serverInfo: { name: 'scripted', version: '1' } },
      { 'Mcp-Session-Id': session });
    }
    if (id === undefined) {
      return this.#error(response, 400, null, -32000, 'No session.');
    }
    if (!this.sessions.has(id)) {
      return this.#error(response, this.unknown, null, -32001,
        'Unknown session.');
    }
    if (request.method === 'GET') {
      return headers['last-event-id'] === undefined
        || String(headers['last-event-id']).startsWith('own-')
        ? this.own.serve(String(id), response) : this.#resume(headers, response);
    }
    if (body.method === 'notifications/cancelled') {
      this.cancelled.push(body.params.requestId);
    }
    if (body.method === undefined) {
      this.#waiting.get(body.id)?.(body);
      response.writeHead(202);
      return response.end();
    }
    if (body.id === undefined) {
      response.writeHead(202);
      return response.end();
    }
    if (body.method === 'tools/list') {
      return this.#json(response, body.id, this.#page(body.params));
    }
    if (body.params?.uri === 'note://asks') {
      return this.#askFirst(body, response, {});
    }
    const result = this.offer(body);
    if (result instanceof Error) {
      return this.#error(response, 200, body.id, -32602, result.message);
    }
    if (result) return this.#json(response, body.id, result);
    return this.#call(body, response, {}, String(id));
  }

  /**
   * @param {{cursor?: string}} params @param {Json[]} [all]
   * @param {string} [member]
   */
  #page({ cursor }, all = this.tools, member = 'tools') {
    const from = Number(cursor ?? 0);
    const next = from + this.pageSize;
    return { [member]: all.slice(from, next),
      nextCursor: next < all.length ? String(next) : undefined };
  }

  /**
   * What is asked of prompts and resources; undefined for something else.
   * @param {{method: string, params: Json}} body
   */
  offer({ method, params }) {
    if (!this.offers) return undefined;
    switch (method) {
      case 'prompts/list':
        return this.#page(params, this.offers.prompts, 'prompts');
      case 'resources/list':
        return this.#page(params, this.offers.resources, 'resources');
      case 'resources/templates/list':
        return this.#page(params, this.offers.resourceTemplates,
          'resourceTemplates');
      case 'prompts/get':
        if (params.name === 'none') return new Error('No such prompt.');
        if (params.name === 'broken') return { messages: 'none' };
        return { description: 'As asked', messages: [
          { role: 'user', content: { type: 'text',
            text: `${params.name} ${JSON.stringify(params.arguments)}` } },
          { role: 'user', content: { type: 'resource', resource: {
            uri: 'note://1', mimeType: 'text/plain', text: 'inner' } } }] };
      case 'resources/read':
        if (params.uri === 'note://huge') {
          return { contents: [{ uri: params.uri, text: 'x'.repeat(2 << 20) }] };
        }
        if (params.uri === 'note://none') return new Error('Not found.');
        return { contents: [{ uri: params.uri, mimeType: 'text/plain',
          text: `at ${params.uri}` },
        { uri: `${params.uri}#2`, mimeType: 'application/octet-stream',
          blob: 'AAEC' }] };
      case 'completion/complete':
        return { completion: { values: [params.ref.name ?? params.ref.uri,
          `${params.argument.value}thon`,
          JSON.stringify(params.context ?? null)], total: 3 } };
      default:
        return undefined;
    }
  }

  /** More of a result that was not ordered. @param {Json} _params @returns {Json} */
  result(_params) {
    return {};
  }

  /** @param {Json} headers @param {Response} response */
  #resume(headers, response) {
    const rest = this.#kept.get(headers['last-event-id']);
    if (!rest) {
      response.writeHead(405);
      return response.end();
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    return response.end(rest);
  }

  /**
   * @param {Json} body @param {Response} response @param {Json} extra
   * @param {string} [session]
   */
  async #call(body, response, extra, session = '') {
    const { name, arguments: given, inputResponses, requestState }
      = body.params;
    /** @param {Json} message */
    const event = (message) => response.write(
      `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
    const begin = () => response.writeHead(200,
      { 'Content-Type': 'text/event-stream' });
    /** @param {string} text @param {Json} [more] */
    const answer = (text, more = {}) => ({ id: body.id, result: { ...extra,
      content: [{ type: 'text', text }], ...more } });
    /** @param {number} n @param {string} message */
    const progress = (n, message) => event({ method: 'notifications/progress',
      params: { progressToken: body.params._meta.progressToken, progress: n,
        total: 3, message } });
    this.acted++;
    response.on('close', () => {
      if (!response.writableFinished) this.closed++;
    });
    switch (given.do) {
      case undefined:
        return this.#json(response, body.id,
          answer(`${name}: ${given.text ?? given.where ?? ''}`,
            this.result(body.params)).result);
      case 'progress':
        begin();
        for (const n of [1, 2, 3]) progress(n, `step ${n}`);
        event({ method: 'notifications/message', params: { level: 'info',
          logger: 'l', data: { a: 1 } } });
        event(answer('done', { structuredContent: { n: 3 },
          _meta: { ui: { resourceUri: 'ui://page' } } }));
        return response.end();
      case 'fail':
        return this.#json(response, body.id,
          answer('it did not work', { isError: true }).result);
      case 'error':
        return this.#error(response, 200, body.id, -32602, 'No\nsuch thing.');
      case 'wait':
        begin();
        progress(1, 'waiting');
        return undefined;
      case 'hold':
        begin();
        progress(1, 'held');
        this.#held.push(() => {
          event(answer('let go'));
          response.end();
        });
        return undefined;
      case 'silent':
        return undefined;
      case 'huge':
        begin();
        for (let n = 0; n < given.mib; n++) {
          event({ method: 'notifications/message',
            params: { level: 'info', data: 'x'.repeat(1 << 20) } });
        }
        event(answer('after all'));
        return response.end();
      case 'large':
        return this.#json(response, body.id,
          answer('y'.repeat(given.bytes)).result);
      case 'many':
        begin();
        for (let n = 0; n < given.n && !response.destroyed; n++) {
          if (n % 1000 === 0) await new Promise(setImmediate);
          progress(n, '');
        }
        event(answer('after many'));
        return response.end();
      case 'bytes':
        response.writeHead(200, { 'Content-Type': given.type
          ?? 'application/json', ...given.headers });
        return response.end(Buffer.from(Buffer.from(given.base64, 'base64')
          .toString('latin1').replace(':ID,', `:${body.id},`), 'latin1'));
      case 'drip':
        begin();
        setInterval(() => response.write(':'), 50).unref();
        return undefined;
      case 'cut':
        begin();
        progress(1, 'cut');
        return setTimeout(() => response.destroy(), 50);
      case 'resume':
        begin();
        response.write('id: e-1\nretry: 10\ndata:\n\n');
        this.#kept.set('e-1', `id: e-2\ndata: ${JSON.stringify(
          { jsonrpc: '2.0', ...answer('the rest') })}\n\n`);
        return setTimeout(() => response.destroy(), 50);
      case 'ping': {
        const id = `ping-${this.#next++}`;
        begin();
        event({ id, method: 'ping' });
        this.#waiting.set(id, (/** @type {Json} */ { result }) => {
          event(answer(`pong ${JSON.stringify(result)}`));
          response.end();
        });
        return undefined;
      }
      case 'status':
        response.writeHead(given.status, { Location: 'http://localhost:1/',
          'Retry-After': '7' });
        return response.end('<h1>no</h1>');
      case 'open': {
        /* addresses that are to be opened before the call can be made */
        if (this.opened) {
          return this.#json(response, body.id, answer('after that').result);
        }
        this.opened = true;
        response.writeHead(200, { 'Content-Type': 'application/json' });
        return response.end(JSON.stringify({ jsonrpc: '2.0', id: body.id,
          error: { code: -32042, message: 'Open it.', data: given.data ?? {
            elicitations: [{ mode: 'url', elicitationId: 'e1',
              url: 'https://connect.example/1', message: 'Connect.' }] } } }));
      }
      case 'aside':
        return this.own.aside(session, body.params, this.#waiting,
          (text) => this.#json(response, body.id, answer(text).result));
      case 'ask':
        return this.#ask(body, response, { event, begin, answer, extra,
          inputResponses, requestState });
      default:
        return this.#error(response, 200, body.id, -32602, 'do what?');
    }
  }

  /**
   * Asks a person before it gives a resource.
   * @param {Json} body @param {Response} response @param {Json} extra
   */
  #askFirst(body, response, extra) {
    const { uri, inputResponses, requestState } = body.params;
    return this.#ask(body, response, { extra, inputResponses, requestState,
      begin: () => response.writeHead(200,
        { 'Content-Type': 'text/event-stream' }),
      event: (/** @type {Json} */ message) => response.write(
        `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`),
      answer: (/** @type {string} */ text) => ({ id: body.id,
        result: { ...extra, contents: [{ uri, text }] } }) });
  }

  /**
   * Asks a person, as the era has it.
   * @param {Json} body @param {Response} response @param {Json} how
   */
  #ask(body, response, { event, begin, answer, extra, inputResponses,
    requestState }) {
    const params = { mode: 'form', message: 'Who?', requestedSchema: {
      type: 'object', properties: { name: { type: 'string' } } } };
    if (this.era === 'modern') {
      if (inputResponses === undefined) {
        return this.#json(response, body.id, { resultType: 'input_required',
          inputRequests: { who: { method: 'elicitation/create', params } },
          requestState: 'opaque "state"' });
      }
      return this.#json(response, body.id, answer(
        `${inputResponses.who.content.name} ${requestState}`).result);
    }
    const id = `ask-${this.#next++}`;
    begin();
    event({ id, method: 'elicitation/create', params });
    this.#waiting.set(id, (/** @type {Json} */ { result }) => {
      event(answer(`${result.action} ${result.content?.name ?? ''}`));
      response.end();
    });
    return extra;
  }
}
