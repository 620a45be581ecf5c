/* SPDX-License-Identifier: MIT */
/** The list of tools and one call, from a server that may say anything. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { MAX_RAW_CHARS } from '../../static/core/limits.js';
import { ApiError } from '../../static/net/errors.js';
import { MAX_QUESTIONS, callTool, readResult, webAddress } from '../../static/net/tool-call.js';
import { listTools } from '../../static/net/tools.js';

const listing = (answer) => listTools({ json: async () => answer });
const stream = (...events) => new Blob(events.map((one) => `data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`)).stream();

/** A wire on which each request is answered by the next of `answers`: events, or an error that is thrown. */
function wireOf(asked, answers, limits = {}) {
  let now = 0;
  return {
    api: {
      events: async (method, path, options) => {
        asked.push([method, path, options]);
        const answer = answers.shift() ?? [];
        if (answer instanceof Error) throw answer;
        return answer instanceof ReadableStream ? answer : stream(...answer);
      },
      json: async (method, path) => void asked.push([method, path]),
    },
    env: {
      now: () => now, random: () => 1, isOnline: () => true, clearTimer() {},
      // Only waits that end by themselves: those for something to come are given up.
      setTimer(run, ms) {
        if (ms > 20000) return;
        now += ms;
        queueMicrotask(run);
      },
    },
    limits: () => limits,
    reload: async () => void asked.push(['reload']),
    newKey: () => `k${asked.filter(([method]) => method === 'POST').length + 1}`,
  };
}
const call = { name: 's__t', digest: 'd', arguments: { a: 1 }, signIn: async () => {}, onProgress() {}, ask: async () => ({}) };
const calling = (asked, ...events) => callTool(wireOf(asked, [events]), { ...call, signal: new AbortController().signal, onProgress: (one) => asked.push(one) });
const with_ = (asked, answers, more = {}, limits = {}) => callTool(wireOf(asked, answers, limits), { ...call, signal: new AbortController().signal, ...more });
const lines = (asked) => asked.map(([method, path]) => `${method} ${path}`);
const RESULT = { type: 'result', content: [{ type: 'text', text: 'r' }], is_error: false };
/** Events with ids, then the connection breaks. */
const broken = (text) => new ReadableStream({ start(controller) {
  controller.enqueue(new TextEncoder().encode(text));
  setTimeout(() => controller.error(new TypeError('network error')));
} });

test('tools are listed with care', async () => {
  const { tools, errors } = await listing({
    data: [
      { name: 's__t', server: 's', title: 'T\u202e', description: 'd', parameters: { type: 'object' }, annotations: { readOnlyHint: true }, consent: 'always', digest: 'x' },
      { name: 's__t', digest: 'twice' }, { name: 's__u', digest: 'y', consent: 'maybe' }, { name: 'no digest' }, { name: 'bad name!', digest: 'z' },
      { name: 'x'.repeat(65), digest: 'z' }, null, 7,
    ],
    errors: [{ server: 'r', message: 'away' }],
  });
  assert.deepEqual(tools.map(({ name, title, consent, digest }) => [name, title, consent, digest]), [['s__t', 'T', 'always', 'x'], ['s__u', '', 'ask', 'y']]);
  assert.deepEqual(errors, [{ server: 'r', message: 'away' }]);
  await assert.rejects(listing({}), { code: 'bad_answer' });
});

test('a call tells its progress and has one result', async () => {
  const asked = [];
  const done = await calling(asked, { type: 'progress', progress: 1 }, { type: 'result', content: [{ type: 'text', text: 'r' }], is_error: true }, '[DONE]');
  assert.deepEqual(done, { result: [{ kind: 'text', text: 'r' }], isError: true });
  const [[method, path, { body, headers }], progress] = asked;
  assert.deepEqual([method, path, body, headers], ['POST', 'tools/call', { name: 's__t', digest: 'd', arguments: { a: 1 }, stream: true }, { 'Idempotency-Key': 'k1' }]);
  assert.deepEqual(progress, { done: 1, total: null, message: '' });
  assert.equal(asked.length, 2, 'and was made once');
});

