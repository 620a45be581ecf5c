/* SPDX-License-Identifier: MIT */
/**
 * A stream is at one host, and is resumed, stopped and joined at each of them:
 * the engine says who has it, and nginx passes the request to that one.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { newKey } from '../harness/client.js';
import { until } from '../harness/children.js';
import { HOSTS, Hosts } from '../harness/hosts.js';
import { isDone, idsOf, textOf } from '../harness/sse.js';
import { END, newGate, order, pieces } from '../harness/suite.js';

/** How often each is tried; 1000 is what a release wants. */
const ROUNDS = Number(process.env.ROUNDS ?? 50);
const WORDS = Array.from({ length: 12 }, (_, i) => `word-${i} naïve 数 `);

/** @type {Hosts} */
let hosts;
/** @type {import('../harness/client.js').Client} */
let client;

before(async () => {
  hosts = await new Hosts({ users: ['ann', 'bob'], config: {
    limits: { requests_per_minute: 0, streams_per_user: 100 },
    timeouts: { grace: '20s', heartbeat: '500ms' },
  } }).start();
  client = await hosts.site.signedIn({ h2: true });
});

after(() => hosts?.close());

/** @param {string} name */
const at = (name) => ({ 'X-At': name });

/** @param {string} host @param {string} key @param {number} [last] */
const resume = (host, key, last = 0) => client.get(`api/streams/${key}`,
  { headers: { ...at(host), 'Last-Event-ID': String(last) } });

/** @param {string} host @param {string} key @param {string} message */
const ask = (host, key, message) =>
  client.ask('m', message, { key, headers: at(host) });

/** @param {string} host @param {string} key */
const stop = async (host, key) => {
  const answer = await client.request('DELETE', `api/streams/${key}`,
    { headers: at(host) });
  await answer.text();
  return answer.status;
};

/** @param {string} text */
const dataOf = (text) => text.split('\n\n').filter((one) => one.includes('data:'));

/** @param {import('../harness/http.js').Answer} answer */
const codeOf = async (answer) => [answer.status, (await answer.json()).error.code];

/** An answer that is under way at a host, behind a gate. @param {string} host */
async function open(host) {
  const gate = newGate();
  const key = newKey();
  const reading = await client.chat('m', order({ steps: [
    { texts: WORDS.slice(0, 6) }, { gate }, { texts: WORDS.slice(6) }, ...END,
  ] }), { key, headers: at(host) });
  await reading.until((one) => textOf(one.arrivals) === WORDS.slice(0, 6).join(''));
  return { gate, key, reading };
}

test('an answer is resumed at each of the hosts, exactly', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const key = newKey();
    const whole = await (await ask(HOSTS[round % 3], key, pieces(WORDS))).text();
    const all = dataOf(whole);
    assert.match(all.at(-1) ?? '', /\[DONE\]/);
    for (const host of HOSTS) {
      const last = round % all.length;
      const answer = await resume(host, key, last);
      assert.equal(answer.status, 200, `at ${host}`);
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.equal(answer.headers['confab-host'], undefined);
      assert.deepEqual(dataOf(await answer.text()), all.slice(last));
    }
  }
});

test('one that is under way goes on at another host', async () => {
  for (const [i, from] of HOSTS.entries()) {
    const { gate, key, reading } = await open(from);
    reading.leave();
    const got = reading.events.at(-1)?.id;
    const to = HOSTS[(i + 1) % 3];
    const rest = await client.get(`api/streams/${key}`,
      { headers: { ...at(to), 'Last-Event-ID': String(got) } });
    assert.equal(rest.status, 200);
    hosts.site.upstream.open(gate);
    const text = await rest.text();
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map((one) => Number(one[1]));
    assert.equal(ids[0], Number(got) + 1);
    assert.deepEqual(ids, ids.map((_, n) => ids[0] + n));
    assert.deepEqual(dataOf(text), dataOf(await (await resume(from, key, Number(got))).text()));
  }
});

test('it is stopped from another host, and then is over at all', async () => {
  for (const [i, from] of HOSTS.entries()) {
    const { key, reading } = await open(from);
    assert.equal(await stop(HOSTS[(i + 1) % 3], key), 204);
    await reading.ended;
    assert.match(reading.arrivals.at(-1)?.data ?? '', /stopped/);
    for (const host of HOSTS) {
      const answer = await resume(host, key);
      assert.ok([200, 404].includes(answer.status));
      await answer.text();
    }
  }
});

