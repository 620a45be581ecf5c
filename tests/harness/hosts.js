/* SPDX-License-Identifier: MIT */
/**
 * Three hosts with an engine between them, and an nginx that takes a request to
 * the one that it names, as a balancer without luck would. A host is a worker
 * with a folder of its own; they share the users and the secret.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './children.js';
import { configText, merged } from './config.js';
import { Engine } from './engine.js';
import { FcgiConnection } from './fcgi.js';
import { Site } from './site.js';

export const HOSTS = ['a', 'b', 'c'];

export class Hosts {
  /** @type {Record<string, string>} */
  sockets = {};
  /** @type {Record<string, import('./children.js').Child>} */
  workers = {};

  /** @param {import('./site.js').SiteOptions} options */
  constructor(options) {
    this.site = new Site({
      ...options,
      httpExtra: () => this.#maps(),
      changeInclude: (text) => text.replace(/set \$confab_backend unix:\S+;$/m,
        'set $confab_backend $at_host;'),
      serverExtra: 'location @confab_hosts { include nginx/confab-hosts.conf; }',
    });
    this.engine = new Engine(this.site.dir);
    for (const name of HOSTS) {
      this.sockets[name] = join(this.site.dir, `${name}.sock`);
    }
    this.sockets.a = this.site.socket;
    this.site.options.config = merged(options.config ?? {},
      { state: { ...this.engine.section, host: 'a' } });
  }

  #maps() {
    const lines = HOSTS.map((name) => `${name} unix:${this.sockets[name]};`)
      .join('\n    ');
    return `map $http_x_at $at_host {\n    default unix:${this.sockets.a};
    ${lines}\n  }
  map $confab_host $confab_host_backend {\n    ${lines}\n  }`;
  }

  async start() {
    await this.engine.start();
    await this.site.start();
    this.workers.a = this.site.worker;
    for (const name of HOSTS.slice(1)) await this.startHost(name);
    await this.linked();
    return this;
  }

  /** @param {string} name @param {import('./config.js').Sections} [more] */
  async startHost(name, more = {}) {
    const file = join(this.site.dir, `host-${name}.conf`);
    writeFileSync(file, configText(merged(merged(this.site.config, more), {
      listen: `unix:${this.sockets[name]}`, state: { host: name },
      runtime_dir: join(this.site.dir, `run-${name}`),
    })), { mode: 0o600 });
    this.workers[name] = this.site.spawnWorker({ args: ['--config', file] });
    await until(async () => (await this.health(name).catch(() => null)),
      { what: `host ${name} answers` });
  }

  /** What a host says of itself. @param {string} name */
  async health(name) {
    const connection = new FcgiConnection(this.sockets[name]);
    connection.request({ path: 'api/health' });
    const answer = await connection.finished();
    connection.destroy();
    return JSON.parse(answer.body.toString());
  }

  /** @param {string} [is] @param {string[]} [names] */
  async linked(is = 'linked', names = HOSTS) {
    for (const name of names) {
      await until(async () => (await this.health(name)).hosts === is,
        { what: `host ${name} is ${is}` });
    }
  }

  async close() {
    for (const worker of Object.values(this.workers)) {
      if (worker !== this.site.worker) await worker.stop('SIGTERM');
    }
    await this.site.close();
    await this.engine.stop();
  }
}
