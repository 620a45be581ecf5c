/* SPDX-License-Identifier: MIT */
/**
 * What a person does with a message that is there.
 *
 * @typedef {import('./types.js').Actions} Actions
 */

import { siblingsOf, subtreeOf } from './conversation.js';
import { MAX_MESSAGES } from './limits.js';
import { textOf } from './parts.js';
import { selectIsStreaming, selectMemory, selectMessage } from './selectors.js';

/**
 * @typedef {'selectBranch' | 'rewriteAnswer' | 'deleteMessage' | 'deletePair'} MessageActionName
 * @typedef {Pick<Actions, MessageActionName>} MessageActions
 */

/**
 * @param {import('./actions.js').Tools} tools
 * @returns {MessageActions}
 */
export function messageActions({ store: { dispatch, getState }, now, newId, addToast, offerUndo }) {
  return {
    selectBranch(messageId, direction) {
      const found = selectMessage(getState(), messageId);
      if (found === null) return;
      const siblings = siblingsOf(found.conversation, messageId);
      const target = siblings[siblings.indexOf(messageId) + direction];
      if (target === undefined) return;
      dispatch({ type: 'branch/opened', conversationId: found.conversation.id, messageId: target });
    },

    rewriteAnswer(messageId, text) {
      const found = selectMessage(getState(), messageId);
      if (found === null || found.message.role !== 'assistant' || text.trim() === '') return false;
      const { conversation, message } = found;
      if (text === textOf(message.parts)) {
        dispatch({ type: 'ui/changed', patch: { editingId: null } });
        return true;
      }
      if (selectMemory(getState()).level === 'full') {
        dispatch({ type: 'ui/changed', patch: { dialog: 'memory' } });
        return false;
      }
      if (Object.keys(conversation.nodes).length >= MAX_MESSAGES) {
        addToast({ kind: 'error', key: 'toast.tooManyMessages' });
        return false;
      }
      dispatch({ type: 'answer/rewritten', conversationId: conversation.id, messageId, id: newId(), now: now(), text });
      dispatch({ type: 'ui/changed', patch: { editingId: null } });
      return true;
    },

    deleteMessage(messageId) {
      const found = selectMessage(getState(), messageId);
      if (found === null) return;
      const token = newId();
      dispatch({ type: 'message/deleted', conversationId: found.conversation.id, messageId, token, now: now() });
      offerUndo('toast.messagesDeleted', { count: subtreeOf(found.conversation, messageId).length });
    },

    deletePair(messageId) {
      const found = selectMessage(getState(), messageId);
      if (found === null || found.message.role !== 'user' || selectIsStreaming(found.conversation)) return;
      const { id } = found.conversation;
      const before = Object.keys(found.conversation.nodes).length;
      dispatch({ type: 'pair/deleted', conversationId: id, messageId, token: newId(), now: now() });
      const after = Object.keys(getState().conversations.byId[id]?.nodes ?? {}).length;
      offerUndo('toast.messagesDeleted', { count: before - after });
    },
  };
}
