/* SPDX-License-Identifier: MIT */
/**
 * The life of one answer as a pure state machine: what happened goes in, the
 * next state and what to do come out. No fetch, no timers, no clock.
 *
 *            start                opened              [DONE], error, stop
 *   idle ----------> connecting ----------> reading ----------------------> over
 *                     |   ^  ^                |
 *        401, login   v   |  | due, wake      | connection lost
 *                    held-+  +----- lost <----+
 *
 * A lost connection is resumed after the last event seen: silently repeating
 * the request would be a second answer and a second bill. Only a request that
 * the server never answered is sent again, under the same key, which makes the
 * server attach to what it may have begun.
 *
 * @typedef {import('../core/types.js').ApiErrorInfo} ApiErrorInfo
 * @typedef {import('../core/types.js').MessageStatus} MessageStatus
 * @typedef {import('../core/types.js').Progress} Progress
 */

import { DONE, readChunk } from './chunk.js';

/** A stream this long without a byte is taken as lost: four missed heartbeats. */
export const SILENCE_MS = 65000;
/** The same before the server's first sign of life, beyond its own limits. */
export const CONNECT_SILENCE_MS = 180000;
/** On coming back to a page that heard nothing this long, be suspicious ... */
export const SUSPECT_MS = 20000;
/** ... and give the connection this long to show that it lives. */
export const PROBE_MS = 3000;
/** First wait before an attempt to resume; it doubles. */
export const BACKOFF_MS = 500;
/** Longest wait between attempts. */
export const BACKOFF_MAX_MS = 15000;
/** Keep trying at least this long. */
export const GIVE_UP_MS = 60000;
/** A resumed connection that held this long starts the count of attempts anew. */
const STEADY_MS = 5000;

/**
 * @typedef {object} MachineState
 * @property {'idle' | 'connecting' | 'reading' | 'lost' | 'held' | 'over'} phase
 * @property {boolean} canResume
 * @property {number} giveUpMs
 * @property {boolean} posted       the request went out at least once
 * @property {boolean} accepted     the server has the stream
 * @property {MessageStatus} status what the person sees when connected
 * @property {string} lastEventId
 * @property {string} finish        finish_reason so far
 * @property {boolean} refused      the model said that it will not answer
 * @property {number} attempt       attempts since the loss
 * @property {number | null} lostAt
 * @property {number} openedAt
 * @property {number} lifeAt        last byte
 * @property {number} silenceMs     the silence that is taken as a loss
 */

/**
 * @typedef {'start' | 'opened' | 'alive' | 'closed' | 'due' | 'silent' | 'wake' | 'signedIn' | 'stop'} PlainInput
 * @typedef {{type: PlainInput, now: number}
 *   | {type: 'event', now: number, id: string, data: string}
 *   | {type: 'failed', now: number, error: ApiErrorInfo}} Input
 *
 * start    begin
 * opened   the answer's headers came, and they are an event stream's
 * alive    bytes came, comments too
 * closed   the stream ended
 * due      the wait asked for is over
 * silent   the watch asked for is over
 * wake     the network or the reader is back
 */

/**
 * @typedef {{do: 'post'} | {do: 'resume', lastEventId: string} | {do: 'abort'} | {do: 'cancel'} | {do: 'hold'}
 *   | {do: 'wait', ms: number} | {do: 'watch', ms: number} | {do: 'progress', progress: Progress}
 *   | {do: 'end', status: MessageStatus, error: ApiErrorInfo | null}} Command
 *
 * post, resume  make the request; there is none open now
 * abort         give up the open request
 * cancel        tell the server that the stream is not wanted any more
 * hold          a login is needed; 'signedIn' goes on
 */

/**
 * @param {object} options
 * @param {boolean} options.canResume
 * @param {number} [options.graceMs]  how long the server keeps a lost stream
 * @param {string} [options.lastEventId]  resume a stream the server has, after this
 * @param {boolean} [options.accepted]    the server has the stream
 * @returns {MachineState}
 */
