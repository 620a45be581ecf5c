/* SPDX-License-Identifier: MIT */
/** A Redis server of a test's own, on a socket, with a user of its own. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child, until } from './children.js';

export const ENGINE_PASSWORD = 'the-engine-has-a-password';

/* What confab.conf(5) says that it needs, and no more. */
export const ENGINE_USER = `user confab on >${ENGINE_PASSWORD} resetkeys ~confab:* `
  + 'resetchannels &confab:* -@all +@connection +eval +subscribe '
  + '+publish +get +set +exists +del +expire +pexpire +pttl +time '
  + '+zadd +zrangebyscore +zremrangebyscore +hget +hset +hincrby +hvals';

export const USERS_PASSWORD = 'the-users-have-another-one';

/* The same for who is to read and write the users, and nothing else. */
export const ENGINE_USERS_USER = `user confab-users on >${USERS_PASSWORD} resetkeys `
  + '~users:confab:* resetchannels -@all +@connection +eval +hget +hmget +hset';

/* What a worker's configuration says beside the rest, to have its users there. */
export const USERS_SECTION = { users: 'valkey', users_user: 'confab-users',
  users_password_file: 'users-password' };

export class Engine {
  /** @type {Child} */
  server = /** @type {any} */ (null);
  #runs = 0;

  /**
   * @param {string} dir @param {string[]} [more] lines of its configuration
   * @param {string[]} [inside] put before its command, to run it elsewhere
   */
  constructor(dir, more = ['port 0'], inside = []) {
    this.more = more;
    this.inside = inside;
    this.dir = join(dir, 'engine');
    this.socket = join(this.dir, 'engine.sock');
    mkdirSync(this.dir);
    writeFileSync(join(dir, 'engine-password'), `${ENGINE_PASSWORD}\n`,
      { mode: 0o600 });
    writeFileSync(join(dir, 'users-password'), `${USERS_PASSWORD}\n`,
      { mode: 0o600 });
    this.configFile = join(this.dir, 'redis.conf');
  }

  /** Whether it has the users, too. */
  users = false;

  /** What a worker's configuration says of it. */
  get section() {
    return { valkey: `unix:${this.socket}`, user: 'confab', password_file: 'engine-password',
      ...(this.users ? USERS_SECTION : {}) };
  }

  /** Starts it with nothing in it, or with what it had. @param {{keep?: boolean}} [how] */
  async start({ keep = false } = {}) {
    if (!keep) this.#runs += 1;
    const data = join(this.dir, `run-${this.#runs}`);
    if (!keep) mkdirSync(data);
    writeFileSync(this.configFile, [
      `unixsocket ${this.socket}`,
      `dir ${data}`,
      'save ""',
      'appendonly yes',
      'appendfsync always',
      ...this.more,
      ENGINE_USER,
      ENGINE_USERS_USER,
      '',
    ].join('\n'));
    const [command, ...args] = [...this.inside, 'redis-server', this.configFile];
    this.server = new Child(command, args, { log: join(this.dir, 'server.log') });
    await until(() => this.cli('ping').trim() === 'PONG',
      { what: 'the engine answers' });
  }

  /** @param {string[]} args */
  cli(...args) {
    return spawnSync('redis-cli', ['-s', this.socket, ...args],
      { encoding: 'utf8' }).stdout;
  }

  /** Everything that it is told from now on, in a file. */
  async monitor() {
    const log = join(this.dir, 'monitor.log');
    const child = new Child('redis-cli', ['-s', this.socket, 'monitor'],
      { log });
    await until(() => child.output().includes('OK'),
      { what: 'MONITOR begins' });
    return child;
  }

  async stop() {
    this.server.kill('SIGCONT');
    await this.server.stop('SIGTERM');
  }
}
