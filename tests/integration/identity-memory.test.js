/* SPDX-License-Identifier: MIT */
/** A host without memory for a password's hash: 503, and no harm done. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { useSite } from '../harness/suite.js';
import { PASSWORD } from '../harness/site.js';

/* Of 256 MiB a hash, where the worker may have 160 MiB of data. */
const COSTLY_KIB = 262144;
const LIMIT = 160 << 20;

const suite = useSite({
  users: ['ann', 'bob'],
  config: { throttle: { user_failures: 3, address_failures: 3 } },
});

test('out of memory is 503, counts against nobody, and passes', async (t) => {
  const { site } = suite;
  if (site.sanitized) {
    t.skip('sanitizers have their own way with memory');
    return;
  }
  const client = await site.signedIn();
  /* bob's hash is a costly one, ann's is not. */
  site.writeConfig({ password: { memory_kib: COSTLY_KIB } });
  site.control(['user', 'passwd', 'bob'], `${PASSWORD}\n`);
  assert.match(readFileSync(join(site.dir, 'users'), 'utf8'),
    /^bob:\$argon2id\$v=19\$m=262144,/m);
  const limit = spawnSync('prlimit',
    [`--pid=${site.worker.pid}`, `--data=${LIMIT}:`]);
  assert.equal(limit.status, 0, String(limit.stderr));
  for (let i = 0; i < 10; i += 1) {
    const answer = await site.client().post('api/login',
      { username: 'bob', password: i % 2 ? PASSWORD : 'a guess' });
    assert.equal(answer.status, 503);
    assert.ok(Number(answer.headers['retry-after']) > 0);
    assert.equal((await answer.json()).error.code, 'busy');
  }
  const session = await client.get('api/session');
  await session.text();
  assert.equal(session.status, 200, 'the others are served');
  const free = spawnSync('prlimit',
    [`--pid=${site.worker.pid}`, '--data=unlimited:']);
  assert.equal(free.status, 0, String(free.stderr));
  await site.client().login('bob', PASSWORD);
});
