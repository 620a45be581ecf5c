// SPDX-License-Identifier: MIT
// What can be done with an answer that has come, and the keys around it, in a real browser.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, visit } from './ui-harness.js';

after(closeBrowser);

/** @param {import('./ui-harness.js').Visit} v @param {string} [text] */
async function exchange(v, text = 'A question') {
  const before = await v.page.locator('.message-assistant .toolbar').count();
  await v.ask(text);
  await v.page.locator('.message-assistant .toolbar').nth(before).waitFor();
}

test('a model that refuses is told from one that answers, and its words are shown', async () => {
  const v = await visit({ prepare: (s) => {
    s.answer = async (reply) => {
      await reply.refusal('I would rather not.');
      await reply.end('stop');
    };
  } });
  await v.ask('Do it');
  await v.page.locator('.outcome-refused').waitFor();
  await v.answer('I would rather not.').waitFor();
  await v.page.getByText('The model or its provider declined to answer this.').first().waitFor();
  assert.equal(await v.page.getByRole('button', { name: 'Try again' }).count(), 1);
  assert.equal(await v.page.getByRole('button', { name: 'Continue' }).count(), 0);
  await v.close();
});

test('an answer is told by the model\'s configured name, whatever the provider calls it', async () => {
  const v = await visit({ prepare: (s) => {
    s.answer = async (reply) => {
      reply.body.model = '/srv/models/quick-7b.gguf';
      await reply.text('Hello.');
      await reply.end();
    };
  } });
  await exchange(v);
  assert.equal(await v.page.locator('.message-model').innerText(), 'Quick');
  assert.doesNotMatch(await v.page.locator('body').innerText(), /gguf/);
  await v.close();
});

test('an answer is rewritten as a version beside it, and sent so', async () => {
  const v = await visit();
  await exchange(v);
  await v.page.locator('.message-assistant').getByRole('button', { name: 'More' }).click();
  await v.page.getByRole('button', { name: 'Edit this answer' }).click();
  const field = v.page.getByRole('textbox', { name: 'Edited text' });
  assert.ok(await field.evaluate((e) => e === document.activeElement));
  assert.equal(await field.inputValue(), 'Hello, world.');
  await field.press('Enter');
  assert.equal(await field.count(), 1, 'Enter is a line of the answer');
  await field.press('Escape');
  await field.waitFor({ state: 'detached' });
  await v.answer('Hello, world.').waitFor();
  await v.page.locator('.message-assistant').getByRole('button', { name: 'More' }).click();
  await v.page.getByRole('button', { name: 'Edit this answer' }).click();
  await field.fill('Hello, **moon**.');
  await v.page.getByRole('button', { name: 'Save', exact: true }).click();
  await v.answer('Hello, moon.').waitFor();
  await v.page.getByText('2 / 2').waitFor();
  await exchange(v, 'Next');
  assert.deepEqual(v.site.calls.at(-1)?.body.messages.map((/** @type {any} */ m) => m.content),
    ['A question', 'Hello, **moon**.', 'Next']);
  await v.page.getByRole('button', { name: 'Earlier version' }).first().click();
  await v.answer('Hello, world.').waitFor();
  await v.close();
});

test('long lines of code are wrapped by a setting, at once and from then on', async () => {
  const v = await visit({ prepare: (s) => {
    s.answer = async (reply) => {
      await reply.text(`\`\`\`js\n${'x = 1; '.repeat(60)}\n\`\`\`\n`);
      await reply.end();
    };
  } });
  await exchange(v);
  const wide = () => v.page.locator('.md-code pre').evaluateAll((all) => all.map((pre) => pre.scrollWidth > pre.clientWidth + 1));
  assert.deepEqual(await wide(), [true]);
  await v.page.keyboard.press('Control+,');
  await v.page.getByLabel('Wrap long lines of code').check();
  await v.page.keyboard.press('Escape');
  await v.page.locator('.is-wrapped').waitFor();
  assert.deepEqual(await wide(), [false]);
  await exchange(v, 'Again');
  assert.deepEqual(await wide(), [false, false]);
  const wrap = v.page.getByRole('button', { name: 'Wrap lines' }).last();
  assert.equal(await wrap.getAttribute('aria-pressed'), 'true');
  await wrap.click();
  assert.deepEqual(await wide(), [false, true], 'each block can still be told otherwise');
  await v.close();
});

