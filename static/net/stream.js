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
 * @typedef {object} StreamOptions
 * @property {Api} api
 * @property {Environment} env
 * @property {string} key     Idempotency-Key, names the stream
 * @property {() => unknown} body  the request; asked for each time it is sent
 * @property {SessionLimits} limits
 * @property {{lastEventId: string}} [resume]  begin with a resume of what the server has
 * @property {(progress: Progress) => void} onProgress  status and pieces, in order
 * @property {(status: MessageStatus, error: ApiErrorInfo | null) => void} onEnd  once
 * @property {() => void} onHold  a login is needed
 */

/**
 * What a stream is made of besides its options.
 *
 * @typedef {StreamOptions & {
 *   machine: import('./answer-machine.js').MachineState,
 *   open: AbortController | null,
 *   waitTimer: unknown,
 *   watchTimer: unknown,
 *   left: boolean,
 * }} Line
 */

/**
 * @param {StreamOptions} options
 * @returns {AnswerStream}
 */
export function createAnswerStream(options) {
  const { limits, resume } = options;
  const graceMs = (limits.grace_seconds ?? 30) * 1000;
  /** @type {Line} */
  const line = {
    ...options,
    machine: createMachine({
      canResume: limits.resume !== false && graceMs > 0,
      graceMs,
      ...(resume === undefined ? {} : { lastEventId: resume.lastEventId, accepted: true }),
    }),
    open: null,
    waitTimer: null,
    watchTimer: null,
    left: false,
  };
  return {
    start: () => tell(line, 'start'),
    stop: () => tell(line, 'stop'),
    wake: () => tell(line, 'wake'),
    signedIn: () => tell(line, 'signedIn'),
    leave: () => leave(line),
  };
}

/**
 * @param {Line} line
 * @param {Input} input
 */
function feed(line, input) {
  const next = step(line.machine, input, line.env.random);
  line.machine = next.state;
  for (const command of next.commands) run(line, command);
}

/**
 * @param {Line} line
 * @param {import('./answer-machine.js').PlainInput} type
 */
function tell(line, type) {
  feed(line, { type, now: line.env.now() });
}

/**
 * @param {Line} line
 * @param {Command} command
 */
function run(line, command) {
  const { api, env, key } = line;
  switch (command.do) {
    case 'post':
    case 'resume':
      void read(line, command);
      break;
    case 'abort':
      line.open?.abort();
      line.open = null;
      break;
    case 'cancel':
      void cancelStream(api, env, key, line.machine.accepted);
      break;
    case 'wait':
      env.clearTimer(line.waitTimer);
      line.waitTimer = env.setTimer(() => tell(line, 'due'), command.ms);
      break;
    case 'watch':
      env.clearTimer(line.watchTimer);
      line.watchTimer = env.setTimer(() => tell(line, 'silent'), command.ms);
      break;
    case 'progress':
      line.onProgress(command.progress);
      break;
    case 'hold':
      line.open = null;
      line.onHold();
      break;
    default:
      line.open = null;
      clearTimers(line);
      if (!line.left) line.onEnd(command.status, command.error);
  }
}

/** @param {Line} line */
function clearTimers({ env, waitTimer, watchTimer }) {
  env.clearTimer(waitTimer);
  env.clearTimer(watchTimer);
}

/**
 * @param {Line} line
 * @param {Extract<Command, {do: 'post' | 'resume'}>} command
 * @param {AbortSignal} signal
 * @returns {Promise<ReadableStream<Uint8Array>>}
 */
function request({ api, key, body }, command, signal) {
  if (command.do === 'post') {
    return api.events('POST', 'chat/completions', {
      body: body(), headers: { 'Idempotency-Key': key }, signal, timeoutMs: Infinity,
    });
  }
  return api.events('GET', `streams/${encodeURIComponent(key)}`, {
    headers: command.lastEventId === '' ? {} : { 'Last-Event-ID': command.lastEventId },
    signal,
    timeoutMs: Infinity,
  });
}

/**
 * Makes a request and reads what it brings.
 *
 * @param {Line} line
 * @param {Extract<Command, {do: 'post' | 'resume'}>} command
 */
async function read(line, command) {
  const { env } = line;
  env.clearTimer(line.waitTimer);
  const controller = new AbortController();
  line.open = controller;
  // A word that comes after the request was given up is of the past.
  const current = () => line.open === controller;
  try {
    const reader = (await request(line, command, controller.signal)).getReader();
    if (!current()) {
      await reader.cancel();
      return;
    }
    tell(line, 'opened');
    const parser = createEventParser({
      onEvent: ({ id, data }) => {
        if (current()) feed(line, { type: 'event', now: env.now(), id, data });
      },
    });
    while (current()) {
      const { done, value } = await reader.read();
      if (!current()) break;
      if (done) {
        line.open = null;
        tell(line, 'closed');
        return;
      }
      tell(line, 'alive');
      parser.push(value);
    }
    await drain(env, reader);
  } catch (thrown) {
    if (!current()) return;
    line.open = null;
    controller.abort();
    feed(line, { type: 'failed', now: env.now(), error: errorOfFailure(thrown, env.isOnline()).info() });
  }
}

/** @param {Line} line */
function leave(line) {
  line.left = true;
  const cancel = mayRun(line.machine);
  line.open?.abort();
  line.open = null;
  line.machine = { ...line.machine, phase: 'over' };
  clearTimers(line);
  // Once only: nobody is left to ask again.
  if (cancel) line.api.json('DELETE', `streams/${encodeURIComponent(line.key)}`, { keepalive: true }).catch(() => {});
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
