/* SPDX-License-Identifier: MIT */
/**
 * Formulas: KaTeX with its style sheet and fonts, loaded with the first
 * formula. Its tree of nodes is taken, never a string of HTML.
 */
import { element } from './dom.js';
import { MATH_MAX_DEPTH, MATH_MAX_EXPAND, MATH_MAX_SIZE, MAX_FORMULAS, MAX_MATH } from './limits.js';
import { watchOverflow } from './overflow.js';
import { later, soon } from './schedule.js';

/** @typedef {import('./context.js').Context} Context */

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
 * @returns {Node | null} null when it is no valid formula
 */
function typeset(text, display) {
  try {
    const tree = katex.__renderToDomTree(text, {
      displayMode: display,
      throwOnError: true,
      strict: 'ignore',
      trust: false,
      output: 'htmlAndMathml',
      maxSize: MATH_MAX_SIZE,
      maxExpand: MATH_MAX_EXPAND,
    });
    check(tree, 0);
    return tree.toNode();
  } catch {
    return null;
  }
}

/**
 * Makes the node of a formula: its source until it can be set, and for good
 * when it is no valid formula.
 *
 * @param {Context} context
 * @param {{text: string, display: boolean, pending: boolean, raw: string}} formula
 * @returns {HTMLElement}
 */
export function formulaNode(context, formula) {
  const { doc } = context;
  const name = formula.display ? 'md-math md-math-display' : 'md-math';
  const source = element(doc, 'code', 'md-math-source', formula.text);
  const node = element(doc, 'span', name, source);
  node.dir = 'ltr';
  if (formula.pending) {
    node.classList.add('is-pending');
    return node;
  }
  context.formulas++;
  if (formula.text.length > MAX_MATH || context.formulas > MAX_FORMULAS) {
    node.classList.add('is-plain');
    return node;
  }
  const set = () => {
    const made = typeset(formula.text, formula.display);
    if (made) {
      node.replaceChildren(made);
      if (formula.display) watchOverflow(node);
    } else {
      node.classList.add('is-error');
      source.textContent = formula.raw.trim();
    }
    return false;
  };
  if (katex) soon(set);
  else void load(doc).then(() => later(set), () => node.classList.add('is-plain'));
  return node;
}
