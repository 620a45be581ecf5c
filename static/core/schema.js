/* SPDX-License-Identifier: MIT */
/**
 * Whether a value is what a JSON Schema asks for, as far as this reads schemas:
 * enough to tell a model what is wrong with its call. What a schema says beyond
 * that, patterns among it, the tool itself must check. Pure.
 *
 * @typedef {Readonly<Record<string, unknown>>} Schema
 */

/** Looks at a schema, of one check; what would take more is let through. */
export const MAX_SCHEMA_STEPS = 10_000;
/** Values within values, and schemas within schemas. */
const MAX_DEPTH = 64;
/** Of a value that is named in a problem, characters. */
const MAX_SHOWN_CHARS = 80;

/**
 * What a check has at hand.
 *
 * @typedef {object} Check
 * @property {unknown} root  what references lead into
 * @property {number} steps  left
 */

/**
 * @param {unknown} schema
 * @param {unknown} value
 * @returns {string | null} the first thing that is wrong, in words for a model
 */
export function problemOf(schema, value) {
  return problemAt(schema, value, '', { root: schema, steps: MAX_SCHEMA_STEPS }, 0);
}

/**
 * @param {unknown} schema
 * @param {unknown} value
 * @param {string} path
 * @param {Check} check
 * @param {number} depth
 * @returns {string | null}
 */
function problemAt(schema, value, path, check, depth) {
  check.steps -= 1;
  if (schema === false) return `${nameOf(path)} must not be there.`;
  if (!isObject(schema) || check.steps < 0 || depth > MAX_DEPTH) return null;
  const meant = typeof schema['$ref'] === 'string' ? resolved(check.root, schema['$ref']) : null;
  if (meant !== null) {
    const problem = problemAt(meant, value, path, check, depth + 1);
    if (problem !== null) return problem;
  }
  return typeProblem(schema, value, path) ?? choiceProblem(schema, value, path) ?? sizeProblem(schema, value, path) ??
    combined(schema, value, path, check, depth) ?? insideProblem(schema, value, path, check, depth);
}

/**
 * @param {string} path
 * @returns {string}
 */
function nameOf(path) {
  return path === '' ? 'The value' : `"${path}"`;
}

/**
 * What "#/$defs/x" stands for; null when nothing is there.
 *
 * @param {unknown} root
 * @param {string} ref
 * @returns {unknown}
 */
function resolved(root, ref) {
  if (ref !== '#' && !ref.startsWith('#/')) return null;
  let at = root;
  for (const key of ref.split('/').slice(1)) {
    const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
    if (!isObject(at) || !Object.hasOwn(at, name)) return null;
    at = at[name];
  }
  return at;
}

/**
 * @param {Schema} schema
 * @param {unknown} value
 * @param {string} path
 * @returns {string | null}
 */
function typeProblem({ type, nullable }, value, path) {
  if (value === null && nullable === true) return null;
  const types = Array.isArray(type) ? type : [type];
  if (types.some((one) => isOfType(value, one))) return null;
  return `${nameOf(path)} must be of type ${types.join(' or ')}.`;
}

/**
 * @param {unknown} value
 * @param {unknown} type
 * @returns {boolean}
 */
function isOfType(value, type) {
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type;
    case 'number':
      return typeof value === 'number';
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    default:
      return true;
  }
}

/**
 * @param {Schema} schema
 * @param {unknown} value
 * @param {string} path
 * @returns {string | null}
 */
function choiceProblem(schema, value, path) {
  if ('const' in schema && !isSame(schema['const'], value)) {
    return `${nameOf(path)} must be ${shown(schema['const'])}.`;
  }
  const choices = schema['enum'];
  if (!Array.isArray(choices) || choices.some((one) => isSame(one, value))) return null;
  return `${nameOf(path)} must be one of ${choices.slice(0, 20).map(shown).join(', ')}.`;
}

/**
 * Whether two values of JSON are the same; a value is written out only for
 * what can be the same as it.
 *
 * @param {unknown} one
 * @param {unknown} other
 * @returns {boolean}
 */
