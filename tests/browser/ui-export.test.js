// SPDX-License-Identifier: MIT
// What is taken away, as a file or over the clipboard, and what is found again, in a real browser.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CORPUS } from './md-corpus.js';
import { browser, closeBrowser, visit } from './ui-harness.js';

after(closeBrowser);

const PNG = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** @param {import('./ui-harness.js').Reply} reply */
async function rich(reply) {
  await reply.think('A deep *thought*.');
  await reply.text('Some **bold** words, [a page](https://page.example/), and\n\n```js\nconst needle = 1;\n```\n');
  await reply.piece({ images: [PNG] });
  await reply.end();
}

/** The conversation as an HTML file, in a folder of its own. @param {import('playwright-core').Page} page */
async function exported(page) {
  const download = page.waitForEvent('download');
  await page.locator('.topbar').getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Export and import' }).click();
  await page.getByRole('button', { name: 'Export as HTML' }).click();
  const folder = mkdtempSync(join(tmpdir(), 'confab-export-'));
  const path = join(folder, 'chat.html');
  await (await download).saveAs(path);
  return { folder, path };
}

test('a conversation as one HTML file opens alone, runs nothing and asks nobody', async () => {
  const v = await visit({ prepare: (s) => { s.answer = rich; } });
  await v.ask('# <img src=x onerror=alert(1)> as it is');
  await v.page.locator('.message-assistant .toolbar').waitFor();
  const { folder, path } = await exported(v.page);
  const context = await (await browser()).newContext({ offline: true });
  const page = await context.newPage();
  /** @type {string[]} */
  const incidents = [];
  page.on('console', (message) => incidents.push(message.text()));
  page.on('pageerror', (error) => incidents.push(String(error)));
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) incidents.push(request.url());
  });
  await page.goto(`file://${path}`);
  assert.equal(await page.locator('.own').innerText(), '# <img src=x onerror=alert(1)> as it is');
  assert.equal(await page.locator('strong').innerText(), 'bold');
  assert.match(await page.locator('pre').innerText(), /const needle = 1;/);
  assert.equal(await page.locator('img').evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth), 1);
  assert.equal(await page.locator('button, script').count(), 0);
  assert.doesNotMatch(await page.content(), new RegExp(v.site.origin));
  assert.deepEqual(incidents, []);
  await context.close();
  rmSync(folder, { recursive: true });
  await v.close();
});

for (const bypassCSP of [false, true]) {
  test(`what would run does not in such a file, ${bypassCSP ? 'were there no policy' : 'under its policy'}`, async () => {
    const half = CORPUS.length / 2;
    const v = await visit({ prepare: (s) => {
      s.answer = async (reply) => {
        await reply.think(CORPUS.slice(0, 60).join('\n\n'));
        await reply.text(CORPUS.slice(0, half).join('\n\n'));
        await reply.end();
      };
    } });
    await v.ask(CORPUS.slice(half, half + 100).join('\n\n'));
    await v.page.locator('.message-assistant .toolbar').waitFor({ timeout: 60_000 });
    v.site.answer = async (reply) => {
      await reply.text(CORPUS.slice(half).join('\n\n'));
      await reply.end();
    };
    await v.ask('More');
    await v.page.locator('.message-assistant .toolbar').nth(1).waitFor({ timeout: 60_000 });
    const { folder, path } = await exported(v.page);
    const context = await (await browser()).newContext({ bypassCSP });
    const page = await context.newPage();
    /** @type {string[]} */
    const incidents = [];
    page.on('dialog', (dialog) => {
      incidents.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url() !== `file://${path}` && !request.url().startsWith('data:')) incidents.push(request.url());
    });
    await page.goto(`file://${path}`);
    for (const one of await page.locator('summary').all()) await one.click();
    const found = await page.evaluate(() => [...document.body.querySelectorAll('*')].flatMap((node) => [
      ...(/^(?:script|iframe|frame|object|embed|base|meta|link|form|style|svg|template|select|textarea|noscript|title)$/i.test(node.localName) ? [node.localName] : []),
      ...[...node.attributes].filter(({ name, value }) => /^on|^(?:srcdoc|is|srcset|formaction|action|xlink:href)$/i.test(name)
        || /^\s*(?:javascript|vbscript|data:(?!image\/|audio\/)|blob):/i.test(value)).map(({ name, value }) => `${name}=${value}`),
    ]).concat(/** @type {any} */ (window).pwned ? ['a script ran'] : []));
    assert.deepEqual(found, []);
    assert.deepEqual(incidents, []);
    await context.close();
    rmSync(folder, { recursive: true });
    await v.close();
  });
}

test('one press copies Markdown and formatting', async () => {
  const v = await visit({ prepare: (s) => { s.answer = rich; } });
  await v.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await v.ask('Go');
  await v.page.locator('.message-assistant .toolbar').waitFor();
  await v.page.locator('.message-assistant .tools').getByRole('button', { name: 'Copy', exact: true }).click();
  await v.page.waitForFunction(async () => (await navigator.clipboard.read())[0]?.types.includes('text/html'));
  const [plain, html] = await v.page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    return Promise.all(['text/plain', 'text/html'].map(async (type) => (await /** @type {ClipboardItem} */ (item).getType(type)).text()));
  });
  assert.match(String(plain), /^Some \*\*bold\*\* words/);
  assert.match(String(html), /<strong>bold<\/strong>/);
  assert.doesNotMatch(String(html), /thought/);
  assert.doesNotMatch(`${plain}${html}`, new RegExp(v.site.origin));
  await v.close();
});

test('a search shows where, and leads there', async () => {
  const v = await visit({ prepare: (s) => { s.answer = rich; } });
  await v.ask('First');
  await v.page.locator('.message-assistant .toolbar').waitFor();
  await v.page.getByRole('button', { name: 'New chat' }).first().click();
  await v.page.getByRole('searchbox').fill('NEEDLE');
  const found = v.page.locator('.chat-found');
  await found.waitFor();
  assert.equal(await found.locator('mark').innerText(), 'needle');
  await v.page.locator('.chat-link', { has: found }).click();
  await v.page.waitForFunction(() => CSS.highlights.get('found')?.size === 1);
  assert.equal(await v.page.evaluate(() => document.activeElement?.className), 'message message-assistant');
  // What is folded away is unfolded.
  await v.page.getByRole('searchbox').fill('deep');
  await v.page.locator('.chat-found mark', { hasText: 'deep' }).waitFor();
  await v.page.locator('.chat-link', { has: found }).click();
  await v.page.locator('.reasoning[open]').waitFor();
  assert.deepEqual(v.incidents, []);
  await v.close();
});
