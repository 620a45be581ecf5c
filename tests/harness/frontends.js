/* SPDX-License-Identifier: MIT */
/**
 * Web servers other than nginx, each an instance of the test's own with TLS,
 * from the distribution's packages.
 */

import { execFileSync } from 'node:child_process';
import {
  chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Child, until } from './children.js';
import { configText } from './config.js';
import { freePort } from './places.js';
import { buildDir, sourceDir, workerPath } from './paths.js';

/** Started by root, a web server becomes this user. */
export const WEB_USER = 'www-data';
const isRoot = process.getuid?.() === 0;

/** @param {string} path gives all of it to the web server's user */
export function giveToWebUser(path) {
  if (isRoot) execFileSync('chown', ['-R', `${WEB_USER}:${WEB_USER}`, path]);
}

/**
 * Waits until a server has written its pid or has ended.
 * @param {Child} child @param {string} pid @param {string} [log]
 */
async function started(child, pid, log) {
  await until(() => existsSync(pid) || child.ended,
    { what: `${pid} appears` });
  if (child.ended) {
    throw new Error(`it did not start: ${child.output()}`
      + (log && existsSync(log) ? readFileSync(log, 'utf8') : ''));
  }
}

/**
 * @param {import('./site.js').Site} site
 * @param {{modules: string[], config: string, name: string}} options
 */
export async function startApache(site, { modules, config, name }) {
  const dir = join(site.dir, name);
  const port = await freePort();
  mkdirSync(join(dir, 'htdocs'), { recursive: true });
  const all = ['authz_core', 'mime', 'env', 'setenvif', 'alias', 'dir', 'ssl',
    'filter', 'deflate', 'rewrite', 'headers', ...modules];
  const pid = join(dir, 'pid');
  const log = join(dir, 'error.log');
  writeFileSync(join(dir, 'apache.conf'), `
ServerRoot ${dir}
ServerName localhost
PidFile ${pid}
DefaultRuntimeDir ${dir}
Mutex file:${dir}
Listen 127.0.0.1:${port}
${all.map((one) =>
    `LoadModule ${one}_module /usr/lib/apache2/modules/mod_${one}.so`)
    .join('\n')}
${isRoot ? `User ${WEB_USER}\nGroup ${WEB_USER}` : ''}
ErrorLog ${log}
TypesConfig /etc/mime.types
SSLEngine on
SSLCertificateFile ${site.certificates.good.cert}
SSLCertificateKeyFile ${site.certificates.good.key}
StartServers 1
AddOutputFilterByType DEFLATE text/plain text/html application/json text/event-stream
DocumentRoot ${join(dir, 'htdocs')}
<Directory ${dir}>
  Require all granted
  AllowOverride All
</Directory>
${config.replaceAll('@dir@', dir)}
`);
  giveToWebUser(dir);
  /* At its end Apache ends its whole process group: not ours. */
  const child = new Child('setsid', ['apache2', '-f',
    join(dir, 'apache.conf'), '-D', 'FOREGROUND'], { log: join(dir, 'out.log') });
  await started(child, pid, log);
  return { child, port, dir };
}

/**
 * @param {import('./site.js').Site} site
 * @param {{config: string, name: string}} options
 */
export async function startLighttpd(site, { config, name }) {
  const dir = join(site.dir, name);
  const port = await freePort();
  mkdirSync(join(dir, 'htdocs'), { recursive: true });
  const pem = join(dir, 'both.pem');
  writeFileSync(pem, readFileSync(site.certificates.good.cert, 'utf8')
    + readFileSync(site.certificates.good.key, 'utf8'), { mode: 0o600 });
  writeFileSync(join(dir, 'lighttpd.conf'), `
server.modules = ("mod_openssl", "mod_fastcgi", "mod_setenv")
server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "${join(dir, 'htdocs')}"
server.pid-file = "${join(dir, 'pid')}"
server.errorlog = "${join(dir, 'error.log')}"
server.upload-dirs = ("${dir}")
ssl.engine = "enable"
ssl.pemfile = "${pem}"
${config}
`);
  const child = new Child('lighttpd', ['-D', '-f',
    join(dir, 'lighttpd.conf')], { log: join(dir, 'out.log') });
  await started(child, join(dir, 'pid'), join(dir, 'error.log'));
  return { child, port, dir };
}

/**
 * The bundle for shared hosting, laid out as its README says, set up, with
 * the site's scripted upstream as its provider.
 * @param {import('./site.js').Site} site
 * @param {import('./config.js').Sections} [change] of the configuration
 * @returns {{home: string, page: string}}
 */
export function layOutAccount(site, change = {}) {
  const archive = join(site.dir, 'confab-shared.tar.gz');
  if (!existsSync(archive)) {
    execFileSync('sh', [join(sourceDir, 'packaging/shared-hosting/bundle'),
      sourceDir, buildDir, archive]);
    execFileSync('tar', ['-xzf', archive, '-C', site.dir]);
  }
  const home = join(site.dir, 'confab-shared');
  const etc = join(home, 'confab/etc');
  /** @type {import('./config.js').Sections} */
  const config = { ...site.config, listen: undefined,
    runtime_dir: 'shared', users_file: 'users', secret_file: 'secret',
    ...change };
  config['provider "up"'] = { ...config['provider "up"'],
    api_key_file: 'key', ca_file: undefined };
  writeFileSync(join(etc, 'confab.conf'), configText(config));
  chmodSync(join(etc, 'confab.conf'), 0o600);
  for (const name of ['users', 'secret', 'key']) {
    cpSync(join(site.dir, name), join(etc, name));
    chmodSync(join(etc, name), 0o600);
  }
  giveToWebUser(join(home, 'confab'));
  return { home, page: join(home, 'public_html/chat') };
}

/**
 * A configuration of a worker that a web server starts as its own user.
 * @param {import('./site.js').Site} site
 * @param {import('./config.js').Sections} [change]
 * @returns {string} a program to start it with
 */
export function layOutWorker(site, change = {}) {
  const dir = join(site.dir, 'worker-of-web-server');
  mkdirSync(dir, { recursive: true });
  /** @type {import('./config.js').Sections} */
  const config = { ...site.config, runtime_dir: 'shared',
    users_file: 'users', secret_file: 'secret', ...change };
  config['provider "up"'] = { ...config['provider "up"'],
    api_key_file: 'key', ca_file: undefined };
  writeFileSync(join(dir, 'confab.conf'), configText(config));
  for (const name of ['users', 'secret', 'key']) {
    cpSync(join(site.dir, name), join(dir, name));
    chmodSync(join(dir, name), 0o600);
  }
  /* The build may be in a place that only its owner can enter. */
  cpSync(workerPath, join(dir, 'worker'));
  const program = join(dir, 'confab.fcgi');
  writeFileSync(program, `#!/bin/sh
exec ${join(dir, 'worker')} --config ${join(dir, 'confab.conf')}
`);
  chmodSync(program, 0o755);
  giveToWebUser(dir);
  return program;
}
