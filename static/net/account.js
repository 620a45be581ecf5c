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
 * @typedef {import('./passkeys.js').Question} Question
 * @typedef {import('./stream.js').Environment} Environment
 */

import { LOGIN_TIMEOUT_MS } from './api.js';
import { plainCode } from '../core/code.js';
import { ApiError, errorOfFailure } from './errors.js';
import { SESSION_PROBE } from './first.js';

/** Models of one list that are taken at most. */
const MAX_MODELS = 2000;
/** New networks that a login is told of at most. */
const MAX_NEWS = 4;
/** Of a model's description, characters that are taken at most. */
const MAX_DESCRIPTION_CHARS = 300;

/**
 * @typedef {'signIn' | 'changePassword' | 'signOut' | 'signOutEverywhere' | 'checkSession'
 *   | 'offerFactor' | 'confirmFactor' | 'removeFactor' | 'signInWithPasskey' | 'listPasskeys' | 'addPasskey' | 'removePasskey'
 *   | 'loadModels'} AccountActionName
 * @typedef {Pick<Actions, AccountActionName> & {expired: () => void, signedOutElsewhere: () => void}} Account
 *
 * expired             a request was answered with 401
 * signedOutElsewhere  another tab signed out
 */

/**
 * @typedef {object} AccountOptions
 * @property {Store} store
 * @property {Api} api
 * @property {Environment} env
 * @property {() => Id} newId
 * @property {() => void} onSignedIn   after the state says so
 * @property {() => void} beforeSignOut  ends what is under way
 * @property {() => void} onSignedOut  tells the other tabs
 */

/**
 * What is kept between two of its actions.
 *
 * @typedef {AccountOptions & {
 *   lastName: string,
 *   lastPassword: string,
 *   question: Question | null,
 *   spare: boolean,
 *   signingIn: boolean,
 *   turn: number,
 * }} Desk
 *
 * lastName  who tried to sign in last: a forced change of password comes
 *           without a session
 * lastPassword  with which: only while a second factor must be set up, so that
 *           it need not be typed twice
 * question  to a passkey, that came when the password was right
 * spare     there are recovery codes besides, for who has lost it
 * turn      counts what may change who is signed in: a check that began
 *           before is void
 */

/**
 * @param {AccountOptions} options
 * @returns {Account}
 */
export function createAccount(options) {
  /** @type {Desk} */
  const desk = { ...options, lastName: '', lastPassword: '', question: null, spare: false, signingIn: false, turn: 0 };
  return {
    checkSession: () => checkSession(desk),
    signIn: (name, password, code) => signIn(desk, name, password, code),
    signInWithPasskey: (name, password) => signInWithPasskey(desk, name, password),
    listPasskeys: async () => (await loadPasskeys()).listPasskeys(desk),
    addPasskey: async (what, password) => (await loadPasskeys()).addPasskey(whoOf(desk, password), what, desk),
    removePasskey: async (id, password, code) => (await loadPasskeys())
      .removePasskey({ id, password, ...(code ? { code: plainCode(code) } : {}) }, desk),
    changePassword: (current, next, code) => changePassword(desk, current, next, code),
    offerFactor: async (password) => (await loadFactor()).offerFactor(whoOf(desk, password), desk),
    confirmFactor: async (secret, code, password) => (await loadFactor())
      .confirmFactor({ ...whoOf(desk, password), secret, code: plainCode(code) }, desk),
    removeFactor: async (password, code) => (await loadFactor()).removeFactor({ password, code: plainCode(code) }, desk),
    signOut: () => signOut(desk, {}),
    signOutEverywhere: () => signOut(desk, { everywhere: true }),
    loadModels: () => loadModels(desk),
    expired: () => desk.store.dispatch({ type: 'session/expired' }),
    signedOutElsewhere() {
      const { status } = desk.store.getState().session;
      if (status === 'signed-in' || status === 'expired') desk.store.dispatch({ type: 'session/expired', elsewhere: true });
    },
  };
}

/** Seldom wanted, and loaded only then. */
const loadPasskeys = () => import('./passkeys.js');
const loadFactor = () => import('./second-factor.js');

/**
 * @param {Desk} desk
 * @param {Omit<import('../core/types.js').Toast, 'id'>} toast
 */
function tell({ store, newId }, toast) {
  store.dispatch({ type: 'toast/added', toast: { id: newId(), ...toast } });
}

/**
 * Takes what the server says of the session.
 *
 * @param {Desk} desk
 * @param {unknown} answer
 */
function signedIn(desk, answer) {
  const { store: { dispatch, getState }, env, newId, beforeSignOut, onSignedIn } = desk;
  const session = readSession(answer);
  const before = getState().session;
  if (before.user !== null && before.user.name !== session.user.name) {
    // Somebody else: what is here is not theirs to see.
    beforeSignOut();
    dispatch({ type: 'session/signedOut', now: env.now(), newId: newId() });
  }
  desk.lastPassword = '';
  const news = readNews(fields(answer)['new_networks']);
  if (news.length > 0 || before.user?.name !== session.user.name) dispatch({ type: 'ui/changed', patch: { news } });
  desk.question = null;
  dispatch({ type: 'session/signedIn', ...session });
  onSignedIn();
}

