/* SPDX-License-Identifier: MIT */
/** Formulas: within a line, as blocks, in fences, with their numbers and what refers to these. */
import { NONE, OVER } from './block-rules.js';
import { element } from './dom.js';
import { noEquations } from './equations.js';
import { formulaNode, texOf } from './math.js';
import { findClose, mathAt, mayBecomeMath } from './math-rule.js';

/**
 * @typedef {import('./context.js').Context} Context
 * @typedef {import('./types.js').Block} Block
 * @typedef {import('./types.js').Maker} Maker
 */

const ENVIRONMENT = /^\\begin\{((?:equation|align|alignat|gather|multline|eqnarray|flalign|split|aligned|gathered|cases|dcases|rcases|array|[pbvBV]?matrix|smallmatrix|CD)\*?)\}/;
const REFERENCE = /\\(eq)?ref\{([^{}\n]{1,200})\}/y;

/** @param {Context} context */
export function equationsOf(context) {
  return context.keep('math', noEquations);
}

/**
 * @param {string} text  of a line, from its first sign on
 * @returns {{opener: string, closer: string} | null}
 */
function openerOf(text) {
  if (text.startsWith('$$')) return { opener: '$$', closer: '$$' };
  if (text.startsWith('\\[')) return { opener: '\\[', closer: '\\]' };
  const name = ENVIRONMENT.exec(text)?.[1];
  return name ? { opener: `\\begin{${name}}`, closer: `\\end{${name}}` } : null;
}

/**
 * The formula of a block: with its environment, where that is its mark.
 *
 * @param {string} opener
 * @param {string} body
 * @param {string} closer
 * @returns {string}
 */
function formulaOf(opener, body, closer) {
  return opener.startsWith('\\begin') ? opener + body + closer : body;
}

