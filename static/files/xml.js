// SPDX-License-Identifier: MIT
// A small reader of XML: one pass, no tree, no external or declared entities, names by their namespace. It takes the
// text in pieces, so that no more of it is in memory than a piece and what ends in a later one. It is strict about what
// would hide text, and lets the rest be. Pure.

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

/** What says in which encoding a file is stands in so many bytes. */
const HEAD_BYTES = 200;

/**
 * UTF-16 by its mark, else what it declares, else UTF-8.
 * @param {Uint8Array} bytes  the first of a file
 */
function decoderFor(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be');
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, HEAD_BYTES));
  const declared = /^(?:ï»¿)?<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']/.exec(head)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(declared);
  } catch {
    return new TextDecoder();
  }
}

/**
 * The text of an XML file.
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function decodeXml(bytes) {
  return decoderFor(bytes).decode(bytes);
}

/**
 * The same of one that comes in pieces.
 * @param {Iterable<Uint8Array>} pieces
 * @returns {Generator<string>}
 */
export function* decodeXmlPieces(pieces) {
  let head = new Uint8Array();
  /** @type {TextDecoder | null} */
  let decoder = null;
  for (const piece of pieces) {
    if (decoder !== null) {
      yield decoder.decode(piece, { stream: true });
      continue;
    }
    const longer = new Uint8Array(head.length + piece.length);
    longer.set(head);
    longer.set(piece, head.length);
    head = longer;
    if (head.length < HEAD_BYTES) continue;
    decoder = decoderFor(head);
    yield decoder.decode(head, { stream: true });
    head = new Uint8Array();
  }
  yield decoder === null ? decodeXml(head) : decoder.decode();
}

/** What has no end yet: more may come. */
class CutOff extends FileError {
  constructor() {
    super('broken', 'XML is cut off');
  }
}

/**
 * What stands in angle brackets.
 * @typedef {object} Token
 * @property {'open' | 'close' | 'text' | 'other'} kind
 * @property {number} end    behind it
 * @property {string} words  a tag's name, as it is written; a text
 * @property {[string, string][]} pairs  attributes, as they are written
 * @property {boolean} empty  nothing is in it: <a/>
 */

/** @param {Token['kind']} kind @param {number} end @param {string} [words] @returns {Token} */
const token = (kind, end, words = '') => ({ kind, end, words, pairs: [], empty: false });

/**
 * @param {string} text
 * @param {number} open  of the bracket
 * @returns {Token}
 * @throws {FileError}
 */
function readToken(text, open) {
  if (text.startsWith('</', open)) {
    const end = after(text, '>', open);
    return token('close', end, text.slice(open + 2, end - 1).trimEnd());
  }
  if (text.startsWith('<!--', open)) return token('other', after(text, '-->', open + 4));
  if (text.startsWith('<![CDATA[', open)) {
    const end = after(text, ']]>', open + 9);
    return token('text', end, text.slice(open + 9, end - 3));
  }
  if (text.startsWith('<?', open)) return token('other', after(text, '?>', open + 2));
  if (text.startsWith('<!', open)) return token('other', skipDeclaration(text, open));
  const raw = match(NAME, text, open + 1)?.[0];
  if (raw === undefined) throw open + 1 === text.length ? new CutOff() : new FileError('broken', `XML at ${open}`);
  const { pairs, at } = readAttributes(text, open + 1 + raw.length);
  const empty = text[at] === '/';
  return { kind: 'open', end: at + (empty ? 2 : 1), words: raw, pairs, empty };
}

/**
 * @param {Handlers} handlers
 * @returns {{push: (text: string) => void, end: () => void}} both throw FileError 'broken'
 */
export function createXmlReader(handlers) {
  /** @type {Open[]} */
  const stack = [];
  let rest = '';
  /** What is cut off is looked at again when it has grown to twice its length: the time stays in step with the size. */
  let enough = 0;

  /** @param {boolean} isLast @returns {number} how much of the rest was read */
  function read(isLast) {
    const text = rest;
    let at = 0;
    while (at < text.length) {
      const open = text.indexOf('<', at);
      if (open < 0 && !isLast) return at;
      const end = open < 0 ? text.length : open;
      if (end > at && stack.length > 0) handlers.text?.(unescapeText(text.slice(at, end)));
      at = end;
      if (open < 0) break;
      const found = readWhole(text, open, isLast);
      if (found === null) return at;
      at = found.end;
      take(found, stack, handlers);
    }
    return at;
  }

  return {
    push(text) {
      rest += text;
      if (rest.length < enough) return;
      rest = rest.slice(read(false));
      enough = rest.length * 2;
    },
    end() {
      read(true);
      rest = '';
      if (stack.length > 0) throw new FileError('broken', 'XML is cut off');
    },
  };
}

/**
 * @param {string} text
 * @param {number} open
 * @param {boolean} isLast
 * @returns {Token | null} null: it ends in what has not come yet
 */
function readWhole(text, open, isLast) {
  try {
    return readToken(text, open);
  } catch (error) {
    if (!isLast && error instanceof CutOff) return null;
    throw error;
  }
}

/** @typedef {{raw: string, element: Element, scope: Scope}} Open */

/** @param {Token} found @param {Open[]} stack @param {Handlers} handlers */
function take(found, stack, handlers) {
  if (found.kind === 'text') {
    handlers.text?.(found.words);
  } else if (found.kind === 'close') {
    const top = stack.pop();
    if (top === undefined || top.raw !== found.words) throw new FileError('broken', 'XML tags do not fit');
    handlers.close?.(top.element);
  } else if (found.kind === 'open') {
    openTag(found, stack, handlers);
  }
}

/**
 * @param {string} text
 * @param {string} what
 * @param {number} from
 */
function after(text, what, from) {
  const found = text.indexOf(what, from);
  if (found < 0) throw new CutOff();
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
  throw new CutOff();
}

const NAME = /[^\s/>=<"']+/y;
const VALUE = /\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const BLANKS = /\s*/y;
/** What may go on as an attribute, or as the end of the tag. */
const BEGUN = /[^\s/>=<"']*\s*(?:=\s*(?:"[^"<]*|'[^'<]*)?)?\/?$/y;

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
    if (name === undefined || value === null || pairs.length >= MAX_ATTRIBUTES) {
      throw match(BEGUN, text, at) === null ? new FileError('broken', `XML at ${at}`) : new CutOff();
    }
    pairs.push([name, unescapeText(value[1] ?? value[2] ?? '')]);
    at += name.length + value[0].length;
  }
}

/** @param {Token} tag @param {Open[]} stack @param {Handlers} handlers */
function openTag({ words: raw, pairs, empty }, stack, handlers) {
  const scope = scopeOf(stack.at(-1)?.scope ?? {}, pairs);
  const element = { ...expanded(raw, scope, true), attributes: pairs
    .filter(([name]) => name !== 'xmlns' && !name.startsWith('xmlns:'))
    .map(([name, value]) => ({ ...expanded(name, scope, false), value })) };
  handlers.open?.(element);
  if (empty) {
    handlers.close?.(element);
    return;
  }
  stack.push({ raw, element, scope });
  if (stack.length > MAX_DEPTH) throw new FileError('broken', 'XML is too deep');
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