test('a call that ends without a result has failed', async () => {
  await assert.rejects(calling([], '[DONE]'), { code: 'cut_off' });
  await assert.rejects(calling([]), { code: 'cut_off' });
  await assert.rejects(calling([], 'no json'), { code: 'bad_answer' });
  await assert.rejects(calling([], { error: { code: 'tool_gone', message: 'It left.' } }), { code: 'tool_gone', text: 'It left.' });
});

test('results become parts, and nothing of them is trusted', () => {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const svg = Buffer.from('<svg onload="alert(1)"/>').toString('base64');
  const { result, isError } = readResult({
    content: [
      { type: 'image', data: png, mimeType: 'text/html' }, { type: 'image', data: svg, mimeType: 'image/png' }, { type: 'audio', data: 'UklGRgAA' },
      { type: 'audio', data: '<' }, { type: 'resource', resource: { uri: 'file:///a\u202e', text: 'words', mimeType: 'text/plain' } },
      { type: 'resource', resource: { uri: 'x', blob: '!' } }, { type: 'resource_link', uri: 'javascript:alert(1)' }, {}, null,
    ],
    structured_content: { a: 1 },
  });
  assert.equal(isError, false);
  assert.deepEqual(result.map(({ kind, name, type }) => [kind, name, type].filter(Boolean).join(' ')), [
    'image image.png image/png', 'raw image', 'audio sound.wav audio/wav', 'raw audio', 'file file:///a text/plain', 'raw resource',
    'raw resource_link', 'raw content', 'raw content', 'raw structured_content',
  ]);
  assert.equal(readResult({ content: Array.from({ length: 5000 }, () => ({ type: 'text', text: 'x' })) }).result.length, 200);
  assert.equal(readResult({ content: [{ type: 'odd', x: 'y'.repeat(100000) }] }).result[0].code, 'too_large');
});

test('a resource is a text, a picture or a file, and what is said twice is told once', () => {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const { result } = readResult({ content: [
    { type: 'resource', resource: { uri: 'a', blob: png, mimeType: 'application/x' } }, { type: 'resource', resource: { uri: 'b.zip', blob: 'UEsDBA==', mimeType: 'application/zip' } },
    { type: 'resource', resource: { uri: 'c', blob: Buffer.from('<svg/>').toString('base64'), mimeType: 'text/html; x' } }, { type: 'resource', resource: { uri: 'd', blob: '<' } },
    { type: 'text', text: '{ "a": [1] }' },
  ], structured_content: { a: [1] } });
  assert.deepEqual(result.map(({ kind, type = '' }) => `${kind} ${type}`), ['image image/png', 'file application/zip', 'file image/svg+xml', 'raw ', 'text ']);
  assert.match(result[1].data, /^data:application\/zip;base64,UEsDBA==$/);
  assert.equal(readResult({ content: [{ type: 'text', text: '{"a":1}' }], structured_content: { a: 2 } }).result.length, 2);
});

test('a call that is lost is taken up where it broke, and made once', async () => {
  const asked = [];
  const lost = [];
  const { result } = await with_(asked, [broken('id: 1\ndata: {"type":"progress","progress":1}\n\n'), new ApiError({ code: 'network' }), [RESULT]], {
    onLost: (is) => lost.push(is) });
  assert.deepEqual(lost, [true, true, false]);
  assert.equal(result[0].text, 'r');
  assert.deepEqual(lines(asked), ['POST tools/call', 'GET streams/k1', 'GET streams/k1']);
  assert.deepEqual(asked.slice(1).map(([, , { headers }]) => headers), [{ 'Last-Event-ID': '1' }, { 'Last-Event-ID': '1' }]);
  const before = [];
  await with_(before, [new ApiError({ code: 'unavailable', status: 502 }), [RESULT]]);
  assert.deepEqual(lines(before), ['POST tools/call', 'GET streams/k1'], 'also when it is not known to have come');
  assert.deepEqual(before[1][2].headers, {});
});

