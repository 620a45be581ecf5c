/* SPDX-License-Identifier: MIT */
/**
 * One call of a tool of a server, and what comes of it as parts. A word of a
 * tool is text, its pictures are data alone.
 *
 * @typedef {import('../core/types.js').Part} Part
 * @typedef {import('./fields.js').Fields} Fields
 */

import { readInquiries } from '../core/inquiry.js';
import { MAX_RAW_CHARS } from '../core/limits.js';
import { cleanBase64, nameFor, otherType, plainName, readDataUrl, readPicture, soundType } from '../core/media.js';
import { ApiError } from './errors.js';
import { fields, isObject, items, string } from './fields.js';
import { readToolStream } from './tool-stream.js';

/** Parts of one result. */
const MAX_RESULT_PARTS = 200;
const MAX_NAME_CHARS = 200;
/** Of an address that is to be opened. */
const MAX_URL_CHARS = 4096;
/** Questions of one call, one after the other. */
export const MAX_QUESTIONS = 20;
/** Of a result that is kept for the app that draws it. */
const MAX_APP_RESULT_CHARS = 1024 * 1024;
/** Refusals after which the page's list of tools is an old one. */
const CHANGED = new Set(['tool_changed', 'tool_not_found']);
/** Of what a tool says of its progress. */
const MAX_PROGRESS_CHARS = 300;

/**
 * @typedef {object} ToolResult
 * @property {readonly Part[]} result
 * @property {boolean} isError
 * @property {import('../core/types.js').ToolApp} [app]  what draws it
 */

/**
 * A call to be made by the server.
 *
 * @typedef {object} ToolCall
 * @property {string} name
 * @property {string} [key]   that names it to the server, where it is not to be a new one
 * @property {string} digest  of what was agreed to: another tool of that name is not called
 * @property {Fields} arguments
 * @property {boolean} [drawn]  apps of its server are drawn
 * @property {AbortSignal} signal
 * @property {() => Promise<void>} signIn  as in tool-stream.js
 * @property {(progress: ToolProgress) => void} onProgress
 * @property {(lost: boolean) => void} [onLost]  as in tool-stream.js
 * @property {import('../core/types-parts.js').Asker} ask  the person
 *
 * @typedef {import('../core/types.js').InquiryAnswer} InquiryAnswer
 * @typedef {import('../core/types.js').ToolProgress} ToolProgress
 */

/**
 * Makes one call, and asks the person what its server asks. Never repeated by
 * itself: it may act.
 *
 * @param {import('./tool-stream.js').Wire & {newKey: () => string, reload: () => Promise<void>}} wire  `reload`: of the list of tools
 * @param {ToolCall} call
 * @returns {Promise<ToolResult>}
 * @throws {ApiError} also when it ends without a result
 */
export async function callTool(wire, call) {
  const event = await callForEvent(wire, call);
  return event === null ? UNASKED : { ...readResult(event), ...(call.drawn ? appOf(event) : {}) };
}

/**
 * The same, with the event that has the result; null when it asked too often.
 *
 * @param {Parameters<typeof callTool>[0]} wire
 * @param {ToolCall} call
 * @returns {Promise<Fields | null>}
 * @throws {ApiError}
 */
