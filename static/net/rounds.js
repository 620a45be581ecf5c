/* SPDX-License-Identifier: MIT */
/**
 * The rounds of calls of one answer: core/tool-loop.js decides, and here calls
 * are made, given up and told of.
 *
 * @typedef {import('../core/types.js').ToolCallPart} ToolCallPart
 * @typedef {import('../core/types.js').Tool} Tool
 * @typedef {Readonly<Record<string, import('../core/types.js').InquiryAnswer>>} Answers
 * @typedef {import('../core/tool-loop.js').LoopCommand} LoopCommand
 * @typedef {import('../core/tool-loop.js').LoopInput} LoopInput
 * @typedef {import('./stream.js').Environment} Environment
 * @typedef {import('./tool-runner.js').RunTool} RunTool
 */

import { createLoop, readArguments, stepLoop } from '../core/tool-loop.js';
import { ApiError } from './errors.js';

/** Longest that a call may take, ms. */
export const MAX_CALL_MS = 15 * 60 * 1000;

/**
 * @typedef {object} RoundsOptions
 * @property {Environment} env
 * @property {RunTool} runTool
 * @property {() => string} newKey  a UUID
 * @property {number} [before]  rounds that the answer has had
 * @property {() => readonly string[]} allowed  digests that need no question in this conversation
 * @property {(digests: readonly string[]) => void} onAllowed  all of them, with one more
 * @property {(calls: {at: number, change: Partial<ToolCallPart>}[]) => void} onCalls  how they stand
 * @property {() => void} onNext  the model is to be asked with what it has now
 * @property {(reason: 'rounds' | 'stopped') => void} onEnd
 * @property {() => void} onUnauthorized  the session is over
 *
 * @typedef {object} Rounds
 * @property {(calls: readonly {at: number, call: ToolCallPart}[], tools: readonly Tool[]) => void} begin
 *   with the calls that the model has written, and the tools it was offered
 * @property {() => boolean} isActing  calls are under way, or wait for the person
 * @property {(at: number, how: {always?: boolean, arguments?: string}) => void} allow
 * @property {(at: number, word: string) => void} deny
 * @property {(at: number, answers: Answers) => void} answer  to what the call's server asks
 * @property {() => void} signedIn  goes on with what waited for the login
 * @property {() => void} stop
 * @property {() => void} leave  the page goes away: without a word
 */

/**
 * What the rounds of an answer share.
 *
 * @typedef {RoundsOptions & {
 *   state: import('../core/tool-loop.js').LoopState,
 *   tools: readonly Tool[],
 *   open: Map<string, AbortController>,
 *   asked: Map<string, (answers: Answers) => void>,
 *   waiting: (() => void)[],
 *   unsent: Map<string, string>,
 *   heardAt: number,
 * }} Desk
 *
 * open     the calls that are made, by their keys
 * asked    what goes on when the person has answered a call's server, by its key
 * waiting  what goes on after a login
 * unsent   keys of requests that never came to the server, by the keys of their calls
 * heardAt  when the person has last decided something
 */

/**
 * @param {RoundsOptions} options
 * @returns {Rounds}
 */
export function createRounds(options) {
  /** @type {Desk} */
  const desk = { ...options, state: createLoop([], options.before), tools: [], open: new Map(), asked: new Map(), waiting: [], unsent: new Map(), heardAt: options.env.now() };
  /** What the person decides. @param {() => void} goOn */
  const hear = (goOn) => {
    desk.heardAt = desk.env.now();
    goOn();
  };
  return {
    begin(calls, tools) {
      desk.tools = tools;
      desk.state = { ...desk.state, allowed: desk.allowed() };
      const round = desk.state.rounds + 1;
      for (const { at, call } of calls) if (call.unsent !== undefined) desk.unsent.set(String(at), call.unsent);
      desk.onCalls(calls.map(({ at }) => ({ at, change: { round } })));
      feed(desk, {
        type: 'modelEnded', tools, aloneMs: desk.env.now() - desk.heardAt, calls: calls.map(({ at, call }) => ({ key: String(at), name: call.name, arguments: call.arguments })),
      });
    },
    isActing: () => desk.state.phase === 'calls',
    allow: (at, how) => hear(() => feed(desk, { type: 'allowed', key: String(at), ...how })),
    deny: (at, word) => hear(() => feed(desk, { type: 'denied', key: String(at), word })),
    answer: (at, answers) => hear(() => desk.asked.get(String(at))?.(answers)),
    signedIn() {
      for (const goOn of desk.waiting.splice(0)) goOn();
    },
    stop: () => feed(desk, { type: 'stop' }),
    leave() {
      for (const controller of desk.open.values()) controller.abort();
      desk.open.clear();
      desk.state = { ...desk.state, phase: 'over' };
    },
  };
}

/**
 * @param {Desk} desk
 * @param {LoopInput} input
 */
function feed(desk, input) {
  const before = desk.state;
  const next = stepLoop(before, input);
  desk.state = next.state;
  if (next.state.allowed !== before.allowed) desk.onAllowed(next.state.allowed);
  const calls = next.commands.flatMap((command) => changeOf(desk, command));
  if (calls.length > 0) desk.onCalls(calls);
  for (const command of next.commands) run(desk, command);
}

/**
 * How a command lets a call stand.
 *
 * @param {Desk} desk
 * @param {LoopCommand} command
 * @returns {{at: number, change: Partial<ToolCallPart>}[]}
 */
