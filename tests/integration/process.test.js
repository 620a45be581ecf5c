/* SPDX-License-Identifier: MIT */
/** The worker as a process: signals, shortages, ends. */

import assert from 'node:assert/strict';
import test from 'node:test';
import net from 'node:net';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { END, newGate, order, pieces, useSite } from '../harness/suite.js';
import { PASSWORD, pause, startSite } from '../harness/site.js';
import { Child, until } from '../harness/children.js';
import { FcgiConnection } from '../harness/fcgi.js';
import { sourceDir, workerPath } from '../harness/paths.js';
import { cpuSeconds, descriptors } from '../harness/proc.js';
import { errorOf, isDone, textOf } from '../harness/sse.js';

const LIMITS = { requests_per_minute: 0, streams_per_user: 1000 };

/**
 * @param {import('../harness/site.js').SiteOptions} options
 * @param {(site: import('../harness/site.js').Site) => Promise<void>} use
 */
async function withSite(options, use) {
  const site = await startSite(options);
  try {
    await use(site);
  } finally {
    await site.close();
  }
}

test('SIGTERM: no new connection, open streams finish, exit 0', async () => {
  await withSite({ config: { timeouts: { drain: '20s' }, limits: LIMITS } },
    async (site) => {
      const client = await site.signedIn({ h2: true });
      const gate = newGate();
      const readings = await Promise.all(Array.from({ length: 500 }, () =>
        client.chat('m', order({ steps: [{ text: 'a' }, { gate }, { text: 'b' },
          ...END] }))));
      await Promise.all(readings.map((one) =>
        one.until(() => textOf(one.arrivals) === 'a')));
      site.worker.kill('SIGTERM');
      await until(async () => !await site.accepts(), { limit: 2000 });
      assert.equal(site.worker.ended, null, 'it waits for the streams');
      site.upstream.open(gate);
      await Promise.all(readings.map((one) => one.ended));
      for (const one of readings) {
        assert.equal(textOf(one.arrivals), 'ab');
        assert.ok(isDone(one.arrivals));
      }
      await site.worker.exit;
      assert.deepEqual(site.worker.ended, { code: 0, signal: null });
    });
});

test('SIGTERM: what outlasts the limit gets an error event', async () => {
  await withSite({ config: { timeouts: { drain: '700ms' }, limits: LIMITS } },
    async (site) => {
      const client = await site.signedIn({ h2: true });
      const readings = await Promise.all(Array.from({ length: 500 }, () =>
        client.chat('m', order({ steps: [{ text: 'a' }, { hang: true }] }))));
      await Promise.all(readings.map((one) =>
        one.until(() => textOf(one.arrivals) === 'a')));
      site.worker.kill('SIGTERM');
      await Promise.all(readings.map((one) => one.ended));
      for (const one of readings) {
        assert.equal(errorOf(one.arrivals)?.code, 'shutting_down');
        assert.ok(!isDone(one.arrivals));
      }
      await site.worker.exit;
      assert.deepEqual(site.worker.ended, { code: 0, signal: null });
    });
});

test('SIGTERM twice does not harm', async () => {
  await withSite({ config: { timeouts: { drain: '1s' } } }, async (site) => {
    const client = await site.signedIn();
    const reading = await client.chat('m',
      order({ steps: [{ text: 'a' }, { hang: true }] }));
    await reading.until(() => textOf(reading.arrivals) === 'a');
    site.worker.kill('SIGTERM');
    await pause(100);
    site.worker.kill('SIGTERM');
    await site.worker.exit;
    assert.deepEqual(site.worker.ended, { code: 0, signal: null });
    await reading.ended;
  });
});

const suite = useSite({
  config: { limits: LIMITS },
});

test('SIGHUP ten times under load: no request fails', async () => {
  const { site } = suite;
  const client = await site.signedIn({ h2: true });
  const gate = newGate();
  const long = await Promise.all(Array.from({ length: 500 }, () =>
    client.chat('m', order({ steps: [{ text: 'a' }, { gate }, { text: 'b' },
      ...END] }))));
  let over = false;
  let count = 0;
  const load = Promise.all(Array.from({ length: 8 }, async () => {
    while (!over) {
      const reading = await client.chat('m', pieces(['x', 'y'], 5));
      await reading.ended;
      assert.equal(textOf(reading.arrivals), 'xy');
      const [status] = await client.getJson('api/session');
      assert.equal(status, 200);
      count += 1;
    }
  }));
  for (let i = 0; i < 10; i += 1) {
    await site.reload();
    await pause(30);
  }
  over = true;
  await load;
  assert.ok(count > 10);
  site.upstream.open(gate);
  await Promise.all(long.map((one) => one.ended));
  for (const one of long) assert.equal(textOf(one.arrivals), 'ab');
});

test('users and keys that are gone at a reload leave the old in force',
  async () => {
    const { site } = suite;
    const client = await site.signedIn();
    for (const name of ['users', 'secret']) {
      const path = `${site.dir}/${name}`;
      renameSync(path, `${path}.away`);
      await site.reload();
      const [status] = await client.getJson('api/models');
      renameSync(`${path}.away`, path);
      assert.equal(status, 200, name);
    }
    await site.reload();
    await site.client().login('ann', PASSWORD);
  });

