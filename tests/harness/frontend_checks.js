/* SPDX-License-Identifier: MIT */
/** What every front end must let through, in the order of a visit. */

import assert from 'node:assert/strict';
import { WAIT_MAX, until } from './children.js';
import { END, newGate, order } from './suite.js';
import { PASSWORD } from './site.js';
import { isDone, textOf } from './sse.js';

/**
 * Errors arrive as they are, sign-in works, the session is there.
 * @param {import('./client.js').Client} client
 * @param {{resume: boolean}} expected
 */
export async function checkSession(client, { resume }) {
  const none = await client.get('api/session');
  assert.equal(none.status, 401);
  assert.equal((await none.json()).error.code, 'not_authenticated');
  const wrong = await client.post('api/login',
    { username: 'ann', password: 'not the password' });
  assert.equal(wrong.status, 401);
  assert.equal((await wrong.json()).error.code, 'invalid_credentials');
  const nothing = await client.get('api/nothing');
  assert.equal(nothing.status, 404);
  assert.equal((await nothing.json()).error.code, 'not_found');
  await client.login('ann', PASSWORD);
  const [status, session] = await client.getJson('api/session');
  assert.equal(status, 200);
  assert.equal(session.user.name, 'ann');
  assert.equal(session.limits.resume, resume);
  const [, models] = await client.getJson('api/models');
  assert.ok(models.data.some((/** @type {any} */ one) => one.id === 'm'));
  const foreign = await client.request('POST', 'api/chat/completions',
    { json: {}, headers: { Origin: 'https://elsewhere.example' } });
  assert.equal(foreign.status, 403);
  await foreign.text();
}

/**
 * Each event reaches the client before the upstream makes the next.
 * @param {import('./site.js').Site} site
 * @param {import('./client.js').Client} client
 */
export async function checkLive(site, client) {
  const gate = newGate();
  const texts = ['one ', 'two ', 'three ', 'four '];
  const reading = await client.chat('m', order({
    steps: [...texts.flatMap((text) => [{ text }, { gate }]), ...END] }));
  let whole = '';
  for (const text of texts) {
    whole += text;
    const now = whole;
    await reading.until((one) => textOf(one.arrivals) === now);
    site.upstream.open(gate, 1);
  }
  await reading.ended;
  assert.ok(isDone(reading.arrivals));
  assert.equal(reading.answer.headers['content-encoding'], undefined);
}

/**
 * A message of more than a server's usual buffer, and an answer in one piece.
 * @param {import('./client.js').Client} client
 */
export async function checkWhole(client) {
  const padding = 'x'.repeat(300_000);
  const answer = await client.ask('m', [
    { role: 'user', content: padding },
    { role: 'user', content: order({ steps: [{ text: 'whole' }, ...END] }) },
  ], { more: { stream: false } });
  assert.equal(answer.status, 200);
  assert.equal((await answer.json()).choices[0].message.content, 'whole');
}

/**
 * Where the client leaves, the upstream is closed.
 * @param {import('./site.js').Site} site
 * @param {import('./client.js').Client} client
 * @param {number} [limit] ms
 */
export async function checkLeaving(site, client, limit = WAIT_MAX) {
  const reading = await client.chat('m', order({
    steps: [{ text: 'a' }, { hang: true }] }));
  await reading.until((one) => textOf(one.arrivals) === 'a');
  const call = site.upstream.calls[site.upstream.calls.length - 1];
  assert.equal(call.closedAt, null);
  reading.leave();
  await until(() => call.closedAt,
    { what: 'the upstream is closed', limit });
}

/**
 * Logging out ends the session for good.
 * @param {import('./client.js').Client} client
 */
export async function checkLogout(client) {
  const answer = await client.post('api/logout', {});
  assert.equal(answer.status, 204);
  await answer.text();
  const after = await client.get('api/session');
  assert.equal(after.status, 401);
  await after.text();
}
