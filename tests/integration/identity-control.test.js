/* SPDX-License-Identifier: MIT */
/** confabctl as scripts and people call it: what it prints and how it ends. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { afterEach, beforeEach } from 'node:test';
import { configText } from '../harness/config.js';
import { controlPath } from '../harness/paths.js';
import { useSite } from '../harness/suite.js';
import { PASSWORD } from '../harness/site.js';

const suite = useSite({
  users: ['ann'],
  models: [],
  config: {
    'provider "up"': undefined,
    'provider "demo"': { kind: 'demo' },
    'provider "keyed"': { kind: 'openai', base_url: 'https://localhost:1/v1',
      api_key_file: 'key', 'model "never-asked"': {} },
  },
});
let dir = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-control-'));
  configure();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** @param {import('../harness/config.js').Sections} [more] */
function configure(more = {}) {
  writeFileSync(join(dir, 'confab.conf'), configText({
    users_file: 'users', secret_file: 'secret', tokens_file: 'tokens',
    runtime_dir: join(dir, 'run'),
    password: { memory_kib: 64, passes: 1, lanes: 1 },
    'provider "demo"': { kind: 'demo' },
    ...more,
  }));
}

/** @param {string[]} args @param {string} [input] */
function run(args, input = '') {
  const all = ['--config', join(dir, 'confab.conf'), ...args];
  return spawnSync(controlPath, all, { input, encoding: 'utf8' });
}

const users = () => readFileSync(join(dir, 'users'), 'utf8');

test('help and version are for standard output, errors are not', () => {
  const help = run(['--help']);
  assert.equal(help.status, 0);
  assert.match(help.stdout, /user add NAME/);
  assert.match(run(['--version']).stdout, /^confabctl \d+\.\d+/);
  for (const args of [[], ['user'], ['user', 'add'], ['frobnicate'],
    ['user', 'add', 'a', 'b'], ['user', 'add', '--frobnicate', 'a'],
    ['secret', 'rotate', '--keep', 'x'], ['secret', 'rotate', '--keep'],
    ['token', 'new', 'a'], ['user', 'expires', 'a', 'soon'],
    ['doctor', 'example.org'], ['check', 'x']]) {
    const { status, stdout, stderr } = run(args, 'a long password\n');
    assert.equal(status, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.notEqual(stderr, '');
  }
});

test('a user is added, listed, changed and deleted', () => {
  assert.equal(run(['user', 'add', 'bob'], 'a long password\n').status, 0);
  assert.equal(statSync(join(dir, 'users')).mode & 0o777, 0o640);
  assert.equal(run(['user', 'add', 'bob'], 'a long password\n').status, 5);
  assert.equal(run(['user', 'add', 'J\u00f6rg M.', '--expires', '2099-01-31',
    '--must-change'], 'a long password').status, 0);
  assert.equal(run(['user', 'list']).stdout,
    'J\u00f6rg M.\tmust-change\t2099-01-31\targon2id\n'
    + 'bob\tactive\tnever\targon2id\n');
  run(['user', 'expires', 'bob', '2001-01-01']);
  assert.match(run(['user', 'list']).stdout, /^bob\texpired\t2001-01-01\t/m);
  run(['user', 'expires', 'bob', 'never']);
  run(['user', 'disable', 'bob']);
  assert.match(run(['user', 'list']).stdout, /^bob\tdisabled\tnever\t/m);
  run(['user', 'enable', 'bob']);
  const before = users();
  const refused = run(['user', 'passwd', 'bob'], 'P@ssw0rd2024\n');
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /guessed first/);
  run(['user', 'passwd', 'bob'], 'another password\n');
  assert.notEqual(users(), before);
  assert.equal(run(['user', 'del', 'bob']).status, 0);
  for (const command of ['del', 'disable', 'enable', 'sign-out',
    'require-change']) {
    assert.equal(run(['user', command, 'bob']).status, 4, command);
  }
  assert.equal(run(['user', 'passwd', 'bob'], 'another password\n').status, 4);
});

test('no password is taken that should not be', () => {
  for (const [name, input] of [['a', ''], ['a', '\n'], ['a', 'short\n'],
    ['a', `${'x'.repeat(2000)}\n`], ['', 'a long password\n'],
    ['a:b', 'a long password\n'], ['#a', 'a long password\n'],
    ['x'.repeat(65), 'a long password\n'], ['a\nb', 'a long password\n']]) {
    const { status } = run(['user', 'add', name], input);
    assert.ok([1, 2].includes(status ?? -1), JSON.stringify([name, input]));
  }
  assert.equal(spawnSync('test', ['-e', join(dir, 'users')]).status, 1);
});

