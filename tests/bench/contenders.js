/* SPDX-License-Identifier: MIT */
/**
 * Who is compared: each behind the same nginx with the same TLS, started anew
 * for each measurement so that none inherits another's memory.
 */

import { spawnSync } from 'node:child_process';
import {
  chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, until } from '../harness/children.js';
import { startNginx } from '../harness/nginx.js';
import { freePort } from '../harness/places.js';
import { buildDir, workerPath } from '../harness/paths.js';
import { children } from '../harness/proc.js';
import { PASSWORD, startSite } from '../harness/site.js';
import { makeCertificates } from '../upstream/certs.js';

const here = dirname(fileURLToPath(import.meta.url));
/* More than descriptors: nginx drops idle clients when few are left. */
const CONNECTIONS = 24_000;

/**
 * @typedef {object} Running
 * @property {number} port
 * @property {string} path
 * @property {string} cookie
 * @property {() => number[]} pids all that does its work, nginx's too
 * @property {() => number[]} own of those, what is not nginx's
 * @property {() => Promise<void>} close
 */

/** @param {Child} nginx */
const nginxPids = (nginx) => [nginx.pid, ...children(nginx.pid)];

/**
 * nginx alone, with some location.
 * @param {(dir: string) => Promise<{http?: string, server: string,
 *   own: () => number[], close: () => Promise<void>}>} make
 * @returns {Promise<Running>}
 */
