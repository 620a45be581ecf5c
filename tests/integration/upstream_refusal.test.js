/* SPDX-License-Identifier: MIT */
/**
 * What an upstream can do wrong before the first event: each has its status
 * and code, one call, and shows no key.
 */

import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import test from 'node:test';
import { until } from '../harness/children.js';
import { END, order, useSite } from '../harness/suite.js';
import { API_KEY } from '../harness/site.js';
import { isDone, textOf } from '../harness/sse.js';
import { synBlackHole } from '../upstream/blackhole.js';
import { errorBody } from '../upstream/presets.js';

const suite = useSite({
  config: {
    timeouts: { connect: '4s' },
    ...Object.fromEntries(['refused', 'nohost', 'blackhole', 'expired',
      'selfSigned', 'wrongHost', 'oldTls', 'plainAsTls'].map((name) =>
      [`provider "${name}"`, { kind: 'openai', base_url: 'http://127.0.0.1:1',
        [`model "${name}"`]: {} }])),
  },
}, pointProviders);

/** @type {Awaited<ReturnType<typeof synBlackHole>>} */
let hole;

/** @param {import('../harness/site.js').Site} site */
async function pointProviders(site) {
  const closed = net.createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const refused = /** @type {any} */ (closed.address()).port;
  closed.close();
  hole = await synBlackHole();
  /** @param {string} name @param {string} url */
  const at = (name, url) => ({
    [`provider "${name}"`]: { base_url: url,
      ca_file: site.certificates.authority,
      api_key_file: `${site.dir}/key` },
  });
  for (const change of [
    at('refused', `http://127.0.0.1:${refused}/v1`),
    at('nohost', 'http://no-such-host.invalid/v1'),
    at('blackhole', `http://127.0.0.1:${hole.port}/v1`),
    at('expired', site.upstream.url('expired')),
    at('selfSigned', site.upstream.url('selfSigned')),
    at('wrongHost', site.upstream.url('wrongHost')),
    at('oldTls', site.upstream.url('oldTls')),
    at('plainAsTls', `https://localhost:${site.upstream.ports.plain}/v1`),
  ]) site.writeConfig(change);
  await site.reload();
}

test.after(() => hole?.close());

/**
 * @param {string} model @param {string} message
 * @param {number} status @param {string | RegExp} code
 */
async function refused(model, message, status, code) {
  const { site } = suite;
  const client = await site.signedIn();
  for (const more of [{}, { stream: false }]) {
    const answer = await client.ask(model, message, { more });
    const text = await answer.text();
    assert.equal(answer.status, status, text);
    assert.match(String(answer.headers['content-type']), /^application\/json/);
    const { error } = JSON.parse(text);
    assert.match(error.code, code instanceof RegExp ? code
      : new RegExp(`^${code}$`), text);
    assert.equal(typeof error.message, 'string');
    assert.ok(error.message.length > 0);
    assert.equal(typeof error.type, 'string');
    assert.ok(!text.includes(API_KEY));
    assert.ok(!JSON.stringify(answer.headers).includes(API_KEY));
    if (answer.headers['retry-after']) {
      site.lastRetryAfter = Number(answer.headers['retry-after']);
    }
  }
}

test('refused: 502 at once, not when the time to connect is over',
  async () => {
    const client = await suite.site.signedIn();
    let over = false;
    const slow = client.ask('blackhole', 'x')
      .then((answer) => answer.text()).then(() => { over = true; });
    await refused('refused', 'x', 502, 'upstream_unreachable');
    assert.ok(!over, 'who waits for the whole time is still waiting');
    await slow;
  });

test('no such host: 502', () =>
  refused('nohost', 'x', 502, 'upstream_unreachable'));

test('a black hole: 502 when the time to connect is over', () =>
  refused('blackhole', 'x', 502, 'connect_timeout'));

test('Stop while it connects into a black hole', async () => {
  const client = await suite.site.signedIn();
  const key = '00000000-0000-4000-8000-000000000001';
  const asked = client.ask('blackhole', 'x', { key });
  await until(async () => (await suite.site.metrics()).confab_streams_open === 1,
    { what: 'the stream is open' });
  assert.equal(await client.stop(key), 204);
  const answer = await asked;
  const { error } = await answer.json();
  assert.equal(error.code, 'stopped', 'not the end of the time to connect');
});

for (const name of ['expired', 'selfSigned', 'wrongHost', 'oldTls',
  'plainAsTls']) {
  test(`TLS, ${name}: 502 and no byte of the request is sent`, async () => {
    const { upstream } = suite.site;
    upstream.forget();
    await refused(name, 'the-secret-question', 502, 'upstream_tls');
    assert.equal(upstream.calls.length, 0);
    for (const one of upstream.connections) {
      /* A refused handshake in plain text is all that may be there. */
      if (one.listener !== 'plain') assert.equal(one.bytesIn, 0);
    }
  });
}

const json = (/** @type {number} */ status, /** @type {object} */ more = {}) =>
  order({ status, json: errorBody('The cause, told.'), ...more });

