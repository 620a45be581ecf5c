/* SPDX-License-Identifier: MIT */
/** Plain CGI, with the test as the web server. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test, { after, before } from 'node:test';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../harness/children.js';
import { configText, merged } from '../harness/config.js';
import { Authenticator } from '../harness/passkey.js';
import { workerPath } from '../harness/paths.js';
import { PASSWORD, startSite } from '../harness/site.js';
import { totp } from '../harness/totp.js';
import { END, order } from '../harness/suite.js';

/** @type {import('../harness/site.js').Site} */
let site;
let cookie = '';

before(async () => {
  site = await startSite({ nginx: false, models: [], config: {
    'provider "up"': { list_models: true },
    limits: { tokens_per_day: 20 }, passkeys_file: 'passkeys',
    throttle: { user_failures: 100, address_failures: 100 },
  } });
  site.upstream.models = ['listed'];
});
after(() => site.close());

/**
 * Runs the program for one request.
 * @param {string} method @param {string} path
 * @param {{json?: any, config?: string | null, program?: string,
 *   env?: Record<string, string>}} [options] config null: none is named
 */
function run(method, path,
  { json, config = site.configFile, program = workerPath, env } = {}) {
  const body = json === undefined ? '' : JSON.stringify(json);
  const child = spawn(program, [], { stdio: 'pipe', env: {
    PATH: process.env.PATH ?? '', GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: method, PATH_INFO: `/${path}`, REMOTE_ADDR: '127.0.0.1',
    ...(body ? { CONTENT_TYPE: 'application/json',
      CONTENT_LENGTH: String(Buffer.byteLength(body)) } : {}),
    ...(cookie ? { HTTP_COOKIE: cookie } : {}),
    ...(config ? { CONFAB_CONFIG: config } : {}),
    ...env,
  } });
  const answer = { child, out: '', err: '', code: NaN,
    status: () => Number(/^Status: (\d+)/.exec(answer.out)?.[1]),
    json: () => JSON.parse(answer.out.slice(answer.out.indexOf('\r\n\r\n'))),
    ended: new Promise((resolve) => child.on('close', (code) => {
      answer.code = code ?? NaN;
      resolve(undefined);
    })) };
  child.stdout.on('data', (part) => { answer.out += part; });
  child.stderr.on('data', (part) => { answer.err += part; });
  child.stdin.on('error', () => {});
  child.stdin.end(body);
  return answer;
}

/** @param {Parameters<typeof run>} args */
async function finished(...args) {
  const answer = run(...args);
  await answer.ended;
  assert.doesNotMatch(answer.err, /Sanitizer|runtime error/);
  return answer;
}

const chat = (/** @type {string} */ model, /** @type {any} */ steps) => ({
  model, stream: true,
  messages: [{ role: 'user', content: order({ steps }) }] });

test('signing in', async () => {
  const answer = await finished('POST', 'api/login',
    { json: { username: 'ann', password: PASSWORD } });
  assert.equal(answer.status(), 200, answer.out + answer.err);
  assert.equal(answer.code, 0);
  cookie = /Set-Cookie: ([^;]+)/.exec(answer.out)?.[1] ?? '';
  const session = await finished('GET', 'api/session');
  assert.equal(session.json().limits.resume, false);
});

test('a code of a second factor is used once in all processes', async () => {
  site.addUser('bob');
  const { stdout } = site.control(['user', 'totp', 'bob']);
  const secret = String(/^secret\t(\w+)$/m.exec(stdout)?.[1]);
  const who = { username: 'bob', password: PASSWORD };
  const asked = await finished('POST', 'api/login', { json: who });
  assert.equal(asked.status(), 401);
  assert.equal(asked.json().error.code, 'second_factor_required');
  const json = { ...who, code: totp(secret) };
  const answers = await Promise.all([1, 2, 3].map(() => finished('POST', 'api/login', { json })));
  assert.deepEqual(answers.map((one) => one.status()).sort(), [200, 401, 401]);
});

test('an answer of a passkey is good once in all processes', async () => {
  site.addUser('cat');
  const who = { username: 'cat', password: PASSWORD };
  const env = { HTTP_HOST: 'localhost', HTTP_COOKIE: '' };
  const key = new Authenticator({ origin: 'https://localhost' });
  const offer = (await finished('POST', 'api/passkeys/offer', { json: who, env })).json();
  const made = await finished('POST', 'api/passkeys', { json: { ...who, name: 'k', alone: true, passkey: key.create(offer) }, env });
  assert.equal(made.status(), 200, made.out + made.err);
  assert.equal(made.json().recovery_codes.length, 10);
  const question = (await finished('POST', 'api/passkeys/challenge', { json: {}, env })).json();
  const json = { passkey: key.get(question) };
  const answers = await Promise.all([1, 2, 3].map(() => finished('POST', 'api/login', { json, env })));
  assert.deepEqual(answers.map((one) => one.status()).sort(), [200, 401, 401]);
});

