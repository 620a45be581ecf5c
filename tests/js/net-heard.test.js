/* SPDX-License-Identifier: MIT */
/** What the page makes of the server's accounts: of a session, of models, of what is a person's own. Nothing is taken on trust. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { readModels, readNews, readSession } from '../../static/net/account.js';
import { createOwn, readSessions, readTokens, readUsage } from '../../static/net/own.js';

const bad = { code: 'bad_answer' };
/** None of these is a positive number. */
const NO_AMOUNTS = [0, -1, '5', null, undefined, true, [5], NaN];
/** None of these is an object with members. */
const NO_OBJECTS = [null, undefined, 7, 'text', true];

test('a session without a name is none', () => {
  for (const answer of [...NO_OBJECTS, {}, { user: null }, { user: {} }, { user: { name: '' } }, { user: { name: 7 } }]) {
    assert.throws(() => readSession(answer), bad, JSON.stringify(answer));
  }
});

test('of a session what is not said is not there', () => {
  assert.deepEqual(readSession({ user: { name: 'ann' } }), {
    user: { name: 'ann' }, expiresAt: null, auth: 'password', limits: {}, secondFactor: null, transcription: false,
    prompts: false, resources: false, tokens: false, welcome: null, titles: false,
  });
  for (const name of ['transcription', 'prompts', 'resources', 'tokens', 'titles']) {
    assert.equal(readSession({ user: { name: 'ann' }, [name]: true })[name], true, name);
    for (const value of ['true', 1, {}, false]) assert.equal(readSession({ user: { name: 'ann' }, [name]: value })[name], false, name);
  }
  assert.equal(readSession({ user: { name: 'ann' }, auth: 'remote_user' }).auth, 'remote_user');
  assert.equal(readSession({ user: { name: 'ann' }, auth: 'magic' }).auth, 'password');
  assert.equal(readSession({ user: { name: 'ann' }, expires_at: 7 }).expiresAt, 7000, 'seconds');
  for (const value of NO_AMOUNTS) assert.equal(readSession({ user: { name: 'ann' }, expires_at: value }).expiresAt, null, String(value));
  assert.deepEqual(readSession({ user: { name: 'ann' }, welcome: [1] }).welcome, [1]);
  assert.equal(readSession({ user: { name: 'ann' }, welcome: { 0: 1 } }).welcome, null);
});

test('limits are numbers above nothing, and none is unlimited', () => {
  const limits = (given) => readSession({ user: { name: 'ann' }, limits: given }).limits;
  for (const name of ['max_body_bytes', 'max_messages', 'streams_per_user', 'requests_per_minute', 'tokens_per_day', 'ring_bytes']) {
    assert.deepEqual(limits({ [name]: 1 }), { [name]: 1 });
    for (const value of NO_AMOUNTS) assert.deepEqual(limits({ [name]: value }), {}, `${name} ${value}`);
  }
  assert.deepEqual(limits({ grace_seconds: 0, resume: false }), { grace_seconds: 0, resume: false }, 'no time to come back is a time');
  assert.deepEqual(limits({ grace_seconds: '30', resume: 'yes', other: 7 }), {});
  assert.deepEqual(limits({ resume: true }), { resume: true });
  for (const given of NO_OBJECTS) assert.deepEqual(limits(given), {});
});

test('a second factor is one that is used here', () => {
  const factor = (given) => readSession({ user: { name: 'ann' }, second_factor: given }).secondFactor;
  assert.deepEqual(factor({ mode: 'optional' }), { mode: 'optional', set: false, recoveryCodes: 0, passkeys: null });
  assert.deepEqual(factor({ mode: 'required', set: true, recovery_codes: 9, passkeys: 0 }), { mode: 'required', set: true, recoveryCodes: 9, passkeys: 0 });
  assert.deepEqual(factor({ mode: 'required', set: 'yes', recovery_codes: '9', passkeys: '1' }), { mode: 'required', set: false, recoveryCodes: 0, passkeys: null });
  for (const given of [...NO_OBJECTS, {}, { mode: 'off' }, { mode: 'other', set: true }]) assert.equal(factor(given), null);
});

