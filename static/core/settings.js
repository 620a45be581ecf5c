/* SPDX-License-Identifier: MIT */
/**
 * Preferences, and how they are read from and written to a storage that is
 * passed in. Nothing of a conversation is ever among them.
 *
 * @typedef {import('./types.js').Settings} Settings
 * @typedef {{getItem: (key: string) => string | null}} Readable
 * @typedef {{setItem: (key: string, value: string) => void}} Writable
 */

import { SETTINGS_KEY } from './been-here.js';
import { MAX_STORED_PROMPT_CHARS, validPrompts } from './prompts.js';

export { SETTINGS_KEY };

/** Longest instructions that are kept, characters. */
export const MAX_INSTRUCTIONS_CHARS = 20000;
/** Models remembered as used last. */
export const MAX_RECENT_MODELS = 8;
/** Models that can have a star. */
export const MAX_STARRED_MODELS = 100;
/** Longest model id kept. */
const MAX_MODEL_CHARS = 256;
/** Longest stored text that is read at all, characters: escapes take up to six times the room. */
const MAX_STORED_CHARS = 6 * (MAX_STORED_PROMPT_CHARS + MAX_INSTRUCTIONS_CHARS + 200 * MAX_MODEL_CHARS);

/** @type {Settings} */
export const DEFAULT_SETTINGS = Object.freeze({
  theme: 'system',
  textSize: 'medium',
  sendKey: 'enter',
  language: 'auto',
  defaultModel: '',
  recentModels: Object.freeze([]),
  starredModels: Object.freeze([]),
  instructions: '',
  prompts: Object.freeze([]),
  sidebarOpen: true,
  beenHere: false,
  showStats: false,
  wrapCode: false,
  readAnswers: false,
  knowsMemory: false,
  knowsExport: false,
});

/** What each choice may be; the views offer these, in this order. */
export const CHOICES = Object.freeze({
  theme: Object.freeze(['system', 'light', 'dark']),
  textSize: Object.freeze(['small', 'medium', 'large', 'x-large']),
  sendKey: Object.freeze(['enter', 'mod-enter']),
  language: Object.freeze(['auto', 'en', 'de', 'fr', 'es', 'pt', 'ru', 'ar', 'hi', 'ja', 'zh-Hans']),
});

/** @param {unknown} value */
const isFlag = (value) => typeof value === 'boolean';

/**
 * @param {number} max  characters
 * @returns {(value: unknown) => boolean}
 */
const isText = (max) => (value) => typeof value === 'string' && value.length <= max;

/**
 * @param {number} max  of them
 * @returns {(value: unknown) => boolean}
 */
const areModels = (max) => (value) => Array.isArray(value) && value.length <= max && value.every(isText(MAX_MODEL_CHARS));

/** @type {Record<keyof Settings, (value: unknown) => boolean>} */
const RULES = {
  theme: (value) => isChoice('theme', value),
  textSize: (value) => isChoice('textSize', value),
  sendKey: (value) => isChoice('sendKey', value),
  language: (value) => isChoice('language', value),
  defaultModel: isText(MAX_MODEL_CHARS),
  recentModels: areModels(MAX_RECENT_MODELS),
  starredModels: areModels(MAX_STARRED_MODELS),
  instructions: isText(MAX_INSTRUCTIONS_CHARS),
  prompts: validPrompts,
  sidebarOpen: isFlag,
  beenHere: isFlag,
  showStats: isFlag,
  wrapCode: isFlag,
  readAnswers: isFlag,
  knowsMemory: isFlag,
  knowsExport: isFlag,
};

/**
 * @param {keyof typeof CHOICES} name
 * @param {unknown} value
 * @returns {boolean}
 */
function isChoice(name, value) {
  return /** @type {readonly unknown[]} */ (CHOICES[name]).includes(value);
}

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
  for (const [name, isValid] of Object.entries(RULES)) {
    if (isValid(given[name])) settings[name] = given[name];
  }
  return /** @type {Settings} */ (/** @type {unknown} */ (settings));
}

/**
 * Models used last, with one more in front.
 *
 * @param {readonly string[]} recent
 * @param {string} id  '' changes nothing
 * @returns {readonly string[]}
 */
export function withRecent(recent, id) {
  if (id === '' || recent[0] === id) return recent;
  return [id, ...recent.filter((other) => other !== id)].slice(0, MAX_RECENT_MODELS);
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