test('comments stay, and a broken file is not overwritten', () => {
  writeFileSync(join(dir, 'users'), '# ours\n\nold:plain\n', { mode: 0o600 });
  const { status, stderr } = run(['user', 'add', 'bob'], 'a long password\n');
  assert.equal(status, 1);
  assert.match(stderr, /users:3: /);
  assert.ok(!stderr.includes('plain'));
  assert.equal(users(), '# ours\n\nold:plain\n');
  writeFileSync(join(dir, 'users'), '# ours\n\n');
  assert.equal(run(['user', 'add', 'bob'], 'a long password\n').status, 0);
  assert.match(users(), /^# ours\n\nbob:\$argon2id\$/);
  assert.equal(statSync(join(dir, 'users')).mode & 0o777, 0o600);
});

test('twenty at once lose nothing', async () => {
  const all = Array.from({ length: 20 }, async (_, i) => {
    const child = spawn(controlPath, ['--config', join(dir, 'confab.conf'),
      'user', 'add', `user${i}`], { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.end('a long password\n');
    const [code] = await once(child, 'close');
    return code;
  });
  assert.deepEqual(await Promise.all(all), Array(20).fill(0));
  assert.equal(users().trim().split('\n').length, 20);
});

test('keys are made once, rotated and dropped', () => {
  const secret = join(dir, 'secret');
  const keys = () => readFileSync(secret, 'utf8').split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => line.split(' ')[0]);
  assert.equal(run(['secret', 'rotate']).status, 4);
  const first = run(['secret', 'new']).stdout.trim();
  assert.equal(statSync(secret).mode & 0o777, 0o600);
  assert.deepEqual(keys(), [first]);
  assert.equal(run(['secret', 'new']).status, 5);
  const second = run(['secret', 'rotate']).stdout.trim();
  assert.deepEqual(keys(), [second, first]);
  const third = run(['secret', 'rotate', '--keep', '1']).stdout.trim();
  assert.deepEqual(keys(), [third, second]);
  const last = run(['secret', 'rotate', '--drop-old']).stdout.trim();
  assert.deepEqual(keys(), [last]);
  assert.equal(statSync(secret).mode & 0o777, 0o600);
});

test('check tells all that is wrong, and where', () => {
  run(['secret', 'new']);
  run(['user', 'add', 'bob'], 'a long password\n');
  const good = run(['check']);
  assert.equal(good.status, 0);
  assert.equal(good.stderr, '');
  assert.match(good.stdout, /confab\.conf: ok/);
  writeFileSync(join(dir, 'users'), `${users()}eve:x\n`);
  chmodSync(join(dir, 'secret'), 0o644);
  writeFileSync(join(dir, 'tokens'), 'x\n');
  const bad = run(['check']);
  assert.equal(bad.status, 3);
  assert.match(bad.stderr, /users:2: /);
  assert.match(bad.stderr, /secret: /);
  assert.match(bad.stderr, /tokens:1: /);
  configure({ workers: 'many' });
  const worse = run(['check']);
  assert.equal(worse.status, 3);
  assert.match(worse.stderr, /confab\.conf:\d+: .*workers/);
  const none = spawnSync(controlPath,
    ['--config', join(dir, 'nowhere'), 'check'], { encoding: 'utf8' });
  assert.equal(none.status, 3);
  assert.match(none.stderr, /nowhere/);
});

test('check --dump reads back, without a secret', () => {
  const { site } = suite;
  const { stdout, status } = site.control(['check', '--dump']);
  assert.equal(status, 0);
  assert.ok(!stdout.includes('sk-test'));
  const copy = join(site.dir, 'copy.conf');
  writeFileSync(copy, stdout, { mode: 0o600 });
  assert.equal(site.control(['check'], '', { config: copy }).status, 0);
  /* The first line names the file. */
  const rest = (/** @type {string} */ text) => text.replace(/^#.*\n/, '');
  assert.equal(
    rest(site.control(['check', '--dump'], '', { config: copy }).stdout),
    rest(stdout));
});

test('doctor walks through the site', () => {
  const { site } = suite;
  const url = `https://localhost:${site.port}/`;
  const trusted = ['--ca-file', site.certificates.authority];
  const quick = site.control(['doctor', url, ...trusted], '', { fail: true });
  assert.match(quick.stdout, /^ok {4}the worker answers$/m);
  assert.match(quick.stdout, /^ok {4}without a session nobody is let in$/m);
  const all = site.control(['doctor', url, ...trusted, '--user', 'ann'],
    `${PASSWORD}\n`, { fail: true });
  for (const line of ['the password opens a session',
    'the cookie is HttpOnly, Secure and SameSite=Strict',
    'models are listed', 'an ended session is refused']) {
    assert.ok(all.stdout.includes(`ok    ${line}\n`), `${line}:\n${
      all.stdout}`);
  }
  assert.match(all.stdout, /^ok {4}"\w+" answered to the end/m);
  assert.match(all.stdout, /^ok {4}the answer came piece by piece/m);
  assert.ok(!all.stdout.includes(PASSWORD) && !all.stderr.includes(PASSWORD));
  /* One that is not there, and one that is not trusted. */
  const wrong = site.control(['doctor', url, ...trusted, '--user', 'ann'],
    'not the password\n', { fail: true });
  assert.equal(wrong.status, 1);
  assert.match(wrong.stdout, /^FAIL {2}the password opens a session: .*401/m);
  const nobody = site.control(['doctor', 'https://localhost:1/'], '',
    { fail: true });
  assert.equal(nobody.status, 1);
  const untrusted = site.control(['doctor', url], '', { fail: true });
  assert.equal(untrusted.status, 1);
  assert.match(untrusted.stdout, /certificate/i);
});
