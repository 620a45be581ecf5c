/* SPDX-License-Identifier: MIT */
/** The transport, and what it makes of everything that can come back. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { createApi, REQUEST_TIMEOUT_MS } from '../../static/net/api.js';
import { readChunk } from '../../static/net/chunk.js';
import { ApiError, errorOfAnswer, errorOfFailure, retryTime } from '../../static/net/errors.js';
import { EventStreamError } from '../../static/net/sse.js';
import { readModels, readSession } from '../../static/net/account.js';
import { Clock } from './core-helpers.js';

const NOW = 1_700_000_000_000;
const HTML = '<!DOCTYPE html><html><title>403</title><h1>Blocked by WAF</h1></html>';

const answer = (fields) => errorOfAnswer({
  status: 500, contentType: 'application/json', text: '', auth: null, retryAfter: null, date: null, ...fields,
}, NOW);

test('the server\'s error object is taken as it is', () => {
  const error = answer({
    status: 429, retryAfter: '7',
    text: '{"error":{"message":"Slow down.","type":"rate_limit_error","code":"stream_limit","param":"streams"}}',
  });
  assert.deepEqual(error.info(), {
    code: 'stream_limit', type: 'rate_limit_error', message: 'Slow down.', status: 429, param: 'streams',
    retryAt: NOW + 7000,
  });
  assert.ok(error instanceof Error);
  assert.equal(error.message, 'Slow down.');
});

test('other forms of errors are understood', () => {
  assert.equal(answer({ text: '{"error":"boom"}' }).text, 'boom');
  assert.equal(answer({ text: '{"error":{"code":1234,"message":null}}' }).code, '1234');
  assert.equal(answer({ status: 401, text: '{"error":{"code":"not_authenticated"},"auth":"remote_user"}' }).auth,
    'remote_user');
  /* nginx's own refusal has no such body. */
  assert.equal(answer({ status: 401, contentType: 'text/html', text: HTML, auth: 'remote_user' }).auth, 'remote_user');
  assert.equal(answer({ status: 401, contentType: 'text/html', text: HTML }).auth, '');
});

test('pages of firewalls and proxies are recognised', () => {
  const codes = [[403, 'blocked'], [406, 'blocked'], [501, 'blocked'], [502, 'unavailable'], [503, 'unavailable'],
    [504, 'unavailable'], [413, 'body_too_large'], [401, 'not_authenticated'], [429, 'request_limit'],
    [404, 'not_found'], [200, 'blocked'], [302, 'bad_answer'], [599, 'bad_answer']];
  for (const [status, code] of codes) {
    assert.equal(answer({ status, contentType: 'text/html; charset=utf-8', text: HTML }).code, code, `${status}`);
  }
  assert.equal(answer({ status: 200, contentType: 'application/json', text: HTML }).code, 'blocked');
  assert.equal(answer({ status: 200, contentType: 'text/plain', text: 'hello' }).code, 'bad_answer');
  assert.equal(answer({ status: 403, contentType: '', text: '' }).code, 'blocked');
  assert.equal(answer({ status: 503, text: HTML, retryAfter: '3' }).retryAt, NOW + 3000);
});

test('Retry-After is seconds or a date', () => {
  assert.equal(retryTime(null, null, NOW), null);
  assert.equal(retryTime('', null, NOW), null);
  assert.equal(retryTime('soon', null, NOW), null);
  assert.equal(retryTime('-5', null, NOW), null);
  assert.equal(retryTime(' 120 ', null, NOW), NOW + 120000);
  assert.equal(retryTime('0', null, NOW), NOW);
  assert.equal(retryTime('99999999999', null, NOW), NOW + 24 * 3600 * 1000);
  assert.equal(retryTime(new Date(NOW + 30000).toUTCString(), null, NOW), NOW + 30000);
  assert.equal(retryTime(new Date(NOW - 30000).toUTCString(), null, NOW), NOW, 'never in the past');
  assert.equal(retryTime('Wed, 21 Oct 2015 07:28:10 GMT', 'Wed, 21 Oct 2015 07:28:00 GMT', NOW), NOW + 10000,
    'by the server\'s clock');
});

test('what is thrown becomes an ApiError', () => {
  assert.equal(errorOfFailure(new TypeError('Failed to fetch'), true).code, 'network');
  assert.equal(errorOfFailure(new TypeError('Failed to fetch'), false).code, 'offline');
  assert.equal(errorOfFailure(new DOMException('', 'TimeoutError'), true).code, 'timeout');
  assert.equal(errorOfFailure(new EventStreamError('event_too_large'), true).code, 'event_too_large');
  assert.equal(errorOfFailure(new DOMException('x', 'AbortError'), true).code, 'aborted');
  assert.equal(errorOfFailure('a string', true).code, 'network');
  const own = new ApiError({ code: 'x' });
  assert.equal(errorOfFailure(own, true), own);
});

