/* SPDX-License-Identifier: MIT */
/**
 * Who is signed in, and which models they may use.
 *
 * @typedef {import('../core/types.js').Actions} Actions
 * @typedef {import('../core/types.js').Id} Id
 * @typedef {import('../core/types.js').Model} Model
 * @typedef {import('../core/types.js').SessionLimits} SessionLimits
 * @typedef {import('../core/store.js').Store} Store
 * @typedef {import('./api.js').Api} Api
 * @typedef {import('./stream.js').Environment} Environment
 */

import { LOGIN_TIMEOUT_MS } from './api.js';
import { ApiError, errorOfFailure } from './errors.js';

/** Models of one list that are taken at most. */
const MAX_MODELS = 2000;

/**
 * @typedef {'signIn' | 'changePassword' | 'signOut' | 'signOutEverywhere' | 'checkSession'
 *   | 'loadModels'} AccountActionName
 * @typedef {Pick<Actions, AccountActionName> & {expired: () => void, signedOutElsewhere: () => void}} Account
 *
 * expired             a request was answered with 401
 * signedOutElsewhere  another tab signed out
 */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {Api} options.api
 * @param {Environment} options.env
 * @param {() => Id} options.newId
 * @param {() => void} options.onSignedIn   after the state says so
 * @param {() => void} options.beforeSignOut  ends what is under way
 * @param {() => void} options.onSignedOut  tells the other tabs
 * @returns {Account}
 */
