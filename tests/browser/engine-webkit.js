/* SPDX-License-Identifier: MIT */
/**
 * WebKitGTK as the distribution ships it, over WebDriver: its driver, the small
 * browser that comes with it, and a display of their own where there is none.
 */

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { until } from '../harness/children.js';
import { ORDER_MS, end, freePort, isThere, keyActions, start } from './engines.js';

/** WebDriver's name of a reference to an element. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** The browser that comes with the engine, in the folder of its library. */
function browser() {
  const places = ['/usr/lib', '/usr/libexec', ...readdirSync('/usr/lib').map((name) => join('/usr/lib', name))];
  for (const place of places) {
    for (const version of ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0']) {
      const name = join(place, version, 'MiniBrowser');
      if (existsSync(name)) return name;
    }
  }
  return '';
}

/** WebKitGTK: one window, whose driver waits for it on a port of its own. */
export class WebKit {
  static missing = !isThere('WebKitWebDriver') || browser() === '' ? 'webkit2gtk-driver is not installed'
    : process.env.DISPLAY || isThere('Xvfb') ? false : 'there is no display, and xvfb is not installed';
  #address = '';
  #session = '';
  /** A stream over HTTP/2 whose connection broke is silent: this library's part says nothing. */
  hearsLoss = false;

  async start() {
    const port = await freePort();
    this.home = mkdtempSync(join(tmpdir(), 'confab-webkit-'));
    const env = {
      HOME: this.home, XDG_CONFIG_HOME: this.home, XDG_CACHE_HOME: this.home, XDG_DATA_HOME: this.home, XDG_RUNTIME_DIR: this.home,
      DISPLAY: await this.#display(), LANG: 'C.UTF-8', LANGUAGE: 'en_GB', NO_AT_BRIDGE: '1', GIO_USE_VFS: 'local', GSETTINGS_BACKEND: 'memory',
      DBUS_SESSION_BUS_ADDRESS: 'disabled:', WEBKIT_DISABLE_COMPOSITING_MODE: '1', WEBKIT_DISABLE_DMABUF_RENDERER: '1',
      // Root has no namespaces to put its processes in, and CI is root.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    };
    this.child = start('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], env);
    this.#address = `http://127.0.0.1:${port}`;
    await until(() => fetch(`${this.#address}/status`).then(({ ok }) => ok, () => false), { what: 'the driver listens', every: 200 });
    const { sessionId } = await this.#order('POST', '/session', { capabilities: { alwaysMatch: {
      acceptInsecureCerts: true, timeouts: { script: ORDER_MS, pageLoad: ORDER_MS },
      'webkitgtk:browserOptions': { binary: browser(), args: ['--automation', '--ignore-tls-errors'] },
    } } });
    this.#session = `/session/${sessionId}`;
    await this.#order('POST', `${this.#session}/window/rect`, { x: 0, y: 0, width: 1280, height: 800 });
  }

  /** @returns {Promise<string>} of the display to be on */
  async #display() {
    if (process.env.DISPLAY) return process.env.DISPLAY;
    for (let number = 90 + (process.pid % 400); ; number += 1) {
      const socket = `/tmp/.X11-unix/X${number}`;
      if (existsSync(socket) || existsSync(`/tmp/.X${number}-lock`)) continue;
      this.screen = start('Xvfb', [`:${number}`, '-screen', '0', '1280x900x24', '-nolisten', 'tcp']);
      await until(() => existsSync(socket), { what: 'the display', every: 100 });
      return `:${number}`;
    }
  }

  /**
   * @param {'GET' | 'POST' | 'DELETE'} method @param {string} path @param {object} [body]
   * @returns {Promise<any>}
   */
  async #order(method, path, body) {
    const response = await fetch(`${this.#address}${path}`, {
      method, signal: AbortSignal.timeout(ORDER_MS),
      ...(method === 'POST' ? { body: JSON.stringify(body ?? {}), headers: { 'Content-Type': 'application/json' } } : {}),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`WebKitGTK: ${method} ${path}: ${value?.error}: ${value?.message}`);
    return value;
  }

  /** @param {string} url */
  async goto(url) {
    await this.#order('POST', `${this.#session}/url`, { url });
  }

  /**
   * Runs a function in the page; arguments and result are JSON.
   * @template R
   * @param {(...args: any[]) => R} work @param {unknown[]} args
   * @returns {Promise<Awaited<R>>}
   */
  async run(work, ...args) {
    const { value, error } = JSON.parse(await this.#order('POST', `${this.#session}/execute/async`, { args: [], script: `
      const done = arguments[arguments.length - 1];
      (async () => (${work})(...${JSON.stringify(args)}))().then((value) => done(JSON.stringify({ value: value ?? null })),
        (error) => done(JSON.stringify({ error: String(error) })));` }));
    if (error !== undefined) throw new Error(error);
    return value;
  }

  /** @param {string} selector */
  async #element(selector) {
    return this.#order('POST', `${this.#session}/element`, { using: 'css selector', value: selector });
  }

  /** @param {object} source of input */
  #act(source) {
    return this.#order('POST', `${this.#session}/actions`, { actions: [source] });
  }

  /** @param {string} selector */
  async click(selector) {
    await this.#act({ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions: [
      { type: 'pointerMove', x: 0, y: 0, origin: await this.#element(selector) },
      { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 },
    ] });
  }

  /** @param {string[]} chords */
  async keys(...chords) {
    await this.#act({ type: 'key', id: 'keys', actions: chords.flatMap(keyActions) });
  }

  /** @param {string} selector @param {string[]} files */
  async files(selector, files) {
    const { [ELEMENT]: id } = await this.#element(selector);
    await this.#order('POST', `${this.#session}/element/${id}/value`, { text: files.join('\n') });
  }

  /** The page as a PDF, in base64; this driver makes none. */
  print = null;

  /** The window as a PNG, in base64. */
  async picture() {
    return this.#order('GET', `${this.#session}/screenshot`);
  }

  async close() {
    if (this.#session) await this.#order('DELETE', this.#session).catch(() => {});
    if (this.child) await end(this.child);
    if (this.screen) await end(this.screen);
    if (this.home) rmSync(this.home, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}
