/* SPDX-License-Identifier: MIT */
/**
 * A whole loop of a tool through nginx and the worker, without a provider: the
 * tour asks, the person allows, the sandbox works, the tour goes on.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startChat } from './chat-harness.js';

/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
before(async () => {
  chats = await startChat({ config: { 'provider "up"': undefined, 'provider "demo"': { kind: 'demo' } } });
});
after(() => chats?.close());

test('the tour shows a round with a tool, in the sandbox that nginx serves', async () => {
  const chat = await chats.open();
  const { page } = chat;
  await chat.choose('tour');
  await chat.ask('tools');
  await page.getByText('Press the wrench below the field').waitFor();
  await page.getByRole('button', { name: 'Tools', exact: true }).click();
  await page.getByRole('dialog').getByRole('checkbox', { name: 'run_javascript' }).check();
  await page.keyboard.press('Escape');
  await chat.ask('fast tools');
  const card = page.getByRole('group', { name: /run_javascript/ });
  await card.getByRole('button', { name: 'Allow once' }).waitFor();
  assert.match(await card.innerText(), /golden angle/);
  await card.getByRole('button', { name: 'Allow once' }).click();
  await chat.see('137.50776405003785');
  await page.locator('.part-tool[data-state="done"] summary').first().click();
  const picture = page.locator('.part-tool .part-image img');
  assert.ok(await picture.evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth) === 480);
  await chat.see('That was a whole round');

  // A call that is denied goes back to the tour as such.
  await chat.ask('fast tools');
  await page.getByRole('textbox', { name: 'Why not?' }).fill('No flowers today.');
  await page.getByRole('button', { name: 'Do not allow' }).click();
  await chat.see('The person did not allow this call: No flowers today.');
  assert.deepEqual(chat.errors, []);
});

test('the frame of the sandbox has no origin and may load nothing', async () => {
  const { page } = await chats.open();
  const name = await page.evaluate(() => /** @type {HTMLScriptElement} */ (document.querySelector('script[src]')).src.replace(/[^/]*$/, 'sandbox/frame.html'));
  const answer = await page.request.get(name);
  assert.equal(answer.status(), 200);
  const policy = answer.headers()['content-security-policy'] ?? '';
  assert.match(policy, /^sandbox allow-scripts; default-src 'none';/);
  const sources = policy.split('; ').filter((one) => !/^(sandbox|frame-ancestors)/.test(one)).join(' ');
  assert.doesNotMatch(`${policy} ${sources}`, /allow-same-origin|connect-src|https?:/);
  assert.doesNotMatch(sources, /'self'/);
  assert.equal(answer.headers()['x-frame-options'], 'SAMEORIGIN');
});
