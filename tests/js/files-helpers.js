// SPDX-License-Identifier: MIT
// Makes the files that the tests of static/files read: texts in old encodings, containers, messages.

import { zipSync } from 'fflate';
import { decodeAs } from '../../static/files/encoding.js';

/** @type {Map<string, Map<string, number[]>>} */
const tables = new Map();

/**
 * What each character is in an encoding, found by decoding all that may be one.
 * @param {string} encoding
 */
function tableOf(encoding) {
  const known = tables.get(encoding);
  if (known !== undefined) return known;
  /** @type {Map<string, number[]>} */
  const table = new Map();
  /** @param {number[]} bytes */
  const learn = (bytes) => {
    const text = decodeAs(new Uint8Array(bytes), encoding);
    if ([...text].length === 1 && text !== '\ufffd' && !table.has(text)) table.set(text, bytes);
  };
  for (let first = 0; first < 256; first += 1) learn([first]);
  if (/jis|gb|big5|euc/.test(encoding)) {
    for (let first = 0x81; first < 0xff; first += 1) for (let second = 0x30; second < 0xff; second += 1) learn([first, second]);
  }
  tables.set(encoding, table);
  return table;
}

/**
 * TextEncoder for the encodings it does not know.
 * @param {string} text
 * @param {string} encoding
 * @returns {Uint8Array}
 */
export function encode(text, encoding) {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  if (encoding.startsWith('utf-16')) {
    const bytes = Buffer.from(text, 'utf16le');
    return new Uint8Array(encoding === 'utf-16be' ? bytes.swap16() : bytes);
  }
  const table = tableOf(encoding);
  return new Uint8Array(Array.from(text).flatMap((character) => {
    const bytes = table.get(character);
    if (bytes === undefined) throw new Error(`${character} is not in ${encoding}`);
    return bytes;
  }));
}

/**
 * A container of text files.
 * @param {Record<string, string | Uint8Array>} files
 */
export function zip(files) {
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) =>
    [name, typeof content === 'string' ? new TextEncoder().encode(content) : content])));
}

/**
 * Numbers that look random and are the same each time.
 * @param {number} seed
 * @returns {() => number} from 0 to below 1
 */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * A file broken in one of the ways that files break: cut off, bytes changed, a piece twice or missing.
 * @param {Uint8Array} bytes
 * @param {() => number} next
 */
export function damage(bytes, next) {
  const at = (/** @type {number} */ length) => Math.floor(next() * length);
  const copy = new Uint8Array(bytes);
  const start = at(copy.length);
  const end = Math.min(copy.length, start + 1 + at(64));
  switch (at(4)) {
    case 0: return copy.subarray(0, start);
    case 1: return new Uint8Array([...copy.subarray(0, start), ...copy.subarray(end)]);
    case 2: return new Uint8Array([...copy.subarray(0, end), ...copy.subarray(start)]);
    default:
      for (let i = 1 + at(16); i > 0; i -= 1) copy[at(copy.length)] = at(256);
      return copy;
  }
}
