/* SPDX-License-Identifier: MIT */
/**
 * Passkeys: the browser is asked (Web Authentication Level 3), and the server
 * told what it says. Loaded when one is wanted; nothing of it is kept.
 *
 * @typedef {import('../core/types.js').Passkey} Passkey
 * @typedef {import('./second-factor.js').Desk} Desk
 * @typedef {{challenge: string, rp_id: string, timeout_ms: number, credentials: string[]}} Question
 * @typedef {{id: string, challenge: string, client_data: string} & Record<string, string>} Answer
 */

import { LOGIN_TIMEOUT_MS } from './api.js';
import { ApiError, errorOfFailure } from './errors.js';
import { codesOf } from './second-factor.js';

/** Passkeys of a list that are taken at most. */
const MAX_PASSKEYS = 100;

/**
 * @param {unknown} text in base64url
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bytesOf(text) {
  const raw = atob(String(text).replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}

/**
 * @param {ArrayBuffer | null} buffer
 * @returns {string}
 */
function textOf(buffer) {
  const raw = Array.from(new Uint8Array(buffer ?? new ArrayBuffer(0)), (b) => String.fromCharCode(b)).join('');
  return btoa(raw).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * What a browser throws when there is no passkey, as an error that can be told.
 *
 * @param {unknown} thrown
 */
function errorOfBrowser(thrown) {
  const name = thrown instanceof Error ? thrown.name : '';
  if (name === 'InvalidStateError') return new ApiError({ code: 'passkey_exists' });
  // Whether there was none, nobody wanted, or it took too long, no page is told.
  if (name === 'NotAllowedError' || name === 'AbortError') return new ApiError({ code: 'passkey_cancelled' });
  return new ApiError({ code: 'passkey_unsupported' });
}

/**
 * @param {'create' | 'get'} what
 * @param {object} publicKey
 * @returns {Promise<any>}
 */
async function browser(what, publicKey) {
  if (!('credentials' in navigator) || typeof PublicKeyCredential !== 'function') throw new ApiError({ code: 'passkey_unsupported' });
  try {
    const credential = await navigator.credentials[what](/** @type {any} */ ({ publicKey }));
    if (credential === null) throw new ApiError({ code: 'passkey_cancelled' });
    return credential;
  } catch (thrown) {
    throw thrown instanceof ApiError ? thrown : errorOfBrowser(thrown);
  }
}

/** @param {string} id */
const descriptor = (id) => ({ type: 'public-key', id: bytesOf(id) });

/**
 * Asks for the answer of a passkey. Without credentials in the question, of any
 * that is good alone, which must then ask who the person is.
 *
 * @param {Question} question
 * @returns {Promise<Answer>}
 */
export async function askPasskey({ challenge, rp_id: rpId, timeout_ms: timeout, credentials }) {
  const { rawId, response } = await browser('get', {
    challenge: bytesOf(challenge), rpId, timeout,
    allowCredentials: credentials.map(descriptor),
    userVerification: credentials.length === 0 ? 'required' : 'preferred',
  });
  return {
    id: textOf(rawId), challenge,
    client_data: textOf(response.clientDataJSON),
    authenticator_data: textOf(response.authenticatorData),
    signature: textOf(response.signature),
    user_handle: textOf(response.userHandle),
  };
}

/**
 * Has a new one made.
 *
 * @param {any} offer  the server's
 * @param {boolean} alone
 * @returns {Promise<Answer>}
 */
async function makePasskey({ challenge, rp_id: rpId, user, algorithms, exclude, timeout_ms: timeout }, alone) {
  const { rawId, response } = await browser('create', {
    challenge: bytesOf(challenge), timeout, attestation: 'none',
    rp: { id: rpId, name: rpId },
    user: { id: bytesOf(user.id), name: user.name, displayName: user.name },
    pubKeyCredParams: algorithms.map((/** @type {number} */ alg) => ({ type: 'public-key', alg })),
    excludeCredentials: exclude.map(descriptor),
    authenticatorSelection: alone
      ? { residentKey: 'required', requireResidentKey: true, userVerification: 'required' }
      : { residentKey: 'discouraged', userVerification: 'preferred' },
  });
  return { id: textOf(rawId), challenge, client_data: textOf(response.clientDataJSON), attestation: textOf(response.attestationObject) };
}

/**
 * @template T
 * @param {Desk} desk
 * @param {() => Promise<T>} work
 * @returns {Promise<import('../core/types.js').FactorResult<T>>}
 */
async function result({ env }, work) {
  try {
    return { ok: true, value: await work() };
  } catch (thrown) {
    return { ok: false, error: errorOfFailure(thrown, env.isOnline()).info() };
  }
}

/**
 * @param {Desk} desk
 * @param {string} path
 * @param {object} body
 */
const post = ({ api }, path, body) => api.json('POST', path, { body, timeoutMs: LOGIN_TIMEOUT_MS });

/**
 * One's own.
 *
 * @param {Desk} desk
 */
export function listPasskeys(desk) {
  return result(desk, async () => {
    const { data } = /** @type {Record<string, any>} */ (Object(await desk.api.json('GET', 'passkeys')));
    if (!Array.isArray(data)) throw new ApiError({ code: 'bad_answer' });
    return data.slice(0, MAX_PASSKEYS).map((/** @type {any} */ one) => /** @type {Passkey} */ ({
      id: String(one.id), name: String(one.name), createdAt: Number(one.created_at) * 1000, usedAt: Number(one.used_at) * 1000,
      alone: one.alone === true, here: one.here === true,
    }));
  });
}

/**
 * Recovery codes come with the first one.
 *
 * @param {{password: string, username?: string}} who
 * @param {{name: string, alone: boolean}} what
 * @param {Desk} desk
 */
export function addPasskey(who, { name, alone }, desk) {
  return result(desk, async () => {
    const offer = await post(desk, 'passkeys/offer', who);
    const passkey = await makePasskey(offer, alone);
    return codesOf(await post(desk, 'passkeys', { ...who, name, alone, passkey }));
  });
}

/**
 * Without a code, a passkey is asked where there is one.
 *
 * @param {{password: string, id: string, code?: string}} what
 * @param {Desk} desk
 */
export function removePasskey(what, desk) {
  return result(desk, async () => {
    try {
      await post(desk, 'passkeys/remove', what);
    } catch (thrown) {
      const question = thrown instanceof ApiError ? questionOf(thrown) : null;
      if (question === null) throw thrown;
      await post(desk, 'passkeys/remove', { ...what, passkey: await askPasskey(question) });
    }
    return null;
  });
}

/**
 * The question that comes with a refusal, where a passkey would do.
 *
 * @param {ApiError} error
 * @returns {Question | null}
 */
export function questionOf({ code, factor }) {
  const question = /** @type {Record<string, any>} */ (Object(factor))['passkey'];
  return code === 'second_factor_required' && Array.isArray(question?.credentials) ? question : null;
}

/**
 * What is posted for a login with a passkey alone, or besides a password.
 *
 * @param {Desk} desk
 * @param {Question | null} question  null: any that is good alone
 */
export async function passkeyAnswer(desk, question) {
  return askPasskey(question ?? /** @type {Question} */ (await post(desk, 'passkeys/challenge', {})));
}
