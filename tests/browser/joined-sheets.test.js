/* SPDX-License-Identifier: MIT */
/** The sheets that are served say what those say that are written. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { buildDir, sourceDir } from '../harness/paths.js';
import { launchChromium } from './chromium.js';

const joined = join(buildDir, 'www.joined');
const skip = !existsSync(joined);

/** @type {import('playwright-core').Browser} */
let browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

/** What the browser has understood of a sheet, blanks beside commas apart. @param {string} text */
async function understood(text) {
  const page = await browser.newPage();
  const rules = await page.evaluate((css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    return [...sheet.cssRules].map(({ cssText }) => cssText);
  }, text);
  await page.close();
  return rules.map((rule) => rule.replace(/\s*,\s*/g, ',').replace(/\s+/g, ' '));
}

test('joined sheets are the written ones', { skip }, async () => {
  const html = readFileSync(join(sourceDir, 'static/index.html'), 'utf8');
  const groups = html.match(/(?:<link rel="stylesheet" href="[^"]+">\n)+/g) ?? [];
  assert.ok(groups.length > 1);
  for (const links of groups) {
    const names = [...links.matchAll(/href="([^"]+)"/g)].map(([, name]) => name ?? '');
    const written = names.map((name) => readFileSync(join(sourceDir, 'static', name), 'utf8')).join('\n');
    const served = readFileSync(join(joined, names[0] ?? ''), 'utf8');
    assert.deepEqual(await understood(served), await understood(written), names[0]);
    assert.ok(served.length < written.length * 0.9, `${names[0]} is smaller`);
    // The blank that makes a property empty also for older engines.
    assert.equal(served.match(/--(?:dark|light): ;/g)?.length, written.match(/--(?:dark|light): ;/g)?.length);
  }
});
