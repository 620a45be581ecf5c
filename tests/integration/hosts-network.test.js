/* SPDX-License-Identifier: MIT */
/**
 * What becomes of answers, sessions and limits when something between hosts fails:
 * three hosts, each with nginx and worker, a balancer and an engine in network
 * namespaces, and a clock that is five seconds ahead. Each fault comes while answers
 * are under way at all doors.
 *
 * "make check-hosts" (HOSTS=long) does the same at length, with a line for each fault.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test, { after, before } from 'node:test';
import { until } from '../harness/children.js';
import { newKey } from '../harness/client.js';
import { Faults } from '../harness/faults.js';
import { HOSTS } from '../harness/hosts.js';
import { DOORS, NetworkHosts } from '../harness/hosts_network.js';
import { Network } from '../harness/network.js';
import { sanitizedBuild } from '../harness/paths.js';
import { Sentinels } from '../harness/sentinels.js';
import { PASSWORD, pause } from '../harness/site.js';
import { idsOf, isDone, textOf } from '../harness/sse.js';
import { END, newGate, order, pieces } from '../harness/suite.js';

const LONG = process.env.HOSTS === 'long';
const SIZE = LONG
  ? { guesses: 3000, free: 300, away: 60_000, lost: 500, resumes: 1000, streams: 40 }
  : { guesses: 60, free: 9, away: 0, lost: 6, resumes: 20, streams: 8 };
const ENGINE_SAYS = 1000; /* ms until what ended at one host is known at the others */
const WITHIN = 1.1;
const AHEAD = 5;
const PER_CONNECTION = 100;
const WORDS = [['one ', 'naïve '], ['two ', '数 '], ['three ', 'last']];
const USERS = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gil', 'hal'];

const OPTIONS = { users: USERS, config: {
  tokens_file: 'tokens',
  limits: { requests_per_minute: 0, streams_per_user: 10_000 },
  timeouts: { grace: '120s', heartbeat: '500ms' },
  throttle: { user_failures: SIZE.free, address_failures: 1_000_000, delay: 600, delay_max: 600 },
  'group_limits "frugal"': { tokens_per_day: 100 },
} };

const skip = Network.problem() || false;
/** @type {NetworkHosts} */
let hosts;
/** @type {Faults | null} */
let faults = null;

before(async () => {
  if (skip) return;
  hosts = new NetworkHosts(OPTIONS);
  if (!sanitizedBuild()) {
    faults = new Faults();
    assert.ok(faults.works, faults.problem);
    hosts.env.b = faults.env;
    faults.moveClock(AHEAD);
  }
  await hosts.start();
});

after(async () => {
  await hosts?.close();
  faults?.close();
});

/** @typedef {Awaited<ReturnType<typeof open>>} Open */

/** @param {import('../harness/client.js').Client} client @param {string} door */
async function open(client, door) {
  const gates = [newGate(), newGate()];
  const key = newKey();
  const message = order({ steps: [{ texts: WORDS[0] }, { gate: gates[0] },
    { texts: WORDS[1] }, { gate: gates[1] }, { texts: WORDS[2] }, ...END] });
  const reading = await client.chat('m', message, { key });
  await comes(reading, 1);
  return { client, door, gates, key, message, reading };
}

/** @param {import('../harness/client.js').Reading} reading @param {number} parts */
const comes = (reading, parts) => {
  const text = WORDS.slice(0, parts).flat().join('');
  return reading.until(({ arrivals }) => textOf(arrivals) === text);
};

/** Answers under way, in turn at each of the doors. */
async function openAll(count = SIZE.streams, doors = DOORS) {
  /** @type {Open[]} */
  const opened = [];
  for (let i = 0; i < count; i += PER_CONNECTION) {
    const clients = await Promise.all(doors.map((door) => hosts.client(door)));
    opened.push(...await Promise.all(Array.from({ length: Math.min(PER_CONNECTION, count - i) },
      (_, n) => open(clients[n % doors.length], doors[n % doors.length]))));
  }
  return opened;
}

