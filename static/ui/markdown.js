// SPDX-License-Identifier: MIT
// Markdown on demand: the page begins without it, and shows plain text until it is there.

import { preload } from './preload.js';

/** @typedef {typeof import('../md/render.js')} Markdown */

/** Pause before a load that failed is tried again (ms). */
const AGAIN = 5000;

/**
 * @param {() => void} onReady called once, when it has been loaded
 */
export function createMarkdown(onReady) {
  /** @type {Markdown | null} */
  let loaded = null;
  let asked = false;

  function load() {
    if (asked) return;
    asked = true;
    Promise.all([import('../md/render.js'), preload('markdown')]).then(([module]) => {
      loaded = module;
      onReady();
    }, () => {
      setTimeout(() => {
        asked = false;
      }, AGAIN);
    });
  }

  return {
    /** Asks for it, once; what failed is asked for again later. */
    load,
    /** The module, or null while it is not there. */
    get module() { return loaded; },
  };
}

/** @typedef {ReturnType<typeof createMarkdown>} MarkdownLoader */
