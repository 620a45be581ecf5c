// SPDX-License-Identifier: MIT
// The page around the conversation: the list of chats, writing, files, settings, keyboard, scrolling, size and speed.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { addMessage, createConversation, createMessage } from '../../static/core/conversation.js';
import { exportText } from '../../static/core/exporting.js';
import { partsOf } from '../../static/core/parts.js';
import { closeBrowser, door, pickModel, visit } from './ui-harness.js';

after(closeBrowser);

/** @typedef {import('playwright-core').Page} Page */

const composer = (/** @type {Page} */ page) => page.getByRole('textbox', { name: 'Message' });
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** @param {import('./ui-harness.js').Visit} v @param {string} text */
async function exchange(v, text) {
  const before = await v.page.locator('.message-assistant').count();
  await v.ask(text);
  await v.page.locator('.message-assistant .toolbar').nth(before).waitFor();
}

const LONG = `${'x'.repeat(600)}

\`\`\`sh
${'echo a very long line of code; '.repeat(30)}
\`\`\`

| ${'wide | '.repeat(30)}
|${'---|'.repeat(30)}
| ${'cell | '.repeat(30)}

https://example.org/${'path/'.repeat(60)}
`;

for (const width of [320, 390, 768, 1280]) {
  test(`nothing is wider than a window of ${width} px`, async () => {
    const v = await visit({ viewport: { width, height: 700 }, prepare: (s) => { s.answer = (r) => r.text(LONG).then(() => r.end()); } });
    await exchange(v, `A word: ${'y'.repeat(500)}`);
    await v.page.locator('.md-code').waitFor();
    const sizes = await v.page.evaluate(() => ({
      page: document.scrollingElement?.scrollWidth ?? 0,
      wide: [...document.querySelectorAll('.topbar, .composer, .thread, .message, .md-code, .md-table, .bubble')]
        .filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.className),
      thread: (() => {
        const t = /** @type {HTMLElement} */ (document.querySelector('.thread'));
        return t.scrollWidth - t.clientWidth;
      })(),
    }));
    assert.ok(sizes.page <= width, `page ${sizes.page}`);
    assert.deepEqual(sizes.wide, []);
    assert.ok(sizes.thread <= 0, `thread ${sizes.thread}`);
    await v.close();
  });
}

test('targets are large enough for fingers', async () => {
  const v = await visit(PHONE);
  await exchange(v, 'Hello');
  const small = await v.page.evaluate(() => [...document.querySelectorAll('button, select, textarea, summary, a[href]')]
    .filter((e) => e.checkVisibility() && !e.matches('.skip'))
    .map((e) => ({ name: e.getAttribute('aria-label') ?? e.textContent, box: e.getBoundingClientRect() }))
    .filter(({ box }) => box.width < 24 || box.height < 24).map(({ name }) => name));
  assert.deepEqual(small, []);
  await v.close();
});

test('chats side by side: each keeps its draft, search finds what was said, delete can be undone', async () => {
  const v = await visit();
  const { page } = v;
  await exchange(v, 'About herons');
  await composer(page).fill('half a thought');
  await page.getByRole('button', { name: 'New chat' }).first().click();
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector('.composer-field')).value === '');
  await exchange(v, 'About otters');
  await page.getByRole('button', { name: 'About herons', exact: true }).click();
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector('.composer-field')).value === 'half a thought');
  await page.getByRole('searchbox').fill('OTTER');
  await page.getByRole('button', { name: 'About herons', exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('searchbox').press('Escape');
  await page.getByRole('button', { name: 'Options for About herons' }).click();
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByLabel('Title').fill('Herons and egrets');
  await page.getByLabel('Title').press('Enter');
  await page.getByRole('button', { name: 'Options for Herons and egrets' }).click();
  await page.locator('.menu').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Herons and egrets', exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Herons and egrets', exact: true }).waitFor();
  await v.close();
});

