/* SPDX-License-Identifier: MIT */
/**
 * Carries out one call of a tool: in the page, or by the server.
 *
 * @typedef {import('../core/types.js').Tool} Tool
 * @typedef {import('./tool-call.js').ToolResult} ToolResult
 *
 * @typedef {(call: Omit<import('./tool-call.js').ToolCall, 'name' | 'digest'> & {tool: Tool}) => Promise<ToolResult>} RunTool
 *   rejects, with an ApiError, when it could not be made or its end is not known
 *
 * @typedef {(code: string, signal: AbortSignal) => Promise<import('../core/page-tools.js').RunOutcome>} RunScript
 *   runs a program where it can do no harm; never rejects
 */

import { resultOfRun, timeIn } from '../core/page-tools.js';
import { string } from './fields.js';

/**
 * @param {object} options
 * @param {import('./api.js').Api} options.api
 * @param {import('./stream.js').Environment} options.env
 * @param {() => import('../core/types.js').SessionLimits} options.limits
 * @param {() => string} options.newKey  a UUID
 * @param {() => Promise<void>} options.reload  the tools are not those any more that the page knows
 * @param {RunScript} options.runScript
 * @returns {RunTool}
 */
export function createToolRunner({ runScript, ...wire }) {
  /** The page's own, by their names. @type {Record<string, (given: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<ToolResult>>} */
  const own = {
    current_time: async (given) => timeIn(string(given['time_zone']), wire.env.now()),
    run_javascript: async (given, signal) => resultOfRun(await runScript(string(given['code']), signal)),
  };
  return ({ tool, ...call }) => {
    const run = tool.server === '' ? own[tool.name] : undefined;
    return run === undefined ? callLater(wire, tool, call) : run(call.arguments, call.signal);
  };
}

/**
 * Seldom wanted, and loaded only then.
 *
 * @param {Parameters<typeof import('./tool-call.js').callTool>[0]} wire
 * @param {Tool} tool
 * @param {Omit<import('./tool-call.js').ToolCall, 'name' | 'digest'>} call
 * @returns {Promise<ToolResult>}
 */
async function callLater(wire, { name, digest, visibility }, call) {
  const { callTool } = await import('./tool-call.js');
  return callTool(wire, { name, digest, drawn: visibility !== undefined, ...call });
}
