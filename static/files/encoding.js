// SPDX-License-Identifier: MIT
// Bytes to text in whatever encoding they are: strict UTF-8 over all of them, else UTF-16 by mark or shape,
// else the one of the old encodings in which the text looks most like something that people write. Pure.

import { LIKELY } from './letters.js';

/** Those that are told apart by the look of the text. */
const GUESSED = /** @type {const} */ ([
  'windows-1252', 'shift_jis', 'gb18030', 'big5', 'euc-kr', 'koi8-r', 'windows-1251',
]);

/** All that a person may choose, by the names that TextDecoder knows. */
export const ENCODINGS = /** @type {const} */ ([
  'utf-8', 'utf-16le', 'utf-16be', ...GUESSED,
  'windows-1250', 'windows-1253', 'windows-1254', 'windows-1255', 'windows-1256', 'windows-1257', 'windows-1258',
  'iso-8859-2', 'iso-8859-15', 'euc-jp', 'iso-2022-jp', 'koi8-u', 'ibm866', 'macintosh',
]);

/** What 0x80 to 0x9f are there. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Bytes beyond ASCII that are looked at to guess; the rest of a text is as these. */
const SAMPLE_BYTES = 64 * 1024;
/** Bytes that are looked at when nothing speaks for UTF-16 but its letters. */
const WIDE_SAMPLE_BYTES = 4096;
/** Share of control characters that a text may have: form feeds apart, some logs have a few. */
const MAX_CONTROLS = 0.01;
/** Letters of UTF-8 beyond ASCII for each byte that is none, in what is called UTF-8 all the same. */
const GOOD_FOR_BAD = 8;
/** How much a text looks meant when its bytes are taken for UTF-16, though nothing says that they are. */
const LIKELY_UTF16 = 0.8;
/** The same where zero bytes speak for it. */
const SHAPED_UTF16 = 0.3;
/** Japanese in seven bits: to its own set of characters and back. */
const ESCAPED_JIS = /\x1b\$[@B][^\x1b]*\x1b\([BJ]/;
/** How often a shape must hold to be one. */
const SHAPE = 0.9;

const CONTROLS = /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/g;

/**
 * @typedef {object} Decoded
 * @property {string} text      line ends as they are, without a byte order mark
 * @property {string} encoding  a name of TextDecoder
 * @property {boolean} sure     false when it was guessed
 */

/**
 * @param {Uint8Array} bytes
 * @returns {Decoded | null}  null when it is no text
 */
export function decodeText(bytes) {
  const marked = byteOrderMark(bytes);
  if (marked !== null) return whole(bytes, marked, true);
  const filled = withoutFill(bytes);
  if (filled.includes(0)) {
    const pairs = bytes.subarray(0, filled.length + filled.length % 2);
    const shape = likelyUtf16(pairs)?.encoding ?? utf16Shape(pairs);
    return shape === null ? null : whole(pairs, shape, true);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(filled);
    if (ESCAPED_JIS.test(text)) return whole(filled, 'iso-2022-jp', true);
    if (isText(text)) return { text, encoding: 'utf-8', sure: true };
  } catch {
    if (isNearlyUtf8(filled)) return whole(filled, 'utf-8', false);
  }
  return whole(filled, guess(filled), false);
}

/** Without the zero bytes that fill a file up to the end of a block. @param {Uint8Array} bytes */
function withoutFill(bytes) {
  let { length } = bytes;
  while (length > 0 && bytes[length - 1] === 0) length -= 1;
  return bytes.subarray(0, length);
}

/**
 * Whether it is UTF-8 but for a few places: cut off within a letter, or with a line of another file in it. No other
 * encoding has so many sequences of it by chance.
 * @param {Uint8Array} bytes
 */
function isNearlyUtf8(bytes) {
  const beyond = new TextDecoder().decode(bytes).match(/[^\0-\x7f]/gu) ?? [];
  const bad = beyond.filter((character) => character === '\ufffd').length;
  return beyond.length - bad >= bad * GOOD_FOR_BAD;
}

/**
 * The text in an encoding that somebody chose; what does not decode becomes U+FFFD.
 * @param {Uint8Array} bytes
 * @param {string} encoding
 */
export function decodeAs(bytes, encoding) {
  if (encoding !== 'windows-1252') return new TextDecoder(encoding).decode(bytes);
  // Not every engine has the 27 characters that set it apart from ISO 8859-1.
  return new TextDecoder('latin1').decode(bytes)
    .replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? character);
}

/**
 * @param {Uint8Array} bytes
 * @param {string} encoding
 * @param {boolean} sure
 * @returns {Decoded | null}
 */
function whole(bytes, encoding, sure) {
  const text = decodeAs(bytes, encoding).replace(/^\ufeff|\0+$/g, '');
  return isText(text) ? { text, encoding, sure } : null;
}

/** @param {Uint8Array} bytes */
function byteOrderMark(bytes) {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0x84 && bytes[1] === 0x31 && bytes[2] === 0x95 && bytes[3] === 0x33) return 'gb18030';
  return null;
}

