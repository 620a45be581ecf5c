// SPDX-License-Identifier: MIT
// A conversation on the page: signing in, asking, reading, stopping, asking again, and what is kept when things break.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, door, pickModel, visit } from './ui-harness.js';

after(closeBrowser);

const composer = (/** @type {import('playwright-core').Page} */ page) => page.getByRole('textbox', { name: 'Message' });
const thread = (/** @type {import('playwright-core').Page} */ page) => page.getByRole('log', { name: 'Conversation' });

test('signing in, and the first answer', async () => {
  const { page, site, incidents, ask, answer, close } = await visit({ session: 'out', settings: { showStats: true } });
  await page.getByLabel('User name').fill('alice');
  await page.getByLabel('Password').fill('secret');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: /alice/ }).waitFor();
  await ask('How are you?');
  await answer('Hello, world.').waitFor();
  await page.getByRole('article', { name: 'You' }).filter({ hasText: 'How are you?' }).waitFor();
  assert.equal(await composer(page).inputValue(), '');
  assert.equal(await page.getByRole('log', { name: 'Conversation' }).count(), 1);
  assert.match(await page.locator('.live').innerText(), /complete/);
  await page.locator('.stats').getByText('42 tokens', { exact: true }).waitFor();
  const sent = site.calls.find((call) => call.path === 'chat/completions');
  assert.deepEqual(sent?.body.messages, [{ role: 'user', content: 'How are you?' }]);
  assert.deepEqual(incidents, []);
  await close();
});

test('a wrong password says so and can be typed again', async () => {
  const { page, close } = await visit({ session: 'out' });
  await page.getByLabel('User name').fill('alice');
  await page.getByLabel('Password').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('User name or password is wrong.').waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'password');
  await page.keyboard.type('secret');
  await page.keyboard.press('Enter');
  await composer(page).waitFor();
  await close();
});

test('a throttled sign-in counts down', async () => {
  const { page, site, close } = await visit({ session: 'out', prepare: (s) => { s.loginFails = { status: 429, code: 'too_many_attempts', headers: { 'retry-after': '2' } }; } });
  await page.getByLabel('User name').fill('alice');
  await page.getByLabel('Password').fill('secret');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText(/Try again in/).waitFor();
  const before = site.calls.length;
  await page.getByRole('button', { name: 'Sign in' }).click({ force: true });
  assert.equal(site.calls.length, before, 'nothing is sent while it counts');
  site.loginFails = null;
  await page.locator('.login-form .button-primary[aria-disabled="false"]').waitFor();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await composer(page).waitFor();
  await close();
});

test('a password can be seen', async () => {
  const { page, close } = await visit({ session: 'out' });
  await page.getByLabel('Password').fill('secret');
  const typed = (/** @type {string} */ type) => page.locator(`input[autocomplete="current-password"][type=${type}]`);
  await page.getByRole('button', { name: 'Show' }).click();
  await typed('text').waitFor();
  await page.getByRole('button', { name: 'Hide' }).click();
  await typed('password').waitFor();
  await close();
});

test('each state before the answer can be told apart, and Stop is where Send was', async () => {
  const steps = [door(), door(), door(), door()];
  const { page, site, ask, close } = await visit({
    prepare: (s) => {
      s.answer = async (reply) => {
        await steps[0]?.promise;
        await reply.open();
        await steps[1]?.promise;
        await reply.think('Let me see.');
        await steps[2]?.promise;
        await reply.text('It is so.');
        await steps[3]?.promise;
        await reply.end();
      };
    },
  });
  const place = await page.getByRole('button', { name: 'Send' }).boundingBox();
  await ask('Why?');
  await page.getByText('Connecting…').waitFor();
  assert.deepEqual(await page.getByRole('button', { name: 'Stop' }).boundingBox(), place);
  steps[0]?.open();
  await page.getByText(/Waiting for the model/).waitFor();
  steps[1]?.open();
  await page.getByText(/Thinking…/).waitFor();
  assert.equal(await page.getByText('Let me see.').isVisible(), false, 'thoughts are folded away');
  await page.locator('summary').click();
  await page.getByText('Let me see.').waitFor();
  steps[2]?.open();
  await page.getByText('It is so.').waitFor();
  await page.getByText(/^Thought/).waitFor();
  steps[3]?.open();
  await page.getByRole('button', { name: 'Send' }).waitFor();
  assert.equal(site.stops.length, 0);
  await close();
});

