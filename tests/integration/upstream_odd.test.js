/* SPDX-License-Identifier: MIT */
/**
 * Upstreams that are odd or hostile byte by byte: what is unusual but right is
 * read as ever, what is wrong ends in an error, and all of it within bounds.
 */

import assert from 'node:assert/strict';
import net from 'node:net';
import test, { after } from 'node:test';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { RequestReader } from '../upstream/http.js';
import { pause } from '../harness/site.js';
import { peakBytes } from '../harness/proc.js';
import { chunksOf, errorOf, isDone, SseReader, textOf } from
  '../harness/sse.js';
import { useSite } from '../harness/suite.js';

/** @typedef {(socket: net.Socket) => unknown} Play */

/** @type {Map<string, Play>} */
const plays = new Map();
let asked = 0;

const server = net.createServer({ noDelay: true }, (socket) => {
  const reader = new RequestReader();
  socket.on('error', () => {});
  socket.on('data', async (bytes) => {
    reader.push(bytes);
    const request = reader.next();
    if (!request) return;
    asked += 1;
    const { messages } = JSON.parse(request.body.toString());
    await plays.get(messages.at(-1).content)?.(socket);
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
/** @type {Set<net.Socket>} */
const sockets = new Set();
server.on('connection', (socket) => sockets.add(socket));
after(() => {
  server.close();
  for (const socket of sockets) socket.destroy();
});

const suite = useSite({ config: {
  timeouts: { first_event: '4s', silence: '4s', total: '8s' },
  limits: { requests_per_minute: 0 },
  'provider "raw"': { kind: 'openai', 'model "raw"': {},
    base_url: `http://127.0.0.1:${
      /** @type {net.AddressInfo} */ (server.address()).port}/v1` },
} }, async (site) => {
  site.spare = 8;
});

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n';
const CLOSE = `${HEAD}Connection: close\r\n\r\n`;
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

const chunk = (/** @type {any} */ delta, /** @type {any} */ more = {}) =>
  JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1,
    model: 'y', choices: [{ index: 0, delta, finish_reason: null, ...more }] });
const say = (/** @type {string} */ content) =>
  `data: ${chunk({ content })}\n\n`;
const STOP = `data: ${chunk({}, { finish_reason: 'stop' })}\n\n`;
const DONE = 'data: [DONE]\n\n';
const GOOD = say('Hello') + say(' world') + STOP + DONE;

const framed = (/** @type {string} */ text, extension = '') =>
  `${Buffer.byteLength(text).toString(16)}${extension}\r\n${text}\r\n`;

/** @param {string} text @returns {Play} */
const whole = (text) => (socket) => { socket.end(text); };

/** Without end, until the other side has enough. */
/** @param {string} first @param {string} then @returns {Play} */
const endless = (first, then) => async (socket) => {
  socket.write(first);
  const block = then.repeat(Math.ceil(16384 / then.length));
  while (!socket.destroyed) {
    if (socket.write(block)) await pause(1);
    else {
      await Promise.race([once(socket, 'drain'), once(socket, 'close'),
        pause(20_000)]).catch(() => {});
    }
  }
};

let number = 0;

/** @param {Play} play @param {number} [most] calls: more than one for those
 * that ask for another */
async function ask(play, most = 1) {
  const name = `case-${number += 1}`;
  plays.set(name, play);
  const client = await suite.site.signedIn();
  const before = asked;
  const answer = await client.ask('raw', name);
  const text = await answer.text();
  assert.ok(asked - before <= most, `asked ${asked - before} times`);
  return { answer, text };
}

/** @param {Play} play */
async function events(play) {
  const { answer, text } = await ask(play);
  assert.equal(answer.status, 200, text);
  const sse = new SseReader();
  sse.push(Buffer.from(text), 0);
  assert.equal(sse.rest, '');
  return sse.arrivals;
}

/** @param {string} what @param {Play} play @param {string} [expected] */
const good = (what, play, expected = 'Hello world') =>
  test(`good: ${what}`, async () => {
    const arrivals = await events(play);
    assert.equal(errorOf(arrivals), undefined);
    assert.equal(textOf(arrivals), expected);
    assert.ok(isDone(arrivals));
    const ends = arrivals.filter((one) => one.data === '[DONE]');
    assert.equal(ends.length, 1);
  });

/** @param {string} what @param {Play} play @param {RegExp} [code] */
const bad = (what, play, code = /^upstream_(invalid|closed)$/) =>
  test(`bad: ${what}`, async () => {
    const before = peakBytes(suite.site.worker.pid);
    const { answer, text } = await ask(play);
    assert.equal(answer.status, 502, text);
    const { error } = JSON.parse(text);
    assert.match(error.code, code, text);
    const grown = peakBytes(suite.site.worker.pid) - before;
    assert.ok(suite.site.sanitized || grown < 3 << 20, `grown by ${grown}`);
  });

/** @param {string} what @param {Play} play @param {RegExp} code */
const broken = (what, play, code, text = 'Hello') =>
  test(`broken off: ${what}`, async () => {
    const arrivals = await events(play);
    assert.match(errorOf(arrivals)?.code ?? 'no error', code);
    assert.equal(textOf(arrivals), text);
    assert.ok(!isDone(arrivals));
  });

/* ---- The head ------------------------------------------------------------ */

good('every byte of head and body in a packet of its own', async (socket) => {
  for (const byte of CHUNKED + framed(GOOD) + framed('')) {
    socket.write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
});
good('closed instead of counted', whole(CLOSE + GOOD));
good('no reason after the status',
  whole(CLOSE.replace('200 OK', '200') + GOOD));
good('bare line feeds in the head',
  whole(CLOSE.replaceAll('\r\n', '\n') + GOOD));
good('names in other cases, and a charset', whole('HTTP/1.1 200 OK\r\n'
  + 'CONTENT-TYPE: Text/Event-Stream ;charset=UTF-8\r\n\r\n' + GOOD));
good('no type at all', whole(`HTTP/1.1 200 OK\r\n\r\n${GOOD}`));
good('a hundred interim answers before it',
  whole('HTTP/1.1 100 Continue\r\n\r\n'.repeat(100) + CLOSE + GOOD));
good('early hints', whole('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n'
  + 'Content-Encoding: gzip\r\n\r\n' + CLOSE + GOOD));
good('cookies and other advice, which nobody takes', async (socket) => {
  socket.end(`${HEAD}Set-Cookie: a=b\r\nAlt-Svc: h2="127.0.0.1:1"\r\n`
    + `Strict-Transport-Security: max-age=99\r\n\r\n${GOOD}`);
});
good('words for the web server before us, which go no further', async (socket) => {
  socket.end(`${HEAD}X-Accel-Redirect: /api/metrics\r\nX-Accel-Limit-Rate: 1\r\n`
    + 'X-Accel-Charset: utf-16\r\nX-Accel-Expires: 99\r\nX-Sendfile: /etc/passwd\r\n'
    + `Status: 302\r\nLocation: /x\r\nRefresh: 0; /x\r\n\r\n${GOOD}`);
});
good('HTTP/1.0', whole(CLOSE.replace('1.1', '1.0') + GOOD));

bad('interim answers without end',
  endless('', 'HTTP/1.1 100 Continue\r\n\r\n'));
bad('headers without end', endless(HEAD, 'X-Flood: yes\r\n'));
bad('one header line without end', endless(`${HEAD}X-Flood: `, 'x'));
bad('a status line without end', endless('HTTP/1.1 200 ', 'x'));
bad('no HTTP', whole('SSH-2.0-OpenSSH_9.2\r\n'));
bad('HTTP/0.9, just words', whole(GOOD));
bad('a greeting without end', endless('220 ', 'x'));
bad('closed at once', whole(''));
bad('closed amid the head', whole(HEAD));
bad('a zero byte in the head',
  whole(`${HEAD}X-Zero: a\0b\r\nConnection: close\r\n\r\n`));
bad('a negative length', whole(`${HEAD}Content-Length: -5\r\n\r\n${GOOD}`));
bad('a length that is no number',
  whole(`${HEAD}Content-Length: many\r\n\r\n${GOOD}`));
bad('204', whole('HTTP/1.1 204 No Content\r\n\r\n'), /^upstream_/);
bad('101', whole('HTTP/1.1 101 Switching Protocols\r\n'
  + 'Upgrade: h2c\r\nConnection: upgrade\r\n\r\n'), /^upstream_/);
bad('reset at once', (socket) => { socket.resetAndDestroy(); });

/* ---- The framing of the body --------------------------------------------- */

good('extensions of chunks', whole(CHUNKED
  + framed(GOOD, ';name="va;lue"') + framed('', ';last')));
good('trailers', whole(`${CHUNKED}${framed(GOOD)}0\r\nX-Sum: 1\r\n\r\n`));
good('trailers without end, after a whole answer',
  endless(`${CHUNKED}${framed(GOOD)}0\r\n`, 'X-Flood: yes\r\n'));
good('no end of the body, after a whole answer', (socket) => {
  socket.write(CHUNKED + framed(GOOD));
});
good('sizes with leading zeros and capitals', whole(CHUNKED
  + framed(say('Hello')).replace(/^/, '0000')
  + framed(say(' world')).replace(/^[0-9a-f]+/, (size) => size.toUpperCase())
  + framed(STOP + DONE) + framed('')));
broken('a size that is no number', whole(`${CHUNKED}${framed(say('Hello'))}`
  + `zz\r\n${GOOD}`), /^upstream_(closed|invalid)$/);
broken('a size beyond all numbers', whole(`${CHUNKED}${framed(say('Hello'))}`
  + `${'f'.repeat(40)}\r\n${GOOD}`), /^upstream_(closed|invalid)$/);
broken('fewer bytes than promised', whole(`${HEAD}Content-Length: 5000\r\n\r\n`
  + say('Hello')), /^upstream_closed$/);
broken('a negative size', whole(`${CHUNKED}${framed(say('Hello'))}`
  + `-5\r\n${GOOD}`), /^upstream_(closed|invalid)$/);

test('bounded: an extension without end', async () => {
  const before = peakBytes(suite.site.worker.pid);
  const { text } = await ask(
    endless(`${CHUNKED}${framed(say('Hello'))}5;x=`, 'y'));
  assert.match(text, /Hello[^]*"error"/);
  const grown = peakBytes(suite.site.worker.pid) - before;
  assert.ok(suite.site.sanitized || grown < 3 << 20, `grown by ${grown}`);
});

test('bounded: a bomb in a transfer encoding that nobody asked for',
  async () => {
    const before = peakBytes(suite.site.worker.pid);
    const bomb = gzipSync(Buffer.alloc(256 << 20, 'x'));
    const { answer, text } = await ask((socket) => {
      socket.write(`${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n`
        + `${bomb.length.toString(16)}\r\n`);
      socket.write(bomb);
      socket.end('\r\n0\r\n\r\n');
    });
    assert.equal(answer.status, 502, text);
    assert.ok(JSON.parse(text).error.code);
    const grown = peakBytes(suite.site.worker.pid) - before;
    assert.ok(suite.site.sanitized || grown < 4 << 20, `grown by ${grown}`);
  });

/* ---- The events ---------------------------------------------------------- */

good('data without a space, and spaces around [DONE]', whole(CLOSE
  + GOOD.replaceAll('data: ', 'data:').replace('[DONE]', ' [DONE]')));
good('one event over several data lines', whole(CLOSE
  + say('Hello').replaceAll(',"', ',\ndata: "') + say(' world') + STOP + DONE));
good('comments, retry, ids, unknown fields, empty events', whole(`${CLOSE}\n\n`
  + ': hi\n:\n\nretry: 5\nid: 77\nfoo: bar\nfoo\n\nevent: ping\n\n'
  + `data\n\n${GOOD}`));
good('carriage returns only', whole(CLOSE + GOOD.replaceAll('\n', '\r')));
good('line ends of every kind, mixed', whole(CLOSE
  + `${say('Hello').replace('\n\n', '\r\n\r')}${say(' world')
    .replace('\n\n', '\r\n\n')}${STOP.replace('\n\n', '\n\r\n')}${DONE}`));
good('[DONE] twice, and words after it', whole(CLOSE + GOOD + DONE
  + say('more') + DONE));
good('an error after [DONE]', whole(`${CLOSE}${GOOD}data: {"error":"late"}\n\n`));
good('chunks of usage, of nothing, and of filters', whole(CLOSE
  + 'data: {"id":"x","choices":[],"usage":null}\n\n'
  + 'data: {"choices":[],"prompt_filter_results":[{}]}\n\n'
  + `data: {}\n\n${say('Hello')}${say(' world')}${STOP}`
  + 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,'
  + '"total_tokens":3,"cost":0.1}}\n\n'
  + DONE));
good('"error": null beside the words', whole(CLOSE
  + GOOD.replaceAll('"id":"x"', '"id":"x","error":null')));
good('null everywhere', whole(CLOSE
  + GOOD.replaceAll('"delta":{', '"logprobs":null,"delta":{"refusal":null,'
    + '"role":null,"tool_calls":null,').replaceAll(',}', '}')));

broken('a zero byte in an event', whole(CLOSE + say('Hello')
  + say('x').replace('"x"', '"\0"') + DONE), /^upstream_invalid$/);
broken('an error as an event', whole(`${CLOSE}${say('Hello')}`
  + `event: error\ndata: {"error":{"code":503}}\n\n${DONE}`), /./);
broken('an error as a list', whole(`${CLOSE}${say('Hello')}`
  + `data: [{"error":{"message":"as Google does"}}]\n\n${DONE}`), /./);
broken('a page amid the events', whole(`${CLOSE}${say('Hello')}`
  + '<html><body>502 Bad Gateway</body></html>\n\n'), /^upstream_closed$/);

test('two choices: each keeps its index', async () => {
  const two = JSON.parse(chunk({ content: 'a' }));
  two.choices.push({ index: 1, delta: { content: 'b' }, finish_reason: null });
  const arrivals = await events(whole(
    `${CLOSE}data: ${JSON.stringify(two)}\n\n${STOP}${DONE}`));
  const seen = chunksOf(arrivals).flatMap((one) => one.choices)
    .filter((one) => one.delta?.content);
  assert.deepEqual(seen.filter((one) => one.index === 0)
    .map((one) => one.delta.content), ['a']);
  for (const one of seen) {
    assert.equal(one.delta.content, one.index === 0 ? 'a' : 'b');
  }
  assert.ok(isDone(arrivals));
});

test('calls of tools pass, and so does what they end with', async () => {
  const call = (/** @type {any} */ more) => chunk({ tool_calls: [
    { index: 0, ...more }] });
  const arrivals = await events(whole(`${CLOSE}data: ${call({ id: 'call_1',
    type: 'function', function: { name: 'f', arguments: '' } })}\n\n`
    + `data: ${call({ function: { arguments: '{"a":' } })}\n\n`
    + `data: ${call({ function: { arguments: '1}' } })}\n\n`
    + `data: ${chunk({}, { finish_reason: 'tool_calls' })}\n\n${DONE}`));
  const chunks = chunksOf(arrivals);
  assert.equal(chunks.flatMap((one) =>
    one.choices[0]?.delta.tool_calls ?? [])
    .map((one) => one.function.arguments).join(''), '{"a":1}');
  assert.equal(chunks.flatMap((one) => one.choices)
    .find((one) => one.finish_reason)?.finish_reason, 'tool_calls');
  assert.ok(isDone(arrivals));
});

/* ---- Statuses ------------------------------------------------------------ */

const json = (/** @type {number} */ status, /** @type {string} */ body,
  headers = '') => whole(`HTTP/1.1 ${status} X\r\n${headers}`
  + `Content-Type: application/json\r\nContent-Length: ${
    Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
const CAUSE = '{"error":{"message":"The cause."}}';

test('each status of a provider has one of ours', async () => {
  for (const [status, ours] of [[400, 400], [401, 502], [402, 429], [403, 502],
    [404, 502], [405, 502], [408, 502], [409, 502], [410, 502], [413, 400],
    [415, 502], [422, 400], [429, 429], [451, 502], [498, 429], [499, 502],
    [500, 502], [501, 502], [502, 502], [503, 502], [504, 502], [520, 502],
    [529, 502], [599, 502], [999, 502], [301, 502], [303, 502], [304, 502],
    [308, 502]]) {
    const { answer, text } = await ask(json(status, CAUSE,
      'Location: http://127.0.0.1:1/\r\n'));
    assert.equal(answer.status, ours, `${status}: ${text}`);
    const { error } = JSON.parse(text);
    assert.equal(typeof error.code, 'string');
    assert.equal(typeof error.message, 'string');
  }
});

test('Retry-After in any form is a number of seconds or none', async () => {
  for (const value of ['77', ' 77 ', '0', '-5', '1e9', 'soon', '',
    '99999999999999999999', '1.5', new Date(Date.now() - 9e6).toUTCString(),
    new Date(Date.now() + 9e4).toUTCString(), 'Wed, 99 Foo 2026 99:99:99 GMT',
    '77\r\nRetry-After: 88']) {
    const { answer } = await ask(
      json(429, CAUSE, `Retry-After: ${value}\r\n`), 3);
    const ours = answer.headers['retry-after'];
    assert.equal(answer.status, 429);
    if (ours !== undefined) assert.match(String(ours), /^[1-9]\d{0,4}$/, value);
  }
});

test('an error may be in any form, and is told in one', async () => {
  for (const body of ['', '{', 'null', '[]', '"words"', '5', '{"error":5}',
    '{"error":null}', '{"error":{}}', '{"error":{"message":{"a":1}}}',
    '{"error":{"message":""}}', '{"message":"The cause."}',
    '{"detail":"The cause."}', '{"detail":[{"msg":"The cause."}]}',
    '{"errors":["The cause."]}', '[{"error":{"message":"The cause."}}]',
    `{"error":{"message":"${'x'.repeat(50_000)}"}}`,
    '{"error":{"message":"\\u0000\\u0007\\ud800 <script>"}}',
    `${'['.repeat(5000)}${']'.repeat(5000)}`,
    `{"error":{"message":"bytes ${'\u00ff'.repeat(3)}"}}`,
    '<html><h1>Bad Gateway</h1></html>']) {
    const { answer, text } = await ask(json(500, body));
    assert.equal(answer.status, 502, body.slice(0, 60));
    const { error } = JSON.parse(text);
    assert.equal(typeof error.message, 'string');
    assert.ok(error.message.length > 0 && error.message.length < 2000);

    assert.doesNotMatch(error.message, /[\0-\x08\x0b-\x1f]/);
  }
});
