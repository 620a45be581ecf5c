// SPDX-License-Identifier: MIT
// Each kind of part in every language: what a screen reader is told of it are words of that language, and axe finds
// nothing; in the composer, while a tool waits for consent, and when all is there and unfolded.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { fill } from '../../static/ui/i18n.js';
import { LANGUAGES } from '../../static/ui/languages.js';
import { axe } from './axe.js';
import { closeBrowser, MODELS, visit } from './ui-harness.js';

after(closeBrowser);

/** @typedef {import('./ui-harness.js').Visit} Visit */

const PNG = readFileSync(new URL('../../static/icons/icon-192.png', import.meta.url));
const PNG_URL = `data:image/png;base64,${PNG.toString('base64')}`;
const SVG_URL = `data:image/png;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64')}`;
/** A tenth of a second of silence. */
const WAV = Buffer.concat([
  Buffer.from('524946466406000057415645666d74201000000001000100803e0000007d0000020010006461746140060000', 'hex'), Buffer.alloc(1600)]);

/** First a call, then an answer with everything in it. @param {import('./ui-harness.js').Reply} reply */
async function everything(reply) {
  if (reply.body.messages.at(-1).role !== 'tool') {
    await reply.think('A thought.');
    await reply.piece({ tool_calls: [{ index: 0, id: 'c', function: { name: 'maps__route', arguments: '{"to":"x"}' } }] });
    return reply.end('tool_calls');
  }
  await reply.text('12[1] 34.\n\n');
  await reply.piece({ images: [{ image_url: { url: PNG_URL } }, { image_url: { url: 'https://pictures.example/bear.png' } }, { image_url: { url: SVG_URL } }] });
  await reply.piece({ audio: { data: Buffer.alloc(4800).toString('base64'), transcript: '…' } });
  await reply.piece({ hologram: { depth: 3 } });
  await reply.piece({}, { citations: ['https://bears.example/live'], search_results: [{ url: 'https://bears.example/live', title: '56' }] });
  return reply.end();
}

/** What the tool gives. */
const RESULT = [{ type: 'result', is_error: false, content: [
  { type: 'text', text: '78' }, { type: 'image', data: PNG.toString('base64'), mimeType: 'image/png' },
  { type: 'resource_link', uri: 'https://bears.example/map', name: 'map' },
  { type: 'text', text: JSON.stringify([{ n: 1 }, { n: 2 }]) }] }];

/** What has a role that a person acts on or jumps to, and its name, in the order of the page. @param {Visit} v @param {string} root */
async function described(v, root) {
  const session = await v.page.context().newCDPSession(v.page);
  await session.send('Accessibility.enable');
  const { root: top } = await session.send('DOM.getDocument');
  const { nodeId } = await session.send('DOM.querySelector', { nodeId: top.nodeId, selector: root });
  const { nodes } = await session.send('Accessibility.queryAXTree', { nodeId });
  await session.detach();
  return nodes.filter(({ ignored, role }) => !ignored && /^(button|link|image|img|region|group|Audio|DisclosureTriangle|article|list|heading|textbox|progressbar)$/.test(role?.value))
    .map(({ role, name }) => `${role?.value}: ${name?.value ?? ''}`);
}

/** Fails unless each of them is among what is described. @param {string[]} all @param {[string, string][]} wanted  role, words of its name */
function has(all, wanted) {
  for (const [role, words] of wanted) {
    assert.ok(all.some((one) => one.startsWith(`${role}: `) && one.replace(/[\u2068\u2069]/g, '').includes(words.replace(/[\u2068\u2069]/g, ''))),
      `${role} "${words}" is not in\n${all.join('\n')}`);
  }
  // A name is said of all that can be pressed, followed, played or unfolded.
  assert.deepEqual(all.filter((one) => /^(button|link|image|img|region|Audio|DisclosureTriangle|textbox): $/.test(one)), []);
}