test('Esc stops, before the first token too, and what came stays', async () => {
  const { page, site, ask, answer, close } = await visit({
    prepare: (s) => {
      s.answer = async (reply) => {
        if (reply.body.messages.length > 1) await reply.text('Half an');
        await reply.gone;
      };
    },
  });
  await ask('One');
  await page.getByText('Connecting…').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('You stopped this before an answer came.').waitFor();
  await ask('Two');
  await answer('Half an').waitFor();
  await page.keyboard.press('Escape');
  await answer('You stopped this answer.').waitFor();
  await answer('Half an').getByRole('button', { name: 'Continue' }).waitFor();
  await answer('Half an').getByRole('button', { name: 'Try again' }).waitFor();
  assert.ok(site.stops.length >= 1);
  await close();
});

test('a double click on Send does not stop what it sent', async () => {
  const { page, site, answer, close } = await visit({ prepare: (s) => { s.answer = async (reply) => { await reply.text('Still here'); await reply.gone; }; } });
  await composer(page).fill('Hello');
  await page.getByRole('button', { name: 'Send' }).dblclick();
  await answer('Still here').waitFor();
  assert.deepEqual(site.stops, []);
  await close();
});

test('what is sent while an answer is under way waits for its end, and can be had back', async () => {
  const ends = door();
  const v = await visit({ prepare: (s) => { s.answer = async (reply) => { await reply.text('On and on'); await ends.promise; await reply.end(); }; } });
  const { page, site } = v;
  await v.ask('Hello');
  await v.answer('On and on').waitFor();
  const queued = page.locator('.queued');
  await composer(page).fill('にほん');
  await composer(page).evaluate((field) => {
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, isComposing: true }));
  });
  await page.waitForTimeout(100);
  assert.equal(await queued.count(), 0, 'the end of a composition is no wish to send');
  await composer(page).fill('And then?');
  await composer(page).press('Enter');
  await queued.getByText('And then?').waitFor();
  assert.match(await page.locator('.live').innerText(), /when the answer is complete/);
  assert.equal(await composer(page).inputValue(), '');
  await page.getByRole('button', { name: 'Edit the waiting message' }).click();
  assert.equal(await composer(page).inputValue(), 'And then?');
  assert.equal(await queued.count(), 0);
  await composer(page).press('Enter');
  await composer(page).fill('Being written');
  assert.equal(site.calls.filter(({ path }) => path === 'chat/completions').length, 1);
  ends.open();
  await thread(page).getByText('And then?').waitFor();
  assert.equal(await composer(page).inputValue(), 'Being written');
  await page.waitForFunction(() => document.querySelectorAll('.message-assistant .tools').length === 2);
  assert.equal(site.calls.filter(({ path }) => path === 'chat/completions').at(-1)?.body.messages.at(-1).content, 'And then?');
  await v.close();
});

test('a stop gives back what waited', async () => {
  const v = await visit({ prepare: (s) => { s.answer = async (reply) => { await reply.text('On and on'); await reply.gone; }; } });
  await v.ask('Hello');
  await v.answer('On and on').waitFor();
  await composer(v.page).fill('And then?');
  await composer(v.page).press('Enter');
  await v.page.locator('.queued').waitFor();
  await v.page.keyboard.press('Escape');
  await v.page.locator('.queued').waitFor({ state: 'detached' });
  assert.equal(await composer(v.page).inputValue(), 'And then?');
  assert.equal(v.site.stops.length, 1);
  await v.close();
});

