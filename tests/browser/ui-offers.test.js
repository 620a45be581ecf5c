// SPDX-License-Identifier: MIT
// Prompts and resources of servers of tools: behind the slash, behind the paperclip, and never sent by themselves.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser, visit } from './ui-harness.js';

after(closeBrowser);

const PROMPTS = { object: 'list', errors: [], data: [
  { server: 'code', name: 'review', description: 'Looks at code', arguments: [
    { name: 'language', title: 'Language', description: 'Of the code', required: true }, { name: 'tone' }] },
  { server: 'code', name: 'hello', description: 'Says hello', arguments: [] },
] };
const RESOURCES = { object: 'list', errors: [{ server: 'slow', message: 'It does not answer.' }], data: [
  { server: 'notes', uri: 'note://1', name: 'one', title: 'First note', mime_type: 'text/plain', size: 5 },
  { server: 'notes', uri: 'note://2', name: 'two', title: 'Second note', description: 'about rain' },
], templates: [{ server: 'notes', uri_template: 'note://{id}', name: 'Any note' }] };

/** @param {string} path @param {any} body @returns {unknown} */
function offer(path, body) {
  if (path === 'prompts') return PROMPTS;
  if (path === 'resources') return RESOURCES;
  if (path === 'prompts/complete') return { values: [`${body.argument.value}thon`, 'perl'] };
  if (path === 'prompts/get' && body.arguments.language !== 'none') {
    return { messages: [{ role: 'user', content: { type: 'text', text: `Review this ${body.arguments.language ?? 'hello'}.` } },
      { role: 'user', content: { type: 'resource', resource: { uri: 'note://style', text: 'Be kind.', mimeType: 'text/plain' } } }] };
  }
  if (path === 'resources/read' && body.uri !== 'note://2') return { contents: [{ uri: body.uri, text: `what is at ${body.uri}`, mimeType: 'text/plain' }] };
  return undefined;
}

const site = (/** @type {import('./ui-harness.js').FakeSite} */ s) => {
  s.offers = true;
  s.offer = offer;
};
const composer = (/** @type {import('playwright-core').Page} */ page) => page.getByRole('textbox', { name: 'Message' });

test('a server\'s prompt is chosen behind a slash, filled in with its help, and can be changed before it goes', async () => {
  const v = await visit({ prepare: site });
  const { page } = v;
  assert.ok(!v.site.calls.some(({ path }) => /^(prompts|resources)/.test(path)), 'nothing is asked before it is wanted');
  await composer(page).fill('/rev');
  const option = page.getByRole('option', { name: /review/ });
  await option.waitFor();
  assert.match(await option.innerText(), /code[\s\S]*Looks at code/);
  await composer(page).press('Enter');
  const dialog = page.getByRole('dialog');
  const language = dialog.getByLabel('Language');
  await language.fill('py');
  await dialog.locator('datalist option[value="python"]').waitFor({ state: 'attached' });
  await language.fill('none');
  await dialog.getByRole('button', { name: 'Put into the message' }).click();
  await dialog.getByRole('alert').getByText('The tool server refused the call.').waitFor();
  await language.fill('Perl');
  await dialog.getByRole('button', { name: 'Put into the message' }).click();
  await dialog.waitFor({ state: 'detached' }).catch(() => dialog.waitFor({ state: 'hidden' }));
  assert.equal(await composer(page).inputValue(), 'Review this Perl.');
  await page.locator('.attachments').getByText('note://style').waitFor();
  assert.ok(!v.site.calls.some(({ path }) => path === 'chat/completions'), 'nothing goes out by itself');
  const got = v.site.calls.filter(({ path }) => path === 'prompts/get').at(-1);
  assert.deepEqual(got?.body, { server: 'code', name: 'review', arguments: { language: 'Perl' } });
  await v.close();
});

test('a required place is filled in first, and Escape puts nothing anywhere', async () => {
  const v = await visit({ prepare: site });
  const { page } = v;
  await composer(page).fill('/rev');
  await page.getByRole('option', { name: /review/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Put into the message' }).click();
  assert.equal(await page.getByRole('dialog').getByLabel('Language').evaluate((/** @type {HTMLInputElement} */ field) => field.validity.valueMissing), true);
  assert.ok(!v.site.calls.some(({ path }) => path === 'prompts/get'));
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  assert.equal(await composer(page).inputValue(), '');
  await v.close();
});

test('a resource is searched, attached, and goes with the message', async () => {
  const v = await visit({ prepare: site });
  const { page } = v;
  await page.getByRole('button', { name: 'Attach files' }).click();
  await page.locator('.menu').getByRole('button', { name: 'From a tool server' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('slow gave no list of what it has.').waitFor();
  await dialog.getByRole('searchbox').fill('rain');
  await dialog.getByRole('button', { name: /First note/ }).waitFor({ state: 'detached' });
  await dialog.getByRole('button', { name: /Second note/ }).click();
  await dialog.getByRole('alert').getByText('The tool server refused the call.').waitFor();
  await dialog.getByRole('searchbox').fill('');
  await dialog.getByRole('button', { name: /First note/ }).click();
  await page.locator('.attachments').getByText('note://1').waitFor();
  await page.getByRole('button', { name: 'Attach files' }).click();
  await page.locator('.menu').getByRole('button', { name: 'From a tool server' }).click();
  await dialog.getByRole('button', { name: /Any note/ }).click();
  await dialog.getByLabel('id').fill('a b');
  await dialog.getByRole('button', { name: 'Attach', exact: true }).click();
  await page.locator('.attachments').getByText('note://a%20b').waitFor();
  await v.ask('What do they say?');
  await v.answer('Hello, world.').waitFor();
  const messages = v.site.calls.filter(({ path }) => path === 'chat/completions').at(-1)?.body.messages;
  assert.match(JSON.stringify(messages), /what is at note:\/\/1.*what is at note:\/\/a%20b/);
  await v.close();
});

test('without servers the paperclip opens the files at once, and a slash asks nobody', async () => {
  const v = await visit();
  const { page } = v;
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Attach files' }).click()]);
  assert.ok(chooser.isMultiple());
  await composer(page).fill('/x');
  await page.getByRole('button', { name: 'Send' }).waitFor();
  assert.ok(!v.site.calls.some(({ path }) => path.startsWith('prompts')));
  assert.deepEqual(v.incidents, []);
  await v.close();
});
