/* SPDX-License-Identifier: MIT */
/** Signing in and out, and what the page makes of the answers. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { addExchange } from './core-helpers.js';
import { makePage } from './net-helpers.js';
// What is loaded when it is wanted is here at once then.
import '../../static/net/second-factor.js';

const session = (page) => page.store.getState().session;

/** A page that has not asked the server yet. */
function freshPage() {
  const page = makePage();
  page.store.dispatch({ type: 'session/signedOut', now: 1, newId: 'fresh' });
  return page;
}

test('nobody is signed in: an answer and no error', async () => {
  const page = freshPage();
  const done = page.account.checkSession();
  await page.settle();
  assert.equal(session(page).pending, true);
  assert.equal(page.call().path, 'session');
  page.call().json({ user: null, auth: 'remote_user' });
  await done;
  assert.equal(session(page).status, 'signed-out');
  assert.equal(session(page).auth, 'remote_user');
  assert.equal(session(page).error, null);
  assert.equal(session(page).pending, false);
});

test('a 401 means the same', async () => {
  const page = freshPage();
  const done = page.account.checkSession();
  await page.settle();
  page.call().json({ error: { code: 'not_authenticated' }, auth: 'password' }, 401);
  await done;
  assert.equal(session(page).status, 'signed-out');
  assert.equal(session(page).auth, 'password');
});

test('a server that is not there is an error, not a sign-out', async () => {
  const page = makePage();
  addExchange(page, 'q', 'a');
  const done = page.account.checkSession();
  await page.settle();
  page.call().drop();
  await done;
  assert.equal(session(page).status, 'signed-in');
  assert.equal(session(page).error.code, 'network');
  assert.equal(Object.keys(page.conversation().nodes).length, 2);
});

test('a session that turns out to be over keeps the conversations', async () => {
  const page = makePage();
  addExchange(page, 'q', 'a');
  const done = page.account.checkSession();
  await page.settle();
  page.call().json({ user: null, auth: 'password' });
  await done;
  assert.equal(session(page).status, 'expired');
  assert.equal(Object.keys(page.conversation().nodes).length, 2);
});

test('a wrong password is explained and nothing else happens', async () => {
  const page = freshPage();
  const done = page.account.signIn('ann', 'wrong');
  await page.settle();
  assert.equal(await page.account.signIn('ann', 'twice'), false, 'one at a time');
  page.call().fail(401, 'invalid_credentials');
  assert.equal(await done, false);
  assert.equal(session(page).status, 'signed-out');
  assert.equal(session(page).error.code, 'invalid_credentials');
  assert.equal(JSON.stringify(page.store.getState()).includes('wrong'), false);
});

test('too many attempts say until when', async () => {
  const page = freshPage();
  const done = page.account.signIn('ann', 'x');
  await page.settle();
  page.call().fail(429, 'too_many_attempts', { 'Retry-After': '30' });
  await done;
  assert.equal(session(page).error.retryAt, page.clock.now + 30000);
});

test('a check that was overtaken by a sign-in does not undo it', async () => {
  const page = freshPage();
  const check = page.account.checkSession();
  await page.settle();
  const slow = page.call();
  const login = page.account.signIn('ann', 'x');
  await page.settle();
  page.call('POST', 'login').json({ user: { name: 'ann' } });
  assert.equal(await login, true);
  slow.json({ user: null, auth: 'password' });
  await check;
  assert.equal(session(page).status, 'signed-in');
  assert.equal(session(page).pending, false);
});

test('a required change of password is made without a session', async () => {
  const page = freshPage();
  const login = page.account.signIn('ann', 'old');
  await page.settle();
  page.call().fail(403, 'password_change_required');
  assert.equal(await login, false);
  assert.equal(session(page).passwordChangeRequired, true);
  const change = page.account.changePassword('old', 'new');
  await page.settle();
  assert.deepEqual(page.call().body, { username: 'ann', current: 'old', new: 'new' });
  page.call().json(null, 204);
  await page.settle();
  page.call().json({ user: { name: 'ann' } });
  assert.equal(await change, true);
  assert.equal(session(page).status, 'signed-in');
  assert.equal(session(page).passwordChangeRequired, false);
  assert.deepEqual(page.events, ['signedIn']);
});