/** They go on while the fault lasts. @param {Open[]} opened */
async function goOn(opened) {
  for (const { gates } of opened) hosts.site.upstream.open(gates[0]);
  for (const { reading } of opened) await comes(reading, 2);
}

/** They come to their end, whole. @param {Open[]} opened */
async function areWhole(opened) {
  for (const { gates, reading } of opened) {
    for (const gate of gates) hosts.site.upstream.open(gate);
    await reading.ended;
    const ids = idsOf(reading.arrivals);
    assert.equal(textOf(reading.arrivals), WORDS.flat().join(''));
    assert.deepEqual(ids, ids.map((_, i) => i + 1));
    assert.ok(isDone(reading.arrivals));
  }
}

/** Each is there, exactly, at another door. @param {Open[]} opened */
async function areEverywhere(opened) {
  for (const [i, { door, key, reading }] of opened.entries()) {
    const elsewhere = DOORS.filter((one) => one !== door);
    const client = await clientAt(elsewhere[i % elsewhere.length]);
    const last = i % idsOf(reading.arrivals).length;
    const rest = await until(() => client.resume(key, last).catch(() => null),
      { what: 'the answer is found again', every: 100 });
    await rest.ended;
    assert.deepEqual(rest.events.map((one) => one.data),
      reading.events.slice(last).map((one) => one.data));
  }
}

/** @type {Map<string, import('../harness/client.js').Client>} */
const asking = new Map();

/** @param {string} door */
async function clientAt(door) {
  const client = asking.get(door) ?? await hosts.client(door);
  asking.set(door, client);
  return client;
}

/**
 * @param {string} host @param {string} path
 * @param {{cookie?: string, token?: string, json?: object}} how
 */
const ask = (host, path, { cookie, token, json } = {}) => hosts.ask(host, {
  method: json ? 'POST' : 'GET', path, body: json ? JSON.stringify(json) : '',
  headers: { ...(json ? { 'Content-Type': 'application/json' } : {}),
    ...(cookie ? { Cookie: cookie } : {}),
    ...(token ? { Authorization: `Bearer ${token}` } : {}) } });

/** @param {string} host @param {string} username @param {string} [password] */
const login = (host, username, password = PASSWORD) =>
  ask(host, 'api/login', { json: { username, password } });

/** @param {string} host @param {string} username */
async function signIn(host, username) {
  const answer = await login(host, username);
  assert.equal(answer.status, 200, answer.body.toString());
  return { cookie: answer.headers['set-cookie'].split(';')[0] };
}

/** @typedef {{cookie?: string, token?: string}} Proof */

/** The status of a question that begins now. @param {string} host @param {Proof} proof */
const chat = async (host, proof) => (await ask(host, 'api/chat/completions', { ...proof, json: {
  model: 'm', stream: false, messages: [{ role: 'user', content: pieces(['hello']) }] } })).status;

/** @param {string} host @param {Proof} proof */
const signOut = async (host, proof) =>
  assert.equal((await ask(host, 'api/logout', { ...proof, json: {} })).status, 204);

/** @param {Proof} proof @param {number} status @param {string[]} [at] */
async function becomes(proof, status, at = HOSTS) {
  for (const host of at) {
    await until(async () => await chat(host, proof) === status,
      { what: `${host} answers with ${status}` });
  }
}

/** @param {string} line */
const say = (line) => { if (LONG) console.log(`    ${line}`); };

/** @param {string} key of one of ann's @returns {[string, string]} who has it, and its name */
function holderOf(key) {
  const name = `confab:stream:${createHash('sha256').update(`ann\0${key}`)
    .digest('hex').slice(0, 32)}`;
  return [hosts.engine.cli('get', name).split(' ')[0], name];
}

/** @param {string[]} args @param {string} [input] */
const control = (args, input) => hosts.site.control(args, input).stdout.trim();

