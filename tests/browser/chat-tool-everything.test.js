/* SPDX-License-Identifier: MIT */
/** Every tool of the reference server, from a model's call to what the page shows. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { until } from '../harness/children.js';
import { CALLS, startEverything } from '../harness/everything.js';
import { freePort } from '../harness/places.js';
import { startChat } from './chat-harness.js';
import { CALLING } from './chat-tool-calls.js';

/** @type {import('../harness/children.js').Child} */
let server;
/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
/** @type {any[]} */
let tools = [];

before(async () => {
  const port = await freePort();
  chats = await startChat({ models: [], config: {
    limits: { requests_per_minute: 0 }, 'provider "up"': { kind: 'openai', 'model "m"': {} },
    'tool_server "every"': { url: `http://localhost:${port}/mcp`, limits: { total: '20s' } },
  } });
  server = startEverything(port, chats.site.dir);
  const script = await chats.site.signedIn();
  await until(async () => (tools = (await script.getJson('api/tools'))[1].data).length > 0, { every: 100 });
});
after(async () => {
  await server?.stop();
  await chats?.close();
});

/** Those that want to be called as tasks, which are not spoken here: they say so. */
const FAILS = new Set(['simulate-research-query']);

/** What the page shows of a result, where it is no text. @type {Record<string, string>} */
const SHOWN = {
  'get-annotated-message': '.part-image img', 'get-tiny-image': '.part-image img', 'gzip-file-as-resource': '.part-file, button',
};

test('each is called once, after its consent, and what it gives is shown and told', async () => {
  const chat = await chats.open();
  const { page } = chat;
  const { upstream } = chats.site;
  await page.getByRole('button', { name: 'Tools', exact: true }).click();
  const dialog = page.getByRole('dialog');
  for (const { tool } of tools) await dialog.getByRole('checkbox', { name: RegExp(`^${tool}\\b(?!-)`) }).check();
  await page.keyboard.press('Escape');
  for (const [i, { name, tool }] of tools.entries()) {
    const [given] = CALLS[tool] ?? [];
    assert.ok(given, `${tool} is known`);
    upstream.script('m', [{ body: CALLING.openai([{ id: `c${i}`, name, given }]), type: 'text/event-stream' },
      { steps: [{ text: `That was ${tool}.` }, { finish: 'stop' }, { done: true }] }]);
    await chat.ask(`Call ${tool}`);
    await page.locator('.consent:not([hidden])').getByRole('button', { name: 'Allow once' }).click();
    const form = page.getByRole('group', { name: /“every” asks you/ });
    const end = chat.answers.filter({ hasText: `That was ${tool}.` });
    await form.or(end).first().waitFor();
    if (await form.isVisible()) await answer(form);
    await end.waitFor();
    const part = page.locator('.part-tool').nth(i);
    assert.equal(await part.getAttribute('data-state'), FAILS.has(tool) ? 'failed' : 'done', tool);
    await part.locator('summary').first().click();
    if (SHOWN[tool]) await part.locator('.part-result').locator(SHOWN[tool]).first().waitFor();
    else assert.notEqual((await part.locator('.part-result').innerText()).trim(), '', tool);
    const { messages } = JSON.parse(String(upstream.calls.at(-1)?.body));
    assert.equal(messages.at(-1).tool_call_id, `c${i}`);
    assert.notEqual(messages.at(-1).content, '', tool);
  }
  assert.deepEqual(chat.errors, []);
});

/** Says what a person would to a form, or to an address. @param {import('playwright-core').Locator} form */
async function answer(form) {
  const name = form.getByRole('textbox', { name: 'String', exact: true });
  if (await name.count() > 0) {
    await name.fill('Ada');
    await form.getByRole('button', { name: 'Send' }).click();
  } else {
    await form.page().context().route('**/*', (route) => (new URL(route.request().url()).hostname === 'localhost' ? route.continue() : route.fulfill({ body: 'there' })));
    await form.getByRole('link', { name: /^Open / }).click();
  }
}
