// SPDX-License-Identifier: MIT
// Formulas as TeX, from MathML and from Office's own elements (OMML), while they are read. Pure.

import { lookUp } from './elements.js';
import { MAX_DEPTH } from './limits.js';
import { attribute } from './xml.js';

/** Characters of one formula; what is longer is told as far as it goes. */
const MAX_FORMULA_CHARS = 64 * 1024;
/** Nothing in these is seen. */
const UNSEEN = new Set(['annotation-xml', 'mphantom', 'phant', 'rPr', 'ctrlPr', 'instrText', 'del', 'maction']);
/** Those that tell of the element around the one that they are in, by `val`. */
const PROPERTIES = new Set(['chr', 'begChr', 'endChr', 'sepChr', 'pos', 'degHide', 'type']);
const FUNCTIONS = new Set(['arccos', 'arcsin', 'arctan', 'cos', 'cosh', 'cot', 'coth', 'csc', 'deg', 'det', 'dim', 'exp', 'gcd', 'hom', 'inf', 'ker', 'lg', 'lim', 'liminf', 'limsup', 'ln', 'log', 'max', 'min', 'Pr', 'sec', 'sin', 'sinh', 'sup', 'tan', 'tanh']);
/** Signs above a letter, as MathML writes them and as combining marks. @type {Readonly<Record<string, string>>} */
const ACCENTS = { '^': 'hat', ˆ: 'hat', '\u0302': 'hat', '~': 'tilde', '˜': 'tilde', '\u0303': 'tilde', '¯': 'bar', '‾': 'overline', '\u0305': 'overline', '\u0304': 'bar', _: 'underline', '→': 'vec', '⃗': 'vec', '˙': 'dot', '\u0307': 'dot', '¨': 'ddot', '\u0308': 'ddot', 'ˇ': 'check', '\u030c': 'check', '´': 'acute', '\u0301': 'acute', '`': 'grave', '\u0300': 'grave', '⏞': 'overbrace', '⏟': 'underbrace', '―': 'overline' };
/** @type {Readonly<Record<string, string>>} */
const SIGNS = {
  '∫': 'int', '∬': 'iint', '∭': 'iiint', '∮': 'oint', '∑': 'sum', '∏': 'prod', '∐': 'coprod', '⋃': 'bigcup', '⋂': 'bigcap', '⋁': 'bigvee', '⋀': 'bigwedge', '∞': 'infty', '≤': 'le', '≥': 'ge', '≠': 'ne', '≈': 'approx', '≡': 'equiv', '∼': 'sim', '≅': 'cong', '∝': 'propto', '±': 'pm', '∓': 'mp', '×': 'times', '÷': 'div', '⋅': 'cdot', '·': 'cdot', '∗': 'ast', '∘': 'circ', '∂': 'partial', '∇': 'nabla', '∈': 'in', '∉': 'notin', '⊂': 'subset', '⊆': 'subseteq', '⊃': 'supset', '⊇': 'supseteq', '∪': 'cup', '∩': 'cap', '∅': 'emptyset', '∀': 'forall', '∃': 'exists', '¬': 'neg', '∧': 'wedge', '∨': 'vee', '→': 'to', '←': 'leftarrow', '↔': 'leftrightarrow', '⇒': 'Rightarrow', '⇐': 'Leftarrow', '⇔': 'Leftrightarrow', '↦': 'mapsto', '…': 'ldots', '⋯': 'cdots', '⋮': 'vdots', '⋱': 'ddots', '⟨': 'langle', '⟩': 'rangle', '⌊': 'lfloor', '⌋': 'rfloor', '⌈': 'lceil', '⌉': 'rceil', '‖': 'Vert', '∥': 'parallel', '⊥': 'perp', '⊕': 'oplus', '⊗': 'otimes', '√': 'surd', '′': 'prime', 'ℏ': 'hbar', 'ℓ': 'ell', 'ℝ': 'mathbb{R}', 'ℕ': 'mathbb{N}', 'ℤ': 'mathbb{Z}', 'ℚ': 'mathbb{Q}', 'ℂ': 'mathbb{C}',
  α: 'alpha', β: 'beta', γ: 'gamma', δ: 'delta', ε: 'varepsilon', ϵ: 'epsilon', ζ: 'zeta', η: 'eta', θ: 'theta', ϑ: 'vartheta', ι: 'iota', κ: 'kappa', λ: 'lambda', μ: 'mu', ν: 'nu', ξ: 'xi', π: 'pi', ρ: 'rho', σ: 'sigma', ς: 'varsigma', τ: 'tau', υ: 'upsilon', φ: 'varphi', ϕ: 'phi', χ: 'chi', ψ: 'psi', ω: 'omega', Γ: 'Gamma', Δ: 'Delta', Θ: 'Theta', Λ: 'Lambda', Ξ: 'Xi', Π: 'Pi', Σ: 'Sigma', Φ: 'Phi', Ψ: 'Psi', Ω: 'Omega',
  '−': '-', '\u2061': '', '\u2062': '', '\u2063': '', '\u2064': '', '\u200b': '', '\u00a0': ' ', '\u2009': ' ', '\u2003': ' ',
};
/** Letters of the mathematical alphabets, which are plain ones of another form. */
const ALPHABETS = /[\u{1d400}-\u{1d7ff}ℎ]/gu;
/** What has its limits below and above itself. */
const OPERATOR = /^\\(?:sum|prod|coprod|int|iint|iiint|oint|bigcup|bigcap|bigvee|bigwedge|lim|limsup|liminf|max|min|sup|inf|det|gcd|Pr)$/;

