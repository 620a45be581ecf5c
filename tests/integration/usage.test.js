/* SPDX-License-Identifier: MIT */
/**
 * What people use is counted, whatever form a request has and however it ends,
 * and budgets of days and months hold; nothing that was said is kept.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCgi } from '../harness/cgi.js';
import { until } from '../harness/children.js';
import { startSite } from '../harness/site.js';
import { END, newGate, order } from '../harness/suite.js';
import { textOf } from '../harness/sse.js';

const SECRET = 'the-secret-of-the-question';
/** @type {any} */
let site;
const config = {
  tokens_file: 'tokens', transcription: 'up/whisper-up',
  'provider "up"': { 'model "m"': {},
    'model "dear"': { price_prompt: '2.5', price_completion: '1000' } },
  'group_limits "monthly"': { tokens_per_month: 100 },
  'group_limits "daily"': { cost_per_day: '0.01', cost_per_month: '5' },
  'group_limits "both"': { tokens_per_day: 100, tokens_per_month: 1000 },
};

before(async () => {
  site = await startSite({ users: ['ann', 'bob', 'cem', 'dan', 'eve', 'fay'],
    models: [], config });
});
after(() => site?.close());

/** @param {string} text @param {number} prompt @param {number} completion */
const answer = (text, prompt, completion, more = {}) => order({ steps: [
  { text }, { finish: 'stop' }, { usage: [prompt, completion], ...more },
  { done: true }] });

/** @param {string} user */
async function usageOf(user) {
  const client = await site.signedIn({ user });
  const [status, body] = await client.getJson('api/usage');
  assert.equal(status, 200);
  return body;
}

/** The sums of a user's rows. @param {string} user */
async function sums(user) {
  const { data } = await usageOf(user);
  const sum = (/** @type {string} */ name) => data.reduce(
    (/** @type {number} */ n, /** @type {any} */ row) => n + row[name], 0);
  return { requests: sum('requests'), prompt: sum('prompt_tokens'),
    completion: sum('completion_tokens') };
}

/** @param {any} client @param {string} model @param {string} text */
async function ask(client, model, text, more = {}) {
  const reply = await client.ask(model, text,
    { more: { stream: false, ...more } });
  const body = await reply.json();
  return { status: reply.status, code: body.error?.code, body,
    budget: reply.headers['confab-budget'],
    retry: Number(reply.headers['retry-after']) };
}

test('streamed and whole, by token, by plain CGI: each counts', async () => {
  const client = await site.signedIn({ user: 'ann' });
  assert.equal((await ask(client, 'm', answer('one', 10, 5))).status, 200);
  const reading = await client.chat('m', answer('two', 10, 5));
  await reading.ended;
  const token = site.control(['token', 'new', 'ann', 'script']).stdout.trim();
  const script = site.client();
  const reply = await script.ask('dear', answer('three', 10, 5),
    { headers: { Authorization: `Bearer ${token}` } });
  await reply.text();
  const { body } = await runCgi(site.configFile, {
    path: 'api/chat/completions', cookie: client.cookie,
    json: { model: 'm', messages: [{ role: 'user',
      content: answer(`four ${SECRET}`, 10, 5) }] } }).answer;
  assert.match(body, /four/);
  await until(async () => (await sums('ann')).requests === 4, { every: 50 });
  assert.deepEqual(await sums('ann'),
    { requests: 4, prompt: 40, completion: 20 });
  const { data, days, budgets } = await usageOf('ann');
  assert.equal(days, 62);
  assert.deepEqual(budgets, []);
  assert.deepEqual(data.map((/** @type {any} */ one) =>
    [one.model, one.requests, one.cost]).sort(),
  [['dear', 1, 0.005025], ['m', 3, null]]);
  assert.match(data[0].day, /^20\d\d-\d\d-\d\d$/);
  /* It is one's own. */
  assert.deepEqual((await usageOf('bob')).data, []);
});

