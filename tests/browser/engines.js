/* SPDX-License-Identifier: MIT */
/**
 * Engines beside Chromium, as distributions ship them: Firefox over WebDriver
 * BiDi, which it speaks itself. What a page says of itself is asked by a
 * function that runs in it.
 */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';

import { until } from '../harness/children.js';

/** How long an engine may take for one order (ms): it is started with others. */
export const ORDER_MS = 180_000;

/** @returns {Promise<number>} a port that was free */
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/** WebDriver's codes of the keys that have no letter. @type {Record<string, string>} */
export const KEYS = {
  Enter: '\uE007', Escape: '\uE00C', Tab: '\uE004', Shift: '\uE008', Control: '\uE009', Alt: '\uE00A',
  Up: '\uE013', Down: '\uE015', Home: '\uE011', End: '\uE010', Backspace: '\uE003',
};

/**
 * Keys as actions: of a chord, all but the last stay down.
 * @param {string} chord  such as "Control+k", or a single character
 */
export function keyActions(chord) {
  const keys = chord.length > 1 ? chord.split('+').map((key) => KEYS[key] ?? key) : [chord];
  return [
    ...keys.map((value) => ({ type: 'keyDown', value })),
    ...keys.reverse().map((value) => ({ type: 'keyUp', value })),
  ];
}

/** @param {string} name @param {string[]} args @param {Record<string, string>} [env] */
export function start(name, args, env = {}) {
  return spawn(name, args, { stdio: 'ignore', env: { ...process.env, ...env } });
}

/** @param {import('node:child_process').ChildProcess} child */
export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** @param {string} name of a program */
export const isThere = (name) => (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, name)));

/** Firefox, which speaks WebDriver BiDi on a WebSocket of its own. */
export class Firefox {
  static missing = isThere('firefox-esr') ? false : 'firefox-esr is not installed';
  #id = 0;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();
  #context = '';
  /** A connection that broke ends its stream at once. */
  hearsLoss = true;

  async start() {
    const port = await freePort();
    this.profile = mkdtempSync(join(tmpdir(), 'confab-firefox-'));
    // Nothing is asked of anybody but the site.
    writeFileSync(join(this.profile, 'user.js'), [
      ['app.update.enabled', false], ['browser.shell.checkDefaultBrowser', false], ['datareporting.policy.dataSubmissionEnabled', false],
      ['network.captive-portal-service.enabled', false], ['network.connectivity-service.enabled', false],
      ['extensions.getAddons.cache.enabled', false], ['services.settings.server', 'data:,'], ['remote.active-protocols', 1],
      ['intl.accept_languages', 'en-GB'],
    ].map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''));
    this.child = start('firefox-esr', ['--headless', '--no-remote', '--profile', this.profile,
      '--remote-debugging-port', String(port), 'about:blank'], { MOZ_HEADLESS_WIDTH: '1280', MOZ_HEADLESS_HEIGHT: '800', HOME: this.profile });
    this.socket = await this.#connect(`ws://127.0.0.1:${port}/session`);
    this.socket.on('message', (data) => this.#receive(JSON.parse(String(data))));
    await this.#order('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
    const { contexts } = await this.#order('browsingContext.getTree', {});
    this.#context = contexts[0].context;
  }

  /** @param {string} address @returns {Promise<WebSocket>} */
  async #connect(address) {
    return until(() => new Promise((resolve) => {
      const socket = new WebSocket(address);
      socket.once('open', () => resolve(socket));
      socket.once('error', () => resolve(null));
    }), { what: 'Firefox listens', every: 200 });
  }

  /** @param {any} message */
  #receive(message) {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'error') waiting?.reject(new Error(`${message.error}: ${message.message}`));
    else waiting?.resolve(message.result);
  }

  /** @param {string} method @param {object} params @returns {Promise<any>} */
  #order(method, params) {
    const id = this.#id += 1;
    this.socket?.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Firefox: ${method} took too long`)), ORDER_MS);
      const done = (/** @type {(value: any) => void} */ how) => (/** @type {any} */ value) => {
        clearTimeout(timer);
        how(value);
      };
      this.#waiting.set(id, { resolve: done(resolve), reject: done(reject) });
    });
  }

  /** @param {string} url */
  async goto(url) {
    await this.#order('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }

  /**
   * Runs a function in the page; arguments and result are JSON.
   * @template R
   * @param {(...args: any[]) => R} work @param {unknown[]} args
   * @returns {Promise<Awaited<R>>}
   */
  async run(work, ...args) {
    const { type, result, exceptionDetails } = await this.#order('script.evaluate', {
      target: { context: this.#context }, awaitPromise: true,
      expression: `(async () => JSON.stringify(await (${work})(...${JSON.stringify(args)})) ?? 'null')()`,
    });
    if (type !== 'success') throw new Error(exceptionDetails.text);
    return JSON.parse(result.value);
  }

  /** @param {string} selector */
  async #element(selector) {
    const { result } = await this.#order('script.evaluate', { target: { context: this.#context }, awaitPromise: false,
      expression: `document.querySelector(${JSON.stringify(selector)})` });
    if (!result?.sharedId) throw new Error(`there is no ${selector}`);
    return { sharedId: result.sharedId };
  }

  /** @param {string} selector */
  async click(selector) {
    const element = await this.#element(selector);
    await this.#order('input.performActions', { context: this.#context, actions: [{ type: 'pointer', id: 'mouse', actions: [
      { type: 'pointerMove', x: 0, y: 0, origin: { type: 'element', element } },
      { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 },
    ] }] });
  }

  /** @param {string[]} chords */
  async keys(...chords) {
    await this.#order('input.performActions', { context: this.#context,
      actions: [{ type: 'key', id: 'keys', actions: chords.flatMap(keyActions) }] });
  }

  /** One step of the wheel over a place of the window. @param {number} x @param {number} y @param {number} deltaY  px */
  async wheel(x, y, deltaY) {
    await this.#order('input.performActions', { context: this.#context,
      actions: [{ type: 'wheel', id: 'wheel', actions: [{ type: 'scroll', x, y, deltaX: 0, deltaY }] }] });
  }

  /** @param {string} selector @param {string[]} files */
  async files(selector, files) {
    await this.#order('input.setFiles', { context: this.#context, element: await this.#element(selector), files });
  }

  /** The page as a PDF, in base64. */
  async print() {
    return (await this.#order('browsingContext.print', { context: this.#context })).data;
  }

  /** The window as a PNG, in base64. */
  async picture() {
    return (await this.#order('browsingContext.captureScreenshot', { context: this.#context })).data;
  }

  async close() {
    if (this.child && this.socket) {
      // By its own way, so that nothing of it goes on writing into the profile.
      const over = once(this.child, 'exit');
      await this.#order('browser.close', {}).then(() => over, () => {});
    }
    this.socket?.close();
    if (this.child) await end(this.child);
    if (this.profile) rmSync(this.profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}
