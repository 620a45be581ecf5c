/* SPDX-License-Identifier: MIT */
/** What the running worker has given up, and that it serves all the same. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { pieces, useSite } from '../harness/suite.js';
import { PASSWORD } from '../harness/site.js';
import { textOf } from '../harness/sse.js';

const root = process.getuid?.() === 0;
const suite = useSite({ users: ['ann'] });

/** @param {string} name of /proc/PID/status */
function status(name) {
  const { pid } = suite.site.worker;
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(text)?.[1];
}

test('no new privileges, no core, a filter for system calls', () => {
  const { site } = suite;
  assert.equal(status('NoNewPrivs'), '1');
  const limits = readFileSync(`/proc/${site.worker.pid}/limits`, 'utf8');
  assert.match(limits, /^Max core file size +0 +0 /m);
  if (site.sanitized) return;
  assert.equal(status('Seccomp'), '2');
  /* The threads that came later have it too. */
  const { pid } = site.worker;
  const tasks = spawnSync('sh', ['-c',
    `grep -h ^Seccomp: /proc/${pid}/task/*/status | sort | uniq -c`],
  { encoding: 'utf8' });
  assert.match(tasks.stdout.trim(), /^\d+ Seccomp:\s+2$/);
});

test('as root, it becomes the configured user, and works on',
  { skip: root ? false : 'needs root' }, async () => {
    const { site } = suite;
    /* As an installation has it: its own files belong to that user. */
    await site.worker.stop('SIGTERM');
    const owner = spawnSync('chown', ['-R', 'nobody', site.dir]);
    assert.equal(owner.status, 0);
    site.writeConfig({ user: 'nobody', socket_mode: '0666' });
    spawnSync('chown', ['nobody', site.configFile]);
    await site.startWorker();
    const uid = spawnSync('id', ['-u', 'nobody'], { encoding: 'utf8' });
    const ids = status('Uid')?.split(/\s+/);
    assert.deepEqual(new Set(ids), new Set([uid.stdout.trim()]));
    assert.match(status('CapEff') ?? '', /^0+$/);
    assert.match(status('CapPrm') ?? '', /^0+$/);
    const client = site.client({ h2: true });
    await client.login('ann', PASSWORD);
    const reading = await client.chat('m', pieces(['as ', 'nobody']));
    await reading.ended;
    assert.equal(textOf(reading.arrivals), 'as nobody');
    /* What it must still be able to write: the users, at a new password. */
    const answer = await client.post('api/password',
      { current: PASSWORD, new: `${PASSWORD} 2` });
    assert.equal(answer.status, 204, site.log());
    /* And to read again. */
    assert.match(await site.reload(), /reload/i);
    client.cookie = String(answer.headers['set-cookie']).split(';')[0];
    const session = await client.get('api/session');
    await session.text();
    assert.equal(session.status, 200);
  });
