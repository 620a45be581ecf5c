/* SPDX-License-Identifier: MIT */
/**
 * The administrator's words for the empty conversation, and whether models may be
 * asked for titles: told with the session, to who is signed in, and as text.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startSite } from '../harness/site.js';

const WORDS = 'Tom & <b>Jerry</b> "say" \\ hi';

/** @type {any} */
let site;
before(async () => {
  site = await startSite({ users: ['ann'], config: { model_titles: 'yes',
    'welcome "en"': { text: WORDS, suggestions: ['Letter | Write to <i>Bob</i> | Ann', 'Just this'] },
    'welcome "pt-BR"': { suggestions: ['Olá'] } } });
});
after(() => site?.close());

test('the session has them, in the order of the file', async () => {
  const ann = await site.signedIn();
  const [status, session] = await ann.getJson('api/session');
  assert.equal(status, 200);
  assert.equal(session.titles, true);
  assert.deepEqual(session.welcome, [
    { language: 'en', text: WORDS, suggestions: [{ title: 'Letter', text: 'Write to <i>Bob</i> | Ann' }, { title: '', text: 'Just this' }] },
    { language: 'pt-BR', text: '', suggestions: [{ title: '', text: 'Olá' }] },
  ]);
});

test('nobody has them, and none are there when none are set', async () => {
  const [, nobody] = await site.client().getJson('api/session?probe=1');
  assert.deepEqual([nobody.user, nobody.welcome, nobody.titles], [null, undefined, undefined]);
  const plain = await startSite({ users: ['ann'] });
  try {
    const ann = await plain.signedIn();
    const [, session] = await ann.getJson('api/session');
    assert.deepEqual([session.welcome, session.titles], [undefined, undefined]);
  } finally {
    await plain.close();
  }
});

test('confabctl check says where a mistake is', () => {
  site.writeConfig({ 'welcome "pt-BR"': { suggestions: ['| Olá'] } });
  const { status, stdout, stderr } = site.control(['check'], '', { fail: true });
  assert.notEqual(status, 0);
  assert.match(`${stdout}${stderr}`, /confab\.conf:\d+: suggestions must be "TEXT" or "TITLE \| TEXT"/);
});