/** @param {string} text */
function isText(text) {
  if (text.includes('\0')) return false;
  return (text.match(CONTROLS)?.length ?? 0) <= text.length * MAX_CONTROLS;
}

/**
 * UTF-16 without a mark: its zero bytes, of Latin letters, blanks or line ends, are all on one side, and it
 * reads as text.
 * @param {Uint8Array} bytes
 * @returns {'utf-16le' | 'utf-16be' | null}
 */
function utf16Shape(bytes) {
  const zeros = [0, 0];
  bytes.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = /** @type {number} */ (zeros[i % 2]) + 1;
  });
  const [even, odd] = /** @type {[number, number]} */ (zeros);
  const encoding = odd >= (even + odd) * SHAPE ? 'utf-16le' : even >= (even + odd) * SHAPE ? 'utf-16be' : null;
  if (encoding === null || wideLikelihood(bytes, encoding) < SHAPED_UTF16) return null;
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, bytes.length & ~1));
    return /[\p{Co}\p{Cn}]/u.test(text) || /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? null : encoding;
  } catch {
    return null;
  }
}

/**
 * @param {Uint8Array} bytes  no UTF-8
 * @returns {string}
 */
function guess(bytes) {
  const sample = interesting(bytes);
  let best = likelyUtf16(bytes) ?? { encoding: /** @type {string} */ (GUESSED[0]), score: -Infinity };
  for (const encoding of GUESSED) {
    const score = likelihood(decodeAs(sample, encoding), encoding);
    if (score > best.score) best = { encoding, score };
  }
  return best.encoding;
}

/**
 * Letters of no Latin script in UTF-16, without a mark and without a blank that would show it.
 * @param {Uint8Array} bytes
 * @returns {{encoding: string, score: number} | null}
 */
function likelyUtf16(bytes) {
  if (bytes.length % 2 !== 0 || bytes.length < 4) return null;
  for (const encoding of ['utf-16le', 'utf-16be']) {
    const score = wideLikelihood(bytes, encoding);
    if (score >= LIKELY_UTF16) return { encoding, score };
  }
  return null;
}

/**
 * How much two bytes a letter look as if they were meant: at most 1.
 * @param {Uint8Array} bytes
 * @param {string} encoding
 */
function wideLikelihood(bytes, encoding) {
  const characters = Array.from(new TextDecoder(encoding).decode(bytes.subarray(0, WIDE_SAMPLE_BYTES)));
  return characters.reduce((sum, character, i) => sum + wideWorth(character, [characters[i - 1] ?? '', characters[i + 1] ?? '']), 0) / characters.length;
}

/** @param {string} character @param {readonly string[]} beside */
function wideWorth(character, beside) {
  if (character < '\u0100') return 1;
  if (/[\u3001\u3002\uff0c\uff01\uff1f\u3041-\u30fc]/.test(character)) return 1;
  if (/[\u4e00-\u9fff\uac00-\ud7a3]/.test(character)) {
    return [LIKELY.simplified, LIKELY.traditional, LIKELY.japanese, LIKELY.korean].some((usual) => usual.has(character)) ? 1 : 0;
  }
  if (/[\u2010-\u2026\u20ac]/.test(character) || character.length > 1) return 0;
  // Letters of an alphabet stand among others of it.
  const block = character.charCodeAt(0) >> 8;
  return /\p{L}|\p{M}/u.test(character) && beside.some((one) => Math.abs((one.charCodeAt(0) >> 8) - block) <= 1) ? 1 : -2;
}

/**
 * The part of a text that tells something: lines with bytes beyond ASCII.
 * @param {Uint8Array} bytes
 */
function interesting(bytes) {
  if (bytes.length <= SAMPLE_BYTES) return bytes;
  const kept = new Uint8Array(SAMPLE_BYTES);
  let length = 0;
  for (let start = 0; start < bytes.length && length < SAMPLE_BYTES;) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found + 1;
    const line = bytes.subarray(start, Math.min(end, start + SAMPLE_BYTES - length));
    if (line.some((byte) => byte >= 0x80)) {
      kept.set(line, length);
      length += line.length;
    }
    start = end;
  }
  return kept.subarray(0, length);
}

/**
 * How much a text looks as if it were meant: the mean over its characters beyond ASCII, from -1 to 1.
 * @param {string} text
 * @param {string} encoding
 * @returns {number}
 */
export function likelihood(text, encoding) {
  const characters = Array.from(text);
  let sum = 0;
  let count = 0;
  characters.forEach((character, i) => {
    if (character < '\x80') return;
    count += 1;
    sum += worth(character, encoding, characters[i - 1] ?? ' ', characters[i + 1] ?? ' ');
  });
  if (count === 0) return 0;
  // A letter or two beyond ASCII in a text of Latin letters are accents of that text.
  const plain = text.match(/[a-z]/gi)?.length ?? 0;
  return sum / count - (encoding !== 'windows-1252' && plain > count * 3 ? 0.5 : 0);
}

/**
 * @param {string} character
 * @param {string} encoding
 * @param {string} before
 * @param {string} after
 */
