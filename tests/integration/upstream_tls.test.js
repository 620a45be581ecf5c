/* SPDX-License-Identifier: MIT */
/** Providers over TLS: what a connection costs, and large requests. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { END, newGate, order, pieces, useSite } from '../harness/suite.js';
import { isDone, textOf } from '../harness/sse.js';
import { residentBytes } from '../harness/proc.js';

/* The file that a provider's certificate is checked with, as is usual. */
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

const suite = useSite({
  tls: true,
  config: { limits: { requests_per_minute: 0, streams_per_user: 1000 } },
}, async (site) => {
  if (!existsSync(AUTHORITIES)) return;
  const file = join(site.dir, 'authorities.pem');
  writeFileSync(file, readFileSync(AUTHORITIES, 'utf8')
    + readFileSync(site.certificates.authority, 'utf8'));
  site.writeConfig({ 'provider "up"': { ca_file: file } });
  await site.reload();
});

test('connections share the authorities that were read', async (t) => {
  const { site } = suite;
  if (!existsSync(AUTHORITIES)) return t.skip(`no ${AUTHORITIES}`);
  if (site.sanitized) return t.skip('memory is another under a sanitizer');
  const client = await site.signedIn();
  const gate = newGate();
  const open = async (/** @type {number} */ n) =>
    Promise.all(Array.from({ length: n }, async () => {
      const reading = await client.chat('m',
        order({ steps: [{ text: 'a' }, { gate }, { text: 'b' }, ...END] }));
      await reading.until(() => textOf(reading.arrivals) === 'a');
      return reading;
    }));
  const first = await open(4);
  const before = residentBytes(site.worker.pid);
  const more = await open(40);
  const each = (residentBytes(site.worker.pid) - before) / 40;
  site.upstream.open(gate);
  for (const one of [...first, ...more]) {
    await one.ended;
    assert.equal(textOf(one.arrivals), 'ab');
    assert.ok(isDone(one.arrivals));
  }
  assert.ok(each < 128 * 1024, `${Math.round(each / 1024)} KiB a stream`);
});

test('requests of any size go over TLS whole', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  for (const size of [1000, 15_000, 17_000, 70_000, 1_100_000, 4_000_000]) {
    site.upstream.forget();
    const reading = await client.chat('m', [
      { role: 'user', content: 'x'.repeat(size) },
      { role: 'user', content: pieces(['one ', 'two'], 20) },
    ]);
    await reading.ended;
    assert.equal(textOf(reading.arrivals), 'one two');
    assert.ok(isDone(reading.arrivals));
    const [call] = site.upstream.calls;
    assert.equal(JSON.parse(call.body).messages[0].content.length, size);
  }
});
