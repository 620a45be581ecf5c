/* SPDX-License-Identifier: MIT */
/**
 * The loop of an answer that uses tools, as a pure state machine: what happened
 * goes in, the next state and what to do come out. No fetch, no timers, no
 * clock, no DOM.
 *
 *   model writes ──ended, with calls──> calls of one round, side by side
 *        ^                                │ each: asking -> running -> an end
 *        └──────── every call has a result ┘
 *
 * However it ends, every call has a result: without one, providers refuse the
 * next request. A call is never made twice by itself.
 *
 * @typedef {import('./types.js').Part} Part
 * @typedef {import('./types.js').Tool} Tool
 * @typedef {import('./types.js').ToolCallPart} ToolCallPart
 * @typedef {import('./types.js').ToolCallState} ToolCallState
 */

import { problemOf } from './schema.js';

/** Rounds of one answer. */
export const MAX_ROUNDS = 25;
/** Calls of one round; those beyond are told that they were too many. */
export const MAX_CALLS = 16;
/** Time that an answer goes on with calls that need no consent until the person is asked all the same, ms. */
export const MAX_ALONE_MS = 10 * 60 * 1000;
/** Results of one answer, characters; what comes beyond is not given to the model. */
export const MAX_RESULT_CHARS = 1024 * 1024;

/**
 * @typedef {object} Call
 * @property {string} key      of this page: its place in the message
 * @property {string} name
 * @property {string} arguments  JSON as the model wrote it, or as the person has changed it
 * @property {string} digest   '' when there is no such tool
 * @property {'asking' | 'running' | 'over'} phase
 *
 * @typedef {object} LoopState
 * @property {'model' | 'calls' | 'over'} phase
 * @property {number} rounds
 * @property {number} resultChars  so far
 * @property {readonly Call[]} calls  of this round
 * @property {readonly string[]} allowed  digests that were allowed for this conversation
 */

/**
 * @typedef {{type: 'modelEnded', calls: readonly {key: string, name: string, arguments: string}[], tools: readonly Tool[], aloneMs?: number}
 *   | {type: 'allowed', key: string, always?: boolean, arguments?: string}
 *   | {type: 'denied', key: string, word?: string}
 *   | {type: 'result', key: string, result: readonly Part[], isError: boolean}
 *   | {type: 'lost', key: string, message: string}
 *   | {type: 'stop'}} LoopInput
 *
 * modelEnded  the model has written its part, with these calls in it; the person was heard last `aloneMs` ago
 * allowed     by the person: once, or always for this digest in this conversation
 * denied      with a word to the model, or without
 * lost        the call could not be made, or its end is not known
 */

/**
 * @typedef {{do: 'ask', key: string, aloneMs?: number}
 *   | {do: 'call', key: string, name: string, arguments: string}
 *   | {do: 'cancel', key: string}
 *   | {do: 'settle', key: string, state: ToolCallState, result: readonly Part[]}
 *   | {do: 'nextRound'}
 *   | {do: 'end', reason: 'done' | 'rounds' | 'stopped'}} LoopCommand
 *
 * ask        the person; `aloneMs` where that is why
 * settle     puts a result into the message
 * nextRound  asks the model with what it has now
 */

/**
 * @param {readonly string[]} [allowed]  digests that were allowed before
 * @param {number} [rounds]  that the answer has had
 * @returns {LoopState}
 */
export function createLoop(allowed = [], rounds = 0) {
  return { phase: 'model', rounds, resultChars: 0, calls: [], allowed };
}

/**
 * One step. Inputs that make no sense in a phase change nothing.
 *
 * @param {LoopState} state
 * @param {LoopInput} input
 * @returns {{state: LoopState, commands: LoopCommand[]}}
 */
export function stepLoop(state, input) {
  if (state.phase === 'over') return { state, commands: [] };
  switch (input.type) {
    case 'modelEnded':
      return state.phase === 'model' ? beginRound(state, input) : { state, commands: [] };
    case 'stop':
      return stop(state);
    default:
      return forCall(state, input);
  }
}

/**
 * @param {string} text
 * @returns {readonly Part[]}
 */
function words(text) {
  return [{ kind: 'text', text }];
}

/**
 * @param {LoopState} state
 * @param {Extract<LoopInput, {type: 'modelEnded'}>} input
 * @returns {{state: LoopState, commands: LoopCommand[]}}
 */
function beginRound(state, { calls: wanted, tools, aloneMs = 0 }) {
  if (wanted.length === 0) return end(state, 'done');
  /** @type {LoopCommand[]} */
  const commands = [];
  /** @type {Call[]} */
  const calls = [];
  const rounds = state.rounds + 1;
  wanted.forEach((one, i) => {
    const tool = tools.find(({ name }) => name === one.name);
    const wrong = rounds > MAX_ROUNDS ? 'Not called: this answer has used its number of rounds. Answer with what you have.'
      : i >= MAX_CALLS ? `Not called: at most ${MAX_CALLS} calls at once.` : whyNot(one, tool);
    const agreed = tool !== undefined && (tool.consent === 'always' || state.allowed.includes(tool.digest));
    const free = agreed && aloneMs < MAX_ALONE_MS;
    calls.push({ ...one, digest: tool?.digest ?? '', phase: wrong !== null ? 'over' : free ? 'running' : 'asking' });
    if (wrong !== null) commands.push({ do: 'settle', key: one.key, state: 'failed', result: words(wrong) });
    else if (free) commands.push({ do: 'call', key: one.key, name: one.name, arguments: argumentsOf(one) });
    else commands.push({ do: 'ask', key: one.key, ...(agreed ? { aloneMs } : {}) });
  });
  const next = { ...state, phase: /** @type {const} */ ('calls'), rounds, calls };
  if (rounds > MAX_ROUNDS) return end(next, 'rounds', commands);
  return goOn(next, commands);
}

