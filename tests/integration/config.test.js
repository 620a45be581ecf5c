/* SPDX-License-Identifier: MIT */
/**
 * Configuration: a mistake is named with its file and line, and a bad file
 * never takes the place of good settings.
 */

import assert from 'node:assert/strict';
import test from 'node:test';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { pieces, useSite } from '../harness/suite.js';
import { API_KEY } from '../harness/site.js';
import { textOf } from '../harness/sse.js';
import { workerPath } from '../harness/paths.js';

const suite = useSite();

/** @param {(text: string) => string} change */
function checked(change) {
  const { site } = suite;
  const file = join(site.dir, 'changed.conf');
  const text = change(readFileSync(site.configFile, 'utf8'));
  writeFileSync(file, text);
  const run = site.control(['check'], '', { fail: true, config: file });
  const line = /** @type {Record<string, number>} */ ({});
  text.split('\n').forEach((one, i) => {
    if (one.includes('BAD')) line.bad = i + 1;
  });
  return { ...run, file, badLine: line.bad, text: run.stdout + run.stderr };
}

test('a good file passes', () => {
  const run = checked((text) => text);
  assert.equal(run.status, 0, run.text);
});

test('each mistake is named with file and line', () => {
  for (const [what, bad] of [
    ['an unknown option', 'colour = "BAD"'],
    ['no number', 'workers = "BAD"'],
    ['out of range', 'workers = 0 # BAD'],
    ['far out of range', 'workers = 99999 # BAD'],
    ['a bad time', 'timeouts { connect = "BAD" }'],
    ['a bad listen address', 'listen = "BAD"'],
    ['an unknown section', 'BAD { x = 1 }'],
    ['an unknown kind',
      'provider "p" { kind = "BAD" base_url = "http://x" }'],
    ['a bad URL',
      'provider "p" { kind = "openai" base_url = "ftp://BAD" }'],
    ['a broken string', 'users_file = "BAD'],
  ]) {
    const run = checked((text) => `${text}\n${bad}\n`);
    assert.notEqual(run.status, 0, what);
    assert.ok(run.text.includes(run.file), `${what}: ${run.text}`);
    assert.match(run.text, new RegExp(`:${run.badLine}\\b|line ${run.badLine}`),
      `${what}: ${run.text}`);
    assert.ok(!run.text.includes(API_KEY));
  }
});

test('the worker refuses to start on a bad file, with the same words', () => {
  const run = checked((text) => `${text}\nworkers = "BAD"\n`);
  const started = spawnSync(workerPath, ['--config', run.file],
    { encoding: 'utf8', timeout: 5000 });
  assert.notEqual(started.status, 0);
  assert.equal(started.signal, null);
  assert.ok(started.stderr.includes(run.file), started.stderr);
  const missing = spawnSync(workerPath, ['--config', '/nowhere/confab.conf'],
    { encoding: 'utf8', timeout: 5000 });
  assert.notEqual(missing.status, 0);
  assert.match(missing.stderr, /\/nowhere\/confab\.conf/);
});

test('a secret that others can read is refused', () => {
  const { site } = suite;
  for (const name of ['key', 'secret']) {
    const file = join(site.dir, name);
    for (const mode of [0o644, 0o640 | 0o020, 0o604]) {
      chmodSync(file, mode);
      const run = checked((text) => text);
      assert.notEqual(run.status, 0, `${name} ${mode.toString(8)}`);
      assert.ok(run.text.includes(file), run.text);
    }
    chmodSync(file, 0o600);
  }
  assert.equal(checked((text) => text).status, 0);
});

test('check --dump hides secrets', () => {
  const { site } = suite;
  const run = site.control(['check', '--dump']);
  assert.match(run.stdout, /workers\s*=\s*8/);
  assert.ok(run.stdout.includes('provider'));
  const secret = readFileSync(join(site.dir, 'secret'), 'utf8');
  for (const word of [API_KEY, ...secret.split(/\s+/)]) {
    if (word.length > 15) assert.ok(!run.stdout.includes(word));
  }
});

test('reload: a good file counts, a bad one leaves the old', async () => {
  const { site } = suite;
  const client = await site.signedIn();
  const ids = async () => {
    const [status, list] = await client.getJson('api/models');
    assert.equal(status, 200);
    return list.data.map((/** @type {any} */ one) => one.id);
  };
  assert.deepEqual(await ids(), ['m']);
  site.writeConfig({ 'provider "up"': { 'model "second"': {} } });
  await site.reload();
  assert.deepEqual((await ids()).sort(), ['m', 'second']);
  const good = readFileSync(site.configFile, 'utf8');
  writeFileSync(site.configFile, `${good}\nnonsense BAD\n`, { mode: 0o600 });
  const told = await site.reload();
  assert.match(told, new RegExp(site.configFile));
  assert.deepEqual((await ids()).sort(), ['m', 'second']);
  writeFileSync(site.configFile, good, { mode: 0o600 });
  await site.reload();
  const reading = await client.chat('second', pieces(['new']));
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'new');
});
