/* SPDX-License-Identifier: MIT */
/** The pure parts of md/: no DOM. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { csvCell } from '../../static/md/copy.js';
import { tameDiagram } from '../../static/md/diagram-source.js';
import { direction } from '../../static/md/direction.js';
import { decodeEntities } from '../../static/md/entities.js';
import { EXTENSIONS } from '../../static/md/extensions.js';
import { parseInline } from '../../static/md/inline-parser.js';
import { MAX_PARAGRAPH, MAX_SENTENCE, PLAIN_PART } from '../../static/md/limits.js';
import { canColour, fileName, findLanguage } from '../../static/md/languages.js';
import { isInlineImage, safeLink, tellsWhere } from '../../static/md/links.js';
import { normalise } from '../../static/md/normalise.js';
import { partEnd, plainParts } from '../../static/md/plain.js';
import { pieceEnd } from '../../static/md/pieces.js';
import { english } from '../../static/md/strings.js';

test('the rule for dollar signs, by lines as people write them', () => {
  const lines = readFileSync(new URL('data/dollars.txt', import.meta.url), 'utf8').trim().split('\n');
  assert.ok(lines.length >= 200);
  const rules = EXTENSIONS.flatMap(({ inline }) => inline ? [inline] : []);
  /** @param {import('../../static/md/types.js').Token[]} tokens @returns {string[]} */
  const formulas = (tokens) => tokens.flatMap((token) => token.type === 'math' ? [token.text ?? ''] : formulas(token.tokens ?? []));
  const wrong = [];
  for (const line of lines) {
    const [text = '', wanted = ''] = line.split('⇒');
    const found = formulas(parseInline(text, { isOpen: false, breaks: false, links: {}, rules })).join('¦');
    if (found !== wanted) wrong.push(`${text}: ${found}`);
  }
  assert.deepEqual(wrong, []);
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
  for (const text of ['`npm` هو مدير حزم', 'https://example.org هو الموقع', 'mail@example.org عنوان', '$x$ متغير']) {
    assert.equal(direction(text), 'rtl', text);
  }
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
    const end = pieceEnd(text);
    assert.ok(end > MAX_PARAGRAPH && end < MAX_PARAGRAPH + 100);
    assert.ok(text.slice(0, end).endsWith('words. '));
    for (let length = 9_000; length < text.length; length += 7) assert.equal(pieceEnd(text.slice(0, length)), end);
    assert.equal(pieceEnd(text.slice(0, MAX_PARAGRAPH)), 0);
    assert.equal(pieceEnd('x'.repeat(100_000)), MAX_SENTENCE);
    assert.equal(pieceEnd(`${'x'.repeat(MAX_SENTENCE - 1)}${'\u{1f600}'.repeat(900)}`), MAX_SENTENCE - 1, 'not within a character');
    assert.ok(pieceEnd('word '.repeat(4000)) > 0);
    assert.ok(pieceEnd('一句話很長。'.repeat(4000)) > 0);
    const open = `${'A sentence. '.repeat(500)}**${'More words here. '.repeat(30)}** End. ${'A sentence. '.repeat(500)}`;
    assert.ok(open.slice(0, pieceEnd(open)).endsWith('** End. ') || open.slice(0, pieceEnd(open)).endsWith('** '));
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