test('logins from elsewhere are told as words and a time', () => {
  assert.deepEqual(readNews([{ network: '192.0.2.0/24', browser: 'Firefox', system: 'Linux', at: 7 }, { at: '7' }, null]), [
    { network: '192.0.2.0/24', browser: 'Firefox', system: 'Linux', at: 7000 },
    { network: '', browser: '', system: '', at: 0 }, { network: '', browser: '', system: '', at: 0 },
  ]);
  for (const given of [...NO_OBJECTS, {}]) assert.deepEqual(readNews(given), []);
});

test('a list of models is a list, of those that have an id, each once', () => {
  for (const answer of [...NO_OBJECTS, {}, { data: {} }, { data: null }]) assert.throws(() => readModels(answer), bad);
  const ids = (data) => readModels({ data }).map(({ id }) => id);
  assert.deepEqual(ids([{ id: 'a' }, { id: '' }, { id: 7 }, null, {}, { id: 'b' }, { id: 'a', name: 'again' }]), ['a', 'b']);
  assert.equal(readModels({ data: [{ id: 'a', name: 'first' }, { id: 'a', name: 'again' }] })[0].name, 'first');
});

test('of a model what is not known is not claimed', () => {
  const one = (more) => readModels({ data: [{ id: 'a', ...more }] })[0];
  assert.deepEqual(one({}), {
    id: 'a', name: 'a', provider: '', contextLength: null, maxOutputTokens: null, input: ['text'], webSearch: false, description: '',
  });
  assert.deepEqual(one({ name: '', provider: '', owned_by: 'them' }), { ...one({}), provider: 'them' });
  assert.deepEqual([one({ name: 7 }).name, one({ provider: 7 }).provider, one({ owned_by: 7 }).provider], ['a', '', '']);
  assert.equal(one({ provider: 'us', owned_by: 'them' }).provider, 'us');
  assert.deepEqual([one({ context_length: 1 }).contextLength, one({ max_output_tokens: 1 }).maxOutputTokens], [1, 1]);
  for (const value of NO_AMOUNTS) assert.equal(one({ context_length: value }).contextLength, null, String(value));
  assert.deepEqual(one({ input: ['image', 'smell', 'audio'] }).input, ['text', 'image', 'audio']);
  assert.deepEqual(one({ input: 'image' }).input, ['text'], 'a word is no list');
  assert.deepEqual([one({ web_search: true }).webSearch, one({ web_search: 'yes' }).webSearch], [true, false]);
  assert.deepEqual([one({ description: 'Good.' }).description, one({ description: 7 }).description], ['Good.', '']);
});

test('one’s sessions', () => {
  for (const answer of [...NO_OBJECTS, {}, { sessions: {} }]) assert.throws(() => readSessions(answer), bad);
  assert.deepEqual(readSessions({ sessions: [{ id: 's', current: true, browser: 'Firefox', system: 'Linux', network: 'n', new_network: true,
    first_seen: 1, last_seen: 2 }, { id: '' }, null, { id: 7 }, { id: 't', current: 'yes', browser: 7, new_network: 1, first_seen: '1', last_seen: -1 }] }), [
    { id: 's', current: true, browser: 'Firefox', system: 'Linux', network: 'n', newNetwork: true, firstSeen: 1000, lastSeen: 2000 },
    { id: 't', current: false, browser: '', system: '', network: '', newNetwork: false, firstSeen: 0, lastSeen: 0 },
  ]);
});