test('the same question at another host joins the answer, and costs once', async () => {
  for (const [i, from] of HOSTS.entries()) {
    const to = HOSTS[(i + 2) % 3];
    hosts.site.upstream.forget();
    const key = newKey();
    const message = pieces(WORDS);
    const first = await (await ask(from, key, message)).text();
    const second = await ask(to, key, message);
    assert.equal(second.status, 200);
    assert.deepEqual(dataOf(await second.text()), dataOf(first));
    assert.equal(hosts.site.upstream.requests.length, 1);
    /* With another body it is another question. */
    assert.deepEqual(await codeOf(await ask(to, key, 'something else')),
      [422, 'idempotency_key_reused']);
    assert.equal(hosts.site.upstream.requests.length, 1);
  }
});

test('the same question at all hosts at once costs once', async () => {
  for (let round = 0; round < 25; round += 1) {
    hosts.site.upstream.forget();
    const key = newKey();
    const texts = await Promise.all([...HOSTS, ...HOSTS].map(async (host) => {
      const answer = await ask(host, key, pieces(WORDS));
      assert.equal(answer.status, 200);
      return dataOf(await answer.text());
    }));
    for (const text of texts) assert.deepEqual(text, texts[0]);
    assert.equal(hosts.site.upstream.requests.length, 1);
  }
});

test('a whole answer is joined, too', async () => {
  const key = newKey();
  const first = await client.ask('m', pieces(WORDS),
    { key, more: { stream: false }, headers: at('a') });
  const second = await client.ask('m', pieces(WORDS),
    { key, more: { stream: false }, headers: at('b') });
  assert.deepEqual(await second.json(), await first.json());
});

test('a used key is used everywhere', async () => {
  const message = pieces(WORDS);
  const key = newKey();
  await (await ask('a', key, message)).text();
  /* Who stops an answer that is over wants no more of it. */
  assert.equal(await stop('b', key), 204);
  hosts.site.upstream.forget();
  for (const host of HOSTS) {
    assert.equal((await resume(host, key)).status, 404);
    await until(async () => (await codeOf(await ask(host, key, message)))[1]
      === 'idempotency_key_used', { what: `the key is used at ${host}` });
    if (host === 'a') continue;
    assert.deepEqual(await codeOf(await ask(host, key, 'something else')),
      [422, 'idempotency_key_reused']);
  }
  assert.equal(hosts.site.upstream.requests.length, 0);
});

test('another user\'s stream is nobody\'s at any host', async () => {
  const { key, gate } = await open('a');
  const bob = await hosts.site.signedIn({ user: 'bob', h2: true });
  for (const host of HOSTS) {
    const answer = await bob.get(`api/streams/${key}`, { headers: at(host) });
    assert.deepEqual(await codeOf(answer), [404, 'stream_not_found']);
    const end = await bob.request('DELETE', `api/streams/${key}`, { headers: at(host) });
    assert.deepEqual(await codeOf(end), [404, 'stream_not_found']);
  }
  hosts.site.upstream.open(gate);
});

/** @param {string} host @param {string} path @param {Record<string, string>} params */
const bare = (host, path, params) =>
  hosts.ask(host, { path, headers: { Cookie: client.cookie }, params });

test('what was passed once is not passed again, and a client names no host', async () => {
  const { key, gate } = await open('a');
  const path = `api/streams/${key}`;
  const said = await bare('b', path, {});
  assert.equal(said.headers['x-accel-redirect'], '@confab_hosts');
  assert.equal(said.headers['confab-host'], 'a');
  const passed = await bare('b', path, { CONFAB_PASSED: '1' });
  assert.equal(passed.status, 404);
  assert.equal(passed.headers['x-accel-redirect'], undefined);
  /* Headers of a client change nothing of that. */
  const answer = await client.get(path, { headers: { ...at('b'),
    'Confab-Passed': '1', Confab_Passed: '1', 'Confab-Host': 'c',
    'X-Accel-Redirect': '@confab_hosts' } });
  assert.equal(answer.status, 200);
  answer.cancel();
  hosts.site.upstream.open(gate);
});

