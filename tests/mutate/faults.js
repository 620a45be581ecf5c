/* SPDX-License-Identifier: MIT */
/**
 * Which faults of the usual kinds can be put into a text of C or JavaScript:
 * a condition turned, a bound off by one, a check dropped, a release dropped.
 * Comments, strings, regular expressions and preprocessor lines stay as they
 * are. Pure: text in, faults out.
 */

/**
 * @typedef {object} Fault
 * @property {number} at     first character that is replaced
 * @property {number} end    behind the last
 * @property {string} text   what comes instead
 * @property {string} kind
 * @property {number} line   from 1
 */

/**
 * The text with everything that is no code turned to blanks, line ends kept.
 * @param {string} text @param {'c' | 'js'} language
 */
export function codeOf(text, language) {
  const pattern = language === 'c'
    ? /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|^[ \t]*#(?:\\\n|[^\n])*/gm
    : /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[^]|[^`\\])*`|(?<=[(,=:[!&|?{};\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/[a-z]*/g;
  return text.replace(pattern, (found) => found.replace(/[^\n]/g, ' '));
}

/** @type {Record<string, string>} */
const TURNED = { '==': '!=', '!=': '==', '===': '!==', '!==': '===',
  '&&': '||', '||': '&&' };
/** @type {Record<string, string>} */
const BOUNDS = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };

/** Calls whose only effect is to give something back. */
const RELEASE = {
  c: /^[ \t]*(?:\(void\))?(?:free|close|closedir|fclose|explicit_bzero|OPENSSL_cleanse|uv_close|pthread_mutex_unlock|\w+_(?:free|unref|release|close|cancel|stop|end|wipe|put))\([^;{}]*\);/gm,
  js: /^[ \t]*(?:clearTimeout|clearInterval|\w+(?:\.\w+)*\.(?:abort|cancel|disconnect|close|delete|clear|remove|revokeObjectURL|removeEventListener|releaseLock|terminate))\([^;{}]*\);/gm,
};

/** @param {string} code @param {number} open @returns {number} of its ")" */
function closing(code, open) {
  let depth = 0;
  for (let i = open; i < code.length; i += 1) {
    if (code[i] === '(') depth += 1;
    else if (code[i] === ')' && (depth -= 1) === 0) return i;
  }
  return -1;
}

/**
 * @param {string} text @param {'c' | 'js'} language
 * @returns {Fault[]} in the order of the text
 */
export function faultsOf(text, language) {
  const code = codeOf(text, language);
  /** @type {Omit<Fault, 'line'>[]} */
  const found = [];
  for (const match of code.matchAll(/[=!]==?|&&|\|\|/g)) {
    const other = TURNED[match[0]];
    if (other) {
      found.push({ at: match.index, end: match.index + match[0].length,
        text: other, kind: 'condition turned' });
    }
  }
  for (const match of code.matchAll(/(?<= )(?:<=|>=|<|>)(?= )/g)) {
    found.push({ at: match.index, end: match.index + match[0].length,
      text: BOUNDS[match[0]], kind: 'bound by one' });
  }
  for (const match of code.matchAll(/(?<= )[-+](?= 1\b(?!\.))/g)) {
    found.push({ at: match.index, end: match.index + 3,
      text: `${match[0]} 0`, kind: 'bound by one' });
  }
  for (const match of code.matchAll(/\bif \(/g)) {
    const open = match.index + 3;
    const end = closing(code, open);
    if (end < 0) continue;
    found.push({ at: open, end: open + 1,
      text: language === 'c' ? '(0 && ' : '(false && ', kind: 'check dropped' });
  }
  for (const match of code.matchAll(RELEASE[language])) {
    /* The only statement of an `if` without braces leaves an empty one. */
    found.push({ at: match.index, end: match.index + match[0].length,
      text: match[0].replace(/[^\n]/g, ' ').replace(/ $/, ';'),
      kind: 'release dropped' });
  }
  return found.sort((a, b) => a.at - b.at).map((fault) => ({ ...fault,
    line: text.slice(0, fault.at).split('\n').length }));
}

/** @param {string} text @param {Fault} fault */
export const withFault = (text, fault) =>
  text.slice(0, fault.at) + fault.text + text.slice(fault.end);