/** An api over a fetch that answers with `respond`. */
function makeApi(respond) {
  const clock = new Clock();
  const calls = [];
  const api = createApi({
    base: 'https://host.example/a/b/',
    now: () => clock.now,
    isOnline: () => true,
    setTimer: clock.setTimer,
    clearTimer: clock.clearTimer,
    fetch: async (url, init) => {
      calls.push({ url, init });
      return respond(url, init);
    },
  });
  return { api, calls, clock };
}

const json = (value, init = {}) => new Response(JSON.stringify(value), {
  ...init, headers: { 'Content-Type': 'application/json', ...init.headers },
});

const rejects = (promise, code) => assert.rejects(promise, (error) => {
  assert.ok(error instanceof ApiError, String(error));
  assert.equal(error.code, code);
  return true;
});

test('requests go below the page\'s own address, as same-origin JSON', async () => {
  const { api, calls } = makeApi(() => json({ ok: 1 }));
  assert.deepEqual(await api.json('POST', 'login', { body: { a: 'ü' } }), { ok: 1 });
  const [{ url, init }] = calls;
  assert.equal(url, 'https://host.example/a/b/api/login');
  assert.equal(init.method, 'POST');
  assert.equal(init.mode, 'same-origin');
  assert.equal(init.credentials, 'same-origin');
  assert.equal(init.cache, 'no-store');
  assert.equal(init.redirect, 'manual');
  assert.equal(init.headers['Content-Type'], 'application/json');
  assert.equal(init.body, '{"a":"ü"}');
  await api.json('GET', 'session?probe=1');
  assert.equal(calls[1].url, 'https://host.example/a/b/api/session?probe=1');
  assert.equal('Content-Type' in calls[1].init.headers, false);
  assert.equal('body' in calls[1].init, false);
});

test('204 is null, what is not JSON is refused', async () => {
  assert.equal(await makeApi(() => new Response(null, { status: 204 })).api.json('DELETE', 'x'), null);
  await rejects(makeApi(() => new Response(HTML, { headers: { 'Content-Type': 'text/html' } })).api.json('GET', 'x'),
    'blocked');
  await rejects(makeApi(() => new Response('{', { headers: { 'Content-Type': 'application/json' } }))
    .api.json('GET', 'x'), 'bad_answer');
  await rejects(makeApi(() => json({ choices: [] })).api.events('POST', 'x'), 'bad_answer');
});

test('a redirect is the sign-on\'s: the session is over', async () => {
  const { api } = makeApi(() => ({ type: 'opaqueredirect', status: 0, ok: false, headers: new Headers() }));
  await assert.rejects(api.json('GET', 'x'), (error) => error.code === 'not_authenticated' && error.status === 401 &&
    error.param === 'redirect');
});

test('an answer that never comes is a timeout, and its timer is gone after one that does', async () => {
  const { api, clock } = makeApi((_, { signal }) => new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('x', 'AbortError')));
  }));
  const waiting = rejects(api.json('GET', 'x'), 'timeout');
  await clock.advance(REQUEST_TIMEOUT_MS);
  await waiting;
  const quick = makeApi(() => json({}));
  await quick.api.json('GET', 'x');
  assert.equal(quick.clock.pending, 0);
});

test('an abort from outside is passed on, also one from before', async () => {
  const hang = (_, { signal }) => new Promise((_resolve, reject) => {
    const fail = () => reject(new DOMException('x', 'AbortError'));
    if (signal.aborted) fail();
    signal.addEventListener('abort', fail);
  });
  const controller = new AbortController();
  const one = rejects(makeApi(hang).api.json('GET', 'x', { signal: controller.signal }), 'aborted');
  controller.abort();
  await one;
  await rejects(makeApi(hang).api.json('GET', 'x', { signal: controller.signal }), 'aborted');
});

test('a stream stays tied to its signal', async () => {
  let signalSeen;
  const { api } = makeApi((_, { signal }) => {
    signalSeen = signal;
    return new Response(new ReadableStream({}), { headers: { 'Content-Type': 'text/event-stream; charset=utf-8' } });
  });
  const controller = new AbortController();
  const stream = await api.events('POST', 'x', { signal: controller.signal, timeoutMs: Infinity });
  assert.ok(stream instanceof ReadableStream);
  controller.abort();
  assert.equal(signalSeen.aborted, true);
});

test('an error that comes in pieces is read as one text', async () => {
  const bytes = new TextEncoder().encode('{"error":{"message":"zu groß","code":"body_too_large"}}');
  const { api } = makeApi(() => new Response(new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  }), { status: 413, headers: { 'Content-Type': 'application/json' } }));
  await assert.rejects(api.json('GET', 'x'), { code: 'body_too_large', message: 'zu groß' });
});

