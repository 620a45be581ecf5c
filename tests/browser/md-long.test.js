/* SPDX-License-Identifier: MIT */
/**
 * Texts that are one block of a size that nobody wants: what a piece more
 * touches does not grow with them, nothing in them is laid out with more than
 * a bounded number of neighbours, and all of it can be read, found and copied.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { BOX_SIZE, MAX_SENTENCE, TABLE_CELLS } from '../../static/md/limits.js';
import { openLab } from './md-harness.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @type {import('./md-harness.js').Lab} */
let lab;
before(async () => {
  lab = await openLab({ viewport: { width: 1000, height: 700 }, permissions: ['clipboard-read', 'clipboard-write'] });
  await lab.page.evaluate(async () => {
    const { md, root } = /** @type {any} */ (window);
    root.append(md.renderMarkdown('```js\nx\n```'));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    root.replaceChildren();
  });
});
after(() => lab.close());

/** @param {number} count @param {(i: number) => string} line */
const lines = (count, line) => Array.from({ length: count }, (_, i) => line(i)).join('\n');

/** @type {Record<string, string>} */
const TEXTS = {
  blocks: lines(900, (i) => `Paragraph **${i}** of many.\n`),
  items: lines(1500, (i) => `- item **${i}** and its words`),
  numbers: lines(500, (i) => `${i + 1}. item ${i}`),
  rows: `| a | b | c |\n|--:|---|:-:|\n${lines(1600, (i) => `| row ${i} | *x* | \`${i}\` |`)}`,
  code: `\`\`\`js\n${lines(6000, (i) => `const v${i} = ${i};`)}\n\`\`\``,
  'plain code': `\`\`\`\n${lines(6000, (i) => `line ${i}`)}\n\`\`\``,
  paragraph: 'Some words of a **long** paragraph with `code`. '.repeat(1500),
  words: 'word '.repeat(8000),
};

