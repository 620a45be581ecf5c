/* SPDX-License-Identifier: MIT */
/** What an app of a tool server may say, and what is done with it. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { plainPart } from '../../static/core/part-json.js';
import {
  MAX_APP_CALLS, MAX_BURST, MAX_DENIALS, MAX_MESSAGE_CHARS, MAX_MESSAGE_DEPTH, MAX_MESSAGE_VALUES, MAX_OPEN_REQUESTS, MAX_TEXT_CHARS,
  MESSAGES_PER_SECOND, appDocument, appTool, createAppState, stepApp,
} from '../../static/core/app-host.js';

const SETTING = { context: { theme: 'dark' }, given: { city: 'Ulm' }, result: { content: [] } };

/** An app that has been heard, by what is done of it. */
function app() {
  let state = createAppState(0);
  const step = (input) => {
    const next = stepApp(state, input, SETTING);
    state = next.state;
    return next.commands;
  };
  const say = (message, now = 0) => step({ type: 'said', data: { jsonrpc: '2.0', ...message }, now });
  return {
    step, say,
    get state() { return state; },
    raw: (data, now = 0) => step({ type: 'said', data, now }),
    begin() {
      const [{ message }] = say({ id: 'i', method: 'ui/initialize', params: {} });
      return [message, ...say({ method: 'ui/notifications/initialized' }).map((one) => one.message)];
    },
    ask: (id, method, params, now) => say({ id, method, params }, now),
  };
}
const error = ([command]) => command?.message?.error?.code;

test('it is told what it draws once it is ready, and not before', () => {
  const a = app();
  assert.deepEqual(a.say({ method: 'ui/notifications/initialized' }), [], 'not before it was greeted');
  assert.equal(error(a.ask(1, 'tools/call', { name: 'x' })), -32000);
  const [greeting, input, result] = a.begin();
  assert.deepEqual([greeting.id, greeting.result.protocolVersion, greeting.result.hostContext], ['i', '2026-01-26', { theme: 'dark' }]);
  assert.deepEqual(input.params, { arguments: { city: 'Ulm' } });
  assert.deepEqual([result.method, result.params], ['ui/notifications/tool-result', { content: [] }]);
  assert.deepEqual(a.say({ method: 'ui/notifications/initialized' }), [], 'and once');
});

test('what it asks for is handed on, and answered by its id once', () => {
  const a = app();
  a.begin();
  assert.deepEqual(a.ask(1, 'tools/call', { name: 'x', arguments: { n: 1 } }), [{ do: 'call', id: 1, name: 'x', given: { n: 1 } }]);
  assert.equal(error(a.ask(1, 'tools/call', { name: 'y' })), -32000, 'an id that waits is taken');
  assert.deepEqual(a.ask('r', 'resources/read', { uri: 'a:b' }), [{ do: 'read', id: 'r', uri: 'a:b' }]);
  assert.deepEqual(a.ask(3, 'ui/open-link', { url: 'https://a' }), [{ do: 'open', id: 3, url: 'https://a' }]);
  assert.deepEqual(a.ask(4, 'ui/message', { content: { type: 'text', text: 'hi' } }), [{ do: 'write', id: 4, text: 'hi' }]);
  assert.deepEqual(a.step({ type: 'answered', id: 1, result: { ok: 1 } }), [{ do: 'post', message: { jsonrpc: '2.0', id: 1, result: { ok: 1 } } }]);
  assert.deepEqual(a.step({ type: 'answered', id: 1, result: {} }), []);
  assert.deepEqual(a.ask(9, 'ui/request-display-mode', { mode: 'fullscreen' })[0].message.result, { mode: 'inline' });
  for (const method of ['tools/list', 'sampling/createMessage', 'ui/update-model-context', 'toString', '__proto__']) assert.equal(error(a.ask(8, method)), -32601);
  for (const [method, params] of [['tools/call', {}], ['tools/call', { name: 'x', arguments: [] }], ['resources/read', { uri: 7 }], ['ui/open-link', { url: '' }],
    ['ui/message', { content: { type: 'image' } }], ['ui/message', { content: { type: 'text', text: ' ' } }],
    ['ui/message', { content: { type: 'text', text: 'x'.repeat(MAX_TEXT_CHARS + 1) } }]]) assert.equal(error(a.ask(8, method, params)), -32602, method);
});

test('so many requests wait at once, so many calls are made, so many denials are asked for', () => {
  const a = app();
  a.begin();
  for (let i = 0; i < MAX_OPEN_REQUESTS; i += 1) assert.equal(a.ask(i, 'resources/read', { uri: 'u' })[0].do, 'read');
  assert.equal(error(a.ask(99, 'resources/read', { uri: 'u' })), -32000);
  for (let i = 0; i < MAX_OPEN_REQUESTS; i += 1) a.step({ type: 'answered', id: i, result: {} });
  for (let i = 0; i < MAX_APP_CALLS; i += 1) {
    assert.equal(a.ask(i, 'tools/call', { name: 'x' }, i * 1000)[0].do, 'call');
    a.step({ type: 'answered', id: i, result: {} });
  }
  assert.equal(error(a.ask('more', 'tools/call', { name: 'x' }, 1e9)), -32000);
  for (let i = 0; i < MAX_DENIALS; i += 1) {
    assert.equal(a.ask(i, 'ui/open-link', { url: 'u' }, 1e9)[0].do, 'open');
    a.step({ type: 'failed', id: i, why: 'no', denied: true });
  }
  assert.equal(error(a.ask('again', 'ui/open-link', { url: 'u' }, 1e9)), -32000);
});

