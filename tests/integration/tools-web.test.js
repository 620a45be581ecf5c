/* SPDX-License-Identifier: MIT */
/**
 * The site's own SearXNG, and pages of the web: what is got, and all the
 * places where nothing may be got from.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '../harness/children.js';
import { startSite } from '../harness/site.js';
import { PageServer, SearxngServer } from '../upstream/searxng.js';

/** @type {any} */
let site;
const searxng = new SearxngServer();
const deaf = new SearxngServer();
const pages = new PageServer();
/* Nobody may come here, by whatever name. */
const inside = new PageServer();
const inside6 = new PageServer();
let there = '';
let folder = '';
let hidden = '';
let hidden6 = '';

before(async () => {
  const url = await searxng.listen();
  deaf.json = false;
  there = await pages.listen();
  hidden = await inside.listen('127.0.0.2');
  hidden6 = await inside6.listen('::1').catch(() => '');
  folder = mkdtempSync(join(tmpdir(), 'confab-web-'));
  const token_file = join(folder, 'token');
  writeFileSync(token_file, 'the-token\n', { mode: 0o600 });
  const secret = { token_file, token_header: 'X-Key' };
  site = await startSite({ users: ['ann'], config: {
    'tool_server "web"': { kind: 'searxng', url, ...secret, fetch: true,
      fetch_networks: ['127.0.0.1'], limits: { result: '1M' } },
    'tool_server "strict"': { kind: 'searxng', url, fetch: true },
    'tool_server "plain"': { kind: 'searxng', url },
    'tool_server "deaf"': { kind: 'searxng', url: await deaf.listen() } } });
  await until(async () => (await list()).errors.length === 1,
    { every: 100 });
});

after(async () => {
  await site?.close();
  for (const one of [searxng, deaf, pages, inside]) await one.close();
  if (hidden6) await inside6.close();
  rmSync(folder, { recursive: true, force: true });
});

/** @returns {Promise<any>} */
async function list() {
  const [, body] = await (await site.signedIn({})).getJson('api/tools');
  return body;
}

/** @param {string} name @param {any} given */
async function call(name, given) {
  const client = await site.signedIn({});
  const answer = await client.post('api/tools/call',
    { name, arguments: given });
  return { status: answer.status, body: await answer.json() };
}

/** The text of a page, with whether it is an error. @param {string} url */
async function fetched(url, server = 'web') {
  const { status, body } = await call(`${server}__fetch`, { url });
  assert.equal(status, 200, JSON.stringify(body));
  return { text: body.content[0].text, bad: body.is_error };
}

test('its tools are listed: fetch where it is allowed alone', async () => {
  const { data, errors } = await list();
  assert.deepEqual(data.map((/** @type {any} */ { name }) => name), [
    'web__search', 'web__fetch', 'strict__search', 'strict__fetch',
    'plain__search']);
  assert.equal(data[0].consent, 'ask');
  assert.equal(errors[0].server, 'deaf');
  assert.match(errors[0].message, /formats of search/);
  assert.equal((await call('plain__fetch', { url: there })).status, 404);
});

test('a search gives addresses, titles and words, and not too many',
  async () => {
    const { status, body } = await call('web__search', { query: 'a & b',
      page: 2, language: 'de', time_range: 'week' });
    assert.equal(status, 200);
    assert.match(body.content[0].text,
      /^1\. a & b 0\nhttps:\/\/r0\.example\/\né+\n\n2\. /);
    assert.equal(body.structured_content.results.length, 10);
    const { url, headers } = /** @type {any} */ (searxng.seen.at(-1));
    assert.equal(url, '/search?format=json&q=a+%26+b&language=de'
      + '&time_range=week&pageno=2');
    assert.equal(headers['x-key'], 'the-token');
  });

test('a search that goes wrong is told', async () => {
  for (const [query, status, code] of /** @type {const} */ ([
    ['broken', 502, 'tool_invalid'], ['busy', 429, 'tool_rate_limit'],
    ['moved', 502, 'tool_failed'], ['huge', 502, 'tool_too_large']])) {
    const answer = await call('web__search', { query });
    assert.deepEqual([answer.status, answer.body.error.code],
      [status, code], query);
  }
  for (const given of [{}, { query: 7 }, { query: 'x', page: 99 }]) {
    assert.equal((await call('web__search', given)).status, 400);
  }
});

test('a search ends when it is stopped', async () => {
  const client = await site.signedIn({});
  const key = 'stop-me';
  const answer = client.post('api/tools/call', { name: 'web__search',
    arguments: { query: 'silent' }, stream: true },
  { 'Idempotency-Key': key });
  await until(() => searxng.seen.at(-1)?.url.includes('silent'));
  assert.equal(await client.stop(key), 204);
  await (await answer).text();
});