test('a call is not taken up where nobody has it, or what came is its end', async () => {
  for (const [answers, code, count] of [
    [[new ApiError({ code: 'network' }), new ApiError({ code: 'stream_not_found', status: 404 })], 'cut_off', 2],
    [[['[DONE]']], 'cut_off', 1], [[[{ error: { code: 'unavailable' } }]], 'unavailable', 2],
    [[new ApiError({ code: 'tool_failed', status: 502 })], 'tool_failed', 1], [[['no json']], 'bad_answer', 1],
  ]) {
    const asked = [];
    await assert.rejects(with_(asked, [...answers, new ApiError({ code: 'gone', status: 410 })]), (error) => error.code === code || (count === 2 && error.code === 'gone'));
    assert.equal(asked.filter(([method]) => method === 'POST').length, 1);
  }
  const cgi = [];
  await assert.rejects(with_(cgi, [new ApiError({ code: 'network' })], {}, { resume: false }), { code: 'network' });
  assert.equal(cgi.length, 1);
  const long = [];
  await assert.rejects(with_(long, Array.from({ length: 50 }, () => new ApiError({ code: 'network' })), {}, { grace_seconds: 20 }), { code: 'network' });
  assert.ok(long.length > 3 && long.length < 12, `${long.length}: until the server has forgotten it`);
});

/** Answers by what is asked: `here` says which worker there is, or none; `keys` are those that it has had. */
function workerOf(asked, { here, keys, online = () => true, worker = () => 'w1', limits = {} }) {
  const wire = wireOf(asked, []);
  return { ...wire, env: { ...wire.env, isOnline: online }, limits: () => ({ worker: worker(), ...limits }), api: { ...wire.api, events: async (method, path, options) => {
    asked.push([method, path, options]);
    const there = here(asked.length);
    if (there === null) throw new ApiError({ code: 'network' });
    const key = options.headers['Idempotency-Key'] ?? /k\d/.exec(path)[0];
    if (method === 'POST') keys.push(`${key} ${there}`);
    if (keys.includes(`${key} ${there}`)) return stream(RESULT);
    throw new ApiError({ code: path.endsWith(`worker=${there}`) ? 'stream_never' : 'stream_not_found', status: 404 });
  } } };
}
const callOn = (wire, more = {}) => callTool(wire, { ...call, signal: new AbortController().signal, ...more });

test('a call that never came to the worker is made when it can be, under the same key, and once', async () => {
  const asked = [];
  const keys = [];
  const { result } = await callOn(workerOf(asked, { keys, here: (n) => (n < 4 ? null : 'w1') }));
  assert.equal(result[0].text, 'r');
  assert.deepEqual(keys, ['k1 w1']);
  assert.deepEqual(lines(asked), ['POST tools/call', ...Array(3).fill('GET streams/k1?worker=w1'), 'POST tools/call']);
  assert.deepEqual(asked.at(-1)[2].headers, { 'Idempotency-Key': 'k1' });
  assert.deepEqual(asked.at(-1)[2].body, asked[0][2].body);
});

test('a call is not made again where another worker may have had it', async () => {
  for (const worker of ['w2', '']) {
    const asked = [];
    const keys = [];
    await assert.rejects(callOn(workerOf(asked, { keys, worker: () => worker, here: (n) => (n < 2 ? null : 'w1') })), { code: 'cut_off' });
    assert.deepEqual([keys, asked.filter(([method]) => method === 'POST').length], [[], 1]);
  }
});

test('a browser without a network is given nothing, and the call is made when there is one', async () => {
  const asked = [];
  const keys = [];
  let looks = 0;
  const lost = [];
  await callOn(workerOf(asked, { keys, here: () => 'w1', online: () => (looks += 1) > 3, limits: { resume: false } }), { onLost: (is) => lost.push(is) });
  assert.deepEqual([lines(asked), keys, lost], [['POST tools/call'], ['k1 w1'], [true, true, true, false]]);
});

