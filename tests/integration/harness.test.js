/* SPDX-License-Identifier: MIT */
/** The tools of these tests do what the tests rely on. */

import assert from 'node:assert/strict';
import http from 'node:http';
import test, { after, before } from 'node:test';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { configText, merged } from '../harness/config.js';
import { sourceDir } from '../harness/paths.js';
import { isDone, SseReader, textOf } from '../harness/sse.js';
import { END, order } from '../harness/suite.js';
import { synBlackHole } from '../upstream/blackhole.js';
import { RequestReader } from '../upstream/http.js';
import { Upstream } from '../upstream/server.js';

const upstream = new Upstream();
before(() => upstream.listen());
after(() => upstream.close());

/**
 * @param {any} body @param {string} [path]
 * @returns {Promise<{status: number, text: string, broken: boolean}>}
 */
function ask(body, path = '/v1/chat/completions') {
  return new Promise((resolve, reject) => {
    let fail = reject;
    const request = http.request({ host: '127.0.0.1', method: 'POST',
      port: upstream.ports.plain, path, agent: false }, (response) => {
      let text = '';
      const finish = (/** @type {boolean} */ broken) => () =>
        resolve({ status: response.statusCode ?? 0, text, broken });
      response.setEncoding('utf8');
      response.on('data', (part) => { text += part; });
      response.on('end', finish(false));
      response.on('error', finish(true));
      fail = finish(true);
    });
    request.on('error', (error) => fail(error));
    request.end(JSON.stringify(body));
  });
}

/** @param {any} script */
const scripted = (script) => ({ model: 'm', stream: true,
  messages: [{ role: 'user', content: order(script) }] });

test('a script is played, whole and in single bytes', async () => {
  for (const split of [0, 1]) {
    const { status, text } = await ask(scripted({
      steps: [{ split }, { texts: ['a', '数'] }, ...END] }));
    assert.equal(status, 200);
    const sse = new SseReader();
    for (const byte of Buffer.from(text)) sse.push(Buffer.from([byte]), 0);
    assert.equal(textOf(sse.arrivals), 'a数');
    assert.ok(isDone(sse.arrivals));
    assert.equal(sse.arrivals.at(-1)?.end, Buffer.byteLength(text));
  }
});

test('reset and cut break the answer, and that is seen', async () => {
  for (const end of [{ reset: true }, { cut: true }]) {
    upstream.forget();
    const { text, broken } = await ask(scripted({
      steps: [{ text: 'half' }, { wait: 20 }, end] }));
    assert.ok(broken);
    assert.match(text, /half/);
    assert.equal(upstream.calls[0].finished, false);
  }
});

test('scripts by model, one after another; the last one stays', async () => {
  upstream.script('x', [{ status: 503, json: {} }, { body: 'fine' }]);
  const got = [];
  for (let i = 0; i < 3; i += 1) got.push((await ask({ model: 'x' })).status);
  assert.deepEqual(got, [503, 200, 200]);
  assert.equal((await ask({ model: 'status-418' })).status, 418);
  assert.equal((await ask({ model: 'unheard-of' })).status, 404);
});

test('a gate holds until it is opened, once for each permit', async () => {
  let over = false;
  const asked = ask(scripted({ steps: [{ gate: 'g' }, { gate: 'g' },
    ...END] })).then(() => { over = true; });
  upstream.open('g', 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(over, false);
  upstream.open('g', 1);
  await asked;
});

test('requests are cut out of any pieces of bytes', () => {
  const bytes = Buffer.from('POST /x HTTP/1.1\r\nA: b\r\nContent-Length: 3'
    + '\r\n\r\nabcPOST /y HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n'
    + '2\r\nde\r\n1\r\nf\r\n0\r\n\r\n');
  for (let size = 1; size <= bytes.length; size += 1) {
    const reader = new RequestReader();
    const seen = [];
    for (let at = 0; at < bytes.length; at += size) {
      reader.push(bytes.subarray(at, at + size));
      for (let one; (one = reader.next());) {
        seen.push(`${one.target} ${one.body}`);
      }
    }
    assert.deepEqual(seen, ['/x abc', '/y def']);
    assert.equal(reader.pending, 0);
  }
});

test('a black hole swallows a connection', async () => {
  const hole = await synBlackHole();
  const request = http.get({ host: '127.0.0.1', port: hole.port,
    agent: false });
  const outcome = await Promise.race([
    once(request, 'error').then(() => 'refused'),
    once(request, 'response').then(() => 'answered'),
    new Promise((resolve) => setTimeout(() => resolve('silence'), 400)),
  ]);
  request.on('error', () => {});
  request.destroy();
  hole.close();
  assert.equal(outcome, 'silence');
});

test('as a process it obeys its control address', async () => {
  const child = spawn(process.execPath,
    [join(sourceDir, 'tests/upstream/main.js')],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const { url, control } = JSON.parse(line);
  const tell = async (/** @type {any} */ what) =>
    /** @type {any} */ (await (await fetch(control,
      { method: 'POST', body: JSON.stringify(what) })).json());
  assert.deepEqual(await tell({ do: 'script', model: 'x',
    script: { body: 'told' } }), { ok: true });
  const answer = await fetch(`${url}/chat/completions`,
    { method: 'POST', body: JSON.stringify({ model: 'x' }) });
  assert.equal(await answer.text(), 'told');
  const { requests } = await tell({ do: 'seen' });
  assert.equal(requests.length, 1);
  assert.equal(requests[0].model, 'x');
  assert.ok((await tell({ do: 'nonsense' })).error);
  child.stdin.end();
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
});

test('configuration is written and merged', () => {
  const text = configText(merged(
    { a: 1, s: { x: 'q"\\', y: ['t', 'u'] }, gone: 2 },
    { s: { x: 'z', flag: true }, gone: undefined }));
  assert.equal(text,
    'a = 1\ns {\n\tx = "z"\n\ty = {"t", "u"}\n\tflag = true\n}\n');
});