test('answers run in several chats at once', async () => {
  const gate = door();
  const v = await visit({ prepare: (s) => { s.answer = async (r) => { await r.text(`For ${r.body.messages.at(-1).content}`); await gate.promise; await r.end(); }; } });
  await v.ask('one');
  await v.answer('For one').waitFor();
  await v.page.getByRole('button', { name: 'New chat' }).first().click();
  await v.ask('two');
  await v.answer('For two').waitFor();
  assert.equal(await v.page.locator('.chat-item .pulse').count(), 2);
  gate.open();
  await v.page.waitForFunction(() => document.querySelectorAll('.chat-item .pulse:not(.pulse-still)').length === 0);
  const one = v.page.locator('.chat-link', { hasText: 'one' });
  await one.getByText('new answer').waitFor();
  assert.equal(await v.page.locator('.pulse-still').count(), 1, 'the one that is shown has been seen');
  await one.click();
  await one.getByText('new answer').waitFor({ state: 'detached' });
  await v.close();
});

test('Enter while a word is being composed never sends', async () => {
  const v = await visit();
  await composer(v.page).fill('にほん');
  for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
    await composer(v.page).evaluate((field, how) => {
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...how }));
    }, init);
  }
  await v.page.waitForTimeout(100);
  assert.equal(await v.page.getByRole('article').count(), 0);
  await composer(v.page).press('Shift+Enter');
  assert.equal(await composer(v.page).inputValue(), 'にほん\n');
  await composer(v.page).press('Enter');
  await v.page.getByRole('article', { name: 'You' }).waitFor();
  await v.close();
});

test('the send key is a setting, kept over a reload; what was said is not', async () => {
  const v = await visit();
  const { page } = v;
  await exchange(v, 'A secret of mine');
  await page.keyboard.press('Control+,');
  await page.getByRole('radio', { name: 'Ctrl+Enter' }).check();
  await page.getByRole('radio', { name: 'Dark' }).check();
  await page.keyboard.press('Escape');
  page.on('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await composer(page).waitFor();
  assert.equal(await page.getByRole('article').count(), 0);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  const kept = await page.evaluate(async () => JSON.stringify([
    { ...localStorage }, { ...sessionStorage }, history.state, await caches.keys(), await indexedDB.databases(), document.cookie,
  ]));
  await exchange(v, 'A secret of mine');
  // Titles and addresses go into the browser's history, and that to the disk.
  assert.equal(await page.title(), 'confab');
  assert.equal(new URL(page.url()).href, `${v.site.origin}/`);
  await page.getByRole('button', { name: 'New chat' }).first().click();
  await page.getByRole('heading', { name: /alice/ }).waitFor();
  assert.doesNotMatch(kept, /secret of mine|Hello, world/);
  await composer(page).fill('one');
  await composer(page).press('Enter');
  assert.equal(await composer(page).inputValue(), 'one\n');
  await composer(page).press('Control+Enter');
  await page.getByRole('article', { name: 'You' }).waitFor();
  await v.close();
});

test('files: text is taken, images where the model sees, all else is refused with a reason', async () => {
  const v = await visit();
  const { page } = v;
  const input = page.locator('.composer input[type=file]');
  const png = Buffer.from(await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 3000;
    canvas.height = 1500;
    canvas.getContext('2d')?.fillRect(10, 10, 400, 300);
    return canvas.toDataURL('image/png').split(',')[1] ?? '';
  }), 'base64');
  const image = { name: 'photo.png', mimeType: 'image/png', buffer: png };
  await input.setInputFiles(image);
  await page.getByText('Quick does not take images.').waitFor();
  await input.setInputFiles({ name: 'song.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from([0xff, 0xfb, 0x90, 0]) });
  await page.getByText('The chosen model does not take song.mp3: it is sound or a film.').waitFor();
  await pickModel(page, 'seeing');
  await input.setInputFiles([image, { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('some notes') }]);
  await page.getByRole('button', { name: 'Remove notes.txt' }).waitFor();
  const size = await page.locator('.attachment img').evaluate((img) => [/** @type {HTMLImageElement} */ (img).naturalWidth, /** @type {HTMLImageElement} */ (img).naturalHeight]);
  assert.ok(Math.max(...size) <= 1568 && Math.max(...size) > 500, `scaled to ${size}`);
  await exchange(v, 'What is this?');
  const { content } = v.site.calls.find((call) => call.path === 'chat/completions')?.body.messages.at(-1) ?? {};
  const text = JSON.stringify(content);
  assert.match(text, /some notes/);
  assert.match(text, /"image_url":\{"url":"data:image\//);
  await v.close();
});

test('an image of a message opens large, by key or finger, and the focus comes back', async () => {
  for (const phone of [false, true]) {
    const viewport = phone ? { width: 390, height: 844 } : { width: 1280, height: 800 };
    const v = await visit({ viewport, hasTouch: phone, isMobile: phone });
    const { page } = v;
    await pickModel(page, 'seeing');
    const png = Buffer.from(await page.evaluate(() => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 1500, height: 1200 });
      canvas.getContext('2d')?.fillRect(10, 10, 400, 300);
      return canvas.toDataURL('image/png').split(',')[1] ?? '';
    }), 'base64');
    await page.locator('.composer input[type=file]').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: png });
    await page.getByRole('button', { name: /^Remove photo/ }).waitFor();
    await exchange(v, 'What is this?');
    const button = page.getByRole('button', { name: /^Show photo.* large$/ });
    const small = await button.locator('img').boundingBox();
    if (phone) await button.tap();
    else await button.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Attached image' });
    const image = dialog.getByRole('img', { name: /^photo/ });
    await image.waitFor();
    const large = await image.boundingBox();
    assert.ok(small && large && large.width > 1.1 * small.width, `${small?.width} becomes ${large?.width}`);
    assert.ok(Math.abs(large.width / large.height - 1.25) < 0.02, 'in its own shape');
    assert.ok(large.x >= 0 && large.x + large.width <= viewport.width && large.y + large.height <= viewport.height);
    assert.equal(await dialog.evaluate((e) => [e, ...e.querySelectorAll('*')].some((one) => one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY === 'auto')), false, 'whole');
    if (phone) await dialog.getByRole('button', { name: 'Close' }).tap();
    else await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await page.locator('dialog img').count(), 0);
    assert.ok(await button.evaluate((e) => e === document.activeElement));
    assert.deepEqual(v.incidents, []);
    await v.close();
  }
});