test('a host that is on no list is not passed to', async () => {
  const key = newKey();
  await (await ask('a', key, pieces(WORDS))).text();
  const name = `confab:stream:${createHash('sha256').update(`ann\0${key}`)
    .digest('hex').slice(0, 32)}`;
  const [host, life, digest] = hosts.engine.cli('get', name).trim().split(' ');
  assert.equal(host, 'a');
  hosts.engine.cli('set', `confab:live:elsewhere:${life}`, '1', 'PX', '60000');
  hosts.engine.cli('set', name, `elsewhere ${life} ${digest}`, 'PX', '60000');
  const answer = await resume('b', key);
  assert.equal(answer.status, 502);
  await answer.text();
  /* A name that none can have is not even told to nginx. */
  hosts.engine.cli('set', name, `../a;b ${life} ${digest}`, 'PX', '60000');
  hosts.engine.cli('set', `confab:live:../a;b:${life}`, '1', 'PX', '60000');
  const odd = await bare('b', `api/streams/${key}`, {});
  assert.equal(odd.status, 503);
  assert.equal(odd.headers['x-accel-redirect'], undefined);
});

test('the engine is told digests, and everything in it ends', async () => {
  const watching = await hosts.engine.monitor();
  const secret = 'a-message-that-nobody-else-reads';
  const key = newKey();
  await (await ask('a', key, secret)).text();
  await (await resume('b', key)).text();
  assert.equal(hosts.engine.cli('eval', 'local n = 0 '
    + 'for _, k in ipairs(redis.call("KEYS", "*")) do '
    + 'if redis.call("TTL", k) < 0 then n = n + 1 end end return n', '0').trim(),
  '0', 'all expire');
  const seen = watching.output();
  await watching.stop();
  assert.match(seen, /confab:stream:[0-9a-f]{32}/);
  assert.match(seen, /confab:live:a:[0-9a-f]{16}/);
  for (const canary of [secret, key, '"ann"', client.cookie.split('=')[1]]) {
    assert.ok(!seen.includes(canary), canary);
  }
});

test('while the engine is away answers go on at their host; back, it is told', async () => {
  const { key, gate } = await open('a');
  await hosts.engine.stop();
  await hosts.linked('away');
  /* New ones begin, and are theirs. */
  const other = await open('b');
  const here = await resume('a', key);
  assert.equal(here.status, 200);
  here.cancel();
  /* Nobody can say where it is: the page asks again. */
  const away = await resume('c', key);
  assert.deepEqual(await codeOf(away), [503, 'hosts_away']);
  await hosts.engine.start();
  await hosts.linked();
  for (const [one, from] of [[key, 'c'], [other.key, 'a']]) {
    const rest = await until(async () => {
      const answer = await resume(from, one);
      if (answer.status === 200) return answer;
      await answer.text();
      return null;
    }, { what: `the stream is found from ${from}` });
    hosts.site.upstream.open(gate);
    hosts.site.upstream.open(other.gate);
    const text = await rest.text();
    assert.match(dataOf(text).at(-1) ?? '', /\[DONE\]/);
  }
});

test('a host that is killed: its streams are lost, the others\' go on', async () => {
  const lost = await Promise.all(Array.from({ length: 5 }, () => open('c')));
  const kept = await open('a');
  hosts.workers.c.kill('SIGKILL');
  await hosts.workers.c.exit;
  for (const { key, reading } of lost) {
    await reading.ended;
    assert.ok(!isDone(reading.arrivals));
    await until(async () => {
      const answer = await resume('b', key);
      /* Until it is known, nginx says that it cannot reach it. */
      const text = await answer.text();
      return answer.status === 404 && JSON.parse(text).error.code === 'stream_lost';
    }, { what: 'the stream is told to be lost' });
    /* The first may have cost: the same key makes no second call. */
    hosts.site.upstream.forget();
    const again = await ask('b', key, order({ steps: [] }));
    assert.ok([409, 422].includes(again.status));
    await again.text();
    assert.equal(hosts.site.upstream.requests.length, 0);
  }
  hosts.site.upstream.open(kept.gate);
  await kept.reading.ended;
  assert.equal(textOf(kept.reading.arrivals), WORDS.join(''));
  const ids = idsOf(kept.reading.arrivals);
  assert.deepEqual(ids, ids.map((_, i) => i + 1));
  /* What is asked anew is answered, and the host comes back under its name. */
  assert.match(await (await ask('b', newKey(), pieces(WORDS))).text(), /\[DONE\]/);
  await hosts.startHost('c');
  await hosts.linked();
  const key = newKey();
  await (await ask('c', key, pieces(WORDS))).text();
  assert.equal((await resume('a', key)).status, 200);
});

test('nothing of it leaves a trace in the logs', () => {
  const log = hosts.site.log() + readFileSync(join(hosts.site.dir, 'error.log'), 'utf8');
  assert.ok(!log.includes('word-1'));
  hosts.site.checkLog();
});
