/* SPDX-License-Identifier: MIT */
/**
 * An nginx of the test's own, with the shipped file included at each mount
 * point, over TLS, HTTP/1.1 and HTTP/2.
 */

import { spawnSync } from 'node:child_process';
import {
  existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Child, until } from './children.js';
import { buildDir, sourceDir } from './paths.js';

const version = /nginx\/(\d+)\.(\d+)\.(\d+)/.exec(
  spawnSync('nginx', ['-v']).stderr?.toString() ?? '')?.slice(1).map(Number)
  ?? [0, 0, 0];
const http2Directive = version[0] > 1 || version[1] > 25
  || (version[1] === 25 && version[2] >= 1);

/**
 * Fills the shipped templates, as an installation does.
 * @param {string} dir where they go
 * @param {Record<string, string>} values by name
 * @param {(text: string) => string} [change]
 */
function fillTemplates(dir, values, change = (text) => text) {
  mkdirSync(dir, { recursive: true });
  const from = join(sourceDir, 'nginx');
  for (const name of readdirSync(from)) {
    if (!name.endsWith('.conf.in')) continue;
    const text = readFileSync(join(from, name), 'utf8').replace(
      /@([a-z_]+)@/g, (whole, key) => values[key] ?? whole);
    writeFileSync(join(dir, name.slice(0, -3)), change(text));
  }
}

/**
 * @typedef {object} NginxOptions
 * @property {string} dir
 * @property {string[]} mounts
 * @property {number} port
 * @property {string} [address] instead of 127.0.0.1
 * @property {string[]} [inside] put before the command, to run it elsewhere
 * @property {string} backend as fastcgi_pass takes it
 * @property {{key: string, cert: string}} pair
 * @property {string} [extra] more for the server block
 * @property {string} [httpExtra] more for the http block
 * @property {number} [connections] of each process
 * @property {number} [processes] instead of one; each has its own queue to accept
 * @property {string} [file] the one to include
 * @property {(text: string) => string} [change] changes each shipped file
 * @property {string} [user] of its workers, where root starts it
 * @property {Example} [example] takes the place of the server block
 */

/**
 * A whole server block of the shipped ones, as an administrator has it.
 * @typedef {object} Example
 * @property {string} file its name
 * @property {[string, string][]} change all of these, each of which must be
 *   there, become what is behind them; beside address and certificate
 * @property {string} [module] to be loaded
 */

/**
 * Changes what an administrator would change in a shipped file.
 * @param {string} text @param {[string, string][]} changes
 */
export function changed(text, changes) {
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`there is no "${from}"`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** @param {NginxOptions} options @param {Example} example */
function exampleServer({ dir, address = '127.0.0.1', port, pair, processes }, { file, change }) {
  const ssl = processes ? 'ssl reuseport' : 'ssl';
  return changed(readFileSync(join(dir, 'nginx', file), 'utf8'), [
    ['listen 443 ssl http2;', http2Directive
      ? `listen ${address}:${port} ${ssl}; http2 on;`
      : `listen ${address}:${port} ${ssl} http2;`],
    ['ssl_certificate /etc/ssl/chat.example.org.crt', `ssl_certificate ${pair.cert}`],
    ['/etc/ssl/private/chat.example.org.key', pair.key],
    ['server_name chat.example.org', 'server_name localhost'],
    ...change,
  ]);
}

/** @param {NginxOptions} options */
function configuration(options) {
  return options.example ? around(options, exampleServer(options, options.example))
    : around(options, ownServer(options));
}

/** @param {NginxOptions} options */
function ownServer({ dir, mounts, port, pair, extra = '', file = 'confab.conf' }) {
  const included = join(dir, 'nginx', file);
  const locations = mounts.map((mount) =>
    `location ${mount} { include ${included}; }`);
  return `
  server {
    listen 127.0.0.1:${port} ssl${http2Directive ? '' : ' http2'} backlog=16384;
    ${http2Directive ? 'http2 on;' : ''}
    server_name localhost;
    ssl_certificate ${pair.cert};
    ssl_certificate_key ${pair.key};
    root ${join(dir, 'root')};
    ${extra}
    ${locations.join('\n    ')}
  }`;
}

/** @param {NginxOptions} options @param {string} server */
function around({ dir, httpExtra = '', connections = 4096, processes = 1, user: as = 'root',
  example }, server) {
  const user = process.getuid?.() === 0 ? `user ${as};` : '';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(dir, 'tmp', name)};`);
  return `${user}
${example?.module ? `load_module ${example.module};` : ''}
worker_processes ${processes};
worker_rlimit_nofile ${Math.min(connections * 2 + 64, 20_000)};
daemon off;
pid ${join(dir, 'nginx.pid')};
error_log ${join(dir, 'error.log')} notice;
events { worker_connections ${connections}; }
http {
  include /etc/nginx/mime.types;
  access_log ${join(dir, 'access.log')};
  keepalive_requests 100000;
  http2_max_concurrent_streams 1024;
  ${temporary.join('\n  ')}
  ${httpExtra}
  ${server}
}
`;
}

/** @param {NginxOptions} options */
export async function startNginx(options) {
  const { dir, inside = [] } = options;
  for (const name of ['root', 'tmp']) {
    mkdirSync(join(dir, name), { recursive: true });
  }
  fillTemplates(join(dir, 'nginx'), {
    nginxdir: join(dir, 'nginx'),
    wwwdir: join(buildDir, 'www'),
    backend: options.backend,
    rundir: dirname(options.backend.replace(/^unix:/, '')),
  }, options.change);
  const file = join(dir, 'nginx.conf');
  writeFileSync(file, configuration(options));
  const [command, ...args] = [...inside, 'nginx',
    '-c', file, '-p', dir, '-e', join(dir, 'error.log')];
  const child = new Child(command, args, { log: join(dir, 'nginx.out') });
  await until(() => existsSync(join(dir, 'nginx.pid')) || child.ended,
    { what: 'nginx starts' });
  if (child.ended) {
    throw new Error(`nginx did not start: ${child.output()}`
      + readFileSync(join(dir, 'error.log'), 'utf8'));
  }
  return child;
}