function isSame(one, other) {
  return one === other || (typeof one === 'object' && typeof other === 'object' && JSON.stringify(one) === JSON.stringify(other));
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function shown(value) {
  return (JSON.stringify(value) ?? 'null').slice(0, MAX_SHOWN_CHARS);
}

/** A limit's name, what it is about, and its words. @type {readonly [string, 'number' | 'string' | 'array' | 'object', (size: number, limit: number) => boolean, string][]} */
const LIMITS = [
  ['minimum', 'number', (size, limit) => size >= limit, 'must be at least'],
  ['maximum', 'number', (size, limit) => size <= limit, 'must be at most'],
  ['exclusiveMinimum', 'number', (size, limit) => size > limit, 'must be more than'],
  ['exclusiveMaximum', 'number', (size, limit) => size < limit, 'must be less than'],
  ['minLength', 'string', (size, limit) => size >= limit, 'must have a length of at least'],
  ['maxLength', 'string', (size, limit) => size <= limit, 'must have a length of at most'],
  ['minItems', 'array', (size, limit) => size >= limit, 'must have a number of items of at least'],
  ['maxItems', 'array', (size, limit) => size <= limit, 'must have a number of items of at most'],
  ['minProperties', 'object', (size, limit) => size >= limit, 'must have a number of members of at least'],
  ['maxProperties', 'object', (size, limit) => size <= limit, 'must have a number of members of at most'],
];

/**
 * @param {Schema} schema
 * @param {unknown} value
 * @param {string} path
 * @returns {string | null}
 */
function sizeProblem(schema, value, path) {
  for (const [name, type, holds, words] of LIMITS) {
    const limit = schema[name];
    if (typeof limit !== 'number' || !isOfType(value, type)) continue;
    const size = typeof value === 'number' ? value : typeof value === 'string' ? [...value].length
      : Array.isArray(value) ? value.length : Object.keys(/** @type {object} */ (value)).length;
    if (!holds(size, limit)) return `${nameOf(path)} ${words} ${limit}.`;
  }
  return null;
}

/**
 * @param {Schema} schema
 * @param {unknown} value
 * @param {string} path
 * @param {Check} check
 * @param {number} depth
 * @returns {string | null}
 */
function combined(schema, value, path, check, depth) {
  const all = schema['allOf'];
  for (const one of Array.isArray(all) ? all : []) {
    const problem = problemAt(one, value, path, check, depth + 1);
    if (problem !== null) return problem;
  }
  for (const name of ['anyOf', 'oneOf']) {
    const some = schema[name];
    if (!Array.isArray(some) || some.length === 0) continue;
    const problems = some.map((one) => problemAt(one, value, path, check, depth + 1));
    if (!problems.includes(null)) return /** @type {string} */ (problems[0]);
  }
  return null;
}

/**
 * Members and items.
 *
 * @param {Schema} schema
 * @param {unknown} value
 * @param {string} path
 * @param {Check} check
 * @param {number} depth
 * @returns {string | null}
 */
function insideProblem(schema, value, path, check, depth) {
  if (Array.isArray(value)) {
    for (const [i, one] of value.entries()) {
      if (check.steps < 0) break;
      const problem = problemAt(schema['items'], one, `${path}[${i}]`, check, depth + 1);
      if (problem !== null) return problem;
    }
    return null;
  }
  if (!isObject(value)) return null;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const missing = required.find((name) => typeof name === 'string' && !Object.hasOwn(value, name));
  const below = (/** @type {string} */ name) => (path === '' ? name : `${path}.${name}`);
  if (missing !== undefined) return `"${below(missing)}" is missing.`;
  for (const [name, one] of Object.entries(value)) {
    const known = Object.hasOwn(properties, name);
    if (!known && schema['additionalProperties'] === false && schema['patternProperties'] === undefined) {
      return `There is no "${below(name).slice(0, MAX_SHOWN_CHARS)}".`;
    }
    const problem = problemAt(known ? properties[name] : schema['additionalProperties'], one, below(name), check, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