async function behindNginx(make) {
  const dir = mkdtempSync(join(tmpdir(), 'confab-bench-'));
  const made = await make(dir);
  const port = await freePort();
  const nginx = await startNginx({
    dir, port, mounts: [], backend: 'unix:/nowhere', connections: CONNECTIONS,
    pair: makeCertificates(dir).good, httpExtra: made.http,
    extra: made.server,
  });
  return {
    port, path: '/', cookie: '', own: made.own,
    pids: () => [...nginxPids(nginx), ...made.own()],
    async close() {
      await nginx.stop('SIGTERM', 5000);
      await made.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** @param {string} backend */
const proxyLocation = (backend) => ({
  http: `upstream behind { server ${backend}; }`,
  server: `location / {
      proxy_pass http://behind/v1/chat/completions;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }`,
});

const nothing = { own: () => [], close: async () => {} };

/** What the shipped example of a whole host sets for its server. */
const HOST = 'ssl_buffer_size 2800;';

/** @param {string} [more] for the server */
const proxyPass = (more = '') => (/** @type {number} */ upstream) =>
  behindNginx(async () => {
    const { http, server } = proxyLocation(`127.0.0.1:${upstream}`);
    return { http, server: more + server, ...nothing };
  });

/** @param {'pipe' | 'parse'} mode */
export const nodeRelay = (mode) => (/** @type {number} */ upstream) =>
  behindNginx(async (dir) => {
    const relay = new Child(process.execPath,
      [join(here, 'node_relay.js'), mode, `http://127.0.0.1:${upstream}`],
      { log: join(dir, 'relay.log') });
    await until(() => /^\d+\n/.test(relay.output()));
    return {
      ...proxyLocation(`127.0.0.1:${relay.output().trim()}`),
      own: () => [relay.pid],
      async close() {
        await relay.stop('SIGKILL');
      },
    };
  });

/** The newest php-fpm that is installed, if any. */
export const phpFpm = ['/usr/sbin', '/usr/local/sbin']
  .filter((dir) => existsSync(dir))
  .flatMap((dir) => readdirSync(dir)
    .filter((name) => /^php-fpm[0-9.]*$/.test(name))
    .map((name) => join(dir, name))).sort().at(-1);

/** @param {number} upstream */
export const phpRelay = (upstream) => behindNginx(async (dir) => {
  const socket = join(dir, 'php.sock');
  const config = join(dir, 'php.conf');
  mkdirSync(join(dir, 'root'), { recursive: true });
  const root = process.getuid?.() === 0;
  writeFileSync(config, `[global]
error_log = ${join(dir, 'php.log')}
daemonize = no
[www]
${root ? 'user = root\ngroup = root' : ''}
listen = ${socket}
listen.backlog = 4096
pm = static
pm.max_children = 256
request_terminate_timeout = 0
php_admin_value[max_execution_time] = 0
`);
  const fpm = new Child(/** @type {string} */ (phpFpm),
    ['-n', '-d', 'extension=curl', ...(root ? ['-R'] : []), '-y', config],
    { log: join(dir, 'fpm.out') });
  await until(() => existsSync(socket) || fpm.ended, { what: 'php-fpm' });
  if (fpm.ended) {
    throw new Error(fpm.output() + readFileSync(join(dir, 'php.log'), 'utf8'));
  }
  return {
    server: `location / {
      include /etc/nginx/fastcgi_params;
      fastcgi_pass unix:${socket};
      fastcgi_param SCRIPT_FILENAME ${join(here, 'relay.php')};
      fastcgi_param BENCH_UPSTREAM http://127.0.0.1:${upstream};
      fastcgi_buffering off;
      fastcgi_keep_conn off;
    }`,
    own: () => [fpm.pid, ...children(fpm.pid)],
    async close() {
      await fpm.stop('SIGKILL');
    },
  };
});

/**
 * The least that a second hop can do; what it costs is nobody's to save.
 * @param {number} upstream @param {string[]} [wrap] put before its command
 */
export const floor = (upstream, wrap = []) => behindNginx(async (dir) => {
  const socket = join(dir, 'floor.sock');
  const [command, ...args] = [...wrap, join(buildDir, 'tests/bench/bench_floor'),
    socket, String(upstream)];
  const relay = new Child(command, args, { log: join(dir, 'floor.log') });
  await until(() => existsSync(socket) || relay.ended, { what: 'the floor' });
  if (process.getuid?.() === 0) chmodSync(socket, 0o666);
  return {
    server: `location / {
      include /etc/nginx/fastcgi_params;
      fastcgi_pass unix:${socket};
      fastcgi_buffering off;
      fastcgi_keep_conn off;
    }`,
    own: () => [relay.pid],
    async close() {
      await relay.stop('SIGTERM');
    },
  };
});

/**
 * @param {number} upstream @param {string[]} [wrap] put before its command
 * @returns {Promise<Running>}
 */
export async function confab(upstream, wrap) {
  const site = await startSite({
    wrap,
    models: [], connections: CONNECTIONS, serverExtra: HOST,
    config: {
      limits: { streams: 20_000, streams_per_user: 20_000,
        requests_per_minute: 0, ring_per_user: 1 << 30,
        ring_total: 1 << 30 },
      'provider "up"': {
        kind: 'openai', base_url: `http://127.0.0.1:${upstream}/v1`,
        api_key_file: undefined,
        ...Object.fromEntries(MODELS.map((name) => [`model "${name}"`, {}])),
      },
    },
  });
  const client = site.client();
  await client.login('ann', PASSWORD);
  const nginx = /** @type {Child} */ (site.nginx);
  return {
    port: site.port, path: '/api/chat/completions', cookie: client.cookie,
    own: () => [site.worker.pid],
    pids: () => [...nginxPids(nginx), site.worker.pid],
    close: () => site.close({ worker: false }),
  };
}

/** Every model that a workload asks for. @type {string[]} */
export const MODELS = [];

export const CONTENDERS = [
  { name: 'nginx `proxy_pass`', start: proxyPass(), most: 20_000 },
  { name: 'nginx `proxy_pass`, TLS records as ours',
    start: proxyPass(HOST), most: 20_000 },
  { name: 'bare floor', start: (/** @type {number} */ up) => floor(up),
    most: 20_000 },
  { name: 'confab', start: (/** @type {number} */ up) => confab(up),
    most: 20_000, missing: existsSync(workerPath) ? undefined : `no ${workerPath}` },
  { name: 'Node, `fetch` + pipe', start: nodeRelay('pipe'), most: 20_000 },
  { name: 'Node, `fetch` + parse', start: nodeRelay('parse'), most: 20_000 },
  { name: 'PHP-FPM', start: phpRelay, most: 256,
    missing: phpFpm && spawnSync(phpFpm, ['-n', '-d', 'extension=curl', '-m'])
      .stdout?.includes('curl') ? undefined
      : 'php-fpm or its curl extension is not installed' },
];

