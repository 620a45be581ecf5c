// SPDX-License-Identifier: MIT
// A moment in words, and a browser as its person knows it.

/** @typedef {import('./i18n.js').I18n} I18n */

/**
 * @param {I18n} i18n
 * @param {number} ms
 */
export function moment({ language }, ms) {
  return new Intl.DateTimeFormat(language.code, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
}

/**
 * @param {I18n} i18n
 * @param {{browser: string, system: string}} of
 */
export function browserName({ t }, { browser, system }) {
  if (browser && system) return t('sessions.on', { browser, system });
  return browser || system || t('sessions.unknown');
}
