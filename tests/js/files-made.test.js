// SPDX-License-Identifier: MIT
// Files that real programs wrote (tests/js/data/made/make), read for what is in them; and cut off, and passed off as
// something else.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { FileError } from '../../static/files/errors.js';
import {
  createBudget, MAX_DOCUMENT_BYTES, MAX_MAIL_BYTES, MAX_PART_BYTES, MAX_TEXT_CHARS, MAX_UNPACKED_BYTES,
} from '../../static/files/limits.js';
import { createXmlReader, decodeXmlPieces } from '../../static/files/xml.js';

const FOLDER = new URL('files/', import.meta.url);
const skip = !existsSync(new URL('../../static/vendor/fflate/fflate.js', import.meta.url));
const { made, madePlain, plainKinds } = skip ? { made: /** @type {any} */ (null), madePlain: null, plainKinds: [] } : await import('./files-large.js');
const { readDocument } = skip ? { readDocument: /** @type {any} */ (null) } : await import('../../static/files/read.js');
const bytesOf = (/** @type {string} */ name) => new Uint8Array(readFileSync(new URL(name, FOLDER)));
const textOf = (/** @type {string} */ name) => readDocument(bytesOf(name)).text;

const MINUTES = `# Minutes of the well committee

Present[^1]: Zoë, Łukasz, 陳, שרה and عمر.

The pump shall run from 6 to 8, see [the plan](https://example.org/well?a=1&b=2).
It costs 3 < 4 €.

## Resolved

1. Paint the lid
   - in green
2. Oil the hinge

| Work |  | Cost |
| --- | --- | --- |
| Lid | May | 12 |

Signed on the second page.

[^1]: By telephone.
`;