test('an endless error page is not read to its end', async () => {
  let pulled = 0;
  const { api } = makeApi(() => new Response(new ReadableStream({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(16384).fill(0x20));
    },
  }), { status: 403, headers: { 'Content-Type': 'text/html' } }));
  await rejects(api.json('GET', 'x'), 'blocked');
  assert.ok(pulled < 20, `${pulled} pieces`);
});

test('chunks in all their forms', () => {
  const none = { deltas: [], refused: false, finish: '', usage: null, model: '', error: null };
  const read = (value) => readChunk(JSON.stringify(value));
  const delta = (value) => read({ choices: [{ delta: value }] });
  assert.deepEqual(delta({ content: 'a' }), { ...none, deltas: [{ kind: 'text', text: 'a' }] });
  assert.deepEqual(delta({ content: null, role: 'assistant' }), none);
  assert.deepEqual(delta({ reasoning_content: 'r' }), { ...none, deltas: [{ kind: 'reasoning', text: 'r' }] });
  assert.deepEqual(delta({ reasoning: 'r' }), { ...none, deltas: [{ kind: 'reasoning', text: 'r' }] });
  assert.deepEqual(delta({ refusal: 'No.' }), { ...none, deltas: [{ kind: 'text', text: 'No.' }], refused: true });
  assert.deepEqual(read({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } }),
    { ...none, usage: { promptTokens: 3, completionTokens: 4, reasoningTokens: 0, cachedTokens: 0, cost: null } });
  assert.deepEqual(read({ choices: [{ finish_reason: 'length' }], model: 'm' }), { ...none, finish: 'length', model: 'm' });
  assert.deepEqual(read({ error: { message: 'x', code: 'c', type: 't' } }).error,
    { message: 'x', code: 'c', type: 't', param: null });
  assert.equal(read({ error: null, choices: [{ delta: { content: 'a' } }] }).error, null);
  assert.deepEqual(read({}), none);
  assert.deepEqual(read({ choices: [null] }), none);
  assert.deepEqual(read({ choices: 'x', usage: { prompt_tokens: -1 } }).deltas, []);
  assert.deepEqual(readChunk('{"usage":{"prompt_tokens":1e999,"completion_tokens":-7.5}}').usage,
    { promptTokens: 0, completionTokens: 0, reasoningTokens: 0, cachedTokens: 0, cost: null });
  assert.equal(readChunk('[DONE'), null);
  assert.equal(readChunk('7'), null);
  assert.equal(readChunk('null'), null);
});

test('models and sessions are read with care', () => {
  assert.deepEqual(readModels({ data: [
    { id: 'a', name: 'A', provider: 'p', context_length: 10, max_output_tokens: 5, input: ['text', 'image'] },
    { id: 'b', owned_by: 'o', input: ['text', 'audio'] }, { id: 'a' }, { id: 7 }, null, { id: '' },
  ] }), [
    { id: 'a', name: 'A', provider: 'p', contextLength: 10, maxOutputTokens: 5, input: ['text', 'image'], description: '', webSearch: false },
    { id: 'b', name: 'b', provider: 'o', contextLength: null, maxOutputTokens: null, input: ['text', 'audio'], description: '', webSearch: false },
  ]);
  assert.throws(() => readModels({}), ApiError);
  assert.throws(() => readModels(null), ApiError);
  assert.deepEqual(readSession({
    user: { name: 'ann' }, expires_at: 5, auth: 'remote_user',
    limits: { max_messages: 3, max_body_bytes: 0, resume: false, grace_seconds: 0, other: 1 },
  }), {
    user: { name: 'ann' }, expiresAt: 5000, auth: 'remote_user',
    limits: { max_messages: 3, resume: false, grace_seconds: 0 }, secondFactor: null, transcription: false, prompts: false, resources: false, tokens: false,
    welcome: null, titles: false,
  });
  for (const [given, read] of [
    [{ mode: 'optional', set: true, recovery_codes: 7 }, { mode: 'optional', set: true, recoveryCodes: 7, passkeys: null }],
    [{ mode: 'required', passkeys: 2 }, { mode: 'required', set: false, recoveryCodes: 0, passkeys: 2 }],
    [{ mode: 'off', set: true, recovery_codes: 7 }, null], [null, null], ['x', null],
  ]) assert.deepEqual(readSession({ user: { name: 'ann' }, second_factor: given }).secondFactor, read);
  assert.throws(() => readSession({ user: null }), ApiError);
  assert.throws(() => readSession('x'), ApiError);
});

test('a page that came in the place of an answer has blocked it, up to the last status of success', () => {
  const page = (status) => answer({ status, contentType: 'text/html', text: '<!doctype html>' }).code;
  assert.deepEqual([200, 299, 300, 302].map(page), ['blocked', 'blocked', 'bad_answer', 'bad_answer']);
});