test('an answer that breaks off keeps what came, says why, and can be asked again', async () => {
  let times = 0;
  const { page, ask, answer, close } = await visit({
    prepare: (s) => {
      s.answer = async (reply) => {
        times += 1;
        if (times > 1) return reply.text('All is well').then(() => reply.end());
        await reply.text('The first half');
        await reply.fail('upstream_error', 'The engine <b>overheated</b>');
      };
    },
  });
  await ask('Tell me');
  const broken = answer('The first half');
  await broken.getByText('The answer broke off. What had arrived is kept.').waitFor();
  await broken.getByText('Details').click();
  await broken.getByText('The engine <b>overheated</b>').waitFor();
  await broken.getByRole('button', { name: 'Try again' }).click();
  await answer('All is well').waitFor();
  await page.getByText('2 / 2').waitFor();
  await page.getByRole('button', { name: 'Earlier version' }).click();
  await answer('The first half').waitFor();
  await close();
});

test('a refusal before the first token says what it is and counts down', async () => {
  const { page, ask, close } = await visit({ prepare: (s) => { s.answer = (reply) => reply.refuse(429, 'upstream_rate_limited', { 'retry-after': '30' }, 'Slow down'); } });
  await ask('Hello');
  await page.getByText('No answer came.').waitFor();
  await thread(page).getByText('The provider is receiving too many requests.').waitFor();
  await page.getByRole('button', { name: /Try again in/ }).waitFor();
  await close();
});

test('the ends of an answer can be told apart', async () => {
  const { page, ask, close } = await visit({
    prepare: (s) => {
      s.answer = async (reply) => {
        const finish = reply.body.messages.at(-1).content;
        await reply.text('Some text');
        if (finish === 'drop') reply.drop();
        else await reply.end(finish);
      };
    },
  });
  await ask('length');
  await thread(page).getByText('The answer reached the length limit and was cut.').waitFor();
  await ask('content_filter');
  await thread(page).getByText('The model or its provider declined to answer this.').waitFor();
  await ask('drop');
  await thread(page).getByText('The answer was interrupted.').waitFor({ timeout: 20000 });
  const looks = await page.locator('.outcome').evaluateAll((all) => all.map((e) => getComputedStyle(e).borderColor + getComputedStyle(e).borderStyle + getComputedStyle(e).backgroundColor));
  assert.equal(new Set(looks).size, 3);
  await close();
});

test('a session that ends asks for the password in place, and then sends what waited', async () => {
  const { page, site, ask, answer, close } = await visit();
  await ask('Before');
  await answer('Hello, world.').waitFor();
  site.session = 'out';
  await ask('After');
  const dialog = page.getByRole('dialog', { name: 'Please sign in again' });
  await dialog.waitFor();
  assert.equal(await dialog.getByLabel('User name').inputValue(), 'alice');
  await page.keyboard.press('Escape');
  assert.ok(await dialog.isVisible(), 'it cannot be passed by');
  await dialog.getByLabel('Password').fill('secret');
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.message-assistant').length === 2 && document.querySelectorAll('.message-assistant .toolbar').length === 2);
  assert.equal(await page.getByRole('article', { name: 'You' }).count(), 2);
  await close();
});

test('editing a question makes a version beside it; arrows lead back', async () => {
  const { page, ask, close } = await visit({ prepare: (s) => { s.answer = async (reply) => { await reply.text(`Echo ${reply.body.messages.at(-1).content}`); await reply.end(); }; } });
  await ask('first');
  await thread(page).getByText('Echo first').waitFor();
  await composer(page).press('ArrowUp');
  const edited = page.getByRole('textbox', { name: 'Edited text' });
  await edited.waitFor();
  assert.equal(await edited.inputValue(), 'first');
  await edited.fill('sec');
  await edited.press('Escape');
  await edited.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  assert.equal(await edited.inputValue(), 'sec', 'what was written is not lost by Escape');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  assert.equal(await edited.inputValue(), 'first', 'Cancel gives it up');
  await edited.fill('second');
  await edited.press('Enter');
  await thread(page).getByText('Echo second').waitFor();
  await page.getByText('2 / 2').waitFor();
  await page.getByRole('button', { name: 'Earlier version' }).click();
  await thread(page).getByText('Echo first').waitFor();
  await page.getByText('1 / 2').waitFor();
  await close();
});

