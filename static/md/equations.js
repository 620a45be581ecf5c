/* SPDX-License-Identifier: MIT */
/**
 * What LaTeX has and KaTeX has not: definitions that hold for all formulas of a
 * message, numbers of equations and references to them. Pure.
 */
import { MAX_EQUATIONS, MAX_MACROS } from './limits.js';

/**
 * @typedef {object} Equations  of one message
 * @property {Record<string, string>} macros  by name, with the backslash
 * @property {number} count                   equations that have a number
 * @property {Map<string, string>} numbers    by label
 */

/** @returns {Equations} */
export function noEquations() {
  return { macros: Object.create(null), count: 0, numbers: new Map() };
}

/** Environments whose lines are numbered, and what KaTeX knows them as. */
const NUMBERED = new Map(Object.entries({
  equation: 'equation', align: 'align', alignat: 'alignat', gather: 'gather', eqnarray: 'align', flalign: 'align', multline: 'gather',
}));

const DEFINITION = /\\(?:(?:re|provide)?newcommand|providecommand|DeclareMathOperator|def|gdef)(\*?)[ \t\n]*/g;

/**
 * @param {string} text
 * @param {number} at  of `{`
 * @returns {number} of the brace that closes it, or -1
 */
function braceEnd(text, at) {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  return -1;
}

/**
 * @param {string} text
 * @param {number} from  behind the command that defines
 * @returns {{name: string, body: string, end: number} | null}
 */
function readDefinition(text, from) {
  const head = /^(?:\{(\\[a-zA-Z]+)\}|(\\[a-zA-Z]+))[ \t\n]*(?:\[\d\]|(?:#\d)*)[ \t\n]*/.exec(text.slice(from, from + 200));
  if (!head) return null;
  const open = from + head[0].length;
  const close = text[open] === '{' ? braceEnd(text, open) : -1;
  if (close < 0) return null;
  return { name: /** @type {string} */ (head[1] ?? head[2]), body: text.slice(open + 1, close), end: close + 1 };
}

/**
 * Takes the definitions out of a formula.
 *
 * @param {string} text
 * @param {Equations} equations  takes them
 * @returns {string} what is left
 */
function takeMacros(text, equations) {
  if (!/\\(?:\w*newcommand|providecommand|DeclareMathOperator|g?def)/.test(text)) return text;
  let out = '';
  let at = 0;
  DEFINITION.lastIndex = 0;
  for (let found; (found = DEFINITION.exec(text));) {
    const definition = readDefinition(text, DEFINITION.lastIndex);
    if (!definition || Object.keys(equations.macros).length >= MAX_MACROS) continue;
    const { name, body, end } = definition;
    equations.macros[name] = found[0].startsWith('\\Declare') ? `\\operatorname${found[1] ?? ''}{${body}}` : body;
    out += text.slice(at, found.index);
    at = end;
    DEFINITION.lastIndex = end;
  }
  return out + text.slice(at);
}

/**
 * Gives a line of an equation its number.
 *
 * @param {string} row
 * @param {Equations} equations
 * @param {boolean} always  also without a label
 * @returns {string}
 */
function numberRow(row, equations, always) {
  /** @type {string[]} */
  const labels = [];
  const text = row.replace(/\\label\s*\{([^{}]{1,200})\}/g, (_, label) => {
    labels.push(label);
    return '';
  });
  const tag = /\\tag\*?\s*\{([^{}]{1,80})\}/.exec(text)?.[1];
  let number = tag ?? '';
  let end = '';
  if (!tag && !/\\(?:nonumber|notag)\b/.test(text) && (always || labels.length)) {
    number = String(equations.count += 1);
    end = `\\tag{${number}}`;
  }
  for (const label of labels) if (number && equations.numbers.size < MAX_EQUATIONS) equations.numbers.set(label, number);
  return text + end;
}

/**
 * @param {string} text
 * @returns {string[]} the lines of an environment's body
 */
function rowsOf(text) {
  const rows = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}') depth--;
    else if (text[i] === '\\') {
      if (text.startsWith('\\begin', i)) depth++;
      else if (text.startsWith('\\end', i)) depth--;
      else if (text[i + 1] === '\\' && depth === 0) {
        rows.push(text.slice(from, i));
        from = i + 2;
      }
      i++;
    }
  }
  rows.push(text.slice(from));
  return rows;
}

/**
 * Makes a formula fit for KaTeX.
 *
 * @param {string} source
 * @param {boolean} display
 * @param {Equations} equations  takes what the formula defines
 * @returns {string}
 */
export function prepareFormula(source, display, equations) {
  let text = takeMacros(source, equations).trim();
  const outer = display ? /^\\begin\{([a-z]+)(\*?)\}(\{\d+\})?([\s\S]*)\\end\{\1\2\}$/.exec(text) : null;
  const name = outer && NUMBERED.get(/** @type {string} */ (outer[1]));
  if (outer && name) {
    const [, , star, columns = '', body = ''] = outer;
    const rows = rowsOf(body);
    if (!(rows.at(-1) ?? '').trim()) rows.pop();
    const lines = rows.map((row) => numberRow(outer[1] === 'eqnarray' ? row.replace(/&([^&]*)&/, '&$1') : row, equations, !star));
    text = `\\begin{${name}*}${columns}${lines.join('\\\\')}\\end{${name}*}`;
  } else if (display && /\\label\s*\{/.test(text)) {
    text = numberRow(text, equations, false);
  }
  return text.replace(/\\(eq)?ref\s*\{([^{}]{1,200})\}/g, (_, isEq, label) => {
    const number = equations.numbers.get(label) ?? '??';
    return `\\text{${isEq ? `(${number})` : number}}`;
  });
}
