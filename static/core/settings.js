/* SPDX-License-Identifier: MIT */
/**
 * Preferences, and how they are read from and written to a storage that is
 * passed in. Nothing of a conversation is ever among them.
 *
 * @typedef {import('./types.js').Settings} Settings
 * @typedef {{getItem: (key: string) => string | null}} Readable
 * @typedef {{setItem: (key: string, value: string) => void}} Writable
 */

/** The one key used in the storage. */
export const SETTINGS_KEY = 'confab.settings';

/** Longest stored text that is read at all, characters. */
const MAX_STORED_CHARS = 4096;
/** Longest model id kept as the default. */
const MAX_MODEL_CHARS = 256;

/** @type {Settings} */
export const DEFAULT_SETTINGS = Object.freeze({
  theme: 'system',
  textSize: 'medium',
  sendKey: 'enter',
  language: 'auto',
  defaultModel: '',
  sidebarOpen: true,
  showStats: true,
  wrapCode: false,
});

/** What each choice may be; the views offer these, in this order. */
export const CHOICES = Object.freeze({
  theme: Object.freeze(['system', 'light', 'dark']),
  textSize: Object.freeze(['small', 'medium', 'large', 'x-large']),
  sendKey: Object.freeze(['enter', 'mod-enter']),
  language: Object.freeze(['auto', 'en', 'de', 'fr', 'es', 'zh-Hans', 'ar']),
});

/**
 * Settings made of whatever is given: what is missing, unknown or of the wrong
 * kind is as by default.
 *
 * @param {unknown} value
 * @returns {Settings}
 */
export function validSettings(value) {
  /** @type {Record<string, unknown>} */
  const given = typeof value === 'object' && value !== null ? { ...value } : {};
  /** @type {Record<string, unknown>} */
  const settings = { ...DEFAULT_SETTINGS };
  for (const [name, fallback] of Object.entries(DEFAULT_SETTINGS)) {
    if (isValid(name, given[name], fallback)) settings[name] = given[name];
  }
  return /** @type {Settings} */ (/** @type {unknown} */ (settings));
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {unknown} fallback
 * @returns {boolean}
 */
function isValid(name, value, fallback) {
  if (name in CHOICES) {
    const choices = /** @type {readonly unknown[]} */ (CHOICES[/** @type {keyof typeof CHOICES} */ (name)]);
    return choices.includes(value);
  }
  if (typeof value !== typeof fallback) return false;
  return typeof value !== 'string' || value.length <= MAX_MODEL_CHARS;
}

/**
 * Reads the settings. A storage that is missing, forbidden or damaged gives
 * the defaults.
 *
 * @param {Readable | null} storage
 * @returns {Settings}
 */
export function loadSettings(storage) {
  try {
    const text = storage?.getItem(SETTINGS_KEY) ?? null;
    if (text === null || text.length > MAX_STORED_CHARS) return { ...DEFAULT_SETTINGS };
    return validSettings(JSON.parse(text));
  } catch {
    return { ...DEFAULT_SETTINGS };
  }
}

/**
 * Writes the settings, as far as the storage lets it.
 *
 * @param {Writable | null} storage
 * @param {Settings} settings
 * @returns {boolean} whether they are kept
 */
export function saveSettings(storage, settings) {
  if (storage === null) return false;
  try {
    storage.setItem(SETTINGS_KEY, JSON.stringify(validSettings(settings)));
    return true;
  } catch {
    return false;
  }
}
