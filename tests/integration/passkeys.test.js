/* SPDX-License-Identifier: MIT */
/** Passkeys through nginx and by confabctl: made, used, lost, and what is none. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { runCgi } from '../harness/cgi.js';
import { Authenticator } from '../harness/passkey.js';
import { PASSWORD } from '../harness/site.js';
import { useSite } from '../harness/suite.js';
import { totp } from '../harness/totp.js';

const reports = JSON.parse(readFileSync(new URL('passkeys.json', import.meta.url), 'utf8'));

const suite = useSite({
  users: ['ann', 'bob', 'eve', 'kim', 'max', 'zoe', 'lea', 'ida', 'pia', 'uwe'],
  mounts: ['/', '/a/b/'],
  config: { passkeys_file: 'passkeys', throttle: { user_failures: 1000, address_failures: 10000 } },
});

/** Answers of one user's that a minute has. */
const ANSWERS_MAX = 20;

const origin = () => `https://localhost:${suite.site.port}`;

/** @param {Partial<ConstructorParameters<typeof Authenticator>[0]>} [more] */
const authenticator = (more) => new Authenticator({ origin: origin(), ...more });

/** @param {import('../harness/http.js').Answer} answer @returns {Promise<any>} */
async function told(answer) {
  const text = await answer.text();
  return { status: answer.status, ...(text === '' ? {} : JSON.parse(text)),
    cookie: String(answer.headers['set-cookie'] ?? '').split(';')[0] };
}

/** @param {string} name @param {string} [mount] */
async function signedIn(name, mount = '/') {
  const client = suite.site.client({ mount });
  await client.login(name, PASSWORD);
  return client;
}

/**
 * Takes a passkey; the client goes on with the session that it was given.
 * @param {import('../harness/client.js').Client} client
 * @param {Authenticator} key
 * @param {{name?: string, alone?: boolean, how?: import('../harness/passkey.js').Mischief}} [options]
 */
async function take(client, key, { name = 'a key', alone = false, how } = {}) {
  const offer = await told(await client.post('api/passkeys/offer', { password: PASSWORD }));
  assert.equal(offer.status, 200, JSON.stringify(offer));
  const answer = await told(await client.post('api/passkeys', { password: PASSWORD, name, alone, passkey: key.create(offer, how) }));
  if (answer.status === 204 || answer.status === 200) client.cookie = answer.cookie;
  return { ...answer, offer };
}

/** @param {{username: string, password: string, code: string}} who */
async function signedInWith(who) {
  const client = suite.site.client();
  const answer = await told(await client.post('api/login', who));
  assert.equal(answer.status, 200, JSON.stringify(answer));
  client.cookie = answer.cookie;
  return client;
}

/** @param {object} json @param {Record<string, string>} [headers] */
async function tryLogin(json, headers) {
  const client = suite.site.client();
  return told(await client.request('POST', 'api/login', { json, headers }));
}

/** @param {string} username */
async function asked(username) {
  const answer = await tryLogin({ username, password: PASSWORD });
  assert.equal(answer.error?.code, 'second_factor_required', JSON.stringify(answer));
  return answer.second_factor;
}

async function question() {
  return told(await suite.site.client().post('api/passkeys/challenge', {}));
}

/** @param {Authenticator} key @param {import('../harness/passkey.js').Mischief} [how] */
async function alone(key, how) {
  return tryLogin({ passkey: key.get(await question(), how) });
}