/**
 * The server knows no session. What somebody wrote before that was known, on a
 * page that had begun with the conversation, stays for when they are in.
 *
 * @param {Desk} desk
 * @param {'password' | 'remote_user'} auth
 * @param {boolean} [passkeys]
 */
function nobody({ store: { dispatch, getState }, env, newId }, auth, passkeys) {
  const { user, status } = getState().session;
  if (user !== null || status === 'unknown') dispatch({ type: 'session/expired', auth, passkeys });
  else dispatch({ type: 'session/signedOut', auth, passkeys, now: env.now(), newId: newId() });
}

/**
 * @param {Desk} desk
 * @param {unknown} thrown
 */
function failed({ store, env }, thrown) {
  store.dispatch({ type: 'session/failed', error: errorOfFailure(thrown, env.isOnline()).info() });
}

/**
 * Whatever was asked before about who is signed in is of the past.
 *
 * @param {Desk} desk
 * @returns {() => boolean} whether it still is the newest
 */
function takeTurn(desk) {
  desk.turn += 1;
  const mine = desk.turn;
  desk.store.dispatch({ type: 'session/pending' });
  return () => mine === desk.turn;
}

/** @param {Desk} desk */
async function checkSession(desk) {
  const newest = takeTurn(desk);
  try {
    const answer = await desk.api.json('GET', SESSION_PROBE);
    if (!newest()) return;
    if (fields(answer)['user'] === null) nobody(desk, authOf(fields(answer)['auth']), fields(answer)['passkeys'] === true);
    else signedIn(desk, answer);
  } catch (thrown) {
    if (!newest()) return;
    const error = errorOfFailure(thrown, desk.env.isOnline());
    if (error.status !== 401) failed(desk, error);
    else nobody(desk, error.param === 'redirect' ? 'remote_user' : authOf(error.auth));
  }
}

/**
 * Whose second factor it is, and the word that proves it.
 *
 * @param {Desk} desk
 * @param {string} [password]
 */
function whoOf(desk, password) {
  return desk.store.getState().session.status === 'signed-in'
    ? { password: password ?? '' } : { username: desk.lastName, password: password ?? desk.lastPassword };
}

/**
 * The server wants something besides before it lets anybody in.
 *
 * @param {Desk} desk
 * @param {ApiError} error
 * @param {string} password  that was right
 * @param {boolean} [lost]  no passkey has answered
 * @returns {boolean}
 */
function asked(desk, { code, factor }, password, lost) {
  if (code === 'second_factor_required') {
    const ways = fields(factor);
    desk.question = /** @type {Question | null} */ (ways['passkey'] ?? null);
    desk.spare = ways['recovery'] === true;
    const either = ways['code'] === true || (lost && desk.spare);
    desk.store.dispatch({ type: 'session/asked', asked: desk.question === null ? 'code' : either ? 'either' : 'passkey' });
  } else if (code === 'second_factor_setup_required') {
    desk.lastPassword = password;
    desk.store.dispatch({ type: 'session/asked', asked: 'setup' });
  } else return false;
  return true;
}

/**
 * @param {Desk} desk
 * @param {string} name
 * @param {string} password
 * @param {string} [code]
 */
async function signIn(desk, name, password, code) {
  desk.lastName = name;
  return enter(desk, password, async () => ({ username: name, password, ...(code ? { code: plainCode(code) } : {}) }));
}

/**
 * @param {Desk} desk
 * @param {string} [name]
 * @param {string} [password]
 */
async function signInWithPasskey(desk, name, password) {
  const { passkeyAnswer } = await loadPasskeys();
  if (name === undefined || password === undefined) return enter(desk, '', async () => ({ passkey: await passkeyAnswer(desk, null) }));
  desk.lastName = name;
  const entered = await enter(desk, password, async () => ({ username: name, password, passkey: await passkeyAnswer(desk, desk.question) }));
  // What is lost cannot answer: a recovery code does.
  const { asked: want, error } = desk.store.getState().session;
  if (!entered && desk.spare && want === 'passkey' && error !== null) {
    desk.store.dispatch({ type: 'session/asked', asked: 'either' });
    desk.store.dispatch({ type: 'session/failed', error });
  }
  return entered;
}

/**
 * @param {Desk} desk
 * @param {string} password
 * @param {() => Promise<object>} proof  what is posted
 */
async function enter(desk, password, proof) {
  if (desk.signingIn) return false;
  desk.signingIn = true;
  takeTurn(desk);
  try {
    signedIn(desk, await desk.api.json('POST', 'login', { body: await proof(), timeoutMs: LOGIN_TIMEOUT_MS }));
    return true;
  } catch (thrown) {
    const error = errorOfFailure(thrown, desk.env.isOnline());
    if (error.code === 'password_change_required' && password !== '') desk.store.dispatch({ type: 'session/passwordChangeRequired' });
    else if (!asked(desk, error, password)) failed(desk, error);
    return false;
  } finally {
    desk.signingIn = false;
  }
}

