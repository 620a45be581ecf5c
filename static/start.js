/* SPDX-License-Identifier: MIT */
/**
 * The first script to run, small and on its own: asks who is here, and for the
 * conversation where somebody was signed in, while the rest is on its way.
 */

import { beenHere } from './core/been-here.js';
import { askFirst } from './net/first.js';
import { preload } from './ui/preload.js';

/**
 * Where settings are kept; null where the browser forbids it.
 *
 * @returns {Storage | null}
 */
function settingsStorage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export const storage = settingsStorage();
/** The browser's own, which knows the answer to the first request. */
export const fetchOwn = askFirst((url, init) => fetch(url, init), document.baseURI);
// Who looks at either hears of what could not be loaded.
preload(beenHere(storage) ? 'conversation' : 'login').catch(() => {});
