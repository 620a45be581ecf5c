/* SPDX-License-Identifier: MIT */
/**
 * Two Redis servers, one of which copies the other, and three sentinels that
 * agree on which of them is the master.
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child, until } from './children.js';
import { ENGINE_PASSWORD, ENGINE_USER } from './engine.js';
import { freePort } from './places.js';

const SENTINEL_PASSWORD = 'the-sentinels-have-another';
const MASTER = 'confab';

/** @param {number} port @param {string[]} args */
const cli = (port, ...args) => spawnSync('redis-cli',
  ['-p', String(port), ...args], { encoding: 'utf8' }).stdout.trim();

export class Sentinels {
  /** @type {Record<number, Child>} by port */
  servers = {};
  /** @type {Record<number, Child>} by port */
  sentinels = {};

  /** @param {string} dir */
  constructor(dir) {
    this.dir = join(dir, 'sentinels');
    mkdirSync(this.dir);
    writeFileSync(join(dir, 'engine-password'), `${ENGINE_PASSWORD}\n`, { mode: 0o600 });
    writeFileSync(join(dir, 'sentinel-password'), `${SENTINEL_PASSWORD}\n`, { mode: 0o600 });
  }

  /** What a worker's configuration says of them: the first is never there. */
  get section() {
    return {
      user: 'confab', password_file: 'engine-password',
      sentinel: {
        master: MASTER, password_file: 'sentinel-password',
        servers: [1, ...Object.keys(this.sentinels)].map((port) => `127.0.0.1:${port}`),
      },
    };
  }

  /** Where the sentinels say that the master is: its port. */
  get master() {
    const [alive] = Object.entries(this.sentinels).filter(([, child]) => child.ended === null);
    return Number(cli(Number(alive[0]), '--no-auth-warning', '-a', SENTINEL_PASSWORD,
      'sentinel', 'get-master-addr-by-name', MASTER).split('\n')[1]);
  }

  /** @param {string[]} args of redis-cli, for the master */
  cli(...args) {
    return cli(this.master, ...args);
  }

  /** Has another server be the master, as before maintenance. */
  handOver() {
    return cli(Number(Object.keys(this.sentinels)[0]), '--no-auth-warning', '-a',
      SENTINEL_PASSWORD, 'sentinel', 'failover', MASTER);
  }

  /** @param {number} port @param {number} [of] the one that it copies */
  async startServer(port, of) {
    const data = join(this.dir, `server-${port}`);
    const file = `${data}.conf`;
    mkdirSync(data, { recursive: true });
    writeFileSync(file, [
      `port ${port}`, 'bind 127.0.0.1', `dir ${data}`, 'save ""',
      ...(of === undefined ? [] : [`replicaof 127.0.0.1 ${of}`]),
      `${ENGINE_USER} +info`, '',
    ].join('\n'));
    this.servers[port] = new Child('redis-server', [file], { log: `${data}.log` });
    await until(() => cli(port, 'ping') === 'PONG', { what: 'the server answers' });
  }

  /** @param {number} port @param {number} master */
  async #startSentinel(port, master) {
    const file = join(this.dir, `sentinel-${port}.conf`);
    writeFileSync(file, [
      `port ${port}`, 'bind 127.0.0.1', `dir ${this.dir}`,
      `requirepass ${SENTINEL_PASSWORD}`, `sentinel sentinel-pass ${SENTINEL_PASSWORD}`,
      `sentinel monitor ${MASTER} 127.0.0.1 ${master} 2`,
      `sentinel down-after-milliseconds ${MASTER} 1000`,
      `sentinel failover-timeout ${MASTER} 5000`, '',
    ].join('\n'));
    this.sentinels[port] = new Child('redis-server', [file, '--sentinel'],
      { log: join(this.dir, `sentinel-${port}.log`) });
  }

  async start() {
    const master = await freePort();
    await this.startServer(master);
    await this.startServer(await freePort(), master);
    for (let i = 0; i < 3; i += 1) await this.#startSentinel(await freePort(), master);
    /* Until they know of each other and of the copy, they can do nothing. */
    for (const port of Object.keys(this.sentinels)) {
      await until(() => {
        const said = cli(Number(port), '--no-auth-warning', '-a', SENTINEL_PASSWORD,
          'info', 'sentinel');
        return /status=ok,.*slaves=1,sentinels=3/.test(said);
      }, { what: 'the sentinels know each other' });
    }
  }

  async stop() {
    for (const child of [...Object.values(this.sentinels), ...Object.values(this.servers)]) {
      child.kill('SIGCONT');
      await child.stop('SIGTERM');
    }
  }
}
