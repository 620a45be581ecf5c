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
 * The same container with all numbers of its directory where those of large ones stand.
 * @param {Uint8Array} bytes  of zip()
 */
export function large(bytes) {
  const whole = Buffer.from(bytes);
  const end = whole.length - 22;
  const count = whole.readUInt16LE(end + 10);
  const start = whole.readUInt32LE(end + 16);
  const pieces = [whole.subarray(0, start)];
  for (let i = 0, at = start; i < count; i += 1) {
    const head = Buffer.from(whole.subarray(at, at + 46));
    const name = whole.subarray(at + 46, at + 46 + head.readUInt16LE(28));
    at += 46 + name.length + head.readUInt16LE(30) + head.readUInt16LE(32);
    const extra = Buffer.alloc(9 + 28);
    // Another program's field comes first.
    extra.writeUInt16LE(0x5455, 0);
    extra.writeUInt16LE(5, 2);
    extra.writeUInt16LE(1, 9);
    extra.writeUInt16LE(24, 11);
    [24, 20, 42].forEach((field, j) => {
      extra.writeBigUInt64LE(BigInt(head.readUInt32LE(field)), 13 + 8 * j);
      head.writeUInt32LE(0xffffffff, field);
    });
    head.writeUInt16LE(extra.length, 30);
    head.writeUInt16LE(0, 32);
    pieces.push(head, name, extra);
  }
  const record = Buffer.alloc(56 + 20 + 22, 0xff);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(start), 48);
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(Buffer.concat(pieces).length), 64);
  record.writeUInt32LE(0x06054b50, 76);
  record.writeUInt16LE(0, 96);
  return new Uint8Array(Buffer.concat([...pieces, record]));
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

/**
 * A PDF of plain objects: a page for each text; one without has a drawing. CJK text is in a font that is not
 * embedded, by a character map that a reader must have.
 * @param {readonly string[]} pages
 * @returns {Uint8Array}
 */
export function pdf(pages) {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, i) => `${6 + 2 * i} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    '<< /Type /Font /Subtype /Type0 /BaseFont /STSong /Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>',
    '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> ' +
      '/FontDescriptor << /Type /FontDescriptor /FontName /STSong /Flags 6 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >> >>'];
  pages.forEach((text, i) => {
    const lines = text.split('\n').map((line) => (/[^\0-\x7f]/.test(line)
      ? `/F2 12 Tf <${Array.from(line, (c) => c.charCodeAt(0).toString(16).padStart(4, '0')).join('')}> Tj`
      : `/F1 12 Tf (${line.replace(/[()\\]/g, '\\$&')}) Tj`));
    const drawn = text === '' ? '1 0 0 rg 100 100 200 300 re f' : `BT 14 TL 72 720 Td ${lines.join(' T* ')} ET`;
    objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${7 + 2 * i} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>`,
      `<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`);
  });
  let file = '%PDF-1.4\n';
  const places = objects.map((object, i) => {
    const at = file.length;
    file += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const at = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('')}`;
  return new TextEncoder().encode(`${file}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`);
}