test('an answer that is stopped, left or cut off is not free', async () => {
  const client = await site.signedIn({ user: 'bob' });
  const words = Array.from({ length: 12 }, () => ({ text: 'word ' }));
  const long = order({ steps: [...words, { hang: true }] });
  const stopped = await client.chat('m', long, { key: 'a-key-of-bobs' });
  await until(() => textOf(stopped.arrivals).split('word').length === 13,
    { every: 20 });
  await client.stop('a-key-of-bobs');
  await stopped.ended;
  await until(async () => (await sums('bob')).requests === 1, { every: 50 });
  const first = await sums('bob');
  assert.ok(first.prompt > 20, 'the question was sent, and is estimated');
  assert.ok(first.completion >= 12, `${first.completion}`);
  const other = await site.signedIn({ user: 'bob' });
  const left = await other.chat('m', long);
  await until(() => textOf(left.arrivals).split('word').length === 13,
    { every: 20 });
  other.close();
  await until(async () => (await sums('bob')).requests === 2, { every: 50 });
  assert.ok((await sums('bob')).completion >= 24);
});

test('a budget of a month: a word from 80 % on, refused at its end, by whatever '
  + 'way', async () => {
  site.control(['user', 'groups', 'cem', 'monthly']);
  const client = await site.signedIn({ user: 'cem' });
  const one = await ask(client, 'm', answer('a', 50, 29));
  assert.equal(one.budget, undefined);
  await until(async () => (await sums('cem')).requests === 1, { every: 50 });
  assert.equal((await client.get('api/session')).headers['confab-budget'],
    undefined, 'at 79 %');
  assert.equal((await ask(client, 'm', answer('a', 1, 1))).status, 200);
  await until(async () => (await sums('cem')).requests === 2, { every: 50 });
  const session = await client.get('api/session');
  await session.text();
  assert.equal(session.headers['confab-budget'], 'tokens_per_month=81');
  const two = await ask(client, 'm', answer('b', 15, 14));
  assert.equal(two.budget, 'tokens_per_month=81');
  await until(async () => (await sums('cem')).requests === 3, { every: 50 });
  site.upstream.forget();
  const over = await ask(client, 'm', answer('c', 1, 1));
  assert.deepEqual([over.status, over.code], [429, 'budget_limit']);
  assert.match(over.body.error.message, /tokens_per_month \(100\).*new month/);
  assert.ok(over.retry > 0 && over.retry <= 31 * 86400);
  const streamed = await client.ask('m', answer('c', 1, 1));
  assert.equal(streamed.status, 429);
  await streamed.text();
  const token = site.control(['token', 'new', 'cem', 'script']).stdout.trim();
  const script = await site.client().ask('m', answer('c', 1, 1),
    { headers: { Authorization: `Bearer ${token}` } });
  assert.equal(script.status, 429, 'nor by a token');
  await script.text();
  const cgi = await runCgi(site.configFile, { path: 'api/chat/completions',
    cookie: client.cookie, json: { model: 'm', messages: [{ role: 'user',
      content: 'x' }] } }).answer;
  assert.equal(cgi.status, 429, 'nor by plain CGI');
  const speech = await client.request('POST', 'api/audio/transcriptions', {
    body: '--b\r\nContent-Disposition: form-data; name="file"; '
      + 'filename="a.wav"\r\n\r\nRIFF\r\n--b--\r\n',
    headers: { 'Content-Type': 'multipart/form-data; boundary=b' } });
  assert.equal(speech.status, 429, 'nor by speech');
  await speech.text();
  assert.equal(site.upstream.calls.length, 0, 'nobody was asked');
  const { budgets } = await usageOf('cem');
  assert.deepEqual(budgets, [{ name: 'tokens_per_month', limit: 100, used: 110,
    percent: 100 }]);
});

