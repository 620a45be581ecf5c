// SPDX-License-Identifier: MIT
// Files in the composer: what is said of them, what the model gets, and how that is changed before it goes out.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encode, pdf } from '../js/files-helpers.js';
import { made, madePlain, plainKinds } from '../js/files-large.js';
import { asModules, closeBrowser, MODELS, visit } from './ui-harness.js';

after(closeBrowser);

/** @typedef {import('./ui-harness.js').Visit} Visit */

const sample = (/** @type {string} */ name) => readFileSync(new URL(`../js/files/${name}`, import.meta.url));

/** @param {Visit} v @param {{name: string, content: Uint8Array | string, type?: string}[]} files */
const attach = (v, ...files) => v.page.locator('.composer input[type="file"]').setInputFiles(
  files.map(({ name, content, type = '' }) => ({ name, mimeType: type, buffer: Buffer.from(content) })));
/** @param {Visit} v @param {string} name */
const chip = (v, name) => v.page.locator('.composer .attachment', { hasText: name });

/** A visit with one model. @param {any} model */
const visitWith = (model) => visit({ prepare: (site) => {
  site.models = [typeof model === 'string' ? MODELS.find(({ id }) => id === model) : model];
} });

/** What the model got last. @param {Visit} v */
const sent = (v) => v.site.calls.filter((call) => call.path === 'chat/completions').at(-1)?.body.messages.at(-1).content;

/** @param {Visit} v */
const answering = (v) => {
  v.site.answer = async (reply) => {
    await reply.text('Read.');
    await reply.end();
  };
};

test('a document is read, its chip says how much it is, and shows exactly what is sent', async () => {
  const v = await visit();
  answering(v);
  await attach(v, { name: 'report.docx', content: sample('doc.docx'), type: 'application/octet-stream' });
  await chip(v, 'report.docx').getByText(/about \d+ tokens/).waitFor();
  await chip(v, 'report.docx').locator('.attachment-open').click();
  const words = await v.page.locator('dialog .attachment-words').textContent();
  assert.match(String(words), /^report\.docx:\n```\n# Field report\n/);
  await v.page.keyboard.press('Escape');
  await v.ask('Sum it up');
  await v.page.locator('.message-assistant .toolbar').last().waitFor();
  assert.equal(sent(v), `${words}\n\nSum it up`);
  await v.close();
});

test('an encoding that was guessed stands on the chip, and can be changed there', async () => {
  const v = await visit();
  await attach(v, { name: 'old.txt', content: encode('Zażółć gęślą jaźń', 'windows-1250') });
  await chip(v, 'old.txt').locator('.attachment-open').click();
  const select = v.page.locator('dialog select');
  assert.notEqual(await select.inputValue(), 'windows-1250');
  await select.selectOption('windows-1250');
  await v.page.locator('dialog .attachment-words', { hasText: 'Zażółć gęślą jaźń' }).waitFor();
  assert.equal(await select.inputValue(), 'windows-1250');
  await v.page.keyboard.press('Escape');
  assert.equal(await v.page.locator('.composer .attachment').count(), 1);
  await v.close();
});

test('each file that is not taken is named with its reason, and the others are', async () => {
  const v = await visit();
  await attach(v, { name: 'a.zip', content: Buffer.from('UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==', 'base64') },
    { name: 'locked.pdf', content: sample('locked.pdf') }, { name: 'cut.docx', content: sample('doc.docx').subarray(0, 3000) },
    { name: 'old.doc', content: Buffer.from('d0cf11e0a1b11ae10000', 'hex') }, { name: 'film', content: Buffer.from('0000001c6674797069736f6d00000000', 'hex') },
    { name: 'good.txt', content: 'good' });
  await chip(v, 'good.txt').waitFor();
  const told = await v.page.locator('.composer .notice').allTextContents();
  assert.deepEqual(told.map((one) => one.trim()), [
    'a.zip is an archive. Unpack it, and attach the files.', 'locked.pdf is protected with a password.', 'cut.docx could not be read.',
    'old.doc is of an office format that is not read here. Save it as DOCX, XLSX, PPTX, ODF or PDF.',
    'The chosen model does not take film: it is sound or a film.']);
  await v.close();
});

test('pages of a PDF without text are offered as pictures, to a model that sees', async () => {
  const v = await visit();
  await attach(v, { name: 'scan.pdf', content: pdf(['words', '']) });
  await v.page.getByText('One page of scan.pdf has no text.').waitFor();
  assert.equal(await v.page.getByRole('button', { name: 'Attach as pictures' }).count(), 0, 'Quick does not see');
  await v.close();
  const seeing = await visitWith('seeing');
  await attach(seeing, { name: 'scan.pdf', content: pdf(['', '']) });
  await seeing.page.getByRole('button', { name: 'Attach as pictures' }).click();
  await seeing.page.locator('.composer .attachment-image').nth(1).waitFor();
  assert.equal(await seeing.page.locator('.composer .attachment').count(), 2);
  await seeing.close();
});

test('a model that takes files can get the file itself', async () => {
  const v = await visitWith({ ...MODELS[1], id: 'filing', name: 'Filing', input: ['text', 'file'] });
  answering(v);
  const bytes = pdf(['inside']);
  await attach(v, { name: 'a.pdf', content: bytes });
  await chip(v, 'a.pdf').locator('.attachment-open').click();
  await v.page.locator('dialog select').selectOption('file');
  await v.page.getByText('The model gets the file itself').waitFor();
  await v.page.keyboard.press('Escape');
  await v.ask('Look');
  await v.page.locator('.message-assistant .toolbar').last().waitFor();
  assert.deepEqual(sent(v), [{ type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${Buffer.from(bytes).toString('base64')}` } }, { type: 'text', text: 'Look' }]);
  await v.close();
});