test('a question that is edited while its answer comes stops that answer', async () => {
  const { page, site, ask, close } = await visit({ prepare: (s) => {
    s.answer = async (reply) => {
      await reply.text(`Echo ${reply.body.messages.at(-1).content}`);
      if (reply.body.messages.at(-1).content === 'first') await reply.gone;
      else await reply.end();
    };
  } });
  await ask('first');
  await thread(page).getByText('Echo first').waitFor();
  await page.getByRole('button', { name: 'Edit' }).click();
  const edited = page.getByRole('textbox', { name: 'Edited text' });
  await edited.fill('second');
  await edited.press('Enter');
  await thread(page).getByText('Echo second').waitFor();
  await page.getByRole('button', { name: 'Send' }).waitFor();
  assert.equal(site.stops.length, 1);
  await page.getByRole('button', { name: 'Earlier version' }).click();
  await thread(page).getByText('Echo first').waitFor();
  await page.locator('.outcome-stopped').waitFor();
  await close();
});

test('a question that is edited stays in view', async () => {
  const v = await visit({ viewport: { width: 800, height: 500 }, prepare: (s) => { s.answer = async (reply) => { await reply.text('A long line of an answer.\n\n'.repeat(40)); await reply.end(); }; } });
  await v.ask('The question');
  await v.page.locator('.message-assistant .toolbar').waitFor();
  await composer(v.page).press('ArrowUp');
  const field = v.page.getByRole('textbox', { name: 'Edited text' });
  await field.waitFor();
  await v.page.waitForTimeout(300);
  const [box, view] = await Promise.all([field.boundingBox(), v.page.locator('.thread').boundingBox()]);
  assert.ok(box && view && box.y >= view.y && box.y + box.height <= view.y + view.height, JSON.stringify([box, view]));
  await v.close();
});

test('asking again, also with another model', async () => {
  const { page, site, ask, answer, close } = await visit({ prepare: (s) => { s.answer = async (reply) => { await reply.text(`I am ${reply.body.model}`); await reply.end(); }; } });
  await ask('Who?');
  await answer('I am quick').getByRole('button', { name: 'More' }).click();
  await page.getByRole('button', { name: 'Ask another model' }).click();
  await page.locator('.model-panel [data-model="seeing"]').click();
  await answer('I am seeing').waitFor();
  await page.getByText('2 / 2').waitFor();
  await answer('I am seeing').getByRole('button', { name: 'Ask again' }).click();
  await page.getByText('3 / 3').waitFor();
  assert.equal(site.calls.filter((call) => call.path === 'chat/completions').length, 3);
  await close();
});

