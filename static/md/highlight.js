/* SPDX-License-Identifier: MIT */
/**
 * Colours of code: highlight.js, loaded a language at a time when first
 * needed, and asked for its tokens only. No HTML is made, so none has to be
 * made safe: an emitter of our own writes the tokens down as nodes.
 */
import { canColour } from './languages.js';

/**
 * @typedef {import('./languages.js').Language} Language
 * @typedef {object} Coloured
 * @property {DocumentFragment} nodes
 * @property {boolean} whole   the text ends where the language is at its top
 *   level, so that what follows can be coloured on its own
 */

/** @type {any} highlight.js itself, once loaded */
let engine = null;
/** @type {Promise<any> | null} */
let loading = null;
/** @type {Map<string, Promise<boolean>>} */
const languages = new Map();
/** @type {Set<string>} */
const ready = new Set();

/** What the tokens become: scopes and texts, in the order they come. */
class Emitter {
  constructor() {
    /** @type {(string | {scope: string} | null)[]} null closes a scope */
    this.list = [];
    this.depth = 0;
  }

  /** @param {string} text */
  addText(text) {
    if (text) this.list.push(text);
  }

  /** @param {string} scope */
  startScope(scope) {
    this.depth++;
    this.list.push({ scope });
  }

  endScope() {
    if (this.depth === 0) return;
    this.depth--;
    this.list.push(null);
  }

  /** @param {string} scope */
  openNode(scope) {
    this.startScope(scope);
  }

  closeNode() {
    this.endScope();
  }

  /** @param {Emitter} other */
  __addSublanguage(other) {
    other.finalize();
    for (const entry of other.list) this.list.push(entry);
  }

  finalize() {
    while (this.depth > 0) this.endScope();
    return true;
  }

  toHTML() {
    return '';
  }
}

/**
 * @param {string} path  below vendor/highlight/
 * @returns {Promise<any>}
 */
async function load(path) {
  const module = await import(new URL(`../vendor/highlight/${path}`, import.meta.url).href);
  return module.default;
}

/** @returns {Promise<any>} */
function loadEngine() {
  loading ??= load('core.min.js').then((core) => {
    engine = core.newInstance();
    engine.configure({ __emitter: Emitter, throwUnescapedHTML: false });
    return engine;
  });
  return loading;
}

/**
 * @param {string} id
 * @param {string[]} embeds
 * @returns {Promise<boolean>}
 */
function loadLanguage(id, embeds) {
  let promise = languages.get(id);
  if (!promise) {
    promise = (async () => {
      try {
        const [core, definition] = await Promise.all([loadEngine(), load(`languages/${id}.min.js`)]);
        await Promise.all(embeds.map((other) => loadLanguage(other, [])));
        core.registerLanguage(id, definition);
        // Its expressions are put together now, not when the first code is coloured.
        core.highlight('', { language: id, ignoreIllegals: true });
        ready.add(id);
        return true;
      } catch {
        return false; // shown plain
      }
    })();
    languages.set(id, promise);
  }
  return promise;
}

/**
 * Whether code of this language can be coloured right now.
 *
 * @param {Language | null} language
 * @returns {boolean}
 */
export function isReady(language) {
  return language !== null && ready.has(language.id);
}

/**
 * Loads what is needed to colour a language.
 *
 * @param {Language | null} language
 * @returns {Promise<boolean>} false: it stays plain
 */
export async function prepare(language) {
  if (!language || !canColour(language)) return false;
  return loadLanguage(language.id, language.embeds);
}

/**
 * Colours a piece of code. The language must be ready.
 *
 * @param {Document} doc
 * @param {string} code
 * @param {Language} language
 * @returns {Coloured}
 */
export function colour(doc, code, language) {
  const nodes = doc.createDocumentFragment();
  /** @type {any} */
  let result;
  try {
    result = engine.highlight(code, { language: language.id, ignoreIllegals: true });
  } catch {
    nodes.append(code);
    return { nodes, whole: true };
  }
  /** @type {Node[]} */
  const stack = [nodes];
  for (const entry of /** @type {Emitter} */ (result._emitter).list) {
    const top = /** @type {Node} */ (stack[stack.length - 1]);
    if (entry === null) {
      if (stack.length > 1) stack.pop();
    } else if (typeof entry === 'string') {
      top.appendChild(doc.createTextNode(entry));
    } else {
      const span = doc.createElement('span');
      span.className = scopeClass(entry.scope);
      top.appendChild(span);
      stack.push(span);
    }
  }
  return { nodes, whole: !result._top?.parent };
}

/**
 * `title.function` becomes `hl-title hl-function_`, the highlighter's own rule
 * with our prefix.
 *
 * @param {string} scope
 * @returns {string}
 */
function scopeClass(scope) {
  if (scope.startsWith('language:')) return 'hl-embedded';
  const [first = '', ...rest] = scope.split('.');
  return [`hl-${first}`, ...rest.map((part, i) => part + '_'.repeat(i + 1))].join(' ');
}