/** @type {NonNullable<import('./types.js').Extension['block']>} */
const block = {
  type: 'formula',
  isLeaf: true,
  isUndecided: (line) => /^\\(?:\[|b(?:e(?:g(?:i(?:n(?:\{[a-zA-Z]*\*?)?)?)?)?)?)?$/.test(line),
  start(parser, _, line, isLong) {
    if (line.indent >= 4 || isLong || (line.char !== '$' && line.char !== '\\')) return NONE;
    const text = line.text.slice(line.next);
    const marks = openerOf(text);
    if (!marks) return NONE;
    const { opener, closer } = marks;
    const end = findClose(text, closer, opener.length);
    const body = text.slice(opener.length, end < 0 ? text.length : end);
    if (end >= 0) {
      if (text.slice(end + closer.length).trim() || !/[\p{L}\p{N}]/u.test(body)) return NONE;
      parser.open('formula', { text: formulaOf(opener, body, closer) });
      parser.close();
      return OVER;
    }
    const isAlone = opener.startsWith('\\begin') || !body.trim();
    // What it shows until its end has come is its text.
    const made = parser.openTrial('formula', opener, line, { text: body, label: opener, closer, loose: isAlone });
    return made ? OVER : NONE;
  },
  goesOn(parser, own, line) {
    const closer = own.closer ?? '';
    if (line.blank && !own.loose) return 'fail';
    const text = line.rest();
    const end = findClose(text, closer, 0);
    if (end >= 0 && text.slice(end + closer.length).trim()) return parser.isGuess ? 'done' : 'fail';
    if (end >= 0 && parser.isGuess) return 'done';
    const body = `${own.text}\n${end < 0 ? text : text.slice(0, end)}`;
    if (end >= 0 && !/[\p{L}\p{N}]/u.test(body)) return 'fail';
    parser.journal.set(own, 'text', end < 0 ? body : formulaOf(own.label ?? '', body, closer));
    if (end >= 0) parser.passTrial();
    return 'done';
  },
};

/** A formula that is a block; its source while it is open. @type {Maker} */
const show = {
  make(context, view) {
    const { block: own } = view;
    view.node = own.open ? element(context.doc, 'p', 'md-raw md-pending', own.text.trim()) : formulaBlock(context, own.text);
    view.state = own.text;
  },
  update(context, view) {
    const { block: own } = view;
    if (view.state === own.text) return;
    view.state = own.text;
    if (own.open) /** @type {HTMLElement} */ (view.node).textContent = own.text.trim();
    else view.node?.replaceChildren(...formulaBlock(context, own.text).childNodes);
  },
};

/** @param {Context} context @param {string} text @returns {HTMLElement} */
function formulaBlock(context, text) {
  return element(context.doc, 'div', 'md-formula', formulaNode(context, text.trim(), true, equationsOf(context)));
}

/** Code whose language says that it is a formula. @type {Maker} */
const fence = {
  make(context, view) {
    view.node = element(context.doc, 'div', 'md-formula');
    this.update(context, view);
  },
  update(context, view) {
    const text = view.block.pieces.join('').trim();
    const state = (view.block.open ? 'open:' : '') + text;
    if (view.state === state) return;
    view.state = state;
    view.node?.replaceChildren(view.block.open ? element(context.doc, 'p', 'md-raw md-pending', text) :
      formulaNode(context, text, true, equationsOf(context)));
  },
};

/** What ends a formula, by the mark that begins it. @type {Readonly<Record<string, string>>} */
const CLOSERS = { $: '$', $$: '$$', '\\(': '\\)', '\\[': '\\]' };

/** @param {string} text @param {number} at @returns {{end: number, token: import('./types.js').Token} | null} */
function referenceAt(text, at) {
  REFERENCE.lastIndex = at;
  const found = REFERENCE.exec(text);
  if (!found) return null;
  const [whole, equation, label] = found;
  return { end: at + whole.length, token: { type: 'eqref', label: /** @type {string} */ (label), text: whole, name: equation ? 'eqref' : 'ref' } };
}

/** Can what begins here still become a formula, with more text to come? @param {string} text @param {number} at @param {string} mark */
function mayGoOn(text, at, mark) {
  if (mark[0] === '$') return mayBecomeMath(text, at);
  return !/\n[ \t]*\n/.test(text.slice(at)) && findClose(text, /** @type {string} */ (CLOSERS[mark]), at + 2) < 0;
}

/** @type {import('./types.js').InlineRule} */
const inline = {
  chars: '$\\',
  read(text, at, parser) {
    const reference = text[at] === '\\' ? referenceAt(text, at) : null;
    if (reference) return reference;
    const two = text.slice(at, at + 2);
    const mark = text[at] === '$' && two !== '$$' ? '$' : two;
    const closer = CLOSERS[mark];
    if (closer === undefined || parser.hopeless.has(`math ${mark}`)) return null;
    const { isOpen } = parser.options;
    const found = mathAt(text, at);
    // What touches the end of a text that is arriving may still go on.
    if (found && !(isOpen && found.end === text.length && mark === '$')) {
      return { end: found.end, token: { type: 'math', text: found.text, display: found.display } };
    }
    if (isOpen && mayGoOn(text, at, mark)) {
      parser.pending(at + mark.length);
      return { end: text.length };
    }
    if (mark !== '$' && !text.includes(closer, at + 2)) parser.hopeless.add(`math ${mark}`);
    return null;
  },
};

/** Sets what references say, once the numbers are known. @param {Context} context @param {ParentNode} root */
function setReferences(context, root) {
  const { numbers } = equationsOf(context);
  for (const node of root.querySelectorAll('.md-eqref')) {
    const number = numbers.get(/** @type {HTMLElement} */ (node).dataset.target ?? '');
    if (number) node.textContent = node.classList.contains('is-plain') ? number : `(${number})`;
  }
}

/** @type {import('./types.js').Extension} */
export const math = {
  name: 'math',
  block,
  show,
  inline,
  fences: { math: fence },
  nodes: {
    math: (context, token) => formulaNode(context, token.text ?? '', token.display ?? false, equationsOf(context)),
    eqref: (context, token) => {
      const node = element(context.doc, 'span', `md-eqref${token.name === 'eqref' ? '' : ' is-plain'}`, token.text ?? '');
      node.dataset.target = token.label;
      const number = equationsOf(context).numbers.get(token.label ?? '');
      if (number) node.textContent = token.name === 'eqref' ? `(${number})` : number;
      return node;
    },
  },
  gather(context, root, isOver) {
    if (isOver && equationsOf(context).numbers.size) setReferences(context, root);
  },
  copy(part) {
    for (const node of part.querySelectorAll('.md-math')) node.replaceWith(texOf(node));
  },
};
