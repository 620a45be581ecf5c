/* SPDX-License-Identifier: MIT */
/**
 * The life of one answer with its input and output: makes the requests, reads
 * the events, keeps the timers that answer-machine.js asks for.
 *
 * @typedef {import('../core/types.js').ApiErrorInfo} ApiErrorInfo
 * @typedef {import('../core/types.js').MessageStatus} MessageStatus
 * @typedef {import('../core/types.js').Progress} Progress
 * @typedef {import('../core/types.js').SessionLimits} SessionLimits
 * @typedef {import('./api.js').Api} Api
 * @typedef {import('./answer-machine.js').Command} Command
 * @typedef {import('./answer-machine.js').Input} Input
 */

import { createMachine, mayRun, step } from './answer-machine.js';
import { ApiError, errorOfFailure } from './errors.js';
import { createEventParser } from './sse.js';

/**
 * Waits before the server is asked again to stop: a request that was still on
 * its way when the first word to stop came would otherwise go on unseen.
 */
export const CANCEL_DELAYS_MS = Object.freeze([0, 400, 2000]);

/** After [DONE] the server closes; a connection that stays open longer is cut. */
export const DRAIN_MS = 2000;

/**
 * What the rooms of net/ take from the browser, so that tests can be exact.
 *
 * @typedef {object} Environment
 * @property {() => number} now
 * @property {() => number} random
 * @property {() => boolean} isOnline
 * @property {(run: () => void, ms: number) => unknown} setTimer
 * @property {(timer: any) => void} clearTimer
 */

/**
 * @typedef {object} AnswerStream
 * @property {() => void} start
 * @property {() => void} stop      at any time, before the first byte too
 * @property {() => void} wake      the network, or the reader, is back
 * @property {() => void} signedIn  goes on with what was held
 * @property {() => void} leave     the page goes away: stop without a word
 */

/**
 * @param {object} options
 * @param {Api} options.api
 * @param {Environment} options.env
 * @param {string} options.key     Idempotency-Key, names the stream
 * @param {() => unknown} options.body  the request; asked for each time it is sent
 * @param {SessionLimits} options.limits
 * @param {{lastEventId: string}} [options.resume]  begin with a resume of what the server has
 * @param {(progress: Progress) => void} options.onProgress  status and pieces, in order
 * @param {(status: MessageStatus, error: ApiErrorInfo | null) => void} options.onEnd  once
 * @param {() => void} options.onHold  a login is needed
 * @returns {AnswerStream}
 */
export function createAnswerStream({ api, env, key, body, limits, resume, onProgress, onEnd, onHold }) {
  const graceMs = (limits.grace_seconds ?? 30) * 1000;
  let machine = createMachine({
    canResume: limits.resume !== false && graceMs > 0,
    graceMs,
    ...(resume === undefined ? {} : { lastEventId: resume.lastEventId, accepted: true }),
  });
  /** @type {AbortController | null} */
  let open = null;
  /** @type {unknown} */
  let waitTimer = null;
  /** @type {unknown} */
  let watchTimer = null;
  let left = false;

  /** @param {Input} input */
  function feed(input) {
    const next = step(machine, input, env.random);
    machine = next.state;
    for (const command of next.commands) run(command);
  }

  /** @param {import('./answer-machine.js').PlainInput} type */
  const tell = (type) => feed({ type, now: env.now() });

  /** @param {Command} command */
  function run(command) {
    switch (command.do) {
      case 'post':
        void read((signal) => api.events('POST', 'chat/completions', {
          body: body(), headers: { 'Idempotency-Key': key }, signal, timeoutMs: Infinity,
        }));
        break;
      case 'resume':
        void read((signal) => api.events('GET', `streams/${encodeURIComponent(key)}`, {
          headers: command.lastEventId === '' ? {} : { 'Last-Event-ID': command.lastEventId },
          signal,
          timeoutMs: Infinity,
        }));
        break;
      case 'abort':
        open?.abort();
        open = null;
        break;
      case 'cancel':
        void cancelStream(api, env, key, machine.accepted);
        break;
      case 'wait':
        env.clearTimer(waitTimer);
        waitTimer = env.setTimer(() => tell('due'), command.ms);
        break;
      case 'watch':
        env.clearTimer(watchTimer);
        watchTimer = env.setTimer(() => tell('silent'), command.ms);
        break;
      case 'progress':
        onProgress(command.progress);
        break;
      case 'hold':
        open = null;
        onHold();
        break;
      default:
        open = null;
        env.clearTimer(waitTimer);
        env.clearTimer(watchTimer);
        if (!left) onEnd(command.status, command.error);
    }
  }

  /** @param {(signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>} request */
  async function read(request) {
    env.clearTimer(waitTimer);
    const controller = new AbortController();
    open = controller;
    // A word that comes after the request was given up is of the past.
    const current = () => open === controller;
    try {
      const reader = (await request(controller.signal)).getReader();
      if (!current()) {
        await reader.cancel();
        return;
      }
      tell('opened');
      const parser = createEventParser({
        onEvent: ({ id, data }) => {
          if (current()) feed({ type: 'event', now: env.now(), id, data });
        },
      });
      while (current()) {
        const { done, value } = await reader.read();
        if (!current()) break;
        if (done) {
          open = null;
          tell('closed');
          return;
        }
        tell('alive');
        parser.push(value);
      }
      await drain(env, reader);
    } catch (thrown) {
      if (!current()) return;
      open = null;
      controller.abort();
      feed({ type: 'failed', now: env.now(), error: errorOfFailure(thrown, env.isOnline()).info() });
    }
  }

  return {
    start: () => tell('start'),
    stop: () => tell('stop'),
    wake: () => tell('wake'),
    signedIn: () => tell('signedIn'),
    leave() {
      left = true;
      const cancel = mayRun(machine);
      open?.abort();
      open = null;
      machine = { ...machine, phase: 'over' };
      env.clearTimer(waitTimer);
      env.clearTimer(watchTimer);
      // Once only: nobody is left to ask again.
      if (cancel) api.json('DELETE', `streams/${encodeURIComponent(key)}`, { keepalive: true }).catch(() => {});
    },
  };
}

/**
 * Reads a finished answer to its end, so that the connection can be used again
 * and the server does not see a hang-up.
 *
 * @param {Environment} env
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @returns {Promise<void>}
 */
async function drain(env, reader) {
  const timer = env.setTimer(() => void reader.cancel().catch(() => {}), DRAIN_MS);
  try {
    while (!(await reader.read()).done);
  } finally {
    env.clearTimer(timer);
  }
}

/**
 * Tells the server that a stream is not wanted any more, until it says that it
 * ended it. That it knows none means that it is over; or, when it never
 * answered the request, that this may still be on its way.
 *
 * @param {Api} api
 * @param {Environment} env
 * @param {string} key
 * @param {boolean} accepted  the server answered the request
 * @returns {Promise<boolean>} whether the server ended it
 */
async function cancelStream(api, env, key, accepted) {
  for (const ms of CANCEL_DELAYS_MS) {
    if (ms > 0) await new Promise((resolve) => { env.setTimer(() => resolve(undefined), ms); });
    try {
      await api.json('DELETE', `streams/${encodeURIComponent(key)}`, { keepalive: true });
      return true;
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || (error.status === 404 && accepted))) return false;
      // Asked again; what stays unheard is closed by the server's own limits.
    }
  }
  return false;
}
