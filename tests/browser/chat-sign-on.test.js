/* SPDX-License-Identifier: MIT */
/**
 * The page behind the shipped single sign-on, with a real provider: in, over in
 * the middle of an answer, in again in another tab, out. No message is lost.
 */

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { lacksApache, startSignOn } from '../harness/sso.js';
import { until } from '../harness/children.js';
import { Chat, startChat, Wire } from './chat-harness.js';

describe('single sign-on', { skip: lacksApache('auth_openidc') }, () => {
  /** @type {Awaited<ReturnType<typeof startChat>>} */
  let chats;
  /** @type {Awaited<ReturnType<typeof startSignOn>>} */
  let signOn;
  /** @type {Wire} */
  let wire;
  /** @type {Chat} */
  let chat;

  before(async () => {
    chats = await startChat({
      models: ['m', 'hello'], mounts: ['/'], config: { auth: 'remote_user' },
      example: async (site) => {
        wire = new Wire(site.port);
        await wire.listen();
        signOn = await startSignOn(site, { people: { ann: ['staff'], bob: [] }, port: wire.port });
        return signOn.example;
      },
    });
  });
  after(async () => {
    await signOn?.close();
    wire?.close();
    await chats?.close();
  });
  afterEach(async () => {
    assert.deepEqual(chat.errors, []);
    await chat.page.context().close();
  });

  /** At the provider: its form, and its question whether the site may know.  @param {import('playwright-core').Page} page @param {string} name */
  async function atProvider(page, name) {
    await page.locator('input[name=login]').fill(name);
    await page.locator('input[name=password]').fill('any');
    await page.locator('button[type=submit]').click();
    await page.getByText('Authorize').first().waitFor();
    await page.locator('button[type=submit]').click();
  }

  /** @param {string} name */
  async function open(name) {
    const context = await chats.browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' });
    chat = new Chat(await context.newPage(), `${signOn.origin}/`);
    await chat.page.goto(chat.address);
    await atProvider(chat.page, name);
    await chat.box.waitFor();
    assert.equal(chat.page.url(), chat.address);
  }

  /** The site in another tab, where the provider still knows who it is. */
  async function again() {
    const tab = await chat.page.context().newPage();
    await tab.goto(chat.address);
    await tab.getByRole('textbox', { name: 'Message' }).waitFor();
    await tab.close();
  }

  const dialog = () => chat.page.getByRole('dialog');

  test('over in the middle of an answer: its rest, and what was written, come after the login', async () => {
    await open('ann');
    await chat.choose('m');
    await chat.order([{ text: 'First ' }, { gate: 'rest' }, { text: 'and the rest.' }, { finish: 'stop' }, { done: true }]);
    await chat.see('First');
    await chat.box.fill('and a draft');
    // All sessions are over, and then the connection is, too.
    await signOn.apache.restart();
    wire.blip();
    await dialog().getByText('This site’s own login has ended.').waitFor();
    const calls = chats.site.upstream.calls.length;
    chats.site.upstream.open('rest');
    await again();
    await dialog().getByRole('button', { name: 'Carry on' }).click();
    await chat.see('First and the rest.');
    await chat.settled();
    assert.equal(await chat.box.inputValue(), 'and a draft');
    assert.equal(chats.site.upstream.calls.length, calls, 'nothing was asked twice');
  });

  test('a question that finds nobody there waits, and is sent once', async () => {
    await open('bob');
    await chat.choose('hello');
    await signOn.apache.restart();
    chats.site.upstream.forget();
    await chat.ask('Is this kept?');
    await dialog().getByText('This site’s own login has ended.').waitFor();
    // Too early: nobody has signed in yet.
    await dialog().getByRole('button', { name: 'Carry on' }).click();
    await until(() => chat.count('GET session') >= 2, { what: 'the page has asked again' });
    await dialog().getByText('This site’s own login has ended.').waitFor();
    await again();
    await dialog().getByRole('button', { name: 'Carry on' }).click();
    await chat.see('Hello, world!');
    assert.equal(await chat.questions.count(), 1);
    assert.equal(chats.site.upstream.calls.length, 1);
  });

  test('signed out in another tab; somebody else does not see what was here', async () => {
    await open('ann');
    await chat.choose('hello');
    await chat.ask('Mine.');
    await chat.see('Hello, world!');
    const tab = await chat.page.context().newPage();
    await tab.goto(`${signOn.origin}/oidc/logout`);
    await tab.locator('button[value=yes]').click();
    // Out, it is sent to sign in again.
    await atProvider(tab, 'bob');
    await tab.getByRole('textbox', { name: 'Message' }).waitFor();
    await tab.close();
    assert.equal(await chat.questions.count(), 1);
    await chat.page.reload();
    await chat.box.waitFor();
    assert.equal(await chat.questions.count(), 0);
    assert.equal((await chat.page.evaluate(() => fetch('api/session').then((r) => r.json()))).user.name, 'bob');
  });
});
