/* SPDX-License-Identifier: MIT */
/**
 * Texts made to waste time or memory: each is shown, whole or plain, with a
 * bounded number of elements, and its last word is never lost.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as limits from '../../static/md/limits.js';
import { BlockParser } from '../../static/md/block-parser.js';
import { EXTENSIONS } from '../../static/md/extensions.js';
import { parseInline } from '../../static/md/inline-parser.js';
import { openLab } from './md-harness.js';

/** @type {import('./md-harness.js').Lab} */
let lab;
before(async () => {
  lab = await openLab();
});
after(() => lab.close());

const SIZE = 60_000;

/** @type {Record<string, string>} */
const TEXTS = {};
for (const piece of [
  '*', '[', '>', '`', '_', '<', '![', '**a ', '*a_ ', '[a](', '[a][', '$', '\\(', '\\[', '$$', '~~', '- ', '> ', '1. ', 'a@', '<a ', '<!--',
  '|', '\n|', '[x]: ', '[^1]', '*a **b ', '`a``b', '![a](b "', 'a\n\n', 'a|b\n', '[[]', '$a ', '[^a]: ', '- a\n', '> a\n', '- a\n  - b\n',
  '```\n', '> - ', '- > ', '$$\n', '    a\n', '<div>\n\n', '# ', '\t', '&amp;',
]) TEXTS[JSON.stringify(piece)] = piece.repeat(Math.ceil(SIZE / piece.length));
TEXTS['nested lists'] = Array.from({ length: 300 }, (_, i) => `${' '.repeat(i * 2)}- a\n`).join('');
TEXTS['nested quotes'] = '> '.repeat(1_000);
TEXTS['a wide table'] = `|${'a|'.repeat(2_000)}\n|${'-|'.repeat(2_000)}\n${`|${'b|'.repeat(2_000)}\n`.repeat(10)}`;
TEXTS['a tall table'] = `|a|b|\n|-|-|\n${'|c|d|\n'.repeat(15_000)}`;
TEXTS['a long word'] = 'x'.repeat(300_000);
TEXTS['minified code'] = `\`\`\`js\n${'a=b(c);'.repeat(30_000)}\n\`\`\``;
TEXTS['a comment without an end'] = `\`\`\`php\n<?php /* ${'foo\n'.repeat(20_000)}\`\`\``;
TEXTS['many references'] = `${Array.from({ length: 3_000 }, (_, i) => `[r${i}]`).join(' ')}\n\n${Array.from({ length: 3_000 }, (_, i) => `[r${i}]: https://x.example/${i}`).join('\n')}`;
TEXTS['many footnotes'] = `${Array.from({ length: 2_000 }, (_, i) => `[^n${i}]`).join(' ')}\n\n${Array.from({ length: 2_000 }, (_, i) => `[^n${i}]: x`).join('\n')}`;
TEXTS['footnotes of footnotes'] = `${Array.from({ length: 2_000 }, (_, i) => `[^${i}]: [^${i + 1}]`).join('\n\n')}\n\n[^0]`;
TEXTS['a formula without an end of macros'] = '$\\def\\a#1{\\a{#1#1}}\\a{x}$';
TEXTS['macros that double'] = `$\\edef\\a{xxxxxxxxxx}${'\\edef\\a{\\a\\a}'.repeat(30)}\\a$`;
TEXTS['macros of macros'] = `$\\def\\b#1{#1#1#1#1#1#1#1#1}${'\\b{'.repeat(60)}x${'}'.repeat(60)}$`;
TEXTS['macros of the message'] = `$\\newcommand{\\a}{\\a\\a}$ ${'$\\a$ '.repeat(50)}`;
TEXTS['a large matrix'] = `$$\\begin{matrix}${`${'a&'.repeat(40)}b\\\\`.repeat(40)}\\end{matrix}$$`;
TEXTS['a log below a bullet'] = `- a\n${'Nov 12 10:00:00 host program[1]: some words\n'.repeat(6_000)}`;
TEXTS['a long line in a fence in a list'] = `- \`\`\`js\n  ${'x = y(z); '.repeat(30_000)}`;
TEXTS['a note of many lines'] = `[^1]: x\n${'more words\n'.repeat(20_000)}`;
TEXTS['a deep formula'] = `$${'\\sqrt{'.repeat(500)}x${'}'.repeat(500)}$`;
TEXTS['a formula of huge size'] = '$\\rule{1000000em}{1000000em}\\kern-100000em x$';
TEXTS['many formulas'] = '$\\frac{a}{b}$\n\n'.repeat(3_000);
TEXTS['a megabyte and a half'] = 'word '.repeat(300_000);