/** @typedef {{name: string, tex: string}} Kid */
/** @typedef {{name: string, kids: Kid[], words: string, told: Record<string, string>, attribute: (name: string) => string | null}} Node */

/** Letters and signs as TeX has them; letters of the mathematical alphabets as plain ones. @param {string} text */
function signs(text) {
  return text.replace(ALPHABETS, (one) => one.normalize('NFKC')).replace(/[^\0-\x7f]|[\\{}$%&#_~^]/gu, (one) => {
    const known = lookUp(SIGNS, one);
    if (known !== undefined) return /^[a-z]/i.test(known) ? `\\${known} ` : known;
    if (one === '\\') return '\\backslash ';
    return /[\0-\x7f]/.test(one) ? `\\${one}${/[~^]/.test(one) ? '{}' : ''}` : one;
  });
}

/** @param {string} words */
function letters(words) {
  const text = words.trim().replace(/\s+/g, ' ');
  if (FUNCTIONS.has(text)) return `\\${text}`;
  return /^[A-Za-z]{2,}$/.test(text) ? `\\mathrm{${text}}` : signs(text).trim();
}

/** Runs beside each other; a command is not run into the letter behind it. @param {readonly Kid[]} kids */
function joined(kids) {
  return kids.reduce((all, { tex }) => (/\\[a-z]+$/i.test(all) && /^[a-z]/i.test(tex) ? `${all} ${tex}` : all + tex), '').replace(/ {2,}/g, ' ');
}

/** As an argument. @param {string | undefined} tex */
const braced = (tex) => `{${(tex ?? '').trim()}}`;
/** What a script stands at: one letter, or all of it together. @param {string | undefined} tex */
const base = (tex) => (/^(?:.|\\[a-z]+|\\left.*\\right.)$/is.test((tex ?? '').trim()) ? (tex ?? '').trim() : braced(tex));
/** @param {string} mark @param {string | undefined} tex */
const script = (mark, tex) => ((tex ?? '').trim() === '' ? '' : `${mark}${braced(tex)}`);

/** A bracket that grows. @param {string} open @param {string} inner @param {string} close */
function fence(open, inner, close) {
  const side = (/** @type {string} */ one) => (one === '' ? '.' : signs(one).trim() || '.');
  return `\\left${side(open)} ${inner.trim()} \\right${side(close)}`;
}

/** @param {string | undefined} over @param {string | undefined} sign @param {boolean} below */
function accented(over, sign, below) {
  const name = lookUp(ACCENTS, (sign ?? '').trim().replace(/^\\(to|cdot|hat)\s*$/, (_, one) => (one === 'to' ? '→' : '˙')).replace(/^\\([_~^])(\{\})?$/, '$1'));
  if (name === undefined) return `\\${below ? 'underset' : 'overset'}${braced(sign)}${braced(over)}`;
  return `\\${below && /bar|overline/.test(name) ? 'underline' : name}${braced(over)}`;
}

/** @param {readonly Kid[]} kids @param {string} name */
const child = (kids, name) => kids.find((kid) => kid.name === name)?.tex;

/** @param {readonly Kid[]} rows */
const matrix = (rows) => `\\begin{matrix} ${rows.map(({ tex }) => tex.trim()).join(' \\\\ ')} \\end{matrix}`;

/** @param {Kid[]} kids @param {string} [under] @param {string} [over] */
function limits([first], under = '', over = '') {
  return `${base(first?.tex)}${script('_', under)}${script('^', over)}`;
}

