// SPDX-License-Identifier: MIT
// Large libraries may be packaged apart: without them the page does what it can, and says at once what it cannot.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { closeBrowser, PAGE, visit } from './ui-harness.js';

const folder = mkdtempSync(join(tmpdir(), 'confab-apart-'));
/** The page without them. */
const root = join(folder, 'www/');

before(() => {
  cpSync(PAGE, root, { recursive: true });
  const version = PAGE.endsWith('www/') ? readdirSync(root).find((name) => /^v\d/.test(name)) ?? '' : '';
  for (const name of ['mermaid', 'pdfjs', 'highlight/languages']) rmSync(join(root, version, 'vendor', name), { recursive: true });
});
after(async () => {
  await closeBrowser();
  rmSync(folder, { recursive: true, force: true });
});

/** @param {string} text */
const saying = (text) => visit({ prepare: (site) => {
  site.pageRoot = root;
  site.answer = async (reply) => {
    await reply.text(text);
    await reply.end();
  };
} });

test('a diagram shows its source, and why it cannot be drawn', async () => {
  const v = await saying('```mermaid\ngraph LR; A-->B\n```\n\nAfter it.');
  await v.ask('Draw');
  await v.page.getByText('This diagram could not be drawn').waitFor();
  await v.page.getByText('Mermaid could not be loaded').waitFor();
  await v.page.locator('.message-assistant').getByText('graph LR; A-->B').waitFor();
  await v.page.getByRole('button', { name: 'Try again' }).waitFor();
  await v.close();
});

test('code has no colours, and all of its letters', async () => {
  const v = await saying('```python\nprint("hello")  # a comment\n```');
  await v.ask('Code');
  await v.page.locator('.message-assistant .tools').waitFor();
  assert.equal(await v.page.locator('.md-code code').textContent(), 'print("hello")  # a comment');
  await v.page.locator('.message-assistant').getByText('Python').waitFor();
  await v.close();
});

test('a PDF is refused with a word, and another file is taken', async () => {
  const v = await saying('Yes.');
  const { page } = v;
  await page.locator('.composer input[type=file]').first().setInputFiles([
    { name: 'paper.pdf', mimeType: 'application/pdf', buffer: readFileSync(new URL('../js/files/ghostscript.pdf', import.meta.url)) },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') },
  ]);
  await page.locator('.composer .attachment').getByText('notes.txt').waitFor();
  await page.locator('.composer .notice').waitFor();
  assert.equal(await page.locator('.composer .attachment').count(), 1);
  await v.close();
});
