/* SPDX-License-Identifier: MIT */
/**
 * Requests that are wrong: each gets its own status and words, at once, and
 * none reaches the upstream.
 */

import assert from 'node:assert/strict';
import test, { afterEach } from 'node:test';
import { pieces, useSite } from '../harness/suite.js';
import { cpuSeconds } from '../harness/proc.js';
import { rawTls } from '../harness/http.js';
import { textOf } from '../harness/sse.js';

const CAP = 256 * 1024;
const suite = useSite({
  mounts: ['/', '/a/b/'],
  config: { limits: { body: CAP, requests_per_minute: 0, messages: 50 } },
});

afterEach(() => assert.equal(suite.site.upstream.calls.length, 0));

/**
 * @param {string | Buffer} body @param {number} status
 * @param {string | RegExp} code
 */
async function refused(body, status, code) {
  const client = await suite.site.signedIn();
  const answer = await client.request('POST', 'api/chat/completions', { body });
  const text = await answer.text();
  const what = `${String(body).slice(0, 120)} -> ${answer.status} ${text}`;
  assert.equal(answer.status, status, what);
  const { error } = JSON.parse(text);
  assert.match(error.code, code instanceof RegExp ? code
    : new RegExp(`^${code}$`), what);
  assert.ok(error.message, what);
  return error;
}

const user = { role: 'user', content: 'x' };
const good = { model: 'm', messages: [user] };

test('no JSON', async () => {
  for (const body of ['', ' ', '{', '{"model":"m"', 'nonsense', '{"a":1}{}',
    '{"model":"m",}', '{\'model\':"m"}', '{"model":"m"} // x', '[1,]',
    '{"model": NaN}', '{"x": -01}', '{"x": 01}', '{"x": Infinity}',
    '{"x": +1}', '{"x": .5}', '{"x": "a\nb"}', '{"x": "\\x"}',
    '{"x": "\\ud800"}', '\ufeff{}', 'null', '12', '"m"', '[]']) {
    await refused(body, 400, /^invalid_(json|request)$/);
  }
});

test('bad UTF-8', async () => {
  for (const hex of ['ff', 'c3', 'c0af', 'eda080', 'f8888080']) {
    const [head, tail] = JSON.stringify(
      { model: 'm', messages: [{ role: 'user', content: '|' }] }).split('|');
    await refused(Buffer.concat([Buffer.from(head), Buffer.from(hex, 'hex'),
      Buffer.from(tail)]), 400, 'invalid_json');
  }
});

test('depth of 100,000', async () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  await refused(`{"model":"m","messages":${deep}}`, 400, 'invalid_json');
});

test('what is wrong costs less than 50 ms of processor time', async () => {
  const { site } = suite;
  const took = [];
  for (const body of ['{', '{"x": NaN}', '{"x":1,"x":2}', '\\xff',
    '['.repeat(100_000) + ']'.repeat(100_000)]) {
    for (let i = 0; i < 5; i += 1) {
      const before = cpuSeconds(site.worker.pid);
      await refused(body, 400, 'invalid_json');
      took.push((cpuSeconds(site.worker.pid) - before) * 1000);
    }
  }
  took.sort((a, b) => a - b);
  assert.ok(site.sanitized || took[took.length >> 1] < 50,
    `median ${took[12]} ms`);
});

test('duplicate keys, at any depth', async () => {
  await refused('{"model":"m","model":"m","messages":[]}', 400,
    'invalid_json');
  await refused('{"model":"m","messages":[{"role":"user","content":"x",'
    + '"role":"system"}]}', 400, 'invalid_json');
});

test('\\u0000 does not cut what follows', async () => {
  await refused('{"model":"m\\u0000x","messages":[{"role":"user",'
    + '"content":"x"}]}', 400, /./).catch(async (error) => {
    if (!/404/.test(error.message)) throw error;
  });
});

test('no model, an unknown model, a model of the wrong type', async () => {
  await refused(JSON.stringify({ messages: [user] }), 400, 'invalid_request');
  await refused(JSON.stringify({ model: 5, messages: [user] }), 400,
    'invalid_request');
  for (const model of ['nope', '', 'm ', 'M', 'x'.repeat(5000)]) {
    const client = await suite.site.signedIn();
    const answer = await client.ask(model, 'x');
    const text = await answer.text();
    assert.ok([400, 404].includes(answer.status), text);
    if (model === 'nope') assert.equal(answer.status, 404);
    if (model === 'nope') assert.match(text, /"model_not_found"/);
  }
});

test('messages that are none', async () => {
  for (const messages of [undefined, null, {}, 'x', [], [5], [[]], [{}],
    [{ role: 'user' }], [{ role: 'wizard', content: 'x' }],
    [{ role: 'user', content: 5 }], [{ role: 'user', content: null }],
    [{ role: 'user', content: [{ type: 'text' }] }],
    [{ role: 'user', content: [{ type: 'spell', text: 'x' }] }],
    [{ role: 'user', content: [{ type: 'image_url',
      image_url: { url: 'file:///etc/passwd' } }] }],
    [{ content: 'x' }], Array(51).fill(user)]) {
    const error = await refused(JSON.stringify({ model: 'm', messages }), 400,
      'invalid_request');
    assert.match(error.param ?? '', /messages/);
  }
});

