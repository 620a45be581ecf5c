/* SPDX-License-Identifier: MIT */
/**
 * Strings that must be found nowhere: messages, answers, passwords and keys,
 * in files, logs, arguments and nginx's temporary directories.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { END, newGate, useSite } from '../harness/suite.js';
import { Authenticator } from '../harness/passkey.js';
import { API_KEY, PASSWORD } from '../harness/site.js';
import { commandLine } from '../harness/proc.js';
import { errorBody } from '../upstream/presets.js';
import { textOf } from '../harness/sse.js';
import { totp } from '../harness/totp.js';

const CANARY = {
  message: 'canary-message-5f1c', answer: 'canary-answer-91d2',
  reasoning: 'canary-reasoning-77aa', password: 'canary-password-c0de',
  wrong: 'canary-wrong-8d8d', error: 'canary-error-body-3e3e',
  system: 'canary-system-4b4b', image: 'Y2FuYXJ5LWltYWdl',
};
const suite = useSite({ config: { log_level: 'debug', passkeys_file: 'passkeys', tokens_file: 'tokens', own_tokens: 2,
  throttle: { user_failures: 1000, address_failures: 10000 } } });

/** @param {string} dir @returns {string[]} */
function files(dir) {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) return files(path);
    return stat?.isFile() ? [path] : [];
  });
}

/** @param {string} text @param {string} where */
function clean(text, where) {
  for (const [what, canary] of Object.entries(CANARY)) {
    /* Why a provider has failed is for the administrator to read. */
    if (what === 'error' && where.endsWith('worker.log')) continue;
    for (const form of [canary, Buffer.from(canary).toString('base64'),
      encodeURIComponent(canary)]) {
      const at = text.indexOf(form);
      assert.ok(at < 0, `${what} is in ${where}: ${
        text.slice(Math.max(0, at - 80), at + 80)}`);
    }
  }
}

/** Every place on this machine that the programs could have written to. */
function lookEverywhere() {
  const { site } = suite;
  for (const path of files(site.dir)) {
    const text = readFileSync(path, 'latin1');
    clean(text, path);
    if (!path.endsWith('/key')) {
      assert.ok(!text.includes(API_KEY), `the key is in ${path}`);
    }
  }
  for (const child of [site.worker, site.nginx]) {
    if (child) clean(commandLine(child.pid), 'argv');
  }
  /* A message of some size goes through nginx's spool, if it has one. Its files
   * have no name, but nginx warns of each. */
  assert.doesNotMatch(readFileSync(join(site.dir, 'error.log'), 'utf8'),
    /buffered to a temporary file/);
}

test('canaries are found nowhere, while and after they pass', async () => {
  const { site } = suite;
  site.addUser('zoe', CANARY.password);
  for (const h2 of [false, true]) {
    const client = site.client({ h2 });
    const failed = await client.post('api/login',
      { username: 'zoe', password: CANARY.wrong });
    assert.equal(failed.status, 401);
    await failed.text();
    const odd = await client.post('api/login',
      { username: CANARY.wrong.repeat(50), password: CANARY.wrong });
    await odd.text();
    await client.login('zoe', CANARY.password);

    const gate = newGate();
    site.upstream.script('m', { steps: [
      { reasoning: CANARY.reasoning }, { text: CANARY.answer }, { gate },
      ...END,
    ] });
    const reading = await client.chat('m', [
      { role: 'system', content: CANARY.system },
      { role: 'user', content: CANARY.message + 'x'.repeat(900_000) },
    ]);
    await reading.until(() => textOf(reading.arrivals) === CANARY.answer);
    lookEverywhere();
    site.upstream.open(gate);
    await reading.ended;

    /* Bad ones are the ones that tempt a logger. */
    for (const body of [`{"messages": "${CANARY.message}`,
      JSON.stringify({ model: CANARY.message, messages: [] }),
      JSON.stringify({ model: 'm', messages: [{ role: CANARY.message }] })]) {
      const answer = await client.request('POST', 'api/chat/completions',
        { body });
      assert.ok(answer.status >= 400);
      await answer.text();
    }
    for (const script of [
      { status: 500, json: errorBody(CANARY.error) },
      { status: 200, type: 'text/html', body: `<p>${CANARY.error}</p>` },
      { steps: [{ text: CANARY.answer }, { data: CANARY.error }] },
      { steps: [{ text: CANARY.answer }, { reset: true }] },
      { steps: [{ event: errorBody(CANARY.error) }] },
    ]) {
      site.upstream.script('m', /** @type {any} */ (script));
      const answer = await client.ask('m', CANARY.message);
      await answer.text();
    }
    await (await client.post('api/logout', {})).text();
  }
  lookEverywhere();
});