test('a call that never came to the server is told as not made, and has its key when it is made again', async () => {
  for (const given of [{ online: () => false, here: () => 'w1' }, { here: (n) => (n % 2 ? null : 'w1') }]) {
    const asked = [];
    const keys = [];
    await assert.rejects(callOn(workerOf(asked, { ...given, keys, limits: { grace_seconds: 4 } })), { code: 'not_sent' });
    assert.deepEqual(keys, []);
    await callOn(workerOf(asked, { keys, here: () => 'w1' }), { key: 'k1' });
    assert.deepEqual(keys, ['k1 w1']);
  }
  const asked = [];
  await assert.rejects(callOn(workerOf(asked, { keys: [], here: () => null, limits: { grace_seconds: 4 } })), { code: 'network' }, 'nobody has said so');
  const begun = [];
  let turn = 0;
  const wire = wireOf(begun, [[{ type: 'result', input_required: { requests: {}, state: 's' } }]], { grace_seconds: 4 });
  await assert.rejects(callOn({ ...wire, env: { ...wire.env, isOnline: () => (turn += 1) === 1 } }), { code: 'network' }, 'the call that asked has begun');
});

test('a call is made again where the worker has just begun, for a while, and then for the first time', async () => {
  const early = () => new ApiError({ code: 'tool_unavailable', status: 503 });
  const asked = [];
  const { result } = await with_(asked, [early(), early(), [RESULT]]);
  assert.equal(result[0].text, 'r');
  assert.deepEqual(lines(asked), ['POST tools/call', 'POST tools/call', 'POST tools/call']);
  assert.equal(new Set(asked.map(([, , { headers }]) => headers['Idempotency-Key'])).size, 1);
  const long = [];
  await assert.rejects(with_(long, Array.from({ length: 50 }, early)), { code: 'tool_unavailable' });
  assert.ok(long.length > 3 && long.length < 9, `${long.length}`);
  const other = [];
  await assert.rejects(with_(other, [new ApiError({ code: 'tool_unavailable', status: 502 })]), { code: 'tool_unavailable' });
  assert.equal(other.length, 1);
});

test('another tool than was agreed to is not called, and the list is fetched anew before the model is asked', async () => {
  for (const [code, status, reloaded] of [['tool_changed', 409, true], ['tool_not_found', 404, true], ['tool_failed', 502, false]]) {
    const asked = [];
    await assert.rejects(with_(asked, [new ApiError({ code, status })]), { code });
    assert.deepEqual(lines(asked).slice(1), reloaded ? ['reload undefined'] : [], code);
    assert.equal(asked[0][2].body.digest, 'd');
  }
});

test('a call waits for a login, and is then made for the first time', async () => {
  const asked = [];
  let logins = 0;
  await with_(asked, [new ApiError({ code: 'not_authenticated', status: 401 }), [RESULT]], { signIn: async () => { logins += 1; } });
  assert.deepEqual([lines(asked), logins], [['POST tools/call', 'POST tools/call'], 1]);
  assert.equal(asked[0][2].headers['Idempotency-Key'], asked[1][2].headers['Idempotency-Key']);
});

test('what a server asks is asked, and the answers are given back with its state', async () => {
  const asked = [];
  const questions = [];
  const ask = (n) => ({ type: 'result', input_required: { requests: { who: { method: 'elicitation/create', params: { message: `m${n}`, requestedSchema: { type: 'object', properties: { a: { type: 'string' } } } } } }, state: `s${n}` } });
  await with_(asked, [[ask(1), '[DONE]'], [ask(2)], [RESULT]], { ask: async ([inquiry]) => {
    questions.push(inquiry.message);
    return { who: { action: 'decline' } };
  } });
  assert.deepEqual(questions, ['m1', 'm2']);
  const bodies = asked.map(([, , { body }]) => body);
  assert.deepEqual(bodies.map(({ request_state: state, input_responses: given }) => [state, given]), [[undefined, undefined], ['s1', { who: { action: 'decline' } }], ['s2', { who: { action: 'decline' } }]]);
  assert.deepEqual(asked.map(([, , { headers }]) => headers['Idempotency-Key']), ['k1', 'k1~1', 'k1~2'], 'each is a request of its own, and one balancer\'s stream');
});

