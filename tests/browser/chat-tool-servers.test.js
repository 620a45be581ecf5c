/* SPDX-License-Identifier: MIT */
/**
 * Whole loops with tools of servers, through nginx and the worker: for each
 * kind of provider, with a server of each era.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { until } from '../harness/children.js';
import { ToolServer } from '../upstream/mcp.js';
import { startChat } from './chat-harness.js';
import { CALLING } from './chat-tool-calls.js';

/** What of the first round must come back in the second, as the kind has it. @type {Record<string, RegExp>} */
const BACK = {
  openai: /"role":"tool"/,
  openai_responses: /"encrypted_content":"gAAA".*"function_call_output"/,
  anthropic: /"signature":"c2ln".*"tool_result"/,
};

const END = [{ text: 'That is all.' }, { finish: 'stop' }, { done: true }];

for (const [kind, calling] of Object.entries(CALLING)) {
  test(`a model of ${kind} calls tools of both eras, as far as it is let`, async () => {
    const servers = { modern: new ToolServer('modern'), legacy: new ToolServer('legacy') };
    /** @type {any} */
    const config = { 'provider "up"': { kind, 'model "m"': {} } };
    for (const [name, server] of Object.entries(servers)) config[`tool_server "${name}"`] = { url: await server.listen() };
    const chats = await startChat({ models: [], config });
    try {
      const chat = await chats.open();
      const { page } = chat;
      const { upstream } = chats.site;
      await page.getByRole('button', { name: 'Tools', exact: true }).click();
      const echo = page.getByRole('dialog').getByRole('checkbox', { name: /^echo/ });
      await echo.nth(1).waitFor();
      for (const box of await echo.all()) await box.check();
      await page.keyboard.press('Escape');

      /** @param {string} n */
      const round = (n) => [{ body: calling([{ id: `a${n}`, name: 'modern__echo', given: { text: `one ${n}` } }, { id: `b${n}`, name: 'legacy__echo', given: { text: `two ${n}` } }]),
        type: 'text/event-stream' }, { steps: END }];
      upstream.script('m', round('1'));
      await chat.ask('First');
      const modern = page.getByRole('group', { name: /modern/ });
      const legacy = page.getByRole('group', { name: /legacy/ });
      await modern.getByRole('button', { name: 'Allow once' }).waitFor();
      assert.match(await modern.innerText(), /one 1/);
      assert.deepEqual([servers.modern.acted, servers.legacy.acted], [0, 0]);
      await modern.getByRole('button', { name: 'Allow once' }).click();
      await legacy.getByRole('button', { name: /^Always/ }).click();
      await chat.see('That is all.');
      assert.deepEqual([servers.modern.acted, servers.legacy.acted], [1, 1]);
      const second = String(upstream.calls.at(-1)?.body);
      assert.match(second, /echo: one 1/);
      assert.match(second, /echo: two 1/);
      assert.match(second, BACK[kind] ?? /^$/);

      // What is always allowed is not asked for again; what is not, is.
      upstream.script('m', round('2'));
      await chat.ask('Second');
      await modern.getByRole('textbox', { name: 'Why not?' }).fill('Enough.');
      await modern.getByRole('button', { name: 'Do not allow' }).click();
      await chat.answers.filter({ hasText: 'That is all.' }).nth(1).waitFor();
      assert.deepEqual([servers.modern.acted, servers.legacy.acted], [1, 2]);
      assert.match(String(upstream.calls.at(-1)?.body), /Enough\./);
      assert.deepEqual(chat.errors, []);
    } finally {
      await chats.close();
      for (const server of Object.values(servers)) await server.close();
    }
  });
}

