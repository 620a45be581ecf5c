/* SPDX-License-Identifier: MIT */
/**
 * Calls of tools between hosts: at one alone, found from each, made once; and
 * what is told of one whose host was killed.
 */

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { until } from '../harness/children.js';
import { newKey } from '../harness/client.js';
import { HOSTS, Hosts } from '../harness/hosts.js';
import { freePort } from '../harness/places.js';
import { ToolServer } from '../upstream/mcp.js';

const ADDRESSES = ['192.0.2.1:9000', '192.0.2.2:9000', '192.0.2.3:9000'];

/** @type {Hosts} */
let hosts;
/** @type {import('../harness/client.js').Client} */
let client;
const servers = { modern: new ToolServer('modern'),
  legacy: new ToolServer('legacy') };

/** @type {any} */
const config = { limits: { requests_per_minute: 0 },
  timeouts: { grace: '20s', heartbeat: '500ms' } };

before(async () => {
  for (const [name, server] of Object.entries(servers)) {
    config[`tool_server "${name}"`] = { url: await server.listen() };
  }
  hosts = await new Hosts({ users: ['ann'], config }).start();
  client = await hosts.site.signedIn({ h2: true });
  for (const host of HOSTS) await listed(host);
});

after(async () => {
  await hosts?.close();
  for (const server of Object.values(servers)) await server.close();
});

/** @param {string} host */
const at = (host) => ({ 'X-At': host });

/** A host knows the tools. @param {string} host */
const listed = (host) => until(async () => {
  const answer = await client.get('api/tools', { headers: at(host) });
  return (await answer.json()).errors.length === 0;
}, { what: `tools at ${host}` });

/** @param {string} host @param {string} era @param {string} key */
const call = (host, era, key) => client.post('api/tools/call',
  { name: `${era}__act`, arguments: { do: 'hold' }, stream: true },
  { 'Idempotency-Key': key, ...at(host) });

/** @param {string} host @param {string} key */
const resume = (host, key) => client.get(`api/streams/${key}`,
  { headers: at(host) });

for (const [era, server] of Object.entries(servers)) {
  test(`a call of a server of the ${era} era is joined at another host, made `
    + 'once, and stopped from a third', async () => {
    const { acted, closed } = server;
    const [kept, ended] = [newKey(), newKey()];
    const first = await call('a', era, kept);
    const same = await call('b', era, kept);
    const stopped = await call('b', era, ended);
    await until(() => server.acted === acted + 2);
    const stop = await client.request('DELETE', `api/streams/${ended}`,
      { headers: at('c') });
    assert.equal(stop.status, 204);
    await until(() => server.closed > closed);
    assert.match(await stopped.text(), /"code":"stopped"/);
    server.release();
    for (const answer of [first, same, await resume('c', kept)]) {
      assert.match(await answer.text(), /let go.*\[DONE\]/s);
    }
    assert.equal(server.acted, acted + 2);
  });
}

test('a call whose host was killed is told as lost, and its key makes no '
  + 'second one anywhere', async () => {
  const calls = await Promise.all(Object.entries(servers).map(
    async ([era, server]) => {
      const { acted } = server;
      const key = newKey();
      const answer = await call('c', era, key);
      await until(() => server.acted === acted + 1);
      return { era, server, key, answer, acted: acted + 1 };
    }));
  hosts.workers.c.kill('SIGKILL');
  await hosts.workers.c.exit;
  for (const { era, server, key, answer, acted } of calls) {
    const text = await answer.text().catch(() => '');
    assert.doesNotMatch(text, /"type":"result"|\[DONE\]/);
    for (const host of ['a', 'b']) {
      await until(async () => {
        const said = await resume(host, key);
        const body = await said.text();
        /* "stream_never" would let a page make it again */
        assert.doesNotMatch(body, /stream_never/);
        return said.status === 404
          && JSON.parse(body).error.code === 'stream_lost';
      }, { what: `it is lost at ${host}` });
      const again = await call(host, era, key);
      const { error } = await again.json();
      assert.deepEqual([again.status, error.code],
        [409, 'idempotency_key_used']);
    }
    assert.equal(server.acted, acted, 'it has acted once');
  }
  await hosts.startHost('c');
  await hosts.linked();
  await listed('c');
  for (const { era, server, key, acted } of calls) {
    const again = await call('c', era, key);
    assert.equal(again.status, 409, await again.text());
    assert.equal(server.acted, acted);
    server.release();
  }
});

test('behind the shipped balancer an answer comes to the host whose call waits, '
  + 'by the beginning of its key', async () => {
  const many = new Hosts({ users: ['ann'], config });
  for (const name of ['b', 'c']) {
    many.listens[name] = `127.0.0.1:${await freePort()}`;
  }
  many.site.options.example = async () => ({ file: 'example-scale-out.conf',
    change: ADDRESSES.map((address, i) =>
      /** @type {[string, string]} */ ([address, many.listens[HOSTS[i]]])) });
  try {
    await many.start();
    const ann = await many.site.signedIn({ h2: true });
    /** @param {string} key @param {any} [more] */
    const act = async (key, more = {}) => {
      const answer = await ann.post('api/tools/call', { name: 'legacy__act',
        arguments: { do: 'ask' }, ...more }, { 'Idempotency-Key': key });
      return answer.json();
    };
    for (const host of HOSTS) {
      await until(async () => JSON.parse((await many.ask(host, {
        path: 'api/tools', headers: { Cookie: ann.cookie },
      })).body.toString()).errors.length === 0, { what: `tools at ${host}` });
    }
    for (let i = 0; i < 12; i += 1) {
      const key = newKey();
      const { input_required: { requests, state } } = await act(key);
      const body = await act(`${key}~1`, { request_state: state,
        input_responses: { [String(Object.keys(requests)[0])]:
          { action: 'accept', content: { name: 'Ada' } } } });
      assert.equal(body.content?.[0].text, 'accept Ada', JSON.stringify(body));
      /* and so does who stops it, or comes back to it */
      assert.equal((await ann.get(`api/streams/${key}~1`)).status, 200);
    }
  } finally {
    await many.close();
  }
});
