/* SPDX-License-Identifier: MIT */
/** Access tokens: scripts and SDKs without a cookie. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { pieces, useSite } from '../harness/suite.js';
import { textOf } from '../harness/sse.js';

/** @typedef {import('../harness/site.js').Site} Site */

const suite = useSite({
  users: ['ann', 'bob'],
  config: { tokens_file: 'tokens' },  /* beside the configuration */
});

/** @param {Site} site @param {string[]} args */
const newToken = (site, ...args) =>
  site.control(['token', 'new', ...args]).stdout.trim();

/** @param {string} token */
async function session(token) {
  const client = suite.site.client();
  const answer = await client.get('api/session',
    { headers: { Authorization: `Bearer ${token}` } });
  return { status: answer.status, body: await answer.json() };
}

test('a token lists models and streams a chat', async () => {
  const { site } = suite;
  const token = newToken(site, 'ann', 'my script');
  assert.match(token, /^cfb_[A-Za-z0-9_-]{49}$/);
  // What a scanner is taught, as the manual has it.
  const sum = createHash('sha256').update(token.slice(0, -6)).digest();
  assert.equal(token.slice(-6), sum.subarray(0, 4).toString('base64url'));
  const { status, body } = await session(token);
  assert.equal(status, 200);
  assert.equal(body.user.name, 'ann');
  const client = site.client({ h2: true });
  const headers = { Authorization: `Bearer ${token}` };
  const models = await client.get('api/models', { headers });
  assert.equal(models.status, 200);
  assert.equal(models.headers['set-cookie'], undefined);
  assert.equal((await models.json()).data[0].id, 'm');
  const reading = await client.chat('m', pieces(['to ', 'a script']),
    { headers });
  await reading.ended;
  assert.equal(textOf(reading.arrivals), 'to a script');
});

test('it is stored as a digest, listed and revoked', async () => {
  const { site } = suite;
  const token = newToken(site, 'bob', 'backup', '--expires', '2099-12-31');
  const file = readFileSync(join(site.dir, 'tokens'), 'utf8');
  assert.ok(!file.includes(token) && !file.includes(token.slice(7)));
  assert.ok(!site.log().includes(token));
  const line = site.control(['token', 'list', 'bob']).stdout;
  const [id, user, label, , expires] = line.trim().split('\t');
  assert.deepEqual([user, label, expires], ['bob', 'backup', '2099-12-31']);
  assert.equal((await session(token)).status, 200);
  site.control(['token', 'revoke', id]);
  const { status, body } = await session(token);
  assert.equal(status, 401);
  assert.equal(body.error.code, 'not_authenticated');
  assert.equal(site.control(['token', 'revoke', id], '', { fail: true })
    .status, 4);
});

test('others, expired ones, and those of who may not are refused',
  async () => {
    const { site } = suite;
    const old = newToken(site, 'bob', 'old', '--expires', '1000');
    assert.equal((await session(old)).status, 401);
    const token = newToken(site, 'bob', 'good');
    for (const bad of ['', 'x', token.slice(0, -1), `${token}A`,
      token.toLowerCase(), token.replace('cfb_', ''),
      token.replace('cfb_', 'confab_'), `confab_${'A'.repeat(43)}`, `cfb_${'A'.repeat(49)}`]) {
      assert.equal((await session(bad)).status, 401, bad);
    }
    site.control(['user', 'disable', 'bob']);
    const { status, body } = await session(token);
    assert.equal(status, 403);
    assert.equal(body.error.code, 'account_disabled');
    site.control(['user', 'enable', 'bob']);
    assert.equal((await session(token)).status, 200);
    site.control(['user', 'del', 'bob']);
    assert.equal((await session(token)).status, 401);
    site.addUser('bob');
  });
