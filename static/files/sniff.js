// SPDX-License-Identifier: MIT
// What a file is, by its bytes; its name and media type only settle what the bytes leave open. Pure.

/** @typedef {import('./types.js').Kind} Kind */

/** Bytes at the start that tell. */
const HEAD_BYTES = 4096;
/** A PDF may have something in front of its mark. */
const PDF_SEARCH_BYTES = 1024;

/** @type {readonly [RegExp, Kind, string][]} the marks, of bytes read as characters */
const MARKS = [
  [/^\x89PNG\r\n\x1a\n/, 'image', 'image/png'],
  [/^\xff\xd8\xff/, 'image', 'image/jpeg'],
  [/^GIF8[79]a/, 'image', 'image/gif'],
  [/^RIFF[^]{4}WEBP/, 'image', 'image/webp'],
  [/^BM[^]{4}\0\0\0\0/, 'image', 'image/bmp'],
  [/^(II\*\0|MM\0\*)/, 'image', 'image/tiff'],
  [/^\0\0\x01\0[^]\0/, 'image', 'image/x-icon'],
  // Some tools name the container first, and then what is in it.
  [/^[^]{4}ftyp(avif|avis|(mif1|msf1|miaf)[^]{4}([^]{4}){0,7}avi[fs])/, 'image', 'image/avif'],
  [/^[^]{4}ftyp(heic|heix|hevc|hevx|mif1|msf1|miaf|heim|heis|hevm|hevs)/, 'image', 'image/heic'],
  [/^(\xff\x0a|\0\0\0\x0cJXL )/, 'image', 'image/jxl'],
  [/^[^]{4}ftyp(M4A|M4B)/, 'audio', 'audio/mp4'],
  [/^[^]{4}ftyp/, 'video', 'video/mp4'],
  [/^RIFF[^]{4}WAVE/, 'audio', 'audio/wav'],
  [/^ID3|^\xff[\xfb\xfa\xf3\xf2][^\0\xff]/, 'audio', 'audio/mpeg'],
  [/^\xff[\xf1\xf9]/, 'audio', 'audio/aac'],
  [/^OggS/, 'audio', 'audio/ogg'],
  [/^fLaC/, 'audio', 'audio/flac'],
  [/^\x1aE\xdf\xa3/, 'video', 'video/webm'],
  [/^\{\\rtf/, 'rtf', 'application/rtf'],
  [/^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/, 'old', 'application/x-ole-storage'],
  [/^(\x1f\x8b|BZh[1-9]|\xfd7zXZ\0|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\x28\xb5\x2f\xfd)/, 'archive', 'application/x-compressed'],
];

/**
 * @param {Uint8Array} bytes
 * @returns {{kind: Kind, type: string}}  'unknown' may still be text
 */
export function sniff(bytes) {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, HEAD_BYTES)).replace(/[€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]/g, back);
  if (head.slice(0, PDF_SEARCH_BYTES).includes('%PDF-') && !/^\s*(<!doctype|<html|From |[A-Z][\w-]+: )/i.test(head)) {
    return { kind: 'pdf', type: 'application/pdf' };
  }
  if (/^PK(\x03\x04|\x05\x06|\x07\x08PK)/.test(head)) return { kind: 'archive', type: 'application/zip' };
  for (const [mark, kind, type] of MARKS) {
    if (!mark.test(head)) continue;
    return kind === 'old' && isEncrypted(bytes) ? { kind: 'encrypted', type } : { kind, type };
  }
  return { kind: 'unknown', type: '' };
}

/** TextDecoder reads bytes as Windows does. @param {string} character */
function back(character) {
  return String.fromCharCode(0x80 + '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'.indexOf(character));
}

/** A document with a password is kept in the old container. @param {Uint8Array} bytes */
function isEncrypted(bytes) {
  const mark = Array.from('EncryptedPackage').flatMap((character) => [character.charCodeAt(0), 0]);
  const first = /** @type {number} */ (mark[0]);
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (mark.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}

/**
 * What a container holds.
 * @param {import('./zip.js').Zip} zip
 * @returns {Kind}
 */
export function sniffZip(zip) {
  if (zip.has('mimetype')) {
    const type = new TextDecoder().decode(zip.read('mimetype').subarray(0, 200)).trim();
    const kind = /opendocument\.(text|presentation|spreadsheet)/.exec(type)?.[1];
    if (kind !== undefined) return kind === 'text' ? 'odt' : kind === 'presentation' ? 'odp' : 'ods';
    if (type === 'application/epub+zip') return 'epub';
  }
  if (zip.has('META-INF/container.xml') && !zip.has('content.xml')) return 'epub';
  if (zip.has('[Content_Types].xml')) {
    const types = new TextDecoder().decode(zip.read('[Content_Types].xml'));
    if (/wordprocessingml\.(document|template)|ms-word\.document/.test(types)) return 'docx';
    if (/presentationml\.(presentation|slideshow|template)|ms-powerpoint/.test(types)) return 'pptx';
    if (/ms-excel\.sheet\.binary/.test(types)) return 'old';
    if (/spreadsheetml\.(sheet|template)\.main|ms-excel\.sheet/.test(types)) return 'xlsx';
  }
  // Pages, Numbers and Keynote.
  if (zip.names.some((name) => /^(Index\.zip|Index\/.*\.iwa|index\.apxl(\.gz)?)$/.test(name))) return 'old';
  return zip.has('content.xml') ? 'odt' : 'archive';
}

/**
 * What a text is beyond text.
 * @param {string} text
 * @returns {'text' | 'html' | 'mail' | 'notebook'}
 */
export function sniffText(text) {
  const head = text.slice(0, 2048);
  if (/^\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)*(<!doctype html|<html[\s>])/i.test(head)) return 'html';
  if (/^\s*\{/.test(head) && /"nbformat"\s*:/.test(text) && /"(cells|worksheets)"\s*:/.test(text)) return 'notebook';
  return isMail(head) ? 'mail' : 'text';
}

/** Header fields, at least two of them those that every mail has. @param {string} head */
function isMail(head) {
  const lines = head.replace(/^From .*\r?\n/, '').replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  /** @type {Set<string>} */
  const known = new Set();
  for (const line of lines) {
    if (line === '') break;
    const name = /^([A-Za-z][\w-]*):(\s|$)/.exec(line)?.[1]?.toLowerCase();
    if (name === undefined) return known.size >= 3 && line === lines.at(-1);
    if (/^(from|to|date|subject|received|message-id|mime-version|return-path|content-type|delivered-to)$/.test(name)) known.add(name);
  }
  return known.size >= 3;
}
