/* SPDX-License-Identifier: MIT */
/** Access tokens with limits: made by confabctl and by people themselves, and what each limit refuses. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { runCgi } from '../harness/cgi.js';
import { sourceDir } from '../harness/paths.js';
import { PASSWORD } from '../harness/site.js';
import { textOf } from '../harness/sse.js';
import { END, pieces, useSite } from '../harness/suite.js';
import { errorBody } from '../upstream/presets.js';

const DAY = 86400;

const suite = useSite({
  users: ['ann', 'bob', 'eve', 'kim'],
  models: ['m', 'llama3:8b', 'gone', 'spare'],
  config: {
    tokens_file: 'tokens', own_tokens: 2, own_tokens_lifetime: '30d', throttle: { user_failures: 1000, address_failures: 10000 },
    'provider "up"': { 'model "gone"': { fallback: 'spare' } },
  },
  serverExtra: 'set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;',
});

/** @param {...string} args */
const newToken = (...args) => suite.site.control(['token', 'new', ...args]).stdout.trim();

/**
 * @param {string} token @param {string} path
 * @param {{method?: string, json?: unknown, from?: string}} [how]
 */
async function ask(token, path, { method = 'GET', json, from = '192.0.2.1' } = {}) {
  const answer = await suite.site.client().request(method, path, {
    json, headers: { Authorization: `Bearer ${token}`, 'X-Test-Address': from },
  });
  const text = await answer.text();
  const body = text.startsWith('{') ? JSON.parse(text) : null;
  return { status: answer.status, body, code: body?.error?.code, headers: answer.headers };
}

/** @param {string} token @param {string} model @param {any} [script] */
async function chat(token, model, script = pieces(['hello'])) {
  const client = suite.site.client({ h2: true });
  try {
    const reading = await client.chat(model, script, { headers: { Authorization: `Bearer ${token}` } });
    await reading.ended;
    return { status: reading.status, text: textOf(reading.arrivals) };
  } catch (error) {
    const status = /^no stream: (\d{3}) /.exec(/** @type {Error} */ (error).message)?.[1];
    if (status === undefined) throw error;
    return { status: Number(status), text: '' };
  }
}

/** @param {unknown} json @param {Awaited<ReturnType<typeof suite.site.signedIn>>} client */
async function make(client, json) {
  const answer = await client.request('POST', 'api/tokens', { json });
  const body = await answer.json();
  return { status: answer.status, body, code: body.error?.code, param: body.error?.param };
}

/** @param {Awaited<ReturnType<typeof suite.site.signedIn>>} client */
async function listed(client) {
  const [status, body] = await client.getJson('api/tokens');
  assert.equal(status, 200);
  return body;
}

const soon = () => Math.floor(Date.now() / 1000) + DAY;

test('a token for some models sees and uses no other, also not as a fallback', async () => {
  const token = newToken('ann', 'models', '--model', 'llama3:*', '--model', 'gone');
  const models = (await ask(token, 'api/models')).body.data.map((/** @type {any} */ m) => m.id);
  assert.deepEqual(models, ['llama3:8b', 'gone']);
  assert.equal((await ask(token, 'api/models/m')).status, 404);
  assert.equal((await ask(token, 'api/models/llama3:8b')).status, 200);
  assert.equal((await chat(token, 'llama3:8b')).text, 'hello');
  const ask1 = (/** @type {string} */ model) => ask(token, 'api/chat/completions', { method: 'POST', json: { model, messages: [{ role: 'user', content: 'x' }] } });
  const refused = await ask1('m');
  assert.equal(refused.status, 404);
  assert.equal(refused.code, 'model_not_found');
  const unknown = await ask1('nothing');
  assert.deepEqual(refused.body, unknown.body, 'one that it may not use is like one that is not there');
  const { upstream } = suite.site;
  upstream.script('gone', { status: 429, json: errorBody('full'), headers: { 'Retry-After': '60' } });
  upstream.script('spare', { steps: [{ text: 'from another' }, ...END] });
  for (const [who, called] of /** @type {[string, string[]][]} */ ([[token, ['gone']], [newToken('ann', 'free'), ['gone', 'spare']]])) {
    upstream.forget();
    await chat(who, 'gone', 'x');
    assert.deepEqual(upstream.calls.map((one) => one.model), called);
  }
});

