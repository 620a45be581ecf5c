/* SPDX-License-Identifier: MIT */
/**
 * A SearXNG, as far as it is asked, and pages of a web, which misbehave on
 * order: a query or a path says how. What they were asked is kept in `seen`.
 */

import http from 'node:http';
import { gzipSync } from 'node:zlib';

class Scripted {
  /** @type {{url: string, headers: any}[]} */
  seen = [];
  port = 0;

  constructor() {
    this.server = http.createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://x');
      this.seen.push({ url: request.url ?? '', headers: request.headers });
      this.answer(url, response);
    });
  }

  /** @param {URL} _url @param {http.ServerResponse} response */
  answer(_url, response) {
    response.end();
  }

  /** @param {string} [host] */
  async listen(host = '127.0.0.1', port = 0) {
    await new Promise((resolve, reject) => {
      this.server.on('error', reject);
      this.server.listen(port, host, () => resolve(undefined));
    });
    ({ port: this.port } = /** @type {any} */ (this.server.address()));
    const name = host.includes(':') ? `[${host}]` : host;
    return `http://${name}:${this.port}`;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

export class SearxngServer extends Scripted {
  /** that JSON is among its formats */
  json = true;

  /** @param {URL} url @param {http.ServerResponse} response */
  answer(url, response) {
    const q = url.searchParams.get('q') ?? '';
    if (url.pathname !== '/search' || !this.json) {
      response.writeHead(this.json ? 404 : 403);
      return response.end('<h1>no</h1>');
    }
    /** @param {number} status @param {any} body */
    const json = (status, body) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    switch (q) {
      case '':
        return json(400, { error: 'No query' });
      case 'broken':
        return json(200, '{"results":');
      case 'busy':
        return json(429, {});
      case 'moved':
        response.writeHead(302, { Location: 'http://127.0.0.1:1/' });
        return response.end();
      case 'huge':
        return json(200, { results: [], more: 'x'.repeat(2 << 20) });
      case 'silent':
        return undefined;
      default:
        return json(200, { query: q, results: Array.from({ length: 30 },
          (_, n) => ({ url: `https://r${n}.example/`, title: `${q} ${n}`,
            content: 'é'.repeat(1000), engine: 'e' })) });
    }
  }
}

export class PageServer extends Scripted {
  /** @param {URL} url @param {http.ServerResponse} response */
  answer(url, response) {
    /** @param {string | Buffer} body @param {any} [headers] */
    const page = (body, headers = {}) => {
      response.writeHead(200,
        { 'Content-Type': 'text/html; charset=utf-8', ...headers });
      response.end(body);
    };
    switch (url.pathname) {
      case '/to':
        response.writeHead(302, { 'Set-Cookie': 'a=b; Path=/',
          Location: url.searchParams.get('url') ?? '' });
        return response.end('<p>moved</p>');
      case '/loop':
        response.writeHead(307, { Location: '/loop' });
        return response.end();
      case '/nowhere':
        response.writeHead(302);
        return response.end();
      case '/latin':
        return page(Buffer.from('<p>gr\xfcn', 'latin1'),
          { 'Content-Type': 'text/html; charset=iso-8859-1' });
      case '/kanji':
        return page('x', { 'Content-Type': 'text/html; charset=shift_jis' });
      case '/gzip':
        return page(gzipSync('<p>x'), { 'Content-Encoding': 'gzip' });
      case '/pdf':
        return page('%PDF', { 'Content-Type': 'application/pdf' });
      case '/json':
        return page('{"a":\n  1}', { 'Content-Type': 'application/json' });
      case '/gone':
        response.writeHead(410);
        return response.end('<p>gone');
      case '/empty':
        return page('<script>x</script>');
      case '/huge': {
        response.writeHead(200, { 'Content-Type': 'text/html' });
        const more = () => {
          while (response.write(`<p>${'y'.repeat(64000)}`)) { /* on */ }
        };
        response.on('drain', more);
        return more();
      }
      case '/cut':
        response.writeHead(200, { 'Content-Type': 'text/html',
          'Content-Length': '1000' });
        response.write('<p>x');
        return setTimeout(() => response.destroy(), 50);
      default:
        return page('<title>T</title><p>A <b>page</b> &amp; more.'
          + '<script>alert(1)</script>');
    }
  }
}
