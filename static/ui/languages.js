// SPDX-License-Identifier: MIT
// The languages of the page, each with its catalogue, and which of them suits a browser.

import english from '../i18n/en.js';

/**
 * @typedef {import('./i18n.js').Catalogue} Catalogue
 * @typedef {object} Language
 * @property {string} code  BCP 47
 * @property {string} name  in the language itself
 * @property {'ltr' | 'rtl'} dir
 * @property {() => Promise<Catalogue>} load
 * @property {() => Promise<Catalogue>} later  what is said only by parts of the page that are loaded when they are wanted
 */

/** @type {Language} */
export const ENGLISH = { code: 'en', name: 'English', dir: 'ltr', load: async () => english, later: async () => (await import('../i18n/later/en.js')).default };

/** @type {readonly Language[]} */
export const LANGUAGES = [
  ENGLISH,
  { code: 'de', name: 'Deutsch', dir: 'ltr', load: async () => (await import('../i18n/de.js')).default, later: async () => (await import('../i18n/later/de.js')).default },
  { code: 'fr', name: 'Français', dir: 'ltr', load: async () => (await import('../i18n/fr.js')).default, later: async () => (await import('../i18n/later/fr.js')).default },
  { code: 'es', name: 'Español', dir: 'ltr', load: async () => (await import('../i18n/es.js')).default, later: async () => (await import('../i18n/later/es.js')).default },
  { code: 'pt', name: 'Português', dir: 'ltr', load: async () => (await import('../i18n/pt.js')).default, later: async () => (await import('../i18n/later/pt.js')).default },
  { code: 'ru', name: 'Русский', dir: 'ltr', load: async () => (await import('../i18n/ru.js')).default, later: async () => (await import('../i18n/later/ru.js')).default },
  { code: 'hi', name: 'हिन्दी', dir: 'ltr', load: async () => (await import('../i18n/hi.js')).default, later: async () => (await import('../i18n/later/hi.js')).default },
  { code: 'ja', name: '日本語', dir: 'ltr', load: async () => (await import('../i18n/ja.js')).default, later: async () => (await import('../i18n/later/ja.js')).default },
  { code: 'zh-Hans', name: '简体中文', dir: 'ltr', load: async () => (await import('../i18n/zh-Hans.js')).default, later: async () => (await import('../i18n/later/zh-Hans.js')).default },
  { code: 'ar', name: 'العربية', dir: 'rtl', load: async () => (await import('../i18n/ar.js')).default, later: async () => (await import('../i18n/later/ar.js')).default },
];

/**
 * The supported language nearest to what is wanted: an exact code, else one
 * with the same primary subtag (any Chinese reads zh-Hans), else English.
 * @param {readonly string[]} wanted BCP 47 tags, best first
 * @returns {Language}
 */
export function matchLanguage(wanted) {
  for (const tag of wanted) {
    const exact = LANGUAGES.find((l) => l.code.toLowerCase() === tag.toLowerCase());
    if (exact) return exact;
    const primary = tag.toLowerCase().split('-')[0];
    const near = LANGUAGES.find((l) => l.code.toLowerCase().split('-')[0] === primary);
    if (near) return near;
  }
  return ENGLISH;
}