test('the help sheet, and dialogs give the focus back', async () => {
  const v = await visit();
  const { page } = v;
  await exchange(v, 'Hello');
  await page.getByRole('log').focus();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'log');
  await page.keyboard.press('/');
  await page.waitForFunction(() => document.activeElement?.id === 'message');
  await page.keyboard.press('Control+/');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.keyboard.press('Control+Shift+O');
  await page.getByRole('heading', { name: /alice/ }).waitFor();
  await v.close();
});

test('a menu is walked with the arrows and closed with Esc', async () => {
  const v = await visit();
  const { page } = v;
  const button = page.getByRole('button', { name: 'Menu' });
  await button.press('Enter');
  const focused = (/** @type {string} */ text) =>
    page.locator('.menu button:focus', { hasText: text }).waitFor();
  await page.locator('.menu').waitFor();
  assert.equal(await button.getAttribute('aria-expanded'), 'true');
  await focused('Instructions');
  await page.keyboard.press('End');
  await focused('Sign out');
  await page.keyboard.press('ArrowDown');
  await focused('Instructions');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Menu');
  assert.equal(await button.getAttribute('aria-expanded'), 'false');
  await page.waitForTimeout(500);
  await button.click();
  await page.locator('.menu').waitFor();
  await button.click();
  await page.locator('.menu').waitFor({ state: 'hidden' });
  await button.click();
  await page.locator('.menu').waitFor();
  await v.close();
});

test('signing out leaves nothing behind', async () => {
  const v = await visit();
  await exchange(v, 'A secret of mine');
  await v.page.getByRole('button', { name: 'Menu' }).click();
  await v.page.getByRole('button', { name: 'Sign out' }).click();
  await v.page.getByRole('dialog', { name: 'Sign out' }).getByRole('button', { name: 'Sign out' }).click();
  await v.page.getByLabel('User name').waitFor();
  assert.doesNotMatch(await v.page.content(), /secret of mine/);
  await v.close();
});

test('a sign-out that would delete chats asks first, any other does not', async () => {
  const v = await visit();
  const { page } = v;
  const leave = async (/** @type {string} */ name) => {
    await page.getByRole('button', { name: 'Menu' }).click();
    if (name !== 'Sign out') await page.getByRole('button', { name: 'Account (alice)' }).click();
    await page.getByRole('button', { name, exact: true }).click();
  };
  await exchange(v, 'Worth keeping');
  for (const name of ['Sign out', 'End all my sessions']) {
    await leave(name);
    const dialog = page.getByRole('dialog', { name });
    await dialog.getByText('deletes them for good').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await page.getByText('Worth keeping', { exact: true }).count() > 0, true);
  }
  assert.equal(v.site.calls.some(({ path }) => path.endsWith('api/logout')), false);
  await v.close();
  const empty = await visit();
  await empty.page.getByRole('button', { name: 'Menu' }).click();
  await empty.page.getByRole('button', { name: 'Sign out' }).click();
  await empty.page.getByLabel('User name').waitFor();
  await empty.close();
});

