// SPDX-License-Identifier: MIT
// HTML to Markdown by a small tokenizer of its own: it runs where there is no DOM, and nothing of the page ever
// becomes one. Pure.

import { lookUp } from './elements.js';
import { decodeText } from './encoding.js';
import { unescapeText } from './entities.js';
import { MAX_DEPTH } from './limits.js';
import { createFormula } from './formula.js';
import { createMarkdown } from './markdown.js';
import { isAddress } from './office.js';

/** Nothing in these is text of the page, nor in what shows a formula a second time. */
const DROPPED = new Set(['script', 'style', 'template', 'svg', 'noscript', 'iframe', 'object', 'canvas', 'head', 'select', 'button', 'textarea', 'video', 'audio', 'rt', 'rp']);
/** What is in these is no markup. */
const RAW = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'noscript', 'iframe']);
const VOID = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'track', 'wbr']);
const BLOCKS = new Set(['p', 'div', 'section', 'article', 'main', 'header', 'footer', 'nav', 'aside', 'figure', 'figcaption', 'address', 'blockquote', 'dl', 'dt', 'dd', 'form', 'fieldset', 'details', 'summary', 'body', 'html', 'hr', 'center', 'ul', 'ol', 'menu', 'caption', 'legend']);
/** Those that a new block of the same kind ends, where their own end was left out. */
const SELF_ENDING = new Set(['p', 'li', 'dt', 'dd', 'tr', 'td', 'th', 'option']);

const HEADING = /^h[1-6]$/;

