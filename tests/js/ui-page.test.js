// SPDX-License-Identifier: MIT
// The page's own file: what it asks for ahead is what it will need, and it runs nothing from its markup.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

const STATIC = new URL('../../static/', import.meta.url);
const page = readFileSync(new URL('index.html', STATIC), 'utf8');

/**
 * The modules that a module imports at once, with all that they import.
 * @param {URL} module
 * @param {Set<string>} found
 */
function collect(module, found) {
  const name = module.href.slice(STATIC.href.length);
  if (found.has(name)) return found;
  found.add(name);
  const source = readFileSync(module, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  for (const [, from] of source.matchAll(/(?:^|[;\n])\s*(?:import|export)[^;'"()]*?(?:from)?\s*["'](\.[^"']+)["']/g)) {
    collect(new URL(String(from), module), found);
  }
  return found;
}

test('every module of the first load is asked for ahead, and no other', { skip: !existsSync(new URL('vendor/lit-html/lit-html.js', STATIC)) }, () => {
  const needed = collect(new URL('app.js', STATIC), new Set());
  needed.delete('app.js');
  const asked = [...page.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map((m) => String(m[1]));
  assert.deepEqual(asked, [...needed].sort());
});

test('so is every module of the conversation, once somebody signs in', { skip: !existsSync(new URL('vendor/lit-html/lit-html.js', STATIC)) }, () => {
  const first = collect(new URL('app.js', STATIC), new Set());
  const conversation = collect(new URL('md/render.js', STATIC), collect(new URL('ui/shell.js', STATIC), new Set()));
  const later = [...conversation].filter((name) => !first.has(name));
  const source = readFileSync(new URL('ui/preload.js', STATIC), 'utf8');
  const list = /SHELL_MODULES = \[([^\]]*)\]/.exec(source)?.[1] ?? '';
  const asked = [...list.matchAll(/'([^']+)'/g)].map((m) => new URL(String(m[1]), new URL('ui/', STATIC)).href.slice(STATIC.href.length));
  assert.deepEqual(asked.sort(), later.sort());
});

test('every sheet of the folder is linked, and everything linked is there', () => {
  const linked = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map((m) => String(m[1])).filter((href) => !href.startsWith('vendor/'));
  for (const href of linked) assert.ok(existsSync(new URL(href, STATIC)), href);
  const sheets = readdirSync(new URL('css/', STATIC)).map((name) => `css/${name}`);
  assert.deepEqual(linked.filter((href) => href.startsWith('css/')).sort(), sheets.sort());
});

test('no markup or template carries a style, a handler or a string that becomes markup', () => {
  assert.doesNotMatch(page, / style=| on[a-z]+="|<script(?! type="module" src=)|<style/);
  for (const name of readdirSync(new URL('ui/', STATIC))) {
    const source = readFileSync(new URL(`ui/${name}`, STATIC), 'utf8');
    assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|document\.write|\bfetch\(|XMLHttpRequest|WebSocket| style=/, name);
    assert.doesNotMatch(source, /from '\.\.\/net\//, name);
  }
});
