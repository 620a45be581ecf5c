/* SPDX-License-Identifier: MIT */
/**
 * What a server of tools asks a person in the middle of a call (MCP 2026-07-28
 * and 2025-11-25, "Elicitation"): a form of a flat schema, or an address to be
 * opened. Read, with defaults, and what was filled in checked. Pure.
 *
 * @typedef {import('./types.js').Inquiry} Inquiry
 * @typedef {import('./types.js').InquiryField} InquiryField
 * @typedef {import('./types.js').InquiryAnswer} InquiryAnswer
 * @typedef {import('./types.js').InquiryProblem} InquiryProblem
 */

/** Requests of one question. */
export const MAX_INQUIRIES = 8;
/** Fields of one form; a form with more is not shown. */
export const MAX_FIELDS = 60;
/** Of a choice. */
export const MAX_CHOICES = 500;
/** Of what a server says of its form or a field, characters. */
export const MAX_WORDS = 4000;
/** Of what is filled into one field, characters. */
export const MAX_FIELD_CHARS = 100_000;

/**
 * @typedef {Readonly<Record<string, unknown>>} Schema
 */

/**
 * The requests of a question; null when there is one that this page cannot
 * put to a person: then none is answered.
 *
 * @param {unknown} requests  by their names: {method, params}
 * @param {(text: unknown) => string | null} webAddress  an address as it is gone to; null when it is none of the web
 * @returns {Inquiry[] | null}
 */
export function readInquiries(requests, webAddress) {
  if (!isObject(requests)) return null;
  const all = Object.entries(requests);
  if (all.length === 0 || all.length > MAX_INQUIRIES) return null;
  const read = all.map(([id, one]) => readInquiry(id, one, webAddress));
  return read.includes(null) ? null : /** @type {Inquiry[]} */ (read);
}

/**
 * @param {string} id
 * @param {unknown} request
 * @param {(text: unknown) => string | null} webAddress
 * @returns {Inquiry | null}
 */
function readInquiry(id, request, webAddress) {
  if (!isObject(request) || request['method'] !== 'elicitation/create' || !isObject(request['params'])) return null;
  const { mode = 'form', message, url, requestedSchema } = request['params'];
  const base = { id, message: words(message) };
  if (mode === 'url') {
    const address = webAddress(url);
    return address === null ? null : { ...base, mode, url: address, fields: [] };
  }
  const fields = mode === 'form' ? readFields(requestedSchema) : null;
  return fields === null ? null : { ...base, mode: 'form', url: '', fields };
}

/**
 * @param {unknown} schema
 * @returns {InquiryField[] | null}
 */
function readFields(schema) {
  if (!isObject(schema) || !isObject(schema['properties'] ?? {})) return null;
  const properties = Object.entries(/** @type {object} */ (schema['properties'] ?? {}));
  if (properties.length > MAX_FIELDS) return null;
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  /** @type {InquiryField[]} */
  const fields = [];
  for (const [name, one] of properties) {
    const field = isObject(one) ? readField(name, flattened(one, schema), required.includes(name)) : null;
    // What cannot be asked for may be left out where it is not wanted.
    if (field === null && required.includes(name)) return null;
    if (field !== null) fields.push(field);
  }
  return fields;
}

/** How often a field's schema leads to another one. */
const MAX_STEPS = 4;

/**
 * A field's schema as the protocol wants it, of what generators of schemas make
 * of an enumeration or of a value that may be missing: a reference within the
 * form's own schema, one alternative beside null, no type beside choices.
 *
 * @param {Schema} field
 * @param {Schema} form
 * @returns {Schema}
 */
function flattened(field, form) {
  let flat = field;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const { $ref: ref, anyOf, oneOf, allOf, ...rest } = flat;
    const next = typeof ref === 'string' ? definition(ref, form) : alternative([anyOf, oneOf, allOf].find(Array.isArray) ?? []);
    if (next === null) break;
    flat = { ...next, ...rest };
  }
  const { type } = flat;
  if (Array.isArray(type)) {
    const types = type.filter((one) => one !== 'null');
    return { ...flat, type: types.length === 1 ? types[0] : undefined };
  }
  return type === undefined && choicesOf(flat) !== null ? { ...flat, type: 'string' } : flat;
}

