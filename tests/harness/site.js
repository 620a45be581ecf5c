/* SPDX-License-Identifier: MIT */
/**
 * A whole site for one test file: scripted upstream, worker and nginx in a
 * directory of their own, on ports and sockets of their own, and the way to
 * end all that without a trace.
 */

import assert from 'node:assert/strict';
import net from 'node:net';
import { spawnSync } from 'node:child_process';
import {
  closeSync, constants, openSync, readFileSync, rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeCertificates } from '../upstream/certs.js';
import { Upstream } from '../upstream/server.js';
import { Child, until } from './children.js';
import { Client } from './client.js';
import { configText, merged } from './config.js';
import { FcgiConnection } from './fcgi.js';
import { startNginx } from './nginx.js';
import { controlPath, workerPath } from './paths.js';
import { freePort, newFolder } from './places.js';
import { descriptors } from './proc.js';

export const PASSWORD = 'correct horse battery';
export const API_KEY = 'sk-test-0123456789-upstream-key';

const SANITIZER =
  /(Address|Leak|Thread|UndefinedBehavior)Sanitizer|runtime error:/;

/* CONFAB_WRAP="valgrind -q --error-exitcode=99" and the like. */
const WRAP = process.env.CONFAB_WRAP?.split(/\s+/) ?? [];

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @typedef {object} SiteOptions
 * @property {import('./config.js').Sections} [config] merged into the default
 * @property {string[]} [models] of the provider "up"
 * @property {readonly string[]} [kinds] of more providers there, "of-KIND", each with a model of its name
 * @property {string[]} [users]
 * @property {string[]} [mounts]
 * @property {string} [outside] where the upstream listens instead of 127.0.0.1
 * @property {boolean} [tls] the upstream is spoken to over TLS
 * @property {boolean} [nginx] false: none is started
 * @property {string} [serverExtra] more for nginx's server block
 * @property {(backend: string) => string} [httpExtra] more for its http block
 * @property {number} [connections] of nginx
 * @property {string} [include] the shipped file, confab.conf
 * @property {(site: Site) => Promise<import('./nginx.js').Example>} [example] in the
 *   place of all that is above for nginx: a shipped server block; it starts what
 *   that asks, too, with `port` known already
 * @property {(text: string) => string} [changeInclude]
 * @property {string[]} [wrap] command put before the worker's
 * @property {Record<string, string>} [env] of the worker
 * @property {string[]} [args] of the worker
 * @property {string} [program] instead of the build's
 * @property {'full' | 'pipe'} [logTo] instead of a file: a full disk, or a
 *   pipe whose reading end only the test has (logPipe)
 */

export class Site {
  /** @type {Child} */
  worker = /** @type {any} */ (null);
  /** @type {Child | null} */
  nginx = null;
  upstream = new Upstream();
  /** of nginx */
  port = 0;
  /** @type {Set<Client>} */
  #clients = new Set();
  /** @type {Map<string, string>} cookie by user */
  #cookies = new Map();
  #baseline = 0;
  /** @type {Set<Child>} all that were started */
  #workers = new Set();
  /** of the last refusal, in ms and s */
  lastRetryAfter = 0;
  /** descriptors that may come on top: idle connections to other upstreams
   * than this site's, which libcurl closes when it looks for one */
  spare = 0;
  /** descriptor of the log's reading end */
  logPipe = -1;

  /** @param {SiteOptions} options */
  constructor(options) {
    this.options = options;
    this.mounts = options.mounts ?? ['/'];
    this.dir = newFolder();
    this.socket = join(this.dir, 'fcgi.sock');
    this.configFile = join(this.dir, 'confab.conf');
    this.certificates = makeCertificates(this.dir);
    /** @type {import('./config.js').Sections} */
    this.config = {};
  }

