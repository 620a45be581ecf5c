/* SPDX-License-Identifier: MIT */
/** The worker as plain CGI: a process for one request. */

import { spawn } from 'node:child_process';
import { workerPath } from './paths.js';

/**
 * @typedef {object} CgiAnswer
 * @property {number} status 0: none came
 * @property {Record<string, string>} headers
 * @property {string} body
 * @property {number | null} code of the process
 * @property {string | null} signal
 */

/**
 * Starts one.
 * @param {string} config its file
 * @param {{method?: string, path?: string, json?: object, address?: string,
 *   cookie?: string, env?: Record<string, string>, hold?: boolean, tasks?: number}} ask
 *   hold: the body's end is not sent; tasks: that its account may have
 */
export function runCgi(config, { method, path = 'api/health', json, cookie,
  address = '127.0.0.1', env = {}, hold = false, tasks = 0 }) {
  const body = json === undefined ? '' : JSON.stringify(json);
  const [program, ...args] = tasks > 0
    ? ['prlimit', `--nproc=${tasks}`, workerPath] : [workerPath];
  const child = spawn(program, args, {
    env: {
      GATEWAY_INTERFACE: 'CGI/1.1',
      SERVER_PROTOCOL: 'HTTP/1.1',
      SERVER_NAME: 'localhost',
      HTTP_HOST: 'localhost',
      HTTPS: 'on',
      REQUEST_METHOD: method ?? (json === undefined ? 'GET' : 'POST'),
      SCRIPT_NAME: '/confab.cgi',
      PATH_INFO: `/${path}`,
      REQUEST_URI: `/confab.cgi/${path}`,
      QUERY_STRING: '',
      REMOTE_ADDR: address,
      CONFAB_CONFIG: config,
      ...(json === undefined ? {} : { CONTENT_TYPE: 'application/json',
        CONTENT_LENGTH: String(Buffer.byteLength(body)) }),
      ...(cookie ? { HTTP_COOKIE: cookie } : {}),
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});
  if (hold) child.stdin.write(body);
  else child.stdin.end(body);
  let text = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (part) => { text += part; });
  child.stderr.setEncoding('utf8').on('data', (part) => { errors += part; });
  /** @type {Promise<CgiAnswer & {stderr: string}>} */
  const answer = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({
      ...parse(text), code, signal, stderr: errors,
    }));
  });
  return { child, answer };
}

/** @param {string} text */
function parse(text) {
  const end = text.search(/\r?\n\r?\n/);
  if (end < 0) return { status: 0, headers: {}, body: '' };
  /** @type {Record<string, string>} */
  const headers = {};
  for (const line of text.slice(0, end).split(/\r?\n/)) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return {
    status: parseInt(headers.status ?? '200', 10),
    headers,
    body: text.slice(end).replace(/^\r?\n\r?\n/, ''),
  };
}