test('deleting a message can be undone', async () => {
  const { page, ask, answer, close } = await visit();
  await ask('Keep me');
  await answer('Hello').waitFor();
  await page.getByRole('article', { name: 'You' }).getByRole('button', { name: 'More' }).click();
  await page.locator('.menu').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('2 messages were deleted.').waitFor();
  assert.equal(await page.getByRole('article').count(), 0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await answer('Hello').waitFor();
  await close();
});

test('copying puts the source on the clipboard', async () => {
  const { page, ask, answer, close } = await visit({ permissions: ['clipboard-read', 'clipboard-write'], prepare: (s) => { s.answer = async (reply) => { await reply.text('**bold**'); await reply.end(); }; } });
  await ask('Hi');
  await answer('bold').getByRole('button', { name: 'Copy' }).click();
  await page.waitForFunction(async () => (await navigator.clipboard.readText()) === '**bold**');
  await close();
});

test('parameters and instructions are sent only when they are set', async () => {
  const { page, site, ask, answer, close } = await visit();
  await ask('One');
  await answer('Hello').waitFor();
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Instructions and parameters' }).click();
  const dialog = page.getByRole('dialog', { name: 'Instructions and parameters' });
  await dialog.getByRole('textbox', { name: 'Instructions' }).fill('Be brief.');
  await dialog.getByText('Advanced').click();
  await dialog.getByLabel('Temperature').fill('0,5');
  await dialog.getByLabel('Top P').fill('7');
  await dialog.getByLabel('Top P').press('Tab');
  await dialog.getByText('A number from 0 to 1.').waitFor();
  await page.keyboard.press('Escape');
  await ask('Two');
  await page.waitForFunction(() => document.querySelectorAll('.message-assistant .toolbar').length === 2);
  const [first, second] = site.calls.filter((call) => call.path === 'chat/completions').map((call) => call.body);
  assert.equal('temperature' in first, false);
  assert.equal(first.messages[0].role, 'user');
  assert.equal(second.temperature, 0.5);
  assert.equal('top_p' in second, false);
  assert.deepEqual(second.messages[0], { role: 'system', content: 'Be brief.' });
  await close();
});

test('messages that no longer fit stand above a line', async () => {
  const { page, ask, answer, close } = await visit({ prepare: (s) => { s.answer = async (reply) => { await reply.text('word '.repeat(100)); await reply.end(); }; } });
  await pickModel(page, 'tiny');
  for (const question of ['one', 'two', 'three']) {
    await ask(question);
    await page.waitForFunction((n) => document.querySelectorAll('.message-assistant .toolbar').length === n, ['one', 'two', 'three'].indexOf(question) + 1);
  }
  await page.getByText(/no longer sent/).waitFor();
  assert.ok(await answer('word').first().evaluate((e) => e.hasAttribute('data-unsent')));
  assert.ok(Number(await page.getByRole('meter', { name: 'Context used' }).getAttribute('aria-valuenow')) > 0);
  await close();
});

test('the keyboard keeps its place when what had the focus goes away', async () => {
  /** What the next answer waits for: one that comes at once may leave the button where it is. */
  let begin = Promise.resolve();
  const v = await visit({ prepare: (site) => {
    site.answer = async (reply) => { await begin; await reply.text('Half'); await reply.end('length'); };
  } });
  const { page } = v;
  /**
   * Presses a button and waits until the focus is where it should be.
   * @param {import('playwright-core').Locator} button @param {...string} places  its id, name or class
   */
  const press = async (button, ...places) => {
    await button.press('Enter');
    await focusOn(...places);
  };
  /** @param {string[]} places */
  const focusOn = (...places) => page.waitForFunction((wanted) => {
    const there = /** @type {Element} */ (document.activeElement);
    return wanted.includes(there.id || there.getAttribute('aria-label') || there.classList[0]);
  }, places);
  /** Presses what asks for an answer. @param {import('playwright-core').Locator} button */
  const pressAsking = async (button) => {
    let open = () => {};
    begin = new Promise((resolve) => { open = resolve; });
    await press(button, 'message');
    open();
  };
  await v.ask('Question');
  await pressAsking(page.getByRole('button', { name: 'Continue' }));
  await pressAsking(page.getByRole('button', { name: 'Try again' }));
  await pressAsking(page.locator('.message-assistant').getByRole('button', { name: 'Ask again' }));
  const arrow = page.locator('.message-assistant .branch button').first();
  const name = await arrow.getAttribute('aria-label');
  await arrow.press('Enter');
  // It has the focus already: only where the other version is shown is it the one there.
  await page.locator('.branch').getByText('2 / 3').waitFor();
  await focusOn(String(name));
  await page.keyboard.press('Enter');
  await page.locator('.branch').getByText('1 / 3').waitFor();
  await page.locator('.message-user').getByRole('button', { name: 'More' }).click();
  await press(page.locator('.menu').getByRole('button', { name: 'Delete' }), 'message');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.locator('.chat-item[data-active] .icon-button').click();
  await press(page.locator('.menu').getByRole('button', { name: 'Delete' }), 'chat-link', 'message');
  await v.close();
});
