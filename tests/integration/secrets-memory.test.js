/* SPDX-License-Identifier: MIT */
/**
 * What the worker was told to keep secret is not in its memory when it has
 * answered: all that it can write to is searched, as root, who may. Cookies and
 * tokens that come with a request are not among it: libfcgi has them in memory
 * of its own, which it gives back as it is.
 */

import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import test from 'node:test';
import { until } from '../harness/children.js';
import { sanitizedBuild } from '../harness/paths.js';
import { useSite } from '../harness/suite.js';
import { totp } from '../harness/totp.js';

const suite = useSite({ users: ['ann', 'bob'], config: { tokens_file: 'tokens', own_tokens: 5,
  throttle: { user_failures: 1000, address_failures: 10000 } } });
const skip = (process.getuid?.() !== 0 && 'needs root')
  || (sanitizedBuild() && 'a sanitizer has terabytes of its own');

/** Everything that a process can write to. @param {number} pid */
function* pagesOf(pid) {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from, to, name] = /^([0-9a-f]+)-([0-9a-f]+) rw\S+ \S+ \S+ \S+\s*(.*)/.exec(line) ?? [];
      if (from === undefined || name.startsWith('[v')) continue;
      for (let at = BigInt(`0x${from}`), end = BigInt(`0x${to}`); at < end;) {
        const size = Number(end - at < 1n << 24n ? end - at : 1n << 24n);
        const bytes = Buffer.alloc(size);
        /* What was given back meanwhile has nothing. */
        try { readSync(memory, bytes, 0, size, at); } catch { break; }
        yield { name, bytes };
        at += BigInt(size);
      }
    }
  } finally {
    closeSync(memory);
  }
}

/** Where it is, with what is around it. @param {number} pid @param {string} secret */
function placesOf(pid, secret) {
  const found = [];
  for (const { name, bytes } of pagesOf(pid)) {
    for (let at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, at + 1)) {
      found.push(`${name || 'memory'}: ${JSON.stringify(bytes.subarray(Math.max(0, at - 32), at + secret.length + 16).toString('latin1'))}`);
    }
  }
  return found;
}

/** In none of its places, once its request is over. @param {string} what @param {string} secret */
async function isGone(what, secret) {
  const { pid } = suite.site.worker;
  /** @type {string[]} */
  let found = [];
  await until(() => {
    found = placesOf(pid, secret);
    return found.length === 0;
  }, { what, limit: 5000, every: 200 }).catch(() => assert.fail(`${what} is in the worker's memory:\n${found.join('\n')}`));
}

test('what was searched for would be found', { skip }, () => {
  assert.ok(placesOf(suite.site.worker.pid, 'confab-').length > 0);
});

test('passwords, right, wrong, odd and new ones', { skip }, async () => {
  const { site } = suite;
  site.addUser('zoe', 'the-canary-of-zoe-1');
  const client = site.client({ h2: true });
  await client.login('zoe', 'the-canary-of-zoe-1');
  await isGone('a right password', 'canary-of-zoe-1');
  for (const [what, json] of Object.entries({
    'a wrong one': { username: 'ann', password: 'the-canary-wrong-2' },
    'one of nobody': { username: 'nobody', password: 'the-canary-wrong-2' },
    'one with signs that are escaped': { username: 'ann', password: '\t\n"the-canary-wrong-2\u00e9\\' },
    'one that is too long': { username: 'ann', password: 'the-canary-wrong-2'.repeat(500) },
    'one in the name\'s place': { username: 'the-canary-wrong-2\n', password: 7 },
    'one with a code': { username: 'ann', password: 'the-canary-wrong-2', code: '123456' },
    'one in a list': { username: 'ann', password: ['the-canary-wrong-2'] },
  })) {
    const answer = await client.post('api/login', json);
    assert.ok(answer.status >= 400, what);
    await answer.text();
    await isGone(what, 'canary-wrong-2');
  }
  for (const body of ['{"username":"ann","password":"the-canary-wrong-3"', '{"username":"ann","password":"the-canary-wrong-3","password":"the-canary-wrong-3"}',
    'username=ann&password=the-canary-wrong-3']) {
    await (await client.request('POST', 'api/login', { body, headers: { 'Content-Type': 'application/json' } })).text();
    await isGone(body.slice(0, 30), 'canary-wrong-3');
  }
  const changed = await client.post('api/password', { current: 'the-canary-of-zoe-1', new: 'the-canary-of-zoe-4' });
  assert.ok(changed.status < 300, await changed.text());
  await isGone('the old password', 'canary-of-zoe-1');
  await isGone('the new password', 'canary-of-zoe-4');
});

test('secrets of apps, codes, and tokens', { skip }, async () => {
  const { site } = suite;
  site.addUser('uma', 'the-canary-of-uma-5');
  const client = site.client();
  await client.login('uma', 'the-canary-of-uma-5');
  /** @param {string} path @param {object} json */
  const ask = async (path, json) => {
    const answer = await client.post(path, json);
    const text = await answer.text();
    if (answer.headers['set-cookie']) client.cookie = String(answer.headers['set-cookie']).split(';')[0];
    return text === '' ? {} : JSON.parse(text);
  };
  const password = 'the-canary-of-uma-5';
  const { token } = await ask('api/tokens', { label: 'script', password, expires_at: Math.floor(Date.now() / 1000) + 86400 });
  assert.match(token, /^cfb_/);
  await isGone('a token', token.slice(8));
  const { secret } = await ask('api/totp', { password });
  const set = await ask('api/totp', { password, secret, code: totp(secret) });
  assert.equal(set.recovery_codes.length, 10);
  for (const one of set.recovery_codes) await isGone('a recovery code', one);
  await isGone('the secret of an app, as it is shown', secret);
  await isGone('a password asked for in between', 'canary-of-uma-5');
});
