/* SPDX-License-Identifier: MIT */
/** Calls of tools, through nginx and worker, with servers of both eras. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { until } from '../harness/children.js';
import { startSite } from '../harness/site.js';
import { ToolServer } from '../upstream/mcp.js';

/** @type {any} */
let site;
const servers = { modern: new ToolServer('modern'),
  legacy: new ToolServer('legacy') };

before(async () => {
  /** @type {any} */
  const config = { relay_threads: 2 };
  for (const [name, server] of Object.entries(servers)) {
    config[`tool_server "${name}"`] = { url: await server.listen(),
      limits: { result: '1M' } };
  }
  site = await startSite({ users: ['ann', 'bob'], config });
  await until(async () => (await list()).errors.length === 0,
    { every: 100 });
});

after(async () => {
  await site?.close();
  for (const server of Object.values(servers)) await server.close();
});

/** @returns {Promise<{object: string, data: any[], errors: any[]}>} */
async function list(user = 'ann') {
  const client = await site.signedIn({ user });
  const [status, body] = await client.getJson('api/tools');
  assert.equal(status, 200);
  return body;
}

/**
 * One call; its status and the JSON of its answer.
 * @param {string} name @param {any} given @param {any} [more]
 * @param {{user?: string}} [options]
 */
async function call(name, given, more = {}, { user = 'ann' } = {}) {
  const client = await site.signedIn({ user });
  const answer = await client.post('api/tools/call',
    { name, arguments: given, ...more });
  return { status: answer.status, body: await answer.json() };
}

/**
 * Begins a streamed call.
 * @param {string} name @param {any} given
 * @param {{user?: string, more?: any, key?: string}} [options]
 */
async function stream(name, given, { user = 'ann', more = {},
  key = randomUUID() } = {}) {
  const client = await site.signedIn({ user });
  const answer = await client.post('api/tools/call',
    { name, arguments: given, stream: true, ...more },
    { 'Idempotency-Key': key });
  return { answer, key, client };
}

/**
 * All events of a streamed call, parsed; '[DONE]' stays.
 * @param {Parameters<typeof stream>} args
 */
async function events(...args) {
  const { answer } = await stream(...args);
  return eventsOf(await answer.text());
}

/** @param {string} text @returns {any[]} */
const eventsOf = (text) => [...text.matchAll(/^data: (.*)$/gm)]
  .map(([, data]) => data === '[DONE]' ? data : JSON.parse(data));

const eras = /** @type {const} */ (['modern', 'legacy']);

test('the tools of both eras are listed, and what breaks the rules is not',
  async () => {
    const { object, data } = await list();
    assert.equal(object, 'list');
    assert.equal(data.length, 8);
    const echo = data.find((one) => one.name === 'modern__echo');
    assert.deepEqual(Object.keys(echo), ['name', 'server', 'tool', 'title',
      'description', 'parameters', 'annotations', 'consent', 'digest']);
    assert.equal(echo.consent, 'ask');
    assert.equal(echo.annotations.readOnlyHint, true);
    assert.ok(data.every(({ name }) => /^[\w-]{1,64}$/.test(name)));
    assert.ok(!data.some(({ tool }) => tool === 'wrong'));
  });

