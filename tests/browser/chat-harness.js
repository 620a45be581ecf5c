/* SPDX-License-Identifier: MIT */
/**
 * The whole thing in a real Chromium: page, nginx, worker and scripted
 * upstream, with a wire in between that a test can cut.
 */

import net from 'node:net';
import { once } from 'node:events';
import { PASSWORD, startSite } from '../harness/site.js';
import { pickModel } from './ui-harness.js';
import { launchChromium } from './chromium.js';

/** A wire to a port: what runs over it can be cut, and stay cut for a while. */
export class Wire {
  #sockets = new Set();
  #isCut = false;
  accepted = 0;

  /** @param {number} target */
  constructor(target) {
    this.server = net.createServer((client) => {
      if (this.#isCut) {
        client.destroy();
        return;
      }
      this.accepted += 1;
      const upstream = net.connect({ port: target, host: '127.0.0.1' });
      for (const [one, other] of [[client, upstream], [upstream, client]]) {
        this.#sockets.add(one);
        one.setNoDelay(true);
        one.on('error', () => {});
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  async listen() {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = /** @type {net.AddressInfo} */ (this.server.address()).port;
  }

  /** Ends all that is open and refuses what is new, until mended. */
  cut() {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#isCut = false;
  }

  /** Ends all that is open; what is new gets through. */
  blip() {
    this.cut();
    this.mend();
  }

  close() {
    this.cut();
    this.server.close();
  }
}

/**
 * A site with a browser in front of it.
 *
 * @param {import('../harness/site.js').SiteOptions} [options]
 * @param {string[]} [args] more for the browser
 */
export async function startChat(options = {}, args = []) {
  const site = await startSite({ mounts: ['/chat/'], users: ['ann', 'bob'], ...options });
  const wire = new Wire(site.port);
  await wire.listen();
  const browser = await launchChromium(args);
  const mount = site.mounts[0];
  const address = `https://localhost:${wire.port}${typeof mount === 'string' ? mount : mount.mount}`;
  return {
    site,
    wire,
    browser,
    address,

    /**
     * A page of a fresh profile, signed in.
     *
     * @param {object} [options]
     * @param {string} [options.user]
     * @param {boolean} [options.signIn]
     * @param {import('playwright-core').BrowserContextOptions} [options.context]
     * @param {(page: import('playwright-core').Page) => Promise<any>} [options.before] what
     *   is to be done before the page is loaded; its result is `before` of the chat
     */
    async open({ user = 'ann', signIn = true, context: more, before } = {}) {
      const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB', ...more });
      const chat = new Chat(await context.newPage(), address);
      chat.before = await before?.(chat.page);
      await chat.page.goto(address);
      if (signIn) await chat.signIn(user);
      return chat;
    },

    async close() {
      await browser.close();
      wire.close();
      await site.close();
    },
  };
}

/** What a test does with a page, in the words of a person. */
export class Chat {
  /**
   * @param {import('playwright-core').Page} page
   * @param {string} address
   */
  constructor(page, address) {
    this.page = page;
    this.address = address;
    /** @type {any} */
    this.before = undefined;
    /** @type {string[]} errors that no code caught */
    this.errors = [];
    page.on('pageerror', (error) => this.errors.push(String(error)));
    /** @type {string[]} requests to the interface, in order */
    this.requests = [];
    page.on('request', (request) => {
      const path = new URL(request.url()).pathname.split('/api/')[1];
      if (path !== undefined) this.requests.push(`${request.method()} ${path}`);
    });
  }

  get box() {
    return this.page.getByRole('textbox', { name: 'Message' });
  }

  get answers() {
    return this.page.locator('.answer');
  }

  get questions() {
    return this.page.locator('.bubble');
  }

  /** @param {string} [user] */
  async signIn(user = 'ann') {
    await this.page.getByLabel('User name').fill(user);
    await this.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.box.waitFor();
  }

  /** @param {string} model */
  async choose(model) {
    await pickModel(this.page, model);
  }

  /** @param {string} text */
  async ask(text) {
    await this.box.fill(text);
    await this.box.press('Enter');
    await this.questions.getByText(text, { exact: true }).last().waitFor();
  }

  /**
   * Asks for what the upstream is to do.
   * @param {object[]} steps
   */
  async order(steps) {
    await this.ask(`@script ${JSON.stringify({ steps })}`);
  }

  /** Waits for an answer with this text.  @param {string | RegExp} text  @param {number} [timeout] */
  async see(text, timeout = 15000) {
    await this.answers.filter({ hasText: text }).last().waitFor({ timeout });
  }

  /** Waits until nothing is under way any more. */
  async settled(timeout = 20000) {
    await this.page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached', timeout });
  }

  /** How often requests of this kind were made. @param {string} start */
  count(start) {
    return this.requests.filter((request) => request.startsWith(start)).length;
  }

  /** Everything the browser keeps for this origin, as one text. */
  async stored() {
    return this.page.evaluate(async () => {
      const databases = await indexedDB.databases();
      const cacheNames = await caches.keys();
      return JSON.stringify({
        local: { ...localStorage }, session: { ...sessionStorage }, databases, cacheNames, state: history.state,
        name: window.name,
        workers: (await navigator.serviceWorker?.getRegistrations?.() ?? []).length,
      });
    });
  }
}