/** @type {Record<string, [(user: string) => Promise<Proof>, (user: string, proof: Proof) => unknown]>} */
const ENDS = {
  'a logout': [(user) => signIn('a', user), (_, proof) => signOut('a', proof)],
  'another password': [(user) => signIn('b', user),
    (user) => control(['user', 'passwd', user], 'another battery staple\n')],
  'a removed token': [async (user) => ({ token: control(['token', 'new', user, 'x']) }),
    (user) => control(['token', 'revoke', control(['token', 'list', user]).split(/\s/)[0]])],
  'a disabled user': [(user) => signIn('c', user), (user) => control(['user', 'disable', user])],
};

for (const [i, [what, [begin, end]]] of Object.entries(ENDS).entries()) {
  test(`${what} at one host counts at all`, { skip }, async () => {
    const opened = await openAll();
    const user = USERS[1 + i];
    const proof = await begin(user);
    await becomes(proof, 200);
    await end(user, proof);
    const began = performance.now();
    await becomes(proof, 401);
    const took = performance.now() - began;
    say(`${what}: refused at all three after ${Math.round(took)} ms`);
    assert.ok(!LONG || took < ENGINE_SAYS);
    await goOn(opened);
    await areWhole(opened);
  });
}

test('guesses at three hosts are as many as at one', { skip }, async () => {
  const opened = await openAll();
  /** @param {string} user @param {string[]} at @returns {Promise<number>} tries that were made */
  const guess = async (user, at) => {
    let left = SIZE.guesses;
    let made = 0;
    await Promise.all(Array.from({ length: 6 }, async (_, n) => {
      while (left > 0) {
        left -= 1;
        const { status } = await login(at[n % at.length], user, 'a guess');
        assert.ok([401, 429, 503].includes(status), String(status));
        if (status === 401) made += 1;
        if (status === 503) left += 1; /* none was decided: all hashes are busy */
      }
    }));
    return made;
  };
  const one = await guess('fay', ['a']);
  const three = await guess('gil', HOSTS);
  say(`${SIZE.guesses} guesses: ${one} were tried at one host, ${three} at three`);
  assert.ok(one > SIZE.free && one < SIZE.guesses, String(one));
  assert.ok(three <= one * WITHIN && three >= one / WITHIN, `${three} instead of ${one}`);
  await goOn(opened);
  await areWhole(opened);
});

test('a budget that is used at three hosts at once is overrun by an answer each', { skip }, async () => {
  const opened = await openAll();
  control(['user', 'groups', 'hal', 'frugal']);
  const proof = await signIn('a', 'hal');
  /* At length it is people who ask: who has read a whole answer. */
  const json = { model: 'm', stream: false, messages: [{ role: 'user', content: order({
    before: LONG ? 3000 : 0,
    steps: [{ text: 'an answer' }, { finish: 'stop' }, { usage: [2, 3] }, { done: true }] }) }] };
  const used = async (/** @type {string} */ host) =>
    JSON.parse((await ask(host, 'api/usage', proof)).body.toString()).budgets[0].used;
  let answers = 0;
  await Promise.all(HOSTS.map(async (host) => {
    for (;;) {
      const before = await used(host);
      const { status } = await ask(host, 'api/chat/completions', { ...proof, json });
      if (status === 429) break;
      assert.equal(status, 200);
      answers += 1;
      for (const other of LONG ? [] : HOSTS) {
        await until(async () => await used(other) >= before + 5, { what: `${other} is told` });
      }
    }
  }));
  say(`a budget of 20 answers at three hosts: ${answers} were given`);
  assert.ok(answers >= 20 && answers <= 20 + HOSTS.length, String(answers));
  await goOn(opened);
  await areWhole(opened);
});

test('an answer is resumed at each of the hosts, exactly', { skip }, async () => {
  for (let round = 0; round < SIZE.resumes; round += 1) {
    const key = newKey();
    const reading = await (await clientAt(DOORS[round % DOORS.length]))
      .chat('m', pieces(WORDS.flat()), { key });
    await reading.ended;
    const all = reading.events.map((one) => one.data);
    assert.ok(isDone(reading.arrivals));
    for (const door of DOORS) {
      const last = round % all.length;
      const rest = await (await clientAt(door)).resume(key, last);
      await rest.ended;
      assert.deepEqual(rest.events.map((one) => one.data), all.slice(last));
    }
  }
  say(`${SIZE.resumes * DOORS.length} resumes of ${SIZE.resumes} answers: all exact`);
});