test('what is more than the model can read is said before it is sent, with a choice', async () => {
  const v = await visitWith('tiny');
  answering(v);
  const long = { name: 'long.txt', content: 'word '.repeat(2000) };
  await attach(v, long);
  await v.page.getByText('This is more than Tiny can read.').waitFor();
  await v.page.getByRole('button', { name: 'Leave out long.txt' }).click();
  await chip(v, 'long.txt').waitFor({ state: 'detached' });
  await attach(v, long);
  await v.page.getByRole('button', { name: 'Cut long.txt' }).click();
  await v.page.getByText('This is more than Tiny can read.').waitFor({ state: 'detached' });
  await v.ask('Short');
  await v.page.locator('.message-assistant .toolbar').last().waitFor();
  assert.match(sent(v), /^long\.txt:\n```\nword [^]*\[…\]\n```\n\nShort$/);
  assert.ok(sent(v).length < 2000);
  await attach(v, long);
  await v.page.getByRole('button', { name: 'Keep all of it' }).click();
  await v.page.getByText('This is more than Tiny can read.').waitFor({ state: 'detached' });
  await v.ask('All');
  await v.page.locator('.message-assistant .toolbar').nth(1).waitFor();
  assert.ok(sent(v).length > 10000);
  await v.close();
});

test('the choice has its room on a telephone, and a chip shows its name beside its encoding', async () => {
  const v = await visit({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true,
    prepare: (site) => { site.models = [MODELS.find(({ id }) => id === 'tiny')]; } });
  await attach(v, { name: 'old letter.txt', content: encode('Größe', 'windows-1252') }, { name: 'a-rather-long-name-of-a-file.txt', content: 'word '.repeat(2000) });
  await v.page.getByText('This is more than Tiny can read.').waitFor();
  const boxes = await v.page.locator('.refusals .notice, .refusals button').evaluateAll((all) => all.map((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    return { left, right, top, bottom };
  }));
  const [notice, ...buttons] = boxes;
  assert.ok(notice && buttons.length === 3 && notice.right <= 390);
  for (const [i, one] of buttons.entries()) {
    assert.ok(one.left >= notice.left && one.right <= notice.right, JSON.stringify(boxes));
    assert.ok(buttons.slice(i + 1).every((other) => other.left >= one.right || other.right <= one.left || other.top >= one.bottom), JSON.stringify(boxes));
  }
  const [name, remove] = await Promise.all(['.attachment-name', '.icon-button'].map((part) => chip(v, 'old letter.txt').locator(part).boundingBox()));
  const size = await chip(v, 'old letter.txt').locator('.attachment-size').boundingBox();
  assert.ok(name && size && remove && name.width > 60 && size.x + size.width <= remove.x + 1, JSON.stringify([name, size, remove]));
  await v.close();
});

