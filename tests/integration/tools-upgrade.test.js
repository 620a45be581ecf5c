/* SPDX-License-Identifier: MIT */
/** Calls of tools that are under way when a new worker takes over. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { until } from '../harness/children.js';
import { newKey } from '../harness/client.js';
import { controlPath } from '../harness/paths.js';
import { startSite } from '../harness/site.js';
import { ToolServer } from '../upstream/mcp.js';

/** @type {any} */
let site;
/** @type {any} */
let client;
const servers = { modern: new ToolServer('modern'),
  legacy: new ToolServer('legacy') };

before(async () => {
  /** @type {any} */
  const config = { limits: { requests_per_minute: 0 } };
  for (const [name, server] of Object.entries(servers)) {
    config[`tool_server "${name}"`] = { url: await server.listen() };
  }
  site = await startSite({ args: ['--master'], users: ['ann', 'bob'], config });
  client = await site.signedIn();
  await until(async () =>
    (await client.getJson('api/tools'))[1].errors.length === 0);
});

after(async () => {
  await site?.close();
  for (const server of Object.values(servers)) await server.close();
});

let generation = 1;

/** Ends with a new worker that serves. */
async function upgrade() {
  const child = spawn(controlPath,
    ['--config', site.configFile, 'upgrade'], { stdio: 'ignore' });
  assert.deepEqual(await once(child, 'close'), [0, null], site.log());
}

/** A new worker serves, and alone. */
async function upgraded() {
  await upgrade();
  await until(() => RegExp(`generation=${generation} (accepts no more|ended)`)
    .test(site.log()));
  generation += 1;
}

/** @param {string} name @param {string} key @param {string} [order] */
const call = (name, key, order = 'hold', as = client) =>
  as.post('api/tools/call', { name: `${name}__act`,
    arguments: { do: order }, stream: true }, { 'Idempotency-Key': key });

for (const [name, server] of Object.entries(servers)) {
  test(`a call of a server of the ${name} era is gone on with, joined and `
    + 'stopped in the generation that has it, and made once', async () => {
    const { acted } = server;
    const [kept, ended] = [newKey(), newKey()];
    const first = await call(name, kept);
    const stopped = await call(name, ended);
    await until(() => server.acted === acted + 2);
    await upgraded();
    await upgraded();
    const rest = await client.get(`api/streams/${kept}`,
      { headers: { 'Last-Event-ID': '1' } });
    const same = await call(name, kept);
    const other = await call(name, kept, 'fail');
    assert.equal(other.status, 422, await other.text());
    const bob = await site.signedIn({ user: 'bob' });
    assert.equal((await bob.get(`api/streams/${kept}`)).status, 404);
    assert.equal(await bob.stop(ended), 404);
    const { closed } = server;
    assert.equal(await client.stop(ended), 204);
    await until(() => server.closed > closed);
    assert.match(await stopped.text(), /"code":"stopped"/);
    const used = await call(name, ended);
    assert.equal(used.status, 409, await used.text());
    server.release();
    for (const answer of [first, same]) {
      assert.match(await answer.text(), /held.*let go.*\[DONE\]/s);
    }
    const tail = await rest.text();
    assert.match(tail, /let go.*\[DONE\]/s);
    assert.doesNotMatch(tail, /held/);
    assert.equal(server.acted, acted + 2);
    const fresh = await call(name, newKey(), 'fail');
    assert.match(await fresh.text(), /it did not work/);
  });
}

test('a new worker knows the tools before it serves', async () => {
  const { modern: { server }, legacy } = servers;
  const [serve] = server.listeners('request');
  let wanted = 0;
  /** @type {(value?: unknown) => void} */
  let open = () => {};
  const opened = new Promise((resolve) => { open = resolve; });
  server.removeAllListeners('request');
  server.on('request', async (...args) => {
    wanted += 1;
    await opened;
    serve?.apply(server, args);
  });
  const { length } = legacy.seen;
  const over = upgraded();
  await until(() => wanted > 0 && legacy.seen.length > length);
  for (let i = 0; i < 200; i += 1) {
    const [, { errors }] = await client.getJson('api/tools');
    assert.deepEqual(errors, []);
  }
  assert.doesNotMatch(site.log(), RegExp(`generation=${generation + 1} \\S+ serves`));
  open();
  await over;
  assert.deepEqual((await client.getJson('api/tools'))[1].errors, []);
});
