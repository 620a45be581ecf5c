/* SPDX-License-Identifier: MIT */
/**
 * The sampling parameters: what each may be. Used by the form, by the import
 * and by the request, so that they agree.
 *
 * @typedef {import('./types.js').Params} Params
 */

/**
 * @typedef {{kind: 'number', min: number, max: number, step: number}
 *   | {kind: 'integer', min: number, max: number}
 *   | {kind: 'choice', choices: readonly string[]}
 *   | {kind: 'strings', max: number, maxChars: number}} ParamRule
 */

/**
 * The parameters in the order of the form, with OpenAI's ranges.
 *
 * @type {Readonly<Record<keyof Params, ParamRule>>}
 */
export const PARAM_RULES = Object.freeze({
  temperature: { kind: 'number', min: 0, max: 2, step: 0.1 },
  top_p: { kind: 'number', min: 0, max: 1, step: 0.05 },
  max_tokens: { kind: 'integer', min: 1, max: 10000000 },
  frequency_penalty: { kind: 'number', min: -2, max: 2, step: 0.1 },
  presence_penalty: { kind: 'number', min: -2, max: 2, step: 0.1 },
  seed: { kind: 'integer', min: -9007199254740991, max: 9007199254740991 },
  stop: { kind: 'strings', max: 4, maxChars: 256 },
  reasoning_effort: { kind: 'choice', choices: Object.freeze(['minimal', 'low', 'medium', 'high']) },
});

/** @type {readonly (keyof Params)[]} */
export const PARAM_NAMES = Object.freeze(/** @type {(keyof Params)[]} */ (Object.keys(PARAM_RULES)));

/**
 * Whether a value may be sent as this parameter.
 *
 * @param {keyof Params} name
 * @param {unknown} value
 * @returns {boolean}
 */
export function isValidParam(name, value) {
  const rule = PARAM_RULES[name];
  switch (rule.kind) {
    case 'number':
      return typeof value === 'number' && value >= rule.min && value <= rule.max;
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) && value >= rule.min && value <= rule.max;
    case 'choice':
      return typeof value === 'string' && rule.choices.includes(value);
    default:
      return Array.isArray(value) && value.length > 0 && value.length <= rule.max &&
        value.every((one) => typeof one === 'string' && one !== '' && one.length <= rule.maxChars);
  }
}

/**
 * The parameters that are set and valid; what is absent, undefined or null is
 * not set, and unknown names are passed over.
 *
 * @param {Readonly<Record<string, unknown>>} given
 * @returns {{params: Params, wrong: (keyof Params)[]}}  and the names of those
 *   set to something they may not be
 */
export function readParams(given) {
  /** @type {Record<string, unknown>} */
  const params = {};
  /** @type {(keyof Params)[]} */
  const wrong = [];
  for (const name of PARAM_NAMES) {
    const value = given[name];
    if (value === undefined || value === null) continue;
    if (isValidParam(name, value)) params[name] = value;
    else wrong.push(name);
  }
  return { params, wrong };
}