/** What an element comes to, of what is in it; one that is not here is what is in it. @type {Readonly<Record<string, (node: Node) => string>>} */
const ELEMENTS = {
  mi: ({ words }) => letters(words),
  mn: ({ words }) => signs(words.trim()),
  mo: ({ words }) => letters(words),
  mtext: ({ words }) => (words.trim() === '' ? ' ' : `\\text{${words.replace(/[\\{}$]/g, '').replace(/\s+/g, ' ')}}`),
  ms: ({ words }) => `\\text{${words.replace(/[\\{}$]/g, '')}}`,
  t: ({ words }) => (FUNCTIONS.has(words.trim()) ? `\\${words.trim()}` : signs(words)),
  mspace: () => ' ',
  mfrac: ({ kids: [a, b] }) => `\\frac${braced(a?.tex)}${braced(b?.tex)}`,
  msqrt: ({ kids }) => `\\sqrt${braced(joined(kids))}`,
  mroot: ({ kids: [a, b] }) => `\\sqrt[${(b?.tex ?? '').trim()}]${braced(a?.tex)}`,
  msup: ({ kids: [a, b] }) => `${base(a?.tex)}${script('^', b?.tex)}`,
  msub: ({ kids: [a, b] }) => `${base(a?.tex)}${script('_', b?.tex)}`,
  msubsup: ({ kids: [a, b, c] }) => `${base(a?.tex)}${script('_', b?.tex)}${script('^', c?.tex)}`,
  munder: ({ kids }) => (OPERATOR.test(kids[0]?.tex.trim() ?? '') ? limits(kids, kids[1]?.tex) : accented(kids[0]?.tex, kids[1]?.tex, true)),
  mover: ({ kids }) => (OPERATOR.test(kids[0]?.tex.trim() ?? '') ? limits(kids, '', kids[1]?.tex) : accented(kids[0]?.tex, kids[1]?.tex, false)),
  munderover: ({ kids }) => limits(kids, kids[1]?.tex, kids[2]?.tex),
  mtable: ({ kids }) => matrix(kids),
  mtr: ({ kids }) => kids.map(({ tex }) => tex.trim()).join(' & '),
  mfenced({ kids, attribute }) {
    const between = (attribute('separators') ?? ',').trim()[0] ?? '';
    return fence(attribute('open') ?? '(', kids.map(({ tex }) => tex.trim()).join(between), attribute('close') ?? ')');
  },
  // What a program kept of its own is TeX, or nothing to read; then the first is the formula.
  semantics: ({ kids }) => child(kids, 'annotation') || (kids[0]?.name === 'annotation' ? '' : kids[0]?.tex ?? ''),
  annotation: ({ words, attribute }) => (/x-(la)?tex/i.test(attribute('encoding') ?? '') ? words.trim().replace(/^\{\\(?:display|text)style (.*)\}$/s, '$1').trim() : ''),
  f: ({ kids, told }) => (told['type'] === 'lin' ? `${braced(child(kids, 'num'))}/${braced(child(kids, 'den'))}`
    : told['type'] === 'noBar' ? `\\genfrac{}{}{0pt}{}${braced(child(kids, 'num'))}${braced(child(kids, 'den'))}` : `\\frac${braced(child(kids, 'num'))}${braced(child(kids, 'den'))}`),
  rad({ kids }) {
    const degree = (child(kids, 'deg') ?? '').trim();
    return `\\sqrt${degree === '' ? '' : `[${degree}]`}${braced(child(kids, 'e'))}`;
  },
  sSup: ({ kids }) => `${base(child(kids, 'e'))}${script('^', child(kids, 'sup'))}`,
  sSub: ({ kids }) => `${base(child(kids, 'e'))}${script('_', child(kids, 'sub'))}`,
  sSubSup: ({ kids }) => `${base(child(kids, 'e'))}${script('_', child(kids, 'sub'))}${script('^', child(kids, 'sup'))}`,
  sPre: ({ kids }) => `{}${script('_', child(kids, 'sub'))}${script('^', child(kids, 'sup'))}${base(child(kids, 'e'))}`,
  nary: ({ kids, told }) => `${signs(told['chr'] ?? '∫').trim()}${script('_', child(kids, 'sub'))}${script('^', child(kids, 'sup'))} ${child(kids, 'e') ?? ''}`,
  d: ({ kids, told }) => fence(told['begChr'] ?? '(', kids.filter(({ name }) => name === 'e').map(({ tex }) => tex.trim()).join(signs(told['sepChr'] ?? '|')), told['endChr'] ?? ')'),
  m: ({ kids }) => matrix(kids.filter(({ name }) => name === 'mr')),
  mr: ({ kids }) => kids.filter(({ name }) => name === 'e').map(({ tex }) => tex.trim()).join(' & '),
  eqArr: ({ kids }) => `\\begin{aligned} ${kids.filter(({ name }) => name === 'e').map(({ tex }) => tex.replaceAll('\\&', '&').trim()).join(' \\\\ ')} \\end{aligned}`,
  func: ({ kids }) => `${(child(kids, 'fName') ?? '').trim()} ${child(kids, 'e') ?? ''}`,
  acc: ({ kids, told }) => accented(child(kids, 'e'), told['chr'] ?? '\u0302', false),
  bar: ({ kids, told }) => `\\${told['pos'] === 'top' ? 'overline' : 'underline'}${braced(child(kids, 'e'))}`,
  groupChr: ({ kids, told }) => accented(child(kids, 'e'), told['chr'] ?? '⏟', told['pos'] !== 'top'),
  limLow: ({ kids }) => (OPERATOR.test((child(kids, 'e') ?? '').trim()) ? `${(child(kids, 'e') ?? '').trim()}${script('_', child(kids, 'lim'))}` : `\\underset${braced(child(kids, 'lim'))}${braced(child(kids, 'e'))}`),
  limUpp: ({ kids }) => `\\overset${braced(child(kids, 'lim'))}${braced(child(kids, 'e'))}`,
};
/** Those whose own text counts. */
const WORDED = new Set(['mi', 'mn', 'mo', 'mtext', 'ms', 't', 'annotation']);

