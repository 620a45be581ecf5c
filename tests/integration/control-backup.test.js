/* SPDX-License-Identifier: MIT */
/** confabctl backup and restore: a site moves, and nothing else does. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync, chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { afterEach, beforeEach } from 'node:test';
import { configText } from '../harness/config.js';
import { controlPath } from '../harness/paths.js';
import { newFolder } from '../harness/places.js';

let dir = '';
/** @type {string} */
let backup;

/** @param {string} name */
const uidOf = (name) => Number(spawnSync('id', ['-u', name]).stdout);

/** @param {string[]} args */
const run = (...args) => spawnSync(controlPath,
  ['--config', join(dir, 'site/confab.conf'), ...args],
  { input: 'a long password\n', encoding: 'utf8' });

beforeEach(() => {
  dir = newFolder();
  backup = join(dir, 'backup');
  mkdirSync(join(dir, 'site'));
  mkdirSync(join(dir, 'keys'));
  writeFileSync(join(dir, 'keys/openai'), 'sk-canary\n', { mode: 0o600 });
  writeFileSync(join(dir, 'site/tool'), 'tool-canary\n', { mode: 0o600 });
  writeFileSync(join(dir, 'site/other'), 'nobody named this\n');
  writeFileSync(join(dir, 'site/confab.conf'), configText({
    users_file: 'users', secret_file: 'secret', tokens_file: 'tokens', passkeys_file: 'passkeys',
    runtime_dir: join(dir, 'run'),
    password: { memory_kib: 64, passes: 1, lanes: 1 },
    'provider "up"': { kind: 'openai', base_url: 'http://127.0.0.1:1/v1',
      api_key_file: join(dir, 'keys/openai'), 'model "m"': {} },
    'tool_server "t"': { url: 'http://127.0.0.1:1/mcp', token_file: 'tool' },
  }), { mode: 0o640 });
  writeFileSync(join(dir, 'site/passkeys'), '', { mode: 0o600 });
  for (const args of [['secret', 'new'], ['user', 'add', 'ann'],
    ['token', 'new', 'ann', 'laptop']]) {
    const made = run(...args);
    assert.equal(made.status, 0, made.stderr);
  }
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const FILES = ['site/confab.conf', 'site/users', 'site/secret', 'site/tokens',
  'site/passkeys',
  'keys/openai', 'site/tool'];
const state = () => FILES.map((name) => [
  readFileSync(join(dir, name), 'utf8'), statSync(join(dir, name)).mode]);

test('what is there comes back as it was, and nothing else is taken', () => {
  const before = state();
  const made = run('backup', backup);
  assert.equal(made.status, 0, made.stderr);
  assert.deepEqual(made.stdout.trim().split('\n').sort(),
    FILES.map((name) => join(dir, name)).sort());
  assert.equal(statSync(backup).mode & 0o777, 0o600);
  rmSync(join(dir, 'site'), { recursive: true });
  rmSync(join(dir, 'keys/openai'));
  mkdirSync(join(dir, 'site'));
  const back = run('restore', backup);
  assert.equal(back.status, 0, back.stderr);
  assert.deepEqual(state(), before);
  assert.ok(!existsSync(join(dir, 'site/other')));
  assert.match(run('user', 'list').stdout, /^ann\tactive/);
  assert.equal(run('check').status, 0);
});

test('root takes what is the worker\'s own, and nobody else\'s',
  { skip: process.getuid?.() !== 0 && 'only root gives files away' }, () => {
    appendFileSync(join(dir, 'site/confab.conf'), 'user = daemon\n');
    for (const name of ['site/secret', 'keys/openai']) {
      chownSync(join(dir, name), uidOf('daemon'), 0);
    }
    const made = run('backup', backup);
    assert.equal(made.status, 0, made.stderr);
    chownSync(join(dir, 'keys/openai'), uidOf('nobody'), 0);
    const refused = run('backup', `${backup}.2`);
    assert.equal(refused.status, 3, refused.stdout);
    assert.match(refused.stderr, /keys\/openai: must be owned by/);
  });

test('a backup is not written over, nor is a site without --force', () => {
  assert.equal(run('backup', backup).status, 0);
  assert.equal(run('backup', backup).status, 5);
  const before = state();
  assert.equal(run('user', 'add', 'bob').status, 0);
  const refused = run('restore', backup);
  assert.equal(refused.status, 5);
  assert.match(refused.stderr, /users: exists; --force replaces it/);
  assert.match(run('user', 'list').stdout, /bob/);
  assert.equal(run('restore', backup, '--force').status, 0);
  assert.deepEqual(state(), before);
});

test('a file that cannot be read makes no backup', () => {
  rmSync(join(dir, 'site/secret'));
  const made = run('backup', backup);
  assert.equal(made.status, 1);
  assert.match(made.stderr, /secret: .*No such file/);
  assert.ok(!existsSync(backup));
});

/** Adds a file, and words to the configuration. @param {any} value @param {string} path @param {string} words */
function withMore(value, path, words) {
  const [config] = value.files;
  const text = Buffer.from(config.content, 'base64url').toString();
  config.content = Buffer.from(`${text}\n${words}\n`).toString('base64url');
  value.files.push({ ...value.files[1], path });
}

/** Each row changes a good backup: nothing of it may be written.
 * @type {Record<string, (value: any) => any>} */
const hostile = {
  'a file that the configuration does not name': (value) => {
    value.files.push({ ...value.files[1], path: join(dir, 'keys/evil') });
  },
  'a file that a comment names': (value) => {
    const evil = join(dir, 'keys/evil');
    withMore(value, evil, `# users_file = "${evil}"\n// users_file = ${evil}\n/* users_file = ${evil} */`);
  },
  'a file that a text names': (value) => {
    const evil = join(dir, 'keys/evil');
    withMore(value, evil, `welcome "en" { title = "users_file = ${evil}" text = "${evil}" } users_file "=" "${evil}"`);
  },
  'a name that is the begin of another': (value) => withMore(value, join(dir, 'site/us'), ''),
  'a path that climbs': (value) => {
    value.files[1].path = join(dir, 'site') + '/../keys/evil';
  },
  'a path that ends by climbing': (value) => withMore(value, join(dir, 'site/..'), `ca_file = "${dir}/site/.."`),
  'a path that is a folder of its own': (value) => withMore(value, `${join(dir, 'site')}/.`, `ca_file = "${dir}/site/."`),
  'a path that moves the cursor of a terminal': (value) => withMore(value, join(dir, 'keys/evil\u001b[2J'), 'none'),
  'a path of two lines': (value) => withMore(value, join(dir, 'keys/evil\nconfabctl: restored'), 'none'),
  'a relative path': (value) => { value.files[1].path = 'users'; },
  'a content that is none': (value) => { value.files[1].content = '*'; },
  'another first file': (value) => { value.files.reverse(); },
  'a newer format': (value) => { value.confab_backup = 2; },
  'no files': (value) => { value.files = []; },
  'too many files': (value) => {
    value.files = Array.from({ length: 201 }, () => value.files[0]);
  },
  'another kind of thing': (value) => { value.files = 'x'; },
};
for (const [name, change] of Object.entries(hostile)) {
  test(`refused: ${name}`, () => {
    assert.equal(run('backup', backup).status, 0);
    const value = JSON.parse(readFileSync(backup, 'utf8'));
    change(value);
    writeFileSync(backup, JSON.stringify(value));
    const before = state();
    rmSync(join(dir, 'site/tokens'));
    const back = run('restore', backup, '--force');
    assert.equal(back.status, 1, back.stderr);
    assert.doesNotMatch(back.stderr, /[^\n -~]|\n./, 'one line, of signs that are seen');
    for (const none of ['site/tokens', 'keys/evil', 'site/us']) {
      assert.ok(!existsSync(join(dir, none)), `${none}: nothing was written`);
    }
    assert.deepEqual(before.length, FILES.length);
  });
}

test('no file becomes writable for others by a restore', () => {
  assert.equal(run('backup', backup).status, 0);
  const value = JSON.parse(readFileSync(backup, 'utf8'));
  for (const one of value.files) one.mode = 0o666;
  writeFileSync(backup, JSON.stringify(value));
  assert.equal(run('restore', backup, '--force').status, 0);
  for (const [, mode] of state()) assert.equal(Number(mode) & 0o022, 0);
});

test('text that is no JSON, and a file that is not there', () => {
  writeFileSync(backup, 'hello');
  assert.equal(run('restore', backup).status, 1);
  assert.equal(run('restore', join(dir, 'none')).status, 4);
  for (const args of [['backup'], ['restore'], ['backup', 'a', 'b']]) {
    assert.equal(run(...args).status, 2);
  }
  chmodSync(backup, 0o600);
});
