/* SPDX-License-Identifier: MIT */
/** nginx with fcgiwrap, with spawn-fcgi, and with systemd's socket passing. */

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Child, until } from '../harness/children.js';
import { Client } from '../harness/client.js';
import {
  checkLeaving, checkLive, checkLogout, checkSession, checkWhole,
} from '../harness/frontend_checks.js';
import { layOutAccount } from '../harness/frontends.js';
import { startNginx } from '../harness/nginx.js';
import { freePort } from '../harness/places.js';
import { workerPath } from '../harness/paths.js';
import { startSite } from '../harness/site.js';

/** @type {import('../harness/site.js').Site} */
let site;

before(async () => {
  site = await startSite({ nginx: false,
    config: { timeouts: { heartbeat: '300ms', grace: '200ms' } } });
});
after(() => site.close());

/**
 * @param {string} name @param {string} socket
 * @param {string} [extra] for nginx's server block
 * @param {string[]} [mounts]
 */
async function nginxBefore(name, socket, extra, mounts = ['/chat/']) {
  const port = await freePort();
  const dir = join(site.dir, name);
  const child = await startNginx({ dir, mounts, port, extra,
    backend: `unix:${socket}`, pair: site.certificates.good });
  return { child, client: new Client({ port, mount: '/chat/' }) };
}

/** @param {string} socket @param {Child} child */
async function appears(socket, child) {
  await until(() => existsSync(socket) || child.ended,
    { what: `${socket} appears` });
  assert.equal(child.ended, null, child.output());
}

test('fcgiwrap, which runs CGI programs', async () => {
  const account = layOutAccount(site,
    { timeouts: { heartbeat: '300ms' } });
  const socket = join(site.dir, 'fcgiwrap.sock');
  /* One process: of several, the first would leave the others behind. */
  const wrap = new Child('fcgiwrap', ['-f', '-c', '1', '-s',
    `unix:${socket}`], { log: join(site.dir, 'fcgiwrap.log') });
  await appears(socket, wrap);
  /* NO_BUFFERING: else fcgiwrap holds an answer back to its end. */
  const { child, client } = await nginxBefore('fcgiwrap', socket, `
    location ~ ^/chat(?<confab_path>/api/.*)$ {
      client_max_body_size 17m;
      client_body_buffer_size 17m;
      fastcgi_buffering off;
      fastcgi_read_timeout 1860s;
      include /etc/nginx/fastcgi_params;
      fastcgi_param NO_BUFFERING 1;
      fastcgi_param SCRIPT_FILENAME ${account.page}/confab.cgi;
      fastcgi_param SCRIPT_NAME /chat;
      fastcgi_param PATH_INFO $confab_path;
      fastcgi_pass unix:${socket};
    }`, []);
  try {
    await checkSession(client, { resume: false });
    await checkLive(site, client);
    await checkWhole(client);
    await checkLeaving(site, client);
    await checkLogout(client);
  } finally {
    await child.stop();
    await wrap.stop();
  }
});

/** @param {string} name @param {string} socket */
async function visit(name, socket) {
  const { child, client } = await nginxBefore(name, socket);
  try {
    await checkSession(client, { resume: true });
    await checkLive(site, client);
    await checkWhole(client);
    await checkLeaving(site, client);
    await checkLogout(client);
  } finally {
    await child.stop();
  }
}

test('spawn-fcgi, which passes a socket on standard input', async () => {
  const socket = join(site.dir, 'spawn.sock');
  const worker = new Child('spawn-fcgi', ['-n', '-s', socket, '-M', '0600',
    '--', workerPath, '--config', site.configFile],
  { log: join(site.dir, 'spawn-worker.log') });
  await appears(socket, worker);
  await visit('spawn', socket);
  assert.deepEqual(await worker.stop(), { code: 0, signal: null });
  assert.ok(existsSync(socket), 'the socket is its maker\'s');
  assert.doesNotMatch(worker.output(), /Sanitizer|runtime error/);
});

test('a socket passed as systemd does, started by its first visitor',
  async () => {
    const socket = join(site.dir, 'activated.sock');
    const worker = new Child('systemd-socket-activate', ['-l', socket,
      workerPath, '--config', site.configFile],
    { log: join(site.dir, 'activated-worker.log') });
    await appears(socket, worker);
    assert.ok(statSync(socket).isSocket());
    await visit('activated', socket);
    assert.deepEqual(await worker.stop(), { code: 0, signal: null });
    assert.match(worker.output(), /started/);
    assert.doesNotMatch(worker.output(), /Sanitizer|runtime error/);
  });
