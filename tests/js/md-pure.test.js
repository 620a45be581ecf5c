/* SPDX-License-Identifier: MIT */
/** The pure parts of md/: no DOM. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { closeTail } from '../../static/md/close.js';
import { csvCell } from '../../static/md/copy.js';
import { tameDiagram } from '../../static/md/diagram-source.js';
import { direction } from '../../static/md/direction.js';
import { decodeEntities } from '../../static/md/entities.js';
import { MAX_PARAGRAPH, PLAIN_PART } from '../../static/md/limits.js';
import { canColour, fileName, findLanguage } from '../../static/md/languages.js';
import { lex, normalise } from '../../static/md/lex.js';
import { isInlineImage, safeLink, tellsWhere } from '../../static/md/links.js';
import { looksLikeMath, maskMath, mathAt, mathBlockAt, PENDING } from '../../static/md/math-rule.js';
import { partEnd, plainParts } from '../../static/md/plain.js';
import {
  bulletKind, closedFence, fenceEnd, finishedItems, finishedRows, finishedTokens, paragraphEnd, topFence,
} from '../../static/md/split.js';
import { english } from '../../static/md/strings.js';

/** @typedef {import('../../static/md/types.js').Token} Token */

/**
 * @param {string} text
 * @returns {string[]} the formulas in it
 */
function formulas(text) {
  /** @type {string[]} */
  const out = [];
  /** @param {Token[]} tokens */
  const walk = (tokens) => {
    for (const token of tokens) {
      if (token.type === 'math' || token.type === 'mathBlock') out.push(`${token.display ? 'D' : 'I'}:${token.text}`);
      walk(token.tokens ?? []);
      walk(token.items ?? []);
      for (const cell of [...token.header ?? [], ...(token.rows ?? []).flat()]) walk(cell.tokens);
    }
  };
  walk(lex(text));
  return out;
}

describe('the rule for dollar signs', () => {
  for (const text of [
    '$5 and $10', 'costs $5-$10', 'from $5 to $10.', 'US$5 and A$10', '$5, $6 or $7', 'I have 5$ and you 6$',
    'set $HOME to $PATH', '$HOME/$USER', 'echo "$A" "$B"', '$ x $', 'a $x', '$$', '$1,000 or $2,000 a year',
    '$5 for one and 3$ for two', 'between $3 million and $4 million', '\\$x\\$', '`$x$`', '$20k and **$30k**',
    '$100 (about €90) or $120', '$a and b$', 'pay $5/month or $50/year', '$5$6',
  ]) test(`no formula in ${text}`, () => assert.deepEqual(formulas(text), []));
  for (const [text, ...found] of [
    ['$x$', 'I:x'], ['the $x$-axis', 'I:x'], ['$x_1$, $x_2$', 'I:x_1', 'I:x_2'], ['($a+b$)', 'I:a+b'],
    ['$E = mc^2$.', 'I:E = mc^2'], ['$5$', 'I:5'], ['$\\alpha$ and $\\beta$', 'I:\\alpha', 'I:\\beta'],
    ['$a, b$', 'I:a, b'], ['$\\$5 + x$', 'I:\\$5 + x'], ['**$x$**', 'I:x'], ['| $a$ |\n|---|\n| $b$ |', 'I:a', 'I:b'],
    ['$5 < x$', 'I:5 < x'], ['$x$ costs $5', 'I:x'], ['$n$th'],
  ]) test(`formulas in ${text}`, () => assert.deepEqual(formulas(/** @type {string} */ (text)), found));
  test('other marks', () => {
    assert.deepEqual(formulas('a \\(x\\) b \\[y\\] c $$z$$ d'), ['I:x', 'D:y', 'D:z']);
    assert.deepEqual(formulas('$$\na\n\nb\n$$'), ['D:a\n\nb']);
    assert.deepEqual(formulas('\\[\n\\begin{aligned}\na &= b \\\\\nc &= d\n\\end{aligned}\n\\]').length, 1);
    assert.deepEqual(formulas('text\n$$\nx\n$$\nmore'), ['D:x']);
    assert.deepEqual(formulas('- item\n\n  $$\n  x\n  $$\n'), ['D:x']);
    assert.deepEqual(formulas('\\[\\](http://x)'), []);
    assert.deepEqual(formulas('```\n$x$ \\(y\\)\n```'), []);
    assert.deepEqual(formulas('$x\n\ny$'), []);
  });
  test('emphasis does not begin inside a formula', () => {
    assert.deepEqual(formulas('*a $b*c$ d*'), ['I:b*c']);
    assert.equal(maskMath('a $b*c$ *d*').length, 'a $b*c$ *d*'.length);
    assert.ok(!maskMath('a $b*c$ d').includes('*'));
  });
  test('a formula that the page closed for the moment is known', () => {
    assert.equal(mathAt(`$x_1${PENDING}$`)?.pending, true);
    assert.equal(mathAt('$x_1$')?.pending, false);
    assert.equal(mathBlockAt(`$$\nx${PENDING}$$`)?.pending, true);
    assert.equal(looksLikeMath(' x'), false);
  });
});