test('one for looking only', async () => {
  const token = newToken('ann', 'looks', '--read-only');
  assert.equal((await ask(token, 'api/models')).status, 200);
  for (const [method, path, json] of /** @type {[string, string, unknown][]} */ ([
    ['POST', 'api/chat/completions', { model: 'm', messages: [{ role: 'user', content: 'x' }] }],
    ['GET', 'api/tools', undefined], ['POST', 'api/tools/call', { name: 'x', arguments: {} }],
    ['GET', 'api/streams/x', undefined], ['GET', 'api/tokens', undefined], ['POST', 'api/logout', {}],
  ])) {
    const { status, code } = await ask(token, path, { method, json });
    assert.equal(status, 403, path);
    assert.equal(code, 'token_read_only', path);
  }
});

test('requests a minute and tokens a day are the token’s own', async () => {
  const few = newToken('bob', 'few', '--requests', '2');
  assert.equal((await chat(few, 'm')).status, 200);
  assert.equal((await chat(few, 'm')).status, 200);
  const third = await ask(few, 'api/chat/completions', { method: 'POST', json: { model: 'm', messages: [{ role: 'user', content: 'x' }] } });
  assert.equal(third.status, 429);
  assert.equal(third.code, 'request_limit');
  assert.ok(Number(third.headers['retry-after']) <= 60);
  const other = newToken('bob', 'other', '--tokens', '1');
  assert.equal((await chat(other, 'm')).status, 200);
  // What was used is counted once the answer has ended.
  let last = await chat(other, 'm');
  for (let i = 0; i < 100 && last.status === 200; i += 1) last = await chat(other, 'm');
  assert.equal(last.status, 429);
  assert.equal((await chat(newToken('bob', 'free'), 'm')).status, 200, 'the person has no such limit');
});

test('a token that is bound to networks is unknown elsewhere, and the log says why', async (t) => {
  const token = newToken('ann', 'office', '--network', '198.51.100.0/24', '--network', '2001:db8::/32');
  assert.equal((await ask(token, 'api/models', { from: '198.51.100.9' })).status, 200);
  assert.equal((await ask(token, 'api/models', { from: '2001:db8:ffff::1' })).status, 200);
  const away = await ask(token, 'api/models', { from: '203.0.113.5' });
  assert.equal(away.status, 401);
  assert.deepEqual(away.body, (await ask(`${token.slice(0, -1)}A`, 'api/models')).body);
  assert.match(suite.site.log(), /audit: event=token-refused address=203\.0\.113\.5 user="ann" detail="network"/);
  const cgi = await runCgi(suite.site.configFile, { path: 'api/models', address: '203.0.113.5', env: { HTTP_AUTHORIZATION: `Bearer ${token}` } }).answer;
  assert.equal(cgi.status, 401);
  const run = spawnSync('fail2ban-regex', ['--out', 'ip', join(suite.site.dir, 'worker.log'),
    join(sourceDir, 'packaging/fail2ban/fail2ban-filter.conf')], { encoding: 'utf8' });
  if (run.error) t.diagnostic('fail2ban is not installed; its filter was not tried');
  else assert.deepEqual([...new Set(run.stdout.split('\n').filter((ip) => /^(203|198|2001)/.test(ip)))], ['203.0.113.5']);
});

test('confabctl refuses what is no limit, and lists limits and last use', async () => {
  const { site } = suite;
  for (const args of [['--requests', '0'], ['--tokens', 'many'], ['--network', '192.0.2.1/24'], ['--network', 'x'], ['--model', ''], ['--model']]) {
    assert.equal(site.control(['token', 'new', 'ann', 'x', ...args], '', { fail: true }).status, 2, args.join(' '));
  }
  const token = newToken('kim', 'all', '--read-only', '--model', 'a:b', '--network', '192.0.2.0/24', '--requests', '3', '--tokens', '9');
  const fields = () => site.control(['token', 'list', 'kim']).stdout.trim().split('\t');
  assert.deepEqual(fields().slice(5), ['read-only=yes', 'requests=3', 'tokens=9', 'models=a%3Ab', 'networks=192.0.2.0/24']);
  assert.equal((await ask(token, 'api/models')).status, 200);
  const [, , , , , used, from] = fields();
  assert.match(String(used), /^used=\d{10}$/);
  assert.equal(from, 'from=192.0.2.0/24');
});

