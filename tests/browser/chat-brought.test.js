/* SPDX-License-Identifier: MIT */
/** What is brought along from elsewhere: chats of another program, and a folder that is dropped, both from real files. */

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { zip } from '../js/files-helpers.js';
import { startChat } from './chat-harness.js';
import { costOf, TASK_MS } from './chromium.js';

/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
/** @type {import('./chat-harness.js').Chat} */
let chat;
const folder = mkdtempSync(join(tmpdir(), 'confab-brought-'));

before(async () => {
  chats = await startChat({ models: ['hello'] });
});
after(async () => {
  await chats?.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  assert.deepEqual(chat.errors, []);
  await chat.page.context().close();
});

const IMPORTER = 'input[accept*=".jsonl"]';

/** A ChatGPT export of one chat, in the archive that comes by mail. */
function archive() {
  const node = (/** @type {string} */ id, /** @type {string | null} */ parent, /** @type {string} */ role, /** @type {string} */ text) =>
    [id, { id, parent, message: { author: { role }, content: { content_type: 'text', parts: [text] }, create_time: 1700000000, metadata: {} } }];
  return zip({ 'user.json': '{}', 'chat.html': '<p>not this</p>', 'conversations.json': JSON.stringify([{
    title: 'Bread of old', create_time: 1700000000, update_time: 1700000100, current_node: 'b',
    mapping: Object.fromEntries([node('a', null, 'user', 'How long does dough rest?'), node('b', 'a', 'assistant', 'An **hour**.')]),
  }]) });
}

test('chats of ChatGPT come along from the archive, once, and are said to', async () => {
  chat = await chats.open();
  for (const told of ['1 chat was imported.', '0 chats were imported.']) {
    await chat.page.getByRole('button', { name: 'Menu', exact: true }).click();
    await chat.page.getByRole('button', { name: 'Export and import' }).click();
    const way = chat.page.getByRole('button', { name: /Import chats/ });
    assert.match(await way.innerText(), /ChatGPT.*LibreChat/s);
    const asked = chat.page.waitForEvent('filechooser');
    await way.click();
    await (await asked).setFiles({ name: 'export.zip', mimeType: 'application/zip', buffer: Buffer.from(archive()) });
    await chat.page.getByText(told).waitFor();
  }
  const entries = chat.page.getByRole('button', { name: 'Bread of old', exact: true });
  await entries.first().waitFor();
  assert.equal(await entries.count(), 1, 'twice makes no double');
  await entries.first().click();
  await chat.see('An hour.');
  await chat.questions.getByText('How long does dough rest?').waitFor();
  assert.doesNotMatch(await chat.stored(), /dough/);
});

test('an export in many files is one, and a broken one among them keeps nothing of the others', async () => {
  chat = await chats.open();
  await chat.page.getByRole('button', { name: 'Menu', exact: true }).click();
  await chat.page.getByRole('button', { name: 'Export and import' }).click();
  const asked = chat.page.waitForEvent('filechooser');
  await chat.page.getByRole('button', { name: /Import chats/ }).click();
  const lines = (/** @type {string} */ name) => [{ type: 'session', id: name, name }, { type: 'message', message: { id: '1', role: 'user', content: `Of ${name}`, parent: null } }]
    .map((one) => JSON.stringify(one)).join('\n');
  await (await asked).setFiles(['Ants', 'Bees', ''].map((name) => ({ name: `${name}.jsonl`, mimeType: '', buffer: Buffer.from(name === '' ? '{"cut' : lines(name)) })));
  await chat.page.getByText('2 chats were imported.').waitFor();
  await chat.page.getByText('The file could not be imported: it is not JSON.').waitFor();
  await chat.page.getByRole('button', { name: 'Bees', exact: true }).click();
  await chat.questions.getByText('Of Bees').waitFor();
});

