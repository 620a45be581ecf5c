/* SPDX-License-Identifier: MIT */
/**
 * Pictures, sound and files as data: URLs: what they are is told by their
 * bytes, never by what they are called. Pure.
 */

/** @typedef {{type: string, base64: string, size: number}} Data */

/** Types of pictures that browsers draw and that can run nothing, with the ends of their names. */
const RASTERS = new Map([
  ['image/png', 'png'], ['image/jpeg', 'jpg'], ['image/webp', 'webp'], ['image/gif', 'gif'], ['image/avif', 'avif'],
]);

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Base64 that is looked at to tell a picture's type: 36 bytes. */
const HEAD_CHARS = 48;

/**
 * Base64 as it should be written: some wrap its lines, some use the letters
 * for addresses. Null when it is none.
 *
 * @param {string} text
 * @returns {string | null}
 */
export function cleanBase64(text) {
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return text;
  const clean = text.replace(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/');
  return /^[A-Za-z0-9+/]*={0,2}$/.test(clean) ? clean : null;
}

/**
 * Takes a data: URL apart; null when it is none of base64.
 *
 * @param {string} url
 * @returns {Data | null}
 */
export function readDataUrl(url) {
  const comma = url.indexOf(',');
  const head = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w.+-]+=[^;,]*)*;base64$/i.exec(url.slice(0, Math.min(comma, 300)));
  if (comma === -1 || head === null) return null;
  const base64 = cleanBase64(url.slice(comma + 1));
  if (base64 === null || base64 === '') return null;
  return { type: (head[1] ?? 'application/octet-stream').toLowerCase(), base64, size: sizeOf(base64) };
}

/**
 * @param {string} base64
 * @returns {number} bytes
 */
function sizeOf(base64) {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.max(0, Math.floor((base64.length * 3) / 4) - padding);
}

/**
 * The first bytes, one a character.
 *
 * @param {string} base64
 * @returns {string}
 */
function headOf(base64) {
  let head = '';
  let bits = 0;
  let count = 0;
  for (const letter of base64.slice(0, HEAD_CHARS)) {
    const value = ALPHABET.indexOf(letter);
    if (value === -1) break;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    head += String.fromCharCode((bits >> count) & 0xff);
  }
  return head;
}

/**
 * The type of a picture that may be drawn; null for anything else, and for
 * SVG, which is a document.
 *
 * @param {string} base64
 * @returns {string | null}
 */
export function rasterType(base64) {
  const head = headOf(base64);
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'image/gif';
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'image/webp';
  if (head.startsWith('ftyp', 4) && /avi[fs]/.test(head.slice(8))) return 'image/avif';
  return null;
}

/**
 * The type of what is no picture that may be drawn, whatever it is said to be.
 *
 * @param {Data} data
 * @returns {string}
 */
export function otherType({ type, base64 }) {
  if (/^\s*</.test(headOf(base64))) return 'image/svg+xml';
  return RASTERS.has(type) ? 'application/octet-stream' : type;
}

/**
 * The type of sound, by its first bytes; bare samples when it has no head.
 *
 * @param {string} base64
 * @returns {string}
 */
export function soundType(base64) {
  const head = headOf(base64);
  if (head.startsWith('RIFF')) return 'audio/wav';
  if (head.startsWith('ID3') || /^\xff[\xe0-\xff]/.test(head)) return 'audio/mpeg';
  if (head.startsWith('OggS')) return 'audio/ogg';
  if (head.startsWith('fLaC')) return 'audio/flac';
  if (head.startsWith('ftyp', 4)) return 'audio/mp4';
  if (head.startsWith('\x1a\x45\xdf\xa3')) return 'audio/webm';
  return 'audio/pcm';
}

/**
 * A picture that may be drawn, as a data: URL of its true type; null for
 * anything else.
 *
 * @param {string} url
 * @returns {{type: string, data: string, size: number} | null}
 */
export function readPicture(url) {
  const read = readDataUrl(url);
  const type = read === null ? null : rasterType(read.base64);
  return read === null || type === null ? null : { type, data: `data:${type};base64,${read.base64}`, size: read.size };
}

/**
 * A name for what came without one.
 *
 * @param {string} type
 * @param {string} stem
 * @returns {string}
 */
export function nameFor(type, stem) {
  const end = RASTERS.get(type) ?? /^(?!application\/octet)[\w.-]+\/(?:x-)?([\w-]+)/.exec(type)?.[1] ?? 'bin';
  return `${stem}.${end}`;
}

/**
 * A name without what changes how it is read: controls, marks that turn the
 * direction of writing or have no width, and more marks on a letter than four,
 * which would grow over the lines beside it. The joiners stay: scripts need them.
 *
 * @param {string} name
 * @param {number} maxChars
 * @returns {string}
 */
export function plainName(name, maxChars) {
  return name.slice(0, maxChars).replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu, '')
    .replace(/(\p{M}{4})\p{M}+/gu, '$1').trim();
}