test('a sign-out in another tab asks for the password over whatever is open, and loses nothing', async () => {
  const v = await visit();
  const { page } = v;
  await exchange(v, 'A secret of mine');
  await page.keyboard.press('Control+,');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  const other = await page.context().newPage();
  await other.goto(v.site.origin);
  await other.getByRole('button', { name: 'Menu' }).click();
  await other.getByRole('button', { name: 'Sign out' }).click();
  const again = page.getByRole('dialog', { name: 'Please sign in again' });
  await again.getByText('You signed out in another tab').waitFor();
  for (const hidden of ['A secret of mine', 'Hello, world.', 'Settings']) {
    assert.equal(await page.getByText(hidden).filter({ visible: true }).count(), 0, `${hidden} is not to be read`);
  }
  assert.equal(await page.locator('.live').innerText(), '');
  await again.getByLabel('Password').fill('secret');
  await again.getByRole('button', { name: 'Sign in' }).click();
  await again.waitFor({ state: 'hidden' });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Settings' }).waitFor({ state: 'hidden' });
  await exchange(v, 'Again');
  assert.equal(await page.getByRole('article', { name: 'You' }).count(), 2);
  await v.close();
});

test('an export comes back as it was', async () => {
  const v = await visit();
  const { page } = v;
  await exchange(v, 'To be kept');
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Export and import' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export as JSON' }).click()]);
  const path = await download.path();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Options for To be kept' }).click();
  await page.locator('.menu').getByRole('button', { name: 'Delete' }).click();
  await page.locator('input[accept*=json]').setInputFiles({ name: 'chat.json', mimeType: 'application/json', buffer: (await import('node:fs')).readFileSync(path) });
  await page.getByText('1 chat was imported.').waitFor();
  await page.getByRole('button', { name: 'To be kept', exact: true }).click();
  await v.answer('Hello, world.').waitFor();
  await page.locator('input[accept*=json]').setInputFiles({ name: 'bad.json', mimeType: 'application/json', buffer: Buffer.from('{') });
  await page.getByText('The file could not be imported: it is not JSON.').waitFor();
  await v.close();
});

test('the language changes at once, with its direction', async () => {
  const v = await visit();
  const { page } = v;
  await exchange(v, 'Hello');
  await page.keyboard.press('Control+,');
  await page.getByLabel('Language').selectOption('ar');
  await page.waitForFunction(() => document.documentElement.dir === 'rtl' && document.documentElement.lang === 'ar');
  await page.getByText('الإعدادات').first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('article', { name: 'المساعد' }).waitFor();
  const [list, main] = await Promise.all(['.sidebar', '.main'].map((s) => page.locator(s).boundingBox()));
  assert.ok(list && main && list.x > main.x, 'the list is at the right');
  await v.close();
});

test('words that did not come with their part are asked for again', async () => {
  const v = await visit({ locale: 'de' });
  let asked = 0;
  await v.page.route('**/i18n/later/*', (route) => {
    asked += 1;
    return asked === 1 ? route.abort() : route.continue();
  });
  await v.page.keyboard.press('Control+,');
  await v.page.locator('.toast').getByText('nicht vollständig geladen').waitFor();
  assert.equal(await v.page.locator('dialog[open]').count(), 0, 'no dialog without words');
  await v.page.keyboard.press('Control+,');
  await v.page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
  await v.close();
});

test('offline is said, and unsaid', async () => {
  const v = await visit();
  await v.page.context().setOffline(true);
  await v.page.getByText('You are offline. Answers').waitFor();
  await v.page.context().setOffline(false);
  await v.page.getByText('You are offline. Answers').waitFor({ state: 'detached' });
  await v.close();
});

