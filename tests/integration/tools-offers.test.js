/* SPDX-License-Identifier: MIT */
/** Prompts and resources of tool servers of both eras, through nginx. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../harness/children.js';
import { startSite } from '../harness/site.js';
import { ToolServer } from '../upstream/mcp.js';

/** @type {any} */
let site;
const servers = { modern: new ToolServer('modern'),
  legacy: new ToolServer('legacy') };
/* Others: knows nothing of that; is not for everybody; is told to hide. */
const bare = { modern: new ToolServer('modern'),
  legacy: new ToolServer('legacy') };
const [closed, hidden] = [new ToolServer('modern'), new ToolServer('legacy')];
const all = [...Object.values(servers), ...Object.values(bare), closed,
  hidden];

before(async () => {
  /** @type {any} */
  const config = {};
  for (const server of Object.values(bare)) server.offers = null;
  for (const server of all) server.pageSize = 2;
  for (const [name, server] of Object.entries(servers)) {
    config[`tool_server "${name}"`] = { url: await server.listen(),
      limits: { result: '1M' } };
  }
  config['tool_server "none"'] = { url: await bare.modern.listen() };
  config['tool_server "old"'] = { url: await bare.legacy.listen() };
  config['tool_server "closed"'] = { url: await closed.listen(),
    users: ['bob'] };
  config['tool_server "hidden"'] = { url: await hidden.listen(),
    prompts: false, resources: false };
  site = await startSite({ users: ['ann', 'bob'], config });
  await until(async () => (await get('prompts')).errors.length === 0,
    { every: 100 });
});

after(async () => {
  await site?.close();
  for (const server of all) await server.close();
});

/** @param {string} path @param {string} [user] */
async function get(path, user = 'ann') {
  const client = await site.signedIn({ user });
  const [status, body] = await client.getJson(`api/${path}`);
  assert.equal(status, 200);
  return body;
}

/** @param {string} path @param {any} body @param {string} [user] */
async function post(path, body, user = 'ann') {
  const client = await site.signedIn({ user });
  const answer = await client.post(`api/${path}`, body);
  return { status: answer.status, body: await answer.json() };
}

test('prompts and resources are listed, page by page, without what is none',
  async () => {
    const { object, data } = await get('prompts');
    assert.equal(object, 'list');
    assert.deepEqual(data.filter((/** @type {any} */ { server }) =>
      server === 'legacy'), [
      { server: 'legacy', name: 'plain', description: 'Says hello.',
        arguments: [] },
      { server: 'legacy', name: 'review', title: 'Review code', arguments: [
        { name: 'language', description: 'Which one', required: true },
        { name: 'näme', required: false }] }]);
    const { data: resources, templates } = await get('resources');
    assert.deepEqual(resources.filter((/** @type {any} */ { server }) =>
      server === 'modern'), [
      { server: 'modern', uri: 'note://1', name: 'one', title: 'Note 1',
        mime_type: 'text/plain', size: 5 },
      { server: 'modern', uri: 'note://ünï', name: 'odd' }]);
    assert.deepEqual(templates.map((/** @type {any} */ one) =>
      [one.server, one.uri_template]).sort(),
    [['legacy', 'note://{id}'], ['modern', 'note://{id}']]);
  });

test('who may not use a server hears nothing of it', async () => {
  for (const path of ['prompts', 'resources']) {
    const names = new Set((await get(path)).data.map(
      (/** @type {any} */ { server }) => server));
    assert.deepEqual([...names].sort(), ['legacy', 'modern']);
    assert.ok((await get(path, 'bob')).data.some(
      (/** @type {any} */ { server }) => server === 'closed'));
  }
  const seen = closed.seen.length;
  for (const [path, body] of /** @type {[string, any][]} */ ([
    ['prompts/get', { server: 'closed', name: 'plain' }],
    ['resources/read', { server: 'closed', uri: 'note://1' }],
    ['prompts/get', { server: 'hidden', name: 'plain' }],
    ['resources/read', { server: 'hidden', uri: 'note://1' }],
    ['prompts/complete', { server: 'hidden', prompt: 'plain',
      argument: { name: 'a', value: '' } }],
    ['resources/read', { server: 'https://localhost/', uri: 'note://1' }],
  ])) {
    const { status, body: { error } } = await post(path, body);
    assert.deepEqual([status, error.code, error.param],
      [404, 'tool_not_found', 'server'], path);
  }
  assert.equal(closed.seen.length, seen, 'it was not asked');
  assert.equal(hidden.calls('prompts/list').length, 0);
});

test('the session says what there is', async () => {
  const session = await get('session');
  assert.equal(session.prompts, true);
  assert.equal(session.resources, true);
});

