/* SPDX-License-Identifier: MIT */
/**
 * Makes the files of a release, as it writes them: run once, from its own build,
 * before its tag is made. What confab.conf and hosts.conf of the new folder say is
 * written by hand before; each option is to be in one of them.
 *
 *   CONFAB_BUILD=BUILD node tests/releases/make.js VERSION
 *
 * integration/releases.test.js and js/releases.test.js have every later program read
 * them. Nothing in them is anybody's secret.
 */

import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { addMessage, createConversation, createMessage } from '../../static/core/conversation.js';
import { exportText } from '../../static/core/exporting.js';
import { saveSettings } from '../../static/core/settings.js';
import { runCgi } from '../harness/cgi.js';
import { Authenticator } from '../harness/passkey.js';
import { controlPath, sourceDir } from '../harness/paths.js';
import { newFolder } from '../harness/places.js';
import { KEYS, PASSWORD, SITE, fill } from './site.js';

const out = join(sourceDir, 'tests/releases', String(process.argv[2]));
const dir = newFolder();
const config = join(dir, 'confab.conf');

/** @param {string[]} args @param {string} [input] */
function control(args, input = `${PASSWORD}\n`) {
  const run = spawnSync(controlPath, ['--config', config, ...args], { input, encoding: 'utf8' });
  assert.equal(run.status, 0, `${args}: ${run.stderr}`);
  return run.stdout;
}

/** @param {object} json @param {string} [path] */
async function posted(json, path = 'api/login') {
  const answer = await runCgi(config, { path, json }).answer;
  return { ...answer, json: answer.body === '' ? {} : JSON.parse(answer.body) };
}

/** Options that a text has, with their sections. @param {string} text */
const optionsIn = (text) => new Set([...text.matchAll(/^\t*(\w+) = /gm)].map(([, name]) => name));

/* ---- A site, its people and their keys ------------------------------------- */

for (const name of ['confab', 'hosts']) {
  writeFileSync(join(dir, `${name}.conf`), fill(readFileSync(join(out, `${name}.conf`), 'utf8'), dir, 9), { mode: 0o600 });
}
for (const name of KEYS) writeFileSync(join(dir, name), `key-of-${name}\n`, { mode: 0o600 });
control(['secret', 'new']);
for (const name of ['ann', 'cat', 'dan', 'eve']) control(['user', 'add', name]);
/* crypt_blowfish's own first test, of "U*U", as htpasswd writes it. */
appendFileSync(join(dir, 'people'), 'bob:$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n');
control(['user', 'groups', 'ann', 'staff']);
control(['user', 'disable', 'dan']);
const totp = String(/^secret\t(\w+)$/m.exec(control(['user', 'totp', 'cat']))?.[1]);
const token = control(['token', 'new', 'ann', 'laptop']).trim();
const passkey = new Authenticator({ origin: 'https://localhost' });
const who = { username: 'eve', password: PASSWORD };
const { json: offer } = await posted(who, 'api/passkeys/offer');
const taken = await posted({ ...who, name: 'a key', alone: true, passkey: passkey.create(offer) }, 'api/passkeys');
assert.equal(taken.status, 200, taken.body);
const codes = taken.json.recovery_codes;

/* ---- What it wrote --------------------------------------------------------- */

const unfill = (/** @type {string} */ text) => text.replaceAll(dir, '@dir@').replaceAll(':9/', ':@port@/');
const said = new Set();
for (const name of ['confab', 'hosts']) {
  const dump = spawnSync(controlPath, ['--config', join(dir, `${name}.conf`), 'check', '--dump'], { encoding: 'utf8' });
  assert.equal(dump.status, 0, dump.stderr);
  writeFileSync(join(out, `${name}.dump`), unfill(dump.stdout));
  for (const option of optionsIn(readFileSync(join(dir, `${name}.conf`), 'utf8'))) said.add(option);
  const unsaid = [...optionsIn(dump.stdout)].filter((option) => !said.has(option));
  if (name === 'hosts') assert.deepEqual(unsaid, [], 'options that no file here has');
}
control(['backup', join(dir, 'backup')]);
writeFileSync(join(out, 'backup'), unfill(readFileSync(join(dir, 'backup'), 'utf8')));
mkdirSync(join(out, 'site'), { recursive: true });
for (const name of SITE) cpSync(join(dir, name), join(out, 'site', name));
const { id, userHandle, keys } = passkey;
writeFileSync(join(out, 'told.json'), `${JSON.stringify({ token, totp, codes,
  passkey: { id: id.toString('base64url'), userHandle, key: keys.privateKey.export({ format: 'jwk' }) } }, null, 1)}\n`);

/* ---- What people keep of the page ------------------------------------------ */

const PICTURE = { kind: 'image', id: '', name: 'dot.png', type: 'image/png', size: 8, width: 1, height: 1, data: 'data:image/png;base64,iVBORw0KGgo=' };
const FILE = { kind: 'file', id: '', name: 'notes.txt', type: 'text/plain', size: 6, text: 'a note', data: '' };
const text = (/** @type {string} */ words) => ({ kind: 'text', text: words });
const parts = [
  { kind: 'reasoning', text: 'Hm.', startedAt: 1, endedAt: 2 },
  { kind: 'tool_call', id: 'c1', index: 0, name: 'f', arguments: '{"a":1}', state: 'done', result: [text('r'), FILE], startedAt: 1, endedAt: 2, round: 1 },
  text('An *answer* [1]'), PICTURE,
  { kind: 'source', number: 1, url: 'https://a.example/', title: 'A', snippet: 's', at: [] },
  { kind: 'notice', code: 'cut', detail: 'length' },
  { kind: 'raw', name: 'odd', json: '{"x":1}' },
];
/** @type {any} */
const message = { createdAt: 1000 };
let chat = { ...createConversation({ id: 'c', now: 0 }), title: 'A chat', system: 'Be short.' };
chat = addMessage(chat, createMessage({ ...message, id: 'q', parentId: null, role: 'user', parts: [text('A question'), PICTURE, FILE] }));
for (const each of ['a', 'b']) chat = addMessage(chat, createMessage({ ...message, id: each, parentId: 'q', role: 'assistant', model: 'm', parts }));
writeFileSync(join(out, 'chats.json'), exportText([chat], 86400000));
saveSettings({ setItem: (key, value) => writeFileSync(join(out, 'settings.json'), `${JSON.stringify({ [key]: JSON.parse(value) }, null, 1)}\n`) }, {
  theme: 'dark', textSize: 'large', sendKey: 'mod-enter', language: 'de', defaultModel: 'm', recentModels: ['m', 'n'],
  starredModels: ['n'], instructions: 'Be short.', prompts: [{ name: 'mail', text: 'Write a mail to {{whom}}.' }], sidebarOpen: false, beenHere: true, showStats: true,
  wrapCode: true, readAnswers: true, knowsMemory: true, knowsExport: true,
});
