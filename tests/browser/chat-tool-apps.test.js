/* SPDX-License-Identifier: MIT */
/**
 * Apps of tool servers through nginx and the worker: one that behaves, and many
 * that do not.
 */

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { MAX_APP_CHARS, MAX_BURST } from '../../static/core/app-host.js';
import { until } from '../harness/children.js';
import { loadPair, makeCertificates } from '../upstream/certs.js';
import { APP_TYPE, AppServer } from '../upstream/mcp-apps.js';
import { ToolServer } from '../upstream/mcp.js';
import { startChat } from './chat-harness.js';

const servers = { apps: new AppServer('modern'), wide: new AppServer('legacy'), plain: new AppServer('modern'), other: new ToolServer('modern') };
/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
/** Whatever reaches it was let out. @type {https.Server} */
let outside;
/** @type {string[]} */
let reached = [];
let origin = '';
let folder = '';

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'confab-apps-'));
  outside = https.createServer(loadPair(makeCertificates(folder).good), (request, response) => {
    reached.push(String(request.url));
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'text/plain' });
    response.end('outside');
  });
  outside.on('connection', () => reached.push('connection'));
  outside.unref();
  outside.listen(0, '127.0.0.1');
  await once(outside, 'listening');
  origin = `https://localhost:${/** @type {import('node:net').AddressInfo} */ (outside.address()).port}`;
  chats = await startChat({ models: [], config: {
    'provider "up"': { kind: 'openai', 'model "m"': {} },
    'tool_server "apps"': { url: await servers.apps.listen(), apps: true },
    'tool_server "wide"': { url: await servers.wide.listen(), apps: true, app_domains: [origin, origin.replace('https', 'wss')] },
    'tool_server "plain"': { url: await servers.plain.listen() },
    'tool_server "other"': { url: await servers.other.listen() },
  } });
});
after(async () => {
  await chats?.close();
  outside?.closeAllConnections();
  outside?.close();
  rmSync(folder, { recursive: true, force: true });
  for (const server of Object.values(servers)) await server.close();
});

/** @param {string} name @param {unknown} given */
const calling = (name, given) => [{ type: 'text/event-stream', body: [
  { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, finish_reason: null, delta: { tool_calls: [
    { index: 0, id: 'a', type: 'function', function: { name, arguments: JSON.stringify(given) } }] } }] },
  { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }, '[DONE]',
].map((one) => `data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`).join('') },
{ steps: [{ text: 'That is all.' }, { finish: 'stop' }, { done: true }] }];

/**
 * A chat in which a server's tool has drawn an app that runs this.
 * @param {string} code
 * @param {{server?: string, given?: object, chat?: import('./chat-harness.js').Chat}} [options]
 */
async function drawn(code, { server = 'apps', given = {}, chat } = {}) {
  const mine = chat ?? await chats.open();
  const { page } = mine;
  if (chat === undefined) {
    await page.getByRole('button', { name: 'Tools', exact: true }).click();
    await page.getByRole('dialog').getByRole('checkbox', { name: /draw/ }).first().waitFor();
    for (const box of await page.getByRole('dialog').getByRole('checkbox', { name: /draw/ }).all()) await box.check();
    await page.keyboard.press('Escape');
  }
  chats.site.upstream.script('m', calling(`${server}__draw`, { code, ...given }));
  await mine.ask(`Draw ${mine.before = (mine.before ?? 0) + 1}`);
  await page.locator('.consent:not([hidden])').getByRole('button', { name: 'Allow once' }).click();
  await mine.answers.filter({ hasText: 'That is all.' }).nth(mine.before - 1).waitFor();
  return { chat: mine, page, app: page.frameLocator('.app-frame >> nth=-1') };
}

/** What an app has written down. @param {import('playwright-core').FrameLocator} app @param {string | RegExp} text */
const line = (app, text) => app.locator('li').filter({ hasText: text }).first().waitFor();

