/* SPDX-License-Identifier: MIT */
/**
 * Folders and ports of a test process's own. Both are marked with the process:
 * what a killed one has left is taken away by the next that looks.
 */

import net from 'node:net';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync,
  writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/* Below those that the kernel gives to whoever connects. */
const PORT_FIRST = 20_000;
const PORTS = 12_000;
const FOLDER = /^confab-test-(\d+)-/;

/** @type {Set<string>} */
const reserved = new Set();
process.on('exit', () => {
  for (const path of reserved) rmSync(path, { force: true });
});

/** @param {number} pid */
const lives = (pid) => existsSync(`/proc/${pid}`);

/** @returns {string} a new folder that all may look into */
export function newFolder() {
  for (const name of readdirSync(tmpdir())) {
    const owner = FOLDER.exec(name)?.[1];
    if (owner && !lives(Number(owner))) {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
  const dir = mkdtempSync(join(tmpdir(), `confab-test-${process.pid}-`));
  chmodSync(dir, 0o755);
  return dir;
}

/** @param {string} path @returns {boolean} that it is ours now */
function reserve(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    reserved.add(path);
    return true;
  } catch {
    let owner = '';
    try {
      owner = readFileSync(path, 'utf8');
    } catch {
      /* Given back meanwhile: another port will do. */
    }
    if (owner && !lives(Number(owner))) rmSync(path, { force: true });
    return false;
  }
}

/**
 * A port of 127.0.0.1 that nobody listens on, and that no other test process
 * is given while this one lives.
 */
export async function freePort() {
  for (;;) {
    const port = PORT_FIRST + Math.floor(Math.random() * PORTS);
    if (!reserve(join(tmpdir(), `confab-test-port-${port}`))) continue;
    const server = net.createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(() => true, () => false);
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
