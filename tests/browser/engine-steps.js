/* SPDX-License-Identifier: MIT */
/**
 * What an engine beside Chromium must be able to do with the page: one session,
 * one walk, against real nginx, worker and scripted upstream.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { until } from '../harness/children.js';
import { PASSWORD, startSite } from '../harness/site.js';
import { END, newGate } from '../harness/suite.js';
import { Wire } from './chat-harness.js';

/**
 * @typedef {import('./engines.js').Firefox | import('./engine-webkit.js').WebKit} Engine
 */

/** Words of many constructs, with a formula and a diagram. */
const RICH = ['# Heading\n\nSome **bold', '** text, `code` and $x^2$.\n\n', '```js\nconst answer = 42;\n```\n\n',
  '| a | b |\n|---|---|\n| 1 | 2 |\n\n', '```mermaid\ngraph LR; A-->B\n```\n\n', 'مرحبا بالعالم\n'];

/**
 * @param {string} name
 * @param {{new (): Engine, missing: string | false}} Driver
 */
export function walk(name, Driver) {
  const skip = Driver.missing;
  /** @type {Engine} */
  let engine;
  /** @type {import('../harness/site.js').Site} */
  let site;
  /** @type {Wire} */
  let wire;
  let address = '';
  const folder = mkdtempSync(join(tmpdir(), 'confab-engine-'));

  before(async () => {
    if (skip) return;
    site = await startSite({ mounts: ['/chat/'], users: ['ann'], models: ['m'] });
    wire = new Wire(site.port);
    await wire.listen();
    address = `https://localhost:${wire.port}/chat/`;
    engine = new Driver();
    await engine.start();
  });
  after(async () => {
    await engine?.close();
    wire?.close();
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Whether there is one. @param {string} selector @param {string} [text] in it */
  const sees = (selector, text = '') => engine.run((one, words) => [...document.querySelectorAll(one)]
    .some((node) => node.checkVisibility() && (node.textContent ?? '').includes(words)), selector, text);
  /** @param {string} selector @param {string} [text] */
  const see = (selector, text) => until(() => sees(selector, text), { what: `${selector} ${text ?? ''}`, every: 100 });
  /** @param {string} selector */
  const gone = (selector) => until(async () => !await sees(selector), { what: `no ${selector}`, every: 100 });
  /** @param {string} selector @param {string} text */
  const fill = (selector, text) => engine.run((one, words) => {
    const field = /** @type {HTMLInputElement} */ (document.querySelector(one));
    field.focus();
    field.value = words;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }, selector, text);
  const lastAnswer = () => engine.run(() => [...document.querySelectorAll('.answer')].at(-1)?.textContent ?? '');

  /** Goes there, signs in where that is asked for, and listens for what the policy refuses. */
  async function open() {
    await engine.goto(address);
    await engine.run(() => {
      /** @type {string[]} */
      const refused = [];
      Object.assign(window, { refused });
      document.addEventListener('securitypolicyviolation', (event) => refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
      addEventListener('error', ({ message }) => {
        // It says no more than that a size settles a frame later.
        if (!message.startsWith('ResizeObserver loop')) refused.push(`error ${message}`);
      });
      addEventListener('unhandledrejection', (event) => refused.push(`rejection ${event.reason}`));
    });
    await until(async () => await sees('#username') || sees('#message'), { what: 'the page', every: 100 });
  }

  /** @param {import('../upstream/script.js').Step[]} steps */
  async function order(...steps) {
    await fill('#message', `@script ${JSON.stringify({ steps })}`);
    await engine.keys('Enter');
  }
  const settled = () => gone('.send-button[data-mode=stop]');
  /** What the page complained of since it was opened. */
  const complaints = () => engine.run(() => /** @type {any} */ (window).refused);

  /** Sets preferences as the page keeps them. @param {object} settings */
  async function prefer(settings) {
    await engine.run((more) => {
      const [key = ''] = Object.keys(localStorage);
      localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key) ?? '{}'), ...more }));
      removeEventListener('beforeunload', () => {});
    }, settings);
  }

  test(`${name}: signs in by keyboard`, { skip }, async () => {
    await open();
    await engine.click('#username');
    await engine.keys(...'ann', 'Tab', ...PASSWORD, 'Enter');
    await see('#message');
    // Into the field, except where a keyboard would come up on the screen for it.
    const place = await engine.run(() => (matchMedia('(hover: hover)').matches ? '#message' : 'main'));
    await until(() => engine.run((one) => document.activeElement?.matches(one) === true, place), { what: `the focus is in ${place}`, every: 100 });
  });

  test(`${name}: shows an answer while it comes`, { skip }, async () => {
    const gate = newGate();
    await order({ text: 'First words.' }, { gate }, { text: ' And the rest.' }, ...END);
    await see('.answer', 'First words.');
    assert.doesNotMatch(await lastAnswer(), /the rest/);
    site.upstream.open(gate);
    await see('.answer', 'And the rest.');
    await settled();
  });

  test(`${name}: goes on after the network broke`, { skip }, async (t) => {
    // Where the system says that there is no network, the page waits for the word that there is one.
    if (!await engine.run(() => navigator.onLine)) return t.diagnostic('the system tells this engine that it is offline');
    const gate = newGate();
    await order({ text: 'Before. ' }, { gate }, { text: 'After.' }, ...END);
    await see('.answer', 'Before.');
    wire.blip();
    site.upstream.open(gate);
    if (!engine.hearsLoss) {
      // The page finds out by the silence: half a minute of it, by its clock, and then a reader who comes back.
      await engine.run(() => {
        const { now } = Date;
        Date.now = () => now.call(Date) + 30_000;
        dispatchEvent(new Event('online'));
      });
    }
    await see('.answer', 'Before. After.');
    await settled();
    assert.equal(site.upstream.calls.length, 2, 'nobody was asked twice');
    return undefined;
  });

  test(`${name}: stops, upstream too`, { skip }, async () => {
    await order({ tokens: Infinity, every: 20 });
    await until(async () => (await lastAnswer()).length > 20, { what: 'tokens', every: 100 });
    await engine.click('.send-button');
    await see('.outcome-stopped');
    await until(() => site.upstream.calls.at(-1)?.closedAt, { what: 'the upstream is closed' });
  });

  test(`${name}: draws Markdown, code, a formula and a diagram`, { skip }, async () => {
    await order({ texts: RICH, every: 20 }, ...END);
    await settled();
    for (const selector of ['.answer h1, .answer h2, .answer h3', '.answer strong', '.answer td', '.answer pre']) await see(selector);
    await see('.answer .katex', 'x');
    // A diagram is drawn when it comes into view.
    await engine.run(() => [...document.querySelectorAll('.answer')].at(-1)?.scrollIntoView({ block: 'end' }));
    await until(() => engine.run(() => [...document.querySelectorAll('.answer img')]
      .some((image) => /** @type {HTMLImageElement} */ (image).naturalWidth > 20)), { what: 'the diagram', every: 200 });
    await until(() => engine.run(() => document.querySelector('.answer pre .hljs-keyword, .answer pre [class*=keyword]') !== null), { what: 'colours of code', every: 100 });
    const direction = await engine.run(() => [...document.querySelectorAll('.answer p')]
      .filter((node) => /مرحبا/.test(node.textContent ?? '')).map((node) => getComputedStyle(node).direction));
    assert.deepEqual(direction, ['rtl']);
    const wide = await engine.run(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `the page is ${wide} px too wide`);
  });

  test(`${name}: takes a file and sends its text`, { skip }, async () => {
    const file = join(folder, 'notes.txt');
    writeFileSync(file, 'the words of the file');
    await engine.run(() => {
      // Some drivers want to see what they fill.
      /** @type {HTMLElement} */ (document.querySelector('.composer input[type=file]')).hidden = false;
    });
    await engine.files('.composer input[type=file]', [file]);
    await see('.attachments', 'notes.txt');
    // The file's text comes first, so that no order would be found in it.
    site.upstream.script('m', { steps: [{ text: 'Read.' }, ...END] });
    await fill('#message', 'Read it.');
    await see('.send-button[aria-disabled=false]');
    await engine.keys('Enter');
    await see('.answer', 'Read.');
    await settled();
    assert.match(site.upstream.calls.at(-1)?.body ?? '', /the words of the file/);
  });

  test(`${name}: edits the last question by keyboard`, { skip }, async () => {
    await engine.click('#message');
    await engine.keys('Up');
    await see('.edit-form textarea');
    site.upstream.script('m', { steps: [{ text: 'Edited.' }, ...END] });
    await fill('.edit-form textarea', 'Read it again.');
    await engine.keys('Enter');
    await see('.answer', 'Edited.');
    await settled();
  });

  test(`${name}: opens and closes a menu, and gives the focus back`, { skip }, async () => {
    await engine.click('[aria-haspopup=true][aria-label=Menu]');
    await see('.menu');
    await engine.keys('Down', 'Escape');
    await gone('.menu');
    await until(() => engine.run(() => document.activeElement?.getAttribute('aria-haspopup') === 'true'), { what: 'the focus is back', every: 100 });
  });

  test(`${name}: prints`, { skip }, async (t) => {
    if (engine.print === null) return t.skip('its driver prints nothing');
    const bytes = Buffer.from(await engine.print(), 'base64');
    assert.match(bytes.subarray(0, 8).toString('latin1'), /^%PDF-/);
    assert.ok(bytes.length > 10_000, `${bytes.length} bytes`);
    return undefined;
  });

  test(`${name}: nothing was refused by the policy, and no error went uncaught`, { skip }, async () => {
    assert.deepEqual(await complaints(), []);
  });

  test(`${name}: dark, and from right to left`, { skip }, async () => {
    await prefer({ theme: 'dark', language: 'ar' });
    await engine.run(() => {
      // What is there is lost on purpose.
      addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), { capture: true });
    });
    await open();
    await see('#message');
    const look = await engine.run(() => {
      const shades = (getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
      const field = /** @type {Element} */ (document.querySelector('.send-button')).getBoundingClientRect();
      return { shades, dir: document.documentElement.dir, send: field.left < innerWidth / 2, word: document.documentElement.lang };
    });
    assert.equal(look.dir, 'rtl');
    assert.equal(look.word, 'ar');
    assert.ok(look.send, 'Send is on the left');
    assert.ok(look.shades.slice(0, 3).every((shade) => shade < 80), `${look.shades}`);
    assert.deepEqual(await complaints(), []);
  });
}