/** Quotes in one tag, at most: one that has more is text. */
const MAX_QUOTES = 512;
/** Characters of a text that are taken at once, so that a budget can end it. */
const MAX_PIECE = 64 * 1024;
/** Characters of the longest reference, &DiacriticalGrave; and its like. */
const MAX_REFERENCE = 40;
const TAG_NAME = /<(\/?)([A-Za-z][^\s/>]*)/y;
const ATTRIBUTE = /([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>`]+)))?/g;

/** Up to where a missing end is looked for. @type {Readonly<Record<string, RegExp>>} */
const BOUNDS = { tr: /^table$/, td: /^tr$/, th: /^tr$/, li: /^(ul|ol|menu|td|th)$/ };
const BLOCK_BOUNDS = /^(ul|ol|menu|li|tr|td|th|div|section|article|main|body|blockquote|dl)$/;

/** @typedef {{end: boolean, name: string, attributes: string, empty: boolean}} Tag */

/**
 * @param {string} html
 * @param {(text: string) => void} onText
 * @param {(tag: Tag) => void} onTag
 */
export function tokenize(html, onText, onTag) {
  let at = 0;
  let from = 0;
  const endOfTag = tagEnds(html);
  const say = (/** @type {number} */ to) => {
    for (let next = from; from < to; from = next) {
      next = to - from <= MAX_PIECE ? to : endOfPiece(html, from + MAX_PIECE);
      onText(unescapeText(html.slice(from, next)));
    }
  };
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) break;
    const end = endOfOther(html, open);
    if (end !== null) {
      say(open);
      at = end;
      from = end;
      continue;
    }
    TAG_NAME.lastIndex = open;
    const found = TAG_NAME.exec(html);
    const close = found === null ? -1 : endOfTag(TAG_NAME.lastIndex);
    if (found === null || close < 0) {
      at = open + 1;
      continue;
    }
    say(open);
    const name = String(found[2]).toLowerCase();
    const attributes = html.slice(open + found[0].length, close);
    at = close + 1;
    from = at;
    onTag({ end: found[1] === '/', name, attributes, empty: attributes.endsWith('/') || VOID.has(name) });
    if (found[1] === '' && RAW.has(name) && !attributes.endsWith('/')) {
      const ending = new RegExp(`</${name}[\\s/>]`, 'gi');
      ending.lastIndex = at;
      const stop = ending.exec(html)?.index ?? html.length;
      onText(name === 'title' || name === 'textarea' ? unescapeText(html.slice(at, stop)) : html.slice(at, stop));
      at = stop;
      from = stop;
    }
  }
  say(html.length);
}

/** Where a text may be cut: not within a reference. @param {string} html @param {number} at */
function endOfPiece(html, at) {
  const open = html.lastIndexOf('&', at);
  return open > at - MAX_REFERENCE ? open : at;
}

/**
 * Where a tag ends: the next > outside quotes, each of which is looked for once when it has no other end.
 * @param {string} html
 * @returns {(from: number) => number} -1 when it does not end
 */
function tagEnds(html) {
  const unpaired = { '"': Infinity, "'": Infinity };
  const sign = /[>"']/g;
  const last = html.lastIndexOf('>');
  return (from) => {
    if (from > last) return -1;
    sign.lastIndex = from;
    let found = sign.exec(html);
    for (let count = 0; found !== null && count < MAX_QUOTES; count += 1, found = sign.exec(html)) {
      if (found[0] === '>') return found.index;
      const quote = /** @type {'"' | "'"} */ (found[0]);
      if (found.index >= unpaired[quote]) continue;
      const end = html.indexOf(quote, found.index + 1);
      if (end < 0) unpaired[quote] = found.index;
      else sign.lastIndex = end + 1;
    }
    return -1;
  };
}

/**
 * Where a comment, a declaration or a processing instruction ends; null when there is none.
 * @param {string} html
 * @param {number} open
 */
function endOfOther(html, open) {
  const [mark, ending] = html.startsWith('<!--', open) ? ['<!--', '-->']
    : html.startsWith('<![CDATA[', open) ? ['<![CDATA[', ']]>'] : /^<[!?]/.test(html.slice(open, open + 2)) ? ['<!', '>'] : ['', ''];
  if (mark === '') return null;
  const end = html.indexOf(ending, open + mark.length);
  return end < 0 ? html.length : end + ending.length;
}

/**
 * @param {string} attributes
 * @param {string} name
 * @returns {string | null}
 */
export function htmlAttribute(attributes, name) {
  for (const [, key, ...values] of attributes.matchAll(ATTRIBUTE)) {
    if (key?.toLowerCase() === name) return unescapeText(values.find((value) => value !== undefined) ?? '');
  }
  return null;
}

/**
 * @param {string} html
 * @param {import('./limits.js').Budget} budget
 * @returns {import('./types.js').Reading}
 */
export function readHtml(html, budget) {
  const out = createMarkdown(budget);
  const reader = createReader(out);
  tokenize(html, (words) => readText(reader, words), (tag) => readTag(reader, tag));
  if (reader.formula !== null) endFormula(reader);
  return { text: out.result(), pictures: reader.pictures };
}

/**
 * The text of an HTML file: the encoding that it names, unless it is UTF-8 or marked.
 * @param {Uint8Array} bytes
 * @returns {{text: string, encoding: string, sure: boolean} | null}
 */
export function decodeHtml(bytes) {
  const decoded = decodeText(bytes);
  if (decoded === null || decoded.sure) return decoded;
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 2048));
  const named = /<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_-]{2,40})/i.exec(head)?.[1];
  if (named === undefined || /^utf-?8$/i.test(named)) return decoded;
  try {
    const decoder = new TextDecoder(named);
    return { text: decoder.decode(bytes), encoding: decoder.encoding, sure: true };
  } catch {
    return decoded;
  }
}

/**
 * What is open in the page, and what was found.
 * @typedef {object} Reader
 * @property {import('./markdown.js').Markdown} out
 * @property {{name: string, hidden: boolean}[]} stack  elements that are open
 * @property {{ordered: boolean, count: number}[]} lists
 * @property {string[]} links   addresses of the links that are open; '' for one that goes nowhere
 * @property {number} hidden    open elements whose text is not the page's
 * @property {number} pre
 * @property {number} heading   level of the heading under way; 0
 * @property {boolean} fresh    nothing of the item under way is written yet
 * @property {boolean} blank    a blank before the next word would be one too many
 * @property {number} span      columns of the cell under way
 * @property {number} pictures
 * @property {import('./formula.js').Formula | null} formula  under way
 * @property {boolean} display  it stands alone
 */

/** @param {import('./markdown.js').Markdown} out @returns {Reader} */
function createReader(out) {
  return {
    out, stack: [], lists: [], links: [], hidden: 0, pre: 0, heading: 0, fresh: false, blank: true, span: 1, pictures: 0, formula: null, display: false,
  };
}

/** What begins with a tag, beyond a block. @type {Readonly<Record<string, (reader: Reader, attributes: string, name: string) => void>>} */
const BEGUN = {
  br(reader) {
    reader.out.text('\n');
    reader.blank = true;
  },
  img(reader, attributes) {
    reader.pictures += 1;
    const alt = (htmlAttribute(attributes, 'alt') ?? '').replace(/\s+/g, ' ').trim();
    if (alt !== '') readText(reader, `[${alt}]`);
  },
  pre(reader) {
    cut(reader);
    reader.pre += 1;
  },
  ul: beginList,
  ol: beginList,
  menu: beginList,
  li(reader) {
    cut(reader);
    const list = reader.lists.at(-1);
    if (list !== undefined) list.count += 1;
    reader.fresh = true;
  },
  table(reader) {
    cut(reader);
    reader.out.openTable();
  },
  math: beginFormula,
  tr({ out }) { out.openRow(); },
  td: beginCell,
  th: beginCell,
  a({ out, links }, attributes) {
    const address = (htmlAttribute(attributes, 'href') ?? '').trim();
    links.push(isAddress(address) ? address : '');
    if (links.at(-1) !== '') out.text('[');
  },
};

/** A formula begins. @param {Reader} reader @param {string} attributes */
function beginFormula(reader, attributes) {
  reader.formula = createFormula();
  reader.display = htmlAttribute(attributes, 'display') === 'block' || /\\displaystyle/.test(htmlAttribute(attributes, 'alttext') ?? '');
}

/** @param {Reader} reader */
function endFormula(reader) {
  const { formula, display } = reader;
  reader.formula = null;
  readText(reader, formula?.end(display) ?? '');
}

/** What ends with an element, beyond a block. @type {Readonly<Record<string, (reader: Reader) => void>>} */
const ENDED = {
  pre(reader) {
    reader.pre -= 1;
    reader.out.end({ kind: 'code' });
    reader.blank = true;
  },
  ul: endList,
  ol: endList,
  menu: endList,
  table(reader) {
    cut(reader);
    reader.out.closeTable();
  },
  td: endCell,
  th: endCell,
  li: cut,
  a({ out, links }) {
    const address = links.pop() ?? '';
    if (address !== '') out.text(`](${address})`);
  },
};

/** Ends the block under way. @param {Reader} reader */
function cut(reader) {
  const { out, heading, lists } = reader;
  const list = lists.at(-1);
  if (heading > 0) {
    out.end({ kind: 'heading', level: heading });
  } else if (list !== undefined) {
    out.end({ kind: 'item', depth: lists.length - 1, marker: list.ordered ? `${list.count}.` : '-', goesOn: !reader.fresh });
  } else {
    out.end({ kind: 'paragraph' });
  }
  if (!reader.blank) reader.fresh = false;
  reader.blank = true;
}

/** @param {Reader} reader @param {string} attributes @param {string} name */
function beginList(reader, attributes, name) {
  cut(reader);
  const start = Number(htmlAttribute(attributes, 'start') ?? 1) || 1;
  reader.lists.push({ ordered: name === 'ol', count: start - 1 });
}

/** @param {Reader} reader */
function endList(reader) {
  cut(reader);
  reader.lists.pop();
}

/** @param {Reader} reader @param {string} attributes */
function beginCell(reader, attributes) {
  reader.span = Number(htmlAttribute(attributes, 'colspan') ?? 1) || 1;
}

/** @param {Reader} reader */
function endCell(reader) {
  cut(reader);
  reader.out.closeCell(reader.span);
}

/** @param {Reader} reader @param {Tag} tag */
function begun(reader, { name, attributes, empty }) {
  // A page whose formula has no end goes on all the same.
  if (reader.formula !== null && (BLOCKS.has(name) || HEADING.test(name) || name === 'table')) endFormula(reader);
  if (reader.formula !== null) {
    reader.formula.open(name, (wanted) => htmlAttribute(attributes, wanted));
    if (empty) reader.formula.close();
    return;
  }
  const begin = lookUp(BEGUN, name);
  if (begin !== undefined) begin(reader, attributes, name);
  else if (HEADING.test(name)) {
    cut(reader);
    reader.heading = Number(name[1]);
  } else if (BLOCKS.has(name)) {
    cut(reader);
  }
}

/** @param {Reader} reader @param {string} name */
function ended(reader, name) {
  if (reader.hidden > 0) return;
  if (reader.formula !== null) {
    if (name === 'math') endFormula(reader);
    else reader.formula.close();
    return;
  }
  const end = lookUp(ENDED, name);
  if (end !== undefined) end(reader);
  else if (HEADING.test(name)) {
    cut(reader);
    reader.heading = 0;
  } else if (BLOCKS.has(name)) {
    cut(reader);
  }
}

/**
 * Ends the innermost element of that name, if there is one, and with it what was left open in it.
 * @param {Reader} reader
 * @param {string} name
 */
function closeElement(reader, name) {
  const at = reader.stack.findLastIndex((one) => one.name === name);
  if (at < 0) return;
  while (reader.stack.length > at) {
    const gone = /** @type {{name: string, hidden: boolean}} */ (reader.stack.pop());
    if (gone.hidden) reader.hidden -= 1;
    ended(reader, gone.name);
  }
}

/**
 * Ends the element that a new one of its kind ends. A cell or an item does not reach out of its own table or list.
 * @param {Reader} reader
 * @param {string} name
 */
function closeSame(reader, name) {
  for (let i = reader.stack.length - 1; i >= 0; i -= 1) {
    const one = /** @type {{name: string}} */ (reader.stack[i]).name;
    if (one === name || (name === 'td' && one === 'th') || (name === 'th' && one === 'td')) {
      closeElement(reader, one);
      return;
    }
    if (one === 'table' || (BOUNDS[name] ?? BLOCK_BOUNDS).test(one)) return;
  }
}

/** Is what a tag begins no text of the page? @param {Tag} tag */
function isDropped({ name, attributes }) {
  return DROPPED.has(name) || /\b(?:katex-html|mwe-math-fallback-image-\w+)\b/.test(attributes) ||
    /\bhidden\b(?!-|\s*=\s*["']?until)/.test(attributes.replace(/"[^"]*"|'[^']*'/g, '')) ||
    /display\s*:\s*none/i.test(htmlAttribute(attributes, 'style') ?? '');
}

/** @param {Reader} reader @param {Tag} tag */
function readTag(reader, tag) {
  if (tag.end) {
    closeElement(reader, tag.name);
    return;
  }
  if (tag.name === 'body') closeElement(reader, 'head');
  if (SELF_ENDING.has(tag.name)) closeSame(reader, tag.name);
  const hidden = isDropped(tag);
  if (tag.empty ? hidden : reader.stack.length >= MAX_DEPTH) return;
  if (!tag.empty) reader.stack.push({ name: tag.name, hidden });
  if (hidden) reader.hidden += 1;
  if (reader.hidden === 0) begun(reader, tag);
}

/** @param {Reader} reader @param {string} words */
function readText(reader, words) {
  if (reader.hidden > 0) return;
  if (reader.formula !== null) {
    reader.formula.text(words);
    return;
  }
  if (reader.pre > 0) {
    reader.out.text(words);
    return;
  }
  const plain = words.replace(/[ \t\r\n\f]+/g, ' ');
  const kept = reader.blank ? plain.replace(/^ /, '') : plain;
  if (kept === '') return;
  reader.out.text(kept);
  reader.blank = kept.endsWith(' ');
}
