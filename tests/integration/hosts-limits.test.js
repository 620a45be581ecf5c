/* SPDX-License-Identifier: MIT */
/**
 * A user's limits of open streams and of requests a minute are those of all
 * hosts, with a bounded overshoot; a host that died holds nobody up for long, and
 * while the engine is away each host counts for itself.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test, { after, before } from 'node:test';
import { until } from '../harness/children.js';
import { newKey } from '../harness/client.js';
import { HOSTS, Hosts } from '../harness/hosts.js';
import { PASSWORD } from '../harness/site.js';
import { textOf } from '../harness/sse.js';
import { END, newGate, order } from '../harness/suite.js';

const STREAMS = 4;
const REQUESTS = 20;

/** @type {Hosts} */
let hosts;
/** @type {Record<string, import('../harness/client.js').Client>} */
const clients = {};

before(async () => {
  hosts = await new Hosts({ users: ['ann', 'bob', 'cid', 'dan', 'eve'], config: {
    limits: { requests_per_minute: 0, streams_per_user: STREAMS },
    'group_limits "slow"': { requests_per_minute: REQUESTS },
    timeouts: { grace: '20s', heartbeat: '200ms' },
  } }).start();
  hosts.site.control(['user', 'groups', 'eve', 'slow']);
  for (const name of ['ann', 'bob', 'cid', 'dan', 'eve']) {
    clients[name] = await hosts.site.signedIn({ h2: true, user: name });
  }
});

after(() => hosts?.close());

/** Tries to open a stream that waits behind a gate. @param {string} user @param {string} host */
async function open(user, host) {
  const gate = newGate();
  try {
    const reading = await clients[user].chat('m', order({ steps: [
      { text: 'here' }, { gate }, ...END] }), { key: newKey(), headers: { 'X-At': host } });
    return { gate, reading, status: 200 };
  } catch (error) {
    assert.match(String(error), /no stream: 429 .*"stream_limit"/);
    return { gate, reading: null, status: 429 };
  }
}

/** The same of one that is let in. @param {string} user @param {string} host */
async function opened(user, host) {
  const one = await open(user, host);
  assert.ok(one.reading, `${user} at ${host}`);
  await one.reading.until((reading) => textOf(reading.arrivals) === 'here');
  return one;
}

/** Waits until the host lets one more in. @param {string} user @param {string} host */
const room = (user, host) => until(async () => {
  const one = await open(user, host);
  return one.status === 200 ? one : null;
}, { what: `${host} has room for ${user}` });

/** @param {string} user */
const keyOf = (user) =>
  `confab:open:${createHash('sha256').update(user).digest('hex').slice(0, 32)}`;

/** Waits until the engine knows of so many. @param {string} user @param {number} n in all */
const counts = (user, n) => until(() => {
  const words = hosts.engine.cli('zrangebyscore', keyOf(user), '1', '+inf', 'withscores')
    .trim().split('\n');
  return words.reduce((sum, word, i) => sum + (i % 2 ? Number(word) : 0), 0) === n;
}, { what: `the engine counts ${n} of ${user}` });

/** @param {Awaited<ReturnType<typeof open>>[]} streams */
async function finish(...streams) {
  for (const one of streams) {
    hosts.site.upstream.open(one.gate);
    await one.reading?.ended;
  }
}

test('open streams are those of all hosts', async () => {
  const a = [await opened('ann', 'a'), await opened('ann', 'a'), await opened('ann', 'a')];
  await counts('ann', 3);
  /* A host that has none of the user's yet lets one in. */
  const b = await opened('ann', 'b');
  await counts('ann', 4);
  for (const host of ['a', 'b']) {
    const refused = await open('ann', host);
    assert.equal(refused.status, 429, host);
  }
  const c = await opened('ann', 'c');
  await counts('ann', 5);
  for (const host of HOSTS) assert.equal((await open('ann', host)).status, 429, host);
  /* Another user is another one. */
  await finish(await opened('bob', 'a'));
  /* What ends at one host is room at another. */
  await finish(a[0], a[1]);
  await counts('ann', 3);
  const more = await room('ann', 'c');
  await counts('ann', 4);
  assert.equal((await open('ann', 'b')).status, 429);
  await finish(a[2], b, c, more);
  await counts('ann', 0);
});

test('streams of a host that was killed count no more', async () => {
  const a = await opened('cid', 'a');
  for (let i = 1; i < STREAMS; i += 1) await opened('cid', 'c');
  await counts('cid', STREAMS);
  assert.equal((await open('cid', 'a')).status, 429);
  await hosts.workers.c.stop('SIGKILL');
  const more = await room('cid', 'a');
  await finish(a, more);
  await hosts.startHost('c');
  await hosts.linked();
  await counts('cid', 0);
});

test('while the engine is away each host counts for itself, and then for all', async () => {
  const a = [await opened('dan', 'a'), await opened('dan', 'a')];
  const b = [await opened('dan', 'b'), await opened('dan', 'b')];
  await counts('dan', STREAMS);
  assert.equal((await open('dan', 'a')).status, 429);
  await hosts.engine.stop();
  await hosts.linked('away');
  a.push(await opened('dan', 'a'), await opened('dan', 'a'));
  assert.equal((await open('dan', 'a')).status, 429);
  /* It comes back with nothing in it, and is told. */
  await hosts.engine.start();
  await hosts.linked();
  await counts('dan', 6);
  assert.equal((await open('dan', 'b')).status, 429);
  await finish(...a, ...b);
  await counts('dan', 0);
});

test('requests a minute are those of all hosts', async () => {
  let good = 0;
  /* Three windows of their own would let three times as many in; the minute of the
   * clock may end in between. */
  for (let refused = 0, i = 0; refused < 3; i += 1) {
    const answer = await hosts.ask(HOSTS[i % 3], { path: `api/streams/${newKey()}`,
      headers: { Cookie: clients.eve.cookie } });
    assert.ok([404, 429].includes(answer.status), `${answer.status}`);
    good += answer.status === 404 ? 1 : 0;
    refused = answer.status === 404 ? 0 : refused + 1;
  }
  assert.ok(good >= REQUESTS && good < 2.5 * REQUESTS, `${good}`);
  const refused = await hosts.ask('a', { method: 'POST', path: 'api/login',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'eve', password: PASSWORD }) });
  assert.equal(refused.status, 200, 'signing in is no request of this kind');
});

test('the engine has numbers under digests, each until it counts no more', async () => {
  const one = await opened('bob', 'a');
  await counts('bob', 1);
  const keys = [keyOf('bob'),
    ...hosts.engine.cli('keys', 'confab:requests:*').trim().split('\n')];
  assert.equal(keys.length, 2, keys.join());
  for (const key of keys) {
    assert.match(key, /^confab:(open|requests:\d+):[0-9a-f]{32}$/);
    const left = Number(hosts.engine.cli('ttl', key));
    assert.ok(left > 0 && left <= (key.includes(':open:') ? 86_400 : 180), `${key}: ${left} s`);
  }
  await finish(one);
});
