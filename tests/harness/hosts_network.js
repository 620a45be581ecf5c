/* SPDX-License-Identifier: MIT */
/**
 * Three hosts, nginx and worker each, a balancer before them and an engine
 * behind, each with addresses of its own on wires that can be cut. All four nginx
 * have the shipped example: the balancer goes by a stream's key, a host's own takes
 * all to the worker beside it.
 */

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from './client.js';
import { merged } from './config.js';
import { Engine } from './engine.js';
import { HOSTS, Hosts } from './hosts.js';
import { Network } from './network.js';
import { startNginx } from './nginx.js';
import { PASSWORD } from './site.js';

/** Where a person can ask. */
export const DOORS = ['balancer', ...HOSTS];
const ENGINE_PORT = 6379;
const WORKER_PORT = 9000;
const EXAMPLE = ['192.0.2.1:9000', '192.0.2.2:9000', '192.0.2.3:9000'];

/** @param {Record<string, import('./network.js').Wire[]>} [more] places */
const makeNetwork = (more) => new Network({
  a: ['front', 'back'], b: ['front', 'back'], c: ['front', 'back'],
  balancer: ['front'], engine: ['back'], ...more });

export class NetworkHosts extends Hosts {
  /** @type {Record<string, import('./children.js').Child>} by door */
  nginx = {};
  /** @type {Map<string, string>} cookie by user */
  #cookies = new Map();
  /** @type {Set<Client>} */
  #clients = new Set();

  /**
   * @param {import('./site.js').SiteOptions} options
   * @param {object} [how]
   * @param {Record<string, import('./network.js').Wire[]>} [how.places] more of them
   * @param {(dir: string, network: Network) => any} [how.engine]
   */
  constructor(options, { places, engine } = {}) {
    const network = makeNetwork(places);
    super({ ...options, outside: network.outside() }, { engine: (dir) => (engine
      ? engine(dir, network)
      : new Engine(dir, [`port ${ENGINE_PORT}`, 'protected-mode no', `bind ${network.address('engine', 'back')}`],
        network.inside('engine'))) });
    this.network = network;
    for (const name of HOSTS) {
      this.listens[name] = `${network.address(name)}:${WORKER_PORT}`;
      this.inside[name] = network.inside(name);
    }
    this.ownEngine = !engine;
  }

  async start() {
    const { site, engine, network } = this;
    await engine.start();
    site.options.config = merged(site.options.config ?? {}, { state: {
      ...engine.section,
      ...(this.ownEngine ? { valkey: `${network.address('engine', 'back')}:${ENGINE_PORT}` } : {}),
    } });
    await site.prepare();
    for (const name of HOSTS) await this.startHost(name);
    for (const name of DOORS) await this.startNginx(name);
    await this.linked();
    return this;
  }

  /** @param {string} name */
  async startNginx(name) {
    const { site, network } = this;
    const dir = join(site.dir, `nginx-${name}`);
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir);
    this.nginx[name] = await startNginx({
      dir, mounts: [], address: network.address(name), port: 443,
      inside: network.inside(name), pair: site.certificates.good,
      backend: name === 'balancer' ? 'confab_workers' : this.listens[name],
      example: { file: 'example-scale-out.conf',
        change: EXAMPLE.map((address, i) =>
          /** @type {[string, string]} */ ([address, this.listens[HOSTS[i]]])) },
    });
  }

  /** @param {string} door @param {{user?: string, h2?: boolean}} [who] */
  async client(door, { user = 'ann', h2 = true } = {}) {
    const client = new Client({ host: this.network.address(door), port: 443, h2 });
    this.#clients.add(client);
    const cookie = this.#cookies.get(user);
    if (cookie) client.cookie = cookie;
    else await client.login(user, PASSWORD);
    this.#cookies.set(user, client.cookie);
    return client;
  }

  /**
   * All of a host dies as by its power: nobody hears of it.
   * @param {string} name
   */
  async kill(name) {
    this.network.cut(name);
    /* The worker of nginx goes with its master (SIGKILL gives it no time to tell). */
    const { pid } = this.nginx[name];
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    for (const one of [this.workers[name], this.nginx[name]]) {
      one.kill('SIGKILL');
      await one.exit;
    }
    for (const child of children.trim().split(' ').filter(Boolean)) {
      if (existsSync(`/proc/${child}`)) process.kill(Number(child), 'SIGKILL');
    }
  }

  /** It is switched on again. @param {string} name */
  async revive(name) {
    this.network.mend(name);
    await this.startHost(name);
    await this.startNginx(name);
    await this.linked('linked', [name]);
  }

  async close() {
    for (const client of this.#clients) client.close();
    for (const name of Object.keys(this.network.places)) this.network.mend(name);
    for (const nginx of Object.values(this.nginx)) await nginx.stop('SIGTERM');
    for (const worker of Object.values(this.workers)) await worker.stop('SIGTERM');
    try {
      await this.site.close();
    } finally {
      await this.engine.stop();
      this.network.close();
    }
  }
}
