/* SPDX-License-Identifier: MIT */
/**
 * Conversations to files and back.
 *
 * @typedef {import('./types.js').Actions} Actions
 * @typedef {import('./types.js').Conversation} Conversation
 */

import { isEmpty } from './conversation.js';
import { selectConversation } from './selectors.js';

/**
 * @typedef {'exportConversation' | 'exportAll' | 'importFiles'} FileActionName
 * @typedef {Pick<Actions, FileActionName>} FileActions
 */

/**
 * @param {import('./actions.js').Tools} tools
 * @returns {FileActions}
 */
export function fileActions({ store: { dispatch, getState }, now, newId, addToast }) {
  /** @param {unknown} error */
  function refuse(error) {
    const { reason, where } = error instanceof Error && error.name === 'ImportError'
      ? /** @type {import('./reading.js').ImportError} */ (error) : { reason: 'unreadable', where: '' };
    addToast({ kind: 'error', key: 'toast.importFailed', values: { reason, where } });
  }

  return {
    async exportConversation(id, format) {
      const { exportOf } = await import('./exporting.js');
      const conversation = selectConversation(getState(), id);
      return conversation === null ? null : exportOf(conversation, format, now());
    },

    async exportAll(format) {
      const { exportOfAll } = await import('./exporting.js');
      const { byId, order } = getState().conversations;
      const all = order.map((id) => /** @type {Conversation} */ (byId[id]));
      return exportOfAll(all.filter((conversation) => !isEmpty(conversation)), format, now());
    },

    async importFiles(files, { signal, onProgress } = {}) {
      try {
        // Needed seldom, so it is loaded when it is.
        const { readChats, takeIn } = await import('./taking-in.js');
        const { read, left: lost, failed } = await readChats(files, newId, onProgress);
        if (signal?.aborted) return false;
        const { conversations, left } = takeIn(read, getState().conversations, lost);
        dispatch({ type: 'conversation/imported', conversations });
        addToast({ kind: 'success', key: 'toast.imported', values: { count: conversations.length } });
        if (left > 0) addToast({ kind: 'info', key: 'toast.importLeft', values: { count: left } });
        if (failed !== undefined) refuse(failed);
        return true;
      } catch (error) {
        if (!signal?.aborted) refuse(error);
        return false;
      }
    },
  };
}
