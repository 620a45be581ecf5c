// SPDX-License-Identifier: MIT
/**
 * Whatever comes from a model, a server, a file or a person is text: in every
 * place of the page where it is shown, under the shipped policy and, as if
 * there were none, without it.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { CORPUS } from './md-corpus.js';
import { closeBrowser, visit } from './ui-harness.js';

after(closeBrowser);

const DO = 'window.pwned=1;alert(1)';
const EVIL = [
  `<img src=x onerror="${DO}">`, `"><svg onload="${DO}">`, `'><iframe srcdoc="<script>parent.pwned=1</script>">`, `<script>${DO}</script>`,
  `javascript:${DO}`, `</title></option></select><img src=https://evil.example/a.png onerror=${DO}>`, `\${${DO}} {{constructor.constructor("${DO}")()}}`,
  `</textarea></style></script><a href=javascript:${DO} autofocus onfocus=${DO}>`, '__proto__', 'constructor', '<!--', `&lt;img src=x onerror=${DO}&gt;`,
];
const ALL = EVIL.join(' ');

/**
 * What must not be: elements and attributes that only markup could have made.
 * @param {import('playwright-core').Page} page
 */
const foreign = (page) => page.evaluate(() => {
  /** @type {string[]} */
  const found = [];
  for (const node of document.querySelectorAll('*')) {
    if (/^(?:SCRIPT|IFRAME|OBJECT|EMBED|BASE|META|STYLE)$/i.test(node.tagName) && !document.head.contains(node)) found.push(node.tagName);
    for (const { name, value } of node.attributes) {
      if (/^on/i.test(name) || name === 'srcdoc') found.push(`${name}=${value}`);
      if (/^(?:href|src|action|formaction|data|poster|xlink:href)$/i.test(name) && /^\s*(?:javascript|data:text|vbscript)/i.test(value)) found.push(`${name}=${value}`);
    }
  }
  if (/** @type {any} */ (window).pwned) found.push('a script ran');
  return found;
});

for (const bypassCSP of [false, true]) {
  const how = bypassCSP ? 'without a policy' : 'under the policy';
  /** @param {Parameters<typeof visit>[0]} [options] */
  const open = async (options) => {
    const v = await visit({ bypassCSP, ...options });
    v.page.on('dialog', (dialog) => {
      v.incidents.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    v.page.on('popup', () => v.incidents.push('popup'));
    return v;
  };
  /** @param {import('./ui-harness.js').Visit} v @param {RegExp} [expected] */
  const close = async (v, expected) => {
    assert.deepEqual(await foreign(v.page), []);
    assert.deepEqual(v.incidents.filter((text) => !expected?.test(text)), []);
    await v.close();
  };

  test(`names of models and providers, ${how}`, async () => {
    const v = await open({ prepare: (site) => {
      site.models = EVIL.map((name, i) => ({ ...site.models[0], id: `${i} ${name}`, name, provider: EVIL[(i + 1) % EVIL.length] }));
    } });
    for (let i = 0; i < EVIL.length; i += 1) {
      await v.page.locator('.topbar .model-select').click();
      await v.page.locator('.model-panel .model-item').nth(i).click();
      await v.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
    await v.ask('Hi');
    await v.answer('Hello').waitFor();
    await close(v);
  });

  test(`words, thoughts and errors of an answer, ${how}`, async () => {
    const v = await open();
    v.site.answer = async (reply) => {
      await reply.think(`${ALL}\n\n${CORPUS.slice(0, 200).join('\n\n')}`);
      for (const text of CORPUS) await reply.text(`${text}\n\n`);
      await reply.fail(EVIL[0] ?? '', `fell over ${ALL}`);
    };
    await v.ask(ALL);
    await v.page.getByText('fell over').first().waitFor({ state: 'attached' });
    for (const thoughts of await v.page.locator('summary').all()) await thoughts.click();
    v.site.answer = (reply) => reply.refuse(400, 'invalid_request', {}, `refused ${ALL}`);
    await v.ask(`again ${ALL}`);
    await v.page.getByText('refused').first().waitFor({ state: 'attached' });
    await close(v, /status of 400/);
  });

  test(`titles, instructions, searches, names of files, ${how}`, async () => {
    const v = await open();
    const { page } = v;
    for (const name of EVIL) {
      await page.locator('.composer input[type=file]').setInputFiles([
        { name: `${name.replaceAll('/', '|')}.txt`, mimeType: 'text/plain', buffer: Buffer.from(ALL) },
        { name: `${name.replaceAll('/', '|')}.bin`, mimeType: 'application/octet-stream', buffer: Buffer.from([0, 255, 1]) },
      ]);
    }
    await v.ask(ALL);
    await v.answer('Hello').waitFor();
    await page.getByRole('button', { name: 'Options for' }).first().click();
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByLabel('Title').fill(ALL);
    await page.getByLabel('Title').press('Enter');
    await page.getByRole('searchbox').fill(ALL);
    await page.getByRole('searchbox').press('Escape');
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('button', { name: 'Instructions and parameters' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Instructions' }).fill(ALL);
    await page.keyboard.press('Escape');
    await close(v);
  });

  test(`a file that is imported, ${how}`, async () => {
    const v = await open();
    const { page } = v;
    await v.ask('To be kept');
    await v.answer('Hello').waitFor();
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('button', { name: 'Export and import' }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as JSON' }).click()]);
    /** Puts the worst into every text of the file. @param {any} value @param {string} key @returns {any} */
    const spoil = (value, key = '') => {
      if (typeof value === 'string') return /^(?:format|role|status|kind|media_type|type)$|_at$/.test(key) ? value : EVIL[0];
      if (Array.isArray(value)) return value.map((one) => spoil(one, key));
      if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, spoil(one, name)]));
      return value;
    };
    await page.keyboard.press('Escape');
    const file = spoil(JSON.parse(readFileSync(String(await download.path()), 'utf8')));
    await page.locator('input[accept*=json]').setInputFiles({ name: `${EVIL[0]}.json`.replaceAll('/', '|'), mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(file)) });
    await page.getByText('1 chat was imported.').waitFor({ timeout: 5_000 }).catch(async () => assert.fail(String(await page.locator('.notices, [role=status], [role=alert]').allTextContents())));
    await page.getByRole('button', { name: EVIL[0] }).first().click();
    await page.getByRole('article').first().waitFor();
    const polluted = { ...file, __proto__: null };
    const text = JSON.stringify(polluted).replace('{', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},');
    await page.locator('input[accept*=json]').setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    await page.waitForTimeout(200);
    assert.equal(await page.evaluate(() => /** @type {any} */ ({}).polluted), undefined);
    await close(v);
  });
}

test('the page of a normal conversation complains of nothing', async () => {
  const v = await visit();
  v.site.answer = async (reply) => {
    await reply.think('Let me see.');
    await reply.text('# Title\n\n$\\frac{a}{b}$ and `code`\n\n```js\nlet a = 1;\n```\n\n| a |\n|-|\n| b |\n');
    await reply.end();
  };
  await v.ask('Show me everything');
  await v.page.locator('.katex').first().waitFor();
  assert.deepEqual(v.incidents, []);
  await v.close();
});
