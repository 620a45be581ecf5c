// SPDX-License-Identifier: MIT
// What other programs than an office write of one text, and of small ones of their own (tests/js/data/made/make).

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { createBudget } from '../../static/files/limits.js';

const skip = !existsSync(new URL('../../static/vendor/fflate/fflate.js', import.meta.url));
const { readDocument } = skip ? { readDocument: /** @type {any} */ (null) } : await import('../../static/files/read.js');
const bytesOf = (/** @type {string} */ name) => new Uint8Array(readFileSync(new URL(`files/${name}`, import.meta.url)));
const textOf = (/** @type {string} */ name) => readDocument(bytesOf(name)).text;

const TABLE = '| Hive | Honey | Wax |\n| --- | --- | --- |\n| North | 12 | yes |\n| South | 7.25 | no |';
const LIST = '3. Clean the floor\n   - with soda\n   - and a brush\n4. Close the lid';

/** The list as each has it: AbiWord's RTF has none of it, the way to Docutils and AbiWord's lose numbers. */
const HIVES = /** @type {[string, string][]} */ ([
  ['pandoc.docx', LIST], ['pandoc.odt', LIST], ['pandoc.pptx', LIST], ['pandoc.epub', LIST], ['pandoc.html', LIST],
  ['pandoc.rtf', LIST], ['docutils.odt', LIST.replace('3.', '1.').replace('4.', '2.')],
  ['abiword.docx', LIST.replace(/\d\./g, '-').replaceAll('   -', '  -')], ['abiword.odt', '- Clean the floor\n  - with soda'], ['abiword.rtf', 'Clean the floor\n\nwith soda'],
]);

for (const [name, list] of HIVES) {
  test(`${name}: headings, a link, a note, a list, a table, all letters`, { skip }, () => {
    const text = textOf(name);
    assert.match(text, /Notes of the bee yard/);
    assert.match(text, name === 'pandoc.pptx' ? /^Yield$/m : /^##? Yield$/m);
    if (name !== 'docutils.odt') assert.ok(text.includes('see [the log](https://example.org/log?a=1&b=2).'), text);
    assert.match(text, /Łukasz counted nine frames, 花子 and Zoë eleven; 2 \* 3 < 7\./);
    assert.match(text, /It lies in the shed\./);
    assert.match(text, /return sum\(h\["honey"\] for h in hives\)/);
    assert.ok(text.includes(TABLE), text);
    assert.ok(text.includes(list), text);
    // No item stands further in than there are items around it: it would be code.
    assert.doesNotMatch(text, /^(?![ \d]*(?:-|\d\.)).*\n+ {4}(?:-|\d\.) /m);
  });
}

const FORMATS = '1.5,1.5,36:00:00,1899-12-31 12:00:00,1.5,1.5,1.5,1.5';

test('workbooks of programs without a spreadsheet: money, colours and room are no dates, what nobody reckoned is a formula', { skip }, () => {
  const sheet = (/** @type {string} */ share, /** @type {string} */ formats) => `## Hives & wax\n\n\`\`\`csv
hive,opened,honey,share,,,,
North,2026-04-03,12,0.25,,,,
"Süd ""2""",2026-04-03 18:30:00,7.25,${share},,,,
"two
lines",,,,,,,
${formats}
\`\`\`\n\n## Aside\n\n\`\`\`csv\nTRUE\n\`\`\`\n`;
  assert.equal(textOf('openpyxl.xlsx'), sheet('=D2*2', FORMATS));
  assert.equal(textOf('gnumeric.xlsx'), sheet('0.5', FORMATS));
  assert.match(textOf('gnumeric.ods'), /"Süd ""2""",2026-04-03 18:30:00,7\.25,0\.5,/);
  assert.equal(textOf('xlsxwriter.xlsx'), `## 1904\n\n\`\`\`csv
${FORMATS.replace('1899-12-31', '1904-01-02')}
2026-04-03,#DIV/0!,half bold,a page,,,,
\`\`\`\n`);
  assert.equal(textOf('perl.xlsx'), '## Bees\n\n```csv\nhive,2026-04-03\n,7.25\n```\n');
});

test('a document, a book and a notebook of Python', { skip }, () => {
  assert.equal(textOf('python-docx.docx'), `# Bees

# What they need

Water, flowers and peace.

- Water
- Flowers
1. Look
2. Wait

| Hive | Bees |
| --- | --- |
| North | 40 000 |

花子 says so.
`);
  assert.match(textOf('ebooklib.epub'), /^# A tale of bees\n[^]*# Two\n\n1\. Wake\n2\. Fly\n\n# One\n\nThe 蜂 sleeps\.\n$/);
  const { text, pictures } = readDocument(bytesOf('nbformat.ipynb'));
  assert.equal(pictures, 1, 'it stands with its text');
  assert.equal(text, "# Counting\n\nBees, ![](attachment:bee.png)\n\n```python\nprint(6 * 7)\n```\n\n```text\n42\n```\n\n```text\n'green'\n```\n\n```text\nKeyError: 'wax'\n```\n\nas it is\n");
  assert.match(textOf('pandoc.ipynb'), /^# Spring\n[^]*\| North \|\s+12 \| yes \|/);
});

test('mails: names and a subject in pieces, one inside another, a file, a change', { skip }, () => {
  assert.equal(textOf('python.eml'), `From: Zoë <zoe@example.org>\x20\x20
To: Łukasz Żuk <lukasz@example.org>\x20\x20
Date: Fri, 03 Apr 2026 10:00:00 +0200\x20\x20
Subject: Nine frames, 花子 counted them twice and wrote it down in a line that is rather long

Dear Łukasz,

nine frames = nine combs.

---

From: hanako@example.org\x20\x20
Subject: Before

What was said before.

- [Süd ernte.csv]
`);
  assert.equal(textOf('mpack.eml'), 'Subject: A sheet of wax\n\n- [wax of may.csv]\n');
  assert.match(textOf('git.eml'), /^From: Zoë <zoe@example\.org>[^]*\[PATCH\] hive: count the frames of the north[^]*\n\+one\n/);
});

const withoutPdf = !existsSync(new URL('../../static/vendor/pdfjs/pdf.min.mjs', import.meta.url));
test('PDFs of those who set text: letters that were joined are letters again', { skip: withoutPdf }, async () => {
  // What a browser has, and reading text does not use.
  for (const name of ['DOMMatrix', 'ImageData', 'Path2D']) if (!(name in globalThis)) Object.assign(globalThis, { [name]: class {} });
  const { textOfPdf, withPdf } = await import('../../static/files/pdf.js');
  const read = async (/** @type {string} */ name) => (await withPdf(bytesOf(name), (pdf) => textOfPdf(pdf, createBudget(), () => {}))).text;
  for (const name of ['groff.pdf', 'latex.pdf']) {
    assert.match((await read(name)).replace(/\s+/g, ' '), /Nine frames, eleven fish; office and waffle.*\[2\].* Page two\./, name);
  }
  assert.match(await read('latex.pdf'), /naïve/);
  assert.equal(await read('reportlab.pdf'), '[1]\n\nBees, page one: Größe 4 €\n\nsecond line\n\n[2]\n\npage two\n');
});
