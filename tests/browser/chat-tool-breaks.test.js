/* SPDX-License-Identifier: MIT */
/**
 * A round with a tool that is broken, in each way and at each moment: nothing
 * acts twice, what there was stays, the page says what happened and goes on, and
 * what the model is told next is a record that providers take.
 */

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { until } from '../harness/children.js';
import { PASSWORD } from '../harness/site.js';
import { newGate } from '../harness/suite.js';
import { ToolServer } from '../upstream/mcp.js';
import { Wire, startChat } from './chat-harness.js';
import { CALLING } from './chat-tool-calls.js';

const servers = { modern: new ToolServer('modern'), legacy: new ToolServer('legacy') };
/** @typedef {keyof typeof servers} Era */
/** Of providers; each has a model of its name. @typedef {keyof typeof CALLING} Kind */
/** Between the worker and each of them. @type {Record<Era, Wire>} */
let lines;
/** Those of the round that is broken. */
let { modern: server } = servers;
/** @type {Wire} */
let line;
/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
/** @type {import('./chat-harness.js').Chat} */
let chat;

before(async () => {
  const wireTo = async (/** @type {Era} */ era) => {
    const wire = new Wire(Number(new URL(await servers[era].listen()).port));
    await wire.listen();
    return wire;
  };
  lines = { modern: await wireTo('modern'), legacy: await wireTo('legacy') };
  chats = await startChat({ kinds: Object.keys(CALLING), config: {
    limits: { requests_per_minute: 0 },
    'tool_server "modern"': { url: `http://127.0.0.1:${lines.modern.port}/mcp` },
    'tool_server "legacy"': { url: `http://127.0.0.1:${lines.legacy.port}/mcp` },
  } });
});
after(async () => {
  await chats?.close();
  for (const wire of Object.values(lines)) wire.close();
  for (const one of Object.values(servers)) await one.close();
});
afterEach(async () => {
  line.mend();
  chats.wire.mend();
  server.release();
  assert.deepEqual(chat.errors, []);
  await chat.page.context().close();
});

const callOf = (/** @type {Kind} */ kind, /** @type {Era} */ era) =>
  ({ type: 'text/event-stream', body: CALLING[kind]([{ id: 'a', name: `${era}__act`, given: { do: 'hold' } }]) });
const END = [{ finish: 'stop' }, { done: true }];

/**
 * What a break finds and what it leaves.
 * @typedef {object} Round
 * @property {import('playwright-core').Page} page
 * @property {number} acted  calls that the tool server had seen before
 * @property {() => void} send  lets go of the request that comes after the result
 * @property {string} gate   of the rest of the second answer
 */

/** @param {string} name */
const button = (name) => chat.page.getByRole('button', { name, exact: true });
const held = () => chat.page.getByText('held', { exact: true });

/** The moments, each from the one before it. @type {Record<string, (round: Round) => Promise<void>>} */
const MOMENTS = {
  'before the consent': () => button('Allow once').waitFor(),
  async 'while the call runs'() {
    await button('Allow once').click();
    await held().waitFor();
  },
  async 'between the result and the next request'({ page }) {
    const next = page.waitForRequest(/chat\/completions/);
    server.release();
    await next;
  },
  async 'while the next answer is written'({ send }) {
    send();
    await chat.see('Half of it.');
  },
};

const MOMENT_OF_CALL = 'while the call runs';

/** A new chat up to a moment. @param {Kind} kind @param {Era} era @param {string} moment @returns {Promise<Round>} */
async function roundUpTo(kind, era, moment) {
  server = servers[era];
  line = lines[era];
  const { upstream } = chats.site;
  upstream.forget();
  chat = await chats.open();
  const { page } = chat;
  await chat.choose(kind);
  await button('Tools').click();
  await page.getByRole('dialog').getByRole('checkbox', { name: /^act/ }).nth(Object.keys(servers).indexOf(era)).check();
  await page.keyboard.press('Escape');
  const gate = newGate();
  upstream.script(kind, [callOf(kind, era), { steps: [{ text: 'Half of it.' }, { gate }, { text: ' And the rest.' }, ...END] },
    { steps: [{ text: 'That is all.' }, ...END] }]);
  let send = () => {};
  const sent = new Promise((resolve) => { send = () => resolve(undefined); });
  const round = { page, gate, acted: server.acted, send };
  await chat.ask('First');
  await button('Allow once').waitFor();
  await page.route(/chat\/completions/, async (route) => {
    await sent;
    await route.continue().catch(() => {});
  });
  for (const [name, go] of Object.entries(MOMENTS)) {
    await go(round);
    if (name === moment) break;
  }
  return round;
}

