/* SPDX-License-Identifier: MIT */
/**
 * Apps for the scripted server of tools: tools whose results are drawn by a
 * page that does as it is told. The tool "draw" takes the page's program, and
 * its result names a page that has it.
 */

import { ToolServer } from './mcp.js';

/** @typedef {any} Json */

export const APP_TYPE = 'text/html;profile=mcp-app';

/** @type {Json[]} */
export const APP_TOOLS = [
  { name: 'draw', description: 'Draws.', inputSchema: { type: 'object' },
    _meta: { ui: { resourceUri: 'ui://plain' } } },
  { name: 'refresh', description: 'Says the time.',
    inputSchema: { type: 'object',
      properties: { text: { type: 'string' } } },
    _meta: { ui: { visibility: ['app'] } } },
  { name: 'think', inputSchema: { type: 'object' },
    _meta: { ui: { visibility: ['model'] } } },
];

/** What every page has: the handshake, requests, and lines that it shows. */
const RUNTIME = `
let next = 1;
const waiting = new Map();
const hear = {};
function log(text) {
  const line = document.createElement('li');
  line.textContent = text;
  (document.querySelector('ul') ?? document.body.appendChild(document.createElement('ul'))).append(line);
}
function send(message) { parent.postMessage({ jsonrpc: '2.0', ...message }, '*'); }
function ask(method, params = {}) {
  const id = next++;
  send({ id, method, params });
  return new Promise((resolve) => waiting.set(id, resolve));
}
const word = async (method, params) => {
  const { result, error } = await ask(method, params);
  return error ? 'error ' + error.code + ' ' + error.message : JSON.stringify(result);
};
onmessage = ({ data, source }) => {
  if (source !== parent) return;
  if (data.method === undefined) return waiting.get(data.id)?.(data);
  hear[data.method]?.(data.params);
};
async function begin() {
  const { result } = await ask('ui/initialize', { protocolVersion: '2026-01-26', appInfo: { name: 'a', version: '1' }, appCapabilities: {} });
  send({ method: 'ui/notifications/initialized' });
  return result;
}
function button(label, run) {
  const one = document.createElement('button');
  one.textContent = label;
  one.onclick = run;
  document.body.append(one);
}
`;

/** @param {string} code */
function page(code) {
  return '<!doctype html><html lang="en"><head><title>App</title></head>'
    + `<body><script>${RUNTIME}\n(async () => {${code}})();</script></body>`
    + '</html>';
}

export class AppServer extends ToolServer {
  /** what the pages' resources say that they need @type {Json} */
  csp = undefined;
  /** gives another kind of resource @type {Json} */
  contents = undefined;
  /** of the pages that were drawn, by their number @type {string[]} */
  #codes = [];

  /** @param {'modern' | 'legacy'} era */
  constructor(era) {
    super(era);
    this.tools = [...this.tools, ...APP_TOOLS];
  }

  /** @param {{method: string, params: Json}} body @returns {Json} */
  offer(body) {
    const { method, params } = body;
    if (method !== 'resources/read' || !params.uri.startsWith('ui://')) {
      return super.offer(body);
    }
    const code = this.#codes[Number(params.uri.slice('ui://'.length))] ?? '';
    return { contents: this.contents ?? [{ uri: params.uri,
      mimeType: APP_TYPE, text: page(code),
      _meta: { ui: { csp: this.csp } } }] };
  }

  /** @param {Json} params @returns {Json} */
  result({ name, arguments: given }) {
    if (name !== 'draw' || typeof given.code !== 'string') {
      return super.result({ name, arguments: given });
    }
    return { structuredContent: { n: 7 }, _meta: { secret: 'for the page',
      ui: { resourceUri: `ui://${this.#codes.push(given.code) - 1}` } } };
  }
}