test('parameters of the wrong type or range', async () => {
  for (const more of [{ stream: 'yes' }, { temperature: 'hot' },
    { temperature: 99 }, { temperature: -1 }, { top_p: 2 },
    { max_tokens: -5 }, { max_tokens: 1.5 }, { max_tokens: '10' },
    { stream_options: 5 }]) {
    await refused(JSON.stringify({ ...good, ...more }), 400,
      'invalid_request');
  }
});

test('an image for a model that takes text only', () =>
  refused(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: [
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
  ] }] }), 400, 'invalid_request'));

test('a body over the cap: 413, over h1 and h2', async () => {
  for (const h2 of [false, true]) {
    const client = await suite.site.signedIn({ h2 });
    const answer = await client.ask('m', 'x'.repeat(CAP + 1));
    assert.equal(answer.status, 413);
    assert.equal((await answer.json()).error.code, 'body_too_large');
    client.close();
  }
});

test('a body over nginx\'s own cap: 413 in the same form', async () => {
  const client = await suite.site.signedIn();
  const answer = await client.ask('m', 'x'.repeat(18 << 20));
  assert.equal(answer.status, 413);
  assert.equal((await answer.json()).error.code, 'body_too_large');
});

test('short, over-long and chunked bodies', async () => {
  const { site } = suite;
  const { cookie } = await site.signedIn();
  const body = JSON.stringify(good);
  const head = 'POST /api/chat/completions HTTP/1.1\r\nHost: localhost\r\n'
    + `Cookie: ${cookie}\r\nContent-Type: application/json\r\n`
    + 'Connection: close\r\n';
  const short = rawTls(site.port,
    `${head}Content-Length: ${body.length + 50}\r\n\r\n${body}`,
    { end: true });
  await short.closed;
  assert.doesNotMatch(short.text(), /^HTTP\/1.1 200/);
  /* Past nginx: more and fewer bytes than were announced. */
  for (const contentLength of [body.length + 50, body.length - 5, -1, NaN]) {
    const connection = site.fcgi();
    connection.request({ method: 'POST', path: 'api/chat/completions', body,
      contentLength, headers: { Cookie: cookie,
        'Content-Type': 'application/json' } });
    const { status } = await connection.finished();
    assert.equal(status, 400, `Content-Length ${contentLength}`);
    connection.destroy();
  }
});

test('a chunked body is as good as one with a length', async () => {
  const { site } = suite;
  const { cookie } = await site.signedIn();
  const body = JSON.stringify({ ...good, stream: true, messages: [
    { role: 'user', content: pieces(['fine']) }] });
  const parts = [body.slice(0, 30), body.slice(30)].map((part) =>
    `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`).join('');
  const one = rawTls(site.port,
    'POST /api/chat/completions HTTP/1.1\r\nHost: localhost\r\n'
    + `Cookie: ${cookie}\r\nContent-Type: application/json\r\n`
    + 'Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n'
    + `${parts}0\r\n\r\n`);
  await one.closed;
  assert.match(one.text(), /^HTTP\/1.1 200/);
  assert.match(one.text(), /fine/);
  site.upstream.forget();
});

test('wrong methods: 405 with Allow', async () => {
  const client = await suite.site.signedIn();
  for (const [method, path] of [['GET', 'api/login'], ['PUT', 'api/login'],
    ['GET', 'api/chat/completions'], ['DELETE', 'api/session'],
    ['POST', 'api/session'], ['POST', 'api/models'], ['GET', 'api/logout'],
    ['POST', 'api/streams/abc'], ['POST', 'api/health'],
    ['PATCH', 'api/chat/completions']]) {
    const answer = await client.request(method, path,
      method === 'GET' ? {} : { json: {} });
    assert.equal(answer.status, 405, `${method} ${path}`);
    assert.ok(answer.headers.allow, `${method} ${path}`);
    assert.equal((await answer.json()).error.code, 'method_not_allowed');
  }
});

test('unknown paths: 404 in the same form', async () => {
  for (const mount of ['/', '/a/b/']) {
    const client = await suite.site.signedIn({ mount });
    for (const path of ['api/nope', 'api/login/x', 'api/models/../x',
      'api/chat', 'api/streams', 'api/session/x']) {
      const answer = await client.get(path);
      assert.equal(answer.status, 404, path);
      const text = await answer.text();
      assert.match(text, /"code": ?"not_found"/, path);
    }
  }
});

test('after all that, a good request is answered', async () => {
  const client = await suite.site.signedIn();
  const reading = await client.chat('m', pieces(['fine']));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'fine');
  suite.site.upstream.forget();
});
