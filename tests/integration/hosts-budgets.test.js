/* SPDX-License-Identifier: MIT */
/**
 * Budgets of days and months, of tokens and of cost, are those of all hosts: a
 * person who asks at three at once overruns one by an answer a host at most,
 * and a host that was away counts again what the others know.
 */

import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { until } from '../harness/children.js';
import { HOSTS, Hosts } from '../harness/hosts.js';
import { PASSWORD } from '../harness/site.js';
import { order } from '../harness/suite.js';

/* Of each, an answer takes a quarter: 25 tokens, 0.025 in cost. */
const BUDGETS = { day: { tokens_per_day: 100 }, month: { tokens_per_month: 100 },
  cost: { cost_per_day: '0.1' }, costs: { cost_per_month: '0.1' } };
const AN_ANSWER = order({ steps: [{ text: 'an answer' }, { finish: 'stop' },
  { usage: [5, 20] }, { done: true }] });

/** @type {Hosts} */
let hosts;

before(async () => {
  hosts = await new Hosts({ users: Object.keys(BUDGETS), models: [], config: {
    'provider "up"': { 'model "m"': { price_prompt: '1000', price_completion: '1000' } },
    ...Object.fromEntries(Object.entries(BUDGETS).map(([name, budget]) =>
      [`group_limits "${name}"`, budget])),
  } }).start();
  for (const name of Object.keys(BUDGETS)) hosts.site.control(['user', 'groups', name, name]);
});

after(() => hosts?.close());

/** @param {string} name */
async function cookieOf(name) {
  const answer = await hosts.ask('a', { method: 'POST', path: 'api/login',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: name, password: PASSWORD }) });
  assert.equal(answer.status, 200, answer.body.toString());
  return answer.headers['set-cookie'].split(';')[0];
}

/** @param {string} host @param {string} cookie */
const ask = async (host, cookie) => (await hosts.ask(host, { method: 'POST',
  path: 'api/chat/completions',
  headers: { 'Content-Type': 'application/json', Cookie: cookie },
  body: JSON.stringify({ model: 'm', stream: false,
    messages: [{ role: 'user', content: AN_ANSWER }] }) })).status;

/** @param {string} host @param {string} cookie @param {number} used of 100 */
const knows = (host, cookie, used) => until(async () => {
  const answer = await hosts.ask(host, { path: 'api/usage', headers: { Cookie: cookie } });
  const [budget] = JSON.parse(answer.body.toString()).budgets;
  return Math.round(100 * budget.used / budget.limit) === used;
}, { what: `host ${host} knows that ${used} % are used` });

for (const name of Object.keys(BUDGETS)) {
  test(`one for all hosts: ${Object.keys(BUDGETS[/** @type {'day'} */ (name)])}`, async () => {
    const cookie = await cookieOf(name);
    assert.equal(await ask('a', cookie), 200);
    assert.equal(await ask('b', cookie), 200);
    for (const host of HOSTS) await knows(host, cookie, 50);
    assert.equal(await ask('c', cookie), 200);
    for (const host of HOSTS) await knows(host, cookie, 75);
    /* All at once: each host may let one in that the others do not know of. */
    const answers = await Promise.all(HOSTS.flatMap((host) => [ask(host, cookie)]));
    const more = answers.filter((status) => status === 200).length;
    assert.ok(more >= 1 && answers.every((status) => [200, 429].includes(status)), answers.join());
    for (const host of HOSTS) {
      await knows(host, cookie, 75 + 25 * more);
      assert.equal(await ask(host, cookie), 429);
    }
  });
}

test('a host that was away while others counted knows it when it is back', async () => {
  hosts.site.control(['user', 'add', 'late'], `${PASSWORD}\n`);
  hosts.site.control(['user', 'groups', 'late', 'costs']);
  const cookie = await cookieOf('late');
  assert.equal(await ask('c', cookie), 200);
  await hosts.workers.c.stop('SIGTERM');
  assert.equal(await ask('a', cookie), 200);
  assert.equal(await ask('b', cookie), 200);
  await hosts.startHost('c');
  await hosts.linked();
  await knows('c', cookie, 75);
  /* And an engine that comes back empty is told it all. */
  hosts.engine.cli('flushall');
  await hosts.linked('linked');
  assert.equal(await ask('c', cookie), 200);
  for (const host of HOSTS) await knows(host, cookie, 100);
});

test('the engine has sums of digests alone, each until its period is over', () => {
  const keys = hosts.engine.cli('keys', '*').trim().split('\n');
  for (const kind of ['tokens', 'tokens-month', 'cost', 'cost-month']) {
    const own = keys.filter((key) => key.startsWith(`confab:${kind}:`));
    assert.ok(own.length > 0, kind);
    const days = kind.endsWith('month') ? 33 : 2;
    for (const key of own) {
      assert.match(key, /^confab:[a-z-]+:\d+:[0-9a-f]{32}$/);
      const left = Number(hosts.engine.cli('ttl', key));
      assert.ok(left > 0 && left <= days * 86_400, `${key}: ${left} s`);
    }
  }
});
