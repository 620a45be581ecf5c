// SPDX-License-Identifier: MIT
// Rich Text Format: text in the code page of its font, with tables and lists. Pure.

import { decodeAs } from './encoding.js';
import { FileError } from './errors.js';
import { MAX_DEPTH } from './limits.js';
import { createMarkdown } from './markdown.js';
import { isAddress } from './office.js';

/** Destinations whose words are not the document's. */
const LEFT_OUT = new Set(['fonttbl', 'colortbl', 'info', 'pict', 'object', 'themedata', 'colorschememapping', 'datastore', 'latentstyles', 'listtable', 'listoverridetable', 'rsidtbl', 'generator', 'header', 'headerl', 'headerr', 'headerf', 'footer', 'footerl', 'footerr', 'footerf', 'xmlnstbl', 'filetbl', 'revtbl', 'nonshppict', 'bkmkstart', 'bkmkend', 'annotation', 'atnid', 'atnauthor', 'mmathPr', 'pgdsctbl', 'userprops', 'wgrffmtfilter']);
/** Destinations whose words have a meaning of their own. */
const SET_APART = new Set(['listtext', 'pntext', 'fldinst', 'stylesheet']);
/** @type {Readonly<Record<string, string>>} */
const SIGNS = { tab: '\t', line: '\n', page: '\n', emdash: '—', endash: '–', lquote: '‘', rquote: '’', ldblquote: '“', rdblquote: '”', bullet: '•', emspace: '\u2003', enspace: '\u2002', '~': '\u00a0', '_': '\u2011', '-': '' };
/** Code pages of Windows and of font character sets, by TextDecoder's names. @type {Readonly<Record<number, string>>} */
const CODE_PAGES = { 437: 'windows-1252', 866: 'ibm866', 874: 'windows-874', 932: 'shift_jis', 936: 'gb18030', 949: 'euc-kr', 950: 'big5', 1250: 'windows-1250', 1251: 'windows-1251', 1252: 'windows-1252', 1253: 'windows-1253', 1254: 'windows-1254', 1255: 'windows-1255', 1256: 'windows-1256', 1257: 'windows-1257', 1258: 'windows-1258', 10000: 'macintosh', 65001: 'utf-8' };
/** @type {Readonly<Record<number, string>>} */
const CHARACTER_SETS = { 77: 'macintosh', 128: 'shift_jis', 129: 'euc-kr', 134: 'gb18030', 136: 'big5', 161: 'windows-1253', 162: 'windows-1254', 163: 'windows-1258', 177: 'windows-1255', 178: 'windows-1256', 186: 'windows-1257', 204: 'windows-1251', 222: 'windows-874', 238: 'windows-1250' };

/**
 * @typedef {object} Group  what ends with a brace
 * @property {string} destination  '' for the document
 * @property {number} skip         characters after a \u that stand for it
 * @property {string | null} encoding  of its font
 * @property {boolean} hidden
 * @property {string} link         address of the link that ends with it; ''
 */

/**
 * @param {Uint8Array} bytes
 * @param {import('./limits.js').Budget} budget
 * @returns {import('./types.js').Reading}
 */
