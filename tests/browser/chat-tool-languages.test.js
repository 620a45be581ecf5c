/* SPDX-License-Identifier: MIT */
/**
 * The whole loop in every language, by keyboard, with a model of each kind of
 * provider in one chat: on a telephone and on a desk, light and dark.
 */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { fill } from '../../static/ui/i18n.js';
import { LANGUAGES } from '../../static/ui/languages.js';
import { PASSWORD } from '../harness/site.js';
import { ToolServer } from '../upstream/mcp.js';
import { axe } from './axe.js';
import { startChat } from './chat-harness.js';
import { CALLING } from './chat-tool-calls.js';
import { pickModel } from './ui-harness.js';

const server = new ToolServer('modern');
/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
/** @type {import('./chat-harness.js').Chat} */
let chat;

before(async () => {
  const url = await server.listen();
  chats = await startChat({ models: [], config: {
    limits: { requests_per_minute: 0 }, 'provider "up"': { kind: 'openai', 'model "openai"': {} }, 'tool_server "s"': { url },
  } });
  const { site } = chats;
  const { base_url, api_key_file } = /** @type {any} */ (site.config['provider "up"']);
  site.writeConfig(Object.fromEntries(Object.keys(CALLING).filter((kind) => kind !== 'openai')
    .map((kind) => [`provider "${kind}"`, { kind, base_url, api_key_file, [`model "${kind}"`]: {} }])));
  await site.reload();
});
after(async () => {
  await chats?.close();
  await server.close();
});
afterEach(() => chat.page.context().close());

/** The pages, taken in turn. @type {import('playwright-core').BrowserContextOptions[]} */
const PAGES = [
  { viewport: { width: 390, height: 844 }, colorScheme: 'light' }, { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
];

/** Steps back through the page by keyboard to a button. @param {import('playwright-core').Page} page @param {string} name */
async function reach(page, name) {
  for (let i = 0; i < 60; i += 1) {
    await page.keyboard.press('Shift+Tab');
    if (await page.evaluate(() => document.activeElement?.textContent?.trim()) === name) return;
  }
  assert.fail(`${name} is not reached by keyboard`);
}

for (const [i, language] of LANGUAGES.entries()) {
  test(`${language.code}`, async () => {
    /** @type {Record<string, any>} */
    const words = { ...await language.load(), ...await language.later() };
    /** @param {string} key @param {Record<string, string>} [values] */
    const t = (key, values = {}) => fill(words[key], values);
    chat = await chats.open({ signIn: false, context: { locale: language.code, ...PAGES[i % PAGES.length] } });
    const { page } = chat;
    const { upstream } = chats.site;
    await page.locator('#username').fill('ann');
    await page.locator('#password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    const box = page.getByRole('textbox', { name: t('compose.field'), exact: true });
    await box.waitFor();
    assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), [language.code, language.dir]);

    await page.getByRole('button', { name: t('tools.title'), exact: true }).click();
    const dialog = page.getByRole('dialog', { name: t('tools.title') });
    await dialog.getByText(t('tools.lead')).waitFor();
    await dialog.getByRole('checkbox', { name: /^echo/ }).check();
    await page.keyboard.press('Escape');

    let n = 0;
    for (const [kind, calling] of Object.entries(CALLING)) {
      n += 1;
      const { acted } = server;
      upstream.script(kind, [{ body: calling([{ id: `a${n}`, name: 's__echo', given: { text: `x\u202e${kind}` } }]), type: 'text/event-stream' },
        { steps: [{ text: `All of ${kind}.` }, { finish: 'stop' }, { done: true }] }]);
      await pickModel(page, kind);
      await box.fill('?');
      await box.press('Enter');
      const card = page.locator('.consent:not([hidden])');
      await card.getByText(t('consent.server', { server: 's' })).waitFor();
      for (const key of ['consent.title', 'consent.once', 'consent.always', 'consent.edit', 'consent.deny']) {
        assert.ok((await card.innerText()).includes(t(key)), key);
      }
      assert.equal(await card.locator('.hidden-char').textContent(), 'U+202E');
      await page.locator('.live').getByText(t('state.asking')).last().waitFor({ state: 'attached' });
      assert.equal(server.acted, acted);
      if (n === 1) await axe(page);
      await box.focus();
      await reach(page, t('consent.once'));
      await page.keyboard.press('Enter');
      await page.locator('.answer').getByText(`All of ${kind}.`).waitFor();
      assert.equal(server.acted, acted + 1);
      await page.locator('.part-tool summary').nth(n - 1).getByText(t('tool.done')).waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the page');
    }
    const last = String(upstream.calls.at(-1)?.body);
    for (const kind of Object.keys(CALLING)) assert.match(last, RegExp(`echo: x.*${kind}`));
    assert.deepEqual(chat.errors, []);
  });
}
