/* SPDX-License-Identifier: MIT */
/** Several workers behind one nginx: a monitor reaches each, and tells them apart. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { until } from '../harness/children.js';
import { END, newGate, order, useSite } from '../harness/suite.js';
import { workerPath } from '../harness/paths.js';
import { FcgiConnection } from '../harness/fcgi.js';
import { textOf } from '../harness/sse.js';

/** @type {import('../harness/children.js').Child} */
let second;
after(() => second?.stop('SIGKILL'));
const suite = useSite({ mounts: ['/chat/'] }, async (site) => {
  const socket = join(site.dir, '2.sock');
  second = site.spawnWorker({ args: ['--listen', `unix:${socket}`,
    '--instance', '2'] });
  await until(async () => {
    const connection = new FcgiConnection(socket);
    connection.request({ path: 'api/health' });
    const answer = await connection.finished().catch(() => null);
    connection.destroy();
    return answer?.status === 200;
  }, { what: 'the second worker answers' });
});

/** @param {string} path */
async function figures(path) {
  const answer = await suite.site.client().get(path);
  return { status: answer.status, text: await answer.text() };
}

test('each is asked by the name of its socket', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const gate = newGate();
  const reading = await client.chat('m',
    order({ steps: [{ text: 'a' }, { gate }, ...END] }));
  await reading.until(() => textOf(reading.arrivals) === 'a');
  const first = await figures('api/metrics/fcgi');
  const other = await figures('api/metrics/2');
  assert.equal(first.status, 200);
  assert.match(first.text, /^confab_streams_open 1$/m, 'it has no name');
  assert.match(other.text, /^confab_streams_open\{worker="2"\} 0$/m);
  assert.match(other.text,
    /^confab_streams_ended_total\{worker="2",cause="done"\} 0$/m);
  for (const line of other.text.trim().split('\n')) {
    assert.match(line, /^(#|[a-z_]+\{worker="2"[,}])/);
  }
  site.upstream.open(gate);
  await reading.ended;
});

test('no name leads out of the folder, and a wrong one nowhere', async () => {
  for (const name of ['..%2ffcgi', 'a%2f2', '2.sock', '.', '%00', '$host']) {
    const { status } = await figures(`api/metrics/${name}`);
    assert.ok([400, 404].includes(status), `${name}: ${status}`);
  }
  assert.equal((await figures('api/metrics/none')).status, 502);
});

test('a name is of letters and digits', () => {
  for (const name of ['', 'a b', 'a"', 'x'.repeat(33), 'ü']) {
    const run = spawnSync(workerPath, ['--instance', name, '--version'],
      { encoding: 'utf8' });
    assert.equal(run.status, 64, name);
    assert.match(run.stderr, /--instance .*letters, digits/);
  }
});