test('one’s tokens, and what may be made', () => {
  for (const answer of [...NO_OBJECTS, {}, { tokens: {} }]) assert.throws(() => readTokens(answer), bad);
  const read = readTokens({ max: 5, lifetime_seconds: 60, tokens: [
    { id: 'a', label: 'l', expires_at: 1, last_used: 2, network: 'n', read_only: true, models: ['m', '', 7], networks: ['w'], requests_per_minute: 1, tokens_per_day: 2 },
    { id: 'b', read_only: 'yes', models: 'm', networks: null, requests_per_minute: -1 }, { id: '' }, {},
  ] });
  assert.deepEqual(read, { max: 5, lifetimeSeconds: 60, tokens: [
    { id: 'a', label: 'l', expiresAt: 1000, lastUsed: 2000, network: 'n', readOnly: true, models: ['m'], networks: ['w'], requestsPerMinute: 1, tokensPerDay: 2 },
    { id: 'b', label: '', expiresAt: 0, lastUsed: 0, network: '', readOnly: false, models: [], networks: [], requestsPerMinute: 0, tokensPerDay: 0 },
  ] });
  for (const value of NO_AMOUNTS) {
    const { max, lifetimeSeconds } = readTokens({ tokens: [], max: value, lifetime_seconds: value });
    assert.deepEqual([max, lifetimeSeconds], [0, 0], String(value));
  }
});

test('one’s usage: the latest day first, of one day what was used most; a cost that is not known is none', () => {
  for (const answer of [...NO_OBJECTS, {}, { data: {} }]) assert.throws(() => readUsage(answer), bad);
  const row = (day, model, tokens, more) => ({ day, model, requests: 1, prompt_tokens: tokens, completion_tokens: 1, ...more });
  const { rows, days, budgets } = readUsage({ days: 90, budgets: [
    { name: 'day', limit: 10, used: 3 }, { name: 'none', limit: 0, used: 3 }, null, { name: 7, limit: 1 },
  ], data: [row('2026-01-01', 'a', 1), row('2026-01-02', 'b', 1, { cost: 0 }), row('2026-01-02', 'c', 5, { cost: 0.5 }), row('soon', 'd', 1),
    row('2026-01-03x', 'e', 1), row('2026-01-02', 'f', 3, { cost: '1' })] });
  assert.deepEqual(rows.map(({ day, model, tokens, cost }) => [day.slice(-2), model, tokens, cost]),
    [['02', 'c', 6, 0.5], ['02', 'f', 4, null], ['02', 'b', 2, 0], ['01', 'a', 2, null]]);
  assert.equal(days, 90);
  assert.deepEqual(budgets, [{ name: 'day', limit: 10, used: 3 }, { name: '', limit: 1, used: 0 }]);
  assert.deepEqual(readUsage({ data: [], budgets: 'x', days: -1 }), { rows: [], budgets: [], days: 0 });
});

test('what is done with one’s own is asked for by its name, and told whether it was', async () => {
  /** @type {[string, string, any][]} */
  const asked = [];
  /** @type {any} */
  let answer = {};
  const own = createOwn({ env: { isOnline: () => true }, api: { json: async (method, path, { body } = {}) => {
    asked.push([method, path, body]);
    if (answer instanceof Error) throw answer;
    return answer;
  } } });
  answer = { sessions: [{ id: 's' }] };
  assert.equal((await own.listSessions()).value[0].id, 's');
  assert.deepEqual(await own.endSession('a/b'), { ok: true, value: null });
  assert.deepEqual(await own.endOtherSessions(), { ok: true, value: null });
  assert.deepEqual(await own.endToken('?'), { ok: true, value: null });
  assert.deepEqual(asked.map(([method, path]) => `${method} ${path}`),
    ['GET sessions', 'DELETE sessions/a%2Fb', 'DELETE sessions', 'DELETE tokens/%3F']);
  const wish = { label: 'l', expiresAt: 1, readOnly: true, models: ['m'], networks: [], requestsPerMinute: 2, tokensPerDay: 3, password: 'p' };
  answer = { token: 'cfb_x' };
  assert.deepEqual(await own.makeToken(wish), { ok: true, value: 'cfb_x' });
  assert.deepEqual(asked.at(-1)[2], {
    label: 'l', expires_at: 1, read_only: true, models: ['m'], networks: [], requests_per_minute: 2, tokens_per_day: 3, password: 'p',
  });
  answer = {};
  for (const failed of [await own.makeToken(wish), await own.listTokens(), await own.loadUsage()]) {
    assert.deepEqual([failed.ok, failed.error.code], [false, 'bad_answer']);
  }
  answer = new TypeError('Failed to fetch');
  assert.deepEqual([(await own.endSession('s')).ok, (await own.endSession('s')).error.code], [false, 'network']);
});
