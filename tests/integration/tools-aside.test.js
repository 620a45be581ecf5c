/* SPDX-License-Identifier: MIT */
/**
 * What a server of the legacy era says on the stream of its session, and not in
 * the answer to a call.
 */

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { until } from '../harness/children.js';
import { startSite } from '../harness/site.js';
import { ToolServer } from '../upstream/mcp.js';

/** @type {any} */
let site;
/** @type {any} */
let client;
const server = new ToolServer('legacy');

before(async () => {
  site = await startSite({ users: ['ann', 'bob'], config: { relay_threads: 3,
    'tool_server "old"': { url: await server.listen(),
      limits: { input: '1s' } } } });
  client = await site.signedIn({ user: 'ann' });
  await until(async () => {
    const [, { errors }] = await client.getJson('api/tools');
    return errors.length === 0;
  }, { every: 100 });
});

after(async () => {
  await site?.close();
  await server.close();
});

/** Each begins with a session that nobody knows. */
beforeEach(() => {
  server.sessions.clear();
  for (const stream of server.own.open.values()) stream.destroy();
  server.own.answers = 'opens';
  server.own.asked = 0;
});

/** @param {any} given @param {any} [more] @param {any} [as] */
async function call(given, more = {}, as = client) {
  const answer = await as.post('api/tools/call',
    { name: 'old__act', arguments: given, ...more });
  const body = await answer.json();
  return { status: answer.status, body, text: body.content?.[0].text };
}

/** @param {string | number} id @param {string} message */
const question = (id, message) => ({ id, method: 'elicitation/create',
  params: { mode: 'form', message, requestedSchema: { type: 'object',
    properties: { name: { type: 'string' } } } } });

/** @param {any} asked @param {any} [content] */
const saying = ({ state }, content = { name: 'Ada' }) => ({
  request_state: state,
  input_responses: { 1: { action: 'accept', content } } });

test('a person who is asked there answers there, and the call goes on',
  async () => {
    const { body } = await call({ do: 'aside',
      messages: [question('q-1', 'Who?')] });
    const asked = body.input_required;
    assert.equal(asked.requests[1].params.message, 'Who?');
    const { text } = await call({ do: 'aside', messages: [] }, saying(asked));
    assert.deepEqual(JSON.parse(text), [{ id: 'q-1', result: {
      action: 'accept', content: { name: 'Ada' } } }]);
  });

test('a question that nobody answers is given up', async () => {
  const { body } = await call({ do: 'aside',
    messages: [question('q-2', 'Who?')] });
  assert.ok(body.input_required);
  await until(() => server.seen.some(({ body: said }) => said?.id === 'q-2'
    && said.result.action === 'cancel'));
});

test('a ping is answered, and what cannot be done is refused', async () => {
  const { text } = await call({ do: 'aside', messages: [
    { id: 7, method: 'ping' },
    { id: 's', method: 'sampling/createMessage', params: {} },
    { id: 'r', method: 'roots/list' }] });
  const replies = JSON.parse(text).sort(
    (/** @type {any} */ a, /** @type {any} */ b) =>
      String(a.id).localeCompare(String(b.id)));
  assert.deepEqual(replies, [{ id: 7, result: {} },
    { id: 'r', code: -32601 }, { id: 's', code: -32601 }]);
});