/**
 * The only schema of a list beside null, unless it is a choice of one.
 *
 * @param {unknown[]} list
 * @returns {Schema | null}
 */
function alternative(list) {
  const others = list.filter((one) => !isObject(one) || one['type'] !== 'null');
  const [only] = others;
  return others.length === 1 && isObject(only) && only['const'] === undefined ? only : null;
}

/**
 * @param {string} ref
 * @param {Schema} form
 * @returns {Schema | null}
 */
function definition(ref, form) {
  const [, member = '', name = ''] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(ref) ?? [];
  const all = form[member];
  if (!isObject(all) || !Object.hasOwn(all, name)) return null;
  const found = /** @type {Schema} */ (all)[name];
  return isObject(found) ? found : null;
}

/**
 * @param {string} name
 * @param {Schema} schema
 * @param {boolean} required
 * @returns {InquiryField | null}
 */
function readField(name, schema, required) {
  const { type, title, description } = schema;
  /** @type {Omit<InquiryField, 'kind' | 'initial'>} */
  const base = { name, required, title: words(title), description: words(description), choices: [], min: null, max: null, format: '' };
  const choices = choicesOf(schema);
  switch (type) {
    case 'string':
      if (choices !== null) return { ...base, kind: 'choice', choices, initial: choices.find(({ value }) => value === schema['default'])?.value ?? '' };
      return { ...base, kind: 'text', format: formatOf(schema['format']), min: size(schema['minLength']), max: size(schema['maxLength']),
        initial: text(schema['default']).slice(0, MAX_FIELD_CHARS) };
    case 'number':
    case 'integer':
      return { ...base, kind: type, min: finite(schema['minimum']), max: finite(schema['maximum']),
        initial: finite(schema['default']) === null ? '' : String(schema['default']) };
    case 'boolean':
      return { ...base, kind: 'yesno', initial: schema['default'] === true };
    case 'array': {
      const some = isObject(schema['items']) ? choicesOf(schema['items']) : null;
      if (some === null) return null;
      const given = Array.isArray(schema['default']) ? schema['default'] : [];
      return { ...base, kind: 'choices', choices: some, min: size(schema['minItems']), max: size(schema['maxItems']),
        initial: some.map(({ value }) => value).filter((value) => given.includes(value)) };
    }
    default:
      return null;
  }
}

/** Formats that a text can be of. @type {ReadonlySet<unknown>} */
const FORMATS = new Set(['email', 'uri', 'date', 'date-time']);

/**
 * @param {unknown} format
 * @returns {InquiryField['format']}
 */
function formatOf(format) {
  return FORMATS.has(format) ? /** @type {InquiryField['format']} */ (format) : '';
}

/**
 * What can be chosen, with names for it: in the three ways that there are.
 *
 * @param {Schema} schema
 * @returns {{value: string, title: string}[] | null}
 */
function choicesOf(schema) {
  const titled = schema['oneOf'] ?? schema['anyOf'];
  if (Array.isArray(titled)) {
    const all = titled.slice(0, MAX_CHOICES).flatMap((one) => (isObject(one) && typeof one['const'] === 'string'
      ? [{ value: one['const'], title: words(one['title']) || one['const'] }] : []));
    return all.length === 0 ? null : all;
  }
  if (!Array.isArray(schema['enum'])) return null;
  const names = Array.isArray(schema['enumNames']) ? schema['enumNames'] : [];
  const all = schema['enum'].slice(0, MAX_CHOICES).flatMap((value, i) => (typeof value === 'string'
    ? [{ value, title: words(names[i]) || value }] : []));
  return all.length === 0 ? null : all;
}

/**
 * What was filled into a field, as the server gets it. Nothing is not given,
 * but for an empty text where one is required and allowed.
 *
 * @param {InquiryField} field
 * @param {string | boolean | readonly string[]} filled
 * @returns {{value?: string | number | boolean | readonly string[], problem: InquiryProblem | null}}
 */