test('made at any mount, asked for besides the password, listed and removed', async () => {
  const client = await signedIn('ann', '/a/b/');
  const old = client.cookie;
  const [, before] = await client.getJson('api/session');
  assert.equal(before.second_factor.passkeys, 0);
  const key = authenticator();
  const { status, offer } = await take(client, key, { name: 'Ann’s phone' });
  assert.equal(status, 200);
  assert.deepEqual([offer.rp_id, offer.user.name, offer.algorithms, offer.exclude], ['localhost', 'ann', [-8, -7], []]);
  assert.ok(!Buffer.from(offer.user.id, 'base64url').includes('ann'));
  const other = suite.site.client();
  other.cookie = old;
  assert.equal((await told(await other.get('api/session'))).status, 401, 'sessions of before have ended');
  const [, after] = await client.getJson('api/session');
  assert.equal(after.second_factor.passkeys, 1);
  const [, list] = await client.getJson('api/passkeys');
  assert.equal(list.data.length, 1);
  assert.deepEqual([list.data[0].name, list.data[0].alone, list.data[0].here, list.data[0].used_at], ['Ann’s phone', false, true, 0]);

  const factor = await asked('ann');
  assert.equal(factor.code, false);
  assert.deepEqual(factor.passkey.credentials, [key.id.toString('base64url')]);
  const who = { username: 'ann', password: PASSWORD };
  assert.equal((await tryLogin({ ...who, passkey: key.get(factor.passkey) })).status, 200);
  assert.equal((await tryLogin({ ...who, code: '123456' })).status, 401);
  assert.equal((await tryLogin({ ...who, passkey: key.get(await question()) })).status, 401, 'a question to anybody is not one to ann');
  // A key that needs a password is not good without it.
  assert.equal((await alone(key)).error.code, 'invalid_passkey');

  // A second one; the first is not made again on the same device.
  const second = authenticator({ eddsa: true });
  const more = await take(client, second, { name: 'USB' });
  assert.equal(more.status, 204);
  assert.deepEqual(more.offer.exclude, [key.id.toString('base64url')]);
  const [, two] = await client.getJson('api/passkeys');
  // To remove one, a second factor is asked for itself.
  const gone = { id: two.data[0].id, password: PASSWORD };
  const refused = await told(await client.post('api/passkeys/remove', gone));
  assert.equal(refused.error.code, 'second_factor_required');
  assert.equal(refused.second_factor.passkey.credentials.length, 2);
  const removed = await told(await client.post('api/passkeys/remove', { ...gone, passkey: second.get(refused.second_factor.passkey) }));
  assert.equal(removed.status, 204);
  client.cookie = removed.cookie;
  assert.equal((await client.getJson('api/session'))[1].second_factor.passkeys, 1);
  const now = await asked('ann');
  assert.equal((await tryLogin({ ...who, passkey: key.get(now.passkey) })).status, 401, 'it was removed');
  assert.equal((await tryLogin({ ...who, passkey: second.get(now.passkey) })).status, 200);
  assert.equal((await told(await client.post('api/passkeys/remove', { ...gone, passkey: second.get((await asked('ann')).passkey) }))).status, 404);
});