test('cells of a spreadsheet are pasted as a table, and as plain text when that is asked for', async () => {
  const v = await visit();
  const paste = () => v.page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'a\tb\n1\t2\n');
    clipboardData.setData('text/html', '<table><tr><td>a</td></tr></table>');
    const field = /** @type {HTMLElement} */ (document.querySelector('.composer-field'));
    return !field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  const field = v.page.locator('.composer-field');
  await field.focus();
  assert.equal(await paste(), true);
  await v.page.waitForFunction(() => /** @type {HTMLTextAreaElement} */ (document.querySelector('.composer-field')).value !== '');
  assert.equal(await field.inputValue(), '| a | b |\n| --- | --- |\n| 1 | 2 |\n');
  await v.page.keyboard.down('Control');
  await v.page.keyboard.down('Shift');
  await v.page.keyboard.down('V');
  assert.equal(await paste(), false, 'the browser puts it in as it is');
  await v.page.keyboard.up('V');
  await v.close();
});

test('a pasted long text goes back into the field', async () => {
  const v = await visit();
  await v.page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'long '.repeat(3000));
    /** @type {HTMLElement} */ (document.querySelector('.composer-field')).dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await chip(v, 'Pasted text.txt').locator('.attachment-open').click();
  await v.page.getByRole('button', { name: 'Put it into the message' }).click();
  await chip(v, 'Pasted text.txt').waitFor({ state: 'detached' });
  assert.equal(await v.page.locator('.composer-field').inputValue(), 'long '.repeat(3000));
  await v.close();
});

test('a picture is turned as the camera says, and tells nothing of the place', async () => {
  const v = await visitWith('seeing');
  answering(v);
  // A JPEG that the browser writes, with EXIF put in: turned by a quarter, and a place.
  const jpeg = await v.page.evaluate(() => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 40, height: 20 });
    canvas.getContext('2d')?.fillRect(0, 0, 10, 10);
    return canvas.toDataURL('image/jpeg').split(',')[1];
  });
  const plain = Buffer.from(String(jpeg), 'base64');
  const tiff = Buffer.concat([Buffer.from('4d4d002a00000008000101120003000000010006000000000000', 'hex'), Buffer.from('GPS SECRET PLACE')]);
  const exif = Buffer.concat([Buffer.from([0xff, 0xe1, 0, 2 + 6 + tiff.length]), Buffer.from('Exif\0\0'), tiff]);
  await attach(v, { name: 'photo', content: Buffer.concat([plain.subarray(0, 2), exif, plain.subarray(2)]) });
  const image = v.page.locator('.composer .attachment-image img');
  await image.waitFor();
  assert.deepEqual([await image.getAttribute('width'), await image.getAttribute('height')], ['20', '40']);
  const data = Buffer.from(String((await image.getAttribute('src'))?.split(',')[1]), 'base64').toString('latin1');
  assert.doesNotMatch(data, /SECRET|Exif/);
  await v.close();
});

/** A GIF of 2 × 1 pixels with these frames, each of one colour of red and blue (GIF89a, without compression). @param {number[]} frames */
const gif = (...frames) => Buffer.concat([
  Buffer.from('GIF89a'), Buffer.from([2, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255]),
  ...frames.map((colour) => Buffer.from([0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2,
    // Codes of three bits: clear, the pixel twice, end.
    ...[0, 8].map((shift) => ((4 | (colour << 3) | (colour << 6) | (5 << 9)) >> shift) & 255), 0])),
  Buffer.from([0x3b]),
]);

/** The colour of the first pixel of the picture that waits. @param {Visit} v @param {string} name */
const firstPixel = (v, name) => v.page.locator(`.composer .attachment-image img[alt="${name}"]`).evaluate((/** @type {HTMLImageElement} */ image) => {
  const canvas = new OffscreenCanvas(1, 1);
  const pen = canvas.getContext('2d');
  pen?.drawImage(image, 0, 0, 1, 1, 0, 0, 1, 1);
  return [...pen?.getImageData(0, 0, 1, 1).data ?? []].map((value) => Math.round(value / 32));
});

