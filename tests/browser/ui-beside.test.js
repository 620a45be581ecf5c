// SPDX-License-Identifier: MIT
// Two models on one question, beside each other; and the administrator's words in the empty conversation.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, door, visit } from './ui-harness.js';

after(closeBrowser);

/** @typedef {import('./ui-harness.js').Visit} Visit */

/** Chooses a second model. @param {Visit} v @param {string} id */
export async function pickSecond({ page }, id) {
  await page.locator('.topbar .model-select').click();
  await page.getByRole('button', { name: 'Ask a second model as well' }).click();
  await page.getByRole('button', { name: 'One model only' }).waitFor();
  await page.locator(`.model-panel .model-item[data-model="${id}"]`).first().click();
}

/** @param {import('playwright-core').Locator} one */
const boxOf = async (one) => /** @type {{x: number, y: number, width: number, height: number}} */ (await one.boundingBox());

test('two answers come beside each other, or one below the other, and one is gone on with', async () => {
  const gate = door();
  const v = await visit({ prepare: (site) => {
    site.answer = async (reply) => {
      await reply.text(`From ${reply.body.model}. `);
      if (reply.body.model === 'quick') await gate.promise;
      await reply.text('The end.');
      await reply.end();
    };
  } });
  const { page } = v;
  await pickSecond(v, 'seeing');
  await page.locator('.topbar .model-select').getByText('Quick + Seeing').waitFor();
  await v.ask('Hello');
  const one = page.locator('.message-assistant').filter({ hasText: 'From quick.' });
  const other = page.locator('.message-assistant').filter({ hasText: 'From seeing. The end.' });
  await one.waitFor();
  await other.waitFor();
  assert.ok(!(await one.innerText()).includes('The end.'), 'the one is still under way');
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  const [left, right] = [await boxOf(one), await boxOf(other)];
  assert.ok(Math.abs(left.y - right.y) < 2, `${left.y} ${right.y}`);
  assert.ok(right.x >= left.x + left.width, 'beside');
  await page.setViewportSize({ width: 390, height: 800 });
  await page.waitForFunction(() => {
    const [first, second] = [...document.querySelectorAll('.message-assistant')].map((node) => node.getBoundingClientRect());
    return first && second && second.top >= first.bottom && Math.abs(first.left - second.left) < 2;
  });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${wide} px too wide`);
  await page.setViewportSize({ width: 1280, height: 800 });
  gate.open();
  await one.getByText('The end.').waitFor();
  await other.getByRole('button', { name: 'Go on with this answer' }).click();
  await one.waitFor({ state: 'detached' });
  await page.locator('.topbar .model-select').getByText('Seeing', { exact: true }).waitFor();
  await page.getByText('2 / 2').waitFor();
  await v.ask('Again');
  await page.locator('.message-assistant').nth(1).getByRole('button', { name: 'Copy' }).waitFor();
  const { body } = /** @type {any} */ (v.site.calls.filter(({ path }) => path === 'chat/completions').at(-1));
  assert.deepEqual([body.model, body.messages.length, body.messages[1].content], ['seeing', 3, 'From seeing. The end.']);
  assert.deepEqual(v.incidents, []);
  await v.close();
});

test('the one of two that came to nothing is asked for again, of its own model, and stands where it stood', async () => {
  /** @type {string[]} */
  const asked = [];
  const v = await visit({ prepare: (site) => {
    site.answer = async (reply) => {
      asked.push(reply.body.model);
      if (reply.body.model !== 'seeing' || asked.length > 2) await reply.text(`From ${reply.body.model}.`);
      await reply.end();
    };
  } });
  const { page } = v;
  await pickSecond(v, 'seeing');
  await v.ask('Hello');
  const answers = page.locator('.message-assistant');
  await answers.nth(0).getByText('From quick.').waitFor();
  await answers.nth(1).getByText('without a word').waitFor();
  await answers.nth(1).getByRole('button', { name: 'Ask again' }).click();
  await answers.nth(1).getByText('From seeing.').waitFor();
  assert.deepEqual(asked.slice(2), ['seeing']);
  await answers.nth(0).getByText('From quick.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Go on with this answer' }).count(), 2);
  await v.close();
});

test('the administrator\'s words stand in the empty conversation, as text, in the language that fits', async () => {
  const v = await visit({ locale: 'de', prepare: (site) => {
    site.extra = { welcome: [{ language: 'en', text: 'Hello', suggestions: [] },
      { language: 'de', text: 'Willkommen im <b>Labor</b>', suggestions: [{ title: 'Brief', text: 'Schreib <i>mir</i>.' }, { title: '', text: 'Was gibt es?' }] }] };
  } });
  const { page } = v;
  await page.getByText('Willkommen im <b>Labor</b>').waitFor();
  await page.locator('.suggestion').nth(1).waitFor();
  assert.deepEqual(await page.locator('.suggestion').allInnerTexts(), ['Brief\nSchreib <i>mir</i>.', 'Was gibt es?']);
  await page.locator('.suggestion').first().click();
  assert.equal(await page.locator('.composer-field').inputValue(), 'Schreib <i>mir</i>.');
  assert.deepEqual(v.incidents, []);
  await v.close();
});
