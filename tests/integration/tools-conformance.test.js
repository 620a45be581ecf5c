/* SPDX-License-Identifier: MIT */
/**
 * Of the client part of the protocol's own suite: what begins a session, and
 * what a broken stream asks for. The client is a site, asked through its API.
 * Not asked: tools_call, whose server answers each second request with 500
 * (it connects one protocol to two transports); the one of defaults, whose
 * server asks on the stream that a client may open by GET, and we do not.
 */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Child } from '../harness/children.js';
import { newFolder } from '../harness/places.js';

const suite = createRequire(import.meta.url)
  .resolve('@modelcontextprotocol/conformance/dist/index.js');
const driver = join(dirname(fileURLToPath(import.meta.url)),
  'conformance-driver.js');

/** Checks that measure how late something is: a busy machine is late. */
const TIMED = new Set(['client-sse-retry-timing']);

/** @param {string} dir @returns {string[]} */
function checksIn(dir) {
  return readdirSync(dir, { recursive: true })
    .map((name) => join(dir, String(name)))
    .filter((name) => name.endsWith('checks.json'));
}

/**
 * What a scenario found, but for its records of what was said.
 * @param {string} scenario @returns {Promise<any[]>}
 */
async function run(scenario) {
  const dir = newFolder();
  try {
    const child = new Child(process.execPath, [suite, 'client', '--command',
      `${process.execPath} ${driver}`, '--scenario', scenario,
      '--timeout', '300000', '-o', dir], { log: join(dir, 'log') });
    await child.exit;
    const [file] = checksIn(dir);
    assert.ok(file, child.output());
    return JSON.parse(readFileSync(file, 'utf8'))
      .filter((/** @type {any} */ one) => one.status !== 'INFO');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

for (const scenario of ['initialize', 'sse-retry']) {
  test(`the suite's scenario ${scenario}`, async () => {
    const checks = await run(scenario);
    assert.ok(checks.length > 0);
    for (const one of checks) {
      const ok = TIMED.has(one.id) ? one.details.tooEarly !== true
        : one.status === 'SUCCESS';
      assert.ok(ok, JSON.stringify(one));
    }
  });
}
