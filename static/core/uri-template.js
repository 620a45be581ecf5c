/* SPDX-License-Identifier: MIT */
/**
 * Templates of addresses (RFC 6570, values that are texts): their places, and
 * the address that comes of filling them. Pure.
 */

/** A template's expressions that are read; the rest stands as it is. */
const EXPRESSION = /\{([+#./;?&]?)([\w.%,:*]+)\}/g;
/** Places of one template. */
const MAX_PLACES = 32;

/**
 * What an operator does (section 3.2 and appendix A).
 *
 * @type {Record<string, {first: string, between: string, named: boolean, bare: string, reserved: boolean}>}
 */
const OPERATORS = {
  '': { first: '', between: ',', named: false, bare: '', reserved: false },
  '+': { first: '', between: ',', named: false, bare: '', reserved: true },
  '#': { first: '#', between: ',', named: false, bare: '', reserved: true },
  '.': { first: '.', between: '.', named: false, bare: '', reserved: false },
  '/': { first: '/', between: '/', named: false, bare: '', reserved: false },
  ';': { first: ';', between: ';', named: true, bare: '', reserved: false },
  '?': { first: '?', between: '&', named: true, bare: '=', reserved: false },
  '&': { first: '&', between: '&', named: true, bare: '=', reserved: false },
};

/**
 * @param {string} list  of an expression
 * @returns {{name: string, length: number}[]}
 */
function variables(list) {
  return list.split(',').filter((one) => one !== '').map((one) => {
    const [, name = '', cut] = /^([^:*]*)(?::(\d+))?\*?$/.exec(one) ?? [];
    return { name, length: cut === undefined ? Infinity : Number(cut) };
  }).filter(({ name }) => name !== '');
}

/**
 * Each once, in the order of the template.
 *
 * @param {string} template
 * @returns {string[]}
 */
export function placesOfTemplate(template) {
  const names = [...template.matchAll(EXPRESSION)].flatMap(([, , list = '']) => variables(list).map(({ name }) => name));
  return [...new Set(names)].slice(0, MAX_PLACES);
}

/**
 * @param {string} value
 * @param {boolean} reserved  what is reserved may stand, and so may %XX (section 3.2.1)
 * @returns {string}
 */
function encode(value, reserved) {
  const all = (/** @type {string} */ text) => encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  if (!reserved) return all(value);
  return value.split(/(%[0-9A-Fa-f]{2}|[:/?#[\]@!$&'()*+,;=])/).map((one, i) => (i % 2 === 1 ? one : all(one))).join('');
}

/**
 * The address; a place without a value is left out.
 *
 * @param {string} template
 * @param {Readonly<Record<string, string>>} values
 * @returns {string}
 */
export function expandTemplate(template, values) {
  return template.replace(EXPRESSION, (_whole, operator, list) => {
    const { first, between, named, bare, reserved } = /** @type {typeof OPERATORS['']} */ (OPERATORS[operator]);
    const filled = variables(list).filter(({ name }) => Object.hasOwn(values, name) && values[name] !== '');
    if (filled.length === 0) return '';
    return first + filled.map(({ name, length }) => {
      const value = encode([...String(values[name])].slice(0, length).join('').replace(/\p{Surrogate}/gu, '\ufffd'), reserved);
      if (!named) return value;
      return value === '' ? `${name}${bare}` : `${name}=${value}`;
    }).join(between);
  });
}
