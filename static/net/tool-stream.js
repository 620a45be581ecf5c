/* SPDX-License-Identifier: MIT */
/**
 * One request of a call and the events of its answer. A connection that is lost
 * is taken up again under the same key, which makes nothing run twice; a
 * request is sent again only where the server has said that it did nothing, or
 * that it never had it.
 *
 * @typedef {import('../core/types.js').SessionLimits} SessionLimits
 * @typedef {import('./api.js').Api} Api
 * @typedef {import('./fields.js').Fields} Fields
 * @typedef {import('./stream.js').Environment} Environment
 */

import { CONNECT_SILENCE_MS, SILENCE_MS, backoff } from './answer-machine.js';
import { ApiError } from './errors.js';
import { fields, isObject, string } from './fields.js';
import { parseEventStream } from './sse.js';

/** How long a lost answer is asked for where the server does not say how long it keeps it. */
const GRACE_MS = 30_000;
/** How long a worker that has just begun may take to know the tools. */
const LISTING_MS = 15_000;

/** Longest between two looks whether what was never sent can be. */
const UNSENT_MS = 1000;

/**
 * What the calls of a page go through.
 *
 * @typedef {object} Wire
 * @property {Api} api
 * @property {Environment} env
 * @property {() => SessionLimits} limits
 *
 * @typedef {object} Request
 * @property {string} key   Idempotency-Key, names its stream
 * @property {Fields} body
 * @property {AbortSignal} signal
 * @property {() => Promise<void>} signIn  settles when there is a session again; rejects when given up
 * @property {(event: Fields) => void} onEvent  what comes before the result
 * @property {(lost: boolean) => void} [onLost]  the connection is lost, or there again
 *
 * @typedef {object} Reading
 * @property {string} lastId  of the last event
 * @property {boolean} out    the request may have come to the server
 * @property {boolean} lost   it is told that the connection is
 * @property {string} worker  who was there before it went out; '' when that proves nothing
 */

/**
 * @param {Wire} wire
 * @param {Request} request
 * @returns {Promise<Fields>} the event with the result
 * @throws {ApiError} also when it ends without one; `not_sent` when it never came to the server
 */
export async function readToolStream(wire, request) {
  const { env, limits } = wire;
  /** @type {Reading} */
  const reading = { lastId: '', out: false, worker: '', lost: false };
  const { grace_seconds: grace = GRACE_MS / 1000, resume } = limits();
  const begun = env.now();
  let since = 0;
  let attempt = 0;
  let early = 0;
  for (;;) {
    const { lastId, out } = reading;
    try {
      return await connect(wire, request, reading);
    } catch (thrown) {
      // It is lost from now on, also when something new had come meanwhile.
      if (attempt === 0 || reading.lastId !== lastId) since = env.now();
      if (isRefused(thrown)) {
        reading.out = out;
        await request.signIn();
        continue;
      }
      if (isTooEarly(thrown) && env.now() - begun <= LISTING_MS) {
        reading.out = out;
        early += 1;
        await pause(env, backoff(early, env.random), request.signal);
        continue;
      }
      if (isNever(thrown)) reading.out = false;
      else if (!isLost(thrown, request.signal) || (reading.out && resume === false)) throw thrown;
      // What has just gone out is asked for, late or not: it is told what became of it.
      if (env.now() - since > grace * 1000 && (out || !reading.out)) throw reading.out ? thrown : new ApiError({ code: 'not_sent' });
    }
    attempt += 1;
    reading.lost = true;
    request.onLost?.(true);
    await pause(env, reading.out ? backoff(attempt, env.random) : Math.min(UNSENT_MS, backoff(attempt, env.random)), request.signal);
  }
}

/**
 * One connection, from its request to its end. The server is heard every few
 * seconds; a connection on which nothing comes is dead.
 *
 * @param {Wire} wire
 * @param {Request} request
 * @param {Reading} reading  is changed; without one that is out, it goes out, else the rest is asked for
 * @returns {Promise<Fields>}
 * @throws {ApiError}
 */
