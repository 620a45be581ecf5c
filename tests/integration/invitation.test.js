/* SPDX-License-Identifier: MIT */
/**
 * Invitations: a link of limited time, by which somebody sets their password,
 * once. Nothing else can be done with it.
 */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { runCgi } from '../harness/cgi.js';
import { PASSWORD } from '../harness/site.js';
import { useSite } from '../harness/suite.js';
import { totp } from '../harness/totp.js';

const suite = useSite({ users: ['ann'], config: { tokens_file: 'tokens',
  throttle: { user_failures: 1000, address_failures: 1000 } } });

/** Invites somebody; the code of the link. @param {string[]} args */
function invite(...args) {
  const { stdout } = suite.site.control(['user', ...args, '--invite']);
  const [, name, code] = /#invite=([^:\s]+):([\w-]{32})\n$/.exec(stdout) ?? [];
  assert.ok(code, stdout);
  return { name: decodeURIComponent(name), code, link: stdout.trim() };
}

/** @param {string} path @param {any} json */
async function post(path, json) {
  const answer = await suite.site.client().post(path, json);
  const text = await answer.text();
  return { status: answer.status, code: text ? JSON.parse(text).error?.code
    : undefined, cookie: String(answer.headers['set-cookie']).split(';')[0] };
}

/** @param {{name: string, code: string}} invitation @param {string} password */
const accept = ({ name, code }, password = PASSWORD) => post('api/password',
  { username: name, current: code, new: password });

/** @param {string} username */
const login = (username, password = PASSWORD) =>
  post('api/login', { username, password });

test('the link sets the password, signs in, and is then nothing', async () => {
  const { site } = suite;
  const one = invite('add', 'bob', '--url', 'https://chat.example.org/a/');
  assert.match(one.link, /^https:\/\/chat\.example\.org\/a\/#invite=bob:/);
  assert.match(site.control(['user', 'list']).stdout, /^bob\tinvited\t/m);
  assert.equal((await login('bob')).status, 401, 'no password is set');
  const early = await login('bob', one.code);
  assert.deepEqual([early.status, early.code],
    [403, 'password_change_required'], 'nobody comes in by the code alone');
  assert.equal((await accept(one, 'password1')).code, 'weak_password');
  const done = await accept(one);
  assert.equal(done.status, 204);
  const client = site.client();
  client.cookie = done.cookie;
  assert.equal((await client.getJson('api/session'))[1].user.name, 'bob');
  assert.equal((await login('bob')).status, 200);
  for (const again of [await accept(one, 'another good passphrase'),
    await login('bob', one.code)]) {
    assert.deepEqual([again.status, again.code], [401, 'invalid_credentials']);
  }
  assert.match(site.control(['user', 'list']).stdout, /^bob\tactive\t/m);
  assert.doesNotMatch(readFileSync(`${site.dir}/users`, 'utf8'), /invite=/);
  assert.match(site.log(), /event=password-changed address=127\.0\.0\.1 user="bob" detail="by invitation"/);
  assert.ok(!site.log().includes(one.code), 'the code is in no log');
});

test('of two at once, one sets the password', async () => {
  const one = invite('add', 'cem');
  const words = ['first good passphrase', 'second good passphrase',
    'third good passphrase'];
  const answers = await Promise.all(words.map((word) => accept(one, word)));
  assert.equal(answers.filter(({ status }) => status === 204).length, 1,
    JSON.stringify(answers));
  assert.ok(answers.every(({ status }) => [204, 401, 409, 503].includes(status)));
  const winner = answers.findIndex(({ status }) => status === 204);
  for (const [i, word] of words.entries()) {
    assert.equal((await login('cem', word)).status, i === winner ? 200 : 401);
  }
});

test('when its time is over, it is; a new one takes the place of the old',
  async () => {
    const { site } = suite;
    const old = invite('add', 'dan');
    const path = `${site.dir}/users`;
    writeFileSync(path, readFileSync(path, 'utf8').replace(
      /^(dan:.*:invite=)\d+/m, `$1${Math.floor(Date.now() / 1000) - 1}`));
    for (const late of [await accept(old), await login('dan', old.code)]) {
      assert.deepEqual([late.status, late.code], [403, 'invitation_over']);
    }
    assert.match(site.control(['user', 'list']).stdout,
      /^dan\tinvitation-over\t/m);
    const fresh = invite('passwd', 'dan', '--valid', '1h');
    assert.equal((await accept(old)).status, 401);
    assert.equal((await accept(fresh)).status, 204);
  });

test('an invitation for who has a password ends it, and their sessions',
  async () => {
    const { site } = suite;
    const client = await site.signedIn({ user: 'ann' });
    const one = invite('passwd', 'ann');
    assert.equal((await client.getJson('api/session'))[0], 401);
    assert.equal((await login('ann')).status, 401);
    assert.equal((await accept(one)).status, 204);
    site.forgetSessions();
  });

test('a token of one who is invited is good for nothing yet', async () => {
  const { site } = suite;
  invite('add', 'eve');
  const token = site.control(['token', 'new', 'eve', 'x']).stdout.trim();
  const answer = await site.client().get('api/models',
    { headers: { Authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 403);
  await answer.text();
});

test('in plain CGI, too', async () => {
  const one = invite('add', 'fay');
  const { status } = await runCgi(suite.site.configFile, {
    path: 'api/password', json: { username: 'fay', current: one.code,
      new: PASSWORD } }).answer;
  assert.equal(status, 204);
  assert.equal((await login('fay')).status, 200);
});

test('where a second factor is required, it is set up with the new password',
  async () => {
    const { site } = suite;
    site.writeConfig({ second_factor: 'required' });
    await site.reload();
    const one = invite('add', 'gus');
    const set = await accept(one);
    assert.deepEqual([set.status, set.code],
      [403, 'second_factor_setup_required']);
    const offer = await site.client().post('api/totp',
      { username: 'gus', password: PASSWORD });
    const { secret } = await offer.json();
    const done = await post('api/totp', { username: 'gus', password: PASSWORD,
      secret, code: totp(secret) });
    assert.ok([200, 204].includes(done.status), `${done.status} ${done.code}`);
    assert.equal((await login('gus')).code, 'second_factor_required');
    site.writeConfig({ second_factor: 'optional' });
    await site.reload();
  });

test('names are written into the link so that they come out of it', async () => {
  for (const name of ['Zo\u00eb M.', 'a&b=c#d', 'x%41', '\u5c71\u7530']) {
    const one = invite('add', name);
    assert.equal(one.name, name);
    assert.doesNotMatch(one.link, /[ &\u0080-\uffff]/);
    assert.equal((await accept(one)).status, 204, name);
  }
});

test('what makes no sense is refused, and changes nothing', () => {
  const { site } = suite;
  const before = readFileSync(`${site.dir}/users`, 'utf8');
  for (const more of [['--valid', '31d'], ['--valid', '1s'], ['--valid', 'x'],
    ['--url', 'ftp://x/'], ['--url', 'https://x/y'], ['--must-change']]) {
    assert.equal(site.control(['user', 'add', 'new', '--invite', ...more], '',
      { fail: true }).status, 2, more.join(' '));
  }
  assert.equal(site.control(['user', 'passwd', 'nobody', '--invite'], '',
    { fail: true }).status, 4);
  assert.equal(site.control(['user', 'add', 'ann', '--invite'], '',
    { fail: true }).status, 5);
  assert.equal(readFileSync(`${site.dir}/users`, 'utf8'), before);
});
