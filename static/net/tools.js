/* SPDX-License-Identifier: MIT */
/**
 * The tools that the server offers: which there are, one call of one, and what
 * comes of it as parts. A word of a tool is text, its pictures are data alone.
 *
 * @typedef {import('../core/types.js').Part} Part
 * @typedef {import('../core/types.js').Tool} Tool
 * @typedef {import('./api.js').Api} Api
 * @typedef {import('./fields.js').Fields} Fields
 */

import { MAX_RAW_CHARS } from '../core/limits.js';
import { cleanBase64, nameFor, plainName, readPicture, soundType } from '../core/media.js';
import { PAGE_TOOLS } from '../core/page-tools.js';
import { ApiError } from './errors.js';
import { fields, isObject, items, string } from './fields.js';
import { parseEventStream } from './sse.js';

/** Tools of one list that are taken. */
const MAX_TOOLS = 1000;
/** Parts of one result. */
const MAX_RESULT_PARTS = 200;
const MAX_NAME_CHARS = 200;

/**
 * @typedef {object} ToolResult
 * @property {readonly Part[]} result
 * @property {boolean} isError
 */

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
    const others = tools.filter(({ name }) => !PAGE_TOOLS.some((own) => own.name === name));
    store.dispatch({ type: 'tools/ready', tools: { list: [...PAGE_TOOLS, ...others], errors } });
  } catch (thrown) {
    // A server without tools does not know the address.
    if (thrown instanceof ApiError && (thrown.status === 404 || thrown.status === 401)) return;
    const { list } = store.getState().tools;
    store.dispatch({ type: 'tools/ready', tools: { list, errors: [{ server: '', message: '' }] } });
  }
}

/**
 * @param {Fields} tool
 * @returns {Tool | null}
 */
function readTool({ name, server, title, description, parameters, annotations, consent, digest }) {
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
  };
}

/**
 * Makes one call. Never repeated by itself: it may act.
 *
 * @param {Api} api
 * @param {object} call
 * @param {string} call.key  Idempotency-Key, names its stream
 * @param {string} call.name
 * @param {Fields} call.arguments
 * @param {AbortSignal} call.signal
 * @param {(progress: Fields) => void} [call.onProgress]
 * @returns {Promise<ToolResult>}
 * @throws {ApiError} also when it ends without a result
 */
export async function callTool(api, { key, name, arguments: given, signal, onProgress }) {
  // A connection that is dropped may come back; a call that is given up is to end.
  const cancel = () => void api.json('DELETE', `streams/${encodeURIComponent(key)}`, { keepalive: true }).catch(() => {});
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await readCall(api, { key, name, arguments: given, signal, onProgress });
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/**
 * @param {Api} api
 * @param {Parameters<typeof callTool>[1]} call
 * @returns {Promise<ToolResult>}
 * @throws {ApiError}
 */
async function readCall(api, { key, name, arguments: given, signal, onProgress }) {
  const stream = await api.events('POST', 'tools/call', {
    body: { name, arguments: given, stream: true }, headers: { 'Idempotency-Key': key }, signal, timeoutMs: Infinity,
  });
  for await (const { data } of parseEventStream(stream)) {
    if (data === '[DONE]') break;
    const event = readEvent(data);
    if (isObject(event['error'])) throw errorOf(event['error']);
    if (event['type'] === 'progress' || event['type'] === 'message') onProgress?.(event);
    if (event['type'] === 'result') return readResult(event);
  }
  throw new ApiError({ code: 'cut_off' });
}

/**
 * @param {string} data
 * @returns {Fields}
 */
function readEvent(data) {
  try {
    return fields(JSON.parse(data));
  } catch {
    throw new ApiError({ code: 'bad_answer' });
  }
}

/**
 * @param {Fields} error
 * @returns {ApiError}
 */
function errorOf({ code, type, message }) {
  return new ApiError({ code: string(code) || 'upstream_error', type: string(type), message: string(message) });
}

/**
 * @param {Fields} answer
 * @returns {ToolResult}
 */
export function readResult(answer) {
  if (isObject(answer['input_required'])) return UNASKED;
  const result = items(answer['content']).slice(0, MAX_RESULT_PARTS).map((one) => contentPart(fields(one)));
  const structured = answer['structured_content'];
  if (isObject(structured)) result.push(raw('structured_content', structured));
  return { result, isError: answer['is_error'] === true };
}

/** What a model is told of a tool that wants to know more from the person. @type {ToolResult} */
const UNASKED = {
  result: [{ kind: 'text', text: 'The tool asked the user for more, which this page cannot show. Give it in the arguments, if they have a place for it.' }],
  isError: true,
};

/**
 * @param {Fields} content
 * @returns {Part}
 */
function contentPart(content) {
  const data = string(content['data']);
  switch (content['type']) {
    case 'text':
      return { kind: 'text', text: string(content['text']) };
    case 'image': {
      const drawn = readPicture(`data:${string(content['mimeType']) || 'image/png'};base64,${data}`);
      return drawn === null ? raw('image', content) : { kind: 'image', id: '', name: nameFor(drawn.type, 'image'), ...drawn };
    }
    case 'audio': {
      const clean = cleanBase64(data);
      if (clean === null || clean === '') return raw('audio', content);
      const type = soundType(clean);
      const size = Math.floor((clean.length * 3) / 4);
      return { kind: 'audio', id: '', name: nameFor(type, 'sound'), type, size, data: `data:${type};base64,${clean}`, transcript: '' };
    }
    case 'resource': {
      const resource = fields(content['resource']);
      if (typeof resource['text'] !== 'string') return raw('resource', content);
      const name = plainName(string(resource['uri']), MAX_NAME_CHARS);
      const { text } = resource;
      return { kind: 'file', id: '', name, type: string(resource['mimeType']), size: text.length, text, data: '' };
    }
    default:
      return raw(string(content['type']) || 'content', content);
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {Part}
 */
function raw(name, value) {
  const json = JSON.stringify(value);
  if (json.length > MAX_RAW_CHARS) return { kind: 'notice', code: 'too_large', detail: '' };
  return { kind: 'raw', name: plainName(name, MAX_NAME_CHARS), json };
}