/** @param {string} state  of the call */
const callIs = (state) => chat.page.locator(`.part-tool[data-state="${state}"]`).waitFor();

/** Goes on from a moment to the end, as a person does where nothing is broken. @param {Round} round @param {string} moment */
async function finish(round, moment) {
  const { upstream } = chats.site;
  const names = Object.keys(MOMENTS);
  const at = names.indexOf(moment);
  if (at < 1) await button('Allow once').click();
  if (at < 2) {
    await held().waitFor();
    server.release();
  }
  round.send();
  upstream.open(round.gate);
  await chat.see('And the rest.');
  await callIs('done');
}

/** Signs in where the page asks for it. */
async function signInAgain() {
  const dialog = chat.page.getByRole('dialog');
  await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** Kills the worker, and has another one that knows the tools. */
async function anotherWorker() {
  const { site } = chats;
  site.worker.kill('SIGKILL');
  await until(() => site.worker.ended, { what: 'the worker is dead' });
  await site.startWorker();
}

/** The model is told that the call failed, and has its say. @param {Round} round @param {RegExp} words */
async function failed(round, words) {
  const { upstream } = chats.site;
  await callIs('failed');
  round.send();
  upstream.open(round.gate);
  await chat.see('And the rest.');
  assert.match(String(upstream.calls.at(-1)?.body), words);
  await chat.page.getByRole('button', { name: 'Call again' }).or(chat.page.locator('.part-tool summary')).first().waitFor();
}

/**
 * The breaks: what is done at a moment, and what follows from it. The number is
 * that of the calls that act.
 * @type {Record<string, (round: Round, moment: string, at: number) => Promise<number>>}
 */
const BREAKS = {
  async 'a stop'(round, moment, at) {
    const { closed } = server;
    await button('Stop').click();
    await chat.page.locator('.outcome-stopped').waitFor();
    await callIs(at < 2 ? 'stopped' : 'done');
    if (at === 1) await until(() => server.closed > closed, { what: 'the tool server is told' });
    round.send();
    return at < 1 ? 0 : 1;
  },
  async 'a reload of the page'(round, moment, at) {
    const { closed } = server;
    /** @type {string[]} */
    const asked = [];
    chat.page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    round.send();
    await chat.page.reload();
    assert.deepEqual(asked, ['beforeunload'], 'it is asked first');
    await chat.box.waitFor();
    assert.equal(await chat.questions.count(), 0);
    if (at === 1) await until(() => server.closed > closed, { what: 'the tool server is told' });
    if (at === 3) await until(() => chats.site.upstream.openCount === 0, { what: 'the provider is told' });
    return at < 1 ? 0 : 1;
  },
  async 'a worker that is killed'(round, moment, at) {
    await anotherWorker();
    if (at === 1) await failed(round, /cut_off[^"]*may have acted/);
    else if (at === 3) {
      await chat.page.locator('.outcome-interrupted').waitFor();
      assert.match(await chat.answers.last().innerText(), /Half of it\./);
      await button('Continue').click();
      await chat.see('That is all.');
    } else await finish(round, moment);
    return 1;
  },
  async 'a tool server that is killed'(round, moment, at) {
    line.cut();
    if (at === 0) {
      await button('Allow once').click();
      await failed(round, /tool server/);
    } else if (at === 1) await failed(round, /whether it has acted is not known/);
    else await finish(round, moment);
    return at < 1 ? 0 : 1;
  },
  async 'a network that is away'(round, moment, at) {
    const { page } = chat;
    chats.wire.cut();
    if (at === 0) {
      const lost = page.waitForEvent('requestfailed');
      await button('Allow once').click();
      await lost;
      await page.locator('.status').getByText('The connection dropped.').waitFor();
      chats.wire.mend();
      // The worker says that it never had it: it is made now, and once.
      await finish(round, MOMENT_OF_CALL);
      return 1;
    }
    if (at === 2) {
      const lost = page.waitForEvent('requestfailed');
      round.send();
      await lost;
    }
    await page.locator('.status').getByText('The connection dropped.').waitFor();
    chats.wire.mend();
    if (at === 1) await page.locator('.status').getByText('Tools are at work…').waitFor();
    await finish(round, moment);
    return 1;
  },
  async 'a browser that is offline'(round, moment, at) {
    const { page } = chat;
    await page.context().setOffline(true);
    if (at === 0) {
      /** @type {string[]} */
      const sent = [];
      page.on('request', (request) => sent.push(request.url()));
      await button('Allow once').click();
      await page.locator('.status').getByText('The connection dropped.').waitFor();
      assert.deepEqual(sent, [], 'nothing is tried');
      await page.context().setOffline(false);
      await finish(round, MOMENT_OF_CALL);
      return 1;
    }
    if (at === 2) round.send();
    else chats.wire.blip();
    await page.locator('.status').getByText('The connection dropped.').waitFor();
    await page.context().setOffline(false);
    await finish(round, moment);
    return 1;
  },
  async 'a session that ends'(round, moment, at) {
    await chat.page.context().clearCookies();
    if (at === 0) await button('Allow once').click();
    if (at === 2) round.send();
    if (at === 1 || at === 3) chats.wire.blip();
    await signInAgain();
    await finish(round, at === 0 ? MOMENT_OF_CALL : moment);
    return 1;
  },
};

/** What each kind wants of a record: every call has its result, right after it and in order. @type {Record<Kind, (body: any) => void>} */
const ASSERT_VALID = {
  openai({ messages }) {
    messages.forEach((/** @type {any} */ message, /** @type {number} */ i) => {
      for (const [j, { id }] of (message.tool_calls ?? []).entries()) assert.equal(messages[i + 1 + j]?.tool_call_id, id);
    });
  },
  anthropic({ messages }) {
    const idsOf = (/** @type {any} */ message, /** @type {string} */ type, /** @type {string} */ member) =>
      [message?.content ?? []].flat().filter((/** @type {any} */ block) => block.type === type).map((/** @type {any} */ block) => block[member]);
    messages.forEach((/** @type {any} */ message, /** @type {number} */ i) => {
      assert.deepEqual(idsOf(messages[i + 1], 'tool_result', 'tool_use_id'), idsOf(message, 'tool_use', 'id'));
    });
  },
  openai_responses({ input }) {
    const idsOf = (/** @type {string} */ type) => input.filter((/** @type {any} */ item) => item.type === type).map((/** @type {any} */ item) => item.call_id);
    assert.deepEqual(idsOf('function_call_output'), idsOf('function_call'));
  },
};

/** Where what is broken: what a server does not see is the same in both eras. @type {[Kind, Era, string[]][]} */
const ROUNDS = [
  ['openai', 'modern', Object.keys(MOMENTS)],
  ['anthropic', 'legacy', [MOMENT_OF_CALL]],
  ['openai_responses', 'modern', ['between the result and the next request']],
];

for (const [what, breaks] of Object.entries(BREAKS)) {
  describe(what, () => {
    for (const [kind, era, moments] of ROUNDS) {
      for (const moment of moments) {
        test(`${moment}, ${kind}, ${era}`, async () => {
          const { upstream } = chats.site;
          const round = await roundUpTo(kind, era, moment);
          const acts = await breaks(round, moment, Object.keys(MOMENTS).indexOf(moment));
          assert.equal(server.acted - round.acted, acts, 'nothing acted twice');
          upstream.script(kind, { steps: [{ text: 'Well again.' }, ...END] });
          await chat.settled();
          await chat.ask('And now?');
          await chat.see('Well again.');
          for (const { body } of upstream.calls) ASSERT_VALID[kind](JSON.parse(String(body)));
          assert.equal(server.acted - round.acted, acts, 'nor later');
        });
      }
    }
  });
}
