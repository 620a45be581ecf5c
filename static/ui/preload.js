// SPDX-License-Identifier: MIT
// The later parts of the page, each asked for together and not one file after the other: the page's markup lists them.

/** @typedef {'login' | 'conversation' | 'markdown'} Part */

/** @type {Map<Part, Promise<void>>} */
const asked = new Map();

/**
 * @param {HTMLLinkElement} link
 * @returns {Promise<void>}
 */
function loaded(link) {
  return new Promise((resolve, reject) => {
    link.addEventListener('load', () => resolve());
    link.addEventListener('error', () => reject(new Error(`${link.href} could not be loaded`)));
  });
}

/**
 * Asks for a part's modules, and for its sheets, which come after those before
 * it in the cascade.
 * @param {Part} part
 * @returns {Promise<void>} once the sheets are in force; one that failed may be asked for again
 */
export function preload(part) {
  const before = asked.get(part);
  if (before) return before;
  const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById(`later-${part}`));
  const links = /** @type {HTMLLinkElement[]} */ ([...template?.content.querySelectorAll('link') ?? []].map((link) => document.importNode(link)));
  const sheets = Promise.all(links.filter((link) => link.rel === 'stylesheet').map(loaded)).then(() => undefined);
  document.head.append(...links);
  asked.set(part, sheets);
  sheets.catch(() => {
    asked.delete(part);
    for (const link of links) link.remove();
  });
  return sheets;
}
