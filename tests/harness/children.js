/* SPDX-License-Identifier: MIT */
/**
 * Processes that a test starts: each dies with the test, however that ends,
 * and what it writes is kept in a file.
 */

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** @type {Set<Child>} */
const alive = new Set();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/* The kernel ends the child when the test is killed and cannot do it. */
const leash = spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status === 0
  ? ['setpriv', '--pdeathsig', 'TERM', '--']
  : [];

export class Child {
  /** @type {{code: number | null, signal: string | null} | null} */
  ended = null;

  /**
   * @param {string} command @param {string[]} args
   * @param {object} options
   * @param {string} options.log file for what it writes
   * @param {Record<string, string>} [options.env] added to the environment
   * @param {any} [options.stdin] a descriptor or stream for its fd 0
   * @param {any[]} [options.fds] for its fd 3 and up
   * @param {string} [options.cwd]
   * @param {number} [options.stderr] instead of the log; it is closed here
   */
  constructor(command, args, { log, env = {}, stdin = 'ignore', fds = [], cwd,
    stderr }) {
    this.log = log;
    const out = openSync(log, 'a');
    const [first, ...rest] = [...leash, command, ...args];
    this.process = spawn(first, rest, {
      stdio: [stdin, out, stderr ?? out, ...fds], cwd,
      env: { ...process.env, ...env },
    });
    closeSync(out);
    if (stderr !== undefined) closeSync(stderr);
    alive.add(this);
    this.exit = new Promise((resolve) => {
      this.process.on('error', () => this.#end(127, null, resolve));
      this.process.on('exit', (code, signal) =>
        this.#end(code, signal, resolve));
    });
  }

  get pid() {
    return /** @type {number} */ (this.process.pid);
  }

  /** @param {NodeJS.Signals} signal */
  kill(signal) {
    if (!this.ended) this.process.kill(signal);
  }

  /**
   * Asks it to end and waits; after `limit` ms it is killed.
   * @param {NodeJS.Signals} [signal] @param {number} [limit]
   */
  async stop(signal = 'SIGTERM', limit = WAIT_MAX) {
    this.kill(signal);
    const timer = setTimeout(() => this.kill('SIGKILL'), limit);
    await this.exit;
    clearTimeout(timer);
    return /** @type {NonNullable<typeof this.ended>} */ (this.ended);
  }

  /** What it has written so far. */
  output() {
    return readFileSync(this.log, 'utf8');
  }

  /**
   * @param {number | null} code @param {string | null} signal
   * @param {(value: unknown) => void} resolve
   */
  #end(code, signal, resolve) {
    this.ended = { code, signal };
    alive.delete(this);
    resolve(this.ended);
  }
}

/**
 * Ms that anything is waited for at the most. It only ends what hangs: no test
 * is decided by it, however busy the machine is.
 */
export const WAIT_MAX = 60_000;

/**
 * Asks again until the answer is not false, null or undefined.
 * @template T
 * @param {() => T | Promise<T>} condition
 * @param {{limit?: number, every?: number, what?: string}} [options]
 * @returns {Promise<Exclude<T, false | null | undefined>>}
 */
export async function until(condition,
  { limit = WAIT_MAX, every = 10, what = String(condition) } = {}) {
  const end = performance.now() + limit;
  for (;;) {
    const value = await condition();
    if (value) return /** @type {any} */ (value);
    if (performance.now() > end) {
      throw new Error(`not within ${limit} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
