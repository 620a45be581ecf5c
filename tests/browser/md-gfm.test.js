/* SPDX-License-Identifier: MIT */
/** GFM, footnotes, formulas, links and pictures: what each becomes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openLab } from './md-harness.js';

/** @type {import('./md-harness.js').Lab} */
let lab;
before(async () => {
  lab = await openLab();
});
after(() => lab.close());

/**
 * Renders `text` and tells of each element that `selector` finds what `tell`,
 * an expression of `node`, says.
 *
 * @param {string} text
 * @param {string} selector
 * @param {string} tell
 * @param {string} [options]
 * @returns {Promise<any[]>}
 */
function ask(text, selector, tell, options = '{}') {
  return lab.page.evaluate(`(() => {
    window.root.replaceChildren(window.md.renderMarkdown(${JSON.stringify(text)}, ${options}));
    return [...window.root.querySelectorAll(${JSON.stringify(selector)})].map((node) => ${tell});
  })()`);
}

test('renderMarkdown gives a fragment, also of nothing', async () => {
  assert.deepEqual(await lab.page.evaluate(() => {
    const { md } = /** @type {any} */ (window);
    return ['', ' \n', 'a'].map((text) => [md.renderMarkdown(text) instanceof DocumentFragment, md.renderMarkdown(text).childNodes.length])
      .concat([[md.renderMarkdown.length === 1, 0]]);
  }), [[true, 0], [true, 0], [true, 1], [true, 0]]);
});

test('tables', async () => {
  const table = '| a | b | c | d |\n|:--|:-:|--:|---|\n| 1 | 2 | 3 | 4 |\n| `x \\| y` | **b** |\n| 1 | 2 | 3 | 4 | 5 |';
  assert.deepEqual(await ask(table, 'th', 'node.style.textAlign + node.scope'), ['leftcol', 'centercol', 'rightcol', 'col']);
  assert.deepEqual(await ask(table, 'td', 'node.textContent'), ['1', '2', '3', '4', 'x | y', 'b', '', '', '1', '2', '3', '4']);
  assert.deepEqual(await ask(table, '.md-table', 'node.getAttribute("role") + node.getAttribute("aria-label")'), ['groupTable']);
  assert.deepEqual(await ask('a | b\n- | -\n1 | 2', 'td', 'node.textContent'), ['1', '2']);
  assert.deepEqual(await ask('| a |\nno table', 'table', '1'), []);
});

test('task lists', async () => {
  assert.deepEqual(await ask('- [ ] a\n- [x] b\n- [X] c\n- [y] d', 'input', '[node.checked, node.disabled, node.getAttribute("aria-label")].join()'),
    ['false,true,To do', 'true,true,Done', 'true,true,Done']);
  assert.deepEqual(await ask('- [ ] a\n\n- [x] b', 'li.md-task', 'node.textContent'), ['a', 'b']);
});

test('strikethrough and bare addresses', async () => {
  assert.deepEqual(await ask('~~a~~ ~b~ ~~~ c', 'del', 'node.textContent'), ['a']);
  assert.deepEqual(await ask('3~5天，价格100~200元', 'del', '1'), []);
  assert.deepEqual(await ask('www.example.org, (https://example.org/a_(b)). x@example.org', 'a', 'node.getAttribute("href")'),
    ['http://www.example.org', 'https://example.org/a_(b)', 'mailto:x@example.org']);
});

test('links tell where they go', async () => {
  const text = '[text](https://example.org/a "Title") [example.org](https://example.org/) [x](https://аpple.com/)';
  assert.deepEqual(await ask(text, 'a', '[node.dataset.where ?? "-", node.title, node.rel, node.target].join("|")'), [
    'example.org|Title\nOpens example.org in a new tab|noopener noreferrer nofollow|_blank',
    '-|Opens example.org in a new tab|noopener noreferrer nofollow|_blank',
    'xn--pple-43d.com|Opens xn--pple-43d.com in a new tab|noopener noreferrer nofollow|_blank',
  ]);
  assert.deepEqual(await ask('[a](/path) [b](#x) [c](x.html)', 'a', '[node.getAttribute("href"), node.dataset.where, node.target].join()'),
    ['/path,/path,_blank', 'x.html,x.html,_blank']);
  assert.deepEqual(await ask('[a](/path) [b](#x)', 'p', 'node.textContent'), ['a b']);
});

test('pictures', async () => {
  const pixel = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  assert.deepEqual(await ask(`![dot](${pixel})`, 'img', '[node.alt, node.src.slice(0, 14)].join()'), ['dot,data:image/png']);
  assert.deepEqual(await ask('![A *cat*](https://example.org/c.png)', 'img, a', '[node.tagName, node.getAttribute("aria-label"), node.dataset.where].join("|")'),
    ['A|Image not loaded: A cat. Opens example.org in a new tab|example.org']);
  assert.deepEqual(await ask('![x](data:image/svg+xml,<svg/>) ![y](local.png)', 'img, a', 'node.getAttribute("href")'), ['local.png']);
});

