/* SPDX-License-Identifier: MIT */
/**
 * Sound as an answer brings it, in pieces and without a head, made into what a
 * browser plays. Pure.
 */

/** What bare samples are: 24 kHz, mono, 16 bit. */
const RATE = 24000;
const HEAD_BYTES = 44;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Uint8Array(128);
for (let i = 0; i < ALPHABET.length; i += 1) VALUES[ALPHABET.charCodeAt(i)] = i;

/**
 * The bytes of base64, and of several pieces of it with blanks between.
 *
 * @param {string} base64
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function bytesOfBase64(base64) {
  const bytes = new Uint8Array(Math.ceil((base64.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let count = 0;
  for (let i = 0; i < base64.length; i += 1) {
    const code = base64.charCodeAt(i);
    if (code === 0x20 || code === 0x3d) {
      // A piece ends; the bits left over are padding.
      bits = 0;
      count = 0;
      continue;
    }
    bits = ((bits << 6) | /** @type {number} */ (VALUES[code & 0x7f])) & 0xfff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[length] = (bits >> count) & 0xff;
    length += 1;
  }
  return bytes.slice(0, length);
}

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
function base64Of(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const bits = (a << 16) | (b << 8) | c;
    text += `${ALPHABET[bits >> 18]}${ALPHABET[(bits >> 12) & 63]}${ALPHABET[(bits >> 6) & 63]}${ALPHABET[bits & 63]}`;
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  return missing === 0 ? text : `${text.slice(0, -missing)}${'='.repeat(missing)}`;
}

/**
 * Samples, mono, 16 bit, with the head of a WAVE file.
 *
 * @param {Uint8Array} samples
 * @param {number} [rate]  how many a second
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function withHead(samples, rate = RATE) {
  const file = new Uint8Array(HEAD_BYTES + samples.length);
  const view = new DataView(file.buffer);
  const word = (/** @type {number} */ at, /** @type {string} */ text) => {
    for (let i = 0; i < text.length; i += 1) view.setUint8(at + i, text.charCodeAt(i));
  };
  word(0, 'RIFF');
  view.setUint32(4, file.length - 8, true);
  word(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, 'data');
  view.setUint32(40, samples.length, true);
  file.set(samples, HEAD_BYTES);
  return file;
}

/**
 * A data: URL that a browser plays; '' when there is no sound.
 *
 * @param {{type: string, data: string}} part
 * @returns {string}
 */
export function playable({ type, data }) {
  if (data === '') return '';
  const base64 = data.slice(data.indexOf(',') + 1);
  if (type !== 'audio/pcm' && !base64.includes(' ')) return data;
  const bytes = bytesOfBase64(base64);
  return type === 'audio/pcm' ? `data:audio/wav;base64,${base64Of(withHead(bytes))}` : `data:${type};base64,${base64Of(bytes)}`;
}
