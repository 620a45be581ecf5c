// SPDX-License-Identifier: MIT
// PDFs that would unpack to much more than they are: each ends with a word, and with the memory of a small one.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { deflateSync } from 'node:zlib';
import { FileError } from '../../static/files/errors.js';
import { createBudget, MAX_PART_BYTES, MAX_UNPACKED_BYTES } from '../../static/files/limits.js';
import { guardBuffers } from '../../static/files/pdf-guard.js';
import { textOfPdf, withPdf } from '../../static/files/pdf.js';
import { damage, random } from './files-helpers.js';

const skip = !existsSync(new URL('../../static/vendor/pdfjs/pdf.min.mjs', import.meta.url));
const MIB = 1024 * 1024;

// What a browser has, and reading text does not use.
for (const name of ['DOMMatrix', 'ImageData', 'Path2D']) if (!(name in globalThis)) Object.assign(globalThis, { [name]: class {} });

/**
 * One page.
 * @param {Uint8Array} content  as it is stored
 * @param {string} filter
 */
function pdfOf(content, filter) {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Count 1 /Kids [4 0 R] >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources << /Font << /F1 3 0 R >> >> >>',
    `<< /Length ${content.length} ${filter} >>\nstream\n`];
  const pieces = [Buffer.from('%PDF-1.4\n')];
  const places = objects.map((object, i) => {
    const at = pieces.reduce((sum, piece) => sum + piece.length, 0);
    pieces.push(Buffer.from(`${i + 1} 0 obj\n${object}`), ...i === 4 ? [Buffer.from(content), Buffer.from('\nendstream')] : [], Buffer.from('\nendobj\n'));
    return at;
  });
  const at = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return new Uint8Array(Buffer.concat([...pieces, Buffer.from(`xref\n0 6\n0000000000 65535 f \n${places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('')}`
    + `trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`)]));
}

/** A page that says a word, and then this. @param {string} piece @param {number} length  bytes */
const content = (piece, length) => Buffer.concat([Buffer.from('BT /F1 12 Tf 72 720 Td (hello) Tj ET\n'), Buffer.alloc(length, piece)]);

/** What became of it, and all bytes of large buffers that were made, let go of or not. @param {Uint8Array} file @param {{chars?: number}} [limits] */
async function read(file, limits) {
  const { Uint8Array: Plain } = globalThis;
  let all = 0;
  globalThis.Uint8Array = new Proxy(Plain, {
    construct(target, values, made) {
      const array = Reflect.construct(target, values, made);
      if (values[0] > MIB) all += values[0];
      return array;
    },
  });
  try {
    const { text } = await withPdf(file, (pdf) => textOfPdf(pdf, createBudget(limits), () => {}));
    return { text, all };
  } catch (error) {
    assert.ok(error instanceof FileError, String(error));
    return { text: error.reason, all };
  } finally {
    globalThis.Uint8Array = Plain;
  }
}

const FLATE = '/Filter /FlateDecode';

test('a page of as much as one may have is read', { skip }, async () => {
  assert.equal((await read(pdfOf(deflateSync(content(' ', MAX_PART_BYTES - MIB)), FLATE))).text, 'hello\n');
});

test('a stream that unpacks to more ends with a word, whatever it is packed with, within the memory for one', { skip }, async () => {
  const bomb = content(' ', 4 * MAX_PART_BYTES);
  /** Nothing but runs of 128 blanks. */
  const runs = Buffer.alloc(2 * (bomb.length / 128), Buffer.from([129, 32]));
  for (const [name, file] of Object.entries({
    deflate: pdfOf(deflateSync(bomb), FLATE),
    'deflate in deflate': pdfOf(deflateSync(deflateSync(bomb)), '/Filter [/FlateDecode /FlateDecode]'),
    runs: pdfOf(runs, '/Filter /RunLengthDecode'),
    'a page that says it is a picture': pdfOf(deflateSync(bomb), `/Subtype /Image /Width 9 /Height 9 ${FLATE}`),
  })) {
    const { text, all } = await read(file);
    assert.equal(text, 'bomb', name);
    assert.ok(all <= 2 * MAX_UNPACKED_BYTES, `${name}: ${(all / MIB).toFixed()} MiB`);
  }
});

test('words of a page without an end are refused before they are all there', { skip }, async () => {
  const words = Buffer.from('BT /F1 12 Tf 72 720 Td '.concat('(some words of it) Tj T* '.repeat(40000), 'ET'));
  assert.equal((await read(pdfOf(deflateSync(words), FLATE), { chars: 10000 })).text, 'large');
});

test('PDFs of real programs, cut off and damaged, end with a word or with what is there, and leave nothing behind', { skip }, async () => {
  /** @type {unknown[]} */
  const unhandled = [];
  const listen = (/** @type {unknown} */ reason) => { unhandled.push(reason); };
  process.on('unhandledRejection', listen);
  const folder = new URL('files/', import.meta.url);
  const next = random(11);
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.pdf'))) {
    const bytes = new Uint8Array(readFileSync(new URL(name, folder)));
    const mark = new TextDecoder('latin1').decode(bytes);
    // In the head, in a stream, before and in the list of places, in the trailer; and anywhere.
    const cuts = [4, mark.indexOf('stream') + 20, mark.lastIndexOf('endobj'), mark.lastIndexOf('xref') + 3, mark.lastIndexOf('%%EOF')]
      .map((at) => bytes.slice(0, Math.max(1, at)));
    for (const broken of [...cuts, ...Array.from({ length: 5 }, () => damage(bytes, next).slice())]) {
      const { text } = await read(broken);
      assert.equal(typeof text, 'string', name);
    }
  }
  await new Promise((resolve) => { setImmediate(resolve); });
  process.off('unhandledRejection', listen);
  assert.deepEqual(unhandled, []);
});

test('the guard is gone when the work is done', () => {
  const { Uint8Array: Plain } = globalThis;
  const guard = guardBuffers(500);
  assert.equal(new Uint8Array(1000).length, 1000);
  assert.ok(new Plain(3) instanceof Uint8Array && Uint8Array.from([1]) instanceof Plain);
  assert.equal(guard.exceeded(), false);
  assert.throws(() => new Uint8Array(1001), RangeError);
  assert.equal(guard.exceeded(), true);
  guard.end();
  assert.equal(globalThis.Uint8Array, Plain);
  assert.equal(new Uint8Array(1001).length, 1001);
});
