/* SPDX-License-Identifier: MIT */
/** What an administrator says of servers of tools holds, whatever is asked. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '../harness/children.js';
import { startSite } from '../harness/site.js';
import { ToolServer } from '../upstream/mcp.js';

const TOKEN = 'canary-token-of-the-tool-server';
const folder = mkdtempSync(join(tmpdir(), 'confab-tools-'));
const token_file = join(folder, 'token');
const server = new ToolServer('modern');
const locked = new ToolServer('modern');
const slow = new ToolServer('modern');
/** what reached the place that a redirect names @type {any[]} */
const strayed = [];
const elsewhere = http.createServer((request, response) => {
  strayed.push(request.headers);
  response.end('{}');
});
const moved = http.createServer((_request, response) => {
  const { port } = /** @type {any} */ (elsewhere.address());
  response.writeHead(307, { Location: `http://localhost:${port}/mcp` });
  response.end();
});
/** @type {any} */
let site;

/** @param {http.Server} one @returns {Promise<string>} */
const listen = (one) => new Promise((resolve) => one.listen(0, '127.0.0.1',
  () => resolve(`http://localhost:${
    /** @type {any} */ (one.address()).port}/mcp`)));

before(async () => {
  writeFileSync(token_file, `${TOKEN}\n`, { mode: 0o600 });
  locked.token = TOKEN;
  const url = await server.listen();
  await listen(elsewhere);
  site = await startSite({ users: ['ann', 'bob'], config: {
    'tool_server "bobs"': { url, users: ['bob'] },
    'tool_server "some"': { url, allow: ['e*', 'act'], deny: ['a*'] },
    'tool_server "free"': { url, trust_annotations: true },
    'tool_server "never"': { url, consent: 'never' },
    'tool_server "always"': { url, consent: 'always' },
    'tool_server "few"': { url, limits: { calls_per_user: 1 } },
    'tool_server "slow"': { url: await slow.listen(),
      limits: { first_event: '1s', silence: '1s' } },
    'tool_server "brief"': { url, limits: { total: '1s' } },
    'tool_server "locked"': { url: await locked.listen(), token_file },
    'tool_server "moved"': { url: await listen(moved), token_file },
  } });
  await until(async () => (await list()).errors.length === 1, { every: 100 });
});

after(async () => {
  await site?.close();
  for (const one of [server, locked, slow]) await one.close();
  for (const one of [moved, elsewhere]) {
    one.closeAllConnections();
    one.close();
  }
  rmSync(folder, { recursive: true });
});

/** @returns {Promise<{data: any[], errors: any[]}>} */
async function list(user = 'ann') {
  return (await (await site.signedIn({ user })).getJson('api/tools'))[1];
}

/** @param {string} name @param {any} [given] @param {string} [user] */
async function call(name, given = {}, user = 'ann') {
  const client = await site.signedIn({ user });
  const answer = await client.post('api/tools/call',
    { name, arguments: given });
  return { status: answer.status, body: await answer.json() };
}

/** @param {string} of @param {any[]} data */
const toolsOf = (of, data) => data.filter((one) => one.server === of)
  .map(({ tool }) => tool).sort();

test('a server is there for its users alone', async () => {
  assert.deepEqual(toolsOf('bobs', (await list()).data), []);
  assert.ok(toolsOf('bobs', (await list('bob')).data).includes('echo'));
  const before_it = server.acted;
  const { status, body } = await call('bobs__echo');
  assert.equal(status, 404);
  assert.equal(body.error.code, 'tool_not_found');
  assert.doesNotMatch(JSON.stringify(await list()), /bobs/);
  assert.equal(server.acted, before_it);
  assert.equal((await call('bobs__echo', {}, 'bob')).status, 200);
});

test('what is not allowed or is denied is neither listed nor called',
  async () => {
    assert.deepEqual(toolsOf('some', (await list()).data), ['echo']);
    const before_it = server.acted;
    for (const name of ['some__act', 'some__region', 'some__wrong']) {
      const { status, body } = await call(name);
      assert.equal(status, 404, name);
      assert.equal(body.error.code, 'tool_not_found');
    }
    assert.equal(server.acted, before_it);
  });

test('annotations free from asking only where they are trusted', async () => {
  const { data } = await list();
  const consents = (/** @type {string} */ of) => Object.fromEntries(
    data.filter((one) => one.server === of)
      .map(({ tool, consent }) => [tool, consent]));
  assert.equal(consents('some')['echo'], 'ask');
  assert.equal(consents('free')['echo'], 'always');
  assert.equal(consents('free')['act'], 'ask');
  assert.equal(consents('always')['act'], 'always');
});

test('a tool that may never be called is not, whoever agrees', async () => {
  const before_it = server.acted;
  const { status, body } = await call('never__echo');
  assert.equal(status, 403);
  assert.equal(body.error.code, 'tool_denied');
  assert.equal(server.acted, before_it);
});

test('calls of one user at a time are limited', async () => {
  const client = await site.signedIn({ user: 'ann' });
  const key = randomUUID();
  const held = await client.post('api/tools/call', { name: 'few__act',
    arguments: { do: 'wait' }, stream: true }, { 'Idempotency-Key': key });
  await until(() => server.lastCall.body.params.arguments.do === 'wait');
  const { status, body } = await call('few__echo');
  assert.equal(status, 429);
  assert.equal(body.error.code, 'tool_limit');
  assert.equal((await call('few__echo', {}, 'bob')).status, 200);
  await client.stop(key);
  await held.text();
  assert.equal((await call('few__echo')).status, 200);
});

test('a server that says nothing, or no more, is not waited for', async () => {
  for (const order of ['silent', 'wait']) {
    const { status, body } = await call('slow__act', { do: order });
    assert.equal(status, 504, JSON.stringify(body));
    assert.match(body.error.code, /timeout/);
    await until(() => slow.closed > 0, { every: 50 });
  }
});

test('a call has an end, whatever is said meanwhile', async () => {
  for (const order of ['wait', 'drip']) {
    const { status, body } = await call('brief__act', { do: order });
    assert.equal(status, 504, `${order}: ${JSON.stringify(body)}`);
  }
});

test('a token goes to its server, and nowhere else', async () => {
  assert.equal((await call('locked__echo', { text: 'a' })).status, 200);
  assert.equal(locked.lastCall.headers.authorization, `Bearer ${TOKEN}`);
  const { errors } = await list();
  assert.equal(errors[0].server, 'moved');
  assert.notEqual((await call('moved__echo')).status, 200);
  assert.deepEqual(strayed, []);
  assert.ok(server.seen.every(({ headers }) => !headers.authorization));
  const told = JSON.stringify([await list(), await call('moved__echo')]);
  assert.ok(!told.includes(TOKEN));
});
