/* SPDX-License-Identifier: MIT */
/**
 * The files of every release, read by today's program: its configuration means what
 * it meant, its people come in as they did, its backups are taken. Its shared state
 * is kept by no release: one of another form is made anew. tests/releases/make.js made them.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { runCgi } from '../harness/cgi.js';
import { Child, until } from '../harness/children.js';
import { FcgiConnection } from '../harness/fcgi.js';
import { Authenticator } from '../harness/passkey.js';
import { controlPath, sourceDir, workerPath } from '../harness/paths.js';
import { newFolder } from '../harness/places.js';
import { END, order } from '../harness/suite.js';
import { totp } from '../harness/totp.js';
import { PASSWORD, SITE, fill } from '../releases/site.js';
import { Upstream } from '../upstream/server.js';

const RELEASES = join(sourceDir, 'tests/releases');
const releases = readdirSync(RELEASES, { withFileTypes: true }).filter((one) => one.isDirectory()).map(({ name }) => name);

const upstream = new Upstream();
before(() => upstream.listen());
after(() => upstream.close());

/** A release's files where a site has them. */
class Old {
  /** @param {string} release */
  constructor(release) {
    this.from = join(RELEASES, release);
    this.dir = newFolder();
    this.told = JSON.parse(this.text('told.json'));
    for (const name of SITE) writeFileSync(join(this.dir, name), this.text(`site/${name}`), { mode: 0o600 });
    for (const name of ['confab.conf', 'hosts.conf']) writeFileSync(join(this.dir, name), this.text(name), { mode: 0o600 });
    mkdirSync(join(this.dir, 'run'), { mode: 0o700 });
    this.config = join(this.dir, 'confab.conf');
  }

  /** @param {string} name */
  text(name) {
    return fill(readFileSync(join(this.from, name), 'utf8'), this.dir, upstream.ports.plain);
  }

  /** @param {string[]} args */
  control(...args) {
    const run = spawnSync(controlPath, ['--config', this.config, ...args], { encoding: 'utf8' });
    assert.equal(run.status, 0, `${args}: ${run.stdout}${run.stderr}`);
    return run.stdout;
  }

  /** @param {object | undefined} json @param {string} [path] @param {Record<string, string>} [env] */
  async ask(json, path = 'api/login', env = {}) {
    const answer = await runCgi(this.config, { path, json, env }).answer;
    assert.equal(answer.code, 0, answer.stderr);
    return answer;
  }

