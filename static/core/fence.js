/* SPDX-License-Identifier: MIT */
/**
 * A text as a fenced code block, with a fence longer than any run of backticks
 * in it.
 *
 * @param {string} text
 * @param {string} [language]
 * @returns {string}
 */
export function fence(text, language = '') {
  const longest = (text.match(/`{3,}/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const mark = '`'.repeat(longest + 1);
  return `${mark}${language}\n${text}${text.endsWith('\n') ? '' : '\n'}${mark}`;
}