test('what people reported of other systems, with a passkey alone', async () => {
  const client = await signedIn('bob');
  const key = authenticator();
  assert.equal((await take(client, key, { alone: true })).status, 200);
  /** @type {Record<string, (s: Buffer) => Buffer>} */
  const signatures = { cut: (s) => s.subarray(0, -1), none: () => Buffer.alloc(0),
    zero: () => Buffer.from('3006020100020100', 'hex'), more: (s) => Buffer.concat([s, Buffer.from([0])]) };
  for (const { told: what, get, signature, object, twice, status } of reports) {
    const how = { ...get,
      ...(signature ? { signature: signatures[signature] } : {}),
      ...(object ? { object: (/** @type {Buffer} */ o) => (object === 'cut' ? o.subarray(0, 36) : Buffer.concat([o, Buffer.from([0])])) } : {}) };
    if (twice) assert.equal((await alone(key, how)).status, status, what);
    const answer = await alone(key, how);
    assert.equal(answer.status, status, `${what}: ${JSON.stringify(answer)}`);
    if (status === 200) assert.equal(answer.user.name, 'bob');
    else assert.equal(answer.error.code, 'invalid_passkey');
  }
  // The page's own origin is known where the browser says it, port and all.
  const q = await question();
  const elsewhere = await tryLogin({ passkey: key.get(q, { origin: 'https://localhost:1' }) }, { Origin: origin(), 'Sec-Fetch-Site': 'same-origin' });
  assert.equal(elsewhere.status, 401);
  assert.equal((await tryLogin({ passkey: key.get(q) }, { Origin: origin(), 'Sec-Fetch-Site': 'same-origin' })).status, 200);
  assert.equal((await tryLogin({ passkey: key.get(await question()) }, { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' })).status, 403);
});

test('an answer is good once, also many at a time', async () => {
  const client = await signedIn('kim');
  const key = authenticator({ eddsa: true });
  await take(client, key, { alone: true });
  const passkey = key.get(await question());
  const answers = await Promise.all(Array.from({ length: 6 }, () => tryLogin({ passkey })));
  const [first, ...others] = answers.map((a) => a.status).sort();
  assert.equal(first, 200);
  // 429: the web server has limits of its own, and these come fast.
  assert.ok(others.every((status) => status === 401 || status === 429), String(others));
  const seen = answers.filter((a) => a.status === 429).map((a) => JSON.stringify(a));
  if (seen.length > 0) console.error(seen[0]);
  assert.ok(others.includes(401), String(others));
  assert.equal((await tryLogin({ passkey })).status, 401);
  // One that was made up, and one that is not for this.
  const q = await question();
  const bytes = Buffer.from(q.challenge, 'base64url');
  bytes[7] += 1;
  assert.equal((await tryLogin({ passkey: key.get({ ...q, challenge: bytes.toString('base64url') }) })).status, 401);
  assert.equal((await tryLogin({ passkey: key.get({ ...q, challenge: '' }) })).status, 401);
  const offer = await told(await client.post('api/passkeys/offer', { password: PASSWORD }));
  assert.equal((await tryLogin({ passkey: key.get(offer) })).status, 401);
  const factor = (await asked('kim')).passkey;
  assert.equal((await tryLogin({ passkey: key.get(factor) })).status, 401);
});

test('nobody fills the table of what was answered, which is everybody’s', async () => {
  const [pia, uwe] = [authenticator(), authenticator()];
  await take(await signedIn('pia'), pia, { alone: true });
  await take(await signedIn('uwe'), uwe, { alone: true });
  // The making was one.
  for (let i = 1; i < ANSWERS_MAX; i += 1) assert.equal((await alone(pia)).status, 200, String(i));
  assert.equal((await alone(pia)).status, 401);
  assert.match(suite.site.log(), /user="pia" detail="more passkeys than a minute has"/);
  assert.equal((await alone(uwe)).status, 200);
});

test('a counter that goes back is a copy', async () => {
  const client = await signedIn('eve');
  const key = authenticator({ counts: true });
  await take(client, key, { alone: true });
  for (const count of [4, 9]) {
    key.count = count;
    assert.equal((await alone(key)).status, 200);
  }
  for (const count of [9, 3, -1]) {
    key.count = count;
    assert.equal((await alone(key)).status, 401, String(count));
  }
  key.count = 10;
  assert.equal((await alone(key)).status, 200);
  assert.match(suite.site.log(), /event=login-failed address=\S+ user="eve" detail="a passkey whose counter went back"/);
  assert.match(suite.site.log(), /event=login address=\S+ user="eve" detail="passkey alone"/);
});

test('another user’s passkey opens nothing', async () => {
  const client = await signedIn('max');
  const key = authenticator();
  await take(client, key, { alone: true });
  const other = await signedIn('zoe');
  const own = authenticator();
  await take(other, own);
  const zoe = { username: 'zoe', password: PASSWORD };
  assert.equal((await tryLogin({ ...zoe, passkey: key.get((await asked('zoe')).passkey) })).status, 401);
  // Zoe’s signature under the name of max’s key.
  const forged = { ...own.get((await asked('zoe')).passkey), id: key.id.toString('base64url') };
  assert.equal((await tryLogin({ ...zoe, passkey: forged })).status, 401);
  assert.equal((await tryLogin({ passkey: { ...own.get(await question()), id: key.id.toString('base64url') } })).status, 401);
  // It cannot be taken by zoe, either, nor an unknown one be used.
  assert.equal((await take(other, key)).error.code, 'passkey_exists');
  assert.equal((await alone(authenticator())).status, 401);
  // What one user was asked is no question to another.
  const q = (await asked('max')).passkey;
  assert.equal((await tryLogin({ ...zoe, passkey: own.get(q) })).status, 401);
});

test('what is no new passkey is refused, and leaves nothing behind', async () => {
  const client = await signedIn('lea');
  /** @type {[string, import('../harness/passkey.js').Mischief][]} */
  const bad = [
    ['another origin', { origin: 'https://evil.example' }],
    ['another site', { rpId: 'evil.example' }],
    ['nobody there', { flags: 64 }],
    ['no credential', { flags: 1 }],
    ['another challenge', { challenge: 'AAAA' }],
    ['a use', { type: 'webauthn.get' }],
    ['another algorithm', { alg: -257 }],
    ['cut', { object: (o) => o.subarray(0, -1) }],
    ['too long', { object: (o) => Buffer.concat([o, Buffer.from([0])]) }],
    ['without a length', { object: (o) => Buffer.concat([Buffer.from([0xbf]), o.subarray(1), Buffer.from([0xff])]) }],
    ['nested', { object: () => Buffer.alloc(9000, 0x81) }],
    ['huge lengths', { object: () => Buffer.from('a363666d746e6f6e65bbffffffffffffffff', 'hex') }],
    ['nothing', { object: () => Buffer.alloc(0) }],
  ];
  for (const [what, how] of bad) {
    const { error, status } = await take(client, authenticator(), { how });
    assert.equal(status, 400, what);
    assert.equal(error.code, 'invalid_passkey', what);
  }
  const offer = await told(await client.post('api/passkeys/offer', { password: PASSWORD }));
  const key = authenticator();
  const good = { password: PASSWORD, name: 'k', passkey: key.create(offer) };
  for (const [change, status] of /** @type {[object, number][]} */ ([
    [{ password: 'wrong' }, 401], [{ name: '' }, 400], [{ name: 'a:b' }, 400], [{ name: 'x'.repeat(161) }, 400], [{ name: 1 }, 400],
    [{ passkey: null }, 400], [{ passkey: 'x' }, 400], [{ passkey: {} }, 400], [{ alone: 'yes' }, 400],
    [{ passkey: { ...good.passkey, attestation: 'A'.repeat(17000) } }, 400], [{ passkey: { ...good.passkey, client_data: '=' } }, 400],
  ])) {
    assert.equal((await told(await client.post('api/passkeys', { ...good, ...change }))).status, status, JSON.stringify(change).slice(0, 80));
  }
  // With "alone", who it is must have been asked for.
  assert.equal((await told(await client.post('api/passkeys', { ...good, alone: true, passkey: key.create(offer, { flags: 65 }) }))).status, 400);
  // All of that was for nothing: no passkey, and the session goes on.
  assert.equal((await client.getJson('api/session'))[1].second_factor.passkeys, 0);
  assert.equal((await tryLogin({ username: 'lea', password: PASSWORD })).status, 200);
  // Two at once: one is stored, the other hears so and can be made anew.
  const keys = [authenticator(), authenticator()];
  const offers = await Promise.all(keys.map(async () => told(await client.post('api/passkeys/offer', { password: PASSWORD }))));
  const both = await Promise.all(keys.map(async (k, i) => told(await client.post('api/passkeys', { ...good, passkey: k.create(offers[i]) }))));
  const [first, second] = both.map((b) => b.status).sort();
  assert.equal(first, 200);
  assert.ok([401, 409].includes(second), String(second));
  // The codes that were shown are those that are kept.
  const codes = both.flatMap((b) => b.recovery_codes ?? []);
  assert.equal(codes.length, 10);
  assert.equal((await tryLogin({ username: 'lea', password: PASSWORD, code: codes[9] })).status, 200);
});

test('no more than ten', async () => {
  const client = await signedIn('ida');
  for (let i = 0; i < 10; i += 1) assert.equal((await take(client, authenticator(), { name: `key ${i}` })).status, i === 0 ? 200 : 204);
  const eleventh = await told(await client.post('api/passkeys/offer', { password: PASSWORD }));
  assert.equal(eleventh.error.code, 'too_many_passkeys');
});

test('recovery codes come with the first one, each good once in all processes', async () => {
  const { site } = suite;
  site.addUser('uma');
  const client = await signedIn('uma');
  const first = authenticator();
  const made = await take(client, first);
  const codes = made.recovery_codes;
  assert.equal(codes.length, 10);
  assert.ok(codes.every((/** @type {string} */ code) => /^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/.test(code)), String(codes));
  assert.equal((await client.getJson('api/session'))[1].second_factor.recovery_codes, 10);
  // None with the second one: there are some.
  assert.equal((await take(client, authenticator(), { name: 'spare' })).status, 204);
  const users = () => readFileSync(join(site.dir, 'users'), 'utf8');
  assert.ok(codes.every((/** @type {string} */ code) => !users().includes(code) && !users().includes(code.replaceAll('-', ''))));

  const who = { username: 'uma', password: PASSWORD };
  const factor = await asked('uma');
  assert.deepEqual([factor.code, factor.recovery], [false, true]);
  assert.equal((await tryLogin({ ...who, password: 'wrong', code: codes[0] })).status, 401);
  assert.equal((await tryLogin({ ...who, code: 'AAAA-AAAA-AAAA-AAAA' })).status, 401);
  // Many at once, of the worker and of CGI runs, which are processes of their own: one is let in.
  const tries = await Promise.all([
    ...Array.from({ length: 3 }, async () => (await tryLogin({ ...who, code: codes[0] })).status),
    ...Array.from({ length: 3 }, async () => (await runCgi(site.configFile, { path: 'api/login', json: { ...who, code: codes[0] } }).answer).status),
  ]);
  assert.equal(tries.filter((status) => status === 200).length, 1, String(tries));
  assert.ok(tries.every((status) => [200, 401, 429, 503].includes(status)), String(tries));
  assert.equal((await tryLogin({ ...who, code: codes[0] })).status, 401, 'used');
  assert.equal((await tryLogin({ ...who, code: codes[1].toLowerCase().replaceAll('-', ' ') })).status, 200);
  assert.match(site.log(), /event=login address=\S+ user="uma" detail="recovery code, 8 left"/);
  assert.ok(codes.every((/** @type {string} */ code) => !site.log().includes(code) && !site.log().includes(code.replaceAll('-', ''))), 'no log has one');

  // A lost passkey is taken away with a code; the last one takes the codes along.
  const again = await signedInWith({ ...who, code: codes[2] });
  const [, list] = await again.getJson('api/passkeys');
  const gone = await told(await again.post('api/passkeys/remove', { id: list.data[0].id, password: PASSWORD, code: codes[3] }));
  assert.equal(gone.status, 204, JSON.stringify(gone));
  again.cookie = gone.cookie;
  assert.equal((await again.getJson('api/session'))[1].second_factor.recovery_codes, 6);
  assert.equal((await tryLogin({ ...who, passkey: first.get((await asked('uma')).passkey) })).status, 401);
  const last = await told(await again.post('api/passkeys/remove', { id: list.data[1].id, password: PASSWORD, code: codes[4] }));
  assert.equal(last.status, 204);
  assert.doesNotMatch(users(), /^uma:.*(codes|recovery|passkeys)=/m);
  assert.equal((await tryLogin(who)).status, 200, 'there is no second factor');
  const audited = [...site.log().matchAll(/event=second-factor-changed address=\S+ user="uma" detail="([^"]*)"/g)].map(([, what]) => what);
  assert.deepEqual(audited.filter((what) => what !== 'recovery code used'),
    ['passkey added', 'recovery codes made', 'passkey added', 'passkey removed', 'passkey removed']);
  // A run of CGI tells its own log.
  const spentHere = tries.slice(0, 3).includes(200) ? 5 : 4;
  assert.equal(audited.length - 5, spentHere, 'each that was used, for whatever it was');
});

test('the last code takes the last lost passkey away, and is not there again', async () => {
  const { site } = suite;
  site.addUser('una');
  const client = await signedIn('una');
  const keys = [authenticator(), authenticator()];
  const { recovery_codes: codes } = await take(client, keys[0]);
  await take(client, keys[1]);
  const who = { username: 'una', password: PASSWORD };
  for (const code of codes.slice(0, 9)) assert.equal((await tryLogin({ ...who, code })).status, 200);
  const [, list] = await client.getJson('api/passkeys');
  const gone = await told(await client.post('api/passkeys/remove', { id: list.data[0].id, password: PASSWORD, code: codes[9] }));
  assert.equal(gone.status, 204, JSON.stringify(gone));
  client.cookie = gone.cookie;
  assert.equal((await client.getJson('api/session'))[1].second_factor.recovery_codes, 0);
  assert.equal((await asked('una')).recovery, false);
  for (const code of codes) assert.equal((await tryLogin({ ...who, code })).status, 401);
  // With the next passkey come new ones.
  const more = await take(client, authenticator());
  assert.equal(more.recovery_codes.length, 10);
  assert.equal((await tryLogin({ ...who, code: more.recovery_codes[0] })).status, 200);
});

test('an app that comes, and goes, leaves codes for the passkeys', async () => {
  const { site } = suite;
  site.addUser('ulf');
  const client = await signedIn('ulf');
  const { recovery_codes: old } = await take(client, authenticator());
  const who = { username: 'ulf', password: PASSWORD };
  // Setting up the app gives new codes, and the old ones are no more.
  const { secret } = await told(await client.post('api/totp', { password: PASSWORD }));
  const app = await told(await client.post('api/totp', { password: PASSWORD, secret, code: totp(secret) }));
  assert.equal(app.recovery_codes.length, 10);
  client.cookie = app.cookie;
  assert.equal((await tryLogin({ ...who, code: old[0] })).status, 401);
  assert.equal((await tryLogin({ ...who, code: app.recovery_codes[0] })).status, 200);
  const off = await told(await client.post('api/totp/remove', { password: PASSWORD, code: app.recovery_codes[1] }));
  assert.equal(off.status, 204);
  const factor = await asked('ulf');
  assert.deepEqual([factor.code, factor.recovery], [false, true]);
  assert.equal((await tryLogin({ ...who, code: totp(secret, 1) })).status, 401, 'the app is none any more');
  assert.equal((await tryLogin({ ...who, code: app.recovery_codes[2] })).status, 200);
  // Where passkeys are used no more, these codes are the way in that is left.
  site.control(['user', 'passkey', 'ulf', '--reset']);
  assert.doesNotMatch(readFileSync(join(site.dir, 'users'), 'utf8'), /^ulf:.*(codes|recovery|passkeys)=/m);
  assert.equal((await tryLogin(who)).status, 200);
});

test('confabctl lists them, and is the way out when they are lost', async () => {
  const { site } = suite;
  site.addUser('tom');
  const client = await signedIn('tom');
  const keys = [authenticator(), authenticator({ eddsa: true }), authenticator()];
  for (const [i, key] of keys.entries()) await take(client, key, { name: `key ${i}`, alone: i === 1 });
  const { stdout } = site.control(['user', 'passkey', 'tom', 'list']);
  const lines = stdout.trim().split('\n').map((line) => line.split('\t'));
  assert.deepEqual(lines.map(([, name, , used, mode, where]) => [name, used, mode, where]), [
    ['key 0', 'never', 'second', 'localhost'], ['key 1', 'never', 'alone', 'localhost'], ['key 2', 'never', 'second', 'localhost']]);
  assert.match(lines[0][2], /^\d{4}-\d\d-\d\d$/);
  assert.match(site.control(['user', 'list']).stdout, /^tom\tactive\tnever\targon2id\tpasskeys$/m);
  site.control(['user', 'passkey', 'tom', '--remove', lines[0][0]]);
  assert.equal(site.control(['user', 'passkey', 'tom', '--remove', lines[0][0]], '', { fail: true }).status, 4);
  assert.equal((await told(await client.get('api/session'))).status, 401, 'its sessions have ended');
  assert.equal((await alone(keys[1])).status, 200);
  site.control(['user', 'passkey', 'tom', '--reset']);
  assert.equal((await alone(keys[1])).status, 401);
  assert.equal((await tryLogin({ username: 'tom', password: PASSWORD })).status, 200);
  assert.equal(site.control(['user', 'passkey', 'tom', '--reset'], '', { fail: true }).status, 4);
  assert.equal(site.control(['user', 'passkey', 'nobody', 'list'], '', { fail: true }).status, 4);
  assert.equal(site.control(['user', 'passkey', 'tom', 'drop'], '', { fail: true }).status, 2);
  // Who has the name of somebody that was deleted has none of their keys.
  const again = authenticator();
  const fresh = await signedIn('tom');
  await take(fresh, again, { alone: true });
  site.control(['user', 'del', 'tom']);
  site.addUser('tom');
  assert.equal((await alone(again)).status, 401);
  const newest = await signedIn('tom');
  await take(newest, authenticator());
  assert.equal((await alone(again)).status, 401);
});

test('disabled, expired, told to change: a clear word, and nobody in', async () => {
  const { site } = suite;
  site.addUser('roy');
  const key = authenticator();
  await take(await signedIn('roy'), key, { alone: true });
  site.control(['user', 'disable', 'roy']);
  assert.equal((await alone(key)).error.code, 'account_disabled');
  site.control(['user', 'enable', 'roy']);
  site.control(['user', 'expires', 'roy', '2001-01-01']);
  assert.equal((await alone(key)).error.code, 'account_expired');
  site.control(['user', 'expires', 'roy', 'never']);
  site.control(['user', 'require-change', 'roy']);
  assert.equal((await alone(key)).error.code, 'password_change_required');
});

test('where all must have one, a passkey is one; with a code besides, either', async () => {
  const { site } = suite;
  site.writeConfig({ second_factor: 'required' });
  await site.reload();
  site.addUser('ned');
  const who = { username: 'ned', password: PASSWORD };
  assert.equal((await tryLogin(who)).error.code, 'second_factor_setup_required');
  const client = site.client();
  const key = authenticator();
  const offer = await told(await client.post('api/passkeys/offer', who));
  assert.equal(offer.status, 200);
  const made = await told(await client.post('api/passkeys', { ...who, name: 'k', passkey: key.create(offer) }));
  assert.equal(made.status, 200);
  // Now that there is one, a password alone sets up no other.
  assert.equal((await told(await client.post('api/passkeys/offer', who))).error.code, 'second_factor_required');
  assert.equal((await told(await client.post('api/totp', who))).error.code, 'second_factor_required');
  client.cookie = made.cookie;
  const secret = (await told(await client.post('api/totp', { password: PASSWORD }))).secret;
  const set = await told(await client.post('api/totp', { password: PASSWORD, secret, code: totp(secret) }));
  assert.equal(set.status, 200);
  const factor = await asked('ned');
  assert.equal(factor.code, true);
  assert.equal((await tryLogin({ ...who, passkey: key.get(factor.passkey) })).status, 200);
  assert.equal((await tryLogin({ ...who, code: totp(secret, 1) })).status, 200);
  site.writeConfig({ second_factor: 'optional' });
  await site.reload();
});

test('a file that is damaged, missing or no more named lets nobody in', async () => {
  const { site } = suite;
  site.addUser('sue');
  const key = authenticator();
  const { recovery_codes: codes } = await take(await signedIn('sue'), key, { alone: true });
  const file = join(site.dir, 'passkeys');
  const text = readFileSync(file, 'utf8');
  const who = { username: 'sue', password: PASSWORD };
  writeFileSync(file, `${text}sue:rubbish\n`);
  assert.equal((await alone(key)).status, 500);
  assert.equal(site.control(['check'], '', { fail: true }).status, 3);
  assert.match(site.log(), /passkeys:\d+: a line is USER:ID:KEY/);
  assert.equal((await tryLogin(who)).error.code, 'second_factor_required');
  writeFileSync(file, '');
  assert.equal((await alone(key)).status, 401);
  assert.equal((await tryLogin(who)).error.code, 'second_factor_required');
  writeFileSync(file, text);
  assert.equal((await alone(key)).status, 200);
  site.writeConfig({ passkeys_file: undefined });
  await site.reload();
  assert.equal((await question()).status, 404);
  const made = { ...key.get({ rp_id: 'localhost', challenge: 'AAAA' }) };
  assert.equal((await tryLogin({ passkey: made })).status, 404);
  assert.equal((await tryLogin(who)).error.code, 'second_factor_required');
  assert.equal((await tryLogin({ ...who, passkey: made })).status, 500);
  // But who has kept the recovery codes is not locked out.
  assert.equal((await tryLogin({ ...who, code: codes[0] })).status, 200);
});