describe('links', () => {
  for (const href of [
    'javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', 'java\nscript:alert(1)', 'java\tscript:alert(1)',
    '\u0001javascript:alert(1)', 'javascript\u0000:alert(1)', 'data:text/html,<script>', 'data:text/html;base64,AA==', 'vbscript:x',
    'file:///etc/passwd', 'blob:http://x/y', 'filesystem:http://x', 'about:blank', 'view-source:http://x', 'intent://x', 'tel:1',
    'ftp://x', 'ws://x', '//evil.example', '?q', '#id', '', ' ', '/\\evil.example', '\\path', '/a:b', '/a\u202eb', '%01javascript:alert(1)', 'java%09script:1', 'http:', 'http:evil', 'http:/evil', 'https:\\\\evil',
    'http://', 'mailto:', 'mailto:nobody', 'http://user@host/', 'http://good.example:pw@evil.example/', 'http://[::1', 'http://a b/',
    'http://\ud800/', `http://x/${'a'.repeat(5_000)}`, 'jar:http://x!/', 'feed:http://x', 'x-javascript:1', 'http\u200b://x',
  ]) test(`none to ${JSON.stringify(href).slice(0, 60)}`, () => assert.equal(safeLink(href), null));
  test('http, https and mailto', () => {
    assert.deepEqual(safeLink('https://example.org/a?b#c'), { href: 'https://example.org/a?b#c', where: 'example.org' });
    assert.deepEqual(safeLink('HTTP://Example.org:8080'), { href: 'HTTP://Example.org:8080', where: 'example.org:8080' });
    assert.equal(safeLink('mailto:a@example.org')?.where, 'a@example.org');
    assert.equal(safeLink('https://example.org/ä b')?.href, 'https://example.org/%C3%A4%20b');
  });
  test('paths of this site', () => {
    assert.deepEqual(safeLink('/a/b?c#d'), { href: '/a/b?c#d', where: '/a/b?c#d' });
    assert.deepEqual(safeLink('../ä b.html'), { href: '../%C3%A4%20b.html', where: '../ä b.html' });
    assert.equal(safeLink('x.html')?.href, 'x.html');
  });
  test('a name in other letters is shown as what it is', () => {
    assert.equal(safeLink('https://аpple.com/')?.where, 'xn--pple-43d.com');
  });
  test('whether the text tells the destination', () => {
    assert.equal(tellsWhere('see Example.org/x', { href: '', where: 'example.org' }), true);
    assert.equal(tellsWhere('click here', { href: '', where: 'example.org' }), false);
  });
  test('images that ask no server', () => {
    assert.equal(isInlineImage('data:image/png;base64,iVBORw0KGgo='), true);
    for (const href of [
      'data:image/svg+xml;base64,AAAA', 'data:image/svg+xml,<svg onload=alert(1)>', 'data:text/html;base64,AA==',
      'data:image/png,raw', 'http://x/a.png', 'data:image/png;base64,A"onerror="', `data:image/png;base64,${'A'.repeat(3e6)}`,
    ]) assert.equal(isInlineImage(href), false, href.slice(0, 40));
  });
});