test('AVIF is shown; an animation is its first frame; what cannot be shown, or is none, gets a clear word', async () => {
  const v = await visitWith('seeing');
  const told = (/** @type {string} */ words) => v.page.locator('.composer .refusals').getByText(words).waitFor();
  await attach(v, { name: 'dot.avif', content: sample('dot.avif') });
  const shown = v.page.locator('.composer .attachment-image img[alt="dot.avif"]');
  await shown.waitFor();
  assert.match(String(await shown.getAttribute('src')), /^data:image\/jpeg;/, 'in a form that providers take');
  assert.deepEqual([await shown.getAttribute('width'), await shown.getAttribute('height')], ['24', '16']);
  await attach(v, { name: 'two.gif', content: gif(0, 1) });
  await told('two.gif is an animation: the model sees its first frame.');
  assert.deepEqual(await firstPixel(v, 'two.gif'), [8, 0, 0, 8]);
  await attach(v, { name: 'one.gif', content: gif(1) });
  await v.page.locator('.composer .attachment-image img[alt="one.gif"]').waitFor();
  assert.equal(await v.page.locator('.composer .refusals').getByText('animation').count(), 0);
  for (const name of ['print.jpg', 'moving.webp', 'still.bmp']) {
    await attach(v, { name, content: sample(name) });
    await v.page.locator(`.composer .attachment-image img[alt="${name}"]`).waitFor();
    // The left half is red, in a printer's colours too.
    const [red = 0, , blue = 0] = await firstPixel(v, name);
    assert.ok(red >= 6 && blue <= 2, `${name}: ${red} ${blue}`);
    if (name === 'moving.webp') await told('moving.webp is an animation: the model sees its first frame.');
  }
  const box = (/** @type {string} */ brand) => Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from(`ftyp${brand}`), Buffer.alloc(40)]);
  await attach(v, { name: 'phone.heic', content: sample('still.heic') }, { name: 'cut.avif', content: box('avif') });
  await told('This browser cannot show phone.heic. Save it as JPEG or PNG.');
  await told('This browser cannot show cut.avif. Save it as JPEG or PNG.');
  await attach(v, { name: 'cut.png', content: Buffer.from('89504e470d0a1a0a0000', 'hex') });
  await told('cut.png could not be read.');
  await v.close();
});

test('a very tall picture is said so, and one that would unpack to a gigabyte is not unpacked', async () => {
  const v = await visitWith('seeing');
  const tall = await v.page.evaluate(() => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 20, height: 8000 });
    canvas.getContext('2d')?.fillRect(0, 0, 20, 4000);
    return canvas.toDataURL('image/png').split(',')[1];
  });
  const png = Buffer.from(String(tall), 'base64');
  await attach(v, { name: 'tall.png', content: png });
  await v.page.getByText('tall.png is very long: the model sees it scaled down, and small print in it may be lost.').waitFor();
  const bomb = Buffer.from(png);
  bomb.writeUInt32BE(60000, 16);
  bomb.writeUInt32BE(60000, 20);
  await attach(v, { name: 'bomb.png', content: bomb });
  await v.page.getByText('bomb.png unpacks to far more than is ever read.').waitFor();
  await v.close();
});

