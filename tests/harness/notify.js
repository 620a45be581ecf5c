/* SPDX-License-Identifier: MIT */
/** The receiving end of sd_notify: node has no unix datagrams, socat has. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Child, until } from './children.js';

/** @param {string} dir @returns null where socat is not installed */
export async function createNotifySocket(dir) {
  if (spawnSync('socat', ['-V']).error) return null;
  const path = join(dir, 'notify.sock');
  const child = new Child('socat', ['-u', `UNIX-RECV:${path}`, '-'],
    { log: join(dir, 'notify.log') });
  await until(() => existsSync(path));
  return { path, text: () => child.output(), close: () => child.stop() };
}