/**
 * @param {Desk} desk
 * @param {string} current
 * @param {string} next
 * @param {string} [code]
 * @param {object | null} [passkey]  what was asked of it; null: it gave no answer
 * @returns {Promise<boolean>}
 */
async function changePassword(desk, current, next, code, passkey) {
  takeTurn(desk);
  try {
    const who = desk.store.getState().session.status === 'signed-in' ? {} : { username: desk.lastName };
    const body = { ...who, current, new: next, ...(code ? { code: plainCode(code) } : {}), ...(passkey ? { passkey } : {}) };
    await desk.api.json('POST', 'password', { body, timeoutMs: LOGIN_TIMEOUT_MS });
    signedIn(desk, await desk.api.json('GET', 'session'));
    tell(desk, { kind: 'success', key: 'toast.passwordChanged' });
    return true;
  } catch (thrown) {
    const error = errorOfFailure(thrown, desk.env.isOnline());
    const again = asked(desk, error, next, passkey === null) && desk.question !== null && passkey === undefined;
    if (again) return changePassword(desk, current, next, code, await answerOf(desk));
    if (error.code !== 'second_factor_required' && error.code !== 'second_factor_setup_required') failed(desk, error);
    return false;
  }
}

/**
 * A passkey that answers while a password is changed; null when none does, and a
 * code may.
 *
 * @param {Desk} desk
 */
async function answerOf(desk) {
  try {
    return await (await loadPasskeys()).passkeyAnswer(desk, desk.question);
  } catch {
    return null;
  }
}

/** @param {Desk} desk */
async function loadModels({ store: { dispatch, getState }, api, env }) {
  if (getState().models.status === 'loading') return;
  dispatch({ type: 'models/loading' });
  try {
    dispatch({ type: 'models/ready', list: readModels(await api.json('GET', 'models')) });
  } catch (thrown) {
    const error = errorOfFailure(thrown, env.isOnline());
    dispatch({ type: 'models/failed', error: error.info() });
    if (error.status === 401) dispatch({ type: 'session/expired' });
  }
}

/**
 * @param {Desk} desk
 * @param {{everywhere?: true}} body
 */
async function signOut(desk, body) {
  takeTurn(desk);
  try {
    await desk.api.json('POST', 'logout', { body });
  } catch (thrown) {
    const error = errorOfFailure(thrown, desk.env.isOnline());
    if (error.status !== 401) {
      // Saying "signed out" while the cookie still works would be a lie.
      failed(desk, error);
      tell(desk, { kind: 'error', key: 'toast.failed', error: error.info() });
      return;
    }
  }
  desk.beforeSignOut();
  desk.store.dispatch({ type: 'session/signedOut', now: desk.env.now(), newId: desk.newId() });
  if (body.everywhere === true) tell(desk, { kind: 'success', key: 'toast.signedOutEverywhere' });
  desk.onSignedOut();
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
 * @returns {{user: {name: string}, expiresAt: number | null, auth: 'password' | 'remote_user', limits: SessionLimits,
 *   secondFactor: import('../core/types.js').SecondFactor | null, transcription: boolean,
 *   prompts: boolean, resources: boolean, tokens: boolean, welcome: readonly unknown[] | null, titles: boolean}}
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
    secondFactor: readFactor(fields(session['second_factor'])),
    transcription: session['transcription'] === true,
    prompts: session['prompts'] === true,
    resources: session['resources'] === true,
    tokens: session['tokens'] === true,
    welcome: Array.isArray(session['welcome']) ? session['welcome'] : null,
    titles: session['titles'] === true,
  };
}

/**
 * What the server says of a second factor; null where second factors are not used.
 *
 * @param {Record<string, unknown>} given
 * @returns {import('../core/types.js').SecondFactor | null}
 */
function readFactor(given) {
  const { mode, set, recovery_codes: left, passkeys } = given;
  if (mode !== 'optional' && mode !== 'required') return null;
  return { mode, set: set === true, recoveryCodes: typeof left === 'number' ? left : 0, passkeys: typeof passkeys === 'number' ? passkeys : null };
}

/**
 * What a login is told of others.
 *
 * @param {unknown} given
 * @returns {import('../core/types.js').NewNetwork[]}
 */
export function readNews(given) {
  if (!Array.isArray(given)) return [];
  return given.slice(0, MAX_NEWS).map(fields).map(({ network, browser, system, at }) => ({
    network: String(network ?? ''),
    browser: String(browser ?? ''),
    system: String(system ?? ''),
    at: typeof at === 'number' ? at * 1000 : 0,
  }));
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
  if (typeof given['worker'] === 'string') limits.worker = given['worker'];
  return limits;
}

/**
 * @param {unknown} value
 * @returns {Model['input']}
 */
function readInput(value) {
  return /** @type {const} */ (['text', 'image', 'audio', 'file'])
    .filter((kind) => kind === 'text' || (Array.isArray(value) && value.includes(kind)));
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
      input: readInput(input),
      webSearch: model['web_search'] === true,
      description: typeof model['description'] === 'string' ? model['description'].slice(0, MAX_DESCRIPTION_CHARS) : '',
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
