/* SPDX-License-Identifier: MIT */
/**
 * A server between hosts that is somebody else's by now: it answers without an
 * end, in drops, with lists that nobody asked for, or makes up what hosts say.
 * This host goes on, holds little for it, and ends when it is told to.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { until } from '../harness/children.js';
import { residentBytes } from '../harness/proc.js';
import { PASSWORD, Site } from '../harness/site.js';

const CHANNEL = 'confab:changes';

/** @type {Site} */
let site;

/** A list of texts as the server says it. @param {string[]} items */
const list = (...items) => `*${items.length}\r\n${items.map((item) =>
  `$${item.length}\r\n${item}\r\n`).join('')}`;

/** What a good server with nothing in it says to a command. @type {(words: string[]) => string} */
function good([command]) {
  switch (command.toUpperCase()) {
    case 'SUBSCRIBE': return `*3\r\n$9\r\nsubscribe\r\n$${CHANNEL.length}\r\n${CHANNEL}\r\n:1\r\n`;
    case 'SET': return '+OK\r\n';
    case 'GET': return '$7\r\n1-1-1-1\r\n';
    case 'ZRANGEBYSCORE': return '*0\r\n';
    case 'PING': return list('pong', '');
    default: return '$1\r\n0\r\n';
  }
}

/** Reads commands, which are lists of texts, and answers by `say`. */
class Engine {
  /** @type {(words: string[], socket: net.Socket) => string} */
  say = good;
  /** @type {Set<net.Socket>} */
  sockets = new Set();
  /** @type {Set<net.Socket>} which have subscribed */
  ears = new Set();
  begun = 0;

  /** @param {string} path */
  constructor(path) {
    this.server = net.createServer((socket) => this.#serve(socket)).listen(path);
  }

  /** @param {net.Socket} socket */
  #serve(socket) {
    let text = '';
    this.begun += 1;
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.ears.delete(socket);
    });
    socket.on('data', (part) => {
      text += part.toString('latin1');
      for (;;) {
        const command = this.#cut(text);
        if (!command) return;
        text = text.slice(command.length);
        if (command.words[0].toUpperCase() === 'SUBSCRIBE') this.ears.add(socket);
        const answer = this.say(command.words, socket);
        if (answer) socket.write(answer, 'latin1');
      }
    });
  }

  /** @param {string} text @returns {{words: string[], length: number} | null} */
  #cut(text) {
    const head = /^\*(\d+)\r\n/.exec(text);
    let at = head?.[0].length ?? 0;
    const words = [];
    for (let i = 0; head && i < Number(head[1]); i += 1) {
      const word = /^\$(\d+)\r\n/.exec(text.slice(at, at + 16));
      if (!word) return null;
      const from = at + word[0].length, to = from + Number(word[1]);
      if (text.length < to + 2) return null;
      words.push(text.slice(from, to));
      at = to + 2;
    }
    return head ? { words, length: at } : null;
  }

  /** All connections begin anew. */
  drop() {
    for (const socket of this.sockets) socket.destroy();
  }

  /** To who listens. @param {string} message */
  publish(message) {
    for (const socket of this.ears) socket.write(list('message', CHANNEL, message));
  }

  close() {
    this.drop();
    this.server.close();
  }
}

/** @type {Engine} */
let engine;

before(async () => {
  site = new Site({ nginx: false, users: ['ann', 'bob', 'cid'],
    config: { throttle: { user_failures: 5, address_failures: 1000 } } });
  const socket = join(site.dir, 'engine.sock');
  engine = new Engine(socket);
  site.options.config = { ...site.options.config, state: { valkey: `unix:${socket}` } };
  await site.start();
  await linked();
});

after(async () => {
  engine?.close();
  await site?.close();
});

/** @param {string} path @param {{cookie?: string, json?: object}} o */
async function ask(path, { cookie, json } = {}) {
  const connection = site.fcgi();
  connection.request({ method: json ? 'POST' : 'GET', path,
    body: json ? JSON.stringify(json) : '',
    headers: { ...(json ? { 'Content-Type': 'application/json' } : {}),
      ...(cookie ? { Cookie: cookie } : {}) } });
  const answer = await connection.finished();
  connection.destroy();
  return answer;
}

const health = async () => JSON.parse((await ask('api/health')).body.toString()).hosts;
const linked = () => until(async () => await health() === 'linked',
  { what: 'the host is linked' });

/** @param {string} username */
async function signIn(username) {
  const answer = await ask('api/login', { json: { username, password: PASSWORD } });
  assert.equal(answer.status, 200, answer.body.toString());
  return answer.headers['set-cookie'].split(';')[0];
}

/** Somebody who is here goes on, and somebody else comes in. @param {string} cookie */
async function goesOn(cookie) {
  assert.equal((await ask('api/session', { cookie })).status, 200);
  await signIn('bob');
}

/** The most that was ever mapped, in bytes. */
const peak = () => 1024 * Number(/VmPeak:\s+(\d+)/.exec(
  readFileSync(`/proc/${site.worker.pid}/status`, 'utf8'))?.[1]);

const drops = new Set();
const FILL = 'x'.repeat(1 << 16);

