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
/* Its calls wait for a person for a moment only. */
const brief = new ToolServer('legacy');

before(async () => {
  /** @type {any} */
  const config = { limits: { requests_per_minute: 0 }, relay_threads: 3,
    timeouts: { grace: '200ms' },
    'tool_server "brief"': { url: await brief.listen(),
      limits: { input: '2s' } } };
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
  await brief.close();
  for (const server of Object.values(servers)) await server.close();
});

let generation = 1;

/** A process is gone. @param {number} number of a generation */
const over = (number) => until(() =>
  RegExp(`generation=${number} ended with code 0`).test(site.log()));

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

/* ---- What waits for a person ----------------------------------------------- */

/** @param {string} text @returns {any} the result of a streamed call */
const resultOf = (text) => [...text.matchAll(/^data: (\{.*)$/gm)]
  .map(([, data]) => JSON.parse(String(data)))
  .find(({ type, error }) => type === 'result' || error);

/** Begins a call that asks. @param {string} [server] @param {string} [key] */
async function question(server = 'legacy', key = newKey()) {
  const body = { name: `${server}__act`, arguments: { do: 'ask' },
    stream: true };
  const answer = await client.post('api/tools/call', body,
    { 'Idempotency-Key': key });
  const { input_required: asked } = resultOf(await answer.text());
  const [id] = Object.keys(asked.requests);
  return { ...body, request_state: asked.state,
    input_responses: { [String(id)]: { action: 'accept',
      content: { name: 'Ada' } } } };
}

/** @param {any} body @param {string} [key] @returns {Promise<any>} */
async function said(body, key, as = client) {
  const answer = await as.post('api/tools/call', body,
    key === undefined ? {} : { 'Idempotency-Key': key });
  if (answer.status !== 200) return (await answer.json()).error.code;
  const { content, error } = body.stream ? resultOf(await answer.text())
    : await answer.json();
  return error?.code ?? content[0].text;
}

/** The answers that the server has had to its questions. */
const replies = (server = servers.legacy) => server.seen.filter(({ body }) =>
  body?.result?.action !== undefined).map(({ body }) => body.result);

test('an answer comes to the generation whose call waits for it, once, and '
  + 'that generation stays as long', async () => {
  const before = generation;
  const bodies = [await question(), await question(), await question()];
  const { acted } = servers.legacy;
  await upgraded();
  bodies.push(await question());
  await upgraded();
  const had = replies().length;
  const key = newKey();
  const [first, second, again] = await Promise.all([said(bodies[0], key),
    said(bodies[3], newKey()), said(bodies[0], key)]);
  assert.deepEqual([first, second, again],
    ['accept Ada', 'accept Ada', 'accept Ada']);
  assert.equal(await said({ ...bodies[1], stream: false }), 'accept Ada',
    'without a key, and not streamed');
  assert.equal(replies().length, had + 3);
  for (const body of [bodies[0], bodies[1], bodies[3]]) {
    assert.equal(await said(body, newKey()), 'tool_gone');
  }
  assert.doesNotMatch(site.log(), RegExp(`generation=${before} ended`));
  assert.equal(await said(bodies[2], newKey()), 'accept Ada');
  assert.equal(replies().length, had + 4);
  assert.equal(servers.legacy.acted, acted + 1, 'none was called anew');
  await over(before);
  await over(before + 1);
});

test('nobody else goes on with it: another user, login or tool', async () => {
  const body = await question();
  await upgraded();
  const had = replies().length;
  const bob = await site.signedIn({ user: 'bob' });
  site.forgetSessions();
  const other = await site.signedIn();
  assert.equal(await said(body, newKey(), bob), 'tool_gone');
  assert.equal(await said(body, newKey(), other), 'tool_gone');
  assert.equal(await said({ ...body, name: 'legacy__echo' }, newKey()),
    'tool_gone');
  assert.equal(await said({ ...body, request_state:
    body.request_state.replace(/.$/, (/** @type {string} */ c) =>
      c === '0' ? '1' : '0') }, newKey()), 'tool_gone');
  assert.equal(replies().length, had);
  assert.equal(await said({ ...body, input_responses: undefined }, newKey()),
    'cancel ', 'its own login may go away');
});

test('an answer that is too long for the way is told as one that is late, '
  + 'and a shorter one is still taken', async () => {
  const body = await question();
  await upgraded();
  const long = structuredClone(body);
  const [id] = Object.keys(body.input_responses);
  long.input_responses[String(id)].content.name = 'x'.repeat(65536);
  assert.equal(await said(long, newKey()), 'tool_gone');
  long.input_responses[String(id)].content.name = 'x'.repeat(60000);
  assert.equal(await said(long, newKey()), `accept ${'x'.repeat(60000)}`);
});

test('a call that nobody answers keeps its generation for its own time',
  async () => {
    const before = generation;
    const begun = Date.now();
    await question('brief');
    const { id } = brief.lastCall.body;
    await upgraded();
    await until(() => brief.cancelled.includes(id));
    assert.ok(Date.now() - begun >= 2000, 'and not when it was upgraded');
    await over(before);
  });

test('a call that waits is stopped by the key of the stream that asked, also '
  + 'when that is gone', async () => {
  const before = generation;
  const key = newKey();
  const body = await question('legacy', key);
  const { id } = servers.legacy.lastCall.body;
  await upgraded();
  await until(async () =>
    (await client.get(`api/streams/${key}`)).status === 404);
  const bob = await site.signedIn({ user: 'bob' });
  assert.equal(await bob.stop(key), 404);
  assert.ok(!servers.legacy.cancelled.includes(id));
  assert.equal(await client.stop(key), 204);
  await until(() => servers.legacy.cancelled.includes(id));
  assert.equal(await said(body, newKey()), 'tool_gone');
  await over(before);
});

test('a call ends with a worker that is killed, and nothing is called anew',
  async () => {
    const before = generation;
    const body = await question();
    await upgraded();
    const pid = Number(RegExp(`generation=${before} pid=(\\d+) starts`)
      .exec(site.log())?.[1]);
    process.kill(pid, 'SIGKILL');
    await until(() => RegExp(`generation=${before} ended`).test(site.log()));
    const { acted } = servers.legacy;
    assert.equal(await said(body, newKey()), 'tool_gone');
    assert.equal(servers.legacy.acted, acted, 'and nothing is called anew');
  });
