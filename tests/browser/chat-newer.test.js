/* SPDX-License-Identifier: MIT */
/**
 * The site is upgraded while a page is open: the page says so, and goes on with
 * its own version, what it has not loaded yet included.
 */

import assert from 'node:assert/strict';
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { buildDir } from '../harness/paths.js';
import { newFolder } from '../harness/places.js';
import { startChat } from './chat-harness.js';

const www = join(newFolder(), 'www');
/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;

before(async () => {
  cpSync(join(buildDir, 'www'), www, { recursive: true });
  chats = await startChat({ models: ['hello'],
    changeInclude: (text) => text.replaceAll(join(buildDir, 'www'), www) });
});
after(async () => {
  await chats?.close();
  rmSync(join(www, '..'), { recursive: true, force: true });
});

/** Puts the same page there under the name of another version, as an upgrade that keeps the old one does. */
function upgrade() {
  const old = readdirSync(www).find((name) => /^v\d/.test(name)) ?? '';
  const name = old.replace(/-.*/, '-feedc0de');
  cpSync(join(www, old), join(www, name), { recursive: true });
  const index = join(www, 'index.html');
  writeFileSync(index, readFileSync(index, 'utf8').replaceAll(`"${old}/`, `"${name}/`));
  for (const end of ['.gz', '.br']) rmSync(index + end, { force: true });
  return name;
}

test('an upgrade is told, the page goes on, and a reload takes the new one', async () => {
  const chat = await chats.open({ before: (page) => page.clock.install() });
  await chat.choose('hello');
  await chat.ask('One.');
  await chat.see('Hello, world!');
  await chat.page.clock.fastForward('15:00');
  const banner = chat.page.locator('.banner').filter({ hasText: 'A newer version of this page is there' });
  assert.equal(await banner.count(), 0, 'not before there is one');
  const name = upgrade();
  await chat.page.clock.fastForward('31:00');
  await banner.waitFor();
  await chat.ask('Two.');
  await chat.settled();
  assert.equal(await chat.answers.filter({ hasText: 'Hello, world!' }).count(), 2, 'it goes on');
  await banner.getByRole('button', { name: 'Dismiss' }).click();
  await banner.waitFor({ state: 'detached' });
  chat.page.once('dialog', (dialog) => void dialog.accept());
  await chat.page.reload();
  await chat.box.waitFor();
  assert.match(await chat.page.locator('script[src*="start.js"]').first().getAttribute('src') ?? '', RegExp(name));
  assert.deepEqual(chat.errors, []);
  await chat.page.context().close();
});
