// SPDX-License-Identifier: MIT
// What goes into the page and out of it by clipboard, quotation and file, in a real browser.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { closeBrowser, pickModel, visit } from './ui-harness.js';

after(closeBrowser);

const CLIPBOARD = ['clipboard-read', 'clipboard-write'];

/** @param {string} text @returns {(site: import('./ui-harness.js').FakeSite) => void} */
const answering = (text) => (site) => {
  site.answer = async (reply) => {
    await reply.text(text);
    await reply.end();
  };
};

/** @param {import('./ui-harness.js').Visit} v @param {string} [text] */
async function exchange(v, text = 'A question') {
  await v.ask(text);
  await v.page.locator('.message-assistant .toolbar').last().waitFor();
}

/**
 * Pastes as a person does, and says whether the page took it in hand.
 * @param {import('playwright-core').Page} page
 * @param {string} text
 */
const paste = (page, text) => page.evaluate((pasted) => {
  const field = /** @type {HTMLElement} */ (document.querySelector('.composer-field'));
  field.focus();
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', pasted);
  return !field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
}, text);

test('a long text that is pasted becomes a file, a short one does not, a huge one is refused', async () => {
  const v = await visit();
  assert.equal(await paste(v.page, 'short'), false);
  assert.equal(await paste(v.page, 'word '.repeat(4000)), true);
  await v.page.locator('.attachment', { hasText: 'Pasted text.txt' }).waitFor();
  assert.equal(await paste(v.page, 'word '.repeat(400_000)), true);
  await v.page.getByText('Pasted text.txt is too large.').waitFor();
  await exchange(v, 'Sum it up');
  const sent = v.site.calls.find((call) => call.path === 'chat/completions');
  const [{ content }] = sent?.body.messages ?? [{}];
  assert.match(content, /^Pasted text\.txt:\n```\n(word ){4000}\n?```\n\nSum it up$/);
  await v.close();
});

/** Copies what is selected in the answer. @param {import('playwright-core').Page} page */
const copySelected = (page) => page.evaluate(() => {
  const answer = /** @type {Element} */ (document.querySelector('.answer'));
  const clipboardData = new DataTransfer();
  const taken = !answer.dispatchEvent(new ClipboardEvent('copy', { clipboardData, bubbles: true, cancelable: true }));
  return { taken, text: clipboardData.getData('text/plain'), html: clipboardData.getData('text/html') };
});

test('a formula is copied as its source, and what has none as the browser does', async () => {
  const v = await visit({ prepare: answering('Before $a^2$ after.\n\n$$\n\\frac{1}{2}\n$$\n\nThe end.') });
  await exchange(v);
  await v.page.locator('.katex').nth(1).waitFor();
  await v.page.evaluate(() => getSelection()?.selectAllChildren(/** @type {Element} */ (document.querySelector('.answer'))));
  const all = await copySelected(v.page);
  assert.equal(all.text, 'Before $a^2$ after.\n\n$$\\frac{1}{2}$$\n\nThe end.');
  assert.doesNotMatch(all.html, /katex|style=|class=/);
  await v.page.evaluate(() => {
    const text = /** @type {Node} */ (document.querySelector('.katex-html .mord .mord')?.firstChild);
    getSelection()?.setBaseAndExtent(text, 0, text, 1);
  });
  assert.equal((await copySelected(v.page)).text, '$a^2$', 'a part of a formula is all of it');
  await v.page.evaluate(() => getSelection()?.selectAllChildren(/** @type {Element} */ (document.querySelector('.answer p:last-child'))));
  assert.equal((await copySelected(v.page)).taken, false);
  assert.equal(await v.page.locator('.md-copy-stage').count(), 0);
  await v.close();
});

