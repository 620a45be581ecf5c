/* SPDX-License-Identifier: MIT */
/** The labels of what Markdown renders, where no translator is given: in English. */
import catalogue from '../i18n/en.js';

/**
 * @param {string} key   of the catalogue; another stands for itself
 * @param {Record<string, string | number>} [values]  for the `{name}` places
 * @returns {string}
 */
export function english(key, values = {}) {
  return String(catalogue[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}
