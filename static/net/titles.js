/* SPDX-License-Identifier: MIT */
/**
 * Has the model that answered a first question name the conversation, where the
 * administrator allows it: one small request, which shows nothing until it is
 * over, and nothing at all when it fails.
 *
 * @typedef {import('../core/types.js').Id} Id
 */

import { isUnderWay } from '../core/conversation.js';
import { hasText } from '../core/parts.js';
import { cleanTitle, firstExchange, titleRequest } from '../core/title.js';
import { fields } from './fields.js';

/** How long a title is waited for (ms). */
export const TITLE_TIMEOUT_MS = 60_000;

/**
 * The words of an answer that came in one piece.
 *
 * @param {unknown} answer
 */
function wordsOf(answer) {
  const { choices } = fields(answer);
  const { content } = fields(fields(Array.isArray(choices) ? choices[0] : null)['message']);
  return typeof content === 'string' ? content : '';
}

/**
 * To be called once. What was imported has its title, and is not asked about:
 * only an answer that was seen under way counts.
 *
 * @param {object} options
 * @param {import('../core/store.js').Store} options.store
 * @param {import('./api.js').Api} options.api
 * @param {() => string} options.newKey
 */
export function watchTitles({ store, api, newKey }) {
  const { dispatch, getState } = store;
  /** Whose first answer was seen under way. @type {Set<Id>} */
  const begun = new Set();
  /** What has its title from a model: another try at the first answer asks for no other. @type {Set<Id>} */
  const named = new Set();
  /** @type {Map<Id, () => void>} ends a request */
  const asking = new Map();

  /** @param {Id} id @param {import('../core/types.js').Message} question @param {import('../core/types.js').Message} answer */
  async function ask(id, question, answer) {
    const key = newKey();
    const controller = new AbortController();
    asking.set(id, () => {
      asking.delete(id);
      controller.abort();
      api.json('DELETE', `streams/${encodeURIComponent(key)}`, { keepalive: true }).catch(() => {});
    });
    try {
      const title = cleanTitle(wordsOf(await api.json('POST', 'chat/completions', {
        body: titleRequest(question, answer), headers: { 'Idempotency-Key': key }, signal: controller.signal, timeoutMs: TITLE_TIMEOUT_MS,
      })));
      const conversation = getState().conversations.byId[id];
      if (title === '' || conversation?.titleEdited !== false) return;
      named.add(id);
      dispatch({ type: 'conversation/configured', id, patch: { title } });
    } catch {
      // The first words are a title, too.
    } finally {
      asking.delete(id);
    }
  }

  store.subscribe(() => {
    const { conversations: { byId, order }, session } = getState();
    for (const [id, end] of asking) if (byId[id] === undefined || byId[id]?.titleEdited) end();
    for (const ids of [begun, named]) for (const id of ids) if (byId[id] === undefined) ids.delete(id);
    if (!session.titles || session.status !== 'signed-in') return;
    for (const id of order) {
      const first = firstExchange(byId[id]);
      if (first === null || named.has(id)) continue;
      const { question, answer } = first;
      if (isUnderWay(answer.status)) begun.add(id);
      else if (answer.status === 'complete' && begun.delete(id) && hasText(answer.parts)) void ask(id, question, answer);
    }
  });
}