test('an answer can be copied with its formatting, a chat as Markdown', async () => {
  const v = await visit({ permissions: CLIPBOARD, prepare: answering('**bold** [to](https://example.org/)\n\n```js\nlet a;\n```\n') });
  await exchange(v);
  await v.page.locator('.message-assistant .tools').getByRole('button', { name: 'Copy', exact: true }).click();
  const read = (/** @type {string} */ type) => v.page.evaluate(async (wanted) => {
    const [item] = await navigator.clipboard.read();
    return item?.types.includes(wanted) ? (await item.getType(wanted)).text() : '';
  }, type);
  await v.page.waitForFunction(async () => (await navigator.clipboard.read())[0]?.types.includes('text/html'));
  const rich = await read('text/html');
  assert.match(rich, /<strong>bold<\/strong>/);
  assert.match(rich, /href="https:\/\/example\.org\/"/);
  assert.match(rich, /let a;/);
  assert.doesNotMatch(rich, /Wrap lines|<button/);
  assert.match(await read('text/plain'), /^\*\*bold\*\*/);
  await v.page.getByRole('button', { name: 'Menu' }).click();
  await v.page.getByRole('button', { name: 'Export and import' }).click();
  await v.page.getByRole('button', { name: 'Copy the chat as Markdown' }).click();
  await v.page.waitForFunction(async () => /A question[\s\S]*\*\*bold\*\*/.test(await navigator.clipboard.readText()));
  await v.close();
});

test('tables are saved as CSV, with nothing that a spreadsheet would run', async () => {
  const v = await visit({ prepare: answering('| Name | Value |\n|---|---|\n| a, "b" | -5 |\n| =1+1 | $x^2$ |\n') });
  await exchange(v);
  await v.page.locator('.message-assistant').getByRole('button', { name: 'More' }).click();
  const [download] = await Promise.all([
    v.page.waitForEvent('download'), v.page.getByRole('button', { name: 'Save the table as CSV' }).click(),
  ]);
  assert.equal(download.suggestedFilename(), 'table.csv');
  assert.equal(readFileSync(await download.path(), 'utf8'),
    '\ufeffName,Value\r\n"a, ""b""",-5\r\n\'=1+1,$x^2$\r\n');
  await v.close();
});

test('what is selected in an answer is quoted by its button and by keyboard, and only that', async () => {
  const v = await visit({ prepare: answering('One line.\n\nAnother $x$ line.') });
  await exchange(v);
  const select = (/** @type {string} */ what) => v.page.evaluate((selector) => {
    getSelection()?.selectAllChildren(/** @type {Element} */ (document.querySelector(selector)));
  }, what);
  const field = v.page.getByRole('textbox', { name: 'Message' });
  const button = v.page.getByRole('button', { name: 'Quote' });
  await select('.bubble');
  await v.page.keyboard.press('Control+Shift+Period');
  assert.equal(await field.inputValue(), '', 'a question is not quoted');
  assert.equal(await button.count(), 0);
  await field.fill('My draft');
  await select('.answer');
  await button.click();
  assert.equal(await field.inputValue(), 'My draft\n\n> One line.\n>\n> Another $x$ line.\n\n');
  assert.ok(await field.evaluate((e) => e === document.activeElement));
  await button.waitFor({ state: 'detached' });
  await field.fill('');
  await select('.answer p');
  await v.page.keyboard.press('Control+Shift+Period');
  assert.equal(await field.inputValue(), '> One line.\n\n');
  await v.close();
});

test('a finger quotes too, though its touch ends the selection', async () => {
  const v = await visit({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await exchange(v);
  await v.page.evaluate(() => getSelection()?.selectAllChildren(/** @type {Element} */ (document.querySelector('.answer p'))));
  const button = v.page.getByRole('button', { name: 'Quote' });
  const [from, at] = [await v.page.locator('.answer p').boundingBox(), await button.boundingBox()];
  assert.ok(at && from && at.y >= from.y + from.height, 'below what is selected');
  await button.evaluate((e) => e.addEventListener('pointerdown', () => getSelection()?.removeAllRanges()));
  await button.tap();
  assert.equal(await v.page.getByRole('textbox', { name: 'Message' }).inputValue(), '> Hello, world.\n\n');
  await button.waitFor({ state: 'detached' });
  await v.close();
});

test('images are refused in the name of the model, not of the file', async () => {
  const v = await visit();
  await pickModel(v.page, 'seeing');
  await v.page.locator('.composer input[type=file]').setInputFiles({ name: 'a.png', mimeType: 'image/png',
    buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') });
  await v.page.locator('.attachment').waitFor();
  await pickModel(v.page, 'quick');
  await v.page.getByRole('textbox', { name: 'Message' }).fill('Look');
  await v.page.keyboard.press('Enter');
  await v.page.getByText('Quick does not take images.').waitFor();
  await v.close();
});