export async function callForEvent(wire, { key: own, name, digest, arguments: given, signal, signIn, onProgress, onLost, ask }) {
  const { api, newKey, reload } = wire;
  const first = own ?? newKey();
  let key = first;
  // A connection that is dropped may come back; a call that is given up is to end.
  const cancel = () => void api.json('DELETE', `streams/${encodeURIComponent(key)}`, { keepalive: true }).catch(() => {});
  signal.addEventListener('abort', cancel, { once: true });
  /** @param {Fields} event */
  const onEvent = (event) => {
    const progress = readProgress(event);
    if (progress !== null) onProgress(progress);
  };
  let turn = 0;
  try {
    let more = {};
    for (; turn <= MAX_QUESTIONS; turn += 1) {
      const event = await readToolStream(wire, { key, body: { name, digest, arguments: given, stream: true, ...more }, signal, signIn, onEvent, ...(onLost ? { onLost } : {}) });
      const asked = event['input_required'];
      if (!isObject(asked)) return event;
      more = await answersTo(asked, ask);
      // A balancer takes what comes before the mark for the stream's name.
      key = `${first}~${turn + 1}`;
    }
    return null;
  } catch (thrown) {
    // The call that asked has begun.
    if (thrown instanceof ApiError && thrown.code === 'not_sent' && turn > 0) throw new ApiError({ code: 'network' });
    // What is asked for next is the tool as it is now.
    if (thrown instanceof ApiError && CHANGED.has(thrown.code)) await reload();
    throw thrown;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/**
 * What goes back to a server that has asked, with the request made again.
 *
 * @param {Fields} asked
 * @param {import('../core/types-parts.js').Asker} ask
 * @returns {Promise<Fields>}
 */
export async function answersTo({ requests, state }, ask) {
  const inquiries = readInquiries(requests, webAddress);
  // What this page cannot show is answered as by somebody who went away.
  const answers = inquiries === null ? cancelled(requests) : await ask(inquiries);
  return { input_responses: answers, ...(typeof state === 'string' ? { request_state: state } : {}) };
}

/**
 * An address of the web, as a browser would go to it, so that nothing in it
 * hides where it leads: no other scheme, and no name before the host.
 *
 * @param {unknown} text
 * @returns {string | null}
 */
export function webAddress(text) {
  if (typeof text !== 'string' || text.length > MAX_URL_CHARS || !URL.canParse(text)) return null;
  const url = new URL(text);
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') return null;
  return url.href;
}

/**
 * @param {unknown} requests
 * @returns {Record<string, InquiryAnswer>}
 */
function cancelled(requests) {
  return Object.fromEntries(Object.keys(fields(requests)).slice(0, MAX_RESULT_PARTS).map((id) => [id, { action: 'cancel' }]));
}

/**
 * @param {Fields} event
 * @returns {ToolProgress | null}
 */
function readProgress({ type, progress, total, message }) {
  if (type !== 'progress') return null;
  const done = typeof progress === 'number' && Number.isFinite(progress) ? progress : null;
  const all = typeof total === 'number' && Number.isFinite(total) && total > 0 ? total : null;
  return { done, total: all, message: string(message).slice(0, MAX_PROGRESS_CHARS) };
}

/**
 * @param {Fields} answer
 * @returns {ToolResult}
 */
export function readResult(answer) {
  const result = items(answer['content']).slice(0, MAX_RESULT_PARTS).map((one) => contentPart(fields(one)));
  const structured = answer['structured_content'];
  if (isObject(structured) && !result.some((part) => says(part, structured))) result.push(raw('structured_content', structured));
  return { result, isError: answer['is_error'] === true };
}

/**
 * A result in the protocol's own form, for an app.
 *
 * @param {Fields} event
 * @returns {Fields}
 */
export function plainResult({ content, structured_content: structured, is_error: isError, _meta: meta }) {
  return {
    content, isError: isError === true, ...(isObject(structured) ? { structuredContent: structured } : {}), ...(isObject(meta) ? { _meta: meta } : {}),
  };
}

/**
 * What draws a result, where its server has something for that.
 *
 * @param {Fields} event
 * @returns {{app?: import('../core/types.js').ToolApp}}
 */
function appOf(event) {
  const { resource_uri: uri } = event;
  if (typeof uri !== 'string' || uri.length > MAX_URL_CHARS || !uri.startsWith('ui://')) return {};
  const result = plainResult(event);
  return JSON.stringify(result).length > MAX_APP_RESULT_CHARS ? {} : { app: { uri, result } };
}

/** What a model is told of a tool that asks the person again and again. @type {ToolResult} */
const UNASKED = { result: [{ kind: 'text', text: 'The tool asked the user again and again, and was given up.' }], isError: true };

/**
 * @param {Fields} content
 * @returns {Part}
 */
function contentPart(content) {
  const data = withoutHead(content['data']);
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
      return resourcePart(fields(content['resource'])) ?? raw('resource', content);
    }
    default:
      return raw(string(content['type']) || 'content', content);
  }
}

/**
 * Base64, of which some servers make the address of its data.
 *
 * @param {unknown} data
 * @returns {string}
 */
function withoutHead(data) {
  return string(data).replace(/^data:[^,]{0,200};base64,/i, '');
}

/**
 * An embedded resource: a text, a picture, or a file to be saved.
 *
 * @param {Fields} resource
 * @returns {Part | null}
 */
export function resourcePart({ uri, text, blob, mimeType }) {
  const name = plainName(string(uri), MAX_NAME_CHARS);
  if (typeof text === 'string') return { kind: 'file', id: '', name, type: string(mimeType), size: text.length, text, data: '' };
  const type = /^[\w.+-]+\/[\w.+-]+/.exec(string(mimeType))?.[0] ?? 'application/octet-stream';
  const read = readDataUrl(`data:${type};base64,${withoutHead(blob)}`);
  if (read === null) return null;
  const drawn = readPicture(`data:${type};base64,${read.base64}`);
  if (drawn !== null) return { kind: 'image', id: '', name, ...drawn };
  const safe = otherType(read);
  return { kind: 'file', id: '', name, type: safe, size: read.size, text: '', data: `data:${safe};base64,${read.base64}` };
}

/**
 * Whether a text says what the structured content says: servers give both, and
 * a model needs one.
 *
 * @param {Part} part
 * @param {unknown} value
 * @returns {boolean}
 */
function says(part, value) {
  if (part.kind !== 'text' || part.text.length > MAX_RAW_CHARS) return false;
  try {
    return JSON.stringify(JSON.parse(part.text)) === JSON.stringify(value);
  } catch {
    return false;
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
