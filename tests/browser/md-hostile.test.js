/* SPDX-License-Identifier: MIT */
/**
 * Texts made to hold the page up by way of what others wrote: the
 * highlighter's expressions, the program that draws diagrams. The page has its
 * turn all the while, and what is endless is ended.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { costOf, TASK_MS } from './chromium.js';
import { openLab } from './md-harness.js';

/** @type {import('./md-harness.js').Lab} */
let lab;
before(async () => {
  // As with a window: the shell has all frames in one process otherwise.
  lab = await openLab({ args: ['--site-per-process'] });
  await lab.page.evaluate(() => {
    /**
     * Watches the page's turns until `done` holds.
     *
     * @param {() => boolean} done
     */
    const turns = async (done) => {
      const begun = performance.now();
      let last = begun;
      let longest = 0;
      const { port1, port2 } = new MessageChannel();
      await new Promise((resolve) => {
        port1.onmessage = () => {
          const now = performance.now();
          longest = Math.max(longest, now - last);
          last = now;
          if (done()) resolve(undefined);
          else port2.postMessage(null);
        };
        port2.postMessage(null);
      });
      return { longest, total: performance.now() - begun };
    };
    Object.assign(window, { turns });
  });
});
after(() => lab.close());

/* Time that is quadratic in the length of what is coloured at once: 12 kB stopped
 * the page for half a second, and the next 12 kB for as long again. */
for (const [language, letter] of [['c', 'a'], ['csharp', 'A'], ['java', 'a']]) {
  test(`${language} of "${letter}" alone is coloured in many turns`, async () => {
    const lines = `${letter.repeat(1_900)}\n`.repeat(12);
    const { longest, total, text } = await lab.page.evaluate(async ([word, source]) => {
      const { md, root, turns } = /** @type {any} */ (window);
      /** @param {string} code */
      const show = (code) => {
        root.replaceChildren(md.renderMarkdown(`\`\`\`${word}\n${code}\`\`\``));
      };
      // What is coloured for good stands before an empty end.
      const done = () => root.querySelectorAll('.md-code-lines').length > 1 && root.querySelector('code').lastChild.textContent === '';
      show('x\n');
      await turns(done);
      show(source);
      const seen = await turns(done);
      return { ...seen, text: root.textContent.includes(source.trim()) };
    }, [language, lines]);
    assert.ok(text, 'all of it is shown');
    assert.ok(longest < total / 4, `${Math.round(longest)} of ${Math.round(total)} ms in one turn`);
  });
}

/** Small sources of large drawings; the last one has no end. @type {Record<string, string>} */
const GIANTS = {
  'a tick each millisecond': 'gantt\ndateFormat YYYY-MM-DD\ntickInterval 1millisecond\nA :a, 0001-01-01, 9999-12-31',
  'no day that counts': 'gantt\ndateFormat YYYY-MM-DD\nexcludes monday,tuesday,wednesday,thursday,friday,saturday,sunday\nA :a, 2026-01-01, 9d',
  'each with each': `graph TD\n${Array.from({ length: 9 }, (_, i) => `n${i}`).join(' & ')} --> ${Array.from({ length: 9 }, (_, i) => `m${i}`).join(' & ')}`,
  'groups in groups': `graph TD\n${Array.from({ length: 30 }, (_, i) => `subgraph g${i}`).join('\n')}\nA-->B\n${'end\n'.repeat(30)}`,
  'a long scale': 'xychart-beta\nx-axis 0 --> 1e308\ny-axis -1e308 --> 1e308\nline [1, 1e300, -1e300]',
  'a packet of all bits': 'packet-beta\n0-999999999: "x"',
  'as many edges as may be': `graph TD\n${Array.from({ length: 22 }, (_, i) => `n${i}`).join(' & ')} --> ${Array.from({ length: 22 }, (_, i) => `m${i}`).join(' & ')}`,
  'many bars': `xychart-beta\nbar [${Array.from({ length: 5_000 }, (_, i) => i % 9).join(',')}]`,
  'many slices': `pie\n${Array.from({ length: 1_200 }, (_, i) => `"n${i}": ${i + 1}`).join('\n')}`,
  'a long talk': `sequenceDiagram\n${'A->>B: hello there\n'.repeat(900)}`,
};

/** Of so many tries the shortest counts. */
const TRIES = 3;

for (const [name, source] of Object.entries(GIANTS)) {
  test(`a diagram of ${name}: drawn or refused, and the page goes on`, async () => {
    const drawing = () => costOf(lab.page, () => lab.page.evaluate(async (text) => {
      const { md, root, turns } = /** @type {any} */ (window);
      root.replaceChildren(md.renderMarkdown(`\`\`\`mermaid\n${text}\n\`\`\``));
      const seen = await turns(() => root.querySelector('.md-toggle, .md-diagram-note') !== null);
      // What is drawn costs the page again when it comes to the screen.
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)));
      return seen;
    }, source));
    // The same work costs more of the processor's time where others share its caches: one that is too long is so each time.
    let cost = await drawing();
    for (let i = 1; i < TRIES && cost.longest >= TASK_MS; i += 1) cost = await drawing();
    const { longest, total } = cost.result;
    // A small one is over before a quarter of its time says anything.
    assert.ok(longest < Math.max(total / 4, 500), `the page waited ${Math.round(longest)} of ${Math.round(total)} ms`);
    assert.ok(cost.tasks > 10, `${cost.tasks} tasks were seen`);
    assert.ok(cost.longest < TASK_MS, `a task of the page took ${Math.round(cost.longest)} ms of the processor`);
  });
}

test('what is drawn of a giant can be seen: as a picture of it', async () => {
  const { page } = lab;
  /** @param {string} source */
  const show = async (source) => {
    await page.evaluate((text) => {
      const { md, root } = /** @type {any} */ (window);
      root.replaceChildren(md.renderMarkdown(`\`\`\`mermaid\n${text}\n\`\`\``));
    }, source);
    await page.locator('.md-toggle').waitFor();
    return page.evaluate(() => {
      const image = /** @type {HTMLImageElement} */ (document.querySelector('.md-diagram img'));
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = 100;
      const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
      pen.drawImage(image, 0, 0, 100, 100);
      const { data } = pen.getImageData(0, 0, 100, 100);
      const colours = new Set();
      for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) colours.add(data.slice(i, i + 3).join());
      return { colours: colours.size, scale: image.naturalWidth / image.width };
    });
  };
  const small = await show('pie\n"a": 1\n"b": 2');
  const large = await show(/** @type {string} */ (GIANTS['many slices']));
  assert.equal(small.scale, 1, 'a drawing');
  assert.ok(large.scale > 1.5, `a picture, of ${large.scale} dots a pixel`);
  assert.ok(small.colours > 2 && large.colours > 2, `${small.colours} and ${large.colours} colours`);
});

test('after a frame that was given up, the next diagram is drawn', async () => {
  const { page } = lab;
  await page.evaluate(() => {
    const { md, root } = /** @type {any} */ (window);
    root.replaceChildren(md.renderMarkdown('```mermaid\ngraph TD\nA-->B\n```'));
  });
  await page.locator('.md-diagram img[src^=blob]').waitFor();
});

test('nothing ran, asked or left meanwhile', () => assert.deepEqual(lab.incidents, []));