test('character references', () => {
  assert.equal(decodeEntities('&amp;&lt;&gt;&quot;&copy;&nbsp;&AElig;&hellip;'), '&<>"©\u00a0Æ…');
  assert.equal(decodeEntities('&#65;&#x1F600;&#0;&#xD800;&#x110000;'), 'A\u{1F600}\ufffd\ufffd\ufffd');
  assert.equal(decodeEntities('&amp;lt;'), '&lt;');
  assert.equal(decodeEntities('&nosuchname; &amp &; &#; &constructor; &__proto__; &toString;'),
    '&nosuchname; &amp &; &#; &constructor; &__proto__; &toString;');
});

test('the direction of a text', () => {
  assert.equal(direction('1. مرحبا hello'), 'rtl');
  assert.equal(direction('hello مرحبا'), 'ltr');
  assert.equal(direction('שלום'), 'rtl');
  assert.equal(direction('12 + 3'), '');
});

describe('languages', () => {
  test('are found by name, alias, and with attributes', () => {
    for (const [info, name] of [
      ['js', 'JavaScript'], ['JavaScript', 'JavaScript'], ['py', 'Python'], ['c++', 'C++'], ['html', 'HTML'], ['ts {1,3}', 'TypeScript'],
      ['python title="x.py"', 'Python'], ['language-rust', 'Rust'], ['js:src/app.js', 'JavaScript'], ['mermaid', 'Mermaid'],
    ]) assert.equal(findLanguage(/** @type {string} */ (info))?.name, name);
    for (const info of ['', 'nosuch', '__proto__', 'constructor', 'toString', '../../x', '"><img>']) assert.equal(findLanguage(info), null);
    assert.equal(canColour(findLanguage('text')), false);
    assert.equal(canColour(findLanguage('go')), true);
  });
  test('give the file its name', () => {
    assert.equal(fileName('py', findLanguage('py')), 'code.py');
    assert.equal(fileName('', null), 'code.txt');
    assert.equal(fileName('js title="app.js"', findLanguage('js')), 'app.js');
    assert.equal(fileName('js:src/deep/app.js', findLanguage('js')), 'app.js');
    assert.equal(fileName('js title="../../etc/passwd"', null), 'passwd');
    assert.equal(fileName('js file=..\\..\\x.exe', null), 'x.exe');
    assert.equal(fileName('js title="...."', findLanguage('js')), 'code.js');
    assert.equal(fileName('dockerfile', findLanguage('dockerfile')), 'Dockerfile');
  });
});

