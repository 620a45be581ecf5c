/* SPDX-License-Identifier: MIT */
/** A second factor through nginx and by confabctl: setup, login, loss. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { controlPath } from '../harness/paths.js';
import { PASSWORD } from '../harness/site.js';
import { useSite } from '../harness/suite.js';
import { totp } from '../harness/totp.js';

const reports = JSON.parse(readFileSync(
  new URL('second-factor.json', import.meta.url), 'utf8'));

const suite = useSite({
  users: ['ann', 'bob', 'eve', 'kim', 'max', 'zoe'],
  mounts: ['/', '/a/b/'],
  config: { throttle: { user_failures: 1000, address_failures: 10000 } },
});

/** @param {string} name */
function enrolled(name) {
  suite.site.control(['user', 'totp', name, '--reset'], '', { fail: true });
  const { stdout } = suite.site.control(['user', 'totp', name]);
  const secret = /^secret\t(\w{32})$/m.exec(stdout)?.[1] ?? '';
  const recovery = [...stdout.matchAll(/^recovery\t(\S+)$/gm)].map((m) => m[1]);
  assert.equal(recovery.length, 10);
  return { secret, recovery, stdout };
}

/**
 * @param {string} username @param {unknown} [code]
 * @param {string} [password]
 */
async function tryLogin(username, code, password = PASSWORD) {
  const client = suite.site.client();
  const answer = await client.post('api/login', { username, password, code });
  const text = await answer.text();
  return { status: answer.status, code: JSON.parse(text).error?.code, text,
    cookie: String(answer.headers['set-cookie'] ?? '').split(';')[0], client };
}

/** @param {string} what @param {{secret: string, recovery: string[]}} of */
function typed(what, { secret, recovery }) {
  const now = totp(secret);
  /** @type {Record<string, unknown>} */
  const all = {
    now, next: totp(secret, 1), setup: totp(secret),
    'now, with a space': `${now.slice(0, 3)} ${now.slice(3)}`,
    'now, pasted': `  ${now.slice(0, 3)}-${now.slice(3)} `,
    'as a number': Number(now), empty: '', null: null, 'now, longer': `${now}1`,
    'two before': totp(secret, -2), 'one before': totp(secret, -1),
    recovery: recovery[0], 'recovery, as typed': recovery[1].toLowerCase().replaceAll('-', ' '),
    'the secret': secret,
  };
  return all[what];
}

test('what people reported of other systems', async () => {
  const other = enrolled('eve');
  for (const { told, first, then, status, code } of reports) {
    const own = enrolled('ann');
    if (first) assert.equal((await tryLogin('ann', typed(first, own))).status, 200, told);
    const answer = await tryLogin('ann', then === 'of another'
      ? totp(other.secret) : typed(then, own));
    assert.equal(answer.status, status, told);
    if (code) assert.equal(answer.code, code, told);
  }
});

test('it is set up with the password, at any mount, and asked for from then on', async () => {
  const { site } = suite;
  const client = site.client({ mount: '/a/b/' });
  await client.login('bob', PASSWORD);
  const [, before] = await client.getJson('api/session');
  assert.deepEqual(before.second_factor, { mode: 'optional', set: false, recovery_codes: 0 });
  const refused = await client.post('api/totp', { password: 'wrong' });
  assert.equal(refused.status, 401);
  await refused.text();
  const offer = await (await client.post('api/totp', { password: PASSWORD })).json();
  assert.match(offer.secret, /^[A-Z2-7]{32}$/);
  assert.equal(offer.uri, `otpauth://totp/localhost:bob?secret=${offer.secret}&issuer=localhost`);
  // An offer is nothing yet.
  assert.equal((await tryLogin('bob')).status, 200);
  for (const bad of [{ code: '000000' }, { secret: offer.secret }, { secret: 'A', code: '000000' },
    { secret: offer.secret, code: 0 }]) {
    const answer = await client.post('api/totp', { password: PASSWORD, ...bad });
    assert.equal(answer.status, 400, JSON.stringify(bad));
    await answer.text();
  }
  const wrong = await client.post('api/totp', { password: PASSWORD, secret: offer.secret, code: '000000' });
  assert.equal((await wrong.json()).error.code, 'wrong_code');
  const done = await client.post('api/totp',
    { password: PASSWORD, secret: offer.secret, code: totp(offer.secret) });
  assert.equal(done.status, 200);
  assert.equal((await done.json()).recovery_codes.length, 10);
  const old = await client.get('api/session');
  assert.equal(old.status, 401, 'sessions of before have ended');
  await old.text();
  client.cookie = String(done.headers['set-cookie']).split(';')[0];
  const [, session] = await client.getJson('api/session');
  assert.deepEqual(session.second_factor, { mode: 'optional', set: true, recovery_codes: 10 });
  assert.equal((await tryLogin('bob')).code, 'second_factor_required');
  // Which of the two was wrong cannot be told.
  const one = await tryLogin('bob', '000000');
  const two = await tryLogin('bob', totp(offer.secret, 1), 'wrong');
  assert.equal(one.status, 401);
  assert.equal(one.text, two.text);
  const removed = await client.post('api/totp/remove',
    { password: PASSWORD, code: totp(offer.secret, 1) });
  assert.equal(removed.status, 204);
  await removed.text();
  assert.equal((await tryLogin('bob')).status, 200);
});