export function readFilled(field, filled) {
  switch (field.kind) {
    case 'yesno':
      return { value: filled === true, problem: null };
    case 'choices': {
      const chosen = Array.isArray(filled) ? filled.filter((one) => field.choices.some(({ value }) => value === one)) : [];
      if (chosen.length === 0 && !field.required) return { problem: null };
      return { value: chosen, problem: sizeProblem(field, chosen.length, 'few', 'many') };
    }
    case 'choice': {
      if (field.choices.some(({ value }) => value === filled)) return { value: String(filled), problem: null };
      return { problem: field.required ? { code: 'missing', limit: 0 } : null };
    }
    case 'text':
      return readText(field, String(filled));
    default:
      return readNumber(field, String(filled).trim());
  }
}

/**
 * @param {InquiryField} field
 * @param {string} filled
 * @returns {ReturnType<typeof readFilled>}
 */
function readText(field, filled) {
  if (filled === '') return { problem: field.required ? { code: 'missing', limit: 0 } : null };
  const value = field.format === 'date-time' ? zoned(filled) : filled;
  if (field.format !== '' && !IS_FORMAT[field.format](value)) return { problem: { code: field.format, limit: 0 } };
  return { value, problem: sizeProblem(field, [...value].length, 'short', 'long') };
}

/**
 * A time of a field, which has no zone, as RFC 3339 wants it: in that of the person.
 *
 * @param {string} filled
 * @returns {string}
 */
function zoned(filled) {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(filled)) return filled;
  const time = new Date(filled);
  return Number.isNaN(time.getTime()) ? filled : time.toISOString();
}

/** Whether a text is of a format, as far as a slip is to be told. @type {Record<Exclude<InquiryField['format'], ''>, (text: string) => boolean>} */
const IS_FORMAT = {
  'email': (one) => one.length <= 320 && /^[^\s@]+@[^\s@]+$/.test(one),
  'uri': (one) => /^[a-z][a-z0-9+.-]*:\S+$/i.test(one),
  'date': (one) => /^\d{4}-\d\d-\d\d$/.test(one) && isDay(one),
  'date-time': (one) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(one) && !Number.isNaN(Date.parse(one)),
};

/**
 * @param {string} day
 * @returns {boolean} whether the calendar has it
 */
function isDay(day) {
  const time = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day);
}

/**
 * @param {InquiryField} field
 * @param {string} filled
 * @returns {ReturnType<typeof readFilled>}
 */
function readNumber(field, filled) {
  if (filled === '') return { problem: field.required ? { code: 'missing', limit: 0 } : null };
  const value = Number(filled);
  if (!Number.isFinite(value)) return { problem: { code: 'number', limit: 0 } };
  if (field.kind === 'integer' && !Number.isSafeInteger(value)) return { problem: { code: 'integer', limit: 0 } };
  return { value, problem: sizeProblem(field, value, 'low', 'high') };
}

/**
 * @param {InquiryField} field
 * @param {number} measure
 * @param {InquiryProblem['code']} less
 * @param {InquiryProblem['code']} more
 * @returns {InquiryProblem | null}
 */
function sizeProblem({ min, max }, measure, less, more) {
  if (min !== null && measure < min) return { code: less, limit: min };
  if (max !== null && measure > max) return { code: more, limit: max };
  return null;
}

/**
 * A whole form.
 *
 * @param {Inquiry} inquiry
 * @param {ReadonlyMap<string, string | boolean | readonly string[]>} filled  by the fields' names
 * @returns {{answer: InquiryAnswer | null, problems: ReadonlyMap<string, InquiryProblem>}} null with problems
 */
export function readForm({ fields }, filled) {
  /** @type {Map<string, InquiryProblem>} */
  const problems = new Map();
  /** @type {[string, unknown][]} */
  const content = [];
  for (const field of fields) {
    const { value, problem } = readFilled(field, filled.get(field.name) ?? field.initial);
    if (problem !== null) problems.set(field.name, problem);
    else if (value !== undefined) content.push([field.name, value]);
  }
  // A field may be called "__proto__".
  return { answer: problems.size > 0 ? null : { action: 'accept', content: Object.fromEntries(content) }, problems };
}

/** @param {unknown} value @returns {string} */
function text(value) {
  return typeof value === 'string' ? value : '';
}

/** @param {unknown} value @returns {string} */
function words(value) {
  return text(value).slice(0, MAX_WORDS);
}

/** @param {unknown} value @returns {number | null} */
function finite(value) {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** @param {unknown} value @returns {number | null} */
function size(value) {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