test('a person makes, sees and ends tokens, with the password and within the limits of the site', async () => {
  const { site } = suite;
  const client = await site.signedIn({ user: 'eve' });
  assert.equal((await client.getJson('api/session'))[1].tokens, true);
  const first = await listed(client);
  assert.deepEqual(first, { tokens: [], max: 2, lifetime_seconds: 30 * DAY });
  const good = { label: 'my laptop', expires_at: soon(), password: PASSWORD };
  for (const [change, status, param] of /** @type {[object, number, string | undefined][]} */ ([
    [{ password: 'wrong' }, 401, undefined], [{ password: 7 }, 400, 'password'], [{ label: '' }, 400, 'label'], [{ label: 'a:b' }, 400, 'label'],
    [{ label: 'x'.repeat(65) }, 400, 'label'], [{ expires_at: 0 }, 400, 'expires_at'], [{ expires_at: 1000 }, 400, 'expires_at'],
    [{ expires_at: soon() + 30 * DAY }, 400, 'expires_at'], [{ expires_at: 'never' }, 400, 'expires_at'], [{ models: 'm' }, 400, 'models'],
    [{ models: [7] }, 400, 'models'], [{ models: Array(300).fill('llama3') }, 400, 'models'], [{ networks: ['192.0.2.1/24'] }, 400, 'networks'],
    [{ read_only: 'yes' }, 400, 'read_only'], [{ requests_per_minute: -1 }, 400, 'requests_per_minute'], [{ tokens_per_day: 1.5 }, 400, 'tokens_per_day'],
  ])) {
    const answer = await make(client, { ...good, ...change });
    assert.equal(answer.status, status, JSON.stringify(change));
    if (param) assert.equal(answer.param, param);
  }
  assert.equal((await listed(client)).tokens.length, 0);
  const one = await make(client, { ...good, models: ['m'], networks: ['192.0.2.0/24'], requests_per_minute: 5, tokens_per_day: 1000 });
  assert.equal(one.status, 200);
  assert.match(one.body.token, /^cfb_/);
  assert.equal((await ask(one.body.token, 'api/models')).status, 200);
  assert.equal((await ask(one.body.token, 'api/models', { from: '203.0.113.1' })).status, 401);
  const [shown] = (await listed(client)).tokens;
  assert.equal(shown.label, 'my laptop');
  assert.deepEqual(shown.models, ['m']);
  assert.equal(shown.network, '192.0.2.0/24');
  assert.ok(shown.last_used > 0);
  assert.ok(!JSON.stringify(shown).includes(one.body.token.slice(4)));
  assert.equal((await make(client, good)).status, 200);
  const full = await make(client, good);
  assert.equal(full.status, 409);
  assert.equal(full.code, 'tokens_full');
  // Nobody else's; and a token neither makes nor ends one.
  const other = await site.signedIn({ user: 'ann' });
  for (const [who, status] of /** @type {[typeof client, number][]} */ ([[other, 404], [client, 204], [client, 404]])) {
    const answer = await who.request('DELETE', `api/tokens/${one.body.id}`);
    assert.equal(answer.status, status);
    await answer.text();
  }
  assert.equal((await ask(one.body.token, 'api/models')).status, 401);
  const script = newToken('eve', 'script');
  for (const [method, json] of /** @type {[string, unknown][]} */ ([['GET', undefined], ['POST', good]])) {
    assert.equal((await ask(script, 'api/tokens', { method, json })).status, 400, method);
  }
  const log = site.log();
  assert.match(log, /audit: event=token-changed address=127\.0\.0\.1 user="eve" detail="\w+ made"/);
  assert.match(log, /audit: event=token-changed address=127\.0\.0\.1 user="eve" detail="\w+ revoked"/);
  assert.ok(!log.includes(one.body.token) && !log.includes(PASSWORD));
});

test('where none may be made, none is; a file that is not understood lets nobody in', async () => {
  const { site } = suite;
  const token = newToken('bob', 'later');
  const file = join(site.dir, 'tokens');
  const good = readFileSync(file, 'utf8');
  // As a newer program may write it, or a hand.
  for (const line of [':rooms=3', ':models=', ':read-only=no', ':networks=everywhere']) {
    writeFileSync(file, good.replace(/\n$/, `${line}\n`));
    assert.equal((await ask(token, 'api/models')).status, 401, line);
    assert.match(site.control(['token', 'list'], '', { fail: true }).stderr, /tokens:\d+: a limit is not one of/);
  }
  writeFileSync(file, good);
  assert.equal((await ask(token, 'api/models')).status, 200);
  site.writeConfig({ own_tokens: 0 });
  await site.reload();
  const client = await site.signedIn({ user: 'bob' });
  assert.equal((await listed(client)).max, 0);
  assert.equal((await make(client, { label: 'x', expires_at: soon(), password: PASSWORD })).status, 404);
});
