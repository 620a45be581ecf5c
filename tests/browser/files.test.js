// SPDX-License-Identifier: MIT
// Files read in a thread of their own, in a real browser under the page's policy.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { damage, pdf, random, zip } from '../js/files-helpers.js';
import { openLab } from './md-harness.js';

/** @type {import('./md-harness.js').Lab} */
let lab;
before(async () => {
  lab = await openLab();
});
after(async () => {
  await lab.close();
});

/**
 * What the thread makes of a file.
 * @param {Uint8Array} bytes
 * @param {{does?: 'read' | 'draw', pages?: number[], abortAt?: number}} [options]
 * @returns {Promise<any>}
 */
const read = (bytes, options = {}) => lab.page.evaluate(async ({ base64, does = 'read', pages, abortAt }) => {
  const { carryOut } = await import(new URL('files/open.js', document.baseURI).href);
  const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stop = new AbortController();
  const progress = /** @type {number[][]} */ ([]);
  const drawn = /** @type {any[]} */ ([]);
  try {
    const result = await carryOut({ does, file: new Blob([data]), pages }, {
      signal: stop.signal,
      onProgress(/** @type {number} */ page, /** @type {number} */ all) {
        progress.push([page, all]);
        if (page === abortAt) stop.abort(new Error('not wanted'));
      },
      onDrawn: async (/** @type {any} */ { page, blob, width, height }) => drawn.push({ page, type: blob.type, size: blob.size, width, height }),
    });
    return { result, progress, drawn };
  } catch (error) {
    const { reason, message } = /** @type {any} */ (error);
    return { reason: reason ?? message, progress };
  }
}, { base64: Buffer.from(bytes).toString('base64'), ...options });

test('a PDF is read page by page; a page without text is named', async () => {
  const { result, progress } = await read(pdf(['Hello (world)\nsecond line', '', 'last page']));
  assert.equal(result.kind, 'pdf');
  assert.equal(result.text, '[1]\n\nHello (world)\nsecond line\n\n[3]\n\nlast page\n');
  assert.deepEqual(result.unread, [2]);
  assert.equal(result.pages, 3);
  assert.deepEqual(progress, [[1, 3], [2, 3], [3, 3]]);
});

test('text in a font that is not embedded is read by its character map', async () => {
  assert.equal((await read(pdf(['你好 世界']))).result.text, '你好 世界\n');
});

test('a page is drawn as a picture', async () => {
  const { drawn } = await read(pdf(['', 'words too']), { does: 'draw', pages: [1, 2] });
  assert.deepEqual(drawn.map((/** @type {any} */ { page, type, width, height }) => ({ page, type, width, height })), [
    { page: 1, type: 'image/jpeg', width: 1212, height: 1568 }, { page: 2, type: 'image/jpeg', width: 1212, height: 1568 }]);
  assert.ok(drawn.every((/** @type {any} */ one) => one.size > 1000));
});

test('a PDF with a password, a broken one and one that nobody wants any more end with a word', async () => {
  assert.equal((await read(new Uint8Array(readFileSync(new URL('../js/files/locked.pdf', import.meta.url))))).reason, 'password');
  assert.equal((await read(new TextEncoder().encode('%PDF-1.4\nnothing of it'))).reason, 'broken');
  const stopped = await read(pdf(Array.from({ length: 50 }, (_, i) => `page ${i}`)), { abortAt: 2 });
  assert.equal(stopped.reason, 'not wanted');
  assert.ok(stopped.progress.length < 50);
});

test('PDFs of real programs: their words, a password, one that may only be read, a scanned one', async () => {
  const sample = (/** @type {string} */ name) => read(new Uint8Array(readFileSync(new URL(`../js/files/${name}`, import.meta.url))));
  const words = /^\[1\]\n\nThe well, page one\nsecond line\n\n\[2\]\n\nThe well, page two\n$/;
  for (const name of ['ghostscript.pdf', 'poppler.pdf', 'packed.pdf', 'owned.pdf']) {
    const { result, reason } = await sample(name);
    assert.match(result?.text ?? reason, words, name);
    assert.deepEqual(result.unread, [], name);
  }
  for (const name of ['locked-gs.pdf', 'locked-qpdf.pdf']) assert.equal((await sample(name)).reason, 'password', name);
  const { result: scan } = await sample('scan.pdf');
  assert.deepEqual([scan.pages, scan.unread], [2, [1, 2]]);
  const { result: talk } = await sample('talk.pdf');
  for (const line of ['Three wells, one rope', 'hemp 40', 'In a shape', 'Schluß']) assert.ok(talk.text.includes(line), talk.text);
});

test('other documents are read in the thread too, and refused there', async () => {
  assert.equal((await read(new Uint8Array(readFileSync(new URL('../js/files/doc.docx', import.meta.url))))).result.kind, 'docx');
  assert.equal((await read(zip({ 'a.txt': 'x' }))).reason, 'archive');
});

test('damaged PDFs end with a reason or with what could be read of them', async () => {
  const next = random(7);
  const whole = pdf(['one\ntwo', 'three']);
  for (let i = 0; i < 12; i += 1) {
    const { result, reason } = await read(damage(whole, next));
    assert.ok(typeof result?.text === 'string' || ['broken', 'kind', 'empty', 'large', 'password'].includes(reason), String(reason));
  }
});

test('all of it went by the policy and asked nobody else', () => {
  assert.deepEqual(lab.incidents, []);
});
