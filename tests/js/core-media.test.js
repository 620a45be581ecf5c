/* SPDX-License-Identifier: MIT */
/** Pictures, sound and the numbers of sources: told by their bytes, put where they belong. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { citedText } from '../../static/core/citations.js';
import { cleanBase64, nameFor, plainName, rasterType, readDataUrl, readPicture, soundType } from '../../static/core/media.js';
import { bytesOfBase64, playable } from '../../static/core/sound.js';

const base64 = (...bytes) => Buffer.from(bytes.flatMap((one) => (typeof one === 'string' ? [...Buffer.from(one, 'latin1')] : [one]))).toString('base64');

test('a picture is told by its first bytes', () => {
  for (const [type, ...bytes] of [
    ['image/png', 0x89, 'PNG\r\n\x1a\n'], ['image/jpeg', 0xff, 0xd8, 0xff, 0xe0], ['image/gif', 'GIF89a'], ['image/gif', 'GIF87a'],
    ['image/webp', 'RIFF', 1, 2, 3, 4, 'WEBPVP8 '], ['image/avif', 0, 0, 0, 28, 'ftypavif'], ['image/avif', 0, 0, 0, 28, 'ftypmif1', 0, 0, 0, 0, 'avifmif1'],
    [null, '<svg xmlns="http://www.w3.org/2000/svg"/>'], [null, '<?xml version="1.0"?><svg/>'], [null, 'RIFF', 1, 2, 3, 4, 'WAVE'],
    [null, 'BM', 0, 0], [null, '%PDF-1.7'], [null, 0x89, 'PNG'], [null, ''], [null, 0, 0, 0, 28, 'ftypheic'],
  ]) {
    assert.equal(rasterType(base64(...bytes)), type, JSON.stringify(bytes));
  }
});

test('sound is told by its first bytes', () => {
  for (const [type, ...bytes] of [
    ['audio/wav', 'RIFF', 0, 0, 0, 0, 'WAVE'], ['audio/mpeg', 'ID3', 4], ['audio/mpeg', 0xff, 0xfb, 0x90], ['audio/ogg', 'OggS'],
    ['audio/flac', 'fLaC'], ['audio/mp4', 0, 0, 0, 28, 'ftypM4A '], ['audio/webm', 0x1a, 0x45, 0xdf, 0xa3], ['audio/pcm', 1, 2, 3, 4],
  ]) {
    assert.equal(soundType(base64(...bytes)), type);
  }
});

test('a data: URL is taken apart with care', () => {
  assert.deepEqual(readDataUrl('data:image/png;base64,AAAA'), { type: 'image/png', base64: 'AAAA', size: 3 });
  assert.deepEqual(readDataUrl('data:Text/Plain;charset=utf-8;base64,AAA='), { type: 'text/plain', base64: 'AAA=', size: 2 });
  assert.deepEqual(readDataUrl('data:;base64,AA=='), { type: 'application/octet-stream', base64: 'AA==', size: 1 });
  for (const url of ['', 'data:', 'data:,x', 'data:image/png,x', 'data:image/png;base64,', 'data:image/png;base64,A"A', 'https://x/,;base64,AAAA',
    'data:image/png" onload="x;base64,AAAA', `data:${'x'.repeat(400)}/y;base64,AAAA`]) {
    assert.equal(readDataUrl(url), null, url.slice(0, 40));
  }
  assert.equal(cleanBase64('-_8 \n='), '+/8=');
  assert.equal(cleanBase64('a<b'), null);
  assert.equal(readPicture(`data:image/webp;base64,${base64('GIF89a')}`).type, 'image/gif');
});

test('names turn nothing round', () => {
  assert.equal(plainName('photo\u202egpj.exe\u0007', 100), 'photogpj.exe');
  assert.equal(plainName('x'.repeat(500), 10), 'xxxxxxxxxx');
  for (const mark of '\u0085\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069\u206f\ufeff') {
    assert.equal(plainName(`a${mark}b`, 9), 'ab', mark.charCodeAt(0).toString(16));
  }
  assert.equal(plainName('a\ud800b\udc00', 9), 'ab', 'half of a pair');
  assert.equal(plainName('ab😀', 3), 'ab', 'nor one that was cut');
  assert.equal(plainName(`Z${'\u0301'.repeat(90)}algo`, 200), `Z${'\u0301'.repeat(4)}algo`);
  for (const name of ['می\u200cخواهم', '👩\u200d🚀', 'é', 'e\u0301']) assert.equal(plainName(name, 20), name);
  assert.equal(nameFor('image/jpeg', 'image'), 'image.jpg');
  assert.equal(nameFor('image/svg+xml', 'image'), 'image.svg');
  assert.equal(nameFor('', 'x'), 'x.bin');
});

test('samples in pieces become a file that plays', () => {
  const samples = Buffer.from([1, 0, 2, 0, 3]);
  const pieces = `${samples.subarray(0, 2).toString('base64')} ${samples.subarray(2).toString('base64')}`;
  assert.deepEqual([...bytesOfBase64(pieces)], [...samples]);
  const wav = Buffer.from(playable({ type: 'audio/pcm', data: `data:audio/pcm;base64,${pieces}` }).split(',')[1], 'base64');
  assert.equal(wav.toString('latin1', 0, 4), 'RIFF');
  assert.equal(wav.readUInt32LE(24), 24000);
  assert.equal(wav.readUInt32LE(40), samples.length);
  assert.deepEqual(wav.subarray(44), samples);
  const mp3 = base64('ID3', 1, 2);
  assert.equal(playable({ type: 'audio/mpeg', data: `data:audio/mpeg;base64,${mp3}` }), `data:audio/mpeg;base64,${mp3}`);
  assert.equal(playable({ type: 'audio/mpeg', data: 'data:audio/mpeg;base64,SUQz AQI=' }), `data:audio/mpeg;base64,${mp3}`);
  assert.equal(playable({ type: 'audio/pcm', data: '' }), '');
});

const src = (number, at = [], url = `https://s${number}.example/`) => ({ kind: 'source', number, url, title: '', snippet: '', at });
const one = '[&#91;1&#93;](<https://s1.example/>)';
const two = '[&#91;2&#93;](<https://s2.example/>)';

test('numbers stand where the provider marks them', () => {
  for (const [text, sources, want, start] of [
    ['Bears live.', [src(1, [5])], `Bears${one} live.`],
    ['Bears live.', [src(1, [5, 11]), src(2, [5])], `Bears${one}${two} live.${one}`],
    ['second', [src(1, [3, 12])], `sec${one}ond`, 9],
    ['in `co de` it', [src(1, [6])], `in \`co de\`${one} it`],
    ['see [a b](https://x.example/) it', [src(1, [7])], `see [a b](https://x.example/)${one} it`],
    ['see [a b](https://x.example/b_(c)) it', [src(1, [7])], `see [a b](https://x.example/b_(c))${one} it`],
    ['```\ncode\n```\n', [src(1, [6])], '```\ncode\n```\n'],
    ['```\ncode', [src(1, [6])], '```\ncode'],
    ['x ([s1](https://s1.example/))', [src(1, [29])], 'x ([s1](https://s1.example/))'],
    ['x', [src(1, [0, 99])], 'x'],
    ['', [src(1, [1])], ''],
    ['plain', [], 'plain'],
  ]) assert.equal(citedText(text, sources, start), want, text);
});

test('numbers that the text has become links, but not in code, links and lists of other things', () => {
  for (const [text, want] of [
    ['so[1][2].', `so${one}${two}.`], ['a[3]', 'a[3]'], ['`a[1]`', '`a[1]`'], ['[1](https://x.example/)', '[1](https://x.example/)'],
    ['[1]: https://x.example/', '[1]: https://x.example/'], ['~~~\na[1]\n~~~\nb[1]', `~~~\na[1]\n~~~\nb${one}`], ['$$x[1]$$', '$$x[1]$$'],
    // Within other marks, as open-webui 30277 says of its own.
    ['**so[1]** *or[2]* ~~not[1]~~', `**so${one}** *or${two}* ~~not${one}~~`], ['| a[1] | b |', `| a${one} | b |`], ['> - a[1]', `> - a${one}`],
  ]) assert.equal(citedText(text, [src(1), src(2)]), want, text);
  assert.doesNotMatch(citedText('a[1]', [src(1, [], 'https://x.example/a>b c)')]), /> |b c/);
});
