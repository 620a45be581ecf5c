/* SPDX-License-Identifier: MIT */
/**
 * Carries out one call of a tool: in the page, or by the server.
 *
 * @typedef {import('../core/types.js').Tool} Tool
 * @typedef {import('./tools.js').ToolResult} ToolResult
 *
 * @typedef {(call: {key: string, tool: Tool, arguments: Readonly<Record<string, unknown>>, signal: AbortSignal}) =>
 *   Promise<ToolResult>} RunTool
 *   rejects, with an ApiError, when it could not be made or its end is not known
 *
 * @typedef {(code: string, signal: AbortSignal) => Promise<import('../core/page-tools.js').RunOutcome>} RunScript
 *   runs a program where it can do no harm; never rejects
 */

import { resultOfRun, timeIn } from '../core/page-tools.js';
import { string } from './fields.js';
import { callTool } from './tools.js';

/**
 * @param {object} options
 * @param {import('./api.js').Api} options.api
 * @param {() => number} options.now
 * @param {RunScript} options.runScript
 * @returns {RunTool}
 */
export function createToolRunner({ api, now, runScript }) {
  /** The page's own, by their names. @type {Record<string, (given: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<ToolResult>>} */
  const own = {
    current_time: async (given) => timeIn(string(given['time_zone']), now()),
    run_javascript: async (given, signal) => resultOfRun(await runScript(string(given['code']), signal)),
  };
  return ({ key, tool, arguments: given, signal }) => {
    const run = tool.server === '' ? own[tool.name] : undefined;
    return run === undefined ? callTool(api, { key, name: tool.name, arguments: given, signal }) : run(given, signal);
  };
}