test('out of descriptors: little CPU, and well again', async () => {
  const { site } = suite;
  const client = await site.signedIn({ h2: true });
  const { pid } = site.worker;
  const now = descriptors(pid).length;
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${now + 6}:20000`]);
  const gate = newGate();
  const message = order({ steps: [{ text: 'a' }, { gate }, ...END] });
  const asked = Array.from({ length: 30 }, () =>
    client.ask('m', message).catch(() => null));
  await pause(300);
  const before = cpuSeconds(pid);
  await pause(2000);
  const used = cpuSeconds(pid) - before;
  execFileSync('prlimit', ['--pid', String(pid), '--nofile=20000:20000']);
  site.upstream.open(gate);
  await Promise.all(asked.map(async (one) => (await one)?.text()));
  assert.ok(used < 0.1, `${used} s of CPU in two seconds`);
  const reading = await client.chat('m', pieces(['well']));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'well');
});

test('the reader of the log goes away: serving goes on', async () => {
  await withSite({ logTo: 'pipe' }, async (site) => {
    const client = await site.signedIn();
    site.closeLogPipe();
    for (let i = 0; i < 5; i += 1) {
      const reading = await client.chat('m', pieces(['fine']));
      await reading.ended;
      assert.equal(textOf(reading.arrivals), 'fine');
    }
  });
});

test('a full disk: serving goes on', async () => {
  await withSite({ logTo: 'full' }, async (site) => {
    const client = await site.signedIn();
    for (let i = 0; i < 5; i += 1) {
      const reading = await client.chat('m', pieces(['fine']));
      await reading.ended;
      assert.equal(textOf(reading.arrivals), 'fine');
    }
  });
});

/** What the shipped unit says. @param {string} key */
const unitSays = (key) => new RegExp(`^${key}=(.*)$`, 'm').exec(
  readFileSync(join(sourceDir, 'packaging/systemd/confab.service.in'),
    'utf8'))?.[1];

test('SIGKILL: serving again within a second, as the shipped unit says',
  async () => {
    assert.equal(unitSays('Restart'), 'always');
    const delay = /^(\d+)ms$/.exec(unitSays('RestartSec') ?? '');
    assert.ok(delay, 'RestartSec in ms');
    /* With confab.socket, the listening socket outlives the worker, and who
     * asks meanwhile waits in its queue. A shell plays systemd. */
    await withSite({ nginx: false }, async (site) => {
      await site.worker.stop();
      const pidFile = join(site.dir, 'held.pid');
      const listener = net.createServer().listen(0, '127.0.0.1');
      await once(listener, 'listening');
      const { port } = /** @type {net.AddressInfo} */ (listener.address());
      const { _handle: handle } = /** @type {any} */ (listener);
      const supervisor = new Child('/bin/sh', ['-c', `while :; do
          sh -c 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' sh "$@" &
          echo $! >${pidFile}
          wait $!
          sleep ${Number(delay[1]) / 1000}
        done`, 'sh', workerPath, '--config', site.configFile],
      { log: join(site.dir, 'worker.log'), fds: [handle.fd] });
      const health = async () => {
        const connection = new FcgiConnection(`127.0.0.1:${port}`);
        connection.request({ path: 'api/health' });
        const { status } = await connection.finished();
        connection.destroy();
        return status;
      };
      const pid = () => Number(readFileSync(pidFile, 'utf8'));
      await until(() => existsSync(pidFile) && pid() > 0);
      /* Only the others hold it from here on, and they accept. */
      handle.close();
      try {
        assert.equal(await health(), 200);
        assert.ok(Number(delay[1]) < 1000, 'the supervisor waits less');
        for (let i = 0; i < 5; i += 1) {
          const killed = pid();
          process.kill(killed, 'SIGKILL');
          /* Until the last of its threads is dead, one may still accept. */
          await until(() => !existsSync(`/proc/${killed}`)
            || pid() !== killed);
          assert.equal(await health(), 200, 'who asks meanwhile is served');
          await until(() => pid() !== killed);
        }
      } finally {
        await supervisor.stop('SIGKILL');
        process.kill(pid(), 'SIGTERM');
      }
      await site.startWorker();
    });
  });

test('SIGKILL: streams fail visibly, and a new worker serves', async () => {
  await withSite({}, async (site) => {
    const client = await site.signedIn();
    const reading = await client.chat('m',
      order({ steps: [{ text: 'a' }, { hang: true }] }));
    await reading.until(() => textOf(reading.arrivals) === 'a');
    await site.worker.stop('SIGKILL');
    await reading.ended;
    assert.ok(!isDone(reading.arrivals));
    assert.equal(textOf(reading.arrivals), 'a');
    const down = await client.get('api/session');
    assert.ok([502, 503].includes(down.status));
    await down.text();
    await site.startWorker();
    const [status] = await client.getJson('api/session');
    assert.equal(status, 200, 'the session outlives the worker');
  });
});

test('the shared state is gone at a start: serving, sign in anew', async () => {
  await withSite({}, async (site) => {
    const client = await site.signedIn();
    /* What may have been revoked is told in whole seconds. */
    await pause(1100);
    await site.worker.stop();
    rmSync(`${site.dir}/run`, { recursive: true, force: true });
    await site.startWorker();
    /* What it may have revoked is unknown: older sessions end. */
    const old = await client.get('api/session');
    assert.equal(old.status, 401);
    await old.text();
    await client.login('ann', PASSWORD);
    const [status] = await client.getJson('api/session');
    assert.equal(status, 200);
  });
});