test('what cannot be asked is cancelled, and a server that asks for ever is given up', async () => {
  const asked = [];
  const odd = { type: 'result', input_required: { requests: { a: { method: 'sampling/createMessage' } }, state: 's' } };
  await with_(asked, [[odd], [RESULT]], { ask: () => assert.fail('nobody is asked') });
  assert.deepEqual(asked[1][2].body.input_responses, { a: { action: 'cancel' } });
  const often = [];
  const { isError } = await with_(often, Array.from({ length: 100 }, () => [odd]));
  assert.equal(isError, true);
  assert.equal(often.length, 1 + MAX_QUESTIONS, 'the call, and an answer to each question');
});

test('an address that a server sends is one of the web, and hides nothing', () => {
  assert.equal(webAddress('https://a.example/x?y#z'), 'https://a.example/x?y#z');
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'https://bank.example@evil.example/', 'https://:p@a.example', '//x', '', 7, null,
    `https://a.example/${'x'.repeat(5000)}`, 'https://a b/']) assert.equal(webAddress(bad), null, String(bad).slice(0, 40));
  const long = (length) => `https://a.example/${'x'.repeat(length - 18)}`;
  assert.equal(webAddress(long(4096)), long(4096));
  assert.equal(webAddress(long(4097)), null);
  assert.equal(webAddress('https://b\u00fccher.example/'), 'https://xn--bcher-kva.example/', 'as it is gone to');
});

test('of its progress a tool may say anything, and numbers are taken', async () => {
  const asked = [];
  const told = [
    '"progress":2,"total":5', '"progress":1e999,"total":1e999', '"progress":"3","total":"5"', '"progress":0,"total":0', '"progress":-1,"total":-1', '"message":7',
  ].map((more, i) => `id: ${i + 1}\ndata: {"type":"progress",${more}}\n\n`).join('');
  await with_(asked, [broken(`${told}id: 9\ndata: {"type":"log","progress":1}\n\n`), [RESULT]], { onProgress: ({ done, total }) => asked.push([done, total]) });
  assert.deepEqual(asked.filter(([first]) => typeof first !== 'string'), [[2, 5], [null, null], [null, null], [0, null], [-1, null], [null, null]]);
});

test('a call that is given up is ended on the server, one that is over is not', async () => {
  const over = new AbortController();
  const asked = [];
  await with_(asked, [[RESULT]], { signal: over.signal });
  over.abort();
  assert.deepEqual(lines(asked), ['POST tools/call']);
  const given = new AbortController();
  await with_(asked, [[{ type: 'progress', progress: 1 }, RESULT]], { signal: given.signal, onProgress: () => given.abort() }).catch(() => {});
  assert.equal(lines(asked).filter((line) => line.startsWith('DELETE streams/')).length, 1);
});

test('what does not fit into a part is named, and a text is compared up to that size', () => {
  const odd = (length) => { const part = { type: 'odd', x: '' }; part.x = 'y'.repeat(length - JSON.stringify(part).length); return readResult({ content: [part] }).result[0].kind; };
  assert.deepEqual([odd(MAX_RAW_CHARS), odd(MAX_RAW_CHARS + 1)], ['raw', 'notice']);
  const both = (length) => readResult({ content: [{ type: 'text', text: '{"a":1}'.padEnd(length) }], structured_content: { a: 1 } }).result.length;
  assert.deepEqual([both(MAX_RAW_CHARS), both(MAX_RAW_CHARS + 1)], [1, 2]);
});
