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

const skip = !existsSync(new URL('vendor/lit-html/lit-html.js', STATIC));
const [first = '', login = '', later = '', markdown = ''] = page.split(/<template id="later-(?:login|conversation|markdown)">/);

/** @param {string} markup @param {string} rel */
const asked = (markup, rel) => [...markup.matchAll(/rel="([a-z]+)" href="([^"]+)"/g)].filter((m) => m[1] === rel).map((m) => String(m[2]));

test('every module of the first load is asked for ahead, and no other', { skip }, () => {
  const needed = collect(new URL('app.js', STATIC), new Set());
  for (const script of ['app.js', 'start.js']) {
    assert.match(first, new RegExp(`<script type="module" src="${script}"`));
    needed.delete(script);
  }
  assert.deepEqual(asked(first, 'modulepreload'), [...needed].sort());
});

test('the first script imports next to nothing', () => {
  const needed = collect(new URL('start.js', STATIC), new Set());
  assert.deepEqual([...needed].sort(), ['core/been-here.js', 'net/first.js', 'start.js', 'ui/preload.js']);
});

test('so is every module of the login, of the conversation, once somebody signs in, and of Markdown after that', { skip }, () => {
  const known = collect(new URL('app.js', STATIC), new Set());
  const signingIn = collect(new URL('ui/login.js', STATIC), new Set());
  const conversation = collect(new URL('signed-in.js', STATIC), new Set());
  const rendering = collect(new URL('md/render.js', STATIC), new Set());
  assert.deepEqual(asked(login, 'modulepreload'), [...signingIn].filter((name) => !known.has(name)).sort());
  assert.deepEqual(asked(later, 'modulepreload'), [...conversation].filter((name) => !known.has(name)).sort());
  assert.deepEqual(asked(markdown, 'modulepreload'), [...rendering].filter((name) => !known.has(name) && !conversation.has(name)).sort());
});

test('every sheet of the folder is linked, in the order of the cascade, and everything linked is there', () => {
  const linked = [...page.matchAll(/(?:href|src)="([^"]+)"/g)].map((m) => String(m[1])).filter((href) => !href.startsWith('vendor/'));
  for (const href of linked) assert.ok(existsSync(new URL(href, STATIC)), href);
  // Loaded with the first app, by ui/part-app.js.
  const sheets = readdirSync(new URL('css/', STATIC)).map((name) => `css/${name}`).filter((name) => name !== 'css/apps.css');
  assert.deepEqual([first, later, markdown].flatMap((markup) => asked(markup, 'stylesheet')).sort(), sheets.sort());
  // The order of the layers is said before any of them is filled.
  assert.equal(asked(first, 'stylesheet')[0], 'css/tokens.css');
});

test('no markup or template carries a style, a handler or a string that becomes markup', () => {
  assert.doesNotMatch(page, / style=| on[a-z]+="|<script(?! type="module" src="[a-z-]+\.js"( async)?>)|<style/);
  for (const name of readdirSync(new URL('ui/', STATIC))) {
    const source = readFileSync(new URL(`ui/${name}`, STATIC), 'utf8');
    assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|document\.write|\bfetch\(|XMLHttpRequest|WebSocket| style=/, name);
    assert.doesNotMatch(source, /from '\.\.\/net\//, name);
  }
});
