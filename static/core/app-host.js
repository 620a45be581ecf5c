/* SPDX-License-Identifier: MIT */
/**
 * What the page and an app of a tool server say to each other (MCP Apps, SEP
 * 1865), as a pure state machine: a message or an answer goes in, the next state
 * and what to do come out. An app is a stranger's program: each message is
 * looked at whole, counted, and understood or refused.
 *
 * @typedef {Readonly<Record<string, unknown>>} Fields
 * @typedef {string | number} RequestId
 */

const APP_VERSION = '2026-01-26';

/** Characters of an app's own document. */
export const MAX_APP_CHARS = 4 * 1024 * 1024;
/** Characters and values of one message, and how deep it nests. */
export const MAX_MESSAGE_CHARS = 256 * 1024;
export const MAX_MESSAGE_VALUES = 20_000;
export const MAX_MESSAGE_DEPTH = 32;
/** Messages at once, and each second after that. */
export const MAX_BURST = 200;
export const MESSAGES_PER_SECOND = 20;
/** What a message that is none counts as. */
const WRONG_COUNTS = 10;
/** Requests that wait for their answer, and calls of tools of one opened app. */
export const MAX_OPEN_REQUESTS = 8;
export const MAX_APP_CALLS = 200;
/** Denials after which an app asks the person no more. */
export const MAX_DENIALS = 3;
/** Of a text for the composer. */
export const MAX_TEXT_CHARS = 20_000;
const MAX_NAME_CHARS = 256;
const MAX_URL_CHARS = 8192;

/**
 * @typedef {object} AppState
 * @property {'starting' | 'greeted' | 'ready' | 'over'} phase
 * @property {number} room   messages that it may still send at once
 * @property {number} at     when that was so, ms
 * @property {readonly RequestId[]} open
 * @property {number} calls
 * @property {number} denials
 *
 * @typedef {object} AppSetting  what an app is told when it starts
 * @property {Fields} context    theme, language and the like
 * @property {Fields} given      the call's arguments
 * @property {Fields} result     what came of it
 *
 * @typedef {{type: 'started', now: number}
 *   | {type: 'said', data: unknown, now: number}
 *   | {type: 'answered', id: RequestId, result: unknown}
 *   | {type: 'failed', id: RequestId, why: string, denied?: boolean}
 *   | {type: 'context', context: Fields}
 *   | {type: 'leave'}} AppInput
 *
 * @typedef {{do: 'post', message: Fields}
 *   | {do: 'call', id: RequestId, name: string, given: Fields}
 *   | {do: 'read', id: RequestId, uri: string}
 *   | {do: 'open', id: RequestId, url: string}
 *   | {do: 'write', id: RequestId, text: string}
 *   | {do: 'size', height: number}
 *   | {do: 'close'}} AppCommand
 *
 * close  it has sent more than any app should
 */

/**
 * started  its frame waits for its document: once, or again where the frame was
 *          made anew, which an app that is well does not do by itself
 *
 * @param {number} now
 * @returns {AppState}
 */
export function createAppState(now) {
  return { phase: 'starting', room: MAX_BURST, at: now, open: [], calls: 0, denials: 0 };
}

/** Errors of JSON-RPC, and one of our own. */
const NO_METHOD = -32601;
const BAD_PARAMS = -32602;
const REFUSED = -32000;

/** Id of our one request, which says that the app is about to be taken away. */
const LEAVING = 'leave';

/**
 * @param {RequestId} id
 * @param {unknown} result
 * @returns {AppCommand}
 */
const answer = (id, result) => ({ do: 'post', message: { jsonrpc: '2.0', id, result } });

/**
 * @param {RequestId} id
 * @param {number} code
 * @param {string} message
 * @returns {AppCommand}
 */
const refuse = (id, code, message) => ({ do: 'post', message: { jsonrpc: '2.0', id, error: { code, message } } });

/**
 * @param {string} method
 * @param {unknown} params
 * @returns {AppCommand}
 */
const tell = (method, params) => ({ do: 'post', message: { jsonrpc: '2.0', method, params } });

/**
 * One step.
 *
 * @param {AppState} state
 * @param {AppInput} input
 * @param {AppSetting} setting
 * @returns {{state: AppState, commands: AppCommand[]}}
 */
export function stepApp(state, input, setting) {
  if (state.phase === 'over') return { state, commands: [] };
  switch (input.type) {
    case 'started': {
      const room = roomAt(state, input.now) - WRONG_COUNTS;
      return room < 0 ? tooMuch(state) : { state: { ...state, phase: 'starting', open: [], room, at: input.now }, commands: [] };
    }
    case 'said':
      return hear(state, input, setting);
    case 'answered':
      return settle(state, input.id, answer(input.id, input.result));
    case 'failed':
      return settle({ ...state, denials: state.denials + (input.denied ? 1 : 0) }, input.id, refuse(input.id, REFUSED, input.why));
    case 'context':
      return { state, commands: state.phase === 'ready' ? [tell('ui/notifications/host-context-changed', input.context)] : [] };
    default:
      return { state: { ...state, phase: 'over' }, commands: state.phase === 'ready'
        ? [{ do: 'post', message: { jsonrpc: '2.0', id: LEAVING, method: 'ui/resource-teardown', params: { reason: 'closed' } } }] : [] };
  }
}