function worth(character, encoding, before, after) {
  // Not in the encoding at all, or a control character that nobody writes.
  if (/[\ufffd\x80-\x9f\ue000-\uf8ff]|\p{Cn}|\p{Co}/u.test(character)) return -8;
  if (encoding === 'windows-1252') return western(character, before, after);
  if (encoding === 'koi8-r' || encoding === 'windows-1251') return cyrillic(character, before, after);
  return eastern(character, encoding, before, after);
}

const LATIN = /\p{Script=Latin}/u;
const UPPER = /\p{Lu}/u;
const LOWER = /\p{Ll}/u;
const HALF_WIDTH = /[\uff61-\uff9f]/;
const CYRILLIC = /[\u0400-\u045f\u0490\u0491]/;

/** First and last pair of bytes of the characters of the first level. @type {Record<string, [number, number]>} */
const FIRST_LEVEL = { gb18030: [0xb0a1, 0xd7f9], big5: [0xa440, 0xc67e], shift_jis: [0x889f, 0x9872] };

/** @param {string} character @param {string} before @param {string} after */
function western(character, before, after) {
  if (LATIN.test(character)) {
    // Accents sit among plain letters, seldom beside each other, and no capital follows a small letter.
    const lonely = !/[a-z]/i.test(before + after) && !/[àáéíóôêyÀÁÉÓÔ]/.test(character);
    const crowded = LATIN.test(before) && before > '\x7f' ? 0.5 : 0;
    const turned = UPPER.test(character) && LOWER.test(before) ? 1 : 0;
    return (LIKELY.western.has(character) ? 0.9 : 0.3) - (lonely ? 0.5 : 0) - crowded - turned;
  }
  // Quotes, dashes, the euro, degrees: what programs put into plain text.
  if (!/[‘’“”„‚–—…€«»°§©®·•\u00a0£²³½¡¿™´]/.test(character)) return -0.3;
  return before === character ? 0.2 : 0.6;
}

/** @param {string} character @param {string} before @param {string} after */
function cyrillic(character, before, after) {
  if (!CYRILLIC.test(character)) {
    return /[–—«»“”„№…\u00a0©°]/.test(character) && !CYRILLIC.test(before) ? 0.3 : -0.6;
  }
  // Small before capital, or a capital within a word that goes on in small letters: the other of the two encodings.
  const inside = UPPER.test(character) && CYRILLIC.test(before) && LOWER.test(after);
  const turned = inside || (UPPER.test(character) && LOWER.test(before)) ? 1.2 : 0;
  const strange = /[a-z]/i.test(before) || /[a-z]/i.test(after) ? 0.7 : 0;
  const shouted = UPPER.test(character) ? 0.9 : 1;
  const small = character.toLowerCase();
  const usual = LIKELY.russian.has(small) ? 1 : LIKELY.cyrillic.has(small) ? 0.6 : 0.2;
  return usual * shouted - turned - strange;
}

/** @param {string} character @param {string} encoding @param {string} before @param {string} after */
function eastern(character, encoding, before, after) {
  const word = /[a-z]/i.test(before) && /[a-z]/i.test(after) ? 0.5 : 0;
  if (/[\u3001\u3002\u300c\u300d\uff0c\uff01\uff1f\uff1a\uff1b\uff08\uff09\u3000]/.test(character)) return 0.8;
  if (encoding === 'euc-kr') {
    if (/[\uac00-\ud7a3]/.test(character)) return (LIKELY.korean.has(character) ? 1 : 0.45) - word;
    return -0.3;
  }
  if (encoding === 'shift_jis') {
    if (/[\u3041-\u3096]/.test(character)) return 1;
    if (/[\u30a1-\u30fc]/.test(character)) return 0.8;
    // Letters of banks and tills stand in rows; alone, they are the capitals of another encoding.
    if (HALF_WIDTH.test(character)) return (HALF_WIDTH.test(before) && HALF_WIDTH.test(after) ? 0.45 : 0.15) - word;
    if (LIKELY.japanese.has(character)) return 0.9 - word;
  } else {
    if (/[\u3041-\u30fc]/.test(character)) return encoding === 'gb18030' ? 0 : -0.2;
    if ((encoding === 'big5' ? LIKELY.traditional : LIKELY.simplified).has(character)) return 1 - word;
  }
  return (everyday(encoding).has(character) ? 0.5 : -0.4) - word;
}

/** @type {Map<string, Set<string>>} */
const levels = new Map();

/**
 * The characters that an encoding has in its first level, which its makers chose for their frequency.
 * @param {string} encoding
 */
function everyday(encoding) {
  let level = levels.get(encoding);
  if (level === undefined) {
    const [from, to] = /** @type {[number, number]} */ (FIRST_LEVEL[encoding]);
    const bytes = [];
    for (let pair = from; pair <= to; pair += 1) {
      if ((pair & 0xff) >= 0x40 && (pair & 0xff) !== 0x7f && (pair & 0xff) !== 0xff) bytes.push(pair >> 8, pair & 0xff);
    }
    level = new Set(decodeAs(new Uint8Array(bytes), encoding).match(/[\u4e00-\u9fff]/g) ?? []);
    levels.set(encoding, level);
  }
  return level;
}
