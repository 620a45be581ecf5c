// SPDX-License-Identifier: MIT
// What a mail is made of: header fields, encoded words, parts inside parts, transfer encodings. Bytes are kept as
// characters below 256 until their encoding is known. Pure.

import { decodeAs, decodeText } from './encoding.js';
import { FileError } from './errors.js';
import { MAX_MIME_DEPTH, MAX_MIME_PARTS, MAX_PART_BYTES } from './limits.js';

/**
 * @typedef {object} Part
 * @property {Map<string, string>} fields  by their small name; the first of each
 * @property {string} type                 as 'text/plain'
 * @property {Map<string, string>} parameters  of the type
 * @property {string} name                 a file's; ''
 * @property {string} body                 bytes as characters, still encoded
 * @property {Part[]} parts                of a multipart
 */

/**
 * @param {string} raw  bytes as characters
 * @param {{parts: number}} [count]
 * @param {number} [depth]
 * @returns {Part}
 */
export function readPartOf(raw, count = { parts: 0 }, depth = 0) {
  count.parts += 1;
  if (depth > MAX_MIME_DEPTH || count.parts > MAX_MIME_PARTS) throw new FileError('broken', 'mail is too deep');
  const gap = /^\r?\n|\r?\n\r?\n/.exec(raw);
  const fields = readFields(gap === null ? raw : raw.slice(0, gap.index));
  const body = gap === null ? '' : raw.slice(gap.index + gap[0].length);
  const { value, parameters } = readValue(fields.get('content-type') ?? 'text/plain');
  const disposition = readValue(fields.get('content-disposition') ?? '');
  const name = disposition.parameters.get('filename') ?? parameters.get('name') ?? '';
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(value) ? value : 'text/plain';
  const boundary = parameters.get('boundary');
  const parts = type.startsWith('multipart/') && boundary !== undefined && boundary !== ''
    ? piecesOf(body, boundary).map((piece) => readPartOf(piece, count, depth + 1)) : [];
  return { fields, type, parameters, name: decodeWords(name), body, parts };
}

/**
 * @param {string} body
 * @param {string} boundary
 */
function piecesOf(body, boundary) {
  /** @type {string[]} */
  const pieces = [];
  const mark = `--${boundary}`;
  let from = -1;
  for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length)) {
    if (at > 0 && body[at - 1] !== '\n') continue;
    if (from >= 0) pieces.push(body.slice(from, at).replace(/\r?\n$/, ''));
    const line = body.indexOf('\n', at);
    from = line < 0 ? body.length : line + 1;
    if (body.startsWith('--', at + mark.length)) {
      from = -1;
      break;
    }
    if (pieces.length > MAX_MIME_PARTS) throw new FileError('broken', 'mail has too many parts');
  }
  // The last mark may have been cut off.
  if (from >= 0 && from < body.length) pieces.push(body.slice(from));
  return pieces;
}

/** @param {string} head */
function readFields(head) {
  /** @type {Map<string, string>} */
  const fields = new Map();
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (name !== '' && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/**
 * A value with parameters, those of RFC 2231 put together.
 * @param {string} field
 */
function readValue(field) {
  const [value = ''] = /^[^;]*/.exec(field) ?? [''];
  /** @type {Map<string, string>} */
  const parameters = new Map();
  /** @type {Map<string, string>} */
  const coded = new Map();
  for (const [, key = '', quoted, bare] of field.matchAll(/;\s*([\w-]+(?:\*\d*)?\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g)) {
    const text = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
    const [, base = key, piece] = /^([\w-]+?)\*(\d*)\*?$/.exec(key.toLowerCase()) ?? [];
    if (piece === undefined) parameters.set(key.toLowerCase(), text);
    else coded.set(base, (coded.get(base) ?? '') + text);
  }
  for (const [key, text] of coded) {
    const [, charset = 'utf-8', rest = text] = /^([\w-]*)'[^']*'(.*)$/s.exec(text) ?? [];
    parameters.set(key, decodeBytes(rest.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))), charset));
  }
  return { value: value.trim().toLowerCase(), parameters };
}

/**
 * Encoded words of RFC 2047; what is not encoded is in whatever encoding it looks like.
 * @param {string} text  bytes as characters
 * @returns {string}
 */
export function decodeWords(text) {
  const joined = text.replace(/(\?=)\s+(=\?)/g, '$1$2');
  const plain = /[\x80-\xff]/.test(joined) && !/[^\0-\xff]/.test(joined) ? decodeBytes(joined, '') : joined;
  // Words beside each other in one encoding may cut a character in two.
  return plain.replace(/(?:=\?[\w*-]+\?[bq]\?[^?\s]*\?=)+/gi, (run) => {
    let text = '';
    let bytes = '';
    let charset = '';
    for (const [, named = '', way = '', content = ''] of run.matchAll(/=\?([\w*-]+)\?([bq])\?([^?\s]*)\?=/gi)) {
      const next = named.replace(/\*.*$/, '').toLowerCase();
      if (next !== charset) {
        text += decodeBytes(bytes, charset);
        bytes = '';
      }
      charset = next;
      bytes += way.toLowerCase() === 'b' ? fromBase64(content) : fromQuoted(content.replaceAll('_', ' '));
    }
    return text + decodeBytes(bytes, charset);
  });
}

/** @param {string} text */
export function toBytes(text) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Names of encodings of one byte a letter, all of whose texts say something, whatever it is. */
const SINGLE_BYTES = /^(iso-?8859|latin|windows-125|cp-?125|koi8|mac)/i;
const UTF8 = /^utf-?8$/i;

/**
 * @param {string} text  bytes as characters
 * @param {string} charset
 */
function decodeBytes(text, charset) {
  if (text === '') return '';
  const bytes = toBytes(text);
  const looks = () => decodeText(bytes);
  // Many programs say ASCII, or nothing, and send something else; what is UTF-8 to its end is no text of single bytes.
  if (charset === '' || /^(us-ascii|unknown|default)/i.test(charset)) return looks()?.text ?? text;
  if (SINGLE_BYTES.test(charset)) {
    const read = looks();
    if (read?.sure === true) return read.text;
  }
  try {
    const named = decodeAs(bytes, charset);
    return UTF8.test(charset) && named.includes('\ufffd') ? looks()?.text ?? named : named;
  } catch {
    // An encoding that nobody knows: by its look.
    return looks()?.text ?? text;
  }
}

/** @param {string} text */
function fromBase64(text) {
  const clean = text.replace(/[^A-Za-z0-9+/]/g, '');
  try {
    return atob(clean.slice(0, clean.length % 4 === 1 ? -1 : undefined));
  } catch {
    return '';
  }
}

/** @param {string} text */
function fromQuoted(text) {
  return text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/**
 * The bytes of a part, as characters.
 * @param {Part} part
 */
export function contentOf({ fields, body }) {
  switch ((fields.get('content-transfer-encoding') ?? '').toLowerCase().trim()) {
    case 'base64': return fromBase64(body);
    case 'quoted-printable': return fromQuoted(body.replace(/(?<![ \t])[ \t]*(\r?\n)/g, '$1').replace(/=\r?\n/g, ''));
    default: return body;
  }
}

/**
 * The words of a text part.
 * @param {Part} part
 * @throws {FileError} 'large'
 */
export function textOfPart(part) {
  if (part.body.length > MAX_PART_BYTES) throw new FileError('large');
  return decodeBytes(contentOf(part), part.parameters.get('charset') ?? '').replaceAll('\r\n', '\n');
}
