/* SPDX-License-Identifier: MIT */
/** confabctl doctor before sites with the usual mistakes: does it name them? */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import test from 'node:test';
import { controlPath } from '../harness/paths.js';

const PAGE = '<!DOCTYPE html><div id="app"></div>';
/** @type {Record<string, string>} */
const HEADERS = {
  'Content-Type': 'text/html', 'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "script-src 'self'",
  'Referrer-Policy': 'no-referrer',
};

/** @param {string} url @param {string[]} args @returns {Promise<string>} */
async function doctor(url, ...args) {
  const child = spawn(controlPath, ['doctor', url, ...args]);
  let out = '';
  child.stdout.on('data', (data) => { out += data; });
  child.stderr.on('data', (data) => { out += data; });
  child.stdin.end('a long password\n');
  const [code] = await once(child, 'close');
  assert.equal(code, 1, out);
  return out;
}

/**
 * What doctor says of a site that answers as told.
 * @param {Record<string, [number, Record<string, string>, string]>} answers
 * @param {string[]} args
 */
async function site(answers, ...args) {
  const server = http.createServer((request, response) => {
    const key = `${request.url}`;
    const [status, headers, body] = answers[key] ?? [404, {}, 'no such file'];
    request.resume();
    response.writeHead(status, headers);
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  try {
    return await doctor(`http://127.0.0.1:${port}/chat/`, ...args);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** @param {number} status @param {string} code @param {string} message
 * @returns {[number, Record<string, string>, string]} */
const error = (status, code, message) =>
  [status, { 'Content-Type': 'application/json' },
    JSON.stringify({ error: { message, type: 'x', code, param: null } })];

test('no server, and no TLS', async () => {
  const out = await doctor('http://127.0.0.1:1/');
  assert.match(out, /^FAIL {2}the site has TLS: browsers keep/m);
  assert.match(out, /^FAIL {2}the page is served: .*\n +cure: is nginx running/m);
  assert.doesNotMatch(out, /worker/, 'nothing more is tried');
});

test('the file is not included: nothing, another page, another place',
  async () => {
    const none = await site({});
    assert.match(none, /the page is served: status 404\n +cure: is the mount/);
    assert.match(none, /the worker answers: status 404\n +cure: api\/ is not/);
    const other = await site({ '/chat/': [200, HEADERS, '<h1>Welcome</h1>'] });
    assert.match(other, /^FAIL .*another one answers/m);
    const moved = await site({ '/chat/': [301, { Location: '/talk/' }, ''] });
    assert.match(moved, /status 301, to \/talk\/\n +cure: give the address/);
  });

test('the worker is not running, or its socket is another', async () => {
  const out = await site({
    '/chat/': [200, HEADERS, PAGE],
    '/chat/api/health': error(503, 'service_unavailable', 'Not running.'),
  });
  assert.match(out, /^ok {4}the page is confab's/m);
  assert.match(out, /worker answers: status 503, "Not running\." \(service_un/);
  assert.match(out, /systemctl status confab.*fastcgi_pass.*group/);
});

test('clocks that differ', async () => {
  const date = new Date(Date.now() - 7200e3).toUTCString();
  const out = await site({ '/chat/': [200, { ...HEADERS, Date: date }, PAGE] });
  assert.match(out, /^FAIL .*clock.*\n.*NTP/m);
});

test('what the provider says is passed on', async () => {
  const cookie = 'c=1; HttpOnly; Secure; SameSite=Strict';
  const out = await site({
    '/chat/': [200, HEADERS, PAGE],
    '/chat/api/health': [200, {}, '{}'],
    '/chat/api/session': [200, {}, '{}'],
    '/chat/api/login': [200, { 'Set-Cookie': cookie }, '{}'],
    '/chat/api/models': [200, {}, '{"data":[{"id":"gpt"}]}'],
    '/chat/api/chat/completions':
      error(502, 'upstream_auth', 'The provider refused the key.'),
  }, '--user', 'ann');
  assert.match(out,
    /status 502, "The provider refused the key\." \(upstream_auth\)/);
});

test('HTTP/1.0 on the way', async () => {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n'
      + 'Content-Type: text/html\r\n\r\n' + PAGE));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  const out = await doctor(`http://127.0.0.1:${port}/`);
  server.close();
  assert.match(out, /^FAIL .*speaks HTTP\/1\.0/m);
});