/** Answers to the first question of a link. @type {Record<string, (socket: net.Socket) => void>} */
const answers = {
  'a list of two thousand million': (socket) => socket.write('*2147483647\r\n'),
  'lists in lists': (socket) => socket.write('*1000\r\n'.repeat(6)),
  'a list of lists': (socket) => socket.write(`*500\r\n${'*500\r\n'.repeat(500)}`),
  'a text of 512 MB': (socket) => {
    socket.write('$536870912\r\n');
    const more = () => { while (!socket.destroyed && socket.write(FILL)); };
    socket.on('drain', more);
    more();
  },
  'a text in drops': (socket) => {
    socket.write('$100000\r\n');
    const timer = setInterval(() => socket.write('x'), 50);
    drops.add(timer);
    socket.on('close', () => clearInterval(timer));
  },
  'a negative length': (socket) => socket.write('$-2147483649\r\n'),
  'no answer that there is': (socket) => socket.write('!?\r\n\0\0\0'),
  'an error without an end': (socket) => {
    socket.write('-ERR ');
    const more = () => { while (!socket.destroyed && socket.write(FILL)); };
    socket.on('drain', more);
    more();
  },
  'a list where a text should be': (socket) => socket.write('*0\r\n*0\r\n*0\r\n*0\r\n'),
  'a text where a list should be': (socket) => socket.write('$3\r\nabc\r\n'.repeat(4)),
};

/* What is not what was asked for, but as long: there is nothing to be read in it. */
const harmless = new Set(['a list where a text should be', 'a text where a list should be']);

for (const [name, answer] of Object.entries(answers)) {
  test(`to catch up, it answers with ${name}`, async () => {
    const cookie = await signIn('ann');
    const before = residentBytes(site.worker.pid), mapped = peak();
    engine.say = (words, socket) => {
      if (words[0] !== 'ZRANGEBYSCORE') return good(words);
      answer(socket);
      return '';
    };
    const begun = engine.begun;
    engine.drop();
    /* It is left, and tried again. */
    const tries = harmless.has(name) ? 1 : 2;
    await until(() => engine.begun >= begun + 2 * tries, { what: 'another try' });
    await goesOn(cookie);
    assert.ok(residentBytes(site.worker.pid) - before < 16 << 20, 'memory');
    if (!site.sanitized) assert.ok(peak() - mapped < 256 << 20, 'mapped memory');
    engine.say = good;
    engine.drop();
    await linked();
  });
}

/* What a script says to a login, and whether it may keep that one out for now. */
/** @type {Record<string, [string, boolean]>} */
const told = {
  'a negative wait': ['$2\r\n-1\r\n', true],
  'a negative number': [':-5\r\n', false],
  'the least number that there is': [':-9223372036854775808\r\n', false],
  'a wait beyond all numbers': ['$30\r\n999999999999999999999999999999\r\n', true],
  'a wait that is nothing in 32 bits': ['$13\r\n4294967296000\r\n', true],
  'words': ['$9\r\nfor a day\r\n', false],
  'a number with words': ['$6\r\n0 s, x\r\n', false],
  'nothing': ['$-1\r\n', false],
  'a list': [list('99999999', '1'), false],
  'an empty list': ['*0\r\n', false],
  'no list': ['*-1\r\n', false],
  'a state': ['+OK\r\n', false],
  'zeros': ['$3\r\n0\0\0\r\n', false],
  'two answers': ['$1\r\n0\r\n$1\r\n0\r\n', false],
};

for (const [name, [answer, keeps]] of Object.entries(told)) {
  test(`to a login, it answers with ${name}`, async () => {
    const cookie = await signIn('ann');
    let lied = 0;
    engine.say = (words) => {
      /* Of scripts, the one for logins: it begins with what is done. */
      if (!/^EVAL/i.test(words[0]) || !words.includes('begin')) return good(words);
      lied += 1;
      return answer;
    };
    const tried = await ask('api/login', { json: { username: 'bob', password: PASSWORD } });
    assert.ok(lied > 0, 'it was asked');
    if (keeps) {
      assert.equal(tried.status, 429);
      const wait = Number(tried.headers['retry-after']);
      assert.ok(wait >= 1 && wait <= 7 * 86400, `${wait} s`);
    } else {
      assert.equal(tried.status, 200, tried.body.toString());
    }
    assert.equal((await ask('api/session', { cookie })).status, 200);
    engine.say = good;
    await linked();
    await goesOn(cookie);
  });
}

const idOf = (/** @type {string} */ name) => createHash('sha256')
  .update(`user\0${name}`).digest('hex').slice(0, 32);

test('what it makes up ends sessions, and keeps nobody out for good', async () => {
  await linked();
  const cookie = await signIn('cid');
  const far = '99999999999999999';
  const day = Math.floor(Date.now() / 86400000);
  for (const message of [`u ${idOf('cid')} ${far} ${far}`, `t ${idOf('cid')} ${day + 1} 5`,
    `t ${idOf('cid')} 4294967295 5`, `p k ${'0'.repeat(32)} 7 ${far} ${far}`, 'x', '', ' ', 'u',
    `u ${idOf('cid')} ${far}`, `s ${'0'.repeat(32)} ${idOf('cid')} ${far}`]) {
    engine.publish(message);
  }
  await until(async () => (await ask('api/session', { cookie })).status === 401,
    { what: 'an end is an end' });
  const again = await signIn('cid');
  assert.equal((await ask('api/session', { cookie: again })).status, 200,
    'and who signs in after it is in');
});

test('it has something to say without an end, and the worker ends when told to',
  async () => {
    await linked();
    const cookie = await signIn('ann');
    const said = list('message', CHANNEL, `x ${'y'.repeat(100)}`).repeat(500);
    for (const socket of engine.ears) {
      const more = () => { while (!socket.destroyed && socket.write(said)); };
      socket.on('drain', more);
      more();
    }
    for (let i = 0; i < 5; i += 1) await goesOn(cookie);
    for (const timer of drops) clearInterval(timer);
    site.worker.kill('SIGTERM');
    await site.worker.exit;
    assert.equal(site.worker.ended?.code, 0);
    await site.startWorker();
  });
