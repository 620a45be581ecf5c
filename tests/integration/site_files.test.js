/* SPDX-License-Identifier: MIT */
/** What nginx serves by the shipped file: the page, its headers, its caches. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { gunzipSync, brotliDecompressSync } from 'node:zlib';
import { useSite } from '../harness/suite.js';

const MOUNTS = ['/', '/a/b/'];
const suite = useSite({ mounts: MOUNTS });

/** @param {import('../harness/http.js').Answer} answer */
async function bytesOf(answer) {
  const parts = [];
  for await (const { bytes } of answer.pieces()) parts.push(bytes);
  return Buffer.concat(parts);
}

/** @param {import('../harness/client.js').Client} client */
async function pageOf(client) {
  const answer = await client.get('');
  assert.equal(answer.status, 200);
  return { headers: answer.headers, html: await answer.text() };
}

/** @param {string} html @returns {string[]} */
const references = (html) =>
  [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map((one) => one[1]);

for (const mount of MOUNTS) {
  test(`the page and all that it names are there, at ${mount}`, async () => {
    const client = suite.site.client({ mount, h2: true });
    const { headers, html } = await pageOf(client);
    assert.match(headers['content-type'], /^text\/html/);
    assert.match(headers['cache-control'], /no-cache/);
    const named = references(html);
    assert.ok(named.length > 3);
    for (const path of named) {
      assert.doesNotMatch(path, /^([a-z]+:|\/)/, 'relative only');
      const answer = await client.get(path);
      assert.equal(answer.status, 200, path);
      assert.ok((await bytesOf(answer)).length > 0, path);
    }
  });

  test(`without its last slash, ${mount} leads to the page`, async () => {
    if (mount === '/') return;
    const answer = await suite.site.client().get(mount.slice(1, -1));
    assert.ok([301, 302, 308].includes(answer.status));
    assert.equal(answer.headers.location, mount);
    await answer.text();
  });
}

test('security headers are on every answer, errors too', async () => {
  const { site } = suite;
  const client = site.client();
  for (const [method, path] of [['GET', ''], ['GET', 'index.html'],
    ['GET', 'nope.js'], ['GET', 'api/nope'], ['GET', 'api/session'],
    ['GET', 'api/health'], ['POST', 'api/login'],
    ['GET', references((await pageOf(client)).html)
      .find((one) => one.endsWith('.js')) ?? '']]) {
    const answer = await client.request(method, path,
      method === 'POST' ? { json: {} } : {});
    await answer.text();
    const { headers } = answer;
    const csp = String(headers['content-security-policy']);
    assert.match(csp, /default-src 'none'/, `${method} ${path}`);
    assert.doesNotMatch(csp, /unsafe-/);
    assert.match(csp, /frame-ancestors 'none'/);
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.ok(headers['referrer-policy'], path);
    assert.ok(headers['cross-origin-resource-policy'], path);
    /* Each once: a header doubled by nginx and worker is a header unread. */
    assert.doesNotMatch(csp, /default-src.*default-src/);
    assert.equal(headers['x-content-type-options'].includes(','), false);
  }
});

/** @param {string | string[] | undefined} header @returns {Record<string, string>} */
const directives = (header) => Object.fromEntries(String(header).split(';')
  .map((one) => /^(\S+)\s*(.*)$/.exec(one.trim())?.slice(1) ?? []));

test('the page\'s policy enforces Trusted Types, and knows no other place', async () => {
  const { headers } = await pageOf(suite.site.client());
  const { 'trusted-types': names, ...policy } = directives(headers['content-security-policy']);
  assert.match(names, /^[a-z -]+$/);
  assert.equal(policy['require-trusted-types-for'], "'script'");
  for (const directive of ['script-src', 'style-src', 'connect-src', 'worker-src', 'frame-src']) {
    assert.equal(policy[directive], "'self'", directive);
  }
  for (const directive of ['default-src', 'base-uri', 'frame-ancestors']) {
    assert.equal(policy[directive], "'none'", directive);
  }
  for (const [directive, sources] of Object.entries(policy)) {
    if (directive === 'require-trusted-types-for') continue;
    assert.match(sources, /^(?:'none'|(?:'self'|data:|blob:)(?: (?:data:|blob:))*)$/, directive);
  }
});

test('its frames have no origin and no network', async () => {
  const client = suite.site.client();
  const { html } = await pageOf(client);
  const version = references(html).find((one) => one.startsWith('v'))?.split('/')[0];
  for (const path of ['md/mermaid-frame.html', 'sandbox/frame.html']) {
    const answer = await client.get(`${version}/${path}`);
    await answer.text();
    assert.equal(answer.status, 200, path);
    const policy = directives(answer.headers['content-security-policy']);
    assert.equal(policy['sandbox'], 'allow-scripts', path);
    assert.equal(policy['default-src'], "'none'", path);
    assert.equal(policy['form-action'], "'none'", path);
    assert.equal(policy['frame-ancestors'], "'self'", path);
    for (const name of ['connect-src', 'frame-src', 'child-src', 'object-src']) {
      assert.equal(policy[name], undefined, `${path}: as by default`);
    }
    for (const [directive, sources] of Object.entries(policy)) {
      if (directive === 'sandbox') continue;
      assert.match(sources, /^'none'$|^(?:(?:'self'|'unsafe-inline'|'unsafe-eval'|data:|blob:) ?)+$/, `${path}: ${directive}`);
    }
  }
});

test('versioned files are cached for good, and compressed ahead', async () => {
  const client = suite.site.client({ h2: true });
  const { html } = await pageOf(client);
  const versioned = references(html).filter((one) => /^v[^/]+\//.test(one));
  assert.ok(versioned.length > 0);
  for (const path of versioned.filter((one) => /\.(js|css)$/.test(one))) {
    const plain = await client.get(path);
    assert.match(plain.headers['cache-control'], /max-age=\d{7,}/);
    assert.match(plain.headers['cache-control'], /immutable/);
    const bytes = await bytesOf(plain);
    for (const [coding, unpack] of /** @type {const} */ ([
      ['gzip', gunzipSync], ['br', brotliDecompressSync]])) {
      const answer = await client.get(path,
        { headers: { 'Accept-Encoding': coding } });
      const packed = await bytesOf(answer);
      if (answer.headers['content-encoding'] !== coding) {
        assert.equal(coding, 'br', 'gzip is always there');
        continue;
      }
      assert.match(String(answer.headers.vary), /accept-encoding/i);
      assert.deepEqual(unpack(packed), bytes, `${path} ${coding}`);
      assert.equal(answer.headers['content-type'],
        plain.headers['content-type']);
    }
  }
});

test('nothing else of the disk is served', async () => {
  const client = suite.site.client();
  for (const path of ['../nginx.conf', '..%2fnginx.conf', '%2e%2e/users',
    '.git/config', 'vendor/', 'index.html/', 'v0/../../users']) {
    const answer = await client.get(path);
    assert.ok([400, 403, 404].includes(answer.status),
      `${path}: ${answer.status}`);
    await answer.text();
  }
});

test('a file has two methods, and the refusal of others names them',
  async () => {
    for (const mount of MOUNTS) {
      const client = suite.site.client({ mount });
      const { html } = await pageOf(client);
      const script = references(html).find((one) => one.endsWith('.js')) ?? '';
      for (const path of ['', 'index.html', script]) {
        const head = await client.request('HEAD', path);
        assert.equal(head.status, 200);
        assert.equal((await bytesOf(head)).length, 0);
        for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
          const answer = await client.request(method, path);
          await answer.text();
          assert.equal(answer.status, 405, `${method} ${path}`);
          assert.equal(answer.headers.allow, 'GET, HEAD');
          assert.match(answer.headers['content-security-policy'],
            /default-src 'none'/);
        }
      }
    }
  });

test('a file is fetched anew only when it changed, and in parts on request',
  async () => {
    const client = suite.site.client();
    const { headers, html } = await pageOf(client);
    const script = references(html).find((one) => one.endsWith('.js')) ?? '';
    for (const [path, tag] of [['', headers.etag], [script, '']]) {
      const whole = await client.get(path);
      const bytes = await bytesOf(whole);
      const again = await client.get(path,
        { headers: { 'If-None-Match': tag || whole.headers.etag } });
      assert.equal(again.status, 304);
      assert.equal((await bytesOf(again)).length, 0);
      assert.equal(again.headers['cache-control'],
        whole.headers['cache-control']);
      const part = await client.get(path, { headers: { Range: 'bytes=3-9' } });
      assert.equal(part.status, 206);
      assert.deepEqual(await bytesOf(part), bytes.subarray(3, 10));
    }
  });

test('another site is not let in: no header for its scripts, no preflight',
  async () => {
    const client = await suite.site.signedIn();
    for (const [method, path] of [['OPTIONS', 'api/chat/completions'],
      ['OPTIONS', 'api/models'], ['GET', 'api/models'],
      ['GET', 'api/session'], ['GET', '']]) {
      const answer = await client.request(method, path, { headers: {
        Origin: 'https://evil.example',
        ...(method === 'OPTIONS' ? { 'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'authorization' } : {}) } });
      await answer.text();
      if (method === 'OPTIONS') assert.equal(answer.status, 405);
      for (const name of Object.keys(answer.headers)) {
        assert.doesNotMatch(name, /^access-control-/, `${method} ${path}`);
      }
    }
  });