test('on a phone the list is a drawer over the page', async () => {
  const v = await visit(PHONE);
  const { page } = v;
  await exchange(v, 'Hello');
  await page.getByRole('button', { name: 'Show the list of chats' }).click();
  await page.locator('.sidebar').waitFor();
  assert.ok(await page.locator('.main').evaluate((e) => /** @type {HTMLElement} */ (e).inert));
  await page.keyboard.press('Escape');
  await page.locator('.sidebar').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Show the list of chats' }).click();
  await page.getByRole('navigation').getByRole('button', { name: 'New chat' }).first().click();
  await page.locator('.sidebar').waitFor({ state: 'hidden' });
  await v.close();
});

test('the thread follows what is written until the reader scrolls', async () => {
  const gates = [door(), door()];
  const v = await visit({
    prepare: (s) => {
      s.answer = async (r) => {
        for (let i = 0; i < 60; i += 1) await r.text(`Paragraph ${i} of the answer.\n\n`);
        await gates[0]?.promise;
        for (let i = 60; i < 120; i += 1) await r.text(`Paragraph ${i} of the answer.\n\n`);
        await gates[1]?.promise;
        await r.end();
      };
    },
  });
  const { page } = v;
  const place = () => page.locator('.thread').evaluate((e) => ({ top: e.scrollTop, left: e.scrollHeight - e.clientHeight - e.scrollTop }));
  await v.ask('Much');
  await v.answer('Paragraph 59').waitFor();
  await page.waitForFunction(() => {
    const e = /** @type {HTMLElement} */ (document.querySelector('.thread'));
    return e.scrollTop > 500 && e.scrollHeight - e.clientHeight - e.scrollTop < 3;
  });
  await page.locator('.thread').hover();
  await page.mouse.wheel(0, -500);
  await page.getByRole('button', { name: 'To the latest' }).waitFor();
  await page.waitForTimeout(300);
  const before = await place();
  gates[0]?.open();
  await v.answer('Paragraph 119').waitFor();
  await page.waitForTimeout(300);
  const afterwards = await place();
  assert.ok(Math.abs(afterwards.top - before.top) < 3, `left alone: ${before.top} ${afterwards.top}`);
  assert.ok(afterwards.left > before.left + 500);
  await page.getByRole('button', { name: 'To the latest' }).click();
  await page.waitForFunction(() => {
    const e = /** @type {HTMLElement} */ (document.querySelector('.thread'));
    return e.scrollHeight - e.clientHeight - e.scrollTop < 3;
  });
  await page.getByRole('button', { name: 'To the latest' }).waitFor({ state: 'detached' });
  gates[1]?.open();
  await v.close();
});

test('assistive technology hears the start and the end, not each word', async () => {
  const gate = door();
  const v = await visit({ prepare: (s) => { s.answer = async (r) => { for (let i = 0; i < 60; i += 1) await r.text(`word${i} `); await gate.promise; await r.end(); }; } });
  await v.page.evaluate(() => {
    const heard = /** @type {string[]} */ (/** @type {any} */ (window).heard = []);
    new MutationObserver(() => heard.push(document.querySelector('.live')?.textContent ?? ''))
      .observe(/** @type {Node} */ (document.querySelector('.live')), { childList: true, characterData: true, subtree: true });
  });
  await v.ask('Hello');
  await v.answer('word59').waitFor();
  gate.open();
  await v.page.waitForFunction(() => /** @type {any} */ (window).heard.at(-1) === 'The answer is complete.');
  const heard = await v.page.evaluate(() => /** @type {any} */ (window).heard.filter(Boolean));
  assert.deepEqual(heard, ['The assistant is answering.', 'The answer is complete.']);
  assert.equal(await v.page.getByRole('log').getAttribute('aria-live'), 'off');
  v.site.answer = async (r) => { await r.text('A **short** one.'); await r.end(); };
  await v.ask('Briefly');
  await v.page.waitForFunction(() => /** @type {any} */ (window).heard.at(-1) === 'The answer is complete. A short one.');
  await v.close();
});

