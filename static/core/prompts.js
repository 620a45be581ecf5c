/* SPDX-License-Identifier: MIT */
/**
 * The person's own prompts: texts with places to fill in, kept as a setting,
 * exported and imported as JSON. Pure.
 *
 * @typedef {import('./types.js').Prompt} Prompt
 */

/** Prompts kept at most. */
export const MAX_PROMPTS = 200;
/** Longest name, characters. */
export const MAX_PROMPT_NAME_CHARS = 80;
/** Longest text, characters. */
export const MAX_PROMPT_CHARS = 20000;
/** All texts together, characters: what a browser lets a site keep is a few million. */
export const MAX_STORED_PROMPT_CHARS = 400000;

/** The mark of the export's form. */
const FORMAT = 'confab-prompts';
/** A place: a name in double braces. */
const PLACE = /\{\{\s*([^{}\s][^{}\n]{0,59}?)\s*\}\}/g;

/**
 * @param {unknown} value
 * @returns {value is Prompt}
 */
function isPrompt(value) {
  if (typeof value !== 'object' || value === null) return false;
  const { name, text } = /** @type {Record<string, unknown>} */ (value);
  return typeof name === 'string' && name.trim() !== '' && name.length <= MAX_PROMPT_NAME_CHARS &&
    typeof text === 'string' && text.trim() !== '' && text.length <= MAX_PROMPT_CHARS;
}

/**
 * Whether this is a list of prompts that can be kept.
 *
 * @param {unknown} value
 * @returns {boolean}
 */
export function validPrompts(value) {
  return Array.isArray(value) && value.length <= MAX_PROMPTS && value.every(isPrompt) &&
    value.reduce((sum, { text }) => sum + text.length, 0) <= MAX_STORED_PROMPT_CHARS;
}

/**
 * The names of a text's places, each once, in the order of the text.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function placesOf(text) {
  return [...new Set([...text.matchAll(PLACE)].map(([, name]) => String(name)))];
}

/**
 * The text with its places filled; a place that nothing is known of stays. What
 * is filled in is not looked through again.
 *
 * @param {string} text
 * @param {Readonly<Record<string, string>>} values
 * @returns {string}
 */
export function fillPlaces(text, values) {
  return text.replace(PLACE, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

/**
 * The prompts that fit what was typed behind the slash: those whose name begins
 * so, then those that have it somewhere.
 *
 * @template {Prompt} P
 * @param {readonly P[]} prompts
 * @param {string} typed
 * @returns {P[]}
 */
export function matchingPrompts(prompts, typed) {
  const wanted = typed.trim().toLowerCase();
  const rank = (/** @type {P} */ { name, text }) => {
    const at = name.toLowerCase().indexOf(wanted);
    if (at === 0) return 0;
    return at > 0 ? 1 : text.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return prompts.map((prompt) => ({ prompt, at: rank(prompt) })).filter(({ at }) => at < 3)
    .sort((a, b) => a.at - b.at).map(({ prompt }) => prompt);
}

/**
 * What was typed behind a slash that begins the text; null for a text that is
 * none of this.
 * @param {string} text
 * @returns {string | null}
 */
export function slashOf(text) {
  return /^\/([^\n/]{0,40})$/.exec(text)?.[1] ?? null;
}

/**
 * With one more, or in the place of the one with its name.
 *
 * @param {readonly Prompt[]} prompts
 * @param {Prompt} prompt
 * @param {string} [before]  the name it had
 * @returns {Prompt[]}
 */
export function withPrompt(prompts, prompt, before = prompt.name) {
  const at = prompts.findIndex(({ name }) => name === before);
  const rest = prompts.filter(({ name }, i) => i === at || name !== prompt.name);
  if (at === -1) return [...rest, prompt];
  return rest.map((one) => (one === prompts[at] ? prompt : one));
}

/**
 * The prompts as a file.
 *
 * @param {readonly Prompt[]} prompts
 * @returns {import('./types.js').ExportFile}
 */
export function exportPrompts(prompts) {
  return {
    name: 'prompts.json',
    type: 'application/json',
    text: `${JSON.stringify({ format: FORMAT, version: 1, prompts: prompts.map(({ name, text }) => ({ name, text })) }, null, 2)}\n`,
  };
}

/**
 * The prompts of such a file joined to those that are there; one of the same
 * name is replaced.
 *
 * @param {readonly Prompt[]} prompts
 * @param {string} file
 * @returns {{prompts: Prompt[], count: number} | null} null when it is no such file, or too much
 */
export function importPrompts(prompts, file) {
  try {
    const read = JSON.parse(file);
    if (read?.format !== FORMAT || !validPrompts(read.prompts)) return null;
    /** @type {Prompt[]} */
    let joined = [...prompts];
    for (const { name, text } of read.prompts) joined = withPrompt(joined, { name, text });
    return validPrompts(joined) ? { prompts: joined, count: read.prompts.length } : null;
  } catch {
    return null;
  }
}
