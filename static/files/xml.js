// SPDX-License-Identifier: MIT
// A small reader of XML: one pass, no tree, no external or declared entities, names by their namespace. It is strict
// about what would hide text, and lets the rest be. Pure.

import { unescapeText } from './entities.js';
import { FileError } from './errors.js';
import { MAX_ATTRIBUTES, MAX_DEPTH } from './limits.js';

/**
 * @typedef {object} Attribute
 * @property {string} name   without its prefix
 * @property {string} space  URI of its namespace; '' when it has none
 * @property {string} value
 */

/**
 * @typedef {object} Element
 * @property {string} name
 * @property {string} space
 * @property {readonly Attribute[]} attributes
 */

/**
 * @typedef {object} Handlers
 * @property {(element: Element) => void} [open]
 * @property {(element: Element) => void} [close]  the same object that was opened
 * @property {(text: string) => void} [text]       characters, in as many pieces as they come
 */

/** @typedef {Readonly<Record<string, string>>} Scope  prefixes to URIs */

/**
 * An attribute's value by its name: that of no namespace first.
 * @param {Element} element
 * @param {string} name
 * @param {string} [space]  the end of the URI it must have
 * @returns {string | null}
 */
export function attribute(element, name, space) {
  let found = null;
  for (const one of element.attributes) {
    if (one.name !== name) continue;
    if (space === undefined ? one.space === '' : one.space.endsWith(space)) return one.value;
    if (space === undefined) found ??= one.value;
  }
  return found;
}

/**
 * The text of an XML file: UTF-16 by its mark, else what it declares, else UTF-8.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function decodeXml(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  const declared = /^(?:ï»¿)?<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']/.exec(head)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(declared).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/**
 * @param {string} text
 * @param {Handlers} handlers
 * @throws {FileError} 'broken'
 */
export function readXml(text, handlers) {
  /** @type {{raw: string, element: Element, scope: Scope}[]} */
  const stack = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('<', at);
    const end = open < 0 ? text.length : open;
    if (end > at && stack.length > 0) handlers.text?.(unescapeText(text.slice(at, end)));
    if (open < 0) break;
    if (text.startsWith('<!--', open)) {
      at = after(text, '-->', open + 4);
    } else if (text.startsWith('<![CDATA[', open)) {
      at = after(text, ']]>', open + 9);
      handlers.text?.(text.slice(open + 9, at - 3));
    } else if (text.startsWith('<?', open)) {
      at = after(text, '?>', open + 2);
    } else if (text.startsWith('<!', open)) {
      at = skipDeclaration(text, open);
    } else if (text.startsWith('</', open)) {
      at = after(text, '>', open);
      const top = stack.pop();
      if (top === undefined || top.raw !== text.slice(open + 2, at - 1).trimEnd()) throw new FileError('broken', `XML at ${open}`);
      handlers.close?.(top.element);
    } else {
      at = openTag(text, open, stack, handlers);
    }
  }
  if (stack.length > 0) throw new FileError('broken', 'XML is cut off');
}

/**
 * @param {string} text
 * @param {string} what
 * @param {number} from
 */
function after(text, what, from) {
  const found = text.indexOf(what, from);
  if (found < 0) throw new FileError('broken', 'XML is cut off');
  return found + what.length;
}

/**
 * A document type: nothing in it is used, so no entity of it is ever replaced.
 * @param {string} text
 * @param {number} from
 */
function skipDeclaration(text, from) {
  const pattern = /["'[\]>]/g;
  pattern.lastIndex = from;
  let inside = 0;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const [sign] = found;
    if (sign === '[') inside += 1;
    else if (sign === ']') inside -= 1;
    else if (sign === '>') {
      if (inside <= 0) return pattern.lastIndex;
    } else {
      pattern.lastIndex = after(text, sign, pattern.lastIndex);
    }
  }
  throw new FileError('broken', 'XML is cut off');
}

const NAME = /[^\s/>=<"']+/y;
const VALUE = /\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const BLANKS = /\s*/y;

/**
 * @param {RegExp} pattern  sticky
 * @param {string} text
 * @param {number} at
 */
function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/**
 * The attributes of a tag, as they are written.
 * @param {string} text
 * @param {number} from  behind the tag's name
 * @returns {{pairs: [string, string][], at: number}} `at`: of the > or /> that ends the tag
 */
function readAttributes(text, from) {
  /** @type {[string, string][]} */
  const pairs = [];
  let at = from;
  for (;;) {
    at += match(BLANKS, text, at)?.[0].length ?? 0;
    const sign = text[at];
    if (sign === '>' || (sign === '/' && text[at + 1] === '>')) return { pairs, at };
    const name = match(NAME, text, at)?.[0];
    const value = name === undefined ? null : match(VALUE, text, at + name.length);
    if (name === undefined || value === null || pairs.length >= MAX_ATTRIBUTES) throw new FileError('broken', `XML at ${at}`);
    pairs.push([name, unescapeText(value[1] ?? value[2] ?? '')]);
    at += name.length + value[0].length;
  }
}

/**
 * @param {string} text
 * @param {number} open
 * @param {{raw: string, element: Element, scope: Scope}[]} stack
 * @param {Handlers} handlers
 * @returns {number} where it ends
 */
function openTag(text, open, stack, handlers) {
  const raw = match(NAME, text, open + 1)?.[0];
  if (raw === undefined) throw new FileError('broken', `XML at ${open}`);
  const { pairs, at } = readAttributes(text, open + 1 + raw.length);
  const scope = scopeOf(stack.at(-1)?.scope ?? {}, pairs);
  const element = { ...expanded(raw, scope, true), attributes: pairs
    .filter(([name]) => name !== 'xmlns' && !name.startsWith('xmlns:'))
    .map(([name, value]) => ({ ...expanded(name, scope, false), value })) };
  handlers.open?.(element);
  if (text[at] === '/') {
    handlers.close?.(element);
    return at + 2;
  }
  stack.push({ raw, element, scope });
  if (stack.length > MAX_DEPTH) throw new FileError('broken', 'XML is too deep');
  return at + 1;
}

/**
 * @param {Scope} outer
 * @param {[string, string][]} pairs
 * @returns {Scope}
 */
function scopeOf(outer, pairs) {
  const own = pairs.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  if (own.length === 0) return outer;
  /** @type {Record<string, string>} */
  const scope = Object.assign(Object.create(null), outer);
  for (const [name, uri] of own) scope[name === 'xmlns' ? '' : name.slice(6)] = uri;
  return scope;
}

/**
 * @param {string} raw
 * @param {Scope} scope
 * @param {boolean} isElement  attributes without a prefix have no namespace
 */
function expanded(raw, scope, isElement) {
  const colon = raw.indexOf(':');
  if (colon < 0) return { name: raw, space: isElement ? scope[''] ?? '' : '' };
  const prefix = raw.slice(0, colon);
  return { name: raw.slice(colon + 1), space: scope[prefix] ?? prefix };
}