export function createAccount({ store, api, env, newId, onSignedIn, beforeSignOut, onSignedOut }) {
  const { dispatch, getState } = store;
  /** Who tried to sign in last: a forced change of password comes without a session. */
  let lastName = '';
  let signingIn = false;
  /** Counts what may change who is signed in: a check that began before is void. */
  let turn = 0;

  /**
   * Takes what the server says of the session.
   *
   * @param {unknown} answer
   */
  function signedIn(answer) {
    const session = readSession(answer);
    const before = getState().session;
    if (before.user !== null && before.user.name !== session.user.name) {
      // Somebody else: what is here is not theirs to see.
      beforeSignOut();
      dispatch({ type: 'session/signedOut', now: env.now(), newId: newId() });
    }
    dispatch({ type: 'session/signedIn', ...session });
    onSignedIn();
  }

  /**
   * The server knows no session.
   *
   * @param {'password' | 'remote_user'} auth
   */
  function nobody(auth) {
    if (getState().session.user !== null) dispatch({ type: 'session/expired', auth });
    else dispatch({ type: 'session/signedOut', auth, now: env.now(), newId: newId() });
  }

  /**
   * @param {unknown} thrown
   */
  function failed(thrown) {
    dispatch({ type: 'session/failed', error: errorOfFailure(thrown, env.isOnline()).info() });
  }

  /** @type {Account} */
  const account = {
    async checkSession() {
      turn += 1;
      const mine = turn;
      dispatch({ type: 'session/pending' });
      try {
        // With probe=1 "nobody" is an answer and no error: browsers write
        // each 401 to the console, also one that was expected.
        const answer = await api.json('GET', 'session?probe=1');
        if (mine !== turn) return;
        if (fields(answer)['user'] === null) nobody(authOf(fields(answer)['auth']));
        else signedIn(answer);
      } catch (thrown) {
        if (mine !== turn) return;
        const error = errorOfFailure(thrown, env.isOnline());
        if (error.status !== 401) failed(error);
        else nobody(error.param === 'redirect' ? 'remote_user' : authOf(error.auth));
      }
    },

    async signIn(name, password) {
      if (signingIn) return false;
      signingIn = true;
      turn += 1;
      lastName = name;
      dispatch({ type: 'session/pending' });
      try {
        signedIn(await api.json('POST', 'login', { body: { username: name, password }, timeoutMs: LOGIN_TIMEOUT_MS }));
        return true;
      } catch (thrown) {
        const error = errorOfFailure(thrown, env.isOnline());
        if (error.code === 'password_change_required') dispatch({ type: 'session/passwordChangeRequired' });
        else failed(error);
        return false;
      } finally {
        signingIn = false;
      }
    },

    async changePassword(current, next) {
      turn += 1;
      dispatch({ type: 'session/pending' });
      try {
        const who = getState().session.status === 'signed-in' ? {} : { username: lastName };
        await api.json('POST', 'password', { body: { ...who, current, new: next }, timeoutMs: LOGIN_TIMEOUT_MS });
        signedIn(await api.json('GET', 'session'));
        dispatch({ type: 'toast/added', toast: { id: newId(), kind: 'success', key: 'toast.passwordChanged' } });
        return true;
      } catch (thrown) {
        failed(thrown);
        return false;
      }
    },

    signOut: () => signOut({}),
    signOutEverywhere: () => signOut({ everywhere: true }),

    async loadModels() {
      if (getState().models.status === 'loading') return;
      dispatch({ type: 'models/loading' });
      try {
        dispatch({ type: 'models/ready', list: readModels(await api.json('GET', 'models')) });
      } catch (thrown) {
        const error = errorOfFailure(thrown, env.isOnline());
        dispatch({ type: 'models/failed', error: error.info() });
        if (error.status === 401) account.expired();
      }
    },

    expired() {
      dispatch({ type: 'session/expired' });
    },

    signedOutElsewhere() {
      if (getState().session.status !== 'signed-in') return;
      dispatch({ type: 'session/expired' });
      dispatch({ type: 'toast/added', toast: { id: newId(), kind: 'info', key: 'toast.signedOutElsewhere' } });
    },
  };

  /**
   * @param {{everywhere?: true}} body
   */
  async function signOut(body) {
    turn += 1;
    dispatch({ type: 'session/pending' });
    try {
      await api.json('POST', 'logout', { body });
    } catch (thrown) {
      const error = errorOfFailure(thrown, env.isOnline());
      if (error.status !== 401) {
        // Saying "signed out" while the cookie still works would be a lie.
        failed(error);
        dispatch({
          type: 'toast/added',
          toast: { id: newId(), kind: 'error', key: 'toast.failed', error: error.info() },
        });
        return;
      }
    }
    beforeSignOut();
    dispatch({ type: 'session/signedOut', now: env.now(), newId: newId() });
    if (body.everywhere === true) {
      dispatch({ type: 'toast/added', toast: { id: newId(), kind: 'success', key: 'toast.signedOutEverywhere' } });
    }
    onSignedOut();
  }

  return account;
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function fields(value) {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/**
 * @param {unknown} value
 * @returns {'password' | 'remote_user'}
 */
function authOf(value) {
  return value === 'remote_user' ? 'remote_user' : 'password';
}

/**
 * The server's account of a session.
 *
 * @param {unknown} answer
 * @returns {{user: {name: string}, expiresAt: number | null, auth: 'password' | 'remote_user', limits: SessionLimits}}
 * @throws {ApiError} 'bad_answer'
 */
export function readSession(answer) {
  const session = fields(answer);
  const { name } = fields(session['user']);
  if (typeof name !== 'string' || name === '') throw new ApiError({ code: 'bad_answer' });
  const expires = session['expires_at'];
  return {
    user: { name },
    expiresAt: typeof expires === 'number' && expires > 0 ? expires * 1000 : null,
    auth: authOf(session['auth']),
    limits: readLimits(fields(session['limits'])),
  };
}

/**
 * @param {Record<string, unknown>} given
 * @returns {SessionLimits}
 */
function readLimits(given) {
  /** @type {SessionLimits} */
  const limits = {};
  for (const name of /** @type {const} */ ([
    'max_body_bytes', 'max_messages', 'streams_per_user', 'requests_per_minute', 'tokens_per_day', 'ring_bytes',
  ])) {
    // Zero says "no limit".
    const value = given[name];
    if (typeof value === 'number' && value > 0) limits[name] = value;
  }
  if (typeof given['grace_seconds'] === 'number') limits.grace_seconds = given['grace_seconds'];
  if (typeof given['resume'] === 'boolean') limits.resume = given['resume'];
  return limits;
}

/**
 * The server's list of models.
 *
 * @param {unknown} answer
 * @returns {Model[]}
 * @throws {ApiError} 'bad_answer'
 */
export function readModels(answer) {
  const { data } = fields(answer);
  if (!Array.isArray(data)) throw new ApiError({ code: 'bad_answer' });
  /** @type {Model[]} */
  const list = [];
  for (const one of data.slice(0, MAX_MODELS)) {
    const model = fields(one);
    const { id, name, provider, owned_by: owner, input } = model;
    if (typeof id !== 'string' || id === '' || list.some((other) => other.id === id)) continue;
    list.push({
      id,
      name: typeof name === 'string' && name !== '' ? name : id,
      provider: typeof provider === 'string' && provider !== '' ? provider : typeof owner === 'string' ? owner : '',
      contextLength: tokens(model['context_length']),
      maxOutputTokens: tokens(model['max_output_tokens']),
      input: Array.isArray(input) && input.includes('image') ? ['text', 'image'] : ['text'],
    });
  }
  return list;
}

/**
 * @param {unknown} value
 * @returns {number | null}
 */
function tokens(value) {
  return typeof value === 'number' && value > 0 ? value : null;
}
