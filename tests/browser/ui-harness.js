// SPDX-License-Identifier: MIT
// The whole page in real Chromium, under the shipped policy, against a site that does what each test tells it.

import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { FRAME_POLICY, POLICY, ROOT, SANDBOX_POLICY } from './md-harness.js';
import { launchChromium } from './chromium.js';

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css',
  '.svg': 'image/svg+xml', '.png': 'image/png', '.webmanifest': 'application/manifest+json', '.woff2': 'font/woff2',
};

export const MODELS = [
  { id: 'quick', name: 'Quick', provider: 'Here', context_length: 8192, max_output_tokens: 2048, input: ['text'] },
  { id: 'seeing', name: 'Seeing', provider: 'Here', context_length: 128000, max_output_tokens: 4096, input: ['text', 'image'] },
  { id: 'tiny', name: 'Tiny', provider: 'There', context_length: 400, max_output_tokens: 100, input: ['text'] },
].map((model) => ({ object: 'model', created: 1, owned_by: model.provider, ...model }));

/**
 * One answer under way, as the test plays it.
 * @typedef {object} Reply
 * @property {any} body  of the request
 * @property {string} key  its Idempotency-Key
 * @property {(text: string) => Promise<void>} text
 * @property {(text: string) => Promise<void>} think
 * @property {(text: string) => Promise<void>} refusal
 * @property {(delta: object, more?: object) => Promise<void>} piece  any delta, and what stands beside the choices
 * @property {(finish?: string, tokens?: number) => Promise<void>} end  as a good answer ends
 * @property {(code: string, message?: string) => Promise<void>} fail  with an error event
 * @property {(status: number, code: string, headers?: Record<string, string>, message?: string) => void} refuse  before the first event
 * @property {(status: number) => void} html  as a firewall in between answers
 * @property {() => void} drop  breaks the connection
 * @property {() => Promise<void>} open  sends the headers alone
 * @property {Promise<void>} gone  settles when the page has left
 *
 * @typedef {object} FakeSite
 * @property {string} origin
 * @property {'in' | 'out'} session
 * @property {object} extra  more of what api/session says
 * @property {'password' | 'remote_user'} auth
 * @property {{status: number, code: string, headers?: Record<string, string>} | null} loginFails
 * @property {boolean} modelsFail
 * @property {any[]} models
 * @property {string} pageRoot  folder that the page is served from
 * @property {{object: 'list', data: any[], errors: any[]}} tools  as api/tools lists them
 * @property {(reply: Reply) => Promise<void> | void} answer  how a message is answered
 * @property {boolean} offers  servers of tools may have prompts and resources
 * @property {(path: string, body: any) => unknown} offer  what api/prompts, api/resources and those below them give; undefined: they refuse
 * @property {(body: any) => unknown[] | Promise<unknown[]>} call  how a call of a tool is answered: its events
 * @property {{method: string, path: string, body: any}[]} calls
 * @property {string[]} stops  keys of the streams that were stopped
 * @property {() => Promise<void>} close
 */

/**
 * The page as a build joined it, which is what is shipped and takes a tenth of the requests; without a build, its
 * modules as they are written.
 */
export const PAGE = process.env.CONFAB_BUILD && existsSync(join(process.env.CONFAB_BUILD, 'www/index.html'))
  ? join(process.env.CONFAB_BUILD, 'www/') : ROOT;

/** @param {string} code @param {string} [message] */
const errorObject = (code, message = '') => ({ error: { message, type: 'test_error', code, param: null } });

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 * @param {unknown} body
 * @param {Record<string, string>} [headers]
 */
