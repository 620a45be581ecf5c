/* SPDX-License-Identifier: MIT */
/**
 * What rendering a long answer costs while it arrives, in a real Chromium:
 * 20,000 tokens at 500 a second, with code, tables, formulas and lists. The
 * same answer rendered whole at every token is the measure beside it.
 *
 * Usage: node tests/bench/page-markdown.js [TOKENS [TOKENS_A_SECOND]]
 */
import { pathToFileURL } from 'node:url';
import { openLab } from '../browser/md-harness.js';

const CODE = `\`\`\`python
class Node:
    """A node of the tree."""

    def __init__(self, key, value=None):  # the key decides the order
        self.key, self.value = key, value
        self.left = self.right = None

    def insert(self, key):
        if key < self.key:
            return self.left.insert(key) if self.left else setattr(self, "left", Node(key))
        return self.right.insert(key) if self.right else setattr(self, "right", Node(key))
\`\`\`
`;

/**
 * A text of about `tokens` tokens, of every kind of block.
 *
 * @param {number} tokens
 * @returns {string[]} its tokens
 */
export function answer(tokens) {
  let text = '';
  let i = 0;
  while (text.length < tokens * 4) {
    i++;
    text += `## Part ${i}: *the* plan\n\nA **paragraph** with \`code\`, a [link](https://example.org/${i}), $x_{${i}}^2 + y$ ` +
      'and enough words to fill two or three lines of the column on any ordinary screen, as answers do.\n\n';
    text += `1. First **item** of part ${i}\n2. Second item with \`inline\`\n   - nested\n   - nested again\n3. Third item\n\n`;
    text += i % 5 === 0 ? CODE.replace('```\n', CODE.slice(10).replace(/```\n$/, '').repeat(8) + '```\n') : CODE;
    text += `\n$$\n\\int_0^{${i}} e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2}\\operatorname{erf}(${i})\n$$\n\n`;
    text += '| Name | Value | Note |\n|:--|--:|:-:|\n';
    for (let row = 0; row < (i % 7 === 0 ? 60 : 6); row++) text += `| row ${row} | ${row * i} | **n${row}** \`c\` |\n`;
    text += '\n> A quotation of some length, with *emphasis* in it.\n\n';
  }
  return text.match(/[\s\S]{1,4}/g)?.slice(0, tokens) ?? [];
}

/**
 * Runs in the page.
 *
 * @param {{parts: string[], rate: number}} input
 */
async function run({ parts, rate }) {
  const { md, root } = /** @type {any} */ (window);
  const wait = () => new Promise((resolve) => requestAnimationFrame(resolve));
  // What is loaded lazily is loaded before the clock runs.
  root.append(md.renderMarkdown('$x$\n\n```python\nx\n```\n'));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  root.replaceChildren();
  /** @type {number[]} */
  const long = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) long.push(Math.round(entry.duration));
  }).observe({ type: 'longtask' });
  const holder = document.createElement('div');
  root.append(holder);
  const stream = md.createMarkdownStream(holder);
  /** @type {number[]} */
  const frames = [];
  /** @type {number[]} */
  const costs = [];
  let text = '';
  let given = 0;
  let script = 0;
  const begin = performance.now();
  let last = begin;
  while (given < parts.length) {
    await wait();
    const now = performance.now();
    frames.push(now - last);
    last = now;
    const due = Math.min(parts.length, Math.floor((now - begin) * rate / 1000));
    if (due === given) continue;
    while (given < due) text += parts[given++];
    const before = performance.now();
    stream.update(text);
    const cost = performance.now() - before;
    costs.push(cost);
    script += cost;
  }
  const before = performance.now();
  stream.finish(text);
  const finish = performance.now() - before;
  await new Promise((resolve) => setTimeout(resolve, 500));
  // The other way, at every hundredth token only, and multiplied.
  let whole = 0;
  let samples = 0;
  for (let i = 50; i < parts.length; i += Math.max(100, Math.floor(parts.length / 40))) {
    const upTo = parts.slice(0, i).join('');
    const start = performance.now();
    holder.replaceChildren(md.renderMarkdown(upTo));
    whole += performance.now() - start;
    samples++;
  }
  const tenth = Math.floor(costs.length / 10);
  /** @param {number[]} list */
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / Math.max(1, list.length);
  return {
    updates: costs.length,
    script,
    finish,
    worst: Math.max(...costs),
    first: mean(costs.slice(tenth, 2 * tenth)),
    end: mean(costs.slice(-tenth)),
    frame: Math.max(...frames),
    over50: frames.filter((value) => value > 50).length,
    long,
    perToken: script / parts.length,
    wholePerToken: whole / samples,
    nodes: holder.querySelectorAll('*').length,
  };
}

/**
 * @param {number} tokens
 * @param {number} rate  tokens a second
 */
export async function bench(tokens, rate) {
  const lab = await openLab({ viewport: { width: 1000, height: 800 } });
  try {
    const result = await lab.page.evaluate(run, { parts: answer(tokens), rate });
    return { ...result, incidents: lab.incidents };
  } finally {
    await lab.close();
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const tokens = Number(process.argv[2] ?? 20_000);
  const rate = Number(process.argv[3] ?? 500);
  const r = await bench(tokens, rate);
  /** @param {number} value */
  const ms = (value) => `${value.toFixed(2)} ms`;
  console.log(`${tokens} tokens at ${rate}/s, ${r.updates} updates, ${r.nodes} elements at the end`);
  console.log(`script a token          ${ms(r.perToken)}   whole message each token ${ms(r.wholePerToken)}   ratio ${(r.wholePerToken / r.perToken).toFixed(0)}`);
  console.log(`script an update        ${ms(r.first)} early, ${ms(r.end)} late, worst ${ms(r.worst)}`);
  console.log(`full parse at the end   ${ms(r.finish)}`);
  console.log(`longest frame           ${ms(r.frame)}, ${r.over50} over 50 ms; long tasks ${JSON.stringify(r.long)}`);
  if (r.incidents.length) console.log(r.incidents);
}