describe('what has not arrived yet', () => {
  /** @type {[string, string][]} */
  const cases = [
    ['a **b', 'a **b**'], ['a **b*', 'a **b**'], ['a **b** c *d', 'a **b** c *d*'], ['a `co', 'a `co`'], ['a `', 'a '],
    ['***x', '***x***'], ['a ~~b', 'a ~~b~~'], ['a ***b** c', 'a ***b** c*'], ['**', ''], ['*', ''], ['a **', 'a '],
    ['see [link', 'see link'], ['see [link](http://x', 'see link'], ['see [link][re', 'see link'], ['see ![im](ht', 'see im'],
    ['see [a **b', 'see a **b**'], ['see [link]', 'see link'], ['a <ht', 'a ht'], ['a <https:/', 'a https:/'], ['a <div', 'a <div'],
    ['***a* b', '***a* b**'], ['***a** b', '***a** b*'], ['a $e', `a $e${PENDING}$`], ['a $HOM', 'a $HOM'], ['| Alg', '| Alg |\n| --- |'], ['<https://x.y', 'https://x.y'], ['foo <', 'foo '], ['foo [^1', 'foo '],
    ['| a | b', '| a | b |\n| --- | --- |'], ['| a | b |\n', '| a | b |\n| --- | --- |'], ['| a | b |\n|--', '| a | b |\n| --- | --- |'],
    ['a | b\n--', 'a | b\n| --- | --- |'], ['| a | b |\n|--|:-:|\n| 1 | **x', '| a | b |\n|--|:-:|\n| 1 | **x**'],
    ['para\n-', 'para\n'], ['para\n- **x', 'para\n- **x**'], ['1', ''], ['```js', ''], ['```js\nfoo(', '```js\nfoo('],
    ['```js\nfoo\n``', '```js\nfoo\n'], ['a $x_1 +', `a $x_1 +${PENDING}$`], ['costs $5 and', 'costs $5 and'],
    ['costs $5', 'costs $5'], ['\\(x + y', `\\(x + y${PENDING}\\)`], ['\\(', ''], ['$$\nx', `$$\nx${PENDING}$$`],
    ['$$\nx\n$$\n\ny', '$$\nx\n$$\n\ny'], ['\\[\nE = m', `\\[\nE = m${PENDING}\\]`], ['- [ ', ''], ['- [x] foo **b', '- [x] foo **b**'],
    ['> quote *x', '> quote *x*'], ['## he **b', '## he **b**'], ['a * b', 'a * b'], ['a_b_c', 'a_b_c'], ['x = 3 * 4', 'x = 3 * 4'],
    ['$$x + y', `$$x + y${PENDING}$$`], ['$$ x\n\n\nb', '$$ x\n\n\nb'], ['*a ![b **c', '*a b **c***'], ['![a [b *c', 'a b *c*'],
    ['[ref]: http', ''], ['done.', 'done.'], ['a \\', 'a '], ['`a` *b* **c** ~~d~~ [e](http://f)', '`a` *b* **c** ~~d~~ [e](http://f)'],
  ];
  for (const [given, shown] of cases) test(JSON.stringify(given), () => assert.equal(closeTail(given), shown));
  test('a whole text is left alone', () => {
    for (const text of ['', 'a', 'a\n\nb', '- a\n- b', '> a', '# a', '```\na\n```\n', '| a |\n|---|\n| b |', 'a **b** c']) {
      assert.equal(closeTail(text), text);
    }
  });
});

describe('where a text can be cut', () => {
  test('blocks before the last are finished once its first line is whole', () => {
    for (const [text, rest] of [
      ['a\n\nb', 'a\n\nb'], ['a\n\nb\n', 'b\n'], ['# a\nb\n', 'b\n'], ['- a\n\nb\n', 'b\n'], ['a\n\n```\nb\n\nc', '```\nb\n\nc'],
      ['a', 'a'], ['', ''], ['a\n\n', 'a\n\n'],
    ]) {
      const source = /** @type {string} */ (text);
      assert.equal(source.slice(finishedTokens(lex(source), source).length), rest);
    }
  });
  test('a text that was completed differently is not cut', () => {
    assert.deepEqual(finishedTokens(lex('a\n\nb\n'), 'x\n\nb\n'), { count: 0, length: 0 });
  });
  test('items and rows', () => {
    const list = '- a\n- b\n  - c\n- d\n';
    assert.equal(list.slice(finishedItems(/** @type {Token} */ (lex(list)[0]), list).length), '- d\n');
    assert.equal(finishedItems(/** @type {Token} */ (lex('- a')[0]), '- a').count, 0);
    const table = '| a |\n|---|\n| 1 |\n| 2 |\n| 3 |\n| 4 |\n';
    const found = finishedRows(/** @type {Token} */ (lex(table)[0]), table);
    assert.equal(found?.head, '| a |\n|---|\n');
    assert.equal(table.slice(found.head.length + found.length), '| 3 |\n| 4 |\n');
    assert.deepEqual(['- a', '* a', '12. a', '3) a', ' + a'].map(bulletKind), ['-', '*', '.', ')', '+']);
  });
  test('an open fence', () => {
    const source = '```js\na\n``\nb';
    const fence = topFence(source);
    assert.ok(fence);
    const shown = (/** @type {string} */ text) => text.slice(fence.content, fenceEnd(fence, text));
    assert.equal(shown(source), 'a\n``\nb');
    assert.equal(shown(`${source}\n`), 'a\n``\nb');
    assert.equal(shown(`${source}\n\``), 'a\n``\nb');
    assert.equal(shown('```js\n'), '');
    assert.equal(closedFence(fence, `${source}\n`), false);
    assert.equal(closedFence(fence, `${source}\n\`\`\`\n`), true);
    assert.equal(topFence('```js\na\n```\n'), null);
    assert.equal(topFence('```js'), null);
    assert.equal(topFence('  ```js\n'), null);
    assert.ok(topFence('~~~~ a ` b\n~~~\n'));
  });
});

