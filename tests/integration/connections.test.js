/* SPDX-License-Identifier: MIT */
/** Connections to a provider: few are kept, and only for who may use them. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { END, newGate, order, pieces, useSite } from '../harness/suite.js';
import { errorBody } from '../upstream/presets.js';

/* UPSTREAM_IDLE_MAX of the worker. */
const IDLE_MAX = 32;

const suite = useSite({
  tls: true,
  models: ['m', 'drop'],
  config: {
    limits: { requests_per_minute: 0, streams_per_user: 1000 },
    'provider "untrusting"': { kind: 'openai', base_url: 'http://127.0.0.1:1',
      'model "untrusting"': {} },
  },
}, async (site) => {
  site.writeConfig({ 'provider "untrusting"': {
    base_url: site.upstream.url('tls'),
    ca_file: site.certificates.selfSigned.cert } });
  await site.reload();
});

const COUNT = 3 * IDLE_MAX;

for (const [what, script, more] of /** @type {const} */ ([
  ['streams', { steps: [{ text: 'a' }, ...END] }, {}],
  ['whole answers', { steps: [{ text: 'a' }, ...END] }, { stream: false }],
  ['errors', { status: 500, json: errorBody('no') }, {}],
  ['refusals without a body', { status: 500, body: '' }, {}],
])) {
  test(`of many ${what} at once, few connections are kept`, async () => {
    const { site } = suite;
    const client = await site.signedIn({ h2: true });
    const gate = newGate();
    const ask = async () => {
      const message = order({ gateBefore: gate,
        .../** @type {any} */ (script) });
      const answer = await client.ask('m', message, { more });
      await answer.text();
    };
    site.upstream.forget();
    const all = Promise.all(Array.from({ length: COUNT }, ask));
    await site.upstream.until(() => site.upstream.calls.length === COUNT);
    site.upstream.open(gate);
    await all;
    await site.upstream.until(() => site.upstream.openCount <= IDLE_MAX);
    /* Those that are kept are used again. */
    const before = site.upstream.connections.length;
    for (let i = 0; i < 5; i += 1) await ask();
    const made = site.upstream.connections.length - before;
    assert.ok(made <= (what.includes('without') ? 5 : 1), `${made} made`);
  });
}

test('a connection is not shared with a provider who does not trust it',
  async () => {
    const { site } = suite;
    const client = await site.signedIn();
    const reading = await client.chat('m', pieces(['a']));
    await reading.ended;
    assert.ok(site.upstream.openCount > 0, 'one is idle');
    site.upstream.forget();
    const answer = await client.ask('untrusting', pieces(['a']));
    assert.equal(answer.status, 502);
    assert.equal((await answer.json()).error.code, 'upstream_tls');
    assert.equal(site.upstream.calls.length, 0);
  });