test('the same code, many times at once: one gets in', async () => {
  const { secret } = enrolled('kim');
  const answers = await Promise.all(Array.from({ length: 6 }, () => tryLogin('kim', totp(secret))));
  const [first, ...others] = answers.map((a) => a.status).sort();
  assert.equal(first, 200);
  // 503: checks of passwords at a time are limited, and a slow machine meets the limit.
  assert.ok(others.every((status) => status === 401 || status === 503), String(others));
  assert.ok(others.includes(401), String(others));
});

test('confabctl: a QR code, a secret, a reset; and clear words', async () => {
  const { site } = suite;
  const { stdout, secret } = enrolled('max');
  assert.match(stdout, /[\u2580\u2584\u2588]{5}/);
  assert.match(stdout, new RegExp(`^uri\totpauth://totp/confab:max\\?secret=${secret}&issuer=confab$`, 'm'));
  assert.match(site.control(['user', 'list']).stdout, /^max\tactive\tnever\targon2id\ttotp$/m);
  const { client, cookie, status } = await tryLogin('max', totp(secret));
  assert.equal(status, 200);
  assert.equal(site.control(['user', 'totp', 'max'], '', { fail: true }).status, 5);
  assert.equal(site.control(['user', 'totp', 'nobody'], '', { fail: true }).status, 4);
  site.control(['user', 'totp', 'max', '--reset']);
  assert.equal(site.control(['user', 'totp', 'max', '--reset'], '', { fail: true }).status, 4);
  client.cookie = cookie;
  const answer = await client.get('api/session');
  assert.equal(answer.status, 401, 'whoever has the device is out');
  await answer.text();
  assert.equal((await tryLogin('max')).status, 200);
});

/**
 * Answers the question that confabctl asks on a terminal.
 * @param {string} name @param {(secret: string) => string} code
 */