test('a login that is asked for a code sends it with the password', async () => {
  const page = freshPage();
  const first = page.account.signIn('ann', 'x');
  await page.settle();
  page.call().fail(401, 'second_factor_required');
  assert.equal(await first, false);
  assert.equal(session(page).asked, 'code');
  assert.equal(session(page).error, null);
  const wrong = page.account.signIn('ann', 'x', '000000');
  await page.settle();
  page.call().fail(401, 'invalid_credentials');
  assert.equal(await wrong, false);
  assert.equal(session(page).asked, 'code', 'it is asked for still');
  const right = page.account.signIn('ann', 'x', '\u0661\u0662\u0663 456');
  await page.settle();
  assert.deepEqual(page.call().body, { username: 'ann', password: 'x', code: '123456' });
  page.call().json({ user: { name: 'ann' }, second_factor: { mode: 'optional', set: true, recovery_codes: 3 } });
  assert.equal(await right, true);
  assert.equal(session(page).asked, null);
  assert.deepEqual(session(page).secondFactor, { mode: 'optional', set: true, recoveryCodes: 3, passkeys: null });
});

test('where a second factor must be set up, the password need not be typed again', async () => {
  const page = freshPage();
  const login = page.account.signIn('ann', 'x');
  await page.settle();
  page.call().fail(403, 'second_factor_setup_required');
  assert.equal(await login, false);
  assert.equal(session(page).asked, 'setup');
  const offer = page.account.offerFactor();
  await page.settle();
  assert.deepEqual(page.call().body, { username: 'ann', password: 'x' });
  page.call().json({ secret: 'S', uri: 'otpauth://totp/a' });
  assert.deepEqual(await offer, { ok: true, value: { secret: 'S', uri: 'otpauth://totp/a' } });
  const odd = page.account.confirmFactor('S', '1 2 3');
  await page.settle();
  assert.deepEqual(page.call().body, { username: 'ann', password: 'x', secret: 'S', code: '123' });
  page.call().json({ recovery_codes: 'none' });
  const answer = await odd;
  assert.equal(answer.ok, false);
  assert.equal(!answer.ok && answer.error.code, 'bad_answer');
});

test('a change of password while signed in names nobody', async () => {
  const page = makePage();
  const change = page.account.changePassword('old', 'new');
  await page.settle();
  assert.deepEqual(page.call().body, { current: 'old', new: 'new' });
  page.call().fail(403, 'invalid_credentials');
  assert.equal(await change, false);
  assert.equal(session(page).status, 'signed-in');
});

test('signing out ends what runs and leaves nothing', async () => {
  const page = makePage();
  await page.ask('canary');
  const stream = page.call().open().token(1, 'canary');
  await page.settle();
  const done = page.account.signOut();
  await page.settle();
  assert.deepEqual(page.call('POST', 'logout').body, {});
  page.call('POST', 'logout').json(null, 204);
  await done;
  await page.settle();
  assert.equal(stream.aborted, true);
  assert.equal(session(page).status, 'signed-out');
  assert.equal(JSON.stringify(page.store.getState()).includes('canary'), false);
  assert.deepEqual(page.events, ['signedOut']);
});

test('a sign-out that did not reach the server is not claimed', async () => {
  const page = makePage();
  addExchange(page, 'q', 'a');
  const done = page.account.signOut();
  await page.settle();
  page.call().drop();
  await done;
  assert.equal(session(page).status, 'signed-in');
  assert.equal(Object.keys(page.conversation().nodes).length, 2);
  assert.deepEqual(page.toasts(), ['toast.failed']);
});

test('signing out everywhere says so', async () => {
  const page = makePage();
  const done = page.account.signOutEverywhere();
  await page.settle();
  assert.deepEqual(page.call().body, { everywhere: true });
  page.call().json(null, 204);
  await done;
  assert.deepEqual(page.toasts(), ['toast.signedOutEverywhere']);
});

test('a sign-out in another tab asks for the login in place, and nothing is shown until then', () => {
  const page = makePage();
  addExchange(page, 'q', 'a');
  page.account.signedOutElsewhere();
  assert.equal(session(page).status, 'expired');
  assert.equal(Object.keys(page.conversation().nodes).length, 2);
  assert.equal(session(page).elsewhere, true);
  page.account.expired();
  assert.equal(session(page).elsewhere, true, 'a late 401 shows nothing either');
});

test('models that cannot be had are an error, the last list stays', async () => {
  const page = makePage();
  const before = page.store.getState().models.list;
  const done = page.account.loadModels();
  await page.settle();
  await page.account.loadModels();
  assert.equal(page.calls.length, 1, 'one at a time');
  page.call().fail(502, 'upstream_error');
  await done;
  assert.equal(page.store.getState().models.status, 'failed');
  assert.equal(page.store.getState().models.list, before);
  assert.equal(page.store.getState().models.error.code, 'upstream_error');
});

test('models asked for with a session that is over ask for the login', async () => {
  const page = makePage();
  const done = page.account.loadModels();
  await page.settle();
  page.call().fail(401, 'not_authenticated');
  await done;
  assert.equal(session(page).status, 'expired');
});
