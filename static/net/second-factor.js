/* SPDX-License-Identifier: MIT */
/**
 * Setting up a second factor, and taking it away. Nothing of it is kept in the
 * state: a secret is the view's that shows it, and gone with it.
 *
 * @typedef {Pick<import('./account.js').AccountOptions, 'api' | 'env'>} Desk
 */

import { LOGIN_TIMEOUT_MS } from './api.js';
import { ApiError, errorOfFailure } from './errors.js';

/** Recovery codes that are taken at most. */
const MAX_CODES = 20;

/**
 * The recovery codes of an answer; none where it has none.
 *
 * @param {unknown} answer
 * @returns {string[]}
 */
export function codesOf(answer) {
  const codes = /** @type {Record<string, unknown>} */ (Object(answer))['recovery_codes'];
  return Array.isArray(codes) ? codes.slice(0, MAX_CODES).map(String) : [];
}

/**
 * @template T
 * @param {Desk} desk
 * @param {string} path
 * @param {object} body
 * @param {(answer: unknown) => T | undefined} read  undefined: that is no such answer
 * @returns {Promise<import('../core/types.js').FactorResult<T>>}
 */
async function ask({ api, env }, path, body, read) {
  try {
    const value = read(await api.json('POST', path, { body, timeoutMs: LOGIN_TIMEOUT_MS }));
    if (value === undefined) throw new ApiError({ code: 'bad_answer' });
    return { ok: true, value };
  } catch (thrown) {
    return { ok: false, error: errorOfFailure(thrown, env.isOnline()).info() };
  }
}

/**
 * @param {{password: string, username?: string}} who
 * @param {Desk} desk
 */
export function offerFactor(who, desk) {
  return ask(desk, 'totp', who, (answer) => {
    const { secret, uri } = /** @type {Record<string, unknown>} */ (Object(answer));
    return typeof secret === 'string' && typeof uri === 'string' ? { secret, uri } : undefined;
  });
}

/**
 * @param {{password: string, username?: string, secret: string, code: string}} proof
 * @param {Desk} desk
 */
export function confirmFactor(proof, desk) {
  return ask(desk, 'totp', proof, (answer) => {
    const codes = codesOf(answer);
    return codes.length > 0 ? codes : undefined;
  });
}

/**
 * @param {{password: string, code: string}} proof
 * @param {Desk} desk
 */
export function removeFactor(proof, desk) {
  return ask(desk, 'totp/remove', proof, () => null);
}
