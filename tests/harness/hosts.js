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
  /** @type {Record<string, string>} as "listen" has it; the first stays */
  listens = {};
  /** @type {Record<string, import('./children.js').Child>} */
  workers = {};
  /** @type {Record<string, Record<string, string>>} environment, by host */
  env = {};
  /** @type {Record<string, string[]>} what takes a command to the host's place */
  inside = {};

  /**
   * @param {import('./site.js').SiteOptions} options
   * @param {object} [how]
   * @param {boolean} [how.masters] with a master each
   * @param {(dir: string) => Engine} [how.engine]
   */
  constructor(options, { masters = false, engine = (dir) => new Engine(dir) } = {}) {
    /** @type {Site} */
    this.site = new Site({
      args: masters ? ['--master'] : [],
      ...options,
      httpExtra: () => (this.site.options.example ? '' : this.#maps()),
      changeInclude: (text) => text.replace(/set \$confab_backend unix:\S+;$/m,
        `set $confab_backend ${this.site.options.example ? 'confab_workers' : '$at_host'};`),
      serverExtra: 'location @confab_hosts { include nginx/confab-hosts.conf; }',
    });
    this.engine = engine(this.site.dir);
    for (const name of HOSTS) {
      this.listens[name] = `unix:${join(this.site.dir, `${name}.sock`)}`;
    }
    this.listens.a = `unix:${this.site.socket}`;
  }

  #maps() {
    const lines = HOSTS.map((name) => `${name} ${this.listens[name]};`)
      .join('\n    ');
    return `map $http_x_at $at_host {\n    default ${this.listens.a};
    ${lines}\n  }
  map $confab_host $confab_host_backend {\n    ${lines}\n  }`;
  }

  async start() {
    const { site } = this;
    await this.engine.start();
    site.options.config = merged(site.options.config ?? {},
      { state: { ...this.engine.section, host: 'a' } });
    await site.start();
    this.workers.a = site.worker;
    for (const name of HOSTS.slice(1)) await this.startHost(name);
    await this.linked();
    return this;
  }

  /** @param {string} name */
  configFile(name) {
    return name === 'a' ? this.site.configFile
      : join(this.site.dir, `host-${name}.conf`);
  }

  /** @param {string} name @param {import('./config.js').Sections} [more] */
  async startHost(name, more = {}) {
    const file = this.configFile(name);
    writeFileSync(file, configText(merged(merged(this.site.config, more), {
      listen: this.listens[name], state: { host: name },
      runtime_dir: join(this.site.dir, `run-${name}`),
    })), { mode: 0o600 });
    this.workers[name] = this.site.spawnWorker(
      { args: ['--config', file], env: this.env[name], inside: this.inside[name] });
    await until(async () => (await this.health(name).catch(() => null)),
      { what: `host ${name} answers` });
  }

  /**
   * Asks a host itself, past nginx.
   * @param {string} name @param {Parameters<FcgiConnection['request']>[0]} request
   */
  async ask(name, request) {
    const connection = new FcgiConnection(this.listens[name].replace(/^unix:/, ''));
    connection.request(request);
    const answer = await connection.finished();
    connection.destroy();
    return answer;
  }

  /** What a host says of itself. @param {string} name */
  async health(name) {
    return JSON.parse((await this.ask(name, { path: 'api/health' })).body.toString());
  }

  /** @param {string} name */
  async metrics(name) {
    return (await this.ask(name, { path: 'api/metrics' })).body.toString();
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
