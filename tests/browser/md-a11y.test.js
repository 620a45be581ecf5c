/* SPDX-License-Identifier: MIT */
/** What Markdown renders is usable by everybody: axe, keyboard, labels, copying. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { FIXTURE } from './md-fixture.js';
import { openLab } from './md-harness.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  for (const width of [320, 1000]) {
    test(`axe, ${colorScheme}, ${width} pixels`, async (t) => {
      const lab = await openLab({ colorScheme, viewport: { width, height: 800 } });
      t.after(() => lab.close());
      await lab.page.evaluate(async (text) => {
        const { md, root } = /** @type {any} */ (window);
        root.append(md.renderMarkdown(text));
        for (let k = 0; k < 200 && !root.querySelector('.md-toggle'); k++) {
          root.querySelector('.language-mermaid')?.scrollIntoView();
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }, `# Title\n\n${FIXTURE.replace('ls -la', 'ls -la /a/very/long/path/that/does/not/fit/on/a/telephone/at/all')}` +
        '\n\n```diff\n- a\n+ b\n```\n\n```html\n<!-- c --><p class="x">&amp;</p>\n```\n\n```yaml\na: 1 # b\n```\n\n$$' + 'x + '.repeat(60) + 'y$$\n');
      await lab.page.waitForTimeout(300);
      const found = await lab.page.evaluate(`(async () => {
        const module = { exports: {} };
        ${axe};
        const axe_ = window.axe ?? module.exports;
        const { violations } = await axe_.run(document, { rules: { region: { enabled: false }, 'landmark-one-main': { enabled: false } } });
        return violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html.slice(0, 120) + ' ' + n.failureSummary.slice(0, 200)).slice(0, 3).join(' | '));
      })()`);
      assert.deepEqual(found, []);
      assert.equal(await lab.page.evaluate(() => document.documentElement.scrollWidth), width, 'the page scrolls sideways');
      assert.deepEqual(lab.incidents, []);
    });
  }
}

test('copying, wrapping and saving code', async (t) => {
  const lab = await openLab({ permissions: ['clipboard-read', 'clipboard-write'], acceptDownloads: true });
  t.after(() => lab.close());
  await lab.page.evaluate(() => {
    const { md, root } = /** @type {any} */ (window);
    Object.assign(window, { said: [], copied: [] });
    root.append(md.renderMarkdown('```js title="app.js"\nlet a = 1;\n\nlet b;\n```', {
      announce: (/** @type {string} */ text) => /** @type {any} */ (window).said.push(text),
      onCopy: (/** @type {string} */ text) => /** @type {any} */ (window).copied.push(text),
    }));
  });
  const copy = lab.page.getByRole('button', { name: 'Copy' });
  await copy.focus();
  await lab.page.keyboard.press('Enter');
  await lab.page.getByRole('button', { name: 'Copied' }).waitFor();
  assert.equal(await lab.page.evaluate(() => navigator.clipboard.readText()), 'let a = 1;\n\nlet b;');
  assert.deepEqual(await lab.page.evaluate(() => [/** @type {any} */ (window).said, /** @type {any} */ (window).copied]),
    [['Copied'], ['let a = 1;\n\nlet b;']]);
  // Without the clipboard interface.
  await lab.page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
    document.addEventListener('copy', () => Object.assign(window, { old: String(document.getSelection()) || 'copied' }), { once: true });
  });
  await lab.page.locator('.md-copy').click();
  await lab.page.waitForFunction(() => /** @type {any} */ (window).old);
  const wrap = lab.page.getByRole('button', { name: 'Wrap' });
  await wrap.click();
  await lab.page.getByRole('button', { name: 'Wrap', pressed: true }).waitFor();
  assert.equal(await lab.page.locator('pre').evaluate((node) => getComputedStyle(node).whiteSpace), 'pre-wrap');
  const [download] = await Promise.all([lab.page.waitForEvent('download'), lab.page.getByRole('button', { name: 'Save' }).click()]);
  assert.equal(download.suggestedFilename(), 'app.js');
  assert.equal(readFileSync(await download.path(), 'utf8'), 'let a = 1;\n\nlet b;');
});

test('selecting code by hand copies its lines as they are', async (t) => {
  const lab = await openLab({ permissions: ['clipboard-read', 'clipboard-write'] });
  t.after(() => lab.close());
  const code = Array.from({ length: 120 }, (_, i) => i % 10 ? `line ${i};` : '').join('\n').trim();
  await lab.page.evaluate(async (text) => {
    const { md, root } = /** @type {any} */ (window);
    root.append(md.renderMarkdown(`\`\`\`js\n${text}\n\`\`\``));
    for (let k = 0; k < 100 && root.querySelectorAll('.md-code-lines').length < 3; k++) await new Promise((resolve) => setTimeout(resolve, 50));
    document.getSelection()?.selectAllChildren(root.querySelector('code'));
  }, code);
  await lab.page.keyboard.press('Control+c');
  const got = await lab.page.evaluate(() => navigator.clipboard.readText());
  assert.equal(got.replace(/\r\n/g, '\n').trimEnd(), code);
});

test('a footnote is reached, and left again, by keyboard', async (t) => {
  const lab = await openLab();
  t.after(() => lab.close());
  await lab.page.evaluate(() => {
    const { md, root } = /** @type {any} */ (window);
    root.append(md.renderMarkdown('Text[^a] and[^a].\n\n[^a]: The note.'));
  });
  await lab.page.locator('.md-noteref a').first().focus();
  await lab.page.keyboard.press('Enter');
  assert.match(await lab.page.evaluate(() => document.activeElement?.textContent ?? ''), /^The note/);
  await lab.page.locator('.md-noteback').nth(1).press('Enter');
  assert.equal(await lab.page.evaluate(() => document.activeElement?.id.replace(/md\d+/, '')), '-ref-1-2');
  assert.equal(new URL(lab.page.url()).hash, '', 'the address does not change');
});

test('an option moves headings down', async (t) => {
  const lab = await openLab();
  t.after(() => lab.close());
  assert.equal(await lab.page.evaluate(() => {
    const { md } = /** @type {any} */ (window);
    return [...md.renderMarkdown('# a\n\n## b\n\n###### c', { headingOffset: 2 }).querySelectorAll('h3, h4, h6')].length;
  }), 3);
});
