/* SPDX-License-Identifier: MIT */
/**
 * Diagrams, formulas and colours through the real nginx, with the headers of
 * the shipped files and under a mount point: what is loaded lazily is there.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startChat } from './chat-harness.js';

test('what Markdown loads lazily, at a path of a real nginx', async (t) => {
  const chat = await startChat({ mounts: ['/a/b/'] });
  t.after(() => chat.close());
  const { page } = await chat.open({ signIn: false });
  /** @type {string[]} */
  const incidents = [];
  page.on('console', (message) => incidents.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => incidents.push(error.message));
  page.on('request', (request) => {
    if (!/^(?:blob|data):/.test(request.url()) && !request.url().startsWith(chat.address)) incidents.push(request.url());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) incidents.push(`${response.status()} ${response.url()}`);
  });
  const shown = await page.evaluate(async () => {
    const app = /** @type {HTMLScriptElement} */ (document.querySelector('script[type="module"]'));
    const { renderMarkdown } = await import(new URL('md/render.js', app.src).href);
    const root = document.createElement('div');
    document.body.prepend(root);
    root.append(renderMarkdown('$\\frac{a}{b}$\n\n```js\nlet a;\n```\n\n```mermaid\nsequenceDiagram\n A->>B: hello\n```'));
    const end = performance.now() + 30_000;
    while (performance.now() < end && !root.querySelector('.md-toggle, .md-diagram-note')) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await document.fonts.ready;
    const out = {
      diagram: /** @type {HTMLImageElement} */ (root.querySelector('.md-diagram img')).naturalWidth > 50,
      formula: root.querySelector('.katex math') !== null,
      font: [...document.fonts].some((font) => font.family.includes('KaTeX') && font.status === 'loaded'),
      colour: root.querySelector('.hl-keyword') !== null,
    };
    root.remove();
    return out;
  });
  assert.deepEqual(shown, { diagram: true, formula: true, font: true, colour: true });
  assert.deepEqual(incidents, []);
});
