/* SPDX-License-Identifier: MIT */
/**
 * Whether the site has a newer version of the page than this one: the page names
 * its files by version, so it is asked for again now and then, and the name of
 * its first script compared. The files of this version are kept by the site, so
 * that nothing has to be done about it.
 */

import { OWN_SITE } from './first.js';

/** How often it looks (ms), while the page is seen. */
export const NEWER_EVERY_MS = 1_800_000;

/** The page's first script, in its text. */
const SCRIPT = /<script[^>]* src="([^"]*start\.js)"/;

/**
 * The folder of the version that a page's text is of; "" where it does not say,
 * as a page that is not confab's.
 *
 * @param {string} text
 * @returns {string}
 */
export function versionOf(text) {
  const src = SCRIPT.exec(text)?.[1] ?? '';
  return src.slice(0, src.lastIndexOf('/') + 1);
}

/**
 * Looks at once, then every half an hour, until it has told that there is one.
 *
 * @param {object} site
 * @param {import('./first.js').Fetch} site.fetch
 * @param {string} site.base  address of the page
 * @param {string} site.own  text of the page as it was loaded
 * @param {() => boolean} site.isSeen  whether anybody looks at the page
 * @param {(run: () => void, ms: number) => unknown} site.setTimer
 * @param {() => void} site.tell  called at most once
 */
export function watchNewer({ fetch, base, own, isSeen, setTimer, tell }) {
  async function look() {
    if (isSeen() && await isNewer()) tell();
    else setTimer(() => void look(), NEWER_EVERY_MS);
  }

  /** Without network, or signed out of a single sign-on, there is no saying. */
  async function isNewer() {
    try {
      const response = await fetch(base, { ...OWN_SITE, cache: 'no-cache', headers: { Accept: 'text/html' } });
      const there = response.ok ? versionOf(await response.text()) : '';
      return there !== '' && there !== versionOf(own);
    } catch {
      return false;
    }
  }

  void look();
}
