/* SPDX-License-Identifier: MIT */
/** Two at once: what one account is asked for at the same moment. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { until } from '../harness/children.js';
import { useSite } from '../harness/suite.js';
import { PASSWORD } from '../harness/site.js';

const ROUNDS = 3;

const suite = useSite({
  users: ['ann', 'bob'],
  config: {
    /* Long enough that each is compared before the other is stored. */
    password: { memory_kib: 16384, passes: 3, lanes: 1, slots: 2 },
    throttle: { user_failures: 1000, address_failures: 1000 },
    workers: 8,
  },
});

/**
 * @param {import('../harness/client.js').Client} client
 * @param {string} current @param {string} fresh
 */
async function change(client, current, fresh) {
  const answer = await client.post('api/password', { current, new: fresh });
  const text = await answer.text();
  return { status: answer.status, fresh,
    code: text ? JSON.parse(text).error.code : '' };
}

test('of two password changes one counts, and the other learns of it',
  async (t) => {
    const { site } = suite;
    let current = PASSWORD;
    let conflicts = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const pages = [site.client(), site.client()];
      for (const page of pages) await page.login('bob', current);
      const results = await Promise.all(pages.map((page, i) =>
        change(page, current, `a new password ${round} ${i}`)));
      const won = results.filter(({ status }) => status === 204);
      assert.equal(won.length, 1, JSON.stringify(results));
      for (const lost of results.filter((r) => r !== won[0])) {
        /* Compared before the other's store, or after it. */
        assert.ok([['password_conflict', 409].join(),
          ['invalid_credentials', 401].join()]
          .includes([lost.code, lost.status].join()), JSON.stringify(lost));
        conflicts += lost.status === 409 ? 1 : 0;
        const again = await site.client().post('api/login',
          { username: 'bob', password: lost.fresh });
        assert.equal(again.status, 401);
        await again.text();
      }
      current = won[0].fresh;
      await site.client().login('bob', current);
    }
    t.diagnostic(`${conflicts} of ${ROUNDS} were a conflict`);
    assert.ok(conflicts > 0, 'none of them met the other');
    assert.doesNotMatch(site.log(), /not stored/);
  });

test('a file that is taken away while it is changed stays whole', async () => {
  const { site } = suite;
  const path = join(site.dir, 'users');
  const before = readFileSync(path, 'utf8');
  /* A local user swaps in a link; what is read is the administrator's. */
  const page = site.client();
  await page.login('ann', PASSWORD);
  spawnSync('ln', ['-sf', '/etc/passwd', `${path}.new`]);
  const { status } = await change(page, PASSWORD, 'quite another one');
  assert.equal(status, 204);
  await page.login('ann', 'quite another one');
  const now = readFileSync(path, 'utf8');
  assert.notEqual(now, before);
  assert.match(now, /^ann:\$argon2id\$/m);
  assert.match(readFileSync('/etc/passwd', 'utf8'), /^root:/m);
  writeFileSync(path, now.replace(/\nbob:.*$/ms, '\nbob'));
  /* Truncated in the middle of a line: nobody new, nobody out. */
  try {
    await until(async () => {
      const answer = await page.get('api/session');
      assert.equal(answer.status, 200);
      await answer.text();
      return site.log().includes('the users stay as they were');
    }, { what: 'the log says what is wrong' });
  } finally {
    writeFileSync(path, now);
  }
  assert.equal((await page.get('api/session')).status, 200);
});

test('what is fixed at the start stays, and the reload says so', async () => {
  const { site } = suite;
  site.writeConfig({ workers: 2, runtime_dir: join(site.dir, 'elsewhere'),
    limits: { messages: 7 } });
  const log = await site.reload();
  assert.match(log,
    /reload: workers, runtime_dir: fixed at the start; a restart takes/);
  assert.doesNotMatch(log, /listen/);
  /* Half of eight threads may hash, not half of two. */
  const page = site.client();
  await page.login('ann', 'quite another one');
  const [, session] = await page.getJson('api/session');
  assert.equal(session.limits.max_messages, 7, 'the rest was taken over');
  const tries = await Promise.all(Array.from({ length: 2 }, () =>
    site.client().post('api/login', { username: 'ann', password: 'wrong' })));
  for (const one of tries) {
    assert.equal(one.status, 401);
    await one.text();
  }
});