describe('much text is cut', () => {
  test('plain text: at a line, at a word, not within a character; what follows changes no cut', () => {
    for (const line of ['line of text\n', 'words ', '\u{1f600}', 'x'.repeat(2 * PLAIN_PART) + '\n']) {
      const text = line.repeat(Math.ceil((5 * PLAIN_PART) / line.length));
      const parts = plainParts(text);
      assert.equal(parts.join(''), text);
      assert.ok(parts.every((part) => part.length <= PLAIN_PART && part.isWellFormed?.() !== false));
      assert.equal(partEnd(text.slice(0, 3 * PLAIN_PART), 0), partEnd(text, 0));
    }
    assert.deepEqual(plainParts(''), []);
  });
  test('a paragraph: where a sentence ends and no mark is open', () => {
    const text = 'A sentence with **bold** words. '.repeat(400);
    const end = paragraphEnd(text);
    assert.ok(end > MAX_PARAGRAPH && end < MAX_PARAGRAPH + 100);
    assert.ok(text.slice(0, end).endsWith('words. '));
    for (let length = end + 1; length < end + 2000; length += 7) assert.equal(paragraphEnd(text.slice(0, length)), end);
    assert.equal(paragraphEnd(text.slice(0, MAX_PARAGRAPH)), 0);
    assert.equal(paragraphEnd('x'.repeat(100_000)), 0);
    assert.ok(paragraphEnd('word '.repeat(4000)) > 0);
    assert.ok(paragraphEnd('一句話很長。'.repeat(4000)) > 0);
    const open = `${'A sentence. '.repeat(500)}**${'More words here. '.repeat(30)}** End. ${'A sentence. '.repeat(500)}`;
    assert.ok(open.slice(0, paragraphEnd(open)).endsWith('** End. ') || open.slice(0, paragraphEnd(open)).endsWith('** '));
  });
  test('its pieces are paragraphs, of which all but the last go on', () => {
    const tokens = lex('A sentence with **bold** words. '.repeat(700)).filter((token) => token.type === 'paragraph');
    assert.ok(tokens.length > 2);
    assert.deepEqual(tokens.map((token) => Boolean(token.goesOn)), tokens.map((_, i) => i < tokens.length - 1));
    assert.ok(tokens.every((token) => token.tokens?.some((inner) => inner.type === 'strong')));
  });
});

test('line ends and NUL', () => {
  assert.equal(normalise('a\r\nb\rc\0d'), 'a\nb\nc\ufffdd');
});

test('labels are filled in', () => {
  assert.equal(english('md.footnote', { number: 3 }), 'Footnote 3');
  assert.equal(english('nosuch'), 'nosuch');
});

test('a diagram keeps its arrows and loses its tags', () => {
  assert.equal(tameDiagram('A <--> B <|-- C <<fork>> D["x<br/>y"]'), 'A <--> B <|-- C <<fork>> D["x<br/>y"]');
  assert.equal(tameDiagram('A["<img src=x onerror=y>"]'), 'A["#lt;img src=x onerror=y>"]');
  assert.ok(!tameDiagram('A@{ shape: x, img: "https://e.example/a" }').includes(' img:'));
  assert.ok(!tameDiagram('style A fill:url (x)').includes('url ('));
});

test('a cell of a table is written for spreadsheets, which run nothing of it', () => {
  for (const [text, cell] of [
    ['plain', 'plain'], [' trimmed ', 'trimmed'], ['a,b', '"a,b"'], ['say "x"', '"say ""x"""'], ['two\nlines', '"two\nlines"'],
    ['-5', '-5'], ['+3.5 %', '+3.5 %'], ['-1,000%', '"-1,000%"'], ['=A1', "'=A1"], ['@x', "'@x"], ['-A1', "'-A1"], ['', ''],
  ]) assert.equal(csvCell(String(text)), cell);
});