/**
 * What the engine is away from some hosts for, and what must hold afterwards.
 * @type {Record<string, {names: string[], begin: () => unknown, end: () => unknown}>}
 */
const AWAY = {
  'the engine is stopped, and started': { names: HOSTS,
    begin: () => hosts.engine.stop(), end: () => hosts.engine.start({ keep: true }) },
  'the engine is started again with nothing in it': { names: HOSTS,
    begin: () => hosts.engine.stop(), end: () => hosts.engine.start() },
  'the engine is cut off, and back': { names: HOSTS,
    begin: () => hosts.network.cut('engine'), end: () => hosts.network.mend('engine') },
  'one host is cut off from the engine, and back': { names: ['c'],
    begin: () => hosts.network.cut('c', ['back']), end: () => hosts.network.mend('c', ['back']) },
};

for (const [what, { names, begin, end }] of Object.entries(AWAY)) {
  test(`${what}: nothing is lost, and nothing that ended is valid`, { skip }, async () => {
    const opened = await openAll();
    const stays = await signIn('a', 'ann');
    const [ended, here, there] = [await signIn('c', 'ann'), await signIn('b', 'ann'), await signIn('c', 'ann')];
    await signOut('b', ended);
    await becomes(ended, 401);
    const log = hosts.site.log().length;
    await begin();
    const began = performance.now();
    await hosts.linked('away', names);
    /* What happens meanwhile, at both sides. */
    await signOut('a', here);
    await signOut('c', there);
    await becomes(stays, 200);
    await signIn('c', 'ann');
    await goOn(opened);
    const late = await openAll();
    await pause(Math.max(0, SIZE.away - (performance.now() - began)));
    await end();
    const back = performance.now();
    await hosts.linked();
    await becomes(here, 401);
    await becomes(there, 401);
    await becomes(ended, 401);
    say(`${what}, ${Math.round((back - began) / 1000)} s: ${
      opened.length + late.length} answers go on, all is known again after ${
      Math.round(performance.now() - back)} ms`);
    await becomes(stays, 200);
    assert.match(hosts.site.log().slice(log), /the engine at .* is away/);
    assert.equal(/has lost what it had/.test(hosts.site.log().slice(log)), /nothing in it/.test(what));
    await areWhole([...opened, ...late]);
    await areEverywhere([...opened, ...late]);
  });
}

/** Where a stream is told to be lost, its key pays for nothing more. @param {Open[]} lost */
async function areLost(lost) {
  for (const [i, { key, message }] of lost.entries()) {
    const client = await clientAt(['a', 'b', 'balancer'][i % 3]);
    await until(async () => {
      const answer = await client.get(`api/streams/${key}`);
      const text = await answer.text();
      return answer.status === 404 && JSON.parse(text).error.code === 'stream_lost';
    }, { what: 'the stream is told to be lost', every: 50 });
    const before = hosts.site.upstream.requests.length;
    const again = await client.ask('m', message, { key });
    await again.text();
    assert.ok([409, 422].includes(again.status), String(again.status));
    assert.equal(hosts.site.upstream.requests.length, before);
  }
}

/** Of answers by the balancer, those that a host has. @param {Open[]} opened @param {string} host */
const heldBy = (opened, host) => opened.filter(({ key }) => holderOf(key)[0] === host);

