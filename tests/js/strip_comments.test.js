/* SPDX-License-Identifier: MIT */
/** What is served differs from the source in comments only. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const top = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** @param {string} text @param {boolean} [css] */
function strip(text, css = false) {
  const run = spawnSync('awk', ['-v', `css=${css ? 1 : ''}`,
    '-f', join(top, 'packaging/strip-comments.awk')],
  { input: text, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  return run.stdout;
}

/** The program without its comments, as the compiler prints it. */
function program(/** @type {string} */ text) {
  const source = ts.createSourceFile('a.js', text, ts.ScriptTarget.ES2022);
  return ts.createPrinter({ removeComments: true }).printFile(source);
}

/** @param {string} directory @returns {string[]} */
function walk(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.name === 'vendor' || entry.name.startsWith('.')) return [];
    return entry.isDirectory() ? walk(path) : [path];
  });
}

test('comments with lines of their own go, others stay', () => {
  assert.equal(strip('/* a */\nx; // b\n// c\n  /** d\n   * e */\ny;\n'),
    'x; // b\ny;\n');
  assert.equal(strip('/** @type {X} */ (y);\n/* a\n b */ z;\n'),
    '/** @type {X} */ (y);\n/* a\n b */ z;\n');
  assert.equal(strip('/* a */ b /* c */\n'), '/* a */ b /* c */\n');
  assert.equal(strip('a { b: url(//c) }\n//d\n', true),
    'a { b: url(//c) }\n//d\n');
});

const files = walk(join(top, 'static'));

test('every module of the page is the same program', () => {
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const text = readFileSync(file, 'utf8');
    assert.equal(program(strip(text)), program(text), file);
  }
});

test('every style sheet is the same, comments apart', () => {
  const bare = (/** @type {string} */ text) =>
    text.replace(/\/\*[^]*?\*\//g, '').replace(/\s+/g, ' ').trim();
  for (const file of files.filter((name) => name.endsWith('.css'))) {
    const text = readFileSync(file, 'utf8');
    assert.equal(bare(strip(text, true)), bare(text), file);
  }
});