for (const { code, dir, load, later } of LANGUAGES) {
  test(`each kind of part in ${code}`, async () => {
    const words = { ...await load(), ...await later() };
    /** @param {string} key @param {Record<string, string>} [params] */
    const t = (key, params = {}) => fill(String(words[key]), params);
    const v = await visit({ locale: code, reducedMotion: 'reduce', prepare: (site) => {
      site.models = [{ ...MODELS[1], id: 'all', name: 'All', input: ['text', 'image', 'audio', 'file'] }];
      site.tools.data = [{ name: 'maps__route', server: 'maps', tool: 'route', title: 'Route', description: '', parameters: { type: 'object' }, annotations: {}, consent: 'ask', digest: 'd' }];
      site.answer = everything;
      site.call = () => RESULT;
    } });
    const { page } = v;
    await page.waitForFunction((wanted) => document.documentElement.lang === wanted, code);
    assert.equal(await page.evaluate(() => document.documentElement.dir), dir);
    await page.getByRole('button', { name: t('tools.title'), exact: true }).click();
    await page.getByRole('dialog').getByRole('checkbox', { name: 'route' }).check();
    await page.keyboard.press('Escape');

    await page.locator('.composer input[type=file]').setInputFiles([
      { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('12 34') }, { name: 'b.png', mimeType: 'image/png', buffer: PNG },
      { name: 'c.wav', mimeType: 'audio/wav', buffer: WAV }, { name: 'd.bin', mimeType: '', buffer: Buffer.from([0, 1, 2, 255]) }]);
    await page.locator('.composer .attachment').nth(2).waitFor();
    await page.locator('.composer .notice-warn', { hasText: t('file.kind', { name: 'd.bin' }) }).waitFor();
    await axe(page);
    has(await described(v, '.composer'), [['list', t('compose.attachments')], ['button', 'a.txt'],
      ...['a.txt', 'b.png', 'c.wav'].map((name) => /** @type {[string, string]} */ (['button', t('compose.remove', { name })]))]);

    await page.locator('.composer-field').fill('?');
    await page.locator('.send-button').click();
    await page.locator('.consent:not([hidden])').waitFor();
    await axe(page);
    has(await described(v, '.message-assistant'), [['group', t('consent.title')], ['DisclosureTriangle', t('tool.asking')],
      ['button', t('consent.once')], ['button', t('consent.always')], ['button', t('consent.edit')], ['button', t('consent.deny')]]);
    await page.getByRole('button', { name: t('consent.once') }).click();

    await page.locator('.message-assistant .toolbar').waitFor();
    await page.locator('.part-sources:not([hidden])').waitFor();
    await page.locator('details[data-state="done"]').waitFor();
    for (const summary of await page.locator('.message-assistant summary').all()) {
      if (!await summary.evaluate((one) => /** @type {HTMLDetailsElement} */ (one.parentElement).open)) await summary.click();
    }
    await page.locator('.part-result .part-image img').waitFor();
    await page.getByRole('region', { name: t('result.table') }).waitFor();
    await axe(page);
    has(await described(v, '.message-user'), [['heading', t('thread.you')], ['list', t('compose.attachments')], ['button', 'a.txt'],
      ['button', t('picture.open', { name: 'b.png' })]]);
    has(await described(v, '.message-assistant'), [['DisclosureTriangle', t('reason.doneShort')], ['DisclosureTriangle', t('tool.done')],
      ['region', t('result.table')], ['link', 'map'], ['button', t('picture.open', { name: 'image.png' })], ['button', t('part.save', { name: 'image.png' })],
      ['link', t('part.imageAt', { host: 'pictures.example' })], ['Audio', t('part.sound')], ['button', t('part.save', { name: `${t('part.sound')}.wav` })],
      ['DisclosureTriangle', t('part.raw', { name: 'hologram' })], ['region', t('part.sources')], ['heading', t('part.sources')], ['link', '56'], ['link', '[1]']]);
    assert.equal(await page.locator('.part-call ~ .part-image img').getAttribute('alt'), t('part.image'));
    await page.getByText(t('part.notice.not_a_picture')).waitFor();
    assert.deepEqual(v.incidents, []);
    await v.close();
  });
}
