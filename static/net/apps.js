/* SPDX-License-Identifier: MIT */
/**
 * What an app of a tool server gets through the page: its own document, what is
 * at addresses of its server, calls of its server's tools. Loaded with the first
 * app.
 *
 * @typedef {import('../core/types.js').Tool} Tool
 * @typedef {import('./fields.js').Fields} Fields
 */

import { MAX_APP_CHARS } from '../core/app-host.js';
import { selectActive } from '../core/selectors.js';
import { ApiError } from './errors.js';
import { fields, items, string } from './fields.js';
import { callForEvent, plainResult } from './tool-call.js';
import { loadTools } from './tools.js';

/** How long a server may take to give a page or resource. */
const READ_TIMEOUT_MS = 120_000;
/** What an app is, among resources. */
const APP_TYPE = 'text/html;profile=mcp-app';

/**
 * @param {{api: import('./api.js').Api, env: import('./stream.js').Environment, store: import('../core/store.js').Store, newKey: () => string}} wire
 */
export function createApps({ api, env, store, newKey }) {
  const limits = () => store.getState().session.limits;
  const reload = () => loadTools(store, api);

  /**
   * @param {string} server
   * @param {string} uri
   * @returns {Promise<Fields>}
   * @throws {ApiError}
   */
  async function read(server, uri) {
    const answer = fields(await api.json('POST', 'resources/read', { body: { server, uri }, timeoutMs: READ_TIMEOUT_MS }));
    if (!Array.isArray(answer['contents'])) throw new ApiError({ code: 'tool_asks' });
    return { contents: answer['contents'] };
  }

  return {
    read,

    /**
     * An app's document.
     *
     * @param {string} server
     * @param {string} uri
     * @returns {Promise<{html: string, csp: unknown}>}
     * @throws {ApiError}
     */
    async load(server, uri) {
      const app = readApp((await read(server, uri))['contents'], uri);
      if (app === null) throw new ApiError({ code: 'bad_answer' });
      return app;
    },

    /**
     * What a tool gives, as the protocol has it. What its server asks a person
     * meanwhile is answered as by somebody who went away.
     *
     * @param {Tool} tool
     * @param {Fields} given
     * @param {AbortSignal} signal
     * @returns {Promise<Fields>}
     * @throws {ApiError}
     */
    async call(tool, given, signal) {
      const event = await callForEvent({ api, env, limits, newKey, reload }, {
        name: tool.name, digest: tool.digest, arguments: given, signal, onProgress: () => {},
        signIn: () => Promise.reject(new ApiError({ code: 'unauthorized' })),
        ask: async (inquiries) => Object.fromEntries(inquiries.map(({ id }) => [id, { action: /** @type {const} */ ('cancel') }])),
      });
      return event === null ? { content: [], isError: true } : plainResult(event);
    },

    /** @param {string} digest  of a tool that needs no question in this conversation any more */
    allow(digest) {
      const { id, allowed } = selectActive(store.getState());
      store.dispatch({ type: 'conversation/configured', id, patch: { allowed: [...allowed, digest] } });
    },
  };
}

/**
 * What an app's resource holds.
 *
 * @param {unknown} contents  as the protocol has them
 * @param {string} uri
 * @returns {{html: string, csp: unknown} | null}
 */
export function readApp(contents, uri) {
  const list = items(contents).map(fields);
  const one = list.find((content) => content['uri'] === uri) ?? list[0];
  if (one === undefined || string(one['mimeType']).toLowerCase().replace(/\s/g, '') !== APP_TYPE) return null;
  const html = typeof one['text'] === 'string' ? one['text'] : fromBase64(one['blob']);
  if (html === null || html.trim() === '' || html.length > MAX_APP_CHARS) return null;
  return { html, csp: fields(fields(one['_meta'])['ui'])['csp'] };
}

/** @param {unknown} blob @returns {string | null} */
function fromBase64(blob) {
  try {
    return typeof blob === 'string' && blob.length <= 2 * MAX_APP_CHARS
      ? new TextDecoder().decode(Uint8Array.from(atob(blob), (char) => char.charCodeAt(0))) : null;
  } catch {
    return null;
  }
}
