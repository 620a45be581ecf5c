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
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > MAX_ZIP_ENTRIES) throw new FileError('bomb');
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i += 1) {
    if (view.getUint32(at, true) !== ENTRY_SIGNATURE) throw new FileError('broken', 'zip directory');
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    yield {
      name: name.replaceAll('\\', '/'),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    };
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
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
