/* SPDX-License-Identifier: MIT */
/** confabctl doctor, asked of a site of the harness. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNginx } from './nginx.js';
import { controlPath } from './paths.js';
import { freePort } from './places.js';
import { PASSWORD } from './site.js';

/** @typedef {{level: string, id: string, what: string, cause?: string,
 *   cure?: string}} Finding */
/** @typedef {{url: string, failed: number, warned: number,
 *   findings: Finding[]}} Report */

/** What `nginx -T` says of the nginx in a folder. @param {string} dir */
export function dumpOf(dir) {
  const run = spawnSync('nginx', ['-T', '-q', '-c', join(dir, 'nginx.conf'),
    '-p', dir, '-e', join(dir, 'error.log')], { encoding: 'utf8',
    maxBuffer: 1 << 24 });
  assert.equal(run.status, 0, run.stderr);
  const file = join(dir, 'dump');
  writeFileSync(file, run.stdout, { mode: 0o600 });
  return file;
}

/** @param {Report} report */
export const complaints = (report) =>
  report.findings.filter((one) => one.level !== 'ok');

/** @param {import('./site.js').Site} site */
export function doctorOf(site) {
  /**
   * @param {{port?: number, mount?: string, args?: string[], user?: boolean,
   *   config?: string, dump?: string | false, authority?: string}} [how]
   * @returns {Promise<Report & {code: number}>}
   */
  async function doctor({ port = site.port, mount = '/chat/', args = [],
    user = true, config = site.configFile, dump,
    authority = site.certificates.authority } = {}) {
    const all = ['--config', config, 'doctor',
      `https://localhost:${port}${mount}`, '--json',
      '--ca-file', authority,
      ...(user ? ['--user', 'ann'] : []), ...args];
    if (dump !== false) all.push('--nginx', dump ?? dumpOf(site.dir));
    const child = spawn(controlPath, all);
    let out = '';
    let err = '';
    child.stdout.on('data', (data) => { out += data; });
    child.stderr.on('data', (data) => { err += data; });
    child.stdin.end(`${PASSWORD}\n`);
    const [code] = await once(child, 'close');
    assert.ok(out.startsWith('{'), out + err);
    return { ...JSON.parse(out), code };
  }

  /**
   * Another nginx before the same worker.
   * @param {Partial<import('../harness/nginx.js').NginxOptions>} options
   * @param {(port: number, dir: string) => Promise<void>} body
   */
  async function withNginx(options, body) {
    const port = await freePort();
    const dir = join(site.dir, `other-${port}`);
    mkdirSync(dir);
    const nginx = await startNginx({ dir, mounts: ['/chat/'], port,
      backend: `unix:${site.socket}`, pair: site.certificates.good, ...options });
    try {
      await body(port, dir);
    } finally {
      await nginx.stop('SIGTERM');
      rmSync(dir, { recursive: true, force: true });
    }
  }

  return { doctor, withNginx };
}
