// SPDX-License-Identifier: MIT
/**
 * Names that others gave - of models, providers, people, chats, files, tools,
 * sources - in a script that runs the other way, or with marks that turn what
 * stands around them: each is a whole of its own, and our words stay in order.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { closeBrowser, visit } from './ui-harness.js';

after(closeBrowser);

/** Letters, a number and what turns the rest: an override that nobody ends, and the end of an isolation. */
const NAME = 'שלום 7\u202egpj.exe\u2069';

/**
 * Where a name shares its line with words that are not its own. A line is what
 * the rules of direction are applied to as a whole: a block's text, or an
 * isolated part of it.
 *
 * @param {import('playwright-core').Page} page
 */
const shared = (page) => page.evaluate(() => {
  /** @param {Element} element */
  const isWhole = (element) => {
    const style = getComputedStyle(element);
    return !/^(?:inline|contents|none)$/.test(style.display) || /isolate|plaintext/.test(style.unicodeBidi) || element instanceof SVGElement;
  };
  /** @param {Node} node */
  const lineOf = (node) => {
    let element = /** @type {Element} */ (node.parentElement);
    while (element.parentElement && !isWhole(element)) element = element.parentElement;
    return element;
  };
  /** Its words, with a mark for each part that is a whole of its own. @param {Element} element @returns {string} */
  const words = (element) => [...element.childNodes].map((node) => {
    if (node instanceof Text) return node.data;
    if (!(node instanceof Element)) return '';
    return isWhole(node) ? '\ufffc' : words(node);
  }).join('');
  /** @type {string[]} */
  const found = [];
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = /** @type {Text} */ (node).data;
    const parent = /** @type {Element} */ (node.parentElement);
    if (!text.includes('שלום') || parent.closest('.answer, .bubble, [data-words], script, style, template')) continue;
    const line = lineOf(node);
    if (seen.has(line)) continue;
    seen.add(line);
    // What we isolate ourselves, and the name itself; what is left are words of ours.
    const rest = words(line).replace(/\u2068[^\u2068\u2069]*\u2069/g, '').replaceAll('שלום', '').replaceAll('gpj.exe', '').replace(/[\s7\ufffc]|\.txt|\.bin/g, '');
    const overridden = /[\u202a-\u202e]/.test(words(line)) && /\.txt|\.bin/.test(words(line));
    const bare = /שלום/.test(words(line).replace(/\u2068[^\u2068\u2069]*\u2069/g, ''));
    if (overridden || (bare && /[\p{L}\p{N}\p{P}]/u.test(rest))) found.push(`${line.tagName}.${line.className}: ${words(line)}`);
  }
  for (const element of document.body.querySelectorAll('[title], [aria-label], [placeholder], [alt]')) {
    for (const name of ['title', 'aria-label', 'placeholder', 'alt']) {
      const text = element.getAttribute(name) ?? '';
      const rest = text.replace(/\u2068[^\u2068\u2069]*\u2069/g, '');
      if (/שלום/.test(rest) && /[A-Za-z]{2}/.test(rest.replace(/gpj.exe|\.txt|\.bin/g, ''))) found.push(`${name}: ${text}`);
    }
  }
  return found.map((one) => one.replace(/[\u202a-\u202e\u2066-\u2069]/g, (mark) => `<${mark.charCodeAt(0).toString(16)}>`));
});

/** @param {Parameters<typeof visit>[0]} [options] */
const open = (options) => visit({
  prepare: (site) => {
    site.models = [0, 1].map((i) => ({ ...site.models[0], id: `${NAME}${'7'.repeat(i)}`, name: `${NAME}${'7'.repeat(i)}`, provider: NAME, description: NAME }));
    site.extra = { user: { name: NAME } };
    site.tools.data = [{ name: 'maps__route', server: NAME, tool: NAME, title: NAME, description: NAME, parameters: { type: 'object' }, annotations: {}, consent: 'ask', digest: 'd' }];
    site.tools.errors = [{ server: NAME, message: NAME }];
  },
  ...options,
});

test('names of models, providers, people and tools', async () => {
  const v = await open();
  const { page } = v;
  await v.ask(NAME);
  await v.answer('Hello').waitFor();
  assert.deepEqual(await shared(page), [], 'the page');
  await page.locator('.topbar .model-select').click();
  await page.locator('.model-panel .model-item').nth(1).waitFor();
  assert.deepEqual(await shared(page), [], 'the models');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Tools', exact: true }).click();
  await page.getByRole('dialog').getByText('gave no list').waitFor();
  assert.deepEqual(await shared(page), [], 'the tools');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Options for' }).first().click();
  await page.getByRole('button', { name: 'Delete' }).first().click();
  await page.getByText(/Delete|deleted/).first().waitFor();
  assert.deepEqual(await shared(page), [], 'a chat that goes');
  await v.close();
});

test('names of files, attached and refused', async () => {
  const v = await open();
  const { page } = v;
  await page.locator('.composer input[type=file]').setInputFiles([
    { name: `${NAME}.txt`, mimeType: 'text/plain', buffer: Buffer.from('words') },
    { name: `${NAME}.bin`, mimeType: 'application/octet-stream', buffer: Buffer.from([0, 255, 1]) },
  ]);
  await page.locator('.composer .refusals p').first().waitFor();
  assert.deepEqual(await shared(page), [], 'before it is sent');
  await v.ask('Read');
  await v.answer('Hello').waitFor();
  assert.deepEqual(await shared(page), [], 'sent');
  await v.close();
});

test('a file of chats from elsewhere', async () => {
  const v = await open();
  const { page } = v;
  await page.locator('.composer input[type=file]').setInputFiles([{ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('words') }]);
  await v.ask('Read');
  await v.answer('Hello').waitFor();
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Export and import' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as JSON' }).click()]);
  await page.keyboard.press('Escape');
  const file = JSON.parse(readFileSync(String(await download.path()), 'utf8'));
  const [chat] = file.conversations;
  chat.title = NAME;
  chat.title_edited = true;
  chat.model = NAME;
  const [question, answer] = chat.messages;
  question.parts[0].name = `${NAME}.txt`;
  answer.model = NAME;
  answer.parts.push(
    { kind: 'tool_call', id: 't', index: 0, name: NAME, arguments: '{}', state: 'failed', result: [{ kind: 'text', text: 'x' }], started_at: null, ended_at: null },
    { kind: 'file', name: `${NAME}.txt`, type: 'text/plain', size: 1, text: 'x', data: '' },
    { kind: 'new', name: NAME },
  );
  await page.locator('input[accept*=json]').setInputFiles({ name: `${NAME}.json`, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(file)) });
  await page.getByText('1 chat was imported.').waitFor({ timeout: 5_000 })
    .catch(async () => assert.fail(String(await page.locator('.notices, [role=status], [role=alert]').allTextContents())));
  await page.getByRole('button', { name: /שלום/ }).first().click();
  await page.getByRole('article').first().waitFor();
  for (const summary of await page.locator('summary:visible').all()) await summary.click();
  assert.deepEqual(await shared(page), []);
  await v.close();
});
