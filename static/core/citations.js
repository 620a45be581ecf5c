/* SPDX-License-Identifier: MIT */
/**
 * The numbers of sources in the Markdown of a text. Pure.
 *
 * @typedef {import('./types.js').SourcePart} SourcePart
 * @typedef {{from: number, to: number, text: string}} Span  what no number is put into
 */

/**
 * What no number is put into: code, formulas, links, addresses. What begins again ends each, so that none is looked for
 * to the end of the text from every place.
 */
const WHOLE = /(^|\n) {0,3}(`{3,}|~{3,})[^\n]*(?:\n[\s\S]*?(?:\n {0,3}\2[`~]*[ \t]*(?=\n|$)|$)|$)|(?<!`)(`+)(?!`)[^\n]*?[^`\n]\3(?!`)|\$\$[\s\S]*?\$\$|!?\[[^[\]\n]*\]\((?:[^()\n]|\([^()\n]*\))*\)|<[^<>\s]*>|https?:\/\/[^\s)\]]+/g;
/** A number that the text itself has: [3], but not [3](...) or [3]: */
const MARK = /\[(\d{1,3})\](?![(:]|\[(?!\d))/g;

/**
 * A text with the number of each source where it is cited, as a link to it.
 *
 * @param {string} text   Markdown
 * @param {readonly SourcePart[]} sources
 * @param {number} [start]  where the text begins in that of the whole message
 * @returns {string}
 */
export function citedText(text, sources, start = 0) {
  if (sources.length === 0 || text === '') return text;
  /** @type {Map<number, string>} what is put in before a place */
  const marks = new Map();
  const spans = [...text.matchAll(WHOLE)].map(({ index, 0: words }) => ({ from: index, to: index + words.length, text: words }));
  for (const source of sources) {
    for (const place of source.at) {
      const at = place - start;
      if (at <= 0 || at > text.length || namesIt(text, at, source.url)) continue;
      const safe = outside(at, spans);
      if (safe !== null) marks.set(safe, `${marks.get(safe) ?? ''}${linkTo(source)}`);
    }
  }
  return linked(inserted(text, marks), sources.filter(({ at }) => at.length === 0));
}

/**
 * Whether what stands before a place is a link to that very page: its own mark.
 *
 * @param {string} text
 * @param {number} at
 * @param {string} url
 * @returns {boolean}
 */
function namesIt(text, at, url) {
  return /[)\]]$/.test(text.slice(Math.max(0, at - 1), at)) && text.slice(Math.max(0, at - url.length - 8), at).includes(url);
}

/**
 * A place where a number can stand; null inside of a code block.
 *
 * @param {number} at
 * @param {readonly Span[]} spans
 * @returns {number | null}
 */
function outside(at, spans) {
  // The last that begins before it, of those that are in order.
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {Span} */ (spans[middle]).from < at) low = middle + 1;
    else high = middle;
  }
  const found = spans[low - 1];
  if (found === undefined || at >= found.to) return at;
  return /^\n? {0,3}(`{3}|~{3})/.test(found.text) ? null : found.to;
}

/**
 * @param {string} text
 * @param {ReadonlyMap<number, string>} marks
 * @returns {string}
 */
function inserted(text, marks) {
  let all = '';
  let from = 0;
  for (const [at, mark] of [...marks].sort(([a], [b]) => a - b)) {
    all += text.slice(from, at) + mark;
    from = at;
  }
  return all + text.slice(from);
}

/**
 * The numbers that the text has already, as links.
 *
 * @param {string} text
 * @param {readonly SourcePart[]} sources
 * @returns {string}
 */
function linked(text, sources) {
  if (sources.length === 0) return text;
  const known = new Map(sources.map((source) => [source.number, source]));
  const link = (/** @type {string} */ piece) => piece.replace(MARK, (mark, number) => {
    const source = known.get(Number(number));
    return source === undefined ? mark : linkTo(source);
  });
  let all = '';
  let from = 0;
  for (const found of text.matchAll(WHOLE)) {
    all += link(text.slice(from, found.index)) + found[0];
    from = found.index + found[0].length;
  }
  return all + link(text.slice(from));
}

/**
 * @param {SourcePart} source
 * @returns {string}
 */
function linkTo({ number, url }) {
  // Not \[ and \], which begin and end a formula.
  return `[&#91;${number}&#93;](<${url.replace(/[<>\s]/g, encodeURIComponent)}>)`;
}
