/* SPDX-License-Identifier: MIT */
/**
 * An nginx of the test's own, with the shipped file included in one server
 * for each mount point, over TLS, HTTP/1.1 and HTTP/2.
 */

import net from 'node:net';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { Child, until } from './children.js';
import { sourceDir } from './paths.js';

/** A port that was free a moment ago. */
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

const version = /nginx\/(\d+)\.(\d+)\.(\d+)/.exec(
  spawnSync('nginx', ['-v']).stderr?.toString() ?? '')?.slice(1).map(Number)
  ?? [0, 0, 0];
const http2Directive = version[0] > 1 || version[1] > 25
  || (version[1] === 25 && version[2] >= 1);

/** @param {string} mount @param {string} backend */
function includeText(mount, backend) {
  const api = `${mount}api/`;
  return `location ${api} {
  include /etc/nginx/fastcgi_params;
  fastcgi_pass ${backend};
  fastcgi_buffering off;
  fastcgi_request_buffering on;
  client_max_body_size 16m;
  client_body_buffer_size 16m;
  gzip off;
}
location ${mount} {
  alias ${join(sourceDir, 'static')}/;
}`;
}

/**
 * @param {object} site
 * @param {string} site.dir
 * @param {{mount: string, port: number}[]} site.mounts
 * @param {string} site.backend as fastcgi_pass takes it
 * @param {{key: string, cert: string}} site.pair
 * @param {string} [site.extra] more for each server block
 * @param {number} [site.connections]
 * @param {(text: string) => string} [site.change] changes the included file
 */
function configuration({ dir, mounts, backend, pair, extra = '',
  connections = 4096, change }) {
  const servers = mounts.map(({ mount, port }) => {
    const file = join(dir, `include-${port}.conf`);
    const text = includeText(mount, backend);
    writeFileSync(file, change ? change(text) : text);
    return `
  server {
    listen 127.0.0.1:${port} ssl${http2Directive ? '' : ' http2'} backlog=4096;
    ${http2Directive ? 'http2 on;' : ''}
    server_name localhost;
    ssl_certificate ${pair.cert};
    ssl_certificate_key ${pair.key};
    root ${join(dir, 'root')};
    ${extra}
    include ${file};
  }`;
  });
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(dir, 'tmp', name)};`);
  return `${user}
worker_processes 1;
worker_rlimit_nofile ${connections * 2 + 64};
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
  ${servers.join('\n')}
}
`;
}

/** @param {Parameters<typeof configuration>[0]} site */
export async function startNginx(site) {
  for (const name of ['root', 'tmp']) {
    mkdirSync(join(site.dir, name), { recursive: true });
  }
  const file = join(site.dir, 'nginx.conf');
  writeFileSync(file, configuration(site));
  const child = new Child('nginx',
    ['-c', file, '-p', site.dir, '-e', join(site.dir, 'error.log')],
    { log: join(site.dir, 'nginx.out') });
  await until(() => existsSync(join(site.dir, 'nginx.pid')) || child.ended,
    { what: 'nginx starts' });
  if (child.ended) {
    throw new Error(`nginx did not start: ${child.output()}`
      + readFileSync(join(site.dir, 'error.log'), 'utf8'));
  }
  return child;
}