test('a page is got as text, and told nothing of ours', async () => {
  assert.deepEqual(await fetched(`${there}/x?y=1#z`),
    { text: 'T\n\nA page & more.', bad: false });
  const { url, headers } = /** @type {any} */ (pages.seen.at(-1));
  assert.equal(url, '/x?y=1');
  assert.deepEqual(Object.keys(headers).sort(),
    ['accept', 'connection', 'host', 'user-agent'].filter((name) =>
      name in headers));
  assert.equal((await fetched(`${there}/latin`)).text, 'grün');
  assert.equal((await fetched(`${there}/json`)).text, '{"a":\n  1}');
});

test('a page that is none is told, so that another may be tried',
  async () => {
    for (const [path, want] of /** @type {[string, RegExp][]} */ ([
      ['/gone', /status 410/], ['/pdf', /no text/], ['/gzip', /not read/],
      ['/kanji', /not read/], ['/cut', /cannot be reached/],
      ['/loop', /from one address/], ['/nowhere', /no address/]])) {
      const { text, bad } = await fetched(there + path);
      assert.equal(bad, true, path);
      assert.match(text, want);
    }
    assert.match((await fetched(`${there}/empty`)).text, /no text/);
    const { text, bad } = await fetched(`${there}/huge`);
    assert.equal(bad, false);
    assert.match(text, /The page is longer/);
    assert.ok(text.length < 140000);
  });

test('redirects are followed, without cookies, where each may go',
  async () => {
    const to = (/** @type {string} */ url) =>
      `${there}/to?url=${encodeURIComponent(url)}`;
    assert.equal((await fetched(to('/page'))).text, 'T\n\nA page & more.');
    assert.equal(pages.seen.at(-1)?.headers.cookie, undefined);
    assert.equal((await fetched(to(to('//127.0.0.1:'
      + `${new URL(there).port}/`)))).bad, false);
    const before = inside.seen.length;
    for (const url of [hidden, hidden6 || 'http://[::1]/',
      'http://169.254.169.254/latest/meta-data/', 'http://10.0.0.1/',
      'http://0.0.0.0/', 'http://[::ffff:127.0.0.2]/',
      'http://[64:ff9b::7f00:2]/', 'http://[2002:7f00:2::1]/',
      'http://[fe80::1]/', 'http://[fd00::1]/', 'file:///etc/passwd',
      'gopher://127.0.0.1/', 'http://user@127.0.0.1/']) {
      const { text, bad } = await fetched(to(url));
      assert.equal(bad, true, url);
      assert.match(text, /may not be fetched|no address of the web/);
    }
    assert.equal(inside.seen.length, before);
    assert.equal(inside6.seen.length, 0);
  });

test('nothing within is reached, however it is spelt', async () => {
  const { port } = new URL(there);
  const before = pages.seen.length;
  for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f000001',
    '0x7f.1', '017700000001', '127.1', '0', '[::]', '[::1]',
    '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]',
    '[64:ff9b::7f00:1]', '127.0.0.1.', 'LOCALHOST', '127。0。0。1']) {
    const { status, body } = await call('strict__fetch',
      { url: `http://${host}:${port}/` });
    if (status === 400) continue; /* it is no address at all */
    assert.equal(status, 200, host);
    assert.equal(body.is_error, true, host);
  }
  for (const url of [there, `http://127.0.0.1@${new URL(there).host}/`,
    'https://192.168.1.1/', 'http://100.64.0.1/', 'http://[fc00::1]/']) {
    const { status, body } = await call('strict__fetch', { url });
    if (status !== 400) assert.equal(body.is_error, true, url);
  }
  assert.equal(pages.seen.length, before, 'nobody came');
});

test('what is no address is refused', async () => {
  for (const url of ['', 'x', '/x', 'ftp://a.example/', 'file:///etc/passwd',
    'javascript:1', 'http://', 'http://a:b@c.example/', 7, null,
    `http://a.example/${'x'.repeat(9000)}`, 'http://a.example\r\nx/']) {
    const { status, body } = await call('web__fetch', { url });
    assert.equal(status, 400, String(url));
    assert.equal(body.error.code, 'invalid_request');
  }
});

test('no address and no query is in the log', () => {
  const log = site.worker.output();
  assert.match(log, /tool user="ann" server=web tool="fetch"/);
  assert.ok(!log.includes('meta-data') && !log.includes('a & b'));
});