for (const era of /** @type {const} */ (['modern', 'legacy'])) {
  test(`a server of the ${era} era asks the person, and shows how far it is`, async () => {
    const server = new ToolServer(era);
    const chats = await startChat({ models: [], config: { 'provider "up"': { kind: 'openai', 'model "m"': {} }, 'tool_server "s"': { url: await server.listen(), consent: 'always' } } });
    try {
      const chat = await chats.open();
      const { page } = chat;
      const { upstream } = chats.site;
      const calls = (/** @type {object} */ given) => CALLING.openai([{ id: 'a', name: 's__act', given }]);
      await page.getByRole('button', { name: 'Tools', exact: true }).click();
      await page.getByRole('dialog').getByRole('checkbox', { name: /^act/ }).check();
      await page.keyboard.press('Escape');
      upstream.script('m', [{ body: calls({ do: 'ask' }), type: 'text/event-stream' }, { steps: END }]);
      await chat.ask('First');
      const card = page.getByRole('group', { name: /“s” asks you/ });
      await card.getByRole('textbox', { name: 'name' }).fill('Ada');
      await card.getByRole('button', { name: 'Send' }).click();
      await chat.see('That is all.');
      assert.match(String(upstream.calls.at(-1)?.body), /Ada/);

      upstream.script('m', [{ body: calls({ do: 'wait' }), type: 'text/event-stream' }, { steps: END }]);
      await chat.ask('Second');
      const bar = page.getByRole('progressbar', { name: 'How far it has come' });
      await bar.waitFor();
      assert.deepEqual(await bar.evaluate((one) => [/** @type {HTMLProgressElement} */ (one).value, /** @type {HTMLProgressElement} */ (one).max]), [1, 3]);
      await page.getByText('waiting', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.locator('.part-tool[data-state="stopped"]').waitFor();
      assert.deepEqual(chat.errors, []);
    } finally {
      await chats.close();
      await server.close();
    }
  });
}

test('what is always allowed is asked for again when the tool is another one', async () => {
  const server = new ToolServer('modern');
  server.ttlMs = 0;
  const chats = await startChat({ models: [], config: { 'provider "up"': { kind: 'openai', 'model "m"': {} }, 'tool_server "s"': { url: await server.listen() } } });
  try {
    const chat = await chats.open();
    const { page } = chat;
    const { upstream } = chats.site;
    const call = (/** @type {string} */ text) => ({ body: CALLING.openai([{ id: text, name: 's__echo', given: { text } }]), type: 'text/event-stream' });
    await page.getByRole('button', { name: 'Tools', exact: true }).click();
    await page.getByRole('dialog').getByRole('checkbox', { name: /^echo/ }).check();
    await page.keyboard.press('Escape');
    upstream.script('m', [call('one'), call('two'), { steps: END }]);
    await chat.ask('First');
    await page.getByRole('button', { name: 'Always in this chat' }).click();
    await chat.see('That is all.');
    assert.equal(server.acted, 2, 'the second was not asked for');

    server.tools = server.tools.map((tool) => (tool.name === 'echo' ? { ...tool, description: 'Gives all away.' } : tool));
    const script = await chats.site.signedIn();
    await until(async () => (await script.getJson('api/tools'))[1].data.some((/** @type {any} */ tool) => tool.description === 'Gives all away.'), { what: 'the worker knows' });
    upstream.script('m', [call('three'), call('four'), { steps: END }]);
    await chat.ask('Second');
    await page.getByRole('button', { name: 'Allow once' }).waitFor();
    assert.equal(server.acted, 2, 'nothing was done with the other one');
    const told = JSON.parse(String(upstream.calls.at(-1)?.body));
    assert.match(JSON.stringify(told.messages), /tool_changed/);
    assert.match(JSON.stringify(told.tools), /Gives all away/, 'the model is told what it is now');
    await page.getByRole('button', { name: 'Allow once' }).click();
    await chat.answers.filter({ hasText: 'That is all.' }).nth(1).waitFor();
    assert.equal(server.acted, 3);
    assert.equal(server.lastCall.body.params.arguments.text, 'four');
    assert.deepEqual(chat.errors, []);
  } finally {
    await chats.close();
    await server.close();
  }
});