for (const era of eras) {
  describe(`a server of the ${era} era`, () => {
    const server = servers[era];

    test('answers a call, whole and streamed', async () => {
      assert.deepEqual((await call(`${era}__echo`, { text: 'ä\u0001' })).body,
        { content: [{ type: 'text', text: 'echo: ä\u0001' }],
          is_error: false });
      const [result, done] = await events(`${era}__echo`, { text: 'b' });
      assert.deepEqual(result, { type: 'result',
        content: [{ type: 'text', text: 'echo: b' }], is_error: false });
      assert.equal(done, '[DONE]');
    });

    test('tells its progress', async () => {
      assert.deepEqual(await events(`${era}__act`, { do: 'progress' }), [
        ...[1, 2, 3].map((n) => ({ type: 'progress', progress: n, total: 3,
          message: `step ${n}` })),
        { type: 'message', level: 'info', logger: 'l', data: { a: 1 } },
        { type: 'result', content: [{ type: 'text', text: 'done' }],
          structured_content: { n: 3 }, is_error: false,
          resource_uri: 'ui://page',
          _meta: { ui: { resourceUri: 'ui://page' } } }, '[DONE]']);
    });

    test('says that a tool failed, or refuses', async () => {
      assert.equal((await call(`${era}__act`, { do: 'fail' })).body.is_error,
        true);
      const { status, body } = await call(`${era}__act`, { do: 'error' });
      assert.equal(status, 502);
      assert.equal(body.error.code, 'tool_error');
      assert.match(body.error.message, /-32602.*such thing/s);
    });

    test('is asked with the right headers', async () => {
      const { data } = await list();
      const odd = data.find(({ name }) => name.startsWith(`${era}__odd`));
      assert.equal((await call(odd.name, { text: 'x' })).status, 200);
      for (const where of ['eu', ' padded ', 'Zürich', '=?base64?x?=', '']) {
        const { status } = await call(`${era}__region`,
          { where, deep: { n: -7 } });
        assert.equal(status, 200, where);
      }
      assert.equal((await call(`${era}__region`, { where: null })).status,
        200);
    });

    test('is stopped, and told so', async () => {
      const { answer, key, client } = await stream(`${era}__act`,
        { do: 'wait' });
      await until(() =>
        server.lastCall.body.params.arguments.do === 'wait');
      const { closed } = server;
      const { id } = server.lastCall.body;
      assert.equal(await client.stop(key), 204);
      await until(() => server.closed > closed);
      if (era === 'legacy') await until(() => server.cancelled.includes(id));
      assert.doesNotMatch(await answer.text(), /\[DONE\]/);
    });

    test('acts once for one key, whatever comes twice', async () => {
      const before = server.acted;
      const key = randomUUID();
      const both = await Promise.all([1, 2].map(() =>
        events(`${era}__act`, { do: 'progress' }, { key })));
      assert.deepEqual(both[0], both[1]);
      assert.equal(server.acted, before + 1);
      const client = await site.signedIn({});
      const rest = await client.get(`api/streams/${key}`,
        { headers: { 'Last-Event-ID': '2' } });
      assert.deepEqual(eventsOf(await rest.text()), both[0].slice(2));
      const other = await stream(`${era}__act`, { do: 'fail' }, { key });
      assert.equal(other.answer.status, 422);
      await other.answer.text();
      assert.equal(server.acted, before + 1);
    });

    test('does not act again after its connection broke', async () => {
      const before = server.acted;
      const seen = await events(`${era}__act`, { do: 'cut' });
      assert.equal(seen.at(-1).error.code, 'upstream_closed');
      assert.match(seen.at(-1).error.message, /not known/);
      assert.equal(server.acted, before + 1);
    });

    test('answers too much', async () => {
      const { answer } = await stream(`${era}__act`, { do: 'huge', mib: 50 });
      assert.equal(answer.status, 502);
      assert.equal((await answer.json()).error.code, 'tool_too_large');
      const { status, body } = await call(`${era}__act`,
        { do: 'large', bytes: 2 << 20 });
      assert.equal(status, 502);
      assert.equal(body.error.code, 'tool_too_large');
    });

    test('answers much, or in many small events', async () => {
      const { body } = await call(`${era}__act`,
        { do: 'large', bytes: 900000 });
      assert.equal(body.content[0].text.length, 900000);
      const seen = await events(`${era}__act`, { do: 'many', n: 3000 });
      assert.equal(seen.length, 3002);
      assert.equal(seen.at(-2).content[0].text, 'after many');
    });

    test('answers with a million small events', async () => {
      const { closed } = server;
      const seen = await events(`${era}__act`, { do: 'many', n: 1e6 });
      assert.equal(seen.at(-1).error.code, 'tool_too_large');
      assert.ok(seen.length < 20000, `${seen.length}`);
      await until(() => server.closed > closed);
    });

    test('answers with bytes that are no UTF-8', async () => {
      const text = Buffer.from('{"jsonrpc":"2.0","id":ID,"result":{"content":'
        + '[{"type":"text","text":"\xff\xfe\xc3(\xed\xa0\x80"}]}}', 'latin1');
      const answer = await (await site.signedIn({})).post('api/tools/call',
        { name: `${era}__act`, arguments: { do: 'bytes',
          base64: text.toString('base64') } });
      const bytes = Buffer.from(await answer.text());
      assert.equal(bytes.toString(), new TextDecoder('utf-8', { fatal: true })
        .decode(bytes));
      assert.match(JSON.parse(String(bytes)).content[0].text,
        /^\ufffd+\(\ufffd+$/);
    });

    for (const [what, bytes, type] of [
      ['nothing', ''], ['no JSON', '<html>'],
      ['another answer', '{"jsonrpc":"2.0","id":"x","result":{}}'],
      ['a result that is none', '{"jsonrpc":"2.0","id":ID,"result":7}'],
      ['content that is no list',
        '{"jsonrpc":"2.0","id":ID,"result":{"content":"x"}}'],
      ['a bomb of brackets', '['.repeat(100000)],
      ['an event of nothing', 'data: {}\n\n', 'text/event-stream'],
    ]) {
      test(`answers with ${what}`, async () => {
        const { status, body } = await call(`${era}__act`, { do: 'bytes',
          base64: Buffer.from(bytes).toString('base64'), type });
        assert.equal(status, 502);
        assert.match(body.error.code, /^tool_(invalid|closed)$/);
      });
    }

    test('answers with a compressed body', async () => {
      const { status, body } = await call(`${era}__act`, { do: 'bytes',
        base64: '', headers: { 'Content-Encoding': 'gzip' } });
      assert.equal(status, 502, body.error?.code);
    });

    for (const [code, want, ours = 502] of /** @type {[number, string,
      number?][]} */ ([[301, 'tool_redirect'],
      [401, 'tool_auth'], [429, 'tool_rate_limit', 429],
      [500, 'tool_failed']])) {
      test(`refuses a call with ${code}`, async () => {
        const before = server.acted;
        const { status, body } = await call(`${era}__act`,
          { do: 'status', status: code });
        assert.deepEqual([status, body.error.code], [ours, want]);
        assert.equal(server.acted, before + 1);
      });
    }

    test('asks a person', async () => {
      const first = await events(`${era}__act`, { do: 'ask' });
      const { input_required: asked } = first.at(-2);
      const [[name, request]] = Object.entries(asked.requests);
      assert.equal(request.method, 'elicitation/create');
      assert.equal(request.params.message, 'Who?');
      const more = { input_responses: { [name]: { action: 'accept',
        content: { name: 'Ada' } } }, request_state: asked.state };
      /* another user's answer is none */
      const foreign = await call(`${era}__act`, { do: 'ask' }, more,
        { user: 'bob' });
      if (era === 'legacy') assert.equal(foreign.status, 410);
      const rest = await events(`${era}__act`, { do: 'ask' }, { more });
      assert.match(rest.at(-2).content[0].text, /Ada/);
      if (era === 'modern') {
        assert.match(rest.at(-2).content[0].text, /opaque "state"/);
      } else {
        const again = await call(`${era}__act`, { do: 'ask' }, more);
        assert.equal(again.status, 410, 'an answer is taken once');
      }
    });
  });
}

test('a call is stopped while its person is asked, and its server told',
  async () => {
    const { answer, key, client } = await stream('legacy__act', { do: 'ask' });
    const { id } = servers.legacy.lastCall.body;
    const { state } = eventsOf(await answer.text()).at(-2).input_required;
    assert.equal(await client.stop(key), 204);
    await until(() => servers.legacy.cancelled.includes(id));
    const late = await client.post('api/tools/call', { name: 'legacy__act',
      arguments: {}, request_state: state, input_responses: {} });
    assert.equal(late.status, 410, await late.text());
  });

test('an answer is for the call that waits, also when nobody knows just now of '
  + 'which era its server is', async () => {
  const server = servers.legacy;
  const client = await site.signedIn();
  /** @param {any} more */
  const act = async (more) => {
    const answer = await client.post('api/tools/call',
      { name: 'legacy__act', arguments: { do: 'ask' }, ...more });
    return [answer.status, await answer.json()];
  };
  const [, { input_required: { state, requests } }] = await act({});
  server.status = 418;
  const [status] = await act({});
  server.status = 0;
  assert.equal(status, 502);
  const { acted } = server;
  const [, { content }] = await act({ request_state: state,
    input_responses: { [String(Object.keys(requests)[0])]:
      { action: 'accept', content: { name: 'Ada' } } } });
  assert.equal(content[0].text, 'accept Ada');
  assert.equal(server.acted, acted, 'nothing is called anew');
});

test('requests that are none are refused, and reach nobody', async () => {
  const { acted } = servers.modern;
  const client = await site.signedIn({});
  for (const [body, status, code] of [
    [{ name: 7 }, 400, 'invalid_request'], [{}, 400, 'invalid_request'],
    [{ name: 'modern__echo', arguments: [] }, 400, 'invalid_request'],
    [{ name: 'modern__echo', arguments: '{}' }, 400, 'invalid_request'],
    [{ name: 'modern__echo', stream: 'yes' }, 400, 'invalid_request'],
    [{ name: 'modern__nothing' }, 404, 'tool_not_found'],
    [{ name: 'nobody__echo' }, 404, 'tool_not_found'],
    [{ name: 'modern__wrong' }, 404, 'tool_not_found'],
    [{ name: 'http://localhost/mcp' }, 404, 'tool_not_found'],
  ]) {
    const answer = await client.post('api/tools/call', body);
    assert.equal(answer.status, status, JSON.stringify(body));
    assert.equal((await answer.json()).error.code, code);
  }
  assert.equal(servers.modern.acted, acted);
});

test('a stream that broke goes on where a legacy server can', async () => {
  const seen = await events('legacy__act', { do: 'resume' });
  assert.equal(seen.at(-2).content[0].text, 'the rest');
  const asked = servers.legacy.seen.findLast(({ method }) => method === 'GET');
  assert.equal(asked?.headers['last-event-id'], 'e-1');
});

test('a legacy session is one login\'s, and begun anew when forgotten',
  async () => {
    const server = servers.legacy;
    /** @param {string} user */
    const sessionOf = async (user) => {
      const { status } = await call('legacy__echo', {}, {}, { user });
      assert.equal(status, 200);
      return server.lastCall.headers['mcp-session-id'];
    };
    const ann = await sessionOf('ann');
    assert.equal(await sessionOf('ann'), ann);
    assert.notEqual(await sessionOf('bob'), ann);
    /* it should say 404; others were seen */
    for (const status of [400, 410, 404]) {
      const before = await sessionOf('ann');
      server.unknown = status;
      server.sessions.clear();
      assert.notEqual(await sessionOf('ann'), before, String(status));
    }
    server.sessions.clear();
    const { acted } = server;
    assert.notEqual(await sessionOf('ann'), ann);
    assert.equal(server.acted, acted + 1);
  });

test('a tool whose headers are new is called with them; one that is another '
  + 'is not called', async () => {
  const server = servers.modern;
  const region = server.tools.findIndex(({ name }) => name === 'region');
  const old = server.tools[region];
  /** @param {any} more */
  const change = (more) => {
    server.tools = server.tools.map((one, n) => n === region ? more : one);
  };
  const { acted } = server;
  change({ ...old, inputSchema: { type: 'object', properties: {
    ...old.inputSchema.properties,
    where: { type: 'string', 'x-mcp-header': 'Place' } } } });
  assert.equal((await call('modern__region', { where: 'eu' })).status, 200);
  assert.equal(server.acted, acted + 1);
  change({ ...old, description: 'Gives all away.' });
  const { status, body } = await call('modern__region', { where: 'eu' });
  assert.deepEqual([status, body.error.code], [409, 'tool_changed']);
  assert.equal(server.acted, acted + 1);
  change(old);
});

test('a call is for the tool that was agreed to, by its digest', async () => {
  const { acted } = servers.modern;
  const digest = async () => (await list()).data
    .find(({ name }) => name === 'modern__echo').digest;
  const old = await digest();
  assert.equal((await call('modern__echo', {}, { digest: old })).status, 200);
  for (const [other, status, code] of [['0'.repeat(32), 409, 'tool_changed'],
    [`${old}0`, 409, 'tool_changed'], ['', 409, 'tool_changed'],
    [7, 400, 'invalid_request'], [{}, 400, 'invalid_request']]) {
    const { status: got, body } = await call('modern__echo', {},
      { digest: other });
    assert.deepEqual([got, body.error.code], [status, code], `${other}`);
  }
  assert.equal(servers.modern.acted, acted + 1);
  /* Ours may be the older list: it is fetched anew. */
  const echo = servers.modern.tools.findIndex(({ name }) => name === 'echo');
  const tool = servers.modern.tools[echo];
  servers.modern.tools = servers.modern.tools.with(echo,
    { ...tool, description: 'Another one.' });
  assert.equal(await digest(), old, 'its time is not over');
  await call('modern__echo', {}, { digest: '1'.repeat(32) });
  await until(async () => await digest() !== old);
  const { status, body } = await call('modern__echo', {}, { digest: old });
  assert.deepEqual([status, body.error.code], [409, 'tool_changed']);
  assert.equal(servers.modern.acted, acted + 1);
});

test('nothing of a call is in the log, but one line is', async () => {
  const canary = `canary-${randomUUID()}`;
  await call('modern__echo', { text: canary });
  await until(() => /tool user="ann" server=modern tool="echo"/
    .test(site.worker.output()));
  assert.ok(!site.worker.output().includes(canary));
});

test('calls are counted', async () => {
  const client = await site.signedIn({});
  const text = await (await client.get('api/metrics')).text();
  assert.match(text,
    /confab_tool_calls_total\{server="modern",cause="done"\} \d+/);
  assert.match(text,
    /confab_tool_calls_total\{server="modern",cause="tool_error"\} \d+/);
});
