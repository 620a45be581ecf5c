// SPDX-License-Identifier: MIT
// axe looks at every state of the page, its colours in both themes, and at the main ones in every language.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { LANGUAGES } from '../../static/ui/languages.js';
import { closeBrowser, pickModel, visit } from './ui-harness.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

after(closeBrowser);

/** A picture of one pixel. */
const DOT = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

const ANSWER = `# A heading

Some *text* with \`code\`, a [link](https://example.org/) and a list:

- one
- two

| a | b |
|---|---|
| 1 | 2 |

\`\`\`js
const answer = 42; // a comment
\`\`\`
`;

/** All that axe knows; and what alone depends on the colours. */
const ALL = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
const COLOURS = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };
/** What depends on words, but not on colours, which are the same in every language. */
const WORDS = { ...ALL, rules: { 'color-contrast': { enabled: false } } };

/**
 * What axe finds, as lines that say where.
 * @param {import('playwright-core').Page} page
 * @param {object} [rules]
 */
async function violations(page, rules = ALL) {
  // Colours are measured when nothing is on its way to another one.
  await page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getComputedTiming().iterations === Infinity));
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(AXE);
  return page.evaluate(async (options) => {
    const axe = /** @type {any} */ (window).axe;
    const { violations: found } = await axe.run(document, { ...options, resultTypes: ['violations'] });
    return found.flatMap((/** @type {any} */ v) => v.nodes.map((/** @type {any} */ n) => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`));
  }, rules);
}

/** @typedef {import('./ui-harness.js').Visit} Visit */

/** @param {Visit} v @param {string} [text] */
async function exchange(v, text = 'A question') {
  await v.ask(text);
  await v.page.locator('.message-assistant .toolbar').last().waitFor();
}

/** @param {Visit['site']} site */
const offering = (site) => {
  site.offers = true;
  site.offer = (path) => (path === 'prompts'
    ? { data: [{ server: 'code', name: 'review', description: 'Looks at code', arguments: [{ name: 'language', title: 'Language', description: 'Of the code' }] }] }
    : { data: [{ server: 'notes', uri: 'note://1', title: 'A note', size: 7 }], errors: [{ server: 'slow', message: 'It does not answer.' }] });
};

/** @param {Visit['site']} site */
const answerFully = (site) => {
  site.answer = async (reply) => {
    await reply.think('First this, then that.');
    await reply.text(ANSWER);
    await reply.end();
  };
};

/**
 * Sends an image and opens it large.
 * @param {Visit} v
 */
async function picture(v) {
  await pickModel(v.page, 'seeing');
  await v.page.locator('.composer input[type=file]').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: DOT });
  await v.page.locator('.composer .attachment').waitFor();
  await v.page.locator('.composer-field').fill('Hello');
  await v.page.locator('.send-button').click();
  await v.page.locator('.message-assistant .toolbar').waitFor();
  await v.page.locator('.picture-button').click();
  await v.page.locator('dialog[open] img').waitFor();
}

/** @param {string} finish @returns {(site: Visit['site']) => void} */
const ending = (finish) => (site) => {
  site.answer = async (reply) => {
    await reply.text('Some text');
    await reply.end(finish);
  };
};

/** @param {string} item */
const menu = (item) => async (/** @type {Visit} */ v) => {
  await exchange(v);
  await v.page.getByRole('button', { name: 'Menu' }).click();
  await v.page.getByRole('button', { name: item }).click();
  await v.page.locator('dialog[open]').waitFor();
};

/** @type {{name: string, options?: Parameters<typeof visit>[0], go?: (v: Visit) => Promise<unknown>}[]} */
const STATES = [
  { name: 'login', options: { session: 'out' } },
  { name: 'login refused', options: { session: 'out' }, async go(v) {
    await v.page.getByLabel('User name').fill('alice');
    await v.page.getByLabel('Password').fill('wrong');
    await v.page.keyboard.press('Enter');
    await v.page.locator('.notice-danger').waitFor();
  } },
  { name: 'login by the site', options: { session: 'out', prepare: (s) => { s.auth = 'remote_user'; } } },
  { name: 'password change asked for', options: { session: 'out', prepare: (s) => { s.loginFails = { status: 403, code: 'password_change_required' }; } }, async go(v) {
    await v.page.getByLabel('User name').fill('alice');
    await v.page.getByLabel('Password').fill('secret');
    await v.page.keyboard.press('Enter');
    await v.page.getByLabel('Current password').waitFor();
  } },
  { name: 'empty' },
  { name: 'answered', options: { prepare: answerFully }, async go(v) {
    await exchange(v);
    await v.page.locator('.reasoning summary').click();
  } },
  { name: 'waiting', options: { prepare: (s) => { s.answer = (r) => r.open().then(() => r.gone); } }, async go(v) {
    await v.ask('Hello');
    await v.page.getByText(/Waiting for the model/).waitFor();
  } },
  { name: 'thinking', options: { prepare: (s) => { s.answer = (r) => r.think('Hm.').then(() => r.gone); } }, async go(v) {
    await v.ask('Hello');
    await v.page.locator('.reasoning .dots').waitFor();
  } },
  { name: 'a message that waits', options: { prepare: (s) => { s.answer = (r) => r.text('Half').then(() => r.gone); } }, async go(v) {
    await v.ask('Hello');
    await v.page.getByText('Half').waitFor();
    await v.page.getByRole('textbox', { name: 'Message' }).fill('More');
    await v.page.keyboard.press('Enter');
    await v.page.locator('.queued').waitFor();
  } },
  { name: 'stopped', options: { prepare: (s) => { s.answer = (r) => r.text('Half').then(() => r.gone); } }, async go(v) {
    await v.ask('Hello');
    await v.page.getByText('Half').waitFor();
    await v.page.keyboard.press('Escape');
    await v.page.locator('.outcome').waitFor();
  } },
  { name: 'interrupted', options: { prepare: (s) => { s.answer = (r) => r.text('Half').then(() => r.drop()); } }, async go(v) {
    await v.ask('Hello');
    await v.page.locator('.outcome-interrupted').waitFor({ timeout: 20000 });
  } },
  { name: 'failed', options: { prepare: (s) => { s.answer = (r) => r.refuse(502, 'upstream_error', {}, 'Broken'); } }, async go(v) {
    await v.ask('Hello');
    await v.page.locator('.outcome-failed').waitFor();
  } },
  { name: 'refused', options: { prepare: ending('content_filter') }, go: (v) => exchange(v) },
  { name: 'cut', options: { prepare: ending('length') }, go: (v) => exchange(v) },
  { name: 'editing', async go(v) {
    await exchange(v);
    await v.page.getByRole('textbox', { name: 'Message' }).press('ArrowUp');
    await v.page.locator('.edit-form').waitFor();
  } },
  { name: 'versions', async go(v) {
    await exchange(v);
    await v.page.getByRole('button', { name: 'Ask again' }).click();
    await v.page.getByText('2 / 2').waitFor();
  } },
  { name: 'two models', options: { prepare: (s) => { s.answer = async (r) => {
    await r.text(`From ${r.body.model}.`);
    if (r.body.model === 'quick') await r.gone;
    await r.end();
  }; } }, async go(v) {
    await v.page.locator('.topbar .model-select').click();
    await v.page.getByRole('button', { name: 'Ask a second model as well' }).click();
    await v.page.locator('.model-panel .model-item[data-model="seeing"]').first().click();
    await v.ask('Hello');
    await v.page.getByText('From quick.').waitFor();
    await v.page.locator('.message-assistant .tools').waitFor();
  } },
  { name: 'words of the administrator', options: { prepare: (s) => { s.extra = { welcome: [{ language: 'en', text: 'Welcome', suggestions: [{ title: '', text: 'Begin' }] }] }; } },
    go: (v) => v.page.getByText('Begin').waitFor() },
  { name: 'line', options: { prepare: (s) => { s.answer = (r) => r.text('word '.repeat(140)).then(() => r.end()); } }, async go(v) {
    await pickModel(v.page, 'tiny');
    await exchange(v, 'one');
    await v.ask('two');
    await v.page.locator('.message-assistant .toolbar').nth(1).waitFor();
    await v.page.locator('.cutline').waitFor();
  } },
  { name: 'menu', async go(v) {
    await exchange(v);
    await v.page.getByRole('button', { name: 'Menu' }).click();
  } },
  { name: 'message menu', async go(v) {
    await exchange(v);
    await v.page.locator('.message-assistant').getByRole('button', { name: 'More' }).click();
  } },
  { name: 'editing an answer', async go(v) {
    await exchange(v);
    await v.page.locator('.message-assistant').getByRole('button', { name: 'More' }).click();
    await v.page.getByRole('button', { name: 'Edit this answer' }).click();
    await v.page.locator('.edit-form').waitFor();
  } },
  { name: 'something selected', options: { prepare: answerFully }, async go(v) {
    await exchange(v);
    await v.page.evaluate(() => getSelection()?.selectAllChildren(/** @type {Element} */ (document.querySelector('.answer p'))));
    await v.page.locator('.quote button').waitFor();
  } },
  { name: 'settings', go: menu('Settings') },
  { name: 'parameters', go: menu('Instructions and parameters') },
  { name: 'help', go: menu('Keyboard shortcuts') },
  { name: 'export', go: menu('Export and import') },
  { name: 'account', go: menu('Account (alice)') },
  { name: 'prompts', go: menu('Prompts') },
  { name: 'a prompt being written', async go(v) {
    await menu('Prompts')(v);
    await v.page.getByRole('button', { name: 'New prompt' }).click();
  } },
  { name: 'prompts offered', async go(v) {
    await v.page.evaluate(() => localStorage.setItem('confab.settings', JSON.stringify({ prompts: [{ name: 'Translate', text: 'Into {{language}}' }], knowsMemory: true })));
    await v.page.reload();
    await v.page.getByRole('textbox', { name: 'Message' }).fill('/tr');
    await v.page.getByRole('option').waitFor();
  } },
  { name: 'a prompt of a server, filled in', options: { prepare: offering }, async go(v) {
    await v.page.getByRole('textbox', { name: 'Message' }).fill('/');
    await v.page.getByRole('option').click();
    await v.page.getByRole('dialog').getByLabel('Language').waitFor();
  } },
  { name: 'what servers have', options: { prepare: offering }, async go(v) {
    await v.page.getByRole('button', { name: 'Attach files' }).click();
    await v.page.locator('.menu').getByRole('button', { name: 'From a tool server' }).click();
    await v.page.getByText('It does not answer').waitFor();
  } },
  { name: 'models', async go(v) {
    await v.page.locator('.topbar .model-select').click();
    await v.page.locator('.model-panel .model-item').first().waitFor();
  } },
  { name: 'a deletion asked about', async go(v) {
    await exchange(v);
    await exchange(v, 'Another');
    await v.page.locator('.message-user').first().getByRole('button', { name: 'More' }).click();
    await v.page.locator('.menu').getByRole('button', { name: 'Delete' }).click();
    await v.page.locator('dialog[open]').waitFor();
  } },
  { name: 'password', async go(v) {
    await menu('Account (alice)')(v);
    await v.page.getByRole('button', { name: 'Change password' }).click();
    await v.page.locator('#password-new').waitFor();
  } },
  { name: 'sign-out that would delete', go: menu('Sign out') },
  { name: 'memory', async go(v) {
    await exchange(v);
    await v.page.getByRole('button', { name: /^Memory/ }).click();
    await v.page.locator('dialog[open]').waitFor();
  } },
  { name: 'deleted, with undo', async go(v) {
    await exchange(v);
    await v.page.getByRole('button', { name: /^Options for/ }).click();
    await v.page.locator('.menu').getByRole('button', { name: 'Delete' }).click();
    await v.page.locator('.toast').waitFor();
  } },
  { name: 'renaming', async go(v) {
    await exchange(v);
    await v.page.getByRole('button', { name: /^Options for/ }).click();
    await v.page.getByRole('button', { name: 'Rename' }).click();
    await v.page.getByLabel('Title').waitFor();
  } },
  { name: 'nothing found', async go(v) {
    await exchange(v);
    await v.page.getByRole('searchbox').fill('zebra');
    await v.page.getByText('Nothing found').waitFor();
  } },
  { name: 'session ended', async go(v) {
    await exchange(v);
    v.site.session = 'out';
    await v.ask('More');
    await v.page.getByRole('dialog').waitFor();
  } },
  { name: 'files and a refusal', async go(v) {
    await v.page.locator('.composer input[type=file]').setInputFiles([
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') },
      { name: 'x.bin', mimeType: 'application/octet-stream', buffer: Buffer.from([0, 1, 2, 255]) },
    ]);
    await v.page.locator('.attachment').waitFor();
    await v.page.locator('.notice-warn').waitFor();
  } },
  { name: 'a large image', go: picture },
  { name: 'no models', options: { prepare: (s) => { s.modelsFail = true; } }, go: (v) => v.page.locator('.banner').waitFor() },
  { name: 'phone', options: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, go: (v) => exchange(v) },
  { name: 'drawer', options: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, async go(v) {
    await v.page.getByRole('button', { name: 'Show the list of chats' }).click();
    await v.page.locator('.shell[data-sidebar="open"]').waitFor();
  } },
];

for (const { name, options, go } of STATES) {
  test(`nothing to find: ${name}`, async () => {
    const v = await visit({ reducedMotion: 'reduce', ...options });
    await go?.(v);
    for (const [colorScheme, rules] of /** @type {const} */ ([['light', ALL], ['dark', COLOURS]])) {
      await v.page.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(v.page, rules), [], colorScheme);
    }
    await v.close();
  });
}

for (const { code, dir } of LANGUAGES.filter((language) => language.code !== 'en')) {
  test(`nothing to find in ${code}`, async () => {
    for (const session of /** @type {const} */ (['out', 'in'])) {
      const v = await visit({ reducedMotion: 'reduce', locale: code, session, prepare: answerFully });
      await v.page.waitForFunction((wanted) => document.documentElement.lang === wanted, code);
      assert.equal(await v.page.evaluate(() => document.documentElement.dir), dir);
      if (session === 'in') {
        await v.page.locator('.composer-field').fill('Hello');
        await v.page.locator('.send-button').click();
        await v.page.locator('.message-assistant .toolbar').waitFor();
        await v.page.keyboard.press('Control+,');
        await v.page.locator('dialog[open]').waitFor();
      }
      assert.deepEqual(await violations(v.page, WORDS), [], session);
      if (session === 'in') {
        await v.page.keyboard.press('Escape');
        await v.page.locator('dialog[open]').waitFor({ state: 'detached' });
        await v.page.keyboard.press('Control+Shift+O');
        await v.page.locator('.message').first().waitFor({ state: 'detached' });
        await picture(v);
        assert.deepEqual(await violations(v.page, WORDS), [], 'a large image');
      }
      await v.close();
    }
  });
}
