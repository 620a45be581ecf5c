// SPDX-License-Identifier: MIT
// What hands do: fingers, many models, prompts of one's own, slips that lose nothing.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MODELS, closeBrowser, visit } from './ui-harness.js';

after(closeBrowser);

/** @typedef {import('./ui-harness.js').Visit} Visit */

/** @param {import('playwright-core').Page} page */
const composer = (page) => page.getByRole('textbox', { name: 'Message' });

/** @param {Visit} v @param {string} text @param {number} count  answers there then */
async function exchange(v, text, count) {
  await v.ask(text);
  await v.page.waitForFunction((n) => document.querySelectorAll('.message-assistant .tools').length === n, count);
}

/** @param {import('./ui-harness.js').FakeSite} site */
const manyModels = (site) => {
  site.models = Array.from({ length: 203 }, (_, i) => ({
    ...MODELS[i % 2], id: `m${i}`, name: `${['Aurora', 'Birch', 'Cedar'][i % 3]} ${i}`, provider: `Provider ${i % 4}`, description: i === 7 ? 'good at chess' : '',
  }));
};

test('one of 203 models is found by a few keys, and is the one of the next chat', async () => {
  const v = await visit({ prepare: manyModels });
  const { page } = v;
  const button = page.locator('.topbar .model-select');
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('searchbox', { name: 'Find a model' }).waitFor();
  assert.equal(await page.locator('.model-panel section').count(), 4, 'by provider');
  await page.keyboard.type('chess');
  await page.locator('.model-item').nth(1).waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await button.getByText('Birch 7').waitFor();
  await exchange(v, 'Hello', 1);
  assert.equal(v.site.calls.find(({ path }) => path === 'chat/completions')?.body.model, 'm7');
  await page.reload();
  await button.getByText('Birch 7').waitFor();
  await button.click();
  assert.equal(await page.locator('.model-panel section').first().getByRole('heading').innerText(), 'Used recently');
  await page.getByRole('button', { name: 'Add a star to Aurora 3', exact: true }).click();
  await page.locator('.model-panel section').first().getByRole('heading', { name: 'Starred' }).waitFor();
  const [panel, opener] = await Promise.all([page.locator('.model-panel').boundingBox(), button.boundingBox()]);
  assert.ok(panel && opener && panel.y >= opener.y + opener.height, 'below what opened it');
  await v.close();
});

test('where Enter makes a line, a message waits for the answer by a button of its own', async () => {
  const v = await visit({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, prepare: (s) => {
    s.answer = async (reply) => {
      await reply.text('On and on');
      await reply.gone;
    };
  } });
  const { page } = v;
  const send = page.getByRole('button', { name: 'Send', exact: true });
  const stop = page.getByRole('button', { name: 'Stop', exact: true });
  await composer(page).fill('Hello');
  await send.tap();
  await v.answer('On and on').waitFor();
  await stop.waitFor();
  assert.equal(await send.count(), 0, 'with nothing written there is nothing to send');
  await composer(page).fill('And then?');
  await composer(page).press('Enter');
  assert.equal(await composer(page).inputValue(), 'And then?\n');
  await send.tap();
  await page.locator('.queued').getByText('And then?').waitFor();
  await send.waitFor({ state: 'detached' });
  assert.equal(await composer(page).inputValue(), '');
  assert.equal(await composer(page).evaluate((field) => field === document.activeElement), true, 'one writes on');
  assert.deepEqual(v.site.stops, []);
  await stop.tap();
  await page.locator('.outcome').waitFor();
  await v.close();
});

test('a prompt is written, chosen behind a slash, filled in, exported and imported', async () => {
  const v = await visit();
  const { page } = v;
  await composer(page).fill('/');
  await page.getByRole('button', { name: 'Write one' }).click();
  await page.getByRole('button', { name: 'New prompt' }).click();
  await page.getByLabel('Name').fill('Translate');
  await page.getByLabel('Text', { exact: true }).fill('Into {{language}}: {{what}}');
  await page.getByRole('button', { name: 'Save' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export', exact: true }).click()]);
  const file = await download.path();
  await page.getByRole('button', { name: 'Delete “Translate”' }).click();
  await page.locator('dialog input[type=file]').setInputFiles({ name: 'prompts.json', mimeType: 'application/json', buffer: (await import('node:fs')).readFileSync(file) });
  await page.locator('.row-open').getByText('Translate').waitFor();
  await page.keyboard.press('Escape');
  await composer(page).fill('/tr');
  await page.getByRole('option', { name: /Translate/ }).waitFor();
  await composer(page).press('Enter');
  await page.getByRole('dialog').getByLabel('language').fill('French');
  await page.getByRole('dialog').getByLabel('what').fill('Good night');
  await page.getByRole('button', { name: 'Put into the message' }).click();
  assert.equal(await composer(page).inputValue(), 'Into French: Good night');
  assert.equal(v.site.calls.some(({ path }) => path === 'chat/completions'), false, 'nothing goes out by itself');
  await v.close();
});

test('a question goes alone or with all that follows, and says how many messages that is', async () => {
  const v = await visit();
  const { page } = v;
  await exchange(v, 'one', 1);
  await exchange(v, 'two', 2);
  await exchange(v, 'three', 3);
  const ask = async () => {
    await page.locator('.message-user').nth(1).getByRole('button', { name: 'More' }).click();
    await page.locator('.menu').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByText('This deletes 4 messages').waitFor();
  };
  await ask();
  await page.getByRole('button', { name: 'Only this question and its answer' }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('.bubble')].map((e) => e.textContent).join() === 'one,three');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('.bubble')].map((e) => e.textContent).join() === 'one,two,three');
  await ask();
  await page.getByRole('button', { name: 'Delete all 4 messages' }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('.bubble')].map((e) => e.textContent).join() === 'one');
  await v.close();
});

