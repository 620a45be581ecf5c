/* SPDX-License-Identifier: MIT */
/**
 * Messages that wait for the end of an answer: sent one after the other when it
 * came well, given back to the draft when it did not.
 *
 * @typedef {import('./types.js').Conversation} Conversation
 * @typedef {import('./types.js').Draft} Draft
 * @typedef {import('./types.js').Id} Id
 * @typedef {import('./types.js').State} State
 * @typedef {import('./store.js').Store} Store
 */

import { selectIsStreaming, selectPath } from './selectors.js';

/** Messages that can wait in one conversation. */
export const MAX_QUEUED = 10;

/**
 * Several drafts as one, in their order.
 *
 * @param {readonly Draft[]} drafts
 * @returns {Draft}
 */
export function joined(drafts) {
  return {
    text: drafts.map(({ text }) => text).filter((text) => text.trim() !== '').join('\n\n'),
    attachments: drafts.flatMap(({ attachments }) => attachments),
  };
}

/**
 * What becomes of a conversation's queue now.
 *
 * @param {State} state
 * @param {Conversation} conversation
 * @returns {'wait' | 'send' | 'giveBack'}
 */
export function queueStep(state, conversation) {
  if (conversation.queue.length === 0 || selectIsStreaming(conversation)) return 'wait';
  if (state.session.status !== 'signed-in') return 'wait';
  return selectPath(conversation).at(-1)?.status === 'complete' ? 'send' : 'giveBack';
}

/**
 * Watches over the queues of all conversations.
 *
 * @param {object} options
 * @param {Store} options.store
 * @param {(id: Id) => boolean} options.send  the draft; false when it cannot go out
 */
export function watchQueues({ store, send }) {
  const { dispatch, getState } = store;

  /** @param {Id} id @param {readonly Draft[]} queue @param {Draft} draft */
  function set(id, queue, draft) {
    dispatch({ type: 'conversation/queued', id, queue, draft });
  }

  /** @param {Conversation} conversation */
  function giveBack({ id, queue, draft }) {
    set(id, [], joined([...queue, draft]));
  }

  /** @param {Conversation} conversation */
  function sendNext({ id, queue: [next, ...rest], draft }) {
    if (next === undefined) return;
    // It goes out as the draft, and what is being written meanwhile stays.
    set(id, rest, next);
    if (send(id)) set(id, rest, draft);
    else set(id, [], joined([next, ...rest, draft]));
  }

  store.subscribe(() => {
    const { byId, order } = getState().conversations;
    for (const id of order) {
      const conversation = byId[id];
      if (conversation === undefined || conversation.queue.length === 0) continue;
      const step = queueStep(getState(), conversation);
      if (step === 'send') sendNext(conversation);
      if (step === 'giveBack') giveBack(conversation);
    }
  });
}
