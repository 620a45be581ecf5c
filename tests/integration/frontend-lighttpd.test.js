/* SPDX-License-Identifier: MIT */
/** FastCGI under lighttpd. */

import test, { after, before } from 'node:test';
import { Client } from '../harness/client.js';
import {
  checkLeaving, checkLive, checkLogout, checkSession, checkWhole,
} from '../harness/frontend_checks.js';
import { startLighttpd } from '../harness/frontends.js';
import { startSite } from '../harness/site.js';

/** @type {import('../harness/site.js').Site} */
let site;

before(async () => {
  site = await startSite({ nginx: false,
    config: { timeouts: { heartbeat: '300ms', grace: '200ms' } } });
});
after(() => site.close());

test('lighttpd, at two mount points', async (t) => {
  /* server.stream-response-body: else it holds an answer back to its end. */
  const backend = (/** @type {string} */ path) => `"${path}" => ((
    "socket" => "${site.socket}", "check-local" => "disable" ))`;
  const lighttpd = await startLighttpd(site, { name: 'lighttpd', config: `
server.stream-response-body = 1
fastcgi.server = (${backend('/chat/api/')}, ${backend('/api/')})` });
  try {
    for (const mount of ['/chat/', '/']) {
      const client = new Client({ port: lighttpd.port, mount });
      await checkSession(client, { resume: true });
      await t.test('each event on its own', () => checkLive(site, client));
      await t.test('large and whole', () => checkWhole(client));
      await t.test('the client leaves', () => checkLeaving(site, client));
      await checkLogout(client);
    }
  } finally {
    await lighttpd.child.stop();
  }
  site.checkLog();
});