/**
 * @typedef {object} Formula
 * @property {(name: string, attribute: (name: string) => string | null) => void} open
 * @property {() => void} close
 * @property {(text: string) => void} text
 * @property {(display?: boolean) => string} end  in dollars; '' when it says nothing
 *
 * A formula whose outermost element has begun: it is told of all that is in it.
 * @returns {Formula}
 */
export function createFormula() {
  /** @type {Node[]} */
  const open = [{ name: '', kids: [], words: '', told: {}, attribute: () => null }];
  /** Elements that are open and told of no further. */
  let passed = 0;
  let chars = 0;

  return {
    open(name, attribute) {
      const above = /** @type {Node} */ (open.at(-1));
      if (PROPERTIES.has(name)) {
        const around = open.at(-2);
        const value = attribute('val');
        if (around !== undefined && value !== null) around.told[name] = value;
      }
      if (passed > 0 || UNSEEN.has(name) || open.length >= MAX_DEPTH || chars > MAX_FORMULA_CHARS) passed += 1;
      else open.push({ name, kids: [], words: '', told: {}, attribute: WORDED.has(name) || name === 'mfenced' ? attribute : above.attribute });
    },
    close() {
      if (passed > 0) {
        passed -= 1;
        return;
      }
      const node = open.length > 1 ? open.pop() : undefined;
      if (node === undefined) return;
      const tex = (lookUp(ELEMENTS, node.name) ?? (({ kids }) => joined(kids)))(node);
      /** @type {Node} */ (open.at(-1)).kids.push({ name: node.name, tex: tex.slice(0, MAX_FORMULA_CHARS) });
    },
    text(text) {
      const node = /** @type {Node} */ (open.at(-1));
      if (passed > 0 || !WORDED.has(node.name)) return;
      chars += text.length;
      if (chars <= MAX_FORMULA_CHARS) node.words += text;
    },
    end(display = false) {
      while (open.length > 1) this.close();
      const tex = joined(open[0]?.kids ?? []).replace(/\s+/g, ' ').trim();
      return tex === '' ? '' : display ? `$$${tex}$$` : `$${tex}$`;
    },
  };
}

/** Elements of OMML that are a formula, and what one that stands alone is in. */
const OMML = /officeDocument\/2006\/math|officeDocument\/math/;

/**
 * Handlers of a document of Office's, with its formulas taken out of what they see and said as TeX.
 * @param {(words: string) => void} say
 * @param {import('./xml.js').Handlers} handlers
 * @returns {import('./xml.js').Handlers}
 */
export function withFormulas(say, handlers) {
  /** @type {Formula | null} */
  let formula = null;
  let inside = 0;
  let alone = false;
  return {
    open(element) {
      if (formula !== null) {
        inside += 1;
        formula.open(element.name, (name) => attribute(element, name));
      } else if (element.name === 'oMath' && OMML.test(element.space)) {
        formula = createFormula();
        inside = 0;
      } else {
        if (element.name === 'oMathPara') alone = true;
        handlers.open?.(element);
      }
    },
    close(element) {
      if (formula === null) {
        if (element.name === 'oMathPara') alone = false;
        handlers.close?.(element);
      } else if (inside > 0) {
        inside -= 1;
        formula.close();
      } else {
        say(formula.end(alone));
        formula = null;
      }
    },
    text(text) {
      if (formula === null) handlers.text?.(text);
      else formula.text(text);
    },
  };
}