  /** The configuration as the tests have it when they say nothing. */
  #defaults() {
    const models = this.options.models ?? ['m'];
    const sections = models.map((name) => [`model "${name}"`, {}]);
    const up = {
      base_url: this.upstream.url(this.options.tls ? 'tls' : 'plain'),
      api_key_file: join(this.dir, 'key'),
      ca_file: this.certificates.authority,
    };
    return {
      listen: `unix:${this.socket}`,
      runtime_dir: join(this.dir, 'run'),
      users_file: join(this.dir, 'users'),
      secret_file: join(this.dir, 'secret'),
      password: { memory_kib: 64, passes: 1, lanes: 1 },
      'provider "up"': {
        kind: 'openai',
        ...up,
        ...Object.fromEntries(sections),
      },
      ...Object.fromEntries((this.options.kinds ?? []).map((kind) =>
        [`provider "of-${kind}"`, { kind, ...up, [`model "${kind}"`]: {} }])),
    };
  }

  /** All but nginx and the worker: the provider, files, users. */
  async prepare() {
    const { options } = this;
    await this.upstream.listen({ certificates: this.certificates, host: options.outside });
    writeFileSync(join(this.dir, 'key'), `${API_KEY}\n`, { mode: 0o600 });
    this.config = merged(this.#defaults(), options.config ?? {});
    this.writeConfig();
    this.control(['secret', 'new']);
    for (const user of options.users ?? ['ann']) this.addUser(user);
  }

  async start() {
    const { options } = this;
    await this.prepare();
    if (options.nginx !== false) {
      this.port = await freePort();
      this.nginx = await startNginx({
        dir: this.dir, mounts: this.mounts, port: this.port,
        backend: `unix:${this.socket}`, pair: this.certificates.good,
        extra: options.serverExtra, file: options.include,
        connections: options.connections,
        httpExtra: options.httpExtra?.(`unix:${this.socket}`),
        change: options.changeInclude,
        example: await options.example?.(this),
      });
    }
    await this.startWorker();
    return this;
  }

  /** @param {import('./config.js').Sections} [change] */
  writeConfig(change) {
    if (change) this.config = merged(this.config, change);
    writeFileSync(this.configFile, configText(this.config), { mode: 0o600 });
  }

  /**
   * Runs confabctl on this site's files.
   * @param {string[]} args @param {string} [input]
   * @param {{fail?: boolean, config?: string}} [options] fail: an exit code
   *   is no error
   */
  control(args, input = '',
    { fail = false, config = this.configFile } = {}) {
    const run = spawnSync(controlPath, ['--config', config, ...args],
      { input, encoding: 'utf8' });
    if (run.error) throw run.error;
    if (run.status !== 0 && !fail) {
      throw new Error(
        `confabctl ${args.join(' ')}: ${run.status} ${run.stderr}`);
    }
    return run;
  }

  /** @param {string} name @param {string} [password] */
  addUser(name, password = PASSWORD) {
    this.control(['user', 'add', name], `${password}\n`);
  }

  /**
   * @param {{stdin?: any, args?: string[], fds?: any[],
   *   env?: Record<string, string>, inside?: string[]}} [how] inside: a command
   *   that takes it to a place of a network
   */
  spawnWorker({ stdin, args, fds, env, inside = [] } = {}) {
    const [command, ...rest] = [...inside, ...(this.options.wrap ?? WRAP),
      this.options.program ?? workerPath, '--config', this.configFile,
      ...(this.options.args ?? []), ...(args ?? [])];
    const child = new Child(command, rest, {
      log: join(this.dir, 'worker.log'), stdin, fds, stderr: this.#logFile(),
      env: {
        ASAN_OPTIONS: 'detect_leaks=1:allocator_may_return_null=1',
        UBSAN_OPTIONS: 'print_stacktrace=1',
        ...this.options.env,
        ...env,
      },
    });
    this.#workers.add(child);
    return child;
  }

  /** @returns {number | undefined} where the log goes instead of its file */
  #logFile() {
    if (this.options.logTo === 'full') return openSync('/dev/full', 'w');
    if (this.options.logTo !== 'pipe') return undefined;
    const path = join(this.dir, 'log.fifo');
    if (this.logPipe < 0) {
      spawnSync('mkfifo', [path]);
      this.logPipe = openSync(path,
        constants.O_RDONLY | constants.O_NONBLOCK);
    }
    return openSync(path, 'w');
  }

  /** @param {Parameters<Site['spawnWorker']>[0]} [how] */
  async startWorker(how) {
    this.worker = this.spawnWorker(how);
    await this.ready();
    this.#baseline = 0;
  }

  /** Waits until the worker answers on its socket. */
  async ready() {
    await until(async () => this.worker.ended || await this.accepts(),
      { what: 'the worker accepts' });
    if (this.worker.ended) {
      throw new Error(`the worker ended: ${this.worker.output()}`);
    }
    const connection = this.fcgi();
    connection.request({ path: 'api/health' });
    await connection.finished();
    connection.destroy();
  }

  /** @returns {Promise<boolean>} whether a connection can be made */
  accepts() {
    return new Promise((resolve) => {
      const socket = net.connect({ path: this.socket });
      socket.on('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  }

  /** A connection to the worker itself, past nginx. */
  fcgi() {
    return new FcgiConnection(this.socket);
  }

  /** @param {{mount?: string, h2?: boolean}} [options] */
  client({ mount = this.mounts[0], h2 } = {}) {
    const client = new Client({ port: this.port, mount, h2 });
    this.#clients.add(client);
    return client;
  }

  /**
   * A client with a session, which all clients of that user share.
   * @param {{mount?: string, h2?: boolean, user?: string}} [options]
   */
  async signedIn({ user = 'ann', ...options } = {}) {
    const client = this.client(options);
    const cookie = this.#cookies.get(user);
    if (cookie) {
      client.cookie = cookie;
    } else {
      await client.login(user, PASSWORD);
      this.#cookies.set(user, client.cookie);
    }
    return client;
  }

  forgetSessions() {
    this.#cookies.clear();
  }

  /** @returns {Promise<Record<string, number>>} by name and labels */
  async metrics() {
    const connection = this.fcgi();
    connection.request({ path: 'api/metrics' });
    const { status, body } = await connection.finished();
    connection.destroy();
    assert.equal(status, 200);
    const lines = body.toString().split('\n')
      .filter((line) => line && !line.startsWith('#'));
    return Object.fromEntries(lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }));
  }

  /** Rereads the configuration and waits until the worker says so. */
  async reload() {
    const before = this.log().length;
    this.worker.kill('SIGHUP');
    await until(() => /reload|configuration/i.test(this.log().slice(before)),
      { what: 'the worker tells of its reload' });
    return this.log().slice(before);
  }

  log() {
    return readFileSync(join(this.dir, 'worker.log'), 'utf8');
  }

  /** Whether memory figures are those of a sanitizer or of valgrind. */
  get sanitized() {
    return /lib[alt]san|__asan|valgrind/.test(
      readFileSync(`/proc/${this.worker.pid}/maps`, 'utf8'));
  }

  /** Descriptors of the worker, those to the upstream apart. */
  openDescriptors() {
    return descriptors(this.worker.pid).length - this.upstream.openCount;
  }

  /** Now is the state that every later check has to find again. */
  markBaseline() {
    this.#baseline = this.openDescriptors();
  }

  /** After a test: the worker lives, has complained of nothing, leaks none. */
  async check() {
    for (const client of this.#clients) client.close();
    this.#clients.clear();
    assert.equal(this.worker.ended, null, `the worker ended: ${
      JSON.stringify(this.worker.ended)} ${this.log().slice(-2000)}`);
    this.checkLog();
    if (this.#baseline) {
      const most = this.#baseline + this.spare;
      await until(() => this.openDescriptors() <= most, {
        what: 'descriptors are back',
      }).catch((error) => {
        error.message += `: ${this.openDescriptors()} > ${most}\n`
          + descriptors(this.worker.pid).join('\n');
        throw error;
      });
    }
  }

  checkLog() {
    const log = this.log();
    const at = log.search(SANITIZER);
    assert.ok(at < 0, log.slice(Math.max(0, at - 200), at + 4000));
  }

  closeLogPipe() {
    if (this.logPipe >= 0) closeSync(this.logPipe);
    this.logPipe = -1;
  }

  /** @param {{worker?: boolean}} [expect] false: its end is not looked at */
  async close({ worker = true } = {}) {
    for (const client of this.#clients) client.close();
    try {
      await this.nginx?.stop('SIGTERM');
      if (this.worker && !this.worker.ended) {
        const ended = await this.worker.stop('SIGTERM');
        if (worker) {
          assert.deepEqual(ended, { code: 0, signal: null },
            this.log().slice(-3000));
        }
      }
      if (this.worker) this.checkLog();
    } finally {
      for (const worker of this.#workers) worker.kill('SIGKILL');
      this.nginx?.kill('SIGKILL');
      this.closeLogPipe();
      await this.upstream.close();
      if (!process.env.CONFAB_KEEP) {
        rmSync(this.dir, { recursive: true, force: true });
      } else {
        console.error(`kept: ${this.dir}`);
      }
    }
  }
}

/** @param {SiteOptions} [options] */
export async function startSite(options = {}) {
  const site = new Site(options);
  try {
    return await site.start();
  } catch (error) {
    await site.close({ worker: false }).catch(() => {});
    throw error;
  }
}