test('keys lead from message to message and back to the composer', async () => {
  const v = await visit();
  await exchange(v, 'First');
  await exchange(v, 'Second');
  const here = () => v.page.evaluate(() => {
    const e = document.activeElement;
    return e?.classList.contains('message') ? `${e.getAttribute('aria-label')}: ${e.querySelector('.bubble, .answer')?.textContent}` : e?.id;
  });
  const walk = async (/** @type {string} */ key) => {
    await v.page.keyboard.press(key);
    return here();
  };
  await v.page.getByRole('textbox', { name: 'Message' }).focus();
  assert.equal(await walk('Alt+ArrowUp'), 'Assistant: Quick: Hello, world.');
  assert.equal(await walk('Alt+ArrowUp'), 'You: Second');
  await walk('Alt+ArrowUp');
  assert.equal(await walk('Alt+ArrowUp'), 'You: First');
  assert.equal(await walk('Alt+ArrowUp'), 'You: First', 'there is nothing before it');
  for (let i = 0; i < 3; i += 1) await walk('Alt+ArrowDown');
  assert.equal(await here(), 'Assistant: Quick: Hello, world.');
  assert.equal(await walk('Alt+ArrowDown'), 'message', 'the composer');
  assert.equal(await v.page.locator('.edit-form').count(), 0);
  await v.close();
});

test('Esc closes what is open, and only then stops', async () => {
  const v = await visit({ prepare: (s) => { s.answer = (r) => r.text('Half').then(() => r.gone); } });
  const { page } = v;
  await v.ask('Hello');
  await v.answer('Half').waitFor();
  const stopped = () => page.locator('.outcome-stopped').count();
  // Faster than a frame: what was typed has not been drawn yet.
  await page.getByRole('searchbox').evaluate((field) => {
    const input = /** @type {HTMLInputElement} */ (field);
    input.focus();
    input.value = 'zebra';
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
  });
  await page.waitForTimeout(100);
  assert.equal(await page.getByRole('searchbox').inputValue(), '');
  assert.equal(await stopped(), 0, 'the search');
  await page.locator('.model-select').focus();
  await page.keyboard.press('Space');
  await page.locator('.model-panel').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.model-panel').waitFor({ state: 'hidden' });
  assert.equal(await stopped(), 0, 'the choice of models');
  await page.keyboard.press('Escape');
  await page.locator('.outcome-stopped').waitFor();
  await v.close();
});

test('titles as long as they may be leave dialogs as wide as they are', async () => {
  const v = await visit({ viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });
  await exchange(v, 'A rather long title of a chat that does not fit into one line of a small window');
  await v.page.getByRole('button', { name: 'Show the list of chats' }).click();
  await v.page.getByRole('button', { name: /^Memory/ }).click();
  await v.page.locator('dialog[open] .row').waitFor();
  assert.ok(await v.page.locator('.dialog-body').last().evaluate((body) => body.scrollWidth <= body.clientWidth));
  await v.close();
});

test('with a finger, nothing that has a place of its own is smaller than 44 px', async () => {
  const v = await visit({
    viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true,
    prepare: (s) => {
      s.answer = async (reply) => {
        await reply.think('Hm.');
        await reply.text('```js\nlet a;\n```\n');
        await reply.end('length');
      };
    },
  });
  await exchange(v);
  await v.page.locator('.message-assistant').getByRole('button', { name: 'More' }).click();
  assert.equal(await v.page.locator('.message-assistant').getByRole('button', { name: 'Ask again' }).isVisible(), false, 'one menu holds it');
  await v.page.locator('.menu').getByRole('button', { name: 'Ask again' }).click();
  await v.page.getByText('2 / 2').waitFor();
  await v.page.locator('.composer input[type=file]').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
  await v.page.locator('.attachment').waitFor();
  const small = () => v.page.evaluate(() => [...document.querySelectorAll('button, select, summary, input:not([type="radio"], [type="file"]), .choice')]
    .filter((e) => e.checkVisibility() && !e.closest('[inert]') && !e.closest('.check'))
    .map((e) => ({ name: e.getAttribute('aria-label') ?? e.textContent?.trim(), box: e.getBoundingClientRect() }))
    .filter(({ box }) => Math.round(box.width) < 44 || Math.round(box.height) < 44)
    .map(({ name, box }) => `${name}: ${Math.round(box.width)} x ${Math.round(box.height)}`));
  assert.deepEqual(await small(), [], 'the thread');
  await v.page.getByRole('button', { name: 'Menu' }).click();
  assert.deepEqual(await small(), [], 'a menu');
  await v.page.getByRole('button', { name: 'Settings' }).click();
  await v.page.locator('dialog[open]').waitFor();
  assert.deepEqual(await small(), [], 'the settings');
  await v.close();
});
