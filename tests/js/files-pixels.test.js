// SPDX-License-Identifier: MIT
// How large a picture says that it is.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { MAX_PIXELS, pixelsOf } from '../../static/files/pixels.js';
import { damage, random } from './files-helpers.js';

/** @param {(string | number | number[])[]} parts */
const bytes = (...parts) => new Uint8Array(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part].flat())))));

/** Each 300 × 200. @type {[string, Uint8Array][]} */
const PICTURES = [
  ['image/png', bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 1, 44, 0, 0, 0, 200])],
  ['image/gif', bytes('GIF89a', [44, 1, 200, 0, 0, 0, 0])],
  // One that lies: its screen is a dot, its frame, behind two extensions and colours, is not.
  ['image/gif', bytes('GIF89a', [1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255], [0x21, 0xfe, 2, 65, 66, 1, 67, 0], [0x21, 0xf9, 4, 0, 0, 0, 0, 0], [0x2c, 0, 0, 0, 0, 44, 1, 200, 0, 0, 2, 0])],
  ['image/x-icon', bytes([0, 0, 1, 0, 2, 0], [16, 16, 0, 0, 1, 0, 32, 0, 9, 0, 0, 0, 38, 0, 0, 0], [16, 16, 0, 0, 1, 0, 32, 0, 9, 0, 0, 0, 62, 0, 0, 0],
    [40, 0, 0, 0, 16, 0, 0, 0, 32, 0, 0, 0, ...Array(12).fill(0)], '\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 1, 44, 0, 0, 0, 200])],
  ['image/bmp', bytes('BM', Array(16).fill(0), [44, 1, 0, 0, 56, 255, 255, 255])],
  ['image/jpeg', bytes([255, 0xd8, 255, 0xe0, 0, 4, 0xff, 0xc0, 255, 255, 0xc4, 0, 2, 255, 0xc2, 0, 17, 8, 0, 200, 1, 44, 3])],
  ['image/webp', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', Array(8).fill(0), [43, 1, 0, 199, 0, 0])],
  ['image/webp', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8L', [0, 0, 0, 0, 47], [43, 193, 49, 0])],
  ['image/webp', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ', [0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a], [44, 1, 200, 0])],
  ['image/avif', bytes([0, 0, 0, 20], 'ispe', [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0, 20], 'ispe', [0, 0, 0, 0, 0, 0, 1, 44, 0, 0, 0, 200])],
];

test('each form says it in its own place', () => {
  for (const [type, picture] of PICTURES) assert.equal(pixelsOf(picture, type), 300 * 200, type);
  const avif = new Uint8Array(readFileSync(new URL('files/dot.avif', import.meta.url)));
  assert.equal(pixelsOf(avif, 'image/avif'), 24 * 16);
});

test('what is cut off, damaged or of another kind says nothing, or some number, and ends', () => {
  for (const [type, picture] of PICTURES) {
    for (let end = 0; end < picture.length; end += 1) assert.ok(pixelsOf(picture.subarray(0, end), type) >= 0);
    const next = random(7);
    for (let i = 0; i < 200; i += 1) assert.ok(pixelsOf(damage(picture, next), type) >= 0);
  }
  assert.equal(pixelsOf(bytes('II*\0'), 'image/tiff'), 0);
});

test('the largest that is decoded is what the largest cameras make', () => {
  assert.ok(MAX_PIXELS > 108e6 && MAX_PIXELS * 4 < 512 * 1024 * 1024);
});