test('who says too much is closed, and heard no more', () => {
  const a = app();
  for (let i = 0; i < MAX_BURST; i += 1) assert.equal(a.say({ method: 'x' }).length, 0);
  assert.deepEqual(a.say({ method: 'x' }), [{ do: 'close' }]);
  assert.deepEqual(a.ask(1, 'ping', {}, 1e9), []);
  const slow = app();
  for (let i = 0; i < 3 * MAX_BURST; i += 1) assert.deepEqual(slow.say({ method: 'x' }, i * (1000 / MESSAGES_PER_SECOND)), []);
  const anew = app();
  let starts = 0;
  while (anew.step({ type: 'started', now: 0 }).length === 0) starts += 1;
  assert.ok(starts <= MAX_BURST / 10, 'a frame that is made anew for ever');
  const backwards = app();
  assert.deepEqual(backwards.say({ method: 'x' }, -1e9), []);
  assert.deepEqual(backwards.say({ method: 'x' }, NaN), []);
});

test('what is no message is none, whatever it is', () => {
  const circle = { jsonrpc: '2.0', id: 1, method: 'ping' };
  circle.params = { circle };
  /** @type {unknown[]} */
  let deep = [];
  for (let i = 0; i <= MAX_MESSAGE_DEPTH; i += 1) deep = [deep];
  const ping = (more) => ({ jsonrpc: '2.0', id: 1, method: 'ping', ...more });
  for (const data of [null, undefined, 7, 'x', [], new Map(), new Date(), circle, ping({ params: { deep } }), ping({ params: [] }), ping({ params: 'x' }),
    ping({ id: 1.5 }), ping({ id: {} }), ping({ id: '' }), ping({ method: 7 }), ping({ method: '' }), ping({ method: 'x'.repeat(1000) }), ping({ jsonrpc: '1' }),
    ping({ params: { big: 'x'.repeat(MAX_MESSAGE_CHARS) } }), ping({ params: { many: Array(MAX_MESSAGE_VALUES).fill(1) } }), ping({ params: { hole: Array(9) } }),
    ping({ params: { endless: 1 / 0 } }), ping({ params: { n: 1n } }), ping({ params: { f() {} } }), ping({ params: { m: new Map() } }),
    ping({ params: JSON.parse('{"__proto__":{"x":1}}') }), { jsonrpc: '2.0' }]) {
    const a = app();
    assert.deepEqual(a.raw(data), [], String(data));
    assert.ok(a.state.room < MAX_BURST - 1, 'and counts for more');
  }
  assert.equal(app().raw(ping({ params: { left: undefined } })).length, 1, 'as JSON leaves it out');
});

test('it is told of a new theme when it is ready, and before it goes', () => {
  const a = app();
  assert.deepEqual(a.step({ type: 'context', context: {} }), []);
  a.begin();
  assert.equal(a.step({ type: 'context', context: { theme: 'light' } })[0].message.method, 'ui/notifications/host-context-changed');
  assert.equal(a.step({ type: 'leave' })[0].message.method, 'ui/resource-teardown');
  assert.deepEqual(a.ask(1, 'ping'), []);
  assert.deepEqual(app().step({ type: 'leave' }), []);
});

test('its height is a number', () => {
  const a = app();
  assert.deepEqual(a.say({ method: 'ui/notifications/size-changed', params: { height: 10.2 } }), [{ do: 'size', height: 11 }]);
  for (const height of [0, -1, '9', null, NaN]) assert.deepEqual(a.say({ method: 'ui/notifications/size-changed', params: { height } }), []);
});

test('a document has the policy that it declares before all else, and no more', () => {
  const [, policy = ''] = /^<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="([^"]*)"><p>$/.exec(appDocument('<p>', {
    connectDomains: ['https://a.example', 'wss://*.b.example:8443', '*', 'https:', "'self'", 'https://x; script-src *', 'https://x" onload="', 'http://c.example', 7, 'https://d.example/path'],
    resourceDomains: ['https://cdn.example'], frameDomains: ['https://f.example'],
  })) ?? [];
  assert.match(policy, /connect-src https:\/\/a\.example wss:\/\/\*\.b\.example:8443; worker/);
  assert.match(policy, /form-action 'none'$/);
  assert.match(policy, /script-src 'unsafe-inline' https:\/\/cdn\.example;/);
  assert.doesNotMatch(policy, /self|f\.example|c\.example|d\.example|\*[; ]/);
  for (const csp of [null, undefined, 7, {}, { connectDomains: 'https://a' }]) assert.match(appDocument('', csp), /connect-src 'none'/);
});

test('an app calls tools of its server that are for apps', () => {
  const tool = (name, more) => ({ name: `s__${name}`, ownName: name, server: 's', consent: 'ask', visibility: ['model', 'app'], ...more });
  const tools = [tool('a'), tool('b', { server: 't' }), tool('c', { visibility: ['model'] }), tool('d', { consent: 'never' }), tool('e', { visibility: undefined })];
  assert.equal(appTool(tools, 's', 'a')?.name, 's__a');
  for (const name of ['b', 'c', 'd', 'e', 's__a', '']) assert.equal(appTool(tools, 's', name), null, name);
});

test('what draws a result is in no file', () => {
  const part = { kind: 'tool_call', id: 'a', index: 0, name: 's__a', arguments: '{}', state: 'done', result: [{ kind: 'text', text: 'words' }],
    startedAt: 0, endedAt: 1, app: { uri: 'ui://a', result: { content: [], _meta: { secret: 1 } } } };
  assert.doesNotMatch(JSON.stringify(plainPart(part)), /ui:|secret|app/);
});
