/* SPDX-License-Identifier: MIT */
/**
 * fail2ban's filter over each line of the audit log that tells of a failure, and
 * over those that tell of none: every try comes from an address of its own.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { until } from '../harness/children.js';
import { Authenticator } from '../harness/passkey.js';
import { sourceDir } from '../harness/paths.js';
import { PASSWORD } from '../harness/site.js';
import { useSite } from '../harness/suite.js';
import { totp } from '../harness/totp.js';

const suite = useSite({
  users: ['ann', 'bob', 'cem', 'dan', 'eve'],
  config: { tokens_file: 'tokens', passkeys_file: 'passkeys',
    throttle: { user_failures: 1000, address_failures: 1000 } },
  serverExtra: 'set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;',
});

let last = 0;
/** Who must be seen, and who must not. @type {{bad: string[], good: string[]}} */
const seen = { bad: [], good: [] };

/** @param {'bad' | 'good'} kind @param {string} what */
function address(kind, what) {
  last += 1;
  const one = `198.51.100.${last}`;
  seen[kind].push(`${one} ${what}`);
  return { 'X-Test-Address': one };
}

/**
 * @param {'bad' | 'good'} kind @param {string} what @param {string} path
 * @param {any} json @param {number} status
 */
async function from(kind, what, path, json, status) {
  const answer = await suite.site.client().post(path, json, address(kind, what));
  const text = await answer.text();
  assert.equal(answer.status, status, `${what}: ${text}`);
  return text ? JSON.parse(text) : null;
}

/** @param {'bad' | 'good'} kind @param {string} what @param {object} more @param {number} status */
const login = (kind, what, more, status) => from(kind, what, 'api/login',
  { username: 'ann', password: PASSWORD, ...more }, status);

async function passwordsAndCodes() {
  const { control } = suite.site;
  await login('good', 'a password', {}, 200);
  await login('bad', 'a wrong password', { password: 'not it at all' }, 401);
  await login('bad', 'nobody', { username: 'nobody at all' }, 401);
  const made = control.call(suite.site, ['user', 'totp', 'bob']).stdout;
  const secret = /^secret\t(\w{32})$/m.exec(made)?.[1] ?? '';
  const recovery = /^recovery\t(\S+)$/m.exec(made)?.[1] ?? '';
  const bob = { username: 'bob' };
  await login('good', 'is asked for a code', bob, 401);
  await login('bad', 'a wrong code', { ...bob, code: '000000' }, 401);
  const code = totp(secret);
  await login('good', 'a code', { ...bob, code }, 200);
  await login('bad', 'a code that was used', { ...bob, code }, 401);
  await login('bad', 'a wrong recovery code',
    { ...bob, code: `${'a'.repeat(4)}-${recovery.slice(5)}` }, 401);
  await login('good', 'a recovery code', { ...bob, code: recovery }, 200);
  await login('bad', 'a recovery code that was used',
    { ...bob, code: recovery }, 401);
  control.call(suite.site, ['user', 'disable', 'cem']);
  await login('bad', 'one who is disabled', { username: 'cem' }, 403);
}

async function passkeys() {
  const { site } = suite;
  const key = new Authenticator({ origin: `https://localhost:${site.port}` });
  const client = await site.signedIn({ user: 'dan' });
  const offer = await (await client.post('api/passkeys/offer',
    { password: PASSWORD })).json();
  const made = await client.post('api/passkeys', { password: PASSWORD,
    name: 'k', alone: true, passkey: key.create(offer) });
  assert.equal(made.status, 200);
  await made.text();
  const question = async () => (await site.client()
    .post('api/passkeys/challenge', {})).json();
  const other = new Authenticator({ origin: `https://localhost:${site.port}` });
  const answer = key.get(await question());
  await from('good', 'a passkey', 'api/login', { passkey: answer }, 200);
  await from('bad', 'an answer that was used', 'api/login',
    { passkey: answer }, 401);
  await from('bad', 'an unknown passkey', 'api/login',
    { passkey: other.get(await question()) }, 401);
  const asked = await login('good', 'is asked for a passkey',
    { username: 'dan' }, 401);
  await login('bad', 'another passkey besides the password',
    { username: 'dan', passkey: other.get(asked.second_factor.passkey) }, 401);
}

async function invitations() {
  const { site } = suite;
  /** @param {string[]} args */
  const invite = (...args) => /:([\w-]{32})\n$/.exec(
    site.control(['user', ...args, '--invite']).stdout)?.[1];
  const accept = { username: 'fay', current: invite('add', 'fay'),
    new: 'a good long passphrase' };
  await from('bad', 'a wrong invitation', 'api/password',
    { ...accept, current: 'x'.repeat(32) }, 401);
  await from('good', 'an invitation', 'api/password', accept, 204);
  await from('bad', 'an invitation that was used', 'api/password',
    { ...accept, new: 'another long passphrase' }, 401);
  const late = { username: 'gus', current: invite('add', 'gus'),
    new: 'a good long passphrase' };
  const path = join(site.dir, 'users');
  writeFileSync(path, readFileSync(path, 'utf8')
    .replace(/^(gus:.*:invite=)\d+/m, '$11000000000'));
  await from('bad', 'an invitation that is over', 'api/password', late, 403);
}

async function tokens() {
  const { site } = suite;
  const token = site.control(['token', 'new', 'eve', 'x', '--network',
    '192.0.2.0/24']).stdout.trim();
  /** @param {'bad' | 'good'} kind @param {string} what @param {string} text */
  const use = async (kind, what, text) => {
    const answer = await site.client().get('api/models', { headers: {
      Authorization: `Bearer ${text}`, ...address(kind, what) } });
    await answer.text();
    assert.equal(answer.status, kind === 'bad' ? 401 : 200, what);
  };
  await use('bad', 'an unknown token', `cfb_${'A'.repeat(48)}`);
  await use('bad', 'a token from elsewhere', token);
  const plain = site.control(['token', 'new', 'eve', 'y']).stdout.trim();
  await use('good', 'a token', plain);
}

test('the filter counts every failure, and nothing else', async (t) => {
  await passwordsAndCodes();
  await passkeys();
  await invitations();
  await tokens();
  const { site } = suite;
  await until(() => seen.bad.every((one) => site.log().includes(
    `address=${one.split(' ')[0]} `)), { what: 'each failure is in the log' });
  const run = spawnSync('fail2ban-regex', ['--out', 'ip',
    join(site.dir, 'worker.log'),
    join(sourceDir, 'packaging/fail2ban/fail2ban-filter.conf')],
  { encoding: 'utf8' });
  if (run.error) {
    t.diagnostic('fail2ban is not installed; its filter was not tried');
    return;
  }
  const found = new Set(run.stdout.split('\n').filter(Boolean));
  for (const [kind, list] of Object.entries(seen)) {
    for (const one of list) {
      assert.equal(found.has(one.split(' ')[0]), kind === 'bad', one);
    }
  }
  assert.ok(seen.bad.length >= 13, `${seen.bad.length} kinds`);
});
