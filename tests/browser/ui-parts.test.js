// SPDX-License-Identifier: MIT
// What answers bring beside words, in a real browser: each in its form, in its order, and nothing asked of anybody.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { closeBrowser, visit } from './ui-harness.js';

after(closeBrowser);

const PNG = `data:image/png;base64,${readFileSync(new URL('../../static/icons/icon-192.png', import.meta.url)).toString('base64')}`;
const SVG = `data:image/png;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="parent.hit=1"/>').toString('base64')}`;

/** An answer with everything in it. @param {import('./ui-harness.js').Reply} reply */
async function everything(reply) {
  await reply.think('First **thought**.');
  await reply.text('Bears live here[1].\n\n');
  await reply.think('Second thought.');
  await reply.text('And here is one:');
  await reply.piece({ images: [{ image_url: { url: PNG } }] });
  await reply.piece({ images: [{ image_url: { url: 'https://pictures.example/bear.png' } }, { image_url: { url: SVG } }] });
  await reply.piece({ tool_calls: [{ index: 0, id: 'c', function: { name: 'find_bears', arguments: '{"where":"<b>here</b>"}' } }] });
  await reply.piece({ audio: { data: Buffer.alloc(4800).toString('base64'), transcript: 'Growl.' } });
  await reply.piece({ hologram: { depth: 3 } });
  await reply.piece({}, { citations: ['https://bears.example/live'], search_results: [{ url: 'https://bears.example/live', title: 'Where bears live' }] });
  await reply.text(' The end.');
  await reply.end();
}

test('every part of an answer is shown in its form and order', async () => {
  const v = await visit({ prepare: (s) => { s.answer = everything; } });
  await v.ask('Show me');
  await v.page.locator('.message-assistant .toolbar').waitFor();
  // What shows a call is loaded with the first.
  await v.page.locator('.part-flow .part-tool').waitFor();
  const shapes = await v.page.locator('.part-flow').first().locator(':scope > *').evaluateAll((all) => all.map((one) => one.className.split(' ').at(-1)));
  assert.deepEqual(shapes, ['answer-plain', 'md', 'answer-plain', 'md', 'part-image', 'part-image', 'attachment', 'notice-warn', 'part-call', 'part-audio', 'part-raw', 'md']
    .map((name) => (name === 'answer-plain' ? 'reasoning' : name)));
  // The picture is drawn, opens large, and can be saved.
  const picture = v.page.locator('.part-image img');
  assert.equal(await picture.count(), 1, 'neither what is elsewhere nor what is no picture is drawn');
  assert.ok(await picture.evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth) > 0);
  const download = v.page.waitForEvent('download');
  await v.page.getByRole('button', { name: 'Save image.png' }).click();
  const stream = await (await download).createReadStream();
  assert.equal((await stream.toArray())[0].subarray(1, 4).toString(), 'PNG');
  await v.page.getByRole('button', { name: 'Show image.png large' }).click();
  await v.page.locator('dialog img').waitFor();
  await v.page.keyboard.press('Escape');
  // What is elsewhere is a link, and nobody was asked for it.
  const away = v.page.getByRole('link', { name: 'Picture at pictures.example' });
  assert.equal(await away.getAttribute('rel'), 'noopener noreferrer external');
  // Numbers lead to the sources, which stand below.
  const cited = v.page.locator('.answer a').first();
  assert.equal(await cited.getAttribute('href'), 'https://bears.example/live');
  assert.match(String(await cited.textContent()), /^\[1\]/);
  assert.equal(await v.page.locator('.answer .katex').count(), 0, 'no formula');
  assert.match(await v.page.getByRole('region', { name: 'Sources' }).innerText(), /Where bears live\s+bears\.example/);
  // Sound does not begin by itself, and has its words.
  assert.equal(await v.page.locator('audio').evaluate((/** @type {HTMLAudioElement} */ audio) => audio.autoplay || !audio.paused), false);
  await v.page.waitForFunction(() => (document.querySelector('audio')?.duration ?? 0) > 0.05);
  await v.page.getByText('Growl.').waitFor();
  // What a call was given is text, whatever it looks like.
  await v.page.getByText('find_bears').click();
  await v.page.getByText('<b>here</b>', { exact: true }).waitFor();
  // What is unknown has its name, and opens.
  await v.page.getByText('Unknown part: hologram').click();
  await v.page.getByText('{"depth":3}').waitFor();
  // Thoughts are Markdown once they are unfolded.
  await v.page.locator('.reasoning summary').first().click();
  await v.page.locator('.reasoning-text strong', { hasText: 'thought' }).waitFor();
  assert.deepEqual(v.incidents, []);
  assert.equal(await v.page.evaluate(() => 'hit' in window), false);
  await v.close();
});

test('the words of an answer are copied without the rest, and go back without it', async () => {
  const v = await visit({ prepare: (s) => { s.answer = everything; } });
  await v.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await v.ask('Show me');
  await v.page.locator('.message-assistant .toolbar').waitFor();
  await v.page.locator('.message-assistant').getByRole('button', { name: 'Copy', exact: true }).click();
  await v.page.waitForFunction(async () => (await navigator.clipboard.readText()).includes('The end.'));
  const copied = await v.page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied.trimEnd(), 'Bears live here[1].\n\n\n\nAnd here is one:\n\n The end.');
  await v.ask('And now?');
  await v.page.locator('.message-assistant .toolbar').nth(1).waitFor();
  const sent = v.site.calls.filter(({ path }) => path === 'chat/completions').at(-1)?.body.messages;
  assert.deepEqual(sent.map((/** @type {any} */ one) => one.role), ['user', 'assistant', 'user']);
  assert.match(sent[1].content, /^Bears live here\[1\]\.[\s\S]*The end\.$/);
  assert.doesNotMatch(JSON.stringify(sent), /thought|find_bears/);
  await v.close();
});

test('a paused or strangely ended answer says so, and can go on', async () => {
  for (const [finish, words] of [['pause_turn', 'The provider paused the answer'], ['cosmic_rays', 'for a reason of its own']]) {
    const v = await visit({ prepare: (s) => {
      s.answer = async (reply) => {
        await reply.text('Half');
        await reply.end(finish);
      };
    } });
    await v.ask('Go');
    await v.page.locator('.outcome-interrupted', { hasText: words }).waitFor();
    if (finish === 'cosmic_rays') {
      await v.page.getByText('Details', { exact: true }).click();
      await v.page.getByText('cosmic_rays').waitFor();
    }
    await v.page.getByRole('button', { name: 'Continue' }).click();
    await v.page.waitForFunction(() => document.querySelector('.answer')?.textContent?.includes('HalfHalf'));
    await v.close();
  }
});

const SHOTS = process.env.CONFAB_SHOTS;
test('pictures of the page for somebody to look at', { skip: !SHOTS }, async () => {
  for (const [name, options] of /** @type {const} */ ([
    ['desktop-light', { colorScheme: 'light' }], ['phone-dark', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }],
  ])) {
    const v = await visit({ ...options, prepare: (s) => { s.answer = everything; } });
    await v.ask('Show me');
    await v.page.locator('.message-assistant .toolbar').waitFor();
    await v.page.waitForTimeout(500);
    await v.page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
    await v.page.locator('.thread').evaluate((thread) => thread.scrollTo(0, 0));
    await v.page.screenshot({ path: `${SHOTS}/${name}-top.png` });
    await v.close();
  }
});
