// SPDX-License-Identifier: MIT
// What the administrator says in the empty conversation, in the language that fits best. Pure.

/**
 * @typedef {{title: string, text: string}} Suggestion
 * @typedef {{language: string, text: string, suggestions: readonly Suggestion[]}} Welcome
 */

/** Ways to begin that are taken at most. */
export const MAX_SUGGESTIONS = 6;
/** Characters of a sentence, or of a suggestion, that are taken at most. */
export const MAX_WELCOME_CHARS = 600;

/** @param {unknown} value */
const words = (value) => (typeof value === 'string' ? value.trim().slice(0, MAX_WELCOME_CHARS) : '');

/** @param {unknown} value @returns {Record<string, unknown>} */
const fields = (value) => (typeof value === 'object' && value !== null ? { ...value } : {});

/**
 * How well a language fits the wanted one: the same, the same but for its last
 * subtags, of the same first, or not at all.
 * @param {string} language
 * @param {string} wanted
 * @returns {number}
 */
function fit(language, wanted) {
  const [one, two] = [language.toLowerCase(), wanted.toLowerCase()];
  if (one === two) return 3;
  if (two.startsWith(`${one}-`) || one.startsWith(`${two}-`)) return 2;
  return one.split('-')[0] === two.split('-')[0] ? 1 : 0;
}

/**
 * Of what the server said, what is for this language: the best that there is,
 * else the first.
 * @param {readonly unknown[]} given
 * @param {string} language
 * @returns {Welcome | null} null when it says nothing
 */
export function welcomeFor(given, language) {
  const all = given.map(fields);
  const fits = all.map((one) => fit(String(one['language']), language));
  const best = all[fits.indexOf(Math.max(...fits))];
  if (best === undefined) return null;
  const { suggestions } = best;
  return {
    language: words(best['language']),
    text: words(best['text']),
    suggestions: (Array.isArray(suggestions) ? suggestions : []).map(fields)
      .map(({ title, text }) => ({ title: words(title), text: words(text) }))
      .filter(({ text }) => text !== '').slice(0, MAX_SUGGESTIONS),
  };
}
