/* SPDX-License-Identifier: MIT */
/**
 * The first request of a page, "who is here?", made before the modules are
 * there that will read its answer.
 */

/** How every request of the page is made: to its own site, and told when that sends it elsewhere. */
export const OWN_SITE = /** @type {const} */ ({
  mode: 'same-origin',
  credentials: 'same-origin',
  cache: 'no-store',
  redirect: 'manual',
  referrerPolicy: 'same-origin',
});

/** Below the page's address. With probe=1 "nobody" is an answer and no error: browsers write each 401 to the console. */
export const SESSION_PROBE = 'session?probe=1';

/** @typedef {(url: string, init?: RequestInit) => Promise<Response>} Fetch */

/**
 * Asks at once, and answers once: whoever fetches the same address first gets
 * what is on its way, all other requests are made as they are.
 *
 * @param {Fetch} fetch
 * @param {string} base  address of the page
 * @returns {Fetch}
 */
export function askFirst(fetch, base) {
  const address = new URL(`api/${SESSION_PROBE}`, base).href;
  /** @type {Promise<Response> | null} */
  let asked = fetch(address, { ...OWN_SITE, headers: { Accept: 'application/json' } });
  // Whoever takes it hears of the failure.
  asked.catch(() => {});
  return (url, init) => {
    if (asked === null || url !== address) return fetch(url, init);
    const mine = asked;
    asked = null;
    return mine;
  };
}
