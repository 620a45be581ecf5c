// SPDX-License-Identifier: MIT
// A zip container, read by its directory; each file in it is unpacked only when asked for, piece by piece, so that
// one that lies about its size is stopped at the budget. Pure.

import { Inflate } from '../vendor/fflate/fflate.js';
import { FileError } from './errors.js';
import { MAX_PART_BYTES, MAX_ZIP_ENTRIES } from './limits.js';

/** Bytes given to the unpacker at once: at the worst they become a thousand times as many. */
const PIECE_BYTES = 2 * 1024;
const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const LARGE_END_SIGNATURE = 0x06064b50;
const LARGE_LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
/** The extra field with what takes more than 32 bits, and what stands in a field instead. */
const LARGE_EXTRA = 1;
const LARGE_COUNT = 0xffff;
const LARGE = 0xffffffff;
/** Bytes of a file that is not packed, at once. */
const STORED_BYTES = 1024 * 1024;
/** The end record and the longest comment after it. */
const END_SEARCH_BYTES = 22 + 0xffff;
const STORED = 0;
const DEFLATED = 8;
/** The general purpose bits: encrypted; names are UTF-8. */
const ENCRYPTED = 1;

/**
 * @typedef {object} Entry
 * @property {string} name
 * @property {number} method
 * @property {number} flags
 * @property {number} packed   bytes, as the directory says
 * @property {number} offset   of the local header
 */

/**
 * @typedef {object} Zip
 * @property {readonly string[]} names             in the directory's order
 * @property {(name: string) => boolean} has
 * @property {(name: string) => Uint8Array} read   throws FileError; 'broken' when it is not there, 'large' for one
 *   that is not read whole
 * @property {(name: string) => Iterable<Uint8Array>} pieces  the same in pieces, none kept; throws while it goes
 */

/**
 * @param {Uint8Array} bytes
 * @param {import('./limits.js').Budget} budget
 * @returns {Zip}
 * @throws {FileError}
 */
export function openZip(bytes, budget) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  try {
    for (const entry of directory(view, bytes)) entries.set(entry.name, entry);
  } catch (error) {
    throw error instanceof FileError ? error : new FileError('broken', 'zip');
  }
  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    read: (name) => joined(piecesOf(name)),
    pieces: piecesOf,
  };

  /** @param {string} name */
  function piecesOf(name) {
    const entry = entries.get(name);
    if (entry === undefined) throw new FileError('broken', name);
    if ((entry.flags & ENCRYPTED) !== 0) throw new FileError('password');
    return unpack(contentOf(view, bytes, entry), entry.method, budget);
  }
}

/** @param {Iterable<Uint8Array>} all */
function joined(all) {
  /** @type {Uint8Array[]} */
  const pieces = [];
  let length = 0;
  for (const piece of all) {
    length += piece.length;
    if (length > MAX_PART_BYTES) throw new FileError('large');
    pieces.push(piece);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/**
 * @param {DataView} view
 * @param {Uint8Array} bytes
 * @returns {Generator<Entry>}
 */
function* directory(view, bytes) {
  const { count, start } = findDirectory(view);
  if (count > MAX_ZIP_ENTRIES) throw new FileError('bomb');
  let at = start;
  for (let i = 0; i < count; i += 1) {
    if (view.getUint32(at, true) !== ENTRY_SIGNATURE) throw new FileError('broken', 'zip directory');
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const [, packed = 0, offset = 0] = numbersOf(view, [at + 24, at + 20, at + 42], nameEnd, extraEnd);
    yield {
      name: new TextDecoder().decode(bytes.subarray(at + 46, nameEnd)).replaceAll('\\', '/'),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      packed,
      offset,
    };
    at = extraEnd + view.getUint16(at + 32, true);
  }
}

/** @param {DataView} view @param {number} at */
const longAt = (view, at) => Number(view.getBigUint64(at, true));

/**
 * Numbers of an entry; those that are too large for their fields stand in an extra field, in the same order. Some
 * programs write all of them there, whatever they are.
 * @param {DataView} view
 * @param {readonly number[]} fields  where they are
 * @param {number} from  of the extra fields
 * @param {number} to
 */
function numbersOf(view, fields, from, to) {
  const numbers = fields.map((at) => view.getUint32(at, true));
  if (!numbers.includes(LARGE)) return numbers;
  let at = from;
  while (at + 4 <= to && view.getUint16(at, true) !== LARGE_EXTRA) at += 4 + view.getUint16(at + 2, true);
  if (at + 4 > to) return numbers;
  let next = at + 4;
  return numbers.map((number) => {
    if (number !== LARGE) return number;
    next += 8;
    return longAt(view, next - 8);
  });
}

/** Where the directory begins, and how many entries it has. @param {DataView} view */
function findDirectory(view) {
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  const locator = end - LOCATOR_BYTES;
  const large = (count === LARGE_COUNT || start === LARGE) && locator >= 0 && view.getUint32(locator, true) === LARGE_LOCATOR_SIGNATURE;
  if (!large) return { count, start };
  const record = longAt(view, locator + 8);
  if (view.getUint32(record, true) !== LARGE_END_SIGNATURE) throw new FileError('broken', 'zip end');
  return { count: longAt(view, record + 32), start: longAt(view, record + 48) };
}

/** @param {DataView} view */
function findEnd(view) {
  const last = view.byteLength - 22;
  for (let at = last; at >= 0 && at >= view.byteLength - END_SEARCH_BYTES; at -= 1) {
    if (view.getUint32(at, true) === END_SIGNATURE) return at;
  }
  throw new FileError('broken', 'zip end');
}

/**
 * @param {DataView} view
 * @param {Uint8Array} bytes
 * @param {Entry} entry
 */
function contentOf(view, bytes, { offset, packed }) {
  if (offset + 30 > view.byteLength || view.getUint32(offset, true) !== LOCAL_SIGNATURE) {
    throw new FileError('broken', 'zip header');
  }
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packed > bytes.length) throw new FileError('broken', 'zip content');
  return bytes.subarray(start, start + packed);
}

/**
 * @param {Uint8Array} content
 * @param {number} method
 * @param {import('./limits.js').Budget} budget
 * @returns {Generator<Uint8Array>}
 */
function* unpack(content, method, budget) {
  if (method === STORED) {
    budget.unpack(content.length);
    for (let at = 0; at < content.length; at += STORED_BYTES) yield content.subarray(at, at + STORED_BYTES);
    return;
  }
  if (method !== DEFLATED) throw new FileError('broken', `zip method ${method}`);
  /** @type {Uint8Array[]} */
  let ready = [];
  let ended = false;
  const inflate = new Inflate((piece, final) => {
    budget.unpack(piece.length);
    ready.push(piece);
    ended ||= final;
  });
  for (let at = 0; at < content.length && !ended; at += PIECE_BYTES) {
    try {
      inflate.push(content.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= content.length);
    } catch (error) {
      throw error instanceof FileError ? error : new FileError('broken', 'deflate');
    }
    yield* ready;
    ready = [];
  }
  if (!ended) throw new FileError('broken', 'deflate');
}