async function connect({ api, env, limits }, request, reading) {
  const again = reading.out;
  if (!again) {
    // Nothing is given to a browser that has no network.
    if (!env.isOnline()) throw new ApiError({ code: 'offline' });
    Object.assign(reading, { out: true, worker: limits().worker ?? '' });
  }
  const controller = new AbortController();
  const give = () => controller.abort();
  request.signal.addEventListener('abort', give, { once: true });
  if (request.signal.aborted) give();
  let silent = false;
  /** @type {unknown} */
  let timer = null;
  const alive = (ms = SILENCE_MS) => {
    env.clearTimer(timer);
    timer = env.setTimer(() => {
      silent = true;
      give();
    }, ms);
  };
  try {
    alive(CONNECT_SILENCE_MS);
    const { signal } = controller;
    const stream = await (again ? rest(api, request, reading, signal) : first(api, request, signal));
    if (reading.lost) request.onLost?.(false);
    reading.lost = false;
    return await readTo(stream, reading, request, () => alive());
  } catch (thrown) {
    throw silent && !request.signal.aborted ? new ApiError({ code: 'network' }) : thrown;
  } finally {
    env.clearTimer(timer);
    request.signal.removeEventListener('abort', give);
  }
}

/**
 * @param {Api} api
 * @param {Request} request
 * @param {AbortSignal} signal
 * @returns {Promise<ReadableStream<Uint8Array>>}
 */
function first(api, { key, body }, signal) {
  return api.events('POST', 'tools/call', { body, headers: { 'Idempotency-Key': key }, signal, timeoutMs: Infinity });
}

/**
 * The rest of a stream. A server that knows none has never heard of the call,
 * or has forgotten it: only the worker that was there before can tell.
 *
 * @param {Api} api
 * @param {Request} request
 * @param {Reading} reading
 * @param {AbortSignal} signal
 * @returns {Promise<ReadableStream<Uint8Array>>}
 * @throws {ApiError}
 */
async function rest(api, { key }, { lastId, worker }, signal) {
  try {
    return await api.events('GET', `streams/${encodeURIComponent(key)}${worker === '' ? '' : `?worker=${encodeURIComponent(worker)}`}`, {
      headers: lastId === '' ? {} : { 'Last-Event-ID': lastId }, signal, timeoutMs: Infinity,
    });
  } catch (thrown) {
    throw thrown instanceof ApiError && thrown.status === 404 && !isNever(thrown) ? new ApiError({ code: 'cut_off', status: 404 }) : thrown;
  }
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {Reading} reading  is changed
 * @param {Request} request
 * @param {() => void} alive  something has come
 * @returns {Promise<Fields>}
 * @throws {ApiError}
 */
async function readTo(stream, reading, { onEvent }, alive) {
  for await (const { id, data } of parseEventStream(stream, { onComment: alive })) {
    alive();
    reading.lastId = id;
    // It is all there, and no result in it.
    if (data === '[DONE]') throw new ApiError({ code: 'cut_off', status: 200 });
    const event = readEvent(data);
    if (isObject(event['error'])) throw errorOf(event['error']);
    if (event['type'] === 'result') return event;
    onEvent(event);
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
 * @param {unknown} thrown
 * @returns {boolean} the session is over: nothing was done
 */
function isRefused(thrown) {
  return thrown instanceof ApiError && thrown.status === 401;
}

/**
 * @param {unknown} thrown
 * @returns {boolean} the worker does not know the tool's server yet: nothing was done
 */
function isTooEarly(thrown) {
  return thrown instanceof ApiError && thrown.status === 503 && thrown.code === 'tool_unavailable';
}

/**
 * @param {unknown} thrown
 * @returns {boolean} the worker has been there all the time, and has not had the request
 */
function isNever(thrown) {
  return thrown instanceof ApiError && thrown.status === 404 && thrown.code === 'stream_never';
}

/** Failures of the way between page and server, not of the call. */
const LOST = new Set(['network', 'offline', 'cut_off', 'unavailable']);

/**
 * @param {unknown} thrown
 * @param {AbortSignal} signal
 * @returns {boolean} the connection was lost, and what it brought may go on
 */
function isLost(thrown, signal) {
  if (signal.aborted) return false;
  // A body breaks off with an error of the browser's own.
  if (!(thrown instanceof ApiError)) return thrown instanceof TypeError;
  // The web server in front says 502 and the like while the worker restarts.
  return LOST.has(thrown.code) && (thrown.status === 0 || thrown.status >= 502);
}

/**
 * @param {Environment} env
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(env, ms, signal) {
  return new Promise((resolve, reject) => {
    const give = () => reject(new ApiError({ code: 'aborted' }));
    if (signal.aborted) return void give();
    const timer = env.setTimer(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    const stop = () => {
      env.clearTimer(timer);
      give();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
