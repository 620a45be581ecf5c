/* SPDX-License-Identifier: MIT */
/** Somebody with a browser, as far as a sign-on needs one: cookies, redirections, forms. */

import https from 'node:https';

/** Redirections in a row that are followed. */
const MOST = 20;

/**
 * @typedef {object} Page
 * @property {string} url
 * @property {number} status
 * @property {string} text
 * @property {import('node:http').IncomingHttpHeaders} headers
 */

export class WebPerson {
  /** @type {Map<string, Map<string, string>>} by origin, by name */
  #jar = new Map();
  /** @type {string[]} of all that was asked */
  seen = [];

  /** @param {string} url */
  cookies(url) {
    return [...this.#jar.get(new URL(url).origin) ?? []].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /**
   * One request, without following.
   * @param {string} url
   * @param {{form?: Record<string, string>, headers?: Record<string, string>}} [options]
   * @returns {Promise<Page>}
   */
  ask(url, { form, headers = {} } = {}) {
    this.seen.push(url);
    const body = form ? new URLSearchParams(form).toString() : undefined;
    return new Promise((resolve, reject) => {
      const request = https.request(url, {
        method: form ? 'POST' : 'GET', rejectUnauthorized: false, agent: false,
        headers: {
          Cookie: this.cookies(url), Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document',
          ...(body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': String(body.length) }),
          ...headers,
        },
      }, (answer) => {
        this.#keep(url, answer.headers['set-cookie'] ?? []);
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => { text += part; });
        answer.on('end', () => resolve({ url, status: answer.statusCode ?? 0, text, headers: answer.headers }));
        answer.on('error', reject);
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  /** @param {string} url @param {string[]} set */
  #keep(url, set) {
    const { origin } = new URL(url);
    const jar = this.#jar.get(origin) ?? new Map();
    this.#jar.set(origin, jar);
    for (const line of set) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /;\s*expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
  }

  /**
   * A request, and wherever it leads.
   * @param {string} url @param {Parameters<WebPerson['ask']>[1]} [options]
   */
  async go(url, options) {
    let page = await this.ask(url, options);
    for (let i = 0; i < MOST && page.status >= 300 && page.status < 400; i += 1) {
      page = await this.ask(new URL(String(page.headers.location), page.url).href);
    }
    return page;
  }

  /**
   * Sends the form of a page.
   * @param {Page} page @param {Record<string, string>} fields
   */
  async submit(page, fields) {
    const [, action] = /<form[^>]*action="([^"]*)"/.exec(page.text) ?? [];
    if (action === undefined) throw new Error(`no form at ${page.url}: ${page.status} ${page.text.slice(0, 2000)}`);
    /** @type {Record<string, string>} */
    const hidden = {};
    for (const [input] of page.text.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
      const [, name] = /name="([^"]*)"/.exec(input) ?? [];
      const [, value = ''] = /value="([^"]*)"/.exec(input) ?? [];
      if (name) hidden[name] = value;
    }
    return this.go(new URL(action.replaceAll('&amp;', '&'), page.url).href, { form: { ...hidden, ...fields } });
  }

  /**
   * Opens a page of the site, and signs in at the provider where that asks.
   * @param {string} url @param {string} name
   */
  async signIn(url, name) {
    let page = await this.go(url);
    for (let i = 0; i < 3 && /<form[^>]*\/interaction\//.test(page.text); i += 1) {
      page = await this.submit(page, /name="login"/.test(page.text) ? { login: name, password: 'any' } : {});
    }
    return page;
  }
}
