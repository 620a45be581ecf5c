/* SPDX-License-Identifier: MIT */
/**
 * The engine over TLS: its certificate must be good for the name or address
 * that is dialled, or nothing is said to it. Where hiredis has no TLS, as on
 * Debian 12, a configuration that asks for it is refused.
 */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { until } from '../harness/children.js';
import { configText, merged } from '../harness/config.js';
import { Engine } from '../harness/engine.js';
import { Hosts } from '../harness/hosts.js';
import { buildDir } from '../harness/paths.js';
import { freePort } from '../harness/places.js';
import { startSite } from '../harness/site.js';

const WITH_TLS = /^#define HAVE_HIREDIS_SSL 1$/m
  .test(readFileSync(join(buildDir, 'config.h'), 'utf8'));

test('is refused where the library has none', { skip: WITH_TLS && 'it has' }, async (t) => {
  const site = await startSite({ nginx: false });
  t.after(() => site.close());
  const file = join(site.dir, 'tls.conf');
  writeFileSync(file, configText(merged(site.config, { state: { valkey: 'tls://h:1' } })),
    { mode: 0o600 });
  const run = site.control(['check'], '', { fail: true, config: file });
  assert.equal(run.status, 3);
  assert.match(run.stderr, /tls:\/\/: this program was built with a hiredis that has no TLS/);
});

/** @param {import('../upstream/certs.js').Pair} pair @param {string} authority @param {number} port */
const lines = ({ cert, key }, authority, port) => ['port 0', `tls-port ${port}`,
  'tls-auth-clients no', `tls-cert-file ${cert}`, `tls-key-file ${key}`,
  `tls-ca-cert-file ${authority}`];

test('links hosts to who has a good certificate alone', { skip: !WITH_TLS && 'hiredis has no TLS here' }, async (t) => {
  const port = await freePort();
  const hosts = new Hosts({ users: ['ann'] }, { engine: (dir) => new Engine(dir) });
  const { authority, ...pairs } = hosts.site.certificates;
  hosts.engine.more = lines(pairs.good, authority, port);
  Object.defineProperty(hosts.engine, 'section', { value: {
    ...hosts.engine.section, valkey: `tls://localhost:${port}`, ca_file: authority } });
  await hosts.start();
  try {
    await t.test('by name and by address', async () => {
      await hosts.workers.c.stop('SIGTERM');
      await hosts.startHost('c', { state: { valkey: `tls://127.0.0.1:${port}` } });
      await hosts.linked();
      const client = await hosts.site.signedIn({ user: 'ann' });
      assert.equal((await client.get('api/session')).status, 200);
    });
    for (const [name, says] of /** @type {const} */ ([
      ['expired', /is away: TLS: certificate has expired/],
      ['wrongHost', /is away: TLS: .*(?:IP address|hostname) mismatch/i],
      ['selfSigned', /is away: TLS: self.signed certificate/],
    ])) {
      await t.test(`not: ${name}`, async () => {
        const dir = join(hosts.site.dir, name);
        mkdirSync(dir);
        const at = await freePort();
        const engine = new Engine(dir, lines(pairs[name], authority, at));
        await engine.start();
        await hosts.workers.c.stop('SIGTERM');
        await hosts.startHost('c', { state: { valkey: `tls://127.0.0.1:${at}` } });
        await until(() => says.test(hosts.workers.c.output()), { what: 'the log says why' });
        assert.equal((await hosts.health('c')).hosts, 'away');
        await engine.stop();
      });
    }
    await t.test('not: who speaks no TLS', async () => {
      const dir = join(hosts.site.dir, 'plain');
      mkdirSync(dir);
      const at = await freePort();
      const engine = new Engine(dir, [`port ${at}`]);
      await engine.start();
      await hosts.workers.c.stop('SIGTERM');
      await hosts.startHost('c', { state: { valkey: `tls://127.0.0.1:${at}` } });
      await until(() => /is away: TLS: /.test(hosts.workers.c.output()), { what: 'the log says it' });
      await engine.stop();
    });
  } finally {
    await hosts.close();
  }
});
