/* SPDX-License-Identifier: MIT */
/** Lists of passwords that everybody knows: a site's own, and a distribution's. */

import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { PASSWORD } from '../harness/site.js';
import { useSite } from '../harness/suite.js';

/** No rule refuses these. */
const LISTED = 'gnostic wombat pie';
const OTHER = 'seldom heard of words';
const suite = useSite({ users: ['ann', 'bob'] });

/** @param {string} user @param {string} next */
async function change(user, next, current = PASSWORD) {
  const answer = await suite.site.client().post('api/password',
    { username: user, current, new: next });
  const text = await answer.text();
  return text ? JSON.parse(text).error.code : answer.status;
}

test('what is in one is refused, in any case, by the page and by confabctl',
  async () => {
    const { site } = suite;
    const list = join(site.dir, 'own-list');
    writeFileSync(list, `#!comment: ${OTHER}\r\nfirst\r\n${LISTED}\r\n`
      + `${'x'.repeat(5000)}\n\nl\u00e4st one of them all`);
    site.writeConfig({ password: { lists: [list] } });
    await site.reload();
    for (const bad of [LISTED, LISTED.toUpperCase(), 'l\u00e4st one of them all']) {
      assert.equal(await change('ann', bad), 'weak_password', bad);
      assert.equal(site.control(['user', 'passwd', 'ann'], `${bad}\n`,
        { fail: true }).status, 1, bad);
    }
    for (const good of [`${LISTED}s`, 'x'.repeat(1000) + OTHER]) {
      assert.equal(await change('bob', good), 204, good.slice(0, 30));
      site.control(['user', 'passwd', 'bob'], `${PASSWORD}\n`);
    }
    /* A comment is no password, and a list is read anew each time. */
    assert.equal(await change('bob', `#!comment: ${OTHER}`), 204);
    site.control(['user', 'passwd', 'bob'], `${PASSWORD}\n`);
    writeFileSync(list, `${OTHER}\n`);
    assert.equal(await change('bob', OTHER), 'weak_password');
    assert.equal(await change('bob', LISTED), 204);
    site.forgetSessions();
  });

test('a list that is named must be there; Debian\'s may be missing', () => {
  const { site } = suite;
  const config = join(site.dir, 'other.conf');
  const base = 'provider d { kind = demo }\nusers_file = users\n'
    + 'secret_file = secret\n';
  for (const [lists, good] of /** @type {const} */ ([
    ['"/usr/share/john/password.lst"', true], ['"/no/such/list"', false],
    ['"list"', false], ['"/"', false]])) {
    writeFileSync(config, `${base}password { lists = {${lists}} }\n`);
    chmodSync(config, 0o600);
    const { stderr } = site.control(['check'], '', { fail: true, config });
    assert.equal(!/lists/.test(stderr), good, `${lists}: ${stderr}`);
  }
});

test('an emptied list refuses nothing', async () => {
  const { site } = suite;
  const list = join(site.dir, 'gone');
  writeFileSync(list, `${LISTED}\n`);
  site.writeConfig({ password: { lists: [list] } });
  await site.reload();
  writeFileSync(list, '');
  site.control(['user', 'passwd', 'ann'], `${PASSWORD}\n`);
  assert.equal(await change('ann', LISTED), 204);
});
