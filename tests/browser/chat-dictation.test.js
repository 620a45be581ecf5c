/* SPDX-License-Identifier: MIT */
/**
 * Dictation and sound files, with Chromium's own microphone that beeps: when it
 * is asked for, what is sent, where the words go, and that it is off afterwards.
 */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { until } from '../harness/children.js';
import { newGate } from '../harness/suite.js';
import { errorBody } from '../upstream/presets.js';
import { startChat } from './chat-harness.js';

/** @type {Awaited<ReturnType<typeof startChat>>} */
let chats;
/** @type {import('./chat-harness.js').Chat} */
let chat;

/** What the host's own file says of the microphone. @param {string} value */
const microphone = (value) => (/** @type {string} */ text) => text
  .replace(/include [^;]*local\.con\[f\];/, `set $confab_microphone "${value}";`);

before(async () => {
  chats = await startChat({
    models: ['hello', 'ears'],
    config: { transcription: 'up/whisper-1', 'provider "up"': { 'model "ears"': { input: ['text', 'audio'] } } },
    changeInclude: microphone('(self)'),
  }, ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
});
after(() => chats?.close());
afterEach(async () => {
  assert.deepEqual(chat.errors, []);
  await chat.page.context().close();
});

/** @param {string} model */
async function open(model = 'hello') {
  chats.site.upstream.forget();
  chats.site.upstream.script('POST /audio/transcriptions', { json: { text: 'dictated words' } });
  chat = await chats.open({
    // Whatever asks for the microphone, and what became of it.
    before: (page) => page.addInitScript(() => {
      const media = navigator.mediaDevices;
      const ask = media.getUserMedia.bind(media);
      Object.assign(window, { streams: [] });
      media.getUserMedia = async (how) => {
        const stream = await ask(how);
        /** @type {any} */ (window).streams.push(stream);
        return stream;
      };
    }),
  });
  await chat.choose(model);
  await chat.page.context().grantPermissions(['microphone']);
}

const button = (/** @type {string} */ name) => chat.page.getByRole('button', { name, exact: true });
const calls = () => chats.site.upstream.calls.filter(({ target }) => target.endsWith('/transcriptions'));
/** Whether each microphone that was asked for is on. */
const states = () => chat.page.evaluate(() =>
  /** @type {any} */ (window).streams.flatMap((/** @type {MediaStream} */ one) => one.getTracks().map((track) => track.readyState)));

/** Begins, and waits until something was recorded. */
async function record() {
  await button('Dictate').click();
  await chat.page.locator('.dictation-time').filter({ hasText: /0:0[1-9]/ }).waitFor();
}

test('words go where the cursor is; the microphone is asked for then, and off after', async () => {
  await open();
  await chat.box.fill('Say  to him');
  await chat.box.evaluate((/** @type {HTMLTextAreaElement} */ field) => field.setSelectionRange(4, 4));
  assert.deepEqual(await states(), []);
  await record();
  assert.deepEqual(await states(), ['live']);
  const level = () => chat.page.locator('.dictation-level').evaluate((/** @type {HTMLMeterElement} */ one) => one.value);
  await until(async () => await level() > 0.1, { what: 'the level of a beep' });
  await button('Write it down').click();
  await until(async () => (await chat.box.inputValue()) === 'Say dictated words to him', { what: 'the words' });
  assert.deepEqual(await states(), ['ended']);
  assert.ok(await chat.box.evaluate((field) => field === document.activeElement), 'the field has the focus');
  assert.equal(calls().length, 1);
  assert.match(calls()[0].body, /name="file"; filename="recording\.(webm|ogg|m4a)"/);
  assert.match(calls()[0].body, /name="model"\r\n\r\nwhisper-1/);
  assert.ok(calls()[0].bytes.length > 1000, 'there is sound in it');
  await chat.box.press('Control+z');
  assert.equal(await chat.box.inputValue(), 'Say  to him', 'it can be taken back');
  assert.doesNotMatch(await chat.stored(), /dictated/);
});

test('a pause stops the clock and the level; a cancelled recording is sent nowhere', async () => {
  await open();
  await record();
  await button('Pause').click();
  const clock = chat.page.locator('.dictation-time');
  const stood = await clock.textContent();
  assert.equal(await button('Pause').getAttribute('aria-pressed'), 'true');
  await until(async () => await chat.page.locator('.dictation-level').evaluate((/** @type {HTMLMeterElement} */ one) => one.value) === 0,
    { what: 'silence' });
  await button('Pause').click();
  await until(async () => await clock.textContent() !== stood, { what: 'the clock goes on' });
  await button('Discard the recording').click();
  await chat.page.locator('.dictation').waitFor({ state: 'hidden' });
  assert.deepEqual(await states(), ['ended']);
  assert.equal(calls().length, 0);
});

test('a recording is kept when it could not be written down, and tried again', async () => {
  await open();
  chats.site.upstream.script('POST /audio/transcriptions', [
    { status: 500, json: errorBody('It fell over.') }, { json: { text: 'second try' } }]);
  await record();
  await button('Write it down').click();
  await button('Try again').click();
  await until(async () => (await chat.box.inputValue()) === 'second try', { what: 'the words' });
  assert.equal(calls().length, 2);
  const [one, two] = calls().map(({ bytes }) => bytes.length);
  assert.equal(one, two, 'it is the same recording');
});

test('a microphone that is unplugged is said so, and what was said until then can be written down', async () => {
  await open();
  await record();
  await chat.page.evaluate(() => /** @type {any} */ (window).streams[0].getTracks()[0].stop());
  const told = chat.page.getByText('There is no microphone.');
  await told.waitFor();
  assert.equal(await button('Pause').getAttribute('aria-pressed'), 'true');
  const stood = await chat.page.locator('.dictation-time').textContent();
  assert.match(String(stood), /0:0[1-9]/);
  await button('Pause').click();
  await button('Write it down').click();
  await until(async () => (await chat.box.inputValue()) === 'dictated words', { what: 'the words' });
  assert.ok(calls()[0].bytes.length > 1000, 'there is sound in it');
});

test('while it is written down it can be cancelled, and the provider hears of that', async () => {
  await open();
  const gate = newGate();
  chats.site.upstream.script('POST /audio/transcriptions', { gateBefore: gate, json: { text: 'too late' } });
  await record();
  await button('Write it down').click();
  await until(() => calls().length === 1, { what: 'the call' });
  await button('Discard the recording').click();
  await until(() => calls()[0].closedAt, { what: 'its end' });
  chats.site.upstream.open(gate);
  assert.equal(await chat.box.inputValue(), '');
});

test('a model that hears gets the recording itself, as WAVE', async () => {
  await open('ears');
  await record();
  await button('Attach the recording').click();
  await chat.page.locator('.attachments').getByText('recording.wav').waitFor();
  await chat.ask('What do you hear?');
  await until(() => chats.site.upstream.calls.some(({ target }) => target.endsWith('/completions')), { what: 'the question' });
  const { messages } = JSON.parse(chats.site.upstream.calls.at(-1)?.body ?? '');
  const [sound] = messages[0].content.filter((/** @type {any} */ part) => part.type === 'input_audio');
  assert.equal(sound.input_audio.format, 'wav');
  assert.match(Buffer.from(sound.input_audio.data, 'base64').toString('latin1'), /^RIFF[^]{4}WAVEfmt /);
  assert.equal(calls().length, 0);
});

test('a sound file becomes its words for a model that does not hear', async () => {
  await open();
  await chat.page.locator('input[type=file]').first().setInputFiles({ name: 'talk.ogg', mimeType: '',
    buffer: Buffer.concat([Buffer.from('OggS'), Buffer.alloc(400, 7)]) });
  await chat.page.locator('.attachments').getByText('talk.ogg').waitFor();
  assert.match(calls()[0].body, /filename="talk\.ogg"/);
  await chat.ask('Sum it up');
  await chat.see('Hello, world!');
  assert.match(chats.site.upstream.calls.at(-1)?.body ?? '', /dictated words/);
});

test('no microphone where the site has none, whatever the browser would give', async (t) => {
  const closed = await startChat({ models: ['hello'], config: { transcription: 'up/whisper-1' } },
    ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
  t.after(() => closed.close());
  chat = await closed.open();
  await chat.page.context().grantPermissions(['microphone']);
  assert.equal(await button('Dictate').count(), 0);
  const refused = await chat.page.evaluate(() => navigator.mediaDevices.getUserMedia({ audio: true }).then(() => 'given', ({ name }) => name));
  assert.equal(refused, 'NotAllowedError');
});

test('without speech to text and ears there is no button, and a sound file is refused in words', async (t) => {
  const plain = await startChat({ models: ['hello'], changeInclude: microphone('(self)') });
  t.after(() => plain.close());
  chat = await plain.open();
  assert.equal(await button('Dictate').count(), 0);
  await chat.page.locator('input[type=file]').first().setInputFiles({ name: 'talk.ogg', mimeType: '',
    buffer: Buffer.concat([Buffer.from('OggS'), Buffer.alloc(400, 7)]) });
  await chat.page.getByText('The chosen model does not take talk.ogg').waitFor();
});
