/* SPDX-License-Identifier: MIT */
/**
 * The tools that the server offers.
 *
 * @typedef {import('../core/types.js').Tool} Tool
 * @typedef {import('./api.js').Api} Api
 * @typedef {import('./fields.js').Fields} Fields
 */

import { plainName } from '../core/media.js';
import { PAGE_TOOLS } from '../core/page-tools.js';
import { ApiError } from './errors.js';
import { fields, items, string } from './fields.js';

/** Tools of one list that are taken. */
const MAX_TOOLS = 1000;
const MAX_NAME_CHARS = 200;

/**
 * @param {Api} api
 * @returns {Promise<{tools: Tool[], errors: {server: string, message: string}[]}>}
 * @throws {ApiError}
 */
export async function listTools(api) {
  const answer = fields(await api.json('GET', 'tools'));
  if (!Array.isArray(answer['data'])) throw new ApiError({ code: 'bad_answer' });
  /** @type {Map<string, Tool>} */
  const tools = new Map();
  for (const one of answer['data'].slice(0, MAX_TOOLS)) {
    const tool = readTool(fields(one));
    if (tool !== null && !tools.has(tool.name)) tools.set(tool.name, tool);
  }
  const errors = items(answer['errors']).map(fields)
    .map(({ server, message }) => ({ server: string(server), message: string(message) }));
  return { tools: [...tools.values()], errors };
}

/**
 * Puts the tools that there are into the state: the page's own, and the
 * server's. What was there before stays where the server gives none.
 *
 * @param {import('../core/store.js').Store} store
 * @param {Api} api
 * @returns {Promise<void>}
 */
export async function loadTools(store, api) {
  try {
    const { tools, errors } = await listTools(api);
    const others = tools.filter(({ name, visibility }) => !PAGE_TOOLS.some((own) => own.name === name) && visibility?.includes('model') !== false);
    const apps = tools.filter(({ visibility }) => visibility?.includes('app'));
    store.dispatch({ type: 'tools/ready', tools: { list: [...PAGE_TOOLS, ...others], apps, errors } });
  } catch (thrown) {
    // A server without tools does not know the address.
    if (thrown instanceof ApiError && (thrown.status === 404 || thrown.status === 401)) return;
    store.dispatch({ type: 'tools/ready', tools: { ...store.getState().tools, errors: [{ server: '', message: '' }] } });
  }
}

/**
 * @param {Fields} tool
 * @returns {Tool | null}
 */
function readTool({ name, server, tool, title, description, parameters, annotations, consent, digest, visibility }) {
  if (!/^[\w-]{1,64}$/.test(string(name)) || string(digest) === '') return null;
  return {
    name: string(name),
    server: plainName(string(server), MAX_NAME_CHARS),
    title: plainName(string(title), MAX_NAME_CHARS),
    description: string(description),
    parameters: fields(parameters),
    annotations: fields(annotations),
    // What is not known to be free is asked for.
    consent: consent === 'always' || consent === 'never' ? consent : 'ask',
    digest: string(digest),
    ...(Array.isArray(visibility) ? { ownName: string(tool), visibility } : {}),
  };
}