test('a process asks the provider for its models when it must', async () => {
  const models = await finished('GET', 'api/models');
  assert.deepEqual(models.json().data.map((/** @type {any} */ one) => one.id),
    ['listed']);
  const answer = await finished('POST', 'api/chat/completions',
    { json: chat('listed', [{ text: 'found' }, ...END]) });
  assert.equal(answer.status(), 200, answer.out + answer.err);
  assert.match(answer.out, /found[\s\S]*data: \[DONE\]\n\n$/);
  site.upstream.forget();
  const short = await finished('GET', 'api/session');
  assert.equal(short.status(), 200);
  assert.equal(site.upstream.requests.length, 0, 'nobody was asked for it');
  const unknown = await finished('POST', 'api/chat/completions',
    { json: chat('unlisted', END) });
  assert.equal(unknown.json().error.code, 'model_not_found');
});

test('SIGTERM ends the stream, and what it used is counted', async () => {
  const answer = run('POST', 'api/chat/completions', { json: chat('listed',
    [...Array.from({ length: 12 }, () => ({ text: 'word ' })),
      { hang: true }]) });
  await until(() => answer.out.split('word').length === 13,
    { what: 'all words have come' });
  const call = site.upstream.calls[site.upstream.calls.length - 1];
  answer.child.kill('SIGTERM');
  await until(() => call.closedAt, { what: 'the upstream is closed' });
  await answer.ended;
  assert.equal(answer.code, 0, answer.err);
  assert.match(answer.out, /shutting_down/);
  assert.doesNotMatch(answer.out, /\[DONE\]/);
  /* 12 tokens before and 12 words now: the day's 20 are used up. */
  const more = await finished('POST', 'api/chat/completions',
    { json: chat('listed', END) });
  assert.equal(more.status(), 429);
  assert.equal(more.json().error.code, 'token_limit');
});

test('the configuration is found without an environment', async () => {
  const home = join(site.dir, 'home');
  for (const name of ['cgi-bin', 'etc']) {
    mkdirSync(join(home, name), { recursive: true });
  }
  const program = join(home, 'cgi-bin/confab.cgi');
  cpSync(workerPath, program);
  const none = await finished('GET', 'api/health',
    { program, config: null });
  assert.equal(none.status(), 500);
  assert.equal(none.json().error.code, 'internal_error');
  assert.doesNotMatch(none.out, /confab\.conf/);
  assert.match(none.err, /confab\.conf/);
  const text = (/** @type {string} */ auth) => configText(merged(site.config,
    { auth, runtime_dir: join(home, 'run') }));
  writeFileSync(join(home, 'etc/confab.conf'), text('remote_user'));
  const outside = await finished('GET', 'api/session',
    { program, config: null });
  assert.equal(outside.json().auth, 'remote_user', outside.err);
  writeFileSync(join(home, 'cgi-bin/confab.conf'), text('password'));
  const beside = await finished('GET', 'api/session',
    { program, config: null });
  assert.equal(beside.json().auth, 'password');
});

test('what a client can put into the environment changes nothing', async () => {
  /* As a web server passes headers on; the last three are no header's. */
  const forged = { HTTP_PROXY: 'http://127.0.0.1:1', HTTP_REMOTE_USER: 'ann',
    HTTP_REMOTE_ADDR: '10.0.0.1', HTTP_CONFAB_CONFIG: '/etc/passwd',
    HTTP_X_FORWARDED_FOR: '10.0.0.1', HTTP_GATEWAY_INTERFACE: 'x',
    HTTP_CREDENTIALS_DIRECTORY: '/', HTTP_LD_PRELOAD: '/x.so',
    QUERY_STRING: '-c+/etc/passwd', REMOTE_IDENT: 'ann', AUTH_TYPE: 'Basic' };
  const mine = cookie;
  cookie = '';
  const nobody = await finished('GET', 'api/session', { env: forged });
  assert.equal(nobody.status(), 401, nobody.out);
  cookie = mine;
  const config = join(site.dir, 'unlimited.conf');
  writeFileSync(config, configText(merged(site.config,
    { limits: { tokens_per_day: 0 } })), { mode: 0o600 });
  const asked = await finished('POST', 'api/chat/completions', { config,
    json: chat('listed', [{ text: 'no proxy' }, ...END]),
    env: { ...forged, CONFAB_CONFIG: config } });
  assert.match(asked.out, /no proxy/);
  for (const env of [{ CONTENT_LENGTH: '-1' }, { CONTENT_LENGTH: '1e3' },
    { CONTENT_LENGTH: '99999999999999999999' }, { CONTENT_LENGTH: '5' }]) {
    const bad = await finished('POST', 'api/logout', { json: {}, env });
    assert.ok([400, 413].includes(bad.status()), bad.out);
    assert.equal(bad.code, 0);
  }
  for (const path of ['api/../../etc/passwd', 'api//session',
    'api/session%00', `api/${'x'.repeat(5000)}`]) {
    assert.equal((await finished('GET', path)).status(), 404, path);
  }
});