/**
 * What is told to a model whose call cannot be made, which may mend it.
 *
 * @param {{name: string, arguments: string}} call
 * @param {Tool | undefined} tool
 * @returns {string | null}
 */
function whyNot(call, tool) {
  if (tool === undefined) return `There is no tool "${call.name}".`;
  if (tool.consent === 'never') return `The tool "${call.name}" may not be called here.`;
  const { given, wrong } = readArguments(call.arguments, tool);
  return given === null ? wrong : null;
}

/**
 * The arguments of a call as its tool gets them; null, and why, when they are
 * none that it can take.
 *
 * @param {string} written
 * @param {Pick<Tool, 'parameters'>} tool
 * @returns {{given: Readonly<Record<string, unknown>> | null, wrong: string}}
 */
export function readArguments(written, { parameters }) {
  /** @type {unknown} */
  let given;
  try {
    given = JSON.parse(argumentsOf({ arguments: written }));
    // Some models write the text of an object as a text.
    if (typeof given === 'string') given = JSON.parse(given);
  } catch {
    return { given: null, wrong: 'The arguments are no valid JSON.' };
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { given: null, wrong: 'The arguments must be a JSON object.' };
  }
  const problem = problemOf(parameters, given);
  if (problem !== null) return { given: null, wrong: `The arguments do not fit the tool: ${problem}` };
  return { given: /** @type {Record<string, unknown>} */ (given), wrong: '' };
}

/**
 * @param {{arguments: string}} call
 * @returns {string}
 */
function argumentsOf({ arguments: written }) {
  return written.trim() === '' ? '{}' : written;
}

/**
 * @param {LoopState} state
 * @param {Exclude<LoopInput, {type: 'modelEnded' | 'stop'}>} input
 * @returns {{state: LoopState, commands: LoopCommand[]}}
 */
function forCall(state, input) {
  const call = state.calls.find(({ key }) => key === input.key);
  const expected = input.type === 'allowed' || input.type === 'denied' ? 'asking' : 'running';
  if (state.phase !== 'calls' || call === undefined || call.phase !== expected) return { state, commands: [] };
  switch (input.type) {
    case 'allowed':
      return allow(state, call, input);
    case 'denied':
      return settle(state, call, 'denied', words(input.word
        ? `The person did not allow this call: ${input.word}` : 'The person did not allow this call.'));
    case 'lost':
      return settle(state, call, 'failed', words(input.message));
    default:
      return settle(state, call, input.isError ? 'failed' : 'done', input.result);
  }
}

/**
 * @param {LoopState} state
 * @param {Call} call
 * @param {Extract<LoopInput, {type: 'allowed'}>} input
 * @returns {{state: LoopState, commands: LoopCommand[]}}
 */
function allow(state, call, { always = false, arguments: changed }) {
  const now = { ...call, phase: /** @type {const} */ ('running'), arguments: changed ?? call.arguments };
  const allowed = always && !state.allowed.includes(call.digest) ? [...state.allowed, call.digest] : state.allowed;
  return {
    state: { ...replaced(state, now), allowed },
    commands: [{ do: 'call', key: call.key, name: call.name, arguments: argumentsOf(now) }],
  };
}

/**
 * @param {LoopState} state
 * @param {Call} call
 * @returns {LoopState}
 */
function replaced(state, call) {
  return { ...state, calls: state.calls.map((one) => (one.key === call.key ? call : one)) };
}

/**
 * @param {LoopState} state
 * @param {Call} call
 * @param {ToolCallState} how
 * @param {readonly Part[]} result
 * @returns {{state: LoopState, commands: LoopCommand[]}}
 */
function settle(state, call, how, result) {
  const chars = result.reduce((sum, part) => sum + ('text' in part ? part.text.length : 0) + ('data' in part ? part.data.length : 0), 0);
  const over = state.resultChars + chars > MAX_RESULT_CHARS;
  const kept = over ? words('The result was too large to be given to you.') : result;
  const next = { ...replaced(state, { ...call, phase: 'over' }), resultChars: state.resultChars + (over ? 0 : chars) };
  return goOn(next, [{ do: 'settle', key: call.key, state: over ? 'failed' : how, result: kept }]);
}

/**
 * @param {LoopState} state
 * @param {LoopCommand[]} commands
 * @returns {{state: LoopState, commands: LoopCommand[]}}
 */
function goOn(state, commands) {
  if (state.calls.some(({ phase }) => phase !== 'over')) return { state, commands };
  return { state: { ...state, phase: 'model', calls: [] }, commands: [...commands, { do: 'nextRound' }] };
}

/**
 * Ends the calls that are under way, each with a result.
 *
 * @param {LoopState} state
 * @returns {{state: LoopState, commands: LoopCommand[]}}
 */
function stop(state) {
  /** @type {LoopCommand[]} */
  const commands = state.calls.filter(({ phase }) => phase !== 'over').flatMap(({ key, phase }) => [
    ...(phase === 'running' ? [/** @type {const} */ ({ do: 'cancel', key })] : []),
    /** @type {const} */ ({ do: 'settle', key, state: 'stopped', result: words('Stopped by the person.') }),
  ]);
  return end(state, 'stopped', commands);
}

/**
 * @param {LoopState} state
 * @param {'done' | 'rounds' | 'stopped'} reason
 * @param {LoopCommand[]} [commands]
 * @returns {{state: LoopState, commands: LoopCommand[]}}
 */
function end(state, reason, commands = []) {
  return { state: { ...state, phase: 'over', calls: [] }, commands: [...commands, { do: 'end', reason }] };
}