  remove() {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** What a dump says of each option: by its sections and name. @param {string} text */
function optionsOf(text) {
  /** @type {Map<string, string>} */
  const found = new Map();
  /** @type {string[]} */
  const inside = [];
  for (const line of text.split('\n')) {
    const [, opened] = /^\t*(\w.*) \{$/.exec(line) ?? [];
    const [, name, value] = /^\t*(\w+) = (.*)$/.exec(line) ?? [];
    if (opened !== undefined) inside.push(opened);
    else if (/^\t*\}$/.test(line)) inside.pop();
    else if (name !== undefined) found.set([...inside, name].join(' > '), String(value));
  }
  return found;
}

test('a version that NEWS calls released has its files here', () => {
  const news = readFileSync(join(sourceDir, 'NEWS'), 'utf8');
  const released = [...news.matchAll(/^\* Version (\S+) \(\d{4}-/gm)].map(([, version]) => String(version));
  assert.deepEqual(released.filter((version) => !releases.includes(version)), []);
  assert.ok(releases.length > 0);
});

for (const release of releases) {
  test(`${release}: the configuration means what it meant`, () => {
    const old = new Old(release);
    for (const name of ['confab', 'hosts']) {
      old.config = join(old.dir, `${name}.conf`);
      const now = optionsOf(old.control('check', '--dump'));
      const then = optionsOf(old.text(`${name}.dump`));
      assert.ok(then.size > 20);
      for (const [option, value] of then) assert.equal(now.get(option), value, `${name}.conf: ${option}`);
    }
    old.remove();
  });

  test(`${release}: who was there is there`, async () => {
    const old = new Old(release);
    const { told } = old;
    const list = old.control('user', 'list');
    for (const name of ['ann', 'bob', 'cat', 'eve']) assert.match(list, new RegExp(`^${name}\tactive`, 'm'));
    assert.match(list, /^dan\tdisabled/m);
    for (const [json, status] of /** @type {[object, number][]} */ ([
      [{ username: 'ann', password: PASSWORD }, 200],
      [{ username: 'bob', password: 'U*U' }, 200],
      [{ username: 'cat', password: PASSWORD }, 401],
      [{ username: 'cat', password: PASSWORD, code: totp(told.totp) }, 200],
      [{ username: 'dan', password: PASSWORD }, 403],
      [{ username: 'eve', password: PASSWORD, code: told.codes[0] }, 200],
      [{ username: 'eve', password: PASSWORD, code: told.codes[0] }, 401],
    ])) {
      const answer = await old.ask(json);
      assert.equal(answer.status, status, JSON.stringify(json) + answer.body + answer.stderr);
    }
    const key = new Authenticator({ origin: 'https://localhost' });
    key.id = Buffer.from(told.passkey.id, 'base64url');
    key.userHandle = told.passkey.userHandle;
    key.keys.privateKey = createPrivateKey({ key: told.passkey.key, format: 'jwk' });
    const question = JSON.parse((await old.ask({}, 'api/passkeys/challenge')).body);
    const alone = await old.ask({ passkey: key.get(question) });
    assert.equal(alone.status, 200, alone.body);
    old.remove();
  });

  test(`${release}: a token of then asks a model of then`, async () => {
    const old = new Old(release);
    const answer = await old.ask({ model: 'm', stream: true, messages: [{ role: 'user', content: order({ steps: [{ text: 'as ever' }, ...END] }) }] },
      'api/chat/completions', { HTTP_AUTHORIZATION: `Bearer ${old.told.token}` });
    assert.equal(answer.status, 200, answer.body + answer.stderr);
    assert.match(answer.body, /as ever[\s\S]*data: \[DONE\]\n\n$/);
    const seen = upstream.calls[upstream.calls.length - 1];
    assert.equal(seen.headers['x-key'], 'Key key-of-one.key');
    assert.equal(seen.target, '/v1/chat/completions?api-version=1');
    old.remove();
  });

  test(`${release}: the worker starts, also on a shared state of another form`, async () => {
    const old = new Old(release);
    const state = join(old.dir, 'run/state');
    await old.ask({ username: 'nobody', password: 'x' });
    /* The form's number is behind the eight letters of its beginning. */
    const text = readFileSync(state);
    text.writeBigUInt64LE(text.readBigUInt64LE(8) - 1n, 8);
    writeFileSync(state, text);
    const worker = new Child(workerPath, ['--config', old.config], { log: join(old.dir, 'log') });
    const answered = async () => {
      const connection = new FcgiConnection(join(old.dir, 'fcgi.sock'));
      connection.request({ path: 'api/health' });
      const { status } = await connection.finished().finally(() => connection.destroy());
      return status === 200;
    };
    await until(async () => worker.ended || await answered().catch(() => false), { what: 'the worker answers' });
    assert.equal(worker.ended, null, worker.output());
    assert.match(worker.output(), /of another version; made anew/);
    assert.doesNotMatch(worker.output(), /error:/);
    assert.deepEqual((await worker.stop()).code, 0, worker.output());
    old.remove();
  });

  test(`${release}: its backup is restored`, () => {
    const old = new Old(release);
    const backup = `${old.dir}.backup`;
    writeFileSync(backup, old.text('backup'), { mode: 0o600 });
    rmSync(old.dir, { recursive: true });
    mkdirSync(old.dir);
    old.control('restore', backup);
    for (const name of ['people', 'signing', 'tokens', 'passkeys', 'one.key']) {
      assert.equal(readFileSync(join(old.dir, name), 'utf8'), old.text(`site/${name}`), name);
    }
    assert.match(old.control('user', 'list'), /^ann\tactive/m);
    rmSync(backup);
    old.remove();
  });
}