test('budgets of costs, by prices or by what the provider says', async () => {
  site.control(['user', 'groups', 'dan', 'daily']);
  const client = await site.signedIn({ user: 'dan' });
  /* 4 millionths of a million at 2.5 and 4 at 1000. */
  assert.equal((await ask(client, 'dear', answer('a', 4, 4))).status, 200);
  await until(async () => (await sums('dan')).requests === 1, { every: 50 });
  let { budgets, data } = await usageOf('dan');
  assert.equal(data[0].cost, 0.00401);
  assert.deepEqual(budgets.map((/** @type {any} */ one) =>
    [one.name, one.limit, one.used]), [['cost_per_day', 0.01, 0.00401],
    ['cost_per_month', 5, 0.00401]]);
  const told = order({ steps: [{ text: 'b' }, { finish: 'stop' },
    { data: { id: 'x', object: 'chat.completion.chunk', choices: [],
      usage: { prompt_tokens: 1, completion_tokens: 1, cost: 0.0075 } } },
    { done: true }] });
  await (await client.chat('m', told)).ended;
  await until(async () => (await sums('dan')).requests === 2, { every: 50 });
  ({ budgets, data } = await usageOf('dan'));
  assert.equal(budgets[0].used, 0.01151);
  const over = await ask(client, 'm', answer('c', 1, 1));
  assert.deepEqual([over.status, over.code], [429, 'budget_limit']);
  assert.match(over.body.error.message, /cost_per_day \(0\.01\).*new day/);
  assert.ok(over.retry <= 86400);
  /* Whoever has no such budget goes on. */
  const other = await site.signedIn({ user: 'eve' });
  assert.equal((await ask(other, 'm', answer('d', 1, 1))).status, 200);
});

test('a cost that cannot be is none', async () => {
  const client = await site.signedIn({ user: 'fay' });
  for (const cost of [-1, 1e300, 'free', null, true, [], 1e7]) {
    const told = order({ steps: [{ text: 'b' }, { finish: 'stop' },
      { data: { id: 'x', object: 'chat.completion.chunk', choices: [],
        usage: { prompt_tokens: 1, completion_tokens: 1, cost } } },
      { done: true }] });
    await (await client.chat('m', told)).ended;
  }
  await until(async () => (await sums('fay')).requests === 7, { every: 50 });
  assert.equal((await usageOf('fay')).data[0].cost, null);
});

describe('confabctl usage', () => {
  test('lists all, some, as text and as JSON', () => {
    const text = site.control(['usage']).stdout;
    const [line] = text.split('\n');
    assert.match(line, /^20\d\d-\d\d-\d\d\tann\tdear\t1\t10\t5\t0\.005025$/);
    assert.match(text, /^20\d\d-\d\d-\d\d\tann\tm\t3\t30\t15\t-$/m);
    const rows = site.control(['usage', '--user', 'ann', '--json']).stdout
      .trim().split('\n').map((/** @type {string} */ one) => JSON.parse(one));
    assert.deepEqual(rows.map((/** @type {any} */ one) =>
      [one.user, one.model, one.requests, one.prompt_tokens,
        one.completion_tokens, one.cost]), [['ann', 'dear', 1, 10, 5, 0.005025],
      ['ann', 'm', 3, 30, 15, null]]);
    assert.equal(site.control(['usage', '--model', 'dear']).stdout.trim()
      .split('\n').length, 2);
    const [today] = line.split('\t');
    assert.equal(site.control(['usage', '--since', today]).stdout, text);
    assert.equal(site.control(['usage', '--since', '2099-01-01']).stdout, '');
    assert.equal(site.control(['usage', '--user', 'nobody']).stdout, '');
  });

  test('refuses what it does not understand', () => {
    for (const args of [['--since', 'soon'], ['--since'], ['--user'], ['x'],
      ['--since', '2026-02-31']]) {
      assert.equal(site.control(['usage', ...args], '', { fail: true }).status,
        2, args.join(' '));
    }
  });
});

test('nothing that was said is in the state file or in the log', () => {
  const state = readFileSync(join(site.dir, 'run', 'state'));
  assert.ok(state.includes('whisper') || state.includes('dear'),
    'names of models are');
  assert.ok(!state.includes(SECRET));
  assert.ok(!site.log().includes(SECRET));
});

test('at once, many count as many', async () => {
  const clients = await Promise.all(Array.from({ length: 8 }, () =>
    site.signedIn({ user: 'eve' })));
  const before = await sums('eve');
  const gate = newGate();
  const readings = await Promise.all(clients.map((client) =>
    client.chat('m', order({ steps: [{ text: 'x' }, { gate }, ...END] }))));
  site.upstream.open(gate);
  await Promise.all(readings.map((one) => one.ended));
  await until(async () => (await sums('eve')).requests === before.requests + 8,
    { every: 50 });
  const after_ = await sums('eve');
  assert.equal(after_.prompt - before.prompt, 8 * 7);
  assert.equal(after_.completion - before.completion, 8 * 5);
});