/**
 * @param {AppState} state
 * @param {RequestId} id
 * @param {AppCommand} command
 * @returns {{state: AppState, commands: AppCommand[]}}
 */
function settle(state, id, command) {
  if (!state.open.includes(id)) return { state, commands: [] };
  return { state: { ...state, open: state.open.filter((one) => one !== id) }, commands: [command] };
}

/**
 * @param {AppState} state
 * @param {number} now
 * @returns {number}
 */
function roomAt({ room, at }, now) {
  return Math.min(MAX_BURST, room + (Math.max(0, now - at) / 1000) * MESSAGES_PER_SECOND);
}

/**
 * @param {AppState} state
 * @returns {{state: AppState, commands: AppCommand[]}}
 */
function tooMuch(state) {
  return { state: { ...state, phase: 'over' }, commands: [{ do: 'close' }] };
}

/**
 * @param {AppState} before
 * @param {Extract<AppInput, {type: 'said'}>} input
 * @param {AppSetting} setting
 * @returns {{state: AppState, commands: AppCommand[]}}
 */
function hear(before, { data, now }, setting) {
  const message = readMessage(data);
  const room = roomAt(before, now) - (message === null ? WRONG_COUNTS : 1);
  const state = { ...before, room, at: now };
  if (room < 0) return tooMuch(state);
  if (message === null) return { state, commands: [] };
  const { id, method, params } = message;
  // An answer: only its going is asked of it, and that is not waited for.
  if (method === null) return { state, commands: [] };
  return id === null ? notified(state, method, params, setting) : asked(state, id, method, params, setting);
}

/**
 * @param {AppState} state
 * @param {string} method
 * @param {Fields} params
 * @param {AppSetting} setting
 * @returns {{state: AppState, commands: AppCommand[]}}
 */
function notified(state, method, params, { given, result }) {
  if (method === 'ui/notifications/initialized' && state.phase === 'greeted') {
    return { state: { ...state, phase: 'ready' }, commands: [
      tell('ui/notifications/tool-input', { arguments: given }), tell('ui/notifications/tool-result', result)] };
  }
  const { height } = params;
  if (method === 'ui/notifications/size-changed' && typeof height === 'number' && height > 0) {
    return { state, commands: [{ do: 'size', height: Math.ceil(height) }] };
  }
  return { state, commands: [] };
}

/**
 * @param {AppState} state
 * @param {RequestId} id
 * @param {string} method
 * @param {Fields} params
 * @param {AppSetting} setting
 * @returns {{state: AppState, commands: AppCommand[]}}
 */
function asked(state, id, method, params, { context }) {
  switch (method) {
    case 'ping':
      return { state, commands: [answer(id, {})] };
    case 'ui/initialize':
      return { state: state.phase === 'starting' ? { ...state, phase: 'greeted' } : state, commands: [answer(id, {
        protocolVersion: APP_VERSION,
        hostInfo: { name: 'confab', version: '1' },
        hostCapabilities: { openLinks: {}, serverTools: {}, serverResources: {}, message: { text: {} } },
        hostContext: context,
      })] };
    case 'ui/request-display-mode':
      return { state, commands: [answer(id, { mode: 'inline' })] };
    default: {
      const command = wish(id, method, params);
      if (command === null) return { state, commands: [refuse(id, NO_METHOD, 'This page does not know that method.')] };
      if (typeof command === 'string') return { state, commands: [refuse(id, BAD_PARAMS, command)] };
      return granted(state, id, command);
    }
  }
}

/**
 * What an app asks for that somebody else answers; a string says what is wrong
 * with it, null that there is no such thing.
 *
 * @param {RequestId} id
 * @param {string} method
 * @param {Fields} params
 * @returns {AppCommand | string | null}
 */
function wish(id, method, { name, arguments: given = {}, uri, url, content }) {
  switch (method) {
    case 'tools/call':
      return isText(name, MAX_NAME_CHARS) && isFields(given) ? { do: 'call', id, name, given } : 'A name and arguments are wanted.';
    case 'resources/read':
      return isText(uri, MAX_URL_CHARS) ? { do: 'read', id, uri } : 'A uri is wanted.';
    case 'ui/open-link':
      return isText(url, MAX_URL_CHARS) ? { do: 'open', id, url } : 'A url is wanted.';
    case 'ui/message': {
      const text = (Array.isArray(content) ? content : [content])
        .map((one) => (isFields(one) && one['type'] === 'text' ? one['text'] : null)).filter((one) => typeof one === 'string').join('\n\n');
      return isText(text.trim(), MAX_TEXT_CHARS) ? { do: 'write', id, text } : `A text of up to ${MAX_TEXT_CHARS} characters is wanted.`;
    }
    default:
      return null;
  }
}

