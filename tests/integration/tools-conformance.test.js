/* SPDX-License-Identifier: MIT */
/**
 * The client part of the protocol's own suite, of both eras: every scenario but
 * those of OAuth, which is left to a proxy, and of skills, an extension that is
 * not spoken here. The client is a site, asked through its API.
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

/**
 * The suite imports `globSync`, for something else, which Node 20 has not: its
 * own `fs` lacks nothing.
 */
const SHIM = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(\`
    export const resolve = (name, context, next) => name === 'fs'
      && context.parentURL?.includes('/conformance/dist/')
      ? { shortCircuit: true, url: 'data:text/javascript,'
          + encodeURIComponent("export * from 'node:fs';"
            + "export { default } from 'node:fs';"
            + "export const globSync = undefined;") }
      : next(name, context);\`));`)}`;

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
    const child = new Child(process.execPath, ['--import', SHIM, suite,
      'client', '--command',
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

for (const scenario of ['initialize', 'tools_call', 'sse-retry',
  'elicitation-sep1034-client-defaults', 'request-metadata',
  'sep-2322-client-request-state', 'http-standard-headers',
  'http-custom-headers', 'http-invalid-tool-headers',
  'json-schema-ref-no-deref', 'json-schema-2020-12-preservation']) {
  test(`the suite's scenario ${scenario}`, async () => {
    const checks = await run(scenario);
    assert.ok(checks.some(({ status }) => status === 'SUCCESS'));
    for (const one of checks) {
      const ok = TIMED.has(one.id) ? one.details.tooEarly !== true
        : ['SUCCESS', 'SKIPPED'].includes(one.status);
      assert.ok(ok, JSON.stringify(one));
    }
  });
}
