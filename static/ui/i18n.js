// SPDX-License-Identifier: MIT
// Language: message catalogues loaded when needed, plurals and numbers by the browser's Intl.

import english from '../i18n/en.js';
import { ENGLISH, matchLanguage } from './languages.js';

/**
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Entry
 * @typedef {Record<string, Entry>} Catalogue
 * @typedef {Record<string, string | number>} Params
 * @typedef {import('./languages.js').Language} Language
 */

/** Letters and marks that are written from right to left. */
const LEFTWARD = /[\u0590-\u08ff\u200f\ufb1d-\ufefc\ud802\ud803\ud83a\ud83b]/;

/**
 * Puts params into `{name}` places; an unknown place stays as it is. A name stays a
 * whole where directions meet, and what would turn the words around it is left out.
 * @param {string} pattern
 * @param {Record<string, string>} params
 */
export function fill(pattern, params) {
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => {
    const text = params[name]?.replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
    return text && LEFTWARD.test(pattern + text) ? `\u2068${text}\u2069` : text ?? whole;
  });
}

/**
 * Numbers, spans and sizes in one language's way.
 * @param {string} code
 */
function createFormats(code) {
  /** @type {Map<string, Intl.NumberFormat>} */
  const formats = new Map();

  /**
   * @param {number} value
   * @param {Intl.NumberFormatOptions} [options]
   */
  function number(value, options = {}) {
    const key = JSON.stringify(options);
    let format = formats.get(key);
    if (!format) {
      format = new Intl.NumberFormat(code, options);
      formats.set(key, format);
    }
    return format.format(value);
  }

  return {
    plural: new Intl.PluralRules(code),
    number,
    /** A span of time as people say it: "8 s", "2 min 5 s". @param {number} ms */
    duration(ms) {
      const s = Math.max(0, Math.round(ms / 1000));
      const seconds = number(s % 60, { style: 'unit', unit: 'second', unitDisplay: 'narrow' });
      if (s < 60) return seconds;
      return `${number(Math.floor(s / 60), { style: 'unit', unit: 'minute', unitDisplay: 'short' })} ${seconds}`;
    },
    /** Bytes in the unit that suits them. @param {number} bytes */
    size(bytes) {
      const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
      let step = 0;
      let value = bytes;
      while (value >= 1000 && step < units.length - 1) {
        value /= 1024;
        step += 1;
      }
      return number(value, {
        style: 'unit', unit: units[step], unitDisplay: step > 0 ? 'short' : 'long', maximumFractionDigits: step > 1 && value < 10 ? 1 : 0,
      });
    },
    /** Token counts, short: 400k, 1.2M. @param {number} value */
    compact: (value) => number(value, { notation: 'compact', maximumFractionDigits: 1 }),
  };
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
  let formats = createFormats(ENGLISH.code);
  let wish = 0;
  /** The last switch, well or not. @type {Promise<void>} */
  let switching = Promise.resolve();
  /** The words of later parts: null until one is wanted. @type {Promise<void> | null} */
  let later = null;

  /** Takes in what later parts say; a switch that begins meanwhile brings its own. */
  async function takeLater() {
    await switching;
    const spoken = language;
    const words = await spoken.later();
    if (language === spoken) catalogue = { ...catalogue, ...words };
  }

  /** @param {Language} next @param {number} mine */
  async function change(next, mine) {
    const loaded = await Promise.all([next.load(), later === null ? {} : next.later()]).catch(() => null);
    if (loaded === null || mine !== wish) return;
    language = next;
    catalogue = { ...loaded[0], ...loaded[1] };
    formats = createFormats(next.code);
    onChange?.(next);
  }

  return {
    get language() { return language; },
    /** Is there a message of that key? @param {string} key */
    has: (key) => key in english,
    /** @param {number} value @param {Intl.NumberFormatOptions} [options] */
    number: (value, options) => formats.number(value, options),
    /** @param {number} ms */
    duration: (ms) => formats.duration(ms),
    /** @param {number} bytes */
    size: (bytes) => formats.size(bytes),
    /** @param {number} value */
    compact: (value) => formats.compact(value),

    /**
     * The message of that key. Numbers are written in the language's way; the
     * parameter `count` chooses the plural form.
     * @param {string} key
     * @param {Params} [params]
     * @returns {string}
     */
    t(key, params = {}) {
      const entry = catalogue[key] ?? english[key];
      if (entry === undefined) return key;
      const pattern = typeof entry === 'string'
        ? entry
        : entry[formats.plural.select(Number(params.count ?? 0))] ?? entry.other ?? '';
      const texts = Object.entries(params).map(([name, value]) => [name, typeof value === 'number' ? formats.number(value) : value]);
      return fill(pattern, Object.fromEntries(texts));
    },

    /**
     * Switches; 'auto' follows the browser. A catalogue that cannot be loaded
     * leaves the language as it was. Only the newest wish takes effect.
     * @param {string} code
     */
    async setLanguage(code) {
      const wanted = code && code !== 'auto' ? [code] : navigator.languages ?? [navigator.language];
      const next = matchLanguage(wanted);
      const mine = ++wish;
      if (next !== language) await (switching = change(next, mine));
    },

    /**
     * Loads a part of the page together with what only such parts say.
     * @template T
     * @param {() => Promise<T>} load
     * @returns {Promise<T>} rejects where one of both could not be loaded
     */
    async late(load) {
      later ??= takeLater().catch((error) => {
        later = null;
        throw error;
      });
      const [part] = await Promise.all([load(), later]);
      return part;
    },
  };
}

/** @typedef {ReturnType<typeof createI18n>} I18n */
