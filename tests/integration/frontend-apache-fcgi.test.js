/* SPDX-License-Identifier: MIT */
/** FastCGI under Apache: mod_proxy_fcgi and mod_fcgid. */

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, newKey } from '../harness/client.js';
import {
  checkLeaving, checkLive, checkLogout, checkSession, checkWhole,
} from '../harness/frontend_checks.js';
import { layOutWorker, startApache } from '../harness/frontends.js';
import { END, newGate, order } from '../harness/suite.js';
import { startSite } from '../harness/site.js';
import { isDone, textOf } from '../harness/sse.js';

/** @type {import('../harness/site.js').Site} */
let site;

before(async () => {
  site = await startSite({ nginx: false, config: {
    socket_mode: '0666', timeouts: { heartbeat: '300ms' },
  } });
});
after(() => site.close());

test('mod_proxy_fcgi', async (t) => {
  /* flushpackets: else it holds an answer back to its end. */
  const apache = await startApache(site, { name: 'proxy_fcgi',
    modules: ['mpm_event', 'proxy', 'proxy_fcgi'], config: `
ProxyPass /chat/api/ unix:${site.socket}|fcgi://localhost/chat/api/ flushpackets=on
ProxyPass /api/ unix:${site.socket}|fcgi://localhost/api/ flushpackets=on` });
  try {
    for (const mount of ['/chat/', '/']) {
      const client = new Client({ port: apache.port, mount });
      await checkSession(client, { resume: true });
      await t.test('each event on its own', () => checkLive(site, client));
      await t.test('large and whole', () => checkWhole(client));
      await t.test('dropped and gone on with', () => resumed(client));
      await checkLogout(client);
    }
  } finally {
    await apache.child.stop();
  }
  site.checkLog();
});

/** @param {Client} client */
async function resumed(client) {
  const gate = newGate();
  const key = newKey();
  const first = await client.chat('m', order({
    steps: [{ text: 'a' }, { gate }, { text: 'b' }, ...END] }), { key });
  await first.until((one) => textOf(one.arrivals) === 'a');
  const last = first.arrivals.map((one) => one.id).filter(Boolean).pop();
  first.leave();
  const second = await client.resume(key, last ?? 0);
  site.upstream.open(gate);
  await second.ended;
  assert.equal(textOf(second.arrivals), 'b');
  assert.ok(isDone(second.arrivals));
}

test('mod_fcgid', async (t) => {
  /* One process a request at a time, so no process knows another's streams:
   * grace = 0. The buffer is the server's to set, not the account's. */
  const program = layOutWorker(site, {
    workers: 2, timeouts: { grace: 0, heartbeat: '300ms' } });
  const apache = await startApache(site, { name: 'fcgid',
    modules: ['mpm_event', 'fcgid'], config: `
FcgidIPCDir @dir@
FcgidProcessTableFile @dir@/shm
FcgidOutputBufferSize 0
FcgidMaxRequestLen 17825792
FcgidIOTimeout 1860
FcgidBusyTimeout 1860
FcgidMaxProcessesPerClass 4
ScriptAlias /chat/api @dir@/htdocs/confab.fcgi/api
<Location /chat/api>
  SetHandler fcgid-script
  Options +ExecCGI
</Location>` });
  cpSync(program, join(apache.dir, 'htdocs/confab.fcgi'));
  try {
    const client = new Client({ port: apache.port, mount: '/chat/' });
    await checkSession(client, { resume: false });
    await t.test('each event on its own', () => checkLive(site, client));
    await t.test('large and whole', () => checkWhole(client));
    await t.test('the client leaves', () => checkLeaving(site, client));
    await checkLogout(client);
  } finally {
    await apache.child.stop();
  }
  const log = readFileSync(join(apache.dir, 'error.log'), 'utf8');
  assert.doesNotMatch(log, /Sanitizer|runtime error/);
});
