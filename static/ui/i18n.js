// SPDX-License-Identifier: MIT
// Language: message catalogues loaded when needed, plurals and numbers by the browser's Intl.

import english from '../i18n/en.js';

/**
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Entry
 * @typedef {Record<string, Entry>} Catalogue
 * @typedef {Record<string, string | number>} Params
 * @typedef {{code: string, name: string, dir: 'ltr' | 'rtl', load: () => Promise<Catalogue>}} Language
 */

/** @type {Language} */
const ENGLISH = { code: 'en', name: 'English', dir: 'ltr', load: async () => english };

/** @type {readonly Language[]} */
export const LANGUAGES = [
  ENGLISH,
  { code: 'de', name: 'Deutsch', dir: 'ltr', load: async () => (await import('../i18n/de.js')).default },
  { code: 'fr', name: 'Français', dir: 'ltr', load: async () => (await import('../i18n/fr.js')).default },
  { code: 'es', name: 'Español', dir: 'ltr', load: async () => (await import('../i18n/es.js')).default },
  { code: 'zh-Hans', name: '简体中文', dir: 'ltr', load: async () => (await import('../i18n/zh-Hans.js')).default },
  { code: 'ar', name: 'العربية', dir: 'rtl', load: async () => (await import('../i18n/ar.js')).default },
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

/**
 * Puts params into `{name}` places; an unknown place stays as it is.
 * @param {string} pattern
 * @param {Record<string, string>} params
 */
export function fill(pattern, params) {
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole);
}

/**
 * One language at a time; `t` is stable and always speaks the newest one.
 * @param {(language: Language) => void} [onChange] called after each switch
 */
export function createI18n(onChange) {
  /** @type {Language} */
  let language = ENGLISH;
  /** @type {Catalogue} */
  let catalogue = english;
  let plural = new Intl.PluralRules('en');
  /** @type {Map<string, Intl.NumberFormat>} */
  let formats = new Map();
  let wish = 0;

  /**
   * @param {number} value
   * @param {Intl.NumberFormatOptions} [options]
   */
  function number(value, options = {}) {
    const key = JSON.stringify(options);
    let format = formats.get(key);
    if (!format) {
      format = new Intl.NumberFormat(language.code, options);
      formats.set(key, format);
    }
    return format.format(value);
  }

  /**
   * The message of that key. Numbers are written in the language's way; the
   * parameter `count` chooses the plural form.
   * @param {string} key
   * @param {Params} [params]
   * @returns {string}
   */
  function t(key, params = {}) {
    const entry = catalogue[key] ?? english[key];
    if (entry === undefined) return key;
    const pattern = typeof entry === 'string'
      ? entry
      : entry[plural.select(Number(params.count ?? 0))] ?? entry.other ?? '';
    /** @type {Record<string, string>} */
    const texts = {};
    for (const [name, value] of Object.entries(params)) {
      texts[name] = typeof value === 'number' ? number(value) : value;
    }
    return fill(pattern, texts);
  }

  /**
   * Is there a message of that key?
   * @param {string} key
   */
  function has(key) {
    return key in english;
  }

  /**
   * A span of time as people say it: "8 s", "2 min 5 s".
   * @param {number} ms
   */
  function duration(ms) {
    const s = Math.max(0, Math.round(ms / 1000));
    const seconds = number(s % 60, { style: 'unit', unit: 'second', unitDisplay: 'narrow' });
    if (s < 60) return seconds;
    const minutes = number(Math.floor(s / 60), { style: 'unit', unit: 'minute', unitDisplay: 'short' });
    return `${minutes} ${seconds}`;
  }

  /**
   * Bytes in the unit that suits them.
   * @param {number} bytes
   */
  function size(bytes) {
    const units = ['kilobyte', 'megabyte', 'gigabyte'];
    let step = 0;
    let value = bytes / 1024;
    while (value >= 1000 && step < units.length - 1) {
      value /= 1024;
      step += 1;
    }
    return number(value, {
      style: 'unit',
      unit: units[step],
      unitDisplay: 'short',
      maximumFractionDigits: step > 0 && value < 10 ? 1 : 0,
    });
  }

  /**
   * Token counts, short: 400k, 1.2M.
   * @param {number} value
   */
  function compact(value) {
    return number(value, { notation: 'compact', maximumFractionDigits: 1 });
  }

  /**
   * Switches; 'auto' follows the browser. A catalogue that cannot be loaded
   * leaves the language as it was. Only the newest wish takes effect.
   * @param {string} code
   */
  async function setLanguage(code) {
    const wanted = code && code !== 'auto' ? [code] : navigator.languages ?? [navigator.language];
    const next = matchLanguage(wanted);
    const mine = ++wish;
    if (next === language) return;
    let loaded;
    try {
      loaded = await next.load();
    } catch {
      return;
    }
    if (mine !== wish) return;
    language = next;
    catalogue = loaded;
    plural = new Intl.PluralRules(next.code);
    formats = new Map();
    onChange?.(next);
  }

  return {
    t, has, number, duration, size, compact, setLanguage,
    get language() { return language; },
  };
}

/** @typedef {ReturnType<typeof createI18n>} I18n */
