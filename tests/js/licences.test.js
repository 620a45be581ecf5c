// SPDX-License-Identifier: MIT
// Whose the vendored parts are: told for every file, in the words that packages use, with the texts.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const TOP = fileURLToPath(new URL('../../', import.meta.url));
const VENDOR = join(TOP, 'static/vendor');
const skip = !existsSync(join(VENDOR, 'spdx.json'));

/** @param {string[]} words */
const licences = (...words) => spawnSync(process.execPath, [join(TOP, 'packaging/licences.mjs'), '--check', ...words], { encoding: 'utf8' });

/** The lists of the vendored parts, to be spoilt. @param {(dir: string) => void} spoil */
function spoilt(spoil) {
  const dir = mkdtempSync(join(tmpdir(), 'confab-licences-'));
  try {
    cpSync(VENDOR, dir, { recursive: true, filter: (path) => !/\.(?:mjs|js|woff2|bcmap|pfb|ttf)$/.test(path) });
    spoil(dir);
    return licences(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test('packages say what is true of the vendored parts', { skip }, () => {
  const { status, stderr } = licences();
  assert.equal(status, 0, stderr);
});

test('what pdf.js has of others within its files is told, with its text', { skip }, () => {
  const { packages } = JSON.parse(readFileSync(join(VENDOR, 'spdx.json'), 'utf8'));
  const said = packages.filter((/** @type {any} */ one) => one.packageFileName === 'pdfjs/*');
  const worker = readFileSync(join(VENDOR, 'pdfjs/pdf.worker.min.mjs'), 'utf8');
  for (const [name, trace, words] of /** @type {[string, RegExp, RegExp][]} */ ([
    ['core-js', /core-js_shared/, /Pushkarev/], ['Brotli', /Invalid block type|brotli/i, /Google/],
    ['qcms', /qcms/i, /Marti Maria/], ['PDFium JBIG2', /jbig2/i, /PDFium Authors/], ['OpenJPEG', /openjpeg/i, /Louvain/],
  ])) {
    assert.match(worker, trace, `${name} is not in there any more`);
    assert.ok(said.some((/** @type {any} */ one) => one.name === name), name);
    const text = readFileSync(join(VENDOR, `pdfjs/LICENSE_IN_${name.toUpperCase().replace(/\W/g, '_')}`), 'utf8');
    assert.match(text, words);
    assert.match(text, /Permission is hereby granted|Redistribution and use/);
  }
  const copyright = readFileSync(join(TOP, 'packaging/debian/copyright'), 'utf8');
  for (const [line, licenses] of copyright.matchAll(/^License: (.*)$/gm)) {
    const each = String(licenses).split(/,? and /);
    assert.equal(new Set(each).size, each.length, line);
  }
});

test('a file that nobody has an entry for is noticed', { skip }, () => {
  const { status, stderr } = spoilt((dir) => appendFileSync(join(dir, 'MANIFEST'), `${'0'.repeat(64)}  other/new.js\n`));
  assert.notEqual(status, 0);
  assert.match(stderr, /whose these are: other\/new\.js/);
});

test('a licence that nobody has looked at is noticed, and one that changed', { skip }, () => {
  for (const [licence, words] of /** @type {[string, RegExp][]} */ ([
    ['EPL-2.0', /looked at the licence EPL-2\.0/], ['GPL-3.0-or-later', /looked at/], ['ISC', /is not what the vendored parts say/],
  ])) {
    const { status, stderr } = spoilt((dir) => {
      const list = JSON.parse(readFileSync(join(dir, 'spdx.json'), 'utf8'));
      list.packages[0].licenseConcluded = licence;
      writeFileSync(join(dir, 'spdx.json'), JSON.stringify(list));
    });
    assert.notEqual(status, 0);
    assert.match(stderr, words);
  }
});

test('every part comes with its text, and no text or file is of ELK', { skip }, () => {
  const { packages } = JSON.parse(readFileSync(join(VENDOR, 'spdx.json'), 'utf8'));
  const mermaid = readFileSync(join(VENDOR, 'mermaid/LICENSE'), 'utf8');
  for (const { name, versionInfo, packageFileName: files } of packages) {
    if (files === 'mermaid/*') assert.ok(mermaid.includes(`${name} ${versionInfo} (`), name);
    else {
      const folder = join(VENDOR, files.replace(/\/[^/]*$/, ''));
      assert.ok(['LICENSE', 'LICENSE_FOXIT', 'LICENSE_LIBERATION', 'LICENSE_OPENJPEG'].some((one) => existsSync(join(folder, one))), files);
    }
  }
  assert.ok(packages.some((/** @type {{name: string}} */ { name }) => name === 'cytoscape'));
  assert.equal(packages.some((/** @type {{name: string}} */ { name }) => name === 'elkjs'), false);
  for (const file of readdirSync(join(VENDOR, 'mermaid')).filter((one) => one.endsWith('.mjs'))) {
    assert.equal(/elk-worker/.test(readFileSync(join(VENDOR, 'mermaid', file), 'utf8')), false, file);
  }
});