test('a folder that is chosen gives its files in order, and says how many of how many', async () => {
  const top = join(folder, 'chosen');
  mkdirSync(join(top, 'src'), { recursive: true });
  mkdirSync(join(top, '.git'));
  writeFileSync(join(top, '.git', 'config'), 'hidden words');
  writeFileSync(join(top, 'empty.txt'), '');
  for (let i = 10; i < 70; i += 1) writeFileSync(join(top, 'src', `f${i}.txt`), `words of ${i}`);
  chat = await chats.open();
  const choose = async (/** @type {string} */ path) => {
    const asked = chat.page.waitForEvent('filechooser');
    await chat.page.getByRole('button', { name: 'Attach a folder' }).click();
    await (await asked).setFiles(path);
  };
  await choose(join(top, 'src'));
  await chat.page.getByText('50 of 60 files of the folder are attached.').waitFor();
  await chat.page.getByText('At most 50 files at a time.').waitFor();
  const names = await chat.page.locator('.attachments .attachment-name').allTextContents();
  assert.deepEqual(names, Array.from({ length: 50 }, (_, i) => `src/f${i + 10}.txt`));
  await chat.page.getByRole('button', { name: 'New chat' }).first().click();
  await chat.page.locator('.attachments').waitFor({ state: 'detached' });
  await choose(top);
  await chat.page.getByText('50 of 61 files of the folder are attached.').waitFor();
  assert.equal(await chat.page.locator('.attachments').getByText('config').count(), 0, 'what is hidden stays');
  // The paperclip is for files again.
  const asked = chat.page.waitForEvent('filechooser');
  await chat.page.getByRole('button', { name: 'Attach files' }).click();
  assert.equal(await (await asked).element().evaluate((input) => /** @type {HTMLInputElement} */ (input).webkitdirectory), false);
});

test('a folder that is dropped gives all its files, and those of the folders in it', async () => {
  const top = join(folder, 'project');
  mkdirSync(join(top, 'src', 'deep'), { recursive: true });
  for (const [name, text] of [['readme.txt', 'first words'], ['src/a.js', 'let a;'], ['src/deep/b.js', 'let b;']]) writeFileSync(join(top, name), text);
  chat = await chats.open();
  const session = await chat.page.context().newCDPSession(chat.page);
  const { x, y } = await chat.box.boundingBox() ?? { x: 0, y: 0 };
  const data = { items: [], files: [top], dragOperationsMask: 1 };
  for (const type of /** @type {const} */ (['dragEnter', 'dragOver', 'drop'])) {
    await session.send('Input.dispatchDragEvent', { type, x: x + 20, y: y + 5, data });
  }
  for (const name of ['readme.txt', 'a.js', 'b.js']) await chat.page.locator('.attachments').getByText(name).waitFor();
  await chat.page.getByText('3 of 3 files of the folder are attached.').waitFor();
  await chat.ask('What is in it?');
  await chat.see('Hello, world!');
  const sent = chats.site.upstream.calls.at(-1)?.body ?? '';
  for (const words of ['first words', 'let a;', 'let b;']) assert.ok(sent.includes(words), words);
});

/**
 * One chat, a megabyte in each of its first messages.
 * @param {string} name
 * @param {number} megabytes
 */
function giant(name, megabytes) {
  const words = 'Lorem ipsum dolor sit amet, consectetur adipiscing elit.\n'.repeat(18000);
  const mapping = Object.fromEntries(Array.from({ length: megabytes + 20 }, (_, i) => [`n${i}`, {
    id: `n${i}`, parent: i === 0 ? null : `n${i - 1}`,
    message: { author: { role: i % 2 === 0 ? 'user' : 'assistant' }, content: { content_type: 'text', parts: [i < megabytes ? `${i} ${words}` : `short ${i}`] }, create_time: 1700000000 + i, metadata: {} },
  }]));
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify([{ title: name, create_time: 1700000000, update_time: 1700009000, current_node: `n${megabytes + 19}`, mapping }]));
  return path;
}

test('a chat of a hundred megabytes is told of while it comes, and can be given up', async () => {
  chat = await chats.open();
  const { page } = chat;
  await page.locator(IMPORTER).setInputFiles(giant('Giant', 100));
  await page.locator('.toast progress').waitFor();
  await page.locator('.toast').getByRole('button', { name: 'Cancel' }).click();
  await page.locator('.toast').waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('button', { name: 'Giant', exact: true }).count(), 0, 'nothing of it is there');
});

test('a large file that is none, or ends amid a chat, has its word, and the page goes on', async () => {
  chat = await chats.open();
  const input = chat.page.locator(IMPORTER);
  const path = join(folder, 'torn.json');
  writeFileSync(path, `[{"title":"T","mapping":{"a":{"message":"${'x'.repeat(60_000_000)}`);
  const { longest } = await costOf(chat.page, async () => {
    await input.setInputFiles(path);
    await chat.page.getByText('The file could not be imported: it is not JSON.').waitFor();
  });
  assert.ok(longest < TASK_MS, `${Math.round(longest)} ms in one task`);
});