describe('an app that behaves', () => {
  test('is told what it is to draw, and shown under its server’s name', async () => {
    const { chat, page, app } = await drawn(`
      hear['ui/notifications/tool-input'] = ({ arguments: given }) => log('given ' + given.city);
      hear['ui/notifications/tool-result'] = (result) => {
        log('result ' + JSON.stringify(result.structuredContent) + result.content[0].text + result._meta.secret);
        send({ method: 'ui/notifications/size-changed', params: { width: 100, height: 333 } });
      };
      hear['ui/notifications/host-context-changed'] = ({ theme }) => log('now ' + theme);
      const { hostContext, hostCapabilities } = await begin();
      log('theme ' + hostContext.theme + ' ' + hostContext.locale + ' ' + Object.keys(hostCapabilities).join());`, { given: { city: 'Ulm' } });
    await line(app, 'theme light en openLinks,serverTools,serverResources,message');
    await line(app, 'given Ulm');
    await line(app, 'result {"n":7}draw: for the page');
    const view = page.getByRole('group', { name: 'App of “apps”' });
    assert.equal(await view.locator('iframe').getAttribute('title'), 'App of “apps”');
    await page.waitForFunction(() => /** @type {HTMLElement} */ (document.querySelector('.app-frame')).offsetHeight === 333);
    assert.ok(await page.locator('.app-frame').evaluate((frame) => frame.clientWidth > 400 && getComputedStyle(frame).colorScheme === 'light'), 'its sheet is there');
    await page.evaluate(() => { document.documentElement.dataset['theme'] = 'dark'; });
    await line(app, 'now dark');
    // The model has had the words, as without an app; nothing of the app is for it.
    assert.match(String(chats.site.upstream.calls.at(-1)?.body), /draw: /);
    assert.doesNotMatch(String(chats.site.upstream.calls.at(-1)?.body), /for the page|refresh|ui:/);
    assert.deepEqual(chat.errors, []);
  });

  test('calls the tools of its own server, as far as the person lets it', async () => {
    const { page, app } = await drawn(`await begin();
      button('Go', async () => log('refresh ' + await word('tools/call', { name: 'refresh', arguments: { text: 'x\\u202ey' } })));
      for (const name of ['think', 'echo ', 'other__echo', 'nothing', 'apps__refresh']) log(name + ' ' + await word('tools/call', { name }));
      log('wrong ' + await word('tools/call', { name: 'refresh', arguments: { text: 7 } }));
      log('read ' + await word('resources/read', { uri: 'note://1' }));
      log('list ' + await word('tools/list'));`);
    const before = servers.apps.acted;
    for (const name of ['think', 'other__echo', 'nothing', 'apps__refresh']) await line(app, `${name} error -32000 The server has no such tool for apps.`);
    await line(app, /wrong error -32000/);
    await line(app, /read .*at note:\/\/1/);
    await line(app, 'list error -32601');
    assert.equal(servers.apps.acted, before);
    await app.getByRole('button', { name: 'Go' }).click();
    const consent = page.locator('.app-asking .consent');
    await page.getByText('The app wants to call a tool of its server.').waitFor();
    assert.match(await consent.innerText(), /apps__refresh/);
    assert.equal(await consent.locator('.hidden-char').textContent(), 'U+202E');
    assert.equal(servers.apps.acted, before, 'nothing is called before that');
    assert.equal(await consent.getByRole('textbox').count(), 0, 'no model is told why not');
    await consent.getByRole('button', { name: 'Do not allow' }).click();
    await line(app, 'refresh error -32000 The person did not allow this call.');
    await app.getByRole('button', { name: 'Go' }).click();
    await consent.getByRole('button', { name: 'Always in this chat' }).click();
    await line(app, /refresh \{"content":\[\{"type":"text","text":"refresh: x/);
    await app.getByRole('button', { name: 'Go' }).click();
    await app.locator('li').filter({ hasText: /refresh \{/ }).nth(1).waitFor();
    assert.equal(servers.apps.acted, before + 2);
    assert.equal(servers.other.acted, 0);
  });

  test('opens no address and writes no message by itself', async () => {
    const { chat, page, app } = await drawn(`await begin();
      log('early ' + await word('ui/message', { role: 'user', content: { type: 'text', text: 'Sneaky' } }));
      for (const url of ['javascript:alert(1)', 'https://you@evil.example/', 'data:text/html,x']) log('bad ' + await word('ui/open-link', { url }));
      document.body.insertAdjacentHTML('beforeend', '<form><button>Form</button></form>');
      document.querySelector('form').onsubmit = (event) => { event.preventDefault(); log('form'); };
      button('Say', async () => log('say ' + await word('ui/message', { role: 'user', content: [{ type: 'text', text: 'What of Ulm?' }] })));
      button('Link', async () => log('link ' + await word('ui/open-link', { url: 'https://xn--80ak6aa92e.example/a' })));`);
    await line(app, 'early error -32000 The person is not at the app.');
    await app.locator('li').filter({ hasText: 'bad error -32000 It is no address of the web.' }).nth(2).waitFor();
    await app.getByRole('button', { name: 'Form' }).click();
    await line(app, 'form');
    await chat.box.fill('My own words');
    const asked = chats.site.upstream.calls.length;
    await app.getByRole('button', { name: 'Say' }).click();
    await line(app, 'say {}');
    await until(async () => await chat.box.inputValue() === 'My own words\n\nWhat of Ulm?', { what: 'it is written' });
    await page.getByText('The app has written into your message.').waitFor();
    // What a press says may be there before the focus that it brings.
    await chat.box.fill('');
    await page.evaluate(() => addEventListener('message', () => /** @type {HTMLElement} */ (document.querySelector('.app-frame')).focus(), { once: true }));
    await app.locator('body').evaluate(`void word('ui/message', { role: 'user', content: [{ type: 'text', text: 'Before the focus.' }] }).then((said) => log('pressed ' + said))`);
    await line(app, 'pressed {}');
    await until(async () => await chat.box.inputValue() === 'Before the focus.', { what: 'it is written without the focus' });
    await app.getByRole('button', { name: 'Link' }).click();
    await page.locator('.app-asking .inquiry-host').getByText('xn--80ak6aa92e.example', { exact: true }).waitFor();
    await page.locator('.app-asking').getByRole('button', { name: 'Not now' }).click();
    await line(app, 'link error -32000 The person did not open it.');
    assert.equal(chats.site.upstream.calls.length, asked, 'nothing was sent');
    assert.equal(page.context().pages().length, 1);
  });

  test('is closed and opened again, by keyboard, and is in no file', async () => {
    const { page, app } = await drawn(`await begin();
      button('Inside', () => log('pressed'));
      hear['ui/resource-teardown'] = () => {};`);
    await app.getByRole('button', { name: 'Inside' }).waitFor();
    const view = page.getByRole('group', { name: 'App of “apps”' });
    await view.getByRole('button', { name: 'Close' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await line(app, 'pressed');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await view.locator('iframe').waitFor({ state: 'detached' });
    assert.equal(await view.getByRole('button', { name: 'Open the app' }).evaluate((one) => one === document.activeElement), true);
    await page.keyboard.press('Enter');
    await app.getByRole('button', { name: 'Inside' }).waitFor();
  });
});

test('without the option there is no app, and the text stays', async () => {
  const { page } = await drawn('log("never")', { server: 'plain' });
  await page.locator('.part-tool[data-state="done"] summary').click();
  await page.locator('.part-result').getByText('draw: ').waitFor();
  assert.equal(await page.locator('iframe').count(), 0);
  assert.equal(servers.plain.calls('resources/read').length, 0);
  assert.doesNotMatch(JSON.stringify(servers.plain.seen), /mcp-app/);
  assert.match(JSON.stringify(servers.apps.seen), /io\.modelcontextprotocol\/ui.{1,5}mimeTypes.{1,6}text\/html;profile=mcp-app/);
  assert.match(JSON.stringify(servers.wide.calls('initialize')), /mcp-app/);
});

describe('an app that does not behave', () => {
  test('reaches nothing outside, by any way', async () => {
    const udp = dgram.createSocket('udp4');
    udp.on('message', () => reached.push('udp'));
    udp.unref();
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    reached = [];
    servers.apps.csp = { connectDomains: [origin, '*'], resourceDomains: [origin, 'https:', "'self'; frame-src *"] };
    const { page, app } = await drawn(`await begin();
      const to = ${JSON.stringify(origin)};
      const tries = {
        fetch: () => fetch(to + '/fetch'),
        beacon: () => { navigator.sendBeacon(to + '/beacon', 'x'); throw new Error('what it answers says nothing'); },
        socket: () => new Promise((resolve, reject) => { const s = new WebSocket(to.replace('https', 'wss')); s.onopen = resolve; s.onerror = reject; }),
        events: () => new Promise((resolve, reject) => { const s = new EventSource(to + '/events'); s.onopen = resolve; s.onerror = reject; }),
        picture: () => new Promise((resolve, reject) => { const i = new Image(); i.onload = resolve; i.onerror = reject; i.src = to + '/picture'; }),
        script: () => new Promise((resolve, reject) => { const i = document.createElement('script'); i.onload = resolve; i.onerror = reject; i.src = to + '/script'; document.head.append(i); }),
        module: () => import(to + '/module'),
        style: () => new Promise((resolve, reject) => { const i = document.createElement('link'); i.rel = 'stylesheet'; i.onload = resolve; i.onerror = reject; i.href = to + '/style'; document.head.append(i); }),
        worker: () => new Promise((resolve, reject) => { const w = new Worker(URL.createObjectURL(new Blob(['fetch(' + JSON.stringify(to + '/worker') + ').then(() => postMessage(1), () => postMessage(0))']))); w.onmessage = ({ data }) => (data ? resolve() : reject()); w.onerror = reject; }),
        font: () => new FontFace('f', 'url(' + to + '/font)').load(),
        own: () => fetch(${JSON.stringify('/chat/api/session')}),
        storage: () => localStorage.setItem('a', 'b'),
        cookie: () => { document.cookie = 'a=b'; if (document.cookie === '') throw new Error('none'); },
        page: () => parent.document.body,
        database: () => new Promise((resolve, reject) => { const r = indexedDB.open('a'); r.onsuccess = resolve; r.onerror = reject; }),
        eval: () => (0, eval)('1'),
        transport: () => new WebTransport(to + '/transport').ready,
        later: () => { fetchLater(to + '/later', { activateAfter: 0 }); throw new Error('what it answers says nothing'); },
        shared: () => new Promise((resolve, reject) => { const w = new SharedWorker(to + '/shared'); w.onerror = reject; w.port.onmessage = resolve; }),
        installed: () => navigator.serviceWorker.register(to + '/installed'),
      };
      for (const [name, run] of Object.entries(tries)) {
        const silent = new Promise((_, reject) => setTimeout(reject, 2000));
        try { await Promise.race([run(), silent]); log(name + ': WORKED'); } catch { log(name + ': no'); }
      }
      for (const rel of ['prefetch', 'dns-prefetch', 'preconnect', 'preload', 'modulepreload', 'prerender', 'icon', 'manifest']) {
        const i = document.createElement('link'); i.rel = rel; i.as = 'script'; i.href = to + '/' + rel; document.head.append(i);
      }
      for (const what of ['prefetch', 'prerender']) {
        const i = document.createElement('script'); i.type = 'speculationrules';
        i.textContent = JSON.stringify({ [what]: [{ source: 'list', eagerness: 'immediate', urls: [to + '/speculation-' + what] }] });
        document.head.append(i);
      }
      for (const markup of ['<video poster="' + to + '/poster"></video>', '<object data="' + to + '/object"></object>', '<embed src="' + to + '/embed">',
        '<svg><image href="' + to + '/svg"/><use href="' + to + '/use#a"/></svg>', '<img srcset="' + to + '/srcset 2x">', '<audio src="' + to + '/audio"></audio>',
        '<track src="' + to + '/track">', '<div style="mask: url(' + to + '/mask); cursor: url(' + to + '/cursor), auto">x</div>', '<input type="image" src="' + to + '/input">']) {
        document.body.insertAdjacentHTML('beforeend', markup);
      }
      const ping = document.createElement('a'); ping.href = '#x'; ping.ping = to + '/ping'; document.body.append(ping); ping.click();
      const style = document.createElement('style');
      style.textContent = '@import url(' + to + '/import); body { background: url(' + to + '/background) }';
      document.head.append(style);
      try {
        const pc = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:${udp.address().port}' }] });
        pc.createDataChannel('x');
        const silent = new Promise((_, reject) => setTimeout(reject, 2000));
        await Promise.race([pc.setLocalDescription(await pc.createOffer()), silent]);
      } catch { log('webrtc: no'); }
      log('window ' + (open(to + '/window') === null));
      try { top.location.href = to + '/top'; } catch { log('top: no'); }
      const link = document.createElement('a'); link.href = to + '/link'; link.target = '_blank'; link.click();
      const frame = document.createElement('iframe'); frame.src = to + '/frame'; document.body.append(frame);
      button('Form', () => {
        const form = document.createElement('form'); form.action = to + '/form'; document.body.append(form);
        form.submit();
      });
      setTimeout(() => log('tried'), 500);`);
    await line(app, 'tried');
    const said = await app.locator('li').allInnerTexts();
    assert.deepEqual(said.filter((one) => one.includes('WORKED')), []);
    assert.ok(said.length > 15 && said.includes('window true') && said.includes('top: no'), said.join());
    // A form takes the frame away, and goes nowhere.
    const frame = await page.locator('.app-frame').elementHandle();
    await app.getByRole('button', { name: 'Form' }).click();
    await (await frame?.contentFrame())?.waitForURL(/^chrome-error:/);
    assert.equal(page.context().pages().length, 1);
    assert.ok(page.url().startsWith(chats.address));
    assert.deepEqual(reached, []);
    udp.close();
    servers.apps.csp = undefined;
  });

  test('goes nowhere else with its own frame', async () => {
    reached = [];
    const { page } = await drawn(`await begin(); location.href = ${JSON.stringify(origin)} + '/away?words';`);
    const frame = /** @type {import('playwright-core').ElementHandle} */ (await page.locator('.app-frame').elementHandle());
    await page.waitForFunction(() => true);
    await (await frame.contentFrame())?.waitForURL(/^chrome-error:/);
    assert.deepEqual(reached, []);
    // Nor to the frame of another server, whose apps may reach more.
    const { page: second, app } = await drawn(`await begin();
      button('Go', () => { location.href = new URL('wide', ${JSON.stringify(new URL('api/tools/frame/', chats.address).href)}).href; });`);
    const other = second.waitForResponse(/frame\/wide/);
    await app.getByRole('button', { name: 'Go' }).click();
    assert.equal((await other).status(), 403, 'it is another site there');
  });

  for (const [what, address] of Object.entries({
    'a text of its own': '`data:text/html,${encodeURIComponent(words)}`',
    'a piece of memory': 'URL.createObjectURL(new Blob([words], { type: "text/html" }))',
    'an address that is a script': '`javascript:${JSON.stringify(words)}`',
    'the sandbox of programs': JSON.stringify('/sandbox/frame.html'),
    'the frame of diagrams': JSON.stringify('/md/mermaid-frame.html'),
  })) {
    test(`is no more heard, nor told anything, as ${what}`, async () => {
      reached = [];
      const { page, app } = await drawn(`await begin();
        const words = '<script>onmessage = ({ data }) => { new Image().src = ' + ${JSON.stringify(JSON.stringify(origin))} + ' + "/told?" + JSON.stringify(data); };'
          + 'parent.postMessage({ jsonrpc: "2.0", id: 1, method: "ui/initialize", params: {} }, "*");'
          + 'parent.postMessage({ jsonrpc: "2.0", method: "ui/notifications/size-changed", params: { width: 9, height: 777 } }, "*")</scr' + 'ipt>';
        button('Away', () => { location.href = ${address}; });
        button('Other', () => { for (let i = 0; i < parent.length; i += 1) parent[i].postMessage({ id: 0, source: 'graph TD; A-->B', look: {}, program: 'open("/")' }, '*'); log('said'); });`);
      await app.getByRole('button', { name: 'Other' }).click();
      await line(app, 'said');
      await app.getByRole('button', { name: 'Away' }).click();
      await page.evaluate(() => { document.documentElement.dataset['theme'] = 'dark'; });
      /* What it would say, it says at once: what the page answers to another app comes later. */
      await drawn('await begin(); log("later")', { chat: undefined });
      assert.deepEqual(reached, []);
      assert.notEqual(await page.locator('.app-frame').first().evaluate((frame) => /** @type {HTMLElement} */ (frame).offsetHeight), 777);
      assert.equal(page.context().pages().length, 1);
    });
  }

  test('is closed when it floods, and can be opened again', async () => {
    const { page } = await drawn(`await begin(); button('Well', () => {});
      for (let i = 0; i < ${MAX_BURST * 3}; i += 1) send({ id: i, method: 'ping' });`);
    const view = page.getByRole('group', { name: 'App of “apps”' });
    await view.getByText('The app was closed because it sent too much.').waitFor();
    await view.locator('iframe').waitFor({ state: 'detached' });
    await view.getByRole('button', { name: 'Open the app' }).click();
    await view.getByText('The app was closed because it sent too much.').waitFor();
  });

  test('is not understood when it says rubbish, or speaks through another window', async () => {
    const { app } = await drawn(`
      const circle = {}; circle.a = circle;
      const deep = []; let at = deep; for (let i = 0; i < 200; i += 1) { const next = []; at.push(next); at = next; }
      await begin();
      for (const data of [null, 7, 'words', circle, new Map([[1, 2]]), { jsonrpc: '1.0', id: 1, method: 'ping' }, { jsonrpc: '2.0', id: {}, method: 'ping' },
        { jsonrpc: '2.0', id: 99, method: 'ping', params: { deep } }, { jsonrpc: '2.0', id: 99, method: 'ping', params: { long: 'x'.repeat(1 << 20) } }]) parent.postMessage(data, '*');
      const frame = document.createElement('iframe');
      frame.srcdoc = '<script>parent.parent.postMessage({ jsonrpc: "2.0", id: 99, method: "ping" }, "*"); parent.postMessage("sent", "*")</scr' + 'ipt>';
      waiting.set(99, () => log('UNDERSTOOD'));
      const mine = onmessage;
      onmessage = (event) => { if (event.data === 'sent') setTimeout(async () => { await ask('ping'); log('still here'); }, 100); else mine(event); };
      document.body.append(frame);`);
    await line(app, 'still here');
    assert.equal(await app.locator('li').filter({ hasText: 'UNDERSTOOD' }).count(), 0);
  });

  for (const [what, contents] of /** @type {[string, any][]} */ ([
    ['no app', [{ uri: 'ui://x', mimeType: 'text/html', text: '<p>Hello' }]],
    ['nothing', []],
    ['too much', [{ uri: 'ui://x', mimeType: APP_TYPE, text: 'x'.repeat(MAX_APP_CHARS + 1) }]],
    ['bytes that are none', [{ uri: 'ui://x', mimeType: APP_TYPE, blob: '***' }]],
  ])) {
    test(`gives ${what} for a document`, async () => {
      servers.apps.contents = contents;
      const { page } = await drawn('');
      await page.getByText('The app could not be loaded.').waitFor();
      servers.apps.contents = undefined;
      await page.locator('.part-tool[data-state="done"] summary').click();
      await page.locator('.part-result').getByText('draw: ').waitFor();
    });
  }
});

describe('where an app may go', () => {
  const code = () => `await begin();
    try { log('got ' + await (await fetch(${JSON.stringify(origin)} + '/data')).text()); } catch { log('no'); }`;

  test('is what its server declares and the administrator allows', async () => {
    reached = [];
    servers.wide.csp = { connectDomains: [origin] };
    const { app } = await drawn(code(), { server: 'wide' });
    await line(app, 'got outside');
    assert.ok(reached.includes('/data'));
  });

  test('is nowhere when its server does not declare it', async () => {
    reached = [];
    servers.wide.csp = { resourceDomains: [origin] };
    const { app } = await drawn(code(), { server: 'wide' });
    await line(app, 'no');
    assert.ok(!reached.includes('/data'));
  });

  test('is nowhere when the administrator does not allow it', async () => {
    reached = [];
    servers.apps.csp = { connectDomains: [origin] };
    const { app } = await drawn(code());
    servers.apps.csp = undefined;
    await line(app, 'no');
    assert.deepEqual(reached, []);
  });
});

test('of many apps the oldest make room', async () => {
  const { chat, page } = await drawn('await begin(); log("here")');
  for (let i = 0; i < 4; i += 1) await drawn('await begin(); log("here")', { chat });
  await page.getByText('The app was closed because others were opened after it.').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.app-frame').length === 4);
});