export function createMachine({ canResume, graceMs = 30000, lastEventId = '', accepted = false }) {
  return {
    phase: 'idle',
    canResume,
    giveUpMs: Math.max(GIVE_UP_MS, 2 * graceMs),
    posted: accepted,
    accepted,
    status: 'connecting',
    lastEventId,
    finish: '',
    refused: false,
    attempt: 0,
    lostAt: null,
    openedAt: 0,
    lifeAt: 0,
    silenceMs: CONNECT_SILENCE_MS,
  };
}

/**
 * One step. Inputs that make no sense in a phase change nothing.
 *
 * @param {MachineState} state
 * @param {Input} input
 * @param {() => number} random  0 to 1, for the jitter
 * @returns {{state: MachineState, commands: Command[]}}
 */
export function step(state, input, random) {
  const { phase } = state;
  if (phase === 'over') return { state, commands: [] };
  switch (input.type) {
    case 'start':
      return phase === 'idle' ? connect(state, input.now) : same(state);
    case 'stop':
      return end(state, 'stopped', null, mayRun(state) ? ['abort', 'cancel'] : ['abort']);
    case 'opened':
      return phase === 'connecting' ? opened(state, input.now) : same(state);
    case 'alive':
      return phase === 'reading' ? same({ ...state, lifeAt: input.now, silenceMs: SILENCE_MS }) : same(state);
    case 'event':
      return phase === 'reading' ? takeEvent(state, input) : same(state);
    case 'closed':
      return phase === 'reading' ? lose(state, input.now, plainError('cut_off'), random) : same(state);
    case 'failed':
      return phase === 'reading' || phase === 'connecting' ? failed(state, input, random) : same(state);
    case 'due':
      return phase === 'lost' ? connect(state, input.now) : same(state);
    case 'signedIn':
      return phase === 'held' ? connect(state, input.now) : same(state);
    case 'wake':
      return wake(state, input.now);
    case 'silent':
      return silent(state, input.now, random);
    default:
      return same(state);
  }
}

/**
 * @param {MachineState} state
 * @returns {{state: MachineState, commands: Command[]}}
 */
function same(state) {
  return { state, commands: [] };
}

/**
 * Whether the server may be working on this answer.
 *
 * @param {MachineState} state
 * @returns {boolean}
 */
export function mayRun({ phase, posted, accepted }) {
  return phase !== 'over' && (accepted || (posted && phase !== 'held'));
}

/**
 * @param {string} code
 * @returns {ApiErrorInfo}
 */
function plainError(code) {
  return { code, type: '', message: '', status: 0, param: null, retryAt: null };
}

/**
 * Makes the request: the first, or the one that resumes.
 *
 * @param {MachineState} state
 * @param {number} now
 * @returns {{state: MachineState, commands: Command[]}}
 */
function connect(state, now) {
  const { accepted, lastEventId, lostAt } = state;
  /** @type {Command[]} */
  const commands = [accepted ? { do: 'resume', lastEventId } : { do: 'post' }, { do: 'watch', ms: CONNECT_SILENCE_MS }];
  if (lostAt === null) commands.push({ do: 'progress', progress: { status: 'connecting' } });
  return {
    state: { ...state, phase: 'connecting', posted: true, lifeAt: now, silenceMs: CONNECT_SILENCE_MS },
    commands,
  };
}

/**
 * @param {MachineState} state
 * @param {number} now
 * @returns {{state: MachineState, commands: Command[]}}
 */
function opened(state, now) {
  const status = state.status === 'connecting' ? 'waiting' : state.status;
  return {
    state: {
      ...state, phase: 'reading', accepted: true, status, openedAt: now, lifeAt: now, silenceMs: SILENCE_MS,
    },
    commands: [{ do: 'watch', ms: SILENCE_MS }, { do: 'progress', progress: { status } }],
  };
}

/**
 * @param {MachineState} state
 * @param {{id: string, data: string}} event
 * @returns {{state: MachineState, commands: Command[]}}
 */
