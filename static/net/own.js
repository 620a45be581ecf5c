/* SPDX-License-Identifier: MIT */
/**
 * What belongs to the person beside the conversations: sessions and access
 * tokens. Nothing of it is kept in the state; loaded when it is first looked at.
 *
 * @typedef {import('../core/types.js').OwnSession} OwnSession
 * @typedef {import('../core/types.js').OwnTokens} OwnTokens
 * @typedef {Pick<import('./account.js').AccountOptions, 'api' | 'env'>} Desk
 */

import { LOGIN_TIMEOUT_MS } from './api.js';
import { ApiError, errorOfFailure } from './errors.js';

/** Entries of one list that are taken at most. */
const MAX_ENTRIES = 1000;
/** Days and models of one's usage. */
const MAX_USAGE = 16384;

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function fields(value) {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** @param {unknown} value */
const text = (value) => (typeof value === 'string' ? value : '');

/** Seconds of the server as milliseconds of the page. @param {unknown} value */
const moment = (value) => (typeof value === 'number' && value > 0 ? value * 1000 : 0);

/**
 * @template T
 * @param {Desk} desk
 * @param {() => Promise<T>} run
 * @returns {Promise<import('../core/types.js').FactorResult<T>>}
 */
async function outcome({ env }, run) {
  try {
    return { ok: true, value: await run() };
  } catch (thrown) {
    return { ok: false, error: errorOfFailure(thrown, env.isOnline()).info() };
  }
}

/**
 * @param {unknown} answer
 * @returns {OwnSession[]}
 */
export function readSessions(answer) {
  const { sessions } = fields(answer);
  if (!Array.isArray(sessions)) throw new ApiError({ code: 'bad_answer' });
  return sessions.slice(0, MAX_ENTRIES).map(fields).filter(({ id }) => text(id) !== '').map((one) => ({
    id: text(one['id']),
    current: one['current'] === true,
    browser: text(one['browser']),
    system: text(one['system']),
    network: text(one['network']),
    newNetwork: one['new_network'] === true,
    firstSeen: moment(one['first_seen']),
    lastSeen: moment(one['last_seen']),
  }));
}

/** @param {unknown} value */
const count = (value) => (typeof value === 'number' && value > 0 ? value : 0);

/** @param {unknown} value */
const texts = (value) => (Array.isArray(value) ? value.map(text).filter((one) => one !== '') : []);

/**
 * @param {unknown} answer
 * @returns {OwnTokens}
 */
export function readTokens(answer) {
  const { tokens, max, lifetime_seconds: lifetime } = fields(answer);
  if (!Array.isArray(tokens)) throw new ApiError({ code: 'bad_answer' });
  return {
    max: count(max),
    lifetimeSeconds: count(lifetime),
    tokens: tokens.slice(0, MAX_ENTRIES).map(fields).filter(({ id }) => text(id) !== '').map((one) => ({
      id: text(one['id']),
      label: text(one['label']),
      expiresAt: moment(one['expires_at']),
      lastUsed: moment(one['last_used']),
      network: text(one['network']),
      readOnly: one['read_only'] === true,
      models: texts(one['models']),
      networks: texts(one['networks']),
      requestsPerMinute: count(one['requests_per_minute']),
      tokensPerDay: count(one['tokens_per_day']),
    })),
  };
}

/**
 * @param {unknown} answer
 * @returns {import('../core/types.js').OwnUsage}
 */
export function readUsage(answer) {
  const { data, days, budgets } = fields(answer);
  if (!Array.isArray(data)) throw new ApiError({ code: 'bad_answer' });
  const rows = data.slice(0, MAX_USAGE).map(fields).filter(({ day }) => /^\d{4}-\d\d-\d\d$/.test(text(day))).map((one) => ({
    day: text(one['day']),
    model: text(one['model']),
    requests: count(one['requests']),
    tokens: count(one['prompt_tokens']) + count(one['completion_tokens']),
    cost: typeof one['cost'] === 'number' ? count(one['cost']) : null,
  }));
  rows.sort((a, b) => (a.day === b.day ? b.tokens - a.tokens : a.day < b.day ? 1 : -1));
  return {
    days: count(days),
    rows,
    budgets: (Array.isArray(budgets) ? budgets : []).slice(0, MAX_ENTRIES).map(fields).filter(({ limit }) => count(limit) > 0)
      .map((one) => ({ name: text(one['name']), limit: count(one['limit']), used: count(one['used']) })),
  };
}

/** @param {Desk} desk */
export function createOwn(desk) {
  const { api } = desk;
  return {
    listSessions: () => outcome(desk, async () => readSessions(await api.json('GET', 'sessions'))),
    /** @param {string} id */
    endSession: (id) => outcome(desk, async () => {
      await api.json('DELETE', `sessions/${encodeURIComponent(id)}`);
      return null;
    }),
    endOtherSessions: () => outcome(desk, async () => {
      await api.json('DELETE', 'sessions');
      return null;
    }),
    listTokens: () => outcome(desk, async () => readTokens(await api.json('GET', 'tokens'))),
    /** @param {import('../core/types.js').TokenWish} wish */
    makeToken: (wish) => outcome(desk, async () => {
      const body = {
        label: wish.label, expires_at: wish.expiresAt, read_only: wish.readOnly, models: wish.models, networks: wish.networks,
        requests_per_minute: wish.requestsPerMinute, tokens_per_day: wish.tokensPerDay, password: wish.password,
      };
      const made = text(fields(await api.json('POST', 'tokens', { body, timeoutMs: LOGIN_TIMEOUT_MS }))['token']);
      if (made === '') throw new ApiError({ code: 'bad_answer' });
      return made;
    }),
    loadUsage: () => outcome(desk, async () => readUsage(await api.json('GET', 'usage'))),
    /** @param {string} id */
    endToken: (id) => outcome(desk, async () => {
      await api.json('DELETE', `tokens/${encodeURIComponent(id)}`);
      return null;
    }),
  };
}
