/* SPDX-License-Identifier: MIT */
/**
 * Whether somebody was signed in when this browser showed the page last: then
 * the conversation is loaded, and shown, before the server has answered.
 */

/** The one key used in the storage. */
export const SETTINGS_KEY = 'confab.settings';

/**
 * What the settings say of it, read without all that checks them.
 *
 * @param {{getItem: (key: string) => string | null} | null} storage
 * @returns {boolean}
 */
export function beenHere(storage) {
  try {
    return JSON.parse(storage?.getItem(SETTINGS_KEY) ?? '{}')?.beenHere === true;
  } catch {
    return false;
  }
}