async function onTerminal(name, code) {
  const command = `${controlPath} --config ${suite.site.configFile} user totp ${name}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: 'pipe' });
  let out = '', asked = false;
  child.stdout.on('data', (part) => {
    out += part;
    const secret = /secret\t(\w{32})/.exec(out)?.[1];
    if (asked || !secret || !out.includes('Code that the app shows')) return;
    asked = true;
    child.stdin.write(`${code(secret)}\n`);
  });
  const [status] = await once(child, 'close');
  return { status, out };
}

test('on a terminal, nothing is stored before the app has shown its code', async () => {
  const { site } = suite;
  const file = join(site.dir, 'users');
  site.control(['user', 'totp', 'max', '--reset'], '', { fail: true });
  const before = readFileSync(file, 'utf8');
  const wrong = await onTerminal('max', () => '000000');
  assert.equal(wrong.status, 1);
  assert.match(wrong.out, /nothing was changed/);
  assert.doesNotMatch(wrong.out, /recovery\t/);
  assert.equal(readFileSync(file, 'utf8'), before);
  const right = await onTerminal('max', (secret) => totp(secret));
  assert.equal(right.status, 0, right.out);
  assert.equal(right.out.match(/recovery\t/g)?.length, 10);
  assert.notEqual(readFileSync(file, 'utf8'), before);
});

/**
 * Runs doctor beside this process, whose upstream has to answer meanwhile.
 * @param {string[]} args @param {string} input
 */
async function doctor(args, input) {
  const child = spawn(controlPath, ['--config', suite.site.configFile, ...args]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => { stdout += data; });
  child.stderr.on('data', (data) => { stderr += data; });
  child.stdin.end(input);
  await once(child, 'close');
  return { stdout, stderr };
}

test('confabctl doctor asks for the code where the site does', async () => {
  const { site } = suite;
  const { secret } = enrolled('zoe');
  const args = ['doctor', `https://localhost:${site.port}/`, '--ca-file', site.certificates.authority, '--user', 'zoe'];
  const without = await doctor(args, `${PASSWORD}\n`);
  assert.match(without.stdout, /^ok {4}the site asks for a second factor$/m);
  assert.match(without.stdout, /^FAIL {2}there is a code to give: none came$/m);
  const wrong = await doctor(args, `${PASSWORD}\n000000\n`);
  assert.match(wrong.stdout, /^FAIL {2}the password opens a session: .*401/m);
  const code = totp(secret);
  const right = await doctor(args, `${PASSWORD}\n${code}\n`);
  assert.match(right.stdout, /^ok {4}the password opens a session$/m);
  assert.match(right.stdout, /^ok {4}an ended session is refused$/m);
  for (const word of [PASSWORD, code]) assert.ok(!`${right.stdout}${right.stderr}`.includes(word));
});

test('no code and no secret is in the log, and fail2ban counts the failures', async () => {
  const { secret, recovery } = enrolled('zoe');
  const before = suite.site.log().length;
  await tryLogin('zoe');
  await tryLogin('zoe', '000000');
  await tryLogin('zoe', totp(secret));
  await tryLogin('zoe', recovery[4]);
  const log = suite.site.log().slice(before);
  for (const word of [secret, recovery[4], recovery[4].replaceAll('-', ''), '000000', totp(secret)]) {
    assert.ok(!log.includes(word), word);
  }
  const lines = log.split('\n').filter((line) => line.includes('user="zoe"'))
    .map((line) => line.replace(/.*audit: /, '').replace(/address=\S+ /, ''));
  assert.deepEqual(lines, [
    'event=second-factor-asked user="zoe"',
    'event=login-failed user="zoe" detail="second factor"',
    'event=login user="zoe" detail="second factor"',
    'event=second-factor-changed user="zoe" detail="recovery code used"',
    'event=login user="zoe" detail="recovery code, 9 left"',
  ]);
});

test('required: nothing opens before it is set up, and an old file keeps nobody out', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  site.writeConfig({ second_factor: 'required' });
  await site.reload();
  const gone = await client.get('api/session');
  assert.equal(gone.status, 401);
  await gone.text();
  site.control(['user', 'totp', 'eve', '--reset'], '', { fail: true });
  assert.equal((await tryLogin('eve')).code, 'second_factor_setup_required');
  assert.equal((await tryLogin('eve', undefined, 'wrong')).code, 'invalid_credentials');
  const who = { username: 'eve', password: PASSWORD };
  const fresh = site.client();
  const { secret } = await (await fresh.post('api/totp', who)).json();
  const done = await fresh.post('api/totp', { ...who, secret, code: totp(secret) });
  assert.equal(done.status, 200);
  await done.text();
  fresh.cookie = String(done.headers['set-cookie']).split(';')[0];
  const [status] = await fresh.getJson('api/session');
  assert.equal(status, 200);
  // A damaged line is refused whole: the users stay as they were.
  const file = join(site.dir, 'users');
  const good = readFileSync(file, 'utf8');
  writeFileSync(file, good.replace(/^(eve:.*:totp=)\w\w/m, '$1'));
  assert.equal((await tryLogin('eve')).code, 'second_factor_required');
  assert.match(site.control(['check'], '', { fail: true }).stderr, /users:\d+: "totp" is not 40 hexadecimal digits/);
  writeFileSync(file, good);
  site.writeConfig({ second_factor: 'off' });
  await site.reload();
  assert.equal((await tryLogin('eve')).status, 200);
  assert.equal(site.control(['user', 'totp', 'bob'], '', { fail: true }).status, 3);
});
