/* SPDX-License-Identifier: MIT */
/**
 * What an answer rests on, in the forms of those who tell. Pure.
 *
 * OpenAI, OpenRouter: annotations with the place in the text, in characters.
 * Perplexity, LiteLLM: a list that the text refers to by number, with each event.
 * Anthropic: citations at the place where the text has come to.
 * Gemini: a list, and places in bytes that point into it.
 *
 * @typedef {import('../core/types.js').Delta} Delta
 * @typedef {import('./fields.js').Fields} Fields
 */

import { plainName } from '../core/media.js';
import { raw } from './chunk-content.js';
import { fields, items, string } from './fields.js';

/** Sources of one event that are taken. */
const MAX_SOURCES = 200;
/** Longest address, title, words of a source. */
const MAX_URL_CHARS = 8192;
const MAX_TITLE_CHARS = 300;
const MAX_SNIPPET_CHARS = 2000;

/**
 * @param {Fields} json    the event
 * @param {Fields} choice  of it
 * @param {Fields} delta   of that
 * @param {Fields} whole   the whole message, when it has one
 * @returns {Delta[]}
 */
export function sourceDeltas(json, choice, delta, whole) {
  const notes = [delta, choice, whole === delta ? {} : whole].flatMap((one) => items(one['annotations']));
  const holders = [delta, choice, whole, json, fields(delta['provider_specific_fields'])];
  const find = (/** @type {string} */ name) => holders.map((one) => items(one[name])).find((list) => list.length > 0) ?? [];
  const cited = find('citations');
  const results = find('search_results');
  const grounding = holders.map((one) => fields(one['groundingMetadata'] ?? one['grounding_metadata']))
    .find((one) => items(one['groundingChunks'] ?? one['grounding_chunks']).length > 0);
  return [
    ...notes.flatMap(annotation),
    ...(delta['citation'] === undefined ? [] : here([delta['citation']])),
    ...(cited.some(isPlaced) ? here(cited) : listed(cited, results)),
    ...(grounding === undefined ? [] : grounded(grounding)),
  ].slice(0, MAX_SOURCES);
}

/**
 * @param {object} what
 * @param {unknown} what.url
 * @param {unknown} [what.title]
 * @param {unknown} [what.snippet]
 * @param {number} [what.number]
 * @param {'points' | 'bytes' | 'here'} [what.unit]
 * @param {readonly number[]} [what.at]
 * @returns {Delta[]} none for what is no page
 */
function source({ url, title, snippet, number = 0, unit = 'points', at = [] }) {
  const address = string(url);
  if (!/^https?:\/\/[^\s/]/i.test(address) || address.length > MAX_URL_CHARS) return [];
  return [{
    kind: 'source',
    unit,
    source: {
      kind: 'source', number, url: address, title: plainName(string(title), MAX_TITLE_CHARS),
      snippet: string(snippet).slice(0, MAX_SNIPPET_CHARS), at,
    },
  }];
}

/**
 * @param {unknown} value
 * @returns {Delta[]}
 */
function annotation(value) {
  const note = fields(value);
  const cited = fields(note['url_citation'] ?? (note['type'] === 'url_citation' ? note : undefined));
  const end = cited['end_index'];
  const found = source({
    url: cited['url'], title: cited['title'], snippet: cited['content'],
    at: typeof end === 'number' && end > 0 ? [Math.floor(end)] : [],
  });
  return found.length > 0 ? found : [raw(string(note['type']) || 'annotation', value)];
}

/**
 * @param {unknown} value
 * @returns {boolean} whether it belongs to the words before it
 */
function isPlaced(value) {
  return 'cited_text' in fields(value);
}

/**
 * @param {readonly unknown[]} list
 * @returns {Delta[]}
 */
function here(list) {
  return list.flatMap((one) => {
    const { url, source: where, title, cited_text: snippet } = fields(one);
    const found = source({ url: url ?? where, title, snippet, unit: 'here' });
    return found.length > 0 ? found : [raw('citation', one)];
  });
}

/**
 * A numbered list, with titles from another where that knows them.
 *
 * @param {readonly unknown[]} cited
 * @param {readonly unknown[]} results
 * @returns {Delta[]}
 */
function listed(cited, results) {
  const known = new Map(results.map((one) => [fields(one)['url'], fields(one)]));
  return (cited.length > 0 ? cited : results).flatMap((one, i) => {
    const url = string(one) || string(fields(one)['url']) || string(fields(one)['link']);
    const result = { ...known.get(url), ...fields(one) };
    return source({ url, title: result['title'], snippet: result['snippet'], number: i + 1 });
  });
}

/**
 * @param {Fields} metadata
 * @returns {Delta[]}
 */
function grounded(metadata) {
  const chunks = items(metadata['groundingChunks'] ?? metadata['grounding_chunks']);
  /** @type {Map<number, number[]>} */
  const places = new Map();
  for (const one of items(metadata['groundingSupports'] ?? metadata['grounding_supports'])) {
    const support = fields(one);
    const segment = fields(support['segment']);
    const end = segment['endIndex'] ?? segment['end_index'];
    if (typeof end !== 'number' || end <= 0) continue;
    for (const index of items(support['groundingChunkIndices'] ?? support['grounding_chunk_indices'])) {
      if (typeof index === 'number') places.set(index, [...places.get(index) ?? [], Math.floor(end)]);
    }
  }
  return chunks.flatMap((one, i) => {
    const chunk = fields(one);
    const page = fields(chunk['web'] ?? chunk['retrievedContext'] ?? chunk['retrieved_context'] ?? chunk['maps']);
    return source({
      url: page['uri'], title: page['title'], snippet: page['text'], number: i + 1, unit: 'bytes', at: places.get(i) ?? [],
    });
  });
}
