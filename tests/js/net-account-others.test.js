/* SPDX-License-Identifier: MIT */
/** Somebody else at the same page, and what a login is told of others. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { addExchange } from './core-helpers.js';
import { makePage } from './net-helpers.js';

const session = (page) => page.store.getState().session;
const messages = (page) => Object.keys(page.conversation().nodes).length;

/** Signs in as somebody. @param {any} page @param {string} name @param {object} [more] */
async function enter(page, name, more = {}) {
  const done = page.account.signIn(name, 'x');
  await page.settle();
  page.call('POST', 'login').json({ user: { name }, ...more });
  await page.settle();
  return done;
}

test('who comes back finds their chats; somebody else finds none', async () => {
  const page = makePage();
  const { name } = session(page).user;
  addExchange(page, 'mine', 'a');
  page.account.expired();
  assert.equal(await enter(page, name), true);
  assert.equal(messages(page), 2);
  page.account.expired();
  assert.equal(await enter(page, `${name}-other`), true);
  assert.deepEqual([session(page).user.name, session(page).status, messages(page)], [`${name}-other`, 'signed-in', 0]);
  assert.equal(JSON.stringify(page.store.getState()).includes('mine'), false);
});

test('what a login is told of other networks stays until the next one says otherwise', async () => {
  const page = makePage();
  const { name } = session(page).user;
  const news = () => page.store.getState().ui.news.map(({ network }) => network);
  await enter(page, name, { new_networks: [{ network: 'n1' }] });
  assert.deepEqual(news(), ['n1']);
  await enter(page, name);
  assert.deepEqual(news(), ['n1'], 'no news is no reason to forget');
  await enter(page, `${name}-other`);
  assert.deepEqual(news(), [], 'of somebody else they are nobody’s business');
});

test('a sign-out elsewhere is told to who is in, and to nobody else', () => {
  const page = makePage();
  page.account.signedOutElsewhere();
  assert.deepEqual([session(page).status, session(page).elsewhere], ['expired', true]);
  const away = makePage();
  away.store.dispatch({ type: 'session/signedOut', now: 1, newId: 'n' });
  const before = away.store.getState();
  away.account.signedOutElsewhere();
  assert.equal(away.store.getState(), before);
  const over = makePage();
  over.account.expired();
  over.account.signedOutElsewhere();
  assert.equal(session(over).elsewhere, true, 'also to whose session was over');
});