for (const era of /** @type {const} */ (['modern', 'legacy'])) {
  describe(`a server of the ${era} era`, () => {
    test('gives a prompt, filled in', async () => {
      const { status, body } = await post('prompts/get', { server: era,
        name: 'review', arguments: { language: 'C', 'näme': 'ä\u0001' } });
      assert.equal(status, 200);
      assert.equal(body.description, 'As asked');
      assert.equal(body.messages[0].content.text,
        `review ${JSON.stringify({ language: 'C', 'näme': 'ä\u0001' })}`);
      assert.equal(body.messages[1].content.resource.text, 'inner');
    });

    test('gives a resource, listed or of a template', async () => {
      for (const uri of ['note://1', 'note://ünï', 'note://7']) {
        const { status, body } = await post('resources/read',
          { server: era, uri });
        assert.equal(status, 200);
        assert.deepEqual(body.contents.map((/** @type {any} */ one) =>
          one.text ?? one.blob), [`at ${uri}`, 'AAEC']);
      }
    });

    test('completes an argument', async () => {
      const { body } = await post('prompts/complete', { server: era,
        prompt: 'review', argument: { name: 'language', value: 'py' },
        arguments: { other: 'x' } });
      assert.deepEqual(body.values, ['review', 'python',
        '{"arguments":{"other":"x"}}']);
      const { body: other } = await post('prompts/complete', { server: era,
        uri_template: 'note://{id}', argument: { name: 'id', value: '' } });
      assert.equal(other.values[0], 'note://{id}');
    });

    test('is told of, when it refuses or says too much', async () => {
      for (const [path, more, code] of [
        ['prompts/get', { name: 'none' }, 'tool_error'],
        ['prompts/get', { name: 'broken' }, 'tool_invalid'],
        ['resources/read', { uri: 'note://none' }, 'tool_error'],
        ['resources/read', { uri: 'note://huge' }, 'tool_too_large'],
      ]) {
        const { status, body } = await post(/** @type {string} */ (path),
          { server: era, .../** @type {any} */ (more) });
        assert.deepEqual([status, body.error.code], [502, code]);
      }
    });
  });
}

test('requests that are none are refused, and reach nobody', async () => {
  const seen = servers.modern.seen.length;
  for (const [path, body, param] of /** @type {[string, any, string][]} */ ([
    ['prompts/get', { name: 'plain' }, 'server'],
    ['prompts/get', { server: 'modern' }, 'name'],
    ['prompts/get', { server: 'modern', name: '' }, 'name'],
    ['prompts/get', { server: 'modern', name: 'plain',
      arguments: { a: 1 } }, 'arguments'],
    ['resources/read', { server: 'modern' }, 'uri'],
    ['resources/read', { server: 'modern', uri: 'x'.repeat(8193) }, 'uri'],
    ['resources/read', { server: 'modern', uri: ['note://1'] }, 'uri'],
    ['prompts/complete', { server: 'modern', prompt: 'a',
      argument: { name: 'x' } }, 'argument'],
    ['prompts/complete', { server: 'modern',
      argument: { name: 'x', value: '' } }, 'uri_template'],
  ])) {
    const { status, body: { error } } = await post(path, body);
    assert.deepEqual([status, error.code, error.param],
      [400, 'invalid_request', param], JSON.stringify(body).slice(0, 80));
  }
  assert.equal(servers.modern.seen.length, seen);
});

test('an address is in no log', async () => {
  await post('resources/read', { server: 'modern', uri: 'note://canary-81' });
  await until(() => /server=modern tool="resources\/read"/
    .test(site.worker.output()));
  assert.ok(!site.worker.output().includes('canary-81'));
});

test('what a legacy call needs opened first is a question', async () => {
  const server = servers.legacy;
  const first = await post('tools/call', { name: 'legacy__act',
    arguments: { do: 'open' } });
  const { requests, state } = first.body.input_required;
  const [[id, { method, params }]] =
    /** @type {[string, any][]} */ (Object.entries(requests));
  assert.equal(method, 'elicitation/create');
  assert.equal(params.url, 'https://connect.example/1');
  /** @param {string} action */
  const answer = (action) => post('tools/call', { name: 'legacy__act',
    arguments: { do: 'open' }, request_state: state,
    input_responses: { [id]: { action } } });
  const { acted } = server;
  const denied = await answer('decline');
  assert.deepEqual([denied.status, denied.body.error.code],
    [409, 'tool_declined']);
  assert.equal(server.acted, acted, 'it is not called in vain');
  const { body } = await answer('accept');
  assert.equal(body.content[0].text, 'after that');
  for (const data of [{}, { elicitations: 7 }, { elicitations: [] },
    { elicitations: [{}] }, { elicitations: new Array(9).fill({ url: 'x:' }) },
  ]) {
    server.opened = false;
    const { status, body: { error } } = await post('tools/call',
      { name: 'legacy__act', arguments: { do: 'open', data } });
    assert.deepEqual([status, error.code], [502, 'tool_error']);
  }
});