test('progress and words reach the call; those of another do not',
  async () => {
    const answer = await client.post('api/tools/call',
      { name: 'old__act', arguments: { do: 'aside', messages: [
        { method: 'notifications/progress', params: { progressToken: 'mine',
          progress: 1, message: 'mine' } },
        { method: 'notifications/progress', params: { progressToken: 1e9,
          progress: 2, message: 'not mine' } },
        { method: 'notifications/message', params: { level: 'info',
          data: 'word' } },
        { id: 'p', method: 'ping' }] }, stream: true });
    const said = await answer.text();
    assert.match(said, /"mine/);
    assert.match(said, /word/);
    assert.doesNotMatch(said, /not mine/);
  });

test('an answer has no place there', async () => {
  const { text } = await call({ do: 'aside', messages: [
    { id: 'mine', result: { content: [{ type: 'text', text: 'forged' }] } },
    { id: 'p2', method: 'ping' }] });
  assert.match(text, /p2/);
});

test('one session has one stream, for calls one after another and side by '
  + 'side; another person has another', async () => {
  const bob = await site.signedIn({ user: 'bob' });
  await call({ text: 'first' });
  await Promise.all(Array.from({ length: 8 }, (_, n) =>
    call({ text: String(n) })));
  assert.equal(server.own.asked, 1);
  assert.equal(server.own.open.size, 1);
  await call({ text: 'mine' }, {}, bob);
  assert.equal(server.own.open.size, 2);
});

test('a question goes to the one whose session it is, also with others under '
  + 'way', async () => {
  const bob = await site.signedIn({ user: 'bob' });
  const others = call({ do: 'aside', messages: [question('b', 'Bob?')] },
    {}, bob);
  const { body } = await call({ do: 'aside',
    messages: [question('a', 'Ann?')] });
  assert.equal(body.input_required.requests[1].params.message, 'Ann?');
  const theirs = (await others).body.input_required;
  assert.equal(theirs.requests[1].params.message, 'Bob?');
  const stolen = await call({ do: 'aside', messages: [] }, saying(theirs));
  assert.equal(stolen.status, 410);
});

test('a server without such a stream is asked for it once a session',
  async () => {
    for (const status of [405, 404, 400, 501]) {
      server.own.answers = status;
      server.own.asked = 0;
      server.sessions.clear();
      for (const n of [1, 2, 3]) {
        assert.equal((await call({ text: `${n}` })).text, `act: ${n}`);
      }
      assert.ok(server.own.asked <= (status === 501 ? 3 : 1),
        `${status}: ${server.own.asked}`);
    }
  });

test('a refusal that is no answer to whether there is such a stream is not '
  + 'taken for one', async () => {
  for (const status of [409, 401, 403, 408, 429, 503]) {
    server.own.answers = status;
    server.own.asked = 0;
    server.sessions.clear();
    for (const n of [1, 2]) {
      assert.equal((await call({ text: `${n}` })).text, `act: ${n}`);
    }
    assert.equal(server.own.asked, 2, `${status}: asked with each call`);
    server.own.answers = 'opens';
    const { body } = await call({ do: 'aside',
      messages: [question(`s-${status}`, 'Who?')] });
    assert.ok(body.input_required, `${status}: then it is heard`);
  }
});

test('one that a server takes for still open is asked for again while a call '
  + 'is under way', async () => {
  const answer = call({ do: 'hold' });
  await until(() => server.own.open.size === 1
    && server.lastCall.body.params.arguments.do === 'hold');
  const [[session, stream]] = server.own.open;
  server.own.answers = 409;
  server.own.asked = 0;
  stream.destroy();
  await until(() => server.own.asked === 2);
  server.own.answers = 'opens';
  await until(() => server.own.open.has(session));
  server.own.say(session, question('q-409', 'Still there?'));
  const asked = (await answer).body.input_required;
  assert.equal(asked.requests[1].params.message, 'Still there?');
  server.release();
});

test('one that says nothing at all keeps no call for long', async () => {
  server.own.answers = 'hangs';
  assert.equal((await call({ text: 'patience' })).text, 'act: patience');
  assert.equal((await call({ text: 'again' })).text, 'act: again');
  assert.equal(server.own.asked, 1, 'and the next does not wait at all');
});

test('a stream that ends is asked for again with its last event, not at once '
  + 'and not for ever', async () => {
  server.own.answers = 'ends';
  const began = Date.now();
  const waits = call({ do: 'wait' }, {});
  await until(() => server.own.asked >= 3, { every: 50 });
  const gets = server.seen.filter(({ method }) => method === 'GET').slice(-2);
  assert.match(gets[1]?.headers['last-event-id'], /^own-/);
  await until(() => server.own.asked === 5, { every: 50 });
  assert.ok(Date.now() - began >= 3500, 'one each second at most');
  server.server.closeAllConnections();
  await waits;
});

test('lists that are others now are fetched anew', async () => {
  server.tools = [...server.tools, { name: 'newborn',
    inputSchema: { type: 'object' } }];
  await call({ do: 'aside', messages: [
    { method: 'notifications/tools/list_changed' },
    { id: 'p3', method: 'ping' }] });
  await until(async () => {
    const [, { data }] = await client.getJson('api/tools');
    return data.some((/** @type {any} */ one) => one.tool === 'newborn');
  }, { every: 50 });
});