function changeOf({ env }, command) {
  switch (command.do) {
    case 'ask':
      return [{ at: Number(command.key), change: { state: 'asking', aloneMs: command.aloneMs } }];
    case 'call':
      // The record has what was done, also when it is not what the model wrote.
      return [{ at: Number(command.key), change: { state: 'running', arguments: command.arguments, startedAt: env.now(), app: undefined, unsent: undefined } }];
    case 'settle':
      return [{ at: Number(command.key), change: {
        state: command.state, result: command.result, endedAt: env.now(), progress: undefined, lost: undefined, inquiries: undefined,
      } }];
    default:
      return [];
  }
}

/**
 * @param {Desk} desk
 * @param {LoopCommand} command
 */
function run(desk, command) {
  switch (command.do) {
    case 'call':
      void make(desk, command);
      break;
    case 'cancel':
      desk.asked.delete(command.key);
      desk.open.get(command.key)?.abort();
      desk.open.delete(command.key);
      break;
    case 'nextRound':
      desk.onNext();
      break;
    case 'end':
      // That there was nothing to call is seen before a round is begun.
      if (command.reason !== 'done') desk.onEnd(command.reason);
      break;
    default:
  }
}

/**
 * Makes one call, once: what is not known to have been refused is never
 * repeated, since it may have acted.
 *
 * @param {Desk} desk
 * @param {Extract<LoopCommand, {do: 'call'}>} command
 */
async function make(desk, { key, name, arguments: written }) {
  const { tools, runTool } = desk;
  const tool = /** @type {Tool} */ (tools.find((one) => one.name === name));
  const { given, wrong } = readArguments(written, tool);
  if (given === null) {
    feed(desk, { type: 'lost', key, message: wrong });
    return;
  }
  const controller = new AbortController();
  const { signal } = controller;
  desk.open.set(key, controller);
  const clock = startClock(desk, controller);
  const at = Number(key);
  // Made again under the same one, it cannot be made twice.
  const own = desk.unsent.get(key) ?? desk.newKey();
  const tell = (/** @type {Partial<ToolCallPart>} */ change) => {
    if (desk.open.get(key) === controller) desk.onCalls([{ at, change }]);
  };
  /** @type {LoopInput} */
  let input;
  /** @type {ToolCallPart['app']} */
  let app;
  try {
    const done = await runTool({
      tool, key: own, arguments: given, signal,
      signIn: () => waiting(signal, (goOn) => {
        desk.waiting.push(goOn);
        desk.onUnauthorized();
      }),
      onProgress: (progress) => tell({ progress }),
      onLost: (lost) => tell({ lost }),
      async ask(inquiries) {
        // Nobody is to hurry.
        clock.stop();
        const answers = await waiting(signal, (/** @type {(answers: Answers) => void} */ goOn) => {
          desk.asked.set(key, goOn);
          desk.onCalls([{ at, change: { state: 'input', inquiries, progress: undefined } }]);
        });
        desk.asked.delete(key);
        desk.onCalls([{ at, change: { state: 'running', inquiries: undefined } }]);
        clock.start();
        return answers;
      },
    });
    ({ app } = done);
    input = { type: 'result', key, ...done };
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.code === 'not_sent') tell({ unsent: own });
    input = { type: 'lost', key, message: lostWords(thrown, signal) };
  } finally {
    clock.stop();
  }
  // Given up, it has its result already.
  if (desk.open.get(key) !== controller) return;
  desk.open.delete(key);
  if (app !== undefined) desk.onCalls([{ at, change: { app } }]);
  feed(desk, input);
}

/**
 * Ends a call that takes too long.
 *
 * @param {Desk} desk
 * @param {AbortController} controller
 * @returns {{start: () => void, stop: () => void}}
 */
function startClock({ env }, controller) {
  /** @type {unknown} */
  let timer = null;
  const clock = {
    start() {
      timer = env.setTimer(() => controller.abort('late'), MAX_CALL_MS);
    },
    stop: () => env.clearTimer(timer),
  };
  clock.start();
  controller.signal.addEventListener('abort', clock.stop, { once: true });
  return clock;
}

/**
 * Waits for a person, unless the call is given up.
 *
 * @template T
 * @param {AbortSignal} signal
 * @param {(goOn: (value: T) => void) => void} begin
 * @returns {Promise<T>}
 */
function waiting(signal, begin) {
  return new Promise((resolve, reject) => {
    const give = () => reject(new ApiError({ code: 'aborted' }));
    if (signal.aborted) return void give();
    signal.addEventListener('abort', give, { once: true });
    begin((value) => {
      signal.removeEventListener('abort', give);
      resolve(value);
    });
  });
}

/**
 * @param {unknown} thrown
 * @param {AbortSignal} signal
 * @returns {string} what a model is told
 */
function lostWords(thrown, signal) {
  if (signal.reason === 'late') return 'The call took too long and was given up. It may have acted.';
  if (!(thrown instanceof ApiError)) return 'The call failed.';
  if (thrown.code === 'not_sent') return 'The call was not made: there was no connection, and nothing of it reached the server.';
  const why = thrown.text === '' ? thrown.code : `${thrown.code}: ${thrown.text}`;
  return `The call failed (${why}).${MAY_HAVE_ACTED.has(thrown.code) ? ' It may have acted.' : ''}`;
}

/** Failures after which nobody knows what the tool did. */
const MAY_HAVE_ACTED = new Set(['network', 'offline', 'timeout', 'unavailable', 'cut_off', 'bad_answer', 'aborted', 'idempotency_key_used']);
