/* SPDX-License-Identifier: MIT */
/**
 * Formulas: KaTeX with its style sheet and fonts, loaded with the first
 * formula. Its tree of nodes is taken, never a string of HTML.
 */
import { element } from './dom.js';
import { prepareFormula } from './equations.js';
import {
  MATH_MAX_DEPTH, MATH_MAX_EXPAND, MATH_MAX_SIZE, MAX_FORMULAS, MAX_MATH_CELLS, MAX_MATH_SET,
} from './limits.js';
import { watchOverflow } from './overflow.js';
import { later, soon } from './schedule.js';

/** @typedef {import('./context.js').Context} Context */

/** @typedef {import('./equations.js').Equations} Equations */

/** @type {any} */
let katex = null;
/** @type {Promise<void> | null} */
let loading = null;

/**
 * @param {Document} doc
 * @returns {Promise<void>}
 */
function load(doc) {
  loading ??= (async () => {
    const link = doc.createElement('link');
    link.rel = 'stylesheet';
    link.href = new URL('../vendor/katex/katex.min.css', import.meta.url).href;
    const styled = new Promise((resolve) => {
      link.onload = resolve;
      link.onerror = resolve;
    });
    doc.head.append(link);
    const [module] = await Promise.all([
      import(new URL('../vendor/katex/katex.mjs', import.meta.url).href), styled,
      // Chemical formulas; it makes itself known to the other.
      import(new URL('../vendor/katex/contrib/mhchem.mjs', import.meta.url).href).catch(() => undefined),
    ]);
    katex = module.default;
  })();
  return loading;
}

/**
 * Makes KaTeX's tree fit for the page. A `style` attribute is forbidden by the
 * policy; MathML, which only screen readers see, loses nothing without it.
 * Elements nested without bound bring the browser's layout down.
 *
 * @param {any} node
 * @param {number} depth
 */
function check(node, depth) {
  if (depth > MATH_MAX_DEPTH) throw new RangeError('nested too deep');
  if (node.attributes) delete node.attributes.style;
  for (const child of node.children ?? []) check(child, depth + 1);
}

/**
 * @param {string} text
 * @param {boolean} display
 * @param {Record<string, string>} macros
 * @returns {Node | null} null when it is no valid formula
 */
function typeset(text, display, macros) {
  try {
    const tree = katex.__renderToDomTree(text, {
      displayMode: display,
      throwOnError: true,
      strict: 'ignore',
      trust: false,
      output: 'htmlAndMathml',
      maxSize: MATH_MAX_SIZE,
      maxExpand: MATH_MAX_EXPAND,
      macros,
    });
    check(tree, 0);
    return tree.toNode();
  } catch {
    return null;
  }
}

/** @param {string} text @returns {boolean} whether setting it would take too long for one go */
function isTooLarge(text) {
  return text.length > MAX_MATH_SET || text.split(/&|\\\\/).length > MAX_MATH_CELLS;
}

/**
 * Makes the node of a formula: its source until it can be set, and for good
 * when it is no valid formula.
 *
 * @param {Context} context
 * @param {string} text
 * @param {boolean} display
 * @param {Equations} equations  of the message; takes what the formula defines
 * @returns {HTMLElement}
 */
export function formulaNode(context, text, display, equations) {
  const { doc } = context;
  const source = element(doc, 'code', 'md-math-source', text);
  const node = element(doc, 'span', display ? 'md-math md-math-display' : 'md-math', source);
  node.dir = 'ltr';
  context.formulas++;
  if (isTooLarge(text) || context.formulas > MAX_FORMULAS) {
    node.classList.add('is-plain');
    return node;
  }
  const formula = prepareFormula(text, display, equations);
  if (!formula) {
    // Nothing but definitions.
    node.hidden = true;
    return node;
  }
  const macros = { ...equations.macros };
  const set = () => {
    const made = typeset(formula, display, macros);
    if (made) {
      keepSource(/** @type {Element} */ (made), text);
      node.replaceChildren(made);
      if (display) watchOverflow(node);
    } else {
      node.classList.add('is-error');
      source.textContent = display ? `$$${text}$$` : `$${text}$`;
    }
    return false;
  };
  if (katex) soon(set);
  else void load(doc).then(() => later(set), () => node.classList.add('is-plain'));
  return node;
}

/** What is copied is what was written, not what was made of it. @param {Element} made @param {string} text */
function keepSource(made, text) {
  const note = made.querySelector('annotation[encoding="application/x-tex"]');
  if (note) note.textContent = text;
}

/** @param {Element} node  of a formula @returns {string} its source, with its marks */
export function texOf(node) {
  const source = node.querySelector('annotation[encoding="application/x-tex"]') ?? node;
  const mark = node.classList.contains('md-math-display') ? '$$' : '$';
  return `${mark}${(source.textContent ?? '').trim()}${mark}`;
}
