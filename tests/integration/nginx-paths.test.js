/* SPDX-License-Identifier: MIT */
/**
 * What a client writes into a path is never an address that nginx looks up:
 * beside the mount point there are places that only the server itself may
 * reach, and none of them is reached through confab.
 */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { until } from '../harness/children.js';
import { sourceDir } from '../harness/paths.js';
import { rawTls } from '../harness/http.js';
import { useSite } from '../harness/suite.js';
import { startSite } from '../harness/site.js';

const MARK = 'only-for-the-server';
const MOUNTS = ['/', '/chat/'];
const internal = `
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Test-Address;
    error_page 404 /site-404;
    error_page 500 502 503 504 /site-50x;
    location = /x { internal; default_type text/plain; return 200 ${MARK}; }
    location /inner/ { internal; return 200 ${MARK}; }
    location = /site-404 { internal; return 404 site-404; }
    location = /site-50x { internal; return 500 site-50x; }`;
const suite = useSite({ mounts: MOUNTS, serverExtra: internal });

/* As they stand in a request line, below a mount point. */
const TRICKS = ['x%3f', 'x%3F', 'x%3fa=/', 'x%23', 'x%00', 'x%0a', 'x%0d%0a',
  'inner/%3f', 'inner/a%3fb', '%2fx%3f', '/x%3f', '..%2fx%3f', 'a/../x%3f',
  './x%3f', '@confab%3f', 'http:%2f%2fevil.example%3f', 'x;', 'x%3b',
  'x%26', 'x%2e%3f', 'x%20', 'x%5c', '%c0%af', 'api/x%3f', 'v0-0/x%3f',
  '%253f', 'x?', 'x?/api/metrics', '$uri', '%24uri', '$confab_mount'];

/**
 * @param {string} method @param {string} path @param {string} [more]
 * @param {string | Buffer} [body]
 */
async function ask(method, path, more = '', body = '') {
  const one = rawTls(suite.site.port, Buffer.concat([Buffer.from(
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${more}`
    + `Connection: close\r\n\r\n`), Buffer.from(body)]));
  /* nginx lingers where it has not read all. */
  await Promise.race([one.closed, until(() => isWhole(one.text()),
    { what: `an answer to ${path}` })]);
  one.socket.destroy();
  return one.text();
}

/** @param {string} text */
function isWhole(text) {
  const head = text.indexOf('\r\n\r\n');
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head + 2));
  return head >= 0 && length !== null
    && text.length >= head + 4 + Number(length[1]);
}

const outside = 'X-Test-Address: 192.0.2.7\r\n';
const huge = `Content-Type: application/json\r\nContent-Length: ${1 << 30}\r\n`;

/** @type {[string, string, string, string][]} method, end, headers, body */
const REFUSED = [
  ['GET', '/api/metrics', outside, ''],
  ['POST', '/api/login', huge, 'x'],
  ['POST', '/api/chat/completions', huge, 'x'],
  ['POST', '/index.html', '', ''],
  ['GET', '/v0.1-0/none.js', 'Accept-Encoding: br, gzip\r\n', ''],
  ['GET', '/', '', ''],
  ['GET', '/index.html', '', ''],
];

test('no refusal leads to what only the server may reach', async () => {
  for (const mount of MOUNTS) {
    for (const trick of TRICKS) {
      await Promise.all(REFUSED.map(async ([method, end, headers, body]) => {
        const text = await ask(method, mount + trick + end, headers, body);
        assert.doesNotMatch(text, new RegExp(MARK),
          `${method} ${mount}${trick}${end}`);
      }));
    }
  }
});

test('nor does a worker that is away', async () => {
  const { site } = suite;
  await site.worker.stop('SIGKILL');
  try {
    for (const mount of MOUNTS) {
      for (const trick of TRICKS) {
        const text = await ask('GET', `${mount}${trick}/api/health`);
        assert.doesNotMatch(text, new RegExp(MARK), trick);
      }
      /* Its answer says so, and is not a page of the site's. */
      const text = await ask('GET', `${mount}api/health`);
      assert.match(text, /^HTTP\/1.1 50[24]/);
      assert.doesNotMatch(text, /site-/);
    }
  } finally {
    await site.startWorker();
  }
});

test('metrics are this host\'s under every spelling', async () => {
  for (const mount of MOUNTS) {
    for (const path of ['api/metrics', 'a/api/metrics', 'api//metrics',
      'api/./metrics', 'api/x/../metrics', '%61pi/metrics', 'api%2fmetrics',
      'api/metrics%0a', 'api/metrics/', 'api/metrics%00', 'api/metrics?x',
      'api/metrics%3f', 'api/metrics;x', 'API/METRICS',
      'api/metrics/api/metrics', 'api/api/metrics']) {
      const text = await ask('GET', mount + path, outside);
      assert.doesNotMatch(text, /confab_/, path);
      assert.match(text, /^HTTP\/1.1 40[0345]/, path);
    }
  }
});

test('the page is at the mount point and nowhere below it', async () => {
  for (const mount of MOUNTS) {
    for (const path of ['foo/', 'foo/index.html', 'foo/bar/', 'api/',
      'index.html/', 'foo/manifest.webmanifest', 'v0-0/', 'v0-0/index.html',
      'v0-0/../../x/']) {
      const text = await ask('GET', mount + path);
      assert.doesNotMatch(text, /<div id="app"/, mount + path);
    }
    assert.match(await ask('GET', mount), /<div id="app"/);
  }
});

test('a location without its last slash serves nothing of the disk',
  async (t) => {
    const site = await startSite({ mounts: ['/chat'] });
    t.after(() => site.close());
    const old = suite.site;
    suite.site = site;
    try {
      for (const path of ['/chat../www/index.html', '/chat../',
        '/chat../confab.fcgi', '/chat../www/', '/chat..%2fwww/index.html',
        '/chat../config.h', '/chat./index.html', '/chat/', '/chat',
        '/chat//', '/chat/index.html', '/chatindex.html', '/chat-/',
        '/chat../www/manifest.webmanifest']) {
        const text = await ask('GET', path);
        assert.match(text, /^HTTP\/1.1 (400|403|404) /, path);
      }
    } finally {
      suite.site = old;
    }
  });

test('no shipped file has a directive that takes an address from a request',
  () => {
    const folder = join(sourceDir, 'nginx');
    const looks = new RegExp('^\\s*(error_page|rewrite|try_files|auth_request|'
      + 'mirror|post_action|index|proxy_pass|fastcgi_index)\\s[^;]*\\$');
    for (const name of readdirSync(folder)) {
      for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
        assert.doesNotMatch(line, looks, name);
        /* What an alias takes is a name that cannot climb. */
        if (/^\s*alias\s[^;]*\$/.test(line)) {
          assert.match(line, /alias @wwwdir@\/\$confab_file(\$confab_br)?;/);
        }
      }
    }
  });