for (const [name, text] of Object.entries(TEXTS)) {
  test(`${name}: a piece more touches as little at the end as at the beginning`, async () => {
    const seen = await lab.page.evaluate(async (source) => {
      const { md, root } = /** @type {any} */ (window);
      const stream = md.createMarkdownStream(root);
      const observer = new MutationObserver(() => {});
      observer.observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
      /** @type {number[]} */
      const touched = [];
      /** @type {number[]} characters of text that was put in anew */
      const written = [];
      for (let i = 200; i < source.length; i += 200) {
        stream.update(source.slice(0, i));
        // Colours and the like come in idle moments.
        if (i % 4000 === 0) await new Promise((resolve) => setTimeout(resolve, 15));
        const records = observer.takeRecords();
        touched.push(records.length);
        let length = 0;
        for (const { addedNodes } of records) for (const node of addedNodes) length += node.textContent?.length ?? 0;
        written.push(length);
      }
      stream.finish(source);
      for (let k = 0; k < 100; k++) {
        await new Promise((resolve) => setTimeout(resolve, 30));
        if (observer.takeRecords().length === 0 && k > 5) break;
      }
      const most = (/** @type {number[]} */ list) => Math.max(...list);
      const part = Math.floor(touched.length / 4);
      let neighbours = 0;
      for (const node of root.querySelectorAll(':not(p)')) neighbours = Math.max(neighbours, node.childElementCount);
      let longest = 0;
      for (const node of root.querySelectorAll('p, span')) {
        if (!node.firstElementChild?.matches('.md-code-lines, .md-plain-part, p')) longest = Math.max(longest, node.textContent?.length ?? 0);
      }
      const whole = document.createElement('div');
      whole.append(md.renderMarkdown(source));
      const shown = document.createElement('div');
      shown.append(...root.cloneNode(true).childNodes);
      for (const node of shown.querySelectorAll('.md-table')) node.removeAttribute('tabindex');
      return {
        early: most(touched.slice(part, 2 * part)), late: most(touched.slice(-part)),
        writtenEarly: most(written.slice(part, 2 * part)), writtenLate: most(written.slice(-part)),
        neighbours, longest, children: root.childElementCount,
        same: root.textContent === whole.textContent,
        alike: source.startsWith('```') || shown.isEqualNode(whole),
      };
    }, text);
    assert.ok(seen.same && seen.alike, 'ends as the whole text does');
    assert.ok(seen.late <= 2 * seen.early + 20, `changes: ${seen.early} early, ${seen.late} late`);
    assert.ok(seen.late < 400, `${seen.late} changes`);
    assert.ok(seen.writtenLate <= 2 * seen.writtenEarly + 2000, `characters: ${seen.writtenEarly} early, ${seen.writtenLate} late`);
    assert.ok(seen.neighbours <= Math.max(2 * BOX_SIZE, TABLE_CELLS / 3), `${seen.neighbours} neighbours`);
    assert.ok(seen.longest <= 3 * MAX_SENTENCE, `${seen.longest} characters laid out together`);
  });

  test(`${name}: what is out of view is skipped, and there all the same`, async () => {
    const { page } = lab;
    const needle = `Needle-${name.replace(' ', '-')}`;
    const at = text.indexOf('\n', text.length / 3) + 1 || text.indexOf(' ', text.length / 3) + 1;
    const source = name === 'items' ? text.replace('item **500**', `${needle} **500**`)
      : name === 'numbers' ? text.replace('item 200', needle)
        : name === 'rows' ? text.replace('row 600', needle)
          : `${text.slice(0, at)}${needle}${name.includes('code') ? '\n' : ' '}${text.slice(at)}`;
    const { height, skipped } = await page.evaluate(async (whole) => {
      const { md, root } = /** @type {any} */ (window);
      const stream = md.createMarkdownStream(root);
      stream.finish(whole);
      for (let k = 0; k < 100 && root.textContent.length < whole.length * 0.6; k++) await new Promise((resolve) => setTimeout(resolve, 30));
      for (let k = 0; k < 30; k++) await new Promise((resolve) => setTimeout(resolve, 30));
      scrollTo(0, 0);
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50)));
      const all = [...root.querySelectorAll('p, li, tr, .md-code-lines')];
      return {
        height: root.offsetHeight,
        skipped: all.filter((node) => !node.checkVisibility({ contentVisibilityAuto: true }) ||
          (getComputedStyle(node).contentVisibility === 'auto' && node.getBoundingClientRect().top > 3 * innerHeight)).length / all.length,
      };
    }, source);
    assert.ok(height > 3000, 'it has its height');
    assert.ok(skipped > 0.3, `${Math.round(skipped * 100)} % is skipped`);
    // Found by the browser's own search, which scrolls there.
    assert.equal(await page.evaluate((word) => {
      document.getSelection()?.removeAllRanges();
      return /** @type {any} */ (window).find(word);
    }, needle), true);
    // All of it is copied.
    await page.evaluate(() => document.getSelection()?.selectAllChildren(/** @type {any} */ (window).root));
    await page.keyboard.press('Control+c');
    const copied = (await page.evaluate(() => navigator.clipboard.readText())).replace(/\s+/g, ' ');
    const shown = (await page.evaluate(() => /** @type {any} */ (window).root.textContent)).replace(/\s+/g, '');
    assert.ok(copied.replace(/\s+/g, '').includes(shown.slice(-300)), 'the end is copied');
    assert.ok(copied.includes(needle));
    assert.ok(copied.replace(/\s+/g, '').length >= shown.length * 0.98, `${copied.length} characters copied`);
    await page.emulateMedia({ media: 'print' });
    assert.deepEqual(await page.evaluate(() => [.../** @type {any} */ (window).root.querySelectorAll('*')]
      .filter((node) => getComputedStyle(node).contentVisibility !== 'visible').map((node) => node.className)), []);
    await page.emulateMedia({ media: null });
  });
}