function takeEvent(state, { id, data }) {
  if (isSeen(id, state.lastEventId)) return same(state);
  const next = { ...state, attempt: 0, lostAt: null, lastEventId: id === '' ? state.lastEventId : id };
  if (data === DONE) {
    return end(next, ...endAfter(next), []);
  }
  const chunk = readChunk(data);
  if (chunk === null) return end(next, 'failed', plainError('bad_answer'), ['abort', 'cancel']);
  if (chunk.error !== null) {
    const error = { ...plainError(chunk.error.code || 'upstream_error'), ...withoutCode(chunk.error) };
    return end(next, endOf(error.code), error, []);
  }
  if (chunk.finish !== '') next.finish = chunk.finish;
  if (chunk.refused) next.refused = true;
  next.status = statusAfter(chunk.deltas, next.status);
  /** @type {Progress} */
  const progress = { status: next.status, lastEventId: next.lastEventId };
  if (chunk.deltas.length > 0) progress.deltas = chunk.deltas;
  if (chunk.usage !== null) progress.usage = chunk.usage;
  if (chunk.model !== '') progress.model = chunk.model;
  return { state: next, commands: [{ do: 'progress', progress }] };
}

/** What a reason to finish means; one that is not among these is no good end. */
const FINISHES = new Map(/** @type {[string, MessageStatus][]} */ ([
  ['stop', 'complete'], ['tool_calls', 'complete'], ['function_call', 'complete'], ['tool_use', 'complete'],
  ['end_turn', 'complete'], ['stop_sequence', 'complete'], ['eos', 'complete'], ['eos_token', 'complete'],
  ['complete', 'complete'], ['completed', 'complete'],
  ['length', 'length'], ['max_tokens', 'length'], ['max_output_tokens', 'length'], ['model_length', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['content_filter', 'refused'], ['refusal', 'refused'], ['safety', 'refused'], ['sensitive', 'refused'],
  ['blocklist', 'refused'], ['prohibited_content', 'refused'], ['spii', 'refused'],
]));

/**
 * How an answer stands that ended in good order: by its reason, whose name is
 * told where it is none that the page knows. Who gave none has not said that it
 * is complete.
 *
 * @param {MachineState} state
 * @returns {[MessageStatus, ApiErrorInfo | null]}
 */
function endAfter({ refused, finish }) {
  if (refused) return ['refused', null];
  const word = finish.toLowerCase();
  const status = FINISHES.get(word);
  if (word === '') return ['interrupted', plainError('finish_none')];
  if (status !== undefined) return [status, null];
  return ['interrupted', { ...plainError(word === 'pause_turn' ? 'finish_paused' : 'finish_unknown'), message: finish }];
}

/**
 * What an answer is at: it may think anew after it has said something.
 *
 * @param {readonly import('../core/types.js').Delta[]} deltas
 * @param {MessageStatus} before
 * @returns {MessageStatus}
 */
function statusAfter(deltas, before) {
  const last = deltas.findLast((delta) => delta.kind !== 'source' &&
    (delta.kind !== 'part' || (delta.part.kind !== 'raw' && delta.part.kind !== 'notice')));
  return last === undefined ? before : last.kind === 'reasoning' ? 'thinking' : 'answering';
}

/**
 * @param {{type: string, message: string, param: string | null}} error
 * @returns {{type: string, message: string, param: string | null}}
 */
function withoutCode({ type, message, param }) {
  return { type, message, param };
}

/**
 * Whether an event was applied before: a resumed stream may repeat some. The
 * server numbers them upwards.
 *
 * @param {string} id
 * @param {string} lastId
 * @returns {boolean}
 */
function isSeen(id, lastId) {
  if (id === '') return false;
  if (/^\d{1,15}$/.test(id) && /^\d{1,15}$/.test(lastId)) return Number(id) <= Number(lastId);
  return id === lastId;
}

/**
 * How an answer stands after an error event.
 *
 * @param {string} code
 * @returns {MessageStatus}
 */
function endOf(code) {
  switch (code) {
    case 'content_filter':
      return 'refused';
    case 'stopped':
      return 'stopped';
    case 'upstream_closed':
    case 'shutting_down':
      return 'interrupted';
    default:
      return 'failed';
  }
}

/** Failures of the way to the server, not answers of its own. */
const LOSSES = new Set(['network', 'offline', 'timeout', 'unavailable']);
/** Answers to a resume that say "later". */
const LATER = new Set([429, 503]);

/**
 * @param {MachineState} state
 * @param {{now: number, error: ApiErrorInfo}} input
 * @param {() => number} random
 * @returns {{state: MachineState, commands: Command[]}}
 */
function failed(state, { now, error }, random) {
  if (error.status === 401) {
    return { state: { ...state, phase: 'held', attempt: 0, lostAt: null }, commands: [{ do: 'hold' }] };
  }
  // A gateway that says at once that nobody is there has not lost anything.
  const first = !state.accepted && state.lostAt === null;
  if (LOSSES.has(error.code) && !(first && error.code === 'unavailable')) return lose(state, now, error, random);
  if (!state.accepted) {
    const status = endOf(error.code);
    // Nothing had begun that could be interrupted.
    return end(state, status === 'interrupted' ? 'failed' : status, error, []);
  }
  if (LATER.has(error.status)) return lose(state, now, error, random);
  if (state.phase === 'reading') return end(state, 'failed', error, ['cancel']);
  return end(state, 'interrupted', error, []);
}

/**
 * The connection is gone: wait, then try again, unless that makes no sense or
 * went on for too long.
 *
 * @param {MachineState} state
 * @param {number} now
 * @param {ApiErrorInfo} error
 * @param {() => number} random
 * @returns {{state: MachineState, commands: Command[]}}
 */
function lose(state, now, error, random) {
  const steady = state.phase === 'reading' && now - state.openedAt >= STEADY_MS;
  const lostAt = steady || state.lostAt === null ? now : state.lostAt;
  const attempt = steady ? 1 : state.attempt + 1;
  const tooLong = now - lostAt > state.giveUpMs && error.code !== 'offline';
  if (!state.canResume || tooLong) {
    // A request that never got an answer may have been begun by the server.
    return end(state, state.accepted ? 'interrupted' : 'failed', error, ['abort', 'cancel']);
  }
  const ms = Math.max(backoff(attempt, random), (error.retryAt ?? 0) - now);
  return {
    state: { ...state, phase: 'lost', lostAt, attempt },
    commands: [
      { do: 'abort' },
      { do: 'wait', ms },
      { do: 'progress', progress: { status: 'reconnecting', reconnect: { attempt, at: now + ms } } },
    ],
  };
}

/**
 * Half of the wait is fixed and half is chance, so that the pages of a host
 * that was down do not all come back at once.
 *
 * @param {number} attempt  1 for the first
 * @param {() => number} random
 * @returns {number} ms
 */
export function backoff(attempt, random) {
  const most = Math.min(BACKOFF_MS * 2 ** Math.min(attempt - 1, 16), BACKOFF_MAX_MS);
  return Math.round(most / 2 + (random() * most) / 2);
}

/**
 * @param {MachineState} state
 * @param {number} now
 * @returns {{state: MachineState, commands: Command[]}}
 */
function wake(state, now) {
  if (state.phase === 'lost') return connect(state, now);
  const quiet = now - state.lifeAt;
  if (state.phase !== 'reading' || quiet < SUSPECT_MS) return same(state);
  return { state: { ...state, silenceMs: quiet + PROBE_MS }, commands: [{ do: 'watch', ms: PROBE_MS }] };
}

/**
 * @param {MachineState} state
 * @param {number} now
 * @param {() => number} random
 * @returns {{state: MachineState, commands: Command[]}}
 */
function silent(state, now, random) {
  if (state.phase !== 'reading' && state.phase !== 'connecting') return same(state);
  const quiet = now - state.lifeAt;
  if (quiet < state.silenceMs) return { state, commands: [{ do: 'watch', ms: state.silenceMs - quiet }] };
  return lose(state, now, plainError('timeout'), random);
}

/**
 * @param {MachineState} state
 * @param {MessageStatus} status
 * @param {ApiErrorInfo | null} error
 * @param {('abort' | 'cancel')[]} first
 * @returns {{state: MachineState, commands: Command[]}}
 */
function end(state, status, error, first) {
  return {
    state: { ...state, phase: 'over' },
    commands: [...first.map((what) => ({ do: what })), { do: 'end', status, error }],
  };
}
