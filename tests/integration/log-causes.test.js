/* SPDX-License-Identifier: MIT */
/** The log says why something failed outside: each cause has another cure. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import test, { after, before } from 'node:test';
import { until } from '../harness/children.js';
import { API_KEY, startSite } from '../harness/site.js';
import { errorBody } from '../upstream/presets.js';

/** @type {import('../harness/site.js').Site} */
let site;

/** What is planted, and the words that the log must have of it.
 * @type {Record<string, {url: () => string, why: RegExp}>} */
const faults = {
  refused: { url: () => `http://127.0.0.1:${closed}/v1`,
    why: /status=0 code=upstream_unreachable said=".*Connection refused/ },
  nohost: { url: () => 'http://no-such-host.invalid/v1',
    why: /status=0 code=upstream_unreachable said="DNS: / },
  expired: { url: () => site.upstream.url('expired'),
    why: /status=0 code=upstream_tls said="TLS: .*expired/ },
  selfSigned: { url: () => site.upstream.url('selfSigned'),
    why: /status=0 code=upstream_tls said="TLS: .*self.signed/ },
  wrongHost: { url: () => site.upstream.url('wrongHost'),
    why: /status=0 code=upstream_tls said="TLS: / },
};
let closed = 0;

before(async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  closed = /** @type {any} */ (server.address()).port;
  server.close();
  site = await startSite();
  for (const [name, { url }] of Object.entries(faults)) {
    site.writeConfig({ [`provider "${name}"`]: { kind: 'openai',
      base_url: url(), api_key_file: `${site.dir}/key`, list_models: true,
      ca_file: site.certificates.authority, [`model "${name}"`]: {} } });
  }
  await site.reload();
});
after(() => site?.close());

for (const [name, { why }] of Object.entries(faults)) {
  test(`${name}: of a list of models and of a chat`, async () => {
    const list = RegExp(
      `models provider=${name} list=failed ${why.source}`);
    await until(() => list.test(site.log()), { what: site.log() });
    const client = await site.signedIn();
    const answer = await client.ask(name, 'x');
    assert.equal(answer.status, 502);
    await answer.text();
    await until(() => RegExp(`upstream provider=${name} .*said=`)
      .test(site.log()));
    const line = site.log().split('\n').find((one) =>
      one.includes(`upstream provider=${name} `)) ?? '';
    /* The type lies between status and code. */
    assert.match(line.replace(/type=\S+ /, ''), why);
  });
}

test('what the provider says of a refused list is in the log, without the key',
  async () => {
    site.upstream.script('GET /models', { status: 403, json: errorBody(
      `No credit left for ${API_KEY}, see https://example.com/billing`) });
    site.writeConfig({ 'provider "poor"': { kind: 'openai',
      base_url: site.upstream.url(), api_key_file: `${site.dir}/key`,
      list_models: true } });
    await site.reload();
    const line = /models provider=poor list=failed status=403 code=\S+ said=.*/;
    await until(() => line.test(site.log()), { what: 'the line' });
    const [text] = line.exec(site.log()) ?? [''];
    assert.match(text, /No credit left/);
    assert.ok(!site.log().includes(API_KEY));
  });

test('a page where a list was meant is told as that', async () => {
  site.upstream.script('GET /models', { status: 200, type: 'text/html',
    body: '<h1>Welcome</h1>' });
  site.writeConfig({ 'provider "page"': { kind: 'openai',
    base_url: site.upstream.url(), api_key_file: `${site.dir}/key`,
    list_models: true } });
  await site.reload();
  await until(() => /provider=page list=failed status=200 .*base_url/
    .test(site.log()), { what: 'the line' });
});
