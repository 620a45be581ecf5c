/* SPDX-License-Identifier: MIT */
/** Every way in which a worker can be given its socket. */

import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { useSite } from '../harness/suite.js';
import { Child, until } from '../harness/children.js';
import { FcgiConnection, requestBytes } from '../harness/fcgi.js';
import { freePort } from '../harness/places.js';
import { workerPath } from '../harness/paths.js';
import { PASSWORD, pause } from '../harness/site.js';
import { cpuSeconds, residentBytes } from '../harness/proc.js';

const suite = useSite({ nginx: false });

/** @param {string} address */
async function healthOf(address) {
  const connection = new FcgiConnection(address);
  connection.request({ path: 'api/health' });
  await connection.finished();
  connection.destroy();
  return connection.answer().status;
}

/** @param {Child} worker */
async function ends(worker) {
  const ended = await worker.stop('SIGTERM');
  assert.deepEqual(ended, { code: 0, signal: null }, worker.output());
}

test('unix socket: mode as configured, quick to start, small', async () => {
  const { site } = suite;
  const path = join(site.dir, 'other.sock');
  const worker = site.spawnWorker({ args: ['--listen', `unix:${path}`] });
  // It is there before it listens, and listens before all is read.
  await until(async () => worker.ended
    || await healthOf(path).catch(() => 0) === 200, { every: 2 });
  const used = cpuSeconds(worker.pid) * 1000;
  assert.ok(site.sanitized || used < 1000, `${used} ms of processor time`);
  assert.equal(statSync(path).mode & 0o777, 0o660);
  const resident = residentBytes(worker.pid);
  assert.ok(site.sanitized || resident < 24 << 20, `${resident} bytes`);
  await ends(worker);
  assert.ok(!existsSync(path), 'the socket is removed');
});

test('the folder of a socket is made when it is missing', async () => {
  const { site } = suite;
  const path = join(site.dir, 'new-folder', 'a.sock');
  const worker = site.spawnWorker({ args: ['--listen', `unix:${path}`] });
  await until(async () => worker.ended
    || await healthOf(path).catch(() => 0) === 200);
  assert.equal(await healthOf(path), 200);
  assert.equal(statSync(join(site.dir, 'new-folder')).mode & 0o777, 0o755);
  await ends(worker);
});

test('a socket left behind by a killed worker is replaced', async () => {
  const { site } = suite;
  const path = join(site.dir, 'left.sock');
  const args = ['--listen', `unix:${path}`];
  const first = site.spawnWorker({ args });
  await until(() => existsSync(path));
  await first.stop('SIGKILL');
  assert.ok(existsSync(path));
  const second = site.spawnWorker({ args });
  await until(async () => second.ended
    || await healthOf(path).catch(() => 0) === 200);
  assert.equal(await healthOf(path), 200);
  await ends(second);
});

test('a socket in use, and a file that is no socket, are left alone',
  async () => {
    const { site } = suite;
    for (const path of [site.socket, site.configFile]) {
      const before = statSync(path).ino;
      const worker = site.spawnWorker({ args: ['--listen', `unix:${path}`] });
      await worker.exit;
      assert.notEqual(worker.ended?.code, 0);
      assert.equal(statSync(path).ino, before);
    }
    assert.equal(await healthOf(site.socket), 200);
  });

test('TCP, IPv4 and IPv6', async () => {
  const { site } = suite;
  for (const [listen, host] of [['127.0.0.1', '127.0.0.1'],
    ['[::1]', '::1']]) {
    const port = await freePort();
    const worker = site.spawnWorker({
      args: ['--listen', `${listen}:${port}`] });
    const probe = () => new Promise((resolve) => {
      const socket = net.connect({ host, port });
      socket.on('connect', () => { socket.destroy(); resolve(true); });
      socket.on('error', () => resolve(false));
    });
    await until(async () => worker.ended || await probe(),
      { what: `listens on ${listen}` });
    assert.equal(worker.ended, null, worker.output());
    if (host === '127.0.0.1') {
      assert.equal(await healthOf(`127.0.0.1:${port}`), 200);
    }
    await ends(worker);
  }
});

test('over TCP, too, a request may be slow to come', async () => {
  const { site } = suite;
  const address = `127.0.0.1:${await freePort()}`;
  const worker = site.spawnWorker({ args: ['--listen', address] });
  await until(async () => await healthOf(address).catch(() => 0) === 200);
  /* Longer than the tick by which a stop is noticed, at each place. */
  const bytes = requestBytes({ method: 'POST', path: 'api/login',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'ann', password: PASSWORD }) });
  const connection = new FcgiConnection(address);
  for (const part of [bytes.subarray(0, 0), bytes.subarray(0, 20),
    bytes.subarray(20, bytes.length - 30), bytes.subarray(bytes.length - 30)]) {
    connection.send(part);
    await pause(1000);
  }
  assert.equal((await connection.finished()).status, 200);
  connection.destroy();
  await ends(worker);
});

test('a port in use is a clear message', async () => {
  const { site } = suite;
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  const worker = new Child(workerPath, ['--config', site.configFile,
    '--listen', `127.0.0.1:${port}`], { log: join(site.dir, 'inuse.log') });
  await worker.exit;
  server.close();
  assert.notEqual(worker.ended?.code, 0);
  assert.match(worker.output(), new RegExp(`${port}.*in use`, 'i'));
});

/** A listening socket that somebody else has made. */
async function boundSocket() {
  const server = net.createServer({ pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  return { address: `127.0.0.1:${port}`,
    handle: /** @type {any} */ (server)._handle };
}

test('fd 0, as spawn-fcgi gives it', async () => {
  const { site } = suite;
  const { address, handle } = await boundSocket();
  const worker = site.spawnWorker({ stdin: handle.fd });
  /* Ours must not accept: only the worker's end stays open. */
  handle.close();
  assert.equal(await until(() => healthOf(address).catch(() => 0)), 200);
  await ends(worker);
});

test('a socket passed as systemd does', async () => {
  const { site } = suite;
  const { address, handle } = await boundSocket();
  /* LISTEN_PID must be the worker's own: a shell sets it and becomes it. */
  const worker = new Child('/bin/sh', ['-c',
    'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', 'sh', workerPath,
    '--config', site.configFile], {
    log: join(site.dir, 'worker.log'), fds: [handle.fd] });
  handle.close();
  assert.equal(await until(() => healthOf(address).catch(() => 0)), 200);
  await ends(worker);
});

test('sd_notify: ready, reloading, stopping', async () => {
  const { site } = suite;
  const { createNotifySocket } = await import('../harness/notify.js');
  const notify = await createNotifySocket(site.dir);
  if (!notify) return;
  const path = join(site.dir, 'notify-worker.sock');
  const worker = site.spawnWorker({ args: ['--listen', `unix:${path}`],
    env: { NOTIFY_SOCKET: notify.path } });
  await until(() => /READY=1/.test(notify.text()));
  worker.kill('SIGHUP');
  await until(() => /RELOADING=1[\s\S]*READY=1/.test(notify.text()));
  assert.match(notify.text(), /MONOTONIC_USEC=\d+/);
  await ends(worker);
  assert.match(notify.text(), /STOPPING=1/);
  notify.close();
});

test('--help and --version', () => {
  const { site } = suite;
  for (const option of ['--help', '--version']) {
    const run = site.control([option]);
    assert.match(run.stdout, /confab/);
  }
});