for (const [name, text] of Object.entries(TEXTS)) {
  test(name, { timeout: 60_000 }, async () => {
    const result = await lab.page.evaluate(async ([source, step]) => {
      const { md, root } = /** @type {any} */ (window);
      const whole = `${source}\n\n\n\nLASTWORD`;
      root.replaceChildren(md.renderMarkdown(whole));
      await new Promise((resolve) => setTimeout(resolve, 20));
      const out = { elements: root.querySelectorAll('*').length, last: root.textContent.includes('LASTWORD'), streamed: false, width: 0 };
      root.replaceChildren();
      const stream = md.createMarkdownStream(root);
      for (let i = step; i < source.length; i += step) stream.update(source.slice(0, i));
      stream.finish(whole);
      out.streamed = root.textContent.includes('LASTWORD');
      out.width = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      root.replaceChildren();
      return out;
    }, /** @type {[string, number]} */ ([text, Math.ceil(text.length / 25)]));
    assert.ok(result.last, 'the last word was lost');
    assert.ok(result.streamed, 'the last word was lost while it arrived');
    assert.ok(result.elements < 2 * limits.MAX_NODES, `${result.elements} elements`);
    assert.equal(result.width, 0, 'wider than the window');
  });
}

test('no cell of a table is dropped', async () => {
  const wide = `|${'a|'.repeat(limits.MAX_COLUMNS + 6)}\n|${'-|'.repeat(limits.MAX_COLUMNS + 6)}\n|${'b|'.repeat(limits.MAX_COLUMNS + 5)}LASTCELL|\n`;
  const tall = `| a | b |\n|---|---|\n${'| c | d |\n'.repeat(limits.MAX_NODES / 4)}| e | LASTCELL |\n`;
  for (const text of [wide, tall]) {
    assert.deepEqual(await lab.page.evaluate((source) => {
      const { md, root } = /** @type {any} */ (window);
      root.replaceChildren(md.renderMarkdown(source));
      const out = [root.textContent.split('LASTCELL').length];
      root.replaceChildren();
      const stream = md.createMarkdownStream(root);
      for (let i = 0; i < source.length; i += Math.ceil(source.length / 20)) stream.update(source.slice(0, i));
      stream.finish(source);
      out.push(root.textContent.split('LASTCELL').length);
      root.replaceChildren();
      return out;
    }, text), [2, 2]);
  }
});

test('each limit of parsing makes plain text of what is beyond', () => {
  /** @param {string} text @returns {import('../../static/md/types.js').Block} */
  const parse = (text) => {
    const parser = new BlockParser(EXTENSIONS);
    parser.feed(text);
    parser.finish();
    return parser.root;
  };
  /** @param {import('../../static/md/types.js').Block} block @returns {string[]} */
  const types = (block) => [block.type, ...block.kids.flatMap(types)];
  const quotes = (/** @type {number} */ count) => types(parse(`${'> '.repeat(count)}x`)).filter((type) => type === 'quote').length;
  assert.equal(quotes(limits.MAX_DEPTH), limits.MAX_DEPTH);
  assert.equal(quotes(limits.MAX_DEPTH + 9), limits.MAX_DEPTH);
  const heading = (/** @type {number} */ length) => types(parse(`# ${'x'.repeat(length)}`)).includes('heading');
  assert.ok(heading(limits.MAX_LINE - 2));
  assert.ok(!heading(limits.MAX_LINE));
  assert.ok(types(parse(`${'*a* '.repeat(10)}\n\n`.repeat(limits.MAX_NODES / 10))).includes('plain'));
  assert.ok(types(parse(`${'y'.repeat(99)}\n\n`.repeat(limits.MAX_TEXT / 90))).includes('plain'));
  assert.ok(!types(parse(`${'y'.repeat(99)}\n\n`.repeat(limits.MAX_TEXT / 110))).includes('plain'));
  /** @param {import('../../static/md/types.js').Token[]} tokens @returns {number} */
  const depth = (tokens) => Math.max(0, ...tokens.map((token) => token.tokens ? 1 + depth(token.tokens) : 0));
  const nested = parseInline(`${'*a '.repeat(90)}b${' c*'.repeat(90)}`, { isOpen: false, breaks: false, links: {}, rules: [] });
  assert.equal(depth(nested), limits.MAX_INLINE_DEPTH);
});

test('nothing went wrong meanwhile', () => assert.deepEqual(lab.incidents, []));