export function readRtf(bytes, budget) {
  const rtf = new TextDecoder('latin1').decode(bytes);
  const out = createMarkdown(budget);
  const reader = createReader(out);
  const token = /\\(?:([a-z]{1,32})(-?\d{1,10})?[ ]?|'([0-9a-fA-F]{2})|([^a-z]))|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\$/gy;
  for (let found = token.exec(rtf); found !== null; found = token.exec(rtf)) {
    const [, word, number, hex, sign, brace, plain] = found;
    if (brace === '{') reader.open();
    else if (brace === '}') {
      if (!reader.close()) break;
    } else if (word === 'bin') token.lastIndex += Math.max(0, Number(number ?? 0));
    else if (word !== undefined) reader.word(word, number === undefined ? null : Number(number));
    else if (hex !== undefined) reader.byte(Number.parseInt(hex, 16));
    else if (sign !== undefined) reader.sign(sign);
    else if (plain !== undefined) reader.text(plain);
  }
  reader.end();
  return { text: out.result(), pictures: reader.pictures() };
}

/** @param {import('./markdown.js').Markdown} out */
function createReader(out) {
  /** @type {Group[]} */
  const groups = [{ destination: '', skip: 1, encoding: null, hidden: false, link: '' }];
  /** @type {Map<number, string>} */
  const fonts = new Map();
  /** @type {number[]} */
  let pending = [];
  let encoding = 'windows-1252';
  let toSkip = 0;
  let font = 0;
  let starred = false;
  let pictures = 0;
  let inTable = false;
  let tableOpen = false;
  let marker = '';
  let level = 0;
  let depth = 0;
  /** Styles that are headings, by number; the one that is being told. @type {Map<number, number>} */
  const headings = new Map();
  let style = 0;
  /** @type {string | null} */
  let link = null;
  let instruction = '';
  const top = () => /** @type {Group} */ (groups[groups.length - 1]);

  function flush() {
    if (pending.length === 0) return;
    const text = decodeAs(new Uint8Array(pending), top().encoding ?? encoding);
    pending = [];
    put(text);
  }

  /** @param {string} text */
  function put(text) {
    if (top().hidden || LEFT_OUT.has(top().destination)) return;
    if (top().destination === 'listtext' || top().destination === 'pntext') marker += text;
    else if (top().destination === 'stylesheet') heading(text);
    else if (top().destination === 'fldinst') link = /HYPERLINK\s+"([^"]*)"/.exec(`${instruction += text}`)?.[1] ?? null;
    else {
      openTable();
      out.text(text);
    }
  }

  /** Paragraphs in a table open it; the first outside closes it. */
  function openTable() {
    if (inTable === tableOpen) return;
    if (inTable) {
      out.openTable();
      out.openRow();
    } else out.closeTable();
    tableOpen = inTable;
  }

  function paragraph() {
    openTable();
    const numbered = /(\d+|[a-z])[.)]/i.test(marker);
    if (marker.trim() !== '') out.end({ kind: 'item', depth, marker: numbered ? `${Number.parseInt(marker.trim(), 10) || 1}.` : '-' });
    else if (level > 0) out.end({ kind: 'heading', level });
    else out.end({ kind: 'paragraph' });
    marker = '';
  }

  /** A style's name, which tells of a heading where no level does. @param {string} name */
  function heading(name) {
    const found = /^heading (\d)/i.exec(name);
    if (found !== null) headings.set(style, Number(found[1]));
  }

  function openLink() {
    if (link === null || !isAddress(link) || top().hidden) return;
    openTable();
    out.text('[');
    groups[groups.length - 1] = { ...top(), link };
    link = null;
  }

  /** @param {string} word @param {number | null} number */
  function control(word, number) {
    switch (word) {
      case 'par': case 'sect': paragraph(); break;
      case 'pard': inTable = false; level = 0; depth = 0; break;
      case 's':
        style = number ?? 0;
        if (top().destination !== 'stylesheet') level = headings.get(style) ?? 0;
        break;
      case 'ilvl': depth = Math.min(8, Math.max(0, number ?? 0)); break;
      case 'fldrslt': openLink(); break;
      case 'field': instruction = ''; break;
      case 'intbl': inTable = true; break;
      case 'cell': inTable = true; openTable(); out.closeCell(); break;
      case 'row': inTable = true; openTable(); out.openRow(); break;
      case 'outlinelevel':
        if (top().destination !== 'stylesheet') level = (number ?? 8) + 1;
        else if ((number ?? 9) < 9) headings.set(style, (number ?? 8) + 1);
        break;
      case 'ansicpg': encoding = CODE_PAGES[number ?? 1252] ?? encoding; break;
      case 'mac': encoding = 'macintosh'; break;
      case 'uc': top().skip = Math.min(16, Math.max(0, number ?? 1)); break;
      case 'v': top().hidden = number !== 0; break;
      case 'deleted': top().hidden = number !== 0; break;
      case 'f':
        font = number ?? 0;
        if (top().destination !== 'fonttbl') top().encoding = fonts.get(font) ?? null;
        break;
      case 'fcharset':
        if (CHARACTER_SETS[number ?? 0] !== undefined) fonts.set(font, /** @type {string} */ (CHARACTER_SETS[number ?? 0]));
        break;
      case 'pict': pictures += 1; break;
      default:
        if (Object.hasOwn(SIGNS, word)) put(/** @type {string} */ (SIGNS[word]));
    }
  }

  return {
    pictures: () => pictures,
    open() {
      flush();
      if (groups.length >= MAX_DEPTH) throw new FileError('broken', 'RTF is too deep');
      groups.push({ ...top(), link: '' });
    },
    /** @returns {boolean} false when the document has ended */
    close() {
      flush();
      toSkip = 0;
      const gone = groups.pop();
      if (gone !== undefined && gone.link !== '') out.text(`](${gone.link})`);
      return groups.length > 1;
    },
    /** @param {string} word @param {number | null} number */
    word(word, number) {
      if (word === 'u') {
        flush();
        put(String.fromCharCode(((number ?? 0) + 0x10000) % 0x10000));
        toSkip = top().skip;
        starred = false;
        return;
      }
      if (toSkip > 0 && Object.hasOwn(SIGNS, word)) {
        toSkip -= 1;
        return;
      }
      flush();
      if (LEFT_OUT.has(word) || SET_APART.has(word)) top().destination = word;
      // What is marked so and not known is not for us.
      else if (starred && !/^(shppict|shpinst|shptxt|ud|upr)$/.test(word)) top().destination = 'info';
      starred = false;
      control(word, number);
    },
    /** @param {number} byte */
    byte(byte) {
      if (toSkip > 0) toSkip -= 1;
      else pending.push(byte);
    },
    /** @param {string} sign */
    sign(sign) {
      if (sign === '*') {
        starred = true;
      } else if (sign === '\n' || sign === '\r') {
        flush();
        paragraph();
      } else if (toSkip > 0) {
        toSkip -= 1;
      } else {
        flush();
        put(SIGNS[sign] ?? (/[\\{}]/.test(sign) ? sign : ''));
      }
    },
    /** @param {string} text */
    text(text) {
      const from = Math.min(toSkip, text.length);
      toSkip -= from;
      // The second byte of a character may be an ASCII letter.
      for (let i = from; i < text.length; i += 1) pending.push(text.charCodeAt(i) & 0xff);
    },
    end() {
      flush();
      paragraph();
    },
  };
}
