/* SPDX-License-Identifier: MIT */
/** Shared hosting: the bundle under Apache, with mod_cgi and mod_cgid. */

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../harness/children.js';
import { Client, newKey } from '../harness/client.js';
import {
  checkLeaving, checkLive, checkLogout, checkSession, checkWhole,
} from '../harness/frontend_checks.js';
import {
  giveToWebUser, layOutAccount, startApache,
} from '../harness/frontends.js';
import { startSite } from '../harness/site.js';
import { END, newGate, order } from '../harness/suite.js';
import { errorOf, isDone, textOf } from '../harness/sse.js';

const PROCESSES = 4;
/** @type {import('../harness/site.js').Site} */
let site;
/** @type {ReturnType<typeof layOutAccount>} */
let account;

before(async () => {
  site = await startSite({ nginx: false });
  account = layOutAccount(site, {
    tokens_file: 'tokens', limits: { cgi_processes: PROCESSES },
    timeouts: { heartbeat: '300ms' },
  });
});
after(() => site.close());

const variants = [
  { name: 'mod_cgi', modules: ['mpm_prefork', 'cgi'] },
  { name: 'mod_cgid', modules: ['mpm_event', 'cgid'] },
];

for (const { name, modules } of variants) {
  test(`the account's folder under ${name}`, async (t) => {
    const apache = await startApache(site, { name, modules, config: `
${name === 'mod_cgid' ? 'ScriptSock @dir@/cgid.sock' : ''}
Alias /chat ${account.page}
<Directory ${account.page}>
  Require all granted
  AllowOverride All
</Directory>` });
    try {
      const client = new Client({ port: apache.port, mount: '/chat/' });
      await checkSession(client, { resume: false });
      await t.test('each event on its own', () => checkLive(site, client));
      await t.test('large and whole', () => checkWhole(client));
      await t.test('the client leaves', () => checkLeaving(site, client));
      await t.test('Stop', () => stop(site, client));
      await t.test('an access token', () => token(apache.port));
      await t.test('the limit of processes', () => processes(client));
      await t.test('metrics are not for the web', () => metrics(client));
      await t.test('the page and its headers', () => page(client));
      await t.test('arguments from the query', () => injected(client));
      await t.test('a model that nobody has', () => unknown(client));
      await checkLogout(client);
    } finally {
      await apache.child.stop();
    }
    const log = readFileSync(join(apache.dir, 'error.log'), 'utf8');
    assert.doesNotMatch(log, /Sanitizer|runtime error/);
    assert.doesNotMatch(log, /premature|malformed/i);
  });
}

/** @param {number} port */
async function token(port) {
  const made = site.control(['token', 'new', 'ann', 'script'], '', { fail: true,
    config: join(account.home, 'confab/etc/confab.conf') });
  if (made.status !== 0) throw new Error(made.stderr);
  giveToWebUser(join(account.home, 'confab'));
  const [value] = /\S{30,}/.exec(made.stdout) ?? [];
  const client = new Client({ port, mount: '/chat/' });
  const answer = await client.get('api/models',
    { headers: { Authorization: `Bearer ${value}` } });
  assert.equal(answer.status, 200, made.stdout);
  await answer.text();
}

/** @param {Client} client */
async function processes(client) {
  const gate = newGate();
  const message = order({ steps: [{ text: 'a' }, { gate }, ...END] });
  const open = [];
  for (let i = 0; i < PROCESSES; i += 1) {
    open.push(await client.chat('m', message));
    await open[i].until((one) => textOf(one.arrivals) === 'a');
  }
  const refused = await client.ask('m', message);
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers['retry-after']) > 0);
  assert.equal((await refused.json()).error.code, 'busy');
  site.upstream.open(gate);
  await Promise.all(open.map((one) => one.ended));
  for (const one of open) {
    assert.ok(isDone(one.arrivals));
    assert.equal(errorOf(one.arrivals), undefined);
  }
  await until(async () => {
    const answer = await client.get('api/session');
    await answer.text();
    return answer.status === 200;
  }, { what: 'the processes are given back' });
}

/** @param {Client} client */
async function metrics(client) {
  for (const path of ['api/metrics', 'confab.cgi/api/metrics']) {
    const answer = await client.get(path);
    assert.ok([403, 404].includes(answer.status), `${path}`);
    assert.doesNotMatch(await answer.text(), /confab_/);
  }
}

/** @param {Client} client */
async function page(client) {
  const answer = await client.get('');
  assert.equal(answer.status, 200);
  assert.match(String(answer.headers['content-security-policy']),
    /default-src 'none'/);
  assert.match(await answer.text(), /<html/i);
}

/** Apache makes arguments of a query that has no "=". @param {Client} client */
async function injected(client) {
  for (const query of ['--help', '--version', '-t',
    '--listen+unix:/tmp/nowhere/sock']) {
    const answer = await client.get(`api/health?${query}`);
    assert.equal(answer.status, 200, query);
    assert.deepEqual(await answer.json(), { status: 'ok' });
  }
}

/** @param {Client} client */
async function unknown(client) {
  const answer = await client.ask('nobody-has-it', 'hello');
  assert.equal(answer.status, 404);
  assert.equal((await answer.json()).error.code, 'model_not_found');
}

/**
 * Stop reaches another process: the upstream is closed though the client, or
 * a web server that has not noticed, stays.
 * @param {import('../harness/site.js').Site} at @param {Client} client
 */
async function stop(at, client) {
  const key = newKey();
  const reading = await client.chat('m', order({
    steps: [{ text: 'a' }, { hang: true }] }), { key });
  await reading.until((one) => textOf(one.arrivals) === 'a');
  const call = at.upstream.calls[at.upstream.calls.length - 1];
  assert.equal(await client.stop(newKey()), 404);
  assert.equal(await client.stop(key), 204);
  await until(() => call.closedAt,
    { what: 'the upstream is closed', limit: 1000 });
  await reading.ended;
  assert.ok(!isDone(reading.arrivals));
  assert.equal(await client.stop(key), 404);
}