/**
 * @param {AppState} state
 * @param {RequestId} id
 * @param {AppCommand} command
 * @returns {{state: AppState, commands: AppCommand[]}}
 */
function granted(state, id, command) {
  const why = state.phase !== 'ready' ? 'The app has not said that it is ready.'
    : state.open.includes(id) ? 'There is a request of that id.'
      : state.open.length >= MAX_OPEN_REQUESTS ? `At most ${MAX_OPEN_REQUESTS} requests at once.`
        : state.denials >= MAX_DENIALS ? 'The person has denied enough.'
          : command.do === 'call' && state.calls >= MAX_APP_CALLS ? `At most ${MAX_APP_CALLS} calls.` : null;
  if (why !== null) return { state, commands: [refuse(id, REFUSED, why)] };
  return { state: { ...state, open: [...state.open, id], calls: state.calls + (command.do === 'call' ? 1 : 0) }, commands: [command] };
}

/**
 * @param {unknown} value
 * @param {number} max
 * @returns {value is string}
 */
function isText(value, max) {
  return typeof value === 'string' && value !== '' && value.length <= max;
}

/**
 * A message, as plain data of our own; null when it is none. An answer has no
 * method.
 *
 * @param {unknown} data
 * @returns {{id: RequestId | null, method: string | null, params: Fields} | null}
 */
function readMessage(data) {
  const plain = plainCopy(data, { values: MAX_MESSAGE_VALUES, chars: MAX_MESSAGE_CHARS }, 0);
  if (!isFields(plain) || plain['jsonrpc'] !== '2.0') return null;
  const { id = null, method = null, params = {} } = plain;
  if (id !== null && !isText(id, MAX_NAME_CHARS) && !Number.isSafeInteger(id)) return null;
  if (method === null ? id === null : !isText(method, MAX_NAME_CHARS) || !isFields(params)) return null;
  return { id: /** @type {RequestId | null} */ (id), method: /** @type {string | null} */ (method), params: /** @type {Fields} */ (params) };
}

/**
 * A copy of what JSON can say, within limits; undefined for anything else: what
 * comes by message may have circles, and objects of any kind.
 *
 * @param {unknown} value
 * @param {{values: number, chars: number}} room  is used up
 * @param {number} depth
 * @returns {unknown}
 */
function plainCopy(value, room, depth) {
  room.values -= 1;
  if (room.values < 0 || depth > MAX_MESSAGE_DEPTH) return undefined;
  if (typeof value === 'string') {
    room.chars -= value.length;
    return room.chars < 0 ? undefined : value;
  }
  if (value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  if (typeof value !== 'object') return undefined;
  const proto = Object.getPrototypeOf(value);
  if (Array.isArray(value)) {
    if (value.length > room.values) return undefined;
    const list = value.map((one) => plainCopy(one, room, depth + 1));
    return list.length === value.length && !list.includes(undefined) ? list : undefined;
  }
  if (proto !== Object.prototype && proto !== null) return undefined;
  /** @type {Record<string, unknown>} */
  const object = {};
  for (const [key, one] of Object.entries(value)) {
    room.chars -= key.length;
    // As JSON leaves it out.
    if (one === undefined) continue;
    const copy = key === '__proto__' ? undefined : plainCopy(one, room, depth + 1);
    if (copy === undefined) return undefined;
    object[key] = copy;
  }
  return object;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isFields(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A source of a content policy: no path, nothing that ends a directive. */
const DOMAIN = /^(?:https|wss):\/\/(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,252})(?::\d{1,5})?$/i;
const MAX_DOMAINS = 50;

/**
 * The document that a frame becomes: the app's, behind the policy that it has
 * declared for itself. The frame's own policy is what the administrator allows;
 * of both, the narrower counts.
 *
 * @param {string} html
 * @param {unknown} csp  as its resource says
 * @returns {string}
 */
export function appDocument(html, csp) {
  const sources = (/** @type {string} */ name) => {
    const list = isFields(csp) ? csp[name] : null;
    return (Array.isArray(list) ? list : []).slice(0, MAX_DOMAINS).filter((one) => typeof one === 'string' && DOMAIN.test(one)).map((one) => ` ${one}`).join('');
  };
  const loads = sources('resourceDomains');
  const policy = `default-src 'none'; script-src 'unsafe-inline'${loads}; style-src 'unsafe-inline'${loads}; img-src data: blob:${loads}; `
    + `media-src data: blob:${loads}; font-src data:${loads}; connect-src${sources('connectDomains') || " 'none'"}; worker-src blob:; form-action 'none'`;
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">${html}`;
}

/**
 * The tool of an app's own server that it calls by the server's name for it.
 *
 * @param {readonly import('./types.js').Tool[]} tools
 * @param {string} server
 * @param {string} name
 * @returns {import('./types.js').Tool | null}
 */
export function appTool(tools, server, name) {
  return tools.find((tool) => tool.server === server && tool.ownName === name && tool.visibility?.includes('app') === true && tool.consent !== 'never') ?? null;
}