test('what is attached is read and written anew outside of the thread that draws the page', async () => {
  const v = await visitWith('seeing');
  // What would hold it up is counted where it would be called; how long anything took is the machine's affair.
  await v.page.evaluate(() => {
    const heavy = /** @type {string[]} */ ([]);
    Object.assign(window, { heavy });
    const watch = (/** @type {any} */ owner, /** @type {string} */ name, large = (/** @type {any[]} */ ..._args) => true) => {
      const own = owner[name];
      owner[name] = function watched(/** @type {any[]} */ ...args) {
        if (large(...args)) heavy.push(name);
        return own.apply(this, args);
      };
    };
    watch(HTMLCanvasElement.prototype, 'toDataURL');
    watch(HTMLCanvasElement.prototype, 'toBlob');
    watch(CanvasRenderingContext2D.prototype, 'drawImage');
    watch(window, 'createImageBitmap');
    watch(TextDecoder.prototype, 'decode', (bytes) => bytes?.byteLength > 100_000);
    watch(window, 'DecompressionStream');
  });
  const noise = await v.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(2400, 2400);
    const pen = canvas.getContext('2d');
    const pixels = new ImageData(2400, 2400);
    for (let i = 0; i < pixels.data.length; i += 1) pixels.data[i] = (i * 2654435761) >>> 24;
    pen?.putImageData(pixels, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  const text = 'Zeile für Zeile. '.repeat(60_000);
  await attach(v, { name: 'noise.jpg', content: Buffer.from(noise) }, { name: 'long.txt', content: text },
    { name: 'report.docx', content: sample('doc.docx') }, { name: 'a.pdf', content: pdf(Array.from({ length: 60 }, () => 'words\n'.repeat(40))) });
  for (const name of ['long.txt', 'report.docx', 'a.pdf']) await chip(v, name).waitFor();
  await v.page.locator('.composer .attachment-image img[alt="noise.jpg"]').waitFor();
  assert.deepEqual(await v.page.evaluate(() => /** @type {any} */ (window).heavy), []);
  await v.close();
});

test('a file that is removed is let go of, and one that is being read can be given up', async () => {
  const v = await visit({ prepare: asModules });
  await attach(v, { name: 'many.pdf', content: pdf(Array.from({ length: 400 }, (_, i) => `page ${i}\n`.repeat(30))) });
  await v.page.locator('.composer').getByRole('button', { name: 'Cancel' }).click();
  await v.page.locator('.composer .spinner').waitFor({ state: 'detached' });
  assert.equal(await v.page.locator('.composer .attachment').count(), 0);
  await attach(v, { name: 'x.txt', content: 'x' });
  await chip(v, 'x.txt').getByRole('button', { name: 'Remove x.txt' }).click();
  await chip(v, 'x.txt').waitFor({ state: 'detached' });
  const held = await v.page.evaluate(async () => (await import(new URL('ui/attach-waiting.js', document.baseURI).href)).waiting.size);
  assert.equal(held, 0);
  await v.close();
});

test('no file holds the page up: giant, broken and lying ones, of each kind, each with its end', async () => {
  const v = await visitWith('seeing');
  const browser = /** @type {import('playwright-core').Browser} */ (v.page.context().browser());
  const cut = (/** @type {string} */ name) => sample(name).subarray(0, Math.floor(sample(name).length / 2));
  const MIB = 1024 * 1024;
  const files = [
    ...['docx', 'xlsx', 'odt', 'epub'].map((kind) => ({ name: `giant.${kind}`, content: made(kind, 6 * MIB) })),
    ...plainKinds.map((kind, i) => ({ name: `giant-${i}.txt`, content: madePlain(kind, 3 * MIB) })),
    { name: 'long.txt', content: 'Zeile für Zeile. '.repeat(60_000) },
    ...['doc.docx', 'sheet.ods', 'slides.pptx', 'doc.epub', 'doc.rtf', 'talk.pdf', 'print.jpg', 'still.avif', 'still.heic', 'moving.gif']
      .map((name) => ({ name: `cut-${name}`, content: cut(name) })),
    { name: 'lying.pdf', content: Buffer.concat([Buffer.from('%PDF-1.7\n'), sample('doc.docx')]) },
    { name: 'lying.png', content: Buffer.concat([sample('deep.png').subarray(0, 40), sample('doc.rtf')]) },
    { name: 'lying.docx', content: sample('talk.pdf') },
  ];
  // By their paths: what is handed over otherwise is unpacked by the page itself.
  const folder = mkdtempSync(join(tmpdir(), 'confab-files-'));
  /** @type {{name: string, at: number}[]} */
  const begun = [];
  await browser.startTracing(v.page, { categories: ['toplevel', '__metadata'] });
  for (const { name, content } of files) {
    writeFileSync(join(folder, name), content);
    begun.push({ name, at: Number(process.hrtime.bigint() / 1000n) });
    await v.page.locator('.composer input[type="file"]').setInputFiles(join(folder, name));
    // Each is a chip, or a picture, or a word; then it may go.
    await v.page.locator('.composer .attachment, .composer .refusals p').first().waitFor({ timeout: 60000 });
    await v.page.locator('.composer .spinner').waitFor({ state: 'detached', timeout: 60000 });
    for (let chips = await v.page.locator('.composer .attachment').count(); chips > 0; chips -= 1) {
      await v.page.locator('.composer .attachment').first().getByRole('button', { name: /^Remove / }).click();
    }
  }
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  rmSync(folder, { recursive: true });
  const main = new Set(traceEvents.filter((/** @type {any} */ { name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    .map((/** @type {any} */ { pid, tid }) => `${pid} ${tid}`));
  // What a task took of the processor, not of the clock: the machine may have other things to do.
  const tasks = traceEvents.filter((/** @type {any} */ { name, pid, tid, tdur }) => name.endsWith('RunTask') && tdur > 0 && main.has(`${pid} ${tid}`));
  assert.ok(tasks.length > 1000, `${tasks.length} tasks were seen`);
  const long = tasks.filter((/** @type {any} */ { tdur }) => tdur >= 100_000)
    .map((/** @type {any} */ { tdur, ts }) => `${begun.findLast(({ at }) => at <= ts)?.name ?? 'none'}: ${Math.round(tdur / 1000)} ms`);
  assert.deepEqual(long, []);
  await v.close();
});