for (const [what, message, status, code] of /** @type {const} */ ([
  ['401', json(401), 502, 'upstream_auth'],
  ['403', json(403), 502, 'upstream_auth'],
  ['500', json(500), 502, 'upstream_error'],
  ['503', json(503), 502, 'upstream_error'],
  ['529', json(529), 502, 'upstream_error'],
  ['402', json(402), /^(4|5)\d\d$/, /./],
  ['a redirect', order({ status: 302, body: '',
    headers: { Location: '/v1/elsewhere' } }), 502, /^upstream_/],
  ['a 307', order({ status: 307, body: '',
    headers: { Location: '/v1/elsewhere' } }), 502, /^upstream_/],
  ['HTML with 200', order({ type: 'text/html',
    body: '<html>Welcome to the hotel</html>' }), 502, 'upstream_invalid'],
  ['an empty body', order({ body: '', type: 'text/event-stream' }), 502,
    /^upstream_(closed|invalid)$/],
  ['the wrong type', order({ type: 'image/png', body: 'PNG' }), 502,
    'upstream_invalid'],
  ['an error object with 200', order({ json: errorBody('Told so.') }), 502,
    /./],
  ['an error as a string', order({ json: { error: 'Told so.' } }), 502, /./],
  ['a numeric code', order({ status: 500,
    json: { error: { message: 'Told so.', code: 500 } } }), 502, /./],
  ['a compressed answer', order({ headers: { 'Content-Encoding': 'gzip' },
    type: 'text/event-stream', body: '\x1f\x8b not asked for' }), 502,
    /^upstream_/],
])) {
  test(`${what}: ${status}, one call`, async () => {
    const { site } = suite;
    site.upstream.forget();
    if (status instanceof RegExp) {
      const client = await site.signedIn();
      const answer = await client.ask('m', message);
      assert.match(String(answer.status), status);
      assert.notEqual(answer.status, 401);
      await answer.json();
      return;
    }
    await refused('m', message, status, code);
    assert.equal(site.upstream.calls.length, 2);
    assert.ok(!site.upstream.requests.some((one) =>
      one.target.includes('elsewhere')));
  });
}

test('the provider\'s own words reach the person', async () => {
  const client = await suite.site.signedIn();
  const answer = await client.ask('m', json(500));
  assert.match((await answer.json()).error.message, /The cause, told\./);
});

test('429 passes with a normalised Retry-After, one call when long',
  async () => {
    const { site } = suite;
    const date = new Date(Date.now() + 90_000).toUTCString();
    for (const [value, low, high] of /** @type {const} */ ([
      ['77', 77, 77], [date, 80, 91],
    ])) {
      site.upstream.forget();
      await refused('m', json(429, { headers: { 'Retry-After': value } }), 429,
        'upstream_rate_limited');
      assert.equal(site.upstream.calls.length, 2);
      assert.ok(site.lastRetryAfter >= low && site.lastRetryAfter <= high,
        `${site.lastRetryAfter}`);
    }
  });

test('insufficient_quota is final', async () => {
  suite.site.upstream.forget();
  await refused('m', order({ status: 429, headers: { 'Retry-After': '1' },
    json: errorBody('Pay first.', 'insufficient_quota',
      'insufficient_quota') }), 429, 'insufficient_quota');
  assert.equal(suite.site.upstream.calls.length, 2);
});

test('a short Retry-After is waited for, at most twice', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const busy = { status: 503, headers: { 'Retry-After': '1' },
    json: errorBody('Warming up.') };
  site.upstream.script('m', [busy, { steps: [{ text: 'Now.' }, ...END] }]);
  site.upstream.forget();
  const reading = await client.chat('m', 'please');
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'Now.');
  assert.ok(isDone(reading.arrivals));
  assert.equal(site.upstream.calls.length, 2);

  site.upstream.script('m', busy);
  site.upstream.forget();
  const answer = await client.ask('m', 'please');
  await answer.text();
  assert.equal(answer.status, 502);
  assert.equal(site.upstream.calls.length, 3);
});

test('a flood of headers is refused', async () => {
  suite.site.upstream.script('m', {
    headers: Array.from({ length: 3000 }, (_, i) =>
      /** @type {[string, string]} */ ([`X-Flood-${i}`, 'x'.repeat(200)])),
    steps: [{ text: 'a' }, ...END],
  });
  await refused('m', 'x', 502, /^upstream_/);
});

test('of a huge error body no more than 64 KiB is read', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  site.upstream.forget();
  const answer = await client.ask('m', order({
    status: 500, type: 'application/json', framing: 'close',
    body: JSON.stringify({ error: { message: 'x'.repeat(5 << 20) } }),
  }));
  const { error } = await answer.json();
  assert.equal(answer.status, 502);
  assert.ok(error.message.length < 2000);
});

test('of a page without end no more than 64 KiB is read', async () => {
  const { site } = suite;
  for (const type of ['text/html', 'application/json']) {
    site.upstream.script('m', { type, framing: 'close', bare: true,
      steps: [{ flood: 1 << 30 }] });
    site.upstream.forget();
    const client = await site.signedIn();
    const answer = await client.ask('m', 'x');
    assert.equal(answer.status, 502);
    assert.equal((await answer.json()).error.code, 'upstream_invalid');
    const [call] = site.upstream.calls;
    await site.upstream.until(() => call.closedAt);
    /* What the sockets' buffers take comes on top. */
    assert.ok(call.bytesOut < 16 << 20, `${call.bytesOut} bytes`);
  }
});

test('nothing asks for compression, and the key goes in its header',
  async () => {
    const { site } = suite;
    const client = await site.signedIn();
    site.upstream.script('m', { steps: [{ text: 'a' }, ...END] });
    site.upstream.forget();
    const reading = await client.chat('m', 'x');
    await reading.ended;
    const [call] = site.upstream.calls;
    assert.equal(call.headers['accept-encoding'] ?? 'identity', 'identity');
    assert.equal(call.headers.authorization, `Bearer ${API_KEY}`);
    assert.equal(call.headers.cookie, undefined);
    assert.equal(JSON.parse(call.body).model, 'm');
  });
