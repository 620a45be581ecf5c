/* SPDX-License-Identifier: MIT */
/**
 * Addresses that stand in a text without any mark (GFM's extended autolinks):
 * where they begin, and where they end: before a closing bracket that is not
 * theirs, the punctuation of a sentence, and that of East Asian writing. Pure.
 */
import { isUnspaced, isWide } from './characters.js';

/** @typedef {{at: number, end: number, href: string, text: string, isOpen?: boolean}} Address */

const WEB = /https?:\/\/|www\./gi;

/** Where an address ends at the latest. */
const STOP = /[\s<>"`\u2018-\u201f\u2026\u3000-\u303f\u30fb\ufe30-\ufe4f\uff01-\uff0e\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u{1f000}-\u{1faff}]/u;

const TRAILING = /[?!.,:;*_~'…]/;

/**
 * @param {string} text
 * @param {boolean} isOpen  more is to come: an address at the end may be part of another
 * @returns {Address[]} in order, none in another
 */
export function bareAddresses(text, isOpen) {
  const all = [...webAddresses(text), ...mailAddresses(text)].sort((a, b) => a.at - b.at);
  let end = 0;
  return all.filter((address) => {
    if (address.at < end) return false;
    address.isOpen = isOpen && address.end >= text.length;
    ({ end } = address);
    return true;
  });
}

/** @param {string} text @returns {Address[]} */
function webAddresses(text) {
  /** @type {Address[]} */
  const out = [];
  WEB.lastIndex = 0;
  for (let found; (found = WEB.exec(text));) {
    const at = found.index;
    if (/[\w]/.test(text[at - 1] ?? '')) continue;
    const scheme = found[0];
    let end = hostEnd(text, at + scheme.length);
    const host = text.slice(at + (scheme.toLowerCase() === 'www.' ? 0 : scheme.length), end);
    if (!isHost(host, scheme.toLowerCase() === 'www.')) {
      // Nothing that begins within it is one either.
      WEB.lastIndex = Math.max(WEB.lastIndex, end);
      continue;
    }
    end = trimEnd(text, at, pathEnd(text, end));
    const shown = text.slice(at, end);
    if (shown.length <= scheme.length) {
      WEB.lastIndex = Math.max(WEB.lastIndex, end);
      continue;
    }
    out.push({ at, end, text: shown, href: scheme.toLowerCase() === 'www.' ? `http://${shown}` : shown });
    WEB.lastIndex = end;
  }
  return out;
}

/**
 * Behind the host. Letters of scripts without spaces behind a host of Latin
 * ones are the sentence's.
 *
 * @param {string} text
 * @param {number} from
 * @returns {number}
 */
function hostEnd(text, from) {
  let end = from;
  while (end < text.length && !/[\s/?#<]/.test(/** @type {string} */ (text[end])) && !STOP.test(/** @type {string} */ (text[end]))) {
    if (isUnspaced(/** @type {string} */ (text[end])) && /^[\w.:-]+\.[a-z]{2,}$/i.test(text.slice(Math.max(from, end - 255), end))) break;
    if (/[)\]}|*~,;!'(]/.test(/** @type {string} */ (text[end]))) break;
    end++;
  }
  return end;
}

/** Characters of a host with what may stand behind it (RFC 1035, 2.3.4: 255 of its name). */
const MAX_HOST = 300;

/** @param {string} host @param {boolean} dotted @returns {boolean} */
function isHost(host, dotted) {
  if (host.length > MAX_HOST) return false;
  const name = host.replace(/:\d*$/, '').replace(/[.:_]+$/, '');
  if (!name || name.length > 255 || !/^[\p{L}\p{N}]/u.test(name) || /[^\p{L}\p{M}\p{N}._:@%[\]-]/u.test(name)) return false;
  const parts = name.split('.');
  if (dotted && parts.length < 3 && !(parts.length === 2 && parts[1])) return false;
  return !parts.slice(-2).some((part) => part.includes('_'));
}

/** @param {string} text @param {number} from @returns {number} */
function pathEnd(text, from) {
  const next = text[from];
  if (next === undefined || !/[/?#:]/.test(next)) return from;
  let end = from;
  while (end < text.length && !STOP.test(text[end] ?? '') && !isWide(text[end] ?? '')) end++;
  return end;
}

/**
 * @param {string} text
 * @param {number} at
 * @param {number} from
 * @returns {number} its end without what belongs to the sentence
 */
function trimEnd(text, at, from) {
  let end = from;
  const shown = text.slice(at, from);
  let balance = shown.split(')').length - shown.split('(').length;
  while (end > at) {
    const char = /** @type {string} */ (text[end - 1]);
    if (char === ')' && balance > 0) {
      balance--;
    } else if (char === ';') {
      const entity = /&[a-zA-Z0-9]{1,32};$/.exec(text.slice(Math.max(at, end - 34), end));
      end -= entity ? entity[0].length - 1 : 0;
    } else if (!TRAILING.test(char)) {
      break;
    }
    end--;
  }
  return end;
}

/** @param {string} text @returns {Address[]} */
function mailAddresses(text) {
  /** @type {Address[]} */
  const out = [];
  let free = 0;
  for (let sign = text.indexOf('@'); sign >= 0; sign = text.indexOf('@', sign + 1)) {
    let at = sign;
    while (at > free && /[A-Za-z0-9.+_-]/.test(/** @type {string} */ (text[at - 1]))) at--;
    free = sign + 1;
    while (at < sign && /[.+_-]/.test(/** @type {string} */ (text[at]))) at++;
    if (at === sign || /[/:@\w]/.test(text[at - 1] ?? '')) continue;
    let end = sign + 1;
    while (/[A-Za-z0-9._-]/.test(text[end] ?? '')) end++;
    while (text[end - 1] === '.') end--;
    const host = text.slice(sign + 1, end);
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+$/.test(host) || /[-_]$/.test(host)) continue;
    const shown = text.slice(at, end);
    out.push({ at, end, text: shown, href: `mailto:${shown}` });
  }
  return out;
}