test('raw HTML is text', async () => {
  assert.deepEqual(await ask('<div>\n*a*\n</div>\n\nb <b>c</b> &lt;i&gt;', 'p', 'node.textContent'), ['<div>\n*a*\n</div>', 'b <b>c</b> <i>']);
  assert.deepEqual(await ask('<!-- comment -->\n\n<br>', 'p', 'node.textContent'), ['<!-- comment -->', '<br>']);
});

test('footnotes', async () => {
  const text = 'A[^b] B[^a] C[^b] D[^none]\n\n[^a]: note a\n[^b]: note b\n\n    - list\n[^unused]: x';
  assert.deepEqual(await ask(text, '.md-noteref', 'node.textContent'), ['1', '2', '1']);
  assert.deepEqual(await ask(text, '#root > p', 'node.textContent'), ['A1 B2 C1 D[^none]']);
  assert.deepEqual(await ask(text, '.md-footnotes > ol > li', '[node.value, node.textContent.replace(/[^\\w ]/g, "")].join()'),
    ['1,note blist  2', '2,note a ']);
  assert.deepEqual(await ask(text, '[role=doc-endnotes], [role=doc-backlink], [role=doc-noteref]', '1'), Array(7).fill(1));
  assert.equal(new Set(await ask(text, '[id]', 'node.id')).size, 5);
});

test('formulas', async () => {
  await ask('$x$', 'p', '1');
  await lab.page.waitForFunction(() => document.querySelector('.katex'));
  // On a busy machine some have to wait for their turn.
  await ask('$a$ \\(b\\) \\[c\\] $$d$$\n\n$$\ne\n$$\n\nfrom $5 to $6', 'p', '1');
  await lab.page.waitForFunction(() => document.querySelectorAll('annotation').length === 5);
  assert.deepEqual(await lab.page.locator('annotation').allTextContents(), ['a', 'b', 'c', 'd', 'e']);
  assert.deepEqual(await ask('$a$', 'math', 'node.namespaceURI.split("/").pop()'), ['MathML']);
  await ask('$\\frac{$ and $\\nosuch$', 'p', '1');
  // On a busy machine the second has to wait for its turn.
  await lab.page.waitForFunction(() => document.querySelectorAll('.is-error').length === 2);
  assert.deepEqual(await lab.page.locator('.is-error').allTextContents(), ['$\\frac{$', '$\\nosuch$']);
  assert.deepEqual(await ask('$\\fcolorbox{red}{yellow}{x} \\pmb{y}$', '[style*="url"], math [style]', '1'), []);
});

test('code', async () => {
  assert.deepEqual(await ask('```js\na\n```\n\n~~~\nb\n~~~\n\n    c\n\n```nosuch\nd\n```', 'pre > code', '[node.className, node.textContent].join()'),
    ['language-js,a', ',b', ',c', 'language-nosuch,d']);
  assert.deepEqual(await ask('```js\na\n```\n\n```nosuch\nd\n```\n\n```\ne\n```', '.md-code-language', 'node.textContent'), ['JavaScript', 'nosuch', 'Code']);
});

test('what people type: a line end is a line break on request', async () => {
  assert.deepEqual(await ask('a\nb', 'br', '1', '{ breaks: true }'), [1]);
  assert.deepEqual(await ask('a\nb', 'br', '1'), []);
});

test('both directions of writing', async () => {
  assert.deepEqual(await ask('- مرحبا `x`\n\n> שלום\n\n1. hello', 'ul, blockquote, ol', 'getComputedStyle(node).direction'), ['rtl', 'rtl', 'ltr']);
  assert.deepEqual(await ask('| اسم | قيمة |\n|---|--:|\n| أ | 1 |', 'table, td', '[getComputedStyle(node).direction, getComputedStyle(node).textAlign].join()').then(([table, , value]) => [table.split(',')[0], value.split(',')[1]]), ['rtl', 'right']);
  assert.deepEqual(await ask('| اسم | قيمة |\n|---|---|\n| one | 1 |', 'td', 'getComputedStyle(node).textAlign'), ['right', 'right']);
  assert.deepEqual(await ask('| one | two |\n|---|---|\n| أ | 1 |', 'td', 'getComputedStyle(node).textAlign'), ['left', 'left']);
  assert.deepEqual(await ask('مرحبا\n\n```js\nx\n```', 'p, pre', 'getComputedStyle(node).direction'), ['rtl', 'ltr']);
});

test('nothing went wrong meanwhile', () => assert.deepEqual(lab.incidents, []));