for (const [what, kill] of /** @type {[string, () => Promise<unknown>][]} */ ([
  ['a host whose worker is killed', async () => {
    hosts.workers.c.kill('SIGKILL');
    await hosts.workers.c.exit;
  }],
  ['a host that loses its power', () => hosts.kill('c')],
])) {
  test(`${what}: its answers are told as lost, the others go on`, { skip }, async () => {
    const others = await openAll(SIZE.streams, ['a', 'b']);
    const balanced = await openAll(SIZE.streams, ['balancer']);
    const lost = [...await openAll(SIZE.lost, ['c']), ...heldBy(balanced, 'c')];
    others.push(...balanced.filter((one) => !lost.includes(one)));
    await kill();
    const began = performance.now();
    if (/killed/.test(what)) {
      for (const { reading } of lost) {
        await reading.ended;
        assert.ok(!isDone(reading.arrivals));
      }
    } else {
      /* Nobody says it: there is silence, while others have their heartbeats. */
      const had = lost.map(({ reading }) => reading.arrivals.length);
      const [{ reading }] = others;
      const beats = reading.arrivals.length + 3;
      await reading.until(({ arrivals }) => arrivals.length >= beats);
      assert.ok(lost.every((one, i) => one.reading.arrivals.length <= had[i] + 1));
      for (const one of lost) one.reading.leave();
    }
    await goOn(others);
    await areLost(lost);
    say(`${what}: ${lost.length} answers lost and told so, ${
      others.length} others go on, ${Math.round(performance.now() - began)} ms`);
    /* What was lost is asked again, under another key. */
    const again = await Promise.all(lost.slice(0, PER_CONNECTION)
      .map(async ({ message }) => (await clientAt('a')).chat('m', message, { key: newKey() })));
    for (const { gates } of lost) for (const gate of gates) hosts.site.upstream.open(gate);
    for (const reading of again) {
      await reading.ended;
      assert.equal(textOf(reading.arrivals), WORDS.flat().join(''));
    }
    await areWhole(others);
    asking.delete('c');
    if (/killed/.test(what)) await hosts.startHost('c');
    else await hosts.revive('c');
    await hosts.linked();
    await areWhole(await openAll());
  });
}

test('a host that nobody reaches for a while: nothing is paid twice, and it goes on', { skip }, async () => {
  const opened = await openAll(SIZE.streams, ['a', 'b', 'c']);
  const there = opened.filter(({ door }) => door === 'c');
  const ended = await signIn('c', 'ann');
  hosts.network.cut('c');
  await areLost(there);
  await signOut('a', ended);
  await goOn(opened.filter(({ door }) => door !== 'c'));
  hosts.network.mend('c');
  await hosts.linked();
  await becomes(ended, 401);
  await areWhole(opened);
  await areEverywhere(opened);
});

test('a master of the engine that is cut off is followed by another', { skip }, async () => {
  await hosts.close();
  asking.clear();
  /** @type {Sentinels} */
  let sentinels = /** @type {any} */ (null);
  hosts = new NetworkHosts(OPTIONS, { places: { second: ['back'] },
    engine: (dir, network) => (sentinels = new Sentinels(dir, network)) });
  if (faults) hosts.env.b = faults.env;
  await hosts.start();
  const opened = await openAll();
  const stays = await signIn('a', 'ann');
  const [ended, meanwhile] = [await signIn('b', 'ann'), await signIn('c', 'ann')];
  await signOut('c', ended);
  await becomes(ended, 401);
  const old = sentinels.master;
  const began = performance.now();
  hosts.network.cut('engine');
  await hosts.linked('away');
  await signOut('a', meanwhile);
  await goOn(opened);
  await until(() => sentinels.master !== old, { what: 'there is another master', every: 100 });
  await hosts.linked();
  await becomes(meanwhile, 401);
  await becomes(ended, 401);
  await becomes(stays, 200);
  say(`another master: ${opened.length} answers go on, all is known after ${
    Math.round(performance.now() - began)} ms`);
  /* Who believes to be the master still is one no more. */
  hosts.network.mend('engine');
  await signOut('b', stays);
  await becomes(stays, 401);
  await areWhole(opened);
  await areEverywhere(opened);
});

test('nothing of it is in a log', { skip }, () => {
  assert.ok(!hosts.site.log().includes(WORDS[0][1].trim()));
  hosts.site.checkLog();
});
