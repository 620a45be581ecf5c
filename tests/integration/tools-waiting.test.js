/* SPDX-License-Identifier: MIT */
/** What goes on while a server of tools waits, and what is looked at again. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { until } from '../harness/children.js';
import { startSite } from '../harness/site.js';
import { ToolServer } from '../upstream/mcp.js';

/** @type {any} */
let site;
/** @type {any} */
let client;
const old = new ToolServer('legacy');
const young = new ToolServer('modern');

before(async () => {
  young.ttlMs = 1;
  site = await startSite({ config: {
    'tool_server "old"': { url: await old.listen(),
      limits: { input: '1s' } },
    'tool_server "young"': { url: await young.listen() } } });
  client = await site.signedIn({});
  await until(async () => {
    const [, { errors, data }] = await client.getJson('api/tools');
    return errors.length === 0 && data.length === 8;
  }, { every: 100 });
});

after(async () => {
  await site?.close();
  await old.close();
  await young.close();
});

/** @param {string} name @param {any} given @param {any} [more] */
async function call(name, given, more = {}) {
  const answer = await client.post('api/tools/call',
    { name, arguments: given, ...more });
  return { status: answer.status, body: await answer.json() };
}

test('a ping in the middle of a call is answered, and the call goes on',
  async () => {
    const { body } = await call('old__act', { do: 'ping' });
    assert.equal(body.content[0].text, 'pong {}');
  });

test('a question that nobody answers expires: the server is told, and an '
  + 'answer that comes late is refused', async () => {
  const { body } = await call('old__act', { do: 'ask' });
  const { state, requests } = body.input_required;
  const id = old.lastCall.body.id;
  await until(() => old.cancelled.includes(id));
  const { acted } = old;
  const late = await call('old__act', { do: 'ask' }, { request_state: state,
    input_responses: { [String(Object.keys(requests)[0])]: {
      action: 'accept', content: { name: 'Ada' } } } });
  assert.deepEqual([late.status, late.body.error.code], [410, 'tool_gone']);
  assert.equal(old.acted, acted, 'and nothing is called anew');
});

test('a list whose time is over is asked for again', async () => {
  young.tools = [...young.tools, { name: 'newborn',
    inputSchema: { type: 'object' } }];
  const asked = young.calls('tools/list').length;
  await until(async () => {
    const [, { data }] = await client.getJson('api/tools');
    return data.some((/** @type {any} */ one) => one.tool === 'newborn');
  }, { every: 100 });
  assert.ok(young.calls('tools/list').length > asked);
});

test('a server that a new configuration names is there without a restart, '
  + 'and one that it does not name is gone', async () => {
  const pid = site.worker.pid;
  const third = new ToolServer('modern');
  try {
    const before = readFileSync(site.configFile, 'utf8');
    writeFileSync(site.configFile, `${before.replace('tool_server "old"',
      'tool_server "third"').replace(String(old.url),
      await third.listen())}`);
    await site.reload();
    await until(async () => {
      const [, { data }] = await client.getJson('api/tools');
      const servers = new Set(data.map((/** @type {any} */ one) =>
        one.server));
      return servers.has('third') && !servers.has('old')
        && servers.has('young');
    }, { every: 100 });
    assert.equal((await call('old__echo', {})).status, 404);
    assert.equal((await call('third__echo', { text: 'b' })).status, 200);
    assert.equal(site.worker.pid, pid);
  } finally {
    await third.close();
  }
});