test('minutes of LibreOffice: notes, changes, remarks, a list in a list, cells that were joined', { skip }, () => {
  assert.equal(textOf('minutes.odt'), MINUTES);
  assert.equal(textOf('minutes.docx'), MINUTES.replaceAll('[^1]', '[^2]'));
  // Its RTF, its web page and its book do not say which lines are headings.
  const words = (/** @type {string} */ text) => text.replace(/^#+ /gm, '').trim();
  assert.equal(words(textOf('minutes.rtf')), words(MINUTES));
  for (const name of ['minutes.html', 'minutes.epub']) {
    const text = textOf(name);
    for (const line of ['Minutes of the well committee', 'Zoë, Łukasz, 陳, שרה and عمر.', 'It costs 3 < 4 €.',
      '[the plan](https://example.org/well?a=1&b=2)', 'Paint the lid', 'in green', '| Work |  | Cost |',
      '| Lid | May | 12 |', 'Signed on the second page.', 'By telephone.']) {
      assert.ok(text.includes(line), `${name}: ${line}`);
    }
  }
});

test('sheets of LibreOffice: dates, a time, a part, a sum, an error, an empty sheet, a cell far away', { skip }, () => {
  for (const [name, time] of [['wells.ods', '07:30'], ['wells.xlsx', '07:30:00']]) {
    assert.equal(textOf(String(name)), `## Wells & depths

\`\`\`csv
well,dug,depth,full,at
"Old, ""deep""
one",1931-07-15,41.25,0.5,${time}
井戸,2024-02-29,8.75,TRUE,
sum,,50,#DIV/0!,
\`\`\`

## Empty

## Far

\`\`\`csv
alone
\`\`\`
`, String(name));
  }
});

test('slides of LibreOffice: a table, a shape with words, what the speaker says', { skip }, () => {
  for (const name of ['talk.odp', 'talk.pptx']) {
    assert.equal(textOf(name), `## 1.

Three wells, one rope

| rope | m |
| --- | --- |
| hemp | 40 |

> Wait for the laugh.

## 2.

In a shape: Ende & Schluß
`, name);
  }
});

test('pictures and PDFs are known by what is in them', { skip }, () => {
  const kinds = readdirSync(FOLDER).filter((name) => /\.(?:png|jpg|gif|bmp|webp|avif|heic|pdf)$/.test(name));
  assert.ok(kinds.length >= 14, String(kinds));
  for (const name of kinds) assert.equal(readDocument(bytesOf(name)).kind, name.endsWith('.pdf') ? 'pdf' : 'image', name);
});

/** What became of bytes. @param {Uint8Array} bytes */
function outcome(bytes) {
  try {
    return readDocument(bytes, { budget: createBudget({ unpacked: 8 * 1024 * 1024, chars: 1024 * 1024 }) }).text;
  } catch (error) {
    assert.ok(error instanceof FileError, /** @type {Error} */ (error).stack);
    return error;
  }
}

test('cut off anywhere, each ends with a word or with what is there', { skip }, () => {
  for (const name of readdirSync(FOLDER)) {
    const bytes = bytesOf(name);
    for (let i = 0; i < 24; i += 1) {
      const cut = outcome(bytes.subarray(0, Math.floor((bytes.length * i) / 24)));
      // A container's directory is at its end: of one that is cut off nothing is made up.
      if (/\.(?:od.|docx|xlsx|pptx|epub)$/.test(name)) assert.ok(cut instanceof FileError, `${name} ${i}`);
    }
  }
});

test('one form with the head of another ends with a word', { skip }, () => {
  const names = readdirSync(FOLDER);
  for (const name of names) {
    const bytes = bytesOf(name);
    for (const other of names) {
      const lie = bytes.slice();
      lie.set(bytesOf(other).subarray(0, Math.min(64, lie.length)));
      outcome(lie);
    }
  }
});

test('XML is the same in pieces of any size', () => {
  const xml = '<?xml version="1.0" encoding="utf-8"?><!-- a > b --><!DOCTYPE r [<!ENTITY x "y>">]><r xmlns:n="urn:n" a="1>2" b=\'"\'>'
    + '<n:e n:k="&lt;&#x4e95;"/>x &amp; y<![CDATA[<raw> ]] > ]]>戸<e  k = "v" >é</e ></r>';
  const bytes = new TextEncoder().encode(xml);
  const seen = (/** @type {number} */ size) => {
    /** @type {string[]} */
    const events = [];
    let text = '';
    const say = (/** @type {string} */ what) => {
      if (text !== '') events.push(text);
      text = '';
      if (what !== '') events.push(what);
    };
    const reader = createXmlReader({
      open: (element) => { say(`<${element.space}|${element.name} ${JSON.stringify(element.attributes)}`); },
      close: (element) => { say(`>${element.name}`); },
      text: (more) => { text += more; },
    });
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
    for (const piece of decodeXmlPieces(pieces)) reader.push(piece);
    reader.end();
    return events;
  };
  const whole = seen(bytes.length);
  assert.ok(whole.includes('x & y<raw> ]] > 戸') && whole.length === 8, JSON.stringify(whole));
  for (let size = 1; size < 40; size += 1) assert.deepEqual(seen(size), whole, `pieces of ${size}`);
});

test('broken XML is broken in pieces too, and not at its first piece by chance', () => {
  for (const xml of ['<a b="1<2"/>', '<a b=1/>', '<a><b></a></b>', '<a "x"/>', '<a', '<a b="', '<a><!-- ', '<a><![CDATA[', '< a/>']) {
    const reader = createXmlReader({});
    assert.throws(() => {
      for (const character of xml) reader.push(character);
      reader.end();
    }, FileError, xml);
  }
});

test('one tag over all of a long text takes time that grows with the text', () => {
  const reader = createXmlReader({});
  const piece = 'x'.repeat(1024);
  const before = process.cpuUsage();
  reader.push('<a><!--');
  for (let i = 0; i < 32768; i += 1) reader.push(piece);
  reader.push('--></a>');
  reader.end();
  // 32 MiB; were each piece to begin anew, it would be 500 GiB.
  assert.ok(process.cpuUsage(before).user < 20e6);
});

const MIB = 1024 * 1024;

/** @param {Uint8Array} file @param {number} unpacked  MiB @param {number} [chars]  Mi */
function measured(file, unpacked, chars = unpacked) {
  return JSON.parse(execFileSync(process.execPath, ['--expose-gc', '--no-warnings',
    fileURLToPath(new URL('files-memory.js', import.meta.url)), String(unpacked * MIB), String(chars * MIB)],
  { encoding: 'utf8', input: file }));
}

for (const [kind, unpacked, fill] of /** @type {const} */ ([['docx', 12, 11.5], ['xlsx', 12, 11.5], ['odt', 12, 11.5], ['epub', 96, 20]])) {
  test(`memory: ${kind} of ${fill} MiB, unpacked, takes at most twice what may be unpacked`, { skip }, () => {
    const { reason, chars, most, unpacked: all } = measured(made(kind, fill * MIB), unpacked);
    assert.equal(reason, '');
    assert.ok(chars > 100000, String(chars));
    assert.ok(most <= 2 * all, `${(most / MIB).toFixed(1)} MiB of ${2 * unpacked}`);
  });
}

test('memory: a chapter that is too long to be read whole is refused before it is', { skip }, () => {
  const { reason, most, unpacked } = measured(made('epub', 80 * MIB), 96);
  assert.equal(reason, 'large');
  assert.ok(most <= unpacked, String(most));
});

/** Of what may be unpacked to 96 MiB: a quarter, so that it does not take long. */
const SCALE = 4;

for (const kind of plainKinds) {
  const most = kind.startsWith('RTF') || kind === 'text' ? MAX_DOCUMENT_BYTES : kind === 'a mail with a file' ? MAX_MAIL_BYTES : MAX_PART_BYTES;
  test(`memory: ${kind}, as long as one may be, takes at most twice what may be unpacked`, { skip }, () => {
    const { reason, chars, most: taken, unpacked } = measured(madePlain(kind, 0.95 * most / SCALE), MAX_UNPACKED_BYTES / SCALE / MIB, MAX_TEXT_CHARS / SCALE / MIB);
    assert.ok(reason === 'large' || chars > 3, `${reason} ${chars}`);
    assert.ok(taken <= 2 * unpacked, `${(taken / MIB).toFixed(1)} MiB of ${2 * unpacked / MIB}`);
  });
}

test('what is too long to be read whole is refused before it is', { skip }, () => {
  for (const kind of ['a page with a picture in it', 'a mail with a file', 'a notebook with a picture']) {
    const most = kind.includes('mail') ? MAX_MAIL_BYTES : MAX_PART_BYTES;
    assert.throws(() => readDocument(madePlain(kind, most + 8192)), (error) => error instanceof FileError && error.reason === 'large', kind);
  }
  const mail = () => readDocument(madePlain('a mail of a page', MAX_PART_BYTES + 8192), { budget: { unpack() {}, write(count) { assert.ok(count < 100, 'read'); } } });
  assert.throws(mail, (error) => error instanceof FileError && error.reason === 'large');
});
