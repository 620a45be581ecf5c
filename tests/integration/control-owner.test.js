/* SPDX-License-Identifier: MIT */
/** confabctl in root's hands: what it makes is for the worker's user to read. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { afterEach, beforeEach } from 'node:test';
import { configText } from '../harness/config.js';
import { controlPath } from '../harness/paths.js';

const DAEMON = Number(spawnSync('id', ['-u', 'daemon']).stdout);
const root = { skip: process.getuid?.() !== 0 && 'needs root' };
let dir = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-owner-'));
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, 'state'));
  chownSync(join(dir, 'state'), DAEMON, DAEMON);
  configure({ user: 'daemon' });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** @param {import('../harness/config.js').Sections} more */
function configure(more) {
  writeFileSync(join(dir, 'confab.conf'), configText({
    users_file: 'state/users', secret_file: 'secret', runtime_dir: 'state',
    password: { memory_kib: 64, passes: 1, lanes: 1 },
    'provider "demo"': { kind: 'demo' },
    ...more,
  }));
}

/** @param {string[]} args */
function run(...args) {
  const all = ['--config', join(dir, 'confab.conf'), ...args];
  return spawnSync(controlPath, all,
    { input: 'a long password\n', encoding: 'utf8' });
}

test('what root makes belongs to the worker, who finds all in order', root,
  () => {
    assert.equal(run('secret', 'new').status, 0);
    assert.equal(run('user', 'add', 'ann').status, 0);
    for (const name of ['secret', 'state/users']) {
      assert.equal(statSync(join(dir, name)).uid, DAEMON, name);
    }
    const check = run('check');
    assert.equal(check.status, 0, check.stderr);
    assert.equal(check.stderr, '');
  });

test('nothing is made for a user that is not there', root, () => {
  configure({ user: 'confab-nobody' });
  for (const args of [['secret', 'new'], ['user', 'add', 'ann'], ['check']]) {
    const { status, stderr } = run(...args);
    assert.equal(status, 3);
    assert.match(stderr, /user = confab-nobody: there is no such user/);
  }
  assert.equal(existsSync(join(dir, 'secret')), false);
  assert.equal(existsSync(join(dir, 'state/users')), false);
});

test("a check by root sees with the worker's eyes", root, () => {
  run('secret', 'new');
  run('user', 'add', 'ann');
  chownSync(join(dir, 'secret'), 0, 0);
  chownSync(join(dir, 'state'), 0, 0);
  const { status, stderr } = run('check');
  assert.equal(status, 3);
  assert.match(stderr, /secret: .*Permission denied/);
  assert.match(stderr, RegExp(`this is uid ${DAEMON}; it is uid 0's, mode 0600`));
  assert.match(stderr, /worker runs as "daemon", who must be able to read/);
  assert.match(stderr, /state: cannot be written/);
  chmodSync(join(dir, 'confab.conf'), 0o600);
  const unread = run('check');
  assert.equal(unread.status, 3, 'a reload could not read it');
  assert.match(unread.stderr, /confab\.conf: .*Permission denied/);
  assert.match(unread.stderr, /worker runs as "daemon"/);
});

test('a key that root alone can read is named, and who must read it', root,
  () => {
    run('secret', 'new');
    run('user', 'add', 'ann');
    writeFileSync(join(dir, 'key'), 'k\n', { mode: 0o600 });
    configure({ user: 'daemon', 'provider "up"': { kind: 'openai',
      base_url: 'http://127.0.0.1:1/v1', api_key_file: 'key' } });
    const { status, stderr } = run('check');
    assert.equal(status, 3);
    assert.match(stderr, /key: .*Permission denied/);
    assert.match(stderr, /worker runs as "daemon", who must be able to read/);
    assert.match(stderr, /chown daemon FILE/);
});

test('a folder that is missing is named', () => {
  rmSync(join(dir, 'state'), { recursive: true });
  configure({ users_file: 'gone/too/users' });
  const { status, stderr } = run('user', 'add', 'ann');
  assert.equal(status, 1);
  assert.ok(stderr.includes(`of its folders, there is only ${dir}`), stderr);
});