test('a token touches the one message it belongs to, in a thread of a thousand', async () => {
  const gates = [door(), door()];
  const v = await visit({
    prepare: (s) => {
      s.answer = async (r) => {
        await r.text('Begun.');
        await gates[0]?.promise;
        for (let i = 0; i < 50; i += 1) await r.text(` more ${i}`);
        await gates[1]?.promise;
        await r.end();
      };
    },
  });
  const { page } = v;
  await importLong(page, 1000);
  await page.waitForFunction(() => document.querySelectorAll('.message').length === 1000 && [...document.querySelectorAll('.message')].every((m) => m.childElementCount > 0), null, { timeout: 30000 });
  await v.ask('And now?');
  await v.answer('Begun.').waitFor();
  // While an answer arrives no other can be asked for: old messages are told so in idle moments.
  await page.waitForFunction(() => !document.querySelector('.message [aria-label="Ask again"]'));
  await page.evaluate(() => {
    const touched = /** @type {Set<Element>} */ (/** @type {any} */ (window).touched = new Set());
    new MutationObserver((records) => records.forEach((r) => {
      const message = (r.target instanceof Element ? r.target : r.target.parentElement)?.closest('.message');
      if (message) touched.add(message);
    })).observe(/** @type {Node} */ (document.querySelector('.messages')), { childList: true, characterData: true, subtree: true, attributes: true });
  });
  gates[0]?.open();
  await page.waitForFunction(() => document.querySelector('.turns:last-child > .message:last-of-type')?.textContent?.includes('more 49'));
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).touched.size), 1);
  gates[1]?.open();
  await v.close();
});

/**
 * A chat of that many messages, by import.
 * @param {Page} page
 * @param {number} count
 */
async function importLong(page, count) {
  let chat = createConversation({ id: 'c', now: 0 });
  for (let i = 0; i < count; i += 1) {
    chat = addMessage(chat, createMessage({
      id: `m${i}`, parentId: i === 0 ? null : `m${i - 1}`, role: i % 2 ? 'assistant' : 'user', createdAt: i,
      parts: partsOf(i % 2 ? `Answer **${i}** with some \`code\` and a few more words, to fill a line or two of the page.` : `Question ${i}`),
      ...(i % 2 ? { model: 'seeing', status: 'complete' } : {}),
    }));
  }
  await page.locator('input[accept*=json]').setInputFiles({
    name: 'long.json', mimeType: 'application/json', buffer: Buffer.from(exportText([{ ...chat, title: 'Long', model: 'seeing' }], 0)),
  });
  await page.getByText('1 chat was imported.').waitFor();
  await page.locator('.chat-link', { hasText: 'Long' }).click();
}

test('the first load is small, asks nobody else, and says nothing', async () => {
  const v = await visit({ session: 'out' });
  await v.page.waitForLoadState('networkidle');
  assert.deepEqual(v.incidents, []);
  let bytes = 0;
  for (const url of v.requests.filter((u) => u.startsWith(v.site.origin) && !u.includes('/api/'))) {
    const body = Buffer.from(await (await fetch(url)).arrayBuffer());
    // What a build does to scripts and sheets before they are compressed: comments go.
    const text = /\.(js|css)$/.test(url) ? body.toString().replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '') : body;
    bytes += brotliCompressSync(text).length;
  }
  assert.ok(bytes <= 90_000, `${bytes} bytes`);
  await v.close();
});

test('print shows the conversation and nothing else, on light paper', async () => {
  const v = await visit({ colorScheme: 'dark' });
  await exchange(v, 'To paper');
  await v.page.emulateMedia({ media: 'print' });
  for (const selector of ['.sidebar', '.topbar', '.dock', '.toolbar']) {
    assert.equal(await v.page.locator(selector).first().isVisible(), false, selector);
  }
  assert.ok(await v.page.getByText('Hello, world.').first().isVisible());
  assert.equal(await v.page.locator('.thread').evaluate((e) => getComputedStyle(e).overflowY), 'visible');
  assert.equal(await v.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'light');
  assert.ok(await v.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await v.close();
});

test('it can be installed: the manifest and its icons are there', async () => {
  const v = await visit({ session: 'out' });
  const href = await v.page.locator('link[rel=manifest]').getAttribute('href');
  const manifest = await (await fetch(new URL(String(href), v.site.origin))).json();
  assert.equal(manifest.start_url, './');
  for (const { src, type } of manifest.icons) {
    const response = await fetch(new URL(src, v.site.origin));
    assert.equal(response.status, 200, src);
    assert.equal(response.headers.get('content-type'), type);
  }
  await v.close();
});

test('colours forced by the system leave everything to be seen', async () => {
  const v = await visit({ forcedColors: 'active' });
  await exchange(v, 'Hello');
  const border = await v.page.locator('.bubble').evaluate((e) => getComputedStyle(e).borderTopColor);
  const back = await v.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.notEqual(border, back);
  await v.close();
});