function sendJson(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @returns {Promise<any>}
 */
async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? null : JSON.parse(text);
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {any} body
 * @returns {Reply}
 */
function makeReply(request, response, body) {
  let n = 0;
  /** @param {unknown} data */
  const event = async (data) => {
    await open();
    n += 1;
    response.write(`id: ${n}\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
  };
  const open = async () => {
    if (response.headersSent) return;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': open\n\n');
  };
  /** @param {object} delta @param {string | null} [finish] */
  const chunk = (delta, finish = null) => event({ id: 'c', object: 'chat.completion.chunk', model: body.model, choices: [{ index: 0, delta, finish_reason: finish }] });
  return {
    body,
    key: String(request.headers['idempotency-key']),
    open,
    text: (text) => chunk({ content: text }),
    think: (text) => chunk({ reasoning_content: text }),
    refusal: (text) => chunk({ refusal: text }),
    piece: (delta, more = {}) => event({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: null }], ...more }),
    async end(finish = 'stop', tokens = 42) {
      await chunk({}, finish);
      await event({ id: 'c', object: 'chat.completion.chunk', choices: [], usage: { prompt_tokens: 7, completion_tokens: tokens, total_tokens: tokens + 7 } });
      await event('[DONE]');
      response.end();
    },
    async fail(code, message) {
      await event(errorObject(code, message));
      response.end();
    },
    refuse: (status, code, headers, message) => sendJson(response, status, errorObject(code, message), headers),
    html(status) {
      response.writeHead(status, { 'content-type': 'text/html' });
      response.end('<html><body><h1>Forbidden</h1></body></html>');
    },
    // What was written reaches the page before the connection breaks.
    drop: () => void setTimeout(() => request.socket.destroy(), 150),
    gone: new Promise((resolve) => response.on('close', () => resolve())),
  };
}

/** The answer of a site that nobody has told anything. @param {Reply} reply */
export async function hello(reply) {
  for (const word of ['Hello', ', ', 'world', '.']) await reply.text(word);
  await reply.end();
}

/** @returns {Promise<FakeSite>} */
export async function startFakeSite() {
  /** @type {FakeSite} */
  const site = {
    origin: '', session: 'in', extra: {}, auth: 'password', loginFails: null, modelsFail: false, models: MODELS, pageRoot: PAGE,
    tools: { object: 'list', data: [], errors: [] }, answer: hello, offers: false, offer: () => undefined, call: () => [{ type: 'result', content: [], is_error: false }], calls: [], stops: [], close: async () => {},
  };
  const who = () => ({
    user: { name: 'alice' }, expires_at: Math.floor(Date.now() / 1000) + 3600, auth: site.auth,
    ...(site.offers ? { prompts: true, resources: true } : {}), ...site.extra,
    limits: { max_body_bytes: 8_000_000, max_messages: 500, streams_per_user: 4, resume: false, grace_seconds: 0 },
  });

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   * @param {URL} url
   */
  async function api(request, response, url) {
    const path = url.pathname.slice('/api/'.length);
    const body = request.method === 'POST' ? await bodyOf(request) : null;
    const method = String(request.method);
    site.calls.push({ method, path, body });
    const refused = { ...errorObject('not_authenticated'), auth: site.auth };
    if (path === 'login') {
      if (site.loginFails) return sendJson(response, site.loginFails.status, errorObject(site.loginFails.code), site.loginFails.headers);
      if (body.password !== 'secret') return sendJson(response, 401, errorObject('invalid_credentials'));
      site.session = 'in';
      return sendJson(response, 200, who());
    }
    if (path === 'session' && site.session === 'out' && url.searchParams.has('probe')) {
      return sendJson(response, 200, { user: null, auth: site.auth });
    }
    if (site.session === 'out') return sendJson(response, 401, refused);
    if (path === 'session') return sendJson(response, 200, who());
    if (path === 'logout') {
      site.session = 'out';
      return sendJson(response, 204, undefined);
    }
    if (path === 'password') {
      return body.current === 'secret' ? sendJson(response, 204, undefined) : sendJson(response, 401, errorObject('invalid_credentials'));
    }
    if (path === 'models') {
      if (site.modelsFail) return sendJson(response, 503, errorObject('busy'));
      return sendJson(response, 200, { object: 'list', data: site.models });
    }
    if (path === 'tools') return sendJson(response, 200, site.tools);
    if (/^(?:prompts|resources)(?:\/|$)/.test(path)) {
      const given = await site.offer(path, body);
      return given === undefined ? sendJson(response, 502, errorObject('tool_error', 'Not that one.')) : sendJson(response, 200, given);
    }
    if (path === 'tools/call') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      const events = [...await site.call(body), '[DONE]'];
      return void response.end(events.map((one, i) => `id: ${i + 1}\ndata: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`).join(''));
    }
    if (path === 'chat/completions') return void await site.answer(makeReply(request, response, body));
    if (path.startsWith('streams/')) {
      if (method === 'DELETE') {
        site.stops.push(path.slice('streams/'.length));
        return sendJson(response, 204, undefined);
      }
      return sendJson(response, 404, errorObject('stream_not_found'));
    }
    return sendJson(response, 404, errorObject('not_found'));
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    if (url.pathname.startsWith('/api/')) {
      api(request, response, url).catch(() => response.destroy());
      return;
    }
    const path = decodeURIComponent(url.pathname.endsWith('/') ? `${url.pathname}index.html` : url.pathname);
    const file = normalize(join(site.pageRoot, path));
    if (!file.startsWith(site.pageRoot) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404);
      response.end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': path.endsWith('/md/mermaid-frame.html') ? FRAME_POLICY : path.endsWith('/sandbox/frame.html') ? SANDBOX_POLICY : POLICY,
      'x-content-type-options': 'nosniff', 'cache-control': 'no-store',
      // The diagrams' frame has an origin of its own.
      ...(/^(?:\/v[^/]*)?\/(?:vendor\/(?:mermaid|katex)|md)\//.test(path) ? { 'access-control-allow-origin': '*' } : {}),
    });
    createReadStream(file).pipe(response);
  });
  // A test that fails does not close its site: the file's run ends all the same.
  server.unref();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  site.origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
  site.close = () => new Promise((resolve) => {
    server.close(() => resolve(undefined));
    server.closeAllConnections();
  });
  return site;
}

/** For a test that looks into a module: the page as it is written. @param {FakeSite} site */
export function asModules(site) {
  site.pageRoot = ROOT;
}

/** @type {Promise<import('playwright-core').Browser> | null} */
let launched = null;

/** One browser for all tests of a file. */
export function browser() {
  launched ??= launchChromium();
  return launched;
}

export async function closeBrowser() {
  await (await launched)?.close();
  launched = null;
}

/**
 * @typedef {object} Visit
 * @property {import('playwright-core').Page} page
 * @property {FakeSite} site
 * @property {string[]} incidents  messages, errors, violations, requests to elsewhere
 * @property {string[]} requests
 * @property {(ask: string) => Promise<void>} ask  writes and sends
 * @property {(text: string | RegExp) => import('playwright-core').Locator} answer  an answer with that text
 * @property {() => Promise<void>} close
 */

/**
 * Opens the page. Incidents are the caller's to judge: an error status that a
 * test ordered is one of Chromium's console messages too.
 * @param {import('playwright-core').BrowserContextOptions & {session?: 'in' | 'out', prepare?: (site: FakeSite) => void, path?: string, settings?: object}} [options]  `settings`: what the browser has kept
 * @returns {Promise<Visit>}
 */
export async function visit({ session = 'in', prepare, path = '/', settings, ...options } = {}) {
  const site = await startFakeSite();
  site.session = session;
  prepare?.(site);
  const context = await (await browser()).newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 }, ...options });
  if (settings) await context.addInitScript((kept) => localStorage.setItem('confab.settings', kept), JSON.stringify(settings));
  const page = await context.newPage();
  /** @type {string[]} */
  const incidents = [];
  /** @type {string[]} */
  const requests = [];
  page.on('console', (message) => incidents.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => incidents.push(`error: ${error.stack}`));
  page.on('request', (request) => {
    requests.push(request.url());
    if (!request.url().startsWith(site.origin) && !/^(data|blob):/.test(request.url())) incidents.push(`request: ${request.url()}`);
  });
  await page.goto(site.origin + path);
  await page.locator(session === 'in' ? '.composer' : '.login-card').waitFor();
  return {
    page, site, incidents, requests,
    async ask(text) {
      await page.getByRole('textbox', { name: 'Message' }).fill(text);
      await page.getByRole('button', { name: 'Send' }).click();
    },
    answer: (text) => page.getByRole('article', { name: 'Assistant' }).filter({ hasText: text }),
    async close() {
      await context.close();
      await site.close();
    },
  };
}

/**
 * Chooses a model in the bar above the thread.
 * @param {import('playwright-core').Page} page
 * @param {string} id
 */
export async function pickModel(page, id) {
  await page.locator('.topbar .model-select').click();
  await page.locator(`.model-panel .model-item[data-model="${id}"]`).first().click();
}

/** @returns {{promise: Promise<void>, open: () => void}} a door that a test opens */
export function door() {
  let open = () => {};
  /** @type {Promise<void>} */
  const promise = new Promise((resolve) => {
    open = () => resolve();
  });
  return { promise, open };
}
