// SPDX-License-Identifier: MIT
// HTML to Markdown by a small tokenizer of its own: it runs where there is no DOM, and nothing of the page ever
// becomes one. Pure.

import { decodeText } from './encoding.js';
import { unescapeText } from './entities.js';
import { MAX_DEPTH } from './limits.js';
import { createMarkdown } from './markdown.js';
import { isAddress } from './office.js';

/** Nothing in these is text of the page. */
const DROPPED = new Set(['script', 'style', 'template', 'svg', 'math', 'noscript', 'iframe', 'object', 'canvas', 'head', 'select', 'button', 'textarea', 'video', 'audio']);
/** What is in these is no markup. */
const RAW = new Set(['script', 'style', 'textarea', 'title', 'xmp', 'noscript', 'iframe']);
const VOID = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'track', 'wbr']);
const BLOCKS = new Set(['p', 'div', 'section', 'article', 'main', 'header', 'footer', 'nav', 'aside', 'figure', 'figcaption', 'address', 'blockquote', 'dl', 'dt', 'dd', 'form', 'fieldset', 'details', 'summary', 'body', 'html', 'hr', 'center', 'ul', 'ol', 'menu', 'caption', 'legend']);
/** Those that a new block of the same kind ends, where their own end was left out. */
const SELF_ENDING = new Set(['p', 'li', 'dt', 'dd', 'tr', 'td', 'th', 'option']);

/** Quotes in one tag, at most: one that has more is text. */
const MAX_QUOTES = 512;
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
    if (to > from) onText(unescapeText(html.slice(from, to)));
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
  tokenize(html, reader.text, reader.tag);
  return { text: out.result(), pictures: reader.pictures() };
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

/** @param {import('./markdown.js').Markdown} out */
function createReader(out) {
  /** @type {{name: string, hidden: boolean}[]} */
  const stack = [];
  /** @type {{ordered: boolean, count: number}[]} */
  const lists = [];
  /** @type {string[]} */
  const links = [];
  let hidden = 0;
  let pre = 0;
  let heading = 0;
  let fresh = false;
  let pictures = 0;
  let blank = true;
  let title = '';
  let span = 1;

  /** Ends the block under way. */
  function cut() {
    const list = lists.at(-1);
    if (heading > 0) out.end({ kind: 'heading', level: heading });
    else if (list !== undefined) {
      out.end({ kind: 'item', depth: lists.length - 1, marker: list.ordered ? `${list.count}.` : '-', goesOn: !fresh });
    } else out.end({ kind: 'paragraph' });
    if (!blank) fresh = false;
    blank = true;
  }

  /** @param {string} name */
  function closeElement(name) {
    const top = stack.findLastIndex((one) => one.name === name);
    if (top < 0) return;
    // What is left open in it ends with it; a cell or item does not reach out of its own.
    while (stack.length > top) {
      const gone = /** @type {{name: string, hidden: boolean}} */ (stack.pop());
      if (gone.hidden) hidden -= 1;
      ended(gone.name);
    }
  }

  /** @param {string} name */
  function ended(name) {
    if (hidden > 0) return;
    if (/^h[1-6]$/.test(name)) {
      cut();
      heading = 0;
    } else if (name === 'pre') {
      pre -= 1;
      out.end({ kind: 'code' });
      blank = true;
    } else if (name === 'ul' || name === 'ol' || name === 'menu') {
      cut();
      lists.pop();
    } else if (name === 'table') {
      cut();
      out.closeTable();
    } else if (name === 'td' || name === 'th') {
      cut();
      out.closeCell(span);
    } else if (name === 'a') {
      const address = links.pop() ?? '';
      if (address !== '') out.text(`](${address})`);
    } else if (name === 'li' || BLOCKS.has(name)) cut();
  }

  /** @param {Tag} tag */
  function begun({ name, attributes }) {
    switch (name) {
      case 'br': out.text('\n'); break;
      case 'img': {
        pictures += 1;
        const alt = (htmlAttribute(attributes, 'alt') ?? '').replace(/\s+/g, ' ').trim();
        if (alt !== '') text(`[${alt}]`);
        break;
      }
      case 'pre': cut(); pre += 1; break;
      case 'ul': case 'ol': case 'menu': cut(); lists.push({ ordered: name === 'ol', count: (Number(htmlAttribute(attributes, 'start') ?? 1) || 1) - 1 }); break;
      case 'li': {
        cut();
        const list = lists.at(-1);
        if (list !== undefined) list.count += 1;
        fresh = true;
        break;
      }
      case 'table': cut(); out.openTable(); break;
      case 'tr': out.openRow(); break;
      case 'td': case 'th': span = Number(htmlAttribute(attributes, 'colspan') ?? 1) || 1; break;
      case 'a': {
        const address = (htmlAttribute(attributes, 'href') ?? '').trim();
        links.push(isAddress(address) ? address : '');
        if (links.at(-1) !== '') out.text('[');
        break;
      }
      default:
        if (/^h[1-6]$/.test(name)) {
          cut();
          heading = Number(name[1]);
        } else if (BLOCKS.has(name)) cut();
    }
  }

  /** @param {string} words */
  function text(words) {
    if (hidden > 0) return;
    if (pre > 0) {
      out.text(words);
      return;
    }
    const plain = words.replace(/[ \t\r\n\f]+/g, ' ');
    const kept = blank ? plain.replace(/^ /, '') : plain;
    if (kept === '') return;
    out.text(kept);
    blank = kept.endsWith(' ');
  }

  return {
    pictures: () => pictures,
    title: () => title,
    text(/** @type {string} */ words) {
      if (stack.at(-1)?.name === 'title' && title === '') title = words.trim();
      text(words);
    },
    tag(/** @type {Tag} */ tag) {
      if (tag.end) {
        closeElement(tag.name);
        return;
      }
      if (tag.name === 'body') closeElement('head');
      if (SELF_ENDING.has(tag.name)) closeSame(tag.name);
      const drop = DROPPED.has(tag.name) || /\bhidden\b(?!-|\s*=\s*["']?until)/.test(tag.attributes.replace(/"[^"]*"|'[^']*'/g, '')) ||
        /display\s*:\s*none/i.test(htmlAttribute(tag.attributes, 'style') ?? '');
      if (tag.empty && !drop) {
        if (hidden === 0) begun(tag);
        return;
      }
      if (tag.empty || stack.length >= MAX_DEPTH) return;
      stack.push({ name: tag.name, hidden: drop });
      if (drop) hidden += 1;
      if (hidden === 0) begun(tag);
    },
  };

  /** @param {string} name */
  function closeSame(name) {
    for (let i = stack.length - 1; i >= 0; i -= 1) {
      const one = /** @type {{name: string}} */ (stack[i]).name;
      if (one === name || (name === 'td' && one === 'th') || (name === 'th' && one === 'td')) {
        closeElement(one);
        return;
      }
      if (one === 'table' || (BOUNDS[name] ?? BLOCK_BOUNDS).test(one)) return;
    }
  }
}