test('a new question goes to the top of the view, and nothing stands between it and its answer', async () => {
  const v = await visit();
  const { page } = v;
  await exchange(v, 'one', 1);
  await exchange(v, 'two', 2);
  await page.waitForTimeout(200);
  const [view, question, answer] = await Promise.all([page.locator('.thread').boundingBox(), page.locator('.bubble').last().boundingBox(), page.locator('.answer').last().boundingBox()]);
  assert.ok(view && question && answer);
  assert.ok(question.y - view.y < 40, `${question.y - view.y} px below the edge`);
  assert.ok(answer.y - (question.y + question.height) < 40, `a gap of ${answer.y - (question.y + question.height)} px`);
  await v.close();
});

test('with fingers Enter makes a line, whatever the width', async () => {
  for (const viewport of [{ width: 390, height: 844 }, { width: 1280, height: 800 }]) {
    const v = await visit({ viewport, hasTouch: true, isMobile: true });
    await composer(v.page).fill('one');
    await composer(v.page).press('Enter');
    await composer(v.page).pressSequentially('two');
    assert.equal(await composer(v.page).inputValue(), 'one\ntwo');
    await v.page.getByRole('button', { name: 'Send' }).click();
    await v.answer('Hello').waitFor();
    await v.close();
  }
});

test('in a low window the list is a drawer, and the thread keeps half of the height', async () => {
  for (const viewport of [{ width: 844, height: 390 }, { width: 320, height: 256 }]) {
    const v = await visit({ viewport, hasTouch: true, isMobile: true });
    await exchange(v, 'Hello', 1);
    assert.equal(await v.page.locator('.sidebar').isVisible(), false);
    const box = await v.page.locator('.thread').boundingBox();
    assert.ok(box && box.height >= viewport.height / 2, `${box?.height} of ${viewport.height} px`);
    await v.page.getByRole('button', { name: 'Show the list of chats' }).click();
    await v.page.locator('.sidebar').waitFor();
    assert.equal(await v.page.locator('.scrim').isVisible(), true);
    await v.close();
  }
});

test('what "nothing is stored" means is told once, and where Export is after some turns', async () => {
  const v = await visit();
  const { page } = v;
  await page.getByText('Your chats are in this tab only.').waitFor();
  await page.getByRole('button', { name: 'Understood' }).click();
  for (const n of [1, 2, 3]) await exchange(v, `question ${n}`, n);
  await page.locator('.banner').getByText('To keep it, export it.').waitFor();
  await page.locator('.banner').getByRole('button', { name: 'Dismiss' }).click();
  await page.locator('.banner').waitFor({ state: 'detached' });
  await page.reload();
  await page.locator('.suggestions').waitFor();
  assert.equal(await page.getByText('Your chats are in this tab only.').count(), 0);
  await v.close();
});

test('lasting instructions are said before those of the chat, and kept in this browser', async () => {
  const v = await visit();
  const { page } = v;
  await page.keyboard.press('Control+,');
  await page.getByLabel('Instructions for all chats').fill('I am a gardener.');
  await page.getByLabel('Instructions for all chats').press('Tab');
  await page.keyboard.press('Escape');
  await exchange(v, 'Hello', 1);
  assert.deepEqual(v.site.calls.at(-1)?.body.messages[0], { role: 'system', content: 'I am a gardener.' });
  assert.match(await page.evaluate(() => localStorage.getItem('confab.settings') ?? ''), /gardener/);
  await v.close();
});

test('turns are headings that say who speaks', async () => {
  const v = await visit();
  await exchange(v, 'Hello', 1);
  const names = await v.page.getByRole('heading', { level: 2 }).allInnerTexts();
  assert.deepEqual(names.filter((name) => name !== ''), ['You', 'Assistant: Quick']);
  await v.close();
});