test('nor are secrets and codes of second factors, invitations and tokens', async () => {
  const { site } = suite;
  /** @type {Record<string, string>} */
  const secrets = {};
  site.addUser('uma');
  const client = site.client();
  await client.login('uma', PASSWORD);
  /** @param {string} path @param {object} json */
  const ask = async (path, json) => {
    const answer = await client.post(path, json);
    const text = await answer.text();
    if (answer.headers['set-cookie']) client.cookie = String(answer.headers['set-cookie']).split(';')[0];
    return { status: answer.status, ...(text === '' ? {} : JSON.parse(text)) };
  };

  const password = PASSWORD;
  const login = { username: 'uma', password };
  secrets.secret = (await ask('api/totp', { password })).secret;
  secrets.code = totp(secrets.secret);
  const set = await ask('api/totp', { password, secret: secrets.secret, code: secrets.code });
  assert.equal(set.recovery_codes.length, 10);
  set.recovery_codes.forEach((/** @type {string} */ one, /** @type {number} */ i) => { secrets[`recovery ${i}`] = one; });
  secrets.token = (await ask('api/tokens', { label: 'script', password, expires_at: Math.floor(Date.now() / 1000) + 86400 })).token;
  assert.match(secrets.token, /^cfb_/);
  const key = new Authenticator({ origin: `https://localhost:${site.port}` });
  const offer = await ask('api/passkeys/offer', { password });
  const made = key.create(offer);
  assert.equal((await ask('api/passkeys', { password, name: 'k', alone: true, passkey: made })).status, 204);
  /* Bad ones tempt a logger here, too. */
  for (const bad of [{ code: secrets.code }, { code: `${secrets['recovery 0']}9` }, { code: 'canary-code-1b1b' }]) {
    assert.equal((await ask('api/login', { ...login, ...bad })).status, 401);
  }
  assert.equal((await ask('api/login', { ...login, code: secrets['recovery 1'] })).status, 200);
  assert.equal((await ask('api/login', { ...login, code: secrets['recovery 1'] })).status, 401);
  const passkey = key.get(await ask('api/passkeys/challenge', {}));
  assert.equal((await ask('api/login', { passkey })).status, 200);
  assert.equal((await ask('api/login', { passkey })).status, 401);
  Object.assign(secrets, { challenge: passkey.challenge, signature: passkey.signature, attestation: made.attestation,
    typed: 'canary-code-1b1b', cookie: client.cookie.slice(client.cookie.indexOf('=') + 1) });
  const [, invitation] = /#invite=ivo:([\w-]+)/.exec(site.control(['user', 'add', 'ivo', '--invite']).stdout) ?? [];
  secrets.invitation = invitation;
  assert.equal((await ask('api/login', { username: 'ivo', password: invitation })).status, 403);
  const script = site.client();
  for (const token of [secrets.token, `${secrets.token}x`]) {
    await (await script.get('api/models', { headers: { Authorization: `Bearer ${token}` } })).text();
  }

  for (const path of files(site.dir)) {
    const text = readFileSync(path, 'latin1');
    for (const [what, secret] of Object.entries(secrets)) {
      /* What has six digits is looked for as a word. */
      const found = secret.length > 6 ? text.includes(secret) || text.includes(secret.replaceAll('-', '')) || text.includes(Buffer.from(secret).toString('base64'))
        : new RegExp(`(?<![\\w.])${secret}(?![\\w.])`).test(text);
      assert.ok(!found, `${what} is in ${path}`);
    }
  }
});

test('the query string is no way for secrets into nginx\'s log', async () => {
  const client = await suite.site.signedIn();
  const answer = await client.post('api/chat/completions', { model: 'm' });
  await answer.text();
  const log = readFileSync(join(suite.site.dir, 'access.log'), 'utf8');
  assert.match(log, /POST \/api\/chat\/completions/);
});