test('to assistive technology a long list is one list, and a long table one table, in view or not', async (t) => {
  // As when a screen reader runs.
  const { page, close } = await openLab({ args: ['--force-renderer-accessibility'] });
  t.after(close);
  await page.evaluate((whole) => {
    const { md, root } = /** @type {any} */ (window);
    md.createMarkdownStream(root).update(whole);
    scrollTo(0, 0);
  }, `${lines(200, (i) => `1. item ${i}`)}\n\n| a | b | c | d |\n|--|--|--|--|\n${lines(400, (i) => `| ${i} | x | y | z |`)}\n\n${lines(200, (i) => `## Heading ${i}`)}\n`);
  await page.waitForFunction(() => document.querySelectorAll('tr').length === 401 && document.querySelectorAll('h2').length === 200);
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  /** @type {Map<string, any>} */
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  /** The nearest ancestor that is not ignored. @param {any} node @returns {any} */
  const above = (node) => {
    let at = byId.get(node.parentId ?? '');
    while (at?.ignored || at?.role?.value === 'none' || at?.role?.value === 'rowgroup') at = byId.get(at.parentId);
    return at;
  };
  /** @param {string} role */
  const all = (role) => nodes.filter((node) => !node.ignored && node.role?.value === role);
  assert.equal(all('list').length, 1);
  assert.equal(all('listitem').length, 200);
  assert.deepEqual([...new Set(all('listitem').map((node) => above(node)?.role?.value))], ['list']);
  const numbers = all('ListMarker').map((node) => node.name?.value);
  assert.ok(numbers.length > 80);
  assert.equal(new Set(numbers).size, numbers.length, 'counting goes on from one box to the next');
  assert.equal(await page.evaluate(() => [...document.querySelectorAll('ol > .md-part > li:first-child')]
    .every((item, i) => /** @type {HTMLLIElement} */ (item).value === 41 + 40 * i)), true);
  assert.equal(all('table').length, 1);
  assert.equal(all('row').length, 401);
  assert.deepEqual([...new Set(all('row').map((node) => above(node)?.role?.value))], ['table']);
  assert.equal(all('columnheader').length, 4);
  assert.equal(all('cell').length, 1600);
  assert.equal(all('heading').length, 200);
  await session.detach();
  assert.deepEqual(await page.evaluate(`(async () => {
    const module = { exports: {} };
    ${axe};
    const { violations } = await (window.axe ?? module.exports).run(document.getElementById('root'));
    return violations.map((v) => v.id + ': ' + v.nodes[0].html.slice(0, 120));
  })()`), []);
});

test('what is selected stays selected while the answer grows', async () => {
  const kept = await lab.page.evaluate((count) => {
    const { md, root } = /** @type {any} */ (window);
    const stream = md.createMarkdownStream(root);
    const text = Array.from({ length: 3 * count }, (_, i) => `Paragraph ${i} here.\n\n`).join('');
    const lost = [];
    const selection = /** @type {Selection} */ (document.getSelection());
    for (let i = 0; i < 2 * count; i += 7) {
      const upTo = text.indexOf(`Paragraph ${i + 1} `);
      stream.update(text.slice(0, upTo));
      const paragraph = [...root.querySelectorAll('p')].at(-1);
      selection.selectAllChildren(paragraph);
      stream.update(text.slice(0, text.indexOf(`Paragraph ${i + 7} `)));
      if (!String(selection).includes(`Paragraph ${i} `)) lost.push(i);
    }
    stream.finish(text);
    return { lost, selected: String(selection).length > 0 };
  }, BOX_SIZE);
  assert.deepEqual(kept, { lost: [], selected: true });
});

test('a box ends as a text of the same blocks looks: spaces do not depend on it', async () => {
  const gaps = await lab.page.evaluate((count) => {
    const { md, root } = /** @type {any} */ (window);
    const kinds = ['Paragraph.', '## Heading', '- a\n- b', '| a |\n|---|\n| b |', '```\ncode\n```', '> quote', '---', '1. x'];
    /** @param {number} before  paragraphs put before: they move where boxes begin */
    const measure = (before) => {
      root.replaceChildren(md.renderMarkdown([...Array(before).fill('Before.'), ...Array.from({ length: 3 * count }, (_, i) => kinds[(i * 5 + Math.floor(i / 8)) % kinds.length])].join('\n\n')));
      for (const box of root.querySelectorAll('.md-part')) /** @type {HTMLElement} */ (box).style.contentVisibility = 'visible';
      const blocks = [...root.querySelectorAll(':scope > :not(.md-part), .md-part > *')].slice(before);
      return blocks.map((block, i) => {
        const next = blocks[i + 1];
        return next ? Math.round(next.getBoundingClientRect().top - block.getBoundingClientRect().top) : 0;
      });
    };
    const one = measure(1);
    return [2, 7, 19].map((before) => measure(before).findIndex((gap, i) => gap !== one[i]));
  }, BOX_SIZE);
  assert.deepEqual(gaps, [-1, -1, -1]);
});

test('nothing went wrong meanwhile', () => assert.deepEqual(lab.incidents, []));
