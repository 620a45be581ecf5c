/* SPDX-License-Identifier: MIT */
/**
 * Two Redis servers, one of which copies the other, and three sentinels that
 * agree on which of them is the master.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child, until } from './children.js';
import { ENGINE_PASSWORD, ENGINE_USER, ENGINE_USERS_USER, USERS_PASSWORD, USERS_SECTION } from './engine.js';
import { freePort } from './places.js';

const SENTINEL_PASSWORD = 'the-sentinels-have-another';
const MASTER = 'confab';

/** @param {string} address @param {string[]} args */
const cli = (address, ...args) => spawnSync('redis-cli',
  ['-h', address.split(':')[0], '-p', address.split(':')[1], ...args],
  { encoding: 'utf8', timeout: 5000 }).stdout.trim();

/** @param {string} address @param {string[]} args */
const ask = (address, ...args) => cli(address, '--no-auth-warning', '-a',
  SENTINEL_PASSWORD, ...args);

export class Sentinels {
  /** Whether the servers have the users, too. */
  users = false;
  /** @type {Record<string, Child>} by address */
  servers = {};
  /** @type {Record<string, Child>} by address */
  sentinels = {};

  /**
   * @param {string} dir
   * @param {import('./network.js').Network} [network] where the servers have the
   *   places "engine" and "second", and the sentinels a, b and c
   */
  constructor(dir, network) {
    this.network = network;
    this.dir = join(dir, 'sentinels');
    mkdirSync(this.dir);
    writeFileSync(join(dir, 'engine-password'), `${ENGINE_PASSWORD}\n`, { mode: 0o600 });
    writeFileSync(join(dir, 'users-password'), `${USERS_PASSWORD}\n`, { mode: 0o600 });
    writeFileSync(join(dir, 'sentinel-password'), `${SENTINEL_PASSWORD}\n`, { mode: 0o600 });
  }

  /** @param {string} place @returns {Promise<string>} an address there */
  async #at(place) {
    return `${this.network?.address(place, 'back') ?? '127.0.0.1'}:${await freePort()}`;
  }

  /** What takes a command to where an address is. @param {string} address */
  #inside(address) {
    const { network } = this;
    const place = Object.keys(network?.places ?? {})
      .find((name) => address.startsWith(`${network?.address(name, 'back')}:`));
    return network && place ? network.inside(place) : [];
  }

  /** What a worker's configuration says of them: the first is never there. */
  get section() {
    return {
      user: 'confab', password_file: 'engine-password',
      ...(this.users ? USERS_SECTION : {}),
      sentinel: {
        master: MASTER, password_file: 'sentinel-password',
        servers: ['127.0.0.1:1', ...Object.keys(this.sentinels)],
      },
    };
  }

  /** Where the sentinels say that the master is. */
  get master() {
    const [alive] = Object.entries(this.sentinels).filter(([, child]) => child.ended === null);
    return ask(alive[0], 'sentinel', 'get-master-addr-by-name', MASTER).split('\n').join(':');
  }

  /** @param {string[]} args of redis-cli, for the master */
  cli(...args) {
    return cli(this.master, ...args);
  }

  /** Has another server be the master, as before maintenance. */
  handOver() {
    return ask(Object.keys(this.sentinels)[0], 'sentinel', 'failover', MASTER);
  }

  /**
   * @param {string} address @param {string} file @param {string[]} lines
   * @param {string[]} [args]
   */
  #run(address, file, lines, args = []) {
    const [host, port] = address.split(':');
    writeFileSync(`${file}.conf`, [`port ${port}`, `bind ${host}`, ...lines, ''].join('\n'));
    const [command, ...rest] = [...this.#inside(address), 'redis-server', `${file}.conf`, ...args];
    return new Child(command, rest, { log: `${file}.log` });
  }

  /** @param {string} address @param {string} [of] the one that it copies */
  async startServer(address, of) {
    const data = join(this.dir, `server-${address}`);
    mkdirSync(data, { recursive: true });
    this.servers[address] = this.#run(address, data, [
      'protected-mode no', `dir ${data}`, 'save ""',
      ...(of === undefined ? [] : [`replicaof ${of.replace(':', ' ')}`]), `${ENGINE_USER} +info`,
      `${ENGINE_USERS_USER} +info`]);
    await until(() => cli(address, 'ping') === 'PONG', { what: 'the server answers' });
  }

  /** @param {string} address @param {string} master */
  #startSentinel(address, master) {
    this.sentinels[address] = this.#run(address, join(this.dir, `sentinel-${address}`), [
      `dir ${this.dir}`, `requirepass ${SENTINEL_PASSWORD}`,
      `sentinel sentinel-pass ${SENTINEL_PASSWORD}`,
      `sentinel monitor ${MASTER} ${master.replace(':', ' ')} 2`,
      `sentinel down-after-milliseconds ${MASTER} 1000`,
      `sentinel failover-timeout ${MASTER} 5000`], ['--sentinel']);
  }

  async start() {
    const master = await this.#at('engine');
    await this.startServer(master);
    await this.startServer(await this.#at('second'), master);
    for (const place of ['a', 'b', 'c']) this.#startSentinel(await this.#at(place), master);
    /* Until they know of each other and of the copy, they can do nothing. */
    for (const address of Object.keys(this.sentinels)) {
      await until(() => /status=ok,.*slaves=1,sentinels=3/.test(ask(address, 'info', 'sentinel')),
        { what: 'the sentinels know each other' });
    }
  }

  async stop() {
    for (const child of [...Object.values(this.sentinels), ...Object.values(this.servers)]) {
      child.kill('SIGCONT');
      await child.stop('SIGTERM');
    }
  }
}
